//! The setting by which the Python servers lose no call when they stop.

use std::fs;
use std::path::{Path, PathBuf};

/// The peer's queue manager, and what it keeps on this machine, which goes when this is dropped.
///
/// The peer does not cancel its consumers when it stops. By default it deletes its fanout queue
/// then, and while it waits for the answer it acknowledges what the broker still delivers, and
/// drops it: each stop under load loses calls, with a prefetch limit at most as many as that. The
/// queue manager gives the queue a name that is kept, so that it is not deleted; the peer closes
/// its channel at once, ignores what arrives meanwhile, and the broker gives that to another
/// server.
pub(crate) struct QueueManager {
    process: String,
    locks: PathBuf,
}

impl QueueManager {
    /// One for the servers of a topic.
    pub(crate) fn new(topic: &str) -> Self {
        let locks = Path::new(env!("CARGO_TARGET_TMPDIR")).join(topic);
        Self { process: topic.to_owned(), locks }
    }

    /// The settings of a server. By its name of a host no other has its queues, in whichever
    /// process group it runs.
    pub(crate) fn settings(&self, server: &str) -> Vec<String> {
        let rabbit = |setting| format!("oslo_messaging_rabbit.{setting}");
        vec![
            rabbit("use_queue_manager=true".to_owned()),
            rabbit(format!("hostname={server}")),
            rabbit(format!("processname={}", self.process)),
            format!("oslo_concurrency.lock_path={}", self.locks.display()),
        ]
    }
}

impl Drop for QueueManager {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.locks);
        for entry in fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().contains(&self.process) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}
