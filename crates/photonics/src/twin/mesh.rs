//! A mesh that can be differentiated: light through it, and gradients back.
//!
//! # The reverse pass
//! A linear device takes cotangents back by its adjoint: g_in = U^H g_out. Where nothing is lost that is
//! the inverse, which also takes the fields back, so they need not be kept; a mesh with loss keeps a few
//! cross-sections ([`super::tape`]). At each MZI two real sums over the samples are taken
//! ([`super::reverse`]). All phases' gradients follow from them and from the phases of the light at the
//! outputs, once, in O(MZIs), whatever the number of samples ([`super::gradient`]).

use super::gradient::{Gradient, Sums};
use super::reverse::{ReverseGeneral, reverse_rotations};
use super::tape::{Plan, Tape};
use crate::field::{FieldBatch, LANES, PortLanes};
use crate::mesh::program::Operations;
use crate::mesh::propagate::{SERIAL, propagate};
use crate::mesh::{MeshHardware, MeshPhases, Program};
use crate::real::Real;
use numerics::vectorize;
use rayon::prelude::*;
use std::sync::Arc;

/// Blocks of samples are divided among so many sums at most, whatever the number of threads.
const GROUPS: usize = 16;

/// A mesh as it was made, or as it is believed to be, at given phases.
///
/// # Cotangents
/// For a real loss L the cotangent of a complex amplitude E is g = dL/dRe E + i dL/dIm E, which is
/// 2 dL/dE*. A change dE then changes L by Re(g* dE).
#[derive(Clone, Debug)]
pub struct MeshTwin<T> {
    hardware: Arc<MeshHardware>,
    phases_rad: Vec<f64>,
    program: Program<T>,
    /// Where light is lost: what is kept on the way forth, and the inverse matrices.
    lossy: Option<ReverseGeneral<T>>,
    gradient: Gradient,
    sums: Vec<Sums>,
}

impl<T: Real> MeshTwin<T> {
    /// The mesh with all phases 0.
    pub fn new(hardware: Arc<MeshHardware>) -> Self {
        let topology = hardware.topology();
        let phases_rad = vec![0.0; 2 * topology.mzis() + topology.ports()];
        let plan = Plan::new(&hardware);
        let mut twin = Self {
            program: Program::default(),
            lossy: plan.map(ReverseGeneral::new),
            gradient: Gradient::new(&hardware),
            sums: Vec::new(),
            phases_rad: Vec::new(),
            hardware,
        };
        twin.program(&phases_rad);
        twin
    }

    /// The mesh itself.
    pub fn hardware(&self) -> &Arc<MeshHardware> {
        &self.hardware
    }

    /// Number of phases: 2 MZIs + ports.
    pub fn parameters(&self) -> usize {
        self.phases_rad.len()
    }

    /// The phases [theta | phi | gamma] in rad.
    pub fn phases_rad(&self) -> &[f64] {
        &self.phases_rad
    }

    /// Sets the phases [theta | phi | gamma] in rad that light meets.
    ///
    /// # Panics
    /// When there are not 2 MZIs + ports of them: an error of the caller.
    pub fn program(&mut self, phases_rad: &[f64]) {
        let topology = self.hardware.topology();
        let phases = MeshPhases::split(phases_rad, topology.mzis(), topology.ports());
        let phases = phases.expect("2 MZIs + ports phases");
        self.program.compile(&self.hardware, phases);
        if let (Some(lossy), Operations::General(matrices)) =
            (&mut self.lossy, &self.program.operations)
        {
            lossy.invert(matrices);
        }
        self.phases_rad.clear();
        self.phases_rad.extend_from_slice(phases_rad);
    }

    /// Sends `field` through the mesh, in place: the bits that a chip of this mesh gives.
    ///
    /// # Panics
    /// When the field has another number of ports: an error of the caller.
    pub fn propagate(&self, field: &mut FieldBatch<T>) {
        propagate(self.hardware.topology(), &self.program, field);
    }

    /// The same, and keeps in `tape` what [`Self::vjp`] needs beside the output: nothing where no
    /// light is lost.
    ///
    /// # Panics
    /// As [`Self::propagate`].
    pub fn forward(&self, field: &mut FieldBatch<T>, tape: &mut Tape<T>) {
        let (Some(lossy), Operations::General(matrices)) = (&self.lossy, &self.program.operations)
        else {
            return self.propagate(field);
        };
        let topology = self.hardware.topology();
        assert_eq!(field.ports(), topology.ports());
        let (ports, samples) = (topology.ports(), field.samples());
        let size = lossy.plan().size();
        tape.lanes
            .resize(samples.div_ceil(LANES) * size, PortLanes::DARK);
        let pass = |(index, (block, kept)): (usize, Pair<'_, T>)| {
            let active = samples - index * LANES;
            vectorize(
                #[inline(always)]
                || {
                    let screen = &self.program.screen;
                    let plan = lossy.plan();
                    match active {
                        ..=16 => plan.forward::<T, 16>(topology, matrices, screen, block, kept),
                        17..=32 => plan.forward::<T, 32>(topology, matrices, screen, block, kept),
                        _ => plan.forward::<T, LANES>(topology, matrices, screen, block, kept),
                    }
                },
            );
        };
        let lanes = field.lanes_mut();
        if topology.mzis() * samples < SERIAL {
            let blocks = lanes.chunks_exact_mut(ports);
            let kept = tape.lanes.chunks_exact_mut(size);
            blocks.zip(kept).enumerate().for_each(pass);
        } else {
            let blocks = lanes.par_chunks_exact_mut(ports);
            let kept = tape.lanes.par_chunks_exact_mut(size);
            blocks.zip(kept).enumerate().for_each(pass);
        }
    }

    /// From a cotangent on the output fields to that of the inputs and to the gradient of all phases.
    ///
    /// `tape` and `field` are as [`Self::forward`] left them, at the present phases. Afterwards `field`
    /// holds the input again (to rounding), `cotangent` the cotangent of the input, and `gradient`
    /// dL/d[theta | phi | gamma] per rad, summed over the samples in f64 in an order that does not
    /// depend on the threads.
    ///
    /// # Panics
    /// When a size does not fit: an error of the caller.
    pub fn vjp(
        &mut self,
        tape: &Tape<T>,
        field: &mut FieldBatch<T>,
        cotangent: &mut FieldBatch<T>,
        gradient: &mut [f64],
    ) {
        self.reverse(tape, field, cotangent, gradient, &mut []);
    }

    /// The same, and writes to `couplers` how the loss changes with the coupler errors: dL/d[e1, e2] per
    /// rad of every MZI. It takes no further passes over the samples.
    ///
    /// # Panics
    /// As [`Self::vjp`], and where light is lost or there is not a place per MZI: errors of the caller.
    pub fn vjp_with_couplers(
        &mut self,
        tape: &Tape<T>,
        field: &mut FieldBatch<T>,
        cotangent: &mut FieldBatch<T>,
        gradient: &mut [f64],
        couplers: &mut [[f64; 2]],
    ) {
        assert!(self.lossy.is_none(), "couplers of a lossless mesh");
        let mzis = self.hardware.topology().mzis();
        assert_eq!(couplers.len(), mzis, "one place per MZI");
        self.reverse(tape, field, cotangent, gradient, couplers);
    }

    fn reverse(
        &mut self,
        tape: &Tape<T>,
        field: &mut FieldBatch<T>,
        cotangent: &mut FieldBatch<T>,
        gradient: &mut [f64],
        couplers: &mut [[f64; 2]],
    ) {
        let topology = self.hardware.topology();
        let (ports, samples) = (topology.ports(), field.samples());
        assert_eq!(field.ports(), ports, "ports of the field");
        assert_eq!(cotangent.ports(), ports, "ports of the cotangent");
        assert_eq!(cotangent.samples(), samples, "samples of the cotangent");
        assert_eq!(gradient.len(), self.phases_rad.len(), "one place per phase");
        let blocks = samples.div_ceil(LANES);
        let per_group = blocks.div_ceil(GROUPS).max(1);
        let groups = blocks.div_ceil(per_group);
        self.sums.resize_with(groups, Sums::default);
        let size = self.lossy.as_ref().map_or(0, |lossy| lossy.plan().size());
        assert!(
            tape.lanes.len() >= blocks * size,
            "a tape of this mesh and these samples"
        );
        let program = &self.program;
        let lossy = self.lossy.as_ref();
        let work = |(group, (sums, (field, cotangent))): (usize, Group<'_, T>)| {
            sums.reset(topology);
            let fields = field.chunks_exact_mut(ports);
            let cotangents = cotangent.chunks_exact_mut(ports);
            for (k, (field, cotangent)) in fields.zip(cotangents).enumerate() {
                let block = group * per_group + k;
                let active = samples - block * LANES;
                vectorize(
                    #[inline(always)]
                    || match (&program.operations, lossy) {
                        (Operations::General(matrices), Some(lossy)) => {
                            let kept = &tape.lanes[block * size..(block + 1) * size];
                            let (screen, m) = (&program.screen, matrices);
                            match active {
                                ..=16 => lossy
                                    .block::<16>(topology, m, screen, kept, field, cotangent, sums),
                                17..=32 => lossy
                                    .block::<32>(topology, m, screen, kept, field, cotangent, sums),
                                _ => lossy.block::<LANES>(
                                    topology, m, screen, kept, field, cotangent, sums,
                                ),
                            }
                        }
                        (Operations::Rotations(rotations), _) => {
                            let (screen, r) = (&program.screen, rotations);
                            match active {
                                ..=16 => reverse_rotations::<T, 16>(
                                    topology, r, screen, field, cotangent, sums,
                                ),
                                17..=32 => reverse_rotations::<T, 32>(
                                    topology, r, screen, field, cotangent, sums,
                                ),
                                _ => reverse_rotations::<T, LANES>(
                                    topology, r, screen, field, cotangent, sums,
                                ),
                            }
                        }
                        (Operations::General(_), None) => {}
                    },
                );
            }
        };
        let chunk = per_group * ports;
        let (field, cotangent) = (field.lanes_mut(), cotangent.lanes_mut());
        if topology.mzis() * samples < SERIAL / 4 {
            let fields = field.chunks_mut(chunk).zip(cotangent.chunks_mut(chunk));
            self.sums.iter_mut().zip(fields).enumerate().for_each(work);
        } else {
            let fields = field
                .par_chunks_mut(chunk)
                .zip(cotangent.par_chunks_mut(chunk));
            self.sums
                .par_iter_mut()
                .zip(fields)
                .enumerate()
                .for_each(work);
        }
        let (first, others) = match self.sums.split_first_mut() {
            Some(sums) => sums,
            None => {
                couplers.fill([0.0; 2]);
                return gradient.fill(0.0);
            }
        };
        others.iter().for_each(|sums| first.add(sums));
        self.gradient.finish(
            &self.hardware,
            &self.program.operations,
            &self.phases_rad,
            first,
            gradient,
            couplers,
        );
    }
}

/// The sums, the fields and the cotangents of some blocks of samples.
type Group<'a, T> = (&'a mut Sums, Pair<'a, T>);

/// Fields and their cotangents, or a block and what is kept of it.
type Pair<'a, T> = (&'a mut [PortLanes<T>], &'a mut [PortLanes<T>]);
