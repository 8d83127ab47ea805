//! From fields at a tap to mean currents, and back.
//!
//! With kappa the part of the power that the tap takes and R the responsivity, for a cotangent y of a
//! readout
//!
//! ```text
//! intensity  I = kappa R |E|^2 + I_dark            g += 2 y kappa R E
//! signed     the difference of two of these        g += +-2 y kappa R E
//! homodyne   I = (R+ - R-) (kappa |E|^2 + |L|^2) / 2 + (R+ + R-) sqrt(kappa) Re(E L*) + I_dark+ - I_dark-
//!                                                  g += y ((R+ - R-) kappa E + (R+ + R-) sqrt(kappa) L)
//! ```

use crate::design::Readout;
use crate::detector::{LayerDetectors, LocalOscillator};
use crate::field::{FieldBatch, LANES, PortLanes};
use crate::real::Real;

/// What stands at the tap of one layer, without noise, saturation, stray light and converter.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    readout: Readout,
    /// One per port.
    diodes: Vec<Diode>,
}

/// I = square |E|^2 + 2 Re(E beat*) + dark
#[derive(Clone, Copy, Debug)]
struct Diode {
    square: f64,
    beat: [f64; 2],
    dark: f64,
}

impl Reader {
    pub(crate) fn new(
        readout: Readout,
        tap_ratio: f64,
        detectors: &LayerDetectors,
        oscillator: &LocalOscillator,
    ) -> Self {
        let responsivity = detectors.responsivity_a_per_w();
        let dark = detectors.dark_current_a();
        let diodes = if readout == Readout::Homodyne {
            let (sine, cosine) = libm::sincos(oscillator.phase_rad);
            let amplitude = (tap_ratio * oscillator.power_w).sqrt();
            let pairs = responsivity.as_chunks::<2>().0.iter();
            pairs
                .zip(dark.as_chunks::<2>().0)
                .map(|(r, dark)| {
                    let (sum, difference) = (0.5 * (r[0] + r[1]), 0.5 * (r[0] - r[1]));
                    Diode {
                        square: difference * tap_ratio,
                        beat: [sum * amplitude * cosine, sum * amplitude * sine],
                        dark: difference.mul_add(oscillator.power_w, dark[0] - dark[1]),
                    }
                })
                .collect()
        } else {
            let diodes = responsivity.iter().zip(dark);
            diodes
                .map(|(r, &dark)| Diode {
                    square: tap_ratio * r,
                    beat: [0.0; 2],
                    dark,
                })
                .collect()
        };
        Self { readout, diodes }
    }

    /// Numbers per sample.
    pub(crate) fn width(&self) -> usize {
        self.readout.count(self.diodes.len())
    }

    /// Which readout a port belongs to, and with which sign.
    fn place(&self, port: usize) -> Option<(usize, f64)> {
        match self.readout {
            Readout::Intensity | Readout::Homodyne => Some((port, 1.0)),
            Readout::Signed => (port / 2 < self.width())
                .then_some((port / 2, if port.is_multiple_of(2) { 1.0 } else { -1.0 })),
        }
    }

    /// Currents in A, row-major samples x readouts.
    pub(crate) fn read<T: Real>(&self, field: &FieldBatch<T>, currents_a: &mut [f64]) {
        let (ports, width) = (field.ports(), self.width());
        currents_a.fill(0.0);
        let blocks = field.lanes().chunks_exact(ports);
        for (block, rows) in blocks.zip(currents_a.chunks_mut(LANES * width)) {
            for (port, (PortLanes { re, im }, diode)) in block.iter().zip(&self.diodes).enumerate()
            {
                let Some((readout, sign)) = self.place(port) else {
                    continue;
                };
                let samples = rows.chunks_exact_mut(width).zip(re.iter().zip(im));
                for (row, (x, y)) in samples {
                    let (x, y) = (x.to_f64(), y.to_f64());
                    let beat = 2.0 * (x * diode.beat[0] + y * diode.beat[1]);
                    row[readout] += sign * (diode.square * (x * x + y * y) + beat + diode.dark);
                }
            }
        }
    }

    /// Adds to `cotangent` that of the fields for cotangents of the currents, row-major samples x
    /// readouts.
    pub(crate) fn add_vjp<T: Real>(
        &self,
        field: &FieldBatch<T>,
        currents: &[f64],
        cotangent: &mut FieldBatch<T>,
    ) {
        let (ports, width) = (field.ports(), self.width());
        let blocks = field.lanes().chunks_exact(ports);
        let blocks = blocks.zip(cotangent.lanes_mut().chunks_exact_mut(ports));
        for ((block, back), rows) in blocks.zip(currents.chunks(LANES * width)) {
            let places = block.iter().zip(back).zip(&self.diodes).enumerate();
            for (port, ((e, g), diode)) in places {
                let Some((readout, sign)) = self.place(port) else {
                    continue;
                };
                for (i, row) in rows.chunks_exact(width).enumerate() {
                    let y = 2.0 * sign * row[readout];
                    let part = |field: T, beat: f64| {
                        T::from_f64(y * (diode.square * field.to_f64() + beat))
                    };
                    g.re[i] += part(e.re[i], diode.beat[0]);
                    g.im[i] += part(e.im[i], diode.beat[1]);
                }
            }
        }
    }
}
