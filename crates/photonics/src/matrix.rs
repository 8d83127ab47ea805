//! Dense complex matrices of whole meshes: how far from unitary, how far from each other, and random
//! unitaries. Sums have a fixed order, so the same matrices give the same bits on every machine.

use nalgebra::DMatrix;
use num_complex::Complex64;
use numerics::Stream;
use numerics::normal::fill_standard_normal;

/// |U^H U - 1|_F / sqrt(columns): 0 for a unitary, 1 for a zero matrix.
///
/// ```
/// use nalgebra::DMatrix;
/// use num_complex::Complex64;
/// let twice = DMatrix::<Complex64>::identity(5, 5) * Complex64::new(2.0, 0.0);
/// assert!((photonics::matrix::unitarity_defect(&twice) - 3.0).abs() < 1e-15);
/// ```
pub fn unitarity_defect(u: &DMatrix<Complex64>) -> f64 {
    let mut sum = 0.0;
    for j in 0..u.ncols() {
        sum += (inner(u, j, u, j) - 1.0).norm_sqr();
        for i in 0..j {
            sum += 2.0 * inner(u, i, u, j).norm_sqr();
        }
    }
    (sum / u.ncols() as f64).sqrt()
}

/// |Tr U^H V|^2 / (Tr U^H U Tr V^H V): 1 where the two differ by a factor only, a loss or a phase
/// common to all ports included; NaN for a zero matrix.
///
/// # Panics
/// When the shapes differ: an error of the caller.
pub fn fidelity(u: &DMatrix<Complex64>, v: &DMatrix<Complex64>) -> f64 {
    assert_eq!(u.shape(), v.shape());
    let overlap: Complex64 = u.iter().zip(v).map(|(x, y)| x.conj() * y).sum();
    overlap.norm_sqr() / (square_norm(u) * square_norm(v))
}

/// |U - V|_F / |V|_F, V the target; for a unitary target |U - V|_F / sqrt(N).
///
/// # Panics
/// When the shapes differ: an error of the caller.
pub fn relative_error(u: &DMatrix<Complex64>, target: &DMatrix<Complex64>) -> f64 {
    assert_eq!(u.shape(), target.shape());
    let difference: f64 = u.iter().zip(target).map(|(x, y)| (x - y).norm_sqr()).sum();
    (difference / square_norm(target)).sqrt()
}

/// The factor `[a, p]` at which |a exp(i p) U - V|_F is least: a >= 0, and p in rad, -pi to pi. Both 0 where U is.
///
/// # Panics
/// When the matrices have different shapes: an error of the caller.
pub fn nearest_factor(u: &DMatrix<Complex64>, v: &DMatrix<Complex64>) -> [f64; 2] {
    let overlap = u.dotc(v);
    let square = u.norm_squared();
    if square == 0.0 {
        return [0.0; 2];
    }
    [overlap.norm() / square, libm::atan2(overlap.im, overlap.re)]
}

/// A random `size` x `size` unitary from the Haar measure, in O(size^3).
///
/// The Q of the QR decomposition of a matrix of complex normal numbers, with the phases chosen such
/// that the diagonal of R is positive (Mezzadri, Notices AMS 54, 592 (2007), arXiv:math-ph/0609050).
/// Gram and Schmidt's process yields that choice by itself; done twice it is orthogonal to rounding.
pub fn haar_unitary(size: usize, stream: &mut Stream) -> DMatrix<Complex64> {
    let mut normal = vec![0.0; 2 * size * size];
    fill_standard_normal(stream, &mut normal);
    let mut q = DMatrix::from_iterator(
        size,
        size,
        normal
            .as_chunks::<2>()
            .0
            .iter()
            .map(|&[re, im]| Complex64::new(re, im)),
    );
    for j in 0..size {
        for i in (0..j).chain(0..j) {
            let overlap = inner(&q, i, &q, j);
            for row in 0..size {
                let step = overlap * q[(row, i)];
                q[(row, j)] -= step;
            }
        }
        let norm = inner(&q, j, &q, j).re.sqrt();
        q.column_mut(j).iter_mut().for_each(|x| *x /= norm);
    }
    q
}

/// The inner product of column `i` of `u` (conjugated) and column `j` of `v`.
fn inner(u: &DMatrix<Complex64>, i: usize, v: &DMatrix<Complex64>, j: usize) -> Complex64 {
    let (a, b) = (u.column(i), v.column(j));
    a.iter().zip(b.iter()).map(|(x, y)| x.conj() * y).sum()
}

/// Tr U^H U
fn square_norm(u: &DMatrix<Complex64>) -> f64 {
    u.iter().map(Complex64::norm_sqr).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use numerics::Streams;

    #[test]
    fn haar_unitaries_are_unitary() {
        for size in [1, 2, 3, 10, 100] {
            let u = haar_unitary(size, &mut Streams::new(1).derive("haar", size as u64, 0));
            // The rounding of N elements of about 1/sqrt(N) each; a single pass leaves 20 eps at 100.
            let limit = 0.5f64.mul_add((size as f64).sqrt(), 2.0) * f64::EPSILON;
            assert!(unitarity_defect(&u) < limit, "{size}");
        }
    }

    #[test]
    fn moments_are_those_of_the_haar_measure() {
        let (size, draws) = (3, 4000);
        let mut stream = Streams::new(2).derive("haar", 0, 0);
        let mut sums = DMatrix::from_element(size, size, (Complex64::ZERO, 0.0, 0.0));
        for _ in 0..draws {
            for (sum, x) in sums.iter_mut().zip(&haar_unitary(size, &mut stream)) {
                let square = x.norm_sqr();
                *sum = (sum.0 + x, sum.1 + square, sum.2 + square * square);
            }
        }
        // E|x|^(2k) = k! (N - 1)! / (N + k - 1)!: 1/3, 1/6, 1/10, 1/15. Five standard errors. The mean
        // tells whether the phases are fixed.
        let n = f64::from(draws);
        for (mean, square, fourth) in sums.iter().map(|(a, b, c)| (a / n, b / n, c / n)) {
            assert!(mean.norm() < 5.0 * (1.0 / 3.0 / n).sqrt());
            assert!((square - 1.0 / 3.0).abs() < 5.0 * ((1.0 / 6.0 - 1.0 / 9.0) / n).sqrt());
            assert!((fourth - 1.0 / 6.0).abs() < 5.0 * ((1.0 / 15.0 - 1.0 / 36.0) / n).sqrt());
        }
    }

    #[test]
    fn measures_of_distance_have_their_closed_forms() {
        let u = haar_unitary(7, &mut Streams::new(3).derive("haar", 0, 0));
        let turned = &u * Complex64::from_polar(0.5, 1.2);
        assert!((fidelity(&u, &turned) - 1.0).abs() < 1e-14);
        // |1 - 0.5 exp(1.2 i)|
        let expected = (1.25 - 1.2_f64.cos()).sqrt();
        assert!((relative_error(&turned, &u) - expected).abs() < 1e-14);
        // Tr diag(1, 1, 1, -1) = 2, so the fidelity with the identity is 4/16.
        let one = DMatrix::<Complex64>::identity(4, 4);
        let mut flipped = one.clone();
        flipped[(3, 3)] = -Complex64::ONE;
        assert_eq!(fidelity(&one, &flipped), 0.25);
        assert_eq!(relative_error(&flipped, &one), 1.0);
        assert_eq!(unitarity_defect(&flipped), 0.0);
    }
}
