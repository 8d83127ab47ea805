//! The light path of a chip: modulators, meshes, activations.

use crate::component::activation::Activation;
use crate::design::{ChipDesign, Tap};
use crate::field::FieldBatch;
use crate::mesh::propagate::propagate;
use crate::mesh::{MeshHardware, MeshPhases, Program};
use crate::real::Real;
use numerics::Streams;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Optics<T> {
    layers: Vec<Layer<T>>,
    field: FieldBatch<T>,
    /// Field amplitude of a fully open port in sqrt(W).
    full_scale: f64,
    streams: Streams,
}

#[derive(Debug)]
struct Layer<T> {
    mesh: Arc<MeshHardware>,
    program: Program<T>,
    /// Field transmission of the tap, where it takes something.
    passed: Option<f64>,
    activation: Activation,
}

impl<T: Real> Optics<T> {
    /// With the phases of each layer at power-up, `None` where all are 0.
    pub(super) fn new<'a>(
        design: &ChipDesign,
        meshes: Vec<Arc<MeshHardware>>,
        actual_rad: impl Iterator<Item = Option<&'a [f64]>>,
        streams: Streams,
    ) -> Self {
        let mut optics = Self {
            layers: design
                .layers
                .iter()
                .zip(meshes)
                .map(|(layer, mesh)| Layer {
                    mesh,
                    program: Program::default(),
                    passed: match layer.tap {
                        Tap::Coupler(ratio) => Some((1.0 - ratio).sqrt()),
                        Tap::Lossless | Tap::Activation => None,
                    },
                    activation: layer.activation,
                })
                .collect(),
            field: FieldBatch::dark(design.ports(), 0),
            full_scale: design.source.port_power_w(design.ports()).sqrt(),
            streams,
        };
        for (layer, actual_rad) in actual_rad.enumerate() {
            if let Some(actual_rad) = actual_rad {
                optics.program(layer, actual_rad);
            } else {
                let topology = optics.layers[layer].mesh.topology();
                optics.program(layer, &vec![0.0; 2 * topology.mzis() + topology.ports()]);
            }
        }
        optics
    }

    /// Compiles the phases of a layer; the caller has checked layer and length.
    pub(super) fn program(&mut self, layer: usize, phases_rad: &[f64]) {
        let Layer { mesh, program, .. } = &mut self.layers[layer];
        let topology = mesh.topology();
        if let Some(phases) = MeshPhases::split(phases_rad, topology.mzis(), topology.ports()) {
            program.compile(mesh, phases);
        }
    }

    /// Sends the samples of a query through the layers up to `last` and calls `at` with the field at the
    /// mesh output of each.
    pub(super) fn pass(
        &mut self,
        query: u64,
        amplitudes: &[f32],
        last: usize,
        mut at: impl FnMut(usize, &FieldBatch<T>),
    ) {
        self.field.encode(amplitudes, self.full_scale);
        let (ports, samples) = (self.field.ports(), self.field.samples());
        for (index, layer) in self.layers.iter().enumerate().take(last + 1) {
            propagate(layer.mesh.topology(), &layer.program, &mut self.field);
            at(index, &self.field);
            if index < last {
                if let Some(passed) = layer.passed {
                    self.field.scale(passed);
                }
                // A stream per query and layer, so that what is read elsewhere changes no noise.
                let mut noise = self.streams.derive("activation", query, index as u64);
                layer
                    .activation
                    .apply(self.field.lanes_mut(), ports, samples, &mut noise);
            }
        }
    }
}
