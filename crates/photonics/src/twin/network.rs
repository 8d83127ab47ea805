//! One precision of a [`super::Twin`]: layers of meshes, taps and activations.

use super::mesh::MeshTwin;
use super::readout::Reader;
use super::tape::Tape;
use crate::component::activation::Activation;
use crate::encoder::Encoder;
use crate::field::FieldBatch;
use crate::real::Real;

#[derive(Debug)]
pub(super) struct Network<T> {
    pub(super) layers: Vec<Layer<T>>,
    pub(super) encoder: Encoder,
    /// Field amplitude of a fully open port in sqrt(W).
    pub(super) full_scale: f64,
    /// Layers that the last pass met.
    lit: usize,
    cotangent: FieldBatch<T>,
    scratch: FieldBatch<T>,
    unasked: Vec<f64>,
}

#[derive(Debug)]
pub(super) struct Layer<T> {
    pub(super) mesh: MeshTwin<T>,
    pub(super) reader: Reader,
    /// Field transmission that all paths have in common, where it is not 1.
    transmission: Option<f64>,
    /// Field transmission of the tap, where it takes something.
    pub(super) passed: Option<f64>,
    pub(super) activation: Activation,
    tape: Tape<T>,
    /// Behind the mesh, in the last pass.
    output: FieldBatch<T>,
}

impl<T: Real> Layer<T> {
    pub(super) fn new(
        mesh: MeshTwin<T>,
        reader: Reader,
        transmission: f64,
        passed: Option<f64>,
        activation: Activation,
    ) -> Self {
        let ports = mesh.hardware().topology().ports();
        Self {
            mesh,
            reader,
            transmission: (transmission != 1.0).then_some(transmission),
            passed,
            activation: activation.without_noise(),
            tape: Tape::default(),
            output: FieldBatch::dark(ports, 0),
        }
    }
}

impl<T: Real> Network<T> {
    pub(super) fn new(
        layers: Vec<Layer<T>>,
        encoder: Encoder,
        full_scale: f64,
        ports: usize,
    ) -> Self {
        Self {
            layers,
            encoder,
            full_scale,
            lit: 0,
            cotangent: FieldBatch::dark(ports, 0),
            scratch: FieldBatch::dark(ports, 0),
            unasked: Vec::new(),
        }
    }

    /// Forgets the last pass: phases have changed.
    pub(super) fn forget(&mut self) {
        self.lit = 0;
    }

    pub(super) fn lit(&self) -> usize {
        self.lit
    }

    /// Samples of the last pass.
    pub(super) fn samples(&self) -> usize {
        match self.layers.first() {
            Some(layer) if self.lit > 0 => layer.output.samples(),
            _ => 0,
        }
    }

    /// Sends samples through and reads taps; sizes are checked by the caller.
    pub(super) fn forward(&mut self, amplitudes: &[f32], taps: &mut [(usize, &mut [f64])]) {
        self.lit = taps.iter().map(|(layer, _)| layer + 1).max().unwrap_or(0);
        let field = &mut self.scratch;
        field.encode(self.encoder.encode(amplitudes, None), self.full_scale);
        let mut noise = numerics::Streams::new(0).derive("none", 0, 0);
        for (index, layer) in self.layers.iter_mut().enumerate().take(self.lit) {
            layer.mesh.forward(field, &mut layer.tape);
            if let Some(transmission) = layer.transmission {
                field.scale(transmission);
            }
            layer.output.clone_from(field);
            for (_, currents) in taps.iter_mut().filter(|(tap, _)| *tap == index) {
                layer.reader.read(&layer.output, currents);
            }
            if index + 1 < self.lit {
                if let Some(passed) = layer.passed {
                    field.scale(passed);
                }
                let (ports, samples) = (field.ports(), field.samples());
                let activation = &layer.activation;
                activation.apply(field.lanes_mut(), ports, samples, &mut noise);
            }
        }
    }

    /// Back from cotangents of readouts to gradients of phases; sizes are checked by the caller.
    pub(super) fn vjp(
        &mut self,
        cotangents: &[(usize, &[f64])],
        gradients: &mut [(usize, &mut [f64])],
    ) {
        let Self {
            layers,
            cotangent,
            scratch,
            unasked,
            ..
        } = self;
        gradients
            .iter_mut()
            .for_each(|(_, gradient)| gradient.fill(0.0));
        let top = cotangents.iter().map(|(layer, _)| *layer).max();
        let lowest = gradients.iter().map(|(layer, _)| *layer).min();
        let (Some(top), Some(lowest)) = (top, lowest) else {
            return;
        };
        if lowest > top {
            return;
        }
        cotangent.resize(layers[top].output.samples());
        for index in (lowest..=top).rev() {
            let layer = &mut layers[index];
            for (_, currents) in cotangents.iter().filter(|(tap, _)| *tap == index) {
                layer.reader.add_vjp(&layer.output, currents, cotangent);
            }
            scratch.clone_from(&layer.output);
            if let Some(transmission) = layer.transmission {
                scratch.scale(1.0 / transmission);
                cotangent.scale(transmission);
            }
            let mut asked = gradients.iter_mut().filter(|(asked, _)| *asked == index);
            let gradient = match asked.next() {
                Some((_, gradient)) => &mut **gradient,
                None => {
                    unasked.resize(layer.mesh.parameters(), 0.0);
                    &mut unasked[..]
                }
            };
            layer.mesh.vjp(&layer.tape, scratch, cotangent, gradient);
            if index > lowest {
                let below = &layers[index - 1];
                scratch.clone_from(&below.output);
                if let Some(passed) = below.passed {
                    scratch.scale(passed);
                }
                below.activation.vjp(scratch.lanes(), cotangent.lanes_mut());
                if let Some(passed) = below.passed {
                    cotangent.scale(passed);
                }
            }
        }
    }
}
