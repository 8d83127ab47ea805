//! From a netlist to a mesh.

use super::component::Component;
use super::resolve::{End, Resolved};
use super::{Netlist, NetlistError, NetlistFault, Place};
use crate::interchange::wires::Wires;
use crate::mesh::{NamedTopology, Topology};
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
}

impl Netlist {
    /// The mesh that it is. Couplers in pairs with phases on their arms are MZIs; phases elsewhere are
    /// moved to where an MZI has them, so what comes out is the same matrix, and the same phases where they
    /// stand so already.
    ///
    /// # Errors
    /// The first thing that is wrong, and its entry.
    pub fn mesh(&self) -> Result<NetlistMesh, NetlistError> {
        let resolved = Resolved::new(self)?;
        let ports = resolved.inputs.len();
        let mut walk = Walk::new(ports);
        let order = walk.run(self, &resolved)?;
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

/// An MZI that was met.
struct Met {
    column: usize,
    pair: [usize; 2],
    core_rad: f64,
    before_rad: [f64; 2],
    errors_rad: [f64; 2],
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
            outputs: vec![usize::MAX; ports],
            done: Vec::new(),
        }
    }

    /// Follows the light as far as it gets: the number of instances that it meets.
    fn run(&mut self, netlist: &Netlist, resolved: &Resolved) -> Result<usize, NetlistError> {
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
            self.pass(netlist, resolved, node, waveguides)?;
            for (to, waveguide) in nodes[node].to.into_iter().zip(waveguides) {
                arrive(to, waveguide, &mut self.outputs, &mut ready);
            }
        }
        // A cycle is said first: behind it light never comes.
        if met == nodes.len()
            && let Some(half) = self.half.iter().flatten().min_by_key(|half| half.node)
        {
            return Err(lone(netlist, half.node));
        }
        Ok(met)
    }

    fn pass(
        &mut self,
        netlist: &Netlist,
        resolved: &Resolved,
        node: usize,
        pair: [usize; 2],
    ) -> Result<(), NetlistError> {
        let settings = &resolved.nodes[node].settings;
        match resolved.nodes[node].component {
            Component::Shifter => self.phase_rad[pair[0]] += settings[0],
            Component::PhaseShifter => self.phase_rad[pair[0]] += PI * settings[0],
            Component::Mzi => {
                self.no_half(netlist, pair)?;
                let mut before_rad = self.take(pair);
                before_rad[0] += settings[1];
                self.meet(pair, settings[0], before_rad, [settings[2], settings[3]]);
            }
            Component::CouplerIdeal => {
                // coupling = sin^2(pi/4 + e) = (1 + sin 2e) / 2
                let error_rad = 0.5 * libm::asin(2.0 * settings[0] - 1.0);
                match pair.map(|waveguide| self.half[waveguide]) {
                    [Some(a), Some(b)] if a.node == b.node => {
                        // A coupler looks the same from either arm, so the arms are those of the first.
                        let [upper, lower] = self.take(a.pair);
                        self.half[pair[0]] = None;
                        self.half[pair[1]] = None;
                        let errors_rad = [a.error_rad, error_rad];
                        self.meet(a.pair, upper - lower, a.before_rad, errors_rad);
                        for waveguide in pair {
                            self.phase_rad[waveguide] += lower;
                        }
                    }
                    _ => {
                        self.no_half(netlist, pair)?;
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
        Ok(())
    }

    /// The phases in front of a core; behind it there are none yet.
    fn take(&mut self, pair: [usize; 2]) -> [f64; 2] {
        pair.map(|waveguide| std::mem::take(&mut self.phase_rad[waveguide]))
    }

    fn no_half(&self, netlist: &Netlist, pair: [usize; 2]) -> Result<(), NetlistError> {
        match pair.iter().find_map(|&waveguide| self.half[waveguide]) {
            Some(half) => Err(lone(netlist, half.node)),
            None => Ok(()),
        }
    }

    fn meet(
        &mut self,
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
            column,
            pair,
            core_rad,
            before_rad,
            errors_rad,
        });
    }

    fn finish(mut self) -> NetlistMesh {
        self.mzis.sort_by_key(|met| (met.column, met.pair[0]));
        let columns = self.column.iter().copied().max().unwrap_or(0);
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
            topology,
        }
    }
}

fn lone(netlist: &Netlist, node: usize) -> NetlistError {
    let instance = netlist.instances[node].name.clone();
    Place::Instance(node).of(NetlistFault::LoneCoupler { instance })
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
