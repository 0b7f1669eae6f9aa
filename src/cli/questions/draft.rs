//! The answers so far, and what they make of the project.

use std::collections::BTreeMap;

use super::super::args::New;
use super::super::compare::Due;
use super::super::disk::DiskTree;
use super::super::make::{Ready, make};
use super::super::new::{Inputs, defaults_of_starter, dues, is_empty, starter_files};
use super::super::{Context, Failure, folder_error};
use crate::answers::{Candidate, Layers, choose_language, contenders, project_of};
use crate::catalog::Preset;
use crate::detect::{MemoryTree, Origin, Project, Tree, start};
use crate::prompt::Stopped;

/// What the review ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    None,
    Write { replace: bool },
    Change,
    Leave,
}

/// The answers so far.
pub(super) struct Draft<'a> {
    pub(super) context: &'a Context,
    pub(super) args: &'a New,
    pub(super) inputs: &'a Inputs,
    /// What was answered, as a table of `scaffold.toml`.
    pub(super) answers: toml::Table,
    /// The files of the starter, if one is wanted.
    pub(super) starter: BTreeMap<String, String>,
    /// The languages that cannot be told apart; empty when one is known.
    pub(super) several: Vec<Candidate>,
    /// There is nothing in the folder.
    pub(super) empty: bool,
    pub(super) decision: Decision,
    /// What was said already, so that it is not said again.
    pub(super) told: Vec<crate::report::Diagnostic>,
    /// Why it cannot go on.
    pub(super) failure: Option<Failure>,
    disk: DiskTree,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        context: &'a Context,
        args: &'a New,
        inputs: &'a Inputs,
        starter: &BTreeMap<String, String>,
    ) -> Result<Self, Failure> {
        let disk = DiskTree::open(&inputs.dir).map_err(|error| folder_error(&inputs.dir, &error.to_string()))?;
        let lang = inputs.layers.found("service.lang");
        if let Some(lang) = &lang {
            context.catalog.resolve(&lang.value)?;
        }
        let several = if lang.is_some() { Vec::new() } else { contenders(&context.catalog, &disk, &inputs.layers)? };
        Ok(Self {
            context,
            args,
            inputs,
            answers: toml::Table::new(),
            starter: starter.clone(),
            several,
            empty: is_empty(&inputs.dir),
            decision: Decision::None,
            told: Vec::new(),
            failure: None,
            disk,
        })
    }

    /// All answers, in their order.
    pub(super) fn layers(&self) -> Layers {
        let mut layers = self.inputs.layers.clone();
        layers.push(Origin::Prompt, self.answers.clone());
        if !self.starter.is_empty() {
            layers.push(Origin::Spec, defaults_of_starter());
        }
        layers
    }

    /// Whether a flag or the spec says this key: then it is not asked.
    pub(super) fn is_said(&self, key: &str) -> bool {
        self.inputs.layers.origin(key).is_some()
    }

    /// Whether the run makes a service where there was none.
    pub(super) fn starts_empty(&self) -> bool {
        !self.starter.is_empty()
    }

    /// The value that a key has by its answer.
    pub(super) fn answer(&self, key: &str) -> Option<&toml::Value> {
        let (table, key) = key.split_once('.').unwrap_or(("", key));
        if table.is_empty() { self.answers.get(key) } else { self.answers.get(table)?.as_table()?.get(key) }
    }

    /// Sets a key, or takes its answer back.
    pub(super) fn set(&mut self, key: &str, value: Option<toml::Value>) {
        let (table, key) = key.split_once('.').unwrap_or(("", key));
        let into = if table.is_empty() {
            &mut self.answers
        } else {
            let entry = self.answers.entry(table).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            let Some(entry) = entry.as_table_mut() else { return };
            entry
        };
        match value {
            Some(value) => {
                into.insert(key.to_owned(), value);
            }
            None => {
                into.remove(key);
            }
        }
        self.answers.retain(|_, value| value.as_table().is_none_or(|table| !table.is_empty()));
    }

    /// Looks at the project as the answers so far have it.
    pub(super) fn with_project<T>(&self, layers: &Layers, look: impl FnOnce(&Project<'_>) -> T) -> Option<T> {
        let memory;
        let tree: &dyn Tree = if self.starter.is_empty() {
            &self.disk
        } else {
            memory = MemoryTree::new(self.starter.clone());
            &memory
        };
        let (preset, _) = choose_language(&self.context.catalog, tree, layers).ok()?;
        Some(look(&project_of(&preset, tree, layers)))
    }

    /// The language's preset, if it is known by now.
    pub(super) fn preset(&self) -> Option<Preset> {
        self.with_project(&self.layers(), |project| project.preset.clone())
    }

    /// Whether nothing but the user can say how the service is started.
    pub(super) fn lacks_start(&self) -> bool {
        let mut without = self.inputs.layers.clone();
        let mut answers = self.answers.clone();
        if let Some(toml::Value::Table(service)) = answers.get_mut("service") {
            service.remove("start");
        }
        without.push(Origin::Prompt, answers);
        self.with_project(&without, |project| start::chosen(project).is_none() && !start::served_by_another(project))
            .unwrap_or(false)
    }

    /// The files of a language's starter.
    pub(super) fn starter_of(&self, id: &str) -> BTreeMap<String, String> {
        starter_files(self.context, id).unwrap_or_default()
    }

    /// The set-up as it would be.
    pub(super) fn make(&mut self) -> Result<(Ready, Vec<Due>), Stopped> {
        let layers = self.layers();
        let made = make(self.context, &self.inputs.dir, &layers, &self.starter).and_then(|ready| {
            let dues = dues(self.inputs, &layers, &ready, &self.starter, self.args)?;
            Ok((ready, dues))
        });
        made.map_err(|failure| {
            self.failure = Some(failure);
            Stopped::Closed
        })
    }
}
