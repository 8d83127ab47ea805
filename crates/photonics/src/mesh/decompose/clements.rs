//! The decomposition of Clements et al., Optica 3, 1460 (2016), doi:10.1364/OPTICA.3.001460.

use super::reduction::{Reduction, Step};
use super::{DecomposeError, check};
use crate::mesh::rectangular::rectangular;
use nalgebra::DMatrix;
use num_complex::Complex64;

/// The phases [theta | phi | gamma] in rad at which the ideal
/// [rectangular mesh](crate::mesh::rectangular::rectangular) is `target`, an N x N unitary `U[out, in]`,
/// in O(N^3).
///
/// theta lies in [0, pi], phi and gamma in [0, 2 pi). The error is of the order N eps. An MZI on which
/// nothing depends, as all in the identity, is left in the bar state.
///
/// # Errors
/// A target that is not square, not finite or not unitary.
///
/// ```
/// use photonics::matrix::{haar_unitary, relative_error};
/// use photonics::mesh::{MeshHardware, MeshPhases, decompose::clements, rectangular::rectangular};
/// let target = haar_unitary(6, &mut numerics::Streams::new(1).derive("target", 0, 0));
/// let phases_rad = clements(&target)?;
/// let mesh = MeshHardware::ideal(rectangular(6)?.into());
/// let u = mesh.matrix(MeshPhases::split(&phases_rad, 15, 6).unwrap());
/// assert!(relative_error(&u, &target) < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn clements(target: &DMatrix<Complex64>) -> Result<Vec<f64>, DecomposeError> {
    check(target)?;
    let topology = rectangular(target.nrows()).map_err(|_| DecomposeError::Empty)?;
    Ok(Reduction::of(target, steps(target.nrows())).phases(&topology))
}

/// The MZIs of the rectangular mesh on so many ports, in the order in which they are taken off.
pub(crate) fn steps(ports: usize) -> Vec<Step> {
    let mut steps = Vec::with_capacity(ports * (ports - 1) / 2);
    // Diagonal by diagonal from the lower left corner, in turn from the inputs upwards and from the
    // outputs downwards: each rotation mixes only rows or columns in which what is 0 stays 0.
    for diagonal in 0..ports - 1 {
        for step in 0..=diagonal {
            steps.push(if diagonal % 2 == 0 {
                Step::Input {
                    row: ports - 1 - step,
                    port: diagonal - step,
                }
            } else {
                Step::Output {
                    port: ports - 2 + step - diagonal,
                    column: step,
                }
            });
        }
    }
    steps
}
