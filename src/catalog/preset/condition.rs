//! Conditions, and where values of a project are read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A string or a list of strings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct OneOrMany(pub Vec<String>);

impl OneOrMany {
    /// The strings.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            One(String),
            Many(Vec<String>),
        }
        Ok(Self(match Form::deserialize(deserializer)? {
            Form::One(text) => vec![text],
            Form::Many(texts) => texts,
        }))
    }
}

#[cfg(test)]
impl schemars::JsonSchema for OneOrMany {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OneOrMany".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
    }
}

/// A condition: every key that is given must hold. An empty one always holds.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// One of these files exists. Globs: `*` within a name, `**` over folders, `{a,b}` for alternatives.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub file: OneOrMany,
    /// None of these files exists.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub no_file: OneOrMany,
    /// One of these is among the dependencies that the project declares.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub dependency: OneOrMany,
    /// None of these is.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub no_dependency: OneOrMany,
    /// One of these is among the declared dependencies that are not for development alone.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub runtime_dependency: OneOrMany,
    /// One of these is among the locked (also indirect) or declared dependencies.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub locked: OneOrMany,
    /// With `dependency`, `locked` or `is`: the version found is lower than this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<String>,
    /// With `dependency`, `locked` or `is`: the version found is this one or higher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<String>,
    /// All of these facts or fields have a value.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub fact: OneOrMany,
    /// None of these facts or fields has a value.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub no_fact: OneOrMany,
    /// Facts or fields that have one of the given values: `is = { framework = ["next", "nuxt"] }`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub is: BTreeMap<String, OneOrMany>,
    /// Facts or fields that have none of the given values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub is_not: BTreeMap<String, OneOrMany>,
    /// The release of the language is lower than this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_below: Option<String>,
    /// The release of the language is this one or higher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_at_least: Option<String>,
    /// A place in a file has a value (and it matches `regex`, if that is given): `package.json#scripts.build`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// A place in a file has no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_at: Option<String>,
    /// Files whose text `regex` is looked for in.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub text: OneOrMany,
    /// Files whose text must not match `regex`.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub no_text: OneOrMany,
    /// A regular expression for `at`, `text` or `no_text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
}

/// Where a value may be read: exactly one of `at`, `text`, `file`, `procfile`, `tool`, `fact` and `value`.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Source {
    /// The condition under which this source counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// A place in a JSON, TOML or YAML file: `package.json#engines.node`, `pyproject.toml#project.requires-python`.
    /// A key with a dot in it stands in quotes: `a.json#"x.y".z`; `*` stands for every key or item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Files whose text is searched by `regex` line by line; the first capture is the value.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub text: OneOrMany,
    /// Files of which the first that exists is the value (its path).
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub file: OneOrMany,
    /// The command of a process in the `Procfile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procfile: Option<String>,
    /// The version of a tool in `.tool-versions` or `mise.toml`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Another fact or field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// A constant, with `{name}` filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What is taken of the value found: the first capture. Without a match the source has no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// The value is turned into this text, `{1}` being what was captured and `{file}` the file's path.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// What is done to the value in the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transform: Option<Transform>,
    /// The value is a path (from the file it was found in) that must exist, perhaps with one of these endings.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub exists: OneOrMany,
    /// Values that do not count.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub except: OneOrMany,
    /// Only this value counts, with `{name}` filled in: for finding the file that holds a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
}

/// The transformations of a value: a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Transform {
    /// `app/main.py` to `app.main`; `app/__init__.py` to `app`.
    Module,
    /// `cmd/server/main.go` to `cmd/server`; a file of the root to `.`.
    Folder,
    /// `cmd/server/main.go` to `main`.
    Stem,
    /// `a/b` to `b`.
    Basename,
    /// `My App` to `my-app`.
    Kebab,
    /// `my-app` to `my_app`.
    Snake,
}

/// A named value of the project, in the preset's own words: `entry`, `wsgi_module`, `main_package`.
///
/// The fields `release`, `manager`, `manager_version`, `framework`, `port`, `base` and `health` can be asked for like facts.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Its name, for `{name}` and conditions.
    pub name: String,
    /// Where it is read: the first source with a value.
    #[serde(default)]
    pub from: Vec<Source>,
    /// All values of all sources count, sorted; the fact's text is the values joined by a space.
    #[serde(default)]
    pub all: bool,
    /// With several values in the first source that has any, the choice is the user's: what to say when there is one to make.
    #[serde(default)]
    pub choose: Option<String>,
}
