//! One RabbitMQ node.

use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::config;
use super::installed::Installed;
use super::ports::Ports;
use crate::failure::{Failure, Result};
use crate::process;

/// How long a node may take to start: some seconds usually, more on a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// One RabbitMQ node: `n1@localhost` and so on.
#[derive(Debug)]
pub(super) struct Node {
    folder: PathBuf,
    plugins: PathBuf,
    mark: String,
    ports: Ports,
    number: u16,
}

impl Node {
    /// The node of a number, counted from 1, in a broker's folder.
    pub(super) fn new(broker: &Path, ports: Ports, number: u16) -> Self {
        let folder = broker.join(format!("n{number}"));
        let plugins = Installed::plugins_in(broker);
        Self { folder, plugins, mark: super::mark(broker), ports, number }
    }

    /// Writes its files.
    pub(super) fn prepare(
        &self,
        installed: &Installed,
        cookie: &str,
        management: bool,
    ) -> Result<()> {
        config::write_cookie(&self.folder.join("home"), cookie)?;
        config::write(&self.folder, self.ports, self.number, management)?;
        let environment = self.environment(installed);
        self.write_script(installed, &environment, "rabbitmqctl")?;
        self.write_script(installed, &environment, "rabbitmq-upgrade")
    }

    /// Starts it, for the first time or again, with the files that it has; returns before it is
    /// ready.
    pub(super) fn boot(&self, installed: &Installed) -> Result<()> {
        let mut command = Command::new(installed.program("rabbitmq-server"));
        command.current_dir(&self.folder).envs(self.environment(installed));
        // The script then becomes the node instead of minding it: one process id for both.
        command.env("RUNNING_UNDER_SYSTEMD", "true").env_remove("NOTIFY_SOCKET");
        let pid = process::detach(&command, &self.mark, &self.log())?;
        let file = self.pid_file();
        fs::write(&file, pid.to_string()).map_err(|error| Failure::file("write", &file, error))
    }

    /// Where its clients connect.
    pub(super) fn amqp_port(&self) -> u16 {
        self.ports.amqp(self.number)
    }

    /// Where its management API listens, if it is on.
    pub(super) fn http_port(&self) -> u16 {
        self.ports.http(self.number)
    }

    /// Its process id, if it runs.
    pub(super) fn pid(&self) -> Option<u32> {
        let pid = fs::read_to_string(self.pid_file()).ok()?.trim().parse().ok()?;
        process::is_marked(pid, &self.mark).then_some(pid)
    }

    /// Whether its process runs.
    pub(super) fn is_running(&self) -> bool {
        self.pid().is_some()
    }

    /// Whether its process has ended. One that is just becoming another program, as the script
    /// does that starts the node, has no environment to be known by for an instant.
    fn has_ended(&self) -> Result<bool> {
        if self.is_running() {
            return Ok(false);
        }
        process::tick()?;
        Ok(!self.is_running())
    }

    /// Whether it speaks AMQP: an open port alone may be another program's.
    pub(super) fn is_ready(&self) -> bool {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.amqp_port()));
        let answer = || -> std::io::Result<u8> {
            let second = Duration::from_secs(1);
            let mut stream = TcpStream::connect_timeout(&address, second)?;
            stream.set_read_timeout(Some(second))?;
            stream.write_all(b"AMQP\x00\x00\x09\x01")?;
            let mut kind = [0];
            stream.read_exact(&mut kind)?;
            Ok(kind[0])
        };
        // 1 is a method frame, Connection.Start; a broker that refuses answers with `A`.
        answer().is_ok_and(|kind| kind == 1)
    }

    /// Waits until it speaks AMQP.
    pub(super) fn wait_ready(&self) -> Result<()> {
        let end = Instant::now() + READY_WITHIN;
        while !self.is_ready() {
            let ended = self.has_ended()?;
            if ended || Instant::now() >= end {
                let what = if ended { "ended while starting" } else { "is not ready in time" };
                let (number, log) = (self.number, self.log());
                let said = fs::read_to_string(&log).unwrap_or_default();
                let log = log.display();
                return Err(format!("RabbitMQ node {number} {what}; {log} says:\n{said}").into());
            }
            process::tick()?;
        }
        Ok(())
    }

    /// Asks it to close its files and end.
    pub(super) fn ask_to_stop(&self) {
        if let Some(pid) = self.pid() {
            // A frozen process hears nothing.
            process::signal(pid, &self.mark, Signal::CONT);
            process::signal(pid, &self.mark, Signal::TERM);
        }
    }

    /// Ends it as a crash does, in the middle of whatever it does.
    pub(super) fn kill(&self) -> Result<()> {
        let pid = self.pid().ok_or_else(|| format!("node {} does not run", self.number))?;
        process::signal(pid, &self.mark, Signal::KILL);
        while self.is_running() {
            process::tick()?;
        }
        Ok(())
    }

    /// Stops its process where it is.
    pub(super) fn freeze(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    pub(super) fn thaw(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = self.pid().ok_or_else(|| format!("node {} does not run", self.number))?;
        process::signal(pid, &self.mark, signal);
        Ok(())
    }

    /// By which the nodes of a cluster know each other.
    pub(super) fn cookie(&self) -> Result<String> {
        let path = self.folder.join("home/.erlang.cookie");
        fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, error))
    }

    /// A script that runs `rabbitmqctl` against it.
    pub(super) fn rabbitmqctl(&self) -> PathBuf {
        self.folder.join("rabbitmqctl")
    }

    /// [`rabbitmqctl`](Self::rabbitmqctl) of the node of a number.
    pub(super) fn rabbitmqctl_in(broker: &Path, number: u16) -> PathBuf {
        broker.join(format!("n{number}")).join("rabbitmqctl")
    }

    /// A script that runs `rabbitmq-upgrade` against it.
    pub(super) fn rabbitmq_upgrade(&self) -> PathBuf {
        self.folder.join("rabbitmq-upgrade")
    }

    /// Waits until it has ended; after `patience` it is killed. Not interruptible.
    pub(super) fn wait_stopped(&self, patience: Duration) {
        let end = Instant::now() + patience;
        while let Some(pid) = self.pid() {
            if Instant::now() >= end {
                process::signal(pid, &self.mark, Signal::KILL);
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the node and rabbitmqctl must be told, so that they touch no file of the system and
    /// no port but ours.
    fn environment(&self, installed: &Installed) -> Vec<(&'static str, OsString)> {
        let within = |name: &str| self.folder.join(name).into_os_string();
        let epmd = self.ports.epmd().to_string().into();
        let mut erlang =
            OsString::from("-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false");
        if let Some(compiler) = installed.compiler() {
            erlang.push(" -pa ");
            erlang.push(compiler);
        }
        vec![
            ("HOME", within("home")),
            ("LC_ALL", "C.UTF-8".into()),
            ("ERL_EPMD_PORT", epmd),
            ("ERL_EPMD_ADDRESS", "127.0.0.1".into()),
            // Points to nothing, so that the machine's own settings stay out.
            ("RABBITMQ_CONF_ENV_FILE", within("no-such-file")),
            ("RABBITMQ_NODENAME", format!("n{}@localhost", self.number).into()),
            ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1".into()),
            ("RABBITMQ_NODE_PORT", self.amqp_port().to_string().into()),
            ("RABBITMQ_DIST_PORT", self.ports.distribution(self.number).to_string().into()),
            ("RABBITMQ_MNESIA_BASE", within("mnesia")),
            ("RABBITMQ_LOG_BASE", within("log")),
            ("RABBITMQ_PID_FILE", within("rabbitmq.pid")),
            ("RABBITMQ_CONFIG_FILE", within("rabbitmq.config")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", within("enabled_plugins")),
            ("RABBITMQ_FEATURE_FLAGS_FILE", within("feature_flags")),
            ("RABBITMQ_GENERATED_CONFIG_DIR", within("schema")),
            ("RABBITMQ_PLUGINS_DIR", self.plugins.as_os_str().to_owned()),
            ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", erlang),
            // Without a node there is nothing to control, so it need not start an epmd either.
            ("RABBITMQ_CTL_ERL_ARGS", "-start_epmd false".into()),
        ]
    }

    /// A script that anybody can run: a program of RabbitMQ with the same settings.
    fn write_script(
        &self,
        installed: &Installed,
        environment: &[(&str, OsString)],
        program: &str,
    ) -> Result<()> {
        let mut script = OsString::from("#!/bin/sh\n");
        let (name, value) = self.mark.split_once('=').unwrap_or((&self.mark, ""));
        let marked = [(name, OsString::from(value))];
        for (name, value) in environment.iter().chain(&marked) {
            script.push(format!("export {name}="));
            script.push(process::shell_quoted(value));
            script.push("\n");
        }
        script.push("exec ");
        script.push(process::shell_quoted(installed.program(program).as_os_str()));
        script.push(" -q \"$@\"\n");
        let path = self.folder.join(program);
        fs::write(&path, script.as_encoded_bytes())
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)))
            .map_err(|error| Failure::file("write", &path, error))
    }

    fn pid_file(&self) -> PathBuf {
        self.folder.join("pid")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("out.log")
    }
}
