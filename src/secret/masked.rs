//! How a secret is shown, and how one is recognised again without keeping it.

use std::fmt;

use sha2::{Digest, Sha256};

/// Characters from which on the beginning is shown: of a shorter value four would be too much of it.
const SHOWN_FROM: usize = 12;

/// A value as a report may show it: the first four characters and the length, of a short value only the length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    start: String,
    length: usize,
}

impl Masked {
    /// Of a value.
    #[must_use]
    pub fn of(value: &str) -> Self {
        let length = value.chars().count();
        let start = if length < SHOWN_FROM { String::new() } else { value.chars().take(4).collect() };
        Self { start, length }
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A private key's beginning says nothing, but a line break in it would break the report.
        let start: String = self.start.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let unit = if self.length == 1 { "character" } else { "characters" };
        write!(f, "{start}*** ({} {unit})", self.length)
    }
}

/// A value's fingerprint, 32 hexadecimal digits, the same for the same value and salt on every machine. It is what a
/// waiver keeps: it shows a known value again and tells nothing about a long one. A short one can be guessed from it.
#[must_use]
pub fn fingerprint(value: &str, salt: &str) -> String {
    let mut hash = Sha256::new();
    // Both lengths, so that no part of the salt can be taken for a part of the value.
    for part in ["scaffold secret 1", salt, value] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
