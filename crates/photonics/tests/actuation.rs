//! The same phases whatever the vector instructions, and the same from the same seed.

use numerics::level::LEVEL_VARIABLE;
use numerics::{Level, Streams};
use photonics::chip::actuation::Actuator;
use photonics::fabricate::heater::HeaterStatics;
use photonics::mesh::Topology;
use photonics::mesh::rectangular::rectangular;
use photonics::process::heater::{Drift, HeaterLaw, HeaterProcess, ThermalCrosstalk};
use std::process::Command;
use std::sync::Arc;

/// Set in the processes that this test starts.
const CHILD: &str = "PHOTONICS_ACTUATION_CHILD";

/// Everything that a phase shifter can have.
fn process(law: HeaterLaw, dac_bits: Option<u8>) -> HeaterProcess {
    let coupling = if law == HeaterLaw::Direct { 0.0 } else { 0.02 };
    HeaterProcess {
        law,
        dac_bits,
        efficiency_sigma: 0.05,
        crosstalk: ThermalCrosstalk {
            coupling,
            ..ThermalCrosstalk::ideal()
        },
        response_time_s: 20e-6,
        settling_s: 50e-6,
        drift: Drift {
            sigma_rad: 0.1,
            time_constant_s: 10.0,
        },
        phase_offset_sigma_rad: 0.3,
        ..HeaterProcess::ideal()
    }
}

fn actuator(topology: &Arc<Topology>, process: &HeaterProcess, die: u64, layer: usize) -> Actuator {
    process.check().unwrap();
    let streams = Streams::new(die);
    let statics = HeaterStatics::draw(topology, process, &streams, layer as u64);
    Actuator::new(topology, statics.into(), process, streams, layer, &[]).unwrap()
}

/// FNV-1a over the bits of phases, codes and powers.
fn hash(die: u64, layer: usize) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bits: u64| {
        for byte in bits.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    let topology = Arc::new(rectangular(33).unwrap());
    for (law, dac_bits) in [
        (HeaterLaw::Direct, None),
        (HeaterLaw::Direct, Some(8)),
        (HeaterLaw::Power, None),
        (HeaterLaw::Power, Some(12)),
        (HeaterLaw::Voltage, Some(12)),
    ] {
        let mut actuator = actuator(&topology, &process(law, dac_bits), die, layer);
        let mut actual = vec![0.0; actuator.heaters()];
        for step in 0..3 {
            let requested: Vec<f64> = (0..actual.len())
                .map(|k| ((k * (7 + step)) % 1009) as f64 / 40.0 - 12.0)
                .collect();
            actuator.actuate(&requested, 1e-4 * step as f64, &mut actual);
            actual.iter().for_each(|x| add(x.to_bits()));
            let codes = actuator.codes().into_iter().flatten();
            codes.for_each(|code| add(u64::from(*code)));
            add(actuator.heater_power_w().to_bits());
            actuator.refresh(1e-4 * step as f64 + 3e-5, &mut actual);
            actual.iter().for_each(|x| add(x.to_bits()));
        }
    }
    hash
}

#[test]
fn a_die_and_a_layer_are_their_seed() {
    let first = hash(1, 0);
    assert_eq!(first, hash(1, 0));
    assert_ne!(first, hash(2, 0));
    assert_ne!(first, hash(1, 1));
}

/// The level is read once per process, so this test starts itself anew for each.
#[test]
fn vector_instructions_change_no_bit() {
    if std::env::var_os(CHILD).is_some() {
        println!("\nbits {} {}", Level::active(), hash(1, 0));
        return;
    }
    let here = hash(1, 0);
    for level in Level::available() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "vector_instructions_change_no_bit",
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
