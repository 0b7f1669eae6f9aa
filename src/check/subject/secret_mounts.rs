//! Where the commands of a RUN have the content of a secret mount in hand: by its file, its variable, or a variable that
//! was filled from either.

use std::ops::Range;

use super::build::Build;
use super::command::Command;
use super::run::Run;
use crate::dockerfile::Mount;

/// What gives a RUN the content of its secret mounts.
#[derive(Debug, Default)]
pub struct SecretMounts {
    /// The paths of the mounted files.
    files: Vec<String>,
    /// The variables of `env=`, and those that a command of the RUN fills.
    variables: Vec<String>,
}

impl SecretMounts {
    /// Of a RUN; `None` if it has no secret mount.
    #[must_use]
    pub fn of(build: &Build<'_>, run: &Run<'_>) -> Option<Self> {
        let mut own = Self::default();
        for mount in run.mounts.iter().filter(|mount| mount.kind() == "secret") {
            if let Some(name) = mount.get(&["env"]) {
                own.variables.push(name.to_owned());
                if mount.target().is_none() {
                    continue;
                }
            }
            own.files.extend(file_of(mount));
        }
        if own.files.is_empty() && own.variables.is_empty() {
            return None;
        }
        for command in &run.commands {
            for (name, _, span) in &command.assignments {
                let written = build.text.get(span.clone()).unwrap_or_default();
                if own.gives(written) {
                    own.variables.push(name.clone());
                }
            }
            if command.is(&["export", "declare", "local", "readonly"]) {
                for arg in &command.args {
                    let written = build.text.get(arg.span.clone()).unwrap_or_default();
                    if let Some((name, _)) = written.split_once('=').filter(|(_, value)| own.gives(value)) {
                        own.variables.push(name.to_owned());
                    }
                }
            }
        }
        Some(own)
    }

    /// Whether a text of a script, when it is expanded, holds the content: `$TOKEN`, `$(cat /run/secrets/token)`.
    #[must_use]
    pub fn gives(&self, written: &str) -> bool {
        let reads = written.contains("$(") || written.contains('`');
        (reads && self.files.iter().any(|file| mentions(written, file)))
            || self.variables.iter().any(|name| expands(written, name))
    }

    /// Whether a word is the path of a mounted file.
    #[must_use]
    pub fn is_file(&self, word: &str) -> bool {
        self.files.iter().any(|file| word == file)
    }

    /// Whether a word names a mounted file anywhere: `@/run/secrets/x`, `--from=/run/secrets/x`.
    #[must_use]
    pub fn names_file(&self, written: &str) -> bool {
        self.files.iter().any(|file| mentions(written, file))
    }

    /// Whether one of the words of a command holds the content when it runs.
    #[must_use]
    pub fn in_words(&self, build: &Build<'_>, command: &Command) -> bool {
        command.args.iter().any(|arg| self.gives(text_at(build, &arg.span)))
    }

    /// Whether a command reads a mounted file: by a word that is its path, or by `<`.
    #[must_use]
    pub fn reads(&self, command: &Command) -> bool {
        command.args.iter().any(|arg| self.is_file(arg.text()))
            || command.redirects.iter().any(|redirect| redirect.operator == "<" && self.is_file(redirect.target.text()))
    }
}

fn text_at<'b>(build: &Build<'b>, span: &Range<usize>) -> &'b str {
    build.text.get(span.clone()).unwrap_or_default()
}

/// The file of a secret mount: its target, or `/run/secrets/` and its id.
fn file_of(mount: &Mount) -> Option<String> {
    if let Some(target) = mount.target() {
        return Some(target.to_owned());
    }
    let id = mount.id().or_else(|| mount.source()?.rsplit('/').next())?;
    Some(format!("/run/secrets/{id}"))
}

/// Whether a path stands in a text, and not only as the beginning of a longer one.
fn mentions(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, found)| {
        let rest = text.get(at + found.len()..).unwrap_or_default();
        !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.'))
    })
}

/// Whether `$NAME` or `${NAME}` stands in a text with its value: `${#NAME}` and `${NAME:+set}` do not show it.
fn expands(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, found)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + found.len()..).unwrap_or_default();
        let braced = before.ends_with("${");
        let ends = !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let shown = !braced || !(after.starts_with(":+") || after.starts_with('+'));
        (braced || before.ends_with('$')) && ends && shown
    })
}
