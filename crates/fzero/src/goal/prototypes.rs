//! Class prototypes: the corners of a regular simplex, randomly rotated.

use crate::error::{TrainError, check_length};
use numerics::Stream;
use numerics::normal::fill_standard_normal;
use serde::{Deserialize, Serialize};

/// One unit vector per class in the space of a layer's readouts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Prototypes {
    classes: usize,
    dimension: usize,
    rows: Vec<f64>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Raw {
    classes: usize,
    dimension: usize,
    rows: Vec<f64>,
}

impl TryFrom<Raw> for Prototypes {
    type Error = TrainError;

    fn try_from(raw: Raw) -> Result<Self, TrainError> {
        Self::from_rows(raw.classes, raw.dimension, raw.rows)
    }
}

impl From<Prototypes> for Raw {
    fn from(prototypes: Prototypes) -> Self {
        Self {
            classes: prototypes.classes,
            dimension: prototypes.dimension,
            rows: prototypes.rows,
        }
    }
}

impl Prototypes {
    /// The published prototypes (arXiv:2603.24790): the rows of (identity - centroid) of the `classes`
    /// unit vectors in `dimension >= classes` dimensions, each normalised, times a Haar-random
    /// rotation. Each pair has the cosine -1/(classes - 1). A single class, for which that is not
    /// defined, gets a random unit vector.
    ///
    /// The rows use only the first `classes` rows of the rotation, and those are drawn alone: normal
    /// vectors made orthonormal in turn, which is QR with positive diagonal. With
    /// `dimension > classes` they have the same law whether the determinant is +1 or -1. With
    /// `dimension = classes` the determinant does not matter either: the simplex is orthogonal to
    /// (1, .., 1), so a reflection along that vector, which flips the determinant, leaves it as it is.
    ///
    /// # Errors
    /// [`TrainError::Prototypes`] without classes, with more than 65,536, or with fewer dimensions
    /// than classes.
    pub fn simplex(
        classes: usize,
        dimension: usize,
        stream: &mut Stream,
    ) -> Result<Self, TrainError> {
        check(classes, dimension)?;
        let basis = orthonormal_rows(classes, dimension, stream);
        if classes == 1 {
            return Ok(Self {
                classes,
                dimension,
                rows: basis,
            });
        }
        let corner = 1.0 / classes as f64;
        let norm = (1.0 - corner).sqrt();
        let mut rows = vec![0.0; classes * dimension];
        for (class, row) in rows.chunks_exact_mut(dimension).enumerate() {
            for (axis, direction) in basis.chunks_exact(dimension).enumerate() {
                let own = if axis == class { 1.0 } else { 0.0 };
                add(row, (own - corner) / norm, direction);
            }
        }
        Ok(Self {
            classes,
            dimension,
            rows,
        })
    }

    /// Given prototypes, `classes` x `dimension`, row-major.
    ///
    /// # Errors
    /// As for [`Self::simplex`], and for a row whose length is not 1 within 1e-6.
    pub fn from_rows(classes: usize, dimension: usize, rows: Vec<f64>) -> Result<Self, TrainError> {
        check(classes, dimension)?;
        check_length("entries of the prototypes", rows.len(), classes * dimension)?;
        for row in rows.chunks_exact(dimension) {
            let length = dot(row, row).sqrt();
            if length.is_nan() || (length - 1.0).abs() > 1e-6 {
                return Err(TrainError::Prototypes {
                    classes,
                    dimension,
                    why: "each needs length 1",
                });
            }
        }
        Ok(Self {
            classes,
            dimension,
            rows,
        })
    }

    /// The first `classes` axes of the readouts: the cosine with prototype c is largest where readout c is.
    ///
    /// # Errors
    /// As [`Prototypes::simplex`].
    pub fn axes(classes: usize, dimension: usize) -> Result<Self, TrainError> {
        check(classes, dimension)?;
        let mut rows = vec![0.0; classes * dimension];
        for class in 0..classes {
            rows[class * dimension + class] = 1.0;
        }
        Ok(Self {
            classes,
            dimension,
            rows,
        })
    }

    /// Number of prototypes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Their dimension: the readouts of the layer.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The prototype of class `class < classes()`.
    pub fn row(&self, class: usize) -> &[f64] {
        &self.rows[class * self.dimension..][..self.dimension]
    }

    /// All prototypes, row-major.
    pub fn rows(&self) -> &[f64] {
        &self.rows
    }
}

fn check(classes: usize, dimension: usize) -> Result<(), TrainError> {
    let why = if classes == 0 {
        "at least one class is needed"
    } else if classes > usize::from(u16::MAX) + 1 {
        "labels have 16 bits, so at most 65,536 classes"
    } else if dimension < classes {
        "a layer needs at least as many readouts as there are classes"
    } else {
        return Ok(());
    };
    Err(TrainError::Prototypes {
        classes,
        dimension,
        why,
    })
}

/// The first `count` rows of a Haar-random orthogonal matrix (Mezzadri, arXiv:math-ph/0609050).
fn orthonormal_rows(count: usize, dimension: usize, stream: &mut Stream) -> Vec<f64> {
    let mut rows = vec![0.0; count * dimension];
    fill_standard_normal(stream, &mut rows);
    for i in 0..count {
        let (done, rest) = rows.split_at_mut(i * dimension);
        let row = &mut rest[..dimension];
        // Twice is enough: after the second pass the rows are orthogonal to rounding.
        for _ in 0..2 {
            for other in done.chunks_exact(dimension) {
                let overlap = dot(row, other);
                add(row, -overlap, other);
            }
        }
        let scale = 1.0 / dot(row, row).sqrt();
        for x in row {
            *x *= scale;
        }
    }
    rows
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(row: &mut [f64], factor: f64, other: &[f64]) {
    for (x, y) in row.iter_mut().zip(other) {
        *x += factor * y;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use numerics::Streams;

    fn draw(classes: usize, dimension: usize, seed: u64) -> Prototypes {
        let mut stream = Streams::new(seed).derive("prototypes", 0, 0);
        Prototypes::simplex(classes, dimension, &mut stream).unwrap()
    }

    #[test]
    fn they_are_the_corners_of_a_regular_simplex() {
        for (classes, dimension) in [(2, 2), (10, 10), (10, 64), (10, 784), (3, 5)] {
            let p = draw(classes, dimension, 1);
            let tolerance = 8.0 * dimension as f64 * f64::EPSILON;
            for a in 0..classes {
                for b in 0..classes {
                    let expected = if a == b {
                        1.0
                    } else {
                        -1.0 / (classes as f64 - 1.0)
                    };
                    let found = dot(p.row(a), p.row(b));
                    assert!((found - expected).abs() < tolerance, "{a} {b}: {found}");
                }
            }
            for axis in 0..dimension {
                let sum: f64 = (0..classes).map(|class| p.row(class)[axis]).sum();
                assert!(sum.abs() < tolerance);
            }
        }
    }

    #[test]
    fn every_direction_is_equally_likely() {
        // An entry of a uniform unit vector in 4 dimensions has mean 0, square 1/4, fourth power 1/8.
        let draws = 4000;
        for class in [0, 2] {
            for axis in [0, 3] {
                let entries: Vec<f64> = (0..draws)
                    .map(|seed| draw(3, 4, seed).row(class)[axis])
                    .collect();
                let mean =
                    |power: i32| entries.iter().map(|x| x.powi(power)).sum::<f64>() / draws as f64;
                let error = 5.0 / f64::sqrt(draws as f64);
                assert!(mean(1).abs() < error * 0.5);
                assert!((mean(2) - 0.25).abs() < error * f64::sqrt(1.0 / 8.0 - 1.0 / 16.0));
            }
        }
    }

    #[test]
    fn one_class_has_a_unit_vector() {
        let p = draw(1, 6, 2);
        assert!((dot(p.row(0), p.row(0)) - 1.0).abs() < 10.0 * f64::EPSILON);
        assert_ne!(p, draw(1, 6, 3));
    }

    #[test]
    fn impossible_prototypes_are_refused() {
        let mut stream = Streams::new(0).derive("prototypes", 0, 0);
        for (classes, dimension) in [(0, 3), (4, 3), (70_000, 70_000)] {
            let refused = Prototypes::simplex(classes, dimension, &mut stream);
            assert!(matches!(refused, Err(TrainError::Prototypes { .. })));
        }
        assert!(Prototypes::from_rows(1, 2, vec![0.6, 0.8]).is_ok());
        assert!(Prototypes::from_rows(1, 2, vec![0.6, 0.9]).is_err());
        assert!(Prototypes::from_rows(1, 2, vec![f64::NAN, 0.8]).is_err());
        assert!(Prototypes::from_rows(1, 2, vec![1.0]).is_err());
    }
}
