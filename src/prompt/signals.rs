//! A terminal that is in order again when a signal ends the process in the middle of a question.

use std::io;

/// While it lives, SIGTERM, SIGHUP and SIGINT restore the terminal, say the last words and end the process with 143
/// (the first two) or 130. Afterwards they do what they do by default.
#[derive(Debug)]
pub struct Guard(());

#[cfg(unix)]
mod unix {
    use std::io::{self, Write};
    use std::sync::{Mutex, PoisonError};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    enum State {
        NoHandlers,
        /// Handlers are in place; what was there before cannot be put back, so its effect is imitated.
        Idle,
        Asking(String),
    }

    static STATE: Mutex<State> = Mutex::new(State::NoHandlers);

    pub(super) fn begin(last_words: &str) -> io::Result<()> {
        let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::NoHandlers) {
            let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT])?;
            std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
                for signal in signals.forever() {
                    end(signal);
                }
            })?;
        }
        *state = State::Asking(last_words.to_owned());
        Ok(())
    }

    pub(super) fn finish() {
        *STATE.lock().unwrap_or_else(PoisonError::into_inner) = State::Idle;
    }

    fn end(signal: i32) {
        let state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        let State::Asking(last_words) = &*state else {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            return;
        };
        // The terminal may be gone (SIGHUP): whatever cannot be said is not said.
        let mut stderr = io::stderr();
        if crossterm::terminal::is_raw_mode_enabled().unwrap_or(false) {
            let _ = crossterm::terminal::disable_raw_mode();
            // Bracketed paste off, cursor visible, colours off.
            let _ = stderr.write_all(b"\x1b[?2004l\x1b[?25h\x1b[0m");
        }
        let _ = writeln!(stderr, "\n{last_words}");
        #[expect(clippy::disallowed_methods, reason = "main is waiting for a key that will not come")]
        std::process::exit(if signal == SIGINT { 130 } else { 143 });
    }
}

impl Guard {
    /// Begins to guard; `last_words` go to standard error when a signal ends the process.
    ///
    /// # Errors
    /// The handlers cannot be installed.
    pub fn new(last_words: &str) -> io::Result<Self> {
        #[cfg(unix)]
        unix::begin(last_words)?;
        // On Windows Ctrl-C is a key while a question is open, and there are no such signals.
        #[cfg(not(unix))]
        let _ = last_words;
        Ok(Self(()))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        #[cfg(unix)]
        unix::finish();
    }
}
