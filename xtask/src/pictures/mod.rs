//! `cargo xtask pictures`: the command line as its documentation shows it, drawn anew.

mod drawing;
mod terminal;

use std::fs;
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use self::terminal::Terminal;
use crate::broker::{Installed, Owned};
use crate::failure::{Failure, Result};
use crate::process::Background;
use crate::workspace::Workspace;

/// Where they lie.
const FOLDER: &str = "messaging-cli/docs/pictures";

/// How long a program may take to begin.
const BEGIN: Duration = Duration::from_secs(30);

/// What fits on a host, what fits on none, and a host.
const SMALL: &str = r#"{"request_spec": {"memory_mb": 512}}"#;
const HUGE: &str = r#"{"request_spec": {"memory_mb": 999999}}"#;
const HOST: &str = r#"{"host": "host-1", "capabilities": {"memory_mb": 4096}}"#;

/// Starts a broker, two servers and load on them, and draws what `bench` and `top` show.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let installed = Installed::find()
        .ok_or_else(|| Failure::from("RabbitMQ is not installed; `cargo xtask test` does it"))?;
    let packages = ["-p", "messaging-cli", "-p", "messaging-examples"];
    let targets = ["--bin", "messaging-cli", "--example", "scheduler"];
    let mut build = workspace.cargo(["build", "--release"]);
    crate::process::run(build.args(packages).args(targets))?.check("cargo build --release")?;
    let broker = Owned::start(&installed, workspace, "pictures")?;
    let stage = Stage { workspace, url: broker.url() };
    let _servers = [stage.example()?, stage.echo()?];

    let folder = workspace.root().join(FOLDER);
    fs::create_dir_all(&folder).map_err(|error| Failure::file("make", &folder, error))?;
    let plot = folder.join("bench-plot.svg");
    let command = "messaging-cli bench --rate 300 scheduler select_hosts @small.json";
    let small = workspace.target().join("small.json");
    fs::write(&small, SMALL).map_err(|error| Failure::file("write", &small, error))?;
    let mut run = stage.cli(&["bench", "--rate", "300", "--svg"]);
    run.arg(&plot).args(["scheduler", "select_hosts", "@small.json"]);
    run.current_dir(workspace.target());
    let bench = Terminal::start(&mut run, rows(34)?)?.ended(Duration::from_secs(60))?;
    write(&folder.join("bench.svg"), &drawing::svg(&bench, command))?;

    let _load = [
        stage.load(&["--rate", "200", "scheduler", "select_hosts", SMALL])?,
        stage.load(&["--rate", "40", "--warmup", "0", "scheduler", "select_hosts", HUGE])?,
        stage.load(&["--rate", "90", "--cast", "scheduler", "update_capabilities", HOST])?,
    ];
    let top = Terminal::start(&mut stage.cli(&["top", "scheduler"]), rows(14)?)?;
    let top = top.after(Duration::from_secs(5))?;
    write(&folder.join("top.svg"), &drawing::svg(&top, "messaging-cli top scheduler"))
}

/// The broker, and what runs on it.
struct Stage<'w> {
    workspace: &'w Workspace,
    url: String,
}

impl Stage<'_> {
    fn cli(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.workspace.target().join("release/messaging-cli"));
        command.args(arguments).env("MESSAGING_URL", &self.url);
        command
    }

    /// The scheduler of the examples.
    fn example(&self) -> Result<Background> {
        let program = self.workspace.target().join("release/examples/scheduler");
        let mut command = Command::new(program);
        self.serve("example", command.arg("serve").env("MESSAGING_URL", &self.url))
    }

    /// A server that takes as long as real ones do.
    fn echo(&self) -> Result<Background> {
        let serve = ["serve", "scheduler", "--echo", "--server", "scheduler-2"];
        let serve = [&serve[..], &["--version", "2.6", "--delay", "3ms"]].concat();
        self.serve("echo", &mut self.cli(&serve))
    }

    fn serve(&self, name: &str, command: &mut Command) -> Result<Background> {
        let log = self.workspace.target().join(format!("pictures-{name}.log"));
        let server = Background::start(command, &log)?;
        server.find(BEGIN, |line| line.starts_with("serving").then_some(()))?;
        Ok(server)
    }

    fn load(&self, arguments: &[&str]) -> Result<Background> {
        let log = self.workspace.target().join("pictures-load.log");
        let load = ["bench", "--duration", "10m"];
        Background::start(&mut self.cli(&[&load[..], arguments].concat()), &log)
    }
}

fn rows(rows: u16) -> Result<NonZeroU16> {
    NonZeroU16::new(rows).ok_or_else(|| "a terminal has rows".into())
}

fn write(path: &Path, svg: &str) -> Result<()> {
    fs::write(path, svg).map_err(|error| Failure::file("write", path, error))?;
    println!("{}", path.display());
    Ok(())
}
