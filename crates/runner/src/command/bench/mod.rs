//! `fzero bench`: the kernel and a training step against this machine's own peak.
//!
//! Peak, kernel and step are measured in turn, many times; every figure is the median over these
//! turns, and every ratio is formed within a turn. So it holds when the machine's speed drifts.

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
    let mut ideal = Kernel::new(ports, batch, true)?;
    let mut lossy = Kernel::new(ports, batch, false)?;
    let mut step = Step::new(ports, batch)?;
    // One step beforehand, so that an error shows here and not inside a timing.
    one.install(|| step.run()).map_err(failed)?;
    let mut turns = Vec::new();
    for _ in 0..clock.turns() {
        let peak = machine::fused_multiply_adds_per_s(clock);
        let (ideal_1_s, lossy_1_s, step_1_s) = one.install(|| {
            (
                clock.time(|| ideal.run()),
                clock.time(|| lossy.run()),
                clock.time(|| drop(step.run())),
            )
        });
        let (ideal_all_s, step_all_s) =
            all.install(|| (clock.time(|| ideal.run()), clock.time(|| drop(step.run()))));
        turns.push([
            peak,
            ideal_1_s,
            lossy_1_s,
            step_1_s,
            ideal_all_s,
            step_all_s,
        ]);
    }
    let spread = |f: &dyn Fn(&[f64; 6]) -> f64| Spread::of(turns.iter().map(f));
    let mzis = ideal.mzis();
    let work = (mzis * batch) as f64;
    let operations = ideal.operations_per_mzi() as f64;
    let lossy_operations = lossy.operations_per_mzi() as f64;
    Ok(Size {
        ports,
        mzis,
        operations_per_mzi_sample: ideal.operations_per_mzi(),
        one_thread_g_per_s: spread(&|t| 1e-9 * work / t[1]),
        share_of_peak: spread(&|t| operations * work / t[1] / t[0]),
        all_threads_g_per_s: spread(&|t| 1e-9 * work / t[4]),
        speedup: spread(&|t| t[1] / t[4]),
        lossy_share_of_peak: spread(&|t| lossy_operations * work / t[2] / t[0]),
        lossy_over_ideal_rate: spread(&|t| t[1] / t[2]),
        step_ms: spread(&|t| 1e3 * t[3]),
        two_propagations_ms: spread(&|t| 2e3 * t[1]),
        step_over_propagations: spread(&|t| t[3] / (2.0 * t[1])),
        all_threads_step_ms: spread(&|t| 1e3 * t[5]),
        all_threads_step_over_propagations: spread(&|t| t[5] / (2.0 * t[4])),
        peaks: turns.iter().map(|t| 1e-9 * t[0]).collect(),
    })
}
