//! Phases that wait on the ports of a mesh and are taken up by the phase shifters that light meets next.
//!
//! A phase common to both inputs of an MZI is common to its outputs, whatever its couplers are. So a
//! phase a on the upper and b on the lower input are a phase a - b more of phi, and b on either output.

use super::topology::{PortPair, Topology};
use std::f64::consts::TAU;

/// The phases that wait, in rad, one per port.
#[derive(Clone, Debug)]
pub(crate) struct Waiting(Vec<f64>);

impl Waiting {
    /// On ports where these wait.
    pub(crate) fn new(waiting_rad: Vec<f64>) -> Self {
        Self(waiting_rad)
    }

    /// One phase more on `port`.
    pub(crate) fn add(&mut self, port: usize, phase_rad: f64) {
        self.0[port] = within_turn(self.0[port] + phase_rad);
    }

    /// What phi of an MZI on these ports takes up; what is common waits on both.
    pub(crate) fn taken(&mut self, pair: PortPair) -> f64 {
        let (upper, lower) = (pair.upper as usize, pair.lower as usize);
        let difference = self.0[upper] - self.0[lower];
        self.0[upper] = self.0[lower];
        difference
    }

    /// What waits at the outputs.
    pub(crate) fn rest(&self) -> &[f64] {
        &self.0
    }
}

/// Adds phases in rad at the inputs of a mesh to its phi and gamma, `phases_rad` = [theta | phi | gamma].
pub(crate) fn take_up(topology: &Topology, phases_rad: &mut [f64], waiting_rad: Vec<f64>) {
    let mzis = topology.mzis();
    let mut waiting = Waiting::new(waiting_rad);
    for (mzi, &pair) in topology.pairs().iter().enumerate() {
        let phi = &mut phases_rad[mzis + mzi];
        *phi = within_turn(*phi + waiting.taken(pair));
    }
    for (gamma, rest) in phases_rad[2 * mzis..].iter_mut().zip(waiting.rest()) {
        *gamma = within_turn(*gamma + rest);
    }
}

/// The angle in [0, 2 pi).
pub(crate) fn within_turn(x: f64) -> f64 {
    let x = x.rem_euclid(TAU);
    // A small negative angle rounds to a whole turn.
    if x < TAU { x } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::relative_error;
    use crate::mesh::{MeshHardware, MeshPhases, NamedTopology};
    use nalgebra::DMatrix;
    use num_complex::Complex64;
    use std::sync::Arc;

    #[test]
    fn a_screen_at_the_inputs_is_taken_up_whatever_the_couplers_are() {
        for named in [NamedTopology::Rectangular, NamedTopology::Butterfly] {
            let topology = Arc::new(named.build(5).unwrap());
            let (mzis, ports) = (topology.mzis(), 5);
            let errors = (0..mzis).map(|i| [0.02 * i as f64, -0.1]);
            let mesh = MeshHardware::new(topology.clone(), errors.collect(), None);
            let matrix =
                |phases: &[f64]| mesh.matrix(MeshPhases::split(phases, mzis, ports).unwrap());
            let mut phases: Vec<f64> = (0..2 * mzis + ports).map(|i| 1.3 * i as f64).collect();
            let screen: Vec<f64> = (0..ports).map(|i| 0.7 * (i * i) as f64 - 1.0).collect();
            let screened = DMatrix::from_fn(ports, ports, |i, j| {
                matrix(&phases)[(i, j)] * Complex64::from_polar(1.0, screen[j])
            });
            take_up(&topology, &mut phases, screen);
            assert!(relative_error(&matrix(&phases), &screened) < 1e-14);
            assert!(phases[mzis..].iter().all(|x| (0.0..TAU).contains(x)));
        }
    }
}
