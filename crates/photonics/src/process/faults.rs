//! What is broken on a die. It is stated, not drawn.

use super::heater::HeaterProcess;
use super::stuck_heater::StuckHeater;
use crate::design::{ChipDesign, DesignError};

/// Where a detector is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadDetector {
    /// The layer, 0-based.
    pub layer: usize,
    /// The port, 0-based.
    pub port: usize,
}

/// What is broken on a chip.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Phase shifters that stay where they are.
    pub stuck_heaters: Vec<StuckHeater>,
    /// No current, neither from light nor without; the receiver behind it still has its thermal noise.
    /// Of a homodyne readout both diodes.
    pub dead_detectors: Vec<DeadDetector>,
    /// Input ports without light, 0-based: a broken bond between the splitting tree and the mesh.
    pub open_ports: Vec<usize>,
}

impl Faults {
    /// Nothing is broken.
    pub const fn none() -> Self {
        Self {
            stuck_heaters: Vec::new(),
            dead_detectors: Vec::new(),
            open_ports: Vec::new(),
        }
    }

    /// Checks that whatever is broken exists, and that it can be as it is said to be.
    ///
    /// # Errors
    /// The first that does not or cannot.
    pub fn check(&self, design: &ChipDesign, heater: &HeaterProcess) -> Result<(), DesignError> {
        let (layers, ports) = (design.layers.len(), design.ports());
        let layer_of = |what, layer: usize| {
            design.layers.get(layer).ok_or(DesignError::NoSuchLayer {
                what,
                layer,
                layers,
            })
        };
        let port_exists = |what, port| {
            if port < ports {
                Ok(())
            } else {
                Err(DesignError::NoSuchPort { what, port, ports })
            }
        };
        for stuck in &self.stuck_heaters {
            let layer = layer_of("stuck heater", stuck.layer)?;
            stuck.check(&layer.topology, heater)?;
        }
        for &DeadDetector { layer, port } in &self.dead_detectors {
            layer_of("dead detector", layer)?;
            port_exists("dead detector", port)?;
        }
        self.open_ports
            .iter()
            .try_for_each(|&port| port_exists("open port", port))
    }
}
