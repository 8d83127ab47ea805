//! A chip with every effect on against the ideal one.

use crate::error::Error;
use numerics::Streams;
use photonics::chip::{Chip, ChipError};
use photonics::component::activation::Activation;
use photonics::design::{ChipDesign, LayerDesign, Precision, Readout, Source, Tap};
use photonics::detector::{Adc, ReceiverNoise};
use photonics::fabricate::{DieSeed, GroundTruth, fabricate};
use photonics::mesh::haar::haar_phases;
use photonics::mesh::rectangular::rectangular;
use photonics::process::heater::{Drift, HeaterLaw, ThermalCrosstalk};
use photonics::process::{
    DetectorProcess, Faults, HeaterProcess, Instruments, MeshProcess, Process,
};
use std::sync::Arc;

/// A design with one layer of `ports` ports, read as intensities.
pub(super) fn design(ports: usize, source: Source) -> Result<ChipDesign, Error> {
    let topology =
        rectangular(ports).map_err(|error| Error::failed("the mesh cannot be built", error, ""))?;
    Ok(ChipDesign {
        layers: vec![LayerDesign {
            topology: Arc::new(topology),
            readout: Readout::Intensity,
            tap: Tap::Lossless,
            adc_full_scale_a: None,
            activation: Activation::Identity,
        }],
        source,
        precision: Precision::Single,
    })
}

/// An ideal chip with one layer.
pub(super) fn ideal(ports: usize) -> Result<(Chip, GroundTruth), Error> {
    make(&design(ports, Source::ideal(1e-3))?, &Process::ideal())
}

/// The same with every effect on. Losses are those of low-loss silicon nitride: light from the first
/// column arrives at the last one of 784.
pub(super) fn with_all_effects(ports: usize) -> Result<(Chip, GroundTruth), Error> {
    let source = Source {
        rin_db_per_hz: Some(-150.0),
        wall_plug_efficiency: 0.2,
        tree_excess_loss_db: 0.1,
        coupling_loss_db: 1.0,
        modulator_insertion_loss_db: 1.0,
        modulator_extinction_ratio_db: Some(30.0),
        modulator_dac_bits: Some(8),
        ..Source::ideal(1e-3)
    };
    let mut design = design(ports, source)?;
    design.layers[0].tap = Tap::Coupler(0.1);
    make(&design, &process())
}

fn process() -> Process {
    Process {
        mesh: MeshProcess {
            splitter_error_sigma_rad: 0.02,
            splitter_correlation: 0.5,
            coupler_loss_db: 0.004,
            coupler_loss_sigma_db: 0.002,
            shifter_loss_db: 0.004,
            shifter_loss_sigma_db: 0.002,
            waveguide_loss_db_per_m: 10.0,
            waveguide_loss_relative_sigma: 0.2,
            ..MeshProcess::ideal()
        },
        heater: HeaterProcess {
            law: HeaterLaw::Voltage,
            dac_bits: Some(12),
            efficiency_sigma: 0.02,
            phase_offset_sigma_rad: 0.5,
            crosstalk: ThermalCrosstalk {
                coupling: 0.01,
                ..ThermalCrosstalk::ideal()
            },
            response_time_s: 2.5e-6,
            settling_s: 1e-4,
            drift: Drift {
                sigma_rad: 0.02,
                time_constant_s: 600.0,
            },
            ..HeaterProcess::ideal()
        },
        detector: DetectorProcess {
            responsivity_sigma: 0.02,
            dark_current_a: 1e-8,
            noise: Some(ReceiverNoise::new(1e9, 1e4, 300.0)),
            saturation_a: Some(1e-2),
            adc: Some(Adc {
                bits: 10,
                full_scale_a: 4e-3,
            }),
            optical_crosstalk_floor_db: Some(40.0),
            ..DetectorProcess::ideal()
        },
        monitors: None,
        instruments: Instruments {
            dac_j_per_conversion: Some(3.6e-12),
            adc_j_per_conversion: Some(1.48e-12),
            tia_w: Some(3e-3),
            modulator_j_per_symbol: Some(50e-15),
        },
        faults: Faults::none(),
    }
}

fn make(design: &ChipDesign, process: &Process) -> Result<(Chip, GroundTruth), Error> {
    fabricate(design, process, DieSeed(0))
        .map_err(|error| Error::failed("the chip cannot be fabricated", error, ""))
}

/// A chip and a batch of inputs.
pub(super) struct Bench {
    chip: Chip,
    phases_rad: Vec<f64>,
    inputs: Vec<f32>,
    currents: Vec<f32>,
}

impl Bench {
    /// Programs Haar-random phases.
    pub(super) fn new((mut chip, truth): (Chip, GroundTruth), batch: usize) -> Result<Self, Error> {
        let ports = chip.ports();
        let mut stream = Streams::new(0).derive("bench", ports as u64, 0);
        let phases_rad = haar_phases(truth.layers()[0].topology(), &mut stream);
        chip.program(0, &phases_rad)
            .map_err(|error| Error::failed("the chip cannot be programmed", error, ""))?;
        Ok(Self {
            chip,
            phases_rad,
            inputs: inputs(ports, batch),
            currents: vec![0.0; ports * batch],
        })
    }

    /// One forward pass of the batch: modulators, mesh, detectors, converters.
    pub(super) fn measure(&mut self) -> Result<(), ChipError> {
        self.chip
            .measure(&self.inputs, &mut [(0, &mut self.currents)])
    }

    /// One setting of all phases.
    pub(super) fn program(&mut self) -> Result<(), ChipError> {
        self.chip.program(0, &self.phases_rad)
    }
}

/// Amplitudes between 0 and 1, row-major `batch` x `ports`.
pub(super) fn inputs(ports: usize, batch: usize) -> Vec<f32> {
    (0..ports * batch).map(|i| (i % 17) as f32 / 16.0).collect()
}
