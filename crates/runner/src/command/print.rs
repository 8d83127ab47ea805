//! Standard output, which may be full or gone.

use crate::error::Error;
use std::fmt::Display;
use std::io::{self, Write};

/// Writes a line to standard output. A reader that has seen enough (`| head`) is no failure.
///
/// # Errors
/// A failure to write for any other reason.
pub(super) fn print(text: impl Display) -> Result<(), Error> {
    let mut output = io::stdout().lock();
    match writeln!(output, "{text}").and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::failed(
            "standard output cannot be written",
            error,
            "",
        )),
        _ => Ok(()),
    }
}
