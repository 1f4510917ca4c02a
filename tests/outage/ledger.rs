//! What processes write down as it happens: one JSON line for each event, in a file of their own,
//! whole before the next thing is done. What stands there is known even if its writer dies in the
//! next instant.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A moment: microseconds since 1970, by the clock that all processes of this machine share.
pub(crate) type Moment = u64;

/// This moment.
pub(crate) fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// How long after `earlier` something was; zero if it was before.
pub(crate) fn since(earlier: Moment, later: Moment) -> Duration {
    Duration::from_micros(later.saturating_sub(earlier))
}

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) at: Moment,
    pub(crate) what: What,
    /// Of the message, such as `c1-17-ask`; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) id: String,
    /// How it failed: the kind of the error, and its stage after a slash.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) kind: String,
    /// The error's text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// The process is ready.
    Ready,
    /// A client began to send.
    Sent,
    /// A call was answered, a cast confirmed.
    Answered,
    /// It ended otherwise.
    Failed,
    /// A method began.
    Begun,
    /// It ended.
    Done,
}

/// Where a process writes.
#[derive(Debug)]
pub(crate) struct Pen(File);

impl Pen {
    pub(crate) fn open(path: &Path) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path);
        Self(file.expect("the folder of the row is there"))
    }

    /// Writes one line, by one write, so that several tasks may do so.
    pub(crate) fn write(&self, what: What, id: &str) {
        self.entry(&Entry::new(what, id));
    }

    pub(crate) fn entry(&self, entry: &Entry) {
        let mut line = serde_json::to_vec(entry).expect("it is JSON");
        line.push(b'\n');
        (&self.0).write_all(&line).expect("there is room on the disk");
    }
}

impl Entry {
    pub(crate) fn new(what: What, id: &str) -> Self {
        let (id, kind, text) = (id.to_owned(), String::new(), String::new());
        Self { at: now(), what, id, kind, text }
    }
}

/// Reads along while another process writes.
#[derive(Debug)]
pub(crate) struct Reader {
    path: PathBuf,
    offset: u64,
    /// What was read so far.
    pub(crate) entries: Vec<Entry>,
}

impl Reader {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, offset: 0, entries: Vec::new() }
    }

    /// How many events of a kind there are of messages that this is true of.
    pub(crate) fn count(&mut self, what: What, of: impl Fn(&str) -> bool) -> usize {
        self.catch_up();
        self.entries.iter().filter(|entry| entry.what == what && of(&entry.id)).count()
    }

    /// Waits until there are so many, and says when the last of them was.
    pub(crate) async fn until(
        &mut self,
        what: What,
        count: usize,
        of: impl Fn(&str) -> bool,
    ) -> Result<Moment, String> {
        let end = tokio::time::Instant::now() + Duration::from_secs(30);
        while self.count(what, &of) < count {
            if tokio::time::Instant::now() >= end {
                return Err(format!("{:?} has not {count} times {what:?}", self.path));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut found = self.entries.iter().filter(|entry| entry.what == what && of(&entry.id));
        Ok(found.nth(count.saturating_sub(1)).map_or(0, |entry| entry.at))
    }

    /// Reads what was added. A line without its end is left for the next time.
    pub(crate) fn catch_up(&mut self) {
        let Ok(mut file) = File::open(&self.path) else { return };
        let mut text = String::new();
        file.seek(SeekFrom::Start(self.offset)).expect("it is a file");
        file.read_to_string(&mut text).expect("it is text");
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        for line in text[..whole].lines() {
            let entry = serde_json::from_str(line);
            self.entries.push(entry.unwrap_or_else(|error| panic!("{line}: {error}")));
        }
        self.offset += whole as u64;
    }
}
