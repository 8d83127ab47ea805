//! The reachable dimension: in how many independent directions a mesh can change its matrix.
//!
//! # Definition
//! The rank of the Jacobian d U / d(phases) at generic phases, with ideal couplers and without loss: the
//! dimension of the set of matrices that the mesh can be. A set of unitaries has at most N^2. Shifters
//! beyond the rank are redundant: so many of them can be left where they are. The real rank, which
//! counts, is the complex one: times U^H from the right, each column of the Jacobian is i times a Hermitian
//! matrix, and Hermitian matrices that are independent over the real numbers are so over the complex
//! ones.
//!
//! # Computation
//! A phase shifter k on port p changes U by i post_k[:, p] (x) pre_k[p, :], an outer product of what
//! follows and what precedes it, so the Jacobian is K vectors of N^2 elements. Its elements are
//! polynomials in z_k = exp(i phase_k) whose coefficients are made of i and sqrt(2). **They are
//! evaluated not in floating point but modulo a prime q = 1 mod 8**, in which i and sqrt(2) exist, at
//! random z. The rank there is never above the generic one, so what is found is a lower bound for
//! certain; it is below with a small probability, and where it equals min(K, N^2) it is exact.
//!
//! # Probability
//! Let r be the generic rank, and take an r x r minor that is not 0.
//! - As a polynomial in z it has at most the degree D, the sum over its rows of the most shifters on a
//!   way through the mesh; it vanishes at random z with a probability of at most D / (q - 1) (Schwartz,
//!   J. ACM 27, 701 (1980), doi:10.1145/322217.322225; Zippel, doi:10.1007/3-540-09519-5_73).
//! - All its coefficients may be 0 modulo q. Times sqrt(2) to the power C, the sum over its rows of the
//!   most couplers on a way, they lie in Z\[zeta_8\]. For |z| = 1 every row has the norm 1, so by
//!   Hadamard and Cauchy no coefficient exceeds sqrt(2)^C; the norm of one that is not 0 is at most
//!   2^(2C), and at most 2C / 23 prime ideals over primes above 2^23 divide it. The prime and its root
//!   are drawn from 4 x 128,431.
//!
//! Trials with other primes and other z are independent: they are repeated until the product of the
//! bounds is below [`FAILURE`].

mod prime_field;
mod rank;

use super::parts::{Part, parts};
use crate::mesh::Topology;
use numerics::{Stream, Streams};
use prime_field::{PRIMES, PrimeField, SMALLEST};
use rank::{Modulus, TILE, rank};
use rayon::prelude::*;
use thiserror::Error;

/// The probability of too low a rank stays below this.
pub const FAILURE: f64 = 1e-5;

/// The reachable dimension of a mesh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReachableDimension {
    /// The rank of the Jacobian at generic phases.
    pub rank: usize,
    /// N^2, the dimension of all unitaries.
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

    /// Whether the mesh can change in every direction that a unitary has. In a universal mesh it can.
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
    let ports = topology.ports() as u64;
    8u64.saturating_mul(count)
        .saturating_mul(ports.saturating_mul(ports).next_multiple_of(TILE as u64))
}

/// The reachable dimension of `topology`, exact or with a probability of [`FAILURE`] of being too low.
///
/// K phase shifters and N ports take K N^2 numbers and up to K^2 N^2 multiply-adds, on all threads. Random
/// numbers come from the stream `reachable-dimension` (trial, 0).
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
    let full = ports * ports;
    let parts = parts(topology);
    let bound = bound(&parts, ports, count.min(full));
    let mut found = ReachableDimension {
        rank: 0,
        full,
        shifters: count,
        failure: 1.0,
        trials: 0,
    };
    let mut jacobian = Vec::new();
    while found.failure > FAILURE {
        let mut stream = streams.derive("reachable-dimension", found.trials as u64, 0);
        let field = PrimeField::random(&mut stream);
        let rows = rows(&parts, ports, shifters, &field, &mut stream);
        let modulus = Modulus::new(field.modulus);
        let columns = outer_products(&rows, ports, modulus, &mut jacobian);
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
    2 * topology.mzis()
        + match shifters {
            Shifters::All => topology.ports(),
            Shifters::WithoutScreen => 0,
        }
}

/// The probability, at most, that one trial misses a rank of at most `rank`.
fn bound(parts: &[Part], ports: usize, rank: usize) -> f64 {
    // The most shifters and couplers on a way to each port.
    let mut most = vec![[0_u64; 2]; ports];
    for part in parts {
        match *part {
            Part::Shifter { port } => most[port][0] += 1,
            Part::Coupler { upper, lower } => {
                let [a, b] = [most[upper], most[lower]];
                let both = [a[0].max(b[0]), a[1].max(b[1]) + 1];
                (most[upper], most[lower]) = (both, both);
            }
        }
    }
    let largest = |kind: usize| most.iter().map(|most| most[kind]).max().unwrap_or(0) as f64;
    let degree = rank as f64 * largest(0);
    let bits = 2.0 * rank as f64 * largest(1);
    degree / (SMALLEST - 1) as f64 + bits / 23.0 / (4 * PRIMES) as f64
}

/// For each shifter the column of what follows it and the row of what precedes it.
struct Rows {
    post: Vec<u64>,
    pre: Vec<u64>,
}

fn rows(
    parts: &[Part],
    ports: usize,
    shifters: Shifters,
    field: &PrimeField,
    stream: &mut Stream,
) -> Rows {
    let screen = parts.len() - ports;
    let counts = |index: usize| shifters == Shifters::All || index < screen;
    let units: Vec<u64> = parts.iter().map(|_| field.random_unit(stream)).collect();
    let sweep = |order: &mut dyn Iterator<Item = usize>| {
        let mut seen = Vec::new();
        let mut matrix = identity(ports);
        for index in order {
            match parts[index] {
                Part::Shifter { port } => {
                    let row = &mut matrix[port * ports..(port + 1) * ports];
                    if counts(index) {
                        seen.extend_from_slice(row);
                    }
                    for x in row {
                        *x = field.multiply(*x, units[index]);
                    }
                }
                Part::Coupler { upper, lower } => {
                    for column in 0..ports {
                        let places = [upper * ports + column, lower * ports + column];
                        let [x, y] = field.couple(matrix[places[0]], matrix[places[1]]);
                        (matrix[places[0]], matrix[places[1]]) = (x, y);
                    }
                }
            }
        }
        seen
    };
    let pre = sweep(&mut (0..parts.len()));
    // Parts are symmetric, so what follows, transposed, is the same product in the other order.
    let mut post = sweep(&mut (0..parts.len()).rev());
    // Met from behind, the last shifter comes first.
    let count = post.len() / ports;
    for k in 0..count / 2 {
        for i in 0..ports {
            post.swap(k * ports + i, (count - 1 - k) * ports + i);
        }
    }
    Rows { post, pre }
}

fn identity(ports: usize) -> Vec<u64> {
    let mut matrix = vec![0; ports * ports];
    matrix.iter_mut().step_by(ports + 1).for_each(|x| *x = 1);
    matrix
}

/// The Jacobian, a row per shifter; its columns.
fn outer_products(rows: &Rows, ports: usize, modulus: Modulus, jacobian: &mut Vec<f64>) -> usize {
    let columns = (ports * ports).next_multiple_of(TILE);
    let shifters = rows.pre.len() / ports;
    jacobian.clear();
    jacobian.resize(shifters * columns, 0.0);
    jacobian
        .par_chunks_exact_mut(columns)
        .zip(rows.post.par_chunks_exact(ports))
        .zip(rows.pre.par_chunks_exact(ports))
        .for_each(|((row, post), pre)| {
            let post: Vec<f64> = post.iter().map(|&x| modulus.reduce(x as f64)).collect();
            let pre: Vec<f64> = pre.iter().map(|&x| modulus.reduce(x as f64)).collect();
            for (row, x) in row.chunks_exact_mut(ports).zip(&post) {
                for (product, y) in row.iter_mut().zip(&pre) {
                    *product = modulus.reduce(x * y);
                }
            }
        });
    columns
}
