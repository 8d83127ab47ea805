//! What holds for all kinds.

use super::test_support::{pass, run};
use super::*;
use crate::detector::ReceiverNoise;
use crate::field::{FieldBatch, LANES};
use num_complex::{Complex, Complex64};
use numerics::Level;
use numerics::level::LEVEL_VARIABLE;
use proptest::prelude::*;
use std::process::Command;

/// One of every kind with an effect.
fn all() -> [Activation; 7] {
    let regenerator = Regenerator {
        responsivity_a_per_w: 1.0,
        dark_current_a: 1e-9,
        noise: None,
        transfer: Transfer::Sigmoid { midpoint_a: 1e-3 },
        gain_per_a: 500.0,
        carrier_power_w: 1e-3,
        extinction_ratio_db: Some(20.0),
    };
    [
        Activation::ElectroOptic(ElectroOptic {
            tap_fraction: 0.1,
            gain_rad_per_w: 300.0,
            bias_rad: 0.4,
        }),
        Activation::SaturableAbsorber(SaturableAbsorber {
            absorption: 0.7,
            unsaturable_absorption: 0.1,
            saturation_power_w: 1e-3,
        }),
        Activation::ModRelu(ModRelu {
            threshold_sqrt_w: 0.01,
        }),
        Activation::GainStage(GainStage {
            gain_db: 10.0,
            ..GainStage::ideal()
        }),
        Activation::GainStage(GainStage {
            gain_db: 10.0,
            noise: Some(AmplifierNoise {
                noise_figure_db: 6.0,
                optical_bandwidth_hz: 50e9,
                wavelength_m: 1550e-9,
            }),
            saturation_output_power_w: Some(5e-3),
        }),
        Activation::Regenerator(regenerator),
        Activation::Regenerator(Regenerator {
            noise: Some(ReceiverNoise::new(10e9, 50.0, 300.0)),
            transfer: Transfer::Relu { threshold_a: 1e-4 },
            ..regenerator
        }),
    ]
}

/// Every amplitude differs, none is 0.
fn field<T: Real>(ports: usize, samples: usize) -> FieldBatch<T> {
    let mut field = FieldBatch::dark(ports, samples);
    for sample in 0..samples {
        for port in 0..ports {
            let e = Complex64::from_polar(0.05 + 0.001 * port as f64, 0.1 + sample as f64);
            field.set(
                port,
                sample,
                Complex::new(T::from_f64(e.re), T::from_f64(e.im)),
            );
        }
    }
    field
}

proptest! {
    #[test]
    fn passive_kinds_never_amplify(
        log_power in -30.0..3.0_f64, phase in -4.0..4.0_f64,
        alpha in 0.0..1.0_f64, gain_rad_per_w in -1e3..1e3_f64, bias_rad in -4.0..4.0_f64,
        share in 0.0..1.0_f64, log_saturation in -15.0..2.0_f64, threshold_sqrt_w in 0.0..1.0_f64,
    ) {
        let e = Complex64::from_polar(10_f64.powf(0.5 * log_power), phase);
        for activation in [
            Activation::Identity,
            Activation::ElectroOptic(ElectroOptic { tap_fraction: alpha, gain_rad_per_w, bias_rad }),
            Activation::SaturableAbsorber(SaturableAbsorber {
                absorption: alpha * share,
                unsaturable_absorption: alpha * (1.0 - share),
                saturation_power_w: 10_f64.powf(log_saturation),
            }),
            Activation::ModRelu(ModRelu { threshold_sqrt_w }),
        ] {
            prop_assert_eq!(activation.check(), Ok(()));
            prop_assert!(activation.is_passive());
            let found = pass::<f64>(activation, e);
            prop_assert!(found.norm_sqr() <= e.norm_sqr() * (1.0 + 1e-14));
            let single = pass::<f32>(activation, e);
            let rounded = Complex64::new(f64::from(e.re as f32), f64::from(e.im as f32));
            prop_assert!(single.norm_sqr() <= rounded.norm_sqr() * (1.0 + 3e-7) + 1e-80);
            let ratio = activation.power_transmission(e.norm_sqr()).unwrap();
            prop_assert!((0.0..=1.0).contains(&ratio), "{:?} {}", activation, ratio);
        }
    }
}

#[test]
fn ideal_kinds_change_no_bit() {
    for activation in [
        Activation::ideal(),
        Activation::ElectroOptic(ElectroOptic::ideal()),
        Activation::SaturableAbsorber(SaturableAbsorber::ideal()),
        Activation::ModRelu(ModRelu::ideal()),
        Activation::GainStage(GainStage::ideal()),
    ] {
        assert_eq!(activation.check(), Ok(()));
        for value in [-0.0, 0.0, 1e-45, 1e-20, 0.1, 3.4e38_f32] {
            let mut field = FieldBatch::<f32>::dark(2, 3);
            field.set(1, 2, Complex::new(value, -value));
            run(activation, &mut field, 0);
            let e = field.get(1, 2);
            assert_eq!(e.re.to_bits(), value.to_bits(), "{activation:?}");
            assert_eq!(e.im.to_bits(), (-value).to_bits(), "{activation:?}");
        }
    }
}

#[test]
fn lanes_beyond_the_last_sample_stay_dark() {
    for activation in all() {
        for samples in [1, 63, 64, 65, 130] {
            let mut field = field::<f32>(5, samples);
            run(activation, &mut field, 0);
            for (index, lane) in field.lanes().iter().enumerate() {
                let lit = samples.saturating_sub(index / 5 * LANES).min(LANES);
                for i in 0..LANES {
                    let dark = lane.re[i] == 0.0 && lane.im[i] == 0.0;
                    assert_eq!(dark, i >= lit, "{activation:?} {samples} {index} {i}");
                }
            }
        }
    }
}

#[test]
fn more_samples_and_more_threads_change_no_bit() {
    let pool = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    };
    for activation in all() {
        // 7 ports x 47 blocks are enough lanes for several threads.
        let mut long = field::<f32>(7, 3000);
        pool(1).install(|| run(activation, &mut long, 5));
        let mut threads = field::<f32>(7, 3000);
        pool(3).install(|| run(activation, &mut threads, 5));
        assert_eq!(long, threads, "{activation:?}");
        let mut short = field::<f32>(7, 333);
        run(activation, &mut short, 5);
        for sample in 0..333 {
            for port in 0..7 {
                assert_eq!(long.get(port, sample), short.get(port, sample));
            }
        }
    }
}

#[test]
fn noise_differs_from_port_to_port_and_sample_to_sample() {
    for activation in [all()[4], all()[6]] {
        let mut field = FieldBatch::<f64>::dark(20, 200);
        for sample in 0..200 {
            for port in 0..20 {
                field.set(port, sample, Complex::new(0.03, 0.0));
            }
        }
        run(activation, &mut field, 2);
        let mut seen: Vec<u64> = (0..4000)
            .map(|k| field.get(k % 20, k / 20).re.to_bits())
            .collect();
        seen.sort_unstable();
        seen.dedup();
        // Two of 4000 numbers of 24 bits may agree by chance.
        assert!(seen.len() > 3980, "{activation:?}: {}", seen.len());
    }
}

#[test]
fn output_power_is_transmission_times_power() {
    for activation in all() {
        for power in [0.0, 1e-6, 1e-3, 0.1] {
            let out = activation.output_power_w(power);
            match activation.power_transmission(power) {
                Some(ratio) => assert_eq!(out, ratio * power),
                None => assert!(out > 0.0 && out <= 1e-3),
            }
        }
    }
}

/// Set in the processes that the test below starts.
const CHILD: &str = "PHOTONICS_ACTIVATION_CHILD";

fn hash_of_all() -> u64 {
    fn hash<T: Real>(activation: Activation, mut hash: u64) -> u64 {
        let mut field = field::<T>(9, 150);
        run(activation, &mut field, 3);
        for lane in field.lanes() {
            for x in lane.re.iter().chain(&lane.im) {
                hash = (hash ^ x.to_f64().to_bits()).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        hash
    }
    all()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, &activation| {
            hash::<f64>(activation, hash::<f32>(activation, sum))
        })
}

/// The level is read once per process, so this test starts itself anew for each.
#[test]
fn vector_instructions_change_no_bit() {
    if std::env::var_os(CHILD).is_some() {
        println!("\nbits {} {}", Level::active(), hash_of_all());
        return;
    }
    let here = hash_of_all();
    for level in Level::available() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "component::activation::tests::vector_instructions_change_no_bit",
                "--nocapture",
            ])
            .env(CHILD, "1")
            .env(LEVEL_VARIABLE, level.to_string())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let expected = format!("bits {level} {here}");
        assert!(
            output.status.success() && text.lines().any(|line| line == expected),
            "{expected}: {text}"
        );
    }
}
