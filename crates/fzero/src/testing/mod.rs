//! Small devices with known answers, to test trainers in microseconds. They are no models of
//! hardware.

mod faulty;
mod intensity;
mod noisy;
mod quadratic;
mod recorder;

pub use faulty::NotANumberAfter;
pub use intensity::IntensityBox;
pub use noisy::NoisyBox;
pub use quadratic::{FirstReadout, QuadraticBox};
pub use recorder::Recorder;

use crate::checks::{check_program, check_query, groups};
