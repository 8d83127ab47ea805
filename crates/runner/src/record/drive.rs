//! What is set on a bench for the phases of a mesh, as CSV or `.npz`.
//!
//! | column | content |
//! |---|---|
//! | `layer` | from 0 |
//! | `kind` | `theta`, `phi`, `gamma`; in `.npz` 0, 1, 2 |
//! | `column` | of the MZI, from 0; of gamma empty, in `.npz` the number of columns |
//! | `port` | the upper port of the MZI, or the port, from 0 |
//! | `phase_rad` | what is asked for |
//! | `set_rad` | what the nominal heater gives at that setting |
//! | `power_w`, `volt`, `code` | the setting; empty, in `.npz` absent, where there is none |
//! | `clipped` | 1 where the phase is beyond full scale, else 0 |

use super::npz::{NamedArray, npz_bytes};
use super::touchstone::bounded;
use crate::error::Problem;
use photonics::interchange::drive::{Drive, Setting};
use photonics::mesh::Topology;
use photonics::process::HeaterKind;
use std::io;
use std::path::Path;

/// Bytes of the largest table that is read.
const MAX_BYTES: u64 = 1 << 30;

const KINDS: [(HeaterKind, &str); 3] = [
    (HeaterKind::Theta, "theta"),
    (HeaterKind::Phi, "phi"),
    (HeaterKind::Gamma, "gamma"),
];

/// Where a heater is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeaterPlace {
    /// What it sets: 0 theta, 1 phi, 2 gamma.
    kind: usize,
    /// The column of its MZI; `None` of an output port.
    column: Option<usize>,
    /// The upper port of the MZI, or the output port.
    port: usize,
}

/// A heater and how it is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DriveRow {
    /// Where it is.
    pub place: HeaterPlace,
    /// What is asked for, in rad.
    pub phase_rad: f64,
    /// How it is set.
    pub setting: Setting,
}

/// The heaters of a mesh in the order [theta | phi | gamma]; `None` where a cell has none.
pub fn places(topology: &Topology) -> Vec<Option<HeaterPlace>> {
    let mut places = Vec::with_capacity(2 * topology.mzis() + topology.ports());
    for kind in 0..2 {
        for column in 0..topology.columns() {
            places.extend(topology.column(column).map(|mzi| HeaterPlace {
                kind,
                column: Some(column),
                port: topology.pairs()[mzi].upper as usize,
            }));
        }
    }
    places.extend((0..topology.ports()).map(|port| HeaterPlace {
        kind: 2,
        column: None,
        port,
    }));
    let places = places.into_iter().enumerate();
    places
        .map(|(place, heater)| topology.has_shifter(place).then_some(heater))
        .collect()
}

/// How the heaters of a mesh are set for [theta | phi | gamma] in rad.
pub fn drive_rows(topology: &Topology, phases_rad: &[f64], drive: &Drive) -> Vec<DriveRow> {
    let places = places(topology).into_iter().zip(phases_rad);
    places
        .filter_map(|(place, &phase_rad)| {
            Some(DriveRow {
                place: place?,
                phase_rad,
                setting: drive.setting(phase_rad),
            })
        })
        .collect()
}

const HEADER: [&str; 10] = [
    "layer",
    "kind",
    "column",
    "port",
    "phase_rad",
    "set_rad",
    "power_w",
    "volt",
    "code",
    "clipped",
];

/// The rows as CSV.
///
/// # Errors
/// None in practice: bytes in memory are written.
pub fn drive_csv(layer: usize, rows: &[DriveRow]) -> io::Result<Vec<u8>> {
    fn text(value: Option<impl ToString>) -> String {
        value.map_or(String::new(), |value| value.to_string())
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for row in rows {
        let setting = &row.setting;
        writer.write_record([
            layer.to_string(),
            KINDS[row.place.kind].1.to_owned(),
            text(row.place.column),
            row.place.port.to_string(),
            row.phase_rad.to_string(),
            setting.set_rad.to_string(),
            text(setting.power_w),
            text(setting.volt),
            text(setting.code),
            u8::from(setting.clipped).to_string(),
        ])?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

/// The columns as arrays of float64.
///
/// # Errors
/// None in practice: bytes in memory are written.
pub fn drive_npz(layer: usize, columns: usize, rows: &[DriveRow]) -> io::Result<Vec<u8>> {
    let column = |value: &dyn Fn(&DriveRow) -> Option<f64>| -> Option<Vec<f64>> {
        rows.iter().map(value).collect()
    };
    let arrays = [
        column(&|_| Some(layer as f64)),
        column(&|row| Some(row.place.kind as f64)),
        column(&|row| Some(row.place.column.unwrap_or(columns) as f64)),
        column(&|row| Some(row.place.port as f64)),
        column(&|row| Some(row.phase_rad)),
        column(&|row| Some(row.setting.set_rad)),
        column(&|row| row.setting.power_w),
        column(&|row| row.setting.volt),
        column(&|row| row.setting.code.map(f64::from)),
        column(&|row| Some(f64::from(u8::from(row.setting.clipped)))),
    ];
    let named: Vec<_> = HEADER
        .iter()
        .zip(&arrays)
        .filter_map(|(name, values)| {
            let values = values.as_ref()?;
            Some(NamedArray {
                name: (*name).into(),
                shape: vec![values.len() as u64],
                values,
            })
        })
        .collect();
    npz_bytes(&named)
}

/// A row of a table that was read: what the bench sets, by the first of code, voltage and power that is
/// given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GivenRow {
    /// Its line in the file.
    pub line: u64,
    /// The layer.
    pub layer: usize,
    /// Which heater.
    pub place: HeaterPlace,
    /// The setting.
    pub given: Given,
}

/// What is given of a setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Given {
    /// The code of the converter.
    Code(f64),
    /// The voltage over the heater in V.
    Volt(f64),
    /// The power of the heater in W.
    Power(f64),
}

/// Reads the rows of a table; columns may be in any order, others than those needed are left alone.
///
/// # Errors
/// What is wrong with the file, and on which line.
pub fn read_drive_csv(path: &Path) -> Result<Vec<GivenRow>, Problem> {
    let bytes = bounded(path, MAX_BYTES, GIVE)?;
    rows(&path.display().to_string(), &bytes)
}

const GIVE: &str = "give a table as fzero convert phases.npz drive.csv writes it";

fn rows(file: &str, bytes: &[u8]) -> Result<Vec<GivenRow>, Problem> {
    let unreadable = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        Problem::of(format!("{file}:{line}"), format!("not CSV: {error}"), GIVE)
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let header = reader.headers().map_err(unreadable)?.clone();
    let find = |name: &str| header.iter().position(|found| found == name);
    let needed = |name: &str| {
        find(name).ok_or_else(|| {
            Problem::of(
                format!("{file}:1"),
                format!("the column {name} is missing"),
                GIVE,
            )
        })
    };
    let [kind, column, port] = [needed("kind")?, needed("column")?, needed("port")?];
    let layer = find("layer");
    let settings = [find("code"), find("volt"), find("power_w")];
    if settings == [None; 3] {
        let why = "none of the columns code, volt and power_w is there";
        return Err(Problem::of(format!("{file}:1"), why, GIVE));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        let problem = |why: String, help: &str| Problem::of(format!("{file}:{line}"), why, help);
        let field = |index: usize| record.get(index).unwrap_or("");
        let shown =
            |index: usize| format!("{} = {}", &header[index], field(index).escape_default());
        let whole = |index: usize| -> Result<usize, Problem> {
            field(index).parse().map_err(|_| {
                problem(
                    format!("{}: a whole number is needed", shown(index)),
                    "count from 0",
                )
            })
        };
        let kind = KINDS
            .iter()
            .position(|(_, name)| *name == field(kind))
            .ok_or_else(|| {
                let why = format!("{}: theta, phi or gamma is needed", shown(kind));
                problem(why, "name what the heater sets")
            })?;
        let place = HeaterPlace {
            kind,
            column: match KINDS[kind].0 {
                HeaterKind::Gamma => None,
                _ => Some(whole(column)?),
            },
            port: whole(port)?,
        };
        let given = settings
            .into_iter()
            .enumerate()
            .filter_map(|(which, index)| Some((which, index?)))
            .find(|&(_, index)| !field(index).is_empty());
        let Some((which, index)) = given else {
            let why = "neither code nor volt nor power_w is given";
            return Err(problem(why.into(), "give one of them"));
        };
        let value: f64 = field(index).parse().map_err(|_| {
            problem(
                format!("{}: a number is needed", shown(index)),
                "write it in digits",
            )
        })?;
        rows.push(GivenRow {
            line,
            layer: layer.map_or(Ok(0), whole)?,
            place,
            given: [Given::Code, Given::Volt, Given::Power][which](value),
        });
    }
    Ok(rows)
}

impl HeaterPlace {
    /// Whether it sets the phase of an output port.
    pub fn is_output(&self) -> bool {
        self.column.is_none()
    }

    /// As messages have it.
    pub fn described(&self) -> String {
        let kind = KINDS[self.kind].1;
        match self.column {
            Some(column) => format!("{kind} of column {column}, port {}", self.port),
            None => format!("{kind} of port {}", self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_has_its_line() {
        let head = "kind,column,port,code,volt\n";
        for (text, expected) in [
            ("kind,port,code\n", "d:1: the column column is missing"),
            ("kind,column,port\n", "d:1: none of the columns"),
            ("theta,0,0,1\n", "d:2: not CSV"),
            (
                "alpha,0,0,1,\n",
                "d:2: kind = alpha: theta, phi or gamma is needed",
            ),
            ("theta,,0,1,\n", "d:2: column = : a whole number is needed"),
            (
                "theta,0,-1,1,\n",
                "d:2: port = -1: a whole number is needed",
            ),
            (
                "theta,0,0,,\n",
                "d:2: neither code nor volt nor power_w is given",
            ),
            (
                "gamma,,0,1,\ntheta,0,0,,x\n",
                "d:3: volt = x: a number is needed",
            ),
        ] {
            let text = if text.starts_with("kind") {
                text.into()
            } else {
                format!("{head}{text}")
            };
            let found = rows("d", text.as_bytes()).unwrap_err().to_string();
            assert!(found.starts_with(expected), "{found}\n{expected}");
        }
    }

    #[test]
    fn the_first_setting_that_is_given_counts() {
        let text = "volt , port,kind,code,column,note\n1.5,2,phi,,3,x\n2.5,0,gamma,7,,\n";
        let found = rows("d", text.as_bytes()).unwrap();
        assert_eq!(found[0].given, Given::Volt(1.5));
        assert_eq!(found[0].place.described(), "phi of column 3, port 2");
        assert_eq!(found[1].given, Given::Code(7.0));
        assert!(found[1].place.is_output());
        assert_eq!((found[1].line, found[1].layer), (3, 0));
    }
}
