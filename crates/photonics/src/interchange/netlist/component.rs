//! The components that a netlist may have: one table for reading and writing.

use std::f64::consts::FRAC_PI_4;

/// What an instance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// An MZI of this project, with its external phase.
    Mzi,
    /// A symmetric MZI, a phase on each inner arm.
    Symmetric,
    /// A coupler of any angle.
    Coupler,
    /// Waveguides that change places.
    Crossing,
    /// A phase in rad.
    Shifter,
    /// An attenuator, an MZI between dark and dumped light.
    Attenuator,
    /// A loss in dB.
    Loss,
    /// SAX's `coupler_ideal`: a coupler, half of an MZI.
    CouplerIdeal,
    /// SAX's `phase_shifter` of length 0, whose phase is pi per volt, whatever a heater needs.
    PhaseShifter,
}

/// A setting of a component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its value where none is given.
    pub default: f64,
    /// The smallest and the largest value.
    pub range: [f64; 2],
    /// What the range is, in words.
    pub needed: &'static str,
}

const ANY: [f64; 2] = [f64::MIN, f64::MAX];

const ANGLE: [f64; 2] = [0.0, 1000.0];

const fn parameter(name: &'static str, default: f64) -> Parameter {
    Parameter {
        name,
        default,
        range: ANY,
        needed: "a finite number",
    }
}

const fn splitter_error(name: &'static str) -> Parameter {
    Parameter {
        name,
        default: 0.0,
        range: [-FRAC_PI_4, FRAC_PI_4],
        needed: "an angle error from -pi/4 to pi/4 rad",
    }
}

const MZI: [Parameter; 4] = [
    parameter("theta", 0.0),
    parameter("phi", 0.0),
    splitter_error("e1"),
    splitter_error("e2"),
];

const COUPLER: [Parameter; 2] = [
    Parameter {
        name: "angle",
        default: FRAC_PI_4,
        range: ANGLE,
        needed: "an angle in rad, sin^2 of which goes across, 0 to 1000",
    },
    splitter_error("e1"),
];

const ATTENUATOR: [Parameter; 3] = [
    parameter("theta", 0.0),
    splitter_error("e1"),
    splitter_error("e2"),
];

const LOSS: [Parameter; 1] = [Parameter {
    name: "loss_db",
    default: 0.0,
    range: [0.0, 1000.0_f64.next_down()],
    needed: "a loss in dB, 0 to 1000 (excluded)",
}];

const SHIFTER: [Parameter; 1] = [parameter("phase", 0.0)];

const COUPLER_IDEAL: [Parameter; 2] = [
    Parameter {
        name: "coupling",
        default: 0.5,
        range: [0.0, 1.0],
        needed: "a share of the power, 0 to 1",
    },
    parameter("wl", 1.55),
];

/// `neff`, `wl` and `loss` act over the length, which is 0.
const PHASE_SHIFTER: [Parameter; 5] = [
    parameter("voltage", 0.0),
    Parameter {
        name: "length",
        default: 10.0,
        range: [0.0, 0.0],
        needed: "0: with a length the phase depends on the wavelength",
    },
    parameter("neff", 2.34),
    parameter("loss", 0.0),
    parameter("wl", 1.55),
];

/// Names of the ports of a component with four, and of one with two: inputs and outputs, upper first, by
/// either of SAX's strategies.
const FOUR: [[[&str; 2]; 2]; 2] = [
    [["o2", "in1"], ["o1", "in0"]],
    [["o3", "out1"], ["o4", "out0"]],
];
const TWO: [[[&str; 2]; 1]; 2] = [[["o1", "in0"]], [["o2", "out0"]]];

/// The side and the arm of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terminal {
    /// Whether light leaves there.
    pub(super) output: bool,
    /// 0 the upper, 1 the lower arm.
    pub(super) arm: usize,
}

impl Component {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Mzi,
        Self::Symmetric,
        Self::Coupler,
        Self::Crossing,
        Self::Shifter,
        Self::Attenuator,
        Self::Loss,
        Self::CouplerIdeal,
        Self::PhaseShifter,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mzi => "mzi",
            Self::Symmetric => "symmetric",
            Self::Coupler => "coupler",
            Self::Crossing => "crossing",
            Self::Shifter => "shifter",
            Self::Attenuator => "attenuator",
            Self::Loss => "loss",
            Self::CouplerIdeal => "coupler_ideal",
            Self::PhaseShifter => "phase_shifter",
        }
    }

    /// The settings that it may have.
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::Mzi | Self::Symmetric => &MZI,
            Self::Coupler => &COUPLER,
            Self::Crossing => &[],
            Self::Shifter => &SHIFTER,
            Self::Attenuator => &ATTENUATOR,
            Self::Loss => &LOSS,
            Self::CouplerIdeal => &COUPLER_IDEAL,
            Self::PhaseShifter => &PHASE_SHIFTER,
        }
    }

    /// Ports on one side: 1 or 2.
    pub fn arms(self) -> usize {
        match self {
            Self::Mzi | Self::Symmetric | Self::Coupler | Self::Crossing | Self::CouplerIdeal => 2,
            Self::Shifter | Self::PhaseShifter | Self::Attenuator | Self::Loss => 1,
        }
    }

    /// Whether a netlist that has it is read cell by cell, as nothing can be moved past it.
    pub(super) fn is_cell(self) -> bool {
        matches!(
            self,
            Self::Symmetric | Self::Coupler | Self::Crossing | Self::Attenuator | Self::Loss
        )
    }

    /// The name of a port, arm 0 the upper one.
    pub(super) fn port(self, terminal: Terminal) -> &'static str {
        self.sides()[usize::from(terminal.output)][terminal.arm][0]
    }

    /// The port of this name.
    pub(super) fn terminal(self, name: &str) -> Option<Terminal> {
        self.sides()
            .into_iter()
            .zip([false, true])
            .find_map(|(arms, output)| {
                let arm = arms.iter().position(|names| names.contains(&name))?;
                Some(Terminal { output, arm })
            })
    }

    /// The names of all ports, as messages have them.
    pub(super) fn port_names(self) -> String {
        let mut names: Vec<_> = self.sides().into_iter().flatten().map(|x| x[0]).collect();
        names.sort_unstable();
        names.join(", ")
    }

    fn sides(self) -> [&'static [[&'static str; 2]]; 2] {
        match self.arms() {
            2 => [&FOUR[0], &FOUR[1]],
            _ => [&TWO[0], &TWO[1]],
        }
    }
}
