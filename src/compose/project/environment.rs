//! A file of environment, such as `.env`, read as compose reads it (compose-go `dotenv`, read in November 2026).

use std::ops::Range;

use super::interpolate::{Variables, interpolate};

/// A variable of a file of environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Its name.
    pub name: String,
    /// Its value with quotes, escapes and variables done; none if it is passed on (`NAME` alone), or unknown.
    pub value: Option<String>,
    /// The bytes of the value as written, with its quotes; of a bare `NAME` those of the name.
    pub span: Range<usize>,
}

/// Reads a file of environment. A file that compose refuses is read as far as it goes: the second part is the place
/// of what is wrong, and a message.
#[must_use]
pub fn read_environment(
    text: &str,
    variables: &Variables,
    source: &str,
) -> (Vec<Assignment>, Option<(Range<usize>, String)>) {
    let mut known = variables.clone();
    let mut found = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        if trimmed.is_empty() {
            return (found, None);
        }
        if trimmed.starts_with('#') {
            at += trimmed.find('\n').unwrap_or(trimmed.len());
            continue;
        }
        match assignment(text, at, &known) {
            Ok((assignment, next)) => {
                if let Some(value) = &assignment.value {
                    known.add(&assignment.name, value, source);
                }
                found.push(assignment);
                at = next;
            }
            Err((span, message)) => return (found, Some((span, message))),
        }
    }
}

fn assignment(text: &str, start: usize, known: &Variables) -> Result<(Assignment, usize), (Range<usize>, String)> {
    let statement = text.get(start..).unwrap_or_default();
    let exported = statement.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace));
    let body = exported.map_or(statement, |rest| rest.trim_start_matches(is_blank));
    let start = start + statement.len() - body.len();
    let end = body.find(['=', ':', '\n']).unwrap_or(body.len());
    let name = body.get(..end).unwrap_or_default().trim_end();
    let span = start..start + name.len();
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']');
    if let Some(wrong) = name.chars().find(|c| !is_part(*c)) {
        return Err((span, format!("a name of a variable cannot have {wrong:?}")));
    }
    if body.get(end..).is_none_or(|rest| rest.is_empty() || rest.starts_with('\n')) {
        let value = match interpolate(&format!("${{{name}-}}"), known).0 {
            text if text.is_unknown() => None,
            text => text.known().filter(|value| !value.is_empty()),
        };
        return Ok((Assignment { name: name.to_owned(), value, span }, start + end));
    }
    let rest = body.get(end + 1..).unwrap_or_default();
    let written = rest.trim_start_matches(is_blank);
    let from = start + end + 1 + rest.len() - written.len();
    let (raw, length, is_template) = match written.chars().next() {
        Some(quote @ ('"' | '\'')) => match quoted(written, quote) {
            Some((raw, length)) if quote == '"' => (unescaped(&raw), length, true),
            Some((raw, length)) => (raw, length, false),
            None => return Err((from..from + 1, "this quote is never closed".to_owned())),
        },
        _ => {
            let line = written.split('\n').next().unwrap_or_default();
            let value = line.split(" #").next().unwrap_or_default().trim_end();
            (value.to_owned(), line.len(), true)
        }
    };
    let value = if is_template { interpolate(&raw, known).0.known() } else { Some(raw.clone()) };
    let shown = if written.starts_with(['"', '\'']) { length } else { raw.len() };
    Ok((Assignment { name: name.to_owned(), value, span: from..from + shown }, from + length))
}

/// A blank that ends no line.
fn is_blank(c: char) -> bool {
    c != '\n' && c.is_whitespace()
}

/// What stands between the quotes, and the length with both quotes. Only the quote itself loses its backslash here.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => {
                if c != quote {
                    value.push('\\');
                }
                value.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            _ if c == quote => return Some((value, at + c.len_utf8())),
            _ => value.push(c),
        }
    }
    None
}

/// Go's escapes between double quotes; `\$` becomes `$$`, which interpolation reads as `$`.
fn unescaped(text: &str) -> String {
    let mut value = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        value.push_str(before);
        let Some(c) = after.chars().next() else {
            value.push('\\');
            return value;
        };
        rest = after.get(c.len_utf8()..).unwrap_or_default();
        match c {
            'a' => value.push('\u{7}'),
            'b' => value.push('\u{8}'),
            'f' => value.push('\u{c}'),
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            'v' => value.push('\u{b}'),
            '"' | '\\' => value.push(c),
            '$' => value.push_str("$$"),
            '0' => {
                let digits = rest.chars().take(3).take_while(|c| matches!(c, '0'..='7')).count();
                let octal = rest.get(..digits).and_then(|digits| u8::from_str_radix(digits, 8).ok());
                match octal.filter(|_| digits == 3) {
                    Some(byte) => {
                        value.push(char::from(byte));
                        rest = rest.get(digits..).unwrap_or_default();
                    }
                    None => value.push_str("\\0"),
                }
            }
            other => {
                value.push('\\');
                value.push(other);
            }
        }
    }
    value.push_str(rest);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Option<String>)> {
        let (found, wrong) = read_environment(text, &Variables::all([("HOME".to_owned(), "/h".to_owned())]), ".env");
        assert_eq!(wrong, None, "{text}");
        found.into_iter().map(|found| (found.name, found.value)).collect()
    }

    #[test]
    fn a_line_is_read_as_compose_reads_it() {
        let table = [
            ("A=b", Some("b")),
            ("A = b ", Some("b")),
            ("export A=b", Some("b")),
            ("A: b", Some("b")),
            ("A=", Some("")),
            ("A=b # c", Some("b")),
            ("A=b#c", Some("b#c")),
            ("A='b # c'", Some("b # c")),
            ("A='$HOME'", Some("$HOME")),
            ("A=$HOME/x", Some("/h/x")),
            ("A=\"${HOME}\\n\\$x\"", Some("/h\n$x")),
            ("A=\"b\nc\"", Some("b\nc")),
            ("A='it\\'s'", Some("it's")),
            ("# x\n\nA=b", Some("b")),
            ("A=${NONE:-d}", Some("d")),
            ("\u{feff}A=b\r\n", Some("b")),
            ("A", None),
        ];
        for (text, value) in table {
            assert_eq!(read(text), [("A".to_owned(), value.map(str::to_owned))], "{text:?}");
        }
        assert_eq!(read("HOME\n"), [("HOME".to_owned(), Some("/h".to_owned()))]);
    }

    #[test]
    fn a_later_line_knows_an_earlier_one() {
        let found = read("A=1\nB=${A}2\n");
        assert_eq!(found[1].1.as_deref(), Some("12"));
    }

    #[test]
    fn a_value_has_its_place() {
        let text = "X=1\nA= 'b' # c\nB=c d #e";
        let (found, _) = read_environment(text, &Variables::default(), ".env");
        let places: Vec<_> = found.iter().map(|found| &text[found.span.clone()]).collect();
        assert_eq!(places, ["1", "'b'", "c d"]);
    }

    #[test]
    fn what_compose_refuses_is_told() {
        for (text, at) in [("A=1\nB C=2", "B C"), ("A='x", "'"), ("A!=1", "A!")] {
            let (_, wrong) = read_environment(text, &Variables::default(), ".env");
            assert_eq!(&text[wrong.expect("a problem").0], at, "{text}");
        }
    }

    #[test]
    fn values_that_double_end() {
        let text: String =
            (1..60).fold("A0=xxxxxxxx\n".to_owned(), |text, n| format!("{text}A{n}=$A{0}$A{0}\n", n - 1));
        let (found, _) = read_environment(&text, &Variables::default(), ".env");
        assert_eq!(found.last().expect("a line").value, None);
    }
}
