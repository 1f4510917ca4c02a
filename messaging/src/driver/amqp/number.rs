//! The numbers that the queue manager gives to queues.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind, RabbitOptions};

/// As many queues as one service on one host may have; nobody has that many, but a search must
/// end.
const MOST: u32 = 65_536;

/// `HOST:PROCESS:N`, where N is nobody else's for as long as this lives.
///
/// The peer counts in a file in shared memory, and begins again at 1 for each process group (wire
/// document, section 5.4); two groups that live at the same time then share names, and take each
/// other's replies. Here a number is a locked file: it is free again when its process has died,
/// however it died.
pub(super) struct Number {
    name: String,
    _lock: File,
}

impl Number {
    /// The lowest number that is free. The files are in memory, so this does not wait.
    pub(super) fn take(options: &RabbitOptions) -> Result<Self, Error> {
        let host = given(&options.hostname).unwrap_or_else(this_host);
        let process = given(&options.processname).unwrap_or_else(this_program);
        Self::take_in(&folder(), &host, &process).map_err(|error| {
            Error::new(
                ErrorKind::Config,
                format!(
                    "the queue manager cannot lock a number for `{host}:{process}` in {}: {error}; \
                     make the folder writable, or take `use_queue_manager` out",
                    folder().display()
                ),
            )
            .with_source(error)
        })
    }

    fn take_in(folder: &Path, host: &str, process: &str) -> io::Result<Self> {
        for number in 1..=MOST {
            let file = format!("messaging_{}_{}_{number}.lock", plain(host), plain(process));
            let file = open(&folder.join(file))?;
            match file.try_lock() {
                Ok(()) => {
                    return Ok(Self { name: format!("{host}:{process}:{number}"), _lock: file });
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Err(io::Error::other(format!("all {MOST} numbers are taken")))
    }
}

/// A file of another user can be locked without being written.
fn open(path: &Path) -> io::Result<File> {
    match File::options().create(true).truncate(false).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(path),
        opened => opened,
    }
}

fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.into() } else { std::env::temp_dir() }
}

fn given(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}

fn this_host() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// As the peer has it: the name of the file that was started.
pub(super) fn this_program() -> String {
    let program = std::env::args_os().next().map(PathBuf::from);
    let name = program.as_deref().and_then(Path::file_name);
    name.map_or_else(|| "messaging".into(), |name| name.to_string_lossy().into_owned())
}

/// A name that cannot leave the folder.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-.".contains(c) { c } else { '_' };
    name.chars().map(plain).collect()
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Number").field(&self.name).finish()
    }
}

/// Removes what a test left.
#[cfg(test)]
pub(super) fn forget(process: &str) {
    for entry in std::fs::read_dir(folder()).unwrap().flatten() {
        if entry.file_name().to_string_lossy().contains(process) {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_up_and_are_free_again_when_dropped() {
        let folder = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
        std::fs::create_dir(&folder).unwrap();
        let process = "process";
        let take = || Number::take_in(&folder, "host", process).unwrap();
        let (one, two, three) = (take(), take(), take());
        let names = [&one, &two, &three].map(ToString::to_string);
        assert_eq!(names, [1, 2, 3].map(|number| format!("host:process:{number}")));
        drop(two);
        assert_eq!(take().to_string(), "host:process:2");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_name_does_not_leave_the_folder() {
        assert_eq!(plain("../etc/x y"), ".._etc_x_y");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(Number::take_in(Path::new("/nowhere/at/all"), "host", "process").is_err());
    }
}
