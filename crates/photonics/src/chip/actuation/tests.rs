//! Phase shifters against plain formulas.

use super::*;
use crate::mesh::rectangular::rectangular;
use crate::process::HeaterKind;
use crate::process::heater::{self, ThermalCrosstalk};
use numerics::Stream;
use proptest::prelude::*;
use rand::RngExt;

const LAWS: [HeaterLaw; 3] = [HeaterLaw::Direct, HeaterLaw::Power, HeaterLaw::Voltage];

fn ideal() -> HeaterProcess {
    HeaterProcess::ideal()
}

fn build(ports: usize, process: &HeaterProcess, faults: &[StuckHeater]) -> Actuator {
    process.check().unwrap();
    let topology = Arc::new(rectangular(ports).unwrap());
    let streams = Streams::new(1);
    let statics = Arc::new(HeaterStatics::draw(&topology, process, &streams, 0));
    Actuator::new(&topology, statics, process, streams, 0, faults).unwrap()
}

fn stream(index: u64) -> Stream {
    Streams::new(1).derive("actuation test", index, 0)
}

/// Uniform in [low, high).
fn phases(heaters: usize, low: f64, high: f64, index: u64) -> Vec<f64> {
    let mut stream = stream(index);
    (0..heaters)
        .map(|_| (high - low).mul_add(stream.random::<f64>(), low))
        .collect()
}

fn actuate(actuator: &mut Actuator, requested: &[f64], now_s: f64) -> Vec<f64> {
    let mut actual = vec![f64::NAN; requested.len()];
    actuator.actuate(requested, now_s, &mut actual);
    actual
}

fn rms(x: impl Iterator<Item = f64>) -> f64 {
    let (mut n, mut sum) = (0.0, 0.0);
    for x in x {
        n += 1.0;
        sum += x * x;
    }
    f64::sqrt(sum / n)
}

#[test]
fn ideal_phase_shifters_give_what_was_asked_for_bit_for_bit() {
    let mut actuator = build(9, &ideal(), &[]);
    let mut requested = phases(81, -1e3, 1e3, 0);
    requested[..4].copy_from_slice(&[-0.0, 0.0, TAU, f64::MIN_POSITIVE / 4.0]);
    for now_s in [0.0, 5.0] {
        let actual = actuate(&mut actuator, &requested, now_s);
        for (actual, requested) in actual.iter().zip(&requested) {
            assert_eq!(actual.to_bits(), requested.to_bits());
        }
    }
    assert_eq!(actuator.heater_power_w(), 0.0);
    assert_eq!((actuator.codes(), actuator.resolution_rad()), (None, None));
    assert!(!actuator.changes_with_time());
}

proptest! {
    #[test]
    fn wrapping_takes_whole_turns(x in -1e4..1e4_f64, y in 0.0..TAU) {
        let wrapped = wrap(x);
        prop_assert!((0.0..TAU).contains(&wrapped));
        prop_assert!((wrapped.sin() - x.sin()).abs() < 1e-12);
        prop_assert!((wrapped.cos() - x.cos()).abs() < 1e-12);
        prop_assert_eq!(wrap(y), y);
    }

    #[test]
    fn codes_are_the_nearest_and_saturate(
        x in -20.0..20.0_f64,
        bits in 1..=24_u8,
        full_scale_rad in 0.5..15.0_f64,
        law in 0..3_usize,
    ) {
        let law = LAWS[law];
        let process = HeaterProcess { law, dac_bits: Some(bits), full_scale_rad, ..ideal() };
        let mut actuator = build(1, &process, &[]);
        let actual = actuate(&mut actuator, &[x], 0.0)[0];
        let code = f64::from(actuator.codes().unwrap()[0]);
        let largest = f64::from((1_u32 << bits) - 1);
        let wanted = x.rem_euclid(TAU).min(full_scale_rad) / full_scale_rad;
        let power = if law == HeaterLaw::Voltage { 2 } else { 1 };
        let drive = if power == 2 { wanted.sqrt() } else { wanted };
        prop_assert!(code <= largest);
        prop_assert!((code - drive * largest).abs() <= 0.5 + 1e-6);
        let expected = full_scale_rad * (code / largest).powi(power);
        prop_assert!((actual - expected).abs() < 1e-14 * full_scale_rad);
    }
}

#[test]
fn wrapping_holds_at_the_edges() {
    let below = TAU.next_down();
    for (x, expected) in [
        (0.0, 0.0),
        (-0.0, 0.0),
        (TAU, 0.0),
        (below, below),
        (-1e-30, 0.0),
        (-below, TAU - below),
    ] {
        assert!((wrap(x) - expected).abs() < 1e-15, "{x}");
        assert!((0.0..TAU).contains(&wrap(x)));
    }
}

#[test]
fn without_a_converter_the_phase_ends_at_full_scale() {
    for law in [HeaterLaw::Power, HeaterLaw::Voltage] {
        let process = HeaterProcess {
            law,
            full_scale_rad: 4.0,
            ..ideal()
        };
        let actual = actuate(&mut build(2, &process, &[]), &[1.0, 5.0, -1.0, 8.0], 0.0);
        assert_eq!(actual[..2], [1.0, 4.0]);
        assert!(actual[2] == 4.0 && (actual[3] - (8.0 - TAU)).abs() < 1e-15);
    }
}

#[test]
fn rounding_spreads_by_its_closed_form() {
    // A step s rounds with the variance s^2 / 12. Under the law of the voltage the step at the
    // phase x is 2 sqrt(x F) / m, so that its square has the mean 4 pi F / m^2 over [0, 2 pi).
    let requested = phases(90_000, 0.0, TAU, 1);
    for (law, bits) in [
        (HeaterLaw::Power, 6),
        (HeaterLaw::Power, 12),
        (HeaterLaw::Voltage, 8),
        (HeaterLaw::Voltage, 12),
    ] {
        let process = HeaterProcess {
            law,
            dac_bits: Some(bits),
            ..ideal()
        };
        let mut actuator = build(300, &process, &[]);
        let actual = actuate(&mut actuator, &requested, 0.0);
        let found = rms(actual.iter().zip(&requested).map(|(a, r)| a - r));
        let step = actuator.resolution_rad().unwrap();
        let mean_square = match law {
            HeaterLaw::Voltage => {
                4.0 * PI * process.full_scale_rad / f64::from((1_u32 << bits) - 1).powi(2)
            }
            _ => step * step,
        };
        let expected = (mean_square / 12.0).sqrt();
        assert!((found / expected - 1.0).abs() < 0.02, "{law:?} {bits}");
    }
}

#[test]
fn efficiencies_and_offsets_spread_by_their_closed_form() {
    // Phases x uniform in [0, 2 pi) have the mean square (2 pi)^2 / 3.
    let requested = phases(490_000, 0.0, TAU, 2);
    for (efficiency_sigma, phase_offset_sigma_rad) in [(0.05, 0.0), (0.0, 0.7), (0.1, 0.2)] {
        let process = HeaterProcess {
            law: HeaterLaw::Power,
            efficiency_sigma,
            phase_offset_sigma_rad,
            ..ideal()
        };
        let mut actuator = build(700, &process, &[]);
        let first = actuate(&mut actuator, &requested, 0.0);
        let found = rms(first.iter().zip(&requested).map(|(a, r)| a - r));
        let expected = f64::hypot(
            efficiency_sigma * TAU / 3_f64.sqrt(),
            phase_offset_sigma_rad,
        );
        assert!((found / expected - 1.0).abs() < 0.02);
        // They are drawn once.
        assert_eq!(actuate(&mut actuator, &requested, 9.0), first);
    }
}

#[test]
fn power_is_that_of_all_heaters() {
    let p_pi_w = 25e-3;
    for law in [HeaterLaw::Power, HeaterLaw::Voltage] {
        let process = HeaterProcess {
            law,
            p_pi_w,
            efficiency_sigma: 0.1,
            ..ideal()
        };
        let mut actuator = build(9, &process, &[]);
        assert_eq!(actuator.heater_power_w(), 0.0);
        let actual = actuate(&mut actuator, &phases(81, 0.0, TAU, 3), 0.0);
        let expected = actual.iter().sum::<f64>() * p_pi_w / PI;
        assert!((actuator.heater_power_w() / expected - 1.0).abs() < 1e-14);
        let nominal = HeaterProcess {
            efficiency_sigma: 0.0,
            ..process
        };
        let mut actuator = build(9, &nominal, &[]);
        actuate(&mut actuator, &[PI; 81], 0.0);
        assert!((actuator.heater_power_w() / (81.0 * p_pi_w) - 1.0).abs() < 1e-14);
    }
}

#[test]
fn crosstalk_follows_what_is_dissipated() {
    let process = HeaterProcess {
        law: HeaterLaw::Voltage,
        dac_bits: Some(10),
        efficiency_sigma: 0.1,
        phase_offset_sigma_rad: 0.5,
        ..ideal()
    };
    let warm = HeaterProcess {
        crosstalk: ThermalCrosstalk {
            coupling: 0.02,
            ..ThermalCrosstalk::ideal()
        },
        ..process
    };
    let requested = phases(81, -10.0, 10.0, 4);
    let mut alone = build(9, &process, &[]);
    let without = actuate(&mut alone, &requested, 0.0);
    let offset = alone.statics.offset_rad().unwrap().to_vec();
    let dissipated: Vec<f64> = without.iter().zip(&offset).map(|(a, o)| a - o).collect();
    let mut together = build(9, &warm, &[]);
    let with = actuate(&mut together, &requested, 0.0);
    let mut expected = vec![0.0; 81];
    together
        .crosstalk
        .as_mut()
        .unwrap()
        .add(&dissipated, &mut expected);
    for ((found, expected), offset) in with.iter().zip(&expected).zip(&offset) {
        assert!((found - expected - offset).abs() < 1e-13);
    }
    assert_eq!(together.heater_power_w(), alone.heater_power_w());
}

#[test]
fn heaters_follow_by_an_exponential() {
    let process = HeaterProcess {
        response_time_s: 20e-6,
        settling_s: 30e-6,
        ..ideal()
    };
    let left = |time_s: f64| (-time_s / 20e-6_f64).exp();
    let mut actuator = build(2, &process, &[]);
    assert!(actuator.changes_with_time());
    let (first, second) = ([1.0, 2.0, 3.0, 4.0], [2.0, 0.0, 3.0, -5.0]);
    // Cold at power-up.
    let at_first = actuate(&mut actuator, &first, 1.0);
    // Light again 10 us later, then a setting that light meets 50 us later.
    let mut later = [0.0; 4];
    actuator.refresh(1.0 + 10e-6, &mut later);
    let at_second = actuate(&mut actuator, &second, 1.0 + 60e-6);
    for i in 0..4 {
        let x = first[i] * (1.0 - left(30e-6));
        assert!((at_first[i] - x).abs() < 1e-14);
        let x = first[i] * (1.0 - left(40e-6));
        assert!((later[i] - x).abs() < 1e-9);
        // 20 us more at the old setting, 30 us at the new.
        let x = first[i] * (1.0 - left(60e-6));
        let x = second[i] + (x - second[i]) * left(30e-6);
        assert!((at_second[i] - x).abs() < 1e-9);
    }
    // Settled, the setting is reached.
    actuator.refresh(2.0, &mut later);
    assert_eq!(later, second);
}

#[test]
fn light_right_after_the_setting_meets_the_setting_before() {
    let process = HeaterProcess {
        law: HeaterLaw::Power,
        response_time_s: 1e-3,
        ..ideal()
    };
    let mut actuator = build(2, &process, &[]);
    assert_eq!(actuate(&mut actuator, &[1.0; 4], 0.0), [0.0; 4]);
    // The power is there at once.
    assert!(actuator.heater_power_w() > 0.0);
}

#[test]
fn drift_adds_and_goes_with_the_clock() {
    let process = HeaterProcess {
        drift: heater::Drift {
            sigma_rad: 0.2,
            time_constant_s: 10.0,
        },
        ..ideal()
    };
    let mut actuator = build(300, &process, &[]);
    let requested = phases(90_000, -3.0, 3.0, 5);
    let drift = |actual: &[f64]| -> Vec<f64> {
        actual.iter().zip(&requested).map(|(a, r)| a - r).collect()
    };
    let start = drift(&actuate(&mut actuator, &requested, 100.0));
    assert_eq!(drift(&actuate(&mut actuator, &requested, 100.0)), start);
    assert_eq!(drift(&actuate(&mut actuator, &requested, 99.0)), start);
    let mut now = vec![0.0; 90_000];
    actuator.refresh(105.0, &mut now);
    let now = drift(&now);
    for x in [&start, &now] {
        assert!((rms(x.iter().copied()) / 0.2 - 1.0).abs() < 0.02);
    }
    let moved = rms(start.iter().zip(&now).map(|(a, b)| b - a));
    let expected = 0.2 * (2.0 * (1.0 - (-0.5_f64).exp())).sqrt();
    assert!((moved / expected - 1.0).abs() < 0.02);
}

#[test]
fn stuck_heaters_stay() {
    let process = HeaterProcess {
        law: HeaterLaw::Voltage,
        dac_bits: Some(8),
        efficiency_sigma: 0.1,
        ..ideal()
    };
    let stuck = |kind, index, at| StuckHeater {
        layer: 0,
        kind,
        index,
        at,
    };
    let faults = [
        stuck(HeaterKind::Theta, 1, StuckAt::Phase(0.0)),
        stuck(HeaterKind::Phi, 2, StuckAt::Code(200)),
        stuck(HeaterKind::Gamma, 3, StuckAt::Phase(1.25)),
        StuckHeater {
            layer: 1,
            ..stuck(HeaterKind::Theta, 0, StuckAt::Phase(9.0))
        },
    ];
    let mut actuator = build(4, &process, &faults);
    let mut healthy = build(4, &process, &[]);
    assert!(actuator.heater_power_w() > 0.0);
    for index in 0..2 {
        let requested = phases(16, 0.0, TAU, 6 + index);
        let actual = actuate(&mut actuator, &requested, 0.0);
        let expected = actuate(&mut healthy, &requested, 0.0);
        let efficiency = actuator.statics.efficiency().unwrap()[8];
        let at_code = 2.2 * PI * f64::powi(200.0 / 255.0, 2) * efficiency;
        assert_eq!(actuator.codes().unwrap()[8], 200);
        for i in 0..16 {
            match i {
                1 => assert_eq!(actual[i], 0.0),
                8 => assert!((actual[i] - at_code).abs() < 1e-14),
                15 => assert_eq!(actual[i], 1.25),
                _ => assert_eq!(actual[i], expected[i]),
            }
        }
    }
    // The others are not told.
    let topology = Arc::new(rectangular(2).unwrap());
    let statics = Arc::new(HeaterStatics::ideal(&topology));
    let wrong = stuck(HeaterKind::Theta, 1, StuckAt::Phase(0.0));
    Actuator::new(&topology, statics, &process, Streams::new(1), 0, &[wrong]).unwrap_err();
}

#[test]
fn the_law_of_the_phase_with_a_converter_rounds_and_costs_nothing() {
    let process = HeaterProcess {
        dac_bits: Some(2),
        full_scale_rad: 6.0,
        ..ideal()
    };
    let mut actuator = build(2, &process, &[]);
    assert_eq!(
        actuate(&mut actuator, &[0.9, 3.1, 6.2, 1.1], 0.0),
        [0.0, 4.0, 6.0, 2.0]
    );
    assert_eq!(actuator.codes().unwrap(), [0, 2, 3, 1]);
    assert_eq!(actuator.heater_power_w(), 0.0);
    assert_eq!(actuator.resolution_rad(), Some(2.0));
}

#[test]
fn settled_heaters_change_nothing_any_more() {
    let process = HeaterProcess {
        law: HeaterLaw::Power,
        response_time_s: 1e-6,
        settling_s: 5e-6,
        ..ideal()
    };
    let mut actuator = build(9, &process, &[]);
    let requested = phases(81, 1.0, 6.0, 3);
    let first = actuate(&mut actuator, &requested, 0.0);
    let largest = requested.iter().copied().fold(0.0, f64::max);
    // What is missing: e^-5 of the setting. Of it 1e-6 rad go in t with 1 - exp(-t / tau).
    let missing = largest * (-5.0_f64).exp();
    let time_s = -1e-6 * (1.0 - NOTICEABLE_RAD / missing).ln();
    assert!(actuator.changes_noticeably_in(1.001 * time_s));
    assert!(!actuator.changes_noticeably_in(0.999 * time_s));
    let mut later = first.clone();
    actuator.refresh(20e-6, &mut later);
    let moved = first.iter().zip(&later).map(|(a, b)| (a - b).abs());
    assert!((moved.fold(0.0, f64::max) / missing - 1.0).abs() < 1e-6);
    assert!(!actuator.changes_noticeably_in(1e9), "it has settled");
}
