//! Modulators: from drives to field amplitudes at the ports (see [`crate::source`]).

use crate::source::Source;
use crate::units::loss_db_to_power_ratio;
use numerics::vectorize;

/// What the modulators make of the amplitudes asked for.
#[derive(Debug)]
pub(crate) struct Encoder {
    ports: usize,
    /// 2^bits - 1.
    steps: Option<f32>,
    /// 1 / ER.
    leakage: Option<f32>,
    open_ports: Vec<usize>,
    fields: Vec<f32>,
}

impl Encoder {
    pub(crate) fn new(source: &Source, ports: usize, open_ports: &[usize]) -> Self {
        Self {
            ports,
            steps: source
                .modulator_dac_bits
                .map(|bits| ((1_u32 << bits) - 1) as f32),
            leakage: source
                .modulator_extinction_ratio_db
                .map(|ratio| loss_db_to_power_ratio(ratio) as f32),
            open_ports: open_ports.to_vec(),
            fields: Vec::new(),
        }
    }

    /// Field amplitudes relative to full scale for row-major drives, samples x ports, where the laser's
    /// amplitude may differ from sample to sample. Ideal modulators at a steady laser: the drives
    /// themselves.
    pub(crate) fn encode<'a>(&'a mut self, drives: &'a [f32], light: Option<&[f32]>) -> &'a [f32] {
        let ideal = self.steps.is_none() && self.leakage.is_none();
        if ideal && light.is_none() && self.open_ports.is_empty() {
            return drives;
        }
        let Self {
            ports,
            steps,
            leakage,
            open_ports,
            fields,
        } = self;
        fields.resize(drives.len(), 0.0);
        let rows = Rows {
            ports: *ports,
            drives,
            light,
        };
        vectorize(
            #[inline(always)]
            || match (*steps, *leakage) {
                (None, None) => rows.map(
                    fields,
                    #[inline(always)]
                    |x| x,
                ),
                (Some(steps), None) => rows.map(
                    fields,
                    #[inline(always)]
                    |x| (clip(x) * steps).round_ties_even() / steps,
                ),
                (None, Some(leakage)) => rows.map(
                    fields,
                    #[inline(always)]
                    |x| ((1.0 - leakage) * clip(x)).mul_add(clip(x), leakage).sqrt(),
                ),
                (Some(steps), Some(leakage)) => {
                    // Without a division per drive.
                    let slope = (1.0 - leakage) / (steps * steps);
                    rows.map(
                        fields,
                        #[inline(always)]
                        |x| {
                            let code = (clip(x) * steps).round_ties_even();
                            (slope * code).mul_add(code, leakage).sqrt()
                        },
                    );
                }
            },
        );
        for row in fields.chunks_exact_mut(*ports) {
            open_ports.iter().for_each(|&port| row[port] = 0.0);
        }
        fields
    }
}

/// Drives, samples x ports, and the laser's amplitude for each sample.
struct Rows<'a> {
    ports: usize,
    drives: &'a [f32],
    light: Option<&'a [f32]>,
}

impl Rows<'_> {
    /// Writes to `fields` what `modulate` makes of each drive at the sample's amplitude.
    #[inline(always)]
    fn map(&self, fields: &mut [f32], modulate: impl Fn(f32) -> f32) {
        let rows = self.drives.chunks_exact(self.ports);
        for (i, (row, fields)) in rows.zip(fields.chunks_exact_mut(self.ports)).enumerate() {
            let light = self.light.and_then(|light| light.get(i));
            let amplitude = light.copied().unwrap_or(1.0);
            for (field, &drive) in fields.iter_mut().zip(row) {
                *field = modulate(drive) * amplitude;
            }
        }
    }
}

/// A drive in 0..=1. Not f32::clamp, which may panic and thus keeps a loop from being vectorised.
#[inline(always)]
fn clip(drive: f32) -> f32 {
    let above = if drive < 0.0 { 0.0 } else { drive };
    if above > 1.0 { 1.0 } else { above }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoder(ratio_db: Option<f64>, bits: Option<u8>, open_ports: &[usize]) -> Encoder {
        let source = Source {
            modulator_extinction_ratio_db: ratio_db,
            modulator_dac_bits: bits,
            ..Source::ideal(1e-3)
        };
        source.check(4).unwrap();
        Encoder::new(&source, 4, open_ports)
    }

    proptest! {
        #[test]
        fn a_modulator_leaks_and_rounds(
            a in 0.0..1.0_f32, ratio_db in 3.0..60.0_f64, bits in 1_u8..=24,
        ) {
            let drives = [a, 0.0, 1.0, -0.5];
            let steps = f64::from((1_u32 << bits) - 1);
            let rounded = |a: f32| (f64::from(a) * steps).round() / steps;
            let mut quantised = encoder(None, Some(bits), &[]);
            let fields = quantised.encode(&drives, None);
            prop_assert!((f64::from(fields[0]) - f64::from(a)).abs() <= 0.5001 / steps + 1e-7);
            prop_assert_eq!(&fields[1..], &[0.0, 1.0, 0.0][..]);
            let leakage = 10_f64.powf(-ratio_db / 10.0);
            let mut leaking = encoder(Some(ratio_db), None, &[]);
            let fields = leaking.encode(&drives, None).to_vec();
            let power = |x: f32| f64::from(x).powi(2);
            prop_assert!((power(fields[0]) - (leakage + (1.0 - leakage) * power(a))).abs() < 1e-6);
            prop_assert!((power(fields[1]) / leakage - 1.0).abs() < 1e-6);
            prop_assert!((fields[2] - 1.0).abs() < 1e-6 && fields[3] == fields[1]);
            let mut both = encoder(Some(ratio_db), Some(bits), &[]);
            let fields = both.encode(&drives, None);
            // A drive halfway between two codes may be rounded to either.
            let near = [a.next_down(), a, a.next_up()].map(|a| {
                let expected = leakage + (1.0 - leakage) * rounded(a).powi(2);
                (power(fields[0]) - expected).abs()
            });
            prop_assert!(near.iter().any(|off| *off < 1e-6));
            prop_assert!((fields[2] - 1.0).abs() < 1e-6 && fields[3] == fields[1]);
        }
    }

    #[test]
    fn ideal_modulators_pass_every_drive_as_it_is() {
        let drives = [-3.0, 0.3, 7.0, 0.1];
        let mut ideal = encoder(None, None, &[]);
        assert_eq!(ideal.encode(&drives, None).as_ptr(), drives.as_ptr());
    }

    #[test]
    fn open_ports_are_dark_and_the_laser_is_common() {
        let drives = [0.2, 0.4, 0.6, 0.8, 0.2, 0.4, 0.6, 0.8];
        let mut encoder = encoder(None, None, &[1]);
        assert_eq!(
            encoder.encode(&drives, Some(&[1.0, 0.5])),
            [0.2, 0.0, 0.6, 0.8, 0.1, 0.0, 0.3, 0.4]
        );
    }
}
