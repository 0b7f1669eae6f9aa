//! `user-root`

use crate::bases::Entrypoint;
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Origin, Program, ScriptFile, Service};
use crate::dockerfile::Kind;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "user-root",
        family: Family::User,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "The service runs as root",
        why: "Root in a container is root on the host but for a few walls: whoever breaks into the program may write \
              every file of the image and of its mounts, install tools, and use each hole in the kernel or the engine. \
              It is judged for the stage that is built, base image included: a build stage may be root, and a file without \
              `USER` is fine where the base has one. It is an error only where it is certain: an image that nobody knows is a \
              note for `--pedantic`, an entrypoint that steps down to its own user is a note, so is a shell or an interpreter to type into, and where this file starts \
              nothing there is nothing to say.",
        instead: "Create a user with a fixed uid and end the last stage with it, `RUN useradd --no-log-init --uid 10001 app` and \
                  `USER 10001`, or take a base that has one: `nginxinc/nginx-unprivileged`, distroless `:nonroot`.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nCOPY server /\nCMD [\"/server\"]\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nUSER node\nUSER root\nCMD [\"node\", \"a.js\"]\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nUSER \"0:0\"\nCMD [\"node\", \"a.js\"]\n"),
            Example::Dockerfile("FROM scratch\nCOPY server /\nENTRYPOINT [\"/server\"]\n"),
            Example::Dockerfile("FROM nginx:1.30-alpine3.24\nCOPY dist /usr/share/nginx/html\n"),
            // For --pedantic: nobody knows what the image says.
            Example::Dockerfile("FROM registry.example/base:1\nCMD [\"/server\"]\n"),
        ],
        good: &[
            Example::Dockerfile("FROM node:26-trixie-slim\nUSER node\nCMD [\"node\", \"a.js\"]\n"),
            Example::Dockerfile("FROM node:26-trixie-slim\nCMD [\"node\", \"a.js\"]\nUSER \"node\"\n"),
            // The base has a user of its own.
            Example::Dockerfile("FROM gcr.io/distroless/static-debian13:nonroot\nCOPY server /\nCMD [\"/server\"]\n"),
            Example::Dockerfile("FROM nginxinc/nginx-unprivileged:1.30-alpine3.24\nCOPY dist /usr/share/nginx/html\n"),
            // Resolved to somebody, or to nobody knows whom.
            Example::Dockerfile("FROM debian:13-slim\nARG UID=1000\nUSER ${UID}\nCMD [\"/server\"]\n"),
            Example::Dockerfile("FROM debian:13-slim\nARG UID\nUSER ${UID}\nCMD [\"/server\"]\n"),
            // Root in a build stage.
            Example::Dockerfile(
                "FROM golang:1.26 AS build\nUSER root\nRUN go build -o /server .\nFROM gcr.io/distroless/static-debian13:nonroot\n\
                 COPY --from=build /server /\nCMD [\"/server\"]\n",
            ),
            // It carries files.
            Example::Dockerfile("FROM scratch\nCOPY dist /\n"),
            // A list of images, kept for a tool that updates it.
            Example::Dockerfile("FROM debian:13-slim AS debian\nFROM alpine:3.24 AS alpine\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3002"]),
            ("trivy", &["DS-0002"]),
            ("checkov", &["CKV_DOCKER_3", "CKV_DOCKER_8"]),
            ("dockle", &["CIS-DI-0001"]),
            ("kics", &["fd54f200", "67fd0c4a"]),
            ("semgrep", &["last-user-is-root", "missing-user", "missing-user-entrypoint"]),
        ],
        cis: &["4.1"],
        point: Some(Point::NonRoot),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let view = build.target();
    if view.user.root == Some(false) || is_no_program(build) {
        return;
    }
    if view.user.root.is_none() {
        // A written user of which nothing is known is not judged, nor an image that only its builder knows.
        if view.user.at.is_none() && !matches!(view.origin, Origin::Scratch) && starts_something(build) {
            let at = build.at(found, build.absence());
            found
                .add(at, "nothing is known of the base image's user, and no USER is written")
                .severity(Severity::Note)
                .confidence(Confidence::Likely)
                .pedantic()
                .help("write a USER: then it does not depend on the base");
        }
        return;
    }
    let program = build.program();
    let written = view.user.at.and_then(|at| build.file.instructions.get(at));
    let at = build.at(found, written.map_or_else(|| build.absence(), |user| user.span.clone()));
    let message = match (written, view.origin.reference()) {
        (Some(_), _) => "the last USER is root".to_owned(),
        (None, Some(reference)) => {
            let name = reference.repository.rsplit('/').next().unwrap_or_default();
            let tag = reference.tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
            format!("no USER is written, and `{name}{tag}` runs as root")
        }
        (None, None) => "no USER is written: it runs as root".to_owned(),
    };
    let step_down = steps_down(build, program);
    if step_down || set_by_compose(build) || set_by_editor(build) || is_action(build) || is_typed_into(build) {
        let finding = found.add(at, message).severity(Severity::Note).confidence(Confidence::Likely);
        finding.help(if step_down {
            "its entrypoint starts as root and goes on as another user; a USER would spare it that"
        } else {
            "write the USER here too, so that it holds wherever the image runs"
        });
    } else if !starts_something(build) {
        // Somebody else says what is started, and may say as whom.
        found.add(at, message).severity(Severity::Note).pedantic().help("write a USER for those who build on it");
    } else {
        // What cannot be read may step down, and a supervisor often does.
        let unsure = program.opaque || program.supervisor;
        let severity = match (unsure, build.dev) {
            (false, false) => Severity::Error,
            (true, false) | (false, true) => Severity::Warning,
            (true, true) => Severity::Note,
        };
        let finding = found.add(at, message).severity(severity).help(HELP);
        if unsure {
            finding.confidence(Confidence::Likely);
        }
    }
}

const HELP: &str = "create a user with a fixed uid, and write `USER` with it at the end of the last stage";

/// Nothing of the chain is an instruction that makes an image of its own, or it is a carrier of files.
fn is_no_program(build: &Build<'_>) -> bool {
    let bare = build.chain(build.target).all(|view| {
        build.instructions(view).all(|(_, instruction)| matches!(instruction.kind, Kind::Arg(_) | Kind::Label(_)))
    });
    bare || build.is_artifact() || is_vendored(build.path) || is_function(build)
}

/// A file of somebody else's.
fn is_vendored(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "vendor" | "third_party" | "third-party" | "node_modules"))
}

/// Functions on AWS Lambda run as a user of the platform, whatever the image says.
fn is_function(build: &Build<'_>) -> bool {
    build.target().origin.reference().is_some_and(|reference| {
        reference.repository.split('/').any(|part| part == "lambda" || part.starts_with("aws-lambda"))
    })
}

/// A CMD or ENTRYPOINT of the file, a server of the base, or a command in compose.
fn starts_something(build: &Build<'_>) -> bool {
    let view = build.target();
    view.image.cmd.is_some()
        || view.image.entrypoint.is_some()
        || view.origin.base().is_some_and(|base| base.serves)
        || build.services.iter().any(|service| service.command().is_some() || service.entrypoint().is_some())
}

fn steps_down(build: &Build<'_>, program: &Program<'_>) -> bool {
    let view = build.target();
    let by_base = view.image.entrypoint.is_none()
        && view.origin.base().is_some_and(|base| base.entrypoint == Entrypoint::StepDown);
    const STARTERS: [&str; 7] = ["gosu", "su-exec", "setpriv", "runuser", "chpst", "su", "capsh"];
    let names = |name: &str| STARTERS.contains(&name) || name == "s6-setuidgid" || name == "step-down";
    let by_command = program
        .commands
        .iter()
        .any(|command| names(&command.name) || command.prefixes.iter().any(|(name, _)| names(name)));
    let by_script = program.scripts.iter().any(ScriptFile::steps_down);
    // The entrypoint cannot be read, but what it needs to step down is installed.
    let installed = program.opaque
        && build.runs_of_chain(build.target).flat_map(|run| &run.commands).any(|command| {
            let starts = |text: &str| text.starts_with("gosu") || text.starts_with("su-exec") || text.contains("/gosu");
            names(&command.name) || command.args.iter().any(|arg| starts(&arg.start))
        });
    let named = (program.opaque || program.supervisor) && names_a_starter(build);
    by_base || by_command || by_script || installed || named || copies_a_starter(build)
}

/// A word of the shipped stages is a program to step down with: `ARG PACKAGES="curl gosu"`.
fn names_a_starter(build: &Build<'_>) -> bool {
    let words =
        |text: &str| text.split_ascii_whitespace().any(|word| matches!(word.trim_matches('"'), "gosu" | "su-exec"));
    build.shipped().any(|view| {
        build
            .instructions(view)
            .filter(|(_, instruction)| matches!(instruction.kind, Kind::Arg(_) | Kind::Env(_)))
            .any(|(_, instruction)| build.text.get(instruction.span.clone()).is_some_and(words))
    })
}

/// `COPY --from=tianon/gosu`, for an entrypoint that is not read.
fn copies_a_starter(build: &Build<'_>) -> bool {
    build.shipped().any(|view| {
        build.instructions(view).any(|(_, instruction)| match &instruction.kind {
            Kind::Copy(copy) => {
                copy.from.as_ref().is_some_and(|from| from.value.contains("gosu") || from.value.contains("su-exec"))
            }
            _ => false,
        })
    })
}

/// A shell or an interpreter that somebody types into: an image to build on or to work in, which serves nobody.
fn is_typed_into(build: &Build<'_>) -> bool {
    const TYPED: [&str; 20] = [
        "sh",
        "bash",
        "ash",
        "zsh",
        "fish",
        "pwsh",
        "powershell",
        "powershell.exe",
        "cmd",
        "python",
        "python3",
        "node",
        "irb",
        "php",
        "perl",
        "R",
        "jshell",
        "iex",
        "ghci",
        "julia",
    ];
    let image = &build.target().image;
    let commanded = build.services.iter().any(|service| service.command().is_some() || service.entrypoint().is_some());
    let wrapped = image.entrypoint.as_ref().is_none_or(|entrypoint| entrypoint.value.len() < 2);
    // Of an ENTRYPOINT alone, or of the CMD that it is given.
    let words = image.cmd.as_ref().filter(|cmd| !cmd.value.is_empty()).or(image.entrypoint.as_ref());
    let Some((first, rest)) = words.and_then(|words| words.value.split_first()) else { return false };
    let name = first.rsplit(['/', '\\']).next().unwrap_or(first);
    !commanded && wrapped && TYPED.contains(&name) && rest.iter().all(|word| word.starts_with('-'))
}

/// The editor works in it as another user, and nothing else starts it.
fn set_by_editor(build: &Build<'_>) -> bool {
    let folder = build.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if !folder.split('/').any(|part| part == ".devcontainer") || !build.workspace.has_tree {
        return false;
    }
    let Some(text) = build.workspace.tree.read(&format!("{folder}/devcontainer.json")) else { return false };
    ["\"remoteUser\"", "\"containerUser\""].iter().any(|key| {
        let value = text.split(key).nth(1).and_then(|rest| rest.split('"').nth(1));
        value.is_some_and(|user| !matches!(user, "root" | "0" | ""))
    })
}

/// Every service that builds the target sets another user, or one that is not known.
fn set_by_compose(build: &Build<'_>) -> bool {
    let other = |service: &Service<'_>| {
        service.scalar("user").is_some_and(|user| match user.text.known_or_default() {
            Some(user) => !matches!(user.split(':').next().unwrap_or_default(), "" | "root" | "0"),
            None => true,
        })
    };
    !build.services.is_empty() && build.services.iter().all(other)
}

/// GitHub runs the container of an action as root and says that it must be:
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/dockerfile-support> (November 2026).
fn is_action(build: &Build<'_>) -> bool {
    let folder = build.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let beside = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    build.workspace.has_tree
        && ["action.yml", "action.yaml"].iter().any(|name| build.workspace.tree.exists(&beside(name)))
}
