//! Small devices with known answers, to test trainers in microseconds. They are no models of
//! hardware.

mod faulty;
mod intensity;
mod noisy;
mod quadratic;
mod recorder;

pub use faulty::NotANumberAfter;
pub use intensity::IntensityBox;
pub use noisy::NoisyBox;
pub use quadratic::{FirstReadout, QuadraticBox};
pub use recorder::Recorder;

use crate::black_box::{BlackBox, DeviceError, LayerShape, ParameterGroup, Samples, Tap};

fn groups(sizes: &[(&'static str, usize, bool)]) -> Vec<ParameterGroup> {
    let mut start = 0;
    let group = |&(name, size, trained): &(&'static str, usize, bool)| {
        let range = start..start + size;
        start += size;
        ParameterGroup::new(name, range, trained)
    };
    sizes.iter().map(group).collect()
}

fn check_program(
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

fn check_query(
    device: &dyn BlackBox,
    samples: &Samples<'_>,
    taps: &[Tap<'_>],
) -> Result<(), DeviceError> {
    if samples.width != device.inputs() || !samples.values.len().is_multiple_of(samples.width) {
        return Err(DeviceError::WrongLength {
            what: "a sample",
            found: samples.width,
            expected: device.inputs(),
        });
    }
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
