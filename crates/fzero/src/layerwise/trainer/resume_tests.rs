//! A training that is interrupted and gone on with is the same training.

use super::tests::{plan, run_from, run_on};
use super::*;
use crate::Metered;
use crate::estimate::{AutoRadius, Difference, DirectionLaw, EstimatorChoice, Radius};
use crate::layerwise::Scope;
use crate::observe::Silent;
use crate::optimizer::OptimizerChoice;
use crate::testing::{IntensityBox, NoisyBox};

/// Keeps all records and, as text, all positions.
#[derive(Default)]
struct Keeper {
    records: Vec<EpochRecord>,
    positions: Vec<(usize, String)>,
    last: usize,
}

impl Observer for Keeper {
    fn epoch_ends(&mut self, record: &EpochRecord, _: &[f64]) -> ControlFlow<()> {
        self.records.push(record.clone());
        ControlFlow::Continue(())
    }

    fn keeps_position(&mut self, last: bool) -> bool {
        self.last += usize::from(last);
        true
    }

    fn position(&mut self, position: Position) {
        let text = serde_json::to_string(&position).unwrap();
        self.positions.push((self.records.len(), text));
    }
}

/// Noisy, coarse, and every query draws new noise.
fn device() -> Metered<NoisyBox<IntensityBox>> {
    let device = NoisyBox::new(IntensityBox::new(6, &[8, 8]), 0.02, Streams::new(40));
    Metered::new(device.with_resolution(1e-3))
}

fn plans() -> Vec<LayerwisePlan> {
    let auto = EstimatorChoice::Directional {
        radius: Radius::Auto(AutoRadius {
            largest_rms: 0.3,
            ..AutoRadius::default()
        }),
        directions: 1,
        law: DirectionLaw::Rademacher,
        difference: Difference::OneSided,
    };
    let momentum = OptimizerChoice::Sgd {
        dimension_scaling: true,
        momentum: 0.5,
    };
    let scopes = [Scope::Layerwise, Scope::Parallel, Scope::Global];
    let mut plans: Vec<_> = scopes
        .map(|scope| LayerwisePlan { scope, ..plan() })
        .to_vec();
    plans.push(LayerwisePlan {
        estimator: auto,
        optimizer: momentum,
        evaluate_every: 0,
        ..plan()
    });
    plans
}

#[test]
fn from_any_epoch_on_nothing_differs() {
    for plan in plans() {
        let mut keeper = Keeper::default();
        let whole = run_on(&mut device(), &plan, &mut keeper).unwrap();
        let stages = plan.scope.stages(2).len();
        assert_eq!(keeper.positions.len(), stages * plan.epochs);
        assert_eq!(keeper.last, 1);
        for (records, text) in &keeper.positions {
            let position: Position = serde_json::from_str(text).unwrap();
            let mut rest = Keeper::default();
            let resumed = run_from(&mut device(), position.into(), &plan, &mut rest).unwrap();
            assert_eq!(resumed, whole);
            assert_eq!(rest.records, keeper.records[*records..]);
            let positions = keeper.positions.iter().map(|(_, text)| text);
            let after = positions.skip(keeper.positions.len() - rest.positions.len());
            assert!(rest.positions.iter().map(|(_, text)| text).eq(after));
        }
    }
}

#[test]
fn the_position_of_another_training_is_refused() {
    let mut keeper = Keeper::default();
    run_on(&mut device(), &plan(), &mut keeper).unwrap();
    let good: Position = serde_json::from_str(&keeper.positions[8].1).unwrap();
    assert_eq!((good.stage, good.epochs.clone()), (1, vec![6, 3]));
    let refused = |change: &dyn Fn(&mut Position)| {
        let mut position = good.clone();
        change(&mut position);
        run_from(&mut device(), position.into(), &plan(), &mut Silent).unwrap_err()
    };
    let foreign = |error| matches!(error, TrainError::ForeignPosition { .. });
    assert!(foreign(refused(&|p| p.stage = 2)));
    assert!(foreign(refused(&|p| p.epochs = vec![6, 7])));
    let length = |error| matches!(error, TrainError::WrongLength { .. });
    assert!(length(refused(&|p| p.radii.clear())));
    assert!(length(refused(&|p| p.epochs.clear())));
    assert!(length(refused(&|p| p.parameters[1].truncate(3))));
    let device_error = |error| matches!(error, TrainError::Device(_));
    assert!(device_error(refused(&|p| p.device.clear())));
}
