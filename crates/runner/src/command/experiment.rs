//! Everything that a command needs, checked and built, before anything is written.

use crate::caution::{self, Caution};
use crate::config::{Loaded, fit};
use crate::dataset::{DataError, Dataset};
use crate::error::{Error, Problem};
use crate::wiring::{self, ChipBox, ChipTwin};
use fzero::goal::{LocalGoal, Prototypes};
use fzero::layerwise::LayerwisePlan;
use numerics::Streams;
use photonics::design::ChipDesign;

/// The images of an experiment, which fit its chip.
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

/// The images and the die.
pub(super) struct Setup {
    pub(super) data: Dataset,
    pub(super) design: ChipDesign,
    pub(super) device: ChipBox,
    /// For a solver that has one.
    pub(super) twin: Option<ChipTwin>,
    pub(super) cautions: Vec<Caution>,
}

impl Setup {
    pub(super) fn prepare(loaded: &Loaded) -> Result<Self, Error> {
        let config = &loaded.config;
        let mut data = images(loaded)?;
        let needed = wiring::memory_bytes(config, data.train.count() + data.test.count());
        if needed > config.limits.memory_mib << 20 {
            let mib = needed.div_ceil(1 << 20);
            return Err(loaded
                .problem(
                    "chip.ports",
                    format!(
                        "needs about {mib} MiB, limits.memory_mib is {}",
                        config.limits.memory_mib
                    ),
                    format!("use fewer ports or layers, or set limits.memory_mib = {mib} or more"),
                )
                .into());
        }
        let ports = config.chip.ports;
        data.train = wiring::amplitudes(&data.train, data.width, ports);
        data.test = wiring::amplitudes(&data.test, data.width, ports);
        data.width = ports;
        let circuit = wiring::circuit(loaded, &data.train.values)?;
        // The truth ends here: a solver gets of it what its access says.
        let (chip, truth) = wiring::die(loaded, &circuit)?;
        let twin = wiring::twin(config, &circuit.design, &circuit.process, &truth)
            .map_err(|error| Error::failed("the chip has no twin", error, ""))?;
        Ok(Self {
            cautions: caution::of_data(&data)
                .into_iter()
                .chain(caution::of_budget(&circuit.budget, &circuit.design))
                .collect(),
            data,
            design: circuit.design,
            device: ChipBox::new(chip, config.training.train_output_screen),
            twin,
        })
    }
}

/// The images, the die, and how it will be trained.
pub(super) struct Experiment {
    pub(super) data: Dataset,
    pub(super) device: ChipBox,
    pub(super) twin: Option<ChipTwin>,
    pub(super) goals: Vec<Box<dyn LocalGoal>>,
    pub(super) prototypes: Vec<Prototypes>,
    pub(super) initial: Vec<Vec<f64>>,
    pub(super) plan: LayerwisePlan,
    pub(super) streams: Streams,
    pub(super) cautions: Vec<Caution>,
}

impl Experiment {
    pub(super) fn prepare(loaded: &Loaded) -> Result<Self, Error> {
        let config = &loaded.config;
        let Setup {
            data,
            design,
            device,
            twin,
            cautions,
        } = Setup::prepare(loaded)?;
        let streams = Streams::new(config.seed);
        let (prototypes, goals) = wiring::goals(config, data.classes, &streams)
            .map_err(|error| Error::failed("the goals cannot be set", error, ""))?
            .into_iter()
            .unzip();
        Ok(Self {
            cautions,
            data,
            device,
            twin,
            goals,
            prototypes,
            initial: wiring::initial_phases(config, &design, &streams),
            plan: wiring::plan(config),
            streams,
        })
    }
}
