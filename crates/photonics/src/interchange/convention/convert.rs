//! Phases from one convention to another.

use super::{Convention, Screen};
use crate::interchange::wires::{Wires, short, wrap};
use crate::mesh::{MeshPhases, NamedTopology, Parts, Topology};
use nalgebra::DMatrix;
use num_complex::Complex64;
use std::f64::consts::{FRAC_PI_2, PI};
use thiserror::Error;

/// Why phases cannot be converted.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConventionError {
    /// What the convention makes of such a mesh has not been verified.
    #[error(
        "neurophox's convention is known for rectangular meshes of 3 ports and more, not for {mesh} of {ports}"
    )]
    Unknown {
        /// The mesh.
        mesh: String,
        /// Its ports.
        ports: usize,
    },
    /// What other programs call theta and phi is known of MZIs alone.
    #[error("conventions are of MZIs, the mesh {mesh} has {parts}")]
    OtherCells {
        /// The mesh.
        mesh: String,
        /// What it has.
        parts: Parts,
    },
}

/// The phases at which a mesh of convention `to` is the same matrix as a mesh of the same wiring at
/// `phases` in convention `from`: [theta | phi | phases on the ports] in rad, MZIs in the order of the
/// topology, phases on the ports where the convention has them ([`Convention::screen`]).
///
/// All are in [0, 2 pi), Clements' theta in [0, pi/2]. Errors are a few eps per column. Splitter errors keep
/// their effect wherever the physical arms are the same, that is in all but Clements' convention.
///
/// # Errors
/// A mesh of other cells than MZIs, or for which the convention has not been verified.
///
/// # Panics
/// When the phases do not fit the mesh: an error of the caller.
pub fn convert(
    topology: &Topology,
    from: Convention,
    to: Convention,
    phases: MeshPhases<'_>,
) -> Result<Vec<f64>, ConventionError> {
    let wires = wires_of(topology, from, phases)?;
    check(topology, to)?;
    Ok(match to.screen() {
        Screen::Output => forwards(topology, to, &wires),
        Screen::Input => backwards(topology, to, &wires),
    })
}

/// The transfer matrix `U[out, in]` of an ideal mesh in a convention, as the product of its matrices in
/// O(N^3): what [`convert`] keeps.
///
/// # Errors
/// A mesh of other cells than MZIs, or for which the convention has not been verified.
///
/// # Panics
/// When the phases do not fit the mesh: an error of the caller.
pub fn matrix(
    topology: &Topology,
    convention: Convention,
    phases: MeshPhases<'_>,
) -> Result<DMatrix<Complex64>, ConventionError> {
    check(topology, convention)?;
    fits(topology, phases);
    let ports = topology.ports();
    let mut u = DMatrix::identity(ports, ports);
    let turn = |u: &mut DMatrix<Complex64>, port: usize, x: f64| {
        let turn = Complex64::from_polar(1.0, x);
        u.row_mut(port).iter_mut().for_each(|x| *x *= turn);
    };
    let screen = |u: &mut DMatrix<Complex64>| {
        for (port, &x) in phases.gamma_rad.iter().enumerate() {
            turn(u, port, x);
        }
    };
    if convention.screen() == Screen::Input {
        screen(&mut u);
    }
    for column in 0..topology.columns() {
        for mzi in topology.column(column) {
            let m = convention.mzi_matrix(phases.theta_rad[mzi], phases.phi_rad[mzi]);
            let pair = topology.pairs()[mzi];
            let (a, b) = (pair.upper as usize, pair.lower as usize);
            for input in 0..ports {
                let (x, y) = (u[(a, input)], u[(b, input)]);
                u[(a, input)] = m[(0, 0)] * x + m[(0, 1)] * y;
                u[(b, input)] = m[(1, 0)] * x + m[(1, 1)] * y;
            }
        }
        for (port, x) in free_ports(topology, convention, column) {
            turn(&mut u, port, x);
        }
    }
    if convention.screen() == Screen::Output {
        screen(&mut u);
    }
    Ok(u)
}

fn check(topology: &Topology, convention: Convention) -> Result<(), ConventionError> {
    if !topology.is_uniform() {
        return Err(ConventionError::OtherCells {
            mesh: topology.name().to_owned(),
            parts: topology.parts(),
        });
    }
    // Whatever a file calls it.
    let known =
        || topology.ports() > 2 && NamedTopology::of(topology) == Some(NamedTopology::Rectangular);
    if convention == Convention::Neurophox && !known() {
        return Err(ConventionError::Unknown {
            mesh: topology.name().to_owned(),
            ports: topology.ports(),
        });
    }
    Ok(())
}

fn fits(topology: &Topology, phases: MeshPhases<'_>) {
    let mzis = topology.mzis();
    assert_eq!(phases.theta_rad.len(), mzis, "one theta per MZI");
    assert_eq!(phases.phi_rad.len(), mzis, "one phi per MZI");
    assert_eq!(
        phases.gamma_rad.len(),
        topology.ports(),
        "one phase per port"
    );
}

/// Phases that ports without an MZI have in a column, whatever is set.
fn free_ports(
    topology: &Topology,
    convention: Convention,
    column: usize,
) -> impl Iterator<Item = (usize, f64)> {
    let ports = topology.ports();
    let some =
        convention == Convention::Neurophox && ports.is_multiple_of(2) && !column.is_multiple_of(2);
    let free = if some { &[0, 1][..] } else { &[] };
    free.iter().map(move |&end| (end * (ports - 1), -FRAC_PI_2))
}

fn wires_of(
    topology: &Topology,
    from: Convention,
    phases: MeshPhases<'_>,
) -> Result<Wires, ConventionError> {
    check(topology, from)?;
    fits(topology, phases);
    let (form, screen) = (from.form(), from.screen());
    let mut waiting = match screen {
        Screen::Input => phases.gamma_rad.to_vec(),
        Screen::Output => vec![0.0; topology.ports()],
    };
    let mut wires = Wires {
        core_rad: Vec::with_capacity(topology.mzis()),
        before_rad: Vec::with_capacity(topology.mzis()),
        after_rad: Vec::new(),
    };
    for column in 0..topology.columns() {
        for mzi in topology.column(column) {
            let (theta, phi) = (phases.theta_rad[mzi], phases.phi_rad[mzi]);
            let pair = topology.pairs()[mzi];
            let places = [pair.upper as usize, pair.lower as usize];
            let phi = form.phi.map(|share| share * phi);
            let mut before = places.map(|port| waiting[port]);
            before[1] += form.lower_input;
            let common = form.common_rad(theta);
            for (arm, port) in places.into_iter().enumerate() {
                waiting[port] = common;
                match screen {
                    Screen::Input => waiting[port] += phi[arm],
                    Screen::Output => before[arm] += phi[arm],
                }
            }
            wires.core_rad.push(form.core_rad(theta));
            wires.before_rad.push(before);
        }
        for (port, x) in free_ports(topology, from, column) {
            waiting[port] += x;
        }
    }
    if screen == Screen::Output {
        for (waiting, gamma) in waiting.iter_mut().zip(phases.gamma_rad) {
            *waiting += gamma;
        }
    }
    wires.after_rad = waiting;
    Ok(wires)
}

/// Phases at the inputs of MZIs: what both ports share goes on, at last to the outputs.
fn forwards(topology: &Topology, to: Convention, wires: &Wires) -> Vec<f64> {
    let form = to.form();
    let mut carried = vec![0.0; topology.ports()];
    let (mut thetas, mut phis) = (Vec::new(), Vec::new());
    for column in 0..topology.columns() {
        for mzi in topology.column(column) {
            let pair = topology.pairs()[mzi];
            let places = [pair.upper as usize, pair.lower as usize];
            let mut before = [0, 1].map(|arm| wires.before_rad[mzi][arm] + carried[places[arm]]);
            before[1] -= form.lower_input;
            let mut core = wrap(wires.core_rad[mzi]);
            let mut behind = [0.0; 2];
            if form.folded && core > PI {
                // C(-x) = exp(-i x) diag(1, -1) C(x) diag(-1, 1)
                core = std::f64::consts::TAU - core;
                before[0] += PI;
                behind = [-core, PI - core];
            }
            let theta = form.theta_rad(core);
            let (phi, common) = form.split(before);
            for (arm, port) in places.into_iter().enumerate() {
                carried[port] = short(common - form.common_rad(theta) + behind[arm]);
            }
            thetas.push(if form.folded { theta } else { wrap(theta) });
            phis.push(turns(phi, &form.phi, &mut carried, places));
        }
        for (port, x) in free_ports(topology, to, column) {
            carried[port] -= x;
        }
    }
    let screen = carried
        .iter()
        .zip(&wires.after_rad)
        .map(|(a, b)| wrap(a + b));
    [thetas, phis, screen.collect()].concat()
}

/// Phases at the outputs of MZIs: what both ports share goes back, at last to the inputs.
fn backwards(topology: &Topology, to: Convention, wires: &Wires) -> Vec<f64> {
    let form = to.form();
    let mut carried = wires.after_rad.clone();
    let (mut thetas, mut phis) = (vec![0.0; topology.mzis()], vec![0.0; topology.mzis()]);
    for column in (0..topology.columns()).rev() {
        for (port, x) in free_ports(topology, to, column) {
            carried[port] -= x;
        }
        for mzi in topology.column(column).rev() {
            let pair = topology.pairs()[mzi];
            let places = [pair.upper as usize, pair.lower as usize];
            let theta = form.theta_rad(wrap(wires.core_rad[mzi]));
            let (phi, common) = form.split(places.map(|port| carried[port]));
            phis[mzi] = wrap(phi);
            thetas[mzi] = wrap(theta);
            for (arm, port) in places.into_iter().enumerate() {
                carried[port] = short(common - form.common_rad(theta) + wires.before_rad[mzi][arm]);
            }
            carried[places[1]] -= form.lower_input;
        }
    }
    let screen: Vec<_> = carried.into_iter().map(wrap).collect();
    [thetas, phis, screen].concat()
}

/// phi in [0, 2 pi). Where it is shared between two ports, a turn of it is half a turn on each, and that
/// goes on.
fn turns(phi: f64, shares: &[f64; 2], carried: &mut [f64], places: [usize; 2]) -> f64 {
    let wrapped = wrap(phi);
    let whole = ((phi - wrapped) / std::f64::consts::TAU).round();
    for (share, port) in shares.iter().zip(places) {
        if share.fract() != 0.0 && whole % 2.0 != 0.0 {
            carried[port] += PI;
        }
    }
    wrapped
}
