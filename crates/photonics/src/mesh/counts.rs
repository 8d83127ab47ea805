//! How large a topology is, before it is built.

/// Sizes of a mesh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// MZIs, or cells where there are others: slots of theta.
    pub mzis: usize,
    /// Columns.
    pub columns: usize,
}
