//! A mesh as cores without external phases, and a phase on every waveguide between them.
//!
//! ```text
//!  --[before 0]--.  .--[theta]--.  .--        C(theta) = B(e2) diag(exp(i theta), 1) B(e1)
//!                 ==             ==
//!  --[before 1]--'  '-----------'  '--        behind the last core of a port: after
//! ```
//! What two programs call an MZI differs in where its external phase stands and in what its arms share.
//! Both are phases on the waveguides around the same core. A phase on both inputs of a core is one on both
//! its outputs, whatever its coupler errors are, so phases can be moved along until they stand where the
//! other program has phase shifters.

use crate::mesh::Topology;
use std::f64::consts::TAU;

/// A mesh in that form.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wires {
    /// theta per MZI, in rad.
    pub(super) core_rad: Vec<f64>,
    /// In front of each MZI on its upper and its lower port, in rad.
    pub(super) before_rad: Vec<[f64; 2]>,
    /// Behind the last MZI of each port, in rad.
    pub(super) after_rad: Vec<f64>,
}

impl Wires {
    /// [theta | phi | gamma] of this project: what waits on a lower port is moved behind the core.
    pub(super) fn to_own(&self, topology: &Topology) -> Vec<f64> {
        let mut waiting = vec![0.0; topology.ports()];
        let mut phases = self.core_rad.clone();
        for (pair, before) in topology.pairs().iter().zip(&self.before_rad) {
            let (upper, lower) = (pair.upper as usize, pair.lower as usize);
            let (a, b) = (waiting[upper] + before[0], waiting[lower] + before[1]);
            phases.push(a - b);
            waiting[upper] = short(b);
            waiting[lower] = short(b);
        }
        phases.extend(self.after_rad.iter().zip(&waiting).map(|(a, b)| a + b));
        phases
    }
}

/// A phase less whole turns, where it has any: sums of many stay small and exact.
pub(super) fn short(x: f64) -> f64 {
    if x.abs() < TAU { x } else { x % TAU }
}

/// A phase in [0, 2 pi).
pub(super) fn wrap(x: f64) -> f64 {
    let rest = x.rem_euclid(TAU);
    // A tiny negative phase is rounded up to a whole turn.
    if rest < TAU { rest } else { 0.0 }
}
