//! The quoting filters: each writes a value so that its place reads exactly that value back, or refuses it.
//!
//! | filter | place | takes |
//! | --- | --- | --- |
//! | `exec` | `CMD`, `ENTRYPOINT`, ... in JSON form | list of text |
//! | `json` | one JSON string | text |
//! | `env` | the value of `ENV`, `LABEL`, `ARG` | text |
//! | `copy`, `copy(to=...)` | sources and destination of `COPY`; without `to` the last of the list is the destination | list of text, or one text |
//! | `sh`, `shargs` | one shell word; several | text; list of text |
//! | `run` | the text of a `RUN` that a person wrote | text |
//! | `yaml`, `compose` | one YAML scalar; the same where compose expands `$` | text |
//! | `github`, `gitlab` | one YAML scalar of a workflow or pipeline, in which no expression or variable is read | text |
//! | `hcl` | one string of a bake file | text |
//! | `words` | the items of a YAML flow list, between `[` and `]`, where compose expands `$` | list of text |
//! | `block(indent=...)` | as `compose`; a text of several lines stands in a block of its own | text |
//! | `ignore` | one line of a `.dockerignore` | text |
//! | `pattern` | a line of a `.dockerignore` that a preset wrote: wildcards stay | text |
//! | `toml` | one TOML value | text |
//! | `comment` | after `#` | text |
//! | `markdown`, `code` | a text in Markdown; the same in the type of code | text |
//! | `mermaid` | between the `"` of a Mermaid label | text |
//! | `num` | a number | integer |
//! | `word` | a bare word of a strict alphabet: image, user, duration, size, id, port | text or integer |

mod docker;
mod hcl;
mod ignore;
mod markdown;
mod plain;
mod shell;
mod yaml;

use tera::{Kwargs, State, Tera, TeraResult, Value};

pub(super) use markdown::{ACTIVE_ANYWHERE, ACTIVE_FIRST, is_label};
pub(super) use shell::run_lines;
pub(super) use yaml::{Scalar, scalar};

/// The names of the quoting filters, sorted.
pub const NAMES: &[&str] = &[
    "block", "code", "comment", "compose", "copy", "env", "exec", "github", "gitlab", "hcl", "ignore", "json",
    "markdown", "mermaid", "num", "pattern", "run", "sh", "shargs", "toml", "word", "words", "yaml",
];

/// Why a filter does not write a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// A quoted text, or why there is none.
pub(super) type Quoted = Result<String, Refused>;

type TextFilter = fn(&str) -> Quoted;
type ListFilter = fn(&[String]) -> Quoted;

/// Makes the filters known; to be called before templates are added, since Tera looks names up then.
pub(super) fn register(tera: &mut Tera) {
    let text: [(&'static str, TextFilter); 17] = [
        ("code", markdown::code),
        ("comment", plain::comment),
        ("compose", yaml::compose),
        ("env", docker::env),
        ("github", yaml::github),
        ("gitlab", yaml::gitlab),
        ("hcl", hcl::hcl),
        ("ignore", ignore::ignore),
        ("json", plain::json),
        ("markdown", markdown::markdown),
        ("mermaid", markdown::mermaid),
        ("pattern", ignore::pattern),
        ("run", shell::run),
        ("sh", shell::sh),
        ("toml", plain::toml),
        ("word", plain::word),
        ("yaml", yaml::yaml),
    ];
    for (name, quote) in text {
        tera.register_filter(name, move |value: &Value, _: Kwargs, _: &State| finish(quote(&text_of(value, name)?)));
    }
    let lists: [(&'static str, ListFilter); 3] =
        [("exec", docker::exec), ("shargs", shell::shargs), ("words", yaml::words)];
    for (name, quote) in lists {
        tera.register_filter(name, move |value: &Value, _: Kwargs, _: &State| finish(quote(&texts_of(value, name)?)));
    }
    tera.register_filter("copy", |value: &Value, arguments: Kwargs, _: &State| {
        let mut words = if value.is_array() { texts_of(value, "copy")? } else { vec![text_of(value, "copy")?] };
        if let Some(to) = arguments.get::<&Value>("to")? {
            words.push(text_of(to, "copy")?);
        }
        finish(docker::copy(&words))
    });
    tera.register_filter("block", |value: &Value, arguments: Kwargs, _: &State| {
        let indent = arguments.must_get::<usize>("indent")?;
        finish(yaml::block(&text_of(value, "block")?, indent.clamp(1, 40)))
    });
    tera.register_filter("num", |value: &Value, _: Kwargs, _: &State| match value.as_i128() {
        Some(number) => Ok(Value::safe_string(&number.to_string())),
        None => Err(tera::Error::message(format!("`num` takes an integer, not a {}", value.name()))),
    });
}

fn finish(quoted: Quoted) -> TeraResult<Value> {
    quoted.map(|text| Value::safe_string(&text)).map_err(tera::Error::message)
}

/// A text, or for `word` also an integer. A text that was quoted before is refused: it would be quoted twice.
fn text_of(value: &Value, filter: &str) -> TeraResult<String> {
    match value.as_str() {
        Some(_) if value.is_safe() => {
            Err(tera::Error::message(format!("`{filter}` takes a text that is not yet quoted")))
        }
        Some(text) => Ok(text.to_owned()),
        None if filter == "word" && value.as_i128().is_some() => Ok(value.to_string()),
        None => Err(tera::Error::message(format!("`{filter}` takes a text, not a {}", value.name()))),
    }
}

fn texts_of(value: &Value, filter: &str) -> TeraResult<Vec<String>> {
    match value.as_array() {
        Some(list) => list.iter().map(|text| text_of(text, filter)).collect(),
        None => Err(tera::Error::message(format!("`{filter}` takes a list of texts, not a {}", value.name()))),
    }
}

/// Refuses what no line-based file can hold: control characters, and the mark of a byte order, which readers drop.
fn one_line(text: &str, place: &str) -> Result<(), Refused> {
    match text.chars().find(|c| c.is_control() || *c == '\u{feff}') {
        Some(found) => {
            refuse(text, &format!("holds the control character {}, which {place} cannot", found.escape_unicode()))
        }
        None => Ok(()),
    }
}

fn refuse<T>(text: &str, why: &str) -> Result<T, Refused> {
    Err(Refused(format!("the value {} {why}", shown(text))))
}

/// A value as an error names it: escaped, and not longer than a line.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}

/// Letters and digits of every alphabet of plain words here.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_./:@%+,-".contains(c)
}

/// What a filter makes of a text.
#[cfg(test)]
pub(super) fn quoted(filter: &str, text: &str) -> Quoted {
    match filter {
        "markdown" => markdown::markdown(text),
        "code" => markdown::code(text),
        _ => markdown::mermaid(text),
    }
}

#[cfg(test)]
pub(super) mod hostile {
    //! Values that try to be more than text.

    use proptest::prelude::*;

    /// Arbitrary Unicode, and strings over what the grammars act on.
    pub(crate) fn text() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "a",
            "B",
            "7",
            " ",
            "\t",
            "\n",
            "\r",
            "\"",
            "'",
            "\\",
            "$",
            "`",
            "{",
            "}",
            "#",
            "<",
            ">",
            "[",
            "]",
            "|",
            "&",
            ";",
            ":",
            ",",
            "-",
            "!",
            "*",
            "?",
            "%",
            "@",
            "~",
            "=",
            "(",
            ")",
            "^",
            "+",
            ".",
            "/",
            "é",
            "😀",
            "\u{7f}",
            "\u{85}",
            "\u{a0}",
            "\u{2028}",
            "\u{feff}",
            "<<EOF",
            "\\\n",
            "--mount=x",
            "\"; USER 0",
            "\nUSER 0",
            "${X}",
            "${{ x }}",
            "%{x}",
            "$$",
            "{{ x }}",
            "{%",
            "yes",
            "null",
            "1e3",
            "0x1",
            "...",
            "---",
            "if",
            "standin1x",
            "# escape=`",
            "A=1",
        ]);
        prop_oneof![any::<String>(), prop::collection::vec(pieces, 0..12).prop_map(|parts| parts.concat())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_filter_that_tera_finds() {
        let mut tera = Tera::new();
        register(&mut tera);
        for name in NAMES {
            tera.add_raw_template(name, &format!("{{{{ v | {name} }}}}")).unwrap();
        }
        assert!(NAMES.is_sorted());
    }

    #[test]
    fn a_value_is_shown_on_one_short_line() {
        assert_eq!(shown("a\n\"b"), r#""a\n\"b""#);
        assert!(shown(&"é".repeat(1000)).chars().count() < 70);
    }
}
