//! What light meets in a mesh, stage by stage: the vocabulary of the pictures.
//!
//! A cell is a row of stages on one or two waveguides. A new kind of cell needs a row of stages here,
//! and nothing else.

use photonics::mesh::crossings::order_of;
use photonics::mesh::{Cell as Kind, Topology};
use std::f64::consts::FRAC_PI_4;

/// A mesh as its columns, and the order of the waveguides in each.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// Number of ports.
    pub ports: usize,
    /// In the order in which light meets them.
    pub columns: Vec<Column>,
    /// Indices of the output phases in the parameter vector, one per port.
    pub screen: Vec<usize>,
    /// Numbers of couplers, [`Stage::Couple`].
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
    /// A device on either arm, or on one.
    Arms([Option<Device>; 2]),
    /// A coupler.
    Couple {
        /// Its number: two for every cell, 0 and 1 for the first, whether it has them or not.
        coupler: usize,
        /// pi/4 for equal parts, in rad.
        angle_rad: f64,
    },
    /// The two waveguides change places.
    Cross,
}

/// What stands on one waveguide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Device {
    /// A phase shifter.
    Shifter {
        /// Its index in the parameter vector.
        parameter: usize,
        /// Which of a cell's phases it sets.
        symbol: &'static str,
    },
    /// A tunable attenuator that lets sin^2(theta / 2) of the power pass.
    Attenuator {
        /// The index of theta in the parameter vector.
        parameter: usize,
    },
    /// A fixed loss.
    Loss {
        /// In dB.
        loss_db: f64,
    },
}

impl Device {
    /// Its index in the parameter vector.
    pub fn parameter(self) -> Option<usize> {
        match self {
            Self::Shifter { parameter, .. } | Self::Attenuator { parameter } => Some(parameter),
            Self::Loss { .. } => None,
        }
    }

    /// What stands by it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Shifter { symbol, .. } => symbol,
            Self::Attenuator { .. } => "θ",
            Self::Loss { .. } => "dB",
        }
    }

    /// Whether light is weaker behind it.
    pub fn absorbs(self) -> bool {
        !matches!(self, Self::Shifter { .. })
    }
}

impl Parts {
    /// The parts of a topology.
    pub fn of(topology: &Topology) -> Self {
        let (ports, cells) = (topology.ports(), topology.mzis());
        let columns = (0..topology.columns()).map(|column| {
            let range = topology.column(column);
            Column {
                order: order_of(ports, &topology.pairs()[range.clone()]),
                cells: range.map(|cell| Cell::of(topology, cell)).collect(),
            }
        });
        Self {
            ports,
            columns: columns.collect(),
            screen: (2 * cells..2 * cells + ports).collect(),
            couplers: 2 * cells,
        }
    }
}

impl Cell {
    fn of(topology: &Topology, cell: usize) -> Self {
        let pair = topology.pairs()[cell];
        let theta = Device::Shifter {
            parameter: cell,
            symbol: "θ",
        };
        let phi = Device::Shifter {
            parameter: topology.mzis() + cell,
            symbol: "φ",
        };
        let upper = |device| Stage::Arms([Some(device), None]);
        let even = |side| Stage::Couple {
            coupler: 2 * cell + side,
            angle_rad: FRAC_PI_4,
        };
        let stages = match topology.cell(cell) {
            Kind::Mzi => vec![upper(phi), even(0), upper(theta), even(1)],
            Kind::Symmetric => vec![even(0), Stage::Arms([Some(theta), Some(phi)]), even(1)],
            Kind::Coupler { angle_rad } => vec![Stage::Couple {
                coupler: 2 * cell,
                angle_rad,
            }],
            Kind::Crossing => vec![Stage::Cross],
            Kind::Shifter => vec![upper(theta)],
            Kind::Attenuator => vec![upper(Device::Attenuator { parameter: cell })],
            Kind::Loss { loss_db } => vec![upper(Device::Loss { loss_db })],
        };
        Self {
            ports: [pair.upper as usize, pair.lower as usize],
            stages,
        }
    }
}
