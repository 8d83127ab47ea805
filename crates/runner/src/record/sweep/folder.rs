//! The folder of a sweep: that it is of this one, and what is in it.

use super::aggregate::Aggregates;
use super::part::PartLog;
use super::plan::{Plan, SweepManifest};
use super::spreadsheet;
use crate::error::{Error, Problem};
use crate::record::Row;
use crate::record::folder::unwritable;
use crate::record::output::write_output;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const PLAN: &str = "sweep.json";
const CONFIG: &str = "config.toml";
const MANIFEST: &str = "manifest.json";
const PARTS: &str = "parts";

/// A folder that holds a sweep.
#[derive(Debug)]
pub struct SweepFolder {
    path: PathBuf,
    plan: Plan,
}

impl SweepFolder {
    /// Makes the folder, or takes it up where it holds this sweep already. Processes may do so at once.
    /// `config` is the resolved experiment of the first run.
    ///
    /// # Errors
    /// One problem: it holds something else, or cannot be written.
    pub fn create(
        path: &Path,
        plan: &Plan,
        config: &str,
        manifest: &SweepManifest,
    ) -> Result<Self, Error> {
        let folder = Self {
            path: path.to_owned(),
            plan: plan.clone(),
        };
        let known = match fs::read(path.join(PLAN)) {
            Ok(bytes) => Some(read_plan(path, &bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unwritable(path, &error).into()),
        };
        match &known {
            Some(known) if known.sweep_hash != plan.sweep_hash => {
                return Err(another(path, known, plan).into());
            }
            Some(_) => {}
            None => refuse_used(path)?,
        }
        let parts = path.join(PARTS);
        fs::create_dir_all(&parts).map_err(|error| unwritable(&parts, &error))?;
        // What a good die is may have changed: its statistics are made at the end.
        if known.as_ref() != Some(plan) {
            folder.write_json(PLAN, plan)?;
        }
        if !path.join(CONFIG).exists() {
            write_output(&path.join(CONFIG), config.as_bytes())?;
        }
        if !path.join(MANIFEST).exists() {
            folder.write_json(MANIFEST, manifest)?;
        }
        Ok(folder)
    }

    /// Takes up the folder of a sweep that was begun.
    ///
    /// # Errors
    /// One problem: it is none.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path.join(PLAN)).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::NotFound => format!("no sweep: there is no {PLAN} in it"),
                _ => format!("{PLAN} cannot be read: {error}"),
            };
            Problem::of(path.display(), why, "give the results folder of a sweep")
        })?;
        Ok(Self {
            plan: read_plan(path, &bytes)?,
            path: path.to_owned(),
        })
    }

    /// The file that says where a run stands that is under way.
    pub fn position(&self, run: usize) -> PathBuf {
        self.path.join(PARTS).join(format!("position-{run}.bin"))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its runs.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The rows of a process, to append to: of share `shard` of `of`, from 1.
    ///
    /// # Errors
    /// As [`PartLog::open`].
    pub fn part(&self, shard: usize, of: usize, alone: bool) -> Result<PartLog, Error> {
        let name = format!("rows-{shard}-of-{of}.jsonl");
        PartLog::open(&self.path.join(PARTS).join(name), alone)
    }

    /// Every finished run of all processes, by its number. Of two rows of a run, one that did not fail holds.
    ///
    /// # Errors
    /// A file cannot be read, or has a row that is none of this sweep.
    pub fn rows(&self) -> Result<BTreeMap<usize, Row>, Error> {
        let folder = self.path.join(PARTS);
        let unreadable = |path: &Path, error: &io::Error| {
            Problem::of(path.display(), format!("cannot be read: {error}"), "")
        };
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "jsonl")
            {
                files.push(path);
            }
        }
        files.sort();
        let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
        for path in files {
            let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            let wrong = |line: usize, why: String| {
                let help = "remove the line; the run is then missing, and done at the next start";
                Problem::of(format!("{}:{line}", path.display()), why, help)
            };
            let text = String::from_utf8_lossy(&bytes);
            let found = Row::read_lines(&text)
                .map_err(|(line, error)| wrong(line, format!("no row: {error}")))?;
            for (index, row) in found.into_iter().enumerate() {
                if !self.plan.has(&row) {
                    let why = "the row of a run that this sweep does not have".into();
                    return Err(wrong(index + 1, why).into());
                }
                let known = rows.get(&row.run);
                if known.is_none_or(|known| known.error.is_some() && row.error.is_none()) {
                    rows.insert(row.run, row);
                }
            }
        }
        Ok(rows)
    }

    /// Writes all rows and the statistics of each setting, each file whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, rows: &BTreeMap<usize, Row>) -> Result<Aggregates, Error> {
        let aggregates = Aggregates::of(&self.plan, rows);
        let failed = |error: &dyn std::fmt::Display| {
            Error::failed("the sweep cannot be written", error.to_string(), "")
        };
        let mut lines = Vec::new();
        for row in rows.values() {
            lines.extend(row.to_line().map_err(|error| failed(&error))?);
        }
        let table = spreadsheet::rows(&self.plan, rows).map_err(|error| failed(&error))?;
        let statistics = spreadsheet::aggregates(&aggregates).map_err(|error| failed(&error))?;
        write_output(&self.path.join("rows.jsonl"), &lines)?;
        write_output(&self.path.join("rows.csv"), &table)?;
        self.write_json("aggregates.json", &aggregates)?;
        write_output(&self.path.join("aggregates.csv"), &statistics)?;
        Ok(aggregates)
    }

    fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        let mut bytes = serde_json::to_vec_pretty(value)
            .map_err(|error| Error::failed(format!("{name} cannot be written"), error, ""))?;
        bytes.push(b'\n');
        write_output(&self.path.join(name), &bytes)
    }
}

fn read_plan(path: &Path, bytes: &[u8]) -> Result<Plan, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        let place = path.join(PLAN);
        let why = format!("no plan of a sweep: {error}");
        Problem::of(place.display(), why, "name another folder with --out").into()
    })
}

/// What differs between the sweep of a folder and this one, as far as it can be told.
fn another(path: &Path, known: &Plan, plan: &Plan) -> Problem {
    let points =
        |plan: &Plan| -> Vec<_> { plan.settings.iter().map(|s| s.point.clone()).collect() };
    let differs = if points(known) != points(plan) {
        "its axes differ"
    } else if known.die_seeds != plan.die_seeds {
        "its dies differ"
    } else if known.seeds != plan.seeds {
        "its trainings differ"
    } else {
        "its experiment differs"
    };
    Problem::of(
        path.display(),
        format!(
            "holds another sweep: {differs} (hash {}, this one {})",
            known.sweep_hash.get(..8).unwrap_or_default(),
            plan.sweep_hash.get(..8).unwrap_or_default(),
        ),
        "name another folder with --out",
    )
}

/// A folder that holds something, but not what another process may just have put there.
fn refuse_used(path: &Path) -> Result<(), Problem> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(Problem::of(
                path.display(),
                "not a folder",
                "name another with --out",
            ));
        }
        Err(error) => return Err(unwritable(path, &error)),
    };
    for entry in entries {
        let name = entry.map_err(|error| unwritable(path, &error))?.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with('.') && ![PLAN, CONFIG, MANIFEST, PARTS].contains(&name.as_ref()) {
            let why = "not empty, and no sweep of fzero";
            return Err(Problem::of(
                path.display(),
                why,
                "name another folder with --out",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
