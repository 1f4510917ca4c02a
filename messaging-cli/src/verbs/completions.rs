//! `completions`: what a shell needs to complete commands.

use std::io::{self, Write as _};

use clap_complete::Shell;
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Powershell, Zsh};

use crate::complete;
use crate::exit::{Exit, Failure};

/// Writes the completions of a shell, which offer topics, methods and arguments of the live bus too.
///
/// bash: `source <(messaging-cli completions bash)` in ~/.bashrc; zsh: the same in ~/.zshrc; fish:
/// `messaging-cli completions fish > ~/.config/fish/completions/messaging-cli.fish`. The script runs
/// this program: write it anew with each release.
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let completer: &dyn EnvCompleter = match self.shell {
            Shell::Bash => &Bash,
            Shell::Elvish => &Elvish,
            Shell::Fish => &Fish,
            Shell::PowerShell => &Powershell,
            Shell::Zsh => &Zsh,
            other => return Err(Failure::usage(format!("no completions are known for {other}"))),
        };
        let program = std::env::current_exe().map_err(|error| {
            Failure::new(Exit::Other, format!("this program does not know where it is: {error}"))
        })?;
        let mut script = Vec::new();
        let name = "messaging-cli";
        let program = program.to_string_lossy();
        completer.write_registration(complete::VARIABLE, name, name, &program, &mut script)?;
        Ok(io::stdout().lock().write_all(&script)?)
    }
}
