//! The MZIs of a mesh replaced by other cells.

use super::cell::{Cell, Placed};
use super::rectangular::rectangular;
use super::topology::{Topology, TopologyError};
use super::triangular::triangular;

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
    /// [`Cell::Symmetric`] in place of each MZI, and the few phase shifters outside that are then still
    /// needed (Bell, Walmsley, arXiv:2104.07561).
    ///
    /// **Which.** Up to a phase common to its outputs, which its two shifters set, a symmetric MZI lacks the
    /// relative phase of its inputs. That is the difference of the common phases of the cells that its inputs
    /// come from; the inputs of the mesh count as one such cell. So MZIs are the edges of a graph, and an
    /// MZI that closes a loop in it, in propagation order, gets a phase shifter on an input. With the output
    /// screen all that plain MZIs reach is then reached; where these have no phase too many, none of the
    /// phase shifters outside is.
    ///
    /// **Where.** On the first of its ports that passes a column of MZIs by on its way from the cell before,
    /// in that column, where it takes no length; else on its upper port, in a column of its own in front.
    /// In a rectangular mesh that is the input of each MZI of the first column and, for even N, the lower
    /// edge: N - 1 in all, (N - 1)/2 for odd N.
    Symmetric,
}

impl MziForm {
    /// Its name, as in mesh files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::ThreeSplitter => "three-splitter",
            Self::Symmetric => "symmetric",
        }
    }
}

impl Topology {
    /// The same wiring with the MZIs in another form. What other cells there are stays as it is; what is
    /// said of [`MziForm::Symmetric`] holds beside crossings and cells on one port.
    ///
    /// # Errors
    /// None in practice: the wiring is one already.
    pub fn with_mzis(&self, form: MziForm) -> Result<Self, TopologyError> {
        let cells: Vec<Placed> = self.placed().collect();
        let columns = (0..self.columns()).map(|column| &cells[self.column(column)]);
        let columns: Vec<Vec<Placed>> = match form {
            MziForm::Plain => columns.map(<[Placed]>::to_vec).collect(),
            MziForm::ThreeSplitter => {
                let mut all = Vec::new();
                for cells in columns {
                    let mzis = only_mzis(cells);
                    if !mzis.is_empty() {
                        all.push(replaced(&mzis, Cell::EVEN_COUPLER));
                    }
                    all.push(cells.to_vec());
                }
                all
            }
            MziForm::Symmetric => symmetric(self.ports(), columns.collect()),
        };
        Self::of_cells(self.name(), self.ports(), columns)
    }
}

/// The rectangular or triangular mesh of plain MZIs of which a mesh is another form; `None` of the plain
/// one itself.
pub(crate) fn universal_plain(topology: &Topology) -> Option<Topology> {
    if topology.is_uniform() {
        return None;
    }
    let ports = topology.ports();
    let named = [rectangular(ports), triangular(ports)];
    named.into_iter().flatten().find(|plain| {
        [MziForm::ThreeSplitter, MziForm::Symmetric]
            .into_iter()
            .filter_map(|form| plain.with_mzis(form).ok())
            .any(|formed| formed.placed().eq(topology.placed()))
    })
}

fn only_mzis(cells: &[Placed]) -> Vec<Placed> {
    let mzis = cells.iter().filter(|placed| placed.cell == Cell::Mzi);
    mzis.copied().collect()
}

/// The cells with another in place of each MZI.
fn replaced(cells: &[Placed], by: Cell) -> Vec<Placed> {
    let replaced = cells.iter().map(|placed| match placed.cell {
        Cell::Mzi => Placed {
            cell: by,
            ..*placed
        },
        _ => *placed,
    });
    replaced.collect()
}

fn symmetric(ports: usize, columns: Vec<&[Placed]>) -> Vec<Vec<Placed>> {
    let mut new: Vec<Vec<Placed>> = columns
        .iter()
        .map(|cells| replaced(cells, Cell::Symmetric))
        .collect();
    let mut in_front = vec![Vec::new(); columns.len()];
    let has_mzis: Vec<bool> = columns
        .iter()
        .map(|cells| !only_mzis(cells).is_empty())
        .collect();
    let mut phases = CommonPhases::default();
    // Where the light of each port gets its phase, and the column behind the last cell that it met.
    let inputs = phases.one_more();
    let mut from = vec![inputs; ports];
    let mut since = vec![0; ports];
    for (column, cells) in columns.iter().enumerate() {
        for placed in *cells {
            let [upper, lower] = placed.ports;
            match placed.cell {
                Cell::Mzi => {
                    if !phases.join(from[upper], from[lower]) {
                        let passed = [upper, lower].into_iter().find_map(|port| {
                            let mut passed = since[port]..column;
                            Some((port, passed.find(|&column| has_mzis[column])?))
                        });
                        let (port, place) = match passed {
                            Some((port, column)) => (port, &mut new[column]),
                            None => (upper, &mut in_front[column]),
                        };
                        place.push(Placed::on_one(Cell::Shifter, port));
                    }
                    let own = phases.one_more();
                    (from[upper], from[lower]) = (own, own);
                }
                Cell::Crossing => from.swap(upper, lower),
                Cell::Shifter => from[upper] = phases.one_more(),
                _ => {}
            }
            (since[upper], since[lower]) = (column + 1, column + 1);
        }
    }
    let columns = in_front.into_iter().zip(new);
    columns
        .flat_map(|(front, cells)| [(!front.is_empty()).then_some(front), Some(cells)])
        .flatten()
        .collect()
}

/// Phases that can be set, joined where a difference of two is spoken for.
#[derive(Default)]
struct CommonPhases(Vec<usize>);

impl CommonPhases {
    fn one_more(&mut self) -> usize {
        self.0.push(self.0.len());
        self.0.len() - 1
    }

    fn root(&mut self, mut phase: usize) -> usize {
        while self.0[phase] != phase {
            self.0[phase] = self.0[self.0[phase]];
            phase = self.0[phase];
        }
        phase
    }

    /// Whether the difference of two was still free.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a] = b;
        a != b
    }
}
