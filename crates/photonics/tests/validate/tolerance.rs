//! Tolerances against the laws of arXiv:2103.04993.

use numerics::Streams;
use photonics::mesh::NamedTopology;
use photonics::validate::tolerance::{Tolerance, ToleranceOptions, tolerance};
use std::sync::Arc;

fn find(name: NamedTopology, ports: usize, fidelity: f64, corrected: bool) -> Option<Tolerance> {
    let topology = Arc::new(name.build(ports).unwrap());
    let options = ToleranceOptions {
        fidelity,
        dies: 100,
        corrected,
    };
    tolerance(&topology, &options, &Streams::new(2), 10).unwrap()
}

#[test]
fn uncorrected_it_follows_the_law() {
    for (name, ports, fidelity) in [
        (NamedTopology::Rectangular, 8, 0.99),
        (NamedTopology::Rectangular, 16, 0.9),
        (NamedTopology::Triangular, 16, 0.9),
        (NamedTopology::Rectangular, 32, 0.5),
    ] {
        let found = find(name, ports, fidelity, false).unwrap();
        let couplers = 2.0 * (ports as f64 - 1.0);
        let law = (-fidelity.ln() / couplers).sqrt();
        let [low, high] = found.interval_rad.unwrap();
        // F = exp(-2 (N - 1) sigma^2), sigma to half of 1e-4.
        assert!((found.fidelity.mean / fidelity - 1.0).abs() < -fidelity.ln() * 1.1e-4);
        // The number of couplers differs from path to path, most in a triangular mesh: the mean over paths
        // of exp(-k sigma^2 / 2) is above that at the mean of k, by the part var(k) sigma^4 / 8, below
        // 3 % here. Twice the interval is four standard errors.
        let limit = 2.0 * (high - low) / 2.0 + 0.03 * law;
        assert!(
            (found.sigma_rad - law).abs() < limit,
            "{name:?} {ports}: {found:?} {law}"
        );
        assert!(high - low < 0.15 * law, "{name:?} {ports}: too few dies");
    }
}

#[test]
fn corrected_it_follows_the_published_law() {
    // |dU|_F / sqrt(N) near 0.75 N sigma^2, a law of large N: 10 % for sigma^2, 5 % for sigma.
    for (ports, fidelity) in [(32, 0.995), (64, 0.99)] {
        let found = find(NamedTopology::Rectangular, ports, fidelity, true).unwrap();
        let law = ((1.0 - fidelity).sqrt() / (0.75 * ports as f64)).sqrt();
        assert!(
            (found.sigma_rad / law - 1.0).abs() < 0.08,
            "{ports}: {found:?} {law}"
        );
        let plain = find(NamedTopology::Rectangular, ports, fidelity, false).unwrap();
        assert!(found.sigma_rad > 2.5 * plain.sigma_rad);
    }
}

#[test]
fn what_is_always_reached_has_no_limit() {
    assert_eq!(find(NamedTopology::Rectangular, 1, 0.9, false), None);
    let topology = Arc::new(NamedTopology::Rectangular.build(4).unwrap());
    let none = ToleranceOptions {
        fidelity: 0.9,
        dies: 0,
        corrected: false,
    };
    assert_eq!(tolerance(&topology, &none, &Streams::new(1), 0), Ok(None));
    let one = tolerance(
        &topology,
        &ToleranceOptions { dies: 1, ..none },
        &Streams::new(1),
        0,
    )
    .unwrap()
    .unwrap();
    assert_eq!(one.interval_rad, None);
}

#[test]
fn the_interval_is_as_wide_as_other_dies_scatter() {
    let topology = Arc::new(NamedTopology::Rectangular.build(6).unwrap());
    let options = ToleranceOptions {
        fidelity: 0.95,
        dies: 40,
        corrected: false,
    };
    let runs: Vec<(f64, f64)> = (0..40)
        .map(|run| {
            // Other dies and other targets.
            let found = tolerance(&topology, &options, &Streams::new(run), 1000 * run)
                .unwrap()
                .unwrap();
            let [low, high] = found.interval_rad.unwrap();
            (found.sigma_rad, high - low)
        })
        .collect();
    let n = runs.len() as f64;
    let mean = runs.iter().map(|run| run.0).sum::<f64>() / n;
    let variance = runs.iter().map(|run| (run.0 - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let stated = runs.iter().map(|run| run.1).sum::<f64>() / n / (2.0 * 1.96);
    // The standard deviation of 40 numbers is uncertain by 11 %; three of these.
    assert!(
        (variance.sqrt() / stated - 1.0).abs() < 0.34,
        "{} {stated}",
        variance.sqrt()
    );
}
