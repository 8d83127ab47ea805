//! The phases of a mesh.

/// All phases of a mesh in rad, borrowed: internal and external per MZI, output screen per port.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeshPhases<'a> {
    /// Internal phases, one per MZI.
    pub theta_rad: &'a [f64],
    /// External phases at the input of the upper arm, one per MZI.
    pub phi_rad: &'a [f64],
    /// Output phase screen, one per port.
    pub gamma_rad: &'a [f64],
}

impl<'a> MeshPhases<'a> {
    /// Splits a parameter vector [theta | phi | gamma] of a mesh with `mzis` MZIs and `ports` ports.
    /// `None` when the length does not fit.
    pub fn split(parameters: &'a [f64], mzis: usize, ports: usize) -> Option<Self> {
        if parameters.len() != 2 * mzis + ports {
            return None;
        }
        let (theta_rad, rest) = parameters.split_at(mzis);
        let (phi_rad, gamma_rad) = rest.split_at(mzis);
        Some(Self {
            theta_rad,
            phi_rad,
            gamma_rad,
        })
    }
}
