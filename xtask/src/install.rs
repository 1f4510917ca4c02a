//! Installs what the tests need beside Rust, where it may.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Failure, Result};
use crate::process;

/// Something from outside that the tests need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A broker.
    RabbitMq,
    /// What runs the other side of the interop tests.
    Python,
    /// What looks at pages.
    Browser,
    /// What counts instructions.
    Valgrind,
    /// What compiles the fuzzer.
    Compiler,
}

impl Need {
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::RabbitMq => &["rabbitmq-server"],
            Self::Python => &["python3", "python3-venv"],
            // The fonts too: it comes without any.
            Self::Browser => &["chromium-headless-shell", "fonts-liberation", "fonts-dejavu-core"],
            Self::Compiler => &["g++"],
            Self::Valgrind => &["valgrind"],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::RabbitMq => {
                "RabbitMQ (the package rabbitmq-server, with /usr/lib/rabbitmq/bin and Erlang)"
            }
            Self::Python => {
                "Python 3.11 or later with venv (the packages python3 and python3-venv)"
            }
            Self::Browser => {
                "Chromium (the package chromium-headless-shell of Debian, or a chromium or \
                 google-chrome in the PATH)"
            }
            Self::Compiler => "a C++ compiler (the package g++)",
            Self::Valgrind => "valgrind (the package of that name)",
        }
    }
}

/// Installs what is missing.
///
/// # Errors
///
/// A sentence that says what to install, if we may not do it ourselves or if it failed.
pub(crate) fn install(needs: &[Need]) -> Result<()> {
    if needs.is_empty() {
        return Ok(());
    }
    let (sudo, packages) = plan(needs, Machine::look())?;
    println!("installing {}", packages.join(" "));
    let by_hand =
        |error: Failure| format!("{error}; install {} by hand, then run this again", named(needs));
    let update = apt_get(sudo, &["update"]);
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    for (name, mut command) in
        [("apt-get update", update), ("apt-get install", apt_get(sudo, &arguments))]
    {
        let ended = process::run_whole(&mut command)?;
        ended.check(name).map_err(by_hand)?;
    }
    if needs.contains(&Need::RabbitMq) {
        note_started_service();
    }
    Ok(())
}

/// What this machine allows.
#[derive(Clone, Copy, Debug)]
struct Machine {
    root: bool,
    /// sudo asks for no password.
    sudo: bool,
    apt_get: bool,
}

impl Machine {
    fn look() -> Self {
        let root = rustix::process::geteuid().is_root();
        let sudo = !root && process::find_program("sudo") && succeeds("sudo", &["-n", "true"]);
        Self { root, sudo, apt_get: process::find_program("apt-get") }
    }
}

/// Whether sudo is needed, and the packages to install.
fn plan(needs: &[Need], machine: Machine) -> Result<(bool, Vec<&'static str>)> {
    let needed = named(needs);
    if !machine.apt_get {
        return Err(format!(
            "the tests need {needed}, and there is no apt-get here to install \
            it: install it by hand, then run this again"
        )
        .into());
    }
    if !machine.root && !machine.sudo {
        return Err(format!(
            "the tests need {needed}, and installing it takes root or a sudo \
            without password: install it by hand, then run this again"
        )
        .into());
    }
    let packages = needs.iter().flat_map(|need| need.packages()).copied().collect();
    Ok((!machine.root, packages))
}

fn named(needs: &[Need]) -> String {
    needs.iter().map(|need| need.name()).collect::<Vec<_>>().join(" and ")
}

fn apt_get(sudo: bool, arguments: &[&str]) -> Command {
    // `env` sets the variables behind sudo, which would drop them. A debconf that asks nothing,
    // and run level 1, in which packages' scripts start no service.
    let mut command = if sudo { Command::new("sudo") } else { Command::new("env") };
    if sudo {
        command.args(["-n", "env"]);
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get"]);
    command.args(["-o", "DPkg::Lock::Timeout=120"]).args(arguments);
    command
}

/// Where neither the run level nor a policy is heeded, a broker of the system runs now; it is not
/// ours to stop, but its owner should know.
fn note_started_service() {
    let systemd = Path::new("/run/systemd/system").is_dir();
    let stop = if systemd && succeeds("systemctl", &["is-active", "--quiet", "rabbitmq-server"]) {
        "systemctl disable --now rabbitmq-server"
    } else if Path::new("/run/rabbitmq/pid").exists() {
        "service rabbitmq-server stop"
    } else {
        return;
    };
    println!(
        "note: the package has started the system's own broker, on its usual ports; the tests do \
         not use it, and `{stop}` stops it"
    );
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Need; 2] = [Need::RabbitMq, Need::Python];

    fn machine(root: bool, sudo: bool, apt_get: bool) -> Machine {
        Machine { root, sudo, apt_get }
    }

    #[test]
    fn root_installs_without_sudo_and_others_with_it() {
        let packages = vec!["rabbitmq-server", "python3", "python3-venv"];
        assert_eq!(plan(&BOTH, machine(true, false, true)), Ok((false, packages.clone())));
        assert_eq!(plan(&BOTH, machine(false, true, true)), Ok((true, packages)));
    }

    #[test]
    fn without_the_means_it_says_what_to_install() {
        for machine in [machine(true, false, false), machine(false, false, true)] {
            let Err(Failure::Message(message)) = plan(&BOTH, machine) else {
                panic!("planned without the means")
            };
            assert!(message.contains("rabbitmq-server"), "{message}");
            assert!(message.contains("python3-venv"), "{message}");
        }
    }

    #[test]
    fn the_settings_stand_behind_sudo() {
        let line = format!("{:?}", apt_get(true, &["update"]));
        let sudo = line.find("\"-n\" \"env\" \"DEBIAN_FRONTEND=noninteractive\" \"RUNLEVEL=1\"");
        assert!(sudo.is_some(), "{line}");
    }
}
