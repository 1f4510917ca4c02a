//! The RabbitMQ and the Erlang of this machine.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// Where Debian's packages put them. `/usr/sbin` has wrappers that switch to another user and drop
/// the environment, so those are not used.
const RABBITMQ: &str = "/usr/lib/rabbitmq";
const ERLANG: &str = "/usr/lib/erlang";

/// The plugin that tells of a broker over HTTP.
pub(super) const MANAGEMENT: &str = "rabbitmq_management";

/// The RabbitMQ and the Erlang of this machine.
#[derive(Debug)]
pub(crate) struct Installed {
    bin: PathBuf,
    plugins: PathBuf,
    epmd: PathBuf,
    compiler: Option<PathBuf>,
}

impl Installed {
    /// Looks where Debian's packages put them.
    pub(crate) fn find() -> Option<Self> {
        Self::find_in(Path::new(RABBITMQ), Path::new(ERLANG))
    }

    fn find_in(rabbitmq: &Path, erlang: &Path) -> Option<Self> {
        let found = Self {
            bin: rabbitmq.join("bin"),
            plugins: starting_with(&rabbitmq.join("lib"), "rabbitmq_server-")?.join("plugins"),
            epmd: erlang.join("bin/epmd"),
            compiler: starting_with(&erlang.join("lib"), "compiler-"),
        };
        let programs = [found.program("rabbitmq-server"), found.program("rabbitmqctl")];
        let complete = programs.iter().chain([&found.epmd]).all(|program| program.is_file());
        complete.then_some(found)
    }

    /// A program of RabbitMQ.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// Erlang's port mapper.
    pub(super) fn epmd(&self) -> &Path {
        &self.epmd
    }

    /// Erlang's compiler, which a booting node needs again and again and finds late.
    pub(super) fn compiler(&self) -> Option<PathBuf> {
        Some(self.compiler.as_ref()?.join("ebin"))
    }

    /// A folder with only the plugins that a bare broker is made of: a booting node searches every
    /// folder for every module, so the full set costs seconds.
    pub(super) fn link_plugins(&self, broker: &Path, management: bool) -> Result<()> {
        let links = Self::plugins_in(broker);
        fs::create_dir_all(&links).map_err(|error| Failure::file("make", &links, error))?;
        let also = management.then_some(MANAGEMENT);
        for plugin in self.needed_plugins(also) {
            let Some(name) = plugin.file_name() else { continue };
            let link = links.join(name);
            symlink(&plugin, &link).map_err(|error| Failure::file("make", &link, error))?;
        }
        Ok(())
    }

    /// Where a broker's folder has that folder.
    pub(super) fn plugins_in(broker: &Path) -> PathBuf {
        broker.join("plugins")
    }

    /// `rabbit` and all that it names, and what these name, and so on; likewise of another plugin.
    fn needed_plugins(&self, also: Option<&str>) -> Vec<PathBuf> {
        let mut seen = BTreeSet::new();
        let mut left = vec!["rabbit".to_owned()];
        left.extend(also.map(str::to_owned));
        let mut folders = Vec::new();
        while let Some(name) = left.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            // Not among the plugins: a part of Erlang itself.
            let Some(folder) = starting_with(&self.plugins, &format!("{name}-")) else { continue };
            let description = folder.join("ebin").join(format!("{name}.app"));
            left.extend(applications(&fs::read_to_string(description).unwrap_or_default()));
            folders.push(folder);
        }
        folders
    }
}

/// The entry of a folder whose name is a prefix and then a number.
fn starting_with(folder: &Path, prefix: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    let mut found = entries.map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        let rest = name.and_then(|name| name.strip_prefix(prefix));
        rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    });
    found.next()
}

/// The names in `{applications, [kernel, stdlib, ..]}` of an Erlang application's description.
fn applications(description: &str) -> Vec<String> {
    let Some((_, rest)) = description.split_once("{applications,") else { return Vec::new() };
    let Some((names, _)) = rest.trim_start().trim_start_matches('[').split_once(']') else {
        return Vec::new();
    };
    names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_names_what_it_needs() {
        let description = "{application, ra, [\n {vsn, \"2\"},\n \
            {applications, [kernel,\n  stdlib,gen_batch_server]},\n {env, [a]}]}.";
        assert_eq!(applications(description), ["kernel", "stdlib", "gen_batch_server"]);
        assert_eq!(applications("{application, ra, []}."), Vec::<String>::new());
    }
}
