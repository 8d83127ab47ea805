//! From the laser to the ports of the first mesh.

use super::drive::Drive;
use super::ensemble::{Ensemble, Kind};
use super::power::Power;
use crate::design::ChipDesign;
use crate::process::Faults;
use crate::source::Source;
use crate::units::{loss_db_to_power_ratio, power_ratio_to_db};
use std::collections::BTreeSet;

/// The way of the light to one port. `laser` less all losses is `input`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaunchBudget {
    /// At the laser's output.
    pub laser: Power,
    /// 10 log10 N in dB: the light is shared by N ports.
    pub splitting_db: f64,
    /// Excess loss of all 1 x 2 splits on the way, in dB.
    pub tree_excess_db: f64,
    /// Loss between laser and chip in dB.
    pub coupling_db: f64,
    /// Insertion loss of the modulator in dB.
    pub modulator_db: f64,
    /// At a port whose modulator is fully open.
    pub full_scale: Power,
    /// Data back-off in dB: by how much the mean power behind the modulators, over ports and samples,
    /// is below full scale. What leaks through closed modulators counts as light.
    pub drive_db: f64,
    /// Light missing at open ports in dB, if these are driven like the others.
    pub open_ports_db: f64,
    /// Into the first mesh: mean over ports and samples.
    pub input: Power,
}

impl LaunchBudget {
    /// All losses from the laser to the first mesh in dB.
    pub fn loss_db(&self) -> f64 {
        self.splitting_db
            + self.tree_excess_db
            + self.coupling_db
            + self.modulator_db
            + self.drive_db
            + self.open_ports_db
    }
}

/// The budget of the source, and the power at the ports for every kind of sample.
pub(super) fn launch(
    design: &ChipDesign,
    faults: &Faults,
    drive: &Drive,
) -> (LaunchBudget, Ensemble) {
    let (source, ports) = (&design.source, design.ports());
    let open: BTreeSet<_> = faults.open_ports.iter().collect();
    let connected = 1.0 - open.len() as f64 / ports as f64;
    let leakage = source
        .modulator_extinction_ratio_db
        .map_or(0.0, loss_db_to_power_ratio);
    let relative = |mean_square: f64| (1.0 - leakage).mul_add(mean_square, leakage);
    let full_scale_w = source.port_power_w(ports);
    let kinds = drive.levels().iter().map(|level| Kind {
        share: level.share,
        ln_w: libm::log(full_scale_w * connected * relative(level.mean_square)),
    });
    let ensemble = Ensemble::new(kinds.collect());
    let launch = LaunchBudget {
        laser: Power::from_w(source.laser_power_w(ports)),
        splitting_db: power_ratio_to_db(ports as f64),
        tree_excess_db: f64::from(Source::tree_depth(ports)) * source.tree_excess_loss_db,
        coupling_db: source.coupling_loss_db,
        modulator_db: source.modulator_insertion_loss_db,
        full_scale: Power::from_w(full_scale_w),
        drive_db: -power_ratio_to_db(relative(drive.mean_square())),
        // Not minus 0.
        open_ports_db: 0.0 - power_ratio_to_db(connected),
        input: ensemble.mean(),
    };
    (launch, ensemble)
}
