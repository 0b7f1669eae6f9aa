//! The look of rustc for a message with its excerpt: the one place that talks to annotate-snippets.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Severity, boundary};

/// Lines of a file with marks in them.
pub(super) struct Excerpt<'a> {
    pub(super) path: &'a str,
    /// The lines that may be shown.
    pub(super) source: &'a str,
    /// The number of the first of them, from 1.
    pub(super) first_line: usize,
    /// What it is about: bytes of `source`.
    pub(super) span: Range<usize>,
    pub(super) label: Option<&'a str>,
    /// What belongs to it, each with a word about it.
    pub(super) others: Vec<(Range<usize>, &'a str)>,
}

/// Where a message is about.
pub(super) enum At<'a> {
    /// No file.
    Nowhere,
    /// A file whose lines are not shown: path, line and column.
    Place(&'a str, usize, usize),
    /// A file, with its lines.
    Excerpt(Excerpt<'a>),
}

/// A message as [`show`] needs it.
pub(super) struct Message<'a> {
    pub(super) severity: Severity,
    /// Stands in brackets behind the severity.
    pub(super) id: Option<&'a str>,
    pub(super) text: &'a str,
    pub(super) at: At<'a>,
    pub(super) notes: &'a [String],
    pub(super) help: &'a [String],
}

/// Within the text: annotate-snippets panics elsewhere.
fn within(span: &Range<usize>, source: &str) -> Range<usize> {
    let start = boundary(source, span.start);
    start..boundary(source, span.end).max(start)
}

/// The text for a person, with colours if `colour`, without a line break at its end.
pub(super) fn show(message: &Message<'_>, colour: bool) -> String {
    let level = match message.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut title = level.primary_title(message.text);
    if let Some(id) = message.id {
        title = title.id(id);
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let notes = message.notes.iter().map(|note| (Level::NOTE, note.as_str()));
    let below = notes.chain(message.help.iter().map(|help| (Level::HELP, help.as_str())));
    let group = match &message.at {
        At::Excerpt(excerpt) => {
            let mut mark = AnnotationKind::Primary.span(within(&excerpt.span, excerpt.source));
            if let Some(label) = excerpt.label {
                mark = mark.label(label);
            }
            let others = excerpt
                .others
                .iter()
                .map(|(span, label)| AnnotationKind::Context.span(within(span, excerpt.source)).label(*label));
            let snippet = Snippet::source(excerpt.source).line_start(excerpt.first_line).path(excerpt.path);
            title.element(snippet.annotation(mark).annotations(others))
        }
        At::Place(path, line, column) => title.element(Origin::path(*path).line(*line).char_column(*column)),
        // without an excerpt there is no margin that the further lines could hang on
        At::Nowhere => {
            let mut text = renderer.render(&[Group::with_title(title)]);
            for (level, line) in below {
                let line = renderer.render(&[Group::with_title(level.secondary_title(line))]);
                text.push_str(&format!("\n  {}", line.replace('\n', "\n  ")));
            }
            return text;
        }
    };
    let group = below.fold(group, |group, (level, line)| group.element(level.message(line)));
    renderer.render(&[group])
}
