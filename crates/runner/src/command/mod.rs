//! The commands.

use crate::cli::{Cli, Command};
use crate::config::Loaded;
use crate::error::{Error, Status};

/// Does what the command line asks for.
///
/// # Errors
/// [`Error`] when it cannot be done.
pub fn dispatch(cli: &Cli) -> Result<Status, Error> {
    match &cli.command {
        Command::Run(args) => {
            let loaded = Loaded::read(&args.config, &args.overrides())?;
            println!("# SHA-256 {}\n\n{}", loaded.hash(), loaded.canonical());
            Err(Error::failed("run", "not wired yet", ""))
        }
        Command::Bench(_) => Err(Error::failed("bench", "not wired yet", "")),
    }
}
