//! The statistics of a mesh: how its couplers, shifters and waveguides come from the foundry.

use crate::design::{DesignError, within};

/// From what a mesh is drawn, once per die.
///
/// An element's loss is normal in dB with the stated mean and standard deviation, independent of all
/// others; a loss drawn below 0 dB counts as 0: nothing amplifies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeshProcess {
    /// Standard deviation of a coupler's angle error in rad, in [0, pi/4).
    pub splitter_error_sigma_rad: f64,
    /// Share of the variance of the splitter errors that follows the position on the wafer, in
    /// [0, 1]; the rest is independent from coupler to coupler, also between the two of an MZI.
    pub splitter_correlation: f64,
    /// Length in m, > 0, over which that share decays: couplers dx and dy apart have of it the
    /// correlation exp(-(|dx| + |dy|) / length). Without effect where the share is 0.
    pub splitter_correlation_length_m: f64,
    /// Mean loss of a coupler in dB, in [0, 100); an MZI has two.
    pub coupler_loss_db: f64,
    /// Standard deviation of a coupler's loss in dB, in [0, 100).
    pub coupler_loss_sigma_db: f64,
    /// Mean loss of a phase shifter in dB, in [0, 100): theta and phi on the upper arms of an MZI, gamma
    /// on each output.
    pub shifter_loss_db: f64,
    /// Standard deviation of a phase shifter's loss in dB, in [0, 100).
    pub shifter_loss_sigma_db: f64,
    /// Mean loss of a waveguide in dB/m, in [0, 10,000): 100 dB/m are 1 dB/cm. Light travels the length
    /// of an MZI in every column, on ports without an MZI there too.
    pub waveguide_loss_db_per_m: f64,
    /// Standard deviation of the loss of one piece of waveguide as a share of its mean, in [0, 10). A
    /// piece is an arm of an MZI (half its length), or the passage of a port past a column without an
    /// MZI there.
    pub waveguide_loss_relative_sigma: f64,
    /// Length of an MZI and thus of a column in m, in (0, 1).
    pub mzi_length_m: f64,
    /// Distance of neighbouring ports in m, in (0, 1).
    pub port_pitch_m: f64,
    /// Mean loss of a waveguide crossing in dB, in [0, 100), on either of its waveguides. Planar meshes
    /// have none.
    pub crossing_loss_db: f64,
    /// Standard deviation of a crossing's loss in dB, in [0, 100).
    pub crossing_loss_sigma_db: f64,
}

impl MeshProcess {
    /// No error and no loss: exactly the ideal mesh. The lengths have no effect then.
    pub const fn ideal() -> Self {
        Self {
            splitter_error_sigma_rad: 0.0,
            splitter_correlation: 0.0,
            splitter_correlation_length_m: 1e-3,
            coupler_loss_db: 0.0,
            coupler_loss_sigma_db: 0.0,
            shifter_loss_db: 0.0,
            shifter_loss_sigma_db: 0.0,
            waveguide_loss_db_per_m: 0.0,
            waveguide_loss_relative_sigma: 0.0,
            mzi_length_m: 1e-3,
            port_pitch_m: 1e-4,
            crossing_loss_db: 0.0,
            crossing_loss_sigma_db: 0.0,
        }
    }

    /// Checks that every value is in its range.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self) -> Result<(), DesignError> {
        within(
            "splitter error sigma",
            self.splitter_error_sigma_rad,
            0.0..std::f64::consts::FRAC_PI_4,
            "in [0, pi/4) rad",
        )?;
        within(
            "splitter correlation",
            self.splitter_correlation,
            0.0..1.0 + f64::EPSILON,
            "a share of the variance in [0, 1]",
        )?;
        within(
            "splitter correlation length",
            self.splitter_correlation_length_m,
            f64::MIN_POSITIVE..f64::INFINITY,
            "a finite number of m > 0",
        )?;
        for (name, loss_db) in [
            ("coupler loss", self.coupler_loss_db),
            ("coupler loss sigma", self.coupler_loss_sigma_db),
            ("phase shifter loss", self.shifter_loss_db),
            ("phase shifter loss sigma", self.shifter_loss_sigma_db),
            ("crossing loss", self.crossing_loss_db),
            ("crossing loss sigma", self.crossing_loss_sigma_db),
        ] {
            within(name, loss_db, 0.0..100.0, "in [0, 100) dB")?;
        }
        within(
            "waveguide loss",
            self.waveguide_loss_db_per_m,
            0.0..1e4,
            "in [0, 10000) dB/m",
        )?;
        within(
            "relative waveguide loss sigma",
            self.waveguide_loss_relative_sigma,
            0.0..10.0,
            "a share of the mean loss in [0, 10)",
        )?;
        for (name, length_m) in [
            ("MZI length", self.mzi_length_m),
            ("port pitch", self.port_pitch_m),
        ] {
            within(name, length_m, f64::MIN_POSITIVE..1.0, "in (0, 1) m")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_end_where_they_say() {
        let ideal = MeshProcess::ideal();
        assert_eq!(ideal.check(), Ok(()));
        type Set = fn(&mut MeshProcess, f64);
        let keys: [(Set, f64, f64); 13] = [
            (|p, x| p.splitter_error_sigma_rad = x, 0.0, 0.786),
            (|p, x| p.splitter_correlation = x, 1.0, 1.0 + 1e-15),
            (|p, x| p.splitter_correlation_length_m = x, 1e9, 0.0),
            (|p, x| p.coupler_loss_db = x, 99.9, 100.0),
            (|p, x| p.coupler_loss_sigma_db = x, 99.9, 100.0),
            (|p, x| p.shifter_loss_db = x, 99.9, 100.0),
            (|p, x| p.shifter_loss_sigma_db = x, 99.9, 100.0),
            (|p, x| p.crossing_loss_db = x, 99.9, 100.0),
            (|p, x| p.crossing_loss_sigma_db = x, 99.9, 100.0),
            (|p, x| p.waveguide_loss_db_per_m = x, 9999.0, 1e4),
            (|p, x| p.waveguide_loss_relative_sigma = x, 9.9, 10.0),
            (|p, x| p.mzi_length_m = x, 0.9, 0.0),
            (|p, x| p.port_pitch_m = x, 1e-9, 0.0),
        ];
        for (key, (set, good, bad)) in keys.into_iter().enumerate() {
            let mut process = ideal;
            set(&mut process, good);
            assert_eq!(process.check(), Ok(()), "{key}");
            for bad in [bad, -1e-3, f64::NAN, f64::INFINITY] {
                let mut process = ideal;
                set(&mut process, bad);
                assert!(process.check().is_err(), "{key}: {bad}");
            }
        }
    }
}
