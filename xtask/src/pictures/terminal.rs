//! A terminal that nobody looks at.

use std::fs::File;
use std::io::Read as _;
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::failure::{Failure, Result};
use crate::process::tick;

/// How wide it is.
pub(super) const COLUMNS: NonZeroU16 = NonZeroU16::new(80).unwrap();

/// A terminal and the program on it, which is killed when this is dropped.
pub(super) struct Terminal {
    child: Child,
    shown: Arc<Mutex<vt100::Parser>>,
    /// Held open, so that what is shown stays.
    _side: OwnedFd,
}

impl Terminal {
    pub(super) fn start(command: &mut Command, rows: NonZeroU16) -> Result<Self> {
        let failed = |error| Failure::from(format!("there is no terminal to be had: {error}"));
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).map_err(failed)?;
        grantpt(&ours).and_then(|()| unlockpt(&ours)).map_err(failed)?;
        let name = ptsname(&ours, Vec::new()).map_err(failed)?;
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let side = open(name, flags, Mode::empty()).map_err(failed)?;
        let size =
            Winsize { ws_row: rows.get(), ws_col: COLUMNS.get(), ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&side, size).map_err(failed)?;
        let copy = || {
            side.try_clone()
                .map(Stdio::from)
                .map_err(|error| Failure::from(format!("a terminal cannot be shared: {error}")))
        };
        command.env("TERM", "xterm-256color").env_remove("NO_COLOR");
        command.stdin(copy()?).stdout(copy()?).stderr(copy()?);
        let child = command.spawn().map_err(|error| format!("cannot run it: {error}"))?;
        let shown = Arc::new(Mutex::new(vt100::Parser::new(rows, COLUMNS, 0)));
        let (mut reader, parser) = (File::from(ours), Arc::clone(&shown));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let mut parser = parser.lock().unwrap_or_else(PoisonError::into_inner);
                parser.process(bytes.get(..count).unwrap_or_default());
            }
        });
        Ok(Self { child, shown, _side: side })
    }

    /// What it shows when the program has ended, well.
    pub(super) fn ended(mut self, within: Duration) -> Result<vt100::Screen> {
        let end = Instant::now() + within;
        while Instant::now() < end {
            let status =
                self.child.try_wait().map_err(|error| format!("cannot wait for it: {error}"))?;
            match status {
                Some(status) if status.success() => return self.after(Duration::from_millis(300)),
                Some(status) => {
                    return Err(
                        format!("it ended with {status}:\n{}", self.screen().contents()).into()
                    );
                }
                None => tick()?,
            }
        }
        Err(format!("it did not end within {within:?}").into())
    }

    /// What it shows after some time.
    pub(super) fn after(self, time: Duration) -> Result<vt100::Screen> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            tick()?;
        }
        Ok(self.screen())
    }

    fn screen(&self) -> vt100::Screen {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).screen().clone()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
