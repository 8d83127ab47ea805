//! A photonic chip as a black box.

use super::{BenchCosts, BenchLedger};
use fzero::TappedBox;
use fzero::baseline::{Cotangent, Gradient};
use fzero::black_box::{BlackBox, DeviceError, LayerShape, ParameterGroup, Purpose, Samples, Tap};
use photonics::chip::cost::BenchRates;
use photonics::chip::{Chip, ChipError, ChipState};
use photonics::in_situ::{InSitu, PASSES_PER_LAYER};
use std::ops::Range;

/// The visible adapter between the crates: parameters are phases in rad, readouts are currents in A.
#[derive(Debug)]
pub struct ChipBox {
    chip: Chip,
    shapes: Vec<LayerShape>,
    bench: BenchLedger,
    /// Where it is measured inside.
    in_situ: Option<InSitu>,
}

impl ChipBox {
    /// Wraps a chip. `train_output_screen`: whether a trainer should move the output phases gamma.
    pub fn new(chip: Chip, train_output_screen: bool) -> Self {
        let shapes = (0..chip.layers())
            .map(|layer| {
                let mzis = chip.mzis(layer).unwrap_or(0);
                let missing = chip.missing_shifters(layer).unwrap_or_default();
                let group = |name, range: Range<usize>, trained| ParameterGroup {
                    missing: missing
                        .iter()
                        .copied()
                        .filter(|p| range.contains(p))
                        .collect(),
                    ..ParameterGroup::new(name, range, trained)
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
        Self {
            chip,
            shapes,
            bench: BenchLedger::default(),
            in_situ: None,
        }
    }

    /// With measurements inside of the chip, which must have monitors.
    #[must_use]
    pub fn with_in_situ(mut self, in_situ: Option<InSitu>) -> Self {
        self.in_situ = in_situ;
        self
    }

    /// The shapes of all layers.
    pub fn shapes(&self) -> &[LayerShape] {
        &self.shapes
    }

    /// What has been done on the bench, by purpose.
    pub fn bench(&self) -> &BenchLedger {
        &self.bench
    }

    /// What that has cost.
    pub fn bench_costs(&self) -> BenchCosts {
        self.bench.costs(self.chip.bench_rates())
    }

    /// What the use of the bench costs.
    pub fn bench_rates(&self) -> &BenchRates {
        self.chip.bench_rates()
    }

    /// Electrical power of all heaters at the present settings, in W.
    pub fn heater_power_w(&self) -> f64 {
        self.chip.heater_power_w()
    }

    fn check_width(&self, samples: Samples<'_>) -> Result<(), DeviceError> {
        if samples.width == self.chip.ports() {
            return Ok(());
        }
        Err(DeviceError::WrongLength {
            what: "sample",
            found: samples.width,
            expected: self.chip.ports(),
        })
    }

    /// Uses the chip and books what that was for; a refusal books nothing, since it uses nothing.
    fn booked(
        &mut self,
        purpose: Purpose,
        work: impl FnOnce(&mut Chip) -> Result<(), ChipError>,
    ) -> Result<(), DeviceError> {
        self.booked_inside(purpose, |chip, _| work(chip))
    }

    fn booked_inside(
        &mut self,
        purpose: Purpose,
        work: impl FnOnce(&mut Chip, Option<&mut InSitu>) -> Result<(), ChipError>,
    ) -> Result<(), DeviceError> {
        let before = *self.chip.bench_use();
        work(&mut self.chip, self.in_situ.as_mut()).map_err(device_error)?;
        self.bench.book(purpose, *self.chip.bench_use() - before);
        Ok(())
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

    fn state(&self) -> Option<Vec<u8>> {
        postcard::to_stdvec(&(self.chip.state(), self.bench)).ok()
    }

    fn restore(&mut self, state: &[u8], parameters: &[Vec<f64>]) -> Result<(), DeviceError> {
        let foreign = |error: postcard::Error| {
            DeviceError::Other(format!("this is not the state of a chip: {error}"))
        };
        let (chip, bench): (ChipState, BenchLedger) =
            postcard::from_bytes(state).map_err(foreign)?;
        self.chip.restore(&chip, parameters).map_err(device_error)?;
        self.bench = bench;
        Ok(())
    }

    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.booked(purpose, |chip| chip.program(layer, parameters))
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.check_width(samples)?;
        let mut taps: Vec<_> = taps
            .iter_mut()
            .map(|tap| (tap.layer, &mut *tap.readouts))
            .collect();
        self.booked(purpose, |chip| chip.measure(samples.values, &mut taps))
    }
}

impl TappedBox for ChipBox {
    fn query_inside(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.check_width(samples)?;
        let mut taps: Vec<_> = taps
            .iter_mut()
            .map(|tap| (tap.layer, &mut *tap.readouts))
            .collect();
        self.booked_inside(purpose, |chip, in_situ| {
            let in_situ = in_situ.ok_or(ChipError::NoMonitors)?;
            in_situ.forward(chip, samples.values, &mut taps)
        })
    }

    fn gradient_passes(&self, layers: Range<usize>) -> u32 {
        PASSES_PER_LAYER * layers.len() as u32
    }

    fn gradient(
        &mut self,
        cotangents: &[Cotangent<'_>],
        gradients: &mut [Gradient<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        let cotangents: Vec<_> = cotangents
            .iter()
            .map(|cotangent| (cotangent.layer, cotangent.readouts))
            .collect();
        let mut gradients: Vec<_> = gradients
            .iter_mut()
            .map(|gradient| (gradient.layer, &mut *gradient.parameters))
            .collect();
        self.booked_inside(purpose, |chip, in_situ| {
            let in_situ = in_situ.ok_or(ChipError::NoMonitors)?;
            in_situ.backward(chip, &cotangents, &mut gradients)
        })
    }
}

pub(super) fn device_error(error: ChipError) -> DeviceError {
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
