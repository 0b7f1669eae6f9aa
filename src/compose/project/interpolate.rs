//! Interpolation as compose does it (compose-go `template/template.go`, read in November 2026): `$X`, `${X}`, `${X:-d}`,
//! `${X-d}`, `${X:?m}`, `${X?m}`, `${X:+v}`, `${X+v}`, nested, and `$$`.

use std::collections::BTreeMap;

use super::text::{Meaning, Piece, Text};

/// How deep `${A:-${B:-..}}` may nest.
const DEEPEST: usize = 20;
/// A known value may not grow beyond this by its variables, in bytes.
const LONGEST: usize = 64 << 10;

/// The variables that interpolation knows.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    values: BTreeMap<String, Variable>,
    closed: bool,
}

#[derive(Debug, Clone)]
struct Variable {
    value: String,
    source: Option<String>,
}

impl Variables {
    /// Those of a map. A variable that is not in it may still be set where compose will run, so it stays unknown.
    pub fn some(values: impl IntoIterator<Item = (String, String)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (name, Variable { value, source: None })).collect();
        Self { values, closed: false }
    }

    /// All that are set: any other one counts as unset, as for compose itself.
    pub fn all(values: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { closed: true, ..Self::some(values) }
    }

    /// Adds a variable of a file of environment, unless it is set elsewhere. In one file the last one counts.
    pub(super) fn add(&mut self, name: &str, value: &str, source: &str) {
        let is_elsewhere = |known: &Variable| known.source.as_deref() != Some(source);
        if !self.values.get(name).is_some_and(is_elsewhere) {
            let variable = Variable { value: value.to_owned(), source: Some(source.to_owned()) };
            self.values.insert(name.to_owned(), variable);
        }
    }
}

/// Why a text cannot be interpolated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    /// `${` that begins no variable.
    Format,
    /// `${X:?message}` of a variable that is known to be unset: its name and the message.
    Required(String, String),
    /// The value grows too long.
    TooLong,
}

/// What a variable, or a text with variables, comes to.
enum Outcome {
    Known(String, Vec<String>),
    Unknown { names: Vec<String>, default: Option<String> },
}

/// Interpolates a text. What cannot be interpolated stays as it is, and is unknown.
pub(super) fn interpolate(raw: &str, variables: &Variables) -> (Text, Option<Wrong>) {
    if !raw.contains('$') {
        return (Text::literal(raw), None);
    }
    let found = pieces(raw, variables, 0).and_then(|pieces| {
        let known: usize = pieces
            .iter()
            .map(|piece| if let Meaning::Known(value, _) = &piece.meaning { value.len() } else { 0 })
            .sum();
        if known > LONGEST { Err(Wrong::TooLong) } else { Ok(pieces) }
    });
    match found {
        Ok(pieces) if pieces.iter().all(|piece| piece.meaning == Meaning::Verbatim) => (Text::literal(raw), None),
        Ok(pieces) => (Text::of(raw, pieces), None),
        Err(wrong) => {
            let meaning = Meaning::Unknown { names: Vec::new(), default: None };
            (Text::of(raw, vec![Piece { raw: 0..raw.len(), meaning }]), Some(wrong))
        }
    }
}

fn pieces(raw: &str, variables: &Variables, depth: usize) -> Result<Vec<Piece>, Wrong> {
    if depth > DEEPEST {
        return Err(Wrong::Format);
    }
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut plain = 0;
    while let Some(found) = raw.get(at..).and_then(|rest| rest.find('$')) {
        let start = at + found;
        let rest = raw.get(start + 1..).unwrap_or_default();
        let (length, outcome) = if rest.starts_with('$') {
            (2, Outcome::Known("$".to_owned(), Vec::new()))
        } else if let Some(inner) = rest.strip_prefix('{') {
            let end = closing(inner).ok_or(Wrong::Format)?;
            (end + 3, braced(inner.get(..end).unwrap_or_default(), variables, depth)?)
        } else {
            let name = name(rest);
            if name.is_empty() {
                at = start + 1;
                continue;
            }
            (name.len() + 1, bare(name, variables))
        };
        if plain < start {
            pieces.push(Piece { raw: plain..start, meaning: Meaning::Verbatim });
        }
        at = start + length;
        plain = at;
        let meaning = match outcome {
            Outcome::Known(value, sources) => Meaning::Known(value, sources),
            Outcome::Unknown { names, default } => Meaning::Unknown { names, default },
        };
        pieces.push(Piece { raw: start..at, meaning });
    }
    if plain < raw.len() {
        pieces.push(Piece { raw: plain..raw.len(), meaning: Meaning::Verbatim });
    }
    Ok(pieces)
}

/// `[_a-zA-Z][_a-zA-Z0-9]*` at the start.
fn name(text: &str) -> &str {
    let is_part = |(at, c): (usize, char)| c == '_' || c.is_ascii_alphabetic() || (at > 0 && c.is_ascii_digit());
    let end = text.char_indices().find(|found| !is_part(*found)).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

/// Where the brace that is open before `text` closes.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1_usize;
    for (at, c) in text.bytes().enumerate() {
        match c {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// What stands between the braces.
fn braced(inner: &str, variables: &Variables, depth: usize) -> Result<Outcome, Wrong> {
    let name = name(inner);
    if name.is_empty() {
        return Err(Wrong::Format);
    }
    let rest = inner.get(name.len()..).unwrap_or_default();
    if rest.is_empty() {
        return Ok(bare(name, variables));
    }
    let (empty_counts, rest) = rest.strip_prefix(':').map_or((false, rest), |rest| (true, rest));
    let operator = rest.chars().next();
    let written = rest.get(1..).unwrap_or_default();
    let word = || pieces(written, variables, depth + 1).map(|pieces| outcome(written, pieces));
    let variable = variables.values.get(name);
    let is_set = variable.is_some_and(|variable| !(empty_counts && variable.value.is_empty()));
    let is_unknown = variable.is_none() && !variables.closed;
    let unknown = |default: Option<String>| Outcome::Unknown { names: vec![name.to_owned()], default };
    match operator {
        Some('-') if is_unknown => Ok(match word()? {
            Outcome::Known(default, _) => unknown(Some(default)),
            Outcome::Unknown { names, default } => {
                Outcome::Unknown { names: [vec![name.to_owned()], names].concat(), default }
            }
        }),
        Some('-') if is_set => Ok(bare(name, variables)),
        Some('-') => word(),
        // Set, its value is the word; unset, it is empty.
        Some('+') if is_unknown => word().map(|_| unknown(Some(String::new()))),
        Some('+') if is_set => word(),
        Some('+') => Ok(Outcome::Known(String::new(), Vec::new())),
        Some('?') if is_unknown => word().map(|_| unknown(None)),
        Some('?') if is_set => Ok(bare(name, variables)),
        Some('?') => Err(Wrong::Required(name.to_owned(), written.to_owned())),
        _ => Err(Wrong::Format),
    }
}

fn bare(name: &str, variables: &Variables) -> Outcome {
    match variables.values.get(name) {
        Some(variable) => Outcome::Known(variable.value.clone(), variable.source.iter().cloned().collect()),
        None if variables.closed => Outcome::Known(String::new(), Vec::new()),
        None => Outcome::Unknown { names: vec![name.to_owned()], default: None },
    }
}

fn outcome(raw: &str, pieces: Vec<Piece>) -> Outcome {
    let text = Text::of(raw, pieces);
    match text.known() {
        Some(known) => Outcome::Known(known, text.sources().map(str::to_owned).collect()),
        None => Outcome::Unknown { names: text.unknown().map(str::to_owned).collect(), default: text.default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(closed: bool) -> Variables {
        let mut variables = Variables { closed, ..Variables::default() };
        variables.add("SET", "yes", ".env");
        variables.add("EMPTY", "", ".env");
        variables
    }

    #[test]
    fn what_compose_knows_is_put_in() {
        let table = [
            ("$SET", "yes"),
            ("a${SET}b", "ayesb"),
            ("$$SET", "$SET"),
            ("$${SET}", "${SET}"),
            ("${SET:-d}", "yes"),
            ("${NONE:-d}", "d"),
            ("${NONE-d}", "d"),
            ("${EMPTY:-d}", "d"),
            ("${EMPTY-d}", ""),
            ("${NONE:-${SET}/${NONE:-x}}", "yes/x"),
            ("${SET:+v}", "v"),
            ("${SET+v$SET}", "vyes"),
            ("${EMPTY:+v}", ""),
            ("${EMPTY+v}", "v"),
            ("${NONE+v}", ""),
            ("${SET:?m}", "yes"),
            ("${EMPTY?m}", ""),
            ("$NONE.", "."),
            ("costs 5$", "costs 5$"),
            ("$1 $. $", "$1 $. $"),
            ("${SET}-${NONE:-x}", "yes-x"),
            ("${NONE:-a:-b}", "a:-b"),
        ];
        for (raw, value) in table {
            let (text, wrong) = interpolate(raw, &variables(true));
            assert_eq!((text.known().as_deref(), wrong), (Some(value), None), "{raw}");
        }
    }

    #[test]
    fn what_nobody_knows_stays_unknown() {
        let table = [
            ("$NONE", None, vec!["NONE"], ""),
            ("a-${NONE}", None, vec!["NONE"], "a-"),
            ("${NONE:-d}/x", Some("d/x"), vec!["NONE"], ""),
            ("${NONE:-${OTHER:-d}}", Some("d"), vec!["NONE", "OTHER"], ""),
            ("${NONE:-${OTHER}}", None, vec!["NONE", "OTHER"], ""),
            ("${NONE:?m}", None, vec!["NONE"], ""),
            ("x${NONE:+v}", Some("x"), vec!["NONE"], "x"),
            ("$SET:${NONE:-$SET}", Some("yes:yes"), vec!["NONE"], "yes:"),
        ];
        for (raw, default, names, prefix) in table {
            let (text, wrong) = interpolate(raw, &variables(false));
            assert_eq!(text.known(), None, "{raw}");
            assert_eq!(text.default().as_deref(), default, "{raw}");
            assert_eq!(text.unknown().collect::<Vec<_>>(), names, "{raw}");
            assert_eq!((text.prefix().as_str(), wrong), (prefix, None), "{raw}");
        }
    }

    #[test]
    fn a_known_value_tells_its_file() {
        let (text, _) = interpolate("$SET", &variables(false));
        assert_eq!(text.sources().collect::<Vec<_>>(), [".env"]);
    }

    #[test]
    fn what_is_no_variable_is_an_error() {
        for raw in ["${}", "${1}", "${A", "${A!b}", "${A:}", "${A:-${B}", "${ A}"] {
            let (text, wrong) = interpolate(raw, &variables(true));
            assert_eq!(wrong, Some(Wrong::Format), "{raw}");
            assert!(text.is_unknown(), "{raw}");
        }
        let missing = Some(Wrong::Required("NONE".to_owned(), "say it".to_owned()));
        assert_eq!(interpolate("${NONE?say it}", &variables(true)).1, missing);
    }

    #[test]
    fn deep_nesting_and_long_values_are_refused() {
        let deep = format!("{}x{}", "${A:-".repeat(2000), "}".repeat(2000));
        assert_eq!(interpolate(&deep, &variables(true)).1, Some(Wrong::Format));
        let mut long = Variables::default();
        long.add("L", &"x".repeat(40_000), ".env");
        assert_eq!(interpolate("$L$L", &long).1, Some(Wrong::TooLong));
    }
}
