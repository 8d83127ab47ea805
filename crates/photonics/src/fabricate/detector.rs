//! Draws the photodiodes.

use crate::design::Readout;
use crate::detector::LayerDetectors;
use crate::process::{DetectorProcess, Faults};
use numerics::Streams;
use numerics::normal::fill_standard_normal;

/// The photodiodes of one layer: responsivities R (1 + sigma z), not below 0.
pub(super) fn draw_detectors(
    readout: Readout,
    ports: usize,
    process: &DetectorProcess,
    faults: &Faults,
    streams: &Streams,
    layer: usize,
) -> LayerDetectors {
    let per_port = readout.diodes_per_port();
    let count = per_port * ports;
    let mut detectors = LayerDetectors {
        responsivity_a_per_w: vec![process.responsivity_a_per_w; count],
        dark_current_a: vec![process.dark_current_a; count],
    };
    if process.responsivity_sigma > 0.0 {
        let mut numbers = vec![0.0; count];
        let mut stream = streams.derive("responsivity", layer as u64, 0);
        fill_standard_normal(&mut stream, &mut numbers);
        for (responsivity, z) in detectors.responsivity_a_per_w.iter_mut().zip(numbers) {
            *responsivity *= process.responsivity_sigma.mul_add(z, 1.0).max(0.0);
        }
    }
    for dead in &faults.dead_detectors {
        if dead.layer == layer {
            let diodes = dead.port * per_port..(dead.port + 1) * per_port;
            detectors.responsivity_a_per_w[diodes.clone()].fill(0.0);
            detectors.dark_current_a[diodes].fill(0.0);
        }
    }
    detectors
}
