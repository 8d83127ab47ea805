//! From the wall plug to the ports of the first mesh: laser, splitting tree, modulators.
//!
//! ```text
//!  laser --[coupler]--[1 x 2]--[1 x 2]-- .. --[modulator]--> port
//! ```
//!
//! # Power
//! Every port gets the same: P_port = P_laser / N, less the coupling loss, the excess loss of a
//! 1 x 2 split times ceil(log2 N), the depth of the tree, and the modulator's insertion loss.
//!
//! # Drive
//! The modulator is a Mach-Zehnder in push-pull, driven so that its field follows the drive a in
//! 0..=1: a = cos(phi / 2). A converter of b bits rounds a to a multiple of 1 / (2^b - 1). Arms of
//! unequal amplitudes (1 +- g) / 2 leave the power cos^2(phi/2) + g^2 sin^2(phi/2), so with the
//! extinction ratio ER = 1 / g^2 the field's modulus is sqrt(1/ER + (1 - 1/ER) a^2) of full scale; its
//! phase is taken as calibrated to 0.
//!
//! # Intensity noise
//! The relative power of one sample is 1 + e with e normal of variance 10^(RIN/10) B, where B is the
//! receivers' bandwidth (Agrawal, Fiber-Optic Communication Systems, section on receiver noise). It is
//! one number per sample: common to all ports, to all taps of the pass, and to the local oscillators.
//! In a balanced difference R (P1 - P2) only R (P1 - P2) e remains, nothing where the powers are equal.

use crate::design::{DesignError, within};
use crate::detector::ReceiverNoise;
use crate::units::loss_db_to_power_ratio;
use numerics::normal::fill_standard_normal_f32;
use numerics::{Streams, vectorize};

/// The light source, its splitting tree and its modulators.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    /// The power, stated at the laser or at a port.
    pub power: SourcePower,
    /// Relative intensity noise of the laser in dB/Hz (one-sided), or none. It counts only where the
    /// receivers have noise.
    pub rin_db_per_hz: Option<f64>,
    /// Optical over electrical power of the laser, in (0, 1].
    pub wall_plug_efficiency: f64,
    /// Excess loss of one 1 x 2 split in dB, >= 0.
    pub tree_excess_loss_db: f64,
    /// Loss between laser and chip in dB, >= 0 (grating or edge coupler).
    pub coupling_loss_db: f64,
    /// Insertion loss of a modulator in dB, >= 0.
    pub modulator_insertion_loss_db: f64,
    /// Power at full drive over power without drive in dB, > 0, or infinite.
    pub modulator_extinction_ratio_db: Option<f64>,
    /// Bits of the converter that drives a modulator, 1..=24, or none. With it, or with a finite
    /// extinction ratio, a drive outside 0..=1 is clipped.
    pub modulator_dac_bits: Option<u8>,
}

/// Where the power of a source is stated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SourcePower {
    /// At the laser's output.
    Laser {
        /// In W, > 0.
        power_w: f64,
    },
    /// At a port behind its fully open modulator: the laser is as strong as that needs.
    Port {
        /// In W, > 0.
        power_w: f64,
    },
}

impl Source {
    /// A power at each port in W; no loss, no noise, ideal modulators.
    pub const fn ideal(port_power_w: f64) -> Self {
        Self {
            power: SourcePower::Port {
                power_w: port_power_w,
            },
            rin_db_per_hz: None,
            wall_plug_efficiency: 1.0,
            tree_excess_loss_db: 0.0,
            coupling_loss_db: 0.0,
            modulator_insertion_loss_db: 0.0,
            modulator_extinction_ratio_db: None,
            modulator_dac_bits: None,
        }
    }

    /// Power at each of `ports` ports in W when its modulator is fully open.
    ///
    /// ```
    /// use photonics::source::{Source, SourcePower};
    /// let source = Source {
    ///     power: SourcePower::Laser { power_w: 0.1 },
    ///     coupling_loss_db: 1.0,
    ///     tree_excess_loss_db: 0.1,
    ///     modulator_insertion_loss_db: 3.0,
    ///     ..Source::ideal(0.0)
    /// };
    /// // 100 mW = 20 dBm; 64 ways are 18.06 dB; six splits.
    /// let expected_dbm = 20.0 - 18.0618 - 1.0 - 6.0 * 0.1 - 3.0;
    /// let found_dbm = photonics::units::w_to_dbm(source.port_power_w(64));
    /// assert!((found_dbm - expected_dbm).abs() < 1e-4);
    /// ```
    pub fn port_power_w(&self, ports: usize) -> f64 {
        match self.power {
            SourcePower::Laser { power_w } => power_w * self.share(ports),
            SourcePower::Port { power_w } => power_w,
        }
    }

    /// Power of the laser in W.
    pub fn laser_power_w(&self, ports: usize) -> f64 {
        match self.power {
            SourcePower::Laser { power_w } => power_w,
            SourcePower::Port { power_w } => power_w / self.share(ports),
        }
    }

    /// Electrical power that the laser takes, in W.
    pub fn electrical_power_w(&self, ports: usize) -> f64 {
        self.laser_power_w(ports) / self.wall_plug_efficiency
    }

    /// The part of the laser's power that arrives at one port.
    fn share(&self, ports: usize) -> f64 {
        let loss_db = self.coupling_loss_db
            + f64::from(Self::tree_depth(ports)) * self.tree_excess_loss_db
            + self.modulator_insertion_loss_db;
        loss_db_to_power_ratio(loss_db) / ports as f64
    }

    /// 1 x 2 splits between the laser and each of `ports` ports: ceil(log2 N).
    pub(crate) fn tree_depth(ports: usize) -> u32 {
        ports.next_power_of_two().trailing_zeros()
    }

    /// Standard deviation of the relative power within a receiver's bandwidth; 0 without noise.
    pub fn relative_power_sigma(&self, noise: Option<&ReceiverNoise>) -> f64 {
        match (noise, self.rin_db_per_hz) {
            (Some(noise), Some(rin_db_per_hz)) if noise.rin => {
                // 10^(x/10), as of a loss of -x dB.
                let density = loss_db_to_power_ratio(-rin_db_per_hz);
                (density * noise.response.noise_bandwidth_hz()).sqrt()
            }
            _ => 0.0,
        }
    }

    /// Checks that every value is in its range for a chip with `ports` ports.
    ///
    /// # Errors
    /// The first value that is not.
    pub fn check(&self, ports: usize) -> Result<(), DesignError> {
        for (name, loss_db) in [
            ("splitting tree excess loss", self.tree_excess_loss_db),
            ("coupling loss", self.coupling_loss_db),
            ("modulator insertion loss", self.modulator_insertion_loss_db),
        ] {
            within(name, loss_db, 0.0..100.0, "in [0, 100) dB")?;
        }
        let power = f64::MIN_POSITIVE..1e3;
        if let SourcePower::Laser { power_w } = self.power {
            within("laser power", power_w, power.clone(), "in (0, 1000) W")?;
        }
        let port_power_w = self.port_power_w(ports);
        within("port power", port_power_w, power, "in (0, 1000) W")?;
        within(
            "wall-plug efficiency",
            self.wall_plug_efficiency,
            1e-9..1.0 + f64::EPSILON,
            "in (0, 1]",
        )?;
        if let Some(rin) = self.rin_db_per_hz {
            within(
                "relative intensity noise",
                rin,
                -400.0..0.0,
                "in [-400, 0) dB/Hz",
            )?;
        }
        if let Some(ratio) = self.modulator_extinction_ratio_db {
            within(
                "modulator extinction ratio",
                ratio,
                f64::MIN_POSITIVE..300.0,
                "in (0, 300) dB",
            )?;
        }
        if let Some(bits) = self.modulator_dac_bits {
            within(
                "modulator DAC bits",
                bits.into(),
                1.0..25.0,
                "in 1..=24 bits",
            )?;
        }
        Ok(())
    }
}

/// The power fluctuation of the laser, one number per sample.
#[derive(Debug)]
pub(crate) struct LaserNoise {
    /// Standard deviation of the relative power, of the mean over repeated readouts.
    sigma: f64,
    streams: Streams,
    normal: Vec<f32>,
    amplitudes: Vec<f32>,
}

impl LaserNoise {
    /// # Errors
    /// A fluctuation so large that a normal distribution would make the power negative.
    pub(crate) fn new(
        source: &Source,
        noise: Option<&ReceiverNoise>,
        averages: u32,
        streams: Streams,
    ) -> Result<Self, DesignError> {
        let sigma = source.relative_power_sigma(noise);
        within(
            "relative power fluctuation sqrt(10^(RIN/10) B)",
            sigma,
            0.0..0.2,
            "below 0.2: lower the relative intensity noise or the bandwidth",
        )?;
        Ok(Self {
            sigma: sigma / f64::from(averages).sqrt(),
            streams,
            normal: Vec::new(),
            amplitudes: Vec::new(),
        })
    }

    /// sqrt(1 + e) of every sample of a query, by which its fields are larger; `None` without noise.
    pub(crate) fn draw(&mut self, query: u64, samples: usize) -> Option<&[f32]> {
        if self.sigma == 0.0 {
            return None;
        }
        self.normal.resize(samples, 0.0);
        self.amplitudes.resize(samples, 0.0);
        fill_standard_normal_f32(
            &mut self.streams.derive("rin", query, 0),
            &mut self.normal[..samples],
        );
        let (sigma, amplitudes) = (self.sigma, &mut self.amplitudes[..samples]);
        vectorize(
            #[inline(always)]
            || {
                for (amplitude, z) in amplitudes.iter_mut().zip(&self.normal) {
                    *amplitude = sigma.mul_add(f64::from(*z), 1.0).max(0.0).sqrt() as f32;
                }
            },
        );
        Some(&self.amplitudes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn power_at_a_port_and_at_the_laser_agree(
            ports in 1_usize..5000, power_w in 1e-6..1.0_f64,
            tree in 0.0..0.5_f64, coupling in 0.0..3.0_f64, modulator in 0.0..6.0_f64,
        ) {
            let source = Source {
                tree_excess_loss_db: tree,
                coupling_loss_db: coupling,
                modulator_insertion_loss_db: modulator,
                wall_plug_efficiency: 0.2,
                ..Source::ideal(power_w)
            };
            prop_assert_eq!(source.port_power_w(ports), power_w);
            let laser_w = source.laser_power_w(ports);
            let back = Source { power: SourcePower::Laser { power_w: laser_w }, ..source };
            prop_assert!((back.port_power_w(ports) / power_w - 1.0).abs() < 1e-14);
            // All ports together get at most what the laser gives.
            prop_assert!(ports as f64 * power_w <= laser_w * (1.0 + 1e-14));
            prop_assert!((source.electrical_power_w(ports) / laser_w - 5.0).abs() < 1e-14);
            let splits = (ports as f64).log2().ceil();
            let loss_db = coupling + modulator + splits * tree;
            let expected = laser_w / ports as f64 * 10_f64.powf(-loss_db / 10.0);
            prop_assert!((power_w / expected - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_laser_fluctuates_as_its_data_sheet_says() {
        let n = 1_000_000;
        let source = Source {
            rin_db_per_hz: Some(-130.0),
            ..Source::ideal(1e-3)
        };
        let noise = ReceiverNoise::new(1e9, 50.0, 300.0);
        for (averages, variance) in [(1, 1e-4), (4, 0.25e-4)] {
            let mut laser =
                LaserNoise::new(&source, Some(&noise), averages, Streams::new(1)).unwrap();
            let first = laser.draw(1, n).unwrap().to_vec();
            let power = |x: &f32| f64::from(*x).powi(2) - 1.0;
            let found = first.iter().map(|x| power(x).powi(2)).sum::<f64>() / n as f64;
            assert!((found / variance - 1.0).abs() < 0.02, "{found}");
            let mean = first.iter().map(power).sum::<f64>() / n as f64;
            assert!(
                mean.abs() < 5.0 * (variance / n as f64).sqrt() + 1e-7,
                "{mean}"
            );
            // A smaller query is the beginning of a larger one; another query is another draw.
            assert_eq!(laser.draw(1, 10).unwrap()[..10], first[..10]);
            assert_ne!(laser.draw(2, 10).unwrap()[..10], first[..10]);
        }
        let silent = ReceiverNoise {
            rin: false,
            ..noise
        };
        for noise in [None, Some(&silent)] {
            let mut laser = LaserNoise::new(&source, noise, 1, Streams::new(1)).unwrap();
            assert!(laser.draw(1, n).is_none());
        }
        let loud = Source {
            rin_db_per_hz: Some(-80.0),
            ..source
        };
        assert!(LaserNoise::new(&loud, Some(&noise), 1, Streams::new(1)).is_err());
    }
}
