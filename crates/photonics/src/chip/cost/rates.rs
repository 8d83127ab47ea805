//! What each use of a chip costs.

use super::bench_cost::sum;
use super::{BenchCost, BenchUse};
use crate::design::{ChipDesign, Readout};
use crate::process::Process;
use crate::process::heater::HeaterLaw;

/// What a chip's use costs, as the data sheets say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BenchRates {
    settling_s: Option<f64>,
    sample_s: Option<f64>,
    laser_w: f64,
    heated: bool,
    /// Modulators of all ports, for all repetitions of a sample.
    modulators_j_per_sample: Option<f64>,
    dac_j_per_heater: Option<f64>,
    dac_j_per_sample: Option<f64>,
    /// For all repetitions of a readout.
    adc_j_per_readout: Option<f64>,
    tias_w: Option<f64>,
}

impl BenchRates {
    /// The rates of a design in a process.
    pub fn new(design: &ChipDesign, process: &Process) -> Self {
        let ports = design.ports();
        let stated = |time_s: f64| (time_s > 0.0).then_some(time_s);
        let averages = f64::from(process.detector.averages);
        let symbols = ports as f64 * averages;
        let instruments = &process.instruments;
        let receivers: usize = design
            .layers
            .iter()
            .map(|layer| layer.readout.count(layer.topology.ports()))
            .sum();
        let oscillators: usize = design
            .layers
            .iter()
            .filter(|layer| layer.readout == Readout::Homodyne)
            .map(|layer| layer.topology.ports())
            .sum();
        let oscillators_w = oscillators as f64 * process.detector.local_oscillator.power_w;
        let source = &design.source;
        let dac_j = instruments.dac_j_per_conversion;
        Self {
            settling_s: stated(process.heater.settling_s),
            sample_s: stated(process.detector.sample_time_s()),
            laser_w: source.electrical_power_w(ports) + oscillators_w / source.wall_plug_efficiency,
            heated: process.heater.law != HeaterLaw::Direct,
            modulators_j_per_sample: instruments.modulator_j_per_symbol.map(|j| symbols * j),
            dac_j_per_heater: dac_j.filter(|_| process.heater.dac_bits.is_some()),
            dac_j_per_sample: dac_j
                .filter(|_| source.modulator_dac_bits.is_some())
                .map(|j| symbols * j),
            adc_j_per_readout: instruments
                .adc_j_per_conversion
                .filter(|_| process.detector.adc.is_some())
                .map(|j| averages * j),
            tias_w: instruments.tia_w.map(|w| receivers as f64 * w),
        }
    }

    /// The time that this use takes in s; 0 where none is stated.
    pub fn time_s(&self, used: &BenchUse) -> f64 {
        self.settling_s.unwrap_or(0.0) * used.programmings as f64
            + self.sample_s.unwrap_or(0.0) * used.samples as f64
    }

    /// What this use costs.
    pub fn cost(&self, used: &BenchUse) -> BenchCost {
        let times = |rate: Option<f64>, count: u64| rate.map(|rate| rate * count as f64);
        let timed = self.settling_s.is_some() || self.sample_s.is_some();
        let time_s = timed.then(|| self.time_s(used));
        BenchCost {
            settling_s: times(self.settling_s, used.programmings),
            integration_s: times(self.sample_s, used.samples),
            laser_j: time_s.map(|time_s| self.laser_w * time_s),
            heaters_j: time_s.filter(|_| self.heated).map(|_| used.heaters_j),
            modulators_j: times(self.modulators_j_per_sample, used.samples),
            dac_j: sum([
                times(self.dac_j_per_heater, used.heaters_set),
                times(self.dac_j_per_sample, used.samples),
            ]),
            adc_j: times(self.adc_j_per_readout, used.readouts),
            tia_j: self
                .tias_w
                .and_then(|power_w| time_s.map(|time_s| power_w * time_s)),
        }
    }
}
