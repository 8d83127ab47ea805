//! Convolution of a padded image with square filters, stride 1.

use super::Real;
use super::batch::{Batch, LANES, Lanes, sum_of_lanes};
use numerics::Level;
use rayon::prelude::*;

/// Channels whose sums are formed together.
const TOGETHER: usize = 4;

/// Sizes of a convolution, all in pixels or counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Geometry {
    pub(super) channels_in: usize,
    pub(super) channels: usize,
    pub(super) kernel: usize,
    pub(super) padding: usize,
    /// Of the image without padding.
    pub(super) height: usize,
    pub(super) width: usize,
}

impl Geometry {
    pub(super) fn padded_width(&self) -> usize {
        self.width + 2 * self.padding
    }

    pub(super) fn padded_height(&self) -> usize {
        self.height + 2 * self.padding
    }

    /// Rows of a block of padded images.
    pub(super) fn padded_rows(&self) -> usize {
        self.channels_in * self.padded_height() * self.padded_width()
    }

    /// The row of an image's pixel in a block of padded images.
    pub(super) fn padded_row(&self, channel: usize, y: usize, x: usize) -> usize {
        let line = channel * self.padded_height() + y + self.padding;
        line * self.padded_width() + x + self.padding
    }

    pub(super) fn out_height(&self) -> usize {
        self.padded_height() + 1 - self.kernel
    }

    pub(super) fn out_width(&self) -> usize {
        self.padded_width() + 1 - self.kernel
    }

    /// Pixels of an output channel.
    pub(super) fn positions(&self) -> usize {
        self.out_height() * self.out_width()
    }

    /// Numbers of a filter.
    pub(super) fn taps(&self) -> usize {
        self.channels_in * self.kernel * self.kernel
    }

    /// Multiply-adds per sample.
    pub(super) fn work(&self) -> usize {
        self.channels * self.positions() * self.taps()
    }

    /// First rows of the kernel's lines, for the output pixel (y, x), with the first tap of each.
    #[inline(always)]
    fn lines(&self, y: usize, x: usize) -> impl Iterator<Item = (usize, usize)> {
        let (kernel, width) = (self.kernel, self.padded_width());
        let plane = self.padded_height() * width;
        (0..self.channels_in).flat_map(
            #[inline(always)]
            move |channel| {
                (0..kernel).map(
                    #[inline(always)]
                    move |line| {
                        let row = channel * plane + (y + line) * width + x;
                        (row, (channel * kernel + line) * kernel)
                    },
                )
            },
        )
    }
}

/// Filters: for each four channels, for each tap (channel in, y, x), their four numbers.
#[derive(Clone, Debug)]
pub(super) struct Filters<T> {
    taps: usize,
    panels: Vec<[T; TOGETHER]>,
}

impl<T: Real> Filters<T> {
    pub(super) fn zeros(geometry: &Geometry) -> Self {
        let taps = geometry.taps();
        Self {
            taps,
            panels: vec![[T::default(); TOGETHER]; geometry.channels.div_ceil(TOGETHER) * taps],
        }
    }

    pub(super) fn set(&mut self, channel: usize, filter: &[f64]) {
        let panel = &mut self.panels[channel / TOGETHER * self.taps..];
        for (place, &weight) in panel.iter_mut().zip(filter) {
            place[channel % TOGETHER] = T::of(weight);
        }
    }

    /// Convolves padded images; rows of `out`: channel, y, x.
    pub(super) fn convolve(&self, geometry: &Geometry, padded: &Batch<T>, out: &mut Batch<T>) {
        out.reshape(geometry.channels * geometry.positions(), padded.samples());
        out.fill(
            geometry.work(),
            #[inline(always)]
            |block, out| {
                let image = padded.block(block);
                for (panel, taps) in self.panels.chunks_exact(self.taps).enumerate() {
                    let first = panel * TOGETHER;
                    for y in 0..geometry.out_height() {
                        let width = geometry.out_width();
                        let mut x = 0;
                        // Two pixels at a time fill the registers of AVX-512, one those of AVX2.
                        if Level::active() == Level::Avx512 {
                            while x + 1 < width {
                                let sums = sums::<T, 2>(geometry, image, taps, y, x);
                                put(geometry, out, first, y * width + x, &sums);
                                x += 2;
                            }
                        }
                        while x < width {
                            let sums = sums::<T, 1>(geometry, image, taps, y, x);
                            put(geometry, out, first, y * width + x, &sums);
                            x += 1;
                        }
                    }
                }
            },
        );
    }

    /// The cotangents of padded images from those of the outputs.
    pub(super) fn backward(&self, geometry: &Geometry, g: &Batch<T>) -> Batch<T> {
        let mut image = Batch::zeros(geometry.padded_rows(), g.samples());
        image.fill(
            geometry.work(),
            #[inline(always)]
            |block, image| {
                let g = g.block(block);
                for (channel, g) in g.chunks_exact(geometry.positions()).enumerate() {
                    let taps = &self.panels[channel / TOGETHER * self.taps..][..self.taps];
                    for (position, g) in g.iter().enumerate() {
                        let (y, x) = (
                            position / geometry.out_width(),
                            position % geometry.out_width(),
                        );
                        for (row, tap) in geometry.lines(y, x) {
                            let taps = &taps[tap..][..geometry.kernel];
                            for (pixel, tap) in image[row..].iter_mut().zip(taps) {
                                let weight = tap[channel % TOGETHER];
                                for lane in 0..LANES {
                                    pixel[lane] = g[lane].mul_add(weight, pixel[lane]);
                                }
                            }
                        }
                    }
                }
            },
        );
        image
    }
}

#[inline(always)]
fn sums<T: Real, const PIXELS: usize>(
    geometry: &Geometry,
    image: &[Lanes<T>],
    taps: &[[T; TOGETHER]],
    y: usize,
    x: usize,
) -> [[Lanes<T>; TOGETHER]; PIXELS] {
    let mut sums = [[[T::default(); LANES]; TOGETHER]; PIXELS];
    for (row, tap) in geometry.lines(y, x) {
        let pixels = &image[row..][..geometry.kernel + PIXELS - 1];
        let taps = &taps[tap..][..geometry.kernel];
        for (pixels, weights) in pixels.windows(PIXELS).zip(taps) {
            for pixel in 0..PIXELS {
                for channel in 0..TOGETHER {
                    for lane in 0..LANES {
                        sums[pixel][channel][lane] = pixels[pixel][lane]
                            .mul_add(weights[channel], sums[pixel][channel][lane]);
                    }
                }
            }
        }
    }
    sums
}

#[inline(always)]
fn put<T: Real, const PIXELS: usize>(
    geometry: &Geometry,
    out: &mut [Lanes<T>],
    first: usize,
    position: usize,
    sums: &[[Lanes<T>; TOGETHER]; PIXELS],
) {
    for (pixel, sums) in sums.iter().enumerate() {
        for (channel, sums) in (first..geometry.channels).zip(sums) {
            out[channel * geometry.positions() + position + pixel] = *sums;
        }
    }
}

/// The gradient of the filters: sums over pixels, then lanes, then blocks. `filters`: one slice of
/// `taps()` numbers per channel. Lanes of `g` without a sample have to be 0.
pub(super) fn gradient<T: Real>(
    geometry: &Geometry,
    padded: &Batch<T>,
    g: &Batch<T>,
    filters: &mut [&mut [f64]],
) {
    filters
        .par_iter_mut()
        .enumerate()
        .for_each(|(channel, filter)| {
            filter.fill(0.0);
            numerics::vectorize(
                #[inline(always)]
                || {
                    for ((image, _), (g, _)) in padded.blocks().zip(g.blocks()) {
                        let g = &g[channel * geometry.positions()..][..geometry.positions()];
                        block_gradient(geometry, image, g, filter);
                    }
                },
            );
        });
}

#[inline(always)]
fn block_gradient<T: Real>(
    geometry: &Geometry,
    image: &[Lanes<T>],
    g: &[Lanes<T>],
    filter: &mut [f64],
) {
    let (width, kernel) = (geometry.out_width(), geometry.kernel);
    let mut sums = vec![[T::default(); LANES]; kernel];
    for (first, tap) in geometry.lines(0, 0) {
        sums.fill([T::default(); LANES]);
        for (y, g) in g.chunks_exact(width).enumerate() {
            let line = &image[first + y * geometry.padded_width()..];
            for (pixels, g) in line.windows(kernel).zip(g) {
                for (sums, pixel) in sums.iter_mut().zip(pixels) {
                    for lane in 0..LANES {
                        sums[lane] = pixel[lane].mul_add(g[lane], sums[lane]);
                    }
                }
            }
        }
        for (place, sums) in filter[tap..].iter_mut().zip(&sums) {
            *place += sum_of_lanes(&sums.map(T::wide), LANES);
        }
    }
}
