//! Batch normalisation (Ioffe and Szegedy, arXiv:1502.03167).

use super::Real;
use super::batch::{Batch, LANES, Lanes, sum_of_lanes};
use rayon::prelude::*;

/// Added to the variance, as in PyTorch.
const EPSILON: f64 = 1e-5;

/// Mean and 1/sqrt(variance + 1e-5) of a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moments {
    mean: f64,
    inverse: f64,
}

/// Sums over pixels of g and of g times the normalised value, per channel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    pub(super) plain: f64,
    pub(super) weighted: f64,
}

/// Of each channel over all samples and pixels, in f64 and in one order; the variance is the mean square
/// deviation (biased). Rows of `raw`: channel, pixel.
pub(super) fn moments<T: Real>(raw: &Batch<T>, channels: usize) -> Vec<Moments> {
    let pixels = raw.rows() / channels;
    let count = (raw.samples() * pixels) as f64;
    let one = |channel: usize| {
        numerics::vectorize(
            #[inline(always)]
            || {
                let mean = sum(raw, channel * pixels, pixels, |x, _| x) / count;
                let variance = sum(raw, channel * pixels, pixels, |x, _| {
                    (x - mean) * (x - mean)
                });
                let inverse = 1.0 / (variance / count + EPSILON).sqrt();
                Moments { mean, inverse }
            },
        )
    };
    (0..channels).into_par_iter().map(one).collect()
}

/// Sum of `term` of value and row over the samples of some rows: rows first, then lanes, then blocks.
#[inline(always)]
fn sum<T: Real>(
    batch: &Batch<T>,
    first: usize,
    rows: usize,
    term: impl Fn(f64, (usize, usize, usize)) -> f64,
) -> f64 {
    let mut total = 0.0;
    for (index, (block, samples)) in batch.blocks().enumerate() {
        let mut sums = [0.0; LANES];
        for (row, lanes) in block[first..][..rows].iter().enumerate() {
            for lane in 0..LANES {
                sums[lane] += term(lanes[lane].wide(), (index, first + row, lane));
            }
        }
        total += sum_of_lanes(&sums, samples);
    }
    total
}

/// gain (x - mean) / sqrt(variance + 1e-5) + offset, channel by channel.
pub(super) fn normalise<T: Real>(
    raw: &Batch<T>,
    moments: &[Moments],
    gains: &[f64],
    offsets: &[f64],
    out: &mut Batch<T>,
) {
    out.reshape(raw.rows(), raw.samples());
    let pixels = raw.rows() / moments.len();
    out.fill(
        2 * raw.rows(),
        #[inline(always)]
        |block, out| {
            let raw = raw.block(block);
            for (channel, moments) in moments.iter().enumerate() {
                let mean = T::of(moments.mean);
                let scale = T::of(gains[channel] * moments.inverse);
                let offset = T::of(offsets[channel]);
                let rows = channel * pixels..(channel + 1) * pixels;
                for (out, raw) in out[rows.clone()].iter_mut().zip(&raw[rows]) {
                    *out = raw.map(|x| (x - mean).mul_add(scale, offset));
                }
            }
        },
    );
}

/// What the gradients of gain (`weighted`) and offset (`plain`) are, from cotangents `g` of the output.
pub(super) fn sums<T: Real>(raw: &Batch<T>, moments: &[Moments], g: &Batch<T>) -> Vec<Sums> {
    let pixels = raw.rows() / moments.len();
    let one = |channel: usize| {
        let Moments { mean, inverse } = moments[channel];
        numerics::vectorize(
            #[inline(always)]
            || Sums {
                plain: sum(g, channel * pixels, pixels, |g, _| g),
                weighted: sum(g, channel * pixels, pixels, |g, (block, row, lane)| {
                    g * (raw.block(block)[row][lane].wide() - mean) * inverse
                }),
            },
        )
    };
    (0..moments.len()).into_par_iter().map(one).collect()
}

/// Turns cotangents of the output into those of the input, in place. `sums` where the moments were this
/// batch's own, and so depend on the input. Lanes without a sample become 0.
pub(super) fn backward<T: Real>(
    raw: &Batch<T>,
    moments: &[Moments],
    gains: &[f64],
    sums: Option<&[Sums]>,
    g: &mut Batch<T>,
) {
    let pixels = raw.rows() / moments.len();
    let samples = raw.samples();
    let count = (samples * pixels) as f64;
    g.fill(
        4 * raw.rows(),
        #[inline(always)]
        |block, g| {
            let raw = raw.block(block);
            for (channel, moments) in moments.iter().enumerate() {
                let (mean, scale) = (T::of(moments.mean), T::of(gains[channel] * moments.inverse));
                let (plain, weighted) = sums.map_or((0.0, 0.0), |sums| {
                    let Sums { plain, weighted } = sums[channel];
                    (plain / count, weighted / count * moments.inverse)
                });
                let (plain, weighted) = (T::of(plain), T::of(weighted));
                let rows = channel * pixels..(channel + 1) * pixels;
                for (g, raw) in g[rows.clone()].iter_mut().zip(&raw[rows]) {
                    *g = centred(g, raw, mean, scale, plain, weighted);
                }
            }
            let present = LANES.min(samples - block * LANES);
            if present < LANES {
                for g in g {
                    g[present..].fill(T::default());
                }
            }
        },
    );
}

/// scale (g - plain - weighted (x - mean))
#[inline(always)]
fn centred<T: Real>(
    g: &Lanes<T>,
    raw: &Lanes<T>,
    mean: T,
    scale: T,
    plain: T,
    weighted: T,
) -> Lanes<T> {
    std::array::from_fn(
        #[inline(always)]
        |lane| scale * (g[lane] - plain - weighted * (raw[lane] - mean)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normalised_batch_has_mean_offset_and_deviation_gain() {
        let (channels, pixels, samples) = (3, 7, 37);
        let values: Vec<f32> = (0..samples * channels * pixels)
            .map(|i| ((i * 37 % 101) as f32).sqrt() + (i % 21) as f32)
            .collect();
        let mut raw = Batch::<f64>::default();
        raw.load(&values, channels * pixels);
        let found = moments(&raw, channels);
        let (gains, offsets) = ([2.0, -0.5, 1.0], [0.1, 3.0, -2.0]);
        let mut out = Batch::default();
        normalise(&raw, &found, &gains, &offsets, &mut out);
        let mut normal = vec![0.0; values.len()];
        out.store(&mut normal, |x| x);
        for channel in 0..channels {
            let rows = normal.chunks(channels * pixels);
            let x: Vec<f64> = rows
                .flat_map(|row| row[channel * pixels..][..pixels].to_vec())
                .collect();
            let count = x.len() as f64;
            let mean = x.iter().sum::<f64>() / count;
            let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
            // Rounding of `count` additions; and the 1e-5 beside variances above 1.
            assert!((mean - offsets[channel]).abs() < 2.0 * count * f64::EPSILON * 4.0);
            assert!((variance.sqrt() / gains[channel].abs() - 1.0).abs() < 1e-5);
        }
    }
}
