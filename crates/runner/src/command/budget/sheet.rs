//! The budget for people: tables that fit 100 columns.

use crate::caution::Caution;
use crate::table::grouped;
use comfy_table::{CellAlignment, Table, presets};
use photonics::budget::{LayerBudget, LinkBudget, MeshBudget, ReadoutBudget};
use photonics::design::{ChipDesign, Readout};
use std::fmt;

/// A budget with what explains it.
pub(super) struct Sheet<'a> {
    pub(super) name: &'a str,
    /// Over which images the means are.
    pub(super) images: String,
    pub(super) design: &'a ChipDesign,
    pub(super) budget: &'a LinkBudget,
    pub(super) cautions: &'a [Caution],
}

impl fmt::Display for Sheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layers = &self.budget.layers;
        writeln!(
            f,
            "Link budget of {}: {} ports, {} layers\npowers are means per port over the {}",
            self.name,
            grouped(self.budget.ports as u64),
            layers.len(),
            self.images
        )?;
        writeln!(f, "\nFrom the laser to a port\n{}", self.launch())?;
        writeln!(f, "\nLayer by layer\n{}", self.layers())?;
        if layers.iter().any(|layer| layer.mesh.total_db() != 0.0) {
            writeln!(f, "\nLoss of a mesh, in dB\n{}", meshes(layers))?;
        }
        if layers.len() > 1 {
            writeln!(f, "\nFrom a layer to the next\n{}", activations(layers))?;
        }
        writeln!(
            f,
            "\nOne readout ({}), in A\n{}",
            self.readout(),
            currents(layers)
        )?;
        if layers.iter().all(|layer| layer.readout.floor.is_none()) {
            writeln!(f, "\nno noise is switched on: there is no floor and no SNR")?;
        }
        write!(f, "\n{NOTES}")?;
        if !self.cautions.is_empty() {
            writeln!(f)?;
        }
        for caution in self.cautions {
            write!(f, "\n{caution}")?;
        }
        Ok(())
    }
}

const NOTES: &str = "\
SNR          20 log10(signal / all noise), electrical, of one readout; signal: mean photocurrent
             from light alone (homodyne: rms)
floor        power on a photodiode whose signal equals the noise
bits         effective number of bits, (SNR - 1.76 dB) / 6.02 dB
loss         of the mean power; mean T: transmission, every port and image counting the same
meshes are taken as Haar-random (but for rectangular and triangular ones of plain MZIs, MZI by MZI);
every row is explained in docs/link-budget.md";

impl Sheet<'_> {
    fn launch(&self) -> Table {
        let launch = &self.budget.launch;
        let mut table = table(["", "loss\ndB", "power\ndBm"]);
        let mut row = |what: &str, loss_db: Option<f64>, dbm: Option<f64>| {
            table.add_row([what.to_owned(), optional(loss_db), optional(dbm)]);
        };
        row("laser", None, Some(launch.laser.dbm()));
        let ports = self.budget.ports;
        row(
            &format!("splitting 1/{ports}"),
            Some(launch.splitting_db),
            None,
        );
        row("excess loss of the tree", Some(launch.tree_excess_db), None);
        row("coupling", Some(launch.coupling_db), None);
        row("modulator", Some(launch.modulator_db), None);
        row("port, full scale", None, Some(launch.full_scale.dbm()));
        let drive = format!(
            "mean drive of the data, a² = {:.3}",
            self.budget.mean_square_drive
        );
        row(&drive, Some(launch.drive_db), None);
        if launch.open_ports_db != 0.0 {
            row("open ports", Some(launch.open_ports_db), None);
        }
        row("into the first mesh", None, Some(launch.input.dbm()));
        align(table)
    }

    fn layers(&self) -> Table {
        let layers = &self.budget.layers;
        let mut table = table([
            "layer",
            "input\ndBm",
            "mesh loss\ndB",
            "output\ndBm",
            "photodiode\ndBm",
            "floor\ndBm",
            "SNR\ndB",
            "bits",
            "activation\nloss dB",
        ]);
        for (number, layer) in (1..).zip(layers) {
            let readout = &layer.readout;
            let activation = layer.activation;
            table.add_row([
                format!("{number}"),
                db(layer.input.dbm()),
                db(layer.mesh.total_db()),
                db(layer.output.dbm()),
                db(layer.detected.dbm()),
                optional(readout.floor.map(|floor| floor.dbm())),
                optional(readout.snr_db),
                readout.effective_bits().map_or_else(String::new, bits),
                optional(activation.map(|activation| activation.loss_db)),
            ]);
        }
        align(table)
    }

    fn readout(&self) -> &'static str {
        match self.design.layers.first().map(|layer| layer.readout) {
            Some(Readout::Signed) => "balanced photodiodes of two ports",
            Some(Readout::Homodyne) => "homodyne",
            _ => "photodiode",
        }
    }
}

fn meshes(layers: &[LayerBudget]) -> Table {
    let mut table = table([
        "layer",
        "couplers",
        "phase shifters",
        "waveguides",
        "crossings",
        "attenuators",
        "all",
    ]);
    let mut row = |label: String, mesh: &MeshBudget| {
        table.add_row([
            label,
            db(mesh.couplers_db),
            db(mesh.shifters_db),
            db(mesh.waveguides_db),
            db(mesh.crossings_db),
            db(mesh.absorbers_db),
            db(mesh.total_db()),
        ]);
    };
    match layers {
        [first, rest @ ..] if rest.iter().all(|layer| layer.mesh == first.mesh) => {
            row("each".into(), &first.mesh);
        }
        _ => {
            for (number, layer) in (1..).zip(layers) {
                row(format!("{number}"), &layer.mesh);
            }
        }
    }
    align(table)
}

fn activations(layers: &[LayerBudget]) -> Table {
    let mut table = table([
        "behind\nlayer",
        "output\ndBm",
        "tapped\ndBm",
        "tap loss\ndB",
        "activation\nin dBm",
        "loss\ndB",
        "mean T\ndB",
        "activation\nout dBm",
        "noise light\nW",
    ]);
    for (number, layer) in (1..).zip(layers) {
        if let Some(activation) = layer.activation {
            table.add_row([
                format!("{number}"),
                db(layer.output.dbm()),
                if layer.tapped.is_dark() {
                    String::new()
                } else {
                    db(layer.tapped.dbm())
                },
                db(layer.tap_loss_db),
                db(activation.input.dbm()),
                db(activation.loss_db),
                optional(activation.mean_transmission_loss_db.map(|loss_db| -loss_db)),
                db(activation.output.dbm()),
                small(activation.noise_light_w),
            ]);
        }
    }
    align(table)
}

/// Causes that no layer has are left out.
fn currents(layers: &[LayerBudget]) -> Table {
    type Current = fn(&ReadoutBudget) -> f64;
    let all: [(&str, Current); 8] = [
        ("signal", |r| r.signal_a),
        ("dark, stray", |r| r.dark_a + r.stray_a),
        ("shot", |r| r.shot_a),
        ("thermal", |r| r.thermal_a),
        ("RIN", |r| r.rin_a),
        ("optical", |r| r.optical_a),
        ("ADC", |r| r.adc_a),
        ("all noise", ReadoutBudget::noise_a),
    ];
    let shown: Vec<_> = all
        .into_iter()
        .filter(|(_, current)| layers.iter().any(|layer| current(&layer.readout) != 0.0))
        .collect();
    let mut table = table(["layer"]);
    table.set_header(
        ["layer"]
            .into_iter()
            .chain(shown.iter().map(|(name, _)| *name)),
    );
    for (number, layer) in (1..).zip(layers) {
        let row = shown
            .iter()
            .map(|(_, current)| small(current(&layer.readout)));
        table.add_row([format!("{number}")].into_iter().chain(row));
    }
    align(table)
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(header);
    table
}

/// Numbers to the right, what they are of to the left.
fn align(mut table: Table) -> Table {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A level or a ratio with two digits after the point.
fn db(value: f64) -> String {
    if value == f64::NEG_INFINITY {
        "dark".into()
    } else if value.abs() < 0.005 {
        // Not "-0.00".
        "0.00".into()
    } else {
        format!("{value:.2}")
    }
}

/// Nothing where there is no number.
fn optional(value: Option<f64>) -> String {
    value.map_or_else(String::new, db)
}

/// A current, or a small power, with three digits.
fn small(value: f64) -> String {
    if value == 0.0 {
        "0".into()
    } else {
        format!("{value:.2e}")
    }
}

/// Bits; what is below the noise has none.
fn bits(value: f64) -> String {
    format!("{:.1}", value.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(db(-0.001), "0.00");
        assert_eq!(db(-33.456), "-33.46");
        assert_eq!(db(f64::NEG_INFINITY), "dark");
        assert_eq!(optional(None), "");
        assert_eq!(small(0.0), "0");
        assert_eq!(small(2.816e-6), "2.82e-6");
        assert_eq!(bits(-12.0), "0.0");
    }
}
