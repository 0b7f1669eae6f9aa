//! `secret-removed-later`

use std::ops::Range;

use crate::check::Found;
use crate::check::credentials::{certainty_of, weigh};
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Command, Run};
use crate::dockerfile::{Image, Instruction, Kind, Transfer};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};
use crate::secret::{self, Certainty, FileKind};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "secret-removed-later",
        family: Family::Secrets,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A credential is removed in a later layer than the one that has it",
        why: "Every instruction makes a layer, and a later `rm` only hides the file: the earlier layer with the file in it is \
              still part of the image, and `docker save` gives it out.",
        instead: "Give the file to the step by `RUN --mount=type=secret,id=name,target=/path ...`: then it is in no layer.",
        bad: &[
            Example::Dockerfile(
                "FROM node:24-slim\nWORKDIR /app\nCOPY .npmrc package.json ./\nRUN npm ci\nRUN rm -f .npmrc\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22\nARG KEY\nRUN mkdir -p ~/.ssh && echo \"$KEY\" > ~/.ssh/id_rsa\nRUN ./get && rm -rf /root/.ssh\n",
            ),
        ],
        good: &[
            Example::Dockerfile(
                "FROM alpine:3.22\nRUN --mount=type=secret,id=k,target=/root/.ssh/id_rsa,required=true ./get\nRUN rm -rf /root/.ssh\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22 AS build\nCOPY id_rsa /root/.ssh/id_rsa\nRUN ./get && rm /root/.ssh/id_rsa\nFROM alpine:3.22\nCOPY --from=build /app /app\n",
            ),
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nWORKDIR /app\nCOPY .npmrc ./\nRUN npm ci && rm .npmrc\n"),
                (".npmrc", "save-exact=true\n"),
            ]),
        ],
        equivalents: &[],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

/// A credential file that a layer of the image holds.
struct Held {
    /// Its path in the image; relative if the working directory is not known.
    path: String,
    kind: FileKind,
    certainty: Certainty,
    instruction: usize,
    span: Range<usize>,
}

fn check(build: &Build<'_>, found: &mut Found) {
    let runs: Vec<&Run<'_>> = build.runs_of_chain(build.target).collect();
    let mut held: Vec<Held> = Vec::new();
    build.stages.walk(build.target, &mut |at, instruction, image| match &instruction.kind {
        Kind::Copy(transfer) if transfer.from.is_none() => copied(build, image, at, transfer, &mut held),
        Kind::Add(transfer) => copied(build, image, at, transfer, &mut held),
        Kind::Run(_) => {
            let same = |run: &&&Run<'_>| run.at == at && std::ptr::eq(run.instruction, instruction);
            let Some(run) = runs.iter().find(same) else { return };
            removed(build, run, image, &mut held, found);
            written(run, image, at, &mut held);
        }
        _ => {}
    });
}

fn workdir(image: &Image) -> &str {
    image.workdir.as_ref().map_or("", |workdir| workdir.value.as_str())
}

fn absolute(image: &Image, path: &str) -> String {
    let path = path.trim_start_matches("./");
    let path = path.replace("${HOME}", "~").replace("$HOME", "~");
    let home = image.user.as_ref().is_none_or(|user| matches!(user.value.as_str(), "root" | "0" | "0:0"));
    match path.strip_prefix("~/") {
        Some(rest) if home => format!("/root/{rest}"),
        _ if path.starts_with('/') || workdir(image).is_empty() => path,
        _ => format!("{}/{path}", workdir(image).trim_end_matches('/')),
    }
}

fn copied(build: &Build<'_>, image: &Image, at: usize, transfer: &Transfer, held: &mut Vec<Held>) {
    let known = |word: &crate::dockerfile::Word| word.expand(image).ok().filter(|read| read.holes.is_empty());
    let Some(destination) = known(&transfer.destination).map(|read| read.text) else { return };
    for word in &transfer.sources {
        let Some(source) = known(word).map(|read| read.text) else { continue };
        let clean = source.trim_start_matches("./").trim_matches('/');
        let name = clean.rsplit('/').next().unwrap_or(clean);
        if clean.contains("://") || clean.contains(['*', '?', '[']) || name.is_empty() || name == "." {
            continue;
        }
        let path = build.context.as_ref().map(|context| context.path(clean));
        let folder = matches!(name, ".ssh" | ".aws" | ".gnupg" | ".azure");
        let into =
            transfer.sources.len() > 1 || destination.ends_with('/') || matches!(destination.as_str(), "." | "./");
        let target =
            if into && !folder { format!("{}/{name}", destination.trim_end_matches('/')) } else { destination.clone() };
        let kind = if folder { secret::file(&format!("{clean}/")) } else { secret::file(clean) };
        // `COPY key /root/.ssh/id_rsa`: nobody removes a file of this name that is not one.
        let Some(kind) = kind.or_else(|| secret::file(&target)) else { continue };
        let Some(certainty) = certainty_of(build, kind, path.as_deref()) else { continue };
        if build.context.as_ref().is_some_and(|context| context.ignores(clean)) || certainty == Certainty::Guess {
            continue;
        }
        held.push(Held { path: absolute(image, &target), kind, certainty, instruction: at, span: word.span.clone() });
    }
}

/// What a RUN writes to a file with the name of a credential, and leaves there.
fn written(run: &Run<'_>, image: &Image, at: usize, held: &mut Vec<Held>) {
    for command in run.commands.iter().filter(|command| command.is(&["echo", "printf", "cat", "base64"])) {
        for redirect in command.written() {
            let path = redirect.target.value.as_deref().unwrap_or(&redirect.target.start);
            let Some(kind) = secret::file(path).filter(|kind| kind.unread() == Certainty::Sure) else { continue };
            let path = absolute(image, path);
            let gone = run.after(command).iter().any(|later| takes(later, image, &path));
            // An empty file, or settings without a value, is no secret.
            let says = command.args.iter().any(|arg| arg.value.as_deref().is_none_or(|value| !value.is_empty()))
                || command.input.is_some();
            if says && !gone && !run.is_mounted(&path, &["tmpfs", "cache", "secret", "bind"]) && kind != FileKind::Env {
                let span = redirect.target.span.clone();
                held.push(Held { path, kind, certainty: Certainty::Likely, instruction: at, span });
            }
        }
    }
}

fn removed(build: &Build<'_>, run: &Run<'_>, image: &Image, held: &mut Vec<Held>, found: &mut Found) {
    for command in run.commands.iter().filter(|command| command.is(&["rm", "shred", "unlink"])) {
        held.retain(|file| {
            if !takes(command, image, &file.path) || run.at <= file.instruction {
                return true;
            }
            let keyword = build.file.instructions.get(file.instruction).map_or_else(String::new, Instruction::name);
            let line = build.file.instructions.get(file.instruction).map_or(0, |own| own.first_line);
            let related = build.at(found, file.span.clone());
            let at = build.at(found, command.span.clone());
            let finding = found
                .add(
                    at,
                    format!(
                        "`{}` hides `{}`, which the layer of {keyword} in line {line} still holds",
                        command.name, file.path
                    ),
                )
                .related(related, format!("the {} is put into the image here", file.kind.name()))
                .help(
                    "give the file to the step by `RUN --mount=type=secret,id=..,target=..`, so that no layer has it",
                );
            weigh(finding, file.certainty);
            false
        });
    }
}

/// Whether a command removes this file: by its path, a folder above it, or a pattern.
fn takes(command: &Command, image: &Image, path: &str) -> bool {
    if !command.is(&["rm", "shred", "unlink"]) {
        return false;
    }
    command.args.iter().filter(|arg| !arg.start.starts_with('-')).any(|arg| {
        let word = arg.value.as_deref().unwrap_or(&arg.start);
        if word.is_empty() || word == "/" {
            return false;
        }
        let word = absolute(image, word.trim_end_matches('/'));
        let word = word.strip_suffix("/*").unwrap_or(&word);
        path == word || path.strip_prefix(word).is_some_and(|rest| rest.starts_with('/'))
    })
}
