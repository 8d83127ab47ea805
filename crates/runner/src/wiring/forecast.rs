//! What a training will take on the bench.

use super::BenchLedger;
use fzero::layerwise::LayerwisePlan;
use fzero::{LayerShape, Purpose, Usage};
use photonics::chip::cost::{BenchRates, BenchUse};

/// The use of the bench by a run that completes, whose heaters take `heaters_w` throughout.
///
/// Exact but for the heaters: their power changes with the phases.
pub fn forecast(
    plan: &LayerwisePlan,
    train_samples: usize,
    test_samples: usize,
    shapes: &[LayerShape],
    rates: &BenchRates,
    heaters_w: f64,
) -> BenchLedger {
    let mut ledger = BenchLedger::default();
    let mut book = |purpose, usage: Usage, heaters_set: u64, readouts: usize| {
        let mut used = BenchUse {
            programmings: usage.programmings,
            heaters_set,
            samples: usage.queries,
            readouts: usage.queries.saturating_mul(readouts as u64),
            heaters_j: 0.0,
        };
        used.heaters_j = heaters_w * rates.time_s(&used);
        ledger.book(purpose, used);
    };
    // At the very end all layers are read at once.
    let all = Usage {
        queries: (train_samples + test_samples) as u64,
        ..Usage::default()
    };
    for stage in plan.scope.stages(shapes.len()) {
        let alone = plan.stage_queries(train_samples, test_samples, shapes, &stage);
        let layers = &shapes[stage.layers()];
        let heaters: usize = layers.iter().map(|shape| shape.existing()).sum();
        // All layers of the stage are programmed equally often.
        let count = layers.len().max(1) as u64;
        let readouts: usize = stage.taps().map(|tap| shapes[tap].readouts).sum();
        for purpose in [Purpose::Training, Purpose::Evaluation, Purpose::Calibration] {
            let usage = *alone.of(purpose);
            let heaters_set = (usage.programmings / count).saturating_mul(heaters as u64);
            // Each part is calibrated by itself, equally often.
            let read = match purpose {
                Purpose::Calibration => readouts / stage.parts.len().max(1),
                _ => readouts,
            };
            book(purpose, usage, heaters_set, read);
        }
    }
    let readouts = shapes.iter().map(|shape| shape.readouts).sum();
    book(Purpose::Evaluation, all, 0, readouts);
    ledger
}

#[cfg(test)]
mod tests;
