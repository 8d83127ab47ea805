//! Where an amplitude that two phase shifters of an MZI change is 0.

use crate::mesh::waiting::within_turn;
use libm::{acos, atan2, cos, sin};
use num_complex::Complex64;
use std::f64::consts::PI;

/// f(theta, phase) = a + b z + (c + d z) y with z = exp(i theta), y = exp(i phase): any transmission of
/// light through the mesh, as two of its phase shifters change it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bilinear {
    a: Complex64,
    b: Complex64,
    c: Complex64,
    d: Complex64,
}

/// The settings (theta, phase) in rad at which f must be known: z and y are 1 or -1.
pub(super) const SETTINGS_RAD: [[f64; 2]; 4] = [[0.0, 0.0], [PI, 0.0], [0.0, PI], [PI, PI]];

/// theta and phase in rad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Setting {
    pub(super) theta_rad: f64,
    pub(super) phase_rad: f64,
}

impl Bilinear {
    /// From f at [`SETTINGS_RAD`].
    pub(super) fn through([pp, mp, pm, mm]: [Complex64; 4]) -> Self {
        Self {
            a: (pp + mp + pm + mm) * 0.25,
            b: (pp - mp + pm - mm) * 0.25,
            c: (pp + mp - pm - mm) * 0.25,
            d: (pp - mp - pm + mm) * 0.25,
        }
    }

    /// Where f is 0, or as near to it as theta can bring it, and whether it is 0. theta and phase lie in
    /// [0, 2 pi); of two such theta the smaller.
    pub(super) fn null(&self) -> (Setting, bool) {
        // |a + b z| = |c + d z|, or Re (A z) = B.
        let a = 2.0 * (self.a.conj() * self.b - self.c.conj() * self.d);
        let b = self.c.norm_sqr() + self.d.norm_sqr() - self.a.norm_sqr() - self.b.norm_sqr();
        let (size, turn) = (a.norm(), atan2(a.im, a.re));
        let reached = b.abs() <= size;
        let half = if size > 0.0 {
            acos((b / size).clamp(-1.0, 1.0))
        } else {
            0.0
        };
        let theta_rad = within_turn(half - turn).min(within_turn(-half - turn));
        let z = unit(theta_rad);
        let y = -(self.a + self.b * z) * (self.c + self.d * z).conj();
        let phase_rad = within_turn(atan2(y.im, y.re));
        let setting = Setting {
            theta_rad,
            phase_rad,
        };
        (setting, reached)
    }

    /// A step of Newton's method from `setting`, at which f was found to be `f`; `None` where the phases
    /// hardly change f, or the step would be large.
    pub(super) fn refined(&self, setting: Setting, f: Complex64) -> Option<Setting> {
        let (z, y) = (unit(setting.theta_rad), unit(setting.phase_rad));
        let by_theta = Complex64::I * z * (self.b + self.d * y);
        let by_phase = Complex64::I * y * (self.c + self.d * z);
        // f + by_theta s + by_phase t = 0 in real s, t.
        let cross = |x: Complex64, y: Complex64| x.re * y.im - x.im * y.re;
        let determinant = cross(by_theta, by_phase);
        let steps = [cross(by_phase, f), cross(f, by_theta)].map(|x| x / determinant);
        if !steps.iter().all(|step| step.abs() < LARGEST_STEP_RAD) {
            return None;
        }
        Some(Setting {
            theta_rad: within_turn(setting.theta_rad + steps[0]),
            phase_rad: within_turn(setting.phase_rad + steps[1]),
        })
    }
}

/// The largest correction that is believed, in rad.
const LARGEST_STEP_RAD: f64 = 0.3;

fn unit(angle_rad: f64) -> Complex64 {
    Complex64::new(cos(angle_rad), sin(angle_rad))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::mzi::mzi_matrix;
    use proptest::prelude::*;

    /// What an MZI lets through from two amplitudes to two, with these coupler errors.
    fn transmission(e: [f64; 2], angles: [f64; 4]) -> impl Fn(f64, f64) -> Complex64 {
        let [in0, in1] = [unit(angles[0]) * cos(angles[1]), sin(angles[1]).into()];
        let [out0, out1] = [unit(angles[2]) * cos(angles[3]), sin(angles[3]).into()];
        move |theta: f64, phi: f64| {
            let m = mzi_matrix(theta, phi, e[0], e[1]);
            out0 * (m[(0, 0)] * in0 + m[(0, 1)] * in1) + out1 * (m[(1, 0)] * in0 + m[(1, 1)] * in1)
        }
    }

    proptest! {
        #[test]
        fn what_can_be_nulled_is(
            e1 in -0.2..0.2_f64, e2 in -0.2..0.2_f64, angles in prop::array::uniform4(0.5..1.1_f64),
        ) {
            let f = transmission([e1, e2], angles);
            let fitted = Bilinear::through(SETTINGS_RAD.map(|[theta, phi]| f(theta, phi)));
            let (setting, reached) = fitted.null();
            let found = f(setting.theta_rad, setting.phase_rad);
            let best = (0..100).flat_map(|i| (0..100).map(move |j| [i, j]))
                .map(|[i, j]| f(0.02 * PI * f64::from(i), 0.02 * PI * f64::from(j)).norm())
                .fold(1.0, f64::min);
            // Newton leads back from nearby.
            if reached {
                prop_assert!(found.norm() < 1e-7, "{found}");
                let near = Setting { theta_rad: setting.theta_rad + 1e-4, ..setting };
                let f_near = f(near.theta_rad, near.phase_rad);
                if let Some(back) = fitted.refined(near, f_near) {
                    prop_assert!(f(back.theta_rad, back.phase_rad).norm() < 1e-6);
                }
            } else {
                prop_assert!(found.norm() < best + 1e-9, "{} {best}", found.norm());
            }
        }
    }
}
