//! `copy-source-missing`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Basis, Build, Context, Source, SourceKind, Taken};
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
                SourceKind::Root => nothing(build, context, taken, found),
                SourceKind::Wildcard => {}
                _ if context.exists(build.workspace, &source.path) => ignored(build, context, source, found),
                _ => missing(build, context, source, found),
            }
        }
    }
}

/// All of the context is taken, and all of it is kept out.
fn nothing(build: &Build<'_>, context: &Context<'_>, taken: &Taken<'_>, found: &mut Found) {
    let Some(ignore) = &context.ignore else { return };
    let everything = ignore.rules.patterns().any(|pattern| matches!(pattern.text(), "*" | "**"));
    let gives_folder = || context.folders().iter().any(|folder| context.gives_folder(folder));
    if !everything || context.all().is_empty() || context.files().next().is_some() || gives_folder() {
        return;
    }
    let at = build.at(found, taken.instruction.span.clone());
    found
        .add(at, format!("{} takes nothing: {} keeps out all that is there", taken.shown(), ignore.path))
        .severity(Severity::Warning)
        .help("bring back what the image needs with `!` lines");
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
        if gives(context.all())
            || context.folders().iter().any(|path| path.starts_with(&prefix) || *path == source.path)
        {
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
    if is_made(build, context, source) {
        finding.severity(Severity::Note).confidence(Confidence::Guess);
    } else if context.basis != Basis::Declared {
        finding.severity(Severity::Warning);
    }
}

/// Names of folders and endings of files that are made before the build.
const MADE: [&str; 30] = [
    "dist",
    "build",
    "target",
    "out",
    "output",
    "bin",
    "obj",
    "release",
    "releases",
    "node_modules",
    "vendor",
    "public",
    ".next",
    ".output",
    "artifacts",
    "artifact",
    "pkg",
    "publish",
    "tmp",
    "_build",
    "_output",
    "coverage",
    "wheels",
    "generated",
    "gen",
    // What a machine keeps of earlier builds.
    ".local",
    ".cache",
    ".m2",
    ".cargo",
    ".gradle",
];
const MADE_ENDINGS: [&str; 17] = [
    "jar", "war", "ear", "whl", "tar", "gz", "tgz", "xz", "zip", "deb", "rpm", "apk", "exe", "so", "pem", "crt", "key",
];

/// Whether something makes it before the build: a build on the machine, a script, a person with a secret.
fn is_made(build: &Build<'_>, context: &Context<'_>, source: &Source) -> bool {
    let path = source.path.as_str();
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let folder = path.split('/').any(|part| MADE.contains(&part.to_ascii_lowercase().as_str()));
    // Programs: `server-linux-amd64`, and what starts or lies where programs lie.
    let system =
        name.split(['-', '_', '.']).any(|word| matches!(word, "linux" | "amd64" | "arm64" | "x86_64" | "aarch64"));
    let program = !name.contains('.') && is_program(build, source);
    folder
        || system
        || program
        || MADE_ENDINGS.contains(&ending)
        || build.path.starts_with(".github/")
        || crate::secret::file(path).is_some()
        || context.text(".gitignore").is_some_and(|text| git_ignores(text, path))
        || build.workspace.tree.read(".gitmodules").is_some_and(|text| is_in_submodule(text, &context.path(path)))
}

/// Whether it is copied to where programs are, or is what the image starts.
fn is_program(build: &Build<'_>, source: &Source) -> bool {
    let name = source.path.rsplit('/').next().unwrap_or_default();
    let image = &build.target().image;
    let starts = [&image.entrypoint, &image.cmd].into_iter().flatten().flat_map(|setting| setting.value.iter());
    let started = starts.filter_map(|word| word.rsplit('/').next()).any(|word| word == name);
    let copies = build.copies().iter().filter(|(_, taken)| taken.sources.iter().any(|other| other.span == source.span));
    started || copies.into_iter().any(|(_, taken)| taken.transfer.destination.raw.split('/').any(|part| part == "bin"))
}

/// Whether a path of the tree is in a submodule, which not everybody has checked out.
fn is_in_submodule(text: &str, path: &str) -> bool {
    text.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim_start().strip_prefix('=')).any(|module| {
        let rest = path.strip_prefix(module.trim());
        !module.trim().is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
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

#[cfg(test)]
mod tests {
    use crate::check::rules::tests::findings;
    use crate::report::{Confidence, Severity};

    fn severities(files: &[(&str, &str)]) -> Vec<Severity> {
        findings("copy-source-missing", files).iter().map(|finding| finding.severity).collect()
    }

    /// The engine's own rule knew no `!`: <https://github.com/moby/buildkit/issues/5884>.
    #[test]
    fn an_exception_brings_a_file_back() {
        let files = [
            ("Dockerfile", "FROM python:3.14-slim\nCOPY ./manage.py /app/\n"),
            ("manage.py", ""),
            (".dockerignore", "# Ignore everything\n**\n!manage.py\n"),
        ];
        assert_eq!(severities(&files), []);
    }

    /// Exceptions and `COPY .`: <https://github.com/moby/buildkit/issues/6512>.
    #[test]
    fn the_root_is_never_kept_out() {
        let ignore = "*\n!go.*\n!*.go\n!internal/\n!Makefile\n";
        let files = [("Dockerfile", "FROM golang:1.27\nCOPY . /src/\n"), ("main.go", ""), (".dockerignore", ignore)];
        assert_eq!(severities(&files), []);
    }

    /// `.*` is not the root: <https://github.com/moby/buildkit/issues/6926>. A context of which nothing is left is
    /// worth a word: <https://github.com/moby/buildkit/pull/6930>.
    #[test]
    fn dotfiles_are_not_the_root() {
        let text = "FROM golang:1.27\nCOPY . .\n";
        assert_eq!(severities(&[("Dockerfile", text), ("main.go", ""), (".dockerignore", ".*\n")]), []);
        let all = [("Dockerfile", text), ("main.go", ""), (".dockerignore", "*\n")];
        assert_eq!(severities(&all), [Severity::Warning]);
    }

    /// One exception must not silence the rest: <https://github.com/moby/buildkit/issues/7125>.
    #[test]
    fn an_exception_for_something_else_changes_nothing() {
        let files = [
            ("compose.yaml", "services:\n  app:\n    build: .\n"),
            ("Dockerfile", "FROM python:3.14-slim\nCOPY secret.txt /app/\nCOPY app.py /app/\n"),
            ("secret.txt", ""),
            ("app.py", ""),
            ("other/keep.txt", ""),
            (".dockerignore", "secret.txt\n!other/keep.txt\n!not-there\n"),
        ];
        let found = findings("copy-source-missing", &files);
        assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Error]);
        assert!(found[0].message.contains("secret.txt"), "{}", found[0].message);
    }

    /// A folder that is kept out and has files that are not: <https://github.com/moby/moby/issues/52125>,
    /// <https://github.com/immanuwell/dockerfile-roast/issues/56>.
    #[test]
    fn a_folder_with_something_left_is_there() {
        let files = [
            ("Dockerfile", "FROM alpine:3.24\nCOPY a.txt a.txt\nCOPY sub sub\n"),
            ("a.txt", ""),
            ("sub/keep", ""),
            ("sub/not", ""),
            (".dockerignore", "*\n!a.txt\n!sub/keep\n"),
        ];
        assert_eq!(severities(&files), []);
    }

    #[test]
    fn what_is_made_before_the_build_is_a_guess() {
        let text = "FROM eclipse-temurin:25\nCOPY pom.xml target/app.jar server-linux-amd64 ./\nCOPY gen/a lib/b ./\n\
                    COPY tool /usr/bin/\nCOPY module/a /\nCOPY README.md LICENSE NOTICE ./\n";
        let files = [
            ("Dockerfile", text),
            ("pom.xml", ""),
            ("README.md", ""),
            ("LICENSE", ""),
            ("NOTICE", ""),
            (".gitignore", "/lib/\n"),
            (".gitmodules", "[submodule \"m\"]\n\tpath = module\n"),
            ("compose.yaml", "services:\n  app:\n    build: .\n"),
        ];
        let found = findings("copy-source-missing", &files);
        assert_eq!(found.len(), 6, "{found:?}");
        assert!(found.iter().all(|finding| finding.confidence == Confidence::Guess));
    }
}
