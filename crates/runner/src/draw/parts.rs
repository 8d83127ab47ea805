//! What light meets in a mesh, stage by stage: the vocabulary of the pictures.
//!
//! A cell is a row of stages on one or two waveguides. A new kind of cell needs a row of stages here,
//! and nothing else.

use photonics::mesh::Topology;
use photonics::mesh::crossings::order_of;

/// A mesh as its columns, and the order of the waveguides in each.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// Number of ports.
    pub ports: usize,
    /// In the order in which light meets them.
    pub columns: Vec<Column>,
    /// Indices of the output phases in the parameter vector, one per port.
    pub screen: Vec<usize>,
    /// Number of couplers.
    pub couplers: usize,
}

/// Cells side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The ports as they lie, from above.
    pub order: Vec<u32>,
    /// The cells.
    pub cells: Vec<Cell>,
}

/// A cell on the ports `ports[0]` and `ports[1]`; one that has one port names it twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Its ports.
    pub ports: [usize; 2],
    /// What light meets in it, in this order.
    pub stages: Vec<Stage>,
}

/// What both ports of a cell have at the same place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stage {
    /// Devices on the arms, by their index in the parameter vector.
    Arms([Option<Shifter>; 2]),
    /// A coupler of the nominal angle `angle_rad`, by its number.
    Couple {
        /// From 0, in the order of light.
        coupler: usize,
        /// pi/4 for equal parts.
        angle_rad: f64,
    },
}

/// A phase shifter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shifter {
    /// Its index in the parameter vector.
    pub parameter: usize,
    /// Its symbol.
    pub symbol: &'static str,
}

impl Parts {
    /// The parts of a topology.
    pub fn of(topology: &Topology) -> Self {
        let (ports, mzis) = (topology.ports(), topology.mzis());
        let columns = (0..topology.columns()).map(|column| {
            let range = topology.column(column);
            Column {
                order: order_of(ports, &topology.pairs()[range.clone()]),
                cells: range.map(|mzi| Self::mzi(topology, mzi)).collect(),
            }
        });
        Self {
            ports,
            columns: columns.collect(),
            screen: (2 * mzis..2 * mzis + ports).collect(),
            couplers: 2 * mzis,
        }
    }

    fn mzi(topology: &Topology, mzi: usize) -> Cell {
        let pair = topology.pairs()[mzi];
        let upper = |parameter, symbol| Stage::Arms([Some(Shifter { parameter, symbol }), None]);
        let coupler = |side| Stage::Couple {
            coupler: 2 * mzi + side,
            angle_rad: std::f64::consts::FRAC_PI_4,
        };
        Cell {
            ports: [pair.upper as usize, pair.lower as usize],
            stages: vec![
                upper(topology.mzis() + mzi, "φ"),
                coupler(0),
                upper(mzi, "θ"),
                coupler(1),
            ],
        }
    }
}
