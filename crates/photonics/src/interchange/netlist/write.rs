//! From a mesh to a netlist.

use super::component::Terminal;
use super::{Component, Instance, InstancePort, Netlist};
use crate::mesh::{Cell, MeshPhases, Topology};
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};
use thiserror::Error;

/// Of which components a netlist is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetlistStyle {
    /// `mzi` with theta, phi, e1, e2 in rad, and `shifter` for the output screen: reads back bit for bit.
    Mzi,
    /// `coupler_ideal` and `phase_shifter` alone, models that SAX has: reads back within a few eps.
    Flat,
}

/// The flat style has no component for a cell.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "couplers with 0 to pi/2 and phase shifters cannot be a cell of kind {kind} (cell {cell}, counted from 0)"
)]
pub struct NoModel {
    /// Its kind.
    pub kind: &'static str,
    /// Its number in propagation order.
    pub cell: usize,
}

/// A netlist that grows waveguide by waveguide.
struct Builder {
    netlist: Netlist,
    /// Per port of the mesh the last output on it.
    ends: Vec<Option<InstancePort>>,
}

impl Netlist {
    /// A mesh at its phases. Instances are named by what they are and by their number: `mzi_0`, or `phi_0`,
    /// `left_0`, `theta_0`, `right_0`; `gamma_0` for a port.
    ///
    /// # Errors
    /// A cell that [`NetlistStyle::Flat`] has no component for.
    ///
    /// # Panics
    /// When there is not one pair of errors per MZI, or phases that fit: errors of the caller.
    pub fn of_mesh(
        topology: &Topology,
        errors_rad: &[[f64; 2]],
        phases: MeshPhases<'_>,
        style: NetlistStyle,
    ) -> Result<Self, NoModel> {
        let (mzis, ports) = (topology.mzis(), topology.ports());
        assert_eq!(errors_rad.len(), mzis, "one pair of errors per MZI");
        assert_eq!(phases.theta_rad.len(), mzis, "one theta per MZI");
        assert_eq!(phases.phi_rad.len(), mzis, "one phi per MZI");
        assert_eq!(phases.gamma_rad.len(), ports, "one gamma per port");
        let mut builder = Builder {
            netlist: Self::default(),
            ends: vec![None; ports],
        };
        for (mzi, pair) in topology.pairs().iter().enumerate() {
            let pair = [pair.upper as usize, pair.lower as usize];
            let (theta, phi) = (phases.theta_rad[mzi], phases.phi_rad[mzi]);
            let [e1, e2] = errors_rad[mzi];
            let cell = topology.cell(mzi);
            match (style, cell) {
                (_, Cell::Shifter) => {
                    builder.shifter(format!("shifter_{mzi}"), theta, pair[0], style);
                }
                (NetlistStyle::Mzi, _) => {
                    let (component, mut settings) = match cell {
                        Cell::Mzi => (Component::Mzi, vec![("theta", theta), ("phi", phi)]),
                        Cell::Symmetric => {
                            (Component::Symmetric, vec![("theta", theta), ("phi", phi)])
                        }
                        Cell::Coupler { angle_rad } => {
                            (Component::Coupler, vec![("angle", angle_rad)])
                        }
                        Cell::Attenuator => (Component::Attenuator, vec![("theta", theta)]),
                        Cell::Loss { loss_db } => (Component::Loss, vec![("loss_db", loss_db)]),
                        Cell::Crossing | Cell::Shifter => (Component::Crossing, Vec::new()),
                    };
                    if [e1, e2] != [0.0; 2] {
                        let errors = [("e1", e1), ("e2", e2)];
                        settings.extend(&errors[..cell.couplers()]);
                    }
                    let name = format!("{}_{mzi}", component.name());
                    builder.add(name, component, &settings, &pair[..cell.ports()]);
                }
                (NetlistStyle::Flat, Cell::Symmetric) => {
                    builder.coupler(format!("left_{mzi}"), e1, pair);
                    builder.shifter(format!("theta_{mzi}"), theta, pair[0], style);
                    builder.shifter(format!("phi_{mzi}"), phi, pair[1], style);
                    builder.coupler(format!("right_{mzi}"), e2, pair);
                }
                (NetlistStyle::Flat, Cell::Coupler { angle_rad })
                    if (0.0..=FRAC_PI_2).contains(&(angle_rad + e1)) =>
                {
                    let error_rad = angle_rad - FRAC_PI_4 + e1;
                    builder.coupler(format!("coupler_{mzi}"), error_rad, pair);
                }
                (
                    NetlistStyle::Flat,
                    Cell::Coupler { .. } | Cell::Crossing | Cell::Attenuator | Cell::Loss { .. },
                ) => {
                    let kind = cell.name();
                    return Err(NoModel { kind, cell: mzi });
                }
                (NetlistStyle::Flat, Cell::Mzi) => {
                    builder.shifter(format!("phi_{mzi}"), phi, pair[0], style);
                    builder.coupler(format!("left_{mzi}"), e1, pair);
                    builder.shifter(format!("theta_{mzi}"), theta, pair[0], style);
                    builder.coupler(format!("right_{mzi}"), e2, pair);
                }
            }
        }
        for (port, &gamma) in phases.gamma_rad.iter().enumerate() {
            builder.shifter(format!("gamma_{port}"), gamma, port, style);
        }
        Ok(builder.finish())
    }
}

impl Builder {
    fn coupler(&mut self, name: String, error_rad: f64, pair: [usize; 2]) {
        let coupling = 0.5 + 0.5 * libm::sin(2.0 * error_rad);
        self.add(
            name,
            Component::CouplerIdeal,
            &[("coupling", coupling)],
            &pair,
        );
    }

    fn shifter(&mut self, name: String, phase_rad: f64, port: usize, style: NetlistStyle) {
        match style {
            NetlistStyle::Mzi => {
                self.add(name, Component::Shifter, &[("phase", phase_rad)], &[port]);
            }
            NetlistStyle::Flat => {
                let settings = [("length", 0.0), ("voltage", phase_rad / PI)];
                self.add(name, Component::PhaseShifter, &settings, &[port]);
            }
        }
    }

    /// Adds an instance on these ports of the mesh, the upper first.
    fn add(
        &mut self,
        name: String,
        component: Component,
        settings: &[(&str, f64)],
        ports: &[usize],
    ) {
        for (arm, &port) in ports.iter().enumerate() {
            let at = |output| InstancePort::new(&name, component.port(Terminal { output, arm }));
            let input = at(false);
            match self.ends[port].replace(at(true)) {
                Some(end) => self.netlist.connections.push([end, input]),
                None => self.netlist.ports.push((format!("in{port}"), input)),
            }
        }
        self.netlist.instances.push(Instance {
            name,
            component: component.name().into(),
            settings: settings
                .iter()
                .map(|&(name, value)| (name.to_owned(), value))
                .collect(),
        });
    }

    fn finish(mut self) -> Netlist {
        let ports = &mut self.netlist.ports;
        ports.sort_by_key(|(name, _)| name[2..].parse::<usize>().unwrap_or(usize::MAX));
        for (port, end) in self.ends.into_iter().enumerate() {
            ports.extend(end.map(|end| (format!("out{port}"), end)));
        }
        self.netlist
    }
}
