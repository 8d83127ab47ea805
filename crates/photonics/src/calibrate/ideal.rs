//! What the mesh is to do, MZI by MZI: the vectors between which no light may pass.

use crate::mesh::Topology;
use crate::mesh::decompose::reduction::{Reduction, Step};
use nalgebra::DMatrix;
use num_complex::Complex64;
use std::collections::VecDeque;

/// One MZI, and what it must null.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    /// Its number in propagation order.
    pub(super) mzi: usize,
    /// Whether it is taken off at the outputs, and so has its phase there.
    pub(super) at_output: bool,
    /// v: what comes out for `input` must have no part along it; conjugated.
    pub(super) output: Vec<Complex64>,
    /// w: amplitudes of the input.
    pub(super) input: Vec<Complex64>,
}

/// The goals of all MZIs in the order in which they are set, and the vectors between which light passes
/// in the end, one pair per port, with the amplitude that passes.
#[derive(Clone, Debug)]
pub(super) struct Goals {
    pub(super) mzis: Vec<Goal>,
    /// Conjugated outputs, inputs, and amplitudes of modulus 1.
    pub(super) passages: Vec<(Vec<Complex64>, Vec<Complex64>, Complex64)>,
}

impl Goals {
    /// Of a unitary that is decomposed in these steps on `topology`.
    ///
    /// The decomposition turns U into the diagonal V^H U W^H. It is made on [[U, 1], [1, 0]], so that
    /// V^H and W^H are kept beside U and below it.
    pub(super) fn new(target: &DMatrix<Complex64>, topology: &Topology, steps: &[Step]) -> Self {
        let ports = target.nrows();
        let mut augmented = target.clone().resize(2 * ports, 2 * ports, Complex64::ZERO);
        for i in 0..ports {
            augmented[(i, ports + i)] = Complex64::ONE;
            augmented[(ports + i, i)] = Complex64::ONE;
        }
        let mut places = vec![VecDeque::new(); ports];
        for (mzi, pair) in topology.pairs().iter().enumerate() {
            places[pair.upper as usize].push_back(mzi);
        }
        let mut reduction = Reduction::new(&augmented);
        let mut mzis = Vec::with_capacity(steps.len());
        for &step in steps {
            reduction.take(step);
            let (row, column, port, at_output) = match step {
                Step::Input { row, port } => (row, port, port, false),
                Step::LowerInput { row, port } => (row, port + 1, port, false),
                Step::Output { port, column } => (port + 1, column, port, true),
            };
            let place = &mut places[port];
            let mzi = if at_output {
                place.pop_back()
            } else {
                place.pop_front()
            };
            let (output, input) = vectors(&reduction, row, column);
            mzis.extend(mzi.map(|mzi| Goal {
                mzi,
                at_output,
                output,
                input,
            }));
        }
        let passages = (0..ports).map(|port| {
            let (output, input) = vectors(&reduction, port, port);
            (output, input, reduction.rest()[(port, port)])
        });
        Self {
            mzis,
            passages: passages.collect(),
        }
    }
}

/// Row `row` of V^H and column `column` of W^H.
fn vectors(reduction: &Reduction, row: usize, column: usize) -> (Vec<Complex64>, Vec<Complex64>) {
    let rest = reduction.rest();
    let ports = rest.nrows() / 2;
    let output = (ports..2 * ports).map(|j| rest[(row, j)]);
    let input = (ports..2 * ports).map(|i| rest[(i, column)]);
    (output.collect(), input.collect())
}
