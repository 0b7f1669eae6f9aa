//! One line of a `.dockerignore`.

use super::go_path::{check_syntax, clean};
use super::machine::{Failure, Machine};
use super::translate::{self, Shape};

/// A message and its help.
pub(super) type Words = (String, String);

/// A pattern as Docker's matcher keeps it.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// It began with `!`.
    pub(super) negated: bool,
    /// Counted from 1.
    pub(super) line: usize,
    /// Cleaned, without `!` and without leading slash.
    text: String,
    how: How,
}

#[derive(Debug, Clone)]
enum How {
    Equal,
    /// Starts with these bytes of the text.
    Prefix,
    /// Ends with the text after its `**`.
    Suffix,
    Machine(Machine),
    /// Has an escape of regular expressions that is not modelled here.
    Never,
}

impl Pattern {
    /// Reads one line; `None` for comments and empty lines, with a notice if the pattern is legal but misleading.
    pub(super) fn read(raw: &str, line: usize) -> Result<Option<(Self, Option<Words>)>, Words> {
        if raw.starts_with('#') {
            return Ok(None);
        }
        let Some(text) = normalise(raw) else { return Ok(None) };
        let (negated, text) = match text.strip_prefix('!') {
            Some("") => {
                return Err((
                    "`!` brings back nothing".to_owned(),
                    "write the path to bring back after `!`, or remove the line".to_owned(),
                ));
            }
            Some(rest) => (true, rest),
            None => (false, text.as_str()),
        };
        let refused = |why: &str| {
            let help = "a backslash makes the next character an ordinary one: `\\[`, `\\\\`".to_owned();
            (format!("`{text}` is not a pattern, docker refuses to build: {why}"), help)
        };
        check_syntax(text).map_err(refused)?;
        let (shape, expression) = translate::expression(text);
        let mut notice = None;
        let how = match shape {
            Shape::Exact => How::Equal,
            Shape::Prefix => How::Prefix,
            Shape::Suffix => How::Suffix,
            Shape::Expression => match Machine::compile(&expression) {
                Ok(machine) => {
                    notice = machine.notice().map(|escape| misread_escape(text, escape));
                    How::Machine(machine)
                }
                Err(Failure::Unknown(escape)) => {
                    notice = Some(misread_escape(text, escape));
                    How::Never
                }
                Err(Failure::Refused(why)) => return Err(refused(&why)),
            },
        };
        Ok(Some((Self { negated, line, text: text.to_owned(), how }, notice)))
    }

    /// Cleaned, without `!` and without leading slash.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it matches exactly this path.
    pub(super) fn matches(&self, path: &str) -> bool {
        match &self.how {
            How::Equal => path == self.text,
            How::Prefix => path.starts_with(self.text.strip_suffix("**").unwrap_or(&self.text)),
            How::Suffix => {
                let suffix = self.text.strip_prefix("**").unwrap_or(&self.text);
                path.ends_with(suffix) || suffix.strip_prefix('/') == Some(path)
            }
            How::Machine(machine) => machine.matches(path),
            How::Never => false,
        }
    }

    /// Whether it matches this path or a folder above it.
    pub(super) fn matches_at_or_above(&self, path: &str) -> bool {
        self.matches(path) || path.match_indices('/').any(|(at, _)| self.matches(&path[..at]))
    }

    /// Whether it has no special character, but for one `/**` or `/*` at its end.
    pub(super) fn is_plain(&self) -> bool {
        !self.without_final_wildcard().contains(['*', '[', ']', '?', '^', '\\'])
    }

    /// Whether a plain pattern may match something below this folder (given with its final `/`).
    pub(super) fn may_reach_below(&self, folder: &str) -> bool {
        let text = self.without_final_wildcard();
        text.starts_with(folder) || folder.strip_suffix('/') == Some(text)
    }

    fn without_final_wildcard(&self) -> &str {
        let text = self.text.strip_suffix("/**").unwrap_or(&self.text);
        text.strip_suffix("/*").unwrap_or(text)
    }
}

/// What is left of a line. Docker cleans in two places (when it reads the file and when it builds the matcher), and
/// the second sees what the first one uncovered: `/!a` ends as an exception, for instance.
fn normalise(raw: &str) -> Option<String> {
    let trimmed = raw.trim();
    let (mark, path) = match trimmed.strip_prefix('!') {
        Some(rest) => ("!", rest.trim()),
        None => ("", trimmed),
    };
    let path = if path.is_empty() { String::new() } else { clean(path) };
    let path = if path.len() > 1 { path.strip_prefix('/').unwrap_or(&path) } else { &path };
    let again = format!("{mark}{path}");
    let again = again.trim();
    (!again.is_empty()).then(|| clean(again))
}

fn misread_escape(text: &str, escape: char) -> Words {
    (
        format!(
            "docker does not read `\\{escape}` in `{text}` as the letter `{escape}`, but as in a regular expression"
        ),
        "write folders with `/`, and put no backslash before a letter or digit".to_owned(),
    )
}
