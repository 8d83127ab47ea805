//! The transfer matrix of a die by homodyne readouts of light at one input after the other.

use super::SelfConfigureError;
use crate::chip::Chip;
use libm::{acos, cos, sin};
use nalgebra::DMatrix;
use num_complex::Complex64;
use std::f64::consts::{FRAC_PI_2, PI};

/// Measures transfer matrices of layer 0, and knows what was learned of the readouts.
///
/// A readout tells the part of the field that is in phase with the local oscillator. The other part comes
/// with the output screen a quarter turn further. Dark light is sent as well and taken off, which leaves
/// neither dark currents nor what modulators leak.
#[derive(Debug)]
pub(super) struct Bench<'a> {
    chip: &'a mut Chip,
    /// Sine and cosine of what a quarter turn of each output phase really is.
    quarters: Vec<[f64; 2]>,
    /// Relative amplitude of each port's readout.
    gains: Vec<f64>,
    drives: Vec<f32>,
    currents: Vec<f32>,
}

impl<'a> Bench<'a> {
    /// Learns how output phases and readouts of the ports differ, with three programmings of `phases_rad`
    /// with other output phases.
    ///
    /// Whatever a mesh without unequal losses does, each row of its matrix has the same norm: what is
    /// found instead are the gains.
    pub(super) fn new(chip: &'a mut Chip, phases_rad: &[f64]) -> Result<Self, SelfConfigureError> {
        let ports = chip.ports();
        // Dark, and each port alone.
        let mut drives = vec![0.0; (ports + 1) * ports];
        for port in 0..ports {
            drives[(port + 1) * ports + port] = 1.0;
        }
        let mut bench = Self {
            chip,
            quarters: vec![[1.0, 0.0]; ports],
            gains: vec![1.0; ports],
            currents: vec![0.0; drives.len()],
            drives,
        };
        let [zero, quarter, half] = [0.0, FRAC_PI_2, PI];
        let [zero, quarter, half] = [
            bench.quadrature(phases_rad, zero)?,
            bench.quadrature(phases_rad, quarter)?,
            bench.quadrature(phases_rad, half)?,
        ];
        for port in 0..ports {
            // Re E, Re E exp(i x), Re E exp(2 i x): the first and the last sum to 2 cos x of the second.
            let (mut product, mut square) = (0.0, 0.0);
            for input in 0..ports {
                let at = (port, input);
                product += (zero[at] + half[at]) * quarter[at];
                square += 2.0 * quarter[at] * quarter[at];
            }
            let cosine = if square > 0.0 { product / square } else { 0.0 };
            let angle_rad = acos(cosine.clamp(-0.5, 0.5));
            bench.quarters[port] = [sin(angle_rad), cos(angle_rad)];
        }
        let fields = bench.fields(&zero, &quarter);
        let norms = (0..ports).map(|port| fields.row(port).norm());
        bench.gains = norms.collect();
        if bench.gains.iter().all(|gain| *gain > 0.0) {
            Ok(bench)
        } else {
            Err(SelfConfigureError::Dark)
        }
    }

    /// U[out, in] at these phases, up to a common phase, with rows of norm 1 on average. Two programmings
    /// and 2 (ports + 1) samples; the chip is left with an output screen turned by a quarter.
    pub(super) fn matrix(
        &mut self,
        phases_rad: &[f64],
    ) -> Result<DMatrix<Complex64>, SelfConfigureError> {
        let zero = self.quadrature(phases_rad, 0.0)?;
        // Backwards where it would go beyond a turn, which drivers take off: a quarter turn is the same
        // then whatever the gain of the phase shifter.
        let screen = &phases_rad[phases_rad.len() - self.gains.len()..];
        let backwards: Vec<bool> = screen.iter().map(|&gamma| gamma > PI).collect();
        let turn = |port: usize| {
            if backwards[port] {
                -FRAC_PI_2
            } else {
                FRAC_PI_2
            }
        };
        let turned = self.readouts(phases_rad, turn)?;
        let mut fields = self.fields(&zero, &turned);
        for (port, _) in backwards
            .iter()
            .enumerate()
            .filter(|(_, backwards)| **backwards)
        {
            fields.row_mut(port).iter_mut().for_each(|x| *x = x.conj());
        }
        Ok(fields)
    }

    /// Leaves the chip with these phases.
    pub(super) fn leave(self, phases_rad: &[f64]) -> Result<(), SelfConfigureError> {
        Ok(self.chip.program(0, phases_rad)?)
    }

    fn fields(&self, zero: &DMatrix<f64>, quarter: &DMatrix<f64>) -> DMatrix<Complex64> {
        let ports = zero.nrows();
        DMatrix::from_fn(ports, ports, |port, input| {
            let [sine, cosine] = self.quarters[port];
            let (re, turned) = (zero[(port, input)], quarter[(port, input)]);
            // Re E exp(i x) = Re E cos x - Im E sin x
            Complex64::new(re, (re * cosine - turned) / sine) / self.gains[port]
        })
    }

    /// Readouts with all output phases further by `turn_rad`.
    fn quadrature(
        &mut self,
        phases_rad: &[f64],
        turn_rad: f64,
    ) -> Result<DMatrix<f64>, SelfConfigureError> {
        self.readouts(phases_rad, |_| turn_rad)
    }

    /// Readouts with the output phase of each port further by an angle in rad, dark ones taken off:
    /// ports x inputs.
    fn readouts(
        &mut self,
        phases_rad: &[f64],
        turn_rad: impl Fn(usize) -> f64,
    ) -> Result<DMatrix<f64>, SelfConfigureError> {
        let ports = self.chip.ports();
        let mut turned = phases_rad.to_vec();
        let screen = turned.len() - ports;
        for (port, gamma) in turned[screen..].iter_mut().enumerate() {
            *gamma += turn_rad(port);
        }
        self.chip.program(0, &turned)?;
        let taps = &mut [(0, &mut self.currents[..])];
        self.chip.measure(&self.drives, taps)?;
        let (dark, lit) = self.currents.split_at(ports);
        Ok(DMatrix::from_fn(ports, ports, |port, input| {
            f64::from(lit[input * ports + port]) - f64::from(dark[port])
        }))
    }
}
