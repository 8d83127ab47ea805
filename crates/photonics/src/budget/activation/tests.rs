use super::super::ensemble::Kind;
use super::*;
use crate::component::activation::{
    AmplifierNoise, ElectroOptic, GainStage, ModRelu, SaturableAbsorber, Transfer,
};
use crate::detector::ReceiverNoise;

fn at(power_w: f64) -> Ensemble {
    Ensemble::new(vec![Kind {
        share: 1.0,
        ln_w: power_w.ln(),
    }])
}

fn budget(activation: Activation, power_w: f64, noise_w: f64) -> ActivationBudget {
    // So many ports that powers are exponential.
    activate(
        &activation,
        &Speckle::new(1_000_000_000),
        &at(power_w),
        noise_w,
    )
    .0
}

#[test]
fn a_bias_of_pi_goes_with_the_cube_of_the_power() {
    // (1 - alpha) sin^2(g P / 2) for weak light: 6 and 2 are E[x^3] and E[x^2].
    let (alpha, g) = (0.1, 50.0 * std::f64::consts::PI);
    let published = Activation::ElectroOptic(ElectroOptic {
        tap_fraction: alpha,
        gain_rad_per_w: g,
        bias_rad: std::f64::consts::PI,
    });
    let power_w = 1e-5;
    let weak = (1.0 - alpha) * (0.5 * g * power_w).powi(2);
    let found = budget(published, power_w, 0.0);
    assert!((found.loss_db + power_ratio_to_db(6.0 * weak)).abs() < 1e-4);
    let transmission = found.mean_transmission_loss_db.unwrap();
    assert!((transmission + power_ratio_to_db(2.0 * weak)).abs() < 1e-4);
    assert!((found.slope - 3.0).abs() < 1e-4);
    assert!((found.input.dbm() - found.loss_db - found.output.dbm()).abs() < 1e-12);
    assert_eq!(found.noise_light_w, 0.0);
}

#[test]
fn strong_light_averages_over_the_fringes() {
    // E[x exp(-x) cos^2(w x / 2)] = (1 + Re (1 - i w)^-2) / 2.
    let open = Activation::ElectroOptic(ElectroOptic {
        tap_fraction: 0.0,
        gain_rad_per_w: 1e3,
        bias_rad: 0.0,
    });
    for w in [0.1_f64, 1.0, 7.0] {
        let found = budget(open, w / 1e3, 0.0);
        let real = (1.0 - w * w) / (1.0 + w * w).powi(2);
        let expected = 0.5 + 0.5 * real;
        assert!(
            (found.loss_db + power_ratio_to_db(expected)).abs() < 1e-6,
            "{w}"
        );
    }
}

#[test]
fn thresholds_and_absorbers() {
    // E[(sqrt(x) - b)^2; x > b^2] with b = 1: exp(-1) (2 - 1/2 .. ) by numbers of an integral.
    let relu = Activation::ModRelu(ModRelu {
        threshold_sqrt_w: 1e-2,
    });
    let steps = 2_000_000;
    let step = 60.0 / f64::from(steps);
    let integral: f64 = (0..steps)
        .map(|i| (f64::from(i) + 0.5) * step)
        .map(|x| (x.sqrt() - 1.0).max(0.0).powi(2) * (-x).exp())
        .sum::<f64>()
        * step;
    let found = budget(relu, 1e-4, 0.0);
    assert!((found.loss_db + power_ratio_to_db(integral)).abs() < 1e-5);
    // Bleached: all passes; weak: what is not absorbed.
    let absorber = Activation::SaturableAbsorber(SaturableAbsorber {
        absorption: 0.75,
        unsaturable_absorption: 0.0,
        saturation_power_w: 1e-3,
    });
    assert!(budget(absorber, 1e3, 0.0).loss_db < 1e-4);
    assert!((budget(absorber, 1e-9, 0.0).loss_db - 6.0206).abs() < 1e-3);
}

#[test]
fn identity_passes_light_and_noise_as_they_are() {
    let found = budget(Activation::Identity, 1e-4, 1e-9);
    assert_eq!((found.loss_db, found.slope), (0.0, 1.0));
    assert_eq!(found.mean_transmission_loss_db, Some(0.0));
    assert_eq!(found.noise_light_w, 1e-9);
    let dark = budget(Activation::Identity, 0.0, 1e-9);
    assert!(dark.output.is_dark() && dark.loss_db == 0.0 && dark.noise_light_w == 1e-9);
}

#[test]
fn an_amplifier_adds_its_emission() {
    let stage = GainStage {
        gain_db: 20.0,
        noise: Some(AmplifierNoise {
            noise_figure_db: 5.0,
            optical_bandwidth_hz: 12.5e9,
            wavelength_m: 1550e-9,
        }),
        saturation_output_power_w: None,
    };
    let found = budget(Activation::GainStage(stage), 1e-6, 1e-9);
    assert!((found.loss_db + 20.0).abs() < 1e-9);
    let expected = 100.0 * 1e-9 + stage.emission_w(1e-6);
    assert!((found.noise_light_w / expected - 1.0).abs() < 1e-6);
}

#[test]
fn a_regenerator_puts_out_its_carrier_with_the_noise_of_its_receiver() {
    let receiver = ReceiverNoise::new(1e9, 1e6, 300.0);
    let regenerator = Regenerator {
        responsivity_a_per_w: 0.8,
        dark_current_a: 1e-8,
        noise: Some(receiver),
        transfer: Transfer::Linear,
        gain_per_a: 10.0,
        carrier_power_w: 1e-3,
        extinction_ratio_db: None,
    };
    let found = budget(Activation::Regenerator(regenerator), 1e-3, 0.0);
    let output_w = 1e-3 * 10.0 * (0.8e-3 + 1e-8);
    assert!((found.output.w() / output_w - 1.0).abs() < 1e-9);
    assert!((found.slope - 1.0).abs() < 1e-3);
    assert_eq!(found.mean_transmission_loss_db, None);
    // P_out = c I: the amplitude's variance is c var(I) / (4 I); shot noise dominates but for the
    // darkest ports, and leaves c 2 q B / 4.
    let expected = 1e-3 * 10.0 * 2.0 * 1.602e-19 * 1e9 / 4.0;
    assert!(
        (found.noise_light_w / expected - 1.0).abs() < 0.05,
        "{}",
        found.noise_light_w
    );
    // The slope of a current that closes the modulator is negative.
    let closing = Regenerator {
        gain_per_a: -500.0,
        transfer: Transfer::Relu { threshold_a: 5e-3 },
        ..regenerator
    };
    assert!(budget(Activation::Regenerator(closing), 1e-3, 0.0).slope < 0.0);
}
