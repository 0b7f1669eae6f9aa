//! `context-secret`

use std::collections::BTreeMap;

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Context, Credential, Matcher, Taken};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};
use crate::secret::{self, Certainty, FileKind};

const TEXT: &str = "FROM node:26-trixie-slim\nCOPY . .\n";
const ENV: &str = "DB_PASSWORD=k3Vq9zLw2RtY8sXb\n";

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "context-secret",
        family: Family::Context,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A folder is copied with a file of credentials in it",
        why: "Whoever has the image has the file; to delete it in a later step does not help, since its layer stays. That \
              git ignores the file does not matter: `docker build` takes what is on the disk.",
        instead: "Name the file in the `.dockerignore`. What the build needs comes as `RUN --mount=type=secret`, what the \
                  service needs at run time as a mounted secret.",
        bad: &[
            Example::Files(&[("Dockerfile", TEXT), (".env", ENV), (".dockerignore", ".git\n")]),
            // Seen from the root of the context, `.env` is only the one there.
            Example::Files(&[("Dockerfile", TEXT), ("api/.env", ENV), (".dockerignore", ".env\n")]),
            Example::Files(&[("Dockerfile", TEXT), (".env", ENV), (".dockerignore", ".env # secrets\n")]),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim AS build\nCOPY . .\nFROM scratch\nCOPY --from=build /a /\n"),
                (".env", ENV),
            ]),
        ],
        good: &[
            Example::Files(&[("Dockerfile", TEXT), ("api/.env", ENV), (".dockerignore", "**/.env\n")]),
            Example::Files(&[("Dockerfile", TEXT), (".env", ENV), (".dockerignore", "*\n!src\n")]),
            Example::Files(&[("Dockerfile", "FROM node:26-trixie-slim\nCOPY --exclude=.env . .\n"), (".env", ENV)]),
            Example::Files(&[("Dockerfile", TEXT), (".env.example", ENV), ("tests/fixtures/.env", ENV)]),
            // That is `secret-file-copied`.
            Example::Files(&[("Dockerfile", "FROM node:26-trixie-slim\nCOPY *.env ./\n"), ("app.env", ENV)]),
            // Nothing secret in it.
            Example::Files(&[("Dockerfile", TEXT), (".env", "PORT=8080\n"), (".npmrc", "save-exact=true\n")]),
            Example::Files(&[
                ("Dockerfile", TEXT),
                ("ca.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM node:26-trixie-slim\nCOPY src src\n"),
                ("src/a.js", ""),
                (".env", ENV),
            ]),
        ],
        equivalents: &[],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

/// Credentials that one instruction takes, and how sure the surest of them is one.
struct Group<'g> {
    taken: &'g Taken<'g>,
    shipped: bool,
    certainty: Certainty,
    files: Vec<(&'g str, &'g Credential)>,
}

fn check(build: &Build<'_>, found: &mut Found) {
    let Some(context) = &build.context else { return };
    let copies = build.copies();
    // What is named one by one is the business of `secret-file-copied`.
    if !copies.iter().any(|(_, taken)| taken.open) {
        return;
    }
    let mut groups: BTreeMap<(usize, Certainty), Group<'_>> = BTreeMap::new();
    for credential in build.workspace.credentials() {
        let Some(path) = context.inside(&credential.path).filter(|_| !credential.is_fixture) else { continue };
        if copies.iter().any(|(_, taken)| taken.names(path)) || context.ignores(path) {
            continue;
        }
        let takes = |shipped: bool| {
            copies.iter().find(|(stage, taken)| build.views[*stage].shipped == shipped && taken.takes(path))
        };
        let Some((stage, taken)) = takes(true).or_else(|| takes(false)) else { continue };
        if asks_for(taken, path) {
            continue;
        }
        let Some(certainty) = credential.certainty(build.workspace.tree) else { continue };
        let shipped = build.views[*stage].shipped;
        let group = groups.entry((taken.at, certainty));
        group.or_insert_with(|| Group { taken, shipped, certainty, files: Vec::new() }).files.push((path, credential));
    }
    for group in groups.values() {
        report(build, context, group, found);
    }
}

/// Whether a source has the name of a credential itself, such as `*.pem` or `.ssh`: that is `secret-file-copied`.
fn asks_for(taken: &Taken<'_>, path: &str) -> bool {
    taken.sources.iter().any(|source| {
        let last = source.path.rsplit('/').next().unwrap_or_default();
        let folder = matches!(last, ".ssh" | ".aws" | ".azure" | ".gcloud" | ".gnupg" | ".kube");
        let named = folder || secret::file(&source.path).is_some();
        named && Matcher::new(&[&source.path], &[], false).takes(path)
    })
}

fn report(build: &Build<'_>, context: &Context<'_>, group: &Group<'_>, found: &mut Found) {
    let at = build.at(found, group.taken.instruction.span.clone());
    let lines = (!build.is_inline()).then(|| lines(context, group)).flatten();
    let edit = lines.as_ref().map(|lines| context.keep_out(found, lines));
    let shown = group.taken.shown();
    let names = names(&group.files);
    let place = if group.shipped { "the image" } else { "a build stage" };
    let verb = if group.certainty == Certainty::Sure { "takes" } else { "seems to take" };
    let finding = found.add(at, format!("{shown} {verb} credentials into {place}: {names}"));
    let (severity, confidence) = match (group.certainty, group.shipped) {
        (Certainty::Sure, true) => (Severity::Error, Confidence::Certain),
        (Certainty::Sure, false) => (Severity::Warning, Confidence::Likely),
        (Certainty::Likely, true) => (Severity::Warning, Confidence::Likely),
        (Certainty::Likely, false) => (Severity::Note, Confidence::Likely),
        (Certainty::Guess, _) => (Severity::Note, Confidence::Guess),
    };
    finding.severity(severity).confidence(confidence);
    match lines {
        Some(lines) => finding.help(format!(
            "write {} into the .dockerignore",
            lines.iter().take(SHOWN).map(|line| format!("`{line}`")).collect::<Vec<_>>().join(", ")
        )),
        None => finding.help("keep it out with the .dockerignore"),
    };
    let Some(edit) = edit else { return };
    // A program may read it where it is now, or another Dockerfile may copy it.
    let read = group.files.iter().any(|(path, credential)| {
        let name = path.rsplit('/').next().unwrap_or(path);
        !is_never_read(credential.kind) || build.text.contains(name) || build.workspace.others_say(build.path, name)
    });
    if read {
        finding.unsafe_fix("keep them out with the .dockerignore", vec![edit]);
    } else {
        finding.safe_fix("keep them out with the .dockerignore", vec![edit]);
    }
}

/// Credentials of a person or of the machine, which no service reads from its image.
fn is_never_read(kind: FileKind) -> bool {
    matches!(
        kind,
        FileKind::SshKey | FileKind::CloudFolder | FileKind::DockerConfig | FileKind::Kubeconfig | FileKind::Terraform
    )
}

/// So many files are named.
const SHOWN: usize = 3;

fn names(files: &[(&str, &Credential)]) -> String {
    let mut names: Vec<String> =
        files.iter().take(SHOWN).map(|(path, credential)| format!("{path} ({})", credential.name())).collect();
    if files.len() > SHOWN {
        names.push(format!("{} more", files.len() - SHOWN));
    }
    names.join(", ")
}

/// The lines that keep out these files and no others: `**/name` if all files of the name are among them.
fn lines(context: &Context<'_>, group: &Group<'_>) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for (path, _) in &group.files {
        if path.contains(['*', '?', '[', '\\', '\n']) || path.trim() != *path {
            return None;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let same = |other: &&str| other.rsplit('/').next() == Some(name);
        let alone = context.files().filter(same).all(|other| group.files.iter().any(|(path, _)| *path == other));
        let line = if alone { format!("**/{name}") } else { (*path).to_owned() };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rules::tests::findings;
    use crate::check::{Options, check, mended};
    use crate::detect::MemoryTree;

    #[test]
    fn a_build_stage_is_less_than_the_image() {
        let text = "FROM node:26-trixie-slim AS build\nCOPY . .\nFROM scratch\nCOPY --from=build /a /\n";
        let found = findings("context-secret", &[("Dockerfile", text), (".env", ENV)]);
        assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Warning]);
    }

    #[test]
    fn the_message_has_no_value() {
        let found = findings("context-secret", &[("Dockerfile", TEXT), (".env", ENV)]);
        assert!(found[0].message.contains(".env") && !found[0].message.contains("k3Vq9"), "{}", found[0].message);
    }

    #[test]
    fn the_fix_keeps_out_these_files_and_no_others() {
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz\n\
                   c2gtZWQyNTUxOQAAACB2sqs2Z8mY1nqfI7oZk0Fh3c9m2b4t\n-----END OPENSSH PRIVATE KEY-----\n";
        let tree = MemoryTree::new([
            ("Dockerfile", TEXT),
            ("deploy/id_ed25519", key),
            ("deploy/id_ed25519.pub", "ssh-ed25519 AAAA"),
            (".dockerignore", ".git"),
        ]);
        let audit = check(&tree, true, &["Dockerfile".to_owned()], &Options::default());
        let (texts, count) = mended(&audit, false);
        assert_eq!((count, texts[".dockerignore"].as_str()), (1, ".git\n**/id_ed25519\n"));
    }

    #[test]
    fn what_a_program_may_read_is_not_taken_away_unasked() {
        let files = [("Dockerfile", TEXT), (".env", ENV), (".dockerignore", ".git\n")];
        let found = findings("context-secret", &files);
        assert_eq!(found[0].fix.as_ref().map(|fix| fix.safe), Some(false));
    }
}
