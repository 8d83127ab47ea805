//! What a person sees while a network is trained.

mod sweep;
mod throttle;

pub use sweep::SweepProgress;
pub use throttle::Throttle;

use crate::record::summary::Score;
use crate::table::{grouped, seconds, shown};
use fzero::estimate::{ChosenRadius, RadiusBound};
use fzero::layerwise::{Position, Stage};
use fzero::observe::{EpochRecord, Observer};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Time between two redraws of a bar: an epoch may take a millisecond, an eye does not.
const REDRAW: Duration = Duration::from_millis(100);

/// Time between two lines of a log.
const NEXT_LINE: Duration = Duration::from_secs(5);

/// How progress is shown, on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A bar per layer.
    Bar,
    /// A line at most every few seconds, and at the end of each layer.
    Lines,
    /// Nothing.
    Quiet,
}

impl Mode {
    /// Nothing with `--quiet`, bars on a terminal, lines elsewhere.
    pub fn choose(quiet: bool) -> Self {
        if quiet {
            Self::Quiet
        } else if io::stderr().is_terminal() {
            Self::Bar
        } else {
            Self::Lines
        }
    }
}

/// Shows progress and passes everything on to the observer inside it, whose answer holds.
pub struct Progress<O> {
    inner: O,
    layers: usize,
    epochs: usize,
    run_began: Instant,
    layer_began: Instant,
    /// Sample queries when the first epoch of this run was yet to come, to tell this run's rate.
    queries_before: u64,
    /// What is trained, as people count layers.
    name: String,
    /// Layers that are read in this stage, each with its latest score on the test set.
    latest: Vec<(usize, Option<f64>)>,
    score: Score,
    display: Display,
    throttle: Throttle,
}

enum Display {
    Bar(ProgressBar),
    Lines(Box<dyn Write + Send>),
    Quiet,
}

impl<O: Observer> Progress<O> {
    /// Wraps an observer of a network with this many layers.
    pub fn new(mode: Mode, layers: usize, inner: O) -> Self {
        match mode {
            Mode::Bar => Self::with(Display::Bar(ProgressBar::hidden()), REDRAW, layers, inner),
            Mode::Lines => Self::lines_to(Box::new(io::stderr()), NEXT_LINE, layers, inner),
            Mode::Quiet => Self::with(Display::Quiet, NEXT_LINE, layers, inner),
        }
    }

    /// Writes lines to `sink`, at most one per `every` beside those at the end of a layer.
    pub fn lines_to(sink: Box<dyn Write + Send>, every: Duration, layers: usize, inner: O) -> Self {
        Self::with(Display::Lines(sink), every, layers, inner)
    }

    fn with(display: Display, every: Duration, layers: usize, inner: O) -> Self {
        let now = Instant::now();
        Self {
            inner,
            layers,
            epochs: 0,
            run_began: now,
            layer_began: now,
            queries_before: 0,
            name: String::new(),
            latest: Vec::new(),
            score: Score::Accuracy,
            display,
            throttle: Throttle::new(every),
        }
    }

    /// Says what the scores are, which is accuracies otherwise.
    pub fn scored(mut self, score: Score) -> Self {
        self.score = score;
        self
    }

    /// Counts the rate from here when the ledger does not begin at 0.
    pub fn resumed_at(mut self, queries: u64) -> Self {
        self.queries_before = queries;
        self
    }

    /// The observer inside.
    pub fn inner_mut(&mut self) -> &mut O {
        &mut self.inner
    }

    /// The observer inside, with the bar left as it stands.
    pub fn into_inner(self) -> O {
        if let Display::Bar(bar) = &self.display
            && !bar.is_finished()
        {
            bar.abandon();
        }
        self.inner
    }

    fn figures(&self, record: &EpochRecord) -> String {
        let queries = record.ledger.total_queries();
        let elapsed_s = self.run_began.elapsed().as_secs_f64();
        let rate = queries.saturating_sub(self.queries_before) as f64 / elapsed_s.max(1e-9);
        let score = |figure| shown(Some(figure), self.score);
        let name = match self.score {
            Score::Accuracy => "",
            Score::R2 => "R^2 ",
        };
        let mut text = format!(
            "loss {:.4}  {name}batch {}",
            record.loss,
            score(record.batch_accuracy)
        );
        let tests: Vec<_> = self.latest.iter().filter_map(|(_, test)| *test).collect();
        if !tests.is_empty() {
            text.push_str("  test");
            tests.iter().for_each(|&test| {
                text.push(' ');
                text.push_str(&score(test));
            });
        }
        if let Some(snr) = record.difference_snr {
            text.push_str(&format!("  SNR {snr:.1}"));
        }
        // What a narrow terminal cuts off comes last.
        let left = self.epochs.saturating_sub(record.epoch);
        if left > 0 {
            let per_epoch_s = self.layer_began.elapsed().as_secs_f64() / record.epoch.max(1) as f64;
            text.push_str(&format!("  {} left", seconds(per_epoch_s * left as f64)));
        }
        text.push_str(&format!(
            "  queries {}  {}/s",
            grouped(queries),
            grouped(rate as u64)
        ));
        text
    }

    fn show(&mut self, record: &EpochRecord) {
        let last = record.epoch >= self.epochs;
        if matches!(self.display, Display::Quiet)
            || !self.throttle.is_due(self.run_began.elapsed(), last)
        {
            return;
        }
        let figures = self.figures(record);
        match &mut self.display {
            Display::Bar(bar) => {
                bar.set_position(record.epoch as u64);
                bar.set_message(figures);
                if last {
                    bar.abandon();
                }
            }
            Display::Lines(sink) => {
                // Progress that nobody can read is no reason to stop a training.
                let (name, epoch, epochs) = (&self.name, record.epoch, self.epochs);
                let _ = writeln!(sink, "{name}  epoch {epoch}/{epochs}  {figures}");
            }
            Display::Quiet => {}
        }
    }
}

impl<O: Observer> Observer for Progress<O> {
    fn stage_begins(&mut self, stage: &Stage, epochs: usize) {
        self.epochs = epochs;
        self.layer_began = Instant::now();
        self.latest = stage.taps().map(|tap| (tap, None)).collect();
        let layers = stage.layers();
        self.name = match (layers.start + 1, layers.end) {
            (first, last) if first == last => format!("layer {first}/{}", self.layers),
            (first, last) => format!("layers {first}-{last}/{}", self.layers),
        };
        if matches!(self.display, Display::Bar(_)) {
            self.display = Display::Bar(bar(&self.name, epochs));
        }
        self.inner.stage_begins(stage, epochs);
    }

    fn radius_chosen(&mut self, layer: usize, chosen: &ChosenRadius) {
        // A given radius of which nothing was measured is no news.
        if chosen.bound != RadiusBound::Given || chosen.noise.is_some() {
            let line = format!("layer {}/{}  {}", layer + 1, self.layers, radius(chosen));
            match &mut self.display {
                Display::Bar(bar) => bar.println(line),
                Display::Lines(sink) => {
                    let _ = writeln!(sink, "{line}");
                }
                Display::Quiet => {}
            }
        }
        self.inner.radius_chosen(layer, chosen);
    }

    fn epoch_ends(&mut self, record: &EpochRecord, parameters: &[f64]) -> ControlFlow<()> {
        for (tap, test) in &mut self.latest {
            if *tap == record.layer && record.test_accuracy.is_some() {
                *test = record.test_accuracy;
            }
        }
        // Of parts that end an epoch together the last one is shown, with the scores of all.
        let last = self
            .latest
            .last()
            .is_none_or(|(tap, _)| *tap == record.layer);
        if last {
            self.show(record);
        }
        self.inner.epoch_ends(record, parameters)
    }

    fn keeps_position(&mut self, last: bool) -> bool {
        self.inner.keeps_position(last)
    }

    fn position(&mut self, position: Position) {
        self.inner.position(position);
    }
}

/// A radius and why it is so long.
fn radius(chosen: &ChosenRadius) -> String {
    let why = match chosen.bound {
        RadiusBound::Given => "given",
        RadiusBound::Noise => "by the noise",
        RadiusBound::Resolution => "by the DAC step",
        RadiusBound::Smallest => "the smallest allowed",
        RadiusBound::Largest => "the largest allowed",
    };
    let mut text = format!("smoothing radius {:.3} rad ({why})", chosen.radius);
    match chosen.noise {
        Some(0.0) => text.push_str(", a repeated loss is the same"),
        Some(noise) => text.push_str(&format!(", noise of a loss {noise:.1e}")),
        None => {}
    }
    if let Some(ratio) = chosen.expected_ratio {
        text.push_str(&format!(", expected SNR {ratio:.1}"));
    }
    text
}

fn bar(name: &str, epochs: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(epochs as u64), ProgressDrawTarget::stderr());
    // A template that does not parse leaves the default style.
    if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:12}] {pos}/{len}  {wide_msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(name.to_string());
    bar.tick();
    bar
}

#[cfg(test)]
mod tests;
