//! Transposition of small tiles, the step between rows of samples and lanes of samples.
//!
//! A compiler turns it into one load and one store per number; shuffles of whole registers take a
//! third of that. Numbers are only moved, so all levels agree.

use crate::Level;
#[cfg(target_arch = "x86_64")]
use {pulp::x86::V3, std::arch::x86_64::__m256};

/// Rows and columns of a tile.
pub const TILE: usize = 8;

/// Transposes tiles in the fastest way that the active level has.
///
/// ```
/// use numerics::transpose::Transpose;
/// let rows: Vec<f32> = (0..80).map(|i| i as f32).collect();
/// let mut columns = [[0.0; 8]; 8];
/// numerics::vectorize(
///     #[inline(always)]
///     || Transpose::new().tile(&rows, 0, 10, 8, |column, values| columns[column] = *values),
/// );
/// assert_eq!(columns[3], [3.0, 13.0, 23.0, 33.0, 43.0, 53.0, 63.0, 73.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Transpose {
    #[cfg(target_arch = "x86_64")]
    cpu: Option<V3>,
}

impl Transpose {
    /// Looks once at the CPU.
    #[inline(always)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self::at(Level::active())
    }

    #[inline(always)]
    fn at(level: Level) -> Self {
        #[cfg(not(target_arch = "x86_64"))]
        let _ = level;
        Self {
            #[cfg(target_arch = "x86_64")]
            cpu: (level != Level::Portable).then(V3::try_new).flatten(),
        }
    }

    /// Gives `write` each column, with its number, of the tile whose rows begin at `first`,
    /// `first + stride`, .. of `values`. Beyond `rows` rows and beyond the end of `values` there are
    /// zeros. Call it inside [`crate::vectorize`].
    #[inline(always)]
    pub fn tile(
        self,
        values: &[f32],
        first: usize,
        stride: usize,
        rows: usize,
        write: impl FnMut(usize, &[f32; TILE]),
    ) {
        if rows >= TILE && first + (TILE - 1) * stride + TILE <= values.len() {
            self.whole_tile(&values[first..], stride, write);
        } else {
            let mut edge = [0.0; TILE * TILE];
            load_edge(values, first, stride, rows, &mut edge);
            self.whole_tile(&edge, TILE, write);
        }
    }

    #[inline(always)]
    fn whole_tile(self, values: &[f32], stride: usize, mut write: impl FnMut(usize, &[f32; TILE])) {
        #[cfg(target_arch = "x86_64")]
        if let Some(cpu) = self.cpu {
            return shuffle(cpu, values, stride, write);
        }
        for column in 0..TILE {
            write(
                column,
                &std::array::from_fn(|row| values[row * stride + column]),
            );
        }
    }
}

/// Pairs, then fours, then halves of registers change places. No array holds the tile: it would be
/// written in pieces and read in others, which stalls.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn shuffle(cpu: V3, values: &[f32], stride: usize, mut write: impl FnMut(usize, &[f32; TILE])) {
    let (low01, high01) = pair(cpu, row(values, stride, 0), row(values, stride, 1));
    let (low23, high23) = pair(cpu, row(values, stride, 2), row(values, stride, 3));
    let (low45, high45) = pair(cpu, row(values, stride, 4), row(values, stride, 5));
    let (low67, high67) = pair(cpu, row(values, stride, 6), row(values, stride, 7));
    let ((a0, a1), (a2, a3)) = (four(cpu, low01, low23), four(cpu, high01, high23));
    let ((b0, b1), (b2, b3)) = (four(cpu, low45, low67), four(cpu, high45, high67));
    let (c0, c4) = eight(cpu, a0, b0);
    let (c1, c5) = eight(cpu, a1, b1);
    let (c2, c6) = eight(cpu, a2, b2);
    let (c3, c7) = eight(cpu, a3, b3);
    write(0, &c0);
    write(1, &c1);
    write(2, &c2);
    write(3, &c3);
    write(4, &c4);
    write(5, &c5);
    write(6, &c6);
    write(7, &c7);
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn row(values: &[f32], stride: usize, row: usize) -> __m256 {
    let row: Option<&[f32; TILE]> = values[row * stride..].first_chunk();
    pulp::cast(row.copied().unwrap_or_default())
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn pair(cpu: V3, a: __m256, b: __m256) -> (__m256, __m256) {
    (
        cpu.avx._mm256_unpacklo_ps(a, b),
        cpu.avx._mm256_unpackhi_ps(a, b),
    )
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn four(cpu: V3, a: __m256, b: __m256) -> (__m256, __m256) {
    (
        cpu.avx._mm256_shuffle_ps::<0x44>(a, b),
        cpu.avx._mm256_shuffle_ps::<0xee>(a, b),
    )
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn eight(cpu: V3, a: __m256, b: __m256) -> ([f32; TILE], [f32; TILE]) {
    (
        pulp::cast(cpu.avx._mm256_permute2f128_ps::<0x20>(a, b)),
        pulp::cast(cpu.avx._mm256_permute2f128_ps::<0x31>(a, b)),
    )
}

#[cold]
#[inline(never)]
fn load_edge(
    values: &[f32],
    first: usize,
    stride: usize,
    rows: usize,
    edge: &mut [f32; TILE * TILE],
) {
    for (row, places) in edge.chunks_exact_mut(TILE).enumerate().take(rows) {
        let values = values.get(first + row * stride..).unwrap_or_default();
        for (place, &value) in places.iter_mut().zip(values) {
            *place = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_transposes_and_pads() {
        let values: Vec<f32> = (0..100).map(|i| i as f32).collect();
        for level in Level::available() {
            for (first, stride, rows) in
                [(0, 8, 8), (3, 12, 9), (3, 13, 5), (30, 10, 8), (99, 50, 8)]
            {
                let mut columns = [[f32::NAN; TILE]; TILE];
                level.vectorize(
                    #[inline(always)]
                    || {
                        Transpose::at(level).tile(&values, first, stride, rows, |i, column| {
                            columns[i] = *column;
                        });
                    },
                );
                for (i, column) in columns.iter().enumerate() {
                    for (row, &found) in column.iter().enumerate() {
                        let value = values.get(first + row * stride + i);
                        let expected = value.filter(|_| row < rows).copied();
                        assert_eq!(found, expected.unwrap_or(0.0), "{level}");
                    }
                }
            }
        }
    }
}
