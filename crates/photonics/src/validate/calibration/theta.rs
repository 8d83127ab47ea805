//! The order in which internal phases can be measured.

use super::wires::{End, Ways, Wires};
use super::{Setting, State, ThetaMeasurement};

/// The measurements that can be made, in an order in which they can.
pub(super) fn measurements(wires: &Wires) -> Vec<ThetaMeasurement> {
    let mzis = wires.sources.len();
    let mut known = vec![false; mzis];
    let mut order = Vec::new();
    loop {
        let mut found = isolated(wires, &known);
        if found.is_empty() {
            found = on_single_paths(wires, &known);
        }
        if found.is_empty() {
            return order;
        }
        for measurement in found {
            known[measurement.mzi] = true;
            order.push(measurement);
        }
    }
}

/// Those whose light comes and goes by MZIs that are known already.
fn isolated(wires: &Wires, known: &[bool]) -> Vec<ThetaMeasurement> {
    let ways = Ways::new(wires, known);
    let unknown = (0..known.len()).filter(|&mzi| !known[mzi]);
    unknown
        .filter_map(|mzi| {
            let (input, from, mut path) = ways.way_in(mzi)?;
            let (output, to, behind) = ways.way_out(mzi)?;
            let state = State::between(from, to);
            path.push(Setting { mzi, state });
            path.extend(behind);
            Some(ThetaMeasurement {
                mzi,
                input,
                output,
                state,
                path,
                others: State::Bar,
            })
        })
        .collect()
}

/// Those on a path that is the only one between its ends while all known MZIs are in the bar state.
fn on_single_paths(wires: &Wires, known: &[bool]) -> Vec<ThetaMeasurement> {
    let mut taken = known.to_vec();
    let mut found = Vec::new();
    for input in 0..wires.ports {
        let paths = Paths::count(wires, known, input);
        for output in 0..wires.ports {
            let Some(path) = paths.single(output) else {
                continue;
            };
            for &Setting { mzi, state } in &path {
                if !taken[mzi] {
                    taken[mzi] = true;
                    found.push(ThetaMeasurement {
                        mzi,
                        input,
                        output,
                        state,
                        path: path.clone(),
                        others: State::Bar,
                    });
                }
            }
        }
    }
    found
}

/// How many paths lead from one input: 0, 1, or 2 for more.
struct Paths<'a> {
    wires: &'a Wires,
    known: &'a [bool],
    input: usize,
    /// To each arm of each MZI.
    into: Vec<[u8; 2]>,
    /// Out of each arm.
    out: Vec<[u8; 2]>,
}

impl<'a> Paths<'a> {
    fn count(wires: &'a Wires, known: &'a [bool], input: usize) -> Self {
        let mut paths = Self {
            wires,
            known,
            input,
            into: vec![[0; 2]; known.len()],
            out: vec![[0; 2]; known.len()],
        };
        for (mzi, &known) in known.iter().enumerate() {
            let [a, b] = wires.sources[mzi].map(|end| paths.at(end));
            paths.into[mzi] = [a, b];
            paths.out[mzi] = if known { [a, b] } else { [(a + b).min(2); 2] };
        }
        paths
    }

    fn at(&self, end: End) -> u8 {
        match end {
            End::Port(port) => u8::from(port == self.input),
            End::Mzi(mzi, arm) => self.out[mzi][arm],
        }
    }

    /// The MZIs on the path to an output where there is one alone.
    fn single(&self, output: usize) -> Option<Vec<Setting>> {
        let mut end = self.wires.outputs[output];
        if self.at(end) != 1 {
            return None;
        }
        let mut path = Vec::new();
        while let End::Mzi(mzi, to) = end {
            let from = if self.known[mzi] {
                to
            } else {
                self.into[mzi].iter().position(|&paths| paths == 1)?
            };
            path.push(Setting {
                mzi,
                state: State::between(from, to),
            });
            end = self.wires.sources[mzi][from];
        }
        path.reverse();
        Some(path)
    }
}
