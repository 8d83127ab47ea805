//! Not more often than this.

use std::time::Duration;

/// Lets something through at most once per interval.
#[derive(Clone, Debug)]
pub struct Throttle {
    every: Duration,
    last: Option<Duration>,
}

impl Throttle {
    /// At most once per `every`; the first time at once.
    pub fn new(every: Duration) -> Self {
        Self { every, last: None }
    }

    /// Whether it is time again at `now`, counted from any fixed moment. `always` lets it through in
    /// any case. What is let through starts the next interval.
    pub fn is_due(&mut self, now: Duration, always: bool) -> bool {
        let due = always
            || self
                .last
                .is_none_or(|last| now.saturating_sub(last) >= self.every);
        if due {
            self.last = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_per_interval_and_always_when_asked() {
        let mut throttle = Throttle::new(Duration::from_millis(100));
        let mut due = |ms, always| throttle.is_due(Duration::from_millis(ms), always);
        assert!(due(5, false));
        assert!(!due(104, false));
        assert!(due(105, false));
        assert!(due(106, true));
        assert!(!due(205, false));
        assert!(due(206, false));
    }
}
