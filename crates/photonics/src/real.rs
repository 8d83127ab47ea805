//! The two precisions in which light is propagated.

use numerics::math::{quarter_turn, sin_cos_on_quarter, sin_cos_on_quarter_f32};
use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

/// `f32` or `f64`: the type of a field's real and imaginary part.
///
/// `f32` is the default for training; design analyses use `f64`.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + MulAssign
    + Sum
{
    /// Zero.
    const ZERO: Self;

    /// One.
    const ONE: Self;

    /// Below this the square of a modulus counts as 0; the square of what rounding leaves of 0 is
    /// far above.
    const NEGLIGIBLE_SQUARE: Self;

    /// Sine and cosine of an angle in -pi/4..=pi/4 rad plus `quadrant` quarter turns.
    fn sin_cos_on_quarter(angle_rad: Self, quadrant: u32) -> (Self, Self);

    /// Sine and cosine of an angle in rad; small changes of large angles are not lost.
    #[inline(always)]
    fn sin_cos(angle_rad: f64) -> (Self, Self) {
        let (angle_rad, quadrant) = quarter_turn(angle_rad);
        Self::sin_cos_on_quarter(Self::from_f64(angle_rad), quadrant)
    }

    /// Square root.
    fn sqrt(self) -> Self;

    /// self * a + b with one rounding.
    fn mul_add(self, a: Self, b: Self) -> Self;

    /// The nearest value of this precision.
    fn from_f64(x: f64) -> Self;

    /// The same value in double precision.
    fn to_f64(self) -> f64;
}

macro_rules! real {
    ($t:ty, $sin_cos:path, $negligible:expr) => {
        impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const NEGLIGIBLE_SQUARE: Self = $negligible;

            #[inline(always)]
            fn sin_cos_on_quarter(angle_rad: Self, quadrant: u32) -> (Self, Self) {
                $sin_cos(angle_rad, quadrant)
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                <$t>::sqrt(self)
            }

            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                <$t>::mul_add(self, a, b)
            }

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as $t
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
        }
    };
}

real!(f32, sin_cos_on_quarter_f32, 1e-30);
real!(f64, sin_cos_on_quarter, 1e-200);
