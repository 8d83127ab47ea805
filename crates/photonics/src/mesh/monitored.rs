//! A mesh with the fields at its phase shifters, for light from either side.
//!
//! ```text
//!  in 0 --(phi)--[outer upper]--.  .--(theta)--[inner upper]--.  .-- out 0
//!                                ==                            ==
//!  in 1 ---------[outer lower]--'  '-----------[inner lower]--'  '-- out 1
//! ```
//! (phi) and (theta) are the monitors. Forward light meets U, light from behind U^T: every part is
//! reciprocal.

use super::{MeshHardware, MeshPhases};
use crate::component::mzi::ArmTransmission;
use crate::field::{FieldBatch, LANES, PortLanes};
use libm::{cos, sin};
use numerics::vectorize;
use rayon::prelude::*;
use std::f64::consts::FRAC_PI_4;
use std::sync::Arc;

/// A compiled mesh that tells the field at every monitor, in double precision.
#[derive(Debug)]
pub(crate) struct MonitoredMesh {
    hardware: Arc<MeshHardware>,
    mzis: Vec<MonitoredMzi>,
    /// The output screen with the losses behind the last MZI.
    screen: Vec<[f64; 2]>,
}

/// cos and sin of a coupler's angle; what the upper arm multiplies by, and the lower one.
#[derive(Clone, Copy, Debug)]
struct MonitoredMzi {
    outer: [f64; 3],
    first: [f64; 2],
    inner: [f64; 3],
    second: [f64; 2],
}

type Lanes = PortLanes<f64>;

impl MonitoredMesh {
    /// With all phases 0.
    ///
    /// # Panics
    /// When the mesh has other cells than MZIs: an error of the caller.
    pub(crate) fn new(hardware: Arc<MeshHardware>) -> Self {
        let topology = hardware.topology();
        assert!(topology.is_uniform(), "monitors stand in MZIs alone");
        let zeros = vec![0.0; 2 * topology.mzis() + topology.ports()];
        let mut mesh = Self {
            hardware,
            mzis: Vec::new(),
            screen: Vec::new(),
        };
        mesh.program(&zeros);
        mesh
    }

    /// Number of monitors: theta of every MZI, then phi.
    pub(crate) fn monitors(&self) -> usize {
        2 * self.mzis.len()
    }

    /// Sets the phases [theta | phi | gamma] in rad that light meets.
    ///
    /// # Panics
    /// When there are not 2 MZIs + ports of them: an error of the caller.
    pub(crate) fn program(&mut self, phases_rad: &[f64]) {
        let topology = self.hardware.topology();
        let phases = MeshPhases::split(phases_rad, topology.mzis(), topology.ports());
        let phases = phases.expect("2 MZIs + ports phases");
        let losses = self.hardware.losses();
        let coupler = |e: f64| [cos(FRAC_PI_4 + e), sin(FRAC_PI_4 + e)];
        let arm =
            |upper: f64, phase: f64, lower: f64| [upper * cos(phase), upper * sin(phase), lower];
        self.mzis.clear();
        self.mzis.extend((0..topology.mzis()).map(|mzi| {
            let arms = losses.map_or(ArmTransmission::LOSSLESS, |losses| losses.arms[mzi]);
            let [e1, e2] = self.hardware.errors_rad()[mzi];
            MonitoredMzi {
                outer: arm(arms.outer_upper, phases.phi_rad[mzi], arms.outer_lower),
                first: coupler(e1),
                inner: arm(arms.inner_upper, phases.theta_rad[mzi], arms.inner_lower),
                second: coupler(e2),
            }
        }));
        self.screen.clear();
        self.screen.extend((0..topology.ports()).map(|port| {
            let passed = losses.map_or(1.0, |losses| losses.output[port]);
            let gamma = phases.gamma_rad[port];
            [passed * cos(gamma), passed * sin(gamma)]
        }));
    }

    /// Sends `field` from the inputs to the outputs, in place, and writes the field that arrives at every
    /// monitor to `monitors`, which is resized.
    pub(crate) fn forward(&self, field: &mut FieldBatch<f64>, monitors: &mut FieldBatch<f64>) {
        let topology = self.hardware.topology();
        self.blocks(
            field,
            monitors,
            #[inline(always)]
            |ports, monitors| {
                for (k, (mzi, pair)) in self.mzis.iter().zip(topology.pairs()).enumerate() {
                    let pair = [pair.upper as usize, pair.lower as usize];
                    let Ok([x, y]) = ports.get_disjoint_mut(pair) else {
                        continue;
                    };
                    monitors[self.mzis.len() + k] = *x;
                    arms(mzi.outer, x, y);
                    couple(mzi.first, x, y);
                    monitors[k] = *x;
                    arms(mzi.inner, x, y);
                    couple(mzi.second, x, y);
                }
                for (port, screen) in ports.iter_mut().zip(&self.screen) {
                    turn(*screen, port);
                }
            },
        );
    }

    /// Sends `field` from the outputs back to the inputs, in place, and writes the field behind every
    /// monitor, on its way to the inputs.
    pub(crate) fn backward(&self, field: &mut FieldBatch<f64>, monitors: &mut FieldBatch<f64>) {
        let topology = self.hardware.topology();
        self.blocks(
            field,
            monitors,
            #[inline(always)]
            |ports, monitors| {
                for (port, screen) in ports.iter_mut().zip(&self.screen) {
                    turn(*screen, port);
                }
                for (k, (mzi, pair)) in self.mzis.iter().zip(topology.pairs()).enumerate().rev() {
                    let pair = [pair.upper as usize, pair.lower as usize];
                    let Ok([x, y]) = ports.get_disjoint_mut(pair) else {
                        continue;
                    };
                    couple(mzi.second, x, y);
                    arms(mzi.inner, x, y);
                    monitors[k] = *x;
                    couple(mzi.first, x, y);
                    arms(mzi.outer, x, y);
                    monitors[self.mzis.len() + k] = *x;
                }
            },
        );
    }

    fn blocks(
        &self,
        field: &mut FieldBatch<f64>,
        monitors: &mut FieldBatch<f64>,
        work: impl Fn(&mut [Lanes], &mut [Lanes]) + Sync,
    ) {
        let ports = self.screen.len();
        assert_eq!(field.ports(), ports, "ports of the field");
        if monitors.ports() != self.monitors() {
            *monitors = FieldBatch::dark(self.monitors(), 0);
        }
        if monitors.samples() != field.samples() {
            monitors.resize(field.samples());
        }
        let blocks = field.lanes_mut().par_chunks_exact_mut(ports);
        let kept = monitors
            .lanes_mut()
            .par_chunks_exact_mut(self.monitors().max(1));
        blocks.zip(kept).for_each(|(ports, monitors)| {
            vectorize(
                #[inline(always)]
                || work(ports, monitors),
            );
        });
    }
}

/// (x, y) -> B (x, y), which is symmetric.
#[inline(always)]
fn couple([c, s]: [f64; 2], x: &mut Lanes, y: &mut Lanes) {
    for i in 0..LANES {
        let (xr, xi, yr, yi) = (x.re[i], x.im[i], y.re[i], y.im[i]);
        x.re[i] = c.mul_add(xr, -(s * yi));
        x.im[i] = c.mul_add(xi, s * yr);
        y.re[i] = c.mul_add(yr, -(s * xi));
        y.im[i] = c.mul_add(yi, s * xr);
    }
}

/// The upper arm with its phase, and the lower one.
#[inline(always)]
fn arms([re, im, lower]: [f64; 3], x: &mut Lanes, y: &mut Lanes) {
    turn([re, im], x);
    y.re.iter_mut().chain(&mut y.im).for_each(|y| *y *= lower);
}

#[inline(always)]
fn turn([re, im]: [f64; 2], x: &mut Lanes) {
    for i in 0..LANES {
        let (xr, xi) = (x.re[i], x.im[i]);
        x.re[i] = re.mul_add(xr, -(im * xi));
        x.im[i] = re.mul_add(xi, im * xr);
    }
}
