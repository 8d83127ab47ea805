//! Cotangents through activations, without their noise.
//!
//! The cotangent of a complex amplitude E is g = dL/dRe E + i dL/dIm E (see [`crate::twin`]). With
//! P = |E|^2, dP = 2 Re(E* dE), so that
//!
//! ```text
//! E' = h(P) E       g = h* g' + 2 Re(g'* h'(P) E) E
//! E' = r(P), real   g = 2 Re(g') r'(P) E
//! ```
//! At a kink (a threshold, the end of a modulator's range) and where a square root begins, the slope is
//! that of the dark side: 0.

use super::chunks::CHUNK;
use super::{Activation, GainStage, Regenerator};
use crate::field::PortLanes;
use crate::real::Real;
use numerics::vectorize;
use rayon::prelude::*;

/// h and dh/dP in 1/W: real and imaginary parts.
pub(super) struct Slope {
    pub(super) factor: [f64; 2],
    pub(super) per_w: [f64; 2],
}

impl Slope {
    pub(super) const NONE: Self = Self::real(0.0, 0.0);

    #[inline(always)]
    pub(super) const fn real(factor: f64, per_w: f64) -> Self {
        Self {
            factor: [factor, 0.0],
            per_w: [per_w, 0.0],
        }
    }
}

impl Activation {
    /// Its mean: the same without noise.
    pub fn without_noise(self) -> Self {
        match self {
            Self::GainStage(activation) => Self::GainStage(GainStage {
                noise: None,
                ..activation
            }),
            Self::Regenerator(activation) => Self::Regenerator(Regenerator {
                noise: None,
                ..activation
            }),
            other => other,
        }
    }

    /// Takes cotangents of the fields behind it back to those before it, in place; `before` are the
    /// fields in sqrt(W) before it. Its noise counts as 0.
    ///
    /// # Panics
    /// When the two have not the same length: an error of the caller.
    pub fn vjp<T: Real>(&self, before: &[PortLanes<T>], cotangents: &mut [PortLanes<T>]) {
        assert_eq!(
            before.len(),
            cotangents.len(),
            "as many fields as cotangents"
        );
        match self {
            Self::Identity => {}
            Self::ElectroOptic(activation) => activation.vjp(before, cotangents),
            Self::SaturableAbsorber(activation) => activation.vjp(before, cotangents),
            Self::ModRelu(activation) => activation.vjp(before, cotangents),
            Self::GainStage(activation) => activation.vjp(before, cotangents),
            Self::Regenerator(activation) => activation.vjp(before, cotangents),
        }
    }
}

/// For E' = h(P) E, with `slope` from P in W.
#[inline(always)]
pub(super) fn modulated<T: Real>(
    before: &[PortLanes<T>],
    cotangents: &mut [PortLanes<T>],
    slope: impl Fn(f64) -> Slope + Sync,
) {
    for_each(
        before,
        cotangents,
        #[inline(always)]
        |x, y, g_re, g_im| {
            let Slope {
                factor: [h_re, h_im],
                per_w: [d_re, d_im],
            } = slope(x.mul_add(x, y * y));
            let (e_re, e_im) = (d_re.mul_add(x, -(d_im * y)), d_re.mul_add(y, d_im * x));
            let along = 2.0 * g_re.mul_add(e_re, g_im * e_im);
            (
                along.mul_add(x, h_re.mul_add(g_re, h_im * g_im)),
                along.mul_add(y, h_re.mul_add(g_im, -(h_im * g_re))),
            )
        },
    );
}

/// For a real E' = r(P), with `slope` from P in W to dr/dP.
#[inline(always)]
pub(super) fn replaced<T: Real>(
    before: &[PortLanes<T>],
    cotangents: &mut [PortLanes<T>],
    slope: impl Fn(f64) -> f64 + Sync,
) {
    for_each(
        before,
        cotangents,
        #[inline(always)]
        |x, y, g_re, _| {
            let along = 2.0 * g_re * slope(x.mul_add(x, y * y));
            (along * x, along * y)
        },
    );
}

/// Fields and cotangents, elementwise in double precision.
#[inline(always)]
fn for_each<T: Real>(
    before: &[PortLanes<T>],
    cotangents: &mut [PortLanes<T>],
    back: impl Fn(f64, f64, f64, f64) -> (f64, f64) + Sync,
) {
    let chunks = before.par_chunks(CHUNK);
    cotangents
        .par_chunks_mut(CHUNK)
        .zip(chunks)
        .for_each(|(cotangents, before)| {
            vectorize(
                #[inline(always)]
                || {
                    for (e, g) in before.iter().zip(&mut *cotangents) {
                        let fields = e.re.iter().zip(&e.im);
                        for ((x, y), (re, im)) in fields.zip(g.re.iter_mut().zip(&mut g.im)) {
                            let (g_re, g_im) =
                                back(x.to_f64(), y.to_f64(), re.to_f64(), im.to_f64());
                            (*re, *im) = (T::from_f64(g_re), T::from_f64(g_im));
                        }
                    }
                },
            );
        });
}
