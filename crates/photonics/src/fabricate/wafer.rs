//! What follows the position on the wafer.
//!
//! Thickness and line width vary smoothly over a wafer, so what depends on them is alike in
//! neighbours (Bogaerts, Xing, Khan, IEEE J. Sel. Top. Quantum Electron. 25, 6100413 (2019)). The field
//! here is the simplest with a stated length: normal, stationary, of unit variance, with the
//! correlation exp(-|dx| / L) exp(-|dy| / L), a Markov process in each direction. It is drawn column
//! by column at the cost of one number per point, exact whatever the length.

use numerics::Stream;
use numerics::normal::fill_standard_normal;

/// Columns of points on a die, one after another.
pub(super) struct WaferField {
    stream: Stream,
    length_m: f64,
    along_x: Step,
    along_y: Step,
    noise: Vec<f64>,
    values: Vec<f64>,
    started: bool,
}

/// x' = keep x + add z with the standard normal z keeps the variance 1.
#[derive(Clone, Copy)]
struct Step {
    keep: f64,
    add: f64,
}

impl Step {
    fn new(distance: f64, length: f64) -> Self {
        let lengths = distance / length;
        Self {
            keep: libm::exp(-lengths),
            // 1 - exp(-2 x) without cancellation where points are much closer than the length.
            add: (-libm::expm1(-2.0 * lengths)).sqrt(),
        }
    }
}

impl WaferField {
    /// Columns of `points` points `dy_m` apart, `dx_m` from column to column.
    pub(super) fn new(stream: Stream, points: usize, dx_m: f64, dy_m: f64, length_m: f64) -> Self {
        Self {
            stream,
            length_m,
            along_x: Step::new(dx_m, length_m),
            along_y: Step::new(dy_m, length_m),
            noise: vec![0.0; points],
            values: vec![0.0; points],
            started: false,
        }
    }

    /// The next column is `dx_m` from the one before, and so are those after it.
    pub(super) fn set_distance(&mut self, dx_m: f64) {
        self.along_x = Step::new(dx_m, self.length_m);
    }

    /// The next column.
    pub(super) fn next_column(&mut self) -> &[f64] {
        fill_standard_normal(&mut self.stream, &mut self.noise);
        for point in 1..self.noise.len() {
            let Step { keep, add } = self.along_y;
            self.noise[point] = keep * self.noise[point - 1] + add * self.noise[point];
        }
        if self.started {
            let Step { keep, add } = self.along_x;
            for (value, noise) in self.values.iter_mut().zip(&self.noise) {
                *value = keep * *value + add * noise;
            }
        } else {
            self.started = true;
            self.values.copy_from_slice(&self.noise);
        }
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use numerics::Streams;

    #[test]
    fn it_has_unit_variance_and_the_stated_length_in_both_directions() {
        // Many small dies: no average over one die, whose points are no independent draws.
        let (dies, points, columns) = (20_000, 4, 3);
        let (dx, dy, length) = (0.3, 0.2, 0.5);
        let pairs = [(0, 0), (0, 1), (0, 3), (1, 0), (2, 0), (2, 2)];
        let mut sums = [0.0; 6];
        for die in 0..dies {
            let stream = Streams::new(5).derive("wafer", die, 0);
            let mut field = WaferField::new(stream, points, dx, dy, length);
            let columns: Vec<Vec<f64>> =
                (0..columns).map(|_| field.next_column().to_vec()).collect();
            for (sum, (column, point)) in sums.iter_mut().zip(pairs) {
                *sum += columns[0][0] * columns[column][point];
            }
        }
        for (sum, (column, point)) in sums.iter().zip(pairs) {
            let (x, y) = (column as f64 * dx, point as f64 * dy);
            let expected = f64::exp(-(x + y) / length);
            // A product of normal numbers of correlation r has the variance 1 + r^2. Five errors.
            let limit = 5.0 * ((1.0 + expected * expected) / dies as f64).sqrt();
            let found = sum / dies as f64;
            assert!(
                (found - expected).abs() < limit,
                "{column} {point}: {found} {expected}"
            );
        }
    }

    #[test]
    fn far_beyond_the_length_nothing_is_alike_and_far_below_all_is() {
        let draw = |length| {
            let stream = Streams::new(5).derive("wafer", 0, 0);
            let mut field = WaferField::new(stream, 3, 1e-3, 1e-3, length);
            [field.next_column().to_vec(), field.next_column().to_vec()]
        };
        let mut normal = vec![0.0; 3];
        fill_standard_normal(&mut Streams::new(5).derive("wafer", 0, 0), &mut normal);
        assert_eq!(draw(1e-9)[0], normal);
        let [a, b] = draw(1e15);
        assert!(a.iter().chain(&b).all(|x| (x - a[0]).abs() < 1e-8));
    }
}
