//! What an experiment will take: queries, time on the bench, time on this machine.

use super::experiment::Experiment;
use crate::record::BenchRecord;
use crate::wiring::{self, Device};
use fzero::layerwise::GradientSource;
use fzero::{BlackBox, Ledger, Purpose, Samples, Tap};
use std::time::{Duration, Instant};

/// Queries and programmings of a run that completes.
pub(super) fn queries(experiment: &Experiment) -> Ledger {
    let (train, test) = experiment.task.counts();
    let shapes = experiment.device.shapes();
    let mut alone = experiment.plan.queries(train, test, &shapes);
    if let Some(plan) = &experiment.fine_tuning {
        alone = alone + plan.queries(train, test, &shapes);
    }
    if let Some(calibration) = &experiment.calibration {
        calibration.add_to(&mut alone);
    }
    alone.repeated(experiment.device.repetitions())
}

/// Time and energy on the bench, the heaters taken as they are at the initial phases; `None` where there is
/// no chip. The device is left with its initial parameters.
pub(super) fn bench(experiment: &mut Experiment) -> Option<BenchRecord> {
    let shapes = experiment.device.shapes();
    let device = &mut experiment.device;
    for (layer, initial) in experiment.initial.iter().enumerate() {
        let programmed = device.program(layer, initial, Purpose::Training);
        debug_assert!(programmed.is_ok());
    }
    let Device::Chip(chip) = device else {
        return None;
    };
    let rates = chip.bench_rates();
    let (train, test) = experiment.task.counts();
    let heaters_w = chip.heater_power_w();
    let mut used = wiring::forecast(&experiment.plan, train, test, &shapes, rates, heaters_w);
    if let Some(plan) = &experiment.fine_tuning {
        used.add(&wiring::forecast(
            plan, train, test, &shapes, rates, heaters_w,
        ));
    }
    if let Some(calibration) = &experiment.calibration {
        used.add(&calibration.forecast(&shapes, rates, heaters_w));
    }
    Some(BenchRecord::from(&used.costs(rates)))
}

/// Estimated time of the run on the threads of this pool in s: the device timed for a moment at the taps of
/// each stage.
pub(super) fn time_s(experiment: &mut Experiment) -> f64 {
    let shapes = experiment.device.shapes();
    let plan = experiment.plan.clone();
    let tuning = experiment.fine_tuning.clone();
    let (train, test) = experiment.task.counts();
    let (values, width) = experiment.task.training();
    let batch = plan.batch.min(train);
    let mut time_s = 0.0;
    let calibration = experiment.calibration.as_ref();
    let mut fitting = calibration.map_or(0, wiring::Calibration::sample_passes);
    for stage in plan.scope.stages(shapes.len()) {
        let used = plan.stage_queries(train, test, &shapes, &stage);
        let mut readouts: Vec<_> = stage
            .taps()
            .map(|tap| (tap, vec![0.0; batch * shapes[tap].readouts]))
            .collect();
        let samples = Samples {
            values: &values[..batch * width],
            width,
        };
        let began = Instant::now();
        let mut passes = 0_u32;
        while began.elapsed() < Duration::from_millis(100) {
            let taps = readouts.iter_mut();
            let mut taps: Vec<_> = taps
                .map(|&mut (layer, ref mut readouts)| Tap { layer, readouts })
                .collect();
            let device = &mut experiment.device;
            for layer in stage.layers() {
                let initial = &experiment.initial[layer];
                let programmed = device.program(layer, initial, Purpose::Training);
                debug_assert!(programmed.is_ok());
            }
            let queried = device.query(samples, &mut taps, Purpose::Training);
            debug_assert!(queried.is_ok());
            passes += 1;
        }
        let pass_s = began.elapsed().as_secs_f64() / f64::from(passes);
        // Goal, direction and update take about a fifth of a pass; a twin about four passes there and back.
        let there_and_back = match plan.gradient {
            GradientSource::Measured => 0,
            GradientSource::Twin | GradientSource::DeviceAndTwin => {
                4 * plan.epochs as u64 * train as u64
            }
            // Of double precision, with the fields at all monitors.
            GradientSource::InSitu { .. } => 6 * used.training.queries,
        };
        let tuned = tuning.as_ref().map_or(0, |plan| {
            let used = plan.stage_queries(train, test, &shapes, &stage);
            used.total_queries()
        });
        let samples = used
            .total_queries()
            .saturating_add(there_and_back)
            .saturating_add(tuned)
            .saturating_add(std::mem::take(&mut fitting));
        time_s += 1.2 * pass_s * samples as f64 / batch as f64;
    }
    time_s
}
