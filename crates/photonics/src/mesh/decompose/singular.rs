//! Singular values and vectors to the last digits, for matrices of any rank.
//!
//! The library's decomposition leaves singular vectors with errors up to 1e-8 or so, which a mesh would
//! show. Jacobi's rotations of the columns of A V (Hestenes, J. SIAM 6, 51 (1958), doi:10.1137/0106005)
//! take them off: they converge quadratically, so one or two sweeps are left to do.

use super::DecomposeError;
use super::nearest::scale_of;
use nalgebra::DMatrix;
use num_complex::Complex64;

/// So many sweeps of rotations; from good singular vectors it takes two.
const SWEEPS: usize = 60;

/// A = U S V^H of a square matrix.
pub(super) struct Singular {
    /// U, unitary.
    pub(super) u: DMatrix<Complex64>,
    /// The diagonal of S, the largest first, none negative.
    pub(super) values: Vec<f64>,
    /// V^H, unitary.
    pub(super) v_adjoint: DMatrix<Complex64>,
}

impl Singular {
    /// Of an N x N matrix of numbers with N >= 1, in O(N^3).
    pub(super) fn new(matrix: &DMatrix<Complex64>) -> Result<Self, DecomposeError> {
        let size = matrix.nrows();
        let Some(scale) = scale_of(matrix) else {
            let one = DMatrix::identity(size, size);
            return Ok(Self {
                u: one.clone(),
                values: vec![0.0; size],
                v_adjoint: one,
            });
        };
        let scaled = matrix.map(|x| x * scale);
        let start = scaled
            .clone()
            .try_svd(false, true, f64::EPSILON, 100 * size)
            .and_then(|svd| svd.v_t)
            .map_or_else(|| DMatrix::identity(size, size), |v| v.adjoint());
        let mut columns = Columns {
            image: &scaled * &start,
            v: start,
        };
        let mut sweeps = 0;
        while columns.sweep() {
            sweeps += 1;
            if sweeps == SWEEPS {
                return Err(DecomposeError::NotConverged { sweeps });
            }
        }
        Ok(columns.finish(scale))
    }
}

/// The columns of V and of A V.
struct Columns {
    image: DMatrix<Complex64>,
    v: DMatrix<Complex64>,
}

impl Columns {
    /// The largest norm of a column of A V that is rounding.
    fn negligible(&self) -> f64 {
        let size = self.image.ncols();
        let largest = (0..size).map(|j| norm(&self.image, j)).fold(0.0, f64::max);
        size as f64 * f64::EPSILON * largest
    }

    /// Makes all pairs of columns orthogonal, one after the other; whether one was not.
    fn sweep(&mut self) -> bool {
        let size = self.image.ncols();
        let limit = 4.0 * (size as f64).sqrt() * f64::EPSILON;
        let negligible = self.negligible();
        let mut squares: Vec<f64> = (0..size).map(|j| norm(&self.image, j).powi(2)).collect();
        let mut rotated = false;
        for i in 0..size {
            for j in i + 1..size {
                let overlap = self.image.column(i).dotc(&self.image.column(j));
                let (a, b, c) = (squares[i], squares[j], overlap.norm());
                let smaller = a.min(b).max(0.0).sqrt();
                if smaller <= negligible || c <= limit * (a * b).sqrt() {
                    continue;
                }
                rotated = true;
                let zeta = (b - a) / (2.0 * c);
                let tangent = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
                let cos = tangent.hypot(1.0).recip();
                let (sin, phase) = (cos * tangent, overlap.conj() / c);
                for matrix in [&mut self.image, &mut self.v] {
                    for row in 0..size {
                        let (x, y) = (matrix[(row, i)], phase * matrix[(row, j)]);
                        matrix[(row, i)] = x * cos - y * sin;
                        matrix[(row, j)] = x * sin + y * cos;
                    }
                }
                squares[i] = a - tangent * c;
                squares[j] = b + tangent * c;
            }
        }
        rotated
    }

    /// Singular values as norms, in order, and U with what A V leaves open filled in.
    fn finish(self, scale: f64) -> Singular {
        let size = self.image.ncols();
        let negligible = self.negligible();
        let norms: Vec<f64> = (0..size).map(|j| norm(&self.image, j)).collect();
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&a, &b| norms[b].total_cmp(&norms[a]));
        let rank = norms.iter().filter(|&&norm| norm > negligible).count();
        let mut u = DMatrix::zeros(size, size);
        for (to, &from) in order.iter().take(rank).enumerate() {
            let column = self.image.column(from).map(|x| x / norms[from]);
            u.set_column(to, &column);
        }
        complete(&mut u, rank);
        let value = |&j: &usize| {
            if norms[j] > negligible {
                norms[j] / scale
            } else {
                0.0
            }
        };
        Singular {
            values: order.iter().map(value).collect(),
            v_adjoint: DMatrix::from_fn(size, size, |i, j| self.v[(j, order[i])].conj()),
            u,
        }
    }
}

/// Fills the columns from `rank` on so that all are orthonormal: of the unit vectors always the one
/// that is farthest from what is there already, made orthogonal to it twice.
fn complete(u: &mut DMatrix<Complex64>, rank: usize) {
    let size = u.nrows();
    let mut missing: Vec<f64> = (0..size)
        .map(|row| 1.0 - u.row(row).iter().map(Complex64::norm_sqr).sum::<f64>())
        .collect();
    for column in rank..size {
        let farthest = (1..size).fold(0, |a, b| if missing[b] > missing[a] { b } else { a });
        u[(farthest, column)] = Complex64::ONE;
        for other in (0..column).chain(0..column) {
            let overlap = u.column(other).dotc(&u.column(column));
            for row in 0..size {
                let step = overlap * u[(row, other)];
                u[(row, column)] -= step;
            }
        }
        let length = norm(u, column);
        for row in 0..size {
            u[(row, column)] /= length;
            missing[row] -= u[(row, column)].norm_sqr();
        }
    }
}

fn norm(matrix: &DMatrix<Complex64>, column: usize) -> f64 {
    let squares = matrix
        .column(column)
        .iter()
        .map(Complex64::norm_sqr)
        .sum::<f64>();
    squares.sqrt()
}
