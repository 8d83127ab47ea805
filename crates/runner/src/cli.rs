//! The command line.

mod check;
mod compare;
mod convert;
mod draw;
mod evaluate;
mod matrix;
mod mesh_choice;
mod program;
mod sweep;

pub use check::{Annotations, CheckArgs, Measure};
pub use compare::CompareArgs;
pub use convert::ConvertArgs;
mod validate;

pub use draw::{ColourBy, DrawArgs};
pub use evaluate::EvaluateArgs;
pub use matrix::MatrixArgs;
pub use mesh_choice::MeshChoice;
pub use program::{MethodName, ProgramArgs};
pub use sweep::{Shard, SweepArgs};
pub use validate::ValidateArgs;

use crate::config::Override;
use clap::{Args, Parser, Subcommand};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  a check failed
  2  could not run: bad options, configuration or files; or a check that is undecided

Environment:
  FZERO_SIMD  portable, avx2 or avx512: forces a SIMD level; all levels give the same results";

const RUN_EXAMPLES: &str = "\
Examples:
  fzero run configs/run/digits.toml
  fzero run configs/run/digits.toml --dry-run
  fzero run configs/run/digits.toml --seed 3 --set training.epochs=50 --out /tmp/try --quiet";

const BUDGET_EXAMPLES: &str = "\
Examples:
  fzero budget configs/run/digits_noisy.toml
  fzero budget configs/run/digits_noisy.toml --set process.detector.bandwidth_hz=1e9
  fzero budget configs/run/digits.toml --set chip.layers=4 --json";

const BENCH_EXAMPLES: &str = "\
Examples:
  fzero bench
  fzero bench --ports 64,196 --threads 1 --json";

/// Emulate photonic neural networks and train them from forward measurements only.
#[derive(Debug, Parser)]
#[command(name = "fzero", version, after_help = AFTER_HELP, max_term_width = 100)]
#[command(
    long_about = "Emulate photonic neural networks on realistic chips and train them as a chip must \
                  be trained: from forward measurements only (FFzero, arXiv:2603.24790)."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fabricate a chip, train it layer by layer, and keep the results.
    #[command(
        after_help = RUN_EXAMPLES,
        long_about = "Fabricate the chip that an experiment describes, train it layer by layer from \
                      forward measurements, and keep the results in a folder: the resolved \
                      configuration, a manifest, a line of metrics per epoch, the trained phases and \
                      a summary. The same configuration and seed give the same results on any number \
                      of threads. Ctrl-C ends the training after the current epoch and keeps what was \
                      learned."
    )]
    Run(RunArgs),
    /// Train with several solvers on the same die and images, and set them beside each other.
    #[command(
        after_help = compare::EXAMPLES,
        long_about = "Run several experiments that differ in their training alone, on the same die, the same \
                      images and the same seed, and print a table: what each solver could see (its access), \
                      accuracy, sample queries, time and energy on the bench. The results of each are kept \
                      as those of fzero run, with the table and the curves of accuracy against queries."
    )]
    Compare(CompareArgs),
    /// Say whether results are worse than a baseline, by statistics; for CI.
    #[command(
        after_help = check::EXAMPLES,
        long_about = "Compare the accuracies of a sweep, or of runs, with those of a baseline, setting by \
                      setting: whether they have dropped, at a stated confidence over all settings \
                      together, by the spread between dies and seeds; and costs against limits. With \
                      --update the results become the baseline."
    )]
    Check(CheckArgs),
    /// Run an experiment over axes of its keys, dies and trainings, on all cores or many machines.
    #[command(
        after_help = sweep::EXAMPLES,
        long_about = "Run every setting that the axes of a sweep give, on each of its dies and with each of \
                      its training seeds, and keep a row per run and statistics per setting. Rows are kept \
                      as runs end: started again, the sweep does what is missing. They are the same, but \
                      for their times, on any number of threads and machines. How: docs/sweep.md."
    )]
    Sweep(SweepArgs),
    /// Load the phases of a finished run onto a die and measure its accuracy; train nothing.
    #[command(
        after_help = evaluate::EXAMPLES,
        long_about = "Fabricate the die that an experiment describes, load the phases and prototypes \
                      of a finished run onto it, and measure the accuracy of each layer and of the \
                      vote on the training and the test images, by forward measurements alone. \
                      Nothing is trained and nothing is written."
    )]
    Evaluate(EvaluateArgs),
    /// Say where the light goes and what noise stands against it; train nothing.
    #[command(
        after_help = BUDGET_EXAMPLES,
        long_about = "Print the link budget of an experiment: the power from the laser to the photodiodes \
                      of every layer in dBm, each loss in dB, the noise of a readout by cause, the noise \
                      floor, the signal-to-noise ratio and effective bits, and what the activations \
                      leave for the next layer. Powers are means per port over the training images; \
                      meshes are taken as Haar-random. No die is drawn and nothing is trained. What \
                      each row is: docs/link-budget.md."
    )]
    Budget(BudgetArgs),
    /// Find the phases at which a mesh is a given matrix, on a die with splitter errors too.
    #[command(
        after_help = program::EXAMPLES,
        long_about = "Decompose a matrix into the phases of a mesh and write them, and say how well \
                      the mesh does. With the splitter errors of a die, every MZI is corrected for \
                      its own, exactly where its splitting ratio can be reached; or the die \
                      configures itself by measurements, without knowing them. How: \
                      docs/programming.md."
    )]
    Program(ProgramArgs),
    /// Compute the transfer matrix of a mesh at given phases.
    #[command(
        after_help = matrix::EXAMPLES,
        long_about = "Compute the transfer matrix U[out, in] of a mesh at the phases of a file, with the \
                      splitter errors of a die where they are given, and print it, or write it for \
                      numpy.load."
    )]
    Matrix(MatrixArgs),
    /// Convert matrices, phases and meshes to and from the forms of other programs.
    #[command(
        after_help = convert::EXAMPLES,
        long_about = "Convert a transfer matrix to and from Touchstone, the phases of a mesh between the \
                      conventions of other programs, a mesh to and from a netlist as of gdsfactory and \
                      SAX, and phases to and from heater powers, voltages and DAC codes. What is meant \
                      is said by the extensions of the two files."
    )]
    Convert(ConvertArgs),
    /// Say whether meshes are sound: wiring, loss, reach, tolerance, yield; against criteria.
    #[command(
        after_help = validate::EXAMPLES,
        long_about = "Analyse one mesh, or compare several: its wiring, path losses, reachable dimension, \
                      sensitivity, tolerance to splitter errors, heater power, and the yield of dies of a \
                      process with its causes; each criterion of the configuration with what was measured, \
                      its limit, and whether it is met."
    )]
    Validate(ValidateArgs),
    /// Draw a mesh: ports, couplers, phase shifters, crossings, coloured by phase or power.
    #[command(
        after_help = draw::EXAMPLES,
        long_about = "Draw a mesh as an SVG image that can be read on light and on dark ground: its \
                      waveguides with their crossings, couplers, phase shifters, and the numbers of \
                      ports and columns; where phases are given, coloured by them, or by the power of \
                      light into one input. Pictures of all topologies: docs/mesh-gallery.md."
    )]
    Draw(DrawArgs),
    /// Measure the propagation kernel and a whole training step on this machine.
    #[command(
        after_help = BENCH_EXAMPLES,
        long_about = "Measure this machine's peak of fused multiply-adds, then for each number of \
                      ports how fast light is propagated on one thread and on all, the share of the \
                      peak that this is, and how long a whole training step takes compared with its \
                      two propagations."
    )]
    Bench(BenchArgs),
}

/// Options of `fzero run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Experiment in TOML.
    #[arg(value_name = "CONFIG", required_unless_present = "resume")]
    pub config: Option<PathBuf>,

    /// Print the resolved configuration and what it will cost; train nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Go on with the run of this folder, which was interrupted, where it stood; its results are those of an
    /// uninterrupted run, bit for bit.
    #[arg(
        long,
        value_name = "FOLDER",
        conflicts_with_all = ["config", "dry_run", "seed", "die_seed", "set", "out"]
    )]
    pub resume: Option<PathBuf>,

    /// Seed of the training, 0 to 2^53; the same as --set seed=N.
    #[arg(long, value_name = "N", help_heading = "Experiment")]
    pub seed: Option<u64>,

    /// Seed of the die, 0 to 2^53; the same as --set chip.die_seed=N.
    #[arg(long, value_name = "N", help_heading = "Experiment")]
    pub die_seed: Option<u64>,

    /// Change a key of the configuration, for example --set training.epochs=50; repeatable.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Experiment")]
    pub set: Vec<Assignment>,

    /// Folder for the results [default: results/NAME-seedN-HASH].
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// Replace an earlier result in the folder given by --out.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub overwrite: bool,

    /// Keep where the run stands after this time, and at its end or Ctrl-C; 0 = after every epoch.
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = interval, help_heading = "Output")]
    pub keep_every: f64,

    /// Show no progress.
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,

    /// Print the summary as JSON on standard output instead of the table.
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Threads to propagate light with [default: all cores].
    #[arg(long, value_name = "N", help_heading = "Machine", value_parser = threads)]
    pub threads: Option<NonZeroUsize>,
}

impl RunArgs {
    /// What the options change in the configuration, in order: `--set` first, so that `--seed` and
    /// `--die-seed` hold beside it.
    pub fn overrides(&self) -> Vec<Override> {
        overrides(&self.set, self.seed, self.die_seed)
    }
}

/// A time in s, 0 or more.
fn interval(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(time_s) if time_s.is_finite() && time_s >= 0.0 => Ok(time_s),
        _ => Err("must be a number of seconds, 0 or more".into()),
    }
}

/// What options change: `--set` first, so that seeds hold beside it.
fn overrides(set: &[Assignment], seed: Option<u64>, die_seed: Option<u64>) -> Vec<Override> {
    let mut overrides: Vec<_> = set
        .iter()
        .map(|assignment| Override::set(&assignment.key, &assignment.value))
        .collect();
    let seeds = [
        ("--seed", "seed", seed),
        ("--die-seed", "chip.die_seed", die_seed),
    ];
    for (option, key, value) in seeds {
        if let Some(value) = value {
            overrides.push(Override {
                option,
                key: key.into(),
                value: value.to_string(),
            });
        }
    }
    overrides
}

/// Options of `fzero budget`.
#[derive(Debug, Args)]
pub struct BudgetArgs {
    /// Experiment in TOML.
    #[arg(value_name = "CONFIG")]
    pub config: PathBuf,

    /// Change a key of the configuration, for example --set chip.layers=4; repeatable.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<Assignment>,

    /// Print the budget as JSON instead of tables: powers in W and dBm, currents in A, layers from 0.
    #[arg(long)]
    pub json: bool,
}

impl BudgetArgs {
    /// What the options change in the configuration, in order.
    pub fn overrides(&self) -> Vec<Override> {
        overrides(&self.set, None, None)
    }
}

/// Options of `fzero bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Mesh sizes in ports, 2 to 4096, separated by commas.
    #[arg(
        long,
        value_name = "N,..",
        value_delimiter = ',',
        default_value = "16,64,196,784",
        value_parser = clap::value_parser!(u32).range(2..=4096)
    )]
    pub ports: Vec<u32>,

    /// Samples propagated together.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 128,
        value_parser = clap::value_parser!(u32).range(1..=65_536)
    )]
    pub batch: u32,

    /// Measure for a shorter time, less precisely.
    #[arg(long)]
    pub quick: bool,

    /// Threads of the parallel measurements [default: all cores].
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<NonZeroUsize>,

    /// Print the figures as JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Most threads that may be asked for: starting many more takes longer than any run.
const MAX_THREADS: usize = 4096;

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .ok()
        .filter(|threads: &NonZeroUsize| threads.get() <= MAX_THREADS)
        .ok_or_else(|| format!("a number of threads is needed, 1 to {MAX_THREADS}"))
}

/// `KEY=VALUE` as given to `--set`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Dotted path of the key.
    pub key: String,
    /// The value in TOML; words may stand without quotes.
    pub value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok(Self {
                key: key.trim().to_owned(),
                value: value.trim().to_owned(),
            }),
            _ => Err("write KEY=VALUE, for example training.epochs=50".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn run(arguments: &[&str]) -> Result<RunArgs, clap::Error> {
        let all = ["fzero", "run"].iter().chain(arguments);
        match Cli::try_parse_from(all)?.command {
            Command::Run(args) => Ok(args),
            _ => panic!("not run"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_become_overrides() {
        let args = run(&[
            "a.toml",
            "--seed",
            "3",
            "--die-seed",
            "4",
            "--set",
            "training.goal.kind = softmax",
            "--set=chip.source.port_power_dbm=-3",
        ])
        .unwrap();
        let found: Vec<_> = args
            .overrides()
            .into_iter()
            .map(|o| (o.option, o.key, o.value))
            .collect();
        let expected = [
            ("--set", "training.goal.kind", "softmax"),
            ("--set", "chip.source.port_power_dbm", "-3"),
            ("--seed", "seed", "3"),
            ("--die-seed", "chip.die_seed", "4"),
        ];
        assert_eq!(
            found,
            expected.map(|(option, key, value)| (option, key.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn an_evaluation_needs_its_phases_and_takes_the_options_of_the_die() {
        let arguments = [
            "fzero",
            "evaluate",
            "a.toml",
            "--die-seed",
            "7",
            "--phases",
            "p.npz",
        ];
        let Command::Evaluate(args) = Cli::try_parse_from(arguments).unwrap().command else {
            panic!("not evaluate");
        };
        let found: Vec<_> = args
            .overrides()
            .into_iter()
            .map(|o| (o.key, o.value))
            .collect();
        assert_eq!(found, [("chip.die_seed".to_owned(), "7".to_owned())]);
        let error = Cli::try_parse_from(&arguments[..5]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn wrong_use_is_refused_with_exit_code_2() {
        for arguments in [
            &["a.toml", "--set", "epochs"][..],
            &["a.toml", "--set", "=3"],
            &["a.toml", "--overwrite"],
            &["a.toml", "--threads", "0"],
            &["a.toml", "--threads", "100000"],
            &["a.toml", "--seed", "-1"],
            &[],
        ] {
            let error = run(arguments).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{arguments:?}");
        }
        let error = Cli::try_parse_from(["fzero", "bench", "--ports", "64,0"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn bench_has_the_published_sizes_by_default() {
        let Command::Bench(args) = Cli::try_parse_from(["fzero", "bench"]).unwrap().command else {
            panic!("not bench");
        };
        assert_eq!(args.ports, [16, 64, 196, 784]);
        assert_eq!(args.batch, 128);
    }
}
