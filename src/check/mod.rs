//! `scaffold check`: rules that look at Dockerfiles, compose files and what is around them.
//!
//! The way of the data: paths -> [`subject`] (files read, stages with their state, services, the context) -> `rules`
//! (each looks and reports into [`Found`]) -> an [`Audit`](crate::report::Audit), which `report` shows.
//!
//! What is not known never makes a finding: a variable without a value, an image that is not in the table, a file that
//! cannot be read.

mod checklist;
mod contents;
mod credentials;
mod found;
mod history;
mod label;
mod mend;
mod mode;
pub mod names;
mod needs;
pub mod policy;
pub mod publishers;
mod rule;
mod rules;
pub mod subject;
mod waive;

use std::collections::BTreeSet;

use crate::bases::Date;
use crate::detect::Tree;
use crate::dockerfile::BuildArgs;
use crate::report::{Audit, Confidence, Location, Persona, Point, Severity};

pub use contents::{Contents, Copied, Given, Held, contents};
pub use found::Found;
pub use mend::mended;
pub use rule::{Check, Rule};
pub use rules::{all, find};
use subject::{Build, Workspace};

/// What the user wants.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Also what is for those who ask for more.
    pub pedantic: bool,
    /// Today, for what ends on a day. The core has no clock.
    pub today: Option<Date>,
    /// `--build-arg`s.
    pub build_args: BuildArgs,
    /// Look at these rules alone; all if empty.
    pub only: BTreeSet<String>,
    /// What the repository asks.
    pub policy: policy::Policy,
}

/// Looks at the Dockerfiles and compose files of these paths of a tree.
///
/// `has_tree` says whether the files around them are really there: not for a text from standard input.
#[must_use]
pub fn check(tree: &(dyn Tree + Sync), has_tree: bool, paths: &[String], options: &Options) -> Audit {
    let workspace = Workspace::open(tree, has_tree, paths, options);
    let mut found = Found::default();
    // Rules about secrets look always: what they find is hidden in the findings of the others.
    let is_asked = |id: &str| options.only.is_empty() || options.only.contains(id);
    let rules: Vec<&'static Rule> = all()
        .iter()
        .copied()
        .filter(|rule| is_asked(rule.info.id) || rule.info.point == Some(Point::NoSecrets))
        .collect();
    for unit in &workspace.units {
        found.checked();
        each_build(&workspace, unit, options, &mut |build| {
            let list = checklist::of_build(build, &mut found);
            found.audit().checklists.push(list);
            let images = subject::images::of_build(build, &mut found);
            for rule in &rules {
                found.begin(&rule.info);
                for check in rule.checks {
                    match check {
                        Check::Build(check) => check(build, &mut found),
                        Check::Image(check) => images.iter().for_each(|image| check(image, &workspace, &mut found)),
                        _ => {}
                    }
                }
            }
        });
    }
    let asked: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
    for project in workspace.projects() {
        if project.unit.reported.is_empty() {
            continue;
        }
        project.unit.reported.iter().for_each(|_| found.checked());
        let before = found.audit().findings.len();
        for service in project.all() {
            let list = checklist::of_service(&service, &mut found);
            found.audit().checklists.extend(list);
        }
        let images: Vec<_> =
            project.all().filter_map(|service| subject::images::of_service(&service, &mut found)).collect();
        for rule in &rules {
            found.begin(&rule.info);
            for check in rule.checks {
                match check {
                    Check::Image(check) => images.iter().for_each(|image| check(image, &workspace, &mut found)),
                    Check::Service(check) => project.all().for_each(|service| check(&service, &mut found)),
                    Check::Project(check) => check(&project, &mut found),
                    _ => {}
                }
            }
        }
        // A file below an overlay is looked at by itself: what the overlay leaves as it is has been said there.
        let elsewhere = |path: &str| {
            names::is_yaml(path) && !project.unit.reported.iter().any(|own| own == path) && asked.contains(path)
        };
        found.audit().drop_in(before, &elsewhere);
    }
    for rule in &rules {
        found.begin(&rule.info);
        for check in rule.checks {
            if let Check::Workspace(check) = check {
                check(&workspace, &mut found);
            }
        }
    }
    let mut audit = found.finish();
    audit.keep(|finding| is_asked(finding.rule.id));
    hide(&mut audit);
    // A finding in a compose file that only helped to understand another one is not asked for.
    let of_interest: Vec<bool> = audit
        .files
        .iter()
        .map(|file| {
            !crate::compose::project::is_compose_name(file.path.rsplit('/').next().unwrap_or_default())
                || asked.contains(file.path.as_str())
        })
        .collect();
    audit.keep(|finding| of_interest.get(finding.at.file).copied().unwrap_or(true));
    audit
}

/// Hides what looks like a secret in the files of the report, be it a finding or not: in a comment, in an example.
fn hide(audit: &mut Audit) {
    for (file, source) in audit.files.iter().enumerate() {
        let hits = crate::secret::find(&source.text).into_iter().map(|hit| Location::new(file, hit.span));
        audit.hidden.extend(hits);
    }
}

/// Shows a Dockerfile as it is built for each target that a compose file names; for its last stage if none does.
fn each_build(workspace: &Workspace<'_>, unit: &subject::Unit, options: &Options, visit: &mut dyn FnMut(&Build<'_>)) {
    let mut targets: BTreeSet<usize> = BTreeSet::new();
    let services = workspace.services_of(unit);
    let mut args = options.build_args.clone();
    for (name, value) in subject::build_args(services.first()) {
        args.entry(name).or_insert(value);
    }
    let stages = unit.file.stages_with(&args);
    let Some(last) = stages.final_stage().map(|stage| stage.index) else { return };
    let named = services.iter().filter_map(|service| stages.find(&service.target()?).map(|stage| stage.index));
    targets.extend(named);
    if !options.policy.targets.is_empty() {
        targets.extend(options.policy.targets.iter().filter_map(|name| stages.find(name)).map(|stage| stage.index));
        targets.insert(last);
    }
    if targets.is_empty() {
        targets.insert(last);
    }
    for target in targets {
        let of_target = |service: &&subject::Service<'_>| {
            service.target().and_then(|name| stages.find(&name)).map_or(last, |stage| stage.index) == target
        };
        let services = services.iter().filter(of_target).copied().collect();
        visit(&Build::new(workspace, unit, &stages, target, services));
    }
}

/// Holds findings against what the user and the policy want: who they are for, how bad they are, what is accepted.
///
/// `file` is where the policy stands. It comes once, behind all calls of [`check`], since a waiver may be about several.
pub fn apply_policy(audit: &mut Audit, options: &Options, file: Option<&policy::PolicyFile>) {
    let policy = &options.policy;
    audit.keep(|finding| {
        match policy.levels.get(finding.rule.id) {
            Some(None) => return false,
            // Who gives a level asks for the rule.
            Some(Some(level)) => {
                finding.severity = *level;
                return true;
            }
            None => {}
        }
        if finding.rule.edition > policy.edition {
            finding.severity = Severity::Note;
        }
        options.pedantic || (finding.persona != Persona::Pedantic && finding.confidence != Confidence::Guess)
    });
    waive::apply(audit, options, file);
    audit.sort();
    checklist::settle(audit);
}
