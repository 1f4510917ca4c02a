//! The contracts of the examples and their lock file; `cargo xtask contract` runs it.
//!
//! Where an API has tests of its own, `messaging::contract::check` in one of them does the same.

use std::process::ExitCode;

use messaging::Proxy as _;
use messaging::contract::{self, CheckError, Lock};
use messaging_examples::scheduler::SchedulerClient;

fn main() -> ExitCode {
    let contracts = [SchedulerClient::contract()];
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["show"] => {
            print!("{}", Lock::new(contracts));
            Ok(())
        }
        ["check", file] => contract::check(file, contracts)
            .inspect(|()| println!("the contracts are those in {file}")),
        ["write", file] => written(file, contract::write(file, contracts)),
        ["accept", file] => written(file, contract::accept(file, contracts)),
        _ => {
            eprintln!("expected `show`, or `check`, `write` or `accept` with a file");
            return ExitCode::FAILURE;
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            eprintln!("(here `cargo xtask contract write` and `accept` do what the variable does)");
            ExitCode::FAILURE
        }
    }
}

fn written(
    file: &str,
    done: Result<Option<contract::Comparison>, CheckError>,
) -> Result<(), CheckError> {
    match done? {
        None => println!("{file} is new"),
        Some(comparison) => println!("{file} is written\n{comparison}"),
    }
    Ok(())
}
