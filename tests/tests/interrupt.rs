//! Ctrl-C: what was learned is kept, and a second one ends at once.
#![cfg(unix)]

use e2e::{Bench, TINY};
use fzero::Stop;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Far more than anything here takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the first Ctrl-C is answered with.
const ACKNOWLEDGED: &str = "stopping after this epoch";

/// A run in the background, its standard error in the file `stderr`. It is killed when a test fails
/// before its end.
struct Running(Option<Child>);

impl Running {
    fn start(bench: &Bench, options: &[&str]) -> Self {
        let arguments = [&["run", "a.toml", "--out", "out"], options].concat();
        let stderr = File::create(bench.path().join("stderr")).unwrap();
        Self(Some(
            bench.command(&arguments).stderr(stderr).spawn().unwrap(),
        ))
    }

    fn child(&mut self) -> &mut Child {
        self.0.as_mut().expect("it has not ended")
    }

    fn interrupt(&mut self) {
        let id = self.child().id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &id])
                .status()
                .unwrap()
                .success()
        );
    }

    fn is_running(&mut self) -> bool {
        self.child().try_wait().unwrap().is_none()
    }

    /// Waits for the end, which must come by itself.
    #[track_caller]
    fn end(mut self) -> Output {
        wait_until("the end", || !self.is_running());
        self.0.take().unwrap().wait_with_output().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[track_caller]
fn wait_until(what: &str, mut reached: impl FnMut() -> bool) {
    let began = Instant::now();
    while !reached() {
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        sleep(Duration::from_millis(10));
    }
}

fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}

#[test]
fn the_first_keeps_what_was_learned() {
    let bench = Bench::new(TINY);
    let mut run = Running::start(&bench, &["--set", "training.epochs=1000000"]);
    let metrics = bench.path().join("out/metrics.jsonl");
    wait_until("an epoch", || size(&metrics) > 0);
    assert!(run.is_running());
    run.interrupt();
    let output = run.end();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = fs::read_to_string(bench.path().join("stderr")).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains(ACKNOWLEDGED), "{stderr}");
    assert!(
        stdout.contains("stopped early by Ctrl-C: what was learned is kept"),
        "{stdout}"
    );
    assert!(stdout.contains("vote"), "{stdout}");
    let results = bench.results("out");
    assert_eq!(results.summary().stopped, Stop::Observer);
    assert!(
        results
            .text("summary.json")
            .contains("\"stopped\": \"observer\"")
    );
    let checkpoint = results.checkpoint();
    assert_eq!(checkpoint.stopped, Stop::Observer);
    let last = results.metrics().pop().unwrap().epoch;
    let epochs: Vec<_> = checkpoint.layers.iter().map(|layer| layer.epochs).collect();
    assert_eq!(
        epochs,
        [last.epoch, 0],
        "the second layer was never reached"
    );
    assert_eq!(last.ledger.training, results.summary().ledger.training);
    // The kept phases are those after just so many epochs.
    let epochs = format!("training.epochs={}", last.epoch);
    let whole = bench.run("whole", &["--set", &epochs]);
    let phases = |results: &e2e::Results| results.checkpoint().layers[0].parameters.clone();
    assert!(phases(&results) == phases(&whole));
}

#[test]
fn the_second_ends_at_once() {
    let bench = Bench::new(TINY);
    // An epoch of hours.
    let mut run = Running::start(&bench, &["--set", "training.estimator.directions=1000000"]);
    // The file is made after the handler is set.
    let metrics = bench.path().join("out/metrics.jsonl");
    wait_until("the training", || metrics.exists());
    run.interrupt();
    // Two signals before the handler wakes may count as one.
    let stderr = bench.path().join("stderr");
    wait_until("an answer", || {
        fs::read_to_string(&stderr).unwrap().contains(ACKNOWLEDGED)
    });
    assert!(
        run.is_running(),
        "the first must wait for the end of the epoch"
    );
    run.interrupt();
    let output = run.end();
    assert_eq!(output.status.code(), Some(130));
    assert!(
        !bench
            .results("out")
            .names()
            .contains(&"summary.json".to_owned())
    );
}
