//! A mesh as it was made: wiring, splitter errors, losses.

use super::general::GeneralTerms;
use super::loss::MeshLosses;
use super::naive;
use super::phases::MeshPhases;
use super::topology::Topology;
use crate::component::mzi::ArmTransmission;
use libm::{cos, sin};
use nalgebra::DMatrix;
use num_complex::Complex64;
use std::sync::Arc;

/// A mesh on one die: what stays fixed when phases change.
#[derive(Clone, Debug, PartialEq)]
pub struct MeshHardware {
    topology: Arc<Topology>,
    /// Coupler angle errors per MZI in rad, input and output side.
    errors_rad: Vec<[f64; 2]>,
    /// None where nothing loses light.
    losses: Option<MeshLosses>,
    pub(crate) form: Form,
}

/// What the compiler of programs reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Form {
    /// No loss; without coupler terms where all couplers are ideal: they are then 0, 1, 1, 0, and need
    /// not be read.
    Lossless(Option<CouplerTerms>),
    /// Some loss.
    Lossy(GeneralTerms),
}

/// The four numbers by which the couplers enter an MZI's matrix, one entry per MZI: cos and sin of the
/// sum (pi/2 + e1 + e2) and of the difference (e1 - e2) of the coupler angles.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CouplerTerms {
    pub(crate) cos_sum: Vec<f64>,
    pub(crate) sin_sum: Vec<f64>,
    pub(crate) cos_difference: Vec<f64>,
    pub(crate) sin_difference: Vec<f64>,
}

impl CouplerTerms {
    fn new(errors_rad: &[[f64; 2]]) -> Self {
        let term =
            |f: &dyn Fn(f64, f64) -> f64| errors_rad.iter().map(|&[e1, e2]| f(e1, e2)).collect();
        // cos(pi/2 + x) = -sin x and sin(pi/2 + x) = cos x keep the ideal coupler exact.
        Self {
            cos_sum: term(&|e1, e2| -sin(e1 + e2)),
            sin_sum: term(&|e1, e2| cos(e1 + e2)),
            cos_difference: term(&|e1, e2| cos(e1 - e2)),
            sin_difference: term(&|e1, e2| sin(e1 - e2)),
        }
    }
}

impl MeshHardware {
    /// The mesh without any error.
    pub fn ideal(topology: Arc<Topology>) -> Self {
        let mzis = topology.mzis();
        Self::new(topology, vec![[0.0; 2]; mzis], None)
    }

    /// A mesh with coupler errors in rad ([input side, output side] per MZI) and, if any MZI loses
    /// light, field transmissions in 0..=1 per MZI, the same for both arms.
    ///
    /// # Panics
    /// When a list does not have one entry per MZI: an error of the caller, not of a user.
    pub fn new(
        topology: Arc<Topology>,
        errors_rad: Vec<[f64; 2]>,
        transmission: Option<Vec<f64>>,
    ) -> Self {
        let losses = transmission.map(|transmission| MeshLosses {
            arms: transmission
                .into_iter()
                .map(ArmTransmission::common)
                .collect(),
            output: vec![1.0; topology.ports()],
        });
        Self::assemble(topology, errors_rad, losses)
    }

    /// A mesh with coupler errors in rad ([input side, output side] per MZI) and losses in any part.
    ///
    /// # Panics
    /// When a list does not have one entry per MZI or per port: an error of the caller, not of a user.
    pub fn with_losses(
        topology: Arc<Topology>,
        errors_rad: Vec<[f64; 2]>,
        losses: MeshLosses,
    ) -> Self {
        Self::assemble(topology, errors_rad, Some(losses))
    }

    fn assemble(
        topology: Arc<Topology>,
        errors_rad: Vec<[f64; 2]>,
        losses: Option<MeshLosses>,
    ) -> Self {
        let mzis = topology.mzis();
        assert_eq!(errors_rad.len(), mzis, "one pair of errors per MZI");
        if let Some(losses) = &losses {
            assert_eq!(losses.arms.len(), mzis, "four transmissions per MZI");
            let outputs = losses.output.len();
            assert_eq!(outputs, topology.ports(), "one transmission per port");
        }
        let ideal = errors_rad.iter().all(|errors| *errors == [0.0; 2]);
        let terms = || CouplerTerms::new(&errors_rad);
        let form = match &losses {
            None => Form::Lossless((!ideal).then(terms)),
            Some(losses) => Form::Lossy(GeneralTerms::new(&terms(), &losses.arms)),
        };
        Self {
            topology,
            errors_rad,
            losses,
            form,
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

    /// Where light is lost; `None` where none is.
    pub fn losses(&self) -> Option<&MeshLosses> {
        self.losses.as_ref()
    }

    /// Whether no part loses light.
    pub fn is_lossless(&self) -> bool {
        self.losses.is_none()
    }

    /// The transfer matrix `U[out, in]` at given phases, by the slow dense product.
    pub fn matrix(&self, phases: MeshPhases<'_>) -> DMatrix<Complex64> {
        naive::matrix(self, phases)
    }
}
