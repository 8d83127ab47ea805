//! A unitary that is reduced to a diagonal by MZIs on neighbouring ports, element by element.
//!
//! An ideal MZI is T = i exp(i theta/2) [[s exp(i phi), c], [c exp(i phi), -s]] with c = cos(theta/2),
//! s = sin(theta/2). Multiplying by T^H from the right undoes an MZI that light meets first;
//! multiplying by T from the left leaves T^H as the MZI that light meets last, and
//! T^H diag(d0, d1) = diag(d0', d1') T' makes an MZI with its phase at the input of it.
//!
//! Every step is a Givens rotation, so the error is of the order N eps whatever the target; phases of
//! zeros have no effect and are 0.

use crate::mesh::topology::Topology;
use libm::{atan2, hypot};
use nalgebra::DMatrix;
use num_complex::Complex64;
use std::f64::consts::{PI, TAU};

/// Which element is made 0, by an MZI on `port` and `port + 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// (row, port), by the MZI there that light meets next.
    Input {
        /// Row of the element.
        row: usize,
        /// Its column, and the upper port.
        port: usize,
    },
    /// (row, port + 1), by the MZI there that light meets next.
    LowerInput {
        /// Row of the element.
        row: usize,
        /// The upper port.
        port: usize,
    },
    /// (port + 1, column), by the MZI there that light meets last.
    Output {
        /// The upper port.
        port: usize,
        /// Column of the element.
        column: usize,
    },
}

/// What is left of the target, and the MZIs that were taken off.
pub(crate) struct Reduction {
    rest: DMatrix<Complex64>,
    /// MZIs at the inputs, the one that light meets first at the front.
    inputs: Vec<Setting>,
    /// T of the MZIs at the outputs, the one that light meets last at the front.
    outputs: Vec<Setting>,
    /// Pairs of elements that were rotated: what the reduction has cost.
    pub(super) rotated: usize,
}

/// One MZI on the ports `port` and `port + 1`.
struct Setting {
    port: usize,
    theta_rad: f64,
    /// cos(theta/2) and sin(theta/2).
    cos: f64,
    sin: f64,
    /// exp(i phi)
    phi: Complex64,
}

impl Setting {
    /// cos(theta/2) : sin(theta/2) = |cos| : |sin|; the bar state where both are 0.
    fn new(port: usize, cos: Complex64, sin: Complex64, phi: Complex64) -> Self {
        let (cos, sin) = (modulus(cos), modulus(sin));
        let norm = hypot(cos, sin);
        let (cos, sin) = if norm > 0.0 {
            (cos / norm, sin / norm)
        } else {
            (0.0, 1.0)
        };
        Self {
            port,
            theta_rad: 2.0 * atan2(sin, cos),
            cos,
            sin,
            phi,
        }
    }

    /// i exp(i theta/2)
    fn common(&self) -> Complex64 {
        Complex64::new(-self.sin, self.cos)
    }
}

impl Reduction {
    pub(crate) fn new(target: &DMatrix<Complex64>) -> Self {
        Self {
            rest: target.clone(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            rotated: 0,
        }
    }

    /// The target with all `steps` taken.
    pub(super) fn of(target: &DMatrix<Complex64>, steps: impl IntoIterator<Item = Step>) -> Self {
        let mut reduction = Self::new(target);
        steps.into_iter().for_each(|step| reduction.take(step));
        reduction
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &DMatrix<Complex64> {
        &self.rest
    }

    /// Takes an MZI off.
    pub(crate) fn take(&mut self, step: Step) {
        match step {
            Step::Input { row, port } => self.null_from_input(row, port),
            Step::LowerInput { row, port } => self.null_lower_from_input(row, port),
            Step::Output { port, column } => self.null_from_output(port, column),
        }
    }

    /// Makes element (row, port) 0 by an MZI at the inputs `port` and `port + 1`.
    fn null_from_input(&mut self, row: usize, port: usize) {
        let (a, b) = (self.rest[(row, port)], self.rest[(row, port + 1)]);
        // a exp(-i phi) s + b c = 0
        let mzi = Setting::new(port, a, b, -(direction(a) * direction(b).conj()));
        self.undo_at_input(mzi);
        self.rest[(row, port)] = Complex64::ZERO;
    }

    /// Makes element (row, port + 1) 0 by an MZI at the inputs `port` and `port + 1`.
    fn null_lower_from_input(&mut self, row: usize, port: usize) {
        let (a, b) = (self.rest[(row, port)], self.rest[(row, port + 1)]);
        // a exp(-i phi) c - b s = 0
        let mzi = Setting::new(port, b, a, direction(a) * direction(b).conj());
        self.undo_at_input(mzi);
        self.rest[(row, port + 1)] = Complex64::ZERO;
    }

    fn undo_at_input(&mut self, mzi: Setting) {
        let (common, back, port) = (mzi.common().conj(), mzi.phi.conj(), mzi.port);
        for i in 0..self.rest.nrows() {
            let (x, y) = (back * self.rest[(i, port)], self.rest[(i, port + 1)]);
            self.rest[(i, port)] = common * (x * mzi.sin + y * mzi.cos);
            self.rest[(i, port + 1)] = common * (x * mzi.cos - y * mzi.sin);
        }
        self.rotated += self.rest.nrows();
        self.inputs.push(mzi);
    }

    /// Makes element (port + 1, column) 0 by an MZI at the outputs `port` and `port + 1`.
    fn null_from_output(&mut self, port: usize, column: usize) {
        let (a, b) = (self.rest[(port, column)], self.rest[(port + 1, column)]);
        // a exp(i phi) c - b s = 0
        let mzi = Setting::new(port, b, a, direction(b) * direction(a).conj());
        let common = mzi.common();
        for j in 0..self.rest.ncols() {
            let (x, y) = (mzi.phi * self.rest[(port, j)], self.rest[(port + 1, j)]);
            self.rest[(port, j)] = common * (x * mzi.sin + y * mzi.cos);
            self.rest[(port + 1, j)] = common * (x * mzi.cos - y * mzi.sin);
        }
        self.rest[(port + 1, column)] = Complex64::ZERO;
        self.rotated += self.rest.ncols();
        self.outputs.push(mzi);
    }

    /// [theta | phi | gamma] of `topology`, once the rest is diagonal.
    ///
    /// The k-th MZI that was taken off two ports is the k-th that `topology` has there: MZIs on other
    /// ports commute, so this is the order that counts. MZIs and ports that `topology` has beyond that
    /// are the identity: theta = phi = pi, gamma = 0.
    pub(super) fn phases(self, topology: &Topology) -> Vec<f64> {
        let (mzis, ports) = (topology.mzis(), topology.ports());
        let mut places = vec![Vec::new(); ports];
        for (mzi, pair) in topology.pairs().iter().enumerate().rev() {
            places[pair.upper as usize].push(mzi);
        }
        let mut phases = vec![PI; 2 * mzis];
        phases.resize(2 * mzis + ports, 0.0);
        let mut place = |port: usize, theta_rad: f64, phi: Complex64| {
            if let Some(mzi) = places[port].pop() {
                phases[mzi] = theta_rad;
                phases[mzis + mzi] = angle(phi);
            }
        };
        for mzi in &self.inputs {
            place(mzi.port, mzi.theta_rad, mzi.phi);
        }
        let size = self.rest.nrows();
        let mut screen: Vec<Complex64> = (0..size).map(|i| direction(self.rest[(i, i)])).collect();
        for mzi in self.outputs.iter().rev() {
            let (upper, lower) = (screen[mzi.port], screen[mzi.port + 1]);
            place(mzi.port, mzi.theta_rad, upper * lower.conj());
            // T^H has the common factor -i exp(-i theta/2), T' the inverse of it.
            let lower = lower * mzi.common().conj().powu(2);
            screen[mzi.port] = lower * mzi.phi.conj();
            screen[mzi.port + 1] = lower;
        }
        for (gamma, x) in phases[2 * mzis..].iter_mut().zip(screen) {
            *gamma = angle(x);
        }
        phases
    }
}

pub(super) fn modulus(x: Complex64) -> f64 {
    hypot(x.re, x.im)
}

/// exp(i arg x), and 1 for 0.
pub(super) fn direction(x: Complex64) -> Complex64 {
    let norm = modulus(x);
    if norm > 0.0 { x / norm } else { Complex64::ONE }
}

/// arg x in [0, 2 pi).
pub(super) fn angle(x: Complex64) -> f64 {
    let angle = atan2(x.im, x.re);
    let turned = if angle < 0.0 { angle + TAU } else { angle };
    // A small negative angle rounds to a whole turn.
    if turned < TAU { turned } else { 0.0 }
}
