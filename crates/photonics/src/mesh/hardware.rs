//! A mesh as it was made: wiring, splitter errors, losses.

use super::general::GeneralTerms;
use super::loss::MeshLosses;
use super::mixed::MixedTerm;
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
    /// Coupler angle errors per cell in rad, input and output side.
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
    /// Other cells than MZIs.
    Mixed(Vec<MixedTerm>),
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

/// cos and sin of the sum, cos and sin of the difference of the coupler angles of one MZI.
pub(super) fn coupler_terms([e1, e2]: [f64; 2]) -> [f64; 4] {
    // cos(pi/2 + x) = -sin x and sin(pi/2 + x) = cos x keep the ideal coupler exact.
    [-sin(e1 + e2), cos(e1 + e2), cos(e1 - e2), sin(e1 - e2)]
}

impl CouplerTerms {
    fn new(errors_rad: &[[f64; 2]]) -> Self {
        let term = |index: usize| {
            errors_rad
                .iter()
                .map(|&errors| coupler_terms(errors)[index])
                .collect()
        };
        Self {
            cos_sum: term(0),
            sin_sum: term(1),
            cos_difference: term(2),
            sin_difference: term(3),
        }
    }
}

impl MeshHardware {
    /// The mesh without any error.
    pub fn ideal(topology: Arc<Topology>) -> Self {
        let mzis = topology.mzis();
        Self::new(topology, vec![[0.0; 2]; mzis], None)
    }

    /// A mesh with coupler errors in rad ([input side, output side] per cell; a lone coupler has the
    /// first) and, if any cell loses light, field transmissions in 0..=1 per cell, the same for both arms.
    ///
    /// # Panics
    /// When a list does not have one entry per cell: an error of the caller, not of a user.
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

    /// A mesh with coupler errors in rad ([input side, output side] per cell) and losses in any part.
    ///
    /// # Panics
    /// When a list does not have one entry per cell or per port: an error of the caller, not of a user.
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
        let arms = |cell: usize| {
            let losses = losses.as_ref();
            losses.map_or(ArmTransmission::LOSSLESS, |losses| losses.arms[cell])
        };
        let form = match &losses {
            _ if !topology.is_uniform() => Form::Mixed(
                (0..mzis)
                    .map(|cell| MixedTerm::new(topology.cell(cell), errors_rad[cell], arms(cell)))
                    .collect(),
            ),
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

    /// Coupler angle errors in rad, [input side, output side] per cell; what a cell does not have is 0 or
    /// without effect.
    pub fn errors_rad(&self) -> &[[f64; 2]] {
        &self.errors_rad
    }

    /// Where light is lost on this die; `None` where none is. Attenuators and losses of the design are
    /// not among it.
    pub fn losses(&self) -> Option<&MeshLosses> {
        self.losses.as_ref()
    }

    /// Whether no part loses light, by design or as it was made.
    pub fn is_lossless(&self) -> bool {
        self.losses.is_none() && !self.topology.absorbs()
    }

    /// The transfer matrix `U[out, in]` at given phases, by the slow dense product.
    pub fn matrix(&self, phases: MeshPhases<'_>) -> DMatrix<Complex64> {
        naive::matrix(self, phases)
    }
}
