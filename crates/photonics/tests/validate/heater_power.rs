//! Heater powers against the mean of their distribution.

use numerics::Streams;
use photonics::mesh::rectangular::rectangular;
use photonics::process::heater::{HeaterLaw, HeaterProcess};
use photonics::validate::heater_power::{HeaterPowers, heater_power};
use std::f64::consts::PI;
use std::sync::Arc;

fn process(law: HeaterLaw) -> HeaterProcess {
    HeaterProcess {
        law,
        p_pi_w: 30e-3,
        ..HeaterProcess::ideal()
    }
}

fn powers(ports: usize, process: &HeaterProcess, targets: usize) -> Option<HeaterPowers> {
    let topology = Arc::new(rectangular(ports).unwrap());
    heater_power(&topology, process, targets, &Streams::new(6)).unwrap()
}

#[test]
fn means_are_those_of_the_haar_measure() {
    let (ports, targets) = (4, 4000);
    let found = powers(ports, &process(HeaterLaw::Voltage), targets).unwrap();
    let root = (targets as f64).sqrt();
    // The mean of theta = 2 acos(u^(1/(2 alpha))).
    let mean_theta = |alpha: f64| {
        let steps = 200_000;
        let at = |k: i32| (f64::from(k) + 0.5) / f64::from(steps);
        (0..steps)
            .map(|k| 2.0 * at(k).powf(0.5 / alpha).acos())
            .sum::<f64>()
            / f64::from(steps)
    };
    assert!((mean_theta(1.0) - PI / 2.0).abs() < 1e-6);
    for heater in &found.heaters[..6] {
        assert!(heater.max_w <= 30e-3 * (1.0 + 1e-15));
    }
    let thetas_w: f64 = found.heaters[..6].iter().map(|heater| heater.mean_w).sum();
    // alpha takes the value a N - a times.
    let expected_w = 30e-3 / PI * (3.0 * mean_theta(1.0) + 2.0 * mean_theta(2.0) + mean_theta(3.0));
    assert!(
        (thetas_w - expected_w).abs() < 5.0 * 6.0_f64.sqrt() * 10e-3 / root,
        "{thetas_w} {expected_w}"
    );
    for heater in &found.heaters[6..] {
        // Uniform in [0, 2 pi): mean 1, standard deviation 1/sqrt(3), in units of P_pi.
        assert!((heater.mean_w / 30e-3 - 1.0).abs() < 5.0 / 3.0_f64.sqrt() / root);
        assert!((heater.sd_w / 30e-3 - 1.0 / 3.0_f64.sqrt()).abs() < 0.03);
        assert!(heater.max_w < 60e-3 && heater.max_w > 59e-3);
    }
    let total_w: f64 = found.heaters.iter().map(|heater| heater.mean_w).sum();
    assert!((found.total_w.mean / total_w - 1.0).abs() < 1e-12);
    assert_eq!((found.total_w.n, found.targets), (targets, targets));
}

#[test]
fn the_law_and_the_converters_act() {
    assert_eq!(powers(4, &process(HeaterLaw::Direct), 5), None);
    assert_eq!(powers(4, &process(HeaterLaw::Power), 0), None);
    let continuous = powers(4, &process(HeaterLaw::Power), 20).unwrap();
    assert_eq!(
        Some(&continuous),
        powers(4, &process(HeaterLaw::Voltage), 20).as_ref()
    );
    // One bit: a heater is off or at full scale.
    let full_scale_rad = 6.0;
    let coarse = HeaterProcess {
        dac_bits: Some(1),
        full_scale_rad,
        ..process(HeaterLaw::Power)
    };
    let found = powers(4, &coarse, 20).unwrap();
    let full_w = 30e-3 * full_scale_rad / PI;
    for heater in &found.heaters {
        assert!(heater.max_w == 0.0 || (heater.max_w / full_w - 1.0).abs() < 1e-12);
        let times = heater.mean_w * 20.0 / full_w;
        assert!((times - times.round()).abs() < 1e-9);
        // On in `times` of 20 targets.
        let sd_w = full_w * (times * (20.0 - times) / (20.0 * 19.0)).sqrt();
        assert!((heater.sd_w - sd_w).abs() < 1e-9, "{heater:?} {sd_w}");
    }
    // Efficiency, crosstalk and drift change what light meets, not what the nominal heaters take.
    let messy = HeaterProcess {
        efficiency_sigma: 0.1,
        response_time_s: 1.0,
        phase_offset_sigma_rad: 1.0,
        ..process(HeaterLaw::Power)
    };
    assert_eq!(powers(4, &messy, 20).unwrap(), continuous);
    let bad = HeaterProcess {
        p_pi_w: -1.0,
        ..process(HeaterLaw::Power)
    };
    let topology = Arc::new(rectangular(4).unwrap());
    assert!(heater_power(&topology, &bad, 5, &Streams::new(1)).is_err());
}
