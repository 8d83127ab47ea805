//! Where in a file the cells and columns of its mesh stand.

use photonics::mesh::{Cell, Finding, Topology};

/// Bytes of the text; empty where the file names a topology.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Places {
    cells: Vec<usize>,
    columns: Vec<usize>,
}

impl Places {
    /// Of every cell, and of every column where the file has columns.
    pub(super) fn new(cells: Vec<usize>, columns: Vec<usize>) -> Self {
        Self { cells, columns }
    }

    /// Of the cells of a form of MZIs that stand at these places: of each and its coupler that of the MZI;
    /// a phase shifter beside them has that of the MZI before.
    pub(super) fn of_form(formed: &Topology, mzis: &[usize]) -> Self {
        let mut cells = Vec::new();
        let mut next = 0_usize;
        for column in 0..formed.columns() {
            // A column of couplers stands in front of that of its MZIs.
            let mut ahead = next;
            for cell in formed.column(column) {
                let mzi = match formed.cell(cell) {
                    Cell::Mzi | Cell::Symmetric => {
                        next += 1;
                        next - 1
                    }
                    Cell::Coupler { .. } => {
                        ahead += 1;
                        ahead - 1
                    }
                    _ => next.saturating_sub(1),
                };
                cells.push(mzis.get(mzi).copied().unwrap_or_default());
            }
        }
        Self::new(cells, Vec::new())
    }

    /// Where what is odd stands.
    pub(super) fn of(&self, finding: &Finding) -> Option<usize> {
        let cell = finding.cell().and_then(|cell| self.cells.get(cell));
        let column = finding.column().and_then(|column| self.columns.get(column));
        cell.or(column).copied()
    }
}
