//! What a trainer may do to a chip: program it, send light in, read detectors.

use serde::{Deserialize, Serialize};
use std::ops::Range;
use thiserror::Error;

/// A network of layers that can only be queried forward.
///
/// Real numbers in, real numbers out: a trainer sees what an instrument shows, never a field, a
/// matrix or a gradient. Layers are numbered from the input, 0-based.
pub trait BlackBox: Send {
    /// Real inputs per sample (modulator settings).
    fn inputs(&self) -> usize;

    /// Number of layers, at least 1.
    fn layers(&self) -> usize;

    /// What layer `layer < layers()` offers.
    fn layer(&self, layer: usize) -> &LayerShape;

    /// Smallest step of a parameter of layer `layer < layers()`, above 0, in the parameter's unit: what
    /// is programmed is rounded to about it. `None` (the default) where parameters are continuous, or
    /// nothing is known.
    fn resolution(&self, layer: usize) -> Option<f64> {
        let _ = layer;
        None
    }

    /// How often the device sends each sample of a query to report the mean of the readouts, at least 1
    /// (the default). Each time is a sample query.
    fn repetitions(&self) -> u32 {
        1
    }

    /// Where the device stands, for [`BlackBox::restore`]: everything that its use changes, but for the
    /// parameters that were asked for. `None` (the default) where it cannot tell.
    fn state(&self) -> Option<Vec<u8>> {
        None
    }

    /// Goes on from `state`, which a device of the same kind told when its layers had been programmed with
    /// `parameters`. That is no use of the device.
    ///
    /// # Errors
    /// [`DeviceError`] for a state of another device, or a device that has none; it is then as before.
    fn restore(&mut self, state: &[u8], parameters: &[Vec<f64>]) -> Result<(), DeviceError> {
        let _ = (state, parameters);
        Err(DeviceError::Other("the device cannot be put back".into()))
    }

    /// Sets all parameters of one layer (`layer(layer).parameters()` numbers, for a mesh phases in
    /// rad). They stay until the next programming.
    ///
    /// # Errors
    /// [`DeviceError`] when the layer does not exist, the length is wrong or a value is not finite.
    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        purpose: Purpose,
    ) -> Result<(), DeviceError>;

    /// Sends every sample through the network, as often as [`BlackBox::repetitions`] says, and reads the
    /// given taps during the same passes.
    ///
    /// # Errors
    /// [`DeviceError`] when a width, a length or a layer does not fit, or an input is not finite.
    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError>;
}

/// The parameters and readouts of one layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerShape {
    /// Kinds of parameters, contiguous and in order; together they are the layer's parameter vector.
    pub groups: Vec<ParameterGroup>,
    /// Real numbers that the layer's tap yields per sample.
    pub readouts: usize,
}

impl LayerShape {
    /// Length of the layer's parameter vector.
    pub fn parameters(&self) -> usize {
        self.groups.last().map_or(0, |group| group.range.end)
    }

    /// Parameters that exist: without the places of [`ParameterGroup::missing`].
    pub fn existing(&self) -> usize {
        self.groups.iter().map(ParameterGroup::existing).sum()
    }
}

/// One kind of parameter, for example all internal phases of a mesh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterGroup {
    /// Its name, for example `theta`.
    pub name: &'static str,
    /// Its place in the layer's parameter vector.
    pub range: Range<usize>,
    /// Whether a trainer should move it.
    pub trained: bool,
    /// Places of the parameter vector within `range`, in ascending order, at which the device has nothing
    /// to set: what stands there has no effect. A trainer leaves them alone and does not count them.
    pub missing: Vec<usize>,
}

impl ParameterGroup {
    /// A group of which all parameters exist.
    pub fn new(name: &'static str, range: Range<usize>, trained: bool) -> Self {
        Self {
            name,
            range,
            trained,
            missing: Vec::new(),
        }
    }

    /// How many of its parameters exist: its dimension.
    pub fn existing(&self) -> usize {
        self.range.len().saturating_sub(self.missing.len())
    }

    /// The places in the parameter vector of those that exist, in order.
    pub fn places(&self) -> impl Iterator<Item = usize> + '_ {
        let mut missing = self.missing.iter().peekable();
        self.range
            .clone()
            .filter(move |place| missing.next_if_eq(&place).is_none())
    }
}

/// Samples in row-major order: `count() x width` real amplitudes.
#[derive(Clone, Copy, Debug)]
pub struct Samples<'a> {
    /// The amplitudes, relative to full scale: 0 to 1.
    pub values: &'a [f32],
    /// Amplitudes per sample, at least 1.
    pub width: usize,
}

impl Samples<'_> {
    /// Number of samples.
    pub fn count(&self) -> usize {
        self.values.len() / self.width.max(1)
    }
}

/// A place to read during a pass.
#[derive(Debug)]
pub struct Tap<'a> {
    /// The layer whose output is read.
    pub layer: usize,
    /// Where the readouts go, row-major: samples x `layer(layer).readouts`.
    pub readouts: &'a mut [f32],
}

/// Why the device is used; the ledger counts by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Perturbed measurements from which a gradient is estimated.
    Training,
    /// Accuracy on the training and test sets.
    Evaluation,
    /// Measurements of the device itself, and of the noise of a loss to choose a smoothing radius.
    Calibration,
}

/// What went wrong at the device.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum DeviceError {
    /// The layer does not exist.
    #[error("layer {layer} does not exist: the device has {layers}")]
    NoSuchLayer {
        /// The layer asked for.
        layer: usize,
        /// The layers that exist.
        layers: usize,
    },
    /// A slice has the wrong length.
    #[error("{what} has {found} values, the device needs {expected}")]
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
    /// The budget does not allow another query.
    #[error("the budget of {limit} sample queries is spent")]
    BudgetSpent {
        /// The limit.
        limit: u64,
    },
    /// Anything else that the device reports.
    #[error("{0}")]
    Other(String),
}

/// Puts a device back whose parameters are all that its use changes.
///
/// # Errors
/// Parameters of another device.
pub(crate) fn restore_parameters(
    device: &mut dyn BlackBox,
    parameters: &[Vec<f64>],
) -> Result<(), DeviceError> {
    if parameters.len() != device.layers() {
        return Err(DeviceError::WrongLength {
            what: "layers of parameters",
            found: parameters.len(),
            expected: device.layers(),
        });
    }
    let mut layers = parameters.iter().enumerate();
    layers.try_for_each(|(layer, own)| device.program(layer, own, Purpose::Evaluation))
}

macro_rules! forward_to_pointee {
    ($($pointer:ty),*) => {$(
        impl<B: BlackBox + ?Sized> BlackBox for $pointer {
            fn inputs(&self) -> usize {
                (**self).inputs()
            }

            fn layers(&self) -> usize {
                (**self).layers()
            }

            fn layer(&self, layer: usize) -> &LayerShape {
                (**self).layer(layer)
            }

            fn resolution(&self, layer: usize) -> Option<f64> {
                (**self).resolution(layer)
            }

            fn repetitions(&self) -> u32 {
                (**self).repetitions()
            }

            fn state(&self) -> Option<Vec<u8>> {
                (**self).state()
            }

            fn restore(
                &mut self,
                state: &[u8],
                parameters: &[Vec<f64>],
            ) -> Result<(), DeviceError> {
                (**self).restore(state, parameters)
            }

            fn program(
                &mut self,
                layer: usize,
                parameters: &[f64],
                purpose: Purpose,
            ) -> Result<(), DeviceError> {
                (**self).program(layer, parameters, purpose)
            }

            fn query(
                &mut self,
                samples: Samples<'_>,
                taps: &mut [Tap<'_>],
                purpose: Purpose,
            ) -> Result<(), DeviceError> {
                (**self).query(samples, taps, purpose)
            }
        }
    )*};
}

forward_to_pointee!(Box<B>, &mut B);
