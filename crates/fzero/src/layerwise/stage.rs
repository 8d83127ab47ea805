//! What is trained together: layers, and the taps that judge them.

use crate::black_box::{BlackBox, DeviceError, LayerShape, ParameterGroup, Purpose};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Which layers are trained together, and from which readouts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Layer after layer, each from its own readouts (FFzero, arXiv:2603.24790).
    #[default]
    Layerwise,
    /// All layers at once from the readouts of the last one, as back-propagation does.
    Global,
}

/// One stage of a training: a run of layers whose parameters move together, and the one tap that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The layers in training.
    pub layers: Range<usize>,
    /// The layer whose readouts and goal give the loss: the last of them.
    pub tap: usize,
}

impl Scope {
    /// The stages of a network, in the order in which they are trained.
    pub fn stages(self, layers: usize) -> Vec<Stage> {
        match self {
            Self::Layerwise => (0..layers)
                .map(|layer| Stage {
                    layers: layer..layer + 1,
                    tap: layer,
                })
                .collect(),
            Self::Global if layers == 0 => Vec::new(),
            Self::Global => vec![Stage {
                layers: 0..layers,
                tap: layers - 1,
            }],
        }
    }
}

/// A stage on a device: the parameter vectors of its layers stand one behind the other.
pub(super) struct StageShape {
    pub(super) stage: Stage,
    /// The groups of the joined vector.
    pub(super) groups: Vec<ParameterGroup>,
    lengths: Vec<usize>,
}

impl StageShape {
    pub(super) fn new(device: &dyn BlackBox, stage: Stage) -> Self {
        let shapes = || stage.layers.clone().map(|layer| device.layer(layer));
        Self {
            groups: joined_groups(shapes()),
            lengths: shapes().map(LayerShape::parameters).collect(),
            stage,
        }
    }

    /// Length of the joined vector.
    pub(super) fn parameters(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// Each layer with its part of a joined vector.
    pub(super) fn parts<'a>(
        &'a self,
        joined: &'a [f64],
    ) -> impl Iterator<Item = (usize, &'a [f64])> {
        let mut rest = joined;
        let layers = self.stage.layers.clone().zip(&self.lengths);
        layers.map(move |(layer, &length)| {
            let (own, after) = rest.split_at(length);
            rest = after;
            (layer, own)
        })
    }

    /// The same to write to.
    pub(super) fn parts_mut<'a>(
        &'a self,
        joined: &'a mut [f64],
    ) -> impl Iterator<Item = (usize, &'a mut [f64])> {
        let mut rest = joined;
        let layers = self.stage.layers.clone().zip(&self.lengths);
        layers.map(move |(layer, &length)| {
            let (own, after) = std::mem::take(&mut rest).split_at_mut(length);
            rest = after;
            (layer, own)
        })
    }

    /// Programs all layers of the stage.
    pub(super) fn program(
        &self,
        device: &mut dyn BlackBox,
        joined: &[f64],
        purpose: Purpose,
    ) -> Result<(), DeviceError> {
        self.parts(joined)
            .try_for_each(|(layer, own)| device.program(layer, own, purpose))
    }

    /// The coarsest resolution of its layers' parameters; what is no number above 0 is none.
    pub(super) fn resolution(&self, device: &dyn BlackBox) -> Option<f64> {
        let stated = self.stage.layers.clone();
        let stated = stated.filter_map(|layer| device.resolution(layer));
        stated
            .filter(|step| step.is_finite() && *step > 0.0)
            .reduce(f64::max)
    }
}

/// The parameter groups of layers whose parameter vectors stand one behind the other.
pub(super) fn joined_groups<'a>(
    shapes: impl Iterator<Item = &'a LayerShape>,
) -> Vec<ParameterGroup> {
    let mut groups = Vec::new();
    let mut start = 0;
    for shape in shapes {
        groups.extend(shape.groups.iter().map(|group| ParameterGroup {
            range: start + group.range.start..start + group.range.end,
            missing: group.missing.iter().map(|place| start + place).collect(),
            ..group.clone()
        }));
        start += shape.parameters();
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_cover_every_layer_once_and_end_at_their_tap() {
        for scope in [Scope::Layerwise, Scope::Global] {
            for layers in 1..5 {
                let stages = scope.stages(layers);
                let trained: Vec<usize> = stages.iter().flat_map(|s| s.layers.clone()).collect();
                assert_eq!(trained, (0..layers).collect::<Vec<_>>());
                assert!(stages.iter().all(|stage| stage.tap + 1 == stage.layers.end));
            }
        }
        assert_eq!(Scope::Layerwise.stages(3).len(), 3);
        assert_eq!(Scope::Global.stages(3).len(), 1);
    }

    #[test]
    fn joined_groups_keep_their_places() {
        let shape = |missing: Vec<usize>| LayerShape {
            groups: vec![
                ParameterGroup::new("a", 0..2, true),
                ParameterGroup {
                    missing,
                    ..ParameterGroup::new("b", 2..5, false)
                },
            ],
            readouts: 1,
        };
        let shapes = [shape(vec![3]), shape(vec![2, 4])];
        let groups = joined_groups(shapes.iter());
        let ranges: Vec<_> = groups.iter().map(|group| group.range.clone()).collect();
        assert_eq!(ranges, [0..2, 2..5, 5..7, 7..10]);
        assert_eq!(groups[1].missing, [3]);
        assert_eq!(groups[3].missing, [7, 9]);
        assert_eq!(groups[3].places().collect::<Vec<_>>(), [8]);
    }
}
