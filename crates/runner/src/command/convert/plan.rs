//! Which conversion two files and the options mean.

use crate::cli::{ConvertArgs, MeshChoice};
use crate::error::Problem;
use std::path::Path;

/// A conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan<'a> {
    WriteTouchstone {
        ports: usize,
    },
    ReadTouchstone {
        ports: usize,
    },
    Matrix,
    Convention {
        mesh: &'a MeshChoice,
    },
    WriteNetlist {
        mesh: &'a MeshChoice,
    },
    ReadNetlist,
    /// The wiring alone.
    NetlistToMesh,
    WriteDrive {
        mesh: &'a MeshChoice,
    },
    ReadDrive {
        mesh: &'a MeshChoice,
    },
}

/// A kind of file, by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Npy,
    Npz,
    Touchstone(usize),
    Yaml,
    Csv,
    Toml,
}

const KNOWN: &str = ".npy, .npz, .sNp with N ports, .yml, .yaml, .toml and .csv are known";

impl Kind {
    fn of(path: &Path) -> Result<Self, Problem> {
        let extension = path.extension().and_then(|x| x.to_str()).unwrap_or("");
        let extension = extension.to_ascii_lowercase();
        let ports = extension
            .strip_prefix('s')
            .and_then(|rest| rest.strip_suffix('p'))
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|x| x.is_ascii_digit()));
        match (&extension[..], ports) {
            ("npy", _) => Ok(Self::Npy),
            ("npz", _) => Ok(Self::Npz),
            ("yml" | "yaml", _) => Ok(Self::Yaml),
            ("csv", _) => Ok(Self::Csv),
            ("toml", _) => Ok(Self::Toml),
            // A number too large for the machine is too large for the format as well.
            (_, Some(digits)) => Ok(Self::Touchstone(digits.parse().unwrap_or(usize::MAX))),
            ("snp", _) => Err(Problem::of(
                path.display(),
                "the N of .sNp is the number of ports",
                "name a network of 8 ports, for example, U.s8p",
            )),
            ("", _) => Err(Problem::of(path.display(), "has no extension", KNOWN)),
            _ => Err(Problem::of(
                path.display(),
                format!("files .{extension} are not known"),
                KNOWN,
            )),
        }
    }
}

/// The conversion that is meant, with nothing given that it does not use.
///
/// # Errors
/// Files that do not become each other, an option that is missing, and one without effect.
pub(super) fn plan(args: &ConvertArgs) -> Result<Plan<'_>, Problem> {
    use Kind::{Csv, Npy, Npz, Toml, Touchstone, Yaml};
    let (from, to) = (Kind::of(&args.input)?, Kind::of(&args.output)?);
    let mesh = |what: &str| {
        args.mesh.as_ref().ok_or_else(|| {
            Problem::of(
                "--mesh",
                format!("is missing: {what} belong to the cells of a mesh"),
                "add a name or a mesh file, for example --mesh rectangular",
            )
        })
    };
    let driven = args.process.is_some();
    let process = |mesh: &MeshChoice| match driven {
        true => Ok(()),
        false => Err(Problem::of(
            "--process",
            format!("is missing: what the heaters of the mesh {mesh} are"),
            "add for example --process mature --heater-ohm 600",
        )),
    };
    let (plan, used): (_, &[&str]) = match (from, to) {
        (Npy, Touchstone(ports)) => (Plan::WriteTouchstone { ports }, &TOUCHSTONE),
        (Npz, Touchstone(ports)) => (Plan::WriteTouchstone { ports }, &TOUCHSTONE_ARRAY),
        (Touchstone(ports), Npy) => (
            Plan::ReadTouchstone { ports },
            &["--wavelength-nm", "--layout"],
        ),
        (Touchstone(ports), Npz) => (
            Plan::ReadTouchstone { ports },
            &["--wavelength-nm", "--layout", "--array"],
        ),
        (Npy, Npz) | (Npz, Npy) => (Plan::Matrix, &["--array"]),
        (Npz, Yaml) => (
            Plan::WriteNetlist {
                mesh: mesh("phases")?,
            },
            &[
                "--mesh",
                "--extra-columns",
                "--layer",
                "--flat",
                "--die-errors",
            ],
        ),
        (Yaml, Npz) => (Plan::ReadNetlist, &[]),
        (Yaml, Toml) => (Plan::NetlistToMesh, &[]),
        (Npz, Csv) => {
            let mesh = mesh("phases")?;
            process(mesh)?;
            (Plan::WriteDrive { mesh }, &DRIVE)
        }
        (Npz, Npz) if driven => (
            Plan::WriteDrive {
                mesh: mesh("phases")?,
            },
            &DRIVE,
        ),
        (Csv, Npz) => {
            let mesh = mesh("settings")?;
            process(mesh)?;
            (Plan::ReadDrive { mesh }, &DRIVE)
        }
        (Npz, Npz) if args.from.is_some() || args.to.is_some() => (
            Plan::Convention {
                mesh: mesh("phases")?,
            },
            &["--mesh", "--extra-columns", "--layer", "--from", "--to"],
        ),
        (Npz, Npz) => {
            return Err(Problem::of(
                args.input.display(),
                "what is to become of phases is not said",
                "--from and --to convert conventions, --process gives voltages and codes",
            ));
        }
        _ => {
            return Err(Problem::of(
                args.input.display(),
                format!("does not become {}", args.output.display()),
                "fzero convert --help lists what becomes of what",
            ));
        }
    };
    match given(args).find(|option| !used.contains(option)) {
        Some(option) => Err(Problem::of(
            option,
            "has no effect on this conversion",
            "leave it out; fzero convert --help lists what becomes of what",
        )),
        None => Ok(plan),
    }
}

const TOUCHSTONE: [&str; 4] = ["--wavelength-nm", "--format", "--unit", "--layout"];
const TOUCHSTONE_ARRAY: [&str; 5] = [
    "--wavelength-nm",
    "--format",
    "--unit",
    "--layout",
    "--array",
];
const DRIVE: [&str; 5] = [
    "--mesh",
    "--extra-columns",
    "--layer",
    "--process",
    "--heater-ohm",
];

/// The options that are given.
fn given(args: &ConvertArgs) -> impl Iterator<Item = &'static str> {
    [
        ("--mesh", args.mesh.is_some()),
        ("--extra-columns", args.extra_columns.is_some()),
        ("--layer", args.layer.is_some()),
        ("--from", args.from.is_some()),
        ("--to", args.to.is_some()),
        ("--flat", args.flat),
        ("--die-errors", args.die_errors.is_some()),
        ("--process", args.process.is_some()),
        ("--heater-ohm", args.heater_ohm.is_some()),
        ("--wavelength-nm", args.wavelength_nm.is_some()),
        ("--format", args.format.is_some()),
        ("--unit", args.unit.is_some()),
        ("--layout", args.layout.is_some()),
        ("--array", args.array.is_some()),
    ]
    .into_iter()
    .filter_map(|(option, given)| given.then_some(option))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    fn planned(line: &str) -> Result<Plan<'static>, String> {
        let words = ["fzero", "convert"].into_iter().chain(line.split(' '));
        match Cli::try_parse_from(words).unwrap().command {
            Command::Convert(args) => {
                plan(Box::leak(Box::new(args))).map_err(|problem| problem.to_string())
            }
            _ => panic!("not convert"),
        }
    }

    #[test]
    fn extensions_and_options_say_what_is_meant() {
        let mesh = &MeshChoice::Named("rectangular");
        for (line, expected) in [
            ("U.npy U.s8p", Plan::WriteTouchstone { ports: 8 }),
            ("U.S12P U.npz", Plan::ReadTouchstone { ports: 12 }),
            ("U.npy U.npz", Plan::Matrix),
            (
                "p.npz q.npz --mesh rectangular --to clements",
                Plan::Convention { mesh },
            ),
            (
                "p.npz m.yml --mesh rectangular --flat",
                Plan::WriteNetlist { mesh },
            ),
            ("m.yaml p.npz", Plan::ReadNetlist),
            ("m.yaml m.toml", Plan::NetlistToMesh),
            (
                "p.npz d.csv --mesh rectangular --process mature",
                Plan::WriteDrive { mesh },
            ),
            (
                "p.npz d.npz --mesh rectangular --process mature",
                Plan::WriteDrive { mesh },
            ),
            (
                "d.csv p.npz --mesh rectangular --process mature",
                Plan::ReadDrive { mesh },
            ),
        ] {
            assert_eq!(planned(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn what_is_not_meant_is_said() {
        for (line, expected) in [
            ("U.npy U", "U: has no extension"),
            ("U.npy U.mat", "U.mat: files .mat are not known"),
            ("U.npy U.snp", "U.snp: the N of .sNp is the number of ports"),
            ("U.npy m.yml", "U.npy: does not become m.yml"),
            (
                "p.npz q.npz",
                "p.npz: what is to become of phases is not said",
            ),
            ("p.npz q.npz --to clements", "--mesh: is missing"),
            ("p.npz m.yml", "--mesh: is missing"),
            ("p.npz d.csv --mesh rectangular", "--process: is missing"),
            (
                "U.npy U.s8p --flat",
                "--flat: has no effect on this conversion",
            ),
            ("m.yml p.npz --mesh rectangular", "--mesh: has no effect"),
            ("U.s8p U.npy --format ri", "--format: has no effect"),
        ] {
            let found = planned(line).unwrap_err();
            assert!(found.starts_with(expected), "{found}");
        }
    }
}
