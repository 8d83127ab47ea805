//! What stands between two layers: each port by itself, without memory from sample to sample.
//!
//! | kind | what it does to a field E | energy |
//! |------|---------------------------|--------|
//! | [`Activation::Identity`] | nothing | as it is |
//! | [`ElectroOptic`] | a tapped part of the light drives a modulator for the rest | passive |
//! | [`SaturableAbsorber`] | absorbs weak light, lets strong light pass | passive |
//! | [`ModRelu`] | takes a fixed amount off the amplitude, keeps the phase | passive |
//! | [`GainStage`] | amplifies, with spontaneous emission and saturation | from the pump |
//! | [`Regenerator`] | detects, amplifies, modulates a fresh carrier; the phase is lost | fresh |
//!
//! A passive kind never puts out more power than it takes in.

mod chunks;
mod electro_optic;
mod gain_stage;
mod mod_relu;
mod regenerator;
mod saturable_absorber;
mod slope;

pub use electro_optic::ElectroOptic;
pub use gain_stage::{AmplifierNoise, GainStage};
pub use mod_relu::ModRelu;
pub use regenerator::{Regenerator, Transfer};
pub use saturable_absorber::SaturableAbsorber;

use crate::design::DesignError;
use crate::field::PortLanes;
use crate::real::Real;
use numerics::Stream;

/// What stands between two layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// Nothing: the fields pass, bit for bit.
    Identity,
    /// A tapped part of the light drives a modulator for the rest.
    ElectroOptic(ElectroOptic),
    /// An absorber that strong light bleaches.
    SaturableAbsorber(SaturableAbsorber),
    /// A threshold on the amplitude.
    ModRelu(ModRelu),
    /// An optical amplifier.
    GainStage(GainStage),
    /// Photodiode, amplifier, modulator and a fresh carrier.
    Regenerator(Regenerator),
}

impl Activation {
    /// Without effect, bit for bit.
    pub const fn ideal() -> Self {
        Self::Identity
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        match self {
            Self::Identity => Ok(()),
            Self::ElectroOptic(activation) => activation.check(),
            Self::SaturableAbsorber(activation) => activation.check(),
            Self::ModRelu(activation) => activation.check(),
            Self::GainStage(activation) => activation.check(),
            Self::Regenerator(activation) => activation.check(),
        }
    }

    /// Applies it in place to fields in sqrt(W): blocks x ports, of which `samples` are lit. Lanes
    /// beyond the last sample stay dark. The values must be those that [`Self::check`] allows.
    ///
    /// A kind without noise takes nothing from `noise`. One with noise takes 64 bits and derives from
    /// them a stream for every 64 port lanes, so that the numbers depend neither on the threads nor on
    /// how many samples follow.
    pub fn apply<T: Real>(
        &self,
        lanes: &mut [PortLanes<T>],
        ports: usize,
        samples: usize,
        noise: &mut Stream,
    ) {
        match self {
            Self::Identity => {}
            Self::ElectroOptic(activation) => activation.apply(lanes),
            Self::SaturableAbsorber(activation) => activation.apply(lanes),
            Self::ModRelu(activation) => activation.apply(lanes),
            Self::GainStage(activation) => activation.apply(lanes, ports, samples, noise),
            Self::Regenerator(activation) => activation.apply(lanes, ports, samples, noise),
        }
    }

    /// Power behind it in W for a power before it in W, without its noise.
    pub fn output_power_w(&self, power_w: f64) -> f64 {
        match self {
            Self::Regenerator(activation) => activation.output_power_w(power_w),
            _ => self
                .power_transmission(power_w)
                .map_or(power_w, |ratio| ratio * power_w),
        }
    }

    /// Power behind it over power before it, without its noise, at a power before it in W. `None` for
    /// a kind that puts out light of its own.
    pub fn power_transmission(&self, power_w: f64) -> Option<f64> {
        match self {
            Self::Identity => Some(1.0),
            Self::ElectroOptic(activation) => Some(activation.power_transmission(power_w)),
            Self::SaturableAbsorber(activation) => Some(activation.power_transmission(power_w)),
            Self::ModRelu(activation) => Some(activation.power_transmission(power_w)),
            Self::GainStage(activation) => Some(activation.power_transmission(power_w)),
            Self::Regenerator(_) => None,
        }
    }

    /// Whether it can never put out more power than it takes in.
    pub fn is_passive(&self) -> bool {
        !matches!(self, Self::GainStage(_) | Self::Regenerator(_))
    }
}

#[cfg(test)]
mod test_support;

#[cfg(test)]
mod tests;
