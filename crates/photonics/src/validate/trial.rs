//! One die at one target: the fidelity of what light meets with what was wanted.
//!
//! A target is the matrix of the ideal mesh at phases of a Haar-random unitary ([`crate::mesh::haar`], and
//! for other forms of universal meshes [`super::haar_setting`]): what the topology reaches, so that only the die is judged. Both meshes are computed by the kernel in
//! f64, from N samples with light in one port each.

use super::haar_setting::HaarSettings;
use crate::FieldBatch;
use crate::mesh::correct::{CorrectError, correct};
use crate::mesh::propagate::propagate;
use crate::mesh::{MeshHardware, MeshPhases, Program, Topology};
use numerics::{Streams, vectorize};
use std::sync::Arc;

/// Phases and the matrix that an ideal mesh has there.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) phases_rad: Vec<f64>,
    matrix: FieldBatch<f64>,
}

/// What is used again from die to die.
pub(super) struct Bench {
    ideal: MeshHardware,
    settings: HaarSettings,
    program: Program<f64>,
    field: FieldBatch<f64>,
}

impl Bench {
    pub(super) fn new(topology: &Arc<Topology>) -> Self {
        Self {
            ideal: MeshHardware::ideal(topology.clone()),
            settings: HaarSettings::new(topology),
            program: Program::default(),
            field: FieldBatch::dark(topology.ports(), topology.ports()),
        }
    }

    /// The target of this number, from the stream `validation-target` (number, 0).
    pub(super) fn target(&mut self, streams: &Streams, number: u64) -> Target {
        let mut stream = streams.derive("validation-target", number, 0);
        let phases_rad = self.settings.draw(&mut stream);
        let ideal = self.ideal.clone();
        self.send(&ideal, &phases_rad);
        Target {
            phases_rad,
            matrix: self.field.clone(),
        }
    }

    /// The fidelity |Tr U^H V|^2 / (Tr U^H U Tr V^H V) of a mesh at the phases that light meets.
    pub(super) fn fidelity(
        &mut self,
        mesh: &MeshHardware,
        phases_rad: &[f64],
        target: &Target,
    ) -> f64 {
        self.send(mesh, phases_rad);
        let [re, im, u, v] = overlap(&target.matrix, &self.field);
        (re * re + im * im) / (u * v)
    }

    fn send(&mut self, mesh: &MeshHardware, phases_rad: &[f64]) {
        let topology = mesh.topology();
        let ports = topology.ports();
        let Some(phases) = MeshPhases::split(phases_rad, topology.mzis(), ports) else {
            return;
        };
        self.field.resize(ports);
        for port in 0..ports {
            self.field.set(port, port, 1.0.into());
        }
        self.program.compile(mesh, phases);
        propagate(topology, &self.program, &mut self.field);
    }
}

/// Phases at which the splitter errors of a die are corrected MZI by MZI, whatever it loses.
///
/// # Errors
/// Those of [`correct`].
pub(super) fn corrected(mesh: &MeshHardware, ideal_rad: &[f64]) -> Result<Vec<f64>, CorrectError> {
    let topology = mesh.topology();
    let Some(ideal) = MeshPhases::split(ideal_rad, topology.mzis(), topology.ports()) else {
        return Ok(Vec::new());
    };
    if mesh.is_lossless() {
        return Ok(correct(mesh, ideal)?.phases_rad);
    }
    let lossless = MeshHardware::new(topology.clone(), mesh.errors_rad().to_vec(), None);
    Ok(correct(&lossless, ideal)?.phases_rad)
}

/// Whether errors of such a mesh can be corrected.
///
/// # Errors
/// Other cells than [`correct`] knows.
pub(super) fn correctable(topology: &Arc<Topology>) -> Result<(), CorrectError> {
    let phases_rad = vec![0.0; 2 * topology.mzis() + topology.ports()];
    corrected(&MeshHardware::ideal(topology.clone()), &phases_rad).map(drop)
}

/// Re and Im of Tr U^H V, Tr U^H U, Tr V^H V. The sums have a fixed order: lane by lane of eight.
fn overlap(u: &FieldBatch<f64>, v: &FieldBatch<f64>) -> [f64; 4] {
    let mut sums = [[0.0; 8]; 4];
    vectorize(
        #[inline(always)]
        || {
            for (u, v) in u.lanes().iter().zip(v.lanes()) {
                let u = u.re.as_chunks::<8>().0.iter().zip(u.im.as_chunks::<8>().0);
                let v = v.re.as_chunks::<8>().0.iter().zip(v.im.as_chunks::<8>().0);
                for ((a, b), (c, d)) in u.zip(v) {
                    for i in 0..8 {
                        sums[0][i] = a[i].mul_add(c[i], b[i].mul_add(d[i], sums[0][i]));
                        sums[1][i] = a[i].mul_add(d[i], (-b[i]).mul_add(c[i], sums[1][i]));
                        sums[2][i] = a[i].mul_add(a[i], b[i].mul_add(b[i], sums[2][i]));
                        sums[3][i] = c[i].mul_add(c[i], d[i].mul_add(d[i], sums[3][i]));
                    }
                }
            }
        },
    );
    sums.map(|lanes| lanes.iter().sum())
}
