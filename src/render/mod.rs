//! From a plan to the texts of files: Tera, the quoting filters, and the second rendering.
//!
//! Nothing untrusted becomes code, and three walls see to it, each alone enough for most mistakes:
//! a template whose prints do not quote does not load ([`lint`]); a filter refuses what its place cannot take
//! ([`quote`]); and every file is rendered a second time with harmless stand-ins, read back, and must say the same
//! ([`compare`](mod@compare)).

pub mod closure;
pub mod compare;
pub mod context;
pub mod environment;
mod facets;
pub mod files;
pub mod lint;
mod outputs;
pub mod quote;
mod scan;
mod shell;
pub mod standin;

pub use closure::closure;
pub use compare::{FileKind, compare};
pub use context::{Contexts, contexts};
pub use environment::Environment;
pub use files::{FileSet, image_files, stack_files};
pub use lint::lint;
pub use standin::{Grammar, StandIns};

use crate::report::Diagnostic;

/// The text of `file`: the template `entry` rendered with the real values, and proven to say what it says with
/// harmless ones.
///
/// # Errors
/// Whatever [`Environment::render`] or [`compare()`] finds; no text is to be written then.
pub fn render(
    environment: &Environment,
    entry: &str,
    file: &str,
    kind: FileKind,
    contexts: &Contexts,
) -> Result<String, Diagnostic> {
    let real = environment.render(entry, &contexts.real)?;
    let standin = environment.render(entry, &contexts.standin)?;
    compare(file, kind, &real, &standin, &contexts.table)?;
    Ok(real)
}

#[cfg(test)]
mod tests;
