//! Run-time dispatch to the widest vector unit of the CPU.
//!
//! A plain `cargo build --release` targets a CPU of 2003, on which a fused multiply-add is a library
//! call. [`vectorize`] compiles its closure once per level with that level's instructions and picks at
//! run time. The closure and what it calls must be `#[inline(always)]` all the way down, or they stay
//! compiled for the build target:
//!
//! ```
//! let mut x = [1.0_f32; 64];
//! numerics::vectorize(#[inline(always)] || x.iter_mut().for_each(|x| *x = x.mul_add(2.0, 1.0)));
//! assert_eq!(x, [3.0; 64]);
//! ```

use std::env::VarError;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

/// The environment variable that forces a level: `portable`, `avx2` or `avx512`.
pub const LEVEL_VARIABLE: &str = "FZERO_SIMD";

/// A set of vector instructions. All levels return the same bits; they differ in speed alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// The instructions of the build target. On x86-64 a fused multiply-add is a call there, about a
    /// hundred times slower; on AArch64 it is native (NEON).
    Portable,
    /// AVX2 with FMA (x86-64, 2013 and later).
    Avx2,
    /// AVX-512 F, BW, CD, DQ, VL (x86-64, 2017 and later).
    Avx512,
}

/// A forced level that this machine or this program does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LevelError {
    /// Not the name of a level.
    Unknown(String),
    /// The CPU lacks the instructions.
    Unavailable(Level),
}

impl fmt::Display for LevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(
                f,
                "{LEVEL_VARIABLE} = {name}: not a SIMD level (portable, avx2, avx512)"
            ),
            Self::Unavailable(level) => {
                write!(f, "{LEVEL_VARIABLE} = {level}: this CPU does not have it (")?;
                for (i, level) in Level::available().into_iter().enumerate() {
                    write!(f, "{}{level}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
        }
    }
}

impl std::error::Error for LevelError {}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        })
    }
}

impl FromStr for Level {
    type Err = LevelError;

    fn from_str(name: &str) -> Result<Self, LevelError> {
        match name {
            "portable" => Ok(Self::Portable),
            "avx2" => Ok(Self::Avx2),
            "avx512" => Ok(Self::Avx512),
            other => Err(LevelError::Unknown(other.to_owned())),
        }
    }
}

impl Level {
    /// Whether this CPU can run it.
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => pulp::x86::V3::is_available(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => pulp::x86::V4::is_available(),
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The levels that this CPU can run, slowest first.
    pub fn available() -> Vec<Self> {
        [Self::Portable, Self::Avx2, Self::Avx512]
            .into_iter()
            .filter(|level| level.is_available())
            .collect()
    }

    /// The fastest level of this CPU.
    pub fn best() -> Self {
        Self::available().pop().unwrap_or(Self::Portable)
    }

    /// The level that [`LEVEL_VARIABLE`] asks for, or the fastest where it is unset.
    ///
    /// # Errors
    /// The variable holds no level's name, or one that this CPU lacks.
    pub fn from_environment() -> Result<Self, LevelError> {
        match std::env::var(LEVEL_VARIABLE) {
            Err(VarError::NotPresent) => Ok(Self::best()),
            Err(VarError::NotUnicode(name)) => {
                Err(LevelError::Unknown(name.to_string_lossy().into_owned()))
            }
            Ok(name) => {
                let level: Self = name.parse()?;
                if level.is_available() {
                    Ok(level)
                } else {
                    Err(LevelError::Unavailable(level))
                }
            }
        }
    }

    /// The level in use: read from the environment once, and the fastest where that fails.
    pub fn active() -> Self {
        static ACTIVE: OnceLock<Level> = OnceLock::new();
        *ACTIVE.get_or_init(|| Self::from_environment().unwrap_or_else(|_| Self::best()))
    }

    /// Runs `work` compiled for this level; a level that the CPU lacks runs as [`Level::Portable`].
    #[inline(always)]
    pub fn vectorize<R>(self, work: impl FnOnce() -> R) -> R {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => match pulp::x86::V4::try_new() {
                Some(cpu) => cpu.vectorize(work),
                None => work(),
            },
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => match pulp::x86::V3::try_new() {
                Some(cpu) => cpu.vectorize(work),
                None => work(),
            },
            _ => work(),
        }
    }
}

/// Runs `work` compiled for the active level.
#[inline(always)]
pub fn vectorize<R>(work: impl FnOnce() -> R) -> R {
    Level::active().vectorize(work)
}
