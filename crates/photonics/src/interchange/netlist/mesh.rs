//! From a netlist to a mesh.

use super::component::Component;
use super::resolve::{End, Node, Resolved};
use super::{Netlist, NetlistError, NetlistFault, Place};
use crate::interchange::wires::{Wires, short};
use crate::mesh::{Cell, NamedTopology, Placed, Topology};
use std::collections::VecDeque;
use std::f64::consts::PI;

/// The mesh that a netlist is.
#[derive(Clone, Debug, PartialEq)]
pub struct NetlistMesh {
    /// The wiring: every MZI in the first column that light allows, within a column in the order of their
    /// upper ports. It has the name of the named topology that it is, else `netlist`.
    pub topology: Topology,
    /// Coupler angle errors in rad, [input side, output side] per MZI.
    pub errors_rad: Vec<[f64; 2]>,
    /// [theta | phi | gamma] in rad.
    pub phases_rad: Vec<f64>,
    /// Per cell the index of its instance, of the first of those that it is made of.
    pub instances: Vec<usize>,
}

impl Netlist {
    /// The mesh that it is. Couplers in pairs with phases on their arms are MZIs; phases elsewhere are
    /// moved to where an MZI has them, so what comes out is the same matrix, and the same phases where they
    /// stand so already. Of an odd number of couplers in a row the first is one by itself, as in
    /// three-splitter MZIs; phases that differ in front of it become a phase shifter.
    ///
    /// # Errors
    /// The first thing that is wrong, and its entry.
    pub fn mesh(&self) -> Result<NetlistMesh, NetlistError> {
        let resolved = Resolved::new(self)?;
        let ports = resolved.inputs.len();
        let mut walk = Walk::new(ports);
        walk.by_cells = resolved.nodes.iter().any(|node| node.component.is_cell());
        walk.lone = lone_couplers(&resolved);
        walk.has_lone = walk.lone.iter().any(Option::is_some);
        let order = walk.run(&resolved);
        if order < resolved.nodes.len() {
            return Err(cycle(self, &resolved, &walk.done));
        }
        for (output, &waveguide) in walk.outputs.iter().enumerate() {
            if waveguide != output {
                let input = waveguide;
                return Err(Place::Whole.of(NetlistFault::Permuted { output, input }));
            }
        }
        Ok(walk.finish())
    }
}

/// An MZI or another cell that was met.
struct Met {
    node: usize,
    cell: Cell,
    column: usize,
    pair: [usize; 2],
    core_rad: f64,
    before_rad: [f64; 2],
    errors_rad: [f64; 2],
}

/// A coupler that is not half of an MZI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lone {
    /// In front of an MZI on the same waveguides: 50:50 but for an error, as the couplers of an MZI are.
    BeforeMzi,
    /// By itself: of the angle that it has.
    Single,
}

/// A coupler whose partner is still to come.
#[derive(Clone, Copy)]
struct Half {
    node: usize,
    pair: [usize; 2],
    before_rad: [f64; 2],
    error_rad: f64,
}

/// Light on its way: what is known of every waveguide of the mesh.
struct Walk {
    /// The phase since the last core.
    phase_rad: Vec<f64>,
    /// The first column that is free.
    column: Vec<usize>,
    half: Vec<Option<Half>>,
    mzis: Vec<Met>,
    /// Whether every instance is a cell where it stands.
    by_cells: bool,
    /// Per instance, what kind of single coupler it is, and whether any is one.
    lone: Vec<Option<Lone>>,
    has_lone: bool,
    /// Per external output, the waveguide that it ends.
    outputs: Vec<usize>,
    done: Vec<bool>,
}

impl Walk {
    fn new(ports: usize) -> Self {
        Self {
            phase_rad: vec![0.0; ports],
            column: vec![0; ports],
            half: vec![None; ports],
            mzis: Vec::new(),
            by_cells: false,
            lone: Vec::new(),
            has_lone: false,
            outputs: vec![usize::MAX; ports],
            done: Vec::new(),
        }
    }

    /// Follows the light as far as it gets: the number of instances that it meets.
    fn run(&mut self, resolved: &Resolved) -> usize {
        let nodes = &resolved.nodes;
        self.done = vec![false; nodes.len()];
        let mut arrived: Vec<[Option<usize>; 2]> = vec![[None; 2]; nodes.len()];
        let mut ready = VecDeque::new();
        let mut met = 0;
        let mut arrive =
            |end: Option<End>, waveguide: usize, outputs: &mut [usize], ready: &mut VecDeque<_>| {
                match end {
                    Some(End::Arm(node, arm)) => {
                        arrived[node][arm] = Some(waveguide);
                        let arms = nodes[node].component.arms();
                        if let [Some(a), b] = arrived[node]
                            && (arms == 1 || b.is_some())
                        {
                            ready.push_back((node, [a, b.unwrap_or(a)]));
                        }
                    }
                    Some(End::External(output)) => outputs[output] = waveguide,
                    None => {}
                }
            };
        for (waveguide, &end) in resolved.inputs.iter().enumerate() {
            arrive(Some(end), waveguide, &mut self.outputs, &mut ready);
        }
        while let Some((node, waveguides)) = ready.pop_front() {
            self.done[node] = true;
            met += 1;
            self.pass(resolved, node, waveguides);
            for (to, waveguide) in nodes[node].to.into_iter().zip(waveguides) {
                arrive(to, waveguide, &mut self.outputs, &mut ready);
            }
        }
        met
    }

    fn pass(&mut self, resolved: &Resolved, node: usize, pair: [usize; 2]) {
        let settings = &resolved.nodes[node].settings;
        if self.by_cells {
            self.pass_cell(node, &resolved.nodes[node], pair);
            return;
        }
        match resolved.nodes[node].component {
            // Cells are passed above.
            Component::Symmetric
            | Component::Coupler
            | Component::Crossing
            | Component::Attenuator
            | Component::Loss => {}
            Component::Shifter => self.phase_rad[pair[0]] += settings[0],
            Component::PhaseShifter => self.phase_rad[pair[0]] += PI * settings[0],
            Component::Mzi => {
                let mut before_rad = self.take(pair);
                before_rad[0] += settings[1];
                self.meet_mzi(
                    node,
                    pair,
                    settings[0],
                    before_rad,
                    [settings[2], settings[3]],
                );
            }
            Component::CouplerIdeal if self.lone[node].is_some() => {
                let [upper, lower] = self.take(pair);
                // What is common passes.
                if upper != lower {
                    let on = [pair[0]; 2];
                    let phase_rad = short(upper - lower);
                    self.meet(node, Cell::Shifter, on, phase_rad, [0.0; 2], [0.0; 2]);
                }
                for waveguide in pair {
                    self.phase_rad[waveguide] = short(lower);
                }
                let (cell, error_rad) = match self.lone[node] {
                    Some(Lone::BeforeMzi) => (Cell::EVEN_COUPLER, error_of(settings[0])),
                    Some(Lone::Single) | None => {
                        let angle_rad = libm::asin(settings[0].sqrt());
                        (Cell::Coupler { angle_rad }, 0.0)
                    }
                };
                self.meet(node, cell, pair, 0.0, [0.0; 2], [error_rad, 0.0]);
            }
            Component::CouplerIdeal => {
                let error_rad = error_of(settings[0]);
                match pair.map(|waveguide| self.half[waveguide]) {
                    [Some(a), Some(b)] if a.node == b.node => {
                        // A coupler looks the same from either arm, so the arms are those of the first.
                        let [upper, lower] = self.take(a.pair);
                        self.half[pair[0]] = None;
                        self.half[pair[1]] = None;
                        let errors_rad = [a.error_rad, error_rad];
                        let core_rad = upper - lower;
                        self.meet_mzi(a.node, a.pair, core_rad, a.before_rad, errors_rad);
                        for waveguide in pair {
                            self.phase_rad[waveguide] += lower;
                        }
                    }
                    _ => {
                        let half = Half {
                            node,
                            pair,
                            before_rad: self.take(pair),
                            error_rad,
                        };
                        self.half[pair[0]] = Some(half);
                        self.half[pair[1]] = Some(half);
                    }
                }
            }
        }
    }

    /// A cell as it is; a phase at an external output is that of the port.
    fn pass_cell(&mut self, number: usize, node: &Node, pair: [usize; 2]) {
        let settings = &node.settings;
        let phase = match node.component {
            Component::Shifter => Some(settings[0]),
            Component::PhaseShifter => Some(PI * settings[0]),
            _ => None,
        };
        if let (Some(phase), Some(End::External(_))) = (phase, node.to[0]) {
            self.phase_rad[pair[0]] = phase;
            return;
        }
        let (cell, theta, phi, errors_rad) = match node.component {
            Component::Mzi => (
                Cell::Mzi,
                settings[0],
                settings[1],
                [settings[2], settings[3]],
            ),
            Component::Symmetric => (
                Cell::Symmetric,
                settings[0],
                settings[1],
                [settings[2], settings[3]],
            ),
            Component::Coupler => {
                let angle_rad = settings[0];
                (Cell::Coupler { angle_rad }, 0.0, 0.0, [settings[1], 0.0])
            }
            Component::CouplerIdeal => {
                let angle_rad = libm::asin(settings[0].sqrt());
                (Cell::Coupler { angle_rad }, 0.0, 0.0, [0.0; 2])
            }
            Component::Crossing => (Cell::Crossing, 0.0, 0.0, [0.0; 2]),
            Component::Attenuator => (
                Cell::Attenuator,
                settings[0],
                0.0,
                [settings[1], settings[2]],
            ),
            Component::Loss => {
                let loss_db = settings[0];
                (Cell::Loss { loss_db }, 0.0, 0.0, [0.0; 2])
            }
            Component::Shifter | Component::PhaseShifter => {
                (Cell::Shifter, phase.unwrap_or(0.0), 0.0, [0.0; 2])
            }
        };
        self.meet(number, cell, pair, theta, [phi, 0.0], errors_rad);
    }

    /// The phases in front of a core; behind it there are none yet.
    fn take(&mut self, pair: [usize; 2]) -> [f64; 2] {
        pair.map(|waveguide| std::mem::take(&mut self.phase_rad[waveguide]))
    }

    /// An MZI; beside single couplers phases cannot wait until the end, and are moved at once.
    fn meet_mzi(
        &mut self,
        node: usize,
        pair: [usize; 2],
        core_rad: f64,
        mut before_rad: [f64; 2],
        errors_rad: [f64; 2],
    ) {
        if self.has_lone {
            let [upper, lower] = before_rad;
            before_rad = [upper - lower, 0.0];
            for waveguide in pair {
                self.phase_rad[waveguide] += short(lower);
            }
        }
        self.meet(node, Cell::Mzi, pair, core_rad, before_rad, errors_rad);
    }

    fn meet(
        &mut self,
        node: usize,
        cell: Cell,
        pair: [usize; 2],
        core_rad: f64,
        before_rad: [f64; 2],
        errors_rad: [f64; 2],
    ) {
        let column = self.column[pair[0]].max(self.column[pair[1]]);
        for waveguide in pair {
            self.column[waveguide] = column + 1;
        }
        self.mzis.push(Met {
            node,
            cell,
            column,
            pair,
            core_rad,
            before_rad,
            errors_rad,
        });
    }

    fn finish(mut self) -> NetlistMesh {
        self.mzis
            .sort_by_key(|met| (met.column, met.pair[0].min(met.pair[1])));
        let columns = self.column.iter().copied().max().unwrap_or(0);
        if self.by_cells || self.has_lone {
            return self.finish_cells(columns);
        }
        let mut pairs = vec![Vec::new(); columns];
        for met in &self.mzis {
            pairs[met.column].push((met.pair[0], met.pair[1]));
        }
        let topology = Topology::new("netlist", self.phase_rad.len(), pairs)
            .expect("two MZIs on one waveguide are in different columns");
        let topology = NamedTopology::of(&topology)
            .and_then(|named| named.build(topology.ports()).ok())
            .unwrap_or(topology);
        let wires = Wires {
            core_rad: self.mzis.iter().map(|met| met.core_rad).collect(),
            before_rad: self.mzis.iter().map(|met| met.before_rad).collect(),
            after_rad: self.phase_rad,
        };
        NetlistMesh {
            phases_rad: wires.to_own(&topology),
            errors_rad: self.mzis.iter().map(|met| met.errors_rad).collect(),
            instances: self.mzis.iter().map(|met| met.node).collect(),
            topology,
        }
    }
}

impl Walk {
    /// The mesh of cells where they stand.
    fn finish_cells(self, columns: usize) -> NetlistMesh {
        let mut placed = vec![Vec::new(); columns];
        for met in &self.mzis {
            placed[met.column].push(Placed {
                cell: met.cell,
                ports: met.pair,
            });
        }
        let ports = self.phase_rad.len();
        let found = Topology::of_cells("netlist", ports, placed).expect(
            "cells on one waveguide are in different columns, and settings in their ranges",
        );
        let order: Vec<usize> = (0..found.mzis()).collect();
        let (topology, order) = [NamedTopology::PermutingRectangular, NamedTopology::Svd]
            .into_iter()
            .filter(|name| name.counts(ports).mzis == found.mzis())
            .filter_map(|name| name.build(ports).ok())
            .find_map(|mesh| {
                let early = early(&mesh);
                let same = early
                    .iter()
                    .zip(&self.mzis)
                    .all(|(&(column, _, cell), met)| {
                        let pair = mesh.pairs()[cell];
                        let pair = [pair.upper as usize, pair.lower as usize];
                        (column, pair, mesh.cell(cell)) == (met.column, met.pair, met.cell)
                    });
                let order = early.into_iter().map(|(_, _, cell)| cell).collect();
                same.then_some((mesh, order))
            })
            .unwrap_or((found, order));
        let cells = topology.mzis();
        let mut phases_rad = vec![0.0; 2 * cells];
        let mut errors_rad = vec![[0.0; 2]; cells];
        let mut instances = vec![0; cells];
        for (met, cell) in self.mzis.iter().zip(order) {
            phases_rad[cell] = met.core_rad;
            phases_rad[cells + cell] = met.before_rad[0];
            errors_rad[cell] = met.errors_rad;
            instances[cell] = met.node;
        }
        phases_rad.extend(self.phase_rad);
        NetlistMesh {
            topology,
            errors_rad,
            phases_rad,
            instances,
        }
    }
}

/// The angle error of a coupler that is 50:50 else: coupling = sin^2(pi/4 + e) = (1 + sin 2e) / 2.
fn error_of(coupling: f64) -> f64 {
    0.5 * libm::asin(2.0 * coupling - 1.0)
}

/// Per instance, whether it is a `coupler_ideal` that is left over where those in a row on the same two
/// waveguides, with nothing but phases in between, are taken in pairs from the last one back.
fn lone_couplers(resolved: &Resolved) -> Vec<Option<Lone>> {
    let nodes = &resolved.nodes;
    let is_coupler = |node: &usize| nodes[*node].component == Component::CouplerIdeal;
    // Past phase shifters; as many steps as there are instances, should they be a ring.
    let behind = |mut end: Option<End>| {
        for _ in 0..nodes.len() {
            match end {
                Some(End::Arm(node, _))
                    if matches!(
                        nodes[node].component,
                        Component::Shifter | Component::PhaseShifter
                    ) =>
                {
                    end = nodes[node].to[0];
                }
                Some(End::Arm(node, _)) => return Some(node),
                _ => return None,
            }
        }
        None
    };
    let next: Vec<Option<usize>> = (0..nodes.len())
        .map(|node| {
            let [a, b] = nodes[node].to.map(behind);
            a.filter(|next| is_coupler(&node) && a == b && is_coupler(next))
        })
        .collect();
    let mut first = vec![true; nodes.len()];
    for next in next.iter().flatten() {
        first[*next] = false;
    }
    let mut lone = vec![None; nodes.len()];
    for head in (0..nodes.len()).filter(|node| first[*node] && is_coupler(node)) {
        let row = std::iter::successors(Some(head), |node| next[*node]).count();
        lone[head] = match row {
            1 => Some(Lone::Single),
            row => (row % 2 == 1).then_some(Lone::BeforeMzi),
        };
    }
    lone
}

/// The first column that light allows, the upper port and the number of each cell, in the order of both.
fn early(mesh: &Topology) -> Vec<(usize, usize, usize)> {
    let mut next = vec![0; mesh.ports()];
    let mut all: Vec<_> = mesh
        .placed()
        .enumerate()
        .map(|(cell, placed)| {
            let [upper, lower] = placed.ports;
            let column = next[upper].max(next[lower]);
            (next[upper], next[lower]) = (column + 1, column + 1);
            (column, upper, cell)
        })
        .collect();
    all.sort_unstable();
    all
}

/// Back from an instance that light never met, along arms where it never came from.
fn cycle(netlist: &Netlist, resolved: &Resolved, done: &[bool]) -> NetlistError {
    let mut seen = vec![None; done.len()];
    let mut path = Vec::new();
    let mut node = done.iter().position(|done| !done).unwrap_or_default();
    while seen[node].is_none() {
        seen[node] = Some(path.len());
        path.push(node);
        let before = resolved.nodes[node].from.iter().find_map(|end| match end {
            Some(End::Arm(before, _)) if !done[*before] => Some(*before),
            _ => None,
        });
        node = before.unwrap_or(node);
    }
    let mut around = path.split_off(seen[node].unwrap_or_default());
    around.push(node);
    around.reverse();
    const SHOWN: usize = 8;
    let mut names: Vec<_> = around
        .iter()
        .take(SHOWN)
        .map(|&node| netlist.instances[node].name.as_str())
        .collect();
    if around.len() > SHOWN {
        names.push("..");
    }
    let instance = netlist.instances[node].name.clone();
    Place::Instance(node).of(NetlistFault::Cycle {
        instance,
        path: names.join(" -> "),
    })
}
