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
    /// All layers in the same passes, each from its own readouts: many layers cost the queries of one. A
    /// layer learns while those before it still move.
    Parallel,
    /// All layers at once from the readouts of the last one, as back-propagation does.
    Global,
}

/// Layers whose parameters answer for one loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The layers in training.
    pub layers: Range<usize>,
    /// The layer whose readouts and goal give the loss: the last of them.
    pub tap: usize,
}

/// One stage of a training: what is shifted and measured in the same passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its parts, at least one, each behind the one before.
    pub parts: Vec<Part>,
}

impl Stage {
    /// All layers in training.
    pub fn layers(&self) -> Range<usize> {
        let first = self.parts.first().map_or(0, |part| part.layers.start);
        let end = self.parts.last().map_or(0, |part| part.layers.end);
        first..end
    }

    /// The layers that are read, one for each part.
    pub fn taps(&self) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().map(|part| part.tap)
    }
}

impl Scope {
    /// The stages of a network, in the order in which they are trained.
    pub fn stages(self, layers: usize) -> Vec<Stage> {
        let alone = |layer| Part {
            layers: layer..layer + 1,
            tap: layer,
        };
        let stage = |parts| Stage { parts };
        match self {
            Self::Layerwise => (0..layers).map(|layer| stage(vec![alone(layer)])).collect(),
            _ if layers == 0 => Vec::new(),
            Self::Parallel => vec![stage((0..layers).map(alone).collect())],
            Self::Global => vec![stage(vec![Part {
                layers: 0..layers,
                tap: layers - 1,
            }])],
        }
    }
}

/// A stage on a device: the parameter vectors of its layers stand one behind the other.
pub(super) struct StageShape {
    pub(super) stage: Stage,
    /// The groups of the joined vector, by part.
    pub(super) parts: Vec<Vec<ParameterGroup>>,
    /// All of them.
    pub(super) groups: Vec<ParameterGroup>,
    lengths: Vec<usize>,
}

impl StageShape {
    pub(super) fn new(device: &dyn BlackBox, stage: Stage) -> Self {
        let shapes: Vec<_> = stage.layers().map(|layer| device.layer(layer)).collect();
        let parts = groups_by_part(&stage, &shapes);
        Self {
            groups: parts.concat(),
            parts,
            lengths: shapes.iter().map(|shape| shape.parameters()).collect(),
            stage,
        }
    }

    /// Length of the joined vector.
    pub(super) fn parameters(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// Each layer with its part of a joined vector.
    pub(super) fn split<'a>(
        &'a self,
        joined: &'a [f64],
    ) -> impl Iterator<Item = (usize, &'a [f64])> {
        let mut rest = joined;
        let layers = self.stage.layers().zip(&self.lengths);
        layers.map(move |(layer, &length)| {
            let (own, after) = rest.split_at(length);
            rest = after;
            (layer, own)
        })
    }

    /// The same to write to.
    pub(super) fn split_mut<'a>(
        &'a self,
        joined: &'a mut [f64],
    ) -> impl Iterator<Item = (usize, &'a mut [f64])> {
        let mut rest = joined;
        let layers = self.stage.layers().zip(&self.lengths);
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
        self.split(joined)
            .try_for_each(|(layer, own)| device.program(layer, own, purpose))
    }

    /// The coarsest resolution of the parameters of each part; what is no number above 0 is none.
    pub(super) fn resolutions(&self, device: &dyn BlackBox) -> Vec<Option<f64>> {
        let of = |part: &Part| {
            let stated = part.layers.clone();
            let stated = stated.filter_map(|layer| device.resolution(layer));
            stated
                .filter(|step| step.is_finite() && *step > 0.0)
                .reduce(f64::max)
        };
        self.stage.parts.iter().map(of).collect()
    }
}

/// The parameter groups of each part of a stage, whose layers have these shapes.
pub(super) fn groups_by_part(stage: &Stage, shapes: &[&LayerShape]) -> Vec<Vec<ParameterGroup>> {
    let (first, mut start) = (stage.layers().start, 0);
    let mut of = |part: &Part| {
        let own = &shapes[part.layers.start - first..part.layers.end - first];
        let groups = joined_groups(start, own);
        start += own.iter().map(|shape| shape.parameters()).sum::<usize>();
        groups
    };
    stage.parts.iter().map(&mut of).collect()
}

/// The parameter groups of layers whose parameter vectors stand one behind the other from `start`.
fn joined_groups(mut start: usize, shapes: &[&LayerShape]) -> Vec<ParameterGroup> {
    let mut groups = Vec::new();
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
    fn stages_cover_every_layer_once_and_parts_end_at_their_tap() {
        for scope in [Scope::Layerwise, Scope::Parallel, Scope::Global] {
            assert!(scope.stages(0).is_empty());
            for layers in 1..5 {
                let stages = scope.stages(layers);
                let trained: Vec<usize> = stages.iter().flat_map(Stage::layers).collect();
                assert_eq!(trained, (0..layers).collect::<Vec<_>>());
                let parts = stages.iter().flat_map(|stage| &stage.parts);
                let trained: Vec<usize> = parts.clone().flat_map(|p| p.layers.clone()).collect();
                assert_eq!(trained, (0..layers).collect::<Vec<_>>());
                assert!(parts.clone().all(|part| part.tap + 1 == part.layers.end));
            }
        }
        let sizes = |scope: Scope| {
            let stages = scope.stages(3);
            let parts = stages.iter().map(|stage| stage.parts.len());
            parts.collect::<Vec<_>>()
        };
        assert_eq!(sizes(Scope::Layerwise), [1, 1, 1]);
        assert_eq!(sizes(Scope::Parallel), [3]);
        assert_eq!(sizes(Scope::Global), [1]);
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
        let shapes = [&shape(vec![3]), &shape(vec![2, 4])];
        for scope in [Scope::Global, Scope::Parallel] {
            let parts = groups_by_part(&scope.stages(2)[0], &shapes);
            assert_eq!(parts.len(), if scope == Scope::Global { 1 } else { 2 });
            let groups = parts.concat();
            let ranges: Vec<_> = groups.iter().map(|group| group.range.clone()).collect();
            assert_eq!(ranges, [0..2, 2..5, 5..7, 7..10]);
            assert_eq!(groups[1].missing, [3]);
            assert_eq!(groups[3].missing, [7, 9]);
            assert_eq!(groups[3].places().collect::<Vec<_>>(), [8]);
        }
    }
}
