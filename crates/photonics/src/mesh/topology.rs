//! The wiring of a mesh, as data: columns of MZIs, each on a pair of ports.

use super::crossings::crossings;
use super::schedule::Schedule;
use thiserror::Error;

/// The ports that one MZI joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortPair {
    /// The port with the phase shifters.
    pub upper: u32,
    /// The other port.
    pub lower: u32,
}

/// Columns of port pairs, in the order in which light meets them.
///
/// MZIs are numbered column by column, within a column in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topology {
    name: String,
    ports: usize,
    pairs: Vec<PortPair>,
    column_ends: Vec<usize>,
    schedule: Schedule,
    /// `ports` numbers before each column and behind the last; `None` in a planar mesh.
    crossings: Option<Vec<u32>>,
}

/// Why columns are not a mesh.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
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
        if ports == 0 {
            return Err(TopologyError::NoPorts);
        }
        let mut topology = Self {
            name: name.to_owned(),
            ports,
            pairs: Vec::new(),
            column_ends: Vec::new(),
            schedule: Schedule::default(),
            crossings: None,
        };
        let mut used_in = vec![usize::MAX; ports];
        for (column, pairs) in columns.into_iter().enumerate() {
            for (upper, lower) in pairs {
                for port in [upper, lower] {
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
                topology.pairs.push(PortPair {
                    upper: upper as u32,
                    lower: lower as u32,
                });
            }
            topology.column_ends.push(topology.pairs.len());
        }
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

    /// Number of ports.
    pub fn ports(&self) -> usize {
        self.ports
    }

    /// Number of MZIs.
    pub fn mzis(&self) -> usize {
        self.pairs.len()
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.column_ends.len()
    }

    /// The ports of every MZI, in propagation order.
    pub fn pairs(&self) -> &[PortPair] {
        &self.pairs
    }

    /// The order in which the MZIs are computed.
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

    /// The MZIs of one column, as a range of MZI numbers.
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
