//! A mesh compiled for propagation: a flat list of 2x2 operations.
//!
//! A lossless mesh becomes a phase and a real rotation per MZI (`rotation.rs`), without coupler errors
//! by a shorter way (`straight.rs`); a lossy one a complex matrix per MZI (`general.rs`), and so does one of
//! other cells (`mixed.rs`).

use super::general::{GeneralTerms, Matrices};
use super::hardware::{CouplerTerms, Form, MeshHardware};
use super::mixed::{self, MixedTerm};
use super::phases::MeshPhases;
use super::rotation::{Parts, PushedUnits, Rotations};
use super::schedule::Run;
use super::straight::{PushedAngles, Straight};
use super::topology::Topology;
use crate::real::Real;
use num_complex::Complex64;
use numerics::vectorize;
use rayon::prelude::*;

/// Runs whose parts are computed together: they stay in the first-level cache.
const BAND: usize = 16;

/// Runs whose parts are computed together by all threads: they stay in the second-level cache.
const PARALLEL_BAND: usize = 64 * BAND;

/// MZIs from which on all threads compile.
const PARALLEL: usize = 1 << 14;

/// A compiled mesh in the precision `T`.
#[derive(Clone, Debug, Default)]
pub struct Program<T> {
    pub(crate) operations: Operations<T>,
    /// Output screen per port, with what was pushed out of the mesh and what is lost there.
    pub(crate) screen: Vec<[T; 2]>,
    scratch: Scratch<T>,
}

/// The 2x2 operations, one block per run of MZIs, in the order of computation.
#[derive(Clone, Debug)]
pub(crate) enum Operations<T> {
    Rotations(Vec<Rotations<T>>),
    General(Vec<Matrices<T>>),
}

impl<T> Default for Operations<T> {
    fn default() -> Self {
        Self::Rotations(Vec::new())
    }
}

/// What compilation uses again and again.
#[derive(Clone, Debug, Default)]
struct Scratch<T> {
    angles: PushedAngles,
    straight: Vec<Straight<T>>,
    units: PushedUnits<T>,
    parts: Vec<Parts<T>>,
    matrices: Vec<Matrices<T>>,
    waiting: Vec<[f64; 2]>,
}

impl<T: Real> Program<T> {
    /// Compiles `hardware` at `phases`.
    pub fn new(hardware: &MeshHardware, phases: MeshPhases<'_>) -> Self {
        let mut program = Self::default();
        program.compile(hardware, phases);
        program
    }

    /// Compiles anew and keeps the memory.
    ///
    /// # Panics
    /// When `phases` does not belong to a mesh of this size: an error of the caller, not of a user.
    pub fn compile(&mut self, hardware: &MeshHardware, phases: MeshPhases<'_>) {
        let topology = hardware.topology();
        assert_eq!(phases.theta_rad.len(), topology.mzis());
        assert_eq!(phases.phi_rad.len(), topology.mzis());
        assert_eq!(phases.gamma_rad.len(), topology.ports());
        self.screen.resize(topology.ports(), [T::ZERO; 2]);
        match &hardware.form {
            Form::Lossless(None) => self.compile_straight(topology, phases),
            Form::Lossless(Some(terms)) => self.compile_rotations(topology, terms, phases),
            Form::Lossy(terms) => self.compile_general(topology, terms, phases),
            Form::Mixed(terms) => self.compile_mixed(topology, terms, phases),
        }
        if let Some(losses) = hardware.losses() {
            for (screen, &t) in self.screen.iter_mut().zip(&losses.output) {
                let t = T::from_f64(t);
                *screen = screen.map(|x| t * x);
            }
        }
    }

    fn compile_straight(&mut self, topology: &Topology, phases: MeshPhases<'_>) {
        let mut operations = match std::mem::take(&mut self.operations) {
            Operations::Rotations(operations) => operations,
            Operations::General(_) => Vec::new(),
        };
        operations.resize_with(topology.schedule().runs().len(), Rotations::default);
        let Scratch {
            angles, straight, ..
        } = &mut self.scratch;
        angles.reset(topology.ports());
        in_bands(
            topology,
            straight,
            #[inline(always)]
            |straight, run| straight.enter(phases, run, topology.pairs(), angles),
            #[inline(always)]
            |straight, _| straight.rotate(),
            #[inline(always)]
            |straight, run| straight.store(run, &mut operations),
        );
        self.operations = Operations::Rotations(operations);
        set_screen(
            &mut self.screen,
            phases,
            #[inline(always)]
            |port, gamma| {
                let (s, c) = angles.sin_cos(port, gamma);
                [c, s]
            },
        );
    }

    fn compile_rotations(
        &mut self,
        topology: &Topology,
        terms: &CouplerTerms,
        phases: MeshPhases<'_>,
    ) {
        let mut operations = match std::mem::take(&mut self.operations) {
            Operations::Rotations(operations) => operations,
            Operations::General(_) => Vec::new(),
        };
        operations.resize_with(topology.schedule().runs().len(), Rotations::default);
        let Scratch { units, parts, .. } = &mut self.scratch;
        units.reset(topology.ports());
        in_bands(
            topology,
            parts,
            #[inline(always)]
            |_, _| {},
            #[inline(always)]
            |parts, run| parts.compute(terms, phases, run.mzis()),
            #[inline(always)]
            |parts, run| parts.push(run, topology.pairs(), units, &mut operations),
        );
        self.operations = Operations::Rotations(operations);
        set_screen(
            &mut self.screen,
            phases,
            #[inline(always)]
            |port, gamma| units.at(port, gamma),
        );
    }

    fn compile_general(
        &mut self,
        topology: &Topology,
        terms: &GeneralTerms,
        phases: MeshPhases<'_>,
    ) {
        let mut operations = match std::mem::take(&mut self.operations) {
            Operations::General(operations) => operations,
            Operations::Rotations(_) => Vec::new(),
        };
        operations.resize_with(topology.schedule().runs().len(), Matrices::default);
        in_bands(
            topology,
            &mut self.scratch.matrices,
            #[inline(always)]
            |_, _| {},
            #[inline(always)]
            |matrices, run| matrices.compute(terms, phases, run.mzis()),
            #[inline(always)]
            |matrices, run| matrices.store(run, &mut operations),
        );
        self.operations = Operations::General(operations);
        set_screen(
            &mut self.screen,
            phases,
            #[inline(always)]
            |_, gamma| {
                let (s, c) = T::sin_cos(gamma);
                [c, s]
            },
        );
    }

    fn compile_mixed(&mut self, topology: &Topology, terms: &[MixedTerm], phases: MeshPhases<'_>) {
        let mut operations = match std::mem::take(&mut self.operations) {
            Operations::General(operations) => operations,
            Operations::Rotations(_) => Vec::new(),
        };
        operations.resize_with(topology.schedule().runs().len(), Matrices::default);
        let waiting = &mut self.scratch.waiting;
        mixed::compile(topology, terms, phases, waiting, &mut operations);
        self.operations = Operations::General(operations);
        set_screen(
            &mut self.screen,
            phases,
            #[inline(always)]
            |port, gamma| mixed::times(mixed::turn(gamma), waiting[port]).map(T::from_f64),
        );
    }

    /// Fused operations that the propagation of one sample through one MZI takes.
    pub fn operations_per_mzi(&self) -> usize {
        match self.operations {
            Operations::Rotations(_) => 12,
            Operations::General(_) => 16,
        }
    }

    /// The screen at the output, as complex numbers: of modulus 1 where nothing is lost, less elsewhere.
    pub fn screen(&self) -> Vec<Complex64> {
        self.screen
            .iter()
            .map(|[re, im]| Complex64::new(re.to_f64(), im.to_f64()))
            .collect()
    }
}

/// Fills the output screen with numbers of modulus 1 from ports and their phases gamma.
fn set_screen<T>(screen: &mut [[T; 2]], phases: MeshPhases<'_>, at: impl Fn(usize, f64) -> [T; 2]) {
    vectorize(
        #[inline(always)]
        || {
            for (port, (screen, &gamma)) in screen.iter_mut().zip(phases.gamma_rad).enumerate() {
                *screen = at(port, gamma);
            }
        },
    );
}

/// Goes through the runs of a mesh, band by band: `first` and `last` one after another in propagation
/// order, `compute` between them, on all threads where there is much of it.
fn in_bands<P: Default + Send>(
    topology: &Topology,
    parts: &mut Vec<P>,
    mut first: impl FnMut(&mut P, &Run),
    compute: impl Fn(&mut P, &Run) + Sync,
    mut last: impl FnMut(&P, &Run),
) {
    let runs = topology.schedule().runs();
    let parallel = topology.mzis() >= PARALLEL && rayon::current_num_threads() > 1;
    let band = if parallel { PARALLEL_BAND } else { BAND };
    parts.resize_with(band.min(runs.len()), P::default);
    let compute = |(parts, runs): (&mut [P], &[Run])| {
        vectorize(
            #[inline(always)]
            || {
                for (parts, run) in parts.iter_mut().zip(runs) {
                    compute(parts, run);
                }
            },
        );
    };
    for runs in runs.chunks(band) {
        vectorize(
            #[inline(always)]
            || {
                for (parts, run) in parts.iter_mut().zip(runs) {
                    first(parts, run);
                }
            },
        );
        if parallel {
            parts
                .par_chunks_mut(BAND)
                .zip(runs.par_chunks(BAND))
                .for_each(compute);
        } else {
            compute((parts, runs));
        }
        vectorize(
            #[inline(always)]
            || {
                for (parts, run) in parts.iter().zip(runs) {
                    last(parts, run);
                }
            },
        );
    }
}
