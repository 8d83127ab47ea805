//! A sweep in TOML: an experiment, axes over its keys, dies and trainings.

mod axis;
mod design;
mod point;
mod text;

use super::keys::{EXACT_MAX, KEYS, SWEEP};
use super::load::{Override, in_order, read_overrides, read_text};
use super::raw::{Entry, Place, RawValue};
use super::resolved::Resolved;
use super::{Loaded, check, paths};
use crate::error::{Error, Problem};
use crate::hash::sha256_hex;
use axis::Axis;
use design::Design;
use point::point_of;
pub use point::{Point, at_point, in_order_of, short_names, shown_point, shown_value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Problems of different points that are shown; their causes are mostly the same.
const SHOWN_POINTS: usize = 3;

/// A checked sweep: every run's experiment is a valid one.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The file as the user named it.
    pub file: String,
    /// Its name.
    pub name: String,
    /// Key paths of the axes, in their order.
    pub axes: Vec<String>,
    /// What is varied, in the order of the runs.
    pub settings: Vec<Setting>,
    /// Of the dies of each setting; `[None]` where there is no chip.
    pub die_seeds: Vec<Option<u64>>,
    /// Of the trainings of each setting on each die.
    pub seeds: Vec<u64>,
    /// Score of a good die.
    pub yield_at: Option<f64>,
    /// The job array of `--slurm`.
    pub slurm: Slurm,
    base_file: String,
    base_text: String,
    /// What holds over the base in every run.
    over: Vec<Entry>,
    resolved: Resolved,
}

/// One combination of values of the axes.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Key path -> value.
    pub point: Point,
    /// SHA-256 of the experiment with this setting and the seeds of the base.
    pub config_hash: String,
    entries: Vec<Entry>,
}

/// One run of a sweep.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// From 0.
    pub number: usize,
    /// Its setting.
    pub setting: &'a Setting,
    /// Seed of its die.
    pub die_seed: Option<u64>,
    /// Seed of its training.
    pub seed: u64,
}

/// What a job array asks for; what is `None` is the cluster's to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slurm {
    /// Tasks.
    pub tasks: usize,
    /// Cores of each.
    pub cpus: usize,
    /// Its partition.
    pub partition: Option<String>,
    /// Its account.
    pub account: Option<String>,
    /// Time limit of a task.
    pub minutes: Option<u64>,
    /// Memory of a task.
    pub memory_mib: Option<u64>,
}

/// The typed keys of the table.
#[derive(Deserialize)]
struct Own {
    name: String,
    base: Option<String>,
    design: String,
    samples: Option<u64>,
    sample_seed: Option<u64>,
    dies: Option<u64>,
    die_seeds: Option<Vec<u64>>,
    trainings: Option<u64>,
    seeds: Option<Vec<u64>>,
    yield_at: Option<f64>,
    limits: Limits,
    slurm: Slurm,
}

#[derive(Deserialize)]
struct Limits {
    runs: u64,
}

impl Sweep {
    /// Reads and checks a file and the experiment that it names. Overrides change keys of the experiment.
    ///
    /// # Errors
    /// [`Error::Problems`] with what is wrong: keys of the sweep, axes that its experiment does not have or
    /// whose values it does not take, settings that occur twice, more runs than allowed.
    pub fn read(path: &Path, overrides: &[Override]) -> Result<Self, Error> {
        let (file, text) = read_text(path, "give the path of a sweep in TOML")?;
        Self::from_text(&file, &text, overrides)
    }

    /// Checks a text; `file` is what messages call it.
    ///
    /// # Errors
    /// As [`Sweep::read`].
    pub fn from_text(file: &str, text: &str, overrides: &[Override]) -> Result<Self, Error> {
        let found = text::read(file, text)?;
        let mut problems = found.problems;
        let (mut resolved, faults) = check::resolve(&SWEEP, file, &found.own);
        problems.extend(faults);
        problems.extend(paths::locate(file, &mut resolved));
        let (options, faults) = read_overrides(&KEYS, overrides);
        problems.extend(faults);
        problems.extend(beside(&found.set, &options, &found.axes));
        if !problems.is_empty() {
            return Err(in_order(file, problems));
        }
        let own = Own::deserialize(toml::Value::Table(resolved.to_table()))
            .map_err(|error| Error::failed(format!("{file} was checked"), error, ""))?;
        let (base_file, base_text) = match &own.base {
            Some(base) => {
                read_text(Path::new(base), "name an experiment in TOML").map_err(|problem| {
                    check::problem_with(file, &resolved, "base", problem.why, problem.help)
                })?
            }
            None => (file.to_owned(), String::new()),
        };
        let mut over = Vec::new();
        if own.base.is_none() {
            over.push(given(file, "name", RawValue::Text(own.name.clone())));
        }
        over.extend(found.set);
        over.extend(options);
        let design = match (own.design.as_str(), own.samples, own.sample_seed) {
            ("zip", ..) => Design::Zip,
            ("random", Some(samples), Some(seed)) => Design::Random(samples, seed),
            ("latin-hypercube", Some(samples), Some(seed)) => Design::LatinHypercube(samples, seed),
            _ => Design::Grid,
        };
        let mut sweep = Self {
            file: file.to_owned(),
            name: own.name.clone(),
            axes: found
                .axes
                .iter()
                .map(|axis| axis.key.path.to_owned())
                .collect(),
            settings: Vec::new(),
            die_seeds: Vec::new(),
            seeds: Vec::new(),
            yield_at: own.yield_at,
            slurm: own.slurm.clone(),
            base_file,
            base_text,
            over,
            resolved,
        };
        let count = sweep.count(design, &found.axes, &own)?;
        let settings = design::settings(design, &found.axes, count);
        sweep.check_settings(&found.axes, settings, &own)?;
        Ok(sweep)
    }

    /// Number of settings, once it is sure that the runs are not too many.
    fn count(&self, design: Design, axes: &[Axis], own: &Own) -> Result<u64, Error> {
        let count = design::count(design, axes).map_err(|found| in_order(&self.file, found))?;
        let of = |number: Option<u64>, list: &Option<Vec<u64>>| match list {
            Some(list) => list.len() as u64,
            None => number.unwrap_or(1),
        };
        let dies = of(own.dies, &own.die_seeds);
        let trainings = of(own.trainings, &own.seeds);
        let runs = [count, dies, trainings]
            .iter()
            .fold(1_u128, |n, &x| n.saturating_mul(x.into()));
        if runs <= u128::from(own.limits.runs) {
            return Ok(count);
        }
        let why = format!(
            "{} settings x {dies} dies x {trainings} trainings are {} runs",
            shown_count(count.into()),
            shown_count(runs)
        );
        let help = "use fewer, or raise limits.runs if they are meant";
        Err(self.problem("limits.runs", why, help).into())
    }

    /// Makes the experiment of each setting, and takes the seeds from the first.
    fn check_settings(
        &mut self,
        axes: &[Axis],
        settings: Vec<Vec<Entry>>,
        own: &Own,
    ) -> Result<(), Error> {
        let mut looked_at = BTreeSet::new();
        let mut problems = Vec::new();
        // A value between the ends of a range may be none that its key takes.
        for (at, axis) in axes.iter().enumerate() {
            for value in settings.iter().map(|values| &values[at]) {
                if looked_at.insert((axis.key.path, value.shown.clone())) {
                    problems.extend(axis.faults_of(value).into_iter().map(|fault| {
                        axis.problem(
                            format!("makes {}: {}", fault.subject, fault.why),
                            "choose from, to and steps so that every value is one, or give values"
                                .into(),
                        )
                    }));
                }
            }
        }
        if !problems.is_empty() {
            problems.truncate(SHOWN_POINTS);
            return Err(in_order(&self.file, problems));
        }
        // What is wrong with the experiment itself is no matter of a point.
        let base = match axes.is_empty() {
            true => None,
            false => Loaded::from_entries(&self.base_file, &self.base_text, &self.over).err(),
        };
        let mut failed = 0_usize;
        let mut first = None;
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for entries in settings {
            let point = point_of(axes, &entries);
            let over = [self.over.as_slice(), &entries].concat();
            match Loaded::from_entries(&self.base_file, &self.base_text, &over) {
                Ok(loaded) => {
                    // Where things lie counts here, unlike in the hash.
                    let known = loaded.canonical();
                    let number = self.settings.len();
                    if let Some(earlier) = seen.insert(known, number) {
                        problems.push(self.twice(axes, earlier, number, &point));
                    }
                    self.settings.push(Setting {
                        point,
                        config_hash: loaded.hash(),
                        entries,
                    });
                    first.get_or_insert(loaded);
                }
                Err(Error::Problems(found)) => {
                    failed += 1;
                    if failed <= SHOWN_POINTS {
                        problems.extend(found.into_iter().map(|problem| at_point(problem, &point)));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        // A base that is wrong by itself, and at each point in the same way, is reported once.
        if let (Some(base), true) = (base, self.settings.is_empty()) {
            return Err(base);
        }
        if failed > SHOWN_POINTS {
            problems.push(Problem::of(
                &self.file,
                format!(
                    "{} more settings are no valid experiments",
                    failed - SHOWN_POINTS
                ),
                "",
            ));
        }
        if !problems.is_empty() {
            return Err(in_order(&self.file, problems));
        }
        let Some(first) = first else {
            return Err(Problem::of(&self.file, "has no setting", "").into());
        };
        self.die_seeds = self.dies(&first, own)?;
        self.seeds = match &own.seeds {
            Some(seeds) => seeds.clone(),
            None => self.following("trainings", first.config.seed, own.trainings)?,
        };
        self.distinct("seeds", &self.seeds)?;
        Ok(())
    }

    fn dies(&self, first: &Loaded, own: &Own) -> Result<Vec<Option<u64>>, Error> {
        // A kind of model may be an axis.
        let chips = self.settings.iter().all(|setting| {
            let kind = setting.point.get("model.kind");
            kind.map_or(first.config.model.is_chip(), |kind| kind == "mesh")
        });
        if !chips {
            for key in ["dies", "die_seeds"] {
                if self.resolved.get(key).is_some() {
                    let why = "a network that is computed in numbers has no die";
                    let help = "remove it; trainings repeats each setting";
                    return Err(self.problem(key, why, help).into());
                }
            }
            return Ok(vec![None]);
        }
        let seeds = match &own.die_seeds {
            Some(seeds) => seeds.clone(),
            None => self.following("dies", first.config.chip.die_seed, own.dies)?,
        };
        self.distinct("die_seeds", &seeds)?;
        Ok(seeds.into_iter().map(Some).collect())
    }

    /// `count` seeds from `first` on.
    fn following(&self, key: &str, first: u64, count: Option<u64>) -> Result<Vec<u64>, Problem> {
        let count = count.unwrap_or(1);
        if first + count - 1 > EXACT_MAX as u64 {
            let why = format!("seeds from {first} on would pass 2^53");
            return Err(self.problem(key, why, "begin with a smaller seed"));
        }
        Ok((first..first + count).collect())
    }

    fn distinct(&self, key: &str, seeds: &[u64]) -> Result<(), Problem> {
        let mut seen = BTreeSet::new();
        match seeds.iter().find(|seed| !seen.insert(**seed)) {
            Some(twice) => {
                let why = format!("{twice} stands there twice: the same runs");
                Err(self.problem(key, why, "name each once"))
            }
            None if seeds.is_empty() => Err(self.problem(key, "empty", "give at least one")),
            None => Ok(()),
        }
    }

    fn twice(&self, axes: &[Axis], earlier: usize, number: usize, point: &Point) -> Problem {
        let place = axes
            .last()
            .map_or(self.file.clone(), |axis| axis.place.to_string());
        Problem {
            place,
            subject: shown_point(point),
            why: format!("setting {number} is the same experiment as setting {earlier}"),
            help: "name each value once; repetitions are dies and trainings".into(),
        }
    }

    fn problem(&self, key: &str, why: impl Into<String>, help: impl Into<String>) -> Problem {
        check::problem_with(&self.file, &self.resolved, key, why.into(), help.into())
    }

    /// Number of runs.
    pub fn runs(&self) -> usize {
        self.settings.len() * self.die_seeds.len() * self.seeds.len()
    }

    /// A run by its number: settings slowest, seeds of trainings fastest.
    ///
    /// # Panics
    /// A number of [`Sweep::runs`] or more: an error of the caller.
    pub fn run(&self, number: usize) -> Run<'_> {
        let (dies, seeds) = (self.die_seeds.len(), self.seeds.len());
        Run {
            number,
            setting: &self.settings[number / (dies * seeds)],
            die_seed: self.die_seeds[number / seeds % dies],
            seed: self.seeds[number % seeds],
        }
    }

    /// The experiment of a run.
    ///
    /// # Errors
    /// The files that it names are not those that were checked.
    pub fn load(&self, run: &Run<'_>) -> Result<Loaded, Error> {
        let seed = |key, seed: u64| given(&self.file, key, RawValue::Integer(Some(seed as i64)));
        let mut over = [self.over.as_slice(), &run.setting.entries].concat();
        over.push(seed("seed", run.seed));
        if let Some(die) = run.die_seed {
            over.push(seed("chip.die_seed", die));
        }
        Loaded::from_entries(&self.base_file, &self.base_text, &over)
    }

    /// SHA-256 of what the runs are, 64 hexadecimal digits: settings with their experiments, and seeds. What
    /// is said of their statistics, of limits and of Slurm is left out.
    pub fn hash(&self) -> String {
        let mut text = String::new();
        for setting in &self.settings {
            // Two maps of numbers and words: always JSON.
            let point = serde_json::to_string(&setting.point).unwrap_or_default();
            text.push_str(&format!("{} {point}\n", setting.config_hash));
        }
        text.push_str(&format!("{:?} {:?}", self.die_seeds, self.seeds));
        sha256_hex(text.as_bytes())
    }
}

fn given(file: &str, key: &str, value: RawValue) -> Entry {
    Entry {
        path: key.to_owned(),
        place: Place::Sweep {
            file: file.to_owned(),
            line: 1,
        },
        shown: value.shown(),
        value,
    }
}

/// Keys that are set and swept, or swept twice.
fn beside(set: &[Entry], options: &[Entry], axes: &[Axis]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, axis) in axes.iter().enumerate() {
        let path = axis.key.path;
        let mut refuse = |place: String, subject: String, why: &str| {
            problems.push(Problem {
                place,
                subject,
                why: why.to_owned(),
                help: "a key has its values from one place".to_owned(),
            });
        };
        for entry in set.iter().chain(options).filter(|entry| entry.path == path) {
            let subject = format!("{path} = {}", entry.shown);
            let why = format!("{} gives this key its values", axis.name);
            refuse(entry.place.to_string(), subject, &why);
        }
        if let Some(other) = axes[..index].iter().find(|other| other.key.path == path) {
            let subject = format!("{}.key = \"{path}\"", axis.name);
            let why = format!("the key of {} as well", other.name);
            refuse(axis.place.to_string(), subject, &why);
        }
    }
    problems
}

fn shown_count(count: u128) -> String {
    match u64::try_from(count) {
        Ok(count) if count < u64::MAX => crate::table::grouped(count),
        _ => "more than 10^19".into(),
    }
}

#[cfg(test)]
mod tests;
