//! An MZI as another program states it, around the core that all have in common.

/// `M(theta, phi) = exp(i common) C(core) diag(1, exp(i lower_input))` with the phases `phi[0] phi` and
/// `phi[1] phi` on the upper and the lower port: at the inputs where the phases on the ports stand at the
/// output of the mesh, else at the outputs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// core = core\[0\] theta + core\[1\].
    pub(super) core: [f64; 2],
    /// common = common\[0\] theta + common\[1\], in rad.
    pub(super) common: [f64; 2],
    /// A phase that is always on the lower input, in rad.
    pub(super) lower_input: f64,
    /// What of phi is on the upper and on the lower port.
    pub(super) phi: [f64; 2],
    /// Whether theta is such that the core is in [0, pi], half of what it can be.
    pub(super) folded: bool,
}

impl Form {
    pub(super) fn core_rad(&self, theta_rad: f64) -> f64 {
        self.core[0] * theta_rad + self.core[1]
    }

    pub(super) fn common_rad(&self, theta_rad: f64) -> f64 {
        self.common[0] * theta_rad + self.common[1]
    }

    /// theta of a core in [0, 2 pi).
    pub(super) fn theta_rad(&self, core_rad: f64) -> f64 {
        (core_rad - self.core[1]) / self.core[0]
    }

    /// phi that gives the two ports these phases, up to one that both get besides.
    pub(super) fn split(&self, ports_rad: [f64; 2]) -> (f64, f64) {
        let phi = (ports_rad[0] - ports_rad[1]) / (self.phi[0] - self.phi[1]);
        // Of the two ways to say it the one without a difference of large numbers.
        let common = if self.phi[1] == 0.0 {
            ports_rad[1]
        } else if self.phi[0] == 0.0 {
            ports_rad[0]
        } else {
            ports_rad[1] - self.phi[1] * phi
        };
        (phi, common)
    }
}
