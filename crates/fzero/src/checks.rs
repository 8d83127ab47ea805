//! What every device checks before it does something.

use crate::black_box::{BlackBox, DeviceError, LayerShape, ParameterGroup, Samples, Tap};

/// Groups of these names and sizes, one behind the other.
pub(crate) fn groups(sizes: &[(&'static str, usize, bool)]) -> Vec<ParameterGroup> {
    let mut start = 0;
    let group = |&(name, size, trained): &(&'static str, usize, bool)| {
        let range = start..start + size;
        start += size;
        ParameterGroup::new(name, range, trained)
    };
    sizes.iter().map(group).collect()
}

/// Refuses a layer, a length or a value that does not fit.
pub(crate) fn check_program(
    shapes: &[LayerShape],
    layer: usize,
    parameters: &[f64],
) -> Result<(), DeviceError> {
    let layers = shapes.len();
    let shape = shapes
        .get(layer)
        .ok_or(DeviceError::NoSuchLayer { layer, layers })?;
    if parameters.len() != shape.parameters() {
        return Err(DeviceError::WrongLength {
            what: "the parameter vector",
            found: parameters.len(),
            expected: shape.parameters(),
        });
    }
    match parameters.iter().position(|p| !p.is_finite()) {
        Some(index) => Err(DeviceError::NotFinite {
            what: "parameter",
            index,
            value: parameters[index],
        }),
        None => Ok(()),
    }
}

/// Refuses widths, lengths and layers that do not fit.
pub(crate) fn check_query(
    device: &dyn BlackBox,
    samples: &Samples<'_>,
    taps: &[Tap<'_>],
) -> Result<(), DeviceError> {
    check_width(device, samples)?;
    let layers = device.layers();
    for tap in taps {
        if tap.layer >= layers {
            return Err(DeviceError::NoSuchLayer {
                layer: tap.layer,
                layers,
            });
        }
        let expected = samples.count() * device.layer(tap.layer).readouts;
        if tap.readouts.len() != expected {
            return Err(DeviceError::WrongLength {
                what: "the readout buffer",
                found: tap.readouts.len(),
                expected,
            });
        }
    }
    Ok(())
}

fn check_width(device: &dyn BlackBox, samples: &Samples<'_>) -> Result<(), DeviceError> {
    if samples.width != device.inputs() || !samples.values.len().is_multiple_of(samples.width) {
        return Err(DeviceError::WrongLength {
            what: "a sample",
            found: samples.width,
            expected: device.inputs(),
        });
    }
    Ok(())
}

/// Refuses samples of another width, and values that are not finite.
pub(crate) fn check_samples(
    device: &dyn BlackBox,
    samples: &Samples<'_>,
) -> Result<(), DeviceError> {
    check_width(device, samples)?;
    if numerics::math::all_finite_f32(samples.values) {
        return Ok(());
    }
    let bad = samples.values.iter().position(|x| !x.is_finite());
    let index = bad.unwrap_or_default();
    Err(DeviceError::NotFinite {
        what: "input",
        index,
        value: f64::from(samples.values[index]),
    })
}
