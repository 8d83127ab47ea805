//! What a sweep would do and cost.

use crate::command::estimate;
use crate::command::experiment::Experiment;
use crate::command::print::print;
use crate::config::Sweep;
use crate::config::sweep::{in_order_of, short_names};
use crate::error::Error;
use crate::table::{grouped, seconds, si};
use comfy_table::{Table, presets};
use std::collections::BTreeSet;

/// Settings that are timed, each for some tenths of a second; the others are taken as their mean.
const TIMED: usize = 16;

/// Settings that are listed.
const LISTED: usize = 50;

/// Prints the settings and the cost; chips are built and timed, nothing is trained or written.
///
/// # Errors
/// A setting that cannot be built, or standard output cannot be written.
pub(super) fn report(sweep: &Sweep, quiet: bool) -> Result<(), Error> {
    let (settings, dies, trainings) = (
        sweep.settings.len(),
        sweep.die_seeds.len(),
        sweep.seeds.len(),
    );
    let mut lines = vec![format!(
        "{}: {} settings x {dies} dies x {trainings} trainings = {} runs",
        sweep.name,
        grouped(settings as u64),
        grouped(sweep.runs() as u64)
    )];
    if !sweep.axes.is_empty() {
        lines.push(listed(sweep));
    }
    let dies: Vec<u64> = sweep.die_seeds.iter().copied().flatten().collect();
    if !dies.is_empty() {
        lines.push(format!("die seeds       {}", shown_seeds(&dies)));
    }
    lines.push(format!("training seeds  {}", shown_seeds(&sweep.seeds)));
    let cost = cost(sweep)?;
    if !quiet {
        for text in &cost.cautions {
            eprintln!("{text}");
        }
    }
    let from = match cost.timed < settings {
        true => format!(
            " (from {} of {} settings)",
            cost.timed,
            grouped(settings as u64)
        ),
        false => String::new(),
    };
    lines.push(format!(
        "sample queries  {}{from}",
        grouped(cost.queries.round() as u64)
    ));
    if let Some(bench_s) = cost.bench_s {
        lines.push(format!(
            "bench time      {}, one run after the other",
            si(bench_s, "s")
        ));
    }
    if let Some(bench_j) = cost.bench_j {
        lines.push(format!(
            "bench energy    {}, heaters as at the initial phases",
            si(bench_j, "J")
        ));
    }
    let threads = rayon::current_num_threads().min(sweep.runs());
    lines.push(format!(
        "time            about {} with {threads} run(s) at a time, timed just now",
        seconds(cost.time_s / threads as f64)
    ));
    print(lines.join("\n"))
}

/// A table of the settings, cut off where it is long.
fn listed(sweep: &Sweep) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    let names = short_names(&sweep.axes);
    table.set_header(["setting"].iter().chain(&names));
    for (number, setting) in sweep.settings.iter().take(LISTED).enumerate() {
        let values = in_order_of(&sweep.axes, &setting.point);
        table.add_row([vec![number.to_string()], values].concat());
    }
    let more = sweep.settings.len().saturating_sub(LISTED);
    match more {
        0 => table.to_string(),
        _ => format!("{table}\nand {} more settings", grouped(more as u64)),
    }
}

fn shown_seeds(seeds: &[u64]) -> String {
    let shown = |seeds: &[u64]| {
        let seeds: Vec<_> = seeds.iter().map(ToString::to_string).collect();
        seeds.join(", ")
    };
    match seeds.len() {
        0..=10 => shown(seeds),
        count => format!("{}, .. {}", shown(&seeds[..3]), seeds[count - 1]),
    }
}

struct Cost {
    /// Settings that were looked at.
    timed: usize,
    queries: f64,
    /// Of a process that states times.
    bench_s: Option<f64>,
    bench_j: Option<f64>,
    /// On one thread.
    time_s: f64,
    cautions: BTreeSet<String>,
}

fn cost(sweep: &Sweep) -> Result<Cost, Error> {
    let settings = sweep.settings.len();
    let timed = settings.min(TIMED);
    let per_setting = sweep.runs() / settings;
    let mut cost = Cost {
        timed,
        queries: 0.0,
        bench_s: Some(0.0),
        bench_j: Some(0.0),
        time_s: 0.0,
        cautions: BTreeSet::new(),
    };
    // Runs take one thread each.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .map_err(|error| Error::failed("threads cannot be started", error, "lower --threads"))?;
    for at in 0..timed {
        let setting = at * settings / timed;
        let loaded = sweep.load(&sweep.run(setting * per_setting))?;
        let (ledger, bench, time_s) = pool.install(|| -> Result<_, Error> {
            let mut experiment = Experiment::prepare(&loaded)?;
            cost.cautions
                .extend(experiment.cautions.iter().map(ToString::to_string));
            let ledger = estimate::queries(&experiment);
            let bench = estimate::bench(&mut experiment);
            Ok((ledger, bench, estimate::time_s(&mut experiment)))
        })?;
        cost.queries += ledger.total_queries() as f64;
        let total = bench.map(|bench| bench.total).unwrap_or_default();
        let add = |sum: Option<f64>, more: Option<f64>| Some(sum? + more?);
        cost.bench_s = add(cost.bench_s, total.total_s);
        cost.bench_j = add(cost.bench_j, total.total_j);
        cost.time_s += time_s;
    }
    let scale = sweep.runs() as f64 / timed as f64;
    cost.queries *= scale;
    cost.bench_s = cost.bench_s.map(|sum| sum * scale);
    cost.bench_j = cost.bench_j.map(|sum| sum * scale);
    cost.time_s *= scale;
    Ok(cost)
}
