//! Comparison of both renderings: the structure of a file never depends on the text of a value.
//!
//! Both texts are read as what they are, down to a flat list of [`Part`]s. The lists must be the same part for part,
//! with the real value exactly where the other has its stand-in. A difference is an injection, or a template that
//! prints a value with the filter of another place; either way the text is not to be used.

mod dockerfile;
mod hcl;
mod ignore;
mod markdown;
mod shell;
mod toml;
mod yaml;

use super::quote::shown;
use super::standin::{Broken, Entry, Found, Grammar, StandIns};
use crate::report::Diagnostic;

/// How a rendered file is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A Dockerfile.
    Dockerfile,
    /// A compose file: YAML in which compose expands `$`.
    Compose,
    /// A GitHub workflow: YAML in which `${{` begins an expression.
    Github,
    /// A GitLab pipeline: YAML in which `$` begins a variable.
    Gitlab,
    /// Any other YAML, and JSON.
    Yaml,
    /// A bake file.
    Hcl,
    /// A manifest of Kubernetes: YAML in which `$` is doubled as in compose, and whose literal blocks are YAML again, as
    /// the parameters of a CSI driver are.
    Manifest,
    /// A `.dockerignore`.
    Ignore,
    /// Markdown, with the commands and pictures in it.
    Markdown,
    /// TOML.
    Toml,
    /// A script of the POSIX shell.
    Shell,
    /// A text without a grammar: values stand in it as they are.
    Plain,
}

/// One thing that a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    /// What it is, for the comparison and for people: "a key", "the instruction RUN".
    role: String,
    /// Its text, decoded; what a reader would act on carries the mark [`ACTIVE`](super::shell::ACTIVE).
    text: String,
    /// Where it starts, in bytes.
    at: usize,
    /// Whether programs split it at `:` and `,`, as compose does with `volumes` and BuildKit with `--mount`.
    separated: bool,
    /// Whether the text is already a real one, in which nothing is a stand-in.
    real: bool,
}

impl Part {
    fn new(role: impl Into<String>, text: impl Into<String>, at: usize) -> Self {
        Self { role: role.into(), text: text.into(), at, separated: false, real: false }
    }

    fn separated(self) -> Self {
        Self { separated: true, ..self }
    }
}

/// Why a text cannot be read, and the byte where.
#[derive(Debug)]
struct Unreadable {
    why: String,
    at: usize,
}

type Parts = Result<Vec<Part>, Unreadable>;

fn parts(kind: FileKind, text: &str) -> Parts {
    match kind {
        FileKind::Dockerfile => dockerfile::parts(text),
        FileKind::Compose => yaml::parts(text, Some(yaml::Expands::Compose), 0),
        FileKind::Github => yaml::parts(text, Some(yaml::Expands::Github), 0),
        FileKind::Gitlab => yaml::parts(text, Some(yaml::Expands::Gitlab), 0),
        FileKind::Yaml => yaml::parts(text, None, 0),
        // a list, in it a block for each: Azure's driver goes that deep
        FileKind::Manifest => yaml::parts(text, Some(yaml::Expands::Compose), 2),
        FileKind::Hcl => hcl::parts(text),
        FileKind::Ignore => Ok(ignore::parts(text)),
        FileKind::Markdown => markdown::parts(text),
        FileKind::Toml => toml::parts(text),
        FileKind::Shell => Ok(shell::parts(text, 0)),
        FileKind::Plain => {
            Ok(lines(text).map(|(at, line)| Part::new("a line", line.trim_end_matches('\n'), at)).collect())
        }
    }
}

/// The lines of a text with the byte where each starts, line ends included.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    })
}

/// Checks that `real` says what `standin` says, with real values in the place of stand-ins.
///
/// # Errors
/// The first difference, with its place in `real` and the value that makes it.
pub fn compare(file: &str, kind: FileKind, real: &str, standin: &str, table: &StandIns) -> Result<(), Diagnostic> {
    let expected =
        parts(kind, standin).map_err(|unreadable| {
            Diagnostic::error(format!("the template of `{file}` makes a file that cannot be read: {}", unreadable.why))
                .at(file, standin, line_at(standin, unreadable.at))
        })?;
    let found = parts(kind, real).map_err(|unreadable| {
        difference(file, real, unreadable.at)
            .label(unreadable.why)
            .with_note("with harmless values in the place of the real ones the file can be read")
    })?;
    let expected = shell::with_commands(expected, table);
    let mut nearest: Vec<&Entry> = Vec::new();
    for at in 0..expected.len().max(found.len()) {
        let place = found.get(at).or(found.last()).map_or(0, |part| part.at);
        let (Some(want), Some(have)) = (expected.get(at), found.get(at)) else {
            let label = match (expected.get(at), found.get(at)) {
                (Some(want), _) => format!("the file ends where the template says {}", want.role),
                (None, have) => format!("the template does not say {}", have.map_or("this", |part| part.role.as_str())),
            };
            return Err(blamed(difference(file, real, place).label(label), &nearest));
        };
        let (entries, filled) = if want.real { Ok((Vec::new(), want.text.clone())) } else { filled(table, &want.text) }
            .map_err(|_| {
                difference(file, real, place).label(
                    "the template changes the text of a value here, or holds a text made to look like a stand-in",
                )
            })?;
        if !entries.is_empty() {
            nearest = entries.iter().map(|found| found.entry).collect();
        }
        if want.role != have.role {
            let label = format!("this is {}, where the template says {}", have.role, want.role);
            return Err(blamed(difference(file, real, place).label(label), &nearest));
        }
        if filled != have.text {
            let label = format!("{} reads back as {}, not as {}", have.role, readable(&have.text), readable(&filled));
            return Err(blamed(difference(file, real, place).label(label), &nearest));
        }
        if let Some(entry) = want.separated.then(|| splitting(&want.text, &entries)).flatten() {
            let label = format!("{} is split at `:` and `,`, and the value holds one of them", have.role);
            return Err(blamed(difference(file, real, place).label(label), &[entry]));
        }
    }
    if kind == FileKind::Dockerfile
        && let Some(refused) = dockerfile::refusal(real)
    {
        return Err(Diagnostic::error(format!("BuildKit refuses `{file}` as it was rendered"))
            .at(file, real, refused.span)
            .label(refused.message)
            .help("this is a mistake of the template, or a value that is none of its kind"));
    }
    Ok(())
}

/// The stand-ins in a text, and the text with the real values.
fn filled<'t>(table: &'t StandIns, text: &str) -> Result<(Vec<Found<'t>>, String), Broken> {
    Ok((table.find(text)?, table.fill(text)?))
}

/// The value that would add a part of its own to a text like `name:/path:ro`.
fn splitting<'e>(standin: &str, entries: &[Found<'e>]) -> Option<&'e Entry> {
    const SEPARATORS: [char; 2] = [':', ','];
    let mut around = standin.to_owned();
    entries.iter().rev().for_each(|found| around.replace_range(found.span.clone(), ""));
    if !around.contains(SEPARATORS) {
        return None;
    }
    // whoever reads `image:tag` knows that a registry may have a port
    let splits = |entry: &&Entry| entry.grammar != Grammar::ImageRef && entry.real.contains(SEPARATORS);
    entries.iter().map(|found| found.entry).find(splits)
}

fn readable(text: &str) -> String {
    shown(&text.replace(super::shell::ACTIVE, ""))
}

fn difference(file: &str, real: &str, at: usize) -> Diagnostic {
    Diagnostic::error(format!("the text of a value changes what `{file}` says"))
        .at(file, real, line_at(real, at))
        .help("the template prints this value without the filter of its place; nothing is written")
}

fn blamed(mut diagnostic: Diagnostic, entries: &[&Entry]) -> Diagnostic {
    for entry in entries {
        diagnostic = diagnostic.with_note(format!("the value is {}", shown(&entry.real)));
    }
    diagnostic
}

/// From `at` to the end of its line.
fn line_at(text: &str, at: usize) -> std::ops::Range<usize> {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at..text[at..].find('\n').map_or(text.len(), |length| at + length)
}
