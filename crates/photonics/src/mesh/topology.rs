//! The wiring of a mesh, as data: columns of MZIs or other cells, each on its ports.

use super::cell::{Cell, Parts, Placed};
use super::crossings::crossings;
use super::schedule::Schedule;
use thiserror::Error;

/// The ports that one MZI joins, or those of another cell: both the same for a cell on one port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortPair {
    /// The port with the phase shifters.
    pub upper: u32,
    /// The other port.
    pub lower: u32,
}

impl PortPair {
    /// Whether it is the one port of a cell that joins nothing.
    pub fn is_one_port(self) -> bool {
        self.upper == self.lower
    }
}

/// Columns of MZIs on pairs of ports, or of any [`Cell`]s, in the order in which light meets them.
///
/// Cells are numbered column by column, within a column in the order given.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    name: String,
    ports: usize,
    pairs: Vec<PortPair>,
    /// `None` where all are MZIs.
    cells: Option<Vec<Cell>>,
    column_ends: Vec<usize>,
    schedule: Schedule,
    /// `ports` numbers before each column and behind the last; `None` in a planar mesh.
    crossings: Option<Vec<u32>>,
}

/// Why columns are not a mesh.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum TopologyError {
    /// A mesh needs a port.
    #[error("a mesh needs at least 1 port")]
    NoPorts,
    /// A port number is too large.
    #[error("column {column} uses port {port}, the mesh has {ports}")]
    NoSuchPort {
        /// The column, 0-based.
        column: usize,
        /// The port, 0-based.
        port: usize,
        /// The number of ports.
        ports: usize,
    },
    /// A port is used twice in a column.
    #[error("column {column} uses port {port} twice")]
    PortClash {
        /// The column, 0-based.
        column: usize,
        /// The port, 0-based.
        port: usize,
    },
    /// A cell on one port is given two.
    #[error("column {column}: a cell of kind {cell} is on one port, not on {upper} and {lower}")]
    OnePort {
        /// The column, 0-based.
        column: usize,
        /// The kind of cell.
        cell: &'static str,
        /// The one port, 0-based.
        upper: usize,
        /// The other.
        lower: usize,
    },
    /// A cell has a value out of its range.
    #[error("column {column}: {name} = {value}: must be {range}")]
    Value {
        /// The column, 0-based.
        column: usize,
        /// Which value.
        name: &'static str,
        /// The value.
        value: f64,
        /// What is allowed, with the unit.
        range: &'static str,
    },
}

impl Topology {
    /// A mesh from its columns of (upper, lower) ports.
    ///
    /// # Errors
    /// A port that does not exist, or that a column uses twice.
    pub fn new(
        name: &str,
        ports: usize,
        columns: impl IntoIterator<Item = Vec<(usize, usize)>>,
    ) -> Result<Self, TopologyError> {
        let mzi = |(upper, lower)| Placed::on_two(Cell::Mzi, upper, lower);
        let columns = columns.into_iter();
        Self::of_cells(
            name,
            ports,
            columns.map(|pairs| pairs.into_iter().map(mzi).collect()),
        )
    }

    /// A mesh from its columns of cells. One of MZIs alone is the mesh that [`Topology::new`] makes.
    ///
    /// # Errors
    /// A port that does not exist, or that a column uses twice; two ports for a cell on one; an angle or
    /// a loss out of its range.
    ///
    /// ```
    /// use photonics::mesh::{Cell, Placed, Topology};
    /// // An MZI, part by part.
    /// let [first, second] = [0, 1].map(|_| vec![Placed::on_two(Cell::EVEN_COUPLER, 0, 1)]);
    /// let shifter = || vec![Placed::on_one(Cell::Shifter, 0)];
    /// let mesh = Topology::of_cells("mzi", 2, [shifter(), first, shifter(), second])?;
    /// assert_eq!(mesh.parts().couplers, 2);
    /// assert_eq!(mesh.shifters(), 4); // the output screen included
    /// # Ok::<(), photonics::mesh::TopologyError>(())
    /// ```
    pub fn of_cells(
        name: &str,
        ports: usize,
        columns: impl IntoIterator<Item = Vec<Placed>>,
    ) -> Result<Self, TopologyError> {
        if ports == 0 {
            return Err(TopologyError::NoPorts);
        }
        let mut topology = Self {
            name: name.to_owned(),
            ports,
            pairs: Vec::new(),
            cells: None,
            column_ends: Vec::new(),
            schedule: Schedule::default(),
            crossings: None,
        };
        let mut cells = Vec::new();
        let mut used_in = vec![usize::MAX; ports];
        for (column, placed) in columns.into_iter().enumerate() {
            for Placed { cell, ports: on } in placed {
                let [upper, lower] = on;
                let one_port = cell.ports() == 1;
                if one_port && upper != lower {
                    return Err(TopologyError::OnePort {
                        column,
                        cell: cell.name(),
                        upper,
                        lower,
                    });
                }
                for &port in &on[..cell.ports()] {
                    if port >= ports {
                        return Err(TopologyError::NoSuchPort {
                            column,
                            port,
                            ports,
                        });
                    }
                    if used_in[port] == column {
                        return Err(TopologyError::PortClash { column, port });
                    }
                    used_in[port] = column;
                }
                if let Some((name, value, range)) = cell.fault() {
                    return Err(TopologyError::Value {
                        column,
                        name,
                        value,
                        range,
                    });
                }
                // Kept from the first cell on that is no MZI.
                if cell != Cell::Mzi && cells.is_empty() {
                    cells.resize(topology.pairs.len(), Cell::Mzi);
                }
                if cell != Cell::Mzi || !cells.is_empty() {
                    cells.push(cell);
                }
                topology.pairs.push(PortPair {
                    upper: upper as u32,
                    lower: lower as u32,
                });
            }
            topology.column_ends.push(topology.pairs.len());
        }
        topology.cells = (!cells.is_empty()).then_some(cells);
        topology.schedule = Schedule::new(&topology);
        let columns =
            (0..topology.columns()).map(|column| &topology.pairs[topology.column(column)]);
        topology.crossings = crossings(ports, columns);
        Ok(topology)
    }

    /// Its name, for example `rectangular`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same wiring under another name.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Number of ports.
    pub fn ports(&self) -> usize {
        self.ports
    }

    /// Number of cells, each with a slot for theta and one for phi: the MZIs where [`Topology::is_uniform`],
    /// and else all cells. [`Topology::parts`] counts by kind.
    pub fn mzis(&self) -> usize {
        self.pairs.len()
    }

    /// Whether all cells are MZIs.
    pub fn is_uniform(&self) -> bool {
        self.cells.is_none()
    }

    /// What a cell is.
    ///
    /// # Panics
    /// When the cell does not exist.
    pub fn cell(&self, cell: usize) -> Cell {
        match &self.cells {
            Some(cells) => cells[cell],
            None => {
                assert!(cell < self.pairs.len(), "no such cell");
                Cell::Mzi
            }
        }
    }

    /// Every cell on its ports, in propagation order.
    pub fn placed(&self) -> impl Iterator<Item = Placed> + '_ {
        self.pairs.iter().enumerate().map(|(cell, pair)| Placed {
            cell: self.cell(cell),
            ports: [pair.upper as usize, pair.lower as usize],
        })
    }

    /// How many there are of each kind.
    pub fn parts(&self) -> Parts {
        let mut parts = Parts::default();
        match &self.cells {
            None => parts.mzis = self.pairs.len(),
            Some(cells) => cells.iter().for_each(|&cell| parts.add(cell)),
        }
        parts
    }

    /// Whether a place of the parameter vector [theta | phi | gamma] has a phase shifter. What stands at
    /// one without has no effect on anything.
    pub fn has_shifter(&self, place: usize) -> bool {
        let slots = self.pairs.len();
        match &self.cells {
            _ if place >= 2 * slots => place < 2 * slots + self.ports,
            None => true,
            Some(cells) if place < slots => cells[place].has_theta(),
            Some(cells) => cells[place - slots].has_phi(),
        }
    }

    /// The places of [theta | phi | gamma] without a phase shifter, in order; none in a mesh of MZIs.
    pub fn missing_shifters(&self) -> Vec<usize> {
        if self.is_uniform() {
            return Vec::new();
        }
        (0..2 * self.pairs.len())
            .filter(|&place| !self.has_shifter(place))
            .collect()
    }

    /// Number of phase shifters, those at the output included.
    pub fn shifters(&self) -> usize {
        let all = 2 * self.pairs.len() + self.ports;
        let Some(cells) = &self.cells else { return all };
        let missing = |cell: &Cell| usize::from(!cell.has_theta()) + usize::from(!cell.has_phi());
        all - cells.iter().map(missing).sum::<usize>()
    }

    /// Whether a cell takes light by design.
    pub fn absorbs(&self) -> bool {
        self.cells.iter().flatten().any(|cell| cell.absorbs())
    }

    /// Length of a column as a share of an MZI's: that of its longest cell ([`Cell::length`]), 1 for an
    /// empty one.
    ///
    /// # Panics
    /// When the column does not exist.
    pub fn column_length(&self, column: usize) -> f64 {
        let range = self.column(column);
        match &self.cells {
            Some(cells) if !range.is_empty() => cells[range]
                .iter()
                .map(|cell| cell.length())
                .fold(0.0, f64::max),
            _ => 1.0,
        }
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.column_ends.len()
    }

    /// The ports of every cell, in propagation order.
    pub fn pairs(&self) -> &[PortPair] {
        &self.pairs
    }

    /// The order in which the cells on two ports are computed.
    pub(crate) fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// The crossings that light on each port passes before `column`, or behind the last where `column`
    /// is the number of columns ([layout](super::crossings)). `None` in a mesh without any, and beyond
    /// that.
    pub fn crossings_before(&self, column: usize) -> Option<&[u32]> {
        let counts = self.crossings.as_ref()?;
        counts.get(column * self.ports..(column + 1) * self.ports)
    }

    /// Whether no waveguides cross.
    pub fn is_planar(&self) -> bool {
        self.crossings.is_none()
    }

    /// The cells of one column, as a range of their numbers.
    ///
    /// # Panics
    /// When the column does not exist.
    pub fn column(&self, column: usize) -> std::ops::Range<usize> {
        let start = if column == 0 {
            0
        } else {
            self.column_ends[column - 1]
        };
        start..self.column_ends[column]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_wiring_is_named() {
        let new = |ports, columns: &[&[(usize, usize)]]| {
            Topology::new("test", ports, columns.iter().map(|c| c.to_vec()))
        };
        assert_eq!(new(0, &[]), Err(TopologyError::NoPorts));
        assert_eq!(
            new(2, &[&[(0, 1)], &[(1, 2)]]),
            Err(TopologyError::NoSuchPort {
                column: 1,
                port: 2,
                ports: 2
            })
        );
        assert_eq!(
            new(3, &[&[(0, 1), (1, 2)]]),
            Err(TopologyError::PortClash { column: 0, port: 1 })
        );
        assert_eq!(
            new(3, &[&[(1, 1)]]),
            Err(TopologyError::PortClash { column: 0, port: 1 })
        );
    }
}
