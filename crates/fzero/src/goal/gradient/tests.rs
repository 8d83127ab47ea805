//! Gradients of goals against differences of their own losses.

use super::super::oracle::prototypes;
use super::super::{
    CosineGoal, CrossEntropy, LocalGoal, MarginGoal, PerChannel, RegressionCosine, SoftmaxCosine,
};
use super::*;
use crate::target::Target;
use numerics::Streams;
use numerics::normal::fill_standard_normal;

const SAMPLES: usize = 11;

fn readouts(width: usize) -> Vec<f32> {
    let mut noise = vec![0.0; SAMPLES * width];
    let mut stream = Streams::new(21).derive("readouts", width as u64, 0);
    fill_standard_normal(&mut stream, &mut noise);
    noise.iter().map(|&x| x as f32).collect()
}

/// Central differences over h = 2^-8, which an f32 of order 1 takes to 2^-24: a quotient is wrong by the
/// rounding of the shifts (they are taken as they are stored, so not at all), by that of the loss
/// (32 eps |loss| / h) and by h^2/6 of the third derivative, which is below `third` / samples.
fn check<Y: Target>(goal: &dyn LocalGoal<Y>, labels: &[Y], third: f64) {
    let width = goal.readouts();
    let z = readouts(width);
    let mut scratch = GoalScratch::default();
    let mut found = vec![f64::NAN; z.len()];
    let batch = goal.gradient(&z, labels, &mut found, &mut scratch).unwrap();
    assert_eq!(batch, goal.loss(&z, labels, &mut scratch).unwrap());
    let h = 2.0_f32.powi(-8);
    let mut largest = 0.0_f64;
    for i in 0..z.len() {
        let mut at = |step: f32| {
            let mut shifted = z.clone();
            shifted[i] += step;
            let loss = goal.loss(&shifted, labels, &mut scratch).unwrap().loss;
            (loss, f64::from(shifted[i]))
        };
        let ((plus, right), (minus, left)) = (at(h), at(-h));
        let expected = (plus - minus) / (right - left);
        let h = f64::from(h);
        let tolerance = 32.0 * f64::EPSILON * batch.loss.abs().max(1.0) / h
            + h * h / 6.0 * third / labels.len() as f64;
        assert!(
            (found[i] - expected).abs() < tolerance,
            "{i}: {} {expected} {tolerance}",
            found[i]
        );
        largest = largest.max(expected.abs());
    }
    assert!(largest > 1e-3, "nothing to compare");
    // What does not fit is refused.
    let short = &mut found[1..];
    assert!(goal.gradient(&z, labels, short, &mut scratch).is_err());
    assert!(
        goal.gradient(&z[1..], labels, &mut found, &mut scratch)
            .is_err()
    );
}

fn classes(count: usize) -> Vec<u16> {
    (0..SAMPLES).map(|i| (i * 7 % count) as u16).collect()
}

#[test]
fn cosine_goals_agree_with_differences() {
    for (count, width) in [(10, 64), (2, 3), (9, 9)] {
        let labels = classes(count);
        // |d^3 cos / dz^3| < 24 / |z|^3, and |z| > 0.3 for the samples drawn here.
        let third = 24.0 / 0.3_f64.powi(3);
        check(&CosineGoal::new(prototypes(count, width)), &labels, third);
        let softmax = SoftmaxCosine::new(prototypes(count, width), 0.5).unwrap();
        check(&softmax, &labels, 30.0 * third);
    }
    let margin = MarginGoal::new(prototypes(10, 64), 0.3).unwrap();
    // Beside its kinks, which no shift of these samples crosses.
    check(&margin, &classes(10), 10.0 * 24.0);
}

#[test]
fn cross_entropy_agrees_with_differences_and_leaves_other_readouts_alone() {
    let goal = CrossEntropy::new(5, 8, 1.5).unwrap();
    check(&goal, &classes(5), 4.0);
    let z = readouts(8);
    let mut found = vec![f64::NAN; z.len()];
    let mut scratch = GoalScratch::default();
    goal.gradient(&z, &classes(5), &mut found, &mut scratch)
        .unwrap();
    for row in found.chunks(8) {
        assert_eq!(row[5..], [0.0; 3]);
        // Probabilities less the true one sum to 0.
        assert!(row.iter().sum::<f64>().abs() < 1e-15);
    }
}

#[test]
fn goals_for_numbers_and_for_channels_agree_with_differences() {
    let numbers: Vec<f64> = (0..SAMPLES).map(|i| (i as f64).sin()).collect();
    let third = 40.0 * 24.0;
    let regression = || RegressionCosine::new(prototypes(1, 12)).unwrap();
    check(&regression(), &numbers, third);
    let goals = (0..3)
        .map(|_| Box::new(regression()) as Box<dyn LocalGoal<f64>>)
        .collect();
    check(&PerChannel::new(goals).unwrap(), &numbers, third);
    let goals = (0..2)
        .map(|_| Box::new(CosineGoal::new(prototypes(4, 12))) as Box<dyn LocalGoal>)
        .collect();
    check(&PerChannel::new(goals).unwrap(), &classes(4), third);
}

#[test]
fn a_sample_without_light_has_no_gradient() {
    let goal = CosineGoal::new(prototypes(3, 4));
    let mut found = [f64::NAN; 8];
    let z = [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.5];
    goal.gradient(&z, &[0, 1], &mut found, &mut GoalScratch::default())
        .unwrap();
    assert_eq!(found[..4], [0.0; 4]);
    assert!(found[4..].iter().any(|&x| x != 0.0));
}
