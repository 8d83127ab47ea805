//! The order in which the MZIs of a mesh are computed, as data. What is said of MZIs goes for every cell
//! on two ports; cells on one port are no operations of their own (`mixed.rs`).
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
    /// Its place among the runs in the order of computation.
    pub(crate) place: usize,
    /// How many there are, at most [`RUN`].
    pub(crate) len: usize,
    /// The upper port of the first, where all join neighbouring ports and follow each other without
    /// a gap.
    pub(crate) port: Option<usize>,
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
    /// MZIs of each run, in the order of computation.
    lengths: Vec<u8>,
    /// In propagation order: compilation then reads phases in the order of memory.
    runs: Vec<Run>,
}

impl Schedule {
    /// Tiles where MZIs join neighbouring ports only; otherwise the order of the columns.
    pub(crate) fn new(topology: &Topology) -> Self {
        let pairs = topology.pairs();
        let mut order: Vec<u32> = (0..topology.mzis() as u32)
            .filter(|&cell| !pairs[cell as usize].is_one_port())
            .collect();
        let local = order.iter().all(|&cell| {
            let pair = pairs[cell as usize];
            pair.upper + 1 == pair.lower
        });
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
        let mut runs = runs(topology, &order);
        let lengths = runs.iter().map(|run| run.len as u8).collect();
        runs.sort_by_key(|run| run.mzi);
        Self {
            runs,
            lengths,
            pairs: order
                .iter()
                .map(|&mzi| topology.pairs()[mzi as usize])
                .collect(),
        }
    }

    /// The ports of the MZIs of each run, in the order of computation.
    #[inline(always)]
    pub(crate) fn pairs_of_runs(&self) -> impl Iterator<Item = &[PortPair]> {
        let mut rest = &self.pairs[..];
        self.lengths.iter().map_while(move |&length| {
            let (run, others) = rest.split_at_checked(usize::from(length))?;
            rest = others;
            Some(run)
        })
    }

    /// The same, last run first.
    #[inline(always)]
    pub(crate) fn pairs_of_runs_reversed(&self) -> impl Iterator<Item = &[PortPair]> {
        let mut rest = &self.pairs[..];
        self.lengths.iter().rev().map_while(move |&length| {
            let start = rest.len().checked_sub(usize::from(length))?;
            let (others, run) = rest.split_at_checked(start)?;
            rest = others;
            Some(run)
        })
    }

    /// Runs of MZIs that are neighbours in both orders, in propagation order.
    pub(crate) fn runs(&self) -> &[Run] {
        &self.runs
    }
}

/// Cuts the order of computation into runs.
fn runs(topology: &Topology, order: &[u32]) -> Vec<Run> {
    let mut column_of = Vec::with_capacity(order.len());
    for column in 0..topology.columns() {
        column_of.resize(topology.column(column).end, column);
    }
    let pairs = topology.pairs();
    let adjacent = |mzi: usize| pairs[mzi].upper + 1 == pairs[mzi].lower;
    let mut runs: Vec<Run> = Vec::new();
    for mzi in order.iter().map(|&mzi| mzi as usize) {
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
                place: runs.len(),
                len: 1,
                port,
            });
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::NamedTopology;
    use crate::mesh::rectangular::rectangular;
    use crate::mesh::triangular::triangular;

    /// Every port meets its MZIs in the order in which light does.
    fn assert_order(topology: &Topology) {
        let schedule = topology.schedule();
        let pairs: Vec<_> = schedule.pairs_of_runs().collect();
        let mut places = vec![None; pairs.len()];
        for run in schedule.runs() {
            assert_eq!(pairs[run.place], &topology.pairs()[run.mzis()]);
            assert_eq!(places[run.place].replace(run), None);
        }
        let order = places.into_iter().flat_map(|run| run.unwrap().mzis());
        let mut last = vec![None; topology.ports()];
        let mut count = 0;
        for mzi in order {
            count += 1;
            let pair = topology.pairs()[mzi];
            for port in [pair.upper, pair.lower] {
                let before = last[port as usize].replace(mzi);
                assert!(before < Some(mzi), "port {port}: {mzi} after {before:?}");
            }
        }
        assert_eq!(count, topology.mzis());
    }

    #[test]
    fn every_port_meets_its_mzis_in_order() {
        for ports in [1, 2, 3, 16, 33, 64, 101, 196] {
            assert_order(&rectangular(ports).unwrap());
            assert_order(&triangular(ports).unwrap());
            assert_order(&NamedTopology::Diamond.build(ports).unwrap());
            assert_order(&NamedTopology::Butterfly.build(ports).unwrap());
            assert_order(&NamedTopology::Tree.build(ports).unwrap());
        }
        let far = Topology::new("far", 8, [vec![(0, 4), (5, 1)], vec![(0, 1), (4, 7)]]).unwrap();
        assert_order(&far);
        assert_eq!(far.schedule().pairs, far.pairs());
    }
}
