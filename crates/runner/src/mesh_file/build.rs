//! From a description to a mesh, its size checked before memory is taken.

use super::description::{Description, Part, Wiring};
use super::fields::Reader;
use super::places::Places;
use crate::error::Problem;
use photonics::mesh::{Cell, MziForm, NamedTopology, Placed, Topology, TopologyError};

/// What a cell of a wiring takes, with its place in the order of computation.
pub(super) const BYTES_PER_CELL: u64 = 80;

/// What a port of a column takes: its crossings, and what is drawn of its waveguide.
const BYTES_PER_PASSAGE: u64 = 12;

/// What a wiring may take.
const MAX_BYTES: u64 = 2 << 30;

/// Cells and columns, or more.
#[derive(Clone, Copy, Default)]
struct Size {
    cells: u64,
    columns: u64,
}

impl Size {
    fn of(topology: NamedTopology, form: MziForm, ports: usize) -> Self {
        let counts = topology.counts(ports);
        let (cells, columns) = (counts.mzis as u64, counts.columns as u64);
        match form {
            MziForm::Plain => Self { cells, columns },
            MziForm::ThreeSplitter | MziForm::Symmetric => Self {
                cells: 2 * cells,
                columns: 2 * columns,
            },
        }
    }

    fn bytes(self, ports: usize) -> u64 {
        let passages = (self.columns + 1).saturating_mul(ports as u64);
        let passages = passages.saturating_mul(BYTES_PER_PASSAGE);
        let cells = self.cells.saturating_mul(BYTES_PER_CELL);
        passages.saturating_add(cells)
    }
}

pub(super) fn build(
    file: &str,
    text: &str,
    description: &Description,
) -> Result<(Topology, Places), Vec<Problem>> {
    let mut builder = Builder {
        reader: Reader {
            file,
            text,
            problems: Vec::new(),
        },
        description,
    };
    let topology = builder.topology();
    match topology {
        Some(topology) if builder.reader.problems.is_empty() => Ok(topology),
        _ => Err(builder.reader.problems),
    }
}

struct Builder<'a> {
    reader: Reader<'a>,
    description: &'a Description,
}

impl Builder<'_> {
    fn topology(&mut self) -> Option<(Topology, Places)> {
        let Description {
            name,
            ports,
            form,
            wiring,
        } = self.description;
        let (topology, places) = match wiring {
            Wiring::Named { topology, at } => {
                self.allow(Size::of(*topology, *form, *ports), *at)?;
                let plain = self.made(topology.build(*ports))?;
                (self.made(plain.with_mzis(*form))?, Places::default())
            }
            Wiring::Columns(columns) => {
                let cells: usize = columns.iter().map(|column| column.cells.len()).sum();
                let factor = if *form == MziForm::Plain { 1 } else { 2 };
                let size = Size {
                    cells: factor * cells as u64,
                    columns: factor * columns.len() as u64,
                };
                self.allow(size, 0)?;
                let places = columns.iter().flat_map(|column| &column.cells);
                let places = places.map(|&(_, at)| at).collect();
                let starts = columns.iter().map(|column| column.at).collect();
                let cells = columns
                    .iter()
                    .map(|column| column.cells.iter().map(|(placed, _)| *placed).collect());
                let plain = self.made(Topology::of_cells(name, *ports, cells))?;
                match form {
                    MziForm::Plain => (plain, Places::new(places, starts)),
                    form => {
                        let formed = self.made(plain.with_mzis(*form))?;
                        let places = Places::of_form(&formed, &places);
                        (formed, places)
                    }
                }
            }
            Wiring::Parts(parts) => {
                let columns = self.placed(parts)?;
                let places = columns.iter().flatten().map(|&(_, at)| at).collect();
                let columns = columns
                    .iter()
                    .map(|column| column.iter().map(|(placed, _)| *placed).collect());
                let topology = self.made(Topology::of_cells(name, *ports, columns))?;
                (topology, Places::new(places, Vec::new()))
            }
        };
        Some((topology.with_name(name), places))
    }

    /// What the library makes of what has been checked here.
    fn made(&mut self, topology: Result<Topology, TopologyError>) -> Option<Topology> {
        let failed = |error: TopologyError| {
            let problem = Problem::of(self.reader.file, error, "");
            self.reader.problems.push(problem);
        };
        topology.map_err(failed).ok()
    }

    /// Refuses what would take too much memory.
    fn allow(&mut self, size: Size, at: usize) -> Option<()> {
        let bytes = size.bytes(self.description.ports);
        if bytes <= MAX_BYTES {
            return Some(());
        }
        let mib = bytes.div_ceil(1 << 20);
        let why = format!(
            "too large: {} cells in {} columns, whose wiring takes about {mib} MiB, {} at most",
            size.cells,
            size.columns,
            MAX_BYTES >> 20
        );
        let help = "use fewer ports or columns".into();
        self.reader.wrong(at, String::new(), why, help);
        None
    }

    /// Puts every part into the first column behind all that its ports have met.
    fn placed(&mut self, parts: &[Part]) -> Option<Vec<Vec<(Placed, usize)>>> {
        let mut size = Size::default();
        for part in parts {
            size.cells += match part {
                Part::Cell { .. } => 1,
                Part::Block {
                    topology,
                    form,
                    ports,
                    ..
                } => Size::of(*topology, *form, ports.len()).cells,
            };
            let at = match part {
                Part::Cell { .. } => 0,
                Part::Block { at, .. } => *at,
            };
            self.allow(size, at)?;
        }
        let mut cells: Vec<((Placed, usize), usize)> = Vec::new();
        let mut next = vec![0; self.description.ports];
        let mut columns = 0;
        let mut put = |placed: Placed, at: usize, cells: &mut Vec<_>| {
            let column = placed.ports.into_iter().map(|port| next[port]).max();
            let column = column.unwrap_or(0);
            for port in placed.ports {
                next[port] = column + 1;
            }
            columns = columns.max(column + 1);
            cells.push(((placed, at), column));
        };
        for part in parts {
            match part {
                Part::Cell { placed, at } => put(*placed, *at, &mut cells),
                Part::Block {
                    topology,
                    form,
                    ports,
                    at,
                } => {
                    let plain = self.made(topology.build(ports.len()))?;
                    let block = self.made(plain.with_mzis(*form))?;
                    for placed in block.placed() {
                        let on = placed.ports.map(|port| ports[port]);
                        if placed.cell == Cell::Crossing && on[0].abs_diff(on[1]) != 1 {
                            let why = "its crossings are between neighbouring ports".into();
                            let help = "list ports that follow each other".into();
                            self.reader.wrong(*at, "block.ports".into(), why, help);
                            return None;
                        }
                        put(
                            Placed {
                                ports: on,
                                ..placed
                            },
                            *at,
                            &mut cells,
                        );
                    }
                }
            }
        }
        size.columns = columns as u64;
        self.allow(size, 0)?;
        let mut all = vec![Vec::new(); columns];
        for (placed, column) in cells {
            all[column].push(placed);
        }
        // As in named meshes: from the first port down.
        for column in &mut all {
            column.sort_by_key(|(placed, _)| placed.ports.into_iter().min());
        }
        Some(all)
    }
}
