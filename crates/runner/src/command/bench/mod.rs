//! `fzero bench`: the kernel and a training step against this machine's own peak, and a chip with all
//! effects against the ideal one.
//!
//! First kernel and step, then the chips. Each of the two is measured in turns, many of them; every
//! figure is the median over the turns, and every ratio is formed within a turn. So it holds when the
//! machine's speed drifts.

mod chip;
mod kernel;
mod machine;
mod report;
mod step;
mod timing;

use super::print::print;
use crate::cli::BenchArgs;
use crate::error::{Error, Problem, Status};
use crate::wiring::mesh_memory_bytes;
use kernel::Kernel;
use numerics::Level;
use photonics::chip::ChipError;
use report::{Report, Size, Spread};
use step::Step;
use timing::Clock;

/// Memory that a bench may take, in MiB: 4,096 ports fit.
const MEMORY_MIB: u64 = 8192;

/// Measures and prints.
///
/// # Errors
/// [`Error`] when a size does not fit the memory or the threads cannot be started.
pub(super) fn run(args: &BenchArgs) -> Result<Status, Error> {
    let simd = Level::from_environment().map_err(|error| {
        Problem::of(
            "environment",
            error,
            "unset it, or name a level that this CPU has",
        )
    })?;
    let batch = args.batch as usize;
    for &ports in &args.ports {
        let needed = mesh_memory_bytes(ports as usize, batch);
        if needed > MEMORY_MIB << 20 {
            return Err(Problem::of(
                format!("--ports {ports} --batch {batch}"),
                format!("needs about {} MiB, more than {MEMORY_MIB}", needed >> 20),
                "use fewer ports or samples",
            )
            .into());
        }
    }
    let pool = |threads: usize| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| Error::failed("threads cannot be started", error, "lower --threads"))
    };
    let one = pool(1)?;
    let all = pool(args.threads.map_or(0, |threads| threads.get()))?;
    let clock = Clock::new(args.quick);
    let mut sizes = Vec::new();
    for &ports in &args.ports {
        sizes.push(measure(ports as usize, batch, &clock, &one, &all)?);
    }
    let report = Report {
        simd: simd.to_string(),
        threads: all.current_num_threads(),
        batch,
        turns: clock.turns(),
        peak_gfma_per_s: Spread::of(sizes.iter().flat_map(|size| size.peaks.iter().copied())),
        peak_resident_mib: machine::peak_resident_mib(),
        sizes,
    };
    if args.json {
        let text = serde_json::to_string_pretty(&report)
            .map_err(|error| Error::failed("the figures cannot be printed", error, ""))?;
        print(text)?;
    } else {
        print(report)?;
    }
    Ok(Status::Done)
}

fn measure(
    ports: usize,
    batch: usize,
    clock: &Clock,
    one: &rayon::ThreadPool,
    all: &rayon::ThreadPool,
) -> Result<Size, Error> {
    let failed = |error: fzero::TrainError| Error::failed("a step failed", error, "");
    let refused = |error: ChipError| Error::failed("a chip refused", error, "");
    let ideal_die = chip::ideal(ports)?;
    let mut ideal = Kernel::new(&ideal_die.1.layers()[0], batch);
    let mut step = Step::new(ports, batch)?;
    // One step beforehand, so that an error shows here and not inside a timing.
    one.install(|| step.run()).map_err(failed)?;
    let mut turns = Vec::new();
    for _ in 0..clock.turns() {
        let peak = machine::fused_multiply_adds_per_s(clock);
        let mut turn = one.install(|| Turn {
            peak,
            ideal_s: clock.time(|| ideal.run()),
            step_s: clock.time(|| drop(step.run())),
            ..Turn::default()
        });
        (turn.ideal_all_s, turn.step_all_s) =
            all.install(|| (clock.time(|| ideal.run()), clock.time(|| drop(step.run()))));
        turns.push(turn);
    }
    let step_resident_mib = machine::peak_resident_mib();
    drop(step);
    let full_die = chip::with_all_effects(ports)?;
    let mut lossy = Kernel::new(&full_die.1.layers()[0], batch);
    let mut ideal_chip = chip::Bench::new(ideal_die, batch)?;
    let mut full_chip = chip::Bench::new(full_die, batch)?;
    ideal_chip.measure().map_err(refused)?;
    full_chip.measure().map_err(refused)?;
    let mut chips = Vec::new();
    for _ in 0..clock.turns() {
        let peak = machine::fused_multiply_adds_per_s(clock);
        chips.push(one.install(|| ChipTurn {
            peak,
            ideal_s: clock.time(|| ideal.run()),
            lossy_s: clock.time(|| lossy.run()),
            ideal_pass_s: clock.time(|| drop(ideal_chip.measure())),
            full_pass_s: clock.time(|| drop(full_chip.measure())),
            ideal_programming_s: clock.time(|| drop(ideal_chip.program())),
            full_programming_s: clock.time(|| drop(full_chip.program())),
        }));
    }
    let of_chips = |f: &dyn Fn(&ChipTurn) -> f64| Spread::of(chips.iter().map(f));
    let spread = |f: &dyn Fn(&Turn) -> f64| Spread::of(turns.iter().map(f));
    let mzis = ideal.mzis();
    let work = (mzis * batch) as f64;
    let operations = ideal.operations_per_mzi() as f64;
    let lossy_operations = lossy.operations_per_mzi() as f64;
    Ok(Size {
        ports,
        mzis,
        operations_per_mzi_sample: ideal.operations_per_mzi(),
        one_thread_g_per_s: spread(&|t| 1e-9 * work / t.ideal_s),
        share_of_peak: spread(&|t| operations * work / t.ideal_s / t.peak),
        all_threads_g_per_s: spread(&|t| 1e-9 * work / t.ideal_all_s),
        speedup: spread(&|t| t.ideal_s / t.ideal_all_s),
        lossy_share_of_peak: of_chips(&|t| lossy_operations * work / t.lossy_s / t.peak),
        step_ms: spread(&|t| 1e3 * t.step_s),
        two_propagations_ms: spread(&|t| 2e3 * t.ideal_s),
        step_over_propagations: spread(&|t| t.step_s / (2.0 * t.ideal_s)),
        all_threads_step_ms: spread(&|t| 1e3 * t.step_all_s),
        all_threads_step_over_propagations: spread(&|t| t.step_all_s / (2.0 * t.ideal_all_s)),
        full_g_per_s: of_chips(&|t| 1e-9 * work / t.lossy_s),
        full_over_ideal_rate: of_chips(&|t| t.ideal_s / t.lossy_s),
        ideal_pass_ms: of_chips(&|t| 1e3 * t.ideal_pass_s),
        full_pass_ms: of_chips(&|t| 1e3 * t.full_pass_s),
        full_over_ideal_pass_rate: of_chips(&|t| t.ideal_pass_s / t.full_pass_s),
        ideal_programming_ms: of_chips(&|t| 1e3 * t.ideal_programming_s),
        full_programming_ms: of_chips(&|t| 1e3 * t.full_programming_s),
        full_over_ideal_programming: of_chips(&|t| t.full_programming_s / t.ideal_programming_s),
        step_resident_mib,
        peaks: turns.iter().map(|t| 1e-9 * t.peak).collect(),
    })
}

/// What one turn of the kernel and the step measures: times in s of one piece of work, on one thread
/// but for those on all.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    /// Fused multiply-adds per s.
    peak: f64,
    ideal_s: f64,
    step_s: f64,
    ideal_all_s: f64,
    step_all_s: f64,
}

/// What one turn of the chips measures, on one thread.
#[derive(Clone, Copy, Debug)]
struct ChipTurn {
    /// Fused multiply-adds per s.
    peak: f64,
    ideal_s: f64,
    lossy_s: f64,
    ideal_pass_s: f64,
    full_pass_s: f64,
    ideal_programming_s: f64,
    full_programming_s: f64,
}
