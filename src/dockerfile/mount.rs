//! `RUN --mount=`: options as comma-separated values.

use std::ops::Range;

use super::flags::Flag;
use super::problem::Problems;

/// One `--mount` of a `RUN`. Values are as written: BuildKit expands variables in them, except in `from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Options in order; names in lower case, `None` without `=`.
    pub options: Vec<(String, Option<String>)>,
    /// The bytes of the flag.
    pub span: Range<usize>,
}

impl Mount {
    /// The last value of any of `names`.
    #[must_use]
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        let options = self.options.iter().rev();
        options.filter(|(name, _)| names.contains(&name.as_str())).find_map(|(_, value)| value.as_deref())
    }

    /// Whether a switch such as `required` is given and not false.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        let last = self.options.iter().rev().find(|(option, _)| option == name);
        last.is_some_and(|(_, value)| {
            value.as_deref().is_none_or(|value| matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True"))
        })
    }

    /// `bind`, `cache`, `tmpfs`, `secret` or `ssh`; `bind` if not said.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.get(&["type"]).unwrap_or("bind")
    }

    /// `id`; BuildKit takes the target for a cache, the last part of it for a secret, where there is none.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.get(&["id"])
    }

    /// Where it is seen in the container.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        self.get(&["target", "dst", "destination"])
    }

    /// What of `from` or of the build context is mounted.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.get(&["source", "src"])
    }

    /// The stage or image that it comes from.
    #[must_use]
    pub fn from(&self) -> Option<&str> {
        self.get(&["from"])
    }
}

const TYPES: [&str; 5] = ["bind", "cache", "secret", "ssh", "tmpfs"];
const SHARING: [&str; 3] = ["locked", "private", "shared"];
const SWITCHES: [&str; 5] = ["readonly", "ro", "readwrite", "rw", "required"];
const OPTIONS: [&str; 14] = [
    "type",
    "from",
    "source",
    "src",
    "target",
    "dst",
    "destination",
    "id",
    "sharing",
    "size",
    "mode",
    "uid",
    "gid",
    "env",
];

pub(super) fn read(flag: &Flag, problems: &mut Problems) -> Option<Mount> {
    let span = flag.value_span.clone();
    let Some(fields) = fields(flag.value.as_deref()?) else {
        problems.fatal(span, "the quotes in `--mount` do not match: it is read as comma-separated values");
        return None;
    };
    let mut options = Vec::new();
    for field in fields {
        let (name, value) = match field.split_once('=') {
            Some((name, value)) => (name.to_lowercase(), Some(value.to_owned())),
            None => (field.to_lowercase(), None),
        };
        check(&name, value.as_deref(), &span, problems);
        options.push((name, value));
    }
    Some(Mount { options, span: flag.span.clone() })
}

fn check(name: &str, value: Option<&str>, span: &Range<usize>, problems: &mut Problems) {
    let Some(value) = value else {
        if !SWITCHES.contains(&name) {
            problems.fatal(span.clone(), format!("the mount option `{name}` is not of the form name=value"));
        }
        return;
    };
    let variable = value.find('$');
    if name == "from" {
        if variable.is_some_and(|at| at + 1 < value.len()) {
            problems.fatal(span.clone(), "`from` of a mount knows no variables: name a stage that is FROM that image");
        }
    } else if !OPTIONS.contains(&name) && !SWITCHES.contains(&name) {
        problems.fatal(span.clone(), format!("a mount has no option `{name}`"));
    } else if variable.is_none() {
        let lower = value.to_lowercase();
        if name == "type" && !TYPES.contains(&lower.as_str()) {
            problems.fatal(span.clone(), format!("there is no mount of type `{value}`"));
        } else if name == "sharing" && !SHARING.contains(&lower.as_str()) {
            problems.fatal(span.clone(), format!("`sharing` is locked, private or shared, not `{value}`"));
        }
    }
}

/// One record of comma-separated values; `None` if its quotes do not match.
fn fields(text: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let field = &rest[..end];
                if field.contains('"') {
                    return None;
                }
                (field.to_owned(), &rest[end..])
            }
            Some(mut body) => {
                let mut field = String::new();
                loop {
                    let (part, after) = body.split_once('"')?;
                    field.push_str(part);
                    match after.strip_prefix('"') {
                        Some(more) => {
                            field.push('"');
                            body = more;
                        }
                        None => break (field, after),
                    }
                }
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => return after.is_empty().then_some(fields),
        }
    }
}
