//! Draws the monitors at the phase shifters, and takes their light.

use crate::component::mzi::ArmTransmission;
use crate::detector::LayerDetectors;
use crate::mesh::{MeshHardware, MeshLosses};
use crate::process::{DetectorProcess, Monitors};
use numerics::Streams;
use numerics::normal::fill_standard_normal;

/// The photodiodes of `count` monitors: as those of the readouts, R (1 + sigma z), not below 0.
pub(super) fn draw_monitors(
    count: usize,
    process: &DetectorProcess,
    streams: &Streams,
    layer: usize,
) -> LayerDetectors {
    let mut responsivity_a_per_w = vec![process.responsivity_a_per_w; count];
    if process.responsivity_sigma > 0.0 {
        let mut numbers = vec![0.0; count];
        let mut stream = streams.derive("monitor-responsivity", layer as u64, 0);
        fill_standard_normal(&mut stream, &mut numbers);
        for (responsivity, z) in responsivity_a_per_w.iter_mut().zip(numbers) {
            *responsivity *= process.responsivity_sigma.mul_add(z, 1.0).max(0.0);
        }
    }
    LayerDetectors {
        responsivity_a_per_w,
        dark_current_a: vec![process.dark_current_a; count],
    }
}

/// `mesh` with a monitor in front of every phase shifter of its MZIs.
pub(super) fn tapped(mesh: MeshHardware, monitors: Monitors) -> MeshHardware {
    if monitors.tap_ratio == 0.0 {
        return mesh;
    }
    let passed = monitors.passed();
    let topology = mesh.topology().clone();
    let mut losses = mesh.losses().cloned().unwrap_or_else(|| MeshLosses {
        arms: vec![ArmTransmission::LOSSLESS; topology.mzis()],
        output: vec![1.0; topology.ports()],
    });
    for arms in &mut losses.arms {
        arms.outer_upper *= passed;
        arms.inner_upper *= passed;
    }
    MeshHardware::with_losses(topology, mesh.errors_rad().to_vec(), losses)
}
