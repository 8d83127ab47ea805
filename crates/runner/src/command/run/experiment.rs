//! Everything that a run needs, checked and built, before anything is written.

use crate::caution::{self, Caution};
use crate::config::{Loaded, fit};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::wiring::{self, ChipBox};
use fzero::goal::{LocalGoal, Prototypes};
use fzero::layerwise::LayerwisePlan;
use numerics::Streams;
use photonics::fabricate::{DieSeed, fabricate};

pub(super) struct Experiment {
    pub(super) data: Dataset,
    pub(super) device: ChipBox,
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
        let mut data = Dataset::load(&config.data)
            .map_err(|error| Error::failed("the data cannot be read", error, ""))?;
        fit::pixels(loaded, &data)?;
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
        let failed = |error| Error::failed("the chip cannot be designed", error, "");
        let design = wiring::design(config).map_err(failed)?;
        let die = DieSeed(config.chip.die_seed);
        let (chip, _truth) = fabricate(&design, &wiring::process(config), die)
            .map_err(|error| Error::failed("the chip cannot be fabricated", error, ""))?;
        let budget = wiring::link_budget(config, &design, &data.train.values)?;
        let streams = Streams::new(config.seed);
        let (prototypes, goals) = wiring::goals(config, data.classes, &streams)
            .map_err(|error| Error::failed("the local goals cannot be set", error, ""))?
            .into_iter()
            .unzip();
        Ok(Self {
            cautions: caution::of_budget(&budget, &design),
            data,
            device: ChipBox::new(chip, config.training.train_output_screen),
            goals,
            prototypes,
            initial: wiring::initial_phases(config, &design, &streams),
            plan: wiring::plan(config),
            streams,
        })
    }
}
