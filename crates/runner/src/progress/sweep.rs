//! What a person sees of a sweep.

use super::{Mode, NEXT_LINE, Throttle};
use crate::config::sweep::{short_names, shown_point, shown_value};
use crate::record::Row;
use crate::table::{grouped, seconds, shown};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, Write};
use std::time::Instant;

/// Failures that are shown one by one.
const SHOWN_FAILURES: usize = 5;

/// Runs that are done of those that are to be done, with the time left.
pub struct SweepProgress {
    display: Display,
    throttle: Throttle,
    began: Instant,
    total: usize,
    done: usize,
    failed: usize,
}

enum Display {
    Bar(ProgressBar),
    Lines(Box<dyn Write + Send>),
    Quiet,
}

impl SweepProgress {
    /// Of `total` runs.
    pub fn new(mode: Mode, total: usize) -> Self {
        let display = match mode {
            Mode::Bar => Display::Bar(bar(total)),
            Mode::Lines => Display::Lines(Box::new(io::stderr())),
            Mode::Quiet => Display::Quiet,
        };
        Self::with(display, total)
    }

    fn with(display: Display, total: usize) -> Self {
        Self {
            display,
            throttle: Throttle::new(NEXT_LINE),
            began: Instant::now(),
            total,
            done: 0,
            failed: 0,
        }
    }

    /// A run has ended.
    pub fn ended(&mut self, row: &Row) {
        self.done += 1;
        if let Some(error) = &row.error {
            self.failed += 1;
            if self.failed <= SHOWN_FAILURES {
                let error = error.lines().next().unwrap_or_default();
                self.say(format!(
                    "run {} failed ({}): {error}",
                    row.run,
                    shown_point(&row.point)
                ));
            }
        }
        let figures = self.figures(row);
        let last = self.done == self.total;
        match &mut self.display {
            Display::Bar(bar) => {
                bar.set_position(self.done as u64);
                bar.set_message(figures);
                if last {
                    bar.abandon();
                }
            }
            Display::Lines(sink) => {
                if self.throttle.is_due(self.began.elapsed(), last) {
                    // Progress that nobody can read is no reason to stop.
                    let _ = writeln!(sink, "runs {}/{}  {figures}", self.done, self.total);
                }
            }
            Display::Quiet => {}
        }
    }

    fn figures(&self, row: &Row) -> String {
        let mut text = String::new();
        if self.done < self.total {
            let each_s = self.began.elapsed().as_secs_f64() / self.done as f64;
            let left = each_s * (self.total - self.done) as f64;
            text.push_str(&format!("{} left  ", seconds(left)));
        }
        if self.failed > 0 {
            text.push_str(&format!("{} failed  ", grouped(self.failed as u64)));
        }
        if let Some(score) = row.network() {
            text.push_str(&format!(
                "last {} ({})",
                shown(Some(score), row.score),
                short_point(row)
            ));
        }
        text
    }

    fn say(&mut self, line: String) {
        match &mut self.display {
            Display::Bar(bar) => bar.println(line),
            Display::Lines(sink) => {
                let _ = writeln!(sink, "{line}");
            }
            Display::Quiet => {}
        }
    }
}

/// The setting without the tables of its keys.
fn short_point(row: &Row) -> String {
    let paths: Vec<String> = row.point.keys().cloned().collect();
    let names = short_names(&paths);
    let values = names.iter().zip(row.point.values());
    let values: Vec<_> = values
        .map(|(name, value)| format!("{name} = {}", shown_value(value)))
        .collect();
    values.join(", ")
}

fn bar(total: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
    // A template that does not parse leaves the default style.
    if let Ok(style) = ProgressStyle::with_template("runs [{bar:12}] {pos}/{len}  {wide_msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.tick();
    bar
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::row::RowAccuracy;
    use crate::record::summary::Score;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn row(run: usize, error: Option<&str>) -> Row {
        Row {
            run,
            point: [("chip.layers".to_owned(), 2.into())].into_iter().collect(),
            die_seed: None,
            seed: 0,
            config_hash: String::new(),
            score: Score::Accuracy,
            accuracy: error.is_none().then(|| RowAccuracy {
                vote: Some(0.875),
                ..RowAccuracy::default()
            }),
            test_images: 8,
            queries: 0,
            memory_estimate_bytes: None,
            error: error.map(str::to_owned),
            elapsed_s: 0.0,
        }
    }

    #[test]
    fn a_log_has_failures_and_the_end_and_not_every_run() {
        let sink = Sink::default();
        let mut progress = SweepProgress::with(Display::Lines(Box::new(sink.clone())), 5);
        progress.ended(&row(0, None));
        progress.ended(&row(1, Some("no light\n  help: more")));
        for run in 2..5 {
            progress.ended(&row(run, None));
        }
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(
            lines[0].starts_with("runs 1/5  ") && lines[0].contains(" left  "),
            "{text}"
        );
        assert_eq!(lines[1], "run 1 failed (chip.layers = 2): no light");
        assert_eq!(lines[2], "runs 5/5  1 failed  last 87.5 % (layers = 2)");
    }
}
