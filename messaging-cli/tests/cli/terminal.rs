//! A terminal, and a program on it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcgetattr, tcsetwinsize};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::process::{Cli, WITHIN};
use crate::program::Home;

/// A terminal of 80 columns and 40 rows, and the program on it; killed when dropped.
pub(crate) struct Terminal {
    child: Child,
    _home: Home,
    /// The side of whoever looks at it and types.
    ours: File,
    theirs: OwnedFd,
    modes_before: String,
    shown: Arc<Mutex<vt100::Parser>>,
    changes: watch::Receiver<u64>,
}

impl Terminal {
    pub(crate) fn start(mut cli: Cli) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&ours).expect("it is ours");
        unlockpt(&ours).expect("it is ours");
        let name = ptsname(&ours, Vec::new()).expect("it has a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let theirs = open(name, flags, Mode::empty()).expect("its other side");
        let [rows, columns] = [40, 80].map(|it| NonZeroU16::new(it).expect("not zero"));
        let size = Winsize { ws_row: 40, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&theirs, size).expect("a size");
        let side = || Stdio::from(theirs.try_clone().expect("a copy"));
        cli.command.env("TERM", "xterm-256color");
        cli.command.stdin(side()).stdout(side()).stderr(side());
        let modes_before = modes(&theirs);
        let (child, home) = cli.spawn();

        let ours = File::from(ours);
        let mut reader = ours.try_clone().expect("a copy");
        let shown = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 0)));
        let (changed, changes) = watch::channel(0);
        thread::spawn({
            let shown = Arc::clone(&shown);
            move || {
                let mut bytes = [0; 4096];
                while let Ok(count @ 1..) = reader.read(&mut bytes) {
                    shown.lock().unwrap().process(&bytes[..count]);
                    changed.send_modify(|changes| *changes += 1);
                }
            }
        });
        Self { child, _home: home, ours, theirs, modes_before, shown, changes }
    }

    /// Waits until it shows what is wanted.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&vt100::Screen) -> bool) {
        let shown = Arc::clone(&self.shown);
        let is_shown = || wanted(shown.lock().unwrap().screen());
        if timeout(WITHIN, self.changes.wait_for(|_| is_shown())).await.is_err() {
            panic!("not in time; there is:\n{}", self.text());
        }
    }

    /// Waits until a text is on it.
    pub(crate) async fn until_text(&mut self, text: &str) {
        self.until(|screen| screen.contents().contains(text)).await;
    }

    /// What is on it.
    pub(crate) fn text(&self) -> String {
        self.shown.lock().unwrap().screen().contents()
    }

    /// Types.
    pub(crate) fn press(&mut self, keys: &[u8]) {
        self.ours.write_all(keys).expect("the terminal is there");
    }

    /// Sends the program a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// The code with which the program ended, by itself, and what it left behind. The terminal is
    /// as it was before: the screen, the cursor, and how keys are read.
    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().expect("the child is ours") {
                    break status.code();
                }
                tokio::task::yield_now().await;
            }
        };
        let code = timeout(WITHIN, ended).await.expect("it ends in time");
        assert_eq!(modes(&self.theirs), self.modes_before);
        self.until(|screen| !screen.alternate_screen() && !screen.hide_cursor()).await;
        // All that it wrote is read once what comes behind it is.
        write!(File::from(self.theirs.try_clone().expect("a copy")), "(ended)")
            .expect("a terminal");
        self.until_text("(ended)").await;
        (code, self.text())
    }
}

fn modes(terminal: &OwnedFd) -> String {
    format!("{:?}", tcgetattr(terminal).expect("a terminal has modes"))
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
