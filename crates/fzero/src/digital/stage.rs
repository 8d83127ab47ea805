//! A convolutional layer: convolution, batch norm, readouts; then rectification and pooling.

use super::batch::Batch;
use super::convolution::{self, Filters, Geometry};
use super::norm::{self, Moments};
use super::packed::Packed;
use super::pool::Pool;
use super::{Real, initial};
use crate::streams::Stream;
use numerics::Streams;

/// Its parameters are those of channel 0, then of channel 1, ..: the filter (channel in, y, x), the gain
/// and the offset of the batch norm.
#[derive(Clone, Debug)]
pub(super) struct Stage<T> {
    pub(super) geometry: Geometry,
    pub(super) pool: Pool,
    filters: Filters<T>,
    gains: Vec<f64>,
    offsets: Vec<f64>,
    /// For each channel prototype dimension x pixels.
    projections: Vec<Packed<T>>,
    /// Moments that evaluations use, if they were measured.
    pub(super) reference: Option<Vec<Moments>>,
    /// Of the last pass: padded images, convolved and normalised ones, and the moments.
    pub(super) padded: Batch<T>,
    raw: Batch<T>,
    normal: Batch<T>,
    moments: Vec<Moments>,
    own_moments: bool,
}

impl<T: Real> Stage<T> {
    /// Projections from the streams [`Stream::Projections`] by layer and channel; parameters are 0.
    pub(super) fn new(
        geometry: Geometry,
        window: usize,
        dimension: usize,
        streams: &Streams,
        layer: usize,
    ) -> Self {
        let positions = geometry.positions();
        let draw = |channel| {
            let mut stream = Stream::Projections.derive(streams, layer, channel);
            let mut projection = Packed::zeros(dimension, positions);
            projection.set(&initial::uniform(
                dimension * positions,
                positions,
                &mut stream,
            ));
            projection
        };
        Self {
            filters: Filters::zeros(&geometry),
            gains: vec![0.0; geometry.channels],
            offsets: vec![0.0; geometry.channels],
            projections: (0..geometry.channels).map(draw).collect(),
            pool: Pool {
                channels: geometry.channels,
                height: geometry.out_height(),
                width: geometry.out_width(),
                window,
            },
            geometry,
            reference: None,
            padded: Batch::default(),
            raw: Batch::default(),
            normal: Batch::default(),
            moments: Vec::new(),
            own_moments: true,
        }
    }

    /// Parameters of one channel.
    pub(super) fn channel_parameters(&self) -> usize {
        self.geometry.taps() + 2
    }

    pub(super) fn dimension(&self) -> usize {
        self.projections[0].outputs()
    }

    /// Filters uniform in +-1/sqrt(taps), gains 1, offsets 0.
    pub(super) fn initial_parameters(&self, streams: &Streams, layer: usize) -> Vec<f64> {
        let mut stream = Stream::Weights.derive(streams, layer, 0);
        let taps = self.geometry.taps();
        let mut parameters = Vec::with_capacity(self.geometry.channels * (taps + 2));
        for _ in 0..self.geometry.channels {
            parameters.extend(initial::uniform(taps, taps, &mut stream));
            parameters.extend([1.0, 0.0]);
        }
        parameters
    }

    pub(super) fn program(&mut self, parameters: &[f64]) {
        let taps = self.geometry.taps();
        for (channel, own) in parameters.chunks_exact(taps + 2).enumerate() {
            self.filters.set(channel, &own[..taps]);
            (self.gains[channel], self.offsets[channel]) = (own[taps], own[taps + 1]);
        }
    }

    /// Fills `padded` from images in rows (channel, y, x).
    pub(super) fn load(&mut self, images: &Batch<T>) {
        let geometry = self.geometry;
        self.padded
            .reshape(geometry.padded_rows(), images.samples());
        self.padded.fill(
            images.rows(),
            #[inline(always)]
            |block, to| {
                to.fill([T::default(); super::batch::LANES]);
                let lines = images.block(block).chunks_exact(geometry.width);
                for (line, pixels) in lines.enumerate() {
                    let (channel, y) = (line / geometry.height, line % geometry.height);
                    let first = geometry.padded_row(channel, y, 0);
                    to[first..][..geometry.width].copy_from_slice(pixels);
                }
            },
        );
    }

    /// Computes the layer from `padded`, with the reference moments where `referred` and there are any.
    pub(super) fn forward(&mut self, referred: bool) {
        self.filters
            .convolve(&self.geometry, &self.padded, &mut self.raw);
        let reference = self.reference.as_ref().filter(|_| referred);
        self.own_moments = reference.is_none();
        self.moments = match reference {
            Some(reference) => reference.clone(),
            None => norm::moments(&self.raw, self.geometry.channels),
        };
        let (gains, offsets) = (&self.gains, &self.offsets);
        norm::normalise(&self.raw, &self.moments, gains, offsets, &mut self.normal);
    }

    /// Keeps the moments of the last pass for evaluations.
    pub(super) fn keep_moments(&mut self) {
        self.reference = Some(self.moments.clone());
    }

    /// The readouts of the last pass, rows channel, prototype dimension.
    pub(super) fn readouts(&self) -> Batch<T> {
        let (positions, dimension) = (self.geometry.positions(), self.dimension());
        let mut readouts = Batch::zeros(self.geometry.channels * dimension, self.normal.samples());
        readouts.fill(
            self.normal.rows() * dimension,
            #[inline(always)]
            |block, readouts| {
                let normal = self.normal.block(block).chunks_exact(positions);
                let channels = readouts.chunks_exact_mut(dimension).zip(normal);
                for (projection, (readouts, normal)) in self.projections.iter().zip(channels) {
                    projection.multiply(
                        normal,
                        #[inline(always)]
                        |output, sums| readouts[output] = *sums,
                    );
                }
            },
        );
        readouts
    }

    /// Rectifies and pools the last pass into the rows of `to` that `row` names.
    pub(super) fn pool_into(
        &self,
        to: &mut Batch<T>,
        rows: usize,
        row: impl Fn(usize, usize, usize) -> usize + Sync + Send,
    ) {
        self.pool.forward(&self.normal, to, rows, row);
    }

    /// Cotangents of the normalised images of the last pass, none yet.
    pub(super) fn no_cotangents(&self) -> Batch<T> {
        Batch::zeros(self.normal.rows(), self.normal.samples())
    }

    /// Adds what cotangents of the readouts say of the normalised images.
    pub(super) fn add_readouts(&self, readouts: &[f64], g: &mut Batch<T>) {
        let (positions, dimension) = (self.geometry.positions(), self.dimension());
        let mut from = Batch::zeros(self.geometry.channels * dimension, g.samples());
        from.add(readouts);
        let back: Vec<Packed<T>> = self.projections.iter().map(Packed::transposed).collect();
        g.fill(
            self.normal.rows() * dimension,
            #[inline(always)]
            |block, g| {
                let from = from.block(block).chunks_exact(dimension);
                let channels = g.chunks_exact_mut(positions).zip(from);
                for (back, (g, from)) in back.iter().zip(channels) {
                    back.multiply(
                        from,
                        #[inline(always)]
                        |pixel, sums| {
                            for (g, sum) in g[pixel].iter_mut().zip(sums) {
                                *g = *g + *sum;
                            }
                        },
                    );
                }
            },
        );
    }

    /// Adds what cotangents of the pooled images say of the normalised ones.
    pub(super) fn add_pooled(
        &self,
        pooled: &Batch<T>,
        row: impl Fn(usize, usize, usize) -> usize + Sync + Send,
        g: &mut Batch<T>,
    ) {
        self.pool.backward(&self.normal, pooled, row, g);
    }

    /// From cotangents of the normalised images the gradient of the parameters, where asked, and the
    /// cotangents of the padded images, where `through`.
    pub(super) fn backward(
        &self,
        mut g: Batch<T>,
        gradients: &mut [&mut [f64]],
        through: bool,
    ) -> Option<Batch<T>> {
        let sums = norm::sums(&self.raw, &self.moments, &g);
        let own = self.own_moments.then_some(sums.as_slice());
        norm::backward(&self.raw, &self.moments, &self.gains, own, &mut g);
        let taps = self.geometry.taps();
        for gradient in gradients {
            let mut filters = Vec::with_capacity(self.geometry.channels);
            for (own, sums) in gradient.chunks_exact_mut(taps + 2).zip(&sums) {
                let (filter, norm) = own.split_at_mut(taps);
                norm.copy_from_slice(&[sums.weighted, sums.plain]);
                filters.push(filter);
            }
            convolution::gradient(&self.geometry, &self.padded, &g, &mut filters);
        }
        through.then(|| self.filters.backward(&self.geometry, &g))
    }
}
