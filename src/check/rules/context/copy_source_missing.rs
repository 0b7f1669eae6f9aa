//! `copy-source-missing`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Basis, Build, Context, Source, SourceKind};
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "copy-source-missing",
        family: Family::Context,
        severity: Severity::Error,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "What a COPY takes is not in the build context",
        why: "The build fails with `not found`: the file is not there, or the `.dockerignore` keeps it out.",
        instead: "Correct the path, which counts from the root of the context and not from the Dockerfile, or bring the \
                  file back with a `!` line.",
        bad: &[
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nCOPY package.json server.js ./\n"),
                ("package.json", "{}"),
                ("src/server.js", ""),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nCOPY package.json src/start.sh ./\n"),
                ("package.json", "{}"),
                ("src/start.sh", ""),
                (".dockerignore", "**/*.sh\n"),
            ]),
            // The engine's own check gives up as soon as there is a `!`.
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nCOPY package.json ./\nCOPY docs /docs\n"),
                ("package.json", "{}"),
                ("docs/a.md", ""),
                (".dockerignore", "*\n!package.json\n"),
            ]),
            // The path counts from the context.
            Example::Files(&[
                ("compose.yaml", "services:\n  app:\n    build:\n      context: .\n      dockerfile: app/Dockerfile\n"),
                ("app/Dockerfile", "FROM node:26-trixie-slim\nCOPY start.js ./\n"),
                ("app/start.js", ""),
            ]),
        ],
        good: &[
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nCOPY package.json ./src/../server.js /\n"),
                ("package.json", "{}"),
                ("server.js", ""),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nCOPY package.json yarn.lock* ./\nCOPY docs /docs\n"),
                ("package.json", "{}"),
                ("docs/a.md", ""),
                (".dockerignore", "*\n!package.json\n!docs\ndocs/internal\n"),
            ]),
            // Another stage, an address, a text, a variable, a stage that is not built.
            Example::Dockerfile(
                "FROM golang:1.27 AS unused\nCOPY nothing /\nFROM golang:1.27 AS a\nFROM scratch\nARG FILE\n\
                 COPY --from=a /a /a\nADD https://example.com/a /b\nCOPY <<EOF /c\nEOF\nCOPY $FILE /d\n",
            ),
            // The folder above is the context.
            Example::Files(&[
                ("docker/Dockerfile", "FROM node:26-trixie-slim\nCOPY package.json ./\n"),
                ("package.json", "{}"),
            ]),
        ],
        equivalents: &[("buildkit", &["CopyIgnoredFile"])],
        cis: &[],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let Some(context) = &build.context else { return };
    for (_, taken) in build.copies() {
        for source in &taken.sources {
            match source.kind {
                SourceKind::Root | SourceKind::Wildcard => {}
                _ if context.exists(build.workspace, &source.path) => ignored(build, context, source, found),
                _ => missing(build, context, source, found),
            }
        }
    }
}

/// It is there and kept out.
fn ignored(build: &Build<'_>, context: &Context<'_>, source: &Source, found: &mut Found) {
    let Some(ignore) = &context.ignore else { return };
    let decision = ignore.rules.decide(&source.path);
    let Some(line) = decision.line.filter(|_| context.ignores(&source.path)) else { return };
    if source.kind == SourceKind::Folder {
        let prefix = format!("{}/", source.path);
        let gives = |paths: &[&str]| paths.iter().any(|path| path.starts_with(&prefix) && !context.ignores(path));
        // What is brought back below it, and what is not listed, is there.
        if gives(context.all()) || context.folders().iter().any(|path| path.starts_with(&prefix) || *path == source.path) {
            return;
        }
    }
    let at = build.at(found, source.span.clone());
    let by = found.at(&ignore.path, ignore.text, ignore.line(line));
    let pattern = ignore.text.get(ignore.line(line)).unwrap_or_default().to_owned();
    let finding = found.add(at, format!("`{}` is kept out of the build context by `{pattern}`", source.path));
    finding.related(by, "this line keeps it out").help(format!("write `!{}` behind that line", source.path));
    if context.basis == Basis::Folder {
        finding.severity(Severity::Warning);
    }
}

fn missing(build: &Build<'_>, context: &Context<'_>, source: &Source, found: &mut Found) {
    let at = build.at(found, source.span.clone());
    let place = if context.root.is_empty() { "the build context".to_owned() } else { format!("`{}`", context.root) };
    let finding = found.add(at, format!("there is no `{}` in {place}", source.path));
    finding.help("the path counts from the root of the context, not from the Dockerfile");
    if is_made(context, &source.path) {
        finding.severity(Severity::Note).confidence(Confidence::Guess);
    } else if context.basis != Basis::Declared {
        finding.severity(Severity::Warning);
    }
}

/// Names of folders and endings of files that are made before the build.
const MADE: [&str; 25] = [
    "dist", "build", "target", "out", "output", "bin", "obj", "release", "releases", "node_modules", "vendor", "public",
    ".next", ".output", "artifacts", "artifact", "pkg", "publish", "tmp", "_build", "_output", "coverage", "wheels",
    "generated", "gen",
];
const MADE_ENDINGS: [&str; 17] = [
    "jar", "war", "ear", "whl", "tar", "gz", "tgz", "xz", "zip", "deb", "rpm", "apk", "exe", "so", "pem", "crt", "key",
];

/// Whether something makes it before the build: a build on the machine, a script, a person with a secret.
fn is_made(context: &Context<'_>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let folder = path.split('/').any(|part| MADE.contains(&part.to_ascii_lowercase().as_str()));
    folder
        || MADE_ENDINGS.contains(&ending)
        || crate::secret::file(path).is_some()
        || context.text(".gitignore").is_some_and(|text| git_ignores(text, path))
}

/// Whether a line of a `.gitignore` names it or one of its folders, as far as a plain comparison shows.
fn git_ignores(text: &str, path: &str) -> bool {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '!'])).any(|line| {
        let plain = line.trim_start_matches("**/").trim_start_matches('/').trim_end_matches(['*', '/']);
        !plain.is_empty()
            && (path == plain
                || path.strip_prefix(plain).is_some_and(|rest| rest.starts_with('/'))
                || (!plain.contains('/') && path.split('/').any(|part| part == plain))
                || plain.strip_prefix("*.").is_some_and(|ending| path.ends_with(&format!(".{ending}"))))
    })
}
