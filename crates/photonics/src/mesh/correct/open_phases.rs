//! Phases on the ports of a mesh, some of which are chosen later.
//!
//! Where the field of the imperfect mesh is ahead of that of the ideal one by a phase, the phase is a known
//! number and, behind a phase shifter that may still take any value, an unknown one. A condition on the
//! difference of two ports joins their unknowns.

use super::super::waiting::within_turn;

/// An unknown phase and a known one beside it, in rad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Open {
    pub(super) unknown: usize,
    pub(super) known_rad: f64,
}

/// Unknown phases, and what is known of their differences: a forest, each with its phase against its parent.
pub(super) struct Unknowns {
    parent: Vec<usize>,
    against_rad: Vec<f64>,
}

impl Unknowns {
    /// What is 0: the phases at the inputs.
    pub(super) const ZERO: usize = 0;

    pub(super) fn new() -> Self {
        Self {
            parent: vec![Self::ZERO],
            against_rad: vec![0.0],
        }
    }

    /// One more that may be anything.
    pub(super) fn one_more(&mut self) -> Open {
        let unknown = self.parent.len();
        self.parent.push(unknown);
        self.against_rad.push(0.0);
        Open {
            unknown,
            known_rad: 0.0,
        }
    }

    /// The root, and the phase against it.
    fn root(&mut self, unknown: usize) -> (usize, f64) {
        let mut root = unknown;
        let mut sum = 0.0;
        while self.parent[root] != root {
            sum = within_turn(sum + self.against_rad[root]);
            root = self.parent[root];
        }
        // Shorter next time.
        let (mut at, mut rest) = (unknown, sum);
        while self.parent[at] != root && at != root {
            let (next, step) = (self.parent[at], self.against_rad[at]);
            (self.parent[at], self.against_rad[at]) = (root, rest);
            rest = within_turn(rest - step);
            at = next;
        }
        (root, sum)
    }

    /// By how much the first is ahead of the second, where that is known.
    pub(super) fn difference(&mut self, first: Open, second: Open) -> Option<f64> {
        if first.unknown == second.unknown {
            return Some(first.known_rad - second.known_rad);
        }
        let [(root, a), (other, b)] = [first, second].map(|open| self.root(open.unknown));
        (root == other).then_some((a + first.known_rad) - (b + second.known_rad))
    }

    /// Makes the first ahead of the second by a phase; false where their difference is known already.
    pub(super) fn set_difference(
        &mut self,
        first: Open,
        second: Open,
        difference_rad: f64,
    ) -> bool {
        let [(root, a), (other, b)] = [first, second].map(|open| self.root(open.unknown));
        if root == other {
            return false;
        }
        // a + root + known = b + other + known + difference
        let ahead = difference_rad - (a + first.known_rad) + (b + second.known_rad);
        // What is 0 stays a root.
        let (child, parent, against) = match root {
            Self::ZERO => (other, root, -ahead),
            _ => (root, other, ahead),
        };
        self.parent[child] = parent;
        self.against_rad[child] = within_turn(against);
        true
    }

    /// Its value in rad, where all that are still free are 0.
    pub(super) fn value(&mut self, open: Open) -> f64 {
        if open.unknown == Self::ZERO {
            return open.known_rad;
        }
        self.root(open.unknown).1 + open.known_rad
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn differences_that_are_set_are_kept() {
        let mut unknowns = Unknowns::new();
        let zero = Open {
            unknown: Unknowns::ZERO,
            known_rad: 0.25,
        };
        let all: Vec<Open> = (0..6).map(|_| unknowns.one_more()).collect();
        let further = |open: Open, known_rad| Open { known_rad, ..open };
        assert_eq!(unknowns.difference(all[0], all[1]), None);
        for (first, second, rad) in [(0, 1, 1.0), (3, 2, 2.0), (1, 3, 3.0), (4, 5, 0.5)] {
            assert!(unknowns.set_difference(further(all[first], 0.1), all[second], rad));
        }
        assert!(
            !unknowns.set_difference(all[2], all[0], 0.0),
            "they are joined"
        );
        // 0 - 1 = 0.9, 1 - 3 = 2.9, 3 - 2 = 1.9.
        let close = |a: f64, b: f64| within_turn(a - b + 1.0) - 1.0 < 1e-14;
        assert!(close(unknowns.difference(all[0], all[2]).unwrap(), 5.7));
        assert!(unknowns.set_difference(all[5], zero, 1.0));
        assert!(close(unknowns.value(all[5]), 1.25));
        assert!(close(
            unknowns.value(further(all[4], 1.0)),
            1.25 + 0.4 + 1.0
        ));
        assert_eq!(unknowns.difference(all[0], zero), None);
        assert!(unknowns.set_difference(zero, all[1], 7.0));
        assert!(close(unknowns.value(all[0]), 0.25 - 7.0 + 0.9 + 2.0 * TAU));
    }
}
