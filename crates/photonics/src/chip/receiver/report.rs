//! From the currents of a block of samples to what is reported: differences, codes, rows.

use super::Lanes;
use crate::design::Readout;
use crate::detector::adc::Scale;
use crate::field::LANES;
use numerics::transpose::{TILE, Transpose};
use numerics::vectorize;

/// The currents in A that one readout is read as.
pub(super) fn convert(
    readout: Readout,
    currents: &[Lanes],
    scale: Scale,
    difference: &mut Vec<Lanes>,
    read: &mut Vec<Lanes>,
) {
    let per_step = scale.step_a.recip();
    let currents = if readout == Readout::Signed {
        subtract(currents, difference);
        difference
    } else {
        currents
    };
    read.resize(currents.len(), [0.0; LANES]);
    vectorize(
        #[inline(always)]
        || {
            let currents = currents.as_flattened();
            for (read, current) in read.as_flattened_mut().iter_mut().zip(currents) {
                *read = (scale.code(f64::from(*current) * per_step) * scale.step_a) as f32;
            }
        },
    );
}

/// Adds the codes of one readout to `codes`, readouts x lanes.
pub(super) fn digitise(
    readout: Readout,
    currents: &[Lanes],
    scale: Scale,
    codes: &mut [[f64; LANES]],
) {
    let per_step = scale.step_a.recip();
    vectorize(
        #[inline(always)]
        || match readout {
            Readout::Intensity | Readout::Homodyne => {
                for (codes, currents) in codes.iter_mut().zip(currents) {
                    for (code, &current) in codes.iter_mut().zip(currents) {
                        *code += scale.code(f64::from(current) * per_step);
                    }
                }
            }
            Readout::Signed => {
                for (codes, [plus, minus]) in codes.iter_mut().zip(currents.as_chunks().0) {
                    for i in 0..LANES {
                        codes[i] += scale.code(f64::from(plus[i] - minus[i]) * per_step);
                    }
                }
            }
        },
    );
}

/// The differences of the two diodes of each readout.
pub(super) fn subtract(currents: &[Lanes], read: &mut Vec<Lanes>) {
    let pairs = currents.as_chunks().0;
    read.resize(pairs.len(), [0.0; LANES]);
    vectorize(
        #[inline(always)]
        || {
            for (read, [plus, minus]) in read.iter_mut().zip(pairs) {
                for i in 0..LANES {
                    read[i] = plus[i] - minus[i];
                }
            }
        },
    );
}

/// From sums of codes to currents in A.
pub(super) fn scale_codes(codes: &[[f64; LANES]], step_a: f64, read: &mut Vec<Lanes>) {
    read.resize(codes.len(), [0.0; LANES]);
    vectorize(
        #[inline(always)]
        || {
            for (read, codes) in read.iter_mut().zip(codes) {
                for (read, code) in read.iter_mut().zip(codes) {
                    *read = (code * step_a) as f32;
                }
            }
        },
    );
}

/// From readouts x lanes to samples x readouts.
pub(super) fn transpose(currents: &[Lanes], out: &mut [f32]) {
    let width = currents.len();
    vectorize(
        #[inline(always)]
        || {
            let transpose = Transpose::new();
            let currents = currents.as_flattened();
            for (group, out) in out.chunks_mut(TILE * width).enumerate() {
                let lane = group * TILE;
                for first in (0..width).step_by(TILE) {
                    let wanted = (width - first).min(TILE);
                    transpose.tile(
                        currents,
                        first * LANES + lane,
                        LANES,
                        width - first,
                        #[inline(always)]
                        |row, column| {
                            let out = out.get_mut(row * width + first..).unwrap_or_default();
                            match out.first_chunk_mut::<TILE>() {
                                Some(out) if wanted == TILE => *out = *column,
                                Some(out) => store_edge(column, &mut out[..wanted]),
                                None => store_edge(column, out),
                            }
                        },
                    );
                }
            }
        },
    );
}

/// The first numbers of a column, where less is wanted.
#[cold]
#[inline(never)]
fn store_edge(column: &[f32; TILE], row: &mut [f32]) {
    for (place, &value) in row.iter_mut().zip(column) {
        *place = value;
    }
}
