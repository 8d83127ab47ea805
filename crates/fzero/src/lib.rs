//! Training of a black box that can only be queried forward.
//!
//! A layered device takes real inputs and yields real readouts at the output of each layer. This
//! crate trains its layers one after another from such readouts alone: each layer has a local goal,
//! the goal's loss is measured at slightly shifted parameters, and the difference of two measured
//! losses is the slope along a random direction (FFzero, Guo et al., arXiv:2603.24790). There is no
//! optics here, no complex number, and no gradient of the device.
//!
//! - [`black_box`]: what a trainer may do to a device; [`Metered`] counts it and holds the budget.
//! - [`goal`]: what a layer should show for each class.
//! - [`estimate`]: a gradient from measured losses, and how far to shift the parameters for it on a
//!   device with noise and coarse settings ([`estimate::Radius`]); [`optimizer`]: a step from a gradient.
//! - [`layerwise`]: the training loop, and the vote of the layers.
//! - [`baseline`]: the same loop with the gradients of a differentiable twin, for comparison.
//! - [`digital`]: networks computed in numbers behind the same trait, and the functions to fit.
//! - [`testing`]: small devices with known answers.
//!
//! Labels are classes (`u16`) or, for regression, numbers (`f64`): [`Target`] is what differs.
//!
//! ```
//! use fzero::goal::{LocalGoal, Prototypes, SoftmaxCosine};
//! use fzero::layerwise::{self, LayerwisePlan};
//! use fzero::testing::IntensityBox;
//! use fzero::{Dataset, Metered, Silent, Split, Stream};
//! use numerics::Streams;
//!
//! // Two classes of three pixels: light on the left, light on the right.
//! let values = [1.0, 0.2, 0.0, 0.9, 0.1, 0.1, 0.0, 0.3, 1.0, 0.1, 0.0, 0.8];
//! let split = Split { values: &values, labels: &[0, 0, 1, 1] };
//! let data = Dataset { train: split, test: split, width: 3, classes: 2 };
//!
//! let streams = Streams::new(1);
//! let mut device = Metered::new(IntensityBox::new(3, &[8, 8]));
//! let initial = device.device().random_parameters(&streams);
//! let goals = (0..2)
//!     .map(|layer| {
//!         let mut stream = Stream::Prototypes.derive(&streams, layer, 0);
//!         let prototypes = Prototypes::simplex(2, 8, &mut stream)?;
//!         Ok(Box::new(SoftmaxCosine::new(prototypes, 0.2)?) as Box<dyn LocalGoal>)
//!     })
//!     .collect::<Result<Vec<_>, fzero::TrainError>>()?;
//!
//! let plan = LayerwisePlan { epochs: 100, batch: 4, learning_rate: 0.05, ..Default::default() };
//! let outcome =
//!     layerwise::train(&mut device, &data, &goals, initial, &plan, &streams, &mut Silent)?;
//! assert_eq!(outcome.test.vote, 1.0);
//! // Two losses per step, one step per epoch: 100 epochs x 2 layers x 2 x 4 samples.
//! assert_eq!(outcome.ledger.training.queries, 1600);
//! # Ok::<(), fzero::TrainError>(())
//! ```

pub mod access;
pub mod baseline;
pub mod black_box;
pub mod checkpoint;
mod checks;
pub mod data;
pub mod digital;
pub mod error;
pub mod estimate;
pub mod goal;
pub mod label_input;
pub mod layerwise;
pub mod ledger;
pub mod metered;
pub mod metrics;
pub mod observe;
pub mod optimizer;
pub mod stop;
pub mod streams;
pub mod tapped;
pub mod target;
pub mod testing;
mod vector;

pub use access::Access;
pub use black_box::{BlackBox, DeviceError, LayerShape, ParameterGroup, Purpose, Samples, Tap};
pub use checkpoint::Checkpoint;
pub use data::{Dataset, Split};
pub use error::TrainError;
pub use label_input::LabelInput;
pub use ledger::{Ledger, Usage};
pub use metered::{Metered, MeteredBox};
pub use observe::{EpochRecord, Observer, Silent};
pub use stop::Stop;
pub use streams::Stream;
pub use tapped::{MeteredTappedBox, TappedBox};
pub use target::Target;
