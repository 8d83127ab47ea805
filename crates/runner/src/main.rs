//! The `fzero` command.

use clap::Parser;
use runner::cli::Cli;
use runner::error::EXIT_COULD_NOT_RUN;
use std::process::ExitCode;

fn main() -> ExitCode {
    match runner::command::dispatch(&Cli::parse()) {
        Ok(status) => ExitCode::from(status.exit_code()),
        Err(error) => {
            eprintln!("{}", error.report());
            ExitCode::from(EXIT_COULD_NOT_RUN)
        }
    }
}
