//! `context-git`

use crate::check::Found;
use crate::check::history::{may_call_git, reads_history};
use crate::check::rule::{Check, Rule};
use crate::check::subject::Build;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

const TEXT: &str = "FROM node:26-trixie-slim\nCOPY . .\n";

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "context-git",
        family: Family::Context,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "The history of the repository is copied into the image",
        why: "`.git` holds all that was ever committed, secrets that were taken back included, and on CI often the token \
              of the checkout. It changes with each fetch, so that nothing behind the COPY is ever taken from the cache.",
        instead: "Write `.git` into the `.dockerignore`, and hand the version to the build as an `ARG`.",
        bad: &[
            Example::Files(&[
                ("Dockerfile", TEXT),
                (".git/HEAD", "ref: refs/heads/main\n"),
                (".dockerignore", "dist\n"),
            ]),
            Example::Files(&[("Dockerfile", TEXT), (".git/HEAD", ""), (".dockerignore", "*\n!.\n!**\n")]),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nCOPY --exclude=*.md . .\n"),
                (".git/HEAD", "ref: refs/heads/main\n"),
            ]),
        ],
        good: &[
            Example::Files(&[("Dockerfile", TEXT), (".git/HEAD", ""), (".dockerignore", ".git\n")]),
            Example::Files(&[("Dockerfile", TEXT), (".git/HEAD", ""), (".dockerignore", "*\n!src\n")]),
            // What was committed is in `objects`; `HEAD` and a few refs give away nothing.
            Example::Files(&[("Dockerfile", TEXT), (".git/HEAD", ""), (".dockerignore", ".git/objects/*\n")]),
            Example::Files(&[("Dockerfile", TEXT), (".git/HEAD", ""), (".dockerignore", "**/.git/objects\n")]),
            Example::Files(&[("Dockerfile", "FROM node:26-trixie-slim\nCOPY --exclude=.git . .\n"), (".git/HEAD", "")]),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nCOPY src src\n"),
                ("src/a.js", ""),
                (".git/HEAD", ""),
            ]),
            // A submodule or worktree has a file of this name, with a path in it.
            Example::Files(&[("Dockerfile", TEXT), (".git", "gitdir: ../.git/modules/a\n")]),
        ],
        equivalents: &[("dockle", &["DKL-LI-0003"])],
        cis: &["4.10"],
        point: Some(Point::Dockerignore),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let Some(context) = &build.context else { return };
    let copies = build.copies();
    if !copies.iter().any(|(_, taken)| taken.open) {
        return;
    }
    let is_history = |folder: &&str| matches!(folder.rsplit('/').next(), Some(".git" | ".hg" | ".svn"));
    for folder in context.folders().iter().copied().filter(is_history) {
        let inside = format!("{folder}/HEAD");
        let objects = format!("{folder}/objects/pack");
        if !context.gives_folder(folder) || (folder.ends_with(".git") && !context.gives_folder(&objects)) {
            continue;
        }
        let takes = |shipped: bool| {
            copies.iter().find(|(stage, taken)| build.views[*stage].shipped == shipped && taken.takes(&inside))
        };
        let Some((stage, taken)) = takes(true).or_else(|| takes(false)) else { continue };
        let shipped = build.views[*stage].shipped;
        let reader = reads_history(build, context);
        let at = build.at(found, taken.instruction.span.clone());
        let edit = (reader.is_none() && !build.is_inline() && !folder.contains(['*', '?', '[', '\\']))
            .then(|| context.keep_out(found, &[folder.to_owned()]));
        let shown = taken.shown();
        let message = match (&reader, shipped) {
            (Some(reader), true) => format!("{shown} takes `{folder}` into the image ({reader} reads it)"),
            (Some(reader), false) => format!("{shown} takes `{folder}` into a build stage ({reader} reads it)"),
            (None, true) => format!("{shown} takes `{folder}`, the whole history, into the image"),
            (None, false) => format!("{shown} takes `{folder}` into a build stage: each fetch builds it anew"),
        };
        let finding = found.add(at, message);
        if reader.is_some() || !shipped {
            finding.severity(Severity::Note);
        }
        finding.help(match reader {
            Some(_) => "hand the version to the build as an ARG, and write `.git` into the .dockerignore",
            None => "write it into the .dockerignore",
        });
        if let Some(edit) = edit {
            let title = format!("write `{folder}` into the .dockerignore");
            if may_call_git(build) {
                finding.unsafe_fix(title, vec![edit]);
            } else {
                finding.safe_fix(title, vec![edit]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::tests::findings;
    use crate::report::Severity;

    #[test]
    fn a_build_that_reads_the_history_is_told_gently() {
        let text = "FROM golang:1.27\nCOPY . .\nRUN go build ./...\n";
        let found = findings("context-git", &[("Dockerfile", text), (".git/HEAD", "")]);
        assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Note]);
        assert!(found[0].fix.is_none(), "the version would be missing");
        let text = "FROM golang:1.27\nCOPY . .\nRUN go build -buildvcs=false ./...\n";
        let found = findings("context-git", &[("Dockerfile", text), (".git/HEAD", "")]);
        assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Warning]);
        assert!(found[0].fix.is_some());
    }

    #[test]
    fn a_build_stage_does_not_ship() {
        let text = "FROM node:26-trixie-slim AS build\nCOPY . .\nFROM scratch\nCOPY --from=build /dist /\n";
        let found = findings("context-git", &[("Dockerfile", text), (".git/HEAD", "")]);
        assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Note]);
    }
}
