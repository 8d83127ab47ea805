//! Numbers of many samples, samples as lanes.

use super::Real;
use numerics::transpose::{TILE, Transpose};
use rayon::prelude::*;

/// Samples of a block: one AVX-512 register of f32.
pub(super) const LANES: usize = 16;

/// One number for each sample of a block.
pub(super) type Lanes<T> = [T; LANES];

/// Operations from which threads are worth their start.
const PARALLEL: usize = 1 << 19;

/// Blocks of 16 samples; in a block `rows` numbers per sample, row by row. Lanes of the last block beyond
/// the last sample hold anything finite.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch<T> {
    rows: usize,
    samples: usize,
    lanes: Vec<Lanes<T>>,
}

impl<T: Real> Batch<T> {
    /// Takes this shape; what the numbers are is left open.
    pub(super) fn reshape(&mut self, rows: usize, samples: usize) {
        (self.rows, self.samples) = (rows, samples);
        let length = rows * samples.div_ceil(LANES);
        self.lanes.resize(length, [T::default(); LANES]);
    }

    /// Zeros of this shape.
    pub(super) fn zeros(rows: usize, samples: usize) -> Self {
        Self {
            rows,
            samples,
            lanes: vec![[T::default(); LANES]; rows * samples.div_ceil(LANES)],
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn samples(&self) -> usize {
        self.samples
    }

    /// The blocks in order, each with the number of its samples.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (&[Lanes<T>], usize)> {
        self.lanes
            .chunks_exact(self.rows)
            .enumerate()
            .map(|(block, lanes)| (lanes, LANES.min(self.samples - block * LANES)))
    }

    pub(super) fn block(&self, block: usize) -> &[Lanes<T>] {
        &self.lanes[block * self.rows..][..self.rows]
    }

    /// Calls `work` with every block, in parallel where `operations` per sample are worth it. It runs
    /// vectorised, so it has to be `#[inline(always)]`.
    pub(super) fn fill(
        &mut self,
        operations: usize,
        work: impl Fn(usize, &mut [Lanes<T>]) + Sync + Send,
    ) {
        let one = |(block, lanes): (usize, &mut [Lanes<T>])| {
            numerics::vectorize(
                #[inline(always)]
                || work(block, lanes),
            );
        };
        if operations * self.samples < PARALLEL {
            self.lanes
                .chunks_exact_mut(self.rows)
                .enumerate()
                .for_each(one);
        } else {
            self.lanes
                .par_chunks_exact_mut(self.rows)
                .enumerate()
                .for_each(one);
        }
    }

    /// Reads samples in row-major order, `rows` numbers each.
    pub(super) fn load(&mut self, values: &[f32], rows: usize) {
        self.reshape(rows, values.len() / rows);
        let samples = self.samples;
        self.fill(
            4 * rows,
            #[inline(always)]
            |block, lanes| {
                let transpose = Transpose::new();
                for half in 0..LANES / TILE {
                    let first = block * LANES + half * TILE;
                    let present = samples.saturating_sub(first).min(TILE);
                    for start in (0..rows).step_by(TILE) {
                        let rest = &mut lanes[start..];
                        transpose.tile(
                            values,
                            first * rows + start,
                            rows,
                            present,
                            #[inline(always)]
                            |row, column| {
                                if let Some(lanes) = rest.get_mut(row) {
                                    for (lane, &x) in lanes[half * TILE..].iter_mut().zip(column) {
                                        *lane = T::of(f64::from(x));
                                    }
                                }
                            },
                        );
                    }
                }
            },
        );
    }

    /// Adds numbers in row-major order, `rows()` for each sample.
    pub(super) fn add(&mut self, values: &[f64]) {
        for (sample, values) in values.chunks_exact(self.rows).enumerate() {
            let block = sample / LANES * self.rows;
            for (lanes, &value) in self.lanes[block..].iter_mut().zip(values) {
                let lane = &mut lanes[sample % LANES];
                *lane = *lane + T::of(value);
            }
        }
    }

    /// Writes samples in row-major order.
    pub(super) fn store<U>(&self, values: &mut [U], convert: impl Fn(T) -> U) {
        let blocks = self.lanes.chunks_exact(self.rows);
        for (lanes, values) in blocks.zip(values.chunks_mut(LANES * self.rows)) {
            for (lane, values) in values.chunks_exact_mut(self.rows).enumerate() {
                for (value, lanes) in values.iter_mut().zip(lanes) {
                    *value = convert(lanes[lane]);
                }
            }
        }
    }
}

/// Sum of the first `samples` lanes, in order.
#[inline(always)]
pub(super) fn sum_of_lanes(lanes: &Lanes<f64>, samples: usize) -> f64 {
    lanes[..samples].iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_back_in_order_whatever_was_there_before() {
        let mut batch = Batch::<f32>::zeros(3, 50);
        batch.fill(1, |_, lanes| lanes.fill([7.0; LANES]));
        for (rows, samples) in [(1, 1), (13, 16), (8, 37), (100, 33)] {
            let values: Vec<f32> = (0..rows * samples).map(|i| i as f32).collect();
            batch.load(&values, rows);
            assert_eq!((batch.rows(), batch.samples()), (rows, samples));
            let mut found = vec![0.0; values.len()];
            batch.store(&mut found, |x| x);
            assert_eq!(found, values);
            let wide: Vec<f64> = values.iter().map(|&x| f64::from(x)).collect();
            batch.add(&wide);
            batch.store(&mut found, |x| 0.5 * x);
            assert_eq!(found, values);
        }
    }
}
