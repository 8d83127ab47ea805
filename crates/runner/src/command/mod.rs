//! The commands.

mod bench;
mod budget;
mod check;
mod compare;
mod conclusion;
mod convert;
mod draw;
mod estimate;
mod evaluate;
mod experiment;
mod matrix;
mod print;
mod program;
mod run;
mod session;
mod sweep;
mod task;
mod training;
mod validate;

use crate::cli::{Cli, Command};
use crate::error::{Error, Status};

/// Does what the command line asks for.
///
/// # Errors
/// [`Error`] when it cannot be done.
pub fn dispatch(cli: &Cli) -> Result<Status, Error> {
    match &cli.command {
        Command::Run(args) => run::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Check(args) => check::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Budget(args) => budget::run(args),
        Command::Program(args) => program::run(args),
        Command::Matrix(args) => matrix::run(args),
        Command::Convert(args) => convert::run(args),
        Command::Sweep(args) => sweep::run(args),
        Command::Validate(args) => validate::run(args),
        Command::Draw(args) => draw::run(args),
        Command::Bench(args) => bench::run(args),
    }
}
