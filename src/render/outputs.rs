//! Which files a stack has: path, template, how it is read back, and when it is written.

use super::FileKind;
use crate::plan::stack::Stack;

/// The compose file, and the name of its template.
pub(super) const COMPOSE: &str = "compose.yaml";

/// What is said on top of it while somebody works, and the name of its template.
pub(super) const DEV: &str = "compose.dev.yaml";

/// A file that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    /// Its path in the project.
    pub(super) path: String,
    /// The template that makes it.
    pub(super) template: String,
    /// How it is read back.
    pub(super) kind: FileKind,
}

/// The files of a stack.
pub(super) fn of(stack: &Stack) -> Vec<Output> {
    let outputs = stack.outputs;
    // one line a file
    let table: [(bool, &str, &str, FileKind); 3] = [
        (outputs.compose, COMPOSE, COMPOSE, FileKind::Compose),
        (outputs.dev && outputs.compose, DEV, DEV, FileKind::Compose),
        (outputs.document, "CONTAINER.md", "CONTAINER.md", FileKind::Markdown),
    ];
    let fixed = table.into_iter().filter(|(wanted, ..)| *wanted).map(|(_, path, template, kind)| Output {
        path: path.to_owned(),
        template: template.to_owned(),
        kind,
    });
    // the settings of what is not ours, each by the template of its kind
    let settings = stack.proxy.iter().flat_map(|kind| {
        let configs = stack.units.iter().flat_map(|unit| &unit.configs);
        configs.map(move |config| Output {
            path: config.file.to_string(),
            template: format!("proxy/{kind}"),
            kind: FileKind::Plain,
        })
    });
    fixed.chain(settings).collect()
}
