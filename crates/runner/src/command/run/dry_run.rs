//! What a run would do and cost.

use crate::command::experiment::Experiment;
use crate::command::print::print;
use crate::config::Loaded;
use crate::error::Error;
use crate::record::BenchRecord;
use crate::table::{self, grouped, seconds};
use crate::wiring::{self, Device};
use fzero::layerwise::GradientSource;
use fzero::{BlackBox, Purpose, Samples, Tap};
use numerics::Level;
use std::time::{Duration, Instant};

/// Prints the resolved configuration and the cost; the chip is built and timed, nothing is trained.
///
/// # Errors
/// Standard output cannot be written.
pub(super) fn report(
    loaded: &Loaded,
    mut experiment: Experiment,
    simd: Level,
) -> Result<(), Error> {
    let config = &loaded.config;
    let (train, test) = experiment.task.counts();
    let shapes = experiment.device.shapes();
    let repetitions = experiment.device.repetitions();
    let mut ledger = experiment.plan.queries(train, test, &shapes);
    if let Some(plan) = &experiment.fine_tuning {
        ledger = ledger + plan.queries(train, test, &shapes);
    }
    if let Some(calibration) = &experiment.calibration {
        calibration.add_to(&mut ledger);
    }
    let ledger = ledger.repeated(repetitions);
    let total: usize = shapes.iter().map(|shape| shape.existing()).sum();
    let trained: usize = shapes
        .iter()
        .flat_map(|shape| &shape.groups)
        .filter(|group| group.trained)
        .map(|group| group.existing())
        .sum();
    let bench_lines = bench_lines(&mut experiment, &shapes);
    // What reading took is given back before the chip is made.
    let memory = experiment.memory.max(experiment.task.read_bytes());
    let time_s = time_s(&mut experiment, &shapes);
    let mut lines = Vec::new();
    let mut line = |text: String| lines.push(text);
    line(format!(
        "# Resolved configuration. SHA-256 of its canonical text without paths: {}\n",
        loaded.hash()
    ));
    line(loaded.canonical());
    line("# What it takes".into());
    line(format!("# data            {}", experiment.task.shown()));
    if let Some(counts) = experiment.task.shown_per_class() {
        line(format!("# per class       {counts}"));
    }
    line(format!("# data SHA-256    {}", experiment.task.sha256()));
    let parameters = match experiment.device.chip() {
        Some(_) => "phases",
        None => "numbers in the network",
    };
    line(format!(
        "# parameters      {} {parameters}, {} of them trained",
        grouped(total as u64),
        grouped(trained as u64)
    ));
    let calibration = match ledger.calibration.queries {
        0 => String::new(),
        queries => format!(", {} calibration", grouped(queries)),
    };
    line(format!(
        "# sample queries  {} ({} training, {} evaluation{calibration})",
        grouped(ledger.total_queries()),
        grouped(ledger.training.queries),
        grouped(ledger.evaluation.queries)
    ));
    line(format!(
        "# programmings    {}",
        grouped(ledger.total_programmings())
    ));
    for text in bench_lines {
        line(format!("# {text}"));
    }
    line(format!(
        "# memory          at most {} MiB (limit {})",
        memory.div_ceil(1 << 20),
        config.limits.memory_mib
    ));
    line(format!(
        "# time            about {} on {} thread(s), {simd}, timed just now",
        seconds(time_s),
        rayon::current_num_threads()
    ));
    print(lines.join("\n"))
}

/// Time and energy of the run on the bench, the heaters taken as they are at the initial phases; nothing
/// where there is no chip. The device is left with its initial parameters.
fn bench_lines(experiment: &mut Experiment, shapes: &[fzero::LayerShape]) -> Vec<String> {
    let device = &mut experiment.device;
    for (layer, initial) in experiment.initial.iter().enumerate() {
        let programmed = device.program(layer, initial, Purpose::Training);
        debug_assert!(programmed.is_ok());
    }
    let Device::Chip(chip) = device else {
        return Vec::new();
    };
    let rates = chip.bench_rates();
    let (train, test) = experiment.task.counts();
    let heaters_w = chip.heater_power_w();
    let mut used = wiring::forecast(&experiment.plan, train, test, shapes, rates, heaters_w);
    if let Some(plan) = &experiment.fine_tuning {
        used.add(&wiring::forecast(
            plan, train, test, shapes, rates, heaters_w,
        ));
    }
    if let Some(calibration) = &experiment.calibration {
        used.add(&calibration.forecast(shapes, rates, heaters_w));
    }
    let bench = BenchRecord::from(&used.costs(rates));
    let mut lines = table::bench_lines(&bench);
    if lines.is_empty() {
        lines.push("bench           not stated: the process has no times and no energies".into());
    } else if bench.total.heaters_j.is_some() {
        lines.push(format!("{:16}heaters as at the initial phases", ""));
    }
    lines
}

/// Estimated time of the run in s: the device timed for a moment at the taps of each stage.
fn time_s(experiment: &mut Experiment, shapes: &[fzero::LayerShape]) -> f64 {
    let plan = experiment.plan.clone();
    let tuning = experiment.fine_tuning.clone();
    let (train, test) = experiment.task.counts();
    let (values, width) = experiment.task.training();
    let batch = plan.batch.min(train);
    let mut time_s = 0.0;
    let calibration = experiment.calibration.as_ref();
    let mut fitting = calibration.map_or(0, wiring::Calibration::sample_passes);
    for stage in plan.scope.stages(shapes.len()) {
        let used = plan.stage_queries(train, test, shapes, &stage);
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
            let used = plan.stage_queries(train, test, &shapes[stage.layers.clone()]);
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
