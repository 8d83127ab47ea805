//! Derivatives of the cosine goals by the readouts.

use super::{BatchLoss, CosineLoss, GoalScratch, LocalGoal};
use crate::error::{TrainError, check_length};

/// [`LocalGoal::gradient`] of a loss that is a function of the cosines.
///
/// With the cosines c_k = p_k z / |z| and the slopes s_k = dl/dc_k a sample has
/// dl/dz = (sum_k s_k p_k - (sum_k s_k c_k) z / |z|) / |z|.
pub(super) fn of_cosines<G: CosineLoss>(
    goal: &G,
    readouts: &[f32],
    labels: &[u16],
    cotangents: &mut [f64],
    scratch: &mut GoalScratch,
) -> Result<BatchLoss, TrainError> {
    let batch = goal.loss(readouts, labels, scratch)?;
    check_length("cotangents of the batch", cotangents.len(), readouts.len())?;
    let (classes, width) = (goal.classes(), goal.readouts());
    let mut scores = vec![0.0; labels.len() * classes];
    goal.scores(readouts, &mut scores, scratch)?;
    let mut slopes = vec![0.0; classes];
    let share = 1.0 / labels.len() as f64;
    numerics::vectorize(
        #[inline(always)]
        || {
            let samples = readouts.chunks_exact(width).zip(labels);
            let rows = scores
                .chunks_exact(classes)
                .zip(cotangents.chunks_exact_mut(width));
            for ((z, &label), (cosines, out)) in samples.zip(rows) {
                goal.slopes(cosines, usize::from(label), &mut slopes);
                let rows = (0..classes).map(|class| goal.prototypes().row(class));
                back(z, cosines, &slopes, rows, share, out);
            }
        },
    );
    Ok(batch)
}

/// From slopes by the cosines of one sample to those by its readouts, times `share`; zeros for a sample
/// without light.
#[inline(always)]
pub(super) fn back<'a>(
    z: &[f32],
    cosines: &[f64],
    slopes: &[f64],
    prototypes: impl Iterator<Item = &'a [f64]>,
    share: f64,
    out: &mut [f64],
) {
    out.fill(0.0);
    let mut square = 0.0;
    for &z in z {
        let z = f64::from(z);
        square += z * z;
    }
    if square == 0.0 {
        return;
    }
    let scale = 1.0 / square.sqrt();
    let mut along = 0.0;
    for ((&slope, &cosine), prototype) in slopes.iter().zip(cosines).zip(prototypes) {
        along += slope * cosine;
        for (out, &p) in out.iter_mut().zip(prototype) {
            *out += slope * p;
        }
    }
    for (out, &z) in out.iter_mut().zip(z) {
        *out = (*out - along * scale * f64::from(z)) * scale * share;
    }
}

#[cfg(test)]
pub(super) mod tests;
