//! The policy that holds: of the file that was named, or of the tree's scaffold.toml.

use std::path::Path;

use super::walk::Tree;
use crate::check::policy::{Policy, PolicyFile};
use crate::cli::Failure;
use crate::cli::args::Level;
use crate::detect::Tree as _;
use crate::report::Diagnostic;
use crate::spec;
use crate::spec::check::FailOn;

/// What is asked.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) policy: Policy,
    pub(super) file: Option<PolicyFile>,
    pub(super) pedantic: bool,
    pub(super) fail_on: Option<Level>,
}

/// Reads the policy. A tree without a scaffold.toml asks for nothing.
pub(super) fn read(named: Option<&Path>, trees: &[Tree]) -> Result<Asked, Failure> {
    let file = match named {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Failure::input(
                    Diagnostic::error(format!("{}: {error}", path.display()))
                        .help("name a scaffold.toml with `[check]`"),
                )
            })?;
            PolicyFile { path: path.display().to_string(), text }
        }
        None => {
            let of = |tree: &Tree| {
                let text = tree.disk().read(spec::file::NAME)?.to_owned();
                Some(PolicyFile { path: tree.show(spec::file::NAME), text })
            };
            match trees.iter().find_map(of) {
                Some(file) => file,
                None => return Ok(Asked::default()),
            }
        }
    };
    let table = spec::file::read(&file.path, &file.text)?.check;
    let fail_on = table.fail_on.map(|level| match level {
        FailOn::Note => Level::Note,
        FailOn::Warning => Level::Warning,
        FailOn::Error => Level::Error,
        FailOn::Never => Level::Never,
    });
    Ok(Asked { policy: Policy::read(&table, &file)?, pedantic: table.pedantic, fail_on, file: Some(file) })
}
