use super::*;
use fzero::layerwise::Scope;
use fzero::ledger::Ledger;
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap();
        String::from_utf8(bytes.clone())
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    }
}

struct StopAt(usize, Vec<usize>);

impl Observer for StopAt {
    fn epoch_ends(&mut self, record: &EpochRecord, _: &[f64]) -> ControlFlow<()> {
        self.1.push(record.epoch);
        if record.epoch == self.0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

fn record(epoch: usize, test_accuracy: Option<f64>) -> EpochRecord {
    let mut ledger = Ledger::default();
    ledger.training.queries = 2874 * epoch as u64;
    EpochRecord {
        layer: 1,
        epoch,
        loss: 0.25,
        batch_accuracy: 0.5,
        train_accuracy: None,
        test_accuracy,
        gradient_norm: 1.0,
        learning_rate: 1e-3,
        radius: Some(0.01),
        difference_snr: None,
        ledger,
    }
}

#[test]
fn a_thousand_fast_epochs_give_the_first_and_the_last_line() {
    let sink = Sink::default();
    let hour = Duration::from_secs(3600);
    let mut progress = Progress::lines_to(Box::new(sink.clone()), hour, 2, fzero::Silent);
    progress.stage_begins(&Scope::Layerwise.stages(2)[1], 1000);
    for epoch in 1..=1000 {
        let test = (epoch == 500).then_some(0.9);
        let flow = progress.epoch_ends(&record(epoch, test), &[]);
        assert_eq!(flow, ControlFlow::Continue(()));
    }
    let lines = sink.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let first = "layer 2/2  epoch 1/1000  loss 0.2500  batch 50.0 %  ";
    assert!(lines[0].starts_with(first), "{}", lines[0]);
    assert!(lines[0].contains(" left  queries "), "{}", lines[0]);
    assert!(!lines[1].contains(" left"), "{}", lines[1]);
    let last =
        "layer 2/2  epoch 1000/1000  loss 0.2500  batch 50.0 %  test 90.0 %  queries 2,874,000  ";
    assert!(lines[1].starts_with(last), "{}", lines[1]);
    assert!(lines[1].ends_with("/s"), "{}", lines[1]);
}

#[test]
fn the_observer_inside_sees_every_epoch_and_decides() {
    for mode in [Mode::Quiet, Mode::Bar] {
        let mut progress = Progress::new(mode, 1, StopAt(3, Vec::new()));
        progress.stage_begins(&Scope::Layerwise.stages(2)[0], 10);
        let flows: Vec<_> = (1..=3)
            .map(|epoch| progress.epoch_ends(&record(epoch, None), &[]).is_break())
            .collect();
        assert_eq!(flows, [false, false, true]);
        assert_eq!(progress.into_inner().1, [1, 2, 3]);
    }
}

#[test]
fn a_measured_radius_is_told_and_passed_on() {
    struct Radii(Vec<f64>);
    impl Observer for Radii {
        fn radius_chosen(&mut self, _: usize, chosen: &ChosenRadius) {
            self.0.push(chosen.radius);
        }
    }
    let sink = Sink::default();
    let mut progress =
        Progress::lines_to(Box::new(sink.clone()), Duration::ZERO, 2, Radii(Vec::new()));
    let given = ChosenRadius {
        radius: 0.01,
        bound: RadiusBound::Given,
        noise: None,
        expected_ratio: None,
    };
    progress.radius_chosen(0, &given);
    progress.radius_chosen(
        1,
        &ChosenRadius {
            radius: 0.136,
            bound: RadiusBound::Noise,
            noise: Some(1.23e-3),
            expected_ratio: Some(10.0),
        },
    );
    assert_eq!(
        sink.lines(),
        [
            "layer 2/2  smoothing radius 0.136 rad (by the noise), noise of a loss 1.2e-3, expected SNR \
          10.0"
        ]
    );
    assert_eq!(progress.into_inner().0, [0.01, 0.136]);
}
