//! The two things that light and learning share: named counter-based random streams, and vector
//! arithmetic that is dispatched to the CPU at run time and gives the same bytes on every level.
//!
//! # Sameness
//! Every operation here is elementwise and written with explicit fused multiply-adds, which IEEE 754
//! defines exactly; sine, cosine and logarithm are polynomials of this crate, not the platform's.
//! So AVX-512, AVX2 and the portable level return identical bits.

pub mod level;
pub mod math;
pub mod normal;
pub mod stream;
pub mod transpose;

pub use level::{Level, LevelError, vectorize};
pub use stream::{Stream, Streams};
