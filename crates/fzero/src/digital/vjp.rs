//! What goes into a vector-Jacobian product and what comes out.

use crate::black_box::{BlackBox, DeviceError, Samples};
use crate::checks::check_samples;

/// The derivative of a loss by the readouts of one layer.
#[derive(Clone, Copy, Debug)]
pub struct Cotangent<'a> {
    /// The layer whose tap was read.
    pub layer: usize,
    /// dL/d readout, row-major: samples x `layer(layer).readouts`.
    pub readouts: &'a [f64],
}

/// The derivative of the loss by the parameters of one layer.
#[derive(Debug)]
pub struct Gradient<'a> {
    /// The layer.
    pub layer: usize,
    /// Where dL/d parameter goes, in the order of the layer's parameter vector.
    pub parameters: &'a mut [f64],
}

/// Refuses layers and lengths that do not fit, and inputs that are not finite.
pub(super) fn check(
    device: &dyn BlackBox,
    samples: &Samples<'_>,
    cotangents: &[Cotangent<'_>],
    gradients: &[Gradient<'_>],
) -> Result<(), DeviceError> {
    check_samples(device, samples)?;
    let layers = device.layers();
    let fit = |layer, what, found, per_sample: bool| {
        if layer >= layers {
            return Err(DeviceError::NoSuchLayer { layer, layers });
        }
        let expected = match per_sample {
            true => samples.count() * device.layer(layer).readouts,
            false => device.layer(layer).parameters(),
        };
        match found == expected {
            true => Ok(()),
            false => Err(DeviceError::WrongLength {
                what,
                found,
                expected,
            }),
        }
    };
    for cotangent in cotangents {
        fit(
            cotangent.layer,
            "a cotangent",
            cotangent.readouts.len(),
            true,
        )?;
    }
    for gradient in gradients {
        fit(
            gradient.layer,
            "a gradient",
            gradient.parameters.len(),
            false,
        )?;
    }
    Ok(())
}
