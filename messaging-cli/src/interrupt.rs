//! Ctrl-C, and the signal by which a process is asked to end.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use crate::exit::{Exit, Failure};

/// That the program was asked to end, and nobody has heard it yet.
static ASKED: Notify = Notify::const_new();

/// Whether it was asked, and not heard since.
static UNHEARD: AtomicBool = AtomicBool::new(false);

/// Ends when the user, or the system, asks the program to end, or has asked since this was waited
/// for first: what is asked while nobody waits is kept for who waits next.
pub(crate) async fn asked() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(listen);
    ASKED.notified().await;
    UNHEARD.store(false, Ordering::Relaxed);
}

/// Asks. A program that did not hear the last time hangs, such as in writing to who does not read: it
/// ends at once.
fn ask() {
    if UNHEARD.swap(true, Ordering::Relaxed) {
        std::process::exit(Exit::Interrupted.code().into());
    }
    ASKED.notify_one();
}

/// From now on signals are heard here, and end the process by themselves no more.
#[cfg(unix)]
fn listen() {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
        // One that cannot be heard ends the process.
        let Ok(mut signals) = signal(kind) else { continue };
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                ask();
            }
        });
    }
}

#[cfg(not(unix))]
fn listen() {
    tokio::spawn(async {
        while tokio::signal::ctrl_c().await.is_ok() {
            ask();
        }
    });
}

/// Runs a verb until it is done or somebody asks it to end. What it has written by then stays: a
/// verb writes each part as it has it. One that has more to say when it ends early waits for
/// [`asked`] itself.
pub(crate) async fn ends<T>(verb: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::select! {
        done = verb => done,
        () = asked() => Err(Failure::new(Exit::Interrupted, "interrupted")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Duration;

    use rustix::process::{Signal, getpid, kill_process};
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn what_is_asked_while_nobody_waits_is_heard() {
        timeout(Duration::ZERO, asked()).await.unwrap_err();
        for signal in [Signal::INT, Signal::TERM] {
            kill_process(getpid(), signal).unwrap();
            timeout(Duration::from_secs(10), asked()).await.unwrap();
        }
    }
}
