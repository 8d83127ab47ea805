//! The table that ends a run.

mod bench;

pub use bench::bench_lines;

use crate::record::BenchRecord;
use crate::record::summary::{Accuracy, Score, standard_error};
use crate::wiring::Fitted;
use comfy_table::{CellAlignment, Table, presets};
use fzero::layerwise::VoteRule;
use fzero::{Access, Usage};
use std::fmt;
use std::path::PathBuf;

/// The final figures in plain values. Displayed as a table with what it was spent on below.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalTable {
    /// What the figures of layers and vote are.
    pub score: Score,
    /// Score of each layer, from the input.
    pub layers: Vec<Accuracy>,
    /// How the layers' predictions become the network's.
    pub rule: VoteRule,
    /// Score of that.
    pub vote: Accuracy,
    /// The same of the parameters that a twin was trained to, before a training on the device followed.
    pub before: Option<Accuracy>,
    /// Uses of the device for calibration, and the twin that was fitted to some of them.
    pub calibration: (Usage, Option<Fitted>),
    /// Number of training samples.
    pub train_samples: usize,
    /// Number of test samples.
    pub test_samples: usize,
    /// Samples sent through the device for all purposes.
    pub sample_queries: u64,
    /// Programmings of a layer for all purposes.
    pub programmings: u64,
    /// Time and energy on the bench for all purposes.
    pub bench: BenchRecord,
    /// What the trainer could see.
    pub access: Access,
    /// Time of the run, in s.
    pub elapsed_s: f64,
    /// Where to go on from here.
    pub origin: Origin,
}

/// What a table's figures belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A training, whose results are in this folder.
    Results(PathBuf),
    /// Phases that were loaded from a file.
    Phases {
        /// The file.
        file: PathBuf,
        /// The die they were loaded onto.
        die_seed: u64,
    },
}

impl fmt::Display for FinalTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY);
        table.set_header(["", "train", "test"]);
        for (index, layer) in self.layers.iter().enumerate() {
            table.add_row(row(format!("layer {}", index + 1), layer, self.score));
        }
        let label = match (self.score, self.rule) {
            (Score::Accuracy, VoteRule::LastLayer) => "network",
            (Score::Accuracy, _) => "vote",
            (Score::R2, VoteRule::AllLayers | VoteRule::Accumulated) => "mean of layers",
            (Score::R2, VoteRule::Published | VoteRule::LastLayer) => "last layer",
        };
        if let Some(before) = &self.before {
            let label = format!("{label}, as trained on the twin");
            table.add_row(row(label, before, self.score));
        }
        table.add_row(row(label.into(), &self.vote, self.score));
        for index in 1..=2 {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        writeln!(f, "{table}")?;
        write!(
            f,
            "{}: train n = {}",
            match self.score {
                Score::Accuracy => "accuracy",
                Score::R2 => "R^2",
            },
            grouped(self.train_samples as u64)
        )?;
        write!(f, ", test n = {}", grouped(self.test_samples as u64))?;
        if let Some(error) = self
            .vote
            .test
            .filter(|_| self.score == Score::Accuracy)
            .and_then(|p| standard_error(p, self.test_samples))
        {
            write!(f, ", standard error {:.1} points", 100.0 * error)?;
        }
        writeln!(f)?;
        writeln!(f, "access          {}", self.access)?;
        writeln!(f, "sample queries  {}", grouped(self.sample_queries))?;
        writeln!(f, "programmings    {}", grouped(self.programmings))?;
        if let (used, Some(fitted)) = &self.calibration {
            let errors = fitted.relative_error.iter();
            let errors: Vec<_> = errors
                .map(|error| format!("{:.2} %", 100.0 * error))
                .collect();
            writeln!(
                f,
                "calibration     {} queries and {} programmings of these; the twin misses measured currents by \
                 {} (rms, by layer)",
                grouped(used.queries),
                grouped(used.programmings),
                errors.join(", ")
            )?;
        }
        for line in bench_lines(&self.bench) {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "wall time       {}", seconds(self.elapsed_s))?;
        match &self.origin {
            Origin::Results(folder) => write!(f, "results         {}", folder.display()),
            Origin::Phases { file, die_seed } => {
                write!(f, "phases          {}, on die {die_seed}", file.display())
            }
        }
    }
}

fn row(label: String, figures: &Accuracy, score: Score) -> [String; 3] {
    [
        label,
        shown(figures.train, score),
        shown(figures.test, score),
    ]
}

/// A score for people: percent, or R^2 with three digits; empty when it was not measured.
pub fn shown(figure: Option<f64>, score: Score) -> String {
    match score {
        Score::Accuracy => percent(figure),
        Score::R2 => figure.map_or_else(String::new, |r2| format!("{r2:.3}")),
    }
}

/// A share as percent with one digit after the point; empty when it was not measured.
pub fn percent(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| format!("{:.1} %", 100.0 * share))
}

/// A count with a comma before every third digit from the right.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration for people: `0.42 s`, `12.3 s`, `4 min 05 s`, `2 h 03 min`.
pub fn seconds(time_s: f64) -> String {
    let whole = time_s.round().max(0.0) as u64;
    if time_s < 9.995 {
        format!("{time_s:.2} s")
    } else if time_s < 99.95 {
        format!("{time_s:.1} s")
    } else if whole < 3600 {
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else {
        format!("{} h {:02} min", whole / 3600, whole / 60 % 60)
    }
}

/// A value with three digits and an SI prefix: `17.0 nJ`, `2.88 s`.
pub fn si(value: f64, unit: &str) -> String {
    const PREFIXES: [&str; 10] = ["a", "f", "p", "n", "µ", "m", "", "k", "M", "G"];
    if value == 0.0 {
        return format!("0 {unit}");
    }
    // What would round to 1000 has the next prefix; the ends of the list hold for all beyond.
    let mut scaled = value * 1e18;
    let mut prefix = 0;
    while scaled.abs() >= 999.5 && prefix + 1 < PREFIXES.len() {
        scaled *= 1e-3;
        prefix += 1;
    }
    let digits = match scaled.abs() {
        x if x < 9.995 => 2,
        x if x < 99.95 => 1,
        _ => 0,
    };
    format!("{scaled:.digits$} {}{unit}", PREFIXES[prefix])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_table() {
        let table = FinalTable {
            score: Score::Accuracy,
            rule: VoteRule::AllLayers,
            layers: vec![
                Accuracy {
                    train: Some(0.98765),
                    test: Some(0.9),
                },
                Accuracy::default(),
            ],
            vote: Accuracy {
                train: Some(1.0),
                test: Some(0.93),
            },
            before: None,
            calibration: (Usage::default(), None),
            train_samples: 1437,
            test_samples: 360,
            sample_queries: 14_000_000,
            programmings: 110_000,
            bench: BenchRecord::default(),
            access: Access::ForwardOnly,
            elapsed_s: 41.25,
            origin: Origin::Results("results/digits-seed0-0123abcd".into()),
        };
        let expected = "\
┌────────────────────────────┐
│             train     test │
╞════════════════════════════╡
│ layer 1    98.8 %   90.0 % │
│ layer 2                    │
│ vote      100.0 %   93.0 % │
└────────────────────────────┘
accuracy: train n = 1,437, test n = 360, standard error 1.3 points
access          forward-only
sample queries  14,000,000
programmings    110,000
wall time       41.2 s
results         results/digits-seed0-0123abcd";
        assert_eq!(table.to_string(), expected);
        let regression = FinalTable {
            score: Score::R2,
            ..table
        };
        let text = regression.to_string();
        assert!(
            text.contains("│ layer 1          0.988   0.900 │"),
            "{text}"
        );
        assert!(text.contains("│ mean of layers   1.000   0.930 │"));
        assert!(text.contains("R^2: train n = 1,437, test n = 360\n"));
        assert!(!text.contains("vote") && !text.contains('%'), "{text}");
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(percent(None), "");
        assert_eq!(si(0.0, "J"), "0 J");
        assert_eq!(si(1.48e-12, "J"), "1.48 pJ");
        assert_eq!(si(0.9996, "s"), "1.00 s");
        assert_eq!(si(99.96e-6, "s"), "100 µs");
        assert_eq!(si(1e21, "J"), "1000000000000 GJ");
        assert_eq!(si(1e-20, "J"), "0.01 aJ");
        assert_eq!(seconds(0.421), "0.42 s");
        assert_eq!(seconds(9.999), "10.0 s");
        assert_eq!(seconds(245.0), "4 min 05 s");
        assert_eq!(seconds(7384.0), "2 h 03 min");
    }
}
