//! Mean powers as logarithms.

use crate::units::{dbm_to_w, w_to_dbm};

/// A mean optical power. It is kept as its level in dBm: what is left behind a few dark activations
/// is below the smallest f64 in W.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Power {
    dbm: f64,
}

impl Power {
    /// No light.
    pub const DARK: Self = Self {
        dbm: f64::NEG_INFINITY,
    };

    /// A power of `w` >= 0 W.
    pub fn from_w(w: f64) -> Self {
        Self { dbm: w_to_dbm(w) }
    }

    /// A level in dBm; minus infinity is no light.
    pub const fn from_dbm(dbm: f64) -> Self {
        Self { dbm }
    }

    /// In dBm; minus infinity without light.
    pub const fn dbm(self) -> f64 {
        self.dbm
    }

    /// In W; 0 where it is less than an f64 can hold.
    pub fn w(self) -> f64 {
        dbm_to_w(self.dbm)
    }

    /// Whether there is no light at all.
    pub fn is_dark(self) -> bool {
        self.dbm == f64::NEG_INFINITY
    }

    /// What is left behind a loss of `loss_db` dB (a gain where it is negative).
    ///
    /// ```
    /// use photonics::budget::Power;
    /// let power = Power::from_w(1e-3).behind(3.0);
    /// assert_eq!(power.dbm(), -3.0);
    /// assert!((power.w() - 0.501e-3).abs() < 1e-6);
    /// ```
    pub fn behind(self, loss_db: f64) -> Self {
        Self {
            dbm: self.dbm - loss_db,
        }
    }

    /// The loss in dB from here to `output`; 0 where there is no light at either.
    pub fn loss_db_to(self, output: Self) -> f64 {
        if self.is_dark() && output.is_dark() {
            0.0
        } else {
            self.dbm - output.dbm
        }
    }
}
