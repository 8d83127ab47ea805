//! Margin loss on cosines (the published digital models' goal, arXiv:2603.24790).

use super::kernel::{ClassTable, Lanes, sum_of_rows};
use super::{CosineLoss, Prototypes};
use crate::error::{TrainError, check_positive};

/// Loss: sum over all classes c of max(0, margin + cos_c - cos_true). The true class is included, as
/// published, and adds the constant `margin`.
#[derive(Clone, Debug)]
pub struct MarginGoal {
    prototypes: Prototypes,
    table: ClassTable,
    margin: f64,
}

impl MarginGoal {
    /// `margin`: above 0; published 0.3.
    ///
    /// # Errors
    /// [`TrainError::Setting`] for a margin out of its range.
    pub fn new(prototypes: Prototypes, margin: f64) -> Result<Self, TrainError> {
        check_positive("margin", margin)?;
        Ok(Self {
            table: ClassTable::new(&prototypes),
            prototypes,
            margin,
        })
    }
}

impl CosineLoss for MarginGoal {
    fn prototypes(&self) -> &Prototypes {
        &self.prototypes
    }

    fn table(&self) -> &ClassTable {
        &self.table
    }

    #[inline(always)]
    fn losses(&self, cosines: &mut [Lanes], own: &Lanes, losses: &mut Lanes) {
        let offset = own.map(|own| self.margin - own);
        *losses = sum_of_rows(
            cosines,
            #[inline(always)]
            |cosine, sample| {
                let excess = cosine + offset[sample];
                // f64::max would turn NaN into 0.
                if excess < 0.0 { 0.0 } else { excess }
            },
        );
    }

    #[inline(always)]
    fn slopes(&self, cosines: &[f64], own: usize, slopes: &mut [f64]) {
        let offset = self.margin - cosines[own];
        let mut violated = 0.0;
        for (slope, &cosine) in slopes.iter_mut().zip(cosines) {
            *slope = if cosine + offset > 0.0 { 1.0 } else { 0.0 };
            violated += *slope;
        }
        // The true class's own term is the constant margin.
        slopes[own] = 1.0 - violated;
    }
}

#[cfg(test)]
mod tests {
    use super::super::oracle;
    use super::*;

    #[test]
    fn it_agrees_with_the_plain_formula() {
        for (classes, dimension) in [(10, 64), (2, 3), (9, 9)] {
            let goal = MarginGoal::new(oracle::prototypes(classes, dimension), 0.3).unwrap();
            oracle::check(&goal, 2.0 * classes as f64, |cosines, label| {
                let term = |cosine: &f64| (0.3 + cosine - cosines[label]).max(0.0);
                cosines.iter().map(term).sum()
            });
        }
        assert!(MarginGoal::new(oracle::prototypes(2, 2), 0.0).is_err());
    }
}
