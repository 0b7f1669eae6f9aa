//! How far the audit of a large tree is, for a person who waits.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cli::Context;

/// Fewer files than this are done before anybody could read the line.
const WORTH_SHOWING: usize = 300;

/// One line on a terminal, redrawn; nothing anywhere else.
pub(super) struct Progress {
    shown: bool,
    all: usize,
    done: AtomicUsize,
}

impl Progress {
    pub(super) fn start(context: &Context, all: usize) -> Self {
        let shown = context.terminal.stderr_tty && !context.terminal.plain && all >= WORTH_SHOWING;
        let progress = Self { shown, all, done: AtomicUsize::new(0) };
        progress.draw(0);
        progress
    }

    /// So many more files are done.
    pub(super) fn done(&self, files: usize) {
        let done = self.done.fetch_add(files, Ordering::Relaxed) + files;
        self.draw(done);
    }

    pub(super) fn end(&self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }

    fn draw(&self, done: usize) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[Kchecking {done} of {} files", self.all);
        }
    }
}
