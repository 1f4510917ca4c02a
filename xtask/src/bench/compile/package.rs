//! The programs as packages of a workspace of their own under `target/`, so that tarpc is in no
//! lock file of ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::source;
use super::stage::{Edit, Stage};
use super::subject::{Kind, Subject};
use crate::bench::cost::{self, Cost};
use crate::failure::{Failure, Result};
use crate::workspace::{Workspace, cargo_program};

/// The peer, at the version that is compared with.
const TARPC: &str = "tarpc = { version = \"=0.38.0\", default-features = false, features = \
                     [\"serde-transport-json\", \"tcp\", \"tokio1\"] }\nfutures = \"0.3\"\n";

/// The packages.
#[derive(Debug)]
pub(super) struct Packages {
    root: PathBuf,
    /// The number in the texts, which is never the same twice.
    edit: u32,
}

impl Packages {
    /// Writes all of them.
    pub(super) fn write(workspace: &Workspace, subjects: &[Subject]) -> Result<Self> {
        let packages = Self { root: workspace.target().join("bench/compile"), edit: 0 };
        let names: Vec<String> =
            subjects.iter().map(|subject| format!("{:?}", subject.package())).collect();
        // What a user has who changes nothing; a binary's size is that of what is shipped.
        let manifest = format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[profile.release]\nstrip = true\n",
            names.join(", ")
        );
        write(&packages.root.join("Cargo.toml"), &manifest)?;
        // What the programs share with us is of our versions.
        let lock = workspace.root().join("Cargo.lock");
        fs::copy(&lock, packages.root.join("Cargo.lock"))
            .map_err(|error| Failure::file("copy", &lock, error))?;
        for subject in subjects {
            let manifest = manifest_of(*subject, workspace.root());
            write(&packages.folder(*subject).join("Cargo.toml"), &manifest)?;
            packages.write_source(*subject)?;
        }
        Ok(packages)
    }

    fn folder(&self, subject: Subject) -> PathBuf {
        self.root.join(subject.package())
    }

    fn write_source(&self, subject: Subject) -> Result<()> {
        let path = self.folder(subject).join("src/main.rs");
        write(&path, &source::program(subject, self.edit))
    }

    /// Builds everything in every way once.
    pub(super) fn build_all(&self, subjects: &[Subject]) -> Result<()> {
        for stage in Stage::BUILDS {
            for subject in subjects {
                cost::of(&mut self.cargo(*subject, stage.words()), &self.log())?;
            }
        }
        Ok(())
    }

    /// One measurement.
    pub(super) fn measure(&mut self, subject: Subject, stage: Stage) -> Result<Cost> {
        match stage.edit() {
            Edit::Nothing => {}
            Edit::Body => {
                self.edit += 1;
                self.write_source(subject)?;
            }
            Edit::Removed => {
                let mut clean = self.cargo(subject, &["clean"]);
                if stage.is_release() {
                    clean.arg("--release");
                }
                cost::of(&mut clean, &self.log())?;
            }
        }
        let cost = cost::of(&mut self.cargo(subject, stage.words()), &self.log())?;
        if stage.edit() == Edit::Removed && !stage.is_release() {
            // `clean` takes the other build of the profile with it.
            for words in Stage::BUILDS.iter().filter(|it| !it.is_release()).map(|it| it.words()) {
                cost::of(&mut self.cargo(subject, words), &self.log())?;
            }
        }
        Ok(cost)
    }

    /// The size of what is shipped, in bytes.
    pub(super) fn binary_size(&self, subject: Subject) -> Result<u64> {
        let path = self.program(subject);
        let metadata = fs::metadata(&path).map_err(|error| Failure::file("read", &path, error))?;
        Ok(metadata.len())
    }

    /// Runs all programs: what is not the same work cannot be compared.
    pub(super) fn do_the_same(&self, subjects: &[Subject]) -> Result<()> {
        let mut sums: Vec<(u32, String)> = Vec::new();
        for subject in subjects {
            let log = self.log();
            cost::of(&mut Command::new(self.program(*subject)), &log)?;
            let sum =
                fs::read_to_string(&log).map_err(|error| Failure::file("read", &log, error))?;
            let other = sums.iter().find(|(methods, _)| *methods == subject.methods);
            match other {
                Some((_, other)) if *other != sum => {
                    let name = subject.package();
                    return Err(format!("{name} gives {sum}, another gives {other}").into());
                }
                Some(_) => {}
                None => sums.push((subject.methods, sum)),
            }
        }
        Ok(())
    }

    /// A command of cargo for one package, with the defaults of a user.
    pub(super) fn cargo(&self, subject: Subject, words: &[&str]) -> Command {
        let mut command = Command::new(cargo_program());
        command.args(words).args(["--quiet", "--package", &subject.package()]);
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", self.root.join("target"));
        for ours in ["CARGO_INCREMENTAL", "RUSTFLAGS", "CARGO_BUILD_JOBS"] {
            command.env_remove(ours);
        }
        command
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    /// Where a file beside the packages lies.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn program(&self, subject: Subject) -> PathBuf {
        self.root.join("target/release").join(subject.package())
    }
}

fn manifest_of(subject: Subject, root: &Path) -> String {
    let messaging = format!(
        "messaging = {{ path = {:?}, default-features = false, features = [\"macros\", \
         \"tokio\"] }}\n",
        root.join("messaging")
    );
    let dependency = match subject.kind {
        Kind::Plain => "",
        Kind::Messaging => &messaging,
        Kind::Tarpc => TARPC,
    };
    format!(
        "[package]\nname = {:?}\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"net\", \"rt\", \"time\"] }}\n\
         {dependency}",
        subject.package()
    )
}

pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, error))?;
    }
    fs::write(path, text).map_err(|error| Failure::file("write", path, error))
}
