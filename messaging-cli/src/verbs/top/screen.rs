//! The terminal, while it is ours.

use std::io::{self, IsTerminal as _, Write};
use std::sync::Once;

use anstream::{AutoStream, ColorChoice};
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, DisableLineWrap, EnableLineWrap,
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode, size,
};
use crossterm::{execute, queue};

/// A screen of our own, on which keys are not echoed. The user's is back when this is dropped, and
/// before a panic is told of.
#[derive(Debug)]
pub(super) struct Screen<W: Write> {
    out: W,
    has_colours: bool,
}

impl<W: Write> Screen<W> {
    pub(super) fn enter(mut out: W) -> io::Result<Self> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                restore(&mut io::stdout());
                before(panic);
            }));
        });
        let has_colours = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        if io::stdin().is_terminal() {
            enable_raw_mode()?;
        }
        // Dropped from here on, also where the rest fails.
        let entered = execute!(out, EnterAlternateScreen, Hide, DisableLineWrap);
        let screen = Self { out, has_colours };
        entered.map(|()| screen)
    }

    /// Columns and rows.
    #[allow(clippy::unused_self)] // whose screen it is
    pub(super) fn size(&self) -> (usize, usize) {
        let (columns, rows) = size().unwrap_or((80, 24));
        (usize::from(columns.max(20)), usize::from(rows.max(5)))
    }

    /// Draws lines in place of those that there were.
    pub(super) fn draw(&mut self, lines: &[String]) -> io::Result<()> {
        let (_, rows) = self.size();
        let out = &mut self.out;
        queue!(out, BeginSynchronizedUpdate)?;
        for (row, line) in (0u16..).zip(lines.iter().take(rows)) {
            queue!(out, MoveTo(0, row))?;
            match self.has_colours {
                true => write!(out, "{line}")?,
                false => write!(out, "{}", anstream::adapter::strip_str(line))?,
            }
            queue!(out, Clear(ClearType::UntilNewLine))?;
        }
        if let Ok(below) = u16::try_from(lines.len())
            && usize::from(below) < rows
        {
            queue!(out, MoveTo(0, below), Clear(ClearType::FromCursorDown))?;
        }
        queue!(out, EndSynchronizedUpdate)?;
        out.flush()
    }
}

impl<W: Write> Drop for Screen<W> {
    fn drop(&mut self) {
        restore(&mut self.out);
    }
}

fn restore(out: &mut impl Write) {
    // There is nobody to tell if it does not work.
    let _ = execute!(out, EnableLineWrap, Show, LeaveAlternateScreen);
    let _ = disable_raw_mode();
}

#[cfg(test)]
mod tests {
    use std::sync::PoisonError;

    use super::*;

    /// What a terminal would show.
    #[derive(Clone, Default)]
    struct Terminal(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Terminal {
        /// Whether the screen is ours, whether there is a cursor, and the first line.
        fn seen(&self) -> (bool, bool, String) {
            let [rows, columns] = [24, 80].map(|it| std::num::NonZeroU16::new(it).unwrap());
            let mut parser = vt100::Parser::new(rows, columns, 0);
            parser.process(&self.0.lock().unwrap());
            let screen = parser.screen();
            let line = screen.contents().lines().next().unwrap_or_default().to_owned();
            (screen.alternate_screen(), !screen.hide_cursor(), line)
        }
    }

    #[test]
    fn the_terminal_is_restored_where_the_program_panics() {
        let terminal = Terminal::default();
        let panicked = std::panic::catch_unwind({
            let terminal = terminal.clone();
            move || {
                let mut screen = Screen::enter(terminal.clone()).unwrap();
                screen.draw(&["first".to_owned()]).unwrap();
                screen.draw(&["line".to_owned()]).unwrap();
                assert_eq!(terminal.seen(), (true, false, "line".to_owned()));
                panic!("on purpose");
            }
        });
        assert_eq!(panicked.unwrap_err().downcast_ref::<&str>(), Some(&"on purpose"));
        assert_eq!(terminal.seen(), (false, true, String::new()));
    }
}
