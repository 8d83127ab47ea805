//! Self-configuration: a die is set to a unitary without knowing its errors.
//!
//! Hamerly, Bandyopadhyay and Englund, Phys. Rev. Applied 18, 024019 (2022), arXiv:2106.03249, "matrix
//! diagonalization"; for triangular meshes it is Miller's, Photonics Research 1, 1 (2013),
//! doi:10.1364/PRJ.1.000001.
//!
//! The ideal decomposition of the target U ends with a diagonal V^H U W^H. MZI after MZI it makes one
//! element v^H U w zero, and no later MZI can change that. So the real mesh X is set such that v^H X w
//! is zero, where v and w come from the ideal decomposition and X v, w from measurements: whatever the
//! couplers are, the mesh that has all these zeros is the target up to a diagonal, which is measured
//! and set in the end. MZIs that have not had their turn are in the cross state, which leads
//! the light of their element through.

use super::bilinear::{Bilinear, SETTINGS_RAD, Setting};
use super::ideal::{Goal, Goals};
use super::transfer::Bench;
use crate::chip::cost::BenchUse;
use crate::chip::{Chip, ChipError};
use crate::design::Readout;
use crate::matrix::relative_error;
use crate::mesh::decompose::reduction::Step;
use crate::mesh::decompose::{self, DecomposeError};
use crate::mesh::rectangular::rectangular;
use crate::mesh::triangular::triangular;
use crate::mesh::waiting::{Waiting, within_turn};
use crate::mesh::{Topology, TopologyError};
use libm::atan2;
use nalgebra::DMatrix;
use num_complex::Complex64;
use thiserror::Error;

/// Meshes that can configure themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelfConfigurable {
    /// [`mod@crate::mesh::rectangular`].
    Rectangular,
    /// [`mod@crate::mesh::triangular`].
    Triangular,
}

impl SelfConfigurable {
    fn topology(self, ports: usize) -> Result<Topology, TopologyError> {
        match self {
            Self::Rectangular => rectangular(ports),
            Self::Triangular => triangular(ports),
        }
    }

    fn steps(self, ports: usize) -> Vec<Step> {
        match self {
            Self::Rectangular => decompose::clements::steps(ports),
            Self::Triangular => decompose::reck::steps(ports),
        }
    }
}

/// How a die configures itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelfConfigureOptions {
    /// How often an MZI, and in the end the passages, are measured again once they are set, and corrected:
    /// it takes off what the fit leaves where phase shifters have an unknown gain.
    pub refinements: u32,
}

impl Default for SelfConfigureOptions {
    fn default() -> Self {
        Self { refinements: 1 }
    }
}

/// A die that has configured itself.
#[derive(Clone, Debug, PartialEq)]
pub struct SelfConfiguration {
    /// What the chip is left with: [theta | phi | gamma] in rad, in [0, 2 pi).
    pub phases_rad: Vec<f64>,
    /// |dU|_F / |U|_F against the target, as the die's own measurements say: a common phase is taken off,
    /// and so is what readouts differ by. Noise counts.
    pub measured_error: f64,
    /// MZIs in propagation order whose element could not be brought to zero.
    pub unreachable: Vec<usize>,
    /// What it has taken, by the chip's own count.
    pub used: BenchUse,
}

/// Why a die cannot configure itself.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SelfConfigureError {
    /// The target cannot be decomposed.
    #[error(transparent)]
    Target(#[from] DecomposeError),
    /// The chip refuses.
    #[error(transparent)]
    Chip(#[from] ChipError),
    /// The first layer is not read by homodyne detection.
    #[error("self-configuration measures fields: the readout of the mesh must be homodyne")]
    Readout,
    /// The chip and the target differ in size, or the chip's mesh is another.
    #[error(
        "the target is for {target_ports} ports and {target_mzis} MZIs, the chip has {ports} and {mzis}"
    )]
    Size {
        /// Rows of the target.
        target_ports: usize,
        /// MZIs of the mesh for it.
        target_mzis: usize,
        /// Ports of the chip.
        ports: usize,
        /// MZIs of its first layer.
        mzis: usize,
    },
    /// A port shows no light at all.
    #[error("an output shows no light, whichever input is lit")]
    Dark,
}

/// Sets layer 0 of `chip`, a mesh of this kind, to the unitary `target` by measurements at its tap.
///
/// What it needs: inputs that can be lit one at a time, homodyne readout, phase shifters whose differences
/// are what was asked for. What it need not know: splitter errors, offsets of phase shifters, loss that is
/// the same on all paths, dark currents, how strong light, readouts and local oscillator are. It is up to
/// a common phase, which a homodyne readout defines only against its local oscillator. Unknown gains of
/// phase shifters are taken off in a triangular mesh alone; diodes of a pair that differ let |E|^2
/// through, which a strong local oscillator hides.
///
/// It takes 2 (4 + `refinements`) programmings per MZI, without refinement where the element cannot be
/// zero, and 8 + 2 `refinements` to begin and end; behind each but the last N + 1 samples are sent.
///
/// White noise of r times the readout of all light at one port leaves |dU|_F / |U|_F = r sqrt(4 N - 2) in
/// the root mean square.
///
/// # Errors
/// A target that is not unitary or of another size; a readout that is not homodyne; a chip without
/// light. The chip is then left with phases that mean nothing.
pub fn self_configure(
    chip: &mut Chip,
    mesh: SelfConfigurable,
    target: &DMatrix<Complex64>,
    options: SelfConfigureOptions,
) -> Result<SelfConfiguration, SelfConfigureError> {
    decompose::check(target)?;
    let before = *chip.bench_use();
    let ports = target.nrows();
    let topology = mesh.topology(ports).map_err(|_| DecomposeError::Empty)?;
    let mzis = chip.mzis(0).unwrap_or(0);
    if (chip.ports(), mzis) != (ports, topology.mzis()) {
        return Err(SelfConfigureError::Size {
            target_ports: ports,
            target_mzis: topology.mzis(),
            ports: chip.ports(),
            mzis,
        });
    }
    if chip.readout(0) != Some(Readout::Homodyne) {
        return Err(SelfConfigureError::Readout);
    }
    let goals = Goals::new(target, &topology, &mesh.steps(ports));
    let mut settings = Settings::crossed(topology, &goals);
    let mut bench = Bench::new(chip, &settings.phases_rad())?;
    let mut unreachable = Vec::new();
    for goal in &goals.mzis {
        if !configure(&mut bench, &mut settings, goal, options)? {
            unreachable.push(goal.mzi);
        }
    }
    unreachable.sort_unstable();
    for _ in 0..=options.refinements {
        let found = bench.matrix(&settings.phases_rad())?;
        for (port, (output, input, wanted)) in goals.passages.iter().enumerate() {
            let turn = wanted * passage(&found, output, input).conj();
            let middle_rad = &mut settings.middle_rad[port];
            *middle_rad = within_turn(*middle_rad + atan2(turn.im, turn.re));
        }
    }
    let phases_rad = settings.phases_rad();
    let found = bench.matrix(&phases_rad)?;
    bench.leave(&phases_rad)?;
    Ok(SelfConfiguration {
        phases_rad,
        measured_error: aligned_error(found, target),
        unreachable,
        used: *chip.bench_use() - before,
    })
}

/// Sets one MZI; whether its element has become zero.
fn configure(
    bench: &mut Bench<'_>,
    settings: &mut Settings,
    goal: &Goal,
    options: SelfConfigureOptions,
) -> Result<bool, SelfConfigureError> {
    let mut measure = |settings: &mut Settings, setting: Setting| {
        settings.set(goal.mzi, setting);
        let found = bench.matrix(&settings.phases_rad())?;
        Ok::<_, SelfConfigureError>(passage(&found, &goal.output, &goal.input))
    };
    let mut values = [Complex64::ZERO; 4];
    for (value, [theta_rad, phase_rad]) in values.iter_mut().zip(SETTINGS_RAD) {
        let setting = Setting {
            theta_rad,
            phase_rad,
        };
        *value = measure(settings, setting)?;
    }
    let fitted = Bilinear::through(values);
    let (mut setting, reached) = fitted.null();
    if reached {
        for _ in 0..options.refinements {
            let f = measure(settings, setting)?;
            setting = fitted.refined(setting, f).unwrap_or(setting);
        }
    }
    settings.set(goal.mzi, setting);
    Ok(reached)
}

/// v^H X w
fn passage(found: &DMatrix<Complex64>, output: &[Complex64], input: &[Complex64]) -> Complex64 {
    let columns = found.column_iter().zip(input);
    columns
        .map(|(column, w)| {
            let along: Complex64 = output.iter().zip(&column).map(|(v, x)| v * x).sum();
            along * w
        })
        .sum()
}

/// |dU|_F / |U|_F once a common phase and scale are taken off.
fn aligned_error(found: DMatrix<Complex64>, target: &DMatrix<Complex64>) -> f64 {
    let overlap: Complex64 = target.iter().zip(&found).map(|(u, x)| u * x.conj()).sum();
    let square: f64 = found.iter().map(Complex64::norm_sqr).sum();
    let size = target.norm() / square.sqrt();
    let turn = overlap / overlap.norm().max(f64::MIN_POSITIVE);
    relative_error(&(found * (turn * size)), target)
}

/// The mesh as it is set: MZIs that were taken off at the outputs have their phase there, and a screen
/// stands between them and the others.
struct Settings {
    topology: Topology,
    at_output: Vec<bool>,
    mzis: Vec<Setting>,
    middle_rad: Vec<f64>,
}

impl Settings {
    fn crossed(topology: Topology, goals: &Goals) -> Self {
        let crossed = Setting {
            theta_rad: 0.0,
            phase_rad: 0.0,
        };
        let mut at_output = vec![false; topology.mzis()];
        for goal in &goals.mzis {
            at_output[goal.mzi] = goal.at_output;
        }
        Self {
            at_output,
            mzis: vec![crossed; topology.mzis()],
            middle_rad: vec![0.0; topology.ports()],
            topology,
        }
    }

    fn set(&mut self, mzi: usize, setting: Setting) {
        self.mzis[mzi] = setting;
    }

    /// [theta | phi | gamma] in rad, with all phases at the inputs of MZIs or at the outputs of the mesh.
    fn phases_rad(&self) -> Vec<f64> {
        let (mzis, ports) = (self.topology.mzis(), self.topology.ports());
        let mut phases_rad = vec![0.0; 2 * mzis + ports];
        let mut waiting = Waiting::new(vec![0.0; ports]);
        let mut passed = vec![false; ports];
        for (mzi, &pair) in self.topology.pairs().iter().enumerate() {
            let Setting {
                theta_rad,
                phase_rad,
            } = self.mzis[mzi];
            let (upper, lower) = (pair.upper as usize, pair.lower as usize);
            phases_rad[mzi] = theta_rad;
            if self.at_output[mzi] {
                for port in [upper, lower] {
                    if !std::mem::replace(&mut passed[port], true) {
                        waiting.add(port, self.middle_rad[port]);
                    }
                }
            }
            let taken = waiting.taken(pair);
            if self.at_output[mzi] {
                phases_rad[mzis + mzi] = within_turn(taken);
                waiting.add(upper, phase_rad);
            } else {
                phases_rad[mzis + mzi] = within_turn(taken + phase_rad);
            }
        }
        for port in 0..ports {
            if !passed[port] {
                waiting.add(port, self.middle_rad[port]);
            }
            phases_rad[2 * mzis + port] = waiting.rest()[port];
        }
        phases_rad
    }
}
