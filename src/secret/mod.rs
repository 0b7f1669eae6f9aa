//! Telling secrets from other text: known formats first, then name and value together, entropy last.
//!
//! The formats are those that their issuers document, collected in November 2026. Nothing here reads a disk or a clock, and no
//! type keeps a secret's text: a [`Hit`] is a place in a text that the caller has.

mod base64;
mod checksum;
mod content;
mod entropy;
mod file;
mod jwt;
mod kind;
mod lines;
mod masked;
mod name;
mod pairs;
mod placeholder;
mod private_key;
mod scan;
mod shapes;
#[cfg(test)]
mod tests;
mod url;
mod value;

use std::ops::Range;

pub use content::{Verdict, content};
pub use file::{FileKind, file};
pub use kind::Kind;
pub use masked::{Masked, fingerprint};
pub use name::{NameVerdict, name};
pub use scan::find;
pub use url::{PasswordIs, UrlCredential, url_password};
pub use value::{ValueVerdict, default_of, value};

/// How sure a finding is. The place then decides how bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It may as well be something else: for those who ask for every guess.
    Guess,
    /// Worth a warning: a test key, a token that expires, a short prefix without a checksum.
    Likely,
    /// Nothing else looks like it.
    Sure,
}

/// A value of a known token format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Its bytes in the text. Both ends lie between characters.
    pub span: Range<usize>,
    /// How sure that is.
    pub certainty: Certainty,
    /// When it stops working, in seconds since 1970, if it says so itself (the `exp` of a JSON web token).
    pub expires: Option<u64>,
}

impl Hit {
    const fn new(kind: Kind, span: Range<usize>, certainty: Certainty) -> Self {
        Self { kind, span, certainty, expires: None }
    }
}
