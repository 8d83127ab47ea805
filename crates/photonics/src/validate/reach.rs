//! How near a mesh comes to Haar-random unitaries.
//!
//! # Definition
//! The fidelity ([`crate::matrix::fidelity`]) that an ideal mesh has with a Haar-random target once its
//! phases are chosen, over several targets. A mesh that begins with a rectangular or triangular one is
//! set by decomposition, exactly; MZIs behind it are set to the identity (theta = phi = pi). So is the
//! arrangement U S V^H ([`crate::mesh::svd`]), by that of the target's singular values; and a rectangular or
//! triangular mesh of three-splitter or symmetric MZIs, by that of the plain one, carried over. Any other
//! is fitted by a method that is handed over, so that the result is a lower bound of what the mesh
//! reaches: as good as the method.

use super::statistics::Summary;
use crate::matrix::{fidelity, haar_unitary};
use crate::mesh::correct::correct_as;
use crate::mesh::decompose::{clements, reck, svd};
use crate::mesh::mzi_form;
use crate::mesh::rectangular::rectangular;
use crate::mesh::triangular::triangular;
use crate::mesh::{MeshHardware, MeshPhases, Topology};
use nalgebra::DMatrix;
use num_complex::Complex64;
use numerics::Streams;
use rayon::prelude::*;
use std::f64::consts::PI;
use std::sync::Arc;

/// How the phases were chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By decomposition: exact.
    Decomposition,
    /// By the method handed over: what it finds.
    Fit,
}

/// Fidelities with Haar-random targets.
#[derive(Clone, Debug, PartialEq)]
pub struct FidelityReach {
    /// How the phases were chosen.
    pub method: Method,
    /// Over the targets.
    pub fidelity: Summary,
    /// Of each target.
    pub fidelities: Vec<f64>,
}

/// The fidelities with `targets` unitaries from the stream `fidelity-reach` (target, 0); `None` without
/// targets.
///
/// `fit` gets the ideal mesh, a target and its number, and returns phases [theta | phi | gamma] in rad;
/// it is asked only where there is no decomposition.
///
/// # Errors
/// The first that `fit` returns.
///
/// # Panics
/// When `fit` returns a list of another length.
///
/// ```
/// use photonics::mesh::rectangular::rectangular;
/// use photonics::validate::reach::{Method, fidelity_reach};
/// let streams = numerics::Streams::new(1);
/// let found = fidelity_reach(&rectangular(8)?.into(), 5, &streams, |_, _, _| Err("not needed"))?.unwrap();
/// assert!(found.method == Method::Decomposition && found.fidelity.min > 1.0 - 1e-13);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fidelity_reach<E: Send>(
    topology: &Arc<Topology>,
    targets: usize,
    streams: &Streams,
    fit: impl Fn(&MeshHardware, &DMatrix<Complex64>, u64) -> Result<Vec<f64>, E> + Sync,
) -> Result<Option<FidelityReach>, E> {
    let ideal = MeshHardware::ideal(topology.clone());
    let (mzis, ports) = (topology.mzis(), topology.ports());
    let universal = Universal::begins(topology);
    let formed = mzi_form::universal_plain(topology);
    let is_exact = universal.is_some() || formed.is_some();
    let decompose = |target: &DMatrix<Complex64>| match &formed {
        None => universal.and_then(|universal| universal.phases(topology, target)),
        Some(plain) => {
            let phases = Universal::begins(plain)?.phases(plain, target)?;
            let phases = MeshPhases::split(&phases, plain.mzis(), ports)?;
            Some(correct_as(&ideal, plain, phases).ok()?.phases_rad)
        }
    };
    let fidelities = (0..targets as u64)
        .into_par_iter()
        .map(|number| {
            let target = haar_unitary(ports, &mut streams.derive("fidelity-reach", number, 0));
            let phases_rad = match decompose(&target) {
                Some(phases_rad) => phases_rad,
                None => fit(&ideal, &target, number)?,
            };
            let phases = MeshPhases::split(&phases_rad, mzis, ports).expect("phases of this mesh");
            Ok(fidelity(&target, &ideal.matrix(phases)))
        })
        .collect::<Result<Vec<f64>, E>>()?;
    Ok(Summary::of(&fidelities).map(|fidelity| FidelityReach {
        method: if is_exact {
            Method::Decomposition
        } else {
            Method::Fit
        },
        fidelity,
        fidelities,
    }))
}

/// The meshes with a decomposition.
#[derive(Clone, Copy)]
enum Universal {
    Rectangular,
    Triangular,
    Svd,
}

impl Universal {
    /// The one that the first MZIs of a mesh are.
    fn begins(topology: &Topology) -> Option<Self> {
        if !topology.is_uniform() {
            let svd = crate::mesh::svd::svd(topology.ports());
            let same = |svd: Topology| topology.placed().eq(svd.placed());
            return svd.is_ok_and(same).then_some(Self::Svd);
        }
        let begins = |with: Topology| topology.pairs().starts_with(with.pairs());
        if rectangular(topology.ports()).is_ok_and(begins) {
            Some(Self::Rectangular)
        } else if triangular(topology.ports()).is_ok_and(begins) {
            Some(Self::Triangular)
        } else {
            None
        }
    }

    fn phases(self, topology: &Topology, target: &DMatrix<Complex64>) -> Option<Vec<f64>> {
        let found = match self {
            Self::Rectangular => clements(target),
            Self::Triangular => reck(target),
            Self::Svd => return Some(svd(target).ok()?.parameters_rad()),
        };
        let found = found.ok()?;
        let (mzis, ports) = (topology.mzis(), topology.ports());
        let part = ports * (ports - 1) / 2;
        let phases = MeshPhases::split(&found, part, ports)?;
        let rest = vec![PI; mzis - part];
        Some(
            [
                phases.theta_rad,
                &rest,
                phases.phi_rad,
                &rest,
                phases.gamma_rad,
            ]
            .concat(),
        )
    }
}
