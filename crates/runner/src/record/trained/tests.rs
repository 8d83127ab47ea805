use super::super::npz::{NamedArray, npz_bytes};
use super::*;
use fzero::ParameterGroup;
use proptest::prelude::*;
use std::io::Cursor;

const CLASSES: usize = 2;

fn shapes(layers: usize) -> Vec<LayerShape> {
    let group = |name, range| ParameterGroup::new(name, range, true);
    let shape = LayerShape {
        groups: vec![group("theta", 0..3), group("gamma", 3..5)],
        readouts: 2,
    };
    vec![shape; layers]
}

type Array = (String, Vec<u64>, Vec<f64>);

fn arrays(layers: usize) -> Vec<Array> {
    let layer = |layer: usize| {
        let shift = layer as f64;
        [
            ("theta", vec![3], vec![0.1 + shift, -0.0, 1.0 / 3.0]),
            ("gamma", vec![2], vec![2.0, -3.0]),
            ("prototypes", vec![2, 2], vec![0.6, 0.8, 0.8, -0.6]),
        ]
        .map(|(part, shape, values)| (array_name(layer, part), shape, values))
    };
    (0..layers).flat_map(layer).collect()
}

fn bytes(arrays: &[Array]) -> Vec<u8> {
    let named: Vec<_> = arrays
        .iter()
        .map(|(name, shape, values)| NamedArray {
            name: name.clone(),
            shape: shape.clone(),
            values,
        })
        .collect();
    npz_bytes(&named).unwrap()
}

fn read(bytes: &[u8], layers: usize) -> Result<Vec<TrainedLayer>, Problem> {
    read_layers("p.npz", Cursor::new(bytes), &shapes(layers), CLASSES, true)
}

#[track_caller]
fn assert_problem(bytes: &[u8], expected: &str) {
    assert_eq!(read(bytes, 2).unwrap_err().to_string(), expected);
}

#[test]
fn what_was_written_comes_back_bit_for_bit() {
    let mut written = arrays(2);
    written.push(("notes".into(), vec![1], vec![f64::NAN]));
    let layers = read(&bytes(&written), 2).unwrap();
    assert_eq!(layers.len(), 2);
    for (layer, arrays) in layers.iter().zip(written.chunks(3)) {
        let expected = [&arrays[0].2[..], &arrays[1].2].concat();
        let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&layer.parameters), bits(&expected));
        assert_eq!(layer.prototypes.rows(), arrays[2].2);
    }
}

#[test]
fn each_problem_is_one_line_and_what_to_do() {
    let changed = |change: fn(&mut Vec<Array>)| {
        let mut arrays = arrays(2);
        change(&mut arrays);
        bytes(&arrays)
    };
    let finished = "\n  help: give the phases.npz of a finished run";
    assert_problem(
        b"not a zip",
        &format!(
            "p.npz: not an .npz archive: invalid Zip archive: {}{finished}",
            {
                let error = zip::ZipArchive::new(Cursor::new(b"not a zip")).unwrap_err();
                error
                    .to_string()
                    .trim_start_matches("invalid Zip archive: ")
                    .to_owned()
            }
        ),
    );
    assert_problem(
        &bytes(&[]),
        &format!("p.npz: holds no phases of a network{finished}"),
    );
    assert_problem(
        &bytes(&arrays(1)),
        "p.npz: holds 1 layer, the chip has 2\n  help: set chip.layers=1, or give the phases of 2 \
         layers",
    );
    assert_problem(
        &bytes(&arrays(3)),
        "p.npz: holds 3 layers, the chip has 2\n  help: set chip.layers=3, or give the phases of 2 \
         layers",
    );
    assert_problem(
        &changed(|arrays| drop(arrays.remove(4))),
        "p.npz: layer1_gamma: missing\n  help: give a file that has theta, phi, gamma and prototypes \
         for each layer",
    );
    assert_problem(
        &changed(|arrays| arrays[0] = ("layer0_theta".into(), vec![1], vec![0.5])),
        "p.npz: layer0_theta: has the shape (1,), (3,) is needed\n  help: load it onto the chip that \
         it was trained for: chip.ports, chip.mesh and chip.readout of its config.toml",
    );
    assert_problem(
        &changed(|arrays| arrays[1].2[1] = f64::INFINITY),
        "p.npz: layer0_gamma: value 1 (counted from 0) is inf, a finite number is needed\n  help: \
         replace the value, or give the phases of another run",
    );
    assert_problem(
        &changed(|arrays| arrays[2].2[3] = 0.7),
        &format!(
            "p.npz: layer0_prototypes: 2 prototypes in 2 dimensions: each needs length 1{finished}"
        ),
    );
}

#[test]
fn a_compressed_array_says_how_to_write_it() {
    let whole = bytes(&arrays(2));
    // The method stands 10 bytes into a central directory entry, and 8 into a local one.
    let mut deflated = whole.clone();
    for (signature, offset) in [(b"PK\x01\x02", 10), (b"PK\x03\x04", 8)] {
        let mut places = whole.windows(4).enumerate();
        let (place, _) = places.find(|(_, window)| window == signature).unwrap();
        deflated[place + offset] = 8;
    }
    assert_problem(
        &deflated,
        "p.npz: layer0_theta: is compressed\n  help: write it with numpy.savez, not \
         numpy.savez_compressed",
    );
}

#[test]
fn a_damaged_number_is_noticed() {
    let mut bytes = bytes(&arrays(2));
    let value = 0.1_f64.to_le_bytes();
    let place = bytes.windows(8).position(|window| window == value).unwrap();
    bytes[place] ^= 1;
    let problem = read(&bytes, 2).unwrap_err();
    assert_eq!(problem.subject, "layer0_theta");
    assert!(problem.why.starts_with("cannot be read: "), "{problem}");
}

#[test]
fn every_truncation_and_every_flipped_bit_is_a_problem_or_harmless() {
    let whole = bytes(&arrays(2));
    let right = read(&whole, 2).unwrap();
    for length in 0..whole.len() {
        let problem = read(&whole[..length], 2).unwrap_err();
        assert!(!problem.why.is_empty());
    }
    let mut changed = whole.clone();
    for bit in 0..8 * whole.len() {
        changed[bit / 8] ^= 1 << (bit % 8);
        match read(&changed, 2) {
            // A date, an attribute, a version: nothing that was asked for.
            Ok(layers) => assert_eq!(layers, right, "bit {bit}"),
            Err(problem) => assert!(!problem.why.contains('\n'), "{problem}"),
        }
        changed[bit / 8] ^= 1 << (bit % 8);
    }
}

proptest! {
    #[test]
    fn no_damage_panics(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut damaged = bytes(&arrays(2));
        for (place, value) in places {
            let place = place.index(damaged.len());
            damaged[place] = value;
        }
        let _ = read(&damaged, 2);
    }
}
