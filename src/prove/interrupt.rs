//! Ctrl-C and SIGTERM as a flag: the engine's children end, the clean-up still runs, the caller picks the exit code.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Says whether the user asked to stop. Clones share one flag.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// A flag that nothing sets but [`Interrupt::raise`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A flag that Ctrl-C and SIGTERM set from now on. They end the process no more by themselves: ask [`Interrupt::signal`].
    ///
    /// # Errors
    /// When the system refuses a signal handler.
    #[cfg(unix)]
    pub fn on_signals() -> std::io::Result<Self> {
        let flag = Self::new();
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            let number = usize::try_from(signal).unwrap_or(2);
            signal_hook::flag::register_usize(signal, Arc::clone(&flag.0), number)?;
        }
        Ok(flag)
    }

    /// Windows ends the process itself.
    ///
    /// # Errors
    /// None there.
    #[cfg(not(unix))]
    pub fn on_signals() -> std::io::Result<Self> {
        Ok(Self::new())
    }

    /// Sets the flag as if `signal` (2 or 15) had come.
    pub fn raise(&self, signal: i32) {
        self.0.store(usize::try_from(signal).unwrap_or(2), Ordering::SeqCst);
    }

    /// The signal that came, if one did.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        match self.0.load(Ordering::SeqCst) {
            0 => None,
            signal => i32::try_from(signal).ok(),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_real_signal_sets_the_flag_and_does_not_end_the_process() {
        let interrupt = Interrupt::on_signals().unwrap();
        assert_eq!(interrupt.signal(), None);
        signal_hook::low_level::raise(signal_hook::consts::SIGTERM).unwrap();
        assert_eq!(interrupt.signal(), Some(15));
    }
}
