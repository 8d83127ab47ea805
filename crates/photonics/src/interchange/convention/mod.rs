//! What other programs and papers call theta and phi, and the phases of one in the convention of another.
//!
//! | convention | MZI, `U[out, in]` | phases on the ports |
//! |---|---|---|
//! | `Fzero` | B P(theta) B P(phi) | output |
//! | `Clements` | [[exp(i phi) cos theta, -sin theta], [exp(i phi) sin theta, cos theta]] | output |
//! | `Neurophox` | P(phi) B diag(exp(i theta/2), exp(-i theta/2)) B | input |
//! | `PercevalPhaseFirst` | B P(theta) B P(phi) | output |
//! | `PercevalPhaseLast` | Q(phi) B Q(theta) B | input |
//! | `SimphoxTop` | B P(theta) B P(phi) | output |
//! | `SimphoxBottom` | B Q(theta) B Q(phi) | output |
//! | `SimphoxDifferential` | B diag(exp(i theta/2), exp(-i theta/2)) B diag(exp(-i phi/2), exp(i phi/2)) | output |
//!
//! with P(x) = diag(exp(i x), 1), Q(x) = diag(1, exp(i x)), B = [[1, i], [i, 1]] / sqrt 2.
//!
//! The sources:
//! - Clements et al., Optica 3, 1460 (2016), doi:10.1364/OPTICA.3.001460: the matrix T and U = D prod T;
//!   theta in [0, pi/2].
//! - neurophox (github.com/solgaardlab/neurophox), `neurophox/components/mzi.py`, class `BlochMZI`, and
//!   vectors that it computed: its matrices act on row vectors, so they are the transposes of products of
//!   P(phi) B diag B; in meshes with an even number of ports the two free ports of every odd column carry
//!   -i. Checked for rectangular meshes of 3 ports and more, which are all that is converted.
//! - Perceval (github.com/Quandela/Perceval), `perceval/components/core_catalog/mzi.py`, classes
//!   `MZIPhaseFirst` and `MZIPhaseLast`, with `BS` in its default convention Rx of
//!   `perceval/components/unitary_components.py`. The catalog calls the external phase of the first
//!   `phi_a` and the internal one `phi_b`, of the last `phi_a` is the internal one. The phases on the ports
//!   are `GenericInterferometer(.., phase_at_output=True)` and `False`
//!   (`perceval/components/generic_interferometer.py`).
//! - simphox (github.com/fancompute/simphox), `simphox/circuit/forward.py`, `parallel_mzi_fn` and
//!   `matrix_fn`, forward, the values of `PhaseStyle` in `coupling.py`. Its style `symmetric` puts phi on
//!   both ports, where it cannot stand for a difference: not every mesh has such phases, and it is left out.

mod convert;
mod form;
mod order;

pub use convert::{ConventionError, convert, matrix};
pub use order::list_order;

use form::Form;
use nalgebra::Matrix2;
use num_complex::Complex64;
use std::f64::consts::FRAC_1_SQRT_2;

/// Whose convention theta, phi and the phases on the ports follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convention {
    /// This project's.
    Fzero,
    /// Clements et al.
    Clements,
    /// neurophox.
    Neurophox,
    /// Perceval's `mzi phase first`.
    PercevalPhaseFirst,
    /// Perceval's `mzi phase last`.
    PercevalPhaseLast,
    /// simphox with phase style `top`, its default.
    SimphoxTop,
    /// simphox with phase style `bottom`.
    SimphoxBottom,
    /// simphox with phase style `differential`.
    SimphoxDifferential,
}

/// Where the phases on the ports stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// In front of the first column.
    Input,
    /// Behind the last column.
    Output,
}

impl Convention {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Fzero,
        Self::Clements,
        Self::Neurophox,
        Self::PercevalPhaseFirst,
        Self::PercevalPhaseLast,
        Self::SimphoxTop,
        Self::SimphoxBottom,
        Self::SimphoxDifferential,
    ];

    /// Its name, for example `perceval-phase-first`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fzero => "fzero",
            Self::Clements => "clements",
            Self::Neurophox => "neurophox",
            Self::PercevalPhaseFirst => "perceval-phase-first",
            Self::PercevalPhaseLast => "perceval-phase-last",
            Self::SimphoxTop => "simphox-top",
            Self::SimphoxBottom => "simphox-bottom",
            Self::SimphoxDifferential => "simphox-differential",
        }
    }

    /// Where the phases on the ports stand.
    pub fn screen(self) -> Screen {
        match self {
            Self::Neurophox | Self::PercevalPhaseLast => Screen::Input,
            _ => Screen::Output,
        }
    }

    /// The transfer matrix of an ideal MZI, as the source states it; phases in rad.
    ///
    /// ```
    /// use photonics::interchange::convention::Convention;
    /// let t = Convention::Clements.mzi_matrix(0.5, 0.0);
    /// assert_eq!((t[(0, 1)].re, t[(1, 0)].re), (-0.5_f64.sin(), 0.5_f64.sin()));
    /// ```
    pub fn mzi_matrix(self, theta_rad: f64, phi_rad: f64) -> Matrix2<Complex64> {
        let b = Matrix2::new(Complex64::ONE, Complex64::I, Complex64::I, Complex64::ONE)
            * Complex64::new(FRAC_1_SQRT_2, 0.0);
        let arms = |upper: f64, lower: f64| {
            let [upper, lower] = [upper, lower].map(|x| Complex64::from_polar(1.0, x));
            Matrix2::new(upper, Complex64::ZERO, Complex64::ZERO, lower)
        };
        let (theta, phi) = (theta_rad, phi_rad);
        match self {
            Self::Fzero | Self::PercevalPhaseFirst | Self::SimphoxTop => {
                b * arms(theta, 0.0) * b * arms(phi, 0.0)
            }
            Self::Clements => {
                let (s, c) = theta.sin_cos();
                let turn = Complex64::from_polar(1.0, phi);
                Matrix2::new(turn * c, (-s).into(), turn * s, c.into())
            }
            Self::Neurophox => arms(phi, 0.0) * b * arms(0.5 * theta, -0.5 * theta) * b,
            Self::PercevalPhaseLast => arms(0.0, phi) * b * arms(0.0, theta) * b,
            Self::SimphoxBottom => b * arms(0.0, theta) * b * arms(0.0, phi),
            Self::SimphoxDifferential => {
                b * arms(0.5 * theta, -0.5 * theta) * b * arms(-0.5 * phi, 0.5 * phi)
            }
        }
    }

    /// The same around the core C(theta).
    fn form(self) -> Form {
        use std::f64::consts::PI;
        let own = Form {
            core: [1.0, 0.0],
            common: [0.0, 0.0],
            lower_input: 0.0,
            phi: [1.0, 0.0],
            folded: false,
        };
        match self {
            Self::Fzero | Self::PercevalPhaseFirst | Self::SimphoxTop => own,
            // [[cos t, -sin t], [sin t, cos t]] = -exp(i t) C(pi - 2 t) diag(1, -1)
            Self::Clements => Form {
                core: [-2.0, PI],
                common: [1.0, PI],
                lower_input: PI,
                folded: true,
                ..own
            },
            // B diag(exp(i t/2), exp(-i t/2)) B = exp(-i t/2) C(t)
            Self::Neurophox => Form {
                common: [-0.5, 0.0],
                ..own
            },
            // B Q(t) B = exp(i t) C(-t)
            Self::PercevalPhaseLast | Self::SimphoxBottom => Form {
                core: [-1.0, 0.0],
                common: [1.0, 0.0],
                phi: [0.0, 1.0],
                ..own
            },
            Self::SimphoxDifferential => Form {
                common: [-0.5, 0.0],
                phi: [-0.5, 0.5],
                ..own
            },
        }
    }
}
