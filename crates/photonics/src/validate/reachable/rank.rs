//! The rank of a matrix modulo a prime, by blocked Gaussian elimination in f64.
//!
//! Numbers are whole and at most half the prime, 2^23, in size. Products then have 46 bits, so that sums
//! of 64 of them are exact, and are reduced once: the work is that of a matrix product in
//! floating point. Multiply-adds of whole numbers are exact whether fused or not.

use numerics::{Level, vectorize};
use rayon::prelude::*;

/// Pivot rows by which the rows below are reduced together.
const PANEL: usize = 64;

/// Columns that are reduced together: an accumulator of ROWS x TILE numbers fills half of the registers
/// of the widest unit. With 16 columns the compiler unrolls the loop and does not vectorise it.
pub(super) const TILE: usize = 32;

/// Rows that are reduced together.
const ROWS: usize = 4;

/// Rows that one thread takes.
const BLOCK: usize = 32;

/// Added and taken away again it rounds to the nearest whole number.
const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52

/// A prime below 2^24, in f64.
#[derive(Clone, Copy, Debug)]
pub(super) struct Modulus {
    q: f64,
    inverse: f64,
}

impl Modulus {
    pub(super) fn new(q: u64) -> Self {
        Self {
            q: q as f64,
            inverse: 1.0 / q as f64,
        }
    }

    /// A whole number of at most 52 bits, less multiples of the prime: at most half of it in size, or
    /// one more.
    #[inline(always)]
    pub(super) fn reduce(self, x: f64) -> f64 {
        let multiples = (x * self.inverse + ROUND) - ROUND;
        x - multiples * self.q
    }

    /// 1 / x.
    fn invert(self, x: f64) -> f64 {
        // x^(q - 2)
        let (mut base, mut product, mut exponent) = (x, 1.0, self.q as u64 - 2);
        while exponent > 0 {
            if exponent & 1 == 1 {
                product = self.reduce(product * base);
            }
            base = self.reduce(base * base);
            exponent >>= 1;
        }
        product
    }

    /// Whether x is a multiple of the prime.
    fn is_zero(self, x: f64) -> bool {
        self.reduce(x) == 0.0
    }
}

/// The rank of a matrix of so many columns, a multiple of [`TILE`], given row by row; it is overwritten.
pub(super) fn rank(matrix: &mut [f64], columns: usize, modulus: Modulus) -> usize {
    assert!(columns.is_multiple_of(TILE) && matrix.len().is_multiple_of(columns));
    if Level::active() == Level::Portable {
        // A fused multiply-add may be a call there.
        eliminate::<false>(matrix, columns, modulus)
    } else {
        eliminate::<true>(matrix, columns, modulus)
    }
}

fn eliminate<const FUSED: bool>(matrix: &mut [f64], columns: usize, modulus: Modulus) -> usize {
    let mut rank = 0;
    // Columns without a pivot, tile by tile: where there are none, all rows to come are 0.
    let mut open = vec![TILE; columns / TILE];
    let mut panel = Panel::new(columns);
    let mut rest = matrix;
    loop {
        panel.pivots.clear();
        while panel.pivots.len() < PANEL && !rest.is_empty() {
            let (row, below) = rest.split_at_mut(columns);
            panel.take::<FUSED>(row, &open, modulus);
            rest = below;
        }
        rank += panel.pivots.len();
        if rest.is_empty() || panel.pivots.is_empty() {
            return rank;
        }
        panel.pack(&open);
        rest.par_chunks_mut(BLOCK * columns)
            .for_each(|rows| panel.reduce::<FUSED>(rows, modulus));
        for &pivot in &panel.pivots {
            open[pivot / TILE] -= 1;
        }
        if open.iter().all(|&columns| columns == 0) {
            return rank;
        }
    }
}

/// Rows with a pivot each: 1 there, and 0 at the pivots of the others.
struct Panel {
    columns: usize,
    rows: Vec<f64>,
    pivots: Vec<usize>,
    /// Tiles with open columns.
    tiles: Vec<usize>,
    /// The rows tile by tile.
    packed: Vec<[[f64; TILE]; PANEL]>,
}

impl Panel {
    fn new(columns: usize) -> Self {
        Self {
            columns,
            rows: vec![0.0; PANEL * columns],
            pivots: Vec::with_capacity(PANEL),
            tiles: Vec::new(),
            packed: Vec::new(),
        }
    }

    /// Takes a row as a further one, unless it depends on those that are there.
    fn take<const FUSED: bool>(&mut self, row: &mut [f64], open: &[usize], modulus: Modulus) {
        let rank = self.pivots.len();
        let (rows, free) = self.rows.split_at_mut(rank * self.columns);
        let shares: Vec<f64> = self.pivots.iter().map(|&pivot| row[pivot]).collect();
        // As far as they are all 0, columns of closed tiles need not be looked at.
        let first = open.iter().position(|&columns| columns > 0).unwrap_or(0) * TILE;
        vectorize(
            #[inline(always)]
            || {
                for (share, taken) in shares.iter().zip(rows.chunks_exact(self.columns)) {
                    subtract::<FUSED>(&mut row[first..], *share, &taken[first..]);
                }
                row[first..]
                    .iter_mut()
                    .for_each(|x| *x = modulus.reduce(*x));
            },
        );
        let Some(pivot) = (first..self.columns).find(|&column| !modulus.is_zero(row[column]))
        else {
            return;
        };
        let inverse = modulus.invert(row[pivot]);
        let new = &mut free[..self.columns];
        vectorize(
            #[inline(always)]
            || {
                for (new, x) in new.iter_mut().zip(row.iter()) {
                    *new = modulus.reduce(x * inverse);
                }
                for taken in rows.chunks_exact_mut(self.columns) {
                    let share = taken[pivot];
                    subtract::<FUSED>(&mut taken[first..], share, &new[first..]);
                    taken[first..]
                        .iter_mut()
                        .for_each(|x| *x = modulus.reduce(*x));
                }
            },
        );
        self.pivots.push(pivot);
    }

    /// For a full panel: where it is not, no row is left below.
    fn pack(&mut self, open: &[usize]) {
        self.tiles.clear();
        self.tiles
            .extend((0..open.len()).filter(|&tile| open[tile] > 0));
        self.packed.resize(self.tiles.len(), [[0.0; TILE]; PANEL]);
        for (packed, tile) in self.packed.iter_mut().zip(&self.tiles) {
            for (packed, row) in packed.iter_mut().zip(self.rows.chunks_exact(self.columns)) {
                packed.copy_from_slice(&row[tile * TILE..(tile + 1) * TILE]);
            }
        }
    }

    /// Makes rows 0 at all pivots.
    fn reduce<const FUSED: bool>(&self, rows: &mut [f64], modulus: Modulus) {
        let columns = self.columns;
        let mut groups: Vec<_> = rows
            .chunks_mut(ROWS * columns)
            .map(|rows| (self.shares(rows), rows))
            .collect();
        vectorize(
            #[inline(always)]
            || {
                for (packed, &tile) in self.packed.iter().zip(&self.tiles) {
                    for (shares, rows) in &mut groups {
                        let mut sums = [[0.0; TILE]; ROWS];
                        let places = tile * TILE..(tile + 1) * TILE;
                        for (sums, row) in sums.iter_mut().zip(rows.chunks_exact(columns)) {
                            sums.copy_from_slice(&row[places.clone()]);
                        }
                        let sums = multiply::<FUSED>(sums, shares, packed);
                        for (sums, row) in sums.iter().zip(rows.chunks_exact_mut(columns)) {
                            for (x, sum) in row[places.clone()].iter_mut().zip(sums) {
                                *x = modulus.reduce(*sum);
                            }
                        }
                    }
                }
            },
        );
    }

    /// By which each of the pivot rows is to be taken away from these rows, with a minus.
    fn shares(&self, rows: &[f64]) -> [[f64; ROWS]; PANEL] {
        let mut shares = [[0.0; ROWS]; PANEL];
        for (shares, &pivot) in shares.iter_mut().zip(&self.pivots) {
            for (share, row) in shares.iter_mut().zip(rows.chunks_exact(self.columns)) {
                *share = -row[pivot];
            }
        }
        shares
    }
}

/// Sums of 64 products.
#[inline(always)]
fn multiply<const FUSED: bool>(
    mut sums: [[f64; TILE]; ROWS],
    shares: &[[f64; ROWS]; PANEL],
    packed: &[[f64; TILE]; PANEL],
) -> [[f64; TILE]; ROWS] {
    for (shares, packed) in shares.iter().zip(packed) {
        // Copies, which let the compiler know that nothing overlaps.
        let (shares, packed) = (*shares, *packed);
        for row in 0..ROWS {
            for column in 0..TILE {
                let sum = &mut sums[row][column];
                *sum = multiply_add::<FUSED>(shares[row], packed[column], *sum);
            }
        }
    }
    sums
}

#[inline(always)]
fn subtract<const FUSED: bool>(row: &mut [f64], share: f64, other: &[f64]) {
    for (x, other) in row.iter_mut().zip(other) {
        *x = multiply_add::<FUSED>(-share, *other, *x);
    }
}

#[inline(always)]
fn multiply_add<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[cfg(test)]
mod tests {
    use super::*;
    use numerics::Streams;
    use rand::RngExt;

    const Q: u64 = 16_776_989;

    /// A product of random matrices, rows x inner and inner x columns, padded to whole tiles.
    fn product(rows: usize, inner: usize, columns: usize, seed: u64) -> (Vec<f64>, usize) {
        let mut stream = Streams::new(seed).derive("rank", rows as u64, columns as u64);
        let mut random =
            |n: usize| -> Vec<u64> { (0..n).map(|_| stream.random_range(0..Q)).collect() };
        let (left, right) = (random(rows * inner), random(inner * columns));
        let padded = columns.next_multiple_of(TILE);
        let mut matrix = vec![0.0; rows * padded];
        for i in 0..rows {
            for j in 0..columns {
                let sum = (0..inner).fold(0, |sum, k| {
                    (sum + left[i * inner + k] * right[k * columns + j]) % Q
                });
                matrix[i * padded + j] = Modulus::new(Q).reduce(sum as f64);
            }
        }
        (matrix, padded)
    }

    #[test]
    fn a_product_of_random_matrices_has_the_rank_of_its_inner_size() {
        // Around the sizes of panel, tile and block.
        for (rows, inner, columns) in [
            (1, 1, 1),
            (5, 0, 7),
            (63, 20, 30),
            (64, 64, 64),
            (65, 65, 65),
            (130, 65, 200),
            (200, 150, 129),
            (300, 129, 257),
            (100, 1, 100),
            (64, 200, 500),
            (200, 200, 33),
        ] {
            let (mut matrix, padded) = product(rows, inner, columns, 1);
            let found = rank(&mut matrix, padded, Modulus::new(Q));
            assert_eq!(
                found,
                rows.min(inner).min(columns),
                "{rows} {inner} {columns}"
            );
        }
    }

    #[test]
    fn pivots_may_lie_anywhere() {
        // Row k of a permutation, scaled; then sums of two of them, which add nothing.
        let (size, padded) = (150, 160_usize.next_multiple_of(TILE));
        let mut matrix = vec![0.0; 2 * size * padded];
        let place = |k: usize| k * 77 % size;
        for k in 0..size {
            matrix[k * padded + place(k)] = k as f64 + 1.0;
            for other in [k, (k + 1) % size] {
                matrix[(size + k) * padded + place(other)] += 3.0;
            }
        }
        assert_eq!(rank(&mut matrix, padded, Modulus::new(Q)), size);
    }

    #[test]
    fn reduction_is_exact_at_its_limits() {
        let modulus = Modulus::new(Q);
        for x in [0, 1, Q / 2, Q - 1, Q, Q + 1, 1 << 51, (1 << 52) - 1] {
            for sign in [1.0, -1.0] {
                let reduced = modulus.reduce(sign * x as f64);
                assert!(reduced.abs() <= (Q / 2 + 1) as f64);
                let exact = (sign as i64 * x as i64).rem_euclid(Q as i64);
                assert_eq!((reduced as i64).rem_euclid(Q as i64), exact);
            }
        }
        for x in [1.0, -1.0, 5.0, 123_456.0] {
            assert!(modulus.is_zero(modulus.invert(x) * x - 1.0));
        }
    }
}
