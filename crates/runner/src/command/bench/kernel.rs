//! Light through one mesh, and nothing else.

use crate::error::Error;
use numerics::Streams;
use photonics::FieldBatch;
use photonics::mesh::haar::haar_phases;
use photonics::mesh::propagate::propagate;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::{MeshHardware, MeshPhases, Program};
use std::sync::Arc;

pub(super) struct Kernel {
    hardware: MeshHardware,
    program: Program<f32>,
    field: FieldBatch<f32>,
    start: FieldBatch<f32>,
}

impl Kernel {
    /// A rectangular mesh at Haar-random phases, lossless or with 0.01 dB per MZI.
    pub(super) fn new(ports: usize, batch: usize, lossless: bool) -> Result<Self, Error> {
        let topology = rectangular(ports)
            .map_err(|error| Error::failed("the mesh cannot be built", error, ""))?;
        let topology = Arc::new(topology);
        let mzis = topology.mzis();
        let hardware = if lossless {
            MeshHardware::ideal(topology.clone())
        } else {
            let t = photonics::units::loss_db_to_field_ratio(0.01);
            MeshHardware::new(topology.clone(), vec![[0.0; 2]; mzis], Some(vec![t; mzis]))
        };
        let phases = haar_phases(
            &topology,
            &mut Streams::new(0).derive("bench", ports as u64, 0),
        );
        let mut program = Program::default();
        if let Some(phases) = MeshPhases::split(&phases, mzis, ports) {
            program.compile(&hardware, phases);
        }
        let mut field = FieldBatch::dark(ports, batch);
        field.encode(&vec![1.0; ports * batch], 1.0);
        Ok(Self {
            hardware,
            program,
            start: field.clone(),
            field,
        })
    }

    pub(super) fn mzis(&self) -> usize {
        self.hardware.topology().mzis()
    }

    pub(super) fn operations_per_mzi(&self) -> usize {
        self.program.operations_per_mzi()
    }

    /// One propagation of the batch. The output is the next input; losses would fade it into
    /// denormal numbers, so it is now and then set back.
    pub(super) fn run(&mut self) {
        propagate(self.hardware.topology(), &self.program, &mut self.field);
        if self.field.power_w(0) < 0.5 * self.start.power_w(0) {
            self.field.clone_from(&self.start);
        }
    }
}
