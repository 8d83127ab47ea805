//! Layers of a real matrix and a square-law detector.

use super::{check_program, check_query, groups};
use crate::black_box::{
    BlackBox, DeviceError, LayerShape, Purpose, Samples, Tap, restore_parameters,
};
use numerics::Streams;
use numerics::normal::fill_standard_normal;

/// Layer l computes y = W x, its readouts are y^2, and the next layer gets y divided by its length.
///
/// Parameters of a layer: `weights`, the entries of W row by row (trained), then `screen`, one number
/// per output without any effect (not trained), as the output phases of a mesh have none.
#[derive(Clone, Debug)]
pub struct IntensityBox {
    inputs: usize,
    shapes: Vec<LayerShape>,
    weights: Vec<Vec<f64>>,
}

impl IntensityBox {
    /// `inputs` values per sample, and a layer for each entry of `widths`, its number of outputs.
    /// All weights start at 0, so the readouts are dead until a programming.
    pub fn new(inputs: usize, widths: &[usize]) -> Self {
        let mut columns = inputs;
        let mut shapes = Vec::new();
        for &rows in widths {
            shapes.push(LayerShape {
                groups: groups(&[("weights", rows * columns, true), ("screen", rows, false)]),
                readouts: rows,
            });
            columns = rows;
        }
        let weights = shapes
            .iter()
            .map(|shape| vec![0.0; shape.parameters()])
            .collect();
        Self {
            inputs,
            shapes,
            weights,
        }
    }

    /// Standard normal parameters for each layer, from the stream `testing`.
    pub fn random_parameters(&self, streams: &Streams) -> Vec<Vec<f64>> {
        let draw = |(layer, shape): (usize, &LayerShape)| {
            let mut parameters = vec![0.0; shape.parameters()];
            let mut stream = streams.derive("testing", layer as u64, 0);
            fill_standard_normal(&mut stream, &mut parameters);
            parameters
        };
        self.shapes.iter().enumerate().map(draw).collect()
    }
}

impl BlackBox for IntensityBox {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn layers(&self) -> usize {
        self.shapes.len()
    }

    fn layer(&self, layer: usize) -> &LayerShape {
        &self.shapes[layer]
    }

    fn state(&self) -> Option<Vec<u8>> {
        Some(Vec::new())
    }

    fn restore(&mut self, _state: &[u8], parameters: &[Vec<f64>]) -> Result<(), DeviceError> {
        restore_parameters(self, parameters)
    }

    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        _purpose: Purpose,
    ) -> Result<(), DeviceError> {
        check_program(&self.shapes, layer, parameters)?;
        self.weights[layer].copy_from_slice(parameters);
        Ok(())
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        _purpose: Purpose,
    ) -> Result<(), DeviceError> {
        check_query(self, &samples, taps)?;
        for (index, sample) in samples.values.chunks(self.inputs).enumerate() {
            let mut x: Vec<f64> = sample.iter().map(|&v| f64::from(v)).collect();
            for (layer, weights) in self.weights.iter().enumerate() {
                let rows = self.shapes[layer].readouts;
                let y: Vec<f64> = weights
                    .chunks(x.len())
                    .take(rows)
                    .map(|row| row.iter().zip(&x).map(|(w, x)| w * x).sum())
                    .collect();
                for tap in taps.iter_mut().filter(|tap| tap.layer == layer) {
                    for (readout, y) in tap.readouts[index * rows..].iter_mut().zip(&y) {
                        *readout = (y * y) as f32;
                    }
                }
                let length = y.iter().map(|y| y * y).sum::<f64>().sqrt().max(1e-300);
                x = y.iter().map(|y| y / length).collect();
            }
        }
        Ok(())
    }
}
