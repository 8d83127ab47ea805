//! What of the phase shifters is drawn once per die.

use crate::mesh::Topology;
use crate::process::heater::HeaterProcess;
use numerics::Streams;
use numerics::normal::fill_standard_normal;

/// What the phase shifters of one layer are really like, in the order [theta | phi | gamma]. Numbers are
/// drawn for every place, also for one without a phase shifter, where they have no effect.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaterStatics {
    heaters: usize,
    efficiency: Option<Vec<f64>>,
    offset_rad: Option<Vec<f64>>,
}

impl HeaterStatics {
    /// All as drawn by the designer.
    pub fn ideal(topology: &Topology) -> Self {
        Self {
            heaters: 2 * topology.mzis() + topology.ports(),
            efficiency: None,
            offset_rad: None,
        }
    }

    /// Draws a layer: efficiencies from the stream `heater-efficiency`, offsets from `phase-offset`,
    /// both indexed by the layer.
    pub fn draw(
        topology: &Topology,
        process: &HeaterProcess,
        streams: &Streams,
        layer: u64,
    ) -> Self {
        let ideal = Self::ideal(topology);
        let draw = |name: &str, mean: f64, sigma: f64| {
            (sigma > 0.0).then(|| {
                let mut numbers = vec![0.0; ideal.heaters];
                fill_standard_normal(&mut streams.derive(name, layer, 0), &mut numbers);
                for z in &mut numbers {
                    *z = sigma.mul_add(*z, mean);
                }
                numbers
            })
        };
        let mut efficiency = draw("heater-efficiency", 1.0, process.efficiency_sigma);
        for efficiency in efficiency.iter_mut().flatten() {
            *efficiency = efficiency.max(0.0);
        }
        Self {
            efficiency,
            offset_rad: draw("phase-offset", 0.0, process.phase_offset_sigma_rad),
            ..ideal
        }
    }

    /// The same with further offsets in rad, one per heater.
    ///
    /// # Panics
    /// When the number of offsets does not fit.
    #[must_use]
    pub fn with_offsets(mut self, offsets_rad: &[f64]) -> Self {
        assert_eq!(offsets_rad.len(), self.heaters, "one offset per heater");
        match &mut self.offset_rad {
            Some(sums) => sums.iter_mut().zip(offsets_rad).for_each(|(s, x)| *s += x),
            none => *none = Some(offsets_rad.to_vec()),
        }
        self
    }

    /// Whether all are as drawn by the designer.
    pub fn is_ideal(&self) -> bool {
        self.efficiency.is_none() && self.offset_rad.is_none()
    }

    /// Number of heaters.
    pub fn heaters(&self) -> usize {
        self.heaters
    }

    /// What each dissipates relative to the nominal heater at the same setting; `None` where all are
    /// nominal.
    pub fn efficiency(&self) -> Option<&[f64]> {
        self.efficiency.as_deref()
    }

    /// Phase of each path with its heater off, in rad; `None` where all are 0.
    pub fn offset_rad(&self) -> Option<&[f64]> {
        self.offset_rad.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::rectangular::rectangular;

    #[test]
    fn spreads_are_those_of_the_process() {
        let topology = rectangular(700).unwrap();
        let process = HeaterProcess {
            efficiency_sigma: 0.07,
            phase_offset_sigma_rad: 1.3,
            ..HeaterProcess::ideal()
        };
        let streams = Streams::new(5);
        let statics = HeaterStatics::draw(&topology, &process, &streams, 2);
        for (values, mean, sigma) in [
            (statics.efficiency().unwrap(), 1.0, 0.07),
            (statics.offset_rad().unwrap(), 0.0, 1.3),
        ] {
            let n = values.len() as f64;
            let found = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
            assert!((found - mean).abs() < 5.0 * sigma / n.sqrt());
            assert!((variance.sqrt() / sigma - 1.0).abs() < 0.02);
        }
        assert_eq!(
            statics,
            HeaterStatics::draw(&topology, &process, &streams, 2)
        );
        assert_ne!(
            statics,
            HeaterStatics::draw(&topology, &process, &streams, 3)
        );
        // One spread does not change what is drawn for the other.
        let process = HeaterProcess {
            efficiency_sigma: 0.0,
            ..process
        };
        let alone = HeaterStatics::draw(&topology, &process, &streams, 2);
        assert_eq!(alone.offset_rad(), statics.offset_rad());
        assert_eq!(alone.efficiency(), None);
    }

    #[test]
    fn offsets_add_up_and_no_heater_cools() {
        let topology = rectangular(40).unwrap();
        let process = HeaterProcess {
            efficiency_sigma: 0.49,
            ..HeaterProcess::ideal()
        };
        let statics = HeaterStatics::draw(&topology, &process, &Streams::new(1), 0);
        let efficiency = statics.efficiency().unwrap();
        assert!(efficiency.iter().all(|x| *x >= 0.0) && efficiency.contains(&0.0));
        let offsets = vec![0.25; statics.heaters()];
        let statics = statics.with_offsets(&offsets).with_offsets(&offsets);
        assert_eq!(statics.offset_rad().unwrap(), vec![0.5; statics.heaters()]);
    }
}
