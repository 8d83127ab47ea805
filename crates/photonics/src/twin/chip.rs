//! The twin of a chip: layers of meshes, taps, activations.

use super::mesh::MeshTwin;
use super::network::{Layer, Network};
use super::readout::Reader;
use crate::chip::ChipError;
use crate::design::{ChipDesign, DesignError, Precision, Tap};
use crate::detector::{LayerDetectors, LocalOscillator};
use crate::encoder::Encoder;
use crate::fabricate::GroundTruth;
use crate::mesh::MeshHardware;
use crate::process::Process;
use crate::real::Real;
use std::sync::Arc;
use thiserror::Error;

/// What is known, or believed, of a chip beside its design.
#[derive(Clone, Debug, PartialEq)]
pub struct Knowledge {
    /// The mesh of each layer, with its splitter errors and losses.
    pub meshes: Vec<Arc<MeshHardware>>,
    /// The photodiodes of each layer.
    pub detectors: Vec<LayerDetectors>,
    /// The wave with which homodyne readouts compare.
    pub local_oscillator: LocalOscillator,
    /// Field transmission of each layer, above 0, that all paths have in common beside the losses of its
    /// mesh: 1 where there is none.
    pub transmission: Vec<f64>,
}

impl Knowledge {
    /// The design alone: nothing is lost or off, 1 A/W, no dark current.
    pub fn of_design(design: &ChipDesign) -> Self {
        let layers = design.layers.iter();
        Self {
            meshes: layers
                .clone()
                .map(|layer| Arc::new(MeshHardware::ideal(layer.topology.clone())))
                .collect(),
            detectors: layers
                .map(|layer| LayerDetectors::ideal(layer.readout, layer.topology.ports()))
                .collect(),
            local_oscillator: LocalOscillator::ideal(),
            transmission: vec![1.0; design.layers.len()],
        }
    }

    /// The die as it is: what no measurement tells as well.
    pub fn of_truth(truth: &GroundTruth, process: &Process) -> Self {
        Self {
            meshes: truth.layers().to_vec(),
            detectors: truth.detectors().to_vec(),
            local_oscillator: process.detector.local_oscillator,
            transmission: vec![1.0; truth.layers().len()],
        }
    }
}

/// Why a twin cannot be made.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum TwinError {
    /// The design is not sound.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// A layer has other cells than MZIs.
    #[error("layer {layer} has other cells than MZIs, whose gradients the twin does not know")]
    Cells {
        /// The layer, 0-based.
        layer: usize,
    },
    /// What is known does not fit the design.
    #[error("layer {layer}: {what} is not that of the design")]
    Mismatch {
        /// The layer, 0-based.
        layer: usize,
        /// The mesh, the detectors or the transmission.
        what: &'static str,
    },
}

/// A differentiable model of a chip.
///
/// It has the modulators, meshes, taps, activations and photodiodes of its chip, and none of the noise;
/// saturation, stray light and converters of the receivers are left out, and the phases are those that
/// light meets. For an ideal process it gives what the chip gives, to rounding.
///
/// ```
/// # use photonics::{design::*, component::activation::Activation, mesh::rectangular::rectangular};
/// use photonics::twin::{Knowledge, Twin};
/// # use std::sync::Arc;
/// # let layer = LayerDesign {
/// #     topology: Arc::new(rectangular(4)?), readout: Readout::Intensity, tap: Tap::Lossless,
/// #     adc_full_scale_a: None, activation: Activation::Identity,
/// # };
/// # let design = ChipDesign {
/// #     layers: vec![layer], source: Source::ideal(1e-3), precision: Precision::Double,
/// # };
/// let mut twin = Twin::new(&design, &Knowledge::of_design(&design))?;
/// twin.program(0, &[0.3; 16])?;
/// let mut currents_a = [0.0; 4];
/// twin.forward(&[1.0, 0.0, 0.0, 0.0], &mut [(0, &mut currents_a)])?;
/// // How the current of port 2 changes with every phase, in A/rad.
/// let mut gradient = [0.0; 16];
/// twin.vjp(&[(0, &[0.0, 0.0, 1.0, 0.0])], &mut [(0, &mut gradient)])?;
/// // The output screen changes no power.
/// assert!(gradient[12..].iter().all(|x| x.abs() < 1e-18) && gradient[0].abs() > 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Twin {
    ports: usize,
    network: AnyNetwork,
}

#[derive(Debug)]
enum AnyNetwork {
    Single(Network<f32>),
    Double(Network<f64>),
}

macro_rules! in_precision {
    ($network:expr, $it:ident => $work:expr) => {
        match $network {
            AnyNetwork::Single($it) => $work,
            AnyNetwork::Double($it) => $work,
        }
    };
}

impl Twin {
    /// The twin of a chip with all phases 0, in the precision of the design.
    ///
    /// # Errors
    /// A design that is not sound or has other cells than MZIs; meshes, detectors or transmissions that are
    /// not those of its layers.
    pub fn new(design: &ChipDesign, knowledge: &Knowledge) -> Result<Self, TwinError> {
        design.check()?;
        for (layer, part) in design.layers.iter().enumerate() {
            if !part.topology.is_uniform() {
                return Err(TwinError::Cells { layer });
            }
            let ports = part.topology.ports();
            let mesh = knowledge.meshes.get(layer);
            if mesh.is_none_or(|mesh| mesh.topology() != &part.topology) {
                return Err(TwinError::Mismatch {
                    layer,
                    what: "the mesh",
                });
            }
            let diodes = ports * part.readout.diodes_per_port();
            let fits = |detectors: &LayerDetectors| {
                detectors.responsivity_a_per_w().len() == diodes
                    && detectors.dark_current_a().len() == diodes
            };
            if !knowledge.detectors.get(layer).is_some_and(fits) {
                return Err(TwinError::Mismatch {
                    layer,
                    what: "the number of photodiodes",
                });
            }
            let transmission = knowledge.transmission.get(layer);
            if !transmission.is_some_and(|t| *t > 0.0 && t.is_finite()) {
                return Err(TwinError::Mismatch {
                    layer,
                    what: "the transmission",
                });
            }
        }
        Ok(Self {
            ports: design.ports(),
            network: match design.precision {
                Precision::Single => AnyNetwork::Single(network(design, knowledge)),
                Precision::Double => AnyNetwork::Double(network(design, knowledge)),
            },
        })
    }

    /// Number of ports.
    pub fn ports(&self) -> usize {
        self.ports
    }

    /// Number of layers.
    pub fn layers(&self) -> usize {
        in_precision!(&self.network, it => it.layers.len())
    }

    /// Number of phases of a layer, 2 MZIs + ports; `None` when it does not exist.
    pub fn parameters(&self, layer: usize) -> Option<usize> {
        in_precision!(&self.network, it => Some(it.layers.get(layer)?.mesh.parameters()))
    }

    /// Number of readouts per sample at the tap of a layer; `None` when it does not exist.
    pub fn readouts(&self, layer: usize) -> Option<usize> {
        in_precision!(&self.network, it => Some(it.layers.get(layer)?.reader.width()))
    }

    /// Sets the phases [theta | phi | gamma] in rad that light meets in a layer. What the last pass left
    /// is forgotten.
    ///
    /// # Errors
    /// The layer does not exist, the length does not fit, or a phase is not finite.
    pub fn program(&mut self, layer: usize, phases_rad: &[f64]) -> Result<(), ChipError> {
        let expected = self.parameters(layer).ok_or(self.no_layer(layer))?;
        length("phases", phases_rad.len(), expected)?;
        finite("phase", phases_rad.iter().copied())?;
        in_precision!(&mut self.network, it => {
            it.layers[layer].mesh.program(phases_rad);
            it.forget();
        });
        Ok(())
    }

    /// Sends samples through and reads the taps of the given layers: as
    /// [`crate::chip::Chip::measure`], with currents in f64.
    ///
    /// # Errors
    /// A layer that does not exist, a length that does not fit, an amplitude that is not finite.
    pub fn forward(
        &mut self,
        amplitudes: &[f32],
        taps: &mut [(usize, &mut [f64])],
    ) -> Result<(), ChipError> {
        let rows = amplitudes.len() / self.ports;
        length("input", amplitudes.len(), rows * self.ports)?;
        finite("input", amplitudes.iter().map(|&x| f64::from(x)))?;
        for (layer, currents) in taps.iter() {
            let readouts = self.readouts(*layer).ok_or(self.no_layer(*layer))?;
            length("readout", currents.len(), rows * readouts)?;
        }
        in_precision!(&mut self.network, it => it.forward(amplitudes, taps));
        Ok(())
    }

    /// From cotangents dL/dI of readouts of the last pass, in 1/A, to dL/d[theta | phi | gamma] per rad
    /// of the given layers, summed over the samples. A layer behind every cotangent has the gradient 0;
    /// of a layer named twice the first is written, the other is 0.
    ///
    /// # Errors
    /// A layer that does not exist or that the last pass did not reach, a length that does not fit, a
    /// cotangent that is not finite.
    pub fn vjp(
        &mut self,
        cotangents: &[(usize, &[f64])],
        gradients: &mut [(usize, &mut [f64])],
    ) -> Result<(), ChipError> {
        let (lit, samples) = in_precision!(&self.network, it => (it.lit(), it.samples()));
        for (layer, currents) in cotangents {
            let readouts = self.readouts(*layer).ok_or(self.no_layer(*layer))?;
            if *layer >= lit {
                return Err(ChipError::NoSuchLayer {
                    layer: *layer,
                    layers: lit,
                });
            }
            length("cotangent", currents.len(), samples * readouts)?;
            finite("cotangent", currents.iter().copied())?;
        }
        for (layer, gradient) in gradients.iter() {
            let expected = self.parameters(*layer).ok_or(self.no_layer(*layer))?;
            length("gradient", gradient.len(), expected)?;
        }
        in_precision!(&mut self.network, it => it.vjp(cotangents, gradients));
        Ok(())
    }

    fn no_layer(&self, layer: usize) -> ChipError {
        ChipError::NoSuchLayer {
            layer,
            layers: self.layers(),
        }
    }
}

fn network<T: Real>(design: &ChipDesign, knowledge: &Knowledge) -> Network<T> {
    let parts = knowledge.meshes.iter().zip(&knowledge.detectors);
    let parts = parts.zip(&knowledge.transmission);
    let layers = design.layers.iter().zip(parts).enumerate();
    let layers = layers.map(|(index, (layer, ((mesh, detectors), &transmission)))| {
        let ratio = design.detected_ratio(index);
        let oscillator = &knowledge.local_oscillator;
        let passed = match layer.tap {
            Tap::Coupler(ratio) => Some((1.0 - ratio).sqrt()),
            Tap::Lossless | Tap::Activation => None,
        };
        Layer::new(
            MeshTwin::new(mesh.clone()),
            Reader::new(layer.readout, ratio, detectors, oscillator),
            transmission,
            passed,
            layer.activation,
        )
    });
    let ports = design.ports();
    Network::new(
        layers.collect(),
        Encoder::new(&design.source, ports, &[]),
        design.source.port_power_w(ports).sqrt(),
        ports,
    )
}

fn length(what: &'static str, found: usize, expected: usize) -> Result<(), ChipError> {
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

fn finite(what: &'static str, values: impl Iterator<Item = f64>) -> Result<(), ChipError> {
    match values.enumerate().find(|(_, x)| !x.is_finite()) {
        Some((index, value)) => Err(ChipError::NotFinite { what, index, value }),
        None => Ok(()),
    }
}
