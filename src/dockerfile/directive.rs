//! Parser directives: `# syntax=`, `# escape=` and `# check=` above everything else.

use std::collections::BTreeSet;
use std::ops::Range;

use super::lines::Line;
use super::problem::Problems;

/// One parser directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// `syntax`, `escape` or `check`.
    pub name: String,
    /// As written, without the white space around it.
    pub value: String,
    /// The bytes from `#` to the end of the value.
    pub span: Range<usize>,
    /// The bytes of the value.
    pub value_span: Range<usize>,
}

/// Reads directives until the first line that is none.
#[derive(Debug, Default)]
pub(super) struct Directives {
    pub(super) found: Vec<Directive>,
    seen: BTreeSet<String>,
    done: bool,
}

/// What Go's `\s` matches; its patterns do not know the white space of Unicode.
const SPACE: [char; 5] = ['\t', '\n', '\u{c}', '\r', ' '];

impl Directives {
    /// Whether `line` is a directive (taken in) or nothing to do with them.
    pub(super) fn take(&mut self, line: &Line<'_>, problems: &mut Problems) -> bool {
        if self.done {
            return false;
        }
        let Some(directive) = parse(line) else {
            self.done = true;
            return false;
        };
        if !self.seen.insert(directive.name.clone()) {
            problems.fatal(directive.span, format!("a second parser directive `{}`", directive.name));
            return true;
        }
        if directive.name == "escape" && !matches!(directive.value.as_str(), "\\" | "`") {
            problems.fatal(directive.value_span.clone(), "the escape character must be a backslash or a backtick");
        }
        self.found.push(directive);
        true
    }

    /// The escape character in force.
    pub(super) fn escape(&self) -> char {
        let backtick = self.found.iter().any(|directive| directive.name == "escape" && directive.value == "`");
        if backtick { '`' } else { '\\' }
    }
}

fn parse(line: &Line<'_>) -> Option<Directive> {
    let body = line.text.trim_start().strip_prefix('#')?.trim_start();
    let (key, value) = body.split_once('=')?;
    let name = key.trim_end_matches(SPACE).to_ascii_lowercase();
    if !matches!(name.as_str(), "syntax" | "escape" | "check") {
        return None;
    }
    let mut from = line.start + line.text.len() - value.len();
    let mut shown = value.trim_matches(SPACE);
    from += value.len() - value.trim_start_matches(SPACE).len();
    if shown.is_empty() {
        // A value of nothing but blanks is its last blank: BuildKit's pattern asks for one character.
        let last = value.chars().next_back()?;
        from = line.start + line.text.len() - last.len_utf8();
        shown = &value[value.len() - last.len_utf8()..];
    }
    let value_span = from..from + shown.len();
    Some(Directive { name, value: shown.to_owned(), span: line.indent()..value_span.end, value_span })
}
