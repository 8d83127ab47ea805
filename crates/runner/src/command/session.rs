//! The machine as a command uses it.

use crate::error::{Error, Problem};
use numerics::Level;
use std::num::NonZeroUsize;

/// Does `work` at the SIMD level of the environment on so many threads, or on all cores.
///
/// # Errors
/// A level that is not one, threads that cannot be started, and what `work` fails with.
pub(super) fn session<T: Send>(
    threads: Option<NonZeroUsize>,
    work: impl FnOnce(Level) -> Result<T, Error> + Send,
) -> Result<T, Error> {
    let simd = Level::from_environment().map_err(|error| {
        Problem::of(
            "environment",
            error,
            "unset it, or name a level that this CPU has",
        )
    })?;
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.map_or(0, NonZeroUsize::get))
        .build()
        .map_err(|error| Error::failed("threads cannot be started", error, "lower --threads"))?
        .install(|| work(simd))
}
