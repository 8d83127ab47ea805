//! Which MZI light meets before and after which, arm by arm. Here they are counted by themselves, whatever
//! other cells there are.

use super::{OtherCell, Setting, State};
use crate::mesh::Topology;
use crate::mesh::cell::Cell;
use std::f64::consts::FRAC_PI_4;

/// An angle that differs from 50:50 by no more is that.
const EVEN_RAD: f64 = 1e-12;

/// What an MZI is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// With theta inside and phi at its input.
    Plain,
    /// With both inside.
    Symmetric,
    /// Behind a 50:50 coupler.
    ThreeSplitter,
}

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
    /// The number of each MZI among all cells.
    pub(super) cells: Vec<usize>,
    pub(super) kinds: Vec<Kind>,
    /// The inputs of the mesh whose waveguides each MZI joins.
    pub(super) lines: Vec<[usize; 2]>,
    /// Whether phase shifters stand on the waveguide to each arm.
    pub(super) shifted: Vec<[bool; 2]>,
    /// From where light comes to each arm of each MZI.
    pub(super) sources: Vec<[End; 2]>,
    /// Where it goes from there.
    pub(super) sinks: Vec<[End; 2]>,
    /// From where it comes to each output.
    pub(super) outputs: Vec<End>,
}

impl Wires {
    pub(super) fn new(topology: &Topology) -> Result<Self, OtherCell> {
        let ports = topology.ports();
        let mut wires = Self {
            ports,
            cells: Vec::new(),
            kinds: Vec::new(),
            lines: Vec::new(),
            shifted: Vec::new(),
            sources: Vec::new(),
            sinks: Vec::new(),
            outputs: (0..ports).map(End::Port).collect(),
        };
        let mut line: Vec<usize> = (0..ports).collect();
        let mut shifted = vec![false; ports];
        // The coupler that waits for an MZI.
        let mut coupler: Vec<Option<usize>> = vec![None; ports];
        let other = |cell: usize| OtherCell {
            cell,
            kind: topology.cell(cell).name(),
        };
        for (cell, placed) in topology.placed().enumerate() {
            let on = placed.ports;
            let waiting = on.map(|port| coupler[port].take());
            let kind = match (placed.cell, waiting) {
                (Cell::Mzi, [Some(a), Some(b)]) if a == b => Some(Kind::ThreeSplitter),
                (_, [Some(first), _] | [_, Some(first)]) => return Err(other(first)),
                (Cell::Mzi, _) => Some(Kind::Plain),
                (Cell::Symmetric, _) => Some(Kind::Symmetric),
                (Cell::Coupler { angle_rad }, _) => {
                    if (angle_rad - FRAC_PI_4).abs() > EVEN_RAD {
                        return Err(other(cell));
                    }
                    on.into_iter().for_each(|port| coupler[port] = Some(cell));
                    None
                }
                (Cell::Crossing, _) => {
                    wires.outputs.swap(on[0], on[1]);
                    line.swap(on[0], on[1]);
                    shifted.swap(on[0], on[1]);
                    None
                }
                (Cell::Shifter, _) => {
                    shifted[on[0]] = true;
                    None
                }
                (Cell::Loss { .. }, _) => None,
                (Cell::Attenuator, _) => return Err(other(cell)),
            };
            if let Some(kind) = kind {
                wires.join(cell, kind, on, &line, &mut shifted);
            }
        }
        match coupler.into_iter().flatten().min() {
            Some(cell) => Err(other(cell)),
            None => {
                wires.find_sinks();
                Ok(wires)
            }
        }
    }

    fn join(
        &mut self,
        cell: usize,
        kind: Kind,
        on: [usize; 2],
        line: &[usize],
        shifted: &mut [bool],
    ) {
        let mzi = self.cells.len();
        self.cells.push(cell);
        self.kinds.push(kind);
        self.lines.push(on.map(|port| line[port]));
        self.shifted
            .push(on.map(|port| std::mem::take(&mut shifted[port])));
        self.sources.push(on.map(|port| self.outputs[port]));
        for (arm, port) in on.into_iter().enumerate() {
            self.outputs[port] = End::Mzi(mzi, arm);
        }
    }

    /// The other ends of all sources.
    fn find_sinks(&mut self) {
        self.sinks = vec![[End::Port(0); 2]; self.cells.len()];
        for (mzi, sources) in self.sources.iter().enumerate() {
            for (arm, source) in sources.iter().enumerate() {
                if let End::Mzi(before, from) = *source {
                    self.sinks[before][from] = End::Mzi(mzi, arm);
                }
            }
        }
        for (port, output) in self.outputs.iter().enumerate() {
            if let End::Mzi(before, from) = *output {
                self.sinks[before][from] = End::Port(port);
            }
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
