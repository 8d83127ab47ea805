//! The diamond mesh as its triangle at the first ports uses it (Shokraneh, Geoffroy-Gagnon,
//! Liboiron-Ladouceur, Opt. Express 28, 23495 (2020), doi:10.1364/OE.395441).

use super::reduction::{Reduction, Step};
use super::{DecomposeError, check};
use crate::mesh::diamond;
use nalgebra::DMatrix;
use num_complex::Complex64;

/// The ports of the diamond mesh for so many signals: 2 N - 2, and 1 for a single one.
pub fn diamond_ports(signals: usize) -> usize {
    (2 * signals).saturating_sub(2).max(1)
}

/// The phases [theta | phi | gamma] in rad at which the ideal
/// [diamond mesh](mod@crate::mesh::diamond) on 2 N - 2 ports is `target`, an N x N unitary `U[out, in]`,
/// on its first N ports and the identity on the others, in O(N^3).
///
/// The triangle on the first N ports is decomposed like a triangular mesh; every further MZI is the
/// identity: bar, theta = phi = pi. So no light of the signals meets the ports below, and none from
/// there comes up. Ranges and error are those of [`clements`](super::clements).
///
/// # Errors
/// A target that is not square, not finite or not unitary.
///
/// ```
/// use photonics::matrix::haar_unitary;
/// use photonics::mesh::{MeshHardware, MeshPhases, decompose::diamond, diamond::diamond as mesh};
/// let target = haar_unitary(4, &mut numerics::Streams::new(1).derive("target", 0, 0));
/// let phases_rad = diamond(&target)?;
/// let u = MeshHardware::ideal(mesh(6)?.into()).matrix(MeshPhases::split(&phases_rad, 9, 6).unwrap());
/// assert!((u.view((0, 0), (4, 4)) - target).norm() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diamond(target: &DMatrix<Complex64>) -> Result<Vec<f64>, DecomposeError> {
    check(target)?;
    let topology =
        diamond::diamond(diamond_ports(target.nrows())).map_err(|_| DecomposeError::Empty)?;
    Ok(Reduction::of(target, steps(target.nrows())).phases(&topology))
}

/// The MZIs of the diamond's triangle for so many signals, a triangular mesh upside down, in the order
/// in which they are taken off.
pub(super) fn steps(signals: usize) -> Vec<Step> {
    let rows = 0..signals - 1;
    rows.flat_map(|row| {
        let ports = (row..signals - 1).rev();
        ports.map(move |port| Step::LowerInput { row, port })
    })
    .collect()
}
