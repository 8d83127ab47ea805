//! From YAML to a netlist and its mesh.

use super::yaml::{Key, Node, Value, parse};
use crate::error::Problem;
use crate::record::touchstone::bounded;
use photonics::interchange::netlist::{
    Instance, InstancePort, Netlist, NetlistFault, NetlistMesh, Place,
};
use photonics::mesh::Finding;
use std::path::Path;

/// Bytes of the largest file that is read: a mesh of some 700 ports in couplers.
const MAX_BYTES: u64 = 1 << 28;

/// Entries of gdsfactory's files that say nothing of the circuit.
const IGNORED: [&str; 5] = ["name", "placements", "settings", "info", "warnings"];

/// A netlist with the lines of its entries.
struct Reader<'a> {
    file: &'a str,
    netlist: Netlist,
    instance_lines: Vec<usize>,
    connection_lines: Vec<usize>,
    port_lines: Vec<usize>,
}

/// A mesh, and what is odd about it, with the lines of its instances.
#[derive(Debug)]
pub struct ReadNetlist {
    /// The mesh.
    pub mesh: NetlistMesh,
    /// What is odd about its wiring.
    pub oddities: Vec<String>,
}

/// The mesh of a netlist.
///
/// # Errors
/// What is wrong with the file or the netlist, and on which line.
pub fn read_netlist(path: &Path) -> Result<ReadNetlist, Problem> {
    let file = path.display().to_string();
    let bytes = bounded(path, MAX_BYTES, "give a netlist in YAML")?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Problem::of(&file, "not UTF-8", "save the file as UTF-8 text"))?;
    mesh(&file, &text)
}

pub(super) fn mesh(file: &str, text: &str) -> Result<ReadNetlist, Problem> {
    let mut reader = Reader {
        file,
        netlist: Netlist::default(),
        instance_lines: Vec::new(),
        connection_lines: Vec::new(),
        port_lines: Vec::new(),
    };
    reader.document(parse(file, text)?)?;
    let mesh = reader.netlist.mesh().map_err(|error| {
        let place = match error.place {
            Place::Instance(index) => reader.place(reader.instance_lines[index]),
            Place::Connection(index) => reader.place(reader.connection_lines[index]),
            Place::Port(index) => reader.place(reader.port_lines[index]),
            Place::Whole => file.to_owned(),
        };
        Problem::of(place, &error, help(&error.fault))
    })?;
    let said = |finding: &Finding| match finding.cell() {
        Some(cell) => {
            let instance = mesh.instances[cell];
            let place = reader.place(reader.instance_lines[instance]);
            let name = &reader.netlist.instances[instance].name;
            format!("{place}: instance {name}: {finding}")
        }
        None => finding.to_string(),
    };
    let oddities = mesh.topology.lint().iter().map(said).collect();
    Ok(ReadNetlist { mesh, oddities })
}

fn help(fault: &NetlistFault) -> &'static str {
    match fault {
        NetlistFault::UnknownComponent { .. } | NetlistFault::UnknownSetting { .. } => {
            "docs/interchange.md lists the components and their settings"
        }
        NetlistFault::UnknownPort { .. } | NetlistFault::SameSide { .. } => {
            "inputs are o1 and o2 (lower, upper), outputs o4 and o3; of two ports o1 is the input"
        }
        NetlistFault::UnknownInstance { .. } => "add it to instances, or mend the name",
        NetlistFault::UsedTwice { .. } => "a port has one other end: remove one of the two",
        NetlistFault::Dangling { .. } => {
            "connect it, or name it in ports: light that leaves the mesh needs a port of the mesh"
        }
        NetlistFault::ExternalName { .. }
        | NetlistFault::ExternalSide { .. }
        | NetlistFault::ExternalMissing { .. }
        | NetlistFault::NoPorts => {
            "a mesh of N ports has in0 .. in{N-1} at inputs and out0 .. out{N-1} at outputs"
        }
        NetlistFault::Permuted { .. } => "name outputs as the inputs of their waveguides",
        NetlistFault::Cycle { .. } => "light in a mesh goes one way: open the ring",
        NetlistFault::SecondInstance { .. } => "rename one of them",
        _ => "mend the setting",
    }
}

impl Reader<'_> {
    fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.file)
    }

    fn problem(&self, line: usize, why: impl ToString, help: &str) -> Problem {
        Problem::of(self.place(line), why.to_string(), help)
    }

    fn document(&mut self, node: Node) -> Result<(), Problem> {
        let line = node.line;
        let entries = self.table(node, "a netlist")?;
        let mut known = 0;
        for (key, node) in entries {
            match &key.name[..] {
                "instances" => {
                    known += 1;
                    for (key, node) in self.table(node, "instances")? {
                        self.instance(key, node)?;
                    }
                }
                "connections" => {
                    for (key, node) in self.table(node, "connections")? {
                        let to = self.text(node, "a port")?;
                        self.connect(key.line, &key.name, &to)?;
                    }
                }
                "nets" => self.nets(node)?,
                "ports" => {
                    known += 1;
                    for (key, node) in self.table(node, "ports")? {
                        let at = self.text(node, "a port")?;
                        let at = self.port(key.line, &at)?;
                        self.netlist.ports.push((key.name, at));
                        self.port_lines.push(key.line);
                    }
                }
                name if IGNORED.contains(&name) => {}
                name => {
                    let recursive = matches!(&node.value, Value::Mapping(entries)
                        if entries.iter().any(|(key, _)| key.name == "instances"));
                    return Err(match recursive {
                        true => self.problem(
                            key.line,
                            format!("{name}: a netlist within a netlist, which is not read"),
                            "give the flat netlist of the mesh alone",
                        ),
                        false => self.problem(
                            key.line,
                            format!("{name}: is no part of a netlist that is read"),
                            "instances, connections or nets, and ports are",
                        ),
                    });
                }
            }
        }
        match known {
            2 => Ok(()),
            _ => Err(self.problem(
                line,
                "instances or ports are missing",
                "a netlist has instances, connections and ports",
            )),
        }
    }

    fn instance(&mut self, key: Key, node: Node) -> Result<(), Problem> {
        let mut instance = Instance {
            name: key.name,
            component: String::new(),
            settings: Vec::new(),
        };
        let named = |name: &str| format!("instance {name}");
        match node.value {
            Value::Scalar(component, _) => instance.component = component,
            _ => {
                for (part, node) in self.table(node, &named(&instance.name))? {
                    match &part.name[..] {
                        "component" => instance.component = self.text(node, "a component")?,
                        // SAX takes either for settings.
                        "settings" | "info" => {
                            for (setting, node) in self.table(node, "settings")? {
                                let place = format!("{}: {}", named(&instance.name), setting.name);
                                let value = self.number(node, &place)?;
                                instance.settings.push((setting.name, value));
                            }
                        }
                        other => {
                            return Err(self.problem(
                                part.line,
                                format!("{}: {other} is not read", named(&instance.name)),
                                "an instance has a component and settings",
                            ));
                        }
                    }
                }
            }
        }
        if instance.component.is_empty() {
            let why = format!("{}: its component is missing", named(&instance.name));
            return Err(self.problem(key.line, why, "add component: mzi, for example"));
        }
        self.netlist.instances.push(instance);
        self.instance_lines.push(key.line);
        Ok(())
    }

    fn nets(&mut self, node: Node) -> Result<(), Problem> {
        let line = node.line;
        let items = match node.value {
            Value::Sequence(items) => items,
            Value::Scalar(text, true) if text.is_empty() || text == "null" => Vec::new(),
            _ => return Err(self.problem(line, "nets: a list is needed", NET)),
        };
        for node in items {
            let line = node.line;
            let mut ends = [None, None];
            for (key, node) in self.table(node, "a net")? {
                match &key.name[..] {
                    "p1" => ends[0] = Some(self.text(node, "a port")?),
                    "p2" => ends[1] = Some(self.text(node, "a port")?),
                    "name" | "settings" => {}
                    other => {
                        return Err(self.problem(
                            key.line,
                            format!("{other} is no part of a net"),
                            NET,
                        ));
                    }
                }
            }
            let [Some(from), Some(to)] = ends else {
                return Err(self.problem(line, "p1 or p2 of a net is missing", NET));
            };
            self.connect(line, &from, &to)?;
        }
        Ok(())
    }

    fn connect(&mut self, line: usize, from: &str, to: &str) -> Result<(), Problem> {
        let ends = [self.port(line, from)?, self.port(line, to)?];
        self.netlist.connections.push(ends);
        self.connection_lines.push(line);
        Ok(())
    }

    fn port(&self, line: usize, text: &str) -> Result<InstancePort, Problem> {
        match text.split_once(',') {
            Some((instance, port)) => Ok(InstancePort::new(instance.trim(), port.trim())),
            None => Err(self.problem(
                line,
                format!("\"{}\" is no port of an instance", text.escape_default()),
                "write instance,port, for example mzi_0,o3",
            )),
        }
    }

    fn table(&self, node: Node, what: &str) -> Result<Vec<(Key, Node)>, Problem> {
        match node.value {
            Value::Mapping(entries) => Ok(entries),
            // Nothing behind a key.
            Value::Scalar(text, true) if text.is_empty() || text == "null" || text == "~" => {
                Ok(Vec::new())
            }
            _ => {
                let why = format!("{what}: a table of names and values is needed");
                Err(self.problem(node.line, why, "write name: value, a line each"))
            }
        }
    }

    fn text(&self, node: Node, what: &str) -> Result<String, Problem> {
        match node.value {
            Value::Scalar(text, _) => Ok(text),
            _ => Err(self.problem(node.line, format!("{what} is needed"), "write a name")),
        }
    }

    fn number(&self, node: Node, place: &str) -> Result<f64, Problem> {
        let line = node.line;
        match node.value {
            // YAML has its own words for what is not finite.
            Value::Scalar(text, true) => text
                .parse()
                .ok()
                .filter(|_| text.bytes().any(|byte| byte.is_ascii_digit()))
                .ok_or_else(|| {
                    let why = format!("{place} = {}: a number is needed", text.escape_default());
                    self.problem(line, why, "write it in digits")
                }),
            _ => Err(self.problem(
                line,
                format!("{place}: a number is needed"),
                "write it in digits",
            )),
        }
    }
}

const NET: &str = "a net is written - p1: mzi_0,o3 and below it p2: mzi_1,o1";

#[cfg(test)]
mod tests;
