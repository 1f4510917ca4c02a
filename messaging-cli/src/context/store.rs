//! Where contexts are kept: files that their owner alone can read.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use super::{Context, check_name};
use crate::exit::{Exit, Failure};

/// The folder of contexts: `messaging-cli` in the user's folder of configuration, which
/// `XDG_CONFIG_HOME` names.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store of this user.
    pub(crate) fn open() -> Result<Self, Failure> {
        let base = etcetera::choose_base_strategy().map_err(|_| {
            Failure::usage("there is no home directory to keep contexts in")
                .hint("set XDG_CONFIG_HOME to a folder of yours")
        })?;
        Ok(Self { folder: base.config_dir().join("messaging-cli") })
    }

    #[cfg(test)]
    pub(crate) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The names of all contexts, in their order.
    pub(crate) fn names(&self) -> Result<Vec<String>, Failure> {
        let entries = match fs::read_dir(self.contexts()) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("read", &self.contexts(), &error)),
        };
        let names = entries.filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let name = name.strip_suffix(".json")?;
            check_name(name).is_ok().then(|| name.to_owned())
        });
        let mut names: Vec<_> = names.collect();
        names.sort();
        Ok(names)
    }

    /// The context of this name.
    pub(crate) fn get(&self, name: &str) -> Result<Context, Failure> {
        check_name(name)?;
        let path = self.path(name);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(self.unknown(name)),
            Err(error) => return Err(failed("read", &path, &error)),
        };
        // The error of serde_json may quote what stands there, such as a password.
        serde_json::from_str(&text).map_err(|error| {
            let (path, line) = (path.display(), error.line());
            Failure::usage(format!(
                "the context in {path} cannot be read: its line {line} is not as expected"
            ))
            .hint(format!("write it anew: messaging-cli ctx save {name} .."))
        })
    }

    /// Whether there is one of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        check_name(name).is_ok() && self.path(name).is_file()
    }

    /// Keeps a context.
    pub(crate) fn save(&self, name: &str, context: &Context) -> Result<(), Failure> {
        check_name(name)?;
        let path = self.path(name);
        let text = serde_json::to_string_pretty(context)
            .map_err(|error| failed("write", &path, &io::Error::from(error)))?;
        write(&path, &format!("{text}\n"))
    }

    /// Removes a context; it is not selected any more.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Failure> {
        check_name(name)?;
        let path = self.path(name);
        match fs::remove_file(&path) {
            Ok(()) => (),
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(self.unknown(name)),
            Err(error) => return Err(failed("remove", &path, &error)),
        }
        for mark in [self.selected_mark(), self.previous_mark()] {
            if read_mark(&mark).as_deref() == Some(name) {
                fs::remove_file(&mark).map_err(|error| failed("remove", &mark, &error))?;
            }
        }
        Ok(())
    }

    /// The name of the selected context, if one is.
    pub(crate) fn selected(&self) -> Option<String> {
        read_mark(&self.selected_mark())
    }

    /// The name of the one that was selected before.
    pub(crate) fn previous(&self) -> Option<String> {
        read_mark(&self.previous_mark())
    }

    /// Selects a context.
    pub(crate) fn select(&self, name: &str) -> Result<(), Failure> {
        if !self.has(name) {
            check_name(name)?;
            return Err(self.unknown(name));
        }
        if let Some(before) = self.selected().filter(|before| before != name) {
            write(&self.previous_mark(), &before)?;
        }
        write(&self.selected_mark(), name)
    }

    fn unknown(&self, name: &str) -> Failure {
        let failure = Failure::usage(format!("there is no context `{}`", crate::text::line(name)));
        match self.names().unwrap_or_default().as_slice() {
            [] => failure.hint("there is none at all: messaging-cli ctx save NAME --url URL"),
            names => failure.hint(format!("there are: {}", names.join(", "))),
        }
    }

    fn contexts(&self) -> PathBuf {
        self.folder.join("contexts")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.contexts().join(format!("{name}.json"))
    }

    fn selected_mark(&self) -> PathBuf {
        self.folder.join("selected")
    }

    fn previous_mark(&self) -> PathBuf {
        self.folder.join("previous")
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    write_private(path, text).map_err(|error| failed("write", path, &error))
}

/// Writes a file as a whole or not at all, readable by its owner alone; makes its folder.
pub(super) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    create_private(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path))
        .inspect_err(|_| drop(fs::remove_file(&beside)))
}

fn read_mark(path: &Path) -> Option<String> {
    let name = fs::read_to_string(path).ok()?;
    let name = name.trim();
    check_name(name).is_ok().then(|| name.to_owned())
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Other, format!("cannot {what} {}: {error}", path.display()))
}

#[cfg(unix)]
fn make_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

fn create_private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_kept_selected_and_removed() {
        let folder =
            std::env::temp_dir().join(format!("messaging-cli-store-{}", std::process::id()));
        let store = Store::at(&folder);
        assert_eq!((store.names().unwrap(), store.selected()), (Vec::new(), None));
        let context = Context { url: Some("rabbit://a/".to_owned()), ..Context::default() };
        for name in ["lab", "prod"] {
            store.save(name, &context).unwrap();
            store.select(name).unwrap();
        }
        assert_eq!(store.names().unwrap(), ["lab", "prod"]);
        assert_eq!(store.get("lab").unwrap(), context);
        assert_eq!(store.selected().as_deref(), Some("prod"));
        assert_eq!(store.previous().as_deref(), Some("lab"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(store.path("lab")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        store.remove("prod").unwrap();
        assert_eq!(store.selected(), None);
        assert!(store.get("prod").unwrap_err().hints[0].contains("lab"));
        fs::write(store.path("lab"), "{\"url\": hunter2}").unwrap();
        assert!(!format!("{:?}", store.get("lab").unwrap_err()).contains("hunter2"));
        fs::remove_dir_all(folder).unwrap();
    }
}
