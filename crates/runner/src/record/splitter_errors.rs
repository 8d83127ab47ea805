//! The known splitter errors of a die as `.npz`.

use super::archive::{Advice, Archive, open};
use crate::error::Problem;
use std::f64::consts::FRAC_PI_4;
use std::path::Path;

const ADVICE: Advice = Advice {
    give: "give an .npz archive with the arrays e1 and e2, in rad",
    missing: "give e1 (input side) and e2 (output side), one angle error in rad per MZI",
    shape: "give one angle error per MZI of the mesh, numbered column by column",
    value: "replace the value",
};

/// The angle errors in rad of the couplers, [e1, e2] per MZI in propagation order.
///
/// # Errors
/// What is wrong with the file, what was found and what is needed.
pub fn read_splitter_errors(path: &Path, mzis: usize) -> Result<Vec<[f64; 2]>, Problem> {
    let place = path.display().to_string();
    let mut archive = Archive::new(&place, open(path, &ADVICE)?, &ADVICE)?;
    let mut read = |name| {
        let values = archive.array(name, &[mzis as u64])?;
        // Beyond, a coupler would couple less than nothing or more than all: most likely degrees.
        match values.iter().position(|x| x.abs() > FRAC_PI_4) {
            Some(index) => Err(archive.problem(
                name,
                format!(
                    "value {index} (counted from 0) is {}, an angle error from -pi/4 to pi/4 is needed",
                    values[index]
                ),
                "give angles in rad: pi/4 + e is the coupling angle, so e = 0 halves the power",
            )),
            None => Ok(values),
        }
    };
    let (e1, e2) = (read("e1")?, read("e2")?);
    Ok(e1.into_iter().zip(e2).map(|(e1, e2)| [e1, e2]).collect())
}
