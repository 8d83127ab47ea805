//! What a mesh is made of: the component at one place of its wiring.
//!
//! ```text
//!  mzi          --[phi]--.  .--[theta]--.  .--      symmetric    --.  .--[theta]--.  .--
//!                         ==             ==                          ==             ==
//!               ---------'  '-----------'  '--                   --'  '---[phi]---'  '--
//!
//!  coupler      --.  .--    crossing  --. .--       attenuator   --.  .--[theta]--.  .--
//!                  ==                    X                           ==             ==
//!               --'  '--              --' '--          (dark)    --'  '-----------'  '-- (dumped)
//!
//!  shifter      --[theta]--                         loss         --[ ]--
//! ```
//! Every cell has a slot for theta and one for phi in the parameter vector [theta | phi | gamma]. A slot
//! without a phase shifter is there for the order alone: what stands in it has no effect.

use std::f64::consts::FRAC_PI_4;

/// A component of a mesh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// A Mach-Zehnder interferometer with an internal and an external phase shifter
    /// ([`crate::component::mzi`]).
    Mzi,
    /// A Mach-Zehnder interferometer with a phase shifter on each inner arm, theta on the upper and phi
    /// on the lower one, and none outside (Bell, Walmsley, APL Photonics 6, 070804 (2021),
    /// arXiv:2104.07561).
    Symmetric,
    /// A directional coupler that passes cos^2 of this angle straight and sin^2 across.
    Coupler {
        /// The angle in rad: pi/4 is 50:50.
        angle_rad: f64,
    },
    /// Two waveguides that change places.
    Crossing,
    /// A phase shifter theta on one port.
    Shifter,
    /// A tunable attenuator on one port: an MZI without external phase shifter whose second input is
    /// dark and whose second output is dumped. Ideally it passes i exp(i theta/2) sin(theta/2).
    Attenuator,
    /// A stretch of one port that loses what the design says, on every die the same.
    Loss {
        /// Insertion loss in dB, >= 0.
        loss_db: f64,
    },
}

/// A cell on its ports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// What it is.
    pub cell: Cell,
    /// Its ports, upper and lower; of a cell on one port that port twice.
    pub ports: [usize; 2],
}

impl Placed {
    /// A cell on two ports.
    pub const fn on_two(cell: Cell, upper: usize, lower: usize) -> Self {
        Self {
            cell,
            ports: [upper, lower],
        }
    }

    /// A cell on one port.
    pub const fn on_one(cell: Cell, port: usize) -> Self {
        Self {
            cell,
            ports: [port; 2],
        }
    }
}

impl Cell {
    /// A 50:50 coupler.
    pub const EVEN_COUPLER: Self = Self::Coupler {
        angle_rad: FRAC_PI_4,
    };

    /// A coupler that sends this share of the power across.
    ///
    /// # Panics
    /// When the share is not in 0..=1.
    pub fn coupler(power_ratio: f64) -> Self {
        assert!((0.0..=1.0).contains(&power_ratio), "a share of the power");
        Self::Coupler {
            angle_rad: libm::asin(power_ratio.sqrt()),
        }
    }

    /// Its name, as in mesh files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mzi => "mzi",
            Self::Symmetric => "symmetric",
            Self::Coupler { .. } => "coupler",
            Self::Crossing => "crossing",
            Self::Shifter => "shifter",
            Self::Attenuator => "attenuator",
            Self::Loss { .. } => "loss",
        }
    }

    /// The ports that it is on, 1 or 2.
    pub fn ports(self) -> usize {
        match self {
            Self::Mzi | Self::Symmetric | Self::Coupler { .. } | Self::Crossing => 2,
            Self::Shifter | Self::Attenuator | Self::Loss { .. } => 1,
        }
    }

    /// Whether there is a phase shifter theta.
    pub fn has_theta(self) -> bool {
        matches!(
            self,
            Self::Mzi | Self::Symmetric | Self::Shifter | Self::Attenuator
        )
    }

    /// Whether there is a phase shifter phi.
    pub fn has_phi(self) -> bool {
        matches!(self, Self::Mzi | Self::Symmetric)
    }

    /// The couplers in it: 0 to 2. Of the two angle errors of a cell a single coupler has the first.
    pub fn couplers(self) -> usize {
        match self {
            Self::Mzi | Self::Symmetric | Self::Attenuator => 2,
            Self::Coupler { .. } => 1,
            Self::Crossing | Self::Shifter | Self::Loss { .. } => 0,
        }
    }

    /// Its length as a share of an MZI's, which is half outside (phi) and half between the couplers
    /// (theta). What light loses in a coupler, a crossing or a loss is said by their losses alone: they
    /// have no length.
    pub fn length(self) -> f64 {
        match self {
            Self::Mzi => 1.0,
            Self::Symmetric | Self::Shifter | Self::Attenuator => 0.5,
            Self::Coupler { .. } | Self::Crossing | Self::Loss { .. } => 0.0,
        }
    }

    /// Whether it takes light by design.
    pub fn absorbs(self) -> bool {
        matches!(self, Self::Attenuator | Self::Loss { .. })
    }

    /// The value out of its range, with what is allowed.
    pub(super) fn fault(self) -> Option<(&'static str, f64, &'static str)> {
        match self {
            Self::Coupler { angle_rad } if !(0.0..=1e3).contains(&angle_rad) => {
                Some(("angle of a coupler", angle_rad, "in [0, 1000] rad"))
            }
            Self::Loss { loss_db } if !(0.0..1e3).contains(&loss_db) => {
                Some(("loss", loss_db, "in [0, 1000) dB"))
            }
            _ => None,
        }
    }
}

/// How many there are of each kind of cell, and what they are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// [`Cell::Mzi`].
    pub mzis: usize,
    /// [`Cell::Symmetric`].
    pub symmetric: usize,
    /// [`Cell::Coupler`], not those within other cells.
    pub couplers: usize,
    /// [`Cell::Crossing`], not those of the layout ([`super::crossings`]).
    pub crossings: usize,
    /// [`Cell::Shifter`], not those within other cells or at the output.
    pub shifters: usize,
    /// [`Cell::Attenuator`].
    pub attenuators: usize,
    /// [`Cell::Loss`].
    pub losses: usize,
}

impl Parts {
    /// Counts one more.
    pub(super) fn add(&mut self, cell: Cell) {
        *match cell {
            Cell::Mzi => &mut self.mzis,
            Cell::Symmetric => &mut self.symmetric,
            Cell::Coupler { .. } => &mut self.couplers,
            Cell::Crossing => &mut self.crossings,
            Cell::Shifter => &mut self.shifters,
            Cell::Attenuator => &mut self.attenuators,
            Cell::Loss { .. } => &mut self.losses,
        } += 1;
    }

    /// Couplers in all, those within MZIs and attenuators included.
    pub fn all_couplers(&self) -> usize {
        2 * (self.mzis + self.symmetric + self.attenuators) + self.couplers
    }
}

impl std::fmt::Display for Parts {
    /// For example `120 MZIs, 120 couplers`; what there is none of is left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kinds = [
            (self.mzis, "MZI", "MZIs"),
            (self.symmetric, "symmetric MZI", "symmetric MZIs"),
            (self.couplers, "coupler", "couplers"),
            (self.crossings, "crossing", "crossings"),
            (self.shifters, "phase shifter", "phase shifters"),
            (self.attenuators, "attenuator", "attenuators"),
            (self.losses, "loss", "losses"),
        ];
        let mut any = false;
        for (count, one, more) in kinds {
            if count > 0 {
                let separator = if any { ", " } else { "" };
                any = true;
                write!(
                    f,
                    "{separator}{count} {}",
                    if count == 1 { one } else { more }
                )?;
            }
        }
        if any { Ok(()) } else { write!(f, "0 MZIs") }
    }
}
