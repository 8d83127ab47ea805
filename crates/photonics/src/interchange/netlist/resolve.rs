//! From names to numbers: instances by index, ports by side and arm, every port with its other end.

use super::component::Terminal;
use super::{Component, InstancePort, Netlist, NetlistError, NetlistFault, Place};
use std::collections::BTreeMap;

/// The other end of a waveguide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// An arm of an instance.
    Arm(usize, usize),
    /// An external port of the mesh.
    External(usize),
}

/// An instance with what its names mean.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) component: Component,
    /// In the order of [`Component::parameters`].
    pub(super) settings: Vec<f64>,
    /// Per arm, where light comes from.
    pub(super) from: [Option<End>; 2],
    /// Per arm, where it goes.
    pub(super) to: [Option<End>; 2],
}

/// A netlist in which every port has its other end.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) nodes: Vec<Node>,
    /// Per external input, the arm it leads to.
    pub(super) inputs: Vec<End>,
}

impl Resolved {
    pub(super) fn new(netlist: &Netlist) -> Result<Self, NetlistError> {
        let names = Names::new(netlist)?;
        let mut nodes = Vec::with_capacity(netlist.instances.len());
        for (index, _) in netlist.instances.iter().enumerate() {
            nodes.push(node(netlist, index)?);
        }
        for (index, ports) in netlist.connections.iter().enumerate() {
            let place = Place::Connection(index);
            let [a, b] = [&ports[0], &ports[1]].map(|port| names.find(&nodes, port, place));
            let (a, b) = (a?, b?);
            if a.1.output == b.1.output {
                let outputs = a.1.output;
                let [first, second] =
                    [0, 1].map(|end| format!("{},{}", ports[end].instance, ports[end].port));
                return Err(place.of(NetlistFault::SameSide {
                    outputs,
                    first,
                    second,
                }));
            }
            join(&mut nodes, a, End::Arm(b.0, b.1.arm), &ports[0], place)?;
            join(&mut nodes, b, End::Arm(a.0, a.1.arm), &ports[1], place)?;
        }
        let sides = external(netlist, &names, &mut nodes)?;
        for (index, node) in nodes.iter().enumerate() {
            for (ends, output) in [(&node.from, false), (&node.to, true)] {
                if let Some(arm) = (0..node.component.arms()).find(|&arm| ends[arm].is_none()) {
                    return Err(Place::Instance(index).of(NetlistFault::Dangling {
                        instance: netlist.instances[index].name.clone(),
                        port: node.component.port(Terminal { output, arm }).into(),
                    }));
                }
            }
        }
        let inputs = complete(sides)?;
        Ok(Self { nodes, inputs })
    }
}

/// Instances by name.
struct Names<'a>(BTreeMap<&'a str, usize>);

impl<'a> Names<'a> {
    fn new(netlist: &'a Netlist) -> Result<Self, NetlistError> {
        let mut names = BTreeMap::new();
        for (index, instance) in netlist.instances.iter().enumerate() {
            if names.insert(&instance.name[..], index).is_some() {
                let instance = instance.name.clone();
                return Err(Place::Instance(index).of(NetlistFault::SecondInstance { instance }));
            }
        }
        Ok(Self(names))
    }

    fn find(
        &self,
        nodes: &[Node],
        port: &InstancePort,
        place: Place,
    ) -> Result<(usize, Terminal), NetlistError> {
        let instance = port.instance.clone();
        let Some(&index) = self.0.get(&port.instance[..]) else {
            return Err(place.of(NetlistFault::UnknownInstance { instance }));
        };
        let component = nodes[index].component;
        match component.terminal(&port.port) {
            Some(terminal) => Ok((index, terminal)),
            None => Err(place.of(NetlistFault::UnknownPort {
                instance,
                component: component.name(),
                port: port.port.clone(),
                known: component.port_names(),
            })),
        }
    }
}

fn node(netlist: &Netlist, index: usize) -> Result<Node, NetlistError> {
    let given = &netlist.instances[index];
    let fault = |fault| Err(Place::Instance(index).of(fault));
    let instance = given.name.clone();
    let Some(component) = Component::ALL
        .into_iter()
        .find(|component| component.name() == given.component)
    else {
        let component = given.component.clone();
        return fault(NetlistFault::UnknownComponent {
            instance,
            component,
        });
    };
    let parameters = component.parameters();
    let mut settings: Vec<Option<f64>> = vec![None; parameters.len()];
    for (setting, value) in &given.settings {
        let (setting, value) = (setting.clone(), *value);
        let Some(number) = parameters.iter().position(|x| x.name == setting) else {
            let known: Vec<_> = parameters.iter().map(|x| x.name).collect();
            return fault(NetlistFault::UnknownSetting {
                instance,
                component: component.name(),
                setting,
                known: known.join(", "),
            });
        };
        if settings[number].replace(value).is_some() {
            let needed = "given once";
            return fault(NetlistFault::Setting {
                instance,
                setting,
                value,
                needed,
            });
        }
    }
    let mut values = Vec::with_capacity(parameters.len());
    for (parameter, given) in parameters.iter().zip(settings) {
        let value = given.unwrap_or(parameter.default);
        let [low, high] = parameter.range;
        if !(low..=high).contains(&value) {
            return fault(NetlistFault::Setting {
                instance,
                setting: parameter.name.into(),
                value,
                needed: parameter.needed,
            });
        }
        values.push(value);
    }
    Ok(Node {
        component,
        settings: values,
        from: [None; 2],
        to: [None; 2],
    })
}

fn join(
    nodes: &mut [Node],
    (index, terminal): (usize, Terminal),
    end: End,
    port: &InstancePort,
    place: Place,
) -> Result<(), NetlistError> {
    let node = &mut nodes[index];
    let ends = if terminal.output {
        &mut node.to
    } else {
        &mut node.from
    };
    match ends[terminal.arm].replace(end) {
        None => Ok(()),
        Some(_) => Err(place.of(NetlistFault::UsedTwice {
            instance: port.instance.clone(),
            port: port.port.clone(),
        })),
    }
}

/// The arms at external inputs and outputs by their numbers; the arms get them as their ends.
fn external(
    netlist: &Netlist,
    names: &Names<'_>,
    nodes: &mut [Node],
) -> Result<[BTreeMap<usize, End>; 2], NetlistError> {
    if netlist.ports.is_empty() {
        return Err(Place::Whole.of(NetlistFault::NoPorts));
    }
    let mut sides = [BTreeMap::new(), BTreeMap::new()];
    for (index, (name, port)) in netlist.ports.iter().enumerate() {
        let place = Place::Port(index);
        let Some((output, number)) = parse(name) else {
            let name = name.clone();
            return Err(place.of(NetlistFault::ExternalName { name }));
        };
        let (instance, terminal) = names.find(nodes, port, place)?;
        if terminal.output != output {
            return Err(place.of(NetlistFault::ExternalSide {
                name: name.clone(),
                instance: port.instance.clone(),
                port: port.port.clone(),
                output: terminal.output,
            }));
        }
        join(
            nodes,
            (instance, terminal),
            End::External(number),
            port,
            place,
        )?;
        let end = End::Arm(instance, terminal.arm);
        if sides[usize::from(output)].insert(number, end).is_some() {
            let name = name.clone();
            return Err(place.of(NetlistFault::ExternalTwice { name }));
        }
    }
    Ok(sides)
}

/// The arms that external inputs lead to, when there are as many outputs and none is missing.
fn complete(sides: [BTreeMap<usize, End>; 2]) -> Result<Vec<End>, NetlistError> {
    let [inputs, outputs] = sides.each_ref().map(BTreeMap::len);
    let ports = inputs.max(outputs);
    for (side, word) in sides.iter().zip(["in", "out"]) {
        if let Some(number) = (0..ports).find(|number| !side.contains_key(number)) {
            let name = format!("{word}{number}");
            return Err(Place::Whole.of(NetlistFault::ExternalMissing {
                name,
                inputs,
                outputs,
            }));
        }
    }
    let [inputs, _] = sides;
    Ok(inputs.into_values().collect())
}

/// Whether it is an output, and which: a number as it is written, without leading zeros.
fn parse(name: &str) -> Option<(bool, usize)> {
    let (output, digits) = match name.strip_prefix("in") {
        Some(digits) => (false, digits),
        None => (true, name.strip_prefix("out")?),
    };
    let number: usize = digits.parse().ok()?;
    (number.to_string() == digits).then_some((output, number))
}
