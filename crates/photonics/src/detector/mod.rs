//! From light to a number: photodiodes, what their receivers add, and how they are digitised.
//!
//! ```text
//!                     stray light        shot, thermal
//!                          |                   |
//!  kappa P --> photodiode -+-> saturation -----+--> [difference] --> ADC --> mean of the readouts
//! ```

pub mod adc;
pub mod homodyne;
pub mod noise;
pub mod photodiode;

pub use adc::Adc;
pub use homodyne::LocalOscillator;
pub use noise::{ReceiverNoise, Response};
pub use photodiode::LayerDetectors;
