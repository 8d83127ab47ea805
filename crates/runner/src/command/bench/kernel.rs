//! Light through one mesh, and nothing else.

use numerics::Streams;
use photonics::FieldBatch;
use photonics::mesh::haar::haar_phases;
use photonics::mesh::propagate::propagate;
use photonics::mesh::{MeshHardware, MeshPhases, Program};
use std::sync::Arc;

pub(super) struct Kernel {
    hardware: Arc<MeshHardware>,
    program: Program<f32>,
    field: FieldBatch<f32>,
    start: FieldBatch<f32>,
}

impl Kernel {
    /// A mesh at Haar-random phases.
    pub(super) fn new(hardware: &Arc<MeshHardware>, batch: usize) -> Self {
        let topology = hardware.topology();
        let (mzis, ports) = (topology.mzis(), topology.ports());
        let phases = haar_phases(
            topology,
            &mut Streams::new(0).derive("bench", ports as u64, 0),
        );
        let mut program = Program::default();
        if let Some(phases) = MeshPhases::split(&phases, mzis, ports) {
            program.compile(hardware, phases);
        }
        let mut field = FieldBatch::dark(ports, batch);
        field.encode(&vec![1.0; ports * batch], 1.0);
        Self {
            hardware: hardware.clone(),
            program,
            start: field.clone(),
            field,
        }
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
