//! How much each phase shifter and each coupler matters.
//!
//! # Definition
//! A small error delta (in rad, of a phase or of a coupler's angle) turns U into U + i delta X. Per part:
//!
//! ```text
//! field         |X|_F / |U|_F                          relative error of U per rad
//! infidelity    (|X|^2 |U|^2 - |Tr U^H X|^2) / |U|^4   1 - F = infidelity delta^2 + ..
//! intensity     |dP/d delta|_F / |P|_F                 P = |U_ij|^2, what photodiodes see
//! ```
//! with the Frobenius norm and the fidelity F of [`crate::matrix::fidelity`]. X = post (x) pre is the outer
//! product of what follows a phase shifter and what precedes it, and the sum of two for a coupler.
//! One sweep forwards and one backwards give all of them: O(N^3) for field and infidelity, O(N^4) for
//! intensity.
//!
//! # A law
//! **In a mesh without loss, field and infidelity are the same everywhere**, whatever the phases and the
//! topology: post and pre are then columns and rows of unitaries, so that |X| is 1 for a phase and
//! sqrt(2) for a coupler, Tr U^H X is of modulus 1 and 0:
//!
//! ```text
//!            field          infidelity        sum over all couplers of field^2 sigma^2, N (N - 1) of them:
//! phase      sqrt(1 / N)    (N - 1) / N^2     2 (N - 1) sigma^2, which is |dU|^2 / N for independent errors
//! coupler    sqrt(2 / N)    2 / N             (Hamerly et al., arXiv:2103.04993)
//! ```
//! What differs between parts is what is lost behind and before them, what intensities show (gamma:
//! nothing), and what is left after correction.

use crate::component::mzi::ArmTransmission;
use crate::mesh::cell::Cell;
use crate::mesh::haar::haar_phases;
use crate::mesh::{MeshHardware, MeshPhases};
use crate::units::loss_db_to_field_ratio;
use num_complex::Complex64;
use numerics::{Streams, vectorize};
use rayon::prelude::*;
use std::f64::consts::FRAC_PI_4;

/// How much one part matters.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sensitivity {
    /// Relative error of the matrix per rad, rms over the draws.
    pub field_per_rad: f64,
    /// Lost fidelity per rad^2, mean over the draws.
    pub infidelity_per_rad2: f64,
    /// Relative error of the matrix of intensities per rad, rms over the draws.
    pub intensity_per_rad: f64,
}

/// How much all parts of a mesh matter.
#[derive(Clone, Debug, PartialEq)]
pub struct SensitivityMap {
    /// Internal phases, one per MZI.
    pub theta: Vec<Sensitivity>,
    /// External phases, one per MZI.
    pub phi: Vec<Sensitivity>,
    /// Output phases, one per port.
    pub gamma: Vec<Sensitivity>,
    /// Couplers on the input side, one per cell; what a cell does not have counts as 0.
    pub coupler_in: Vec<Sensitivity>,
    /// Couplers on the output side, one per cell.
    pub coupler_out: Vec<Sensitivity>,
    /// Settings over which the mean is taken.
    pub draws: usize,
}

impl SensitivityMap {
    /// Relative error of the matrix, rms, that independent errors of all couplers with a standard deviation
    /// of 1 rad would give to first order: times sigma, that of a process.
    pub fn all_couplers_per_rad(&self) -> f64 {
        let squares = self.coupler_in.iter().chain(&self.coupler_out);
        squares
            .map(|s| s.field_per_rad * s.field_per_rad)
            .sum::<f64>()
            .sqrt()
    }

    /// The same of all phases.
    pub fn all_phases_per_rad(&self) -> f64 {
        let squares = self.theta.iter().chain(&self.phi).chain(&self.gamma);
        squares
            .map(|s| s.field_per_rad * s.field_per_rad)
            .sum::<f64>()
            .sqrt()
    }
}

/// The sensitivities of a mesh, averaged over `draws` settings of [`haar_phases`] from the stream
/// `sensitivity` (draw, 0), on all threads.
///
/// ```
/// use photonics::mesh::{MeshHardware, rectangular::rectangular};
/// use photonics::validate::sensitivity::sensitivity;
/// let mesh = MeshHardware::ideal(rectangular(6)?.into());
/// let map = sensitivity(&mesh, 2, &numerics::Streams::new(1));
/// assert!((map.all_couplers_per_rad() - 10_f64.sqrt()).abs() < 1e-12); // sqrt(2 (N - 1))
/// assert!(map.gamma.iter().all(|gamma| gamma.intensity_per_rad < 1e-12));
/// # Ok::<(), photonics::mesh::TopologyError>(())
/// ```
pub fn sensitivity(hardware: &MeshHardware, draws: usize, streams: &Streams) -> SensitivityMap {
    let topology = hardware.topology();
    let (mzis, ports) = (topology.mzis(), topology.ports());
    let all: Vec<Vec<Sensitivity>> = (0..draws)
        .into_par_iter()
        .map(|draw| {
            let phases = haar_phases(topology, &mut streams.derive("sensitivity", draw as u64, 0));
            squares(hardware, &phases)
        })
        .collect();
    // Sums in the order of the draws.
    let mut mean = vec![Sensitivity::default(); 4 * mzis + ports];
    for draw in &all {
        for (mean, one) in mean.iter_mut().zip(draw) {
            mean.field_per_rad += one.field_per_rad;
            mean.infidelity_per_rad2 += one.infidelity_per_rad2;
            mean.intensity_per_rad += one.intensity_per_rad;
        }
    }
    for mean in &mut mean {
        let share = 1.0 / draws as f64;
        mean.field_per_rad = (share * mean.field_per_rad).sqrt();
        mean.infidelity_per_rad2 *= share;
        mean.intensity_per_rad = (share * mean.intensity_per_rad).sqrt();
    }
    let mut parts = mean.chunks(mzis.max(1)).map(<[_]>::to_vec);
    let mut next = |count: usize| {
        if count == 0 {
            Vec::new()
        } else {
            parts.next().unwrap_or_default()
        }
    };
    let (theta, phi, coupler_in, coupler_out) = (next(mzis), next(mzis), next(mzis), next(mzis));
    SensitivityMap {
        theta,
        phi,
        coupler_in,
        coupler_out,
        gamma: mean[4 * mzis..].to_vec(),
        draws,
    }
}

/// The sensitivities at one setting [theta | phi | gamma], in the order theta, phi, couplers of the
/// input side, of the output side, gamma; field and intensity squared.
fn squares(hardware: &MeshHardware, phases_rad: &[f64]) -> Vec<Sensitivity> {
    let topology = hardware.topology();
    let (mzis, ports) = (topology.mzis(), topology.ports());
    let Some(phases) = MeshPhases::split(phases_rad, mzis, ports) else {
        return Vec::new();
    };
    let steps = steps(hardware, phases);
    // Rows of what precedes each step, couplers included.
    let mut u = Rows::identity(ports, ports);
    let mut pre = Vec::with_capacity(steps.len());
    for step in &steps {
        let before = matches!(step, Step::Port { .. });
        if !before {
            u.apply(step);
        }
        pre.push(
            step.ports()
                .map(|port| port.map(|port| u.row(port).clone())),
        );
        if before {
            u.apply(step);
        }
    }
    let power: f64 = u.0.iter().map(Row::norm_sqr).sum();
    let intensity: f64 = u.0.iter().flat_map(Row::norms).map(|p| p * p).sum();
    // Columns of what follows each step, and below them U^H times these.
    let mut post = Rows::identity(ports, ports);
    for (port, row) in post.0.iter_mut().enumerate() {
        let conjugate = u.row(port);
        row.re.extend(&conjugate.re);
        row.im.extend(conjugate.im.iter().map(|x| -x));
    }
    let mut found = vec![Sensitivity::default(); 4 * mzis + ports];
    for (step, pre) in steps.iter().zip(&pre).rev() {
        match (step, pre) {
            (Step::Port { port, slopes, .. }, [Some(pre), _]) => {
                for (place, slope) in slopes {
                    let changed = pre.times(*slope);
                    let outer = [(post.row(*port), &changed)];
                    found[*place] = measure(&outer, &u, power, intensity);
                }
            }
            (
                Step::Coupler {
                    upper,
                    lower,
                    place,
                    ..
                },
                [Some(pre_upper), Some(pre_lower)],
            ) => {
                let outer = [(post.row(*upper), pre_lower), (post.row(*lower), pre_upper)];
                found[*place] = measure(&outer, &u, power, intensity);
            }
            _ => {}
        }
        // Steps are symmetric, so what follows, transposed, is the same product in the other order.
        post.apply(step);
    }
    found
}

/// Of X, the sum of the outer products post (x) pre; below each post stands U^H post.
fn measure(outer: &[(&Row, &Row)], u: &Rows, power: f64, intensity: f64) -> Sensitivity {
    let ports = u.0.len();
    let mut overlap = Complex64::ZERO;
    let mut square = 0.0;
    for (post, pre) in outer {
        for j in 0..ports {
            overlap += pre.at(j) * post.at(ports + j);
        }
        for (other_post, other_pre) in outer {
            let product = |x: &Row, y: &Row| -> Complex64 {
                (0..ports).map(|i| x.at(i).conj() * y.at(i)).sum()
            };
            square += (product(post, other_post) * product(pre, other_pre)).re;
        }
    }
    let mut changes = 0.0;
    for i in 0..ports {
        let u = u.row(i);
        let sum = |lanes: [f64; 8]| lanes.iter().sum::<f64>();
        changes += match outer {
            [one] => sum(vectorize(
                #[inline(always)]
                || squared_changes([*one], i, u),
            )),
            [one, other] => sum(vectorize(
                #[inline(always)]
                || squared_changes([*one, *other], i, u),
            )),
            _ => 0.0,
        };
    }
    Sensitivity {
        field_per_rad: square / power,
        infidelity_per_rad2: (square * power - overlap.norm_sqr()) / (power * power),
        intensity_per_rad: changes / intensity,
    }
}

/// Sums over every eighth column of (d|U_ij|^2)^2 = (2 Im(U_ij* X_ij))^2 in row i.
#[inline(always)]
fn squared_changes<const P: usize>(outer: [(&Row, &Row); P], i: usize, u: &Row) -> [f64; 8] {
    let mut sums = [0.0; 8];
    let columns = u.re.len();
    for start in (0..columns).step_by(8) {
        let mut x = [[0.0; 8]; 2];
        let end = (start + 8).min(columns);
        for (post, pre) in outer {
            let (re, im) = (post.re[i], post.im[i]);
            for (lane, (p, q)) in pre.re[start..end]
                .iter()
                .zip(&pre.im[start..end])
                .enumerate()
            {
                x[0][lane] = re.mul_add(*p, (-im).mul_add(*q, x[0][lane]));
                x[1][lane] = re.mul_add(*q, im.mul_add(*p, x[1][lane]));
            }
        }
        for (lane, (p, q)) in u.re[start..end].iter().zip(&u.im[start..end]).enumerate() {
            let change = 2.0 * p.mul_add(x[1][lane], -(q * x[0][lane]));
            sums[lane] = change.mul_add(change, sums[lane]);
        }
    }
    sums
}

/// Complex numbers, real and imaginary parts apart.
#[derive(Clone, Debug)]
struct Row {
    re: Vec<f64>,
    im: Vec<f64>,
}

impl Row {
    fn at(&self, index: usize) -> Complex64 {
        Complex64::new(self.re[index], self.im[index])
    }

    fn times(&self, factor: Complex64) -> Self {
        let products = (0..self.re.len()).map(|index| self.at(index) * factor);
        let (re, im) = products.map(|x| (x.re, x.im)).unzip();
        Self { re, im }
    }

    fn norms(&self) -> impl Iterator<Item = f64> {
        self.re
            .iter()
            .zip(&self.im)
            .map(|(re, im)| re * re + im * im)
    }

    fn norm_sqr(&self) -> f64 {
        self.norms().sum()
    }
}

/// A matrix, row by row.
struct Rows(Vec<Row>);

impl Rows {
    fn identity(rows: usize, columns: usize) -> Self {
        let row = |row: usize| Row {
            re: (0..columns)
                .map(|column| f64::from(column == row))
                .collect(),
            im: vec![0.0; columns],
        };
        Self((0..rows).map(row).collect())
    }

    fn row(&self, row: usize) -> &Row {
        &self.0[row]
    }

    fn apply(&mut self, step: &Step) {
        match *step {
            Step::Port { port, factor, .. } => {
                let Row { re, im } = &mut self.0[port];
                for (re, im) in re.iter_mut().zip(im) {
                    let (x, y) = (*re, *im);
                    *re = x * factor.re - y * factor.im;
                    *im = x * factor.im + y * factor.re;
                }
            }
            Step::Crossing { upper, lower } => self.0.swap(upper, lower),
            Step::Coupler {
                upper,
                lower,
                cos,
                sin,
                ..
            } => {
                if let Ok([a, b]) = self.0.get_disjoint_mut([upper, lower]) {
                    let (re, im) = (
                        a.re.iter_mut().zip(&mut b.re),
                        a.im.iter_mut().zip(&mut b.im),
                    );
                    for ((a_re, b_re), (a_im, b_im)) in re.zip(im) {
                        let (p, q, r, s) = (*a_re, *a_im, *b_re, *b_im);
                        (*a_re, *a_im) = (cos * p - sin * s, cos * q + sin * r);
                        (*b_re, *b_im) = (cos * r - sin * q, cos * s + sin * p);
                    }
                }
            }
        }
    }
}

/// What happens to light one after the other. All of it is symmetric.
enum Step {
    /// A factor on one port.
    Port {
        port: usize,
        factor: Complex64,
        /// Parts that it depends on: their places, and -i times the derivatives of the factor.
        slopes: Vec<(usize, Complex64)>,
    },
    /// A coupler.
    Coupler {
        upper: usize,
        lower: usize,
        cos: f64,
        sin: f64,
        place: usize,
    },
    /// Two ports that change places.
    Crossing { upper: usize, lower: usize },
}

impl Step {
    /// A phase and a loss.
    fn shifter(port: usize, t: f64, phase_rad: f64, place: usize) -> Self {
        let factor = polar(t, phase_rad);
        Self::Port {
            port,
            factor,
            slopes: vec![(place, factor)],
        }
    }

    fn loss(port: usize, t: f64) -> Self {
        Self::Port {
            port,
            factor: Complex64::from(t),
            slopes: Vec::new(),
        }
    }

    fn coupler([upper, lower]: [usize; 2], angle_rad: f64, place: usize) -> Self {
        Self::Coupler {
            upper,
            lower,
            cos: libm::cos(angle_rad),
            sin: libm::sin(angle_rad),
            place,
        }
    }

    fn ports(&self) -> [Option<usize>; 2] {
        match *self {
            Self::Port { port, .. } => [Some(port), None],
            Self::Coupler { upper, lower, .. } | Self::Crossing { upper, lower } => {
                [Some(upper), Some(lower)]
            }
        }
    }
}

fn polar(t: f64, phase_rad: f64) -> Complex64 {
    Complex64::new(t * libm::cos(phase_rad), t * libm::sin(phase_rad))
}

fn steps(hardware: &MeshHardware, phases: MeshPhases<'_>) -> Vec<Step> {
    let topology = hardware.topology();
    let cells = topology.mzis();
    let mut steps = Vec::with_capacity(6 * cells + topology.ports());
    for (index, placed) in topology.placed().enumerate() {
        let [upper, lower] = placed.ports;
        let arms = hardware
            .losses()
            .map_or(ArmTransmission::LOSSLESS, |losses| losses.arms[index]);
        let errors = hardware.errors_rad()[index];
        let (theta, phi) = (phases.theta_rad[index], phases.phi_rad[index]);
        let coupler = |side: usize| {
            let place = (2 + side) * cells + index;
            Step::coupler(placed.ports, FRAC_PI_4 + errors[side], place)
        };
        let both = || {
            [
                Step::loss(upper, arms.outer_upper * arms.inner_upper),
                Step::loss(lower, arms.outer_lower * arms.inner_lower),
            ]
        };
        match placed.cell {
            Cell::Mzi => steps.extend([
                Step::shifter(upper, arms.outer_upper, phi, cells + index),
                Step::loss(lower, arms.outer_lower),
                coupler(0),
                Step::shifter(upper, arms.inner_upper, theta, index),
                Step::loss(lower, arms.inner_lower),
                coupler(1),
            ]),
            Cell::Symmetric => steps.extend([
                Step::loss(upper, arms.outer_upper),
                Step::loss(lower, arms.outer_lower),
                coupler(0),
                Step::shifter(upper, arms.inner_upper, theta, index),
                Step::shifter(lower, arms.inner_lower, phi, cells + index),
                coupler(1),
            ]),
            Cell::Coupler { angle_rad } => {
                steps.extend(both());
                let place = 2 * cells + index;
                steps.push(Step::coupler(placed.ports, angle_rad + errors[0], place));
            }
            Cell::Crossing => {
                steps.extend(both());
                steps.push(Step::Crossing { upper, lower });
            }
            Cell::Shifter => {
                let t = arms.outer_upper * arms.inner_upper;
                steps.push(Step::shifter(upper, t, theta, index));
            }
            Cell::Loss { loss_db } => {
                let t = arms.outer_upper * arms.inner_upper;
                steps.push(Step::loss(upper, t * loss_db_to_field_ratio(loss_db)));
            }
            Cell::Attenuator => steps.push(attenuator(upper, theta, errors, arms, cells, index)),
        }
    }
    for (port, &gamma) in phases.gamma_rad.iter().enumerate() {
        let t = hardware.losses().map_or(1.0, |losses| losses.output[port]);
        steps.push(Step::shifter(port, t, gamma, 4 * cells + port));
    }
    // What changes nothing.
    steps.retain(|step| !matches!(step, Step::Port { factor, slopes, .. } if slopes.is_empty() && *factor == Complex64::ONE));
    steps
}

/// From the upper input to the upper output of an MZI: c1 c2 a exp(i theta) - s1 s2 b.
fn attenuator(
    port: usize,
    theta_rad: f64,
    [e1, e2]: [f64; 2],
    arms: ArmTransmission,
    cells: usize,
    index: usize,
) -> Step {
    let ([c1, c2], [s1, s2]) = (
        [e1, e2].map(|e| libm::cos(FRAC_PI_4 + e)),
        [e1, e2].map(|e| libm::sin(FRAC_PI_4 + e)),
    );
    let upper = polar(arms.outer_upper * arms.inner_upper, theta_rad);
    let lower = Complex64::from(arms.outer_upper * arms.inner_lower);
    let by = |derivative: Complex64| derivative * -Complex64::I;
    Step::Port {
        port,
        factor: upper * (c1 * c2) - lower * (s1 * s2),
        slopes: vec![
            (index, upper * (c1 * c2)),
            (
                2 * cells + index,
                by(-upper * (s1 * c2) - lower * (c1 * s2)),
            ),
            (
                3 * cells + index,
                by(-upper * (c1 * s2) - lower * (s1 * c2)),
            ),
        ],
    }
}
