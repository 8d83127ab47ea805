//! What an experiment takes of the machine's memory.

use crate::config::checked::{Config, Precision};
use photonics::field::LANES;

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
    let mzis = ports * (ports - 1) / 2;
    let parameters = 2 * mzis + ports;
    let real = match config.chip.precision {
        Precision::F32 => 4,
        Precision::F64 => 8,
    };
    // Per MZI: coupler errors, transmissions of the arms, static terms, coefficients; one topology.
    let mesh = mzis * (16 + 32 + 64 + 8 * real);
    let topology = mzis * 40;
    // Per parameter: initial and current per layer; direction, shifted, gradient, two moments.
    let trainer = parameters * 8 * (2 * layers + 5);
    let largest = config
        .training
        .batch
        .max(fzero::layerwise::EVALUATION_CHUNK)
        .min(samples.max(1));
    let lanes = (largest as u64).div_ceil(LANES as u64) * LANES as u64;
    let batch = lanes * ports * (2 * real + 8);
    // As shipped, padded to the ports, and in the text of the checkpoint.
    let data = samples as u64 * ports * 8;
    let checkpoint = layers * parameters * 40;
    layers * mesh + topology + trainer + batch + data + checkpoint
}
