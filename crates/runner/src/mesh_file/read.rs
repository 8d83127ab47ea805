//! Reads what a mesh file says.

use super::description::{Column, Description, MAX_PORTS, Part, Wiring};
use super::fields::{Field, Fields, Reader, whole};
use super::names::{FORMS, NAMES, REDUNDANT, form, named};
use crate::error::Problem;
use photonics::mesh::{Cell, MziForm, NamedTopology, Placed};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const KINDS: [&str; 7] = [
    "mzi",
    "symmetric",
    "coupler",
    "crossing",
    "shifter",
    "attenuator",
    "loss",
];

/// The ways in which a file may say what the mesh is.
const WAYS: &str =
    "give topology = \"rectangular\", columns = [[[0, 1]]], or [[component]] and [[block]] tables";

/// The description, or everything that is wrong.
pub(super) fn read(file: &str, text: &str) -> Result<Description, Vec<Problem>> {
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let (line, column) = crate::config::raw::line_and_column(text, at);
            let why = format!("not TOML: {}", error.message().replace('\n', ", "));
            let help = "see https://toml.io for the format";
            return Err(vec![Problem::of(
                format!("{file}:{line}:{column}"),
                why,
                help,
            )]);
        }
    };
    let mut reader = Reader {
        file,
        text,
        problems: Vec::new(),
    };
    let fields = Fields {
        of: "",
        at: 0,
        table: table.get_ref(),
    };
    let description = reader.description(fields);
    match description {
        Some(description) if reader.problems.is_empty() => Ok(description),
        _ => Err(reader.problems),
    }
}

impl<'a> Reader<'a> {
    fn description(&mut self, fields: Fields<'a>) -> Option<Description> {
        let known = [
            "name",
            "ports",
            "topology",
            "extra_columns",
            "cell",
            "columns",
            "component",
            "block",
        ];
        self.refuse_others(fields, &known, "unknown key");
        let name = self.name(fields);
        let ports = self.ports(fields)?;
        let parts = ["component", "block"].map(|name| fields.get(name));
        let first_part = parts.iter().flatten().map(|field| field.at).min();
        let ways = [
            fields.get("topology").map(|field| field.at),
            fields.get("columns").map(|field| field.at),
            first_part,
        ];
        let mut places: Vec<usize> = ways.into_iter().flatten().collect();
        places.sort_unstable();
        match places[..] {
            [] => {
                let why = "the file does not say what the mesh is made of".into();
                self.wrong(0, String::new(), why, WAYS.into());
                return None;
            }
            [_] => {}
            [_, second, ..] => {
                let why = "says in another way what the mesh is made of".into();
                self.wrong(second, String::new(), why, WAYS.into());
                return None;
            }
        }
        let form = self.form(fields);
        let wiring = if let Some(at) = ways[0] {
            let topology = self.topology(fields)?;
            Wiring::Named { topology, at }
        } else {
            self.refuse_extra_columns(fields, "");
            if first_part.is_some() {
                let help = "give it in a [[block]], or the kind of each component";
                self.wrong_value(fields, "cell", "has no effect beside components", help);
                Wiring::Parts(self.parts(fields, ports))
            } else {
                Wiring::Columns(self.columns(fields, ports)?)
            }
        };
        Some(Description {
            name: name?.to_owned(),
            ports,
            form,
            wiring,
        })
    }

    fn name(&mut self, fields: Fields<'a>) -> Option<&'a str> {
        if fields.get("name").is_none() {
            self.missing(fields, "name", "name the mesh: name = \"my-mesh\"");
        }
        let name = self.text(fields, "name")?;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if (1..=64).contains(&name.len()) && name.bytes().all(fits) {
            return Some(name);
        }
        let why = "not a name (1 to 64 of A-Z a-z 0-9 . _ -)";
        self.wrong_value(fields, "name", why, "");
        None
    }

    fn ports(&mut self, fields: Fields<'a>) -> Option<usize> {
        let Some(field) = fields.get("ports") else {
            self.missing(
                fields,
                "ports",
                "say how many waveguides go in and out: ports = 8",
            );
            return None;
        };
        match whole(field.value.get_ref()) {
            Some(ports @ 1..) if ports <= MAX_PORTS as i64 => Some(ports as usize),
            Some(ports @ 1..) => {
                // Of a rectangular mesh.
                let gib = 0.5 * (ports as f64).powi(2) * super::build::BYTES_PER_CELL as f64
                    / f64::from(1 << 30);
                let why = format!(
                    "too many (1 to {MAX_PORTS}): the wiring of a rectangular mesh of so many \
                     would take about {gib:.0} GiB"
                );
                self.wrong_value(fields, "ports", why, "use fewer ports");
                None
            }
            _ => {
                let why = format!("a whole number is needed (1 to {MAX_PORTS})");
                self.wrong_value(fields, "ports", why, "");
                None
            }
        }
    }

    /// The form of the MZIs; plain where nothing is said.
    fn form(&mut self, fields: Fields<'a>) -> MziForm {
        let name = self.word(fields, "cell", &FORMS);
        name.and_then(form).unwrap_or_default()
    }

    fn topology(&mut self, fields: Fields<'a>) -> Option<NamedTopology> {
        if fields.get("topology").is_none() {
            let help = format!("name one of {}", NAMES.join(", "));
            self.missing(fields, "topology", &help);
            return None;
        }
        let name = self.word(fields, "topology", &NAMES)?;
        if name != REDUNDANT {
            self.refuse_extra_columns(fields, name);
        }
        let most = MAX_PORTS as f64;
        let extra = if name == REDUNDANT && fields.get("extra_columns").is_some() {
            let range = [1.0, most];
            let columns = self.number(fields, "extra_columns", range, "whole, ")?;
            if columns.fract() != 0.0 {
                let why = format!("a whole number is needed (1 to {MAX_PORTS})");
                self.wrong_value(fields, "extra_columns", why, "");
            }
            columns as usize
        } else {
            2
        };
        named(name, extra)
    }

    fn refuse_extra_columns(&mut self, fields: Fields<'a>, topology: &str) {
        let why = if topology.is_empty() {
            "has no effect without a topology".to_owned()
        } else {
            format!("has no effect while topology = {topology}")
        };
        let help = format!("remove it, or set topology = \"{REDUNDANT}\"");
        self.wrong_value(fields, "extra_columns", why, help);
    }

    /// A port of a mesh.
    fn port(&mut self, value: &Spanned<DeValue<'a>>, key: &str, ports: usize) -> Option<usize> {
        match whole(value.get_ref()) {
            Some(port @ 0..) if (port as u64) < ports as u64 => Some(port as usize),
            found => {
                let why = match found {
                    Some(port) => format!("port {port} does not exist"),
                    None => "a whole number is needed".into(),
                };
                let help = format!("ports count from 0 to {}", ports - 1);
                self.wrong(value.span().start, key.to_owned(), why, help);
                None
            }
        }
    }

    fn columns(&mut self, fields: Fields<'a>, ports: usize) -> Option<Vec<Column>> {
        let columns = self.list(fields, "columns", "columns")?;
        let mut read = Vec::new();
        let mut used = vec![usize::MAX; ports];
        for (number, column) in columns.iter().enumerate() {
            let DeValue::Array(pairs) = column.get_ref() else {
                let why = "a column is a list of port pairs".into();
                self.wrong(column.span().start, "columns".into(), why, WAYS.into());
                continue;
            };
            let mut cells = Vec::new();
            for pair in pairs {
                let at = pair.span().start;
                let Some([a, b]) = self.pair(pair, "columns", ports) else {
                    continue;
                };
                for port in [a, b] {
                    if std::mem::replace(&mut used[port], number) == number {
                        let why = format!("column {number} uses port {port} twice");
                        let help = "put one of the two into a column of its own".into();
                        self.wrong(at, "columns".into(), why, help);
                    }
                }
                cells.push((Placed::on_two(Cell::Mzi, a, b), at));
            }
            read.push(Column {
                cells,
                at: column.span().start,
            });
        }
        if read.iter().all(|column| column.cells.is_empty()) && self.problems.is_empty() {
            let why = "the mesh is empty";
            self.wrong_value(fields, "columns", why, "give at least one pair of ports");
        }
        Some(read)
    }

    /// Two different ports.
    fn pair(
        &mut self,
        value: &Spanned<DeValue<'a>>,
        key: &str,
        ports: usize,
    ) -> Option<[usize; 2]> {
        let at = value.span().start;
        let DeValue::Array(items) = value.get_ref() else {
            let why = "a pair of ports is needed".into();
            self.wrong(at, key.to_owned(), why, "for example [0, 1]".into());
            return None;
        };
        let [a, b] = items
            .get(..)
            .filter(|items| items.len() == 2)
            .and_then(|items| items.first_chunk())
            .or_else(|| {
                let why = format!("{} ports, a pair is needed", items.len());
                self.wrong(at, key.to_owned(), why, "for example [0, 1]".into());
                None
            })?;
        let [a, b] = [a, b].map(|port| self.port(port, key, ports));
        let (a, b) = (a?, b?);
        if a == b {
            let why = format!("joins port {a} to itself");
            self.wrong(at, key.to_owned(), why, "give two different ports".into());
            return None;
        }
        Some([a, b])
    }

    /// Components and blocks in the order of the file.
    fn parts(&mut self, fields: Fields<'a>, ports: usize) -> Vec<Part> {
        let mut tables = Vec::new();
        for of in ["component", "block"] {
            let Some(field) = fields.get(of) else {
                continue;
            };
            for fields in self.tables(field, of) {
                tables.push(fields);
            }
        }
        tables.sort_by_key(|fields| fields.at);
        let parts: Vec<Part> = tables
            .into_iter()
            .filter_map(|fields| match fields.of {
                "component" => self.component(fields, ports),
                _ => self.block(fields, ports),
            })
            .collect();
        if parts.is_empty() && self.problems.is_empty() {
            self.wrong(0, String::new(), "the mesh is empty".into(), WAYS.into());
        }
        parts
    }

    fn tables(&mut self, field: Field<'a>, of: &'static str) -> Vec<Fields<'a>> {
        let items = match field.value.get_ref() {
            DeValue::Array(items) => &items[..],
            _ => std::slice::from_ref(field.value),
        };
        let mut tables = Vec::new();
        for item in items {
            let at = item.span().start;
            match item.get_ref() {
                DeValue::Table(table) => tables.push(Fields { of, at, table }),
                _ => {
                    let help = format!("write each as [[{of}]] with its keys below");
                    self.wrong(at, of.to_owned(), "a table is needed".into(), help);
                }
            }
        }
        tables
    }

    fn component(&mut self, fields: Fields<'a>, ports: usize) -> Option<Part> {
        if fields.get("kind").is_none() {
            let help = format!("one of {}", KINDS.join(", "));
            self.missing(fields, "kind", &help);
            return None;
        }
        let kind = self.word(fields, "kind", &KINDS)?;
        let cell = match kind {
            "mzi" => Cell::Mzi,
            "symmetric" => Cell::Symmetric,
            "coupler" => Cell::EVEN_COUPLER,
            "crossing" => Cell::Crossing,
            "shifter" => Cell::Shifter,
            "attenuator" => Cell::Attenuator,
            _ => Cell::Loss { loss_db: 0.0 },
        };
        let ports_key = if cell.ports() == 2 { "ports" } else { "port" };
        let mut known = vec!["kind", ports_key];
        match cell {
            Cell::Coupler { .. } => known.extend(["angle_rad", "power_ratio"]),
            Cell::Loss { .. } => known.push("loss_db"),
            _ => {}
        }
        self.refuse_others(
            fields,
            &known,
            &format!("a component of kind {kind} has no such key"),
        );
        let cell = match cell {
            Cell::Coupler { .. } => self.coupler(fields)?,
            Cell::Loss { .. } => {
                if fields.get("loss_db").is_none() {
                    self.missing(fields, "loss_db", "its insertion loss in dB");
                }
                let loss_db = self.number(fields, "loss_db", [0.0, 999.0], "dB, ")?;
                Cell::Loss { loss_db }
            }
            cell => cell,
        };
        let Some(field) = fields.get(ports_key) else {
            let help = match cell.ports() {
                2 => "the two ports that it joins: ports = [0, 1]",
                _ => "the port that it is on: port = 0",
            };
            self.missing(fields, ports_key, help);
            return None;
        };
        let key = fields.path(ports_key);
        let on = if cell.ports() == 2 {
            self.pair(field.value, &key, ports)?
        } else {
            [self.port(field.value, &key, ports)?; 2]
        };
        if cell == Cell::Crossing && on[0].abs_diff(on[1]) != 1 {
            let why = "a crossing is between neighbouring ports";
            let help = "cross the ports in between one by one";
            self.wrong_value(fields, ports_key, why, help);
            return None;
        }
        Some(Part::Cell {
            placed: Placed { cell, ports: on },
            at: field.at,
        })
    }

    /// 50:50 where nothing is said.
    fn coupler(&mut self, fields: Fields<'a>) -> Option<Cell> {
        let [angle, ratio] = ["angle_rad", "power_ratio"].map(|key| fields.get(key).is_some());
        if angle && ratio {
            let why = "says what component.angle_rad says in another way";
            self.wrong_value(fields, "power_ratio", why, "give one of the two");
            return None;
        }
        if ratio {
            let across = self.number(fields, "power_ratio", [0.0, 1.0], "")?;
            return Some(Cell::coupler(across));
        }
        if angle {
            let angle_rad = self.number(fields, "angle_rad", [0.0, 1000.0], "rad, ")?;
            return Some(Cell::Coupler { angle_rad });
        }
        Some(Cell::EVEN_COUPLER)
    }

    fn block(&mut self, fields: Fields<'a>, ports: usize) -> Option<Part> {
        let known = ["topology", "extra_columns", "cell", "ports"];
        self.refuse_others(fields, &known, "unknown key");
        let topology = self.topology(fields);
        let form = self.form(fields);
        if fields.get("ports").is_none() {
            let help = "the ports of the mesh that it is on: ports = [0, 1, 2, 3]";
            self.missing(fields, "ports", help);
        }
        let items = self.list(fields, "ports", "ports")?;
        let mut on = Vec::new();
        for item in items.iter().take(MAX_PORTS + 1) {
            let port = self.port(item, "block.ports", ports)?;
            if on.contains(&port) {
                let why = format!("port {port} is listed twice");
                self.wrong(item.span().start, "block.ports".into(), why, String::new());
                return None;
            }
            on.push(port);
        }
        if on.is_empty() {
            self.wrong_value(fields, "ports", "a block needs a port", "");
            return None;
        }
        Some(Part::Block {
            topology: topology?,
            form,
            ports: on,
            at: fields.at,
        })
    }
}
