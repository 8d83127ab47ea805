//! Many independent pieces of work on some threads, each result kept as it comes.

use crate::error::Error;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// How it ended, unless something could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// All of it was done.
    Complete,
    /// It was stopped.
    Stopped,
}

/// Does `work` for each number, in their order but `threads` at a time, and gives each result to `keep`, one
/// after the other, in the order in which they come. `work` gives nothing where it was stopped.
///
/// # Errors
/// The first failure of `keep` or of `work` ends it: what is being done on other threads is finished, and kept
/// if it can be.
pub(super) fn execute<T: Send>(
    numbers: &[usize],
    threads: usize,
    stop: &AtomicBool,
    work: impl Fn(usize) -> Result<Option<T>, Error> + Sync,
    keep: impl FnMut(T) -> Result<(), Error> + Send,
) -> Result<Ended, Error> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let state = Mutex::new((keep, None));
    let worker = || {
        loop {
            if stop.load(Ordering::SeqCst) || failed.load(Ordering::SeqCst) {
                return;
            }
            let Some(&number) = numbers.get(next.fetch_add(1, Ordering::SeqCst)) else {
                return;
            };
            let done = work(number);
            // A panic while keeping poisons it, and ends the process with the scope.
            let Ok(mut state) = state.lock() else {
                return;
            };
            let (keep, first) = &mut *state;
            let kept = done.and_then(|done| done.map_or(Ok(()), keep));
            if let Err(error) = kept {
                failed.store(true, Ordering::SeqCst);
                first.get_or_insert(error);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(numbers.len()) {
            scope.spawn(worker);
        }
        worker();
    });
    match state.into_inner() {
        Ok((_, Some(error))) => Err(error),
        _ if stop.load(Ordering::SeqCst) => Ok(Ended::Stopped),
        _ => Ok(Ended::Complete),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_number_is_done_once_on_any_number_of_threads() {
        let numbers: Vec<usize> = (3..60).collect();
        for threads in [1, 2, 3, 100] {
            let mut kept = Vec::new();
            let ended = execute(
                &numbers,
                threads,
                &AtomicBool::new(false),
                |number| Ok(Some(number)),
                |number| {
                    kept.push(number);
                    Ok(())
                },
            );
            assert_eq!(ended.unwrap(), Ended::Complete);
            assert_eq!(kept.len(), numbers.len());
            assert_eq!(
                kept.into_iter().collect::<BTreeSet<_>>(),
                numbers.iter().copied().collect()
            );
        }
    }

    #[test]
    fn what_cannot_be_kept_ends_it() {
        let numbers: Vec<usize> = (0..1000).collect();
        let mut kept = 0;
        let result = execute(
            &numbers,
            3,
            &AtomicBool::new(false),
            |number| Ok(Some(number)),
            |_| {
                kept += 1;
                match kept {
                    5 => Err(Error::failed("full", "disk", "")),
                    _ => Ok(()),
                }
            },
        );
        assert_eq!(result.unwrap_err().report(), "full: disk");
        // The fifth failed, and at most what two other threads had begun came after.
        assert!((5..=7).contains(&kept), "{kept}");
    }

    #[test]
    fn it_stops_when_it_is_asked_to() {
        let stop = AtomicBool::new(false);
        let mut kept = Vec::new();
        let ended = execute(
            &(0..1000).collect::<Vec<_>>(),
            1,
            &stop,
            |number| {
                if number == 3 {
                    stop.store(true, Ordering::SeqCst);
                    return Ok(None);
                }
                Ok(Some(number))
            },
            |number| {
                kept.push(number);
                Ok(())
            },
        );
        assert_eq!(ended.unwrap(), Ended::Stopped);
        assert_eq!(kept, [0, 1, 2]);
    }
}
