//! Pictures of meshes as SVG.
//!
//! A topology becomes [`parts`], stage by stage what light meets; these become a [`layout`], places
//! as data; and only [`svg`] writes text. What is coloured and by which scale is a [`Paint`].

mod caption;
mod colour;
pub mod layout;
mod number;
pub mod paint;
pub mod parts;
mod power;
mod size;
mod svg;

pub use caption::caption;
pub use paint::Paint;
pub use size::{MAX_PICTURE_MIB, picture_bytes};
pub use svg::svg;
