//! Touchstone files.

use crate::error::Problem;
use photonics::interchange::touchstone::{Fault, Touchstone, read};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes of the largest file that is read.
const MAX_BYTES: u64 = 1 << 29;

/// The network of `ports` ports in a file.
///
/// # Errors
/// What is wrong with the file, and on which line.
pub fn read_touchstone(path: &Path, ports: usize) -> Result<Touchstone, Problem> {
    let bytes = bounded(path, MAX_BYTES, "give a Touchstone file of version 1.1")?;
    // Comments come in any encoding.
    let text = String::from_utf8_lossy(&bytes);
    read(&text, ports).map_err(|error| {
        let place = match error.line {
            Some(line) => format!("{}:{line}", path.display()),
            None => path.display().to_string(),
        };
        let help = match &error.fault {
            Fault::Ports { .. } | Fault::TooLarge => {
                "keep the matrix as .npy, or cut the file to the frequencies that count"
            }
            Fault::Noise => "delete the lines from here on",
            Fault::Parameter { .. } | Fault::Version2 { .. } => {
                "convert it to S parameters of version 1, for example with scikit-rf"
            }
            Fault::Count { .. } | Fault::Incomplete { .. } => {
                "the number of ports is that of the extension: look whether it is right"
            }
            _ => "a file looks like this: # GHz S RI R 50, then a frequency and its parameters",
        };
        Problem::of(place, &error, help)
    })
}

/// The bytes of a file that may be anything, as long as they are not more than `most`.
pub(super) fn bounded(path: &Path, most: u64, give: &str) -> Result<Vec<u8>, Problem> {
    let problem = |why: String| Problem::of(path.display(), why, give);
    if path.is_dir() {
        return Err(problem("a folder, a file is needed".into()));
    }
    let unreadable = |error| problem(format!("cannot be read: {error}"));
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > most {
        let mib = most >> 20;
        return Err(problem(format!("is larger than {mib} MiB")));
    }
    Ok(bytes)
}
