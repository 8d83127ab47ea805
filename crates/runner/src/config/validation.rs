//! A validation in TOML: the same way as an experiment, against a table of its own.

use super::candidate::{Candidate, CheckedCandidate};
use super::checked::Process;
use super::keys::VALIDATION;
use super::keys::validation::OF_NO_EFFECT;
use super::load::{Override, Settled, in_order, read_text, settle};
use super::raw::{Place, line_and_column};
use super::resolved::{Resolved, Value};
use super::{check, preset};
use crate::error::{Error, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// A checked validation. What each key means is said in the table of
/// [keys](super::keys::VALIDATION).
#[derive(Clone, Debug, Deserialize)]
pub struct Validation {
    /// Its name.
    pub name: String,
    /// Of the targets.
    pub seed: u64,
    /// Of the first die.
    pub die_seed: u64,
    /// The one mesh; `None` where there are candidates.
    mesh: Option<Candidate>,
    /// The meshes; empty where there is one.
    #[serde(default)]
    candidate: Vec<Candidate>,
    /// Statistics of the foundry.
    pub process: Process,
    /// What is computed.
    pub validate: Analyses,
    /// What must hold.
    #[serde(default)]
    pub criteria: Criteria,
    /// What it may use.
    pub limits: Limits,
}

/// What is computed, and from how much.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Analyses {
    /// Of the yield.
    pub dies: usize,
    /// Of the tolerance.
    pub tolerance_dies: usize,
    /// Of sensitivity and heater power.
    pub targets: usize,
    /// Of a fit of a mesh without decomposition.
    pub fit_starts: usize,
    /// Of each start, at most.
    pub fit_iterations: usize,
    /// Of a good die.
    pub fidelity: f64,
    /// How dies of the yield are set.
    pub programming: Programming,
    /// Which analyses.
    pub analyses: Switches,
}

/// How dies are set to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Programming {
    /// Splitter errors are known and corrected.
    Corrected,
    /// As if there were none.
    Uncorrected,
}

/// Which analyses are made.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Switches {
    /// Path loss.
    pub path_loss: bool,
    /// Reachable dimension.
    pub reachable_dimension: bool,
    /// Fidelity reach.
    pub fidelity_reach: bool,
    /// Calibratability.
    pub calibratability: bool,
    /// Sensitivity.
    pub sensitivity: bool,
    /// Tolerance.
    pub tolerance: bool,
    /// Heater power.
    pub heater_power: bool,
    /// Yield.
    #[serde(rename = "yield")]
    pub die_yield: bool,
    /// Its attribution; absent without a yield.
    #[serde(default)]
    pub attribution: bool,
}

/// What must hold; what is `None` is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Criteria {
    /// Findings of the lint.
    pub max_lint_findings: Option<usize>,
    /// Columns.
    pub max_columns: Option<usize>,
    /// Crossings.
    pub max_crossings: Option<usize>,
    /// In dB.
    pub max_worst_loss_db: Option<f64>,
    /// In dB.
    pub max_imbalance_db: Option<f64>,
    /// A number or all.
    pub reachable_dimension: Option<LeastDimension>,
    /// Phase shifters.
    pub max_redundancy: Option<usize>,
    /// 0 to 1.
    pub min_fidelity_reach: Option<f64>,
    /// Whether it is asked for.
    pub all_calibratable: bool,
    /// In rad.
    pub min_tolerance_rad: Option<f64>,
    /// In rad.
    pub min_tolerance_corrected_rad: Option<f64>,
    /// In W.
    pub max_heater_power_w: Option<f64>,
    /// 0 to 1.
    pub min_yield: Option<f64>,
    /// 0 to 1.
    pub min_yield_lower_bound: Option<f64>,
}

/// A least dimension.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum LeastDimension {
    /// At least so many.
    AtLeast(usize),
    /// N^2: the word `full`.
    Full(String),
}

/// What a validation may use.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Limits {
    /// Largest memory estimate that is accepted, in MiB.
    pub memory_mib: u64,
}

/// A checked validation with the places its values come from.
#[derive(Clone, Debug)]
pub struct LoadedValidation {
    /// The file as the user named it.
    pub file: String,
    /// The preset of the process that it names, as the user wrote it.
    pub preset: Option<String>,
    /// The validation.
    pub validation: Validation,
    /// The meshes, at least one.
    pub candidates: Vec<CheckedCandidate>,
    resolved: Resolved,
}

impl LoadedValidation {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(path: &Path, overrides: &[Override]) -> Result<Self, Error> {
        let (file, text) = read_text(path, "give the path of a validation in TOML")?;
        Self::from_text(&file, &text, overrides)
    }

    /// Checks a text; `file` is what messages call it.
    ///
    /// # Errors
    /// As [`LoadedValidation::read`].
    pub fn from_text(file: &str, text: &str, overrides: &[Override]) -> Result<Self, Error> {
        let Settled {
            resolved,
            mut problems,
            preset,
        } = settle(&VALIDATION, file, text, overrides)?;
        problems.extend(of_no_effect(file, &resolved));
        if problems.is_empty() {
            problems.extend(meshes(file, &resolved));
        }
        if !problems.is_empty() {
            return Err(in_order(file, at_their_tables(file, text, problems)));
        }
        let validation = Validation::deserialize(toml::Value::Table(resolved.to_table()))
            .map_err(|error| Error::failed(format!("{file} was checked"), error, ""))?;
        let mut loaded = Self {
            file: file.to_owned(),
            preset,
            validation,
            candidates: Vec::new(),
            resolved,
        };
        let problems = loaded.check_candidates();
        if problems.is_empty() {
            Ok(loaded)
        } else {
            Err(in_order(file, at_their_tables(file, text, problems)))
        }
    }

    /// SHA-256 of the canonical text, 64 hexadecimal digits.
    pub fn hash(&self) -> String {
        self.resolved.hash()
    }

    /// A problem with the value of a key beside something else.
    pub fn problem(&self, path: &str, why: impl Into<String>, help: impl Into<String>) -> Problem {
        check::problem_with(&self.file, &self.resolved, path, why.into(), help.into())
    }

    /// The key of a candidate, by its number: `mesh` or `candidate[0]`.
    pub fn key_of(&self, candidate: usize) -> String {
        if self.validation.mesh.is_some() {
            "mesh".into()
        } else {
            format!("candidate[{candidate}]")
        }
    }

    /// A problem with a key of a candidate, by its number. `value` is what was given for it, if anything.
    pub fn problem_of(
        &self,
        candidate: usize,
        key: &str,
        value: &str,
        why: String,
        help: String,
    ) -> Problem {
        let table = if self.validation.mesh.is_some() {
            "mesh.topology"
        } else {
            "candidate"
        };
        let of = self.key_of(candidate);
        let subject = if value.is_empty() {
            format!("{of}.{key}")
        } else {
            format!("{of}.{key} = {value}")
        };
        let own = format!("{of}.{key}");
        // A key of [mesh] has a line of its own.
        let place = self.resolved.place(&own).or(self.resolved.place(table));
        Problem {
            place: place.map_or(self.file.clone(), ToString::to_string),
            subject,
            why,
            help,
        }
    }

    /// Reads what the candidates name. Candidates of one name cannot be told apart.
    fn check_candidates(&mut self) -> Vec<Problem> {
        let folder = Path::new(&self.file).parent().unwrap_or(Path::new(""));
        let given = self
            .validation
            .mesh
            .iter()
            .chain(&self.validation.candidate);
        let checked: Vec<_> = given.map(|candidate| candidate.check(folder)).collect();
        let mut names = BTreeSet::new();
        let mut problems = Vec::new();
        for (index, candidate) in checked.into_iter().enumerate() {
            match candidate {
                Ok(candidate) => {
                    if !names.insert(candidate.name.clone()) {
                        let why = format!("a second mesh of the name {}", candidate.name);
                        let help = "give each a name of its own".into();
                        problems.push(self.problem_of(index, "name", "", why, help));
                    }
                    self.candidates.push(candidate);
                }
                Err(faults) => problems.extend(faults.into_iter().map(|fault| {
                    self.problem_of(index, fault.key, &fault.value, fault.why, fault.help)
                })),
            }
        }
        problems
    }
}

/// Problems of a key of one of several candidates with the line of that key, or of its `[[candidate]]`.
fn at_their_tables(file: &str, text: &str, problems: Vec<Problem>) -> Vec<Problem> {
    let parsed = DeTable::parse(text);
    let tables = parsed.as_ref().ok().and_then(|table| {
        let (_, value) = table
            .get_ref()
            .iter()
            .find(|(key, _)| key.get_ref().as_ref() == "candidate")?;
        match value.get_ref() {
            DeValue::Array(tables) => Some(tables),
            _ => None,
        }
    });
    let place = |problem: &Problem| -> Option<String> {
        let (number, rest) = problem
            .subject
            .strip_prefix("candidate[")?
            .split_once(']')?;
        let own = tables?.get(number.parse::<usize>().ok()?)?;
        let mut at = own.span().start;
        if let (Some(rest), DeValue::Table(table)) = (rest.strip_prefix('.'), own.get_ref()) {
            let name = rest.split([' ', '.', '=', ':']).next().unwrap_or_default();
            let found = table.iter().find(|(key, _)| key.get_ref().as_ref() == name);
            at = found.map_or(at, |(key, _)| key.span().start);
        }
        Some(format!("{file}:{}", line_and_column(text, at).0))
    };
    problems
        .into_iter()
        .map(|problem| Problem {
            place: place(&problem).unwrap_or(problem.place),
            ..problem
        })
        .collect()
}

/// What the file itself says of parts that a validation does not look at.
fn of_no_effect(file: &str, resolved: &Resolved) -> Vec<Problem> {
    let given = resolved.iter().map(|(path, _)| path).filter(|path| {
        let own = resolved
            .place(path)
            .is_some_and(|place| !matches!(place, Place::Preset { .. }));
        own && OF_NO_EFFECT.iter().any(|prefix| path.starts_with(prefix))
    });
    given
        .map(|path| {
            check::problem_with(
                file,
                resolved,
                path,
                "has no effect on a validation, which is about the mesh alone".into(),
                format!(
                    "remove it; {} may still name a preset that has it",
                    preset::KEY
                ),
            )
        })
        .collect()
}

/// One mesh or some candidates.
fn meshes(file: &str, resolved: &Resolved) -> Option<Problem> {
    let mesh = resolved.get("mesh.topology").is_some();
    let candidates = resolved.get("candidate");
    let none = Value::List(Vec::new());
    match (mesh, candidates) {
        (true, Some(_)) => Some(check::problem_with(
            file,
            resolved,
            "mesh.topology",
            "stands beside candidates".into(),
            "make it one of them, or remove them".into(),
        )),
        (false, None) => Some(missing_mesh(file)),
        (false, Some(list)) if *list == none => Some(missing_mesh(file)),
        _ => None,
    }
}

fn missing_mesh(file: &str) -> Problem {
    Problem {
        place: file.to_owned(),
        subject: "mesh.topology".into(),
        why: "missing: there is no mesh to validate".into(),
        help: "set it, or give meshes to compare as [[candidate]]".into(),
    }
}

#[cfg(test)]
mod tests;
