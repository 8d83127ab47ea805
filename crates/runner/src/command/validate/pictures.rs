//! Pictures of the meshes and of what matters in them.

use super::analyse::Report;
use crate::config::validation::LoadedValidation;
use crate::draw::parts::Parts;
use crate::draw::{MAX_PICTURE_MIB, Paint, caption, picture_bytes, svg};
use crate::error::Error;
use crate::record::output::write_output;
use photonics::mesh::{Counts, Topology};
use photonics::validate::sensitivity::{Sensitivity, SensitivityMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// That no picture is larger than viewers show.
///
/// # Errors
/// A problem at the ports of each mesh that is too large.
pub(super) fn check_sizes(
    loaded: &LoadedValidation,
    topologies: &[Arc<Topology>],
) -> Result<(), Error> {
    let mut problems = Vec::new();
    for (index, topology) in topologies.iter().enumerate() {
        let counts = Counts {
            mzis: topology.mzis(),
            columns: topology.columns(),
        };
        let mib = picture_bytes(counts, topology.ports()).div_ceil(1 << 20);
        if mib > MAX_PICTURE_MIB {
            problems.push(loaded.problem_of(
                index,
                "ports",
                &topology.ports().to_string(),
                format!("its picture would have about {mib} MiB, more than {MAX_PICTURE_MIB}"),
                "leave out --svg, or use fewer ports".into(),
            ));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Problems(problems))
    }
}

/// Writes `NAME.svg`, and where sensitivities were asked for `NAME-infidelity.svg` and `NAME-intensity.svg`.
///
/// # Errors
/// The folder or a file cannot be written.
pub(super) fn write(folder: &Path, reports: &[Report]) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|error| {
        Error::failed(
            format!("{} cannot be made", folder.display()),
            error,
            "name a folder that you may write to",
        )
    })?;
    for report in reports {
        let parts = Parts::of(&report.topology);
        let picture = |suffix: &str, paint: &Paint<'_>| {
            let name = format!("{}{suffix}.svg", report.name);
            let text = svg(&parts, paint, &caption(&report.topology));
            write_output(&folder.join(name), text.as_bytes())
        };
        picture("", &Paint::Plain)?;
        let Some(map) = &report.sensitivity else {
            continue;
        };
        type Of = fn(&Sensitivity) -> f64;
        let maps: [(&str, &str, Of); 2] = [
            ("-infidelity", "lost fidelity, rad⁻²", |s| {
                s.infidelity_per_rad2
            }),
            (
                "-intensity",
                "relative change of the output powers, rad⁻¹",
                |s| s.intensity_per_rad,
            ),
        ];
        for (suffix, what, of) in maps {
            let (shifters, couplers) = values(map, of);
            let paint = Paint::Amount {
                shifters: &shifters,
                couplers: &couplers,
                what,
            };
            picture(suffix, &paint)?;
        }
    }
    Ok(())
}

/// In the order of the parameter vector, and two couplers per cell.
fn values(map: &SensitivityMap, of: fn(&Sensitivity) -> f64) -> (Vec<f64>, Vec<f64>) {
    let shifters = map.theta.iter().chain(&map.phi).chain(&map.gamma);
    let couplers = map.coupler_in.iter().zip(&map.coupler_out);
    (
        shifters.map(of).collect(),
        couplers.flat_map(|(a, b)| [of(a), of(b)]).collect(),
    )
}
