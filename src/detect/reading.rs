//! What stands in a project's files: paths by pattern, values by place, text by regular expression. Each file and each
//! expression is read once.

use std::rc::Rc;

use regex_lite::Regex;

use super::place;
use super::project::{Found, Project};
use super::text::fill_with;
use crate::catalog::glob::{alternatives_of, glob, is_glob};
use crate::catalog::preset::OneOrMany;
use crate::report::{self, Diagnostic};

/// Source files that are searched by regular expressions, at most.
const SEARCHED_FILES: usize = 400;

impl Project<'_> {
    /// The paths that a pattern matches; a pattern may hold `{name}`.
    #[must_use]
    pub fn paths(&self, pattern: &str) -> Vec<String> {
        if pattern == "{source}" {
            return self.preset.detect.source.iter().flat_map(|pattern| self.paths(pattern)).collect();
        }
        // `{a,b}` is an alternative, `{name}` a field
        let Some(pattern) = fill_with(pattern, |name| self.text_of(name)) else { return Vec::new() };
        if !is_glob(&pattern) {
            return if self.tree.exists(&pattern) { vec![pattern] } else { Vec::new() };
        }
        if let Some(known) = self.paths.borrow().get(&pattern) {
            return known.clone();
        }
        let skip = &self.preset.detect.skip;
        let skipped = |path: &str| {
            path.split('/').any(|part| skip.iter().any(|name| name == part || is_glob(name) && glob(name, part)))
        };
        let choices = alternatives_of(&pattern);
        let matching = |path: &&String| choices.iter().any(|choice| glob(choice, path)) && !skipped(path);
        let found: Vec<String> = self.tree.files().iter().filter(matching).take(SEARCHED_FILES).cloned().collect();
        self.paths.borrow_mut().insert(pattern, found.clone());
        found
    }

    pub(super) fn any_path(&self, pattern: &str) -> bool {
        !self.paths(pattern).is_empty()
    }

    /// All values at `file#place`. The file may be a glob.
    #[must_use]
    pub fn at(&self, at: &str) -> Vec<Found> {
        let (file, keys) = place::split(at);
        let keys = place::keys(keys);
        let mut found = Vec::new();
        for file in self.paths(file) {
            let Some(parsed) = self.parsed(&file) else { continue };
            let text = self.tree.read(&file).unwrap_or_default();
            for (path, value) in place::values(&parsed.value, &keys) {
                // a table or list counts as present
                let value = place::text(value).unwrap_or_else(|| "present".to_owned());
                found.push(Found::at(value, &file, place::line(text, &path)));
            }
        }
        found
    }

    pub(super) fn parsed(&self, file: &str) -> Option<Rc<place::Parsed>> {
        if let Some(known) = self.parsed.borrow().get(file) {
            return known.clone();
        }
        let parsed = match place::open(self.tree, file) {
            Ok(opened) => opened.map(|(_, parsed)| Rc::new(parsed)),
            Err(problem) => {
                self.note(*problem);
                None
            }
        };
        self.parsed.borrow_mut().insert(file.to_owned(), parsed.clone());
        parsed
    }

    pub(super) fn regex(&self, pattern: &str) -> Option<Rc<Regex>> {
        self.regexes
            .borrow_mut()
            .entry(pattern.to_owned())
            .or_insert_with(|| match Regex::new(&format!("(?m){pattern}")) {
                Ok(regex) => Some(Rc::new(regex)),
                Err(error) => {
                    self.problems.borrow_mut().push(Diagnostic::error(format!(
                        "the preset `{}` holds a regular expression that cannot be read: {error}",
                        self.preset.id
                    )));
                    None
                }
            })
            .clone()
    }

    /// What a regular expression captures in the text of files (the whole match if it has no capture).
    pub(super) fn search(&self, files: &OneOrMany, pattern: &str, only_first: bool) -> Vec<Found> {
        let Some(regex) = self.regex(pattern) else { return Vec::new() };
        let needle = needle(pattern);
        let mut found: Vec<Found> = Vec::new();
        let mut searched: Vec<String> = Vec::new();
        for path in files.iter().flat_map(|pattern| self.paths(pattern)) {
            if searched.contains(&path) {
                continue;
            }
            let text = self.tree.read(&path).unwrap_or_default();
            if needle.as_ref().is_some_and(|needle| !text.contains(needle.as_str())) {
                searched.push(path);
                continue;
            }
            for captures in regex.captures_iter(text) {
                let capture = captures.iter().skip(1).flatten().next().or_else(|| captures.get(0));
                if let Some(capture) = capture {
                    found.push(Found::at(capture.as_str(), &path, report::line_column(text, capture.start()).0));
                    if only_first {
                        return found;
                    }
                }
            }
            searched.push(path);
        }
        found
    }
}

/// A literal that every match of a pattern holds: the longest run of plain letters outside any group, class or choice.
/// Files without it need not be searched.
fn needle(pattern: &str) -> Option<String> {
    if pattern.contains('|') || pattern.contains("(?") {
        return None;
    }
    let mut best = String::new();
    let mut run = String::new();
    let mut depth = 0_usize;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let literal = match c {
            '\\' => {
                let escaped = chars.next();
                escaped.filter(|c| !c.is_alphanumeric())
            }
            '(' | '[' => {
                depth += 1;
                None
            }
            ')' | ']' => {
                depth = depth.saturating_sub(1);
                None
            }
            '{' => {
                for c in chars.by_ref() {
                    if c == '}' {
                        break;
                    }
                }
                None
            }
            '.' | '^' | '$' | '*' | '+' | '?' => None,
            c => Some(c),
        };
        let optional = matches!(chars.peek(), Some('*' | '?' | '{'));
        match literal.filter(|_| depth == 0 && !optional) {
            Some(c) => run.push(c),
            None => run.clear(),
        }
        if run.len() > best.len() {
            best.clone_from(&run);
        }
    }
    (best.len() > 2).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needle_is_in_every_match() {
        assert_eq!(needle(r"Flask\(").as_deref(), Some("Flask("));
        assert_eq!(needle(r"^(\w+)\s*=\s*FastAPI\(").as_deref(), Some("FastAPI("));
        assert_eq!(needle(r"a|bcd"), None);
        assert_eq!(needle(r"listens?\("), Some("listen".to_owned()));
    }
}
