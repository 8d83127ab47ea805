//! A mesh as a netlist: instances of components, connections of their ports, and external ports. The form
//! is that of gdsfactory and SAX; its text is YAML, which is not read or written here.
//!
//! ```text
//!            .------.                     upper ports o2, o3, lower ports o1, o4: names go clockwise
//!  in1 o2 ---|      |--- o3 out1          from the lower left, as in gdsfactory
//!            | mzi  |
//!  in0 o1 ---|      |--- o4 out0          a component with two ports has o1 and o2
//!            '------'
//! ```
//! External ports are `in0` .. `in{N-1}` and `out0` .. `out{N-1}`, from the first port of the mesh on.
//!
//! Sources: SAX (github.com/flaport/sax), `src/sax/saxtypes/netlist.py` for the form,
//! `src/sax/models/couplers.py` and `straight.py` for the models `coupler_ideal` and `phase_shifter`.

mod component;
mod error;
mod mesh;
mod resolve;
mod write;

pub use component::{Component, Parameter};
pub use error::{NetlistError, NetlistFault, Place};
pub use mesh::NetlistMesh;
pub use write::{NetlistStyle, NoModel};

/// A flat netlist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Netlist {
    /// What there is.
    pub instances: Vec<Instance>,
    /// Which ports are joined, in either order.
    pub connections: Vec<[InstancePort; 2]>,
    /// External ports: their names, and the ports of instances that they are.
    pub ports: Vec<(String, InstancePort)>,
}

/// One component of the netlist.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// Its name.
    pub name: String,
    /// The name of what it is.
    pub component: String,
    /// Its settings; others have their defaults.
    pub settings: Vec<(String, f64)>,
}

/// A port of an instance, written `instance,port`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstancePort {
    /// The name of the instance.
    pub instance: String,
    /// The name of the port.
    pub port: String,
}

impl InstancePort {
    /// A port by the names of both.
    pub fn new(instance: impl Into<String>, port: impl Into<String>) -> Self {
        Self {
            instance: instance.into(),
            port: port.into(),
        }
    }
}
