//! Which MZI light meets before and after which, arm by arm.

use super::{Setting, State};
use crate::mesh::Topology;

/// The upper (0) or the lower (1) port of an MZI.
pub(super) type Arm = usize;

/// Where a waveguide between MZIs begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// At a port of the mesh.
    Port(usize),
    /// At an arm of an MZI.
    Mzi(usize, Arm),
}

/// The waveguides of a mesh.
pub(super) struct Wires {
    pub(super) ports: usize,
    /// From where light comes to each arm of each MZI.
    pub(super) sources: Vec<[End; 2]>,
    /// Where it goes from there.
    pub(super) sinks: Vec<[End; 2]>,
    /// From where it comes to each output.
    pub(super) outputs: Vec<End>,
}

impl Wires {
    pub(super) fn new(topology: &Topology) -> Self {
        let ports = topology.ports();
        let pairs = || {
            topology
                .pairs()
                .iter()
                .map(|pair| [pair.upper as usize, pair.lower as usize])
        };
        let mzis = topology.mzis();
        let walk = |order: &mut dyn Iterator<Item = (usize, [usize; 2])>| {
            let mut last: Vec<End> = (0..ports).map(End::Port).collect();
            let mut ends = vec![[End::Port(0); 2]; mzis];
            for (mzi, pair) in order {
                for (arm, port) in pair.into_iter().enumerate() {
                    ends[mzi][arm] = last[port];
                    last[port] = End::Mzi(mzi, arm);
                }
            }
            (ends, last)
        };
        let (sources, outputs) = walk(&mut pairs().enumerate());
        let (sinks, _) = walk(&mut pairs().enumerate().rev());
        Self {
            ports,
            sources,
            sinks,
            outputs,
        }
    }
}

/// How light can be led through MZIs that can be set.
pub(super) struct Ways<'a> {
    wires: &'a Wires,
    settable: &'a [bool],
    /// Whether light of one input can be brought to an arm, and from an arm to one output.
    lit: Vec<[bool; 2]>,
    seen: Vec<[bool; 2]>,
}

impl<'a> Ways<'a> {
    /// Where only `settable` MZIs can be put into the cross or bar state.
    pub(super) fn new(wires: &'a Wires, settable: &'a [bool]) -> Self {
        let mzis = settable.len();
        let spread = |ends: &[[End; 2]], order: &mut dyn Iterator<Item = usize>| {
            let mut reached = vec![[false; 2]; mzis];
            for mzi in order {
                reached[mzi] = ends[mzi].map(|end| match end {
                    End::Port(_) => true,
                    End::Mzi(other, _) => settable[other] && reached[other] != [false; 2],
                });
            }
            reached
        };
        Self {
            wires,
            settable,
            lit: spread(&wires.sources, &mut (0..mzis)),
            seen: spread(&wires.sinks, &mut (0..mzis).rev()),
        }
    }

    /// The MZIs that can be set.
    pub(super) fn settable(&self, mzi: usize) -> bool {
        self.settable[mzi]
    }

    /// An input and the settings that bring its light to the MZI and to nothing else; the arm by which it
    /// arrives.
    pub(super) fn way_in(&self, mzi: usize) -> Option<(usize, Arm, Vec<Setting>)> {
        let (port, arm, mut settings) = trace(&self.wires.sources, &self.lit, mzi)?;
        settings.reverse();
        Some((port, arm, settings))
    }

    /// An output and the settings that bring light there from the MZI, and none from elsewhere; the
    /// arm by which it leaves.
    pub(super) fn way_out(&self, mzi: usize) -> Option<(usize, Arm, Vec<Setting>)> {
        trace(&self.wires.sinks, &self.seen, mzi)
    }
}

fn trace(
    ends: &[[End; 2]],
    reached: &[[bool; 2]],
    mzi: usize,
) -> Option<(usize, Arm, Vec<Setting>)> {
    let arm_of = |mzi: usize| reached[mzi].iter().position(|&reached| reached);
    let first = arm_of(mzi)?;
    let mut settings = Vec::new();
    let mut end = ends[mzi][first];
    loop {
        match end {
            End::Port(port) => return Some((port, first, settings)),
            End::Mzi(mzi, from) => {
                let arm = arm_of(mzi)?;
                settings.push(Setting {
                    mzi,
                    state: State::between(from, arm),
                });
                end = ends[mzi][arm];
            }
        }
    }
}
