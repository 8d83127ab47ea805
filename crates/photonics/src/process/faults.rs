//! What is broken on a die. It is stated, not drawn.

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
            dead_detectors: Vec::new(),
            open_ports: Vec::new(),
        }
    }

    /// Checks that whatever is broken exists.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self, design: &ChipDesign) -> Result<(), DesignError> {
        let (layers, ports) = (design.layers.len(), design.ports());
        let exists = |what, port| {
            if port < ports {
                Ok(())
            } else {
                Err(DesignError::NoSuchPort { what, port, ports })
            }
        };
        for &DeadDetector { layer, port } in &self.dead_detectors {
            let what = "dead detector";
            if layer >= layers {
                return Err(DesignError::NoSuchLayer {
                    what,
                    layer,
                    layers,
                });
            }
            exists(what, port)?;
        }
        self.open_ports
            .iter()
            .try_for_each(|&port| exists("open port", port))
    }
}
