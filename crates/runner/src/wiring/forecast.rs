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
    let mut book = |purpose, usage: Usage, heaters: usize, readouts: usize| {
        let mut used = BenchUse {
            programmings: usage.programmings,
            heaters_set: usage.programmings.saturating_mul(heaters as u64),
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
    for shape in shapes {
        let mut alone = plan.queries(train_samples, test_samples, std::slice::from_ref(shape));
        let queries = &mut alone.evaluation.queries;
        *queries = queries.saturating_sub(all.queries);
        let (heaters, readouts) = (shape.existing(), shape.readouts);
        book(Purpose::Training, alone.training, heaters, readouts);
        book(Purpose::Evaluation, alone.evaluation, heaters, readouts);
        book(Purpose::Calibration, alone.calibration, heaters, readouts);
    }
    let readouts = shapes.iter().map(|shape| shape.readouts).sum();
    book(Purpose::Evaluation, all, 0, readouts);
    ledger
}

#[cfg(test)]
mod tests;
