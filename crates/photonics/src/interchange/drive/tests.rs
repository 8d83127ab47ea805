use super::*;
use crate::chip::actuation::Actuator;
use crate::fabricate::heater::HeaterStatics;
use crate::mesh::rectangular::rectangular;
use numerics::Streams;
use std::sync::Arc;

const LAWS: [HeaterLaw; 3] = [HeaterLaw::Direct, HeaterLaw::Power, HeaterLaw::Voltage];

fn process(law: HeaterLaw, dac_bits: Option<u8>) -> HeaterProcess {
    HeaterProcess {
        law,
        dac_bits,
        p_pi_w: 25e-3,
        ..HeaterProcess::ideal()
    }
}

#[test]
fn codes_and_phases_are_those_of_the_actuator() {
    let topology = Arc::new(rectangular(8).unwrap());
    let heaters = 2 * topology.mzis() + topology.ports();
    for law in LAWS {
        for dac_bits in [None, Some(1), Some(8), Some(12), Some(24)] {
            for full_scale_rad in [2.2 * PI, 4.0] {
                let process = HeaterProcess {
                    full_scale_rad,
                    ..process(law, dac_bits)
                };
                let drive = Drive::new(&process, Some(600.0)).unwrap();
                // Some at halves between codes, some negative, some beyond a turn.
                let asked: Vec<f64> = (0..heaters)
                    .map(|index| match index % 3 {
                        0 => full_scale_rad * (index as f64 + 0.5) / 255.0,
                        1 => -0.37 * index as f64,
                        _ => 0.91 * index as f64,
                    })
                    .collect();
                let statics = Arc::new(HeaterStatics::ideal(&topology));
                let streams = Streams::new(1);
                let mut actuator =
                    Actuator::new(&topology, statics, &process, streams, 0, &[]).unwrap();
                let mut actual = vec![0.0; heaters];
                actuator.actuate(&asked, 0.0, &mut actual);
                let settings: Vec<_> = asked.iter().map(|&x| drive.setting(x)).collect();
                let codes: Option<Vec<u32>> = settings.iter().map(|x| x.code).collect();
                assert_eq!(codes.as_deref(), actuator.codes());
                let set: Vec<f64> = settings.iter().map(|x| x.set_rad).collect();
                assert_eq!(set, actual, "{law:?} {dac_bits:?}");
                let power: Option<f64> = settings.iter().map(|x| x.power_w).sum();
                let expected = actuator.heater_power_w();
                let off = (power.unwrap_or(0.0) - expected).abs();
                assert!(off <= heaters as f64 * f64::EPSILON * expected);
            }
        }
    }
}

#[test]
fn every_setting_leads_back_to_its_phase() {
    for law in LAWS {
        for dac_bits in [None, Some(10)] {
            let drive = Drive::new(&process(law, dac_bits), Some(850.0)).unwrap();
            for index in 0..200 {
                let setting = drive.setting(0.0345 * f64::from(index));
                // A root and a square, or a factor there and back.
                let near = |back: f64| {
                    (back - setting.set_rad).abs() <= 4.0 * f64::EPSILON * setting.set_rad
                };
                if let Some(code) = setting.code {
                    assert_eq!(drive.phase_of_code(code.into()), Ok(setting.set_rad));
                }
                match (setting.power_w, setting.volt) {
                    (Some(power_w), Some(volt)) => {
                        assert!(near(drive.phase_of_power(power_w).unwrap()));
                        assert!(near(drive.phase_of_volt(volt).unwrap()));
                    }
                    _ => assert_eq!(law, HeaterLaw::Direct),
                }
            }
        }
    }
}

#[test]
fn beyond_full_scale_is_said() {
    let process = HeaterProcess {
        full_scale_rad: PI,
        ..process(HeaterLaw::Voltage, Some(8))
    };
    let drive = Drive::new(&process, Some(400.0)).unwrap();
    let beyond = drive.setting(4.0);
    assert!(beyond.clipped);
    assert_eq!((beyond.code, beyond.set_rad), (Some(255), PI));
    assert!(!drive.setting(PI).clipped);
    // A whole turn is none.
    assert_eq!(drive.setting(std::f64::consts::TAU).code, Some(0));
    assert_eq!(drive.full_scale_w(), Some(25e-3));
    assert_eq!(drive.full_scale_v(), Some(10.0_f64.sqrt()));
}

#[test]
fn what_cannot_be_set_is_said() {
    let voltage = process(HeaterLaw::Voltage, Some(8));
    for ohm in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            Drive::new(&voltage, Some(ohm)),
            Err(DriveError::Resistance { .. })
        ));
    }
    let drive = Drive::new(&voltage, None).unwrap();
    assert_eq!(drive.setting(1.0).volt, None);
    assert_eq!(drive.phase_of_volt(1.0), Err(DriveError::NoResistance));
    for code in [-1.0, 256.0, 0.5, f64::NAN] {
        assert!(matches!(
            drive.phase_of_code(code),
            Err(DriveError::Code { .. })
        ));
    }
    for power_w in [-1e-9, 56e-3, f64::NAN] {
        assert!(matches!(
            drive.phase_of_power(power_w),
            Err(DriveError::Range { .. })
        ));
    }
    let direct = Drive::new(&process(HeaterLaw::Direct, None), Some(50.0)).unwrap();
    assert_eq!(direct.setting(-7.0).set_rad, -7.0);
    assert_eq!(direct.phase_of_code(0.0), Err(DriveError::NoConverter));
    assert_eq!(direct.phase_of_volt(0.0), Err(DriveError::NoPower));
    assert_eq!(direct.phase_of_power(0.0), Err(DriveError::NoPower));
}
