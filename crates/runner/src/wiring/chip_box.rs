//! A photonic chip as a black box.

use fzero::black_box::{BlackBox, DeviceError, LayerShape, ParameterGroup, Purpose, Samples, Tap};
use photonics::chip::{Chip, ChipError};

/// The visible adapter between the crates: parameters are phases in rad, readouts are currents in A.
#[derive(Debug)]
pub struct ChipBox {
    chip: Chip,
    shapes: Vec<LayerShape>,
}

impl ChipBox {
    /// Wraps a chip. `train_output_screen`: whether a trainer should move the output phases gamma.
    pub fn new(chip: Chip, train_output_screen: bool) -> Self {
        let shapes = (0..chip.layers())
            .map(|layer| {
                let mzis = chip.mzis(layer).unwrap_or(0);
                let group = |name, range, trained| ParameterGroup {
                    name,
                    range,
                    trained,
                };
                LayerShape {
                    groups: vec![
                        group("theta", 0..mzis, true),
                        group("phi", mzis..2 * mzis, true),
                        group(
                            "gamma",
                            2 * mzis..2 * mzis + chip.ports(),
                            train_output_screen,
                        ),
                    ],
                    readouts: chip.readouts(layer).unwrap_or(0),
                }
            })
            .collect();
        Self { chip, shapes }
    }

    /// The shapes of all layers.
    pub fn shapes(&self) -> &[LayerShape] {
        &self.shapes
    }
}

impl BlackBox for ChipBox {
    fn inputs(&self) -> usize {
        self.chip.ports()
    }

    fn layers(&self) -> usize {
        self.shapes.len()
    }

    fn layer(&self, layer: usize) -> &LayerShape {
        &self.shapes[layer]
    }

    fn resolution(&self, layer: usize) -> Option<f64> {
        self.chip.resolution_rad(layer)
    }

    fn repetitions(&self) -> u32 {
        self.chip.averages()
    }

    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        _purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.chip.program(layer, parameters).map_err(device_error)
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        _purpose: Purpose,
    ) -> Result<(), DeviceError> {
        if samples.width != self.chip.ports() {
            return Err(DeviceError::WrongLength {
                what: "sample",
                found: samples.width,
                expected: self.chip.ports(),
            });
        }
        let mut taps: Vec<_> = taps
            .iter_mut()
            .map(|tap| (tap.layer, &mut *tap.readouts))
            .collect();
        self.chip
            .measure(samples.values, &mut taps)
            .map_err(device_error)
    }
}

fn device_error(error: ChipError) -> DeviceError {
    match error {
        ChipError::NoSuchLayer { layer, layers } => DeviceError::NoSuchLayer { layer, layers },
        ChipError::WrongLength {
            what,
            found,
            expected,
        } => DeviceError::WrongLength {
            what,
            found,
            expected,
        },
        ChipError::NotFinite { what, index, value } => {
            DeviceError::NotFinite { what, index, value }
        }
        other => DeviceError::Other(other.to_string()),
    }
}
