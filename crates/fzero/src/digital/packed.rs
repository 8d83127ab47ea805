//! A matrix laid out for products with samples as lanes.

use super::Real;
use super::batch::{LANES, Lanes};
use numerics::Level;

/// Outputs whose sums are formed together. With AVX-512 ten registers of sums hide the latency of the
/// multiply-adds; AVX2 has registers for half of them at a time.
const PANEL: usize = 10;
const HALF: usize = PANEL / 2;

/// outputs x inputs numbers: for each ten outputs, for each input, their ten numbers.
#[derive(Clone, Debug)]
pub(super) struct Packed<T> {
    outputs: usize,
    inputs: usize,
    panels: Vec<[T; PANEL]>,
}

impl<T: Real> Packed<T> {
    pub(super) fn zeros(outputs: usize, inputs: usize) -> Self {
        Self {
            outputs,
            inputs,
            panels: vec![[T::default(); PANEL]; outputs.div_ceil(PANEL) * inputs],
        }
    }

    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Takes a matrix in row-major order, outputs x inputs.
    pub(super) fn set(&mut self, rows: &[f64]) {
        for (output, row) in rows.chunks_exact(self.inputs).enumerate() {
            let panel = &mut self.panels[output / PANEL * self.inputs..];
            for (place, &weight) in panel.iter_mut().zip(row) {
                place[output % PANEL] = T::of(weight);
            }
        }
    }

    pub(super) fn at(&self, output: usize, input: usize) -> T {
        self.panels[output / PANEL * self.inputs + input][output % PANEL]
    }

    /// The transposed matrix.
    pub(super) fn transposed(&self) -> Self {
        let mut transposed = Self::zeros(self.inputs, self.outputs);
        for output in 0..self.inputs {
            let panel = &mut transposed.panels[output / PANEL * self.outputs..];
            for (input, place) in panel[..self.outputs].iter_mut().enumerate() {
                place[output % PANEL] = self.at(input, output);
            }
        }
        transposed
    }

    /// Gives `write` each output and its sums over the inputs, in their order, for a block of samples.
    #[inline(always)]
    pub(super) fn multiply(&self, x: &[Lanes<T>], mut write: impl FnMut(usize, &Lanes<T>)) {
        for (index, panel) in self.panels.chunks_exact(self.inputs).enumerate() {
            let first = index * PANEL;
            if Level::active() == Level::Avx512 {
                put(
                    first,
                    self.outputs,
                    &sums::<T, 0, PANEL>(panel, x),
                    &mut write,
                );
            } else {
                let lower = sums::<T, 0, HALF>(panel, x);
                put(first, self.outputs, &lower, &mut write);
                let upper = sums::<T, HALF, HALF>(panel, x);
                put(first + HALF, self.outputs, &upper, &mut write);
            }
        }
    }
}

#[inline(always)]
fn put<T>(
    first: usize,
    outputs: usize,
    sums: &[Lanes<T>],
    write: &mut impl FnMut(usize, &Lanes<T>),
) {
    for (output, sums) in (first..outputs).zip(sums) {
        write(output, sums);
    }
}

/// Sums of `COUNT` outputs of a panel, from its number `FIRST` on.
#[inline(always)]
fn sums<T: Real, const FIRST: usize, const COUNT: usize>(
    panel: &[[T; PANEL]],
    x: &[Lanes<T>],
) -> [Lanes<T>; COUNT] {
    let mut sums = [[T::default(); LANES]; COUNT];
    for (weights, x) in panel.iter().zip(x) {
        for output in 0..COUNT {
            for lane in 0..LANES {
                sums[output][lane] = x[lane].mul_add(weights[FIRST + output], sums[output][lane]);
            }
        }
    }
    sums
}
