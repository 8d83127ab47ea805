//! Cosines of a batch of readouts with all prototypes, eight samples at a time.
//!
//! Samples are the lanes of a register and each prototype's value is broadcast, so no register is
//! summed across and no lane is without work; sums run over the readouts in order, in f64, so that
//! neither the SIMD level nor the grouping of samples changes a bit, and readouts of 1e-30 W still have
//! a norm.

use super::{BatchLoss, CosineLoss, Prototypes};
use crate::vector;
use numerics::transpose::{TILE, Transpose};

/// Samples that are computed together: one AVX-512 register of doubles.
pub(super) const SAMPLES: usize = TILE;

/// Classes whose sums are formed together: enough to hide the latency of the multiply-adds, few enough
/// for the registers of AVX2, and ten classes fill two of them.
const CLASSES: usize = 5;

/// One number for each of the samples.
pub(super) type Lanes = [f64; SAMPLES];

/// Prototypes in the order of reading: for each five classes, for each readout, their values. Zeros
/// where there is no class.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ClassTable {
    classes: usize,
    readouts: usize,
    values: Vec<[f64; CLASSES]>,
}

impl ClassTable {
    pub(super) fn new(prototypes: &Prototypes) -> Self {
        let (classes, readouts) = (prototypes.classes(), prototypes.dimension());
        let mut values = vec![[0.0; CLASSES]; classes.div_ceil(CLASSES) * readouts];
        for class in 0..classes {
            let block = &mut values[class / CLASSES * readouts..];
            for (values, &value) in block.iter_mut().zip(prototypes.row(class)) {
                values[class % CLASSES] = value;
            }
        }
        Self {
            classes,
            readouts,
            values,
        }
    }
}

/// Memory that a goal uses again and again. It carries nothing from one call to the next.
#[derive(Clone, Debug, Default)]
pub struct GoalScratch {
    /// Readouts of eight samples as f64, zeros up to a whole tile of readouts.
    wide: Vec<Lanes>,
    /// Cosines, one row per class.
    pub(super) cosines: Vec<Lanes>,
    /// Readouts of one channel.
    pub(super) channel: Vec<f32>,
}

/// Fills `scratch.cosines` for up to [`SAMPLES`] samples; returns how many have no light at all.
/// Samples that are not there have cosines of 0.
#[inline(always)]
pub(super) fn cosines(table: &ClassTable, readouts: &[f32], scratch: &mut GoalScratch) -> usize {
    let width = table.readouts;
    let samples = readouts.len() / width;
    scratch
        .wide
        .resize(width.next_multiple_of(TILE), [0.0; SAMPLES]);
    scratch.cosines.resize(table.classes, [0.0; SAMPLES]);
    let transpose = Transpose::new();
    for (tile, wide) in scratch
        .wide
        .as_chunks_mut::<TILE>()
        .0
        .iter_mut()
        .enumerate()
    {
        transpose.tile(
            readouts,
            tile * TILE,
            width,
            samples,
            #[inline(always)]
            |readout, column| wide[readout] = column.map(f64::from),
        );
    }
    // The last tile of a row goes on with the next row.
    scratch.wide[width..].fill([0.0; SAMPLES]);
    let squares = sums_of_squares(&scratch.wide);
    // Compared with 0, not above 0: NaN has to stay NaN.
    let scales = squares.map(|square| {
        if square == 0.0 {
            0.0
        } else {
            1.0 / square.sqrt()
        }
    });
    sweep(table, &scratch.wide[..width], &scales, &mut scratch.cosines);
    let dark = squares[..samples].iter().filter(|&&square| square == 0.0);
    dark.count()
}

/// Of each sample, in the order of [`vector::sum_of_squares`].
#[inline(always)]
fn sums_of_squares(wide: &[Lanes]) -> Lanes {
    let mut sums = [[0.0; SAMPLES]; TILE];
    for rows in wide.as_chunks::<TILE>().0 {
        for (sums, row) in sums.iter_mut().zip(rows) {
            for (sum, &z) in sums.iter_mut().zip(row) {
                *sum = z.mul_add(z, *sum);
            }
        }
    }
    std::array::from_fn(|sample| vector::add_lanes(&sums.map(|row| row[sample])))
}

/// Dot products of the samples with all classes, times the samples' scales.
#[inline(always)]
fn sweep(table: &ClassTable, wide: &[Lanes], scales: &Lanes, out: &mut [Lanes]) {
    let blocks = table.values.chunks_exact(table.readouts);
    for (values, out) in blocks.zip(out.chunks_mut(CLASSES)) {
        let mut sums = [[0.0; SAMPLES]; CLASSES];
        for (values, z) in values.iter().zip(wide) {
            for class in 0..CLASSES {
                for sample in 0..SAMPLES {
                    sums[class][sample] = z[sample].mul_add(values[class], sums[class][sample]);
                }
            }
        }
        for (out, sums) in out.iter_mut().zip(&sums) {
            for sample in 0..SAMPLES {
                out[sample] = sums[sample] * scales[sample];
            }
        }
    }
}

/// Loss of a batch whose lengths and labels have been checked.
#[inline(always)]
pub(super) fn batch_loss<G: CosineLoss>(
    goal: &G,
    readouts: &[f32],
    labels: &[u16],
    scratch: &mut GoalScratch,
) -> BatchLoss {
    let table = goal.table();
    let mut total = BatchLoss::default();
    for (readouts, labels) in readouts
        .chunks(SAMPLES * table.readouts)
        .zip(labels.chunks(SAMPLES))
    {
        total.dead += cosines(table, readouts, scratch);
        let mut classes = [0; SAMPLES];
        for (class, &label) in classes.iter_mut().zip(labels) {
            *class = u64::from(label);
        }
        let own = own_cosines(&scratch.cosines, &classes);
        let largest = are_largest(&scratch.cosines, &own, &classes);
        for &largest in &largest[..labels.len()] {
            total.correct += usize::from(largest);
        }
        let mut losses = [0.0; SAMPLES];
        goal.losses(&mut scratch.cosines, &own, &mut losses);
        for loss in &losses[..labels.len()] {
            total.loss += loss;
        }
    }
    total.loss /= labels.len() as f64;
    total
}

/// The cosine of each sample with the prototype of its own class.
#[inline(always)]
fn own_cosines(cosines: &[Lanes], classes: &[u64; SAMPLES]) -> Lanes {
    let mut own = [0.0; SAMPLES];
    for (class, row) in (0..).zip(cosines) {
        for sample in 0..SAMPLES {
            own[sample] = if classes[sample] == class {
                row[sample]
            } else {
                own[sample]
            };
        }
    }
    own
}

/// Whether each sample's own class has the largest cosine, and the lowest number among equals.
#[inline(always)]
fn are_largest(cosines: &[Lanes], own: &Lanes, classes: &[u64; SAMPLES]) -> [bool; SAMPLES] {
    let mut largest = [true; SAMPLES];
    for (class, row) in (0_u64..).zip(cosines) {
        for sample in 0..SAMPLES {
            let (own, other) = (own[sample], row[sample]);
            largest[sample] &= (own > other) | ((own == other) & (class >= classes[sample]));
        }
    }
    largest
}

/// Sum over the rows, in four parts and then these: an order that four classes to a register have.
#[inline(always)]
pub(super) fn sum_of_rows(rows: &[Lanes], term: impl Fn(f64, usize) -> f64) -> Lanes {
    let mut parts = [[0.0; SAMPLES]; 4];
    for (class, row) in rows.iter().enumerate() {
        let part = &mut parts[class % 4];
        for sample in 0..SAMPLES {
            part[sample] += term(row[sample], sample);
        }
    }
    std::array::from_fn(|i| (parts[0][i] + parts[2][i]) + (parts[1][i] + parts[3][i]))
}

/// Scores of samples whose lengths have been checked.
#[inline(always)]
pub(super) fn batch_scores(
    table: &ClassTable,
    readouts: &[f32],
    scores: &mut [f64],
    scratch: &mut GoalScratch,
) {
    for (readouts, scores) in readouts
        .chunks(SAMPLES * table.readouts)
        .zip(scores.chunks_mut(SAMPLES * table.classes))
    {
        cosines(table, readouts, scratch);
        for (sample, scores) in scores.chunks_exact_mut(table.classes).enumerate() {
            for (score, row) in scores.iter_mut().zip(&scratch.cosines) {
                *score = row[sample];
            }
        }
    }
}
