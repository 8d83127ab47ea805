//! The same bytes for any number of threads and every SIMD level.

use super::*;
use crate::{BlackBox, Purpose, Samples, Tap};
use numerics::level::LEVEL_VARIABLE;
use numerics::normal::fill_standard_normal_f32;
use numerics::{Level, Streams};
use std::process::Command;

/// Readouts and gradients of both networks on a batch large enough for threads, folded to one number.
fn bits() -> u64 {
    let streams = Streams::new(5);
    let mut values = vec![0.0; 120 * 784];
    fill_standard_normal_f32(&mut streams.derive("test", 0, 0), &mut values);
    let samples = Samples {
        values: &values,
        width: 784,
    };
    let mut mlp = Mlp::<f32>::new(MlpOptions::default()).unwrap();
    let parameters = mlp.initial_parameters(&streams);
    let mut hash = run(&mut mlp, samples, &parameters);
    let cotangents = vec![0.1; 120 * 10];
    let cotangent = |layer| {
        [Cotangent {
            layer,
            readouts: &cotangents,
        }]
    };
    let mut first = vec![0.0; parameters[0].len()];
    let gradient = Gradient {
        layer: 0,
        parameters: &mut first,
    };
    mlp.vjp(samples, &cotangent(3), &mut [gradient]).unwrap();
    hash = fold(hash, first.iter().map(|x| x.to_bits()));
    let mut options = CnnOptions::default();
    options
        .convolutions
        .iter_mut()
        .for_each(|layer| layer.channels = 5);
    let mut cnn = Cnn::<f32>::new(&options, &streams).unwrap();
    let parameters = cnn.initial_parameters(&streams);
    hash = fold(hash, [run(&mut cnn, samples, &parameters)]);
    let mut first = vec![0.0; parameters[0].len()];
    let gradient = Gradient {
        layer: 0,
        parameters: &mut first,
    };
    cnn.vjp(samples, Purpose::Training, &cotangent(2), &mut [gradient])
        .unwrap();
    fold(hash, first.iter().map(|x| x.to_bits()))
}

fn run(device: &mut dyn BlackBox, samples: Samples<'_>, parameters: &[Vec<f64>]) -> u64 {
    let mut readouts: Vec<Vec<f32>> = Vec::new();
    for (layer, parameters) in parameters.iter().enumerate() {
        device
            .program(layer, parameters, Purpose::Training)
            .unwrap();
        readouts.push(vec![0.0; samples.count() * device.layer(layer).readouts]);
    }
    let taps = readouts.iter_mut().enumerate();
    let mut taps: Vec<Tap<'_>> = taps
        .map(|(layer, readouts)| Tap { layer, readouts })
        .collect();
    device.query(samples, &mut taps, Purpose::Training).unwrap();
    fold(0, readouts.iter().flatten().map(|x| u64::from(x.to_bits())))
}

fn fold(hash: u64, values: impl IntoIterator<Item = u64>) -> u64 {
    values
        .into_iter()
        .fold(hash ^ 0xcbf2_9ce4_8422_2325, |hash, value| {
            (hash ^ value).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(bits)
    };
    let one = on(1);
    assert_eq!([on(2), on(3)], [one; 2]);
    // For the test below, which runs this one at other levels.
    println!("bits {one:016x} end");
}

/// A process has one level, so each level gets a process of its own.
#[test]
fn every_level_gives_the_same_bits() {
    let of = |level: Level| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["digital::tests::any_number_of_threads_gives_the_same_bits"])
            .args(["--exact", "--nocapture"])
            .env(LEVEL_VARIABLE, level.to_string())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let bits = text
            .split("bits ")
            .nth(1)
            .expect("the child prints its bits");
        bits.split(' ').next().unwrap().to_owned()
    };
    let bits: Vec<String> = Level::available().into_iter().map(of).collect();
    assert!(bits.iter().all(|other| *other == bits[0]), "{bits:?}");
}
