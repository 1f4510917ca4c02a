//! `man`: the manual.

use std::fs;
use std::path::PathBuf;

use clap::CommandFactory as _;

use crate::app::App;
use crate::cli::Cli;
use crate::exit::{Exit, Failure};

/// Writes the manual into a folder: a page for each command, `messaging-cli-call.1`.
#[derive(Debug, clap::Args)]
pub(crate) struct Man {
    /// The folder, which is made if it is not there.
    folder: PathBuf,
}

impl Man {
    pub(crate) fn run(&self, app: &App) -> Result<(), Failure> {
        let folder = self.folder.display();
        let failed = |error| Failure::new(Exit::Other, format!("no manual in {folder}: {error}"));
        fs::create_dir_all(&self.folder).map_err(failed)?;
        clap_mangen::generate_to(Cli::command(), &self.folder).map_err(failed)?;
        app.output.note(format_args!("the manual is in {folder}: man -l {folder}/messaging-cli.1"));
        Ok(())
    }
}
