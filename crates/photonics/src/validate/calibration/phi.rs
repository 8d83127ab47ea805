//! Which external phases an interferometer of MZIs makes visible.

use super::wires::{Arm, End, Kind, Ways, Wires};
use super::{PhiFinding, PhiMeasurement, Setting, State};
use std::collections::{BTreeMap, VecDeque};

/// What can be said of each phi, in propagation order, where only MZIs with `known` theta can be set.
pub(super) fn findings(wires: &Wires, known: &[bool]) -> Vec<PhiFinding> {
    let ways = Ways::new(wires, known);
    let mut groups = Groups::new(wires.ports);
    let mut visible = vec![false; known.len()];
    let mut findings: Vec<PhiFinding> = Vec::with_capacity(known.len());
    // Three-splitter MZIs that an interferometer shows.
    let mut shown = vec![false; known.len()];
    for (mzi, &[a, b]) in wires.lines.iter().enumerate() {
        let first = groups.join(a, b);
        let measurement = if first {
            None
        } else {
            measurement(wires, &ways, &visible, mzi)
        };
        if let Some(found) = &measurement {
            let passed = found.between.iter().map(|setting| setting.mzi);
            for mzi in passed.chain([found.measurement.splitter, mzi]) {
                shown[mzi] = true;
            }
        }
        let finding = match measurement {
            _ if wires.kinds[mzi] == Kind::ThreeSplitter => match known[mzi] {
                true => PhiFinding::WithTheta { half_turn: false },
                false => PhiFinding::Blocked,
            },
            _ if first => PhiFinding::Reference,
            Some(found) => PhiFinding::Measured(found.measurement),
            None if splits_and_meets(wires, mzi) => PhiFinding::Blocked,
            None => PhiFinding::NoInterferometer,
        };
        visible[mzi] = !matches!(finding, PhiFinding::NoInterferometer | PhiFinding::Blocked);
        findings.push(finding);
    }
    for (finding, shown) in findings.iter_mut().zip(shown) {
        if let PhiFinding::WithTheta { half_turn } = finding {
            *half_turn = shown;
        }
    }
    findings
}

/// A measurement, and what is passed between splitter and MZI.
struct Found {
    measurement: PhiMeasurement,
    between: Vec<Setting>,
}

fn measurement(wires: &Wires, ways: &Ways<'_>, visible: &[bool], mzi: usize) -> Option<Found> {
    if !ways.settable(mzi) {
        return None;
    }
    let (output, out_arm, behind) = ways.way_out(mzi)?;
    let found = meet(
        wires,
        mzi,
        |mzi, arm| ways.settable(mzi) && (arm == 1 || visible[mzi]),
        |splitter| ways.settable(splitter) && ways.way_in(splitter).is_some(),
    )?;
    let (input, in_arm, mut settings) = ways.way_in(found.splitter)?;
    settings.extend(&found.settings);
    settings.extend(behind);
    Some(Found {
        measurement: PhiMeasurement {
            mzi,
            splitter: found.splitter,
            input,
            output,
            arms: [in_arm, out_arm],
            settings,
        },
        between: found.settings,
    })
}

/// Whether the wiring has an MZI from which two separate ways lead to both arms of this one.
fn splits_and_meets(wires: &Wires, mzi: usize) -> bool {
    meet(wires, mzi, |_, _| true, |_| true).is_some()
}

struct Meeting {
    splitter: usize,
    settings: Vec<Setting>,
}

/// The nearest MZI from which two separate ways lead to the two arms of `mzi`: both ways are followed
/// backwards, always the one whose last MZI stands further behind, breadth first. `passes` tells
/// whether an MZI may be passed from an arm. On one of the ways, and not on both, must stand a phase shifter
/// that can be swept: phi of the MZI itself, one on a waveguide, phi of a plain MZI that is passed from its
/// upper arm, or what both arms of a symmetric one have in common. A three-splitter MZI that is where the ways
/// meet needs none.
fn meet(
    wires: &Wires,
    mzi: usize,
    passes: impl Fn(usize, Arm) -> bool,
    splits: impl Fn(usize) -> bool,
) -> Option<Meeting> {
    /// The ends, and whether something on the ways can be swept.
    type Ends = ([End; 2], bool);
    let swept = wires.kinds[mzi] != Kind::Symmetric || wires.shifted[mzi] != [false; 2];
    let start: Ends = (wires.sources[mzi], swept);
    // From where each pair of ends was found, and by which settings.
    let mut found: BTreeMap<Ends, Option<(Ends, Vec<Setting>)>> = BTreeMap::new();
    let mut queue = VecDeque::new();
    found.insert(start, None);
    queue.push_back(start);
    while let Some((ends, swept)) = queue.pop_front() {
        let [End::Mzi(a, to_a), End::Mzi(b, to_b)] = ends else {
            // A way that began at an input does not come from a splitter.
            continue;
        };
        let mut next: Vec<(Ends, Vec<Setting>)> = Vec::new();
        let set = |mzi, from, to| Setting {
            mzi,
            state: State::between(from, to),
        };
        if a == b {
            if swept && splits(a) {
                let mut settings = Vec::new();
                let mut at = (ends, swept);
                while let Some(Some((before, step))) = found.get(&at) {
                    settings.extend(step);
                    at = *before;
                }
                return Some(Meeting {
                    splitter: a,
                    settings,
                });
            }
            if passes(a, 0) && passes(a, 1) {
                // One of its inputs is swept, and the other is not.
                let swept =
                    swept || wires.kinds[a] == Kind::Plain || wires.shifted[a] != [false; 2];
                for from in [to_a, 1 - to_a] {
                    let ends = [wires.sources[a][from], wires.sources[a][1 - from]];
                    next.push(((ends, swept), vec![set(a, from, to_a)]));
                }
            }
        } else {
            let (last, to) = if a > b { (a, to_a) } else { (b, to_b) };
            for from in [to, 1 - to] {
                if passes(last, from) {
                    let source = wires.sources[last][from];
                    let ends = if a > b {
                        [source, ends[1]]
                    } else {
                        [ends[0], source]
                    };
                    let swept = swept
                        || wires.shifted[last][from]
                        || match wires.kinds[last] {
                            Kind::Plain => from == 0,
                            Kind::Symmetric => true,
                            Kind::ThreeSplitter => false,
                        };
                    next.push(((ends, swept), vec![set(last, from, to)]));
                }
            }
        }
        for (next, settings) in next {
            found.entry(next).or_insert_with(|| {
                queue.push_back(next);
                Some(((ends, swept), settings))
            });
        }
    }
    None
}

/// Ports that are joined by the MZIs so far.
struct Groups(Vec<usize>);

impl Groups {
    fn new(ports: usize) -> Self {
        Self((0..ports).collect())
    }

    fn root(&mut self, port: usize) -> usize {
        let mut root = port;
        while self.0[root] != root {
            self.0[root] = self.0[self.0[root]];
            root = self.0[root];
        }
        root
    }

    /// Whether two ports were apart until now.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a] = b;
        a != b
    }
}
