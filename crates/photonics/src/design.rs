//! What the designer draws: layers, sources, activations, detectors. The ideal circuit ends here.

use crate::component::activation::Activation;
use crate::mesh::Topology;
use std::sync::Arc;
use thiserror::Error;

pub use crate::source::{Source, SourcePower};

/// A network of meshes with a detector tap behind each.
///
/// ```text
///  amplitudes          layer 0             layer 1
///  --> [modulators] --> mesh --> activation --> mesh
///                        |                       |
///                       tap 0                   tap 1
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ChipDesign {
    /// The layers in the order in which light meets them.
    pub layers: Vec<LayerDesign>,
    /// The light source.
    pub source: Source,
    /// Precision in which light is propagated.
    pub precision: Precision,
}

/// One layer: a mesh, how its output is read, and what stands behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerDesign {
    /// The wiring of its mesh.
    pub topology: Arc<Topology>,
    /// How the light at the mesh output is read.
    pub readout: Readout,
    /// Where the detectors get their light. Those of the last layer see all, whatever stands here.
    pub tap: Tap,
    /// Full scale in A of this layer's converters, the gain of their amplifiers; `None`: that of the
    /// process. Without effect where there is no converter.
    pub adc_full_scale_a: Option<f64>,
    /// What stands between this layer and the next; without effect after the last layer.
    pub activation: Activation,
}

/// Where the detectors of an inner layer get their light.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tap {
    /// They see all and take nothing, which no device does.
    Lossless,
    /// From a coupler that takes the part kappa, in (0, 1), of the power: the detectors see kappa P, and
    /// the fields go on with sqrt(1 - kappa), whether or not they are read.
    Coupler(f64),
    /// They are the photodiodes of the activation, which must be electro-optic: they see the alpha P
    /// that it taps anyway (Williamson et al., arXiv:1903.04579), and nothing more is missing behind.
    Activation,
}

/// How the detectors of a layer are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readout {
    /// One photodiode per port: N currents, none negative when there is no noise.
    Intensity,
    /// Balanced photodiodes: the difference of ports 2k and 2k + 1, floor(N / 2) signed currents. An
    /// odd last port is not read.
    Signed,
    /// A balanced pair per port behind a coupler with a local oscillator: N signed currents, linear in
    /// the field. See [`crate::detector::homodyne`].
    Homodyne,
}

impl Readout {
    /// Number of readouts of a mesh with `ports` ports.
    pub fn count(self, ports: usize) -> usize {
        match self {
            Self::Intensity | Self::Homodyne => ports,
            Self::Signed => ports / 2,
        }
    }

    /// Whether a readout without noise can be negative.
    pub fn is_signed(self) -> bool {
        self != Self::Intensity
    }

    /// Number of photodiodes at each port.
    pub fn diodes_per_port(self) -> usize {
        match self {
            Self::Intensity | Self::Signed => 1,
            Self::Homodyne => 2,
        }
    }
}

/// Floating-point precision of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// f32: the default for training.
    Single,
    /// f64.
    Double,
}

/// Why a design cannot be built.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum DesignError {
    /// There is no layer.
    #[error("a chip needs at least one layer")]
    NoLayers,
    /// Layers do not fit together.
    #[error("layer {layer} has {found} ports, the layer before has {expected}")]
    PortMismatch {
        /// The layer, 0-based.
        layer: usize,
        /// Its ports.
        found: usize,
        /// The ports of the layer before.
        expected: usize,
    },
    /// A layer cannot be read.
    #[error("layer {layer} yields no readout: a signed readout needs at least 2 ports")]
    NoReadout {
        /// The layer, 0-based.
        layer: usize,
    },
    /// A layer is to be read at the tap of an activation that has none.
    #[error("a layer is read at its activation's tap, but only electro-optic ones have one")]
    NoActivationTap {
        /// The layer, 0-based.
        layer: usize,
    },
    /// Monitors where there is no place for them.
    #[error("layer {layer}: monitors stand in meshes of MZIs alone")]
    NoPlaceForMonitors {
        /// The layer, 0-based.
        layer: usize,
    },
    /// Something names a layer that does not exist.
    #[error("{what}: layer {layer} does not exist, the chip has {layers}")]
    NoSuchLayer {
        /// What names it.
        what: &'static str,
        /// The layer, 0-based.
        layer: usize,
        /// Number of layers.
        layers: usize,
    },
    /// Something names a port that does not exist.
    #[error("{what}: port {port} does not exist, the chip has {ports}")]
    NoSuchPort {
        /// What names it.
        what: &'static str,
        /// The port, 0-based.
        port: usize,
        /// Number of ports.
        ports: usize,
    },
    /// A value is out of its range.
    #[error("{name} = {value}: must be {range}")]
    OutOfRange {
        /// Which value.
        name: &'static str,
        /// The value.
        value: f64,
        /// What is allowed, with the unit.
        range: &'static str,
    },
}

impl ChipDesign {
    /// Number of ports.
    pub fn ports(&self) -> usize {
        self.layers
            .first()
            .map_or(0, |layer| layer.topology.ports())
    }

    /// Checks that the layers fit together and that every value is in its range.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), DesignError> {
        if self.layers.is_empty() {
            return Err(DesignError::NoLayers);
        }
        let expected = self.ports();
        for (layer, design) in self.layers.iter().enumerate() {
            let found = design.topology.ports();
            if found != expected {
                return Err(DesignError::PortMismatch {
                    layer,
                    found,
                    expected,
                });
            }
            if design.readout.count(found) == 0 {
                return Err(DesignError::NoReadout { layer });
            }
            match (design.tap, &design.activation) {
                (Tap::Coupler(ratio), _) => {
                    within("tap ratio", ratio, f64::MIN_POSITIVE..1.0, "in (0, 1)")?;
                }
                (Tap::Activation, Activation::ElectroOptic(activation)) => within(
                    "tap fraction of an activation whose tap is read",
                    activation.tap_fraction,
                    f64::MIN_POSITIVE..1.0,
                    "in (0, 1)",
                )?,
                (Tap::Activation, _) => return Err(DesignError::NoActivationTap { layer }),
                (Tap::Lossless, _) => {}
            }
            if let Some(full_scale_a) = design.adc_full_scale_a {
                within("ADC full scale", full_scale_a, 1e-18..1e3, "in (0, 1000) A")?;
            }
            design.activation.check()?;
        }
        self.source.check(expected)
    }

    /// The part of the power at a layer's mesh output that its detectors see: all of it at the last.
    ///
    /// # Panics
    /// When the layer does not exist.
    pub fn detected_ratio(&self, layer: usize) -> f64 {
        if layer + 1 == self.layers.len() {
            1.0
        } else {
            match (self.layers[layer].tap, &self.layers[layer].activation) {
                (Tap::Coupler(ratio), _) => ratio,
                (Tap::Activation, Activation::ElectroOptic(activation)) => activation.tap_fraction,
                _ => 1.0,
            }
        }
    }
}

/// An error unless `value` lies in `range`.
pub(crate) fn within(
    name: &'static str,
    value: f64,
    range: std::ops::Range<f64>,
    text: &'static str,
) -> Result<(), DesignError> {
    if range.contains(&value) {
        Ok(())
    } else {
        Err(DesignError::OutOfRange {
            name,
            value,
            range: text,
        })
    }
}

/// An error unless `value` is a finite number.
pub(crate) fn finite(name: &'static str, value: f64) -> Result<(), DesignError> {
    within(name, value, f64::MIN..f64::INFINITY, "a finite number")
}
