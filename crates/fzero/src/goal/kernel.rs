//! Cosines of a batch of readouts with all prototypes, in one sweep per eight samples.
//!
//! Classes are the lanes of a register and each readout is broadcast, so no register is ever summed
//! across; sums run over the readouts in order, in f64, so that neither the SIMD level nor the
//! grouping of samples changes a bit, and readouts of 1e-30 W still have a norm.

use super::{BatchLoss, CosineLoss, Prototypes};
use crate::vector;

/// Classes per register: four doubles, so that ten classes waste two lanes and not six.
pub(super) const LANES: usize = 4;

/// Samples that are swept together; it hides the latency of the multiply-adds.
pub(super) const SAMPLES: usize = 8;

/// Prototypes as lanes: for each block of four classes, for each readout, one register.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ClassTable {
    classes: usize,
    readouts: usize,
    registers: Vec<[f64; LANES]>,
    /// Added to the cosines: 0, and minus infinity where a lane has no class, so that nobody has to
    /// leave those lanes out.
    padding: Vec<[f64; LANES]>,
}

impl ClassTable {
    pub(super) fn new(prototypes: &Prototypes) -> Self {
        let (classes, readouts) = (prototypes.classes(), prototypes.dimension());
        let blocks = classes.div_ceil(LANES);
        let mut registers = vec![[0.0; LANES]; blocks * readouts];
        let mut padding = vec![[f64::NEG_INFINITY; LANES]; blocks];
        for class in 0..classes {
            padding[class / LANES][class % LANES] = 0.0;
        }
        for class in 0..classes {
            for (readout, &value) in prototypes.row(class).iter().enumerate() {
                registers[class / LANES * readouts + readout][class % LANES] = value;
            }
        }
        Self {
            classes,
            readouts,
            registers,
            padding,
        }
    }

    /// Registers that hold the cosines of one sample.
    #[inline(always)]
    pub(super) fn blocks(&self) -> usize {
        self.padding.len()
    }
}

/// Memory that a goal uses again and again. It carries nothing from one call to the next.
#[derive(Clone, Debug, Default)]
pub struct GoalScratch {
    /// Readouts of up to eight samples as f64.
    wide: Vec<f64>,
    /// Cosines: up to eight samples x blocks.
    cosines: Vec<[f64; LANES]>,
}

/// Fills `scratch.cosines` for up to [`SAMPLES`] samples; returns how many have no light at all.
#[inline(always)]
fn cosines(table: &ClassTable, readouts: &[f32], scratch: &mut GoalScratch) -> usize {
    let width = table.readouts;
    let blocks = table.blocks();
    scratch.wide.resize(SAMPLES * width, 0.0);
    scratch.cosines.resize(SAMPLES * blocks, [0.0; LANES]);
    let samples = readouts.len() / width;
    let mut squares = [0.0; SAMPLES];
    for ((row, wide), square) in readouts
        .chunks_exact(width)
        .zip(scratch.wide.chunks_exact_mut(width))
        .zip(&mut squares)
    {
        for (wide, &readout) in wide.iter_mut().zip(row) {
            *wide = f64::from(readout);
        }
        *square = vector::sum_of_squares(wide);
    }
    // Compared with 0, not above 0: NaN has to stay NaN.
    let scales = squares.map(|square| {
        if square == 0.0 {
            0.0
        } else {
            1.0 / square.sqrt()
        }
    });
    if samples == SAMPLES {
        sweep::<SAMPLES>(table, &scratch.wide, &scales, &mut scratch.cosines);
    } else {
        for (sample, &scale) in scales[..samples].iter().enumerate() {
            let wide = &scratch.wide[sample * width..];
            let out = &mut scratch.cosines[sample * blocks..];
            sweep::<1>(table, wide, &[scale], out);
        }
    }
    let dark = squares[..samples].iter().filter(|&&square| square == 0.0);
    dark.count()
}

/// Dot products of `S` samples with all classes, times the samples' scales.
#[inline(always)]
fn sweep<const S: usize>(
    table: &ClassTable,
    wide: &[f64],
    scales: &[f64; S],
    out: &mut [[f64; LANES]],
) {
    let width = table.readouts;
    let blocks = table.blocks();
    let mut rows = [&wide[..0]; S];
    for (sample, row) in rows.iter_mut().enumerate() {
        *row = &wide[sample * width..][..width];
    }
    let registers = table.registers.chunks_exact(width);
    for (block, (registers, padding)) in registers.zip(&table.padding).enumerate() {
        let mut sums = [[0.0; LANES]; S];
        for readout in 0..width {
            let classes = registers[readout];
            for sample in 0..S {
                let z = rows[sample][readout];
                for lane in 0..LANES {
                    sums[sample][lane] = z.mul_add(classes[lane], sums[sample][lane]);
                }
            }
        }
        for sample in 0..S {
            for lane in 0..LANES {
                out[sample * blocks + block][lane] =
                    sums[sample][lane].mul_add(scales[sample], padding[lane]);
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
    let blocks = table.blocks();
    let mut total = BatchLoss::default();
    for (readouts, labels) in readouts
        .chunks(SAMPLES * table.readouts)
        .zip(labels.chunks(SAMPLES))
    {
        total.dead += cosines(table, readouts, scratch);
        for (cosines, &label) in scratch.cosines.chunks_exact(blocks).zip(labels) {
            total.correct += usize::from(is_largest(cosines, label));
        }
        let mut losses = [0.0; SAMPLES];
        goal.losses(&mut scratch.cosines, labels, &mut losses);
        for loss in &losses[..labels.len()] {
            total.loss += loss;
        }
    }
    total.loss /= labels.len() as f64;
    total
}

/// The cosine with the prototype of `label`.
#[inline(always)]
pub(super) fn own_cosine(cosines: &[[f64; LANES]], label: u16) -> f64 {
    cosines[usize::from(label) / LANES][usize::from(label) % LANES]
}

/// Whether `label` has the largest cosine, and the lowest number among equals.
#[inline(always)]
fn is_largest(cosines: &[[f64; LANES]], label: u16) -> bool {
    let own = own_cosine(cosines, label);
    let label = u64::from(label);
    let mut lost = [false; LANES];
    let mut class = 0;
    for lanes in cosines {
        for (lost, &other) in lost.iter_mut().zip(lanes) {
            *lost |= !((own > other) | ((own == other) & (class >= label)));
            class += 1;
        }
    }
    lost == [false; LANES]
}

/// Scores of samples whose lengths have been checked.
#[inline(always)]
pub(super) fn batch_scores(
    table: &ClassTable,
    readouts: &[f32],
    scores: &mut [f64],
    scratch: &mut GoalScratch,
) {
    let blocks = table.blocks();
    for (readouts, scores) in readouts
        .chunks(SAMPLES * table.readouts)
        .zip(scores.chunks_mut(SAMPLES * table.classes))
    {
        cosines(table, readouts, scratch);
        let rows = scores.chunks_exact_mut(table.classes);
        for (scores, cosines) in rows.zip(scratch.cosines.chunks_exact(blocks)) {
            scores.copy_from_slice(&cosines.as_flattened()[..table.classes]);
        }
    }
}
