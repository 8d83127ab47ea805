//! What a training will take on the bench.

use super::BenchLedger;
use fzero::layerwise::{GradientSource, LayerwisePlan};
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
    let mut book = |purpose, usage: Usage, heaters_set: u64, readouts: u64| {
        let mut used = BenchUse {
            programmings: usage.programmings,
            heaters_set,
            samples: usage.queries,
            readouts,
            heaters_j: 0.0,
        };
        used.heaters_j = heaters_w * rates.time_s(&used);
        ledger.book(purpose, used);
    };
    // At the very end all layers are read at once.
    let all = Usage {
        queries: plan.final_queries(train_samples, test_samples),
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
            let read = match (purpose, plan.gradient) {
                (Purpose::Training, GradientSource::InSitu { passes_per_layer }) => {
                    let top = stage.layers().end.saturating_sub(1);
                    inside(usage.queries, readouts, top, layers, passes_per_layer)
                }
                // Each part is calibrated by itself, equally often.
                (Purpose::Calibration, _) => {
                    let own = readouts / stage.parts.len().max(1);
                    usage.queries.saturating_mul(own as u64)
                }
                _ => usage.queries.saturating_mul(readouts as u64),
            };
            book(purpose, usage, heaters_set, read);
        }
    }
    let readouts: usize = shapes.iter().map(|shape| shape.readouts).sum();
    let read = all.queries.saturating_mul(readouts as u64);
    book(Purpose::Evaluation, all, 0, read);
    ledger
}

/// Numbers read of `queries` samples that were measured inside of these layers: readouts and both quadratures
/// at every lit layer's output, then the monitors in each pass, and what came back.
fn inside(
    queries: u64,
    readouts: usize,
    tap: usize,
    layers: &[LayerShape],
    passes_per_layer: u32,
) -> u64 {
    let passes = u64::from(passes_per_layer);
    let mut read = readouts as u64;
    for shape in layers {
        let ports = shape.groups.last().map_or(0, |screen| screen.range.len()) as u64;
        let monitors = shape.parameters() as u64 - ports;
        read += passes * monitors + 2 * ports;
    }
    if let Some(screen) = layers.first().and_then(|shape| shape.groups.last()) {
        read += (2 * screen.range.len() * (tap + 1)) as u64;
    }
    let times = 1 + passes * layers.len() as u64;
    (queries / times).saturating_mul(read)
}

#[cfg(test)]
mod tests;
