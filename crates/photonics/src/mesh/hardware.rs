//! A mesh as it was made: wiring, splitter errors, losses.

use super::naive;
use super::phases::MeshPhases;
use super::topology::Topology;
use nalgebra::DMatrix;
use num_complex::Complex64;
use std::sync::Arc;

/// A mesh on one die: what stays fixed when phases change.
#[derive(Clone, Debug, PartialEq)]
pub struct MeshHardware {
    topology: Arc<Topology>,
    /// Coupler angle errors per MZI in rad, input and output side.
    errors_rad: Vec<[f64; 2]>,
    /// Field transmission per MZI, or none where no MZI loses light.
    transmission: Option<Vec<f64>>,
    /// cos and sin of the sum (pi/2 + e1 + e2) and the difference (e1 - e2) of the coupler angles.
    /// None where all couplers are ideal: they are then 0, 1, 1, 0, and need not be read.
    pub(crate) couplers: Option<CouplerTerms>,
}

/// The four numbers by which the couplers enter an MZI's matrix, one entry per MZI.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CouplerTerms {
    pub(crate) cos_sum: Vec<f64>,
    pub(crate) sin_sum: Vec<f64>,
    pub(crate) cos_difference: Vec<f64>,
    pub(crate) sin_difference: Vec<f64>,
}

impl MeshHardware {
    /// The mesh without any error.
    pub fn ideal(topology: Arc<Topology>) -> Self {
        let mzis = topology.mzis();
        Self::new(topology, vec![[0.0; 2]; mzis], None)
    }

    /// A mesh with coupler errors in rad ([input side, output side] per MZI) and, if any MZI loses
    /// light, field transmissions in 0..=1 per MZI.
    ///
    /// # Panics
    /// When a list does not have one entry per MZI: an error of the caller, not of a user.
    pub fn new(
        topology: Arc<Topology>,
        errors_rad: Vec<[f64; 2]>,
        transmission: Option<Vec<f64>>,
    ) -> Self {
        let mzis = topology.mzis();
        assert_eq!(errors_rad.len(), mzis, "one pair of errors per MZI");
        if let Some(t) = &transmission {
            assert_eq!(t.len(), mzis, "one transmission per MZI");
        }
        let term =
            |f: &dyn Fn(f64, f64) -> f64| errors_rad.iter().map(|&[e1, e2]| f(e1, e2)).collect();
        // cos(pi/2 + x) = -sin x and sin(pi/2 + x) = cos x keep the ideal coupler exact.
        let ideal = errors_rad.iter().all(|errors| *errors == [0.0; 2]);
        let couplers = (!ideal).then(|| CouplerTerms {
            cos_sum: term(&|e1, e2| -libm::sin(e1 + e2)),
            sin_sum: term(&|e1, e2| libm::cos(e1 + e2)),
            cos_difference: term(&|e1, e2| libm::cos(e1 - e2)),
            sin_difference: term(&|e1, e2| libm::sin(e1 - e2)),
        });
        Self {
            topology,
            errors_rad,
            transmission,
            couplers,
        }
    }

    /// The wiring.
    pub fn topology(&self) -> &Arc<Topology> {
        &self.topology
    }

    /// Coupler angle errors in rad, [input side, output side] per MZI.
    pub fn errors_rad(&self) -> &[[f64; 2]] {
        &self.errors_rad
    }

    /// Field transmission per MZI; `None` where no MZI loses light.
    pub fn transmission(&self) -> Option<&[f64]> {
        self.transmission.as_deref()
    }

    /// The transfer matrix `U[out, in]` at given phases, by the slow dense product.
    pub fn matrix(&self, phases: MeshPhases<'_>) -> DMatrix<Complex64> {
        naive::matrix(self, phases)
    }
}
