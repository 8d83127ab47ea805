//! The reachable dimension: in how many independent directions a mesh can change its matrix.
//!
//! # Definition
//! The real rank of the Jacobian d U / d(phases) at generic phases, with ideal couplers and without the
//! loss of a process: the dimension of the set of matrices that the mesh can be. Shifters beyond the rank
//! are redundant: so many of them can be left where they are. **A mesh that takes no light by design** is a
//! set of unitaries, of which there are N^2 dimensions. The real rank is then the complex one: times U^H
//! from the right, each column of the Jacobian is i times a Hermitian matrix, and Hermitian matrices that
//! are independent over the real numbers are so over the complex ones. **With attenuators or losses** a mesh
//! may be any matrix whose singular values are at most 1, a set with an interior: 2 N^2 dimensions. Vectors
//! v are independent over the real numbers just where the stacked (v, conj v) are so over the complex ones,
//! so the rank is that of the Jacobian of U and conj U together.
//!
//! # Computation
//! A phase shifter k on port p changes U by i z_k post_k[:, p] (x) pre_k[p, :], an outer product of what
//! follows and what precedes it, so the Jacobian is K vectors of N^2 elements. Its elements are
//! polynomials in z_k = exp(i phase_k) whose coefficients are made of i and sqrt(2). **They are
//! evaluated not in floating point but modulo a prime q = 1 mod 8**, in which i and sqrt(2) exist, at
//! random z. The rank there is never above the generic one, so what is found is a lower bound for
//! certain; it is below with a small probability, and where it equals min(K, N^2) it is exact.
//! Conjugated elements are the same polynomials in 1 / z_k with -i for i; an attenuator is (z - 1) / 2.
//!
//! **Couplers of other ratios and losses** have no number modulo q; each value stands for a generic one:
//! cos and sin are random numbers with cos^2 + sin^2 = 1, a loss is a random factor, the same for equal
//! values. Couplers of 0, 50, 100 % are what they are. The rank at special values may be lower than this
//! one, which is that of all values but a set of measure 0.
//!
//! # Probability
//! Let r be the generic rank, and take an r x r minor that is not 0.
//! - As a polynomial in z it has at most the degree D, the sum over its rows of the most shifters on a
//!   way through the mesh; it vanishes at random z with a probability of at most D / (q - 1) (Schwartz,
//!   J. ACM 27, 701 (1980), doi:10.1145/322217.322225; Zippel, doi:10.1007/3-540-09519-5_73). Powers of
//!   1 / z are multiplied away row by row, which adds 2 K to the degree of conjugated rows, and for each ratio
//!   the most couplers of other ratios on a way.
//! - All its coefficients may be 0 modulo q. Times sqrt(2) to the power C, the sum over its rows of the
//!   most couplers on a way, they lie in Z\[zeta_8\]. For |z| = 1 every row has at most the norm 1, so by
//!   Hadamard and Cauchy no coefficient exceeds sqrt(2)^C; the norm of one that is not 0 is at most
//!   2^(2C), and at most 2C / 23 prime ideals over primes above 2^23 divide it. The prime and its root
//!   are drawn from 4 x 128,431. An attenuator and a coupler of another ratio count as two couplers.
//!
//! Trials with other primes and other z are independent: they are repeated until the product of the
//! bounds is below [`FAILURE`], at most [`MOST_TRIALS`] times.

mod prime_field;
mod rank;

use super::parts::{Part, Parts, absorbs, parts};
use crate::mesh::Topology;
use numerics::{Stream, Streams};
use prime_field::{PRIMES, PrimeField, SMALLEST};
use rank::{Modulus, TILE, rank};
use rayon::prelude::*;
use thiserror::Error;

/// The probability of too low a rank stays below this, but for meshes so deep that the bound on it says
/// nothing.
pub const FAILURE: f64 = 1e-5;

/// Evaluations, at most.
pub const MOST_TRIALS: usize = 16;

/// The reachable dimension of a mesh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReachableDimension {
    /// The rank of the Jacobian at generic phases.
    pub rank: usize,
    /// N^2, the dimension of all unitaries; 2 N^2, that of all matrices, where the mesh takes light by
    /// design.
    pub full: usize,
    /// Phase shifters.
    pub shifters: usize,
    /// Bound on the probability that the true rank is larger: 0 where it cannot be.
    pub failure: f64,
    /// Evaluations that were made.
    pub trials: usize,
}

impl ReachableDimension {
    /// Shifters that add nothing.
    pub fn redundancy(&self) -> usize {
        self.shifters - self.rank
    }

    /// Whether the mesh can change in every direction that a unitary has, or a matrix if it takes light by
    /// design. In a universal mesh it can.
    pub fn is_full(&self) -> bool {
        self.rank == self.full
    }
}

/// Which phase shifters count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shifters {
    /// theta, phi and gamma.
    All,
    /// theta and phi: without the output phase screen.
    WithoutScreen,
}

/// Why there is no answer.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ReachableError {
    /// The Jacobian is too large.
    #[error(
        "the Jacobian of {shifters} phase shifters and {ports} ports takes {bytes} bytes, at most \
         {limit} allowed"
    )]
    TooLarge {
        /// Phase shifters.
        shifters: usize,
        /// Ports.
        ports: usize,
        /// What it takes.
        bytes: u64,
        /// What is allowed.
        limit: u64,
    },
}

/// Memory that the analysis takes in bytes, but for what is small beside it.
pub fn memory_bytes(topology: &Topology, shifters: Shifters) -> u64 {
    let count = count(topology, shifters) as u64;
    let elements = (full(topology) as u64).next_multiple_of(TILE as u64);
    8u64.saturating_mul(count).saturating_mul(elements)
}

/// The dimension of all matrices that such a mesh might be.
fn full(topology: &Topology) -> usize {
    let square = topology.ports() * topology.ports();
    if absorbs(topology) {
        2 * square
    } else {
        square
    }
}

/// The reachable dimension of `topology`, exact or with a probability of [`FAILURE`] of being too low.
///
/// K phase shifters and N ports take K N^2 numbers and up to K^2 N^2 multiply-adds, on all threads, twice as
/// many with attenuators or losses. Random numbers come from the stream `reachable-dimension` (trial, 0).
///
/// # Errors
/// A Jacobian of more than `memory_limit_bytes`.
///
/// ```
/// use photonics::mesh::{butterfly::butterfly, rectangular::rectangular};
/// use photonics::validate::reachable::{Shifters, reachable_dimension};
/// let streams = numerics::Streams::new(1);
/// let full = reachable_dimension(&rectangular(8)?, Shifters::All, &streams, 1 << 30)?;
/// assert_eq!((full.rank, full.redundancy(), full.failure), (64, 0, 0.0));
/// // An FFT-shaped mesh has too few MZIs for all unitaries.
/// let part = reachable_dimension(&butterfly(8)?, Shifters::All, &streams, 1 << 30)?;
/// assert_eq!((part.rank, part.full), (32, 64));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn reachable_dimension(
    topology: &Topology,
    shifters: Shifters,
    streams: &Streams,
    memory_limit_bytes: u64,
) -> Result<ReachableDimension, ReachableError> {
    let bytes = memory_bytes(topology, shifters);
    let count = count(topology, shifters);
    let ports = topology.ports();
    if bytes > memory_limit_bytes {
        return Err(ReachableError::TooLarge {
            shifters: count,
            ports,
            bytes,
            limit: memory_limit_bytes,
        });
    }
    let full = full(topology);
    let real = full > ports * ports;
    let parts = parts(topology);
    let bound = bound(&parts, ports, count.min(full), real);
    let mut found = ReachableDimension {
        rank: 0,
        full,
        shifters: count,
        failure: 1.0,
        trials: 0,
    };
    let mut jacobian = Vec::new();
    while found.failure > FAILURE && found.trials < MOST_TRIALS {
        let mut stream = streams.derive("reachable-dimension", found.trials as u64, 0);
        let field = PrimeField::random(&mut stream);
        let draw = |count: usize, stream: &mut Stream| -> Vec<u64> {
            (0..count).map(|_| field.random_unit(stream)).collect()
        };
        let point = Point {
            field,
            units: draw(parts.list.len(), &mut stream),
            ratios: draw(parts.ratios, &mut stream),
            losses: draw(parts.losses, &mut stream),
        };
        let mut halves = vec![rows(&parts, ports, shifters, &point)];
        if real {
            halves.push(conjugated(&parts, ports, shifters, &point));
        }
        let modulus = Modulus::new(field.modulus);
        let columns = outer_products(&halves, ports, modulus, &mut jacobian);
        let rank = rank(&mut jacobian, columns, modulus);
        found.trials += 1;
        found.failure *= bound;
        found.rank = found.rank.max(rank);
        if found.rank == count.min(full) {
            found.failure = 0.0;
        }
    }
    Ok(found)
}

fn count(topology: &Topology, shifters: Shifters) -> usize {
    topology.shifters()
        - match shifters {
            Shifters::All => 0,
            Shifters::WithoutScreen => topology.ports(),
        }
}

/// The probability, at most, that one trial misses a rank of at most `rank`.
fn bound(parts: &Parts, ports: usize, rank: usize, real: bool) -> f64 {
    // The most shifters and losses, couplers, and couplers of other ratios on a way to each port.
    let mut most = vec![[0_u64; 3]; ports];
    let mut all_shifters = 0_u64;
    for part in &parts.list {
        match *part {
            Part::Shifter { port } => {
                all_shifters += 1;
                most[port][0] += 1;
            }
            Part::Attenuator { port } => {
                all_shifters += 1;
                most[port][0] += 1;
                most[port][1] += 2;
            }
            Part::Loss { port, .. } => most[port][0] += 1,
            Part::Crossing { upper, lower } => most.swap(upper, lower),
            Part::Coupler { upper, lower } | Part::OtherCoupler { upper, lower, .. } => {
                let other = u64::from(matches!(part, Part::OtherCoupler { .. }));
                let [a, b] = [most[upper], most[lower]];
                let largest = |kind: usize| a[kind].max(b[kind]);
                let both = [largest(0), largest(1) + 1 + other, largest(2) + other];
                (most[upper], most[lower]) = (both, both);
            }
        }
    }
    let largest = |kind: usize| most.iter().map(|most| most[kind]).max().unwrap_or(0) as f64;
    let conjugation = if real { 2.0 * all_shifters as f64 } else { 0.0 };
    let of_ratios = (parts.ratios + 1) as f64 * largest(2);
    let degree = rank as f64 * (largest(0) + conjugation + of_ratios);
    let bits = 2.0 * rank as f64 * largest(1);
    let bound = degree / (SMALLEST - 1) as f64 + bits / 23.0 / (4 * PRIMES) as f64;
    bound.min(1.0)
}

/// Where the polynomials are evaluated.
struct Point {
    field: PrimeField,
    /// z, a number for each part.
    units: Vec<u64>,
    /// exp(i angle) of couplers.
    ratios: Vec<u64>,
    losses: Vec<u64>,
}

/// For each shifter the column of what follows it and the row of what precedes it.
struct Rows {
    post: Vec<u64>,
    pre: Vec<u64>,
}

fn counted(parts: &Parts, ports: usize, shifters: Shifters) -> impl Fn(usize) -> bool {
    let screen = parts.list.len() - ports;
    move |index| shifters == Shifters::All || index < screen
}

/// Of the matrix, less i z of each shifter.
fn rows(parts: &Parts, ports: usize, shifters: Shifters, point: &Point) -> Rows {
    let counts = counted(parts, ports, shifters);
    let field = &point.field;
    let sweep = |order: &mut dyn Iterator<Item = usize>| {
        let mut seen = Vec::new();
        let mut matrix = identity(ports);
        for index in order {
            let (port, factor) = match parts.list[index] {
                Part::Shifter { port } => (port, point.units[index]),
                Part::Attenuator { port } => (port, field.attenuation(point.units[index])),
                Part::Loss { port, loss } => (port, point.losses[loss]),
                Part::Coupler { upper, lower } => {
                    mix(&mut matrix, ports, [upper, lower], |x, y| {
                        field.couple(x, y)
                    });
                    continue;
                }
                Part::OtherCoupler {
                    upper,
                    lower,
                    ratio,
                } => {
                    let t = point.ratios[ratio];
                    mix(&mut matrix, ports, [upper, lower], |x, y| {
                        field.couple_by(t, x, y)
                    });
                    continue;
                }
                Part::Crossing { upper, lower } => {
                    mix(&mut matrix, ports, [upper, lower], |x, y| [y, x]);
                    continue;
                }
            };
            let row = &mut matrix[port * ports..(port + 1) * ports];
            if !matches!(parts.list[index], Part::Loss { .. }) && counts(index) {
                seen.extend_from_slice(row);
            }
            for x in row {
                *x = field.multiply(*x, factor);
            }
        }
        seen
    };
    let pre = sweep(&mut (0..parts.list.len()));
    // Parts are symmetric, so what follows, transposed, is the same product in the other order.
    let mut post = sweep(&mut (0..parts.list.len()).rev());
    // Met from behind, the last shifter comes first.
    let count = post.len() / ports;
    for k in 0..count / 2 {
        for i in 0..ports {
            post.swap(k * ports + i, (count - 1 - k) * ports + i);
        }
    }
    Rows { post, pre }
}

/// Of the conjugated matrix, less the same factor i z of each shifter: its own is -i / z.
fn conjugated(parts: &Parts, ports: usize, shifters: Shifters, point: &Point) -> Rows {
    let field = &point.field;
    let inverse = |list: &[u64]| list.iter().map(|&x| field.invert(x)).collect();
    let mirrored = Point {
        field: field.conjugate(),
        units: inverse(&point.units),
        ratios: inverse(&point.ratios),
        losses: point.losses.clone(),
    };
    let mut rows = rows(parts, ports, shifters, &mirrored);
    let counts = counted(parts, ports, shifters);
    let places = (0..parts.list.len()).filter(|&index| {
        let shifts = matches!(
            parts.list[index],
            Part::Shifter { .. } | Part::Attenuator { .. }
        );
        shifts && counts(index)
    });
    for (row, index) in rows.pre.chunks_exact_mut(ports).zip(places) {
        let inverse = mirrored.units[index];
        let factor = field.negate(field.multiply(inverse, inverse));
        for x in row {
            *x = field.multiply(*x, factor);
        }
    }
    rows
}

/// What two ports do to the rows of a matrix.
fn mix(
    matrix: &mut [u64],
    ports: usize,
    [upper, lower]: [usize; 2],
    with: impl Fn(u64, u64) -> [u64; 2],
) {
    for column in 0..ports {
        let places = [upper * ports + column, lower * ports + column];
        let [x, y] = with(matrix[places[0]], matrix[places[1]]);
        (matrix[places[0]], matrix[places[1]]) = (x, y);
    }
}

fn identity(ports: usize) -> Vec<u64> {
    let mut matrix = vec![0; ports * ports];
    matrix.iter_mut().step_by(ports + 1).for_each(|x| *x = 1);
    matrix
}

/// The Jacobian, a row per shifter, of one matrix beside the other; its columns.
fn outer_products(
    halves: &[Rows],
    ports: usize,
    modulus: Modulus,
    jacobian: &mut Vec<f64>,
) -> usize {
    let square = ports * ports;
    let columns = (halves.len() * square).next_multiple_of(TILE);
    let shifters = halves[0].pre.len() / ports;
    jacobian.clear();
    jacobian.resize(shifters * columns, 0.0);
    jacobian
        .par_chunks_exact_mut(columns)
        .enumerate()
        .for_each(|(shifter, row)| {
            for (half, row) in halves.iter().zip(row.chunks_exact_mut(square)) {
                let numbers = |of: &[u64]| -> Vec<f64> {
                    let of = &of[shifter * ports..][..ports];
                    of.iter().map(|&x| modulus.reduce(x as f64)).collect()
                };
                let (post, pre) = (numbers(&half.post), numbers(&half.pre));
                for (row, x) in row.chunks_exact_mut(ports).zip(&post) {
                    for (product, y) in row.iter_mut().zip(&pre) {
                        *product = modulus.reduce(x * y);
                    }
                }
            }
        });
    columns
}
