//! A device whose use is counted.

use crate::black_box::{BlackBox, DeviceError, LayerShape, Purpose, Samples, Tap};
use crate::ledger::Ledger;
use crate::tapped::TappedBox;

/// A device that knows what it has been used for.
pub trait MeteredBox: BlackBox {
    /// Uses so far.
    fn ledger(&self) -> &Ledger;

    /// Goes on counting from `ledger`.
    fn resume_ledger(&mut self, ledger: Ledger);

    /// The device as one that tells its gradient, where a trainer was handed it as such
    /// ([`crate::baseline::train_in_situ`]); `None` otherwise.
    fn inside(&mut self) -> Option<&mut dyn TappedBox> {
        None
    }
}

impl<M: MeteredBox + ?Sized> MeteredBox for &mut M {
    fn ledger(&self) -> &Ledger {
        (**self).ledger()
    }

    fn resume_ledger(&mut self, ledger: Ledger) {
        (**self).resume_ledger(ledger);
    }

    fn inside(&mut self) -> Option<&mut dyn TappedBox> {
        (**self).inside()
    }
}

impl<M: MeteredBox + ?Sized> MeteredBox for Box<M> {
    fn ledger(&self) -> &Ledger {
        (**self).ledger()
    }

    fn resume_ledger(&mut self, ledger: Ledger) {
        (**self).resume_ledger(ledger);
    }

    fn inside(&mut self) -> Option<&mut dyn TappedBox> {
        (**self).inside()
    }
}

/// Counts every successful call to a device and enforces a budget.
///
/// The budget limits sample queries for training and calibration. Queries for evaluation are counted
/// but never refused: they tell the experimenter what was learned, nothing is learned from them, and
/// so a run that has spent its budget can still be evaluated.
#[derive(Clone, Debug)]
pub struct Metered<B> {
    device: B,
    ledger: Ledger,
    budget: Option<u64>,
    /// Samples of the last query that was measured inside.
    pub(crate) last_samples: usize,
}

impl<B> Metered<B> {
    /// `device` with an empty ledger and no budget.
    pub fn new(device: B) -> Self {
        Self {
            device,
            ledger: Ledger::default(),
            budget: None,
            last_samples: 0,
        }
    }

    /// Refuses training and calibration queries beyond this many samples in all; `None` lifts it.
    #[must_use]
    pub fn with_budget(mut self, sample_queries: Option<u64>) -> Self {
        self.budget = sample_queries;
        self
    }

    /// Uses so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The device.
    pub fn device(&self) -> &B {
        &self.device
    }

    /// The device, uncounted from now on.
    pub fn into_inner(self) -> B {
        self.device
    }
}

impl<B: BlackBox> MeteredBox for Metered<B> {
    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn resume_ledger(&mut self, ledger: Ledger) {
        self.ledger = ledger;
    }
}

impl<B: BlackBox> BlackBox for Metered<B> {
    fn inputs(&self) -> usize {
        self.device.inputs()
    }

    fn layers(&self) -> usize {
        self.device.layers()
    }

    fn layer(&self, layer: usize) -> &LayerShape {
        self.device.layer(layer)
    }

    fn resolution(&self, layer: usize) -> Option<f64> {
        self.device.resolution(layer)
    }

    fn repetitions(&self) -> u32 {
        self.device.repetitions()
    }

    fn state(&self) -> Option<Vec<u8>> {
        self.device.state()
    }

    fn restore(&mut self, state: &[u8], parameters: &[Vec<f64>]) -> Result<(), DeviceError> {
        self.device.restore(state, parameters)
    }

    fn program(
        &mut self,
        layer: usize,
        parameters: &[f64],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.device.program(layer, parameters, purpose)?;
        self.ledger.of_mut(purpose).programmings += 1;
        Ok(())
    }

    fn query(
        &mut self,
        samples: Samples<'_>,
        taps: &mut [Tap<'_>],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.counted(samples.count(), 1, purpose, |device| {
            device.query(samples, taps, purpose)
        })
    }
}

impl<B: BlackBox> Metered<B> {
    /// Does `work`, which sends so many samples through so many times, within the budget.
    pub(crate) fn counted(
        &mut self,
        samples: usize,
        times: u32,
        purpose: Purpose,
        work: impl FnOnce(&mut B) -> Result<(), DeviceError>,
    ) -> Result<(), DeviceError> {
        let passes = u64::from(self.device.repetitions()) * u64::from(times);
        let count = (samples as u64).saturating_mul(passes);
        if let Some(limit) = self.budget
            && purpose != Purpose::Evaluation
            && self.ledger.budgeted_queries().saturating_add(count) > limit
        {
            return Err(DeviceError::BudgetSpent { limit });
        }
        work(&mut self.device)?;
        let usage = self.ledger.of_mut(purpose);
        usage.queries += count;
        usage.passes += passes;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Usage;
    use crate::testing::IntensityBox;

    fn query(device: &mut dyn BlackBox, count: usize, purpose: Purpose) -> Result<(), DeviceError> {
        let values = vec![0.5; 3 * count];
        let mut readouts = vec![0.0; 2 * count];
        let samples = Samples {
            values: &values,
            width: 3,
        };
        let tap = Tap {
            layer: 0,
            readouts: &mut readouts,
        };
        device.query(samples, &mut [tap], purpose)
    }

    #[test]
    fn successful_calls_are_counted_by_purpose() {
        let mut device = Metered::new(IntensityBox::new(3, &[2]));
        device.program(0, &[0.1; 8], Purpose::Training).unwrap();
        assert!(device.program(1, &[0.1; 8], Purpose::Training).is_err());
        query(&mut device, 5, Purpose::Training).unwrap();
        query(&mut device, 4, Purpose::Training).unwrap();
        query(&mut device, 7, Purpose::Evaluation).unwrap();
        query(&mut device, 1, Purpose::Calibration).unwrap();
        let expected = |queries, passes, programmings| Usage {
            queries,
            passes,
            programmings,
        };
        assert_eq!(*device.ledger().of(Purpose::Training), expected(9, 2, 1));
        assert_eq!(*device.ledger().of(Purpose::Evaluation), expected(7, 1, 0));
        assert_eq!(*device.ledger().of(Purpose::Calibration), expected(1, 1, 0));
        assert_eq!(device.ledger().total(), expected(17, 4, 1));
    }

    #[test]
    fn the_budget_refuses_before_the_device_is_touched_but_never_an_evaluation() {
        let mut device = Metered::new(IntensityBox::new(3, &[2])).with_budget(Some(10));
        query(&mut device, 6, Purpose::Training).unwrap();
        query(&mut device, 100, Purpose::Evaluation).unwrap();
        let before = device.ledger().clone();
        assert_eq!(
            query(&mut device, 5, Purpose::Training),
            Err(DeviceError::BudgetSpent { limit: 10 })
        );
        assert_eq!(*device.ledger(), before);
        query(&mut device, 4, Purpose::Calibration).unwrap();
        let mut resumed = Metered::new(device.clone().into_inner()).with_budget(Some(11));
        resumed.resume_ledger(device.ledger().clone());
        query(&mut resumed, 1, Purpose::Training).unwrap();
        assert!(query(&mut resumed, 1, Purpose::Training).is_err());
    }

    /// Sends every sample three times.
    struct Repeating(IntensityBox);

    impl BlackBox for Repeating {
        fn inputs(&self) -> usize {
            self.0.inputs()
        }

        fn layers(&self) -> usize {
            self.0.layers()
        }

        fn layer(&self, layer: usize) -> &LayerShape {
            self.0.layer(layer)
        }

        fn repetitions(&self) -> u32 {
            3
        }

        fn program(
            &mut self,
            layer: usize,
            p: &[f64],
            purpose: Purpose,
        ) -> Result<(), DeviceError> {
            self.0.program(layer, p, purpose)
        }

        fn query(
            &mut self,
            samples: Samples<'_>,
            taps: &mut [Tap<'_>],
            purpose: Purpose,
        ) -> Result<(), DeviceError> {
            self.0.query(samples, taps, purpose)
        }
    }

    #[test]
    fn a_repeated_readout_costs_as_many_queries() {
        let device = Repeating(IntensityBox::new(3, &[2]));
        let mut device = Metered::new(device).with_budget(Some(20));
        query(&mut device, 5, Purpose::Training).unwrap();
        let usage = *device.ledger().of(Purpose::Training);
        assert_eq!((usage.queries, usage.passes), (15, 3));
        assert!(query(&mut device, 2, Purpose::Training).is_err());
        let plain = Ledger {
            training: Usage {
                queries: 5,
                passes: 1,
                programmings: 7,
            },
            ..Ledger::default()
        };
        let repeated = plain.repeated(3).training;
        assert_eq!(
            (repeated.queries, repeated.passes, repeated.programmings),
            (15, 3, 7)
        );
    }
}
