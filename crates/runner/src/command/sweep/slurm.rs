//! A sweep as a job array of Slurm.

use super::{make_folder, out, prepare};
use crate::cli::SweepArgs;
use crate::command::print::print;
use crate::config::Sweep;
use crate::config::sweep::Slurm;
use crate::error::{Error, Problem, Status};
use crate::record::output::write_output;
use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf, absolute};
use std::process::Command;

/// Set in every task of an array.
pub(super) const TASK: &str = "SLURM_ARRAY_TASK_ID";

const SCRIPT: &str = "job.sh";
const LOGS: &str = "tasks";

/// Writes the job script and submits it; with `--dry-run`, prints it.
///
/// # Errors
/// The sweep's first run cannot be made, the folder cannot be written, or there is no Slurm.
pub(super) fn run(args: &SweepArgs, sweep: &Sweep) -> Result<Status, Error> {
    let asked = asked(args, sweep);
    let folder = full(&out(args, sweep))?;
    let program = env::current_exe()
        .map_err(|error| Error::failed("the program's own path is not known", error, ""))?;
    let mut words = vec![
        text(&program)?,
        "sweep".into(),
        text(&full(&args.config)?)?,
        "--out".into(),
        text(&folder)?,
        "--threads".into(),
        asked.cpus.to_string(),
    ];
    for set in &args.set {
        words.push("--set".into());
        words.push(format!("{}={}", set.key, set.value));
    }
    if args.retry_failed {
        words.push("--retry-failed".into());
    }
    let script = script(&sweep.name, &asked, &words);
    if args.dry_run {
        print(script.trim_end())?;
        return Ok(Status::Done);
    }
    if !folder.join("sweep.json").exists() {
        prepare(sweep, args.quiet)?;
    }
    let made = make_folder(&folder, sweep, "of each task".into(), asked.cpus)?;
    let path = made.path().join(SCRIPT);
    write_output(&path, script.as_bytes())?;
    let logs = made.path().join(LOGS);
    fs::create_dir_all(&logs)
        .map_err(|error| Problem::of(logs.display(), format!("cannot be written: {error}"), ""))?;
    let job = submit(made.path())?;
    let shown = made.path().display();
    print(format!(
        "submitted job {job}: {} tasks for {} runs\nwatch it with:    fzero sweep --status {shown}\n\
         join them with:   fzero sweep --merge {shown}",
        asked.tasks,
        sweep.runs()
    ))?;
    Ok(Status::Done)
}

/// What the file and the options ask for; options hold.
fn asked(args: &SweepArgs, sweep: &Sweep) -> Slurm {
    let file = sweep.slurm.clone();
    let tasks = args.tasks.map_or(file.tasks, |tasks| tasks.get());
    Slurm {
        tasks: tasks.min(sweep.runs()),
        cpus: args.cpus.map_or(file.cpus, |cpus| cpus.get()),
        partition: args.partition.clone().or(file.partition),
        account: args.account.clone().or(file.account),
        minutes: args.time.or(file.minutes),
        memory_mib: args.memory.or(file.memory_mib),
    }
}

/// The job script. Paths stand in its last line alone, so that no `%` in them means anything to Slurm: it is
/// submitted from the results folder.
fn script(name: &str, asked: &Slurm, words: &[String]) -> String {
    let mut text = "#!/bin/sh\n".to_owned();
    let mut option = |line: String| {
        let _ = writeln!(text, "#SBATCH --{line}");
    };
    option(format!("job-name={name}"));
    option(format!("array=1-{}", asked.tasks));
    option("nodes=1".into());
    option("ntasks=1".into());
    option(format!("cpus-per-task={}", asked.cpus));
    if let Some(partition) = &asked.partition {
        option(format!("partition={partition}"));
    }
    if let Some(account) = &asked.account {
        option(format!("account={account}"));
    }
    if let Some(minutes) = asked.minutes {
        option(format!("time={minutes}"));
    }
    if let Some(memory) = asked.memory_mib {
        option(format!("mem={memory}M"));
    }
    option("requeue".into());
    option("open-mode=append".into());
    option(format!("output={LOGS}/%a.log"));
    text.push_str(
        "# Each task does its share of the runs, a row of parts/ per finished run: one that is started again\n\
         # does what is missing.\n",
    );
    let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
    let _ = writeln!(
        text,
        "exec {} --shard \"${TASK}/{}\"",
        words.join(" "),
        asked.tasks
    );
    text
}

/// A word for the shell.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=,+:@%".contains(&byte);
    match !word.is_empty() && word.bytes().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

fn full(path: &Path) -> Result<PathBuf, Error> {
    absolute(path).map_err(|error| {
        let why = format!("cannot be made absolute: {error}");
        Problem::of(path.display(), why, "give an absolute path").into()
    })
}

fn text(path: &Path) -> Result<String, Error> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        let why = "its name is not Unicode, a job script cannot name it";
        Problem::of(path.display(), why, "name it otherwise").into()
    })
}

/// The number that Slurm gives the job.
fn submit(folder: &Path) -> Result<String, Error> {
    let failed = |why: String| {
        Error::failed(
            format!("{} cannot be submitted", folder.join(SCRIPT).display()),
            why,
            "run this where sbatch is, or hand out the shares otherwise with --shard K/N",
        )
    };
    let output = Command::new("sbatch")
        .arg("--parsable")
        .arg(SCRIPT)
        .current_dir(folder)
        .output()
        .map_err(|error| failed(format!("sbatch: {error}")))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(failed(text.trim().to_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    // `job` or `job;cluster`
    Ok(text.trim().split(';').next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_asks_for_what_was_given_and_nothing_else() {
        let asked = Slurm {
            tasks: 40,
            cpus: 2,
            partition: Some("cpu".into()),
            account: None,
            minutes: Some(90),
            memory_mib: None,
        };
        let words = ["/opt/fzero", "sweep", "/a b/s.toml", "--set", "name='x'"].map(str::to_owned);
        let text = script("noise", &asked, &words);
        for line in [
            "#SBATCH --job-name=noise",
            "#SBATCH --array=1-40",
            "#SBATCH --cpus-per-task=2",
            "#SBATCH --partition=cpu",
            "#SBATCH --time=90",
            "exec /opt/fzero sweep '/a b/s.toml' --set 'name='\\''x'\\''' \
             --shard \"$SLURM_ARRAY_TASK_ID/40\"",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(
            !text.contains("--account") && !text.contains("--mem"),
            "{text}"
        );
    }
}
