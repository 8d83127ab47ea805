//! Timing of short pieces of work.

use std::time::{Duration, Instant};

/// How often and how long things are timed.
#[derive(Debug)]
pub(super) struct Clock {
    turns: usize,
    piece: Duration,
}

impl Clock {
    pub(super) fn new(quick: bool) -> Self {
        Self {
            turns: if quick { 5 } else { 21 },
            piece: Duration::from_millis(if quick { 5 } else { 20 }),
        }
    }

    /// Repetitions of every measurement.
    pub(super) fn turns(&self) -> usize {
        self.turns
    }

    /// Mean time of `work` in s, over as many repetitions as fill one piece of time, after one that is
    /// not counted: in training a step follows a step and finds its own data in the caches.
    pub(super) fn time(&self, mut work: impl FnMut()) -> f64 {
        work();
        let began = Instant::now();
        let mut repetitions = 0_u32;
        let mut next = 1_u32;
        loop {
            for _ in 0..next {
                work();
            }
            repetitions += next;
            let elapsed = began.elapsed();
            if elapsed >= self.piece {
                return elapsed.as_secs_f64() / f64::from(repetitions);
            }
            // Looking at the clock is to cost nothing beside the work.
            next = repetitions;
        }
    }
}

/// The middle value; of an even number the upper of the two. `None` for none.
pub(super) fn median(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len() / 2).copied()
}
