//! Any matrix by two meshes and a column of attenuators: T = U S V^H (Miller, Photonics Research 1, 1
//! (2013), doi:10.1364/PRJ.1.000001).

use super::singular::Singular;
use super::{DecomposeError, check_elements, clements};
use crate::mesh::Topology;
use crate::mesh::rectangular::rectangular;
use crate::mesh::waiting::{take_up, within_turn};
use libm::{asin, cos, sin};
use nalgebra::DMatrix;
use num_complex::Complex64;
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

/// Phases of two rectangular meshes and of the attenuators between them.
///
/// ```text
///  in --> [V^H] --> attenuators --> [U] --> out       T = scale U diag(amplitudes) V^H
/// ```
/// An attenuator is an MZI between dark and dumped light: its bar amplitude is
/// [`attenuation`], i exp(i theta/2) sin(theta/2). The output screen of V^H stands before the
/// attenuators and has their phases taken off, so that they count as the amplitudes alone.
#[derive(Clone, Debug, PartialEq)]
pub struct SvdProgram {
    /// Ports of either mesh: the larger of the target's rows and columns. A target that is not square
    /// stands in the first rows and columns; the other elements are 0.
    pub ports: usize,
    /// [theta | phi | gamma] in rad of U.
    pub u_rad: Vec<f64>,
    /// Field transmissions s / s_max in [0, 1], one per port, the largest first.
    pub amplitudes: Vec<f64>,
    /// theta in [0, pi] of the attenuators, one per port, in rad.
    pub attenuators_rad: Vec<f64>,
    /// [theta | phi | gamma] in rad of V^H.
    pub v_rad: Vec<f64>,
    /// s_max: what a mesh that amplifies nothing lacks to the target; 0 for a zero matrix.
    pub scale: f64,
}

/// The bar amplitude i exp(i theta/2) sin(theta/2) of an ideal MZI used as an attenuator.
pub fn attenuation(theta_rad: f64) -> Complex64 {
    let half = 0.5 * theta_rad;
    Complex64::new(-sin(half), cos(half)) * sin(half)
}

/// The phases at which meshes and attenuators are `target` over its largest singular value, an M x N
/// matrix `T[out, in]` of real or complex elements, in O(max(M, N)^3).
///
/// Singular values below max(M, N) eps s_max count as 0. The error is of the order N eps, relative to
/// s_max.
///
/// # Errors
/// A target without elements or with one that is not finite.
///
/// ```
/// use nalgebra::dmatrix;
/// use num_complex::Complex64;
/// use photonics::mesh::decompose::svd;
/// use photonics::mesh::{MeshHardware, MeshPhases, svd::svd as mesh};
/// let target = dmatrix![1.0, 2.0, 0.0; -2.0, 1.0, 0.0].map(Complex64::from);
/// let program = svd(&target)?;
/// assert_eq!(program.ports, 3);
/// assert!((program.scale - 5_f64.sqrt()).abs() < 1e-15);
/// assert!((program.amplitudes[1] - 1.0).abs() < 1e-15 && program.amplitudes[2] == 0.0);
/// let parameters_rad = program.parameters_rad();
/// let phases = MeshPhases::split(&parameters_rad, 9, 3).unwrap();
/// let u = MeshHardware::ideal(mesh(3)?.into()).matrix(phases) * Complex64::from(program.scale);
/// assert!((u.view((0, 0), (2, 3)) - target).norm() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn svd(target: &DMatrix<Complex64>) -> Result<SvdProgram, DecomposeError> {
    check_elements(target)?;
    let ports = target.nrows().max(target.ncols());
    let square = target.clone().resize(ports, ports, Complex64::ZERO);
    let Singular {
        u,
        values,
        v_adjoint,
    } = Singular::new(&square)?;
    let scale = values[0];
    let ratio = |s: &f64| if scale > 0.0 { s / scale } else { 0.0 };
    let amplitudes: Vec<f64> = values.iter().map(ratio).collect();
    let attenuators_rad: Vec<f64> = amplitudes.iter().map(|&a| 2.0 * asin(a)).collect();
    let mut v_rad = clements(&v_adjoint)?;
    let screen = v_rad.len() - ports;
    for (gamma, theta) in v_rad[screen..].iter_mut().zip(&attenuators_rad) {
        *gamma = within_turn(*gamma - FRAC_PI_2 - 0.5 * theta);
    }
    Ok(SvdProgram {
        ports,
        u_rad: clements(&u)?,
        amplitudes,
        attenuators_rad,
        v_rad,
        scale,
    })
}

impl SvdProgram {
    /// [theta | phi | gamma] in rad of the [two meshes and the attenuators](mod@crate::mesh::svd) as one
    /// mesh, which is the target over its scale: the MZIs of V^H, the attenuators from the first port
    /// down, the MZIs of U, and the screen of U.
    ///
    /// There is no screen between; that of V^H is taken up by phi of U and gamma. phi of an attenuator
    /// is 0.
    ///
    /// # Panics
    /// When the fields were changed so that they do not fit together.
    pub fn parameters_rad(&self) -> Vec<f64> {
        let topology = self.topology();
        let mzis = topology.mzis();
        let (v, screen) = self.v_rad.split_at(2 * mzis);
        let mut u = self.u_rad.clone();
        // Light meets the attenuators' own phases, which the screen has taken off.
        take_up(&topology, &mut u, screen.to_vec());
        let mut parameters = Vec::with_capacity(4 * mzis + 3 * self.ports);
        parameters.extend(&v[..mzis]);
        parameters.extend(&self.attenuators_rad);
        parameters.extend(&u[..mzis]);
        parameters.extend(&v[mzis..]);
        parameters.resize(parameters.len() + self.ports, 0.0);
        parameters.extend(&u[mzis..]);
        parameters
    }

    /// The wiring of either mesh.
    fn topology(&self) -> Arc<Topology> {
        Arc::new(rectangular(self.ports).expect("at least one port"))
    }
}
