//! A transfer matrix as a network, and out of one.

use super::Fault;
use nalgebra::DMatrix;
use num_complex::Complex64;

/// How the ports of a mesh are those of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A mesh of N ports is a reciprocal network of 2N ports without reflection: its inputs are 1 .. N, its
    /// outputs N + 1 .. 2N, so S = [[0, U^T], [U, 0]].
    TwoSided,
    /// S is U itself, a matrix with N ports in the form of a network: no device of N ports transmits so.
    Plain,
}

impl Layout {
    /// Ports of the network for a mesh of so many.
    pub fn network_ports(self, mesh_ports: usize) -> usize {
        match self {
            Self::TwoSided => 2 * mesh_ports,
            Self::Plain => mesh_ports,
        }
    }
}

/// What a network does in one direction, and what it does besides.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// `U[out, in]`.
    pub u: DMatrix<Complex64>,
    /// The largest modulus of what is reflected, or goes between ports of one side; left out of `u`.
    pub reflection: f64,
    /// The largest modulus of the difference of a way there and back, S21 - S12^T: 0 of a reciprocal
    /// network.
    pub nonreciprocity: f64,
}

/// The scattering matrix of a mesh without reflection.
///
/// # Panics
/// When the matrix is not square: an error of the caller.
pub fn scattering(u: &DMatrix<Complex64>, layout: Layout) -> DMatrix<Complex64> {
    assert!(u.is_square(), "a transfer matrix is square");
    if layout == Layout::Plain {
        return u.clone();
    }
    let ports = u.nrows();
    DMatrix::from_fn(2 * ports, 2 * ports, |row, column| {
        match (row.checked_sub(ports), column.checked_sub(ports)) {
            (Some(out), None) => u[(out, column)],
            (None, Some(out)) => u[(out, row)],
            _ => Complex64::ZERO,
        }
    })
}

/// The transfer matrix in a scattering matrix.
///
/// # Errors
/// [`Layout::TwoSided`] of an odd number of ports.
///
/// # Panics
/// When the matrix is not square: an error of the caller.
pub fn transfer(s: &DMatrix<Complex64>, layout: Layout) -> Result<Transfer, Fault> {
    assert!(s.is_square(), "a scattering matrix is square");
    let ports = s.nrows();
    if layout == Layout::Plain {
        return Ok(Transfer {
            u: s.clone(),
            reflection: 0.0,
            nonreciprocity: 0.0,
        });
    }
    if !ports.is_multiple_of(2) {
        return Err(Fault::OddPorts { ports });
    }
    let half = ports / 2;
    let (mut reflection, mut nonreciprocity) = (0.0_f64, 0.0_f64);
    for out in 0..half {
        for inp in 0..half {
            let sides = s[(out, inp)].norm().max(s[(half + out, half + inp)].norm());
            reflection = reflection.max(sides);
            let difference = s[(half + out, inp)] - s[(inp, half + out)];
            nonreciprocity = nonreciprocity.max(difference.norm());
        }
    }
    Ok(Transfer {
        u: s.view((half, 0), (half, half)).into_owned(),
        reflection,
        nonreciprocity,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mesh_is_a_reciprocal_network_without_reflection() {
        let u = DMatrix::from_fn(2, 2, |i, j| Complex64::new(1.0 + i as f64, j as f64));
        let s = scattering(&u, Layout::TwoSided);
        assert_eq!(s, s.transpose());
        // From input 2 to output 1, that is port 3: U[0, 1].
        assert_eq!(s[(2, 1)], u[(0, 1)]);
        assert_eq!(s[(0, 0)], Complex64::ZERO);
        let back = transfer(&s, Layout::TwoSided).unwrap();
        assert_eq!((back.reflection, back.nonreciprocity), (0.0, 0.0));
        assert_eq!(back.u, u);
        assert_eq!(transfer(&u, Layout::Plain).unwrap().u, u);
    }

    #[test]
    fn what_is_left_out_is_measured() {
        let u = DMatrix::identity(2, 2);
        let mut s = scattering(&u, Layout::TwoSided);
        s[(3, 2)] = Complex64::new(0.0, 0.25);
        s[(0, 2)] = Complex64::new(0.5, 0.0);
        let back = transfer(&s, Layout::TwoSided).unwrap();
        assert_eq!((back.reflection, back.nonreciprocity), (0.25, 0.5));
        let odd = DMatrix::identity(3, 3);
        assert_eq!(
            transfer(&odd, Layout::TwoSided),
            Err(Fault::OddPorts { ports: 3 })
        );
    }
}
