//! A mesh of a validation: a named topology with its form of MZIs, or a mesh file.

use super::checked::CellKind;
use crate::error::Error;
use crate::mesh_file::{MeshFile, NAMES, named};
use photonics::mesh::{Counts, Finding, MziForm, NamedTopology, Topology, TopologyError};
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;

/// Columns beyond those of the rectangular mesh where nothing is said.
const EXTRA_COLUMNS: usize = 2;

/// What a validation says of a mesh.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Candidate {
    name: Option<String>,
    topology: String,
    ports: Option<usize>,
    extra_columns: Option<usize>,
    cell: Option<CellKind>,
}

/// A fault of one key of a candidate.
pub(super) struct Fault {
    pub(super) key: &'static str,
    pub(super) value: String,
    pub(super) why: String,
    pub(super) help: String,
}

/// A mesh that can be built, with what the report calls it.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedCandidate {
    /// The name.
    pub name: String,
    /// Whence its wiring comes.
    pub wiring: Wiring,
}

/// Whence a wiring comes.
#[derive(Clone, Debug, PartialEq)]
pub enum Wiring {
    /// A topology by its name.
    Named {
        /// The topology.
        topology: NamedTopology,
        /// The form of its MZIs.
        form: MziForm,
        /// Its ports.
        ports: usize,
    },
    /// A mesh file.
    File(Arc<MeshFile>),
}

impl Candidate {
    /// The mesh; the path of a file begins at `folder`.
    pub(super) fn check(&self, folder: &Path) -> Result<CheckedCandidate, Vec<Fault>> {
        let known = NAMES.contains(&self.topology.as_str());
        let found = if known {
            self.named()
        } else {
            self.file(folder)
        };
        found.map(|(of_itself, wiring)| CheckedCandidate {
            name: self.name.clone().unwrap_or(of_itself),
            wiring,
        })
    }

    fn named(&self) -> Result<(String, Wiring), Vec<Fault>> {
        let mut faults = Vec::new();
        let redundant = matches!(
            named(&self.topology, 0),
            Some(NamedTopology::RedundantRectangular { .. })
        );
        if let Some(columns) = self.extra_columns.filter(|_| !redundant) {
            faults.push(Fault {
                key: "extra_columns",
                value: columns.to_string(),
                why: format!("has no effect on a {} mesh", self.topology),
                help: "remove it, or set topology = \"redundant-rectangular\"".into(),
            });
        }
        if self.ports.is_none() {
            faults.push(Fault {
                key: "ports",
                value: String::new(),
                why: "missing, and it has no default (ports, 1 to 4096)".into(),
                help: "say how many ports the mesh has".into(),
            });
        }
        let topology = named(&self.topology, self.extra_columns.unwrap_or(EXTRA_COLUMNS));
        match (topology, self.ports) {
            (Some(topology), Some(ports)) if faults.is_empty() => {
                let form = match self.cell {
                    None | Some(CellKind::Plain) => MziForm::Plain,
                    Some(CellKind::ThreeSplitter) => MziForm::ThreeSplitter,
                    Some(CellKind::Symmetric) => MziForm::Symmetric,
                };
                let wiring = Wiring::Named {
                    topology,
                    form,
                    ports,
                };
                Ok((self.topology.clone(), wiring))
            }
            _ => Err(faults),
        }
    }

    fn file(&self, folder: &Path) -> Result<(String, Wiring), Vec<Fault>> {
        let path = folder.join(&self.topology);
        let of_topology = |why: String, help: &str| Fault {
            key: "topology",
            value: format!("\"{}\"", self.topology),
            why,
            help: help.into(),
        };
        if !path.is_file() {
            let why = format!("{} is no file", path.display());
            let help = format!(
                "give its path relative to this file, or one of {}",
                NAMES.join(", ")
            );
            return Err(vec![of_topology(why, &help)]);
        }
        let mesh = MeshFile::read(&path).map_err(|error| match error {
            // Their own file and line stand first in each.
            Error::Problems(problems) => problems
                .into_iter()
                .map(|problem| of_topology(problem.to_string(), ""))
                .collect(),
            error => vec![of_topology(error.report(), "")],
        })?;
        let ports = mesh.topology.ports();
        let mut faults = Vec::new();
        if let Some(stated) = self.ports.filter(|&stated| stated != ports) {
            faults.push(Fault {
                key: "ports",
                value: stated.to_string(),
                why: format!("the mesh in {} has {ports} ports", path.display()),
                help: "leave the key out".into(),
            });
        }
        let others = [
            (
                "extra_columns",
                self.extra_columns.map(|columns| columns.to_string()),
            ),
            ("cell", self.cell.map(|_| "..".to_owned())),
        ];
        for (key, value) in others {
            if let Some(value) = value {
                faults.push(Fault {
                    key,
                    value,
                    why: format!("has no effect beside {}", path.display()),
                    help: "remove it, and set it in the mesh file".into(),
                });
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let name = safe(mesh.topology.name());
        Ok((name, Wiring::File(Arc::new(mesh))))
    }
}

/// A name that can be part of a file's name.
fn safe(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name: String = name
        .chars()
        .map(|c| if fits(c) { c } else { '-' })
        .take(64)
        .collect();
    if name.is_empty() || name.starts_with('.') {
        format!("mesh{name}")
    } else {
        name
    }
}

impl Wiring {
    /// Ports.
    pub fn ports(&self) -> usize {
        match self {
            Self::Named { ports, .. } => *ports,
            Self::File(file) => file.topology.ports(),
        }
    }

    /// Cells and columns, or more.
    pub fn counts(&self) -> Counts {
        match self {
            Self::Named {
                topology,
                form,
                ports,
            } => {
                let counts = topology.counts(*ports);
                // A coupler more per MZI; at most a phase shifter and a column more.
                let factor = if *form == MziForm::Plain { 1 } else { 2 };
                Counts {
                    mzis: factor * counts.mzis,
                    columns: factor * counts.columns,
                }
            }
            Self::File(file) => Counts {
                mzis: file.topology.mzis(),
                columns: file.topology.columns(),
            },
        }
    }

    /// Whether it takes light by design.
    pub fn absorbs(&self) -> bool {
        match self {
            Self::Named { topology, .. } => *topology == NamedTopology::Svd,
            Self::File(file) => {
                let wiring = &file.topology;
                (0..wiring.mzis()).any(|cell| wiring.cell(cell).absorbs())
            }
        }
    }

    /// Oddities in words, with the line of a mesh file that they stand in.
    pub fn said(&self, findings: &[Finding]) -> Vec<String> {
        match self {
            Self::Named { .. } => findings.iter().map(Finding::to_string).collect(),
            Self::File(file) => file.with_lines(findings),
        }
    }

    /// The wiring itself.
    ///
    /// # Errors
    /// None in practice: there is a port.
    pub fn build(&self) -> Result<Arc<Topology>, TopologyError> {
        match self {
            Self::File(file) => Ok(file.topology.clone()),
            Self::Named {
                topology,
                form,
                ports,
            } => {
                let plain = topology.build(*ports)?;
                Ok(Arc::new(match form {
                    MziForm::Plain => plain,
                    form => plain.with_mzis(*form)?,
                }))
            }
        }
    }
}
