//! What is odd about a wiring that is valid.

use super::cell::{Cell, Placed};
use super::topology::{PortPair, Topology};
use std::fmt;

/// Something that a designer may not have meant. Nothing of it keeps a mesh from being emulated.
#[derive(Clone, Debug, PartialEq)]
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
    /// A cell that names the lower of its two ports first: an MZI has its phase shifters on that one.
    Reversed {
        /// Its number.
        cell: usize,
        /// What it is.
        kind: Cell,
        /// Its ports as they are named.
        ports: [usize; 2],
    },
    /// Two cells of a column that are numbered from below: no named mesh has that, and phases of the one
    /// numbering are not those of the other.
    Numbering {
        /// The column, 0-based.
        column: usize,
        /// The number of the second, which lies above.
        cell: usize,
        /// The number of the first.
        before: usize,
    },
    /// A column whose cells all have room in earlier columns: in the order in which light meets them it
    /// is not needed.
    LateColumn {
        /// The column, 0-based.
        column: usize,
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

impl Finding {
    /// The cell that it is about, where it is about one: the later one of two.
    pub fn cell(&self) -> Option<usize> {
        match *self {
            Self::Repeated { mzi: cell, .. }
            | Self::RepeatedCell { cell, .. }
            | Self::Reversed { cell, .. }
            | Self::Numbering { cell, .. } => Some(cell),
            _ => None,
        }
    }

    /// The column that it is about, where it is about one as a whole.
    pub fn column(&self) -> Option<usize> {
        match *self {
            Self::EmptyColumn { column } | Self::LateColumn { column } => Some(column),
            _ => None,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyColumn { column } => write!(f, "column {column} has no component"),
            Self::NeverJoined { port } => write!(f, "port {port} is joined to no other"),
            Self::Repeated { mzi, before } => {
                write!(f, "MZI {mzi} follows MZI {before} on the same two ports")
            }
            Self::RepeatedCell { kind, cell, before } => write!(
                f,
                "{kind} {cell} follows {kind} {before} on the same ports: one can do what both do"
            ),
            Self::Reversed {
                cell,
                kind,
                ports: [first, second],
            } => {
                let name = match kind {
                    Cell::Mzi => "MZI",
                    kind => kind.name(),
                };
                write!(f, "{name} {cell} names port {first} before port {second}: ")?;
                match kind {
                    Cell::Mzi => write!(f, "theta and phi stand on port {first}, its lower arm"),
                    Cell::Symmetric => write!(
                        f,
                        "theta stands on port {first}, its lower arm, and phi on port {second}"
                    ),
                    _ => f.write_str("it has no upper and lower port, so this says nothing"),
                }
            }
            Self::Numbering {
                column,
                cell,
                before,
            } => write!(
                f,
                "column {column} lists cell {cell} behind cell {before}, which lies below: named meshes \
                 number from the first port down"
            ),
            Self::LateColumn { column } => write!(
                f,
                "column {column} is not needed: light can meet all of it in earlier columns"
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
    /// What is odd about the wiring: columns, then ports, then cells, then inputs, each in order of their
    /// numbers. Empty for the universal meshes.
    pub fn lint(&self) -> Vec<Finding> {
        let ports = self.ports();
        let mut findings: Vec<_> = (0..self.columns())
            .filter(|&column| self.column(column).is_empty())
            .map(|column| Finding::EmptyColumn { column })
            .collect();
        findings.extend(self.late_columns());
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
        findings.extend(self.reversed());
        findings.extend(self.numbering());
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

    /// Columns whose cells all have room in earlier ones, where the others stay as they are.
    fn late_columns(&self) -> Vec<Finding> {
        let mut free = vec![0; self.ports()];
        let mut needed = 0;
        let mut late = Vec::new();
        for column in 0..self.columns() {
            let pairs = &self.pairs()[self.column(column)];
            let ports = |pair: &PortPair| [pair.upper, pair.lower].map(|port| port as usize);
            let first = |free: &[usize], [upper, lower]: [usize; 2]| free[upper].max(free[lower]);
            let firsts = pairs.iter().map(|pair| first(&free, ports(pair)));
            let is_late = match firsts.max() {
                None => continue,
                Some(last) => last < needed,
            };
            for pair in pairs {
                let on = ports(pair);
                let at = if is_late { first(&free, on) } else { needed };
                on.into_iter().for_each(|port| free[port] = at + 1);
            }
            if is_late {
                late.push(Finding::LateColumn { column });
            } else {
                needed += 1;
            }
        }
        late
    }

    fn reversed(&self) -> impl Iterator<Item = Finding> + '_ {
        let all = self.placed().enumerate();
        all.filter(|(_, placed)| placed.ports[0] > placed.ports[1])
            .map(|(cell, Placed { cell: kind, ports })| Finding::Reversed { cell, kind, ports })
    }

    /// The first such pair of each column, of cells on two ports.
    fn numbering(&self) -> impl Iterator<Item = Finding> + '_ {
        (0..self.columns()).filter_map(|column| {
            let mut before: Option<(usize, u32)> = None;
            for cell in self.column(column) {
                let pair = self.pairs()[cell];
                if pair.is_one_port() {
                    continue;
                }
                let port = pair.upper.min(pair.lower);
                match before {
                    Some((before, above)) if port < above => {
                        return Some(Finding::Numbering {
                            column,
                            cell,
                            before,
                        });
                    }
                    _ => before = Some((cell, port)),
                }
            }
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::{MziForm, NamedTopology};

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

    /// Whatever a mesh reaches, the order of one that is built here is right.
    #[test]
    fn named_meshes_are_in_order() {
        use Finding::{LateColumn, Numbering, Reversed};
        for name in [
            NamedTopology::Rectangular,
            NamedTopology::Triangular,
            NamedTopology::Diamond,
            NamedTopology::RedundantRectangular { extra_columns: 3 },
            NamedTopology::Butterfly,
            NamedTopology::Tree,
            NamedTopology::PermutingRectangular,
            NamedTopology::Svd,
        ] {
            for ports in 1..33 {
                let plain = name.build(ports).unwrap();
                for form in [MziForm::Plain, MziForm::ThreeSplitter, MziForm::Symmetric] {
                    let mut findings = plain.with_mzis(form).unwrap().lint();
                    findings.retain(|x| {
                        matches!(x, LateColumn { .. } | Numbering { .. } | Reversed { .. })
                    });
                    assert_eq!(findings, [], "{name:?} {ports} {form:?}");
                }
            }
        }
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
        let reversed = |cell, ports| Finding::Reversed {
            cell,
            kind: Cell::Mzi,
            ports,
        };
        assert_eq!(
            lint(2, &[&[(0, 1)], &[(1, 0)]]),
            [Finding::Repeated { mzi: 1, before: 0 }, reversed(1, [1, 0])]
        );
        assert_eq!(lint(3, &[&[(0, 1)], &[(1, 2)], &[(0, 1)]]), []);
        // Two meshes side by side.
        assert_eq!(
            lint(4, &[&[(0, 1), (2, 3)]]),
            [
                unreachable(0, 2, 2),
                unreachable(1, 2, 2),
                unreachable(2, 0, 2),
                unreachable(3, 0, 2),
            ]
        );
        // Listed from below.
        assert_eq!(
            lint(
                4,
                &[&[(2, 3), (0, 1)], &[(1, 2)], &[(0, 1), (2, 3)], &[(1, 2)]]
            ),
            [Finding::Numbering {
                column: 0,
                cell: 1,
                before: 0
            }]
        );
        // Of the columns 1, 2 and 4, which hold what two of their own could, two are not needed.
        let late = |column| Finding::LateColumn { column };
        let spread = lint(
            4,
            &[
                &[(0, 1)],
                &[(2, 3)],
                &[(1, 2)],
                &[(0, 1)],
                &[(2, 3)],
                &[(1, 2)],
            ],
        );
        assert_eq!(spread, [late(1), late(4)]);
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
                "column 2 has no component",
                "port 3 is joined to no other",
                "MZI 1 follows MZI 0 on the same two ports",
                "light of input 0 never reaches output 3",
                "light of input 1 never reaches output 3",
                "light of input 2 never reaches 2 of the outputs, output 0 the first of them",
            ]
        );
        let on = |cell| Placed::on_two(cell, 1, 0);
        let cells = [Cell::Mzi, Cell::Symmetric, Cell::EVEN_COUPLER].map(|cell| vec![on(cell)]);
        let found = Topology::of_cells("test", 2, cells).unwrap().lint();
        let lines: Vec<_> = found.iter().map(Finding::to_string).collect();
        assert_eq!(
            lines,
            [
                "MZI 0 names port 1 before port 0: theta and phi stand on port 1, its lower arm",
                "symmetric 1 names port 1 before port 0: theta stands on port 1, its lower arm, and phi on \
                 port 0",
                "coupler 2 names port 1 before port 0: it has no upper and lower port, so this says nothing",
            ]
        );
    }
}
