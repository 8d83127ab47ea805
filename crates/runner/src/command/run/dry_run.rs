//! What a run would do and cost.

use crate::command::estimate;
use crate::command::experiment::Experiment;
use crate::command::print::print;
use crate::config::Loaded;
use crate::error::Error;
use crate::table::{self, grouped, seconds};
use numerics::Level;

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
    let shapes = experiment.device.shapes();
    let ledger = estimate::queries(&experiment);
    let total: usize = shapes.iter().map(|shape| shape.existing()).sum();
    let trained: usize = shapes
        .iter()
        .flat_map(|shape| &shape.groups)
        .filter(|group| group.trained)
        .map(|group| group.existing())
        .sum();
    let bench_lines = bench_lines(&mut experiment);
    // What reading took is given back before the chip is made.
    let memory = experiment.memory_bytes();
    let time_s = estimate::time_s(&mut experiment);
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
/// where there is no chip.
fn bench_lines(experiment: &mut Experiment) -> Vec<String> {
    let Some(bench) = estimate::bench(experiment) else {
        return Vec::new();
    };
    let mut lines = table::bench_lines(&bench);
    if lines.is_empty() {
        lines.push("bench           not stated: the process has no times and no energies".into());
    } else if bench.total.heaters_j.is_some() {
        lines.push(format!("{:16}heaters as at the initial phases", ""));
    }
    lines
}
