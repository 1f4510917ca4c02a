//! The check of a lock file, for a test of the user's own.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Comparison, Contract, Lock};

/// Compares what the lock file at `path` holds with `contracts`, such as
/// `[SchedulerClient::contract()]`, for a test:
///
/// ```no_run
/// # use messaging::{Context, Failure, Proxy as _, contract, rpc_api};
/// # #[rpc_api(topic = "scheduler", version = "2.6")]
/// # trait Scheduler {}
/// // #[test]
/// fn the_contract_is_the_one_that_was_promised() {
///     contract::check("contract.lock.json", [SchedulerClient::contract()]).unwrap();
/// }
/// ```
///
/// A path is relative to the package when `cargo test` runs. With the environment variable
/// `MESSAGING_CONTRACT=write` the file is written, if the versions cover what changed; with
/// `MESSAGING_CONTRACT=accept` whatever changed.
///
/// # Errors
///
/// [`CheckError`], whose text says all, if the versions do not cover what changed, or the file
/// cannot be read, or is not what would be written.
pub fn check(
    path: impl AsRef<Path>,
    contracts: impl IntoIterator<Item = Contract>,
) -> Result<(), CheckError> {
    let wish = std::env::var_os("MESSAGING_CONTRACT");
    match wish.as_deref().map(|wish| wish.to_string_lossy()).as_deref() {
        None | Some("" | "check") => compare_file(path.as_ref(), contracts),
        Some("write") => write(path, contracts).map(drop),
        Some("accept") => accept(path, contracts).map(drop),
        Some(other) => Err(CheckError {
            path: path.as_ref().to_owned(),
            problem: Problem::Wish(other.to_owned()),
        }),
    }
}

fn compare_file(
    path: &Path,
    contracts: impl IntoIterator<Item = Contract>,
) -> Result<(), CheckError> {
    let problem = match read(path)? {
        None => Problem::Missing,
        Some(lock) => {
            let comparison = lock.compare(&Lock::new(contracts));
            match () {
                () if comparison.is_same() => return Ok(()),
                () if comparison.is_covered() => Problem::Stale(Box::new(comparison)),
                () => Problem::NotCovered(Box::new(comparison)),
            }
        }
    };
    Err(CheckError { path: path.to_owned(), problem })
}

/// Writes the lock file, if the versions cover what changed since it was written; returns what
/// changed, which is nothing where there was no file.
///
/// # Errors
///
/// [`CheckError`] if they do not, and if the file cannot be read or written.
pub fn write(
    path: impl AsRef<Path>,
    contracts: impl IntoIterator<Item = Contract>,
) -> Result<Option<Comparison>, CheckError> {
    written(path.as_ref(), &Lock::new(contracts), false)
}

/// Writes the lock file whatever changed: what could not be judged is fine, or what breaks reaches
/// nobody.
///
/// # Errors
///
/// [`CheckError`] if the file cannot be read or written.
pub fn accept(
    path: impl AsRef<Path>,
    contracts: impl IntoIterator<Item = Contract>,
) -> Result<Option<Comparison>, CheckError> {
    written(path.as_ref(), &Lock::new(contracts), true)
}

fn written(path: &Path, new: &Lock, accept: bool) -> Result<Option<Comparison>, CheckError> {
    let failed = |problem| CheckError { path: path.to_owned(), problem };
    let comparison = read(path)?.map(|old| old.compare(new));
    if let Some(comparison) = comparison.clone().filter(|it| !accept && !it.is_covered()) {
        return Err(failed(Problem::NotCovered(Box::new(comparison))));
    }
    if !comparison.as_ref().is_some_and(Comparison::is_same) {
        fs::write(path, new.to_string()).map_err(|error| failed(Problem::File("write", error)))?;
    }
    Ok(comparison)
}

/// The lock in a file; none if there is no file.
fn read(path: &Path) -> Result<Option<Lock>, CheckError> {
    let failed = |problem| CheckError { path: path.to_owned(), problem };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(Problem::File("read", error))),
    };
    Lock::parse(&text).map(Some).map_err(|why| failed(Problem::Unreadable(why)))
}

/// Why a lock file does not hold; see [`check`].
///
/// `Debug` writes what `Display` does, so that `unwrap` in a test is readable.
pub struct CheckError {
    path: PathBuf,
    problem: Problem,
}

enum Problem {
    Missing,
    Stale(Box<Comparison>),
    NotCovered(Box<Comparison>),
    Unreadable(String),
    File(&'static str, io::Error),
    Wish(String),
}

impl CheckError {
    /// What changed, where that is what is wrong.
    #[must_use]
    pub fn comparison(&self) -> Option<&Comparison> {
        match &self.problem {
            Problem::Stale(comparison) | Problem::NotCovered(comparison) => Some(comparison),
            _ => None,
        }
    }
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.problem {
            Problem::Missing => write!(
                f,
                "there is no lock file {path}: write it with MESSAGING_CONTRACT=write, and commit it"
            ),
            Problem::Stale(comparison) => write!(
                f,
                "the contract is not the one in {path}; the version covers what changed, so write \
                 the file with MESSAGING_CONTRACT=write, and commit it\n\n{comparison}"
            ),
            Problem::NotCovered(comparison) => write!(
                f,
                "the version declared does not cover what changed since {path} was written\n\n\
                 {comparison}\n\
                 once the version covers it, write the file with MESSAGING_CONTRACT=write; \
                 MESSAGING_CONTRACT=accept writes it whatever changed"
            ),
            Problem::Unreadable(why) => write!(
                f,
                "cannot read the lock file {path}: {why}; take the committed one, or remove it and \
                 write it with MESSAGING_CONTRACT=write"
            ),
            Problem::File(what, error) => write!(f, "cannot {what} the lock file {path}: {error}"),
            Problem::Wish(wish) => {
                write!(f, "MESSAGING_CONTRACT is `{wish}`; expected `check`, `write` or `accept`")
            }
        }
    }
}

impl fmt::Debug for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for CheckError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::File(_, error) => Some(error),
            _ => None,
        }
    }
}
