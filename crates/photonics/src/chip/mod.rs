//! A fabricated chip on the bench: it can be programmed and measured, and tells nothing else.

pub mod actuation;
pub mod crosstalk;
pub mod drift;
pub mod faults;
mod measure;
mod optics;

use crate::design::{ChipDesign, Precision, Readout};
use crate::mesh::MeshHardware;
use crate::process::Process;
use numerics::Streams;
use numerics::math::{all_finite, all_finite_f32};
use optics::Optics;
use std::sync::Arc;
use thiserror::Error;

/// One die. Immutable but for its phases and its readout stream; it has no getter for a matrix, a
/// field, an error or a loss.
#[derive(Debug)]
pub struct Chip {
    ports: usize,
    layers: Vec<LayerInfo>,
    optics: AnyOptics,
    readout: measure::Receiver,
}

/// What the data sheet says about a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LayerInfo {
    mzis: usize,
    readout: Readout,
}

#[derive(Debug)]
enum AnyOptics {
    Single(Optics<f32>),
    Double(Optics<f64>),
}

/// Why a chip refuses.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ChipError {
    /// The layer does not exist.
    #[error("layer {layer} does not exist: the chip has {layers}")]
    NoSuchLayer {
        /// The layer asked for, 0-based.
        layer: usize,
        /// Number of layers.
        layers: usize,
    },
    /// A slice has the wrong length.
    #[error("{what} has {found} values, the chip needs {expected}")]
    WrongLength {
        /// What was passed.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that fits.
        expected: usize,
    },
    /// A value is NaN or infinite.
    #[error("{what} {index} is {value}, not a finite number")]
    NotFinite {
        /// What was passed.
        what: &'static str,
        /// Which of its values.
        index: usize,
        /// The value.
        value: f64,
    },
}

impl Chip {
    pub(crate) fn new(
        design: &ChipDesign,
        process: &Process,
        meshes: Vec<Arc<MeshHardware>>,
        streams: Streams,
    ) -> Self {
        let layers = design
            .layers
            .iter()
            .map(|layer| LayerInfo {
                mzis: layer.topology.mzis(),
                readout: layer.readout,
            })
            .collect();
        Self {
            ports: design.ports(),
            layers,
            optics: match design.precision {
                Precision::Single => AnyOptics::Single(Optics::new(design, meshes)),
                Precision::Double => AnyOptics::Double(Optics::new(design, meshes)),
            },
            readout: measure::Receiver::new(process.photodiode, streams),
        }
    }

    /// Number of ports.
    pub fn ports(&self) -> usize {
        self.ports
    }

    /// Number of layers.
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// Number of MZIs of a layer; `None` when it does not exist.
    pub fn mzis(&self, layer: usize) -> Option<usize> {
        Some(self.layers.get(layer)?.mzis)
    }

    /// Number of readouts per sample at the tap of a layer; `None` when it does not exist.
    pub fn readouts(&self, layer: usize) -> Option<usize> {
        Some(self.layers.get(layer)?.readout.count(self.ports))
    }

    /// Sets the phases of one layer: [theta | phi | gamma] in rad, of length 2 MZIs + ports.
    ///
    /// # Errors
    /// The layer does not exist, the length does not fit, or a phase is not finite; the chip is then
    /// as before.
    pub fn program(&mut self, layer: usize, phases_rad: &[f64]) -> Result<(), ChipError> {
        let info = self.layers.get(layer).ok_or(ChipError::NoSuchLayer {
            layer,
            layers: self.layers.len(),
        })?;
        let expected = 2 * info.mzis + self.ports;
        check_length("phases", phases_rad.len(), expected)?;
        if !all_finite(phases_rad) {
            return Err(not_finite("phase", phases_rad.iter().copied()));
        }
        match &mut self.optics {
            AnyOptics::Single(optics) => optics.program(layer, phases_rad),
            AnyOptics::Double(optics) => optics.program(layer, phases_rad),
        }
        Ok(())
    }

    /// Sends samples through the chip once and reads the taps of the given layers.
    ///
    /// `amplitudes` are row-major, samples x ports, relative to the full-scale amplitude of a port;
    /// all phases are 0. Every tap is a layer and the place for its currents in A, row-major,
    /// samples x `readouts(layer)`.
    ///
    /// # Errors
    /// A layer that does not exist, a length that does not fit, an amplitude that is not finite.
    pub fn measure(
        &mut self,
        amplitudes: &[f32],
        taps: &mut [(usize, &mut [f32])],
    ) -> Result<(), ChipError> {
        let rows = amplitudes.len() / self.ports;
        check_length("input", amplitudes.len(), rows * self.ports)?;
        if !all_finite_f32(amplitudes) {
            return Err(not_finite(
                "input",
                amplitudes.iter().map(|&x| f64::from(x)),
            ));
        }
        for (layer, currents) in taps.iter() {
            let readouts = self.readouts(*layer).ok_or(ChipError::NoSuchLayer {
                layer: *layer,
                layers: self.layers.len(),
            })?;
            check_length("readout", currents.len(), rows * readouts)?;
        }
        let query = self.readout.next_query();
        let Self {
            layers,
            optics,
            readout,
            ..
        } = self;
        match optics {
            AnyOptics::Single(optics) => optics.pass(amplitudes, taps, |layer, field, currents| {
                readout.read(query, layer, layers[layer].readout, field, currents);
            }),
            AnyOptics::Double(optics) => optics.pass(amplitudes, taps, |layer, field, currents| {
                readout.read(query, layer, layers[layer].readout, field, currents);
            }),
        }
        Ok(())
    }
}

fn check_length(what: &'static str, found: usize, expected: usize) -> Result<(), ChipError> {
    if found == expected {
        Ok(())
    } else {
        Err(ChipError::WrongLength {
            what,
            found,
            expected,
        })
    }
}

/// The error for the first value that is NaN or infinite.
fn not_finite(what: &'static str, mut values: impl Iterator<Item = f64> + Clone) -> ChipError {
    let index = values.clone().position(|x| !x.is_finite()).unwrap_or(0);
    let value = values.nth(index).unwrap_or(f64::NAN);
    ChipError::NotFinite { what, index, value }
}
