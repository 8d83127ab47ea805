//! Powers along the waveguides of an ideal mesh.

use super::layout::Origin;
use super::parts::{Parts, Stage};
use num_complex::Complex64;
use numerics::math::sin_cos;
use photonics::component::coupler::coupler_matrix;
use std::f64::consts::FRAC_PI_4;

/// Power in each piece of waveguide relative to that of the one input which has light.
pub(super) struct Powers {
    input: usize,
    /// Behind each coupler.
    couplers: Vec<[f64; 2]>,
}

impl Powers {
    /// Light into `input`, the parameter vector in rad.
    pub(super) fn new(parts: &Parts, phases_rad: &[f64], input: usize) -> Self {
        let mut fields = vec![Complex64::ZERO; parts.ports];
        if let Some(field) = fields.get_mut(input) {
            *field = Complex64::ONE;
        }
        let mut couplers = vec![[0.0; 2]; parts.couplers];
        for cell in parts.columns.iter().flat_map(|column| &column.cells) {
            let [a, b] = cell.ports;
            for stage in &cell.stages {
                match *stage {
                    Stage::Arms(arms) => {
                        for (port, shifter) in cell.ports.into_iter().zip(arms) {
                            let Some(shifter) = shifter else { continue };
                            let phase = phases_rad.get(shifter.parameter).copied();
                            let (sin, cos) = sin_cos(phase.unwrap_or(0.0));
                            fields[port] *= Complex64::new(cos, sin);
                        }
                    }
                    Stage::Couple { coupler, angle_rad } => {
                        let m = coupler_matrix(angle_rad - FRAC_PI_4);
                        let (x, y) = (fields[a], fields[b]);
                        fields[a] = m[(0, 0)] * x + m[(0, 1)] * y;
                        fields[b] = m[(1, 0)] * x + m[(1, 1)] * y;
                        couplers[coupler] = [fields[a].norm_sqr(), fields[b].norm_sqr()];
                    }
                }
            }
        }
        Self { input, couplers }
    }

    /// Of the light of a piece.
    pub(super) fn of(&self, from: Origin) -> f64 {
        match from {
            Origin::Input(port) if port == self.input => 1.0,
            Origin::Input(_) => 0.0,
            Origin::Coupler(coupler, output) => self.couplers[coupler][output],
        }
    }
}
