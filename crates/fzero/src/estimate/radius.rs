//! How far parameters are shifted to measure a slope.
//!
//! # What the radius has to stand against
//! Write r for the radius (the length of the shift along each group's unit direction), n for the
//! number of parameters of the largest trained group, so that r / sqrt(n) is the root mean square
//! (rms) shift of one of its parameters; a smaller group is shifted more per parameter. Let sigma be
//! the standard deviation of one measured loss and S the rms slope of the loss along a drawn
//! direction. A central difference is then 2 r S on average over directions (rms), a one-sided
//! one r S, and the noise of either is sqrt(2) sigma.
//!
//! - **Noise.** A ratio k of difference to noise multiplies the variance of a gradient estimate by
//!   1 + 1/k^2: 1.01 at k = 10, 1.25 at 2, 2 at 1. It is set at a layer's start; as training flattens
//!   the loss it falls, to a third or a quarter within 150 epochs on the digits.
//! - **Resolution** q of a parameter (one DAC step). Both shifted vectors are rounded by the device;
//!   half their difference is off by q^2 / 24 per parameter (two rounding errors of variance q^2 / 12).
//!   At an rms shift of one step that is 4 % more variance, at half a step 17 %.
//! - **Curvature.** A central difference is off by the third derivative times r^2 / 6, and far out a
//!   loss no longer knows where it came from: the difference is large and tells nothing. So the radius
//!   is the smallest that the two above allow, and has a limit, which also stands above them.
//!
//! The limit depends on how many shifted phases light passes: in a mesh of N columns it passes 2 N,
//! whose shifts add up to the rms shift times sqrt(2 N). On the digits (64 ports, two layers, no noise,
//! 150 epochs a layer, 3 seeds) test accuracy behind the first layer was 0.87 for every radius up to
//! 3 (rms 0.067 rad, 0.76 rad in sum), its loss rising from 0.48 to 0.65 at 1.5 and 1.02 at 3; 0.68 at
//! 6 (0.13 rad), and 0.10, chance, at 13 (0.3 rad). About 0.5 rad / sqrt(2 N) is a good limit: 0.044
//! rad at 64 ports, 0.013 rad at 784.
//!
//! # The rule
//! `r = min(r_largest, max(r_smallest, q sqrt(n), k sqrt(2) sigma / (c S)))`, with c = 2 for central and
//! c = 1 for one-sided differences, `r_largest = largest_rms sqrt(n)` and `r_smallest = smallest_rms
//! sqrt(n)`. On a device without noise (repeated losses are equal, sigma = 0) the last term vanishes:
//! the smallest radius holds, or the resolution. [`ChosenRadius::bound`] says which term it was.
//!
//! [`crate::estimate::EstimatorChoice::choose_radius`] measures sigma and S on one batch.

use crate::black_box::ParameterGroup;
use crate::error::{TrainError, check_positive};
use serde::{Deserialize, Serialize};

/// Length of a shift along each group's unit direction (of one parameter for coordinate differences).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Radius {
    /// This length, above 0, in the parameters' unit (rad for phases).
    Fixed(f64),
    /// So long that the rms shift of a parameter of the largest trained group is this many steps of
    /// the device's resolution, above 0. The device must state one.
    DacSteps(f64),
    /// Measured at the start of each layer.
    Auto(AutoRadius),
}

/// How the radius is measured and within which limits.
///
/// # How well it is known
/// Sigma comes from the mean square successive difference of R repeated losses, which slow drift does
/// not enter. Its variance is that of a chi-square estimate with 2 (R-1)^2 / (3 R - 4) degrees of
/// freedom (von Neumann, Kent, Bellinson and Hart 1941, doi:10.1214/aoms/1177731746), 15.6 at R = 24,
/// so the relative standard error of sigma is 1/sqrt(2 * 15.6) = 18 %. S comes from P probed
/// directions: 1/sqrt(2 P) = 18 % at P = 16. Together 25 %: where a ratio of 10 is asked for, 19 runs of
/// 20 get one between 6 and 16.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutoRadius {
    /// k: wanted ratio of the rms loss difference, without its noise, to the standard deviation of
    /// its noise; above 0.
    pub ratio: f64,
    /// R: losses measured at the same parameters for the noise, at least 2.
    pub repeats: usize,
    /// P: directions of the last of [`ROUNDS`] rounds of probing, at least 1. Each round before it,
    /// which only has to find where to measure, takes a quarter.
    pub probes: usize,
    /// Least rms shift of a parameter, above 0, in its unit: what a noiseless device gets.
    pub smallest_rms: f64,
    /// Largest rms shift of a parameter, at least `smallest_rms`. It also limits what the resolution
    /// asks for. For a mesh of N columns 0.5 rad / sqrt(2 N).
    pub largest_rms: f64,
}

/// Rounds of probing.
pub const ROUNDS: usize = 3;

impl Default for AutoRadius {
    /// Ratio 10; 24 repeats and 16 probes, which make 72 losses; between 1e-4 and 0.05 rad.
    fn default() -> Self {
        Self {
            ratio: 10.0,
            repeats: 24,
            probes: 16,
            smallest_rms: 1e-4,
            largest_rms: 0.05,
        }
    }
}

/// A radius and why it is so long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChosenRadius {
    /// The radius, in the parameters' unit.
    pub radius: f64,
    /// What determined it.
    pub bound: RadiusBound,
    /// Standard deviation of one measured loss; 0 where repeated losses were equal, `None` where it
    /// was not measured.
    pub noise: Option<f64>,
    /// Expected ratio of the rms loss difference, without its noise, to the standard deviation of its
    /// noise; `None` where it was not measured or there is no noise.
    pub expected_ratio: Option<f64>,
}

/// The term of the rule that determined a radius.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RadiusBound {
    /// It was given.
    Given,
    /// The noise of the loss: differences stand above it by the wanted ratio, no more.
    Noise,
    /// The resolution of the parameters, or a rounding that hid smaller shifts altogether.
    Resolution,
    /// The smallest radius allowed: neither noise nor resolution asks for more.
    Smallest,
    /// The largest radius allowed: noise or resolution asks for more.
    Largest,
}

impl Radius {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`TrainError::Setting`] with the name of the setting.
    pub fn check(&self) -> Result<(), TrainError> {
        match self {
            Self::Fixed(radius) => check_positive("radius", *radius),
            Self::DacSteps(steps) => check_positive("radius in DAC steps", *steps),
            Self::Auto(auto) => auto.check(),
        }
    }

    /// Refuses a device that does not offer what the rule needs.
    ///
    /// # Errors
    /// [`TrainError::Setting`] for [`Radius::DacSteps`] without a resolution.
    pub fn check_resolution(&self, resolution: Option<f64>) -> Result<(), TrainError> {
        match *self {
            Self::DacSteps(value) if resolution.is_none() => Err(TrainError::Setting {
                key: "radius in DAC steps",
                value,
                why: "the device states no resolution; give the radius in rad, or the device a DAC",
            }),
            _ => Ok(()),
        }
    }

    /// Losses that are measured before a layer's first step: to choose the radius, or where it is
    /// given, `noise_repeats` for its noise if they are at least 2.
    pub fn measurements(&self, noise_repeats: usize) -> usize {
        match self {
            Self::Fixed(_) | Self::DacSteps(_) if noise_repeats < 2 => 0,
            Self::Fixed(_) | Self::DacSteps(_) => noise_repeats,
            Self::Auto(auto) => {
                auto.repeats + 2 * (0..ROUNDS).map(|r| auto.probes_in(r)).sum::<usize>()
            }
        }
    }
}

impl AutoRadius {
    fn check(&self) -> Result<(), TrainError> {
        for (key, value, least, why) in [
            ("repeats", self.repeats, 2, "must be at least 2"),
            ("probes", self.probes, 1, "must be at least 1"),
        ] {
            if value < least {
                let value = value as f64;
                return Err(TrainError::Setting { key, value, why });
            }
        }
        check_positive("ratio", self.ratio)?;
        check_positive("smallest_rms", self.smallest_rms)?;
        check_positive("largest_rms", self.largest_rms)?;
        if self.largest_rms < self.smallest_rms {
            return Err(TrainError::Setting {
                key: "largest_rms",
                value: self.largest_rms,
                why: "must be at least smallest_rms",
            });
        }
        Ok(())
    }

    /// Directions that are probed in a round, from 0.
    pub(super) fn probes_in(&self, round: usize) -> usize {
        if round + 1 == ROUNDS {
            self.probes
        } else {
            self.probes.div_ceil(4)
        }
    }

    /// The radii allowed for a largest group of `dimension` parameters, lower and upper, and what the
    /// lower one comes from.
    pub(super) fn limits(
        &self,
        dimension: usize,
        resolution: Option<f64>,
    ) -> (f64, f64, RadiusBound) {
        let root = (dimension as f64).sqrt();
        let upper = self.largest_rms * root;
        let smallest = self.smallest_rms * root;
        match resolution {
            Some(step) if step * root >= smallest => {
                ((step * root).min(upper), upper, RadiusBound::Resolution)
            }
            _ => (smallest, upper, RadiusBound::Smallest),
        }
    }
}

/// Parameters of the largest trained group, at least 1.
pub(super) fn largest_group(groups: &[ParameterGroup]) -> usize {
    let trained = groups.iter().filter(|group| group.trained);
    trained
        .map(ParameterGroup::existing)
        .max()
        .unwrap_or(0)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_are_refused_by_name() {
        let key = |radius: Radius| match radius.check() {
            Err(TrainError::Setting { key, .. }) => key,
            other => panic!("{other:?}"),
        };
        let auto = |change: fn(&mut AutoRadius)| {
            let mut auto = AutoRadius::default();
            change(&mut auto);
            key(Radius::Auto(auto))
        };
        assert_eq!(Radius::Auto(AutoRadius::default()).check(), Ok(()));
        assert_eq!(key(Radius::Fixed(0.0)), "radius");
        assert_eq!(key(Radius::DacSteps(f64::NAN)), "radius in DAC steps");
        assert_eq!(auto(|a| a.ratio = -1.0), "ratio");
        assert_eq!(auto(|a| a.repeats = 1), "repeats");
        assert_eq!(auto(|a| a.probes = 0), "probes");
        assert_eq!(auto(|a| a.smallest_rms = f64::INFINITY), "smallest_rms");
        assert_eq!(auto(|a| a.largest_rms = 1e-5), "largest_rms");
    }

    #[test]
    fn a_radius_in_steps_needs_a_resolution() {
        let steps = Radius::DacSteps(1.0);
        assert!(steps.check_resolution(None).is_err());
        assert_eq!(steps.check_resolution(Some(0.1)), Ok(()));
        let auto = Radius::Auto(AutoRadius::default());
        assert_eq!(auto.check_resolution(None), Ok(()));
        assert_eq!(auto.measurements(0), 72);
        assert_eq!(steps.measurements(1), 0);
        assert_eq!(steps.measurements(24), 24);
    }

    /// Facts of the published recipe: 8 bits over 2 pi ask for 0.43 at 25 ports (300 MZIs) and for
    /// 13.7 at 784 (306,936), 12 bits for 0.85 there.
    #[test]
    fn the_resolution_asks_for_the_known_radii() {
        let lower = |mzis, bits: i32| {
            let step = std::f64::consts::TAU / (2.0_f64.powi(bits) - 1.0);
            AutoRadius::default().limits(mzis, Some(step))
        };
        for (mzis, bits, expected) in [(300, 8, 0.43), (306_936, 8, 13.7), (306_936, 12, 0.85)] {
            let (lower, upper, bound) = lower(mzis, bits);
            assert!((lower / expected - 1.0).abs() < 0.01, "{lower} {expected}");
            assert_eq!((bound, lower < upper), (RadiusBound::Resolution, true));
        }
        // Two bits ask for 2.1 rad each, which is too far.
        let (lower, upper, _) = lower(300, 2);
        assert_eq!(lower, upper);
        assert_eq!(upper, 0.05 * 300.0_f64.sqrt());
        // A resolution finer than the smallest shift does not matter.
        let limits = AutoRadius::default().limits(300, Some(1e-5));
        assert_eq!(limits, AutoRadius::default().limits(300, None));
    }
}
