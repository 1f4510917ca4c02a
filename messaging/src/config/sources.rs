//! Files and the environment, as they were when they were read, and which of them says what.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::{env, fs};

use super::ini::{BadLine, Ini};
use super::known::{DEFAULT, Known, OWN, RABBIT};
use crate::{Error, ErrorKind};

/// What stands outside the program. Later files win over earlier ones, and the environment over
/// all of them.
#[derive(Clone, Default)]
pub(crate) struct Sources {
    files: Vec<File>,
    environment: BTreeMap<String, String>,
}

#[derive(Clone)]
struct File {
    path: String,
    ini: Ini,
}

/// Where an option was set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    Default,
    Builder,
    Query,
    Variable(String),
    File { path: String, line: usize, group: String },
}

/// What a source says of an option, before anything in it is replaced.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) place: Place,
    /// The name that was used, which may be an older one.
    pub(crate) name: String,
}

impl Sources {
    pub(crate) fn add_file(&mut self, path: &Path) -> Result<(), Error> {
        let shown = path.display().to_string();
        let cannot = |why: &str| {
            Error::new(ErrorKind::Config, format!("the configuration file {shown} {why}"))
        };
        let text = fs::read(path).map_err(|error| cannot("cannot be read").with_source(error))?;
        let text = String::from_utf8(text)
            .map_err(|_| cannot("is not UTF-8; write it in that encoding"))?;
        self.add_text(shown, &text)
    }

    /// What stands in a file, called `shown`.
    pub(super) fn add_text(&mut self, shown: String, text: &str) -> Result<(), Error> {
        let ini = Ini::parse(text).map_err(|BadLine { line, why }| {
            let what = format!(
                "the configuration file {shown} cannot be understood at line {line}: {why}"
            );
            Error::new(ErrorKind::Config, what)
        })?;
        self.files.push(File { path: shown, ini });
        Ok(())
    }

    /// The files of a folder whose names end in `.conf`, in the order of their names.
    pub(crate) fn add_folder(&mut self, path: &Path) -> Result<(), Error> {
        let cannot = |error| {
            let what = format!("the configuration folder {} cannot be read", path.display());
            Error::new(ErrorKind::Config, what).with_source(error)
        };
        let mut files = Vec::<PathBuf>::new();
        for entry in fs::read_dir(path).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // A hidden file is an editor's, and not meant.
            if name.ends_with(".conf") && !name.starts_with('.') {
                files.push(entry.path());
            }
        }
        files.sort();
        files.iter().try_for_each(|file| self.add_file(file))
    }

    pub(crate) fn add_environment(&mut self) -> Result<(), Error> {
        self.add_variables(env::vars_os())
    }

    pub(super) fn add_variables(
        &mut self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(), Error> {
        for (name, value) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with("OS_")) else {
                continue;
            };
            if !name.contains("__") {
                continue;
            }
            match value.into_string() {
                Ok(value) => {
                    self.environment.insert(name.to_owned(), value);
                }
                Err(_) if is_ours(name) => {
                    let what = format!("the environment variable {name} is not UTF-8");
                    return Err(Error::new(ErrorKind::Config, what));
                }
                // Another library's; it is read only if a value of ours names it.
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// What the sources say of an option. In one file its name wins over its older names; in the
    /// environment it has none of them.
    pub(crate) fn get(&self, known: &Known) -> Option<Said> {
        let names = || [known.name].into_iter().chain(known.older.iter().copied());
        self.variable(known.group, known.name)
            .or_else(|| self.files(|file| names().find_map(|name| file.get(known.group, name))))
    }

    /// What the sources say of an option of any library.
    pub(crate) fn get_any(&self, group: &str, name: &str) -> Option<Said> {
        self.variable(group, name).or_else(|| self.files(|file| file.get(group, name)))
    }

    fn variable(&self, group: &str, name: &str) -> Option<Said> {
        let variable = variable_name(group, name);
        let text = self.environment.get(&variable)?.clone();
        Some(Said { text, place: Place::Variable(variable), name: name.to_owned() })
    }

    fn files(&self, said: impl Fn(&File) -> Option<Said>) -> Option<Said> {
        self.files.iter().rev().find_map(said)
    }

    /// All names that stand in `group` of any file, with their places.
    pub(crate) fn names_in(&self, group: &str) -> impl Iterator<Item = (&str, Place)> {
        self.files.iter().flat_map(move |file| {
            file.ini.group(group).map(move |(key, entry)| (key, file.place(group, entry.line)))
        })
    }

    /// All names of `group` that the environment sets, in lower case.
    pub(crate) fn variables_in(&self, group: &str) -> impl Iterator<Item = (String, Place)> {
        let prefix = variable_name(group, "");
        self.environment.keys().filter_map(move |variable| {
            let name = variable.strip_prefix(&prefix)?;
            Some((name.to_ascii_lowercase(), Place::Variable(variable.clone())))
        })
    }
}

impl File {
    fn get(&self, group: &str, name: &str) -> Option<Said> {
        let entry = self.ini.get(group, name)?;
        let place = self.place(group, entry.line);
        Some(Said { text: entry.value.clone(), place, name: name.to_owned() })
    }

    fn place(&self, group: &str, line: usize) -> Place {
        Place::File { path: self.path.clone(), line, group: group.to_owned() }
    }
}

/// The variable that oslo.config's environment driver reads for an option.
fn variable_name(group: &str, name: &str) -> String {
    format!("OS_{}__{}", group.to_uppercase(), name.to_uppercase())
}

fn is_ours(variable: &str) -> bool {
    [DEFAULT, RABBIT, OWN].iter().any(|group| variable.starts_with(&variable_name(group, "")))
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::Builder => f.write_str("set by the program"),
            Self::Query => f.write_str("in the query of the transport URL"),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::File { path, line, group } => write!(f, "{path} line {line}, group [{group}]"),
        }
    }
}

impl fmt::Debug for Sources {
    /// Without anything that they hold: it may be the password of a database.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.files.iter().map(|file| &file.path)).finish()
    }
}
