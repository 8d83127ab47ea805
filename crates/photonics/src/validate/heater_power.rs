//! What the heaters of a mesh dissipate when it is set to random unitaries.
//!
//! The targets are Haar-random as far as the mesh can be ([`crate::mesh::haar`]), the phases are asked
//! for in [0, 2 pi) and set by the process's converters: a heater dissipates P_pi phase / pi under the
//! laws of power and of voltage alike. It is the nominal heater that counts: its efficiency is 1,
//! nothing is stuck. A power exists only under these two laws.

use super::haar_setting::HaarSettings;
use super::statistics::Summary;
use crate::chip::actuation::Actuator;
use crate::design::DesignError;
use crate::fabricate::heater::HeaterStatics;
use crate::mesh::Topology;
use crate::process::heater::{Drift, HeaterLaw, HeaterProcess, ThermalCrosstalk};
use numerics::Streams;
use std::f64::consts::PI;
use std::sync::Arc;

/// Mean, spread and largest power of one heater, over the targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeaterPower {
    /// Mean in W.
    pub mean_w: f64,
    /// Standard deviation in W (n - 1).
    pub sd_w: f64,
    /// The largest in W.
    pub max_w: f64,
}

/// Powers of the heaters of a mesh.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaterPowers {
    /// Of all heaters together, over the targets, in W.
    pub total_w: Summary,
    /// Of each heater, in the order of the parameter vector [theta | phi | gamma].
    pub heaters: Vec<HeaterPower>,
    /// Targets.
    pub targets: usize,
}

/// Powers over `targets` settings from the stream `heater-power` (target, 0); `None` under the law of the
/// phase, which has no power, and without targets.
///
/// # Errors
/// A process out of its ranges.
///
/// ```
/// use photonics::mesh::rectangular::rectangular;
/// use photonics::process::heater::{HeaterLaw, HeaterProcess};
/// use photonics::validate::heater_power::heater_power;
/// let process = HeaterProcess { law: HeaterLaw::Voltage, p_pi_w: 25e-3, ..HeaterProcess::ideal() };
/// let streams = numerics::Streams::new(1);
/// let powers = heater_power(&rectangular(8)?.into(), &process, 100, &streams)?.unwrap();
/// // phi and gamma are uniform: pi on average.
/// let phi = powers.heaters[28..56].iter().map(|heater| heater.mean_w).sum::<f64>() / 28.0;
/// assert!((phi / 25e-3 - 1.0).abs() < 0.05);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn heater_power(
    topology: &Arc<Topology>,
    process: &HeaterProcess,
    targets: usize,
    streams: &Streams,
) -> Result<Option<HeaterPowers>, DesignError> {
    process.check()?;
    if process.law == HeaterLaw::Direct {
        return Ok(None);
    }
    // What a heater gives by itself, at once.
    let process = HeaterProcess {
        crosstalk: ThermalCrosstalk::ideal(),
        drift: Drift::ideal(),
        response_time_s: 0.0,
        ..*process
    };
    let statics = Arc::new(HeaterStatics::ideal(topology));
    let mut actuator = Actuator::new(topology, statics, &process, *streams, 0, &[])?;
    let settings = HaarSettings::new(topology);
    let heaters = actuator.heaters();
    let mut phases_rad = vec![0.0; heaters];
    let (mut mean, mut squares) = (vec![0.0; heaters], vec![0.0; heaters]);
    let mut max = vec![0.0_f64; heaters];
    let mut totals_w = Vec::with_capacity(targets);
    for target in 0..targets {
        let asked = settings.draw(&mut streams.derive("heater-power", target as u64, 0));
        actuator.actuate(&asked, 0.0, &mut phases_rad);
        let mut total_w = 0.0;
        for (heater, phase) in phases_rad.iter().enumerate() {
            let power_w = phase * process.p_pi_w / PI;
            total_w += power_w;
            max[heater] = max[heater].max(power_w);
            // Welford's sums.
            let before = power_w - mean[heater];
            mean[heater] += before / (target + 1) as f64;
            squares[heater] += before * (power_w - mean[heater]);
        }
        totals_w.push(total_w);
    }
    let Some(total_w) = Summary::of(&totals_w) else {
        return Ok(None);
    };
    let freedom = (targets as f64 - 1.0).max(1.0);
    let heaters = (0..heaters)
        .map(|heater| HeaterPower {
            mean_w: mean[heater],
            sd_w: (squares[heater] / freedom).sqrt(),
            max_w: max[heater],
        })
        .collect();
    Ok(Some(HeaterPowers {
        total_w,
        heaters,
        targets,
    }))
}
