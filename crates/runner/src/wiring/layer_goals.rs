//! The local goal of every layer, made of prototypes.

use fzero::goal::{LocalGoal, PerChannel, Prototypes};
use fzero::{LayerShape, Stream, TrainError};
use numerics::Streams;

/// The prototypes of a layer, one set or one per channel, and the local goal that is made of them.
pub type LayerGoal<Y = u16> = (Vec<Prototypes>, Box<dyn LocalGoal<Y>>);

/// The prototypes and the local goal of each layer. `channels`: for each layer how many parts its readouts
/// have; each part has prototypes of its own, and all together one goal. `prototypes` makes those of a part from the
/// number of classes, that of readouts and a stream, and `goal` its goal.
///
/// # Errors
/// Prototypes that do not fit the readouts, and what `goal` fails with.
pub fn layer_goals<Y: 'static>(
    shapes: &[LayerShape],
    channels: &[usize],
    classes: usize,
    streams: &Streams,
    prototypes: impl Fn(usize, usize, &mut numerics::Stream) -> Result<Prototypes, TrainError>,
    goal: impl Fn(Prototypes) -> Result<Box<dyn LocalGoal<Y>>, TrainError>,
) -> Result<Vec<LayerGoal<Y>>, TrainError>
where
    PerChannel<Y>: LocalGoal<Y>,
{
    let layers = shapes.iter().zip(channels).enumerate();
    layers
        .map(|(layer, (shape, &channels))| {
            let readouts = shape.readouts / channels.max(1);
            let made = (0..channels.max(1))
                .map(|channel| {
                    let mut stream = Stream::Prototypes.derive(streams, layer, channel);
                    prototypes(classes, readouts, &mut stream)
                })
                .collect::<Result<Vec<_>, _>>()?;
            let goals = made.iter().cloned().map(&goal);
            let mut goals = goals.collect::<Result<Vec<_>, _>>()?;
            let goal = match goals.pop() {
                Some(only) if goals.is_empty() => only,
                last => {
                    goals.extend(last);
                    Box::new(PerChannel::new(goals)?)
                }
            };
            // A goal that judges candidate labels has none.
            let kept = if goal.candidates() > 1 {
                Vec::new()
            } else {
                made
            };
            Ok((kept, goal))
        })
        .collect()
}
