//! How splitter errors spoil a mesh (Hamerly, Bandyopadhyay, Englund, arXiv:2103.04993).

mod common;

use common::{split, stream};
use num_complex::Complex64;
use numerics::normal::fill_standard_normal;
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::fabricate::{DieSeed, fabricate};
use photonics::matrix::relative_error;
use photonics::mesh::MeshHardware;
use photonics::mesh::haar::haar_phases;
use photonics::mesh::rectangular::rectangular;
use photonics::process::{MeshProcess, Process};
use std::sync::Arc;

/// Errors |dU|_F / sqrt(N) of `dies` uncorrected dies, each at another Haar-random setting.
fn errors(ports: usize, sigma_rad: f64, dies: u64) -> Vec<f64> {
    let topology = Arc::new(rectangular(ports).unwrap());
    let ideal = MeshHardware::ideal(topology.clone());
    let layer = LayerDesign {
        topology: topology.clone(),
        readout: Readout::Intensity,
        tap: Tap::Lossless,
        adc_full_scale_a: None,
        activation: Activation::Identity,
    };
    let design = ChipDesign {
        layers: vec![layer],
        source: Source::ideal(1e-3),
        precision: Precision::Double,
    };
    let mesh = MeshProcess {
        splitter_error_sigma_rad: sigma_rad,
        ..MeshProcess::ideal()
    };
    let process = Process {
        mesh,
        ..Process::ideal()
    };
    (0..dies)
        .map(|die| {
            let phases = haar_phases(&topology, &mut stream("laws", die as usize));
            let (_, truth) = fabricate(&design, &process, DieSeed(die)).unwrap();
            relative_error(
                &truth.matrix(0, &phases).unwrap(),
                &ideal.matrix(split(&ideal, &phases)),
            )
        })
        .collect()
}

#[test]
fn the_uncorrected_error_is_its_closed_form() {
    // A coupler error e multiplies by exp(i e X), which has the mean exp(-sigma^2/2), and 2 (N - 1)
    // couplers lie on a path on average: E |dU|^2 / N = 2 (1 - exp(-(N - 1) sigma^2)) where these
    // numbers hardly differ between paths. For large N and small sigma that is 2 N sigma^2.
    for (ports, sigma_rad, dies) in [
        (16, 0.01, 400),
        (16, 0.05, 400),
        (64, 0.01, 40),
        (64, 0.02, 40),
    ] {
        let squares: Vec<f64> = errors(ports, sigma_rad, dies)
            .iter()
            .map(|x| x * x)
            .collect();
        let n = squares.len() as f64;
        let mean = squares.iter().sum::<f64>() / n;
        let variance = squares.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let expected = 2.0 * (1.0 - (-(ports as f64 - 1.0) * sigma_rad * sigma_rad).exp());
        let limit = 5.0 * (variance / n).sqrt();
        assert!(
            (mean - expected).abs() < limit,
            "{ports} {sigma_rad}: {mean} {expected} +- {limit}"
        );
        assert!(
            limit < 0.1 * expected,
            "{ports} {sigma_rad}: {dies} dies tell too little"
        );
    }
}

#[test]
fn the_uncorrected_error_is_the_published_one() {
    for (sigma_rad, published) in [(0.01, 0.113), (0.02, 0.225), (0.05, 0.544)] {
        let errors = errors(64, sigma_rad, 20);
        let mean = errors.iter().sum::<f64>() / errors.len() as f64;
        // One die has a standard deviation near 3 %, and the published law has N for N - 1.
        assert!(
            (mean / published - 1.0).abs() < 0.03,
            "{sigma_rad}: {mean} {published}"
        );
    }
}

#[test]
fn the_uncorrected_error_grows_with_the_root_of_the_size() {
    // The law for small sigma, sqrt(2 N) sigma, is the limit of sqrt(2 (N - 1)) sigma: there are
    // N (N - 1) couplers, and each adds 2 sigma^2 to |dU|^2.
    let sigma_rad = 2e-3;
    for (ports, dies) in [(8, 600), (16, 300), (32, 100), (64, 40), (128, 15)] {
        let squares: Vec<f64> = errors(ports, sigma_rad, dies)
            .iter()
            .map(|x| x * x)
            .collect();
        let n = squares.len() as f64;
        let mean = squares.iter().sum::<f64>() / n;
        let variance = squares.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let couplings = 2.0 * (ports as f64 - 1.0);
        let ratio = mean.sqrt() / (couplings.sqrt() * sigma_rad);
        // Half the relative error of the square; three of these within 3 %.
        let error = 0.5 * (variance / n).sqrt() / mean;
        assert!(
            error < 0.01,
            "{ports}: {dies} dies tell too little: {error}"
        );
        assert!((ratio - 1.0).abs() < 0.03, "{ports}: {ratio} +- {error}");
        if ports >= 32 {
            let published = mean.sqrt() / ((2.0 * ports as f64).sqrt() * sigma_rad);
            assert!((published - 1.0).abs() < 0.03, "{ports}: {published}");
        }
    }
}

#[test]
fn the_mean_of_all_dies_is_a_lossy_mesh() {
    // Each of an MZI's two couplers contributes exp(-sigma^2/2), so the mean transfer matrix is that
    // of an ideal mesh whose MZIs have the field transmission exp(-sigma^2):
    // errors alone make a mesh lossy on average.
    let (ports, sigma_rad) = (6, 0.2_f64);
    let topology = Arc::new(rectangular(ports).unwrap());
    let phases = haar_phases(&topology, &mut stream("mean", 0));
    let mesh = |errors, transmission| MeshHardware::new(topology.clone(), errors, transmission);
    let none = || vec![[0.0; 2]; topology.mzis()];
    let transmission = vec![(-sigma_rad * sigma_rad).exp(); topology.mzis()];
    let (ideal, damped) = (mesh(none(), None), mesh(none(), Some(transmission)));
    let u = ideal.matrix(split(&ideal, &phases));
    let expected = damped.matrix(split(&damped, &phases));
    let dies = 4000;
    let mut normal = vec![0.0; 2 * topology.mzis() * dies];
    fill_standard_normal(&mut stream("dies", 0), &mut normal);
    let mut mean = &u * Complex64::ZERO;
    for errors in normal.chunks_exact(2 * topology.mzis()) {
        let errors = errors
            .as_chunks::<2>()
            .0
            .iter()
            .map(|&[a, b]| [sigma_rad * a, sigma_rad * b]);
        let die = mesh(errors.collect(), None);
        mean += die.matrix(split(&die, &phases));
    }
    mean /= Complex64::from(dies as f64);
    // The variance of all elements together is N - |E U|^2.
    let variance = ports as f64 - expected.norm_squared();
    let limit = 3.0 * (variance / dies as f64).sqrt();
    let error = (mean - &expected).norm();
    assert!(error < limit, "{error} {limit}");
    assert!((&u - &expected).norm() > 4.0 * limit);
}
