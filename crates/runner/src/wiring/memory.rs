//! What an experiment takes of the machine's memory.

use super::design::{form, named};
use crate::config::checked::{Config, MeshKind, Precision, TwinKnowledge};
use photonics::field::LANES;
use photonics::mesh::MziForm;

/// An upper estimate in bytes for what a bench holds of one size: a trainer with its chip, an ideal chip
/// and one with every effect on, and the mesh of either chip alone, in f32.
pub fn mesh_memory_bytes(ports: usize, batch: usize) -> u64 {
    let (ports, batch) = (ports as u64, batch.next_multiple_of(LANES) as u64);
    let mzis = ports * (ports - 1) / 2;
    // Per MZI three topologies, two ideal meshes, one with errors, losses and static terms, three
    // programs of rotations and two of matrices.
    let meshes = 3 * 40 + 2 * 16 + (16 + 32 + 64) + 3 * 16 + 2 * 32;
    // Per parameter those of the trainer, shifted, gradient and direction, the phases of two chips; drive,
    // actual phase, drift, efficiency, offset, code and crosstalk of the heaters.
    let parameters = 3 * 8 + 4 + 2 * 8 + 5 * 8 + 4 + 8;
    // Fields with their first state, inputs and readouts in two layouts.
    let samples = 7 * 8 + 12 * 4;
    // Half as much again while a die is made.
    3 * (mzis * (meshes + 2 * parameters) + ports * batch * samples) / 2
}

/// An upper estimate in bytes, from the sizes of what grows with the experiment: the data, the mesh
/// of every layer with its compiled program, the parameter vectors of the trainer, and the fields and
/// readouts of the largest batch.
pub fn memory_bytes(config: &Config, samples: usize) -> u64 {
    let ports = config.chip.ports as u64;
    let layers = config.chip.layers as u64;
    let Sizes {
        cells: mzis,
        columns,
        crossings,
        mixed,
    } = sizes(config);
    let parameters = 2 * mzis + ports;
    let real = match config.chip.precision {
        Precision::F32 => 4,
        Precision::F64 => 8,
    };
    // Per MZI: coupler errors, transmissions of the arms, static terms, coefficients; one topology.
    let mesh = mzis * (16 + 32 + 64 + 8 * real);
    // The crossings of a wiring have a number per port and column; other cells than MZIs have a kind, and
    // what is drawn of the waveguides beside them a number per port and column while a die is made.
    let mut topology = mzis * 40;
    if crossings {
        topology += 4 * ports * (columns + 1);
    }
    if mixed {
        topology += mzis * 24 + 8 * ports * columns;
    }
    // Per parameter: initial and current per layer; direction, shifted, gradient, two moments.
    let trainer = parameters * 8 * (2 * layers + 5);
    let largest = config
        .training
        .batch
        .max(fzero::layerwise::EVALUATION_CHUNK)
        .min(samples.max(1));
    let lanes = (largest as u64).div_ceil(LANES as u64) * LANES as u64;
    let batch = lanes * ports * (2 * real + 8);
    // Fields at the monitors, their currents in three passes, and fields at the ends of the meshes.
    let inside = if config.training.solver.is_in_situ() {
        let lanes = (config.training.batch as u64).next_multiple_of(LANES as u64);
        lanes * (2 * mzis * (16 + 3 * 4) + ports * 16 * (layers + 6))
    } else {
        0
    };
    let calibration = match config.training.twin.as_ref() {
        Some(twin) if config.knowledge() == TwinKnowledge::Calibration => {
            let programmings = twin.programmings.unwrap_or(0) as u64;
            let samples = twin.samples.unwrap_or(0) as u64;
            let lanes = samples.div_ceil(LANES as u64) * LANES as u64;
            // Amplitudes and readouts in f32, light in f64, phases; vectors of the fit's memory.
            let per_programming =
                ports * (4 * samples * (1 + layers) + 16 * lanes) + 8 * layers * parameters;
            programmings * per_programming + 80 * 8 * 2 * parameters
        }
        _ => 0,
    };
    // As shipped, padded to the ports, and in the text of the checkpoint.
    let data = samples as u64 * ports * 8;
    let checkpoint = layers * parameters * 40;
    layers * mesh + topology + trainer + batch + inside + data + checkpoint + calibration
}

/// Sizes of the mesh of a layer, or more.
struct Sizes {
    cells: u64,
    columns: u64,
    /// Whether waveguides cross between columns.
    crossings: bool,
    /// Whether there are other cells than MZIs.
    mixed: bool,
}

fn sizes(config: &Config) -> Sizes {
    let chip = &config.chip;
    if let Some(file) = &chip.mesh_file {
        let topology = &file.topology;
        return Sizes {
            cells: topology.mzis() as u64,
            columns: topology.columns() as u64,
            crossings: !topology.is_planar(),
            mixed: !topology.is_uniform(),
        };
    }
    let counts = named(chip).counts(chip.ports);
    let plain = form(chip) == MziForm::Plain;
    // A coupler more per MZI; at most a phase shifter more per MZI, and a column in front of each.
    let factor = if plain { 1 } else { 2 };
    Sizes {
        cells: factor * counts.mzis as u64,
        columns: factor * counts.columns as u64,
        crossings: matches!(chip.mesh, MeshKind::Butterfly | MeshKind::Tree),
        mixed: !plain || matches!(chip.mesh, MeshKind::PermutingRectangular | MeshKind::Svd),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Loaded, Override};

    fn bytes(mesh: &str, extra_columns: Option<&str>) -> u64 {
        let mut set = vec![
            Override::set("chip.mesh", mesh),
            Override::set("chip.ports", "512"),
        ];
        set.extend(extra_columns.map(|columns| Override::set("chip.extra_columns", columns)));
        let loaded = Loaded::from_text("a.toml", "name = \"a\"\ndata.set = \"digits\"", &set)
            .unwrap_or_else(|error| panic!("{}", error.report()));
        memory_bytes(&loaded.config, 1)
    }

    #[test]
    fn it_goes_with_the_mzis_of_the_topology() {
        let rectangular = bytes("rectangular", None);
        assert_eq!(bytes("triangular", None), rectangular);
        let without = bytes("tree", None);
        // What is beyond the fields of a batch, over what that is in the rectangular mesh.
        let share = |bytes: u64| (bytes - without) as f64 / (rectangular - without) as f64;
        let found = share(bytes("redundant-rectangular", Some("512")));
        assert!((found - 2.0).abs() < 0.02, "{found}");
        // 256^2 and 9 * 256 MZIs for 512 * 511 / 2; of each 511 are in the tree already.
        let found = share(bytes("diamond", None));
        assert!(
            (found - (65536.0 - 511.0) / (130_816.0 - 511.0)).abs() < 1e-3,
            "{found}"
        );
        let found = share(bytes("butterfly", None));
        assert!(
            (found - (2304.0 - 511.0) / (130_816.0 - 511.0)).abs() < 1e-3,
            "{found}"
        );
    }
}
