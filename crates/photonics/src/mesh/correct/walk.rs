//! The correction itself: cell after cell, in the order of the light.

use super::open_phases::{Open, Unknowns};
use super::ratio::{
    Amplitudes, angle, coupler, fold, matrix, modulus, split, then, theta_of, upper,
};
use super::{CorrectError, Correction, Unreachable};
use crate::mesh::cell::Cell;
use crate::mesh::hardware::MeshHardware;
use crate::mesh::waiting::within_turn;

/// A splitting angle that is missed by no more is missed by rounding, in rad.
const ROUNDING_RAD: f64 = 4.0 * f64::EPSILON;

/// The same behind a coupler: of a product of three matrices.
const ROUNDING_BEHIND_RAD: f64 = 16.0 * f64::EPSILON;

/// What a cell is to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// theta of an MZI without errors; of a coupler its angle, of a phase shifter its phase.
    theta_rad: f64,
    /// On its upper input.
    input_rad: f64,
    /// On both of its ports.
    common_rad: f64,
}

impl Wanted {
    /// What a cell without errors does at these phases.
    pub(super) fn of(cell: Cell, theta_rad: f64, phi_rad: f64) -> Self {
        let (theta_rad, input_rad, common_rad) = match cell {
            Cell::Mzi => (theta_rad, phi_rad, 0.0),
            Cell::Symmetric => (theta_rad - phi_rad, 0.0, phi_rad),
            Cell::Coupler { angle_rad } => (angle_rad, 0.0, 0.0),
            _ => (theta_rad, 0.0, 0.0),
        };
        Self {
            theta_rad,
            input_rad,
            common_rad,
        }
    }
}

/// Couplers in front of an MZI that is still to come. Those in a row are one of the sum of their angles.
#[derive(Clone, Copy, Debug)]
struct InFront {
    cell: usize,
    pair: [usize; 2],
    wanted_rad: f64,
    real_rad: f64,
}

/// A phase that depends on unknown ones: what is known of it, and the ports that it makes up for.
struct Later {
    place: usize,
    known_rad: f64,
    plus: Option<Open>,
    minus: Open,
    /// theta of a symmetric MZI, that much more than phi.
    and_place: Option<(usize, f64)>,
}

pub(super) struct Walk<'a> {
    hardware: &'a MeshHardware,
    cells: usize,
    phases_rad: Vec<f64>,
    unreachable: Vec<Unreachable>,
    /// The field of the imperfect mesh is that of the ideal one times exp(i ahead) at every port.
    ahead: Vec<Open>,
    unknowns: Unknowns,
    in_front: Vec<Option<InFront>>,
    later: Vec<Later>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(hardware: &'a MeshHardware) -> Self {
        let topology = hardware.topology();
        let (cells, ports) = (topology.mzis(), topology.ports());
        let zero = Open {
            unknown: Unknowns::ZERO,
            known_rad: 0.0,
        };
        Self {
            hardware,
            cells,
            phases_rad: vec![0.0; 2 * cells + ports],
            unreachable: Vec::new(),
            ahead: vec![zero; ports],
            unknowns: Unknowns::new(),
            in_front: vec![None; ports],
            later: Vec::new(),
        }
    }

    pub(super) fn run(
        mut self,
        wanted: &[Wanted],
        gamma_rad: &[f64],
    ) -> Result<Correction, CorrectError> {
        for (cell, wanted) in wanted.iter().enumerate() {
            self.pass(cell, *wanted)?;
        }
        if let Some(in_front) = self.in_front.iter().flatten().min_by_key(|x| x.cell) {
            return Err(self.refused(in_front.cell));
        }
        for later in std::mem::take(&mut self.later) {
            let mut value = |open: Option<Open>| open.map_or(0.0, |open| self.unknowns.value(open));
            let phase = later.known_rad + value(later.plus) - value(Some(later.minus));
            let phase = within_turn(phase);
            self.phases_rad[later.place] = phase;
            if let Some((place, more)) = later.and_place {
                self.phases_rad[place] = within_turn(phase + more);
            }
        }
        for (port, (&gamma, ahead)) in gamma_rad.iter().zip(&self.ahead).enumerate() {
            let ahead = self.unknowns.value(*ahead);
            self.phases_rad[2 * self.cells + port] = within_turn(within_turn(gamma) - ahead);
        }
        Ok(Correction {
            phases_rad: self.phases_rad,
            unreachable: self.unreachable,
        })
    }

    fn refused(&self, cell: usize) -> CorrectError {
        let kind = self.hardware.topology().cell(cell).name();
        CorrectError::OtherCell { cell, kind }
    }

    fn pass(&mut self, cell: usize, wanted: Wanted) -> Result<(), CorrectError> {
        let topology = self.hardware.topology();
        let pair = topology.pairs()[cell];
        let pair = [pair.upper as usize, pair.lower as usize];
        let kind = topology.cell(cell);
        let in_front = self.taken(pair, kind)?;
        let [e1, _] = self.hardware.errors_rad()[cell];
        match kind {
            Cell::Mzi => match in_front {
                None => self.mzi(cell, pair, wanted),
                Some(in_front) => self.behind_coupler(cell, pair, wanted, in_front),
            },
            Cell::Symmetric => self.symmetric(cell, pair, wanted)?,
            Cell::Coupler { angle_rad } => {
                let before = in_front.map_or([0.0; 2], |x| [x.wanted_rad, x.real_rad]);
                let in_front = InFront {
                    cell: in_front.map_or(cell, |x| x.cell),
                    pair,
                    wanted_rad: before[0] + wanted.theta_rad,
                    real_rad: before[1] + angle_rad + e1,
                };
                for port in pair {
                    self.in_front[port] = Some(in_front);
                }
            }
            Cell::Crossing => self.ahead.swap(pair[0], pair[1]),
            Cell::Shifter => {
                let before = self.ahead[pair[0]];
                self.ahead[pair[0]] = self.unknowns.one_more();
                self.later.push(Later {
                    place: cell,
                    known_rad: wanted.theta_rad,
                    plus: Some(self.ahead[pair[0]]),
                    minus: before,
                    and_place: None,
                });
            }
            Cell::Attenuator => {
                // An MZI between dark and dumped light, without phi.
                let [ideal, real] = self.ratio(cell, wanted.theta_rad);
                let bars = real.bar + real.common - ideal.bar - ideal.common;
                let ahead = &mut self.ahead[pair[0]];
                ahead.known_rad = within_turn(ahead.known_rad + bars);
            }
            Cell::Loss { .. } => {}
        }
        Ok(())
    }

    /// The couplers that stand in front of a cell; it must be able to take them.
    fn taken(&mut self, pair: [usize; 2], kind: Cell) -> Result<Option<InFront>, CorrectError> {
        let found = pair.map(|port| self.in_front[port].take());
        let Some(first) = found[0].or(found[1]) else {
            return Ok(None);
        };
        let same = first.pair == pair || first.pair == [pair[1], pair[0]];
        match kind {
            Cell::Mzi | Cell::Coupler { .. } if same => Ok(Some(first)),
            _ => Err(self.refused(first.cell)),
        }
    }

    /// Sets theta for the ratio; the amplitudes without errors and those that it has.
    fn ratio(&mut self, cell: usize, theta_rad: f64) -> [Amplitudes; 2] {
        let errors = self.hardware.errors_rad()[cell];
        let corrected = self.nearest(cell, fold(0.5 * theta_rad), ROUNDING_RAD);
        self.phases_rad[cell] = corrected;
        [
            Amplitudes::new(theta_rad, [0.0; 2]),
            Amplitudes::new(corrected, errors),
        ]
    }

    /// theta for the splitting angle that is nearest to the one wanted.
    fn nearest(&mut self, cell: usize, wanted_rad: f64, rounding_rad: f64) -> f64 {
        let errors = self.hardware.errors_rad()[cell];
        let split = split(cell, wanted_rad, errors);
        if split.miss_rad() > rounding_rad {
            self.unreachable.push(split);
        }
        theta_of(split.nearest_rad, errors)
    }

    fn mzi(&mut self, cell: usize, [upper, lower]: [usize; 2], wanted: Wanted) {
        let [ideal, real] = self.ratio(cell, wanted.theta_rad);
        let known_rad = wanted.input_rad + (ideal.bar - ideal.cross) - (real.bar - real.cross);
        let (a, b) = (self.ahead[upper], self.ahead[lower]);
        let place = self.cells + cell;
        match self.unknowns.difference(a, b) {
            Some(difference) => self.phases_rad[place] = within_turn(known_rad - difference),
            None => self.later.push(Later {
                place,
                known_rad,
                plus: Some(b),
                minus: a,
                and_place: None,
            }),
        }
        let common = b.known_rad + real.common - ideal.common - wanted.common_rad;
        self.leave(
            [upper, lower],
            b.unknown,
            [
                common + real.cross - ideal.cross,
                common - real.bar + ideal.bar,
            ],
        );
    }

    fn leave(&mut self, pair: [usize; 2], unknown: usize, known_rad: [f64; 2]) {
        for (port, known_rad) in pair.into_iter().zip(known_rad) {
            self.ahead[port] = Open {
                unknown,
                known_rad: within_turn(known_rad),
            };
        }
    }

    /// theta - phi gives the ratio, and what both have in common the phase that its outputs share. The
    /// relative phase of its inputs is that of cells before.
    fn symmetric(
        &mut self,
        cell: usize,
        [upper, lower]: [usize; 2],
        wanted: Wanted,
    ) -> Result<(), CorrectError> {
        let [ideal, real] = self.ratio(cell, wanted.theta_rad);
        let inner = self.phases_rad[cell];
        let (a, b) = (self.ahead[upper], self.ahead[lower]);
        let difference = wanted.input_rad + (ideal.bar - ideal.cross) - (real.bar - real.cross);
        if !self.unknowns.set_difference(a, b, difference) {
            return Err(CorrectError::NoPhase { cell });
        }
        let shared = self.unknowns.one_more();
        let lower_rad = (ideal.bar - real.bar) + (ideal.cross - real.cross);
        self.leave([upper, lower], shared.unknown, [0.0, lower_rad]);
        self.later.push(Later {
            place: self.cells + cell,
            known_rad: wanted.common_rad + (ideal.common + ideal.cross)
                - (real.common + real.cross),
            plus: Some(shared),
            minus: b,
            and_place: Some((cell, inner)),
        });
        Ok(())
    }

    /// The MZI is to be what was wanted of both, less the coupler in front of it, whose inputs must be as
    /// they are: a matrix of its own, of which it has ratio and phase between its inputs.
    fn behind_coupler(&mut self, cell: usize, pair: [usize; 2], wanted: Wanted, in_front: InFront) {
        let errors = self.hardware.errors_rad()[cell];
        let (a, b) = (self.ahead[pair[0]], self.ahead[pair[1]]);
        let ahead = match self.unknowns.difference(a, b) {
            Some(ahead) => ahead,
            // Free: what stands before takes it.
            None => {
                self.unknowns.set_difference(a, b, 0.0);
                0.0
            }
        };
        let both = then(
            &coupler(in_front.wanted_rad),
            &matrix(wanted.theta_rad, wanted.input_rad, [0.0; 2]),
        );
        let inputs = then(&coupler(-in_front.real_rad), &upper(-ahead));
        let own = then(&inputs, &both);
        let [[bar, cross], _] = own;
        let ratio = libm::atan2(modulus(bar), modulus(cross));
        let theta = self.nearest(cell, ratio, ROUNDING_BEHIND_RAD);
        let real = Amplitudes::new(theta, errors);
        let phi = within_turn(angle(bar * cross.conj()) - (real.bar - real.cross));
        self.phases_rad[cell] = theta;
        self.phases_rad[self.cells + cell] = phi;
        // What is left on each output.
        let inputs = then(&upper(ahead), &coupler(in_front.real_rad));
        let found = then(&inputs, &matrix(theta, phi, errors));
        let common = b.known_rad + real.common - 0.5 * wanted.theta_rad - wanted.common_rad;
        let left = [0, 1].map(|out| {
            let pairs = found[out].iter().zip(&both[out]);
            common + angle(pairs.map(|(found, wanted)| found * wanted.conj()).sum())
        });
        self.leave(pair, b.unknown, left);
    }
}
