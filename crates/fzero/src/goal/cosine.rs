//! The published local goal: point at the prototype (arXiv:2603.24790).

use super::kernel::{ClassTable, Lanes};
use super::{CosineLoss, Prototypes};

/// Loss 1 - cos(readouts, prototype of the true class), from 0 to 2.
///
/// Powers are not negative and prototypes are, so with plain powers the cosine cannot come near 1;
/// signed readouts (differences of detectors) can.
#[derive(Clone, Debug)]
pub struct CosineGoal {
    prototypes: Prototypes,
    table: ClassTable,
}

impl CosineGoal {
    /// The goal with these prototypes.
    pub fn new(prototypes: Prototypes) -> Self {
        Self {
            table: ClassTable::new(&prototypes),
            prototypes,
        }
    }
}

impl CosineLoss for CosineGoal {
    fn prototypes(&self) -> &Prototypes {
        &self.prototypes
    }

    fn table(&self) -> &ClassTable {
        &self.table
    }

    #[inline(always)]
    fn losses(&self, _cosines: &mut [Lanes], own: &Lanes, losses: &mut Lanes) {
        for (loss, own) in losses.iter_mut().zip(own) {
            *loss = 1.0 - own;
        }
    }

    #[inline(always)]
    fn slopes(&self, _cosines: &[f64], own: usize, slopes: &mut [f64]) {
        slopes.fill(0.0);
        slopes[own] = -1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GoalScratch, LocalGoal, oracle};
    use super::*;

    #[test]
    fn it_agrees_with_the_plain_formula() {
        for (classes, dimension) in [(10, 64), (2, 3), (9, 9), (17, 32)] {
            let goal = CosineGoal::new(oracle::prototypes(classes, dimension));
            oracle::check(&goal, 1.0, |cosines, label| 1.0 - cosines[label]);
        }
    }

    #[test]
    fn the_prototype_itself_has_no_loss() {
        let goal = CosineGoal::new(oracle::prototypes(10, 64));
        let row: Vec<f32> = goal.prototypes.row(3).iter().map(|&x| x as f32).collect();
        let found = goal.loss(&row, &[3], &mut GoalScratch::default()).unwrap();
        // The rounding to f32 turns the vector by about f32::EPSILON: the cosine falls by its square.
        assert!(found.loss.abs() < 1e-13 && found.correct == 1);
    }
}
