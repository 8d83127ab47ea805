//! What a mesh with loss keeps of the light on its way, for the way back.
//!
//! Fields can be taken back through an MZI by the inverse of its matrix. Loss that both arms share does
//! no harm to that: error and field grow alike. Where the arms differ, rounding is enhanced by at most
//! the ratio of the largest to the smallest transmission. So the whole cross-section is kept whenever
//! that could have added up to [`GROWTH`], and the inputs of the MZIs of which one arm is (nearly) dark
//! are kept as they are.

use crate::component::mzi::ArmTransmission;
use crate::field::PortLanes;
use crate::mesh::general::Matrices;
use crate::mesh::propagate::{apply_screen, mix};
use crate::mesh::{MeshHardware, Topology};
use crate::real::Real;

/// By how much rounding may be enhanced between two cross-sections that are kept.
const GROWTH: f64 = 8.0;

/// An MZI with a larger ratio of transmissions is not inverted.
const RATIO: f64 = 2.0;

/// One with a smaller transmission neither.
const WEAKEST: f64 = 1e-3;

/// Fields that [`super::MeshTwin::forward`] keeps for [`super::MeshTwin::vjp`]; memory that is used
/// again.
#[derive(Clone, Debug, Default)]
pub struct Tape<T> {
    /// Block by block of samples.
    pub(super) lanes: Vec<PortLanes<T>>,
}

/// What is kept before a run of MZIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    Nothing,
    /// All ports.
    Section,
    /// The ports of its MZIs.
    Inputs,
}

/// What is kept where, in the order of computation; behind the last MZI always all ports.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    keep: Vec<Keep>,
    size: usize,
}

impl Plan {
    /// `None` where nothing is lost.
    pub(super) fn new(hardware: &MeshHardware) -> Option<Self> {
        let arms = &hardware.losses()?.arms;
        let topology = hardware.topology();
        let mut order: Vec<_> = topology.schedule().runs().to_vec();
        order.sort_by_key(|run| run.place);
        let mut growth = vec![1.0_f64; topology.ports()];
        let mut size = topology.ports();
        let keep = order.iter().map(|run| {
            if !arms[run.mzis()].iter().all(is_invertible) {
                for pair in &topology.pairs()[run.mzis()] {
                    growth[pair.upper as usize] = 1.0;
                    growth[pair.lower as usize] = 1.0;
                }
                size += 2 * run.len;
                return Keep::Inputs;
            }
            let mut largest = 1.0_f64;
            for mzi in run.mzis() {
                let pair = topology.pairs()[mzi];
                let (upper, lower) = (pair.upper as usize, pair.lower as usize);
                let both = growth[upper].max(growth[lower]) * ratio(&arms[mzi]);
                (growth[upper], growth[lower]) = (both, both);
                largest = largest.max(both);
            }
            if largest <= GROWTH {
                return Keep::Nothing;
            }
            growth.fill(1.0);
            for mzi in run.mzis() {
                let pair = topology.pairs()[mzi];
                growth[pair.upper as usize] = ratio(&arms[mzi]);
                growth[pair.lower as usize] = ratio(&arms[mzi]);
            }
            size += topology.ports();
            Keep::Section
        });
        let keep = keep.collect();
        Some(Self { keep, size })
    }

    /// Ports that are kept of one block.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn keep(&self) -> &[Keep] {
        &self.keep
    }

    /// Sends the first `ACTIVE` lanes of a block through the mesh: the operations of
    /// [`crate::mesh::propagate`] and their order.
    #[inline(always)]
    pub(super) fn forward<T: Real, const ACTIVE: usize>(
        &self,
        topology: &Topology,
        operations: &[Matrices<T>],
        screen: &[[T; 2]],
        block: &mut [PortLanes<T>],
        kept: &mut [PortLanes<T>],
    ) {
        let mut free = kept.iter_mut();
        let runs = topology.schedule().pairs_of_runs();
        for ((pairs, Matrices(matrices)), keep) in runs.zip(operations).zip(&self.keep) {
            if *keep == Keep::Section {
                block.iter().zip(&mut free).for_each(|(x, to)| *to = *x);
            }
            for (i, pair) in pairs.iter().enumerate() {
                let ports = [pair.upper as usize, pair.lower as usize];
                if let Ok([x, y]) = block.get_disjoint_mut(ports) {
                    if *keep == Keep::Inputs {
                        [&*x, &*y]
                            .iter()
                            .zip(&mut free)
                            .for_each(|(x, to)| *to = **x);
                    }
                    mix::<T, ACTIVE>(&std::array::from_fn(|k| matrices[k][i]), x, y);
                }
            }
        }
        block.iter().zip(&mut free).for_each(|(x, to)| *to = *x);
        apply_screen(screen, block);
    }
}

/// The largest over the smallest transmission is at most this.
fn ratio(arms: &ArmTransmission) -> f64 {
    let unequal = |a: f64, b: f64| a.max(b) / a.min(b);
    unequal(arms.inner_upper, arms.inner_lower) * unequal(arms.outer_upper, arms.outer_lower)
}

fn is_invertible(arms: &ArmTransmission) -> bool {
    let weakest = arms.inner_upper.min(arms.inner_lower) * arms.outer_upper.min(arms.outer_lower);
    weakest >= WEAKEST && ratio(arms) <= RATIO
}
