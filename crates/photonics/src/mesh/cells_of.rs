//! The MZIs of a mesh replaced by other cells.

use super::cell::{Cell, Placed};
use super::topology::{Topology, TopologyError};

/// What stands where a mesh has MZIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MziForm {
    /// The MZI itself.
    #[default]
    Plain,
    /// A further 50:50 coupler in front of each MZI (Hamerly, Bandyopadhyay, Englund, Nat. Commun. 13, 6831
    /// (2022), doi:10.1038/s41467-022-34308-3, arXiv:2109.05367): the splitting ratios that coupler errors put
    /// out of reach are then no longer cross and bar but lie near 50:50, where a large Haar-random unitary
    /// hardly has any.
    ///
    /// ```text
    ///  --.  .--[phi]--.  .--[theta]--.  .--
    ///     ==           ==             ==
    ///  --'  '---------'  '-----------'  '--
    /// ```
    ThreeSplitter,
    /// [`Cell::Symmetric`], and a phase shifter on each port that a column of them passes by.
    Symmetric,
}

impl Topology {
    /// The same wiring with the MZIs in another form. What other cells there are stays as it is.
    ///
    /// # Errors
    /// None in practice: the wiring is one already.
    pub fn with_mzis(&self, form: MziForm) -> Result<Self, TopologyError> {
        let cells: Vec<Placed> = self.placed().collect();
        let mut columns = Vec::new();
        for column in 0..self.columns() {
            let cells = &cells[self.column(column)];
            let mzis = || cells.iter().filter(|placed| placed.cell == Cell::Mzi);
            match form {
                MziForm::Plain => columns.push(cells.to_vec()),
                MziForm::ThreeSplitter => {
                    let couplers = mzis().map(|placed| Placed {
                        cell: Cell::EVEN_COUPLER,
                        ..*placed
                    });
                    if mzis().next().is_some() {
                        columns.push(couplers.collect());
                    }
                    columns.push(cells.to_vec());
                }
                MziForm::Symmetric => {
                    let mut new: Vec<Placed> = cells
                        .iter()
                        .map(|placed| match placed.cell {
                            Cell::Mzi => Placed {
                                cell: Cell::Symmetric,
                                ..*placed
                            },
                            _ => *placed,
                        })
                        .collect();
                    if mzis().next().is_some() {
                        let used = |port: &usize| cells.iter().any(|c| c.ports.contains(port));
                        let free = (0..self.ports()).filter(|port| !used(port));
                        new.extend(free.map(|port| Placed::on_one(Cell::Shifter, port)));
                    }
                    columns.push(new);
                }
            }
        }
        Self::of_cells(self.name(), self.ports(), columns)
    }
}
