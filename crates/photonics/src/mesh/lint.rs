//! What is odd about a wiring that is valid.

use super::cell::Cell;
use super::topology::Topology;
use std::fmt;

/// Something that a designer may not have meant. Nothing of it keeps a mesh from being emulated.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// A column without a cell: length and loss for nothing.
    EmptyColumn {
        /// The column, 0-based.
        column: usize,
    },
    /// A port that no cell joins to another.
    NeverJoined {
        /// The port, 0-based.
        port: usize,
    },
    /// Two MZIs one after the other on the same two ports: one can do what both do.
    Repeated {
        /// The number of the second.
        mzi: usize,
        /// The number of the first.
        before: usize,
    },
    /// Two other cells of one kind one after the other on the same ports.
    RepeatedCell {
        /// Their kind.
        kind: &'static str,
        /// The number of the second.
        cell: usize,
        /// The number of the first.
        before: usize,
    },
    /// Outputs that light of an input never reaches. Not stated of a port that is never joined.
    Unreachable {
        /// The input, 0-based.
        input: usize,
        /// The first of them, 0-based.
        first: usize,
        /// How many.
        outputs: usize,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyColumn { column } => write!(f, "column {column} has no MZI"),
            Self::NeverJoined { port } => write!(f, "port {port} is joined to no other"),
            Self::Repeated { mzi, before } => {
                write!(f, "MZI {mzi} follows MZI {before} on the same two ports")
            }
            Self::RepeatedCell { kind, cell, before } => write!(
                f,
                "{kind} {cell} follows {kind} {before} on the same ports: one can do what both do"
            ),
            Self::Unreachable {
                input,
                first,
                outputs: 1,
            } => write!(f, "light of input {input} never reaches output {first}"),
            Self::Unreachable {
                input,
                first,
                outputs,
            } => write!(
                f,
                "light of input {input} never reaches {outputs} of the outputs, output {first} the \
                 first of them"
            ),
        }
    }
}

impl Topology {
    /// What is odd about the wiring: columns, then ports, then MZIs, then inputs, each in order of their
    /// numbers. Empty for the universal meshes.
    pub fn lint(&self) -> Vec<Finding> {
        let ports = self.ports();
        let mut findings: Vec<_> = (0..self.columns())
            .filter(|&column| self.column(column).is_empty())
            .map(|column| Finding::EmptyColumn { column })
            .collect();
        let mut last = vec![None; ports];
        let mut repeated = Vec::new();
        let mut joined = vec![false; ports];
        for (mzi, pair) in self.pairs().iter().enumerate() {
            let on = [pair.upper, pair.lower].map(|port| port as usize);
            let [a, b] = on.map(|port| last[port]);
            for port in on {
                last[port] = Some(mzi);
                joined[port] |= !pair.is_one_port();
            }
            let Some(before) = a.filter(|_| a == b) else {
                continue;
            };
            let (first, second) = (self.cell(before), self.cell(mzi));
            match second {
                Cell::Mzi if first == Cell::Mzi => repeated.push(Finding::Repeated { mzi, before }),
                _ if first.name() == second.name() => repeated.push(Finding::RepeatedCell {
                    kind: second.name(),
                    cell: mzi,
                    before,
                }),
                _ => {}
            }
        }
        // The only port of a mesh has no other.
        let lonely = |port: &usize| ports > 1 && !joined[*port];
        findings.extend(
            (0..ports)
                .filter(lonely)
                .map(|port| Finding::NeverJoined { port }),
        );
        findings.append(&mut repeated);
        let reach = self.reach();
        for input in (0..ports).filter(|port| !lonely(port)) {
            let mut missing = (0..ports).filter(|&output| !reach.leads(input, output));
            if let Some(first) = missing.next() {
                let outputs = 1 + missing.count();
                findings.push(Finding::Unreachable {
                    input,
                    first,
                    outputs,
                });
            }
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::NamedTopology;

    fn lint(ports: usize, columns: &[&[(usize, usize)]]) -> Vec<Finding> {
        let columns = columns.iter().map(|column| column.to_vec());
        Topology::new("test", ports, columns).unwrap().lint()
    }

    #[test]
    fn sound_meshes_have_no_findings() {
        for ports in 1..20 {
            for name in [NamedTopology::Rectangular, NamedTopology::Triangular] {
                assert_eq!(name.build(ports).unwrap().lint(), []);
            }
        }
        assert_eq!(NamedTopology::Butterfly.build(16).unwrap().lint(), []);
    }

    #[test]
    fn each_rule_has_its_finding() {
        assert_eq!(
            lint(2, &[&[], &[(0, 1)]]),
            [Finding::EmptyColumn { column: 0 }]
        );
        let unreachable = |input, first, outputs| Finding::Unreachable {
            input,
            first,
            outputs,
        };
        assert_eq!(
            lint(3, &[&[(0, 2)]]),
            [
                Finding::NeverJoined { port: 1 },
                unreachable(0, 1, 1),
                unreachable(2, 1, 1),
            ]
        );
        // Named from the other side it is the same two ports; with another MZI between it is not.
        assert_eq!(
            lint(2, &[&[(0, 1)], &[(1, 0)]]),
            [Finding::Repeated { mzi: 1, before: 0 }]
        );
        assert_eq!(lint(3, &[&[(0, 1)], &[(1, 2)], &[(0, 1)]]), []);
        // Two meshes side by side.
        assert_eq!(
            lint(4, &[&[(0, 1)], &[(2, 3)]]),
            [
                unreachable(0, 2, 2),
                unreachable(1, 2, 2),
                unreachable(2, 0, 2),
                unreachable(3, 0, 2),
            ]
        );
        // Port 0 has met its last MZI before the light of 2 comes up.
        assert_eq!(lint(3, &[&[(0, 1)], &[(1, 2)]]), [unreachable(2, 0, 1)]);
    }

    #[test]
    fn findings_say_where() {
        let lines: Vec<_> = lint(4, &[&[(0, 1)], &[(0, 1)], &[], &[(1, 2)]])
            .iter()
            .map(Finding::to_string)
            .collect();
        assert_eq!(
            lines,
            [
                "column 2 has no MZI",
                "port 3 is joined to no other",
                "MZI 1 follows MZI 0 on the same two ports",
                "light of input 0 never reaches output 3",
                "light of input 1 never reaches output 3",
                "light of input 2 never reaches 2 of the outputs, output 0 the first of them",
            ]
        );
    }
}
