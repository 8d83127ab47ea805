//! The order in which the MZIs of a mesh are computed, as data.
//!
//! Light passes column by column, but a column of a large mesh touches more memory than the
//! first-level cache holds. MZIs on different ports commute, so the columns are taken in bands, and a
//! band in skewed tiles that stay in the cache:
//!
//! ```text
//!  port \ column   0  1  2  3
//!            0     a     a          a, b, c: tiles of one band, computed one after another,
//!            1        a     a       each column by column; an MZI needs its neighbours of the
//!            2     b     a          column before, at most one port further down, and the skew
//!            3        b     a       of one port per column keeps these in an earlier tile or in
//!            4     b     b          the same
//! ```

use super::topology::{PortPair, Topology};

/// Columns of a band.
const BAND: usize = 24;

/// Ports of a tile.
const TILE: usize = 32;

/// Meshes up to this size fit the first-level cache whole.
const SMALL: usize = 96;

/// MZIs of one column that are computed one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The first of them, in propagation order.
    pub(crate) mzi: usize,
    /// Its place in the order of computation.
    pub(crate) slot: usize,
    /// How many there are, at most [`RUN`].
    pub(crate) len: usize,
    /// The upper port of the first, where all join neighbouring ports and follow each other without
    /// a gap.
    pub(crate) port: Option<usize>,
    /// Whether the places up to `slot + RUN` exist and belong to this run or to later ones, so that
    /// a whole vector may be written.
    pub(crate) whole: bool,
}

impl Run {
    /// Its MZIs.
    pub(crate) fn mzis(&self) -> std::ops::Range<usize> {
        self.mzi..self.mzi + self.len
    }
}

/// MZIs of a run at most: they are compiled together, in two registers of the widest vector unit.
pub(crate) const RUN: usize = 16;

/// An order of computation that respects every dependence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Schedule {
    pairs: Vec<PortPair>,
    runs: Vec<Run>,
}

impl Schedule {
    /// Tiles where MZIs join neighbouring ports only; otherwise the order of the columns.
    pub(crate) fn new(topology: &Topology) -> Self {
        let mut order: Vec<u32> = (0..topology.mzis() as u32).collect();
        let local = topology
            .pairs()
            .iter()
            .all(|pair| pair.upper + 1 == pair.lower);
        if local && topology.ports() > SMALL {
            let mut tile = vec![(0, 0); topology.mzis()];
            for column in 0..topology.columns() {
                for mzi in topology.column(column) {
                    let skewed = topology.pairs()[mzi].upper as usize + column % BAND;
                    tile[mzi] = (column / BAND, skewed / TILE);
                }
            }
            // Stable: within a tile the order of the columns remains.
            order.sort_by_key(|&mzi| tile[mzi as usize]);
        }
        let runs = runs(topology, &order);
        Self {
            runs,
            pairs: order
                .iter()
                .map(|&mzi| topology.pairs()[mzi as usize])
                .collect(),
        }
    }

    /// The ports of every MZI, in the order of computation.
    pub(crate) fn pairs(&self) -> &[PortPair] {
        &self.pairs
    }

    /// Runs of MZIs that are neighbours in both orders, in propagation order.
    pub(crate) fn runs(&self) -> &[Run] {
        &self.runs
    }
}

/// Cuts the order of computation into runs, in propagation order: compilation then reads phases in
/// the order of memory.
fn runs(topology: &Topology, order: &[u32]) -> Vec<Run> {
    let mut column_of = Vec::with_capacity(order.len());
    for column in 0..topology.columns() {
        column_of.resize(topology.column(column).end, column);
    }
    let pairs = topology.pairs();
    let adjacent = |mzi: usize| pairs[mzi].upper + 1 == pairs[mzi].lower;
    let mut runs: Vec<Run> = Vec::new();
    for (slot, mzi) in order.iter().map(|&mzi| mzi as usize).enumerate() {
        if let Some(run) = runs.last_mut()
            && run.mzi + run.len == mzi
            && column_of[run.mzi] == column_of[mzi]
            && run.len < RUN
        {
            let follows = pairs[mzi].upper == pairs[mzi - 1].upper + 2 && adjacent(mzi);
            run.port = run.port.filter(|_| follows);
            run.len += 1;
        } else {
            let port = adjacent(mzi).then_some(pairs[mzi].upper as usize);
            runs.push(Run {
                mzi,
                slot,
                len: 1,
                port,
                whole: false,
            });
        }
    }
    for run in &mut runs {
        run.whole = order
            .get(run.slot..run.slot + RUN)
            .is_some_and(|places| places.iter().all(|&mzi| mzi as usize >= run.mzi));
    }
    runs.sort_by_key(|run| run.mzi);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::rectangular::rectangular;
    use crate::mesh::triangular::triangular;

    /// Every port meets its MZIs in the order in which light does.
    fn assert_order(topology: &Topology) {
        let schedule = topology.schedule();
        let mut mzis = vec![None; topology.mzis()];
        for run in schedule.runs() {
            for (slot, mzi) in (run.slot..).zip(run.mzis()) {
                assert_eq!(schedule.pairs()[slot], topology.pairs()[mzi]);
                assert_eq!(mzis[slot].replace(mzi), None);
            }
        }
        let mut last = vec![None; topology.ports()];
        for mzi in mzis.into_iter().map(Option::unwrap) {
            let pair = topology.pairs()[mzi];
            for port in [pair.upper, pair.lower] {
                let before = last[port as usize].replace(mzi);
                assert!(before < Some(mzi), "port {port}: {mzi} after {before:?}");
            }
        }
    }

    #[test]
    fn every_port_meets_its_mzis_in_order() {
        for ports in [1, 2, 3, 16, 33, 64, 101, 196] {
            assert_order(&rectangular(ports).unwrap());
            assert_order(&triangular(ports).unwrap());
        }
        let far = Topology::new("far", 8, [vec![(0, 4), (5, 1)], vec![(0, 1), (4, 7)]]).unwrap();
        assert_order(&far);
        assert_eq!(far.schedule().pairs(), far.pairs());
    }
}
