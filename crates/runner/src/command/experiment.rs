//! Everything that a command needs, checked and built, before anything is written.

use super::task::Task;
use crate::caution::{self, Caution};
use crate::config::checked::Model;
use crate::config::{Config, Loaded, fit};
use crate::dataset::{DataError, Dataset, FunctionSamples};
use crate::error::{Error, Problem};
use crate::wiring::{self, Calibration, ChipBox, ChipTwin, Device, DigitalNetwork, LayerGoal};
use fzero::baseline::DifferentiableTwin;
use fzero::goal::{LocalGoal, Prototypes, RegressionCosine};
use fzero::layerwise::LayerwisePlan;
use fzero::{LayerShape, TrainError};
use numerics::Streams;
use photonics::design::ChipDesign;

/// The images of an experiment, which fit its model.
///
/// # Errors
/// What is wrong with a file or a key.
pub(super) fn images(loaded: &Loaded) -> Result<Dataset, Error> {
    let data = Dataset::load(&loaded.config.data).map_err(|error| match error {
        DataError::Setting { key, why, help } => loaded.problem(key, why, help).into(),
        DataError::File { file, fault } => Problem::of(file.display(), &fault, fault.help()).into(),
        error => Error::failed("the data cannot be read", error, ""),
    })?;
    fit::images(loaded, &data)?;
    Ok(data)
}

/// Refuses what needs more memory than the experiment may have, at the key with `path`.
fn within_limit(loaded: &Loaded, needed: u64, path: &str, use_less: &str) -> Result<(), Error> {
    let limit = loaded.config.limits.memory_mib;
    if needed <= limit << 20 {
        return Ok(());
    }
    let mib = needed.div_ceil(1 << 20);
    let why = format!("needs about {mib} MiB, limits.memory_mib is {limit}");
    let help = format!("use {use_less}, or set limits.memory_mib = {mib} or more");
    Err(loaded.problem(path, why, help).into())
}

/// The images and the die.
pub(super) struct Setup {
    pub(super) data: Dataset,
    pub(super) design: ChipDesign,
    pub(super) device: ChipBox,
    /// For a solver that has one.
    pub(super) twin: Option<ChipTwin>,
    /// Where that is to be fitted to measurements.
    pub(super) calibration: Option<Calibration>,
    pub(super) cautions: Vec<Caution>,
}

impl Setup {
    pub(super) fn prepare(loaded: &Loaded) -> Result<Self, Error> {
        let config = &loaded.config;
        let mut data = images(loaded)?;
        let needed = wiring::memory_bytes(config, data.train.count() + data.test.count());
        within_limit(loaded, needed, "chip.ports", "fewer ports or layers")?;
        let ports = config.chip.ports;
        data.train = wiring::amplitudes(&data.train, data.width, ports);
        data.test = wiring::amplitudes(&data.test, data.width, ports);
        data.width = ports;
        let circuit = wiring::circuit(loaded, &data.train.values)?;
        let mut layers = circuit.design.layers.iter();
        if config.training.solver.has_twin() && layers.any(|l| !l.topology.is_uniform()) {
            let why = "twins know meshes of MZIs alone, and this one has other cells";
            let help = "use ff-dd or bp-dd, or a mesh whose cells are plain MZIs";
            return Err(loaded.problem("training.solver", why, help).into());
        }
        // The truth ends here: a solver gets of it what its access says.
        let (chip, truth) = wiring::die(loaded, &circuit)?;
        let twin = wiring::twin(config, &circuit.design, &circuit.process, &truth)
            .map_err(|error| Error::failed("the chip has no twin", error, ""))?;
        let device = ChipBox::new(chip, config.training.train_output_screen);
        let in_situ = wiring::in_situ(config, &circuit.design, &circuit.process);
        Ok(Self {
            cautions: caution::of_data(&data)
                .into_iter()
                .chain(caution::of_budget(&circuit.budget, &circuit.design))
                .collect(),
            data,
            calibration: Calibration::new(config, &circuit.design),
            design: circuit.design,
            device: device.with_in_situ(in_situ),
            twin,
        })
    }
}

/// What is trained, on what and how.
pub(super) struct Experiment {
    pub(super) task: Task,
    pub(super) device: Device,
    /// For a solver that has one.
    pub(super) twin: Option<Box<dyn DifferentiableTwin>>,
    /// Where that is to be fitted to measurements first.
    pub(super) calibration: Option<Calibration>,
    /// The prototypes of each layer, one set or one per channel.
    pub(super) prototypes: Vec<Vec<Prototypes>>,
    pub(super) initial: Vec<Vec<f64>>,
    pub(super) plan: LayerwisePlan,
    /// A second training, on the device.
    pub(super) fine_tuning: Option<LayerwisePlan>,
    pub(super) streams: Streams,
    /// An upper estimate of the memory of a training in bytes.
    pub(super) memory: u64,
    pub(super) cautions: Vec<Caution>,
}

impl Experiment {
    /// An upper estimate of the memory in bytes, with that of reading the data.
    pub(super) fn memory_bytes(&self) -> u64 {
        self.memory.max(self.task.read_bytes())
    }

    pub(super) fn prepare(loaded: &Loaded) -> Result<Self, Error> {
        match &loaded.config.model {
            Model::Mesh => Self::on_chip(loaded),
            Model::Mlp(_) | Model::Cnn(_) => Self::in_numbers(loaded),
        }
    }

    fn on_chip(loaded: &Loaded) -> Result<Self, Error> {
        let config = &loaded.config;
        let Setup {
            data,
            design,
            device,
            twin,
            calibration,
            cautions,
        } = Setup::prepare(loaded)?;
        let streams = Streams::new(config.seed);
        let channels = vec![1; device.shapes().len()];
        let goal = |prototypes| wiring::goal(config, prototypes);
        let goals = wiring::layer_goals(
            device.shapes(),
            &channels,
            data.classes,
            &streams,
            wiring::prototypes(config),
            goal,
        );
        let (prototypes, goals) = unzip(goals)?;
        let labels = wiring::label_input(config, data.classes);
        Ok(Self {
            memory: wiring::memory_bytes(config, data.train.count() + data.test.count()),
            cautions,
            task: Task::Classes {
                data: data.into(),
                goals,
            },
            device: Device::Chip(device.into()),
            twin: twin.map(|twin| Box::new(twin) as Box<dyn DifferentiableTwin>),
            calibration,
            prototypes,
            initial: wiring::initial_phases(config, &design, &streams),
            plan: LayerwisePlan {
                labels,
                ..wiring::plan(config)
            },
            fine_tuning: wiring::fine_tuning(config),
            streams,
        })
    }

    fn in_numbers(loaded: &Loaded) -> Result<Self, Error> {
        let config = &loaded.config;
        let streams = Streams::new(config.seed);
        let samples = FunctionSamples::sample(&config.data.set, &streams)
            .transpose()
            .map_err(|error| Error::failed("the function cannot be sampled", error, ""))?;
        let (network, memory, (prototypes, task)) = match samples {
            Some(data) => {
                let size = (1, data.data.width);
                let count = data.data.train_targets.len() + data.data.test_targets.len();
                let memory = digital_memory(loaded, size, count)?;
                let network = network(config, size, &data.data.train_values, &streams)?;
                let goal = |prototypes| -> Result<Box<dyn LocalGoal<f64>>, _> {
                    Ok(Box::new(RegressionCosine::new(prototypes)?))
                };
                let goals = wiring::layer_goals(
                    &shapes(&network),
                    &network.channels,
                    1,
                    &streams,
                    Prototypes::simplex,
                    goal,
                );
                let (prototypes, goals) = unzip(goals)?;
                let data = data.into();
                (network, memory, (prototypes, Task::Numbers { data, goals }))
            }
            None => {
                let data = images(loaded)?;
                let size = (data.height_pixels, data.width_pixels);
                let count = data.train.count() + data.test.count();
                let memory = digital_memory(loaded, size, count)?;
                let network = network(config, size, &data.train.values, &streams)?;
                let goal = |prototypes| wiring::goal(config, prototypes);
                let goals = wiring::layer_goals(
                    &shapes(&network),
                    &network.channels,
                    data.classes,
                    &streams,
                    wiring::prototypes(config),
                    goal,
                );
                let (prototypes, goals) = unzip(goals)?;
                let data = data.into();
                (network, memory, (prototypes, Task::Classes { data, goals }))
            }
        };
        Ok(Self {
            cautions: task.caution().into_iter().collect(),
            task,
            device: Device::Digital(network.device),
            twin: network.twin,
            calibration: None,
            prototypes,
            initial: network.initial,
            plan: wiring::plan(config),
            fine_tuning: wiring::fine_tuning(config),
            streams,
            memory,
        })
    }
}

/// The memory that a digital experiment needs, which must not be more than it may have.
fn digital_memory(loaded: &Loaded, size: (usize, usize), samples: usize) -> Result<u64, Error> {
    let config = &loaded.config;
    let path = match &config.model {
        Model::Cnn(_) => "model.channels",
        _ => "model.widths",
    };
    let needed = wiring::digital_memory_bytes(config, size, samples);
    within_limit(loaded, needed, path, "smaller or fewer layers")?;
    Ok(needed)
}

fn network(
    config: &Config,
    size: (usize, usize),
    training: &[f32],
    streams: &Streams,
) -> Result<DigitalNetwork, Error> {
    let twinned = config.training.solver.has_twin();
    match &config.model {
        Model::Cnn(cnn) => wiring::cnn(cnn, size, training, streams, twinned),
        Model::Mlp(mlp) => wiring::mlp(mlp, size.0 * size.1, streams, twinned),
        Model::Mesh => unreachable!("a chip is not computed in numbers"),
    }
    .map_err(|error| Error::failed("the network cannot be built", error, ""))
}

fn shapes(network: &DigitalNetwork) -> Vec<LayerShape> {
    let device = &network.device;
    (0..device.layers())
        .map(|layer| device.layer(layer).clone())
        .collect()
}

/// Prototypes and goals apart.
type Parts<Y> = (Vec<Vec<Prototypes>>, Vec<Box<dyn LocalGoal<Y>>>);

fn unzip<Y>(goals: Result<Vec<LayerGoal<Y>>, TrainError>) -> Result<Parts<Y>, Error> {
    let goals = goals.map_err(|error| Error::failed("the local goals cannot be set", error, ""))?;
    Ok(goals.into_iter().unzip())
}
