//! What is wrong with a netlist.

use super::Component;
use thiserror::Error;

/// What is wrong, and which entry has it.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("{fault}")]
pub struct NetlistError {
    /// The entry.
    pub place: Place,
    /// What is wrong with it.
    pub fault: NetlistFault,
}

/// An entry of a netlist, by its index in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Of the instances.
    Instance(usize),
    /// Of the connections.
    Connection(usize),
    /// Of the external ports.
    Port(usize),
    /// The netlist as a whole.
    Whole,
}

impl Place {
    pub(super) fn of(self, fault: NetlistFault) -> NetlistError {
        NetlistError { place: self, fault }
    }
}

/// What is wrong with an entry.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum NetlistFault {
    /// Two instances of one name.
    #[error("a second instance with the name {instance}")]
    SecondInstance {
        /// The name.
        instance: String,
    },
    /// A component that is not in the table.
    #[error(
        "instance {instance} is of the unknown component {component} (known: {})",
        known()
    )]
    UnknownComponent {
        /// The instance.
        instance: String,
        /// What it should be.
        component: String,
    },
    /// A setting that the component does not have.
    #[error("instance {instance}: {component} has no setting {setting} (it has: {known})")]
    UnknownSetting {
        /// The instance.
        instance: String,
        /// What it is.
        component: &'static str,
        /// The setting.
        setting: String,
        /// Those that it has.
        known: String,
    },
    /// A setting out of its range, or given twice.
    #[error("instance {instance}: {setting} = {value}: must be {needed}")]
    Setting {
        /// The instance.
        instance: String,
        /// The setting.
        setting: String,
        /// Its value.
        value: f64,
        /// What it must be.
        needed: &'static str,
    },
    /// An instance that there is not.
    #[error("no instance has the name {instance}")]
    UnknownInstance {
        /// The name.
        instance: String,
    },
    /// A port that the component does not have.
    #[error("instance {instance}: {component} has no port {port} (it has: {known})")]
    UnknownPort {
        /// The instance.
        instance: String,
        /// What it is.
        component: &'static str,
        /// The port.
        port: String,
        /// Those that it has.
        known: String,
    },
    /// A port that is used before.
    #[error("port {port} of instance {instance} is used twice")]
    UsedTwice {
        /// The instance.
        instance: String,
        /// The port.
        port: String,
    },
    /// Two inputs or two outputs that are joined.
    #[error("joins two {} ({first} and {second}): light goes from outputs to inputs", if *.outputs { "outputs" } else { "inputs" })]
    SameSide {
        /// Whether they are outputs.
        outputs: bool,
        /// One port.
        first: String,
        /// The other.
        second: String,
    },
    /// A port that leads nowhere.
    #[error("port {port} of instance {instance} is dangling: neither connected nor external")]
    Dangling {
        /// The instance.
        instance: String,
        /// The port.
        port: String,
    },
    /// The name of an external port that does not say which it is.
    #[error("the external port {name} is neither in0, in1, .. nor out0, out1, ..")]
    ExternalName {
        /// The name.
        name: String,
    },
    /// Two external ports of one name.
    #[error("a second external port with the name {name}")]
    ExternalTwice {
        /// The name.
        name: String,
    },
    /// An external input at an output, or the reverse.
    #[error("the external port {name} is at port {port} of instance {instance}, an {}", if *.output { "output" } else { "input" })]
    ExternalSide {
        /// The external port.
        name: String,
        /// The instance.
        instance: String,
        /// The port.
        port: String,
        /// Whether that is an output.
        output: bool,
    },
    /// An external port that is missing.
    #[error("the external port {name} is missing: there are {inputs} inputs and {outputs} outputs")]
    ExternalMissing {
        /// Its name.
        name: String,
        /// External inputs.
        inputs: usize,
        /// External outputs.
        outputs: usize,
    },
    /// There is no external port.
    #[error("there are no external ports")]
    NoPorts,
    /// Outputs in another order than inputs.
    #[error(
        "out{output} ends the waveguide of in{input}, that is of out{input}: waveguides do not change places"
    )]
    Permuted {
        /// The output.
        output: usize,
        /// The input of the same waveguide.
        input: usize,
    },
    /// Light comes back to where it was.
    #[error("instance {instance} is part of a cycle: {path}")]
    Cycle {
        /// One instance of it.
        instance: String,
        /// All of them, in order.
        path: String,
    },
}

fn known() -> String {
    Component::ALL.map(Component::name).join(", ")
}
