//! `fzero budget`: where the light goes and what noise stands against it.

mod json;
mod sheet;

use crate::caution;
use crate::cli::BudgetArgs;
use crate::command::experiment::images;
use crate::command::print::print;
use crate::config::Loaded;
use crate::error::{Error, Status};
use crate::wiring::{self, Circuit};
use sheet::Sheet;

/// Prints the link budget of an experiment for its training images.
///
/// # Errors
/// [`Error`] when the configuration does not allow it, or standard output cannot be written.
pub(super) fn run(args: &BudgetArgs) -> Result<Status, Error> {
    let loaded = Loaded::read(&args.config, &args.overrides())?;
    let config = &loaded.config;
    loaded.needs_chip("a link budget")?;
    let data = images(&loaded)?;
    let inputs = wiring::amplitudes(&data.train, data.width, config.chip.ports);
    let Circuit { design, budget, .. } = wiring::circuit(&loaded, &inputs.values)?;
    let cautions = caution::of_budget(&budget, &design);
    if args.json {
        let report = json::Report::new(&loaded, data.to_string(), &budget, &cautions);
        let text = serde_json::to_string_pretty(&report)
            .map_err(|error| Error::failed("the budget cannot be printed", error, ""))?;
        print(text)?;
    } else {
        print(Sheet {
            name: &config.name,
            images: format!("{} training images of {}", data.train.count(), data.name),
            design: &design,
            budget: &budget,
            cautions: &cautions,
        })?;
    }
    Ok(Status::Done)
}
