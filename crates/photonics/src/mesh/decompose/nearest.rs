//! The unitary nearest to a matrix.

use super::{DecomposeError, check_shape};
use nalgebra::{DMatrix, DVector};
use num_complex::Complex64;

/// The unitary that stands in for a target which is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// The unitary W V^H.
    pub unitary: DMatrix<Complex64>,
    /// |W V^H - T|_F / |T|_F, the distance from the target T relative to its norm.
    pub residual: f64,
}

/// So many sweeps per singular value; a handful is usual.
const SWEEPS: usize = 100;

/// The singular vectors come with errors up to 1e-8 or so; each step squares them.
const REFINEMENTS: usize = 2;

/// The unitary factor W V^H of the polar decomposition of an N x N `target` T = W S V^H, in O(N^3).
///
/// No unitary has a smaller |U - T|_F (Fan and Hoffman, Proc. Am. Math. Soc. 6, 111 (1955),
/// doi:10.1090/S0002-9939-1955-0067841-7). It is the only one unless a singular value of T is 0; then
/// one of the nearest is returned. A factor common to all elements is not fitted: give T with singular
/// values around 1.
///
/// # Errors
/// A target that is not square, not finite, or zero.
///
/// ```
/// use nalgebra::DMatrix;
/// use num_complex::Complex64;
/// use photonics::mesh::decompose::nearest_unitary;
/// let target = DMatrix::from_diagonal_element(3, 3, Complex64::new(0.0, 0.8));
/// let nearest = nearest_unitary(&target)?;
/// assert!((nearest.unitary[(1, 1)] - Complex64::I).norm() < 1e-15);
/// assert!((nearest.residual - 0.25).abs() < 1e-15);
/// # Ok::<(), photonics::mesh::decompose::DecomposeError>(())
/// ```
pub fn nearest_unitary(target: &DMatrix<Complex64>) -> Result<Nearest, DecomposeError> {
    check_shape(target)?;
    let scale = scale_of(target).ok_or(DecomposeError::Zero)?;
    let scaled = target.map(|x| x * scale);
    let sweeps = SWEEPS * target.nrows();
    let svd = scaled
        .clone()
        .try_svd(true, true, f64::EPSILON, sweeps)
        .ok_or(DecomposeError::NotConverged { sweeps })?;
    let (Some(w), Some(v_adjoint)) = (svd.u, svd.v_t) else {
        return Err(DecomposeError::NotConverged { sweeps });
    };
    let mut unitary = w * &v_adjoint;
    for _ in 0..REFINEMENTS {
        unitary = refined(&unitary, &scaled, &svd.singular_values, &v_adjoint)
            .ok_or(DecomposeError::NotConverged { sweeps })?;
    }
    // Of a tiny target the unitary would not be a number at the target's scale.
    let common = scale.min(1.0);
    let difference = &unitary * Complex64::from(common) - target.map(|x| x * common);
    let residual = difference.norm() / scaled.norm() * (scale / common);
    Ok(Nearest { unitary, residual })
}

/// A power of two that brings the largest element near 1; `None` where all are 0.
///
/// Of elements near the largest or the smallest number the squares would not be numbers. Powers of two
/// scale without rounding.
pub(super) fn scale_of(target: &DMatrix<Complex64>) -> Option<f64> {
    let part = |x: &Complex64| x.re.abs().max(x.im.abs());
    let largest = target.iter().map(part).fold(0.0, f64::max);
    (largest > 0.0).then(|| libm::ldexp(1.0, -libm::ilogb(largest).max(-1022)))
}

/// A step of Newton's method towards the polar factor of `target`, from a unitary Q near it.
///
/// At the polar factor Q^H T is Hermitian. In the basis of V it is near diag(s), so a turn by the
/// antihermitian Omega with Omega_ij = (H - H^H)_ij / (s_i + s_j) makes it Hermitian to first order. The
/// Cayley transform of Omega is unitary however large it is.
fn refined(
    unitary: &DMatrix<Complex64>,
    target: &DMatrix<Complex64>,
    singular_values: &DVector<f64>,
    v_adjoint: &DMatrix<Complex64>,
) -> Option<DMatrix<Complex64>> {
    let size = target.nrows();
    let v = v_adjoint.adjoint();
    let h = v_adjoint * unitary.adjoint() * target * &v;
    // What belongs to singular values of 0 is rounding, and free to choose.
    let negligible = size as f64 * f64::EPSILON * singular_values.max();
    let half_turn = DMatrix::from_fn(size, size, |i, j| {
        let sum = singular_values[i] + singular_values[j];
        if sum > negligible {
            (h[(i, j)] - h[(j, i)].conj()) / (2.0 * sum)
        } else {
            Complex64::ZERO
        }
    });
    let one = DMatrix::identity(size, size);
    let turn = (&one - &half_turn).lu().solve(&(one + half_turn))?;
    Some(unitary * v * turn * v_adjoint)
}
