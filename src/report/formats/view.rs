//! An audit as it may be shown: places by line and column, secrets masked, control characters made visible.
//!
//! Every format reads texts through a [`View`], so that none can show a secret that another hides.

use std::collections::BTreeMap;
use std::ops::Range;

use super::secrets::{SHORTEST, Secrets, merged};
use crate::report::{Audit, Edit, Finding, Fix, Location, boundary};

/// Line and column, both from 1, of the start and of the end (behind the last character).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

/// How columns are counted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Columns {
    Characters,
    Utf16,
}

/// What is known of one file.
struct Lines {
    /// The first byte of each line.
    starts: Vec<usize>,
    /// Bytes that nobody may see: sorted, apart from one another.
    hidden: Vec<Range<usize>>,
}

/// An audit with what its formats need.
pub(super) struct View<'a> {
    pub(super) audit: &'a Audit,
    files: Vec<Lines>,
    secrets: Secrets,
}

/// A part of a file in which secrets are stars, and what cannot be seen is a sign.
#[derive(Debug, Default)]
pub(super) struct Masked {
    pub(super) text: String,
    /// Where the part begins in the file.
    from: usize,
    /// What was changed: its bytes in the part, and in `text`.
    changed: Vec<(Range<usize>, Range<usize>)>,
}

impl Masked {
    /// Where a byte of the file is in `text`.
    pub(super) fn at(&self, byte: usize) -> usize {
        let byte = byte.saturating_sub(self.from);
        let after = self.changed.partition_point(|(was, _)| was.start <= byte);
        let at = match after.checked_sub(1).and_then(|last| self.changed.get(last)) {
            None => byte,
            Some((was, is)) if byte >= was.end => is.end + (byte - was.end),
            Some((was, is)) => (is.start + (byte - was.start)).min(is.end),
        };
        boundary(&self.text, at)
    }

    /// Adds what begins at byte `from` of the part.
    fn push(&mut self, source: &str, from: usize) {
        for (at, c) in source.char_indices() {
            let start = self.text.len();
            match c {
                '\0'..='\x08' | '\x0b'..='\x0c' | '\x0e'..='\x1f' => self.text.push(picture(c)),
                c if is_invisible(c) && !matches!(c, '\n' | '\r' | '\t') => self.text.push('\u{fffd}'),
                c => {
                    self.text.push(c);
                    continue;
                }
            }
            self.changed.push((from + at..from + at + c.len_utf8(), start..self.text.len()));
        }
    }

    /// Where bytes of the file are in `text`.
    pub(super) fn span(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.at(span.start);
        start..self.at(span.end).max(start)
    }
}

impl<'a> View<'a> {
    pub(super) fn new(audit: &'a Audit) -> Self {
        let mut hidden: Vec<Vec<Range<usize>>> = vec![Vec::new(); audit.files.len()];
        let mut secrets = Secrets::default();
        for finding in audit.findings.iter().filter(|finding| finding.secret) {
            let Some(file) = audit.files.get(finding.at.file) else { continue };
            let span = within(&file.text, &finding.at.span());
            let secret = &file.text[span.clone()];
            secrets.add(secret);
            hidden[finding.at.file].push(span);
            // short values are sought where they are likely
            for (at, _) in &finding.related {
                let Some(file) = audit.files.get(at.file) else { continue };
                let span = within(&file.text, &at.span());
                if !secret.is_empty() && file.text[span.clone()].contains(secret) {
                    hidden[at.file].push(span);
                }
            }
        }
        for at in &audit.hidden {
            let Some(file) = audit.files.get(at.file) else { continue };
            let span = within(&file.text, &at.span());
            secrets.add(&file.text[span.clone()]);
            hidden[at.file].push(span);
        }
        let files = audit.files.iter().zip(hidden);
        let files = files
            .map(|(file, hidden)| Lines {
                starts: std::iter::once(0)
                    .chain(memchr::memchr_iter(b'\n', file.text.as_bytes()).map(|at| at + 1))
                    .collect(),
                hidden: merged(hidden),
            })
            .collect();
        Self { audit, files, secrets }
    }

    /// The path of a location's file, without `./`.
    pub(super) fn path(&self, at: &Location) -> &'a str {
        let path = self.audit.files.get(at.file).map_or("", |file| file.path.as_str());
        path.strip_prefix("./").unwrap_or(path)
    }

    fn text(&self, file: usize) -> &'a str {
        self.audit.files.get(file).map_or("", |file| file.text.as_str())
    }

    /// The index of the line that holds a byte, from 0.
    fn line(&self, file: usize, byte: usize) -> usize {
        self.files.get(file).map_or(0, |lines| lines.starts.partition_point(|start| *start <= byte).saturating_sub(1))
    }

    /// The bytes of lines `first..=last`, counted from 0, without the last line break.
    fn lines(&self, file: usize, first: usize, last: usize) -> Range<usize> {
        let text = self.text(file);
        let Some(lines) = self.files.get(file) else { return 0..0 };
        let start = lines.starts.get(first).copied().unwrap_or(text.len());
        let end = lines.starts.get(last + 1).map_or(text.len(), |next| next - 1);
        let end = if text[..end].ends_with('\r') { end - 1 } else { end };
        start..end.max(start)
    }

    /// Line and column of a location's start and end. A line break at its end does not count.
    pub(super) fn place(&self, at: &Location, columns: Columns) -> Place {
        let text = self.text(at.file);
        let span = within(text, &at.span());
        let end = span.start + text[span.clone()].trim_end_matches(['\n', '\r']).len();
        self.exact(&Location::new(at.file, span.start..end), columns)
    }

    /// Line and column of a location's start and end.
    pub(super) fn exact(&self, at: &Location, columns: Columns) -> Place {
        let text = self.text(at.file);
        let span = within(text, &at.span());
        let of = |byte: usize| {
            let line = self.line(at.file, byte);
            let start = self.files.get(at.file).and_then(|lines| lines.starts.get(line)).copied().unwrap_or(0);
            let before = &text[start..byte];
            let column = match columns {
                Columns::Characters => before.chars().count(),
                Columns::Utf16 => before.encode_utf16().count(),
            };
            (line + 1, column + 1)
        };
        let ((line, column), (end_line, end_column)) = (of(span.start), of(span.end));
        Place { line, column, end_line, end_column }
    }

    /// The lines of a span with `around` more on both sides: the number of the first, and the text.
    pub(super) fn excerpt(&self, file: usize, span: &Range<usize>, around: usize) -> (usize, Masked) {
        let span = within(self.text(file), span);
        // a span that ends with a line break does not reach into the next line
        let last_byte = if span.is_empty() { span.end } else { span.end - 1 };
        let first = self.line(file, span.start).saturating_sub(around);
        let count = self.files.get(file).map_or(1, |lines| lines.starts.len());
        let last = (self.line(file, last_byte) + around).min(count.saturating_sub(1));
        (first + 1, self.masked(file, &self.lines(file, first, last)))
    }

    /// A part of a file with every secret in it masked: one star for each character, so that columns stay.
    pub(super) fn masked(&self, file: usize, part: &Range<usize>) -> Masked {
        let part = within(self.text(file), part);
        let source = &self.text(file)[part.clone()];
        let known = self.files.get(file).map_or(&[][..], |lines| &lines.hidden);
        let first = known.partition_point(|hidden| hidden.end <= part.start);
        let known = known[first..].iter().take_while(|hidden| hidden.start < part.end);
        let mut hidden: Vec<Range<usize>> =
            known.map(|range| range.start.max(part.start) - part.start..range.end.min(part.end) - part.start).collect();
        hidden.extend(self.secrets.find(source));
        let mut masked = Masked { from: part.start, ..Masked::default() };
        let mut done = 0;
        for range in merged(hidden) {
            masked.push(&source[done..range.start], done);
            let start = masked.text.len();
            masked.text.extend(source[range.clone()].chars().map(|c| if matches!(c, '\n' | '\r') { c } else { '*' }));
            masked.changed.push((range.clone(), start..masked.text.len()));
            done = range.end;
        }
        masked.push(&source[done..], done);
        masked
    }

    /// A file's text, or another version of it, as it may be shown. Lines stay lines.
    pub(super) fn version(&self, file: usize, text: &str) -> String {
        let source = self.text(file);
        let masked = self.masked(file, &(0..source.len())).text;
        let shown: BTreeMap<&str, &str> = source.split('\n').zip(masked.split('\n')).collect();
        // A short value is sought only in lines that are new, which may repeat it.
        let hidden = self.files.get(file).map_or(&[][..], |lines| &lines.hidden);
        let short: Vec<&str> = hidden
            .iter()
            .filter_map(|span| source.get(span.clone()))
            .map(|value| value.trim_matches(['"', '\'']))
            .filter(|value| !value.is_empty() && value.len() < SHORTEST)
            .collect();
        let line = |line: &str| match shown.get(line) {
            Some(shown) => (*shown).to_owned(),
            None => {
                let mut masked = Masked::default();
                masked.push(&self.without_secrets(line), 0);
                short.iter().fold(masked.text, |line, value| line.replace(value, "***"))
            }
        };
        text.split('\n').map(line).collect::<Vec<_>>().join("\n")
    }

    /// A sentence of a finding on one line: without secrets and without characters that change how others are shown.
    pub(super) fn sentence(&self, text: &str) -> String {
        visible(&self.without_secrets(text))
    }

    /// A text in which values of secrets are stars.
    pub(super) fn without_secrets(&self, text: &str) -> String {
        self.secrets.removed(text)
    }

    /// The fix of a finding with its edits, unless one repeats a secret. `--fix` does it all the same.
    pub(super) fn fix<'f>(&self, finding: &'f Finding) -> Option<&'f Fix> {
        let repeats = |edit: &Edit| {
            let (file, at) = (edit.at.file, edit.at.span());
            let hidden = self.files.get(file).map_or(&[][..], |lines| &lines.hidden);
            let first = hidden.partition_point(|hidden| hidden.end <= at.start);
            let mut replaced = hidden[first..].iter().take_while(|hidden| hidden.start < at.end);
            !self.secrets.find(&edit.text).is_empty()
                || replaced.any(|hidden| edit.text.contains(&self.text(file)[hidden.clone()]))
        };
        finding.fix.as_ref().filter(|fix| !fix.edits.iter().any(repeats))
    }
}

/// The span within the text, at boundaries of characters.
fn within(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = boundary(text, span.start);
    start..boundary(text, span.end).max(start)
}

/// The sign of a control character of ASCII.
fn picture(c: char) -> char {
    char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')
}

/// Whether a character changes how others are shown, or is not seen at all (Unicode 16: Cc, Cf and the separators of
/// lines and paragraphs, without the joiners that emoji and scripts need).
pub(super) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// On one line, with invisible characters as their number.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => shown.push(' '),
            c if is_invisible(c) => shown.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}
