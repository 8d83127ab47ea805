//! What the use of a chip takes on the bench, in seconds and joules.
//!
//! The chip counts what is done to it in whole numbers ([`BenchUse`]); [`BenchRates`] says what each
//! of them costs; the product is a [`BenchCost`]. Only the energy of the heaters is summed as it
//! arises, because it depends on the phases.
//!
//! # Assumptions
//! Time is that of the chip's clock: the settling of the phase shifters after each programming and
//! the integration of the receivers for each repetition of each sample. Converters, controllers and
//! host are taken to work meanwhile.
//!
//! Laser, heaters and amplifiers are on over all of this time, used or not: layers behind the last tap
//! are heated and received too. A heater is counted with the power of its drive, whether or not its
//! phase has settled or drifted; during the settling it already has the new one. Every programming
//! sets every heater of the layer, with one conversion each where they have converters. Every
//! repetition of a sample sets the modulator of every port anew, dark and broken ones included, with
//! one conversion each where they have converters. Every readout has one amplifier, behind the
//! difference where diodes are balanced, and takes one conversion per repetition where there is a
//! converter. The laser also feeds the local oscillators of homodyne readouts, without loss.

use crate::design::{ChipDesign, Readout};
use crate::process::Process;
use crate::process::heater::HeaterLaw;
use std::ops::{Add, AddAssign, Sub};

/// What was done with a chip.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BenchUse {
    /// Programmings of a layer.
    pub programmings: u64,
    /// Heaters set in all programmings together.
    pub heaters_set: u64,
    /// Samples sent through, each counted once however often its readout is repeated.
    pub samples: u64,
    /// Numbers read: samples times readouts of the tapped layers, repetitions not counted.
    pub readouts: u64,
    /// Energy of the heaters in J.
    pub heaters_j: f64,
}

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

/// Time in s and energy in J, part by part. `None` is a part that the process does not state, and
/// never 0; where no time is stated, neither is the energy of what is on all the time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BenchCost {
    /// Waiting for the phase shifters to settle.
    pub settling_s: Option<f64>,
    /// Integration by the receivers.
    pub integration_s: Option<f64>,
    /// Electrical energy of the laser.
    pub laser_j: Option<f64>,
    /// Energy of the heaters.
    pub heaters_j: Option<f64>,
    /// Energy of the input modulators.
    pub modulators_j: Option<f64>,
    /// Energy of the digital-to-analog converters of heaters and modulators.
    pub dac_j: Option<f64>,
    /// Energy of the analog-to-digital converters.
    pub adc_j: Option<f64>,
    /// Energy of the transimpedance amplifiers.
    pub tia_j: Option<f64>,
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

/// The sum of what is stated; `None` where nothing is.
fn sum<const N: usize>(parts: [Option<f64>; N]) -> Option<f64> {
    parts.into_iter().flatten().reduce(|a, b| a + b)
}

impl BenchCost {
    /// All time in s; `None` where none is stated.
    pub fn total_s(&self) -> Option<f64> {
        sum([self.settling_s, self.integration_s])
    }

    /// All energy that is stated, in J; `None` where none is.
    pub fn total_j(&self) -> Option<f64> {
        sum([
            self.laser_j,
            self.heaters_j,
            self.modulators_j,
            self.dac_j,
            self.adc_j,
            self.tia_j,
        ])
    }

    fn combine(self, other: Self, operation: fn(f64, f64) -> f64) -> Self {
        let part = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (None, None) => None,
            (a, b) => Some(operation(a.unwrap_or(0.0), b.unwrap_or(0.0))),
        };
        Self {
            settling_s: part(self.settling_s, other.settling_s),
            integration_s: part(self.integration_s, other.integration_s),
            laser_j: part(self.laser_j, other.laser_j),
            heaters_j: part(self.heaters_j, other.heaters_j),
            modulators_j: part(self.modulators_j, other.modulators_j),
            dac_j: part(self.dac_j, other.dac_j),
            adc_j: part(self.adc_j, other.adc_j),
            tia_j: part(self.tia_j, other.tia_j),
        }
    }
}

impl Add for BenchCost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.combine(other, |a, b| a + b)
    }
}

impl AddAssign for BenchCost {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for BenchCost {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.combine(other, |a, b| a - b)
    }
}

impl Add for BenchUse {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        // A forecast may be of an absurd plan, shown as the largest number there is.
        Self {
            programmings: self.programmings.saturating_add(other.programmings),
            heaters_set: self.heaters_set.saturating_add(other.heaters_set),
            samples: self.samples.saturating_add(other.samples),
            readouts: self.readouts.saturating_add(other.readouts),
            heaters_j: self.heaters_j + other.heaters_j,
        }
    }
}

impl Sub for BenchUse {
    type Output = Self;

    /// What was done since an earlier state of the same chip.
    fn sub(self, before: Self) -> Self {
        Self {
            programmings: self.programmings.saturating_sub(before.programmings),
            heaters_set: self.heaters_set.saturating_sub(before.heaters_set),
            samples: self.samples.saturating_sub(before.samples),
            readouts: self.readouts.saturating_sub(before.readouts),
            heaters_j: self.heaters_j - before.heaters_j,
        }
    }
}

impl AddAssign for BenchUse {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// The bench of one chip: what has been done so far.
#[derive(Clone, Debug)]
pub(super) struct Bench {
    rates: BenchRates,
    used: BenchUse,
    /// Power of the heaters of each layer at its present setting, in W.
    layers_w: Vec<f64>,
    heaters_w: f64,
}

impl Bench {
    /// At power-up, when the heaters take these powers.
    pub(super) fn new(rates: BenchRates, layers_w: Vec<f64>) -> Self {
        Self {
            rates,
            used: BenchUse::default(),
            heaters_w: layers_w.iter().sum(),
            layers_w,
        }
    }

    pub(super) fn rates(&self) -> &BenchRates {
        &self.rates
    }

    pub(super) fn used(&self) -> &BenchUse {
        &self.used
    }

    pub(super) fn heaters_w(&self) -> f64 {
        self.heaters_w
    }

    /// A layer with so many heaters has been set and takes `power_w` from now on, the settling
    /// included.
    pub(super) fn programmed(&mut self, layer: usize, heaters: usize, power_w: f64) {
        self.layers_w[layer] = power_w;
        self.heaters_w = self.layers_w.iter().sum();
        self.spend(BenchUse {
            programmings: 1,
            heaters_set: heaters as u64,
            ..BenchUse::default()
        });
    }

    /// So many samples have been sent through, and so many numbers read of them.
    pub(super) fn measured(&mut self, samples: usize, readouts: usize) {
        self.spend(BenchUse {
            samples: samples as u64,
            readouts: readouts as u64,
            ..BenchUse::default()
        });
    }

    fn spend(&mut self, mut used: BenchUse) {
        used.heaters_j = self.heaters_w * self.rates.time_s(&used);
        self.used += used;
    }
}
