//! `parse-error`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Project, Workspace};
use crate::dockerfile::{Problem, ProblemKind};
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "parse-error",
        family: Family::Meta,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A file cannot be read as what it is",
        why: "What cannot be read is not built, and nothing can be said of it: no other finding does not mean that all is well. \
              The reader accepts what BuildKit accepts and refuses what BuildKit refuses.",
        instead: "Mend the line that the finding points at.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUNN echo hello\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.29\n   ports: []\n"),
        ],
        good: &[Example::Dockerfile("FROM debian:13-slim\nRUN echo hello\n")],
        equivalents: &[("hadolint", &["DL1000", "DL3043"])],
        cis: &[],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Build(dockerfile), Check::Project(compose), Check::Workspace(unread)],
};

fn unread(workspace: &Workspace<'_>, found: &mut Found) {
    for path in &workspace.unread {
        let at = found.at(path, "", 0..0);
        found
            .add(at, "the file cannot be read: it is too large, no text in UTF-8, or a link out of the tree")
            .help("a Dockerfile or compose file of more than 4 MiB is none; name the folder that a link leads to");
    }
}

fn dockerfile(build: &Build<'_>, found: &mut Found) {
    // `stage-reference` and `variable-scope` have the others.
    let own = |problem: &&Problem| problem.fatal && problem.kind == ProblemKind::Syntax;
    for problem in build.file.problems.iter().chain(&build.stages.problems).filter(own) {
        let at = build.at(found, problem.span.clone());
        found.add(at, problem.message.as_str());
    }
}

fn compose(project: &Project<'_>, found: &mut Found) {
    use crate::compose::project::ProblemKind;
    for problem in
        project.problems.iter().filter(|problem| matches!(problem.kind, ProblemKind::Yaml | ProblemKind::TooLarge))
    {
        let at = project.at(found, &problem.place);
        let finding = found.add(at, problem.message.as_str());
        if let Some(help) = &problem.help {
            finding.help(help.as_str());
        }
    }
}
