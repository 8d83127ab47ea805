//! The figures of a bench, for people and for programs.

use super::timing::median;
use crate::table::grouped;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use std::fmt;

/// A figure over the turns.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Spread {
    median: f64,
    minimum: f64,
    maximum: f64,
}

impl Spread {
    /// Of no values all are NaN, which JSON shows as null.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.collect();
        values.sort_by(f64::total_cmp);
        Self {
            median: median(&values).unwrap_or(f64::NAN),
            minimum: values.first().copied().unwrap_or(f64::NAN),
            maximum: values.last().copied().unwrap_or(f64::NAN),
        }
    }
}

/// The figures of one mesh size.
#[derive(Debug, Serialize)]
pub(super) struct Size {
    pub(super) ports: usize,
    pub(super) mzis: usize,
    pub(super) operations_per_mzi_sample: usize,
    pub(super) one_thread_g_per_s: Spread,
    pub(super) share_of_peak: Spread,
    pub(super) all_threads_g_per_s: Spread,
    pub(super) speedup: Spread,
    pub(super) lossy_share_of_peak: Spread,
    pub(super) step_ms: Spread,
    pub(super) two_propagations_ms: Spread,
    pub(super) step_over_propagations: Spread,
    pub(super) all_threads_step_ms: Spread,
    pub(super) all_threads_step_over_propagations: Spread,
    pub(super) full_g_per_s: Spread,
    pub(super) full_over_ideal_rate: Spread,
    pub(super) ideal_pass_ms: Spread,
    pub(super) full_pass_ms: Spread,
    pub(super) full_over_ideal_pass_rate: Spread,
    pub(super) ideal_programming_ms: Spread,
    pub(super) full_programming_ms: Spread,
    pub(super) full_over_ideal_programming: Spread,
    /// Largest resident memory until the steps of this size were done.
    pub(super) step_resident_mib: Option<f64>,
    #[serde(skip)]
    pub(super) peaks: Vec<f64>,
}

/// The figures of a bench.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) simd: String,
    pub(super) threads: usize,
    pub(super) batch: usize,
    pub(super) turns: usize,
    pub(super) peak_gfma_per_s: Spread,
    pub(super) peak_resident_mib: Option<f64>,
    pub(super) sizes: Vec<Size>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peak = &self.peak_gfma_per_s;
        writeln!(
            f,
            "peak of one thread: {:.1} G fused multiply-adds/s in f32 ({:.1} to {:.1}), {}",
            peak.median, peak.minimum, peak.maximum, self.simd
        )?;
        writeln!(f, "\nPropagation of {} samples, f32", self.batch)?;
        let mut table = table([
            "ports",
            "MZIs",
            "G MZI-samples/s",
            "of peak",
            &format!("on {} threads", self.threads),
            "speed-up",
            "lossy, of peak",
        ]);
        for size in &self.sizes {
            table.add_row([
                size.ports.to_string(),
                grouped(size.mzis as u64),
                format!("{:.2}", size.one_thread_g_per_s.median),
                percent(&size.share_of_peak),
                format!("{:.2}", size.all_threads_g_per_s.median),
                format!("{:.2}", size.speedup.median),
                percent(&size.lossy_share_of_peak),
            ]);
        }
        align(&mut table);
        writeln!(f, "{table}")?;
        writeln!(
            f,
            "\nWhole step: draw, program twice, query twice, losses, update"
        )?;
        let mut table = self::table([
            "ports",
            "step ms",
            "2 propagations ms",
            "ratio",
            &format!("step ms on {} threads", self.threads),
            "ratio",
        ]);
        for size in &self.sizes {
            table.add_row([
                size.ports.to_string(),
                format!("{:.3}", size.step_ms.median),
                format!("{:.3}", size.two_propagations_ms.median),
                format!("{:.2}", size.step_over_propagations.median),
                format!("{:.3}", size.all_threads_step_ms.median),
                format!("{:.2}", size.all_threads_step_over_propagations.median),
            ]);
        }
        align(&mut table);
        writeln!(f, "{table}")?;
        writeln!(
            f,
            "\nChip with all effects on, and its speed or cost against the ideal chip, one thread"
        )?;
        let mut table = self::table([
            "ports",
            "G MZI-samples/s",
            "of ideal",
            "pass ms",
            "of ideal",
            "programming ms",
            "x ideal",
        ]);
        for size in &self.sizes {
            table.add_row([
                size.ports.to_string(),
                format!("{:.2}", size.full_g_per_s.median),
                percent(&size.full_over_ideal_rate),
                format!("{:.3}", size.full_pass_ms.median),
                percent(&size.full_over_ideal_pass_rate),
                format!("{:.3}", size.full_programming_ms.median),
                format!("{:.1}", size.full_over_ideal_programming.median),
            ]);
        }
        align(&mut table);
        writeln!(f, "{table}")?;
        write!(
            f,
            "medians of {} turns; operations counted: 12 per MZI-sample, lossy 16",
            self.turns
        )?;
        let steps = self.sizes.last().and_then(|size| size.step_resident_mib);
        if let (Some(steps), Some(all)) = (steps, self.peak_resident_mib) {
            write!(
                f,
                "\npeak resident memory {steps:.0} MiB in the steps, {all:.0} MiB with all chips at once"
            )?;
        }
        Ok(())
    }
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(header);
    table
}

fn align(table: &mut Table) {
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn percent(share: &Spread) -> String {
    format!("{:.0} %", 100.0 * share.median)
}
