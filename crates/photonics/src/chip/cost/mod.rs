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

mod bench_cost;
mod bench_use;
mod rates;

pub use bench_cost::BenchCost;
pub use bench_use::BenchUse;
pub use rates::BenchRates;

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

    /// What has been done, and the power of the heaters of each layer in W.
    pub(super) fn state(&self) -> (BenchUse, Vec<f64>) {
        (self.used, self.layers_w.clone())
    }

    /// Goes on from there.
    pub(super) fn restore(&mut self, used: BenchUse, layers_w: &[f64]) {
        self.used = used;
        self.layers_w.copy_from_slice(layers_w);
        self.heaters_w = self.layers_w.iter().sum();
    }

    fn spend(&mut self, mut used: BenchUse) {
        used.heaters_j = self.heaters_w * self.rates.time_s(&used);
        self.used += used;
    }
}
