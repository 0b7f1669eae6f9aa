//! A project seen through one preset: conditions, sources, facts and dependencies, each evaluated when it is asked for
//! and then remembered.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use regex_lite::Regex;
use serde::Serialize;

use super::place;
use super::range;
use super::text::{fill_with, first_version, joined, kebab};
use super::tree::Tree;
use crate::catalog::preset::{Dependencies, OneOrMany, Preset, Source, Transform, When};
use crate::report::Diagnostic;

/// Alternatives that a note lists, at most.
const LISTED: usize = 8;

/// Where a value comes from, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The command line.
    Flag,
    /// `scaffold.toml`.
    Spec,
    /// An answer to a question.
    Prompt,
    /// The project's files.
    Detected,
    /// The preset.
    Preset,
}

/// A place in a file of the project that a value was read at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Evidence {
    /// The file, relative to the project.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The value.
    pub value: String,
    /// Where it stands.
    pub evidence: Option<Evidence>,
    /// Who said it.
    pub origin: Origin,
}

impl Found {
    pub(super) fn preset(value: impl Into<String>) -> Self {
        Self { value: value.into(), evidence: None, origin: Origin::Preset }
    }

    pub(super) fn at(value: impl Into<String>, file: &str, line: usize) -> Self {
        Self { value: value.into(), evidence: Some(Evidence { file: file.to_owned(), line }), origin: Origin::Detected }
    }
}

/// A declared dependency.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// Its version or range, as written.
    pub version: Option<String>,
    /// Only for development.
    pub dev: bool,
    /// Where.
    pub evidence: Evidence,
}

/// A project through the eyes of a preset.
pub struct Project<'a> {
    /// What the language is.
    pub preset: &'a Preset,
    /// The files.
    pub tree: &'a dyn Tree,
    given: BTreeMap<String, Found>,
    memo: RefCell<BTreeMap<String, Option<Found>>>,
    asking: RefCell<Vec<String>>,
    pub(super) parsed: RefCell<BTreeMap<String, Option<Rc<place::Parsed>>>>,
    pub(super) paths: RefCell<BTreeMap<String, Vec<String>>>,
    pub(super) regexes: RefCell<BTreeMap<String, Option<Rc<Regex>>>>,
    dependencies: OnceCell<BTreeMap<String, Dependency>>,
    locked: OnceCell<BTreeMap<String, Option<String>>>,
    pub(super) problems: RefCell<Vec<Diagnostic>>,
}

impl<'a> Project<'a> {
    /// A project with the answers that are already given, by the name of their field or fact.
    #[must_use]
    pub fn new(preset: &'a Preset, tree: &'a dyn Tree, given: BTreeMap<String, Found>) -> Self {
        Self {
            preset,
            tree,
            given,
            memo: RefCell::default(),
            asking: RefCell::default(),
            parsed: RefCell::default(),
            paths: RefCell::default(),
            regexes: RefCell::default(),
            dependencies: OnceCell::new(),
            locked: OnceCell::new(),
            problems: RefCell::default(),
        }
    }

    /// What was noticed on the way: files that cannot be read, versions that are no longer supported, guesses.
    #[must_use]
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.problems.borrow().clone()
    }

    /// Adds what a person should hear, once.
    pub fn add_note(&self, problem: Diagnostic) {
        self.note(problem);
    }

    /// Where a condition that holds was seen.
    #[must_use]
    pub fn evidence(&self, when: &When) -> Option<Evidence> {
        self.evidence_of(when)
    }

    pub(super) fn note(&self, problem: Diagnostic) {
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    pub(super) fn given(&self, name: &str) -> Option<&Found> {
        self.given.get(name)
    }

    pub(super) fn is_asking(&self, name: &str) -> bool {
        self.asking.borrow().iter().any(|asked| asked == name)
    }

    pub(super) fn text_of_given(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(|found| found.value.as_str())
    }

    /// The value of a field or fact.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Found> {
        if let Some(found) = self.given.get(name) {
            return Some(found.clone());
        }
        if let Some(known) = self.memo.borrow().get(name) {
            return known.clone();
        }
        if self.asking.borrow().iter().any(|asked| asked == name) {
            return None; // a circle: while a fact is being looked for, it has no value
        }
        self.asking.borrow_mut().push(name.to_owned());
        let found = self.compute(name);
        self.asking.borrow_mut().pop();
        self.memo.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    /// The value of a field or fact as text.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<String> {
        self.field(name).map(|found| found.value)
    }

    fn compute(&self, name: &str) -> Option<Found> {
        match name {
            "release" => super::release::choose(self),
            "manager" => {
                super::manager::choose(self).map(|(manager, found)| Found { value: manager.id.clone(), ..found })
            }
            "manager_version" => super::manager::version(self),
            "framework" => self.framework(),
            "base" => self.first(&self.preset.default_base).or_else(|| Some(Found::preset("slim"))),
            "start" => super::start::choose(self).map(|start| Found {
                value: start.argv.join(" "),
                evidence: start.evidence,
                origin: start.origin,
            }),
            "port" => super::start::port(self),
            "health" => super::start::health(self),
            _ => self.preset.facts.iter().find(|fact| fact.name == name).and_then(|fact| {
                if fact.all {
                    let mut values: Vec<Found> = fact.from.iter().flat_map(|source| self.source(source)).collect();
                    values.sort_by(|a, b| a.value.cmp(&b.value));
                    values.dedup_by(|a, b| a.value == b.value);
                    let joined = values.iter().map(|found| found.value.as_str()).collect::<Vec<_>>().join(" ");
                    values.into_iter().next().map(|first| Found { value: joined, ..first })
                } else {
                    let found = self.first(&fact.from)?;
                    if let Some(what) = &fact.choose {
                        let others = self.alternatives(name);
                        if others.len() > 1 {
                            let mut listed: Vec<String> =
                                others.iter().take(LISTED).map(|other| format!("`{}`", other.value)).collect();
                            if others.len() > LISTED {
                                listed.push(format!("and {} more", others.len() - LISTED));
                            }
                            let listed = listed.join(", ");
                            self.note(
                                Diagnostic::note(format!("{what}: `{}` is taken of {listed}", found.value))
                                    .help(format!("choose with `--set facts.{name}=...`")),
                            );
                        }
                    }
                    Some(found)
                }
            }),
        }
    }

    /// All values that a fact might have, in rank, each once.
    #[must_use]
    pub fn alternatives(&self, name: &str) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        for fact in self.preset.facts.iter().filter(|fact| fact.name == name) {
            for found in fact.from.iter().flat_map(|source| self.source(source)) {
                if !all.iter().any(|known| known.value == found.value) {
                    all.push(found);
                }
            }
        }
        all
    }

    fn framework(&self) -> Option<Found> {
        self.preset.frameworks.iter().find_map(|framework| {
            let when = framework.when.iter().find(|when| self.holds(when))?;
            Some(Found { value: framework.id.clone(), evidence: self.evidence_of(when), origin: Origin::Detected })
        })
    }

    /// Where a condition that holds was seen.
    pub(super) fn evidence_of(&self, when: &When) -> Option<Evidence> {
        let dependency = when
            .dependency
            .iter()
            .chain(when.runtime_dependency.iter())
            .find_map(|name| self.dependencies().get(normal(name).as_ref()));
        if let Some(dependency) = dependency {
            return Some(dependency.evidence.clone());
        }
        if let Some(file) = when.file.iter().flat_map(|pattern| self.paths(pattern)).next() {
            return Some(Evidence { file, line: 1 });
        }
        if let Some(at) = &when.at {
            return self.at(at).into_iter().next().and_then(|found| found.evidence);
        }
        when.regex
            .as_ref()
            .and_then(|regex| self.search(&when.text, regex, true).into_iter().next())
            .and_then(|found| found.evidence)
    }

    /// The first value of a choice.
    #[must_use]
    pub fn first(&self, sources: &[Source]) -> Option<Found> {
        sources.iter().find_map(|source| self.source(source).into_iter().next())
    }

    /// All values of a source.
    #[must_use]
    pub fn source(&self, source: &Source) -> Vec<Found> {
        if source.when.as_ref().is_some_and(|when| !self.holds(when)) {
            return Vec::new();
        }
        let in_text = !source.text.is_empty();
        let raw = if let Some(at) = &source.at {
            self.at(at)
        } else if in_text {
            self.search(&source.text, source.regex.as_deref().unwrap_or("(.+)"), false)
        } else if !source.file.is_empty() {
            source
                .file
                .iter()
                .flat_map(|pattern| self.paths(pattern))
                .map(|path| Found::at(path.clone(), &path, 1))
                .collect()
        } else if let Some(process) = &source.procfile {
            self.search(
                &OneOrMany(vec!["Procfile".to_owned()]),
                &format!(r"^\s*{}\s*:\s*(.+?)\s*$", process.replace('.', "\\.")),
                false,
            )
        } else if let Some(tool) = &source.tool {
            let mut found =
                self.search(&OneOrMany(vec![".tool-versions".to_owned()]), &format!(r"^\s*{tool}\s+(\S+)"), false);
            found.extend(["mise.toml", ".mise.toml"].iter().flat_map(|file| self.at(&format!("{file}#tools.{tool}"))));
            found
        } else if let Some(fact) = &source.fact {
            self.field(fact).into_iter().collect()
        } else if let Some(value) = &source.value {
            self.fill(value, str::to_owned).map(Found::preset).into_iter().collect()
        } else {
            Vec::new()
        };
        raw.into_iter().filter_map(|found| self.shape(source, found, in_text)).collect()
    }

    /// Applies `regex`, `as`, `exists`, `except` and `transform` to a value.
    fn shape(&self, source: &Source, mut found: Found, captured: bool) -> Option<Found> {
        if let (Some(regex), false) = (&source.regex, captured) {
            let regex = self.regex(regex)?;
            let captures = regex.captures(&found.value)?;
            found.value = captures.get(1).or_else(|| captures.get(0))?.as_str().to_owned();
        }
        if let Some(equals) = &source.equals
            && self.fill(equals, str::to_owned).is_none_or(|wanted| wanted != found.value)
        {
            return None;
        }
        if !source.exists.is_empty() {
            let folder =
                found.evidence.as_ref().and_then(|at| at.file.rsplit_once('/')).map_or("", |(folder, _)| folder);
            let path = joined(folder, &found.value)?;
            found.value =
                source.exists.iter().map(|ending| format!("{path}{ending}")).find(|path| self.tree.exists(path))?;
        }
        let file = found.evidence.as_ref().map(|at| at.file.clone()).unwrap_or_default();
        match source.transform {
            None => {}
            Some(Transform::Module) => {
                let path = found.value.strip_suffix(".py").unwrap_or(&found.value);
                found.value = path.strip_suffix("/__init__").unwrap_or(path).replace('/', ".");
            }
            Some(Transform::Folder) => {
                found.value = found.value.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned()
            }
            Some(Transform::Stem) => {
                let name = found.value.rsplit('/').next().unwrap_or_default();
                found.value = name.split('.').next().unwrap_or_default().to_owned();
            }
            Some(Transform::Basename) => found.value = found.value.rsplit('/').next().unwrap_or_default().to_owned(),
            Some(Transform::Kebab) => found.value = kebab(&found.value),
            Some(Transform::Snake) => found.value = found.value.replace('-', "_"),
        }
        if let Some(format) = &source.format {
            let module = file.strip_suffix(".py").unwrap_or(&file);
            let module = module.strip_suffix("/__init__").unwrap_or(module).replace('/', ".");
            let folder = file.rsplit_once('/').map_or(".", |(folder, _)| folder);
            found.value = format
                .replace("{1}", &found.value)
                .replace("{module}", &module)
                .replace("{file}", &file)
                .replace("{folder}", folder);
            found.value = self.fill(&found.value, str::to_owned)?;
        }
        let wanted = !found.value.trim().is_empty() && !source.except.iter().any(|except| except == found.value);
        wanted.then_some(found)
    }

    /// Fills `{name}` in a text. `None` when a name has no value. `${NAME}` is the shell's, not ours.
    #[must_use]
    pub fn fill(&self, text: &str, quote: impl Fn(&str) -> String) -> Option<String> {
        fill_with(text, |name| match name {
            // the port is looked for in the start command, which may name it: then it stays a name
            "port" if self.is_asking(name) => Some("{port}".to_owned()),
            name => self.text_of(name).map(|value| quote(&value)),
        })
    }

    /// Whether a condition holds.
    #[must_use]
    pub fn holds(&self, when: &When) -> bool {
        let bounded = |version: Option<&str>| {
            let version = version.and_then(first_version);
            when.below.as_ref().is_none_or(|bound| version.is_some_and(|version| range::below(version, bound)))
                && when
                    .at_least
                    .as_ref()
                    .is_none_or(|bound| version.is_some_and(|version| range::at_least(version, bound)))
        };
        let declared = |name: &str| self.dependencies().get(normal(name).as_ref());
        let release = || self.text_of("release").unwrap_or_default();
        let is = |name: &str, values: &OneOrMany| {
            self.text_of(name).is_some_and(|value| values.iter().any(|wanted| wanted == value))
        };
        (when.file.is_empty() || when.file.iter().any(|pattern| self.any_path(pattern)))
            && !when.no_file.iter().any(|pattern| self.any_path(pattern))
            && (when.dependency.is_empty()
                || when
                    .dependency
                    .iter()
                    .any(|name| declared(name).is_some_and(|found| bounded(found.version.as_deref()))))
            && !when.no_dependency.iter().any(|name| declared(name).is_some())
            && (when.runtime_dependency.is_empty()
                || when.runtime_dependency.iter().any(|name| declared(name).is_some_and(|found| !found.dev)))
            && (when.locked.is_empty()
                || when
                    .locked
                    .iter()
                    .any(|name| self.locked_version(name).is_some_and(|version| bounded(version.as_deref()))))
            && when.fact.iter().all(|name| self.field(name).is_some())
            && !when.no_fact.iter().any(|name| self.field(name).is_some())
            && when.is.iter().all(|(name, values)| is(name, values))
            && !when.is_not.iter().any(|(name, values)| is(name, values))
            && when.release_below.as_ref().is_none_or(|bound| range::below(&release(), bound))
            && when.release_at_least.as_ref().is_none_or(|bound| range::at_least(&release(), bound))
            && when.at.as_ref().is_none_or(|at| {
                self.at(at).iter().any(|found| {
                    when.regex
                        .as_ref()
                        .is_none_or(|regex| self.regex(regex).is_some_and(|regex| regex.is_match(&found.value)))
                })
            })
            && when.not_at.as_ref().is_none_or(|at| self.at(at).is_empty())
            && (when.text.is_empty()
                || when.regex.as_ref().is_some_and(|regex| !self.search(&when.text, regex, true).is_empty()))
            && (when.no_text.is_empty()
                || when.regex.as_ref().is_some_and(|regex| self.search(&when.no_text, regex, true).is_empty()))
    }

    /// What the project declares, by normalised name.
    pub fn dependencies(&self) -> &BTreeMap<String, Dependency> {
        self.dependencies.get_or_init(|| {
            let mut all = BTreeMap::new();
            for source in &self.preset.dependencies {
                self.declare(source, &mut all);
            }
            all
        })
    }

    fn declare(&self, source: &Dependencies, all: &mut BTreeMap<String, Dependency>) {
        let mut add = |name: &str, version: Option<String>, evidence: Evidence| {
            let dependency = Dependency { version, dev: source.dev, evidence };
            // what is needed at run time stays that, wherever else it is named
            let known = all.entry(normal(name).into_owned()).or_insert_with(|| dependency.clone());
            if known.dev && !dependency.dev {
                *known = dependency;
            }
        };
        let regex = source.regex.as_ref().and_then(|regex| self.regex(regex));
        if let Some(at) = &source.at {
            let (file, keys) = place::split(at);
            let keys = place::keys(keys);
            for file in self.paths(file) {
                let Some(parsed) = self.parsed(&file) else { continue };
                let text = self.tree.read(&file).unwrap_or_default();
                for (path, value) in place::values(&parsed.value, &keys) {
                    let evidence = |key: &str| {
                        let mut path = path.clone();
                        path.push(key.to_owned());
                        Evidence { file: file.clone(), line: place::line(text, &path) }
                    };
                    match value {
                        serde_json::Value::Object(table) => {
                            for (name, value) in table {
                                let version = place::text(value).or_else(|| value.get("version").and_then(place::text));
                                add(name, version, evidence(name));
                            }
                        }
                        serde_json::Value::Array(items) => {
                            for item in items.iter().filter_map(place::text) {
                                let captures = regex.as_ref().and_then(|regex| regex.captures(&item));
                                if let Some(name) = captures.as_ref().and_then(|captures| captures.get(1)) {
                                    let version = captures
                                        .as_ref()
                                        .and_then(|captures| captures.get(2))
                                        .map(|m| m.as_str().to_owned());
                                    add(name.as_str(), version, evidence(name.as_str()));
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        if let Some(regex) = regex {
            for path in source.text.iter().flat_map(|pattern| self.paths(pattern)) {
                for (line, text) in self.tree.read(&path).unwrap_or_default().lines().enumerate() {
                    if let Some(captures) = regex.captures(text)
                        && let Some(name) = captures.get(1)
                    {
                        let version = captures.get(2).map(|m| m.as_str().to_owned());
                        add(name.as_str(), version, Evidence { file: path.clone(), line: line + 1 });
                    }
                }
            }
        }
    }

    /// Whether a package is locked or declared, and in which version.
    fn locked_version(&self, name: &str) -> Option<Option<String>> {
        let name = normal(name);
        if let Some(version) = self.locked().get(name.as_ref()) {
            return Some(version.clone());
        }
        self.dependencies().get(name.as_ref()).map(|dependency| dependency.version.clone())
    }

    /// What the lockfiles hold, by normalised name.
    fn locked(&self) -> &BTreeMap<String, Option<String>> {
        self.locked.get_or_init(|| {
            // only names that the preset asks for are kept: a lockfile may be long
            let asked = self.asked_of_locks();
            let mut all = BTreeMap::new();
            for lock in &self.preset.locked {
                let until = |text: &str| {
                    text.bytes().position(|byte| lock.until.as_bytes().contains(&byte)).unwrap_or(text.len())
                };
                let mut current: Option<String> = None;
                let text = self.tree.read(&lock.file).unwrap_or_default();
                let mut start_of_line = 0;
                // a lockfile is the longest text of a run: its lines are found by a vectorised search
                for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
                    let line = text[start_of_line..end].trim_end_matches('\r');
                    start_of_line = (end + 1).min(text.len());
                    if let Some(rest) = line.strip_prefix(lock.prefix.as_str()) {
                        let rest = rest.trim_start_matches(['"', '\'', '/']);
                        let start = usize::from(rest.starts_with('@'));
                        let mut name = &rest[..start + until(&rest[start..])];
                        if let Some(after) = &lock.after_last {
                            let last =
                                (0..name.len()).rev().find(|at| name.as_bytes()[*at..].starts_with(after.as_bytes()));
                            name = last.map_or(name, |at| &name[at + after.len()..]);
                        }
                        current = asked.contains(normal(name).as_ref()).then(|| {
                            let name = normal(name).into_owned();
                            all.entry(name.clone()).or_insert(None);
                            name
                        });
                    } else if let (Some(prefix), Some(name)) = (&lock.version_prefix, &current)
                        && let Some(rest) = line.strip_prefix(prefix.as_str())
                    {
                        all.insert(name.clone(), Some(rest[..until(rest)].to_owned()));
                        current = None;
                    }
                }
            }
            all
        })
    }

    fn asked_of_locks(&self) -> std::collections::BTreeSet<String> {
        let settings = self.preset.settings.iter().map(|settings| &settings.when);
        let limits = self.preset.version.limits.iter().map(|limit| &limit.when);
        let frameworks = self.preset.frameworks.iter().flat_map(|framework| &framework.when);
        let facts = self.preset.facts.iter().flat_map(|fact| &fact.from);
        let sources = facts.chain(&self.preset.default_base).filter_map(|source| source.when.as_ref());
        settings
            .chain(limits)
            .chain(frameworks)
            .chain(sources)
            .flat_map(|when| when.locked.iter().map(|name| normal(name).into_owned()))
            .collect()
    }
}

/// Package names are compared without case, and `_` as `-` (PEP 503); no npm or cargo package differs in that alone.
fn normal(name: &str) -> Cow<'_, str> {
    let name = name.trim();
    if name.bytes().any(|b| b == b'_' || b.is_ascii_uppercase()) {
        name.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect::<String>().into()
    } else {
        name.into()
    }
}
