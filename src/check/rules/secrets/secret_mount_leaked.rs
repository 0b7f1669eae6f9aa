//! `secret-mount-leaked`

use crate::check::Found;
use crate::check::credentials::by_stage;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Command, Run, SecretMounts, StageView};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "secret-mount-leaked",
        family: Family::Secrets,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A step writes or prints the secret that is mounted for it",
        why: "A secret mount is there for one RUN and leaves no trace; a copy of it in a file of the image is a layer like \
              any other, and what is printed, also by `set -x`, stands in the log of the build.",
        instead: "Mount the file where the tool looks for it (`target=/root/.npmrc`), or give the variable by `env=`. What \
                  has to be written goes to a `--mount=type=tmpfs`, or is removed in the same RUN.",
        bad: &[
            Example::Dockerfile(
                "FROM node:24-slim\nRUN --mount=type=secret,id=npmrc,required=true cat /run/secrets/npmrc > /root/.npmrc && npm ci\n",
            ),
            Example::Dockerfile(
                "FROM node:24-slim\nRUN --mount=type=secret,id=t,required=true npm config set //r.corp.io/:_authToken $(cat /run/secrets/t) && npm ci\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22\nRUN --mount=type=secret,id=t,env=TOKEN,required=true echo \"token: $TOKEN\" && ./get\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22\nRUN --mount=type=secret,id=t,required=true set -ex; wget --header \"X: $(cat /run/secrets/t)\" https://x.io/a\n",
            ),
            Example::Dockerfile("FROM alpine:3.22\nRUN --mount=type=secret,id=t ./get\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM node:24-slim\nRUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required=true npm ci\n",
            ),
            Example::Dockerfile(
                "FROM node:24-slim\nRUN --mount=type=secret,id=n,required=true cp /run/secrets/n .npmrc && npm ci && rm .npmrc\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22\nRUN --mount=type=secret,id=t,env=T,required=true --mount=type=tmpfs,target=/t echo \"$T\" > /t/x && ./get /t/x\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22\nRUN --mount=type=secret,id=t,required=true T=$(cat /run/secrets/t) && curl -H \"X: $T\" https://x.io/a > a && test -n \"$T\"\n",
            ),
            // It is there on some machines only, and the script looks.
            Example::Dockerfile(
                "FROM alpine:3.22\nRUN --mount=type=secret,id=t if [ -f /run/secrets/t ]; then ./get; fi\n",
            ),
        ],
        equivalents: &[],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for run in &view.runs {
            let Some(mounts) = SecretMounts::of(build, run) else { continue };
            for command in &run.commands {
                look(build, view, run, &mounts, command, found);
            }
            not_required(build, run, found);
        }
    }
}

/// Programs whose output is what they are given.
const PASSES_ON: [&str; 13] =
    ["cat", "echo", "printf", "base64", "envsubst", "sed", "tr", "head", "tail", "tee", "awk", "cut", "xxd"];

fn look(
    build: &Build<'_>,
    view: &StageView<'_>,
    run: &Run<'_>,
    mounts: &SecretMounts,
    command: &Command,
    found: &mut Found,
) {
    let help =
        "mount it where the tool looks for it, or write to a `--mount=type=tmpfs`, or remove the file in this RUN";
    let given = mounts.in_words(build, command);
    if command.xtrace && given && !command.is(&["set"]) {
        let at = build.at(found, command.name_span.clone());
        found
            .add(at, "`set -x` prints the content of a secret mount into the log of the build")
            .help("leave `set -x` out of this RUN, or write `set +x` before the secret is used");
        return;
    }
    if keeps(command) && given && !undone(run, command) {
        let at = build.at(found, command.span.clone());
        let finding =
            found.add(at, format!("`{}` writes the content of a secret mount into a file of the image", command.name));
        by_stage(finding.help(help), view);
        return;
    }
    if command.is(&["cp", "mv", "install", "dd"]) {
        let from = command.args.iter().any(|arg| {
            mounts.is_file(arg.text()) || arg.text().strip_prefix("if=").is_some_and(|path| mounts.is_file(path))
        });
        let to = command.args.iter().rev().find(|arg| !arg.start.starts_with('-'));
        let Some(to) = to.filter(|_| from) else { return };
        let path = to.value.as_deref().unwrap_or(&to.start);
        let path = path.strip_prefix("of=").unwrap_or(path);
        if !mounts.is_file(path) && stays(run, command, path) {
            let at = build.at(found, command.span.clone());
            let finding =
                found.add(at, format!("`{}` copies a secret mount to `{}`", command.name, shown(build, path, to)));
            by_stage(finding.help(help), view);
        }
        return;
    }
    if !command.is(&PASSES_ON) || !(given || mounts.reads(command)) {
        return;
    }
    // What a pipeline ends in decides.
    let pipeline = run.pipeline(command);
    let behind = pipeline.iter().skip_while(|other| !std::ptr::eq(**other, command));
    if behind.clone().any(|other| !other.is(&PASSES_ON)) {
        return;
    }
    let Some(last) = behind.last() else { return };
    let tee = last.is(&["tee"]).then(|| last.args.iter().find(|arg| !arg.start.starts_with('-'))).flatten();
    let output = last.written().filter(|redirect| redirect.descriptor.is_none_or(|number| number == 1)).last();
    let to = output.map(|redirect| &redirect.target).into_iter().chain(tee).find(|arg| {
        let path = arg.value.as_deref().unwrap_or(&arg.start);
        !mounts.is_file(path) && stays(run, command, path)
    });
    if let Some(to) = to {
        let path = to.value.as_deref().unwrap_or(&to.start);
        let at = build.at(found, command.span.clone());
        let message = format!("the content of a secret mount is written to `{}`", shown(build, path, to));
        by_stage(found.add(at, message).help(help), view);
    } else if output.is_none()
        && !command.substitution
        && !command.guarded
        && (tee.is_none() || tee.is_some_and(|arg| arg.is("/dev/stdout")))
        && !has_other_output(last)
    {
        let at = build.at(found, command.span.clone());
        found
            .add(at, "the content of a secret mount is printed into the log of the build")
            .help("leave it out; `test -s` says whether the secret is there");
    }
}

/// `>&2` and `>&3` are no file of the image, but the log or something that is not known.
fn has_other_output(command: &Command) -> bool {
    command.redirects.iter().any(|redirect| redirect.operator.starts_with(">&") && !redirect.target.is("2"))
        || command.is(&["sed"]) && command.short('i').is_some()
}

/// A place for a message: the path as it is known or written.
fn shown<'p>(build: &'p Build<'_>, path: &'p str, arg: &crate::check::subject::Arg) -> &'p str {
    if arg.value.is_some() { path } else { build.text.get(arg.span.clone()).unwrap_or(path).trim_matches('"') }
}

/// Commands that write their words into the settings of a tool.
fn keeps(command: &Command) -> bool {
    let words: Vec<&str> =
        command.args.iter().map(|arg| arg.start.as_str()).filter(|word| !word.starts_with('-')).collect();
    let begins = |start: &[&str]| words.len() > start.len() && words.starts_with(start);
    if takes_back(command) {
        return false;
    }
    match command.name.as_str() {
        "npm" | "pnpm" | "yarn" | "pip" | "pip3" | "poetry" | "composer" | "bundle" | "go" => {
            let sets = begins(&["config", "set"]) || begins(&["set"]);
            sets || (begins(&["config"]) && matches!(command.name.as_str(), "poetry" | "composer" | "bundle"))
        }
        "git" => begins(&["config"]) && command.flag(&["--global", "--system"]).is_some(),
        "aws" => begins(&["configure", "set"]),
        "dotnet" => begins(&["nuget", "add", "source"]),
        _ => false,
    }
}

/// Whether the same RUN takes back what a tool was told to keep.
fn undone(run: &Run<'_>, command: &Command) -> bool {
    run.after(command).iter().any(|later| {
        let mut words = later.args.iter().map(|arg| arg.start.as_str());
        let removes = later.is(&["rm", "shred", "unlink"]);
        (removes && words.any(is_settings)) || (later.name == command.name && takes_back(later))
    })
}

fn takes_back(command: &Command) -> bool {
    let back = ["--unset", "--unset-all", "--remove-section", "delete", "unset", "logout", "remove", "rm"];
    command.args.iter().any(|arg| back.contains(&arg.start.as_str()))
}

fn is_settings(word: &str) -> bool {
    let name = word.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    matches!(
        name,
        ".npmrc"
            | ".yarnrc"
            | ".yarnrc.yml"
            | ".gitconfig"
            | ".netrc"
            | ".git-credentials"
            | "pip.conf"
            | ".pip"
            | "auth.json"
            | "auth.toml"
            | ".aws"
            | "credentials"
            | ".composer"
            | "config"
            | "NuGet.Config"
            | ".config"
    )
}

/// Whether what is written to a path is in the layer behind the RUN: on no mount, no device, and not removed.
fn stays(run: &Run<'_>, command: &Command, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    if path.is_empty() || path.starts_with("/dev/") || path.starts_with("/proc/") || path.starts_with('&') {
        return false;
    }
    if run.is_mounted(path, &["tmpfs", "cache", "secret", "bind"]) || path.starts_with("/run/secrets/") {
        return false;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let removes = |later: &Command| {
        later.is(&["rm", "shred", "unlink", "trap"])
            && later.args.iter().any(|arg| {
                let word = arg.value.as_deref().unwrap_or(&arg.start).trim_end_matches('/');
                word.ends_with(name)
                    || (!word.is_empty() && path.strip_prefix(word).is_some_and(|rest| rest.starts_with('/')))
                    || (later.name == "trap" && word.contains(name))
                    || word.trim_end_matches('*').len() < word.len() && path.starts_with(word.trim_end_matches('*'))
            })
    };
    // A trap is set before the file is there.
    !run.after(command).iter().any(removes) && !run.commands_named(&["trap"]).any(removes)
}

fn not_required(build: &Build<'_>, run: &Run<'_>, found: &mut Found) {
    for mount in run.mounts.iter().filter(|mount| mount.kind() == "secret") {
        let file =
            mount.target().map_or_else(|| format!("/run/secrets/{}", mount.id().unwrap_or_default()), str::to_owned);
        let variable = mount.get(&["env"]);
        let looks = |command: &Command| {
            command.is(&["[", "[[", "test"])
                && command.args.iter().any(|arg| {
                    let written = build.text.get(arg.span.clone()).unwrap_or_default();
                    written.contains(&file) || variable.is_some_and(|name| written.contains(name))
                })
        };
        if mount.is_on("required") || run.commands.iter().any(looks) {
            continue;
        }
        let at = build.at(found, mount.span.clone());
        found
            .add(at, "without `required=true` the step runs without the secret where it is not given")
            .severity(Severity::Note)
            .pedantic()
            .help("add `,required=true` to the mount");
    }
}
