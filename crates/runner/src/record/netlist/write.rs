//! From a netlist to YAML.

use photonics::interchange::netlist::{InstancePort, Netlist};
use std::fmt::Write;

/// The text of a file, `comments` at its head without their `#`.
pub fn netlist_text(netlist: &Netlist, comments: &[String]) -> String {
    let mut text = String::new();
    for comment in comments {
        text.push_str("# ");
        text.push_str(comment);
        text.push('\n');
    }
    text.push_str("instances:\n");
    // Writing to a string does not fail.
    for instance in &netlist.instances {
        let _ = writeln!(
            text,
            "  {}:\n    component: {}",
            instance.name, instance.component
        );
        if !instance.settings.is_empty() {
            text.push_str("    settings:\n");
        }
        for (name, value) in &instance.settings {
            let _ = writeln!(text, "      {name}: {}", number(*value));
        }
    }
    // An empty mapping has to be written as one.
    if netlist.connections.is_empty() {
        text.push_str("connections: {}\n");
    } else {
        text.push_str("connections:\n");
    }
    for [from, to] in &netlist.connections {
        let _ = writeln!(text, "  {}: {}", port(from), port(to));
    }
    text.push_str("ports:\n");
    for (name, at) in &netlist.ports {
        let _ = writeln!(text, "  {name}: {}", port(at));
    }
    text
}

fn port(port: &InstancePort) -> String {
    format!("{},{}", port.instance, port.port)
}

/// The shortest digits that are read back as they are, as numbers also by YAML 1.1: with a point, and a
/// sign in the exponent.
fn number(value: f64) -> String {
    let text = format!("{value:?}");
    match text.split_once('e') {
        None => text,
        Some((digits, exponent)) => {
            let point = if digits.contains('.') { "" } else { ".0" };
            let sign = if exponent.starts_with('-') { "" } else { "+" };
            format!("{digits}{point}e{sign}{exponent}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_numbers_of_yaml_1_1() {
        for (value, text) in [
            (0.0, "0.0"),
            (-2.0, "-2.0"),
            (1e-7, "1.0e-7"),
            (1.25e-7, "1.25e-7"),
            (1e16, "1.0e+16"),
        ] {
            assert_eq!(number(value), text);
            assert_eq!(text.parse::<f64>(), Ok(value));
        }
    }
}
