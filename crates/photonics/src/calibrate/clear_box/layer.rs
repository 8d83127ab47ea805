//! The least squares of one layer.

use crate::field::FieldBatch;
use crate::mesh::{MeshHardware, Topology};
use crate::twin::{MeshTwin, Reader, Tape};
use numerics::math::{exp, sin_cos};
use rayon::prelude::*;
use std::sync::Arc;

/// Programmings are divided among so many sums at most, whatever the number of threads.
const GROUPS: usize = 16;

/// One programming: the light in front of the mesh, and what was measured behind it.
pub(super) struct Record<'a> {
    pub(super) input: &'a FieldBatch<f64>,
    /// Asked for.
    pub(super) phases_rad: &'a [f64],
    /// Samples x readouts.
    pub(super) currents_a: &'a [f32],
}

/// What a place in the space of unknowns means.
pub(super) struct Estimate {
    pub(super) errors_rad: Vec<[f64; 2]>,
    /// Offsets of [theta | phi].
    pub(super) phases_rad: Vec<f64>,
    /// Of the phases in front of the mesh; empty where they are not fitted.
    pub(super) screen_rad: Vec<f64>,
    /// Currents over those of a model without loss.
    pub(super) gain: f64,
}

/// The objective sum (gain m - I)^2 / sum I^2, m the currents of the model and I those measured, as a
/// function of the unknowns [e1, e2 by MZI | theta | phi offsets | phases in front | gain].
pub(super) struct LayerFit<'a> {
    topology: Arc<Topology>,
    reader: Reader,
    records: Vec<Record<'a>>,
    /// Whether phases in front of the mesh are unknown.
    screened: bool,
    /// sum I^2
    square: f64,
    /// The gain at which model and measurement are equally bright, without anything known.
    gain: f64,
    /// A step of the last unknown is this change of the gain, relative: all paths feel it, while a phase is
    /// felt on some.
    gain_step: f64,
}

impl<'a> LayerFit<'a> {
    /// `None` where no current was measured.
    pub(super) fn new(
        topology: Arc<Topology>,
        reader: Reader,
        records: Vec<Record<'a>>,
        screened: bool,
    ) -> Option<Self> {
        let square: f64 = records
            .iter()
            .map(|record| squares(record.currents_a))
            .sum();
        let gain_step = 1.0 / (topology.ports() as f64).sqrt();
        let mut fit = Self {
            topology,
            reader,
            records,
            screened,
            square,
            gain: 1.0,
            gain_step,
        };
        let model = fit.brightness();
        (square > 0.0 && model > 0.0).then(|| {
            fit.gain = (square / model).sqrt();
            fit
        })
    }

    /// The sum of the squares of the model's currents for the design.
    fn brightness(&self) -> f64 {
        let mut mesh = MeshTwin::new(Arc::new(MeshHardware::ideal(self.topology.clone())));
        let mut sum = 0.0;
        for record in &self.records {
            let mut field = record.input.clone();
            mesh.program(record.phases_rad);
            mesh.propagate(&mut field);
            let mut currents = vec![0.0; record.currents_a.len()];
            self.reader.read(&field, &mut currents);
            sum += currents.iter().map(|x| x * x).sum::<f64>();
        }
        sum
    }

    fn unknowns(&self) -> usize {
        let screen = if self.screened {
            self.topology.ports()
        } else {
            0
        };
        4 * self.topology.mzis() + screen + 1
    }

    /// The design.
    pub(super) fn start(&self) -> Vec<f64> {
        vec![0.0; self.unknowns()]
    }

    pub(super) fn estimate(&self, x: &[f64]) -> Estimate {
        let mzis = self.topology.mzis();
        let (errors, rest) = x.split_at(2 * mzis);
        let (phases, rest) = rest.split_at(2 * mzis);
        let (gain, screen) = rest.split_last().unwrap_or((&0.0, &[]));
        Estimate {
            errors_rad: errors.as_chunks().0.to_vec(),
            phases_rad: phases.to_vec(),
            screen_rad: screen.to_vec(),
            gain: self.gain * exp(self.gain_step * gain),
        }
    }

    /// The objective, and its gradient by all unknowns.
    pub(super) fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let estimate = self.estimate(x);
        let hardware = MeshHardware::new(self.topology.clone(), estimate.errors_rad.clone(), None);
        let mesh = MeshTwin::new(Arc::new(hardware));
        let per_group = self.records.len().div_ceil(GROUPS).max(1);
        let groups: Vec<_> = self
            .records
            .par_chunks(per_group)
            .map(|records| self.group(records, mesh.clone(), &estimate))
            .collect();
        gradient.fill(0.0);
        let mut value = 0.0;
        for (part, slopes) in groups {
            value += part;
            gradient.iter_mut().zip(slopes).for_each(|(g, x)| *g += x);
        }
        value
    }

    /// The share of some programmings.
    fn group(
        &self,
        records: &[Record<'_>],
        mut mesh: MeshTwin<f64>,
        estimate: &Estimate,
    ) -> (f64, Vec<f64>) {
        let (mzis, ports) = (self.topology.mzis(), self.topology.ports());
        let mut value = 0.0;
        let mut gradient = vec![0.0; self.unknowns()];
        let mut phases = vec![0.0; 2 * mzis + ports];
        let mut slopes = vec![0.0; phases.len()];
        let mut couplers = vec![[0.0; 2]; mzis];
        let mut tape = Tape::default();
        let mut cotangent = FieldBatch::dark(ports, 0);
        let mut currents = Vec::new();
        for record in records {
            phases.copy_from_slice(record.phases_rad);
            let offsets = phases.iter_mut().zip(&estimate.phases_rad);
            offsets.for_each(|(phase, offset)| *phase += offset);
            mesh.program(&phases);
            let mut field = record.input.clone();
            turn(&mut field, &estimate.screen_rad);
            mesh.forward(&mut field, &mut tape);
            currents.resize(record.currents_a.len(), 0.0);
            self.reader.read(&field, &mut currents);
            let mut by_gain = 0.0;
            for (current, &measured) in currents.iter_mut().zip(record.currents_a) {
                let model = estimate.gain * *current;
                let difference = model - f64::from(measured);
                value += difference * difference / self.square;
                by_gain += 2.0 * difference * model / self.square;
                *current = 2.0 * estimate.gain * difference / self.square;
            }
            cotangent.resize(field.samples());
            self.reader.add_vjp(&field, &currents, &mut cotangent);
            mesh.vjp_with_couplers(
                &tape,
                &mut field,
                &mut cotangent,
                &mut slopes,
                &mut couplers,
            );
            let (errors, rest) = gradient.split_at_mut(2 * mzis);
            let (offsets, rest) = rest.split_at_mut(2 * mzis);
            add(errors, couplers.as_flattened());
            add(offsets, &slopes[..2 * mzis]);
            if let Some((gain, screen)) = rest.split_last_mut() {
                *gain += self.gain_step * by_gain;
                for (port, slope) in screen.iter_mut().enumerate() {
                    *slope -= overlap(&field, &cotangent, port);
                }
            }
        }
        (value, gradient)
    }
}

/// Turns the phases of the light on each port; by nothing where there is no screen.
pub(super) fn turn(field: &mut FieldBatch<f64>, screen_rad: &[f64]) {
    if screen_rad.is_empty() {
        return;
    }
    let turns: Vec<_> = screen_rad.iter().map(|&x| sin_cos(x)).collect();
    let blocks = field.lanes_mut().chunks_exact_mut(turns.len());
    for (lanes, &(s, c)) in blocks.flat_map(|block| block.iter_mut().zip(&turns)) {
        for (re, im) in lanes.re.iter_mut().zip(&mut lanes.im) {
            (*re, *im) = (*re * c - *im * s, *re * s + *im * c);
        }
    }
}

/// Im sum g* f at a port: minus what a phase there changes.
fn overlap(field: &FieldBatch<f64>, cotangent: &FieldBatch<f64>, port: usize) -> f64 {
    let ports = field.ports();
    let blocks = field.lanes().chunks_exact(ports);
    let blocks = blocks.zip(cotangent.lanes().chunks_exact(ports));
    let mut sum = 0.0;
    for (f, g) in blocks.map(|(f, g)| (&f[port], &g[port])) {
        for i in 0..f.re.len() {
            sum += g.re[i] * f.im[i] - g.im[i] * f.re[i];
        }
    }
    sum
}

fn squares(currents: &[f32]) -> f64 {
    currents.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}

fn add(to: &mut [f64], x: &[f64]) {
    to.iter_mut().zip(x).for_each(|(to, x)| *to += x);
}
