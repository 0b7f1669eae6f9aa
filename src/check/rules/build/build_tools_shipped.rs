//! `build-tools-shipped`

use crate::bases::Sdk;
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::packages::{Action, Kind, actions};
use crate::check::subject::{Build, Run};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "build-tools-shipped",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "Compilers and headers ship with the service",
        why: "Nothing of them is needed once the service is built; they make the image larger, bring vulnerabilities of \
              their own, and are tools at hand for whoever breaks in.",
        instead: "Build in a stage of its own and copy the result into a slim image: `COPY --from=build`. If there is one \
                  stage only, remove them in the RUN that installs them (`apk add --virtual .build ... && apk del .build`).",
        bad: &[
            Example::Dockerfile("FROM golang:1.25\nCOPY . .\nRUN go build -o /app\nCMD [\"/app\"]\n"),
            Example::Dockerfile(
                "FROM python:3.14-slim\nRUN apt-get update && apt-get install -y gcc libpq-dev\nCMD [\"python\", \"a.py\"]\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22\nRUN apk add --no-cache build-base\nRUN apk del build-base\nCMD [\"/a\"]\n",
            ),
            Example::Dockerfile("FROM node:24\nCOPY . .\nCMD [\"node\", \"a.js\"]\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM golang:1.25 AS build\nRUN go build -o /app\nFROM debian:13-slim\nCOPY --from=build /app /app\nCMD [\"/app\"]\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22\nRUN apk add --no-cache --virtual .b gcc musl-dev && make && apk del .b\nCMD [\"/a\"]\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN apt-get install -y gcc && make && apt-get purge -y --auto-remove gcc\nCMD [\"/a\"]\n",
            ),
            Example::Dockerfile("FROM maven:3-eclipse-temurin-25\nENTRYPOINT [\"/entrypoint.sh\"]\nCMD [\"mvn\"]\n"),
            // An image of tools, on purpose.
            Example::Dockerfile("FROM golang:1.25\nRUN apt-get update && apt-get install -y gcc\n"),
            Example::Dockerfile(
                "FROM golang:1.25\nCOPY reflex.conf /\nENTRYPOINT [\"reflex\", \"-c\", \"/reflex.conf\"]\n",
            ),
            Example::Dockerfile(
                "FROM node:24-slim\nENV NODE_ENV=development\nRUN apt-get update && apt-get install -y g++\nCMD [\"/start.sh\"]\n",
            ),
            Example::Dockerfile("FROM openjdk:11-jre-slim\nCOPY a.jar /\nCMD [\"java\", \"-jar\", \"/a.jar\"]\n"),
            Example::Dockerfile("FROM registry.example.com/our-sdk:1\nCOPY . .\nCMD [\"/a\"]\n"),
            Example::Files(&[("Dockerfile.dev", "FROM golang:1.25\nCOPY . .\nCMD [\"go\", \"run\", \".\"]\n")]),
        ],
        equivalents: &[],
        cis: &["4.3"],
        point: Some(Point::MultiStage),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

/// Images whose plain tags hold compilers, and that have `-slim` ones without.
const SLIM: [&str; 4] = ["node", "perl", "python", "ruby"];

/// Commands that are there to build with, or to try out a language.
const TOOLS: [&str; 27] = [
    "sh", "bash", "ash", "zsh", "fish", "sleep", "tail", "mvn", "gradle", "go", "cargo", "rustc", "gcc", "make",
    "swift", "jshell", "node", "python", "python3", "irb", "ruby", "perl", "php", "ghci", "iex", "julia", "R",
];

/// Programs that build and start again whenever a file changes.
const WATCHERS: [&str; 8] = ["air", "CompileDaemon", "entr", "fresh", "gow", "nodemon", "reflex", "watchexec"];

fn check(build: &Build<'_>, found: &mut Found) {
    if build.is_for_development() || !starts_a_service(build) {
        return;
    }
    if let Some(base) = build.target().origin.base() {
        let reference = build.target().origin.reference();
        let name = reference.map_or("", |reference| reference.repository.rsplit('/').next().unwrap_or_default());
        // The `FROM` that names it stands in the first stage of the chain.
        let root = build.shipped().next().map_or_else(|| build.absence(), |view| build.from(view).span.clone());
        match base.sdk {
            Sdk::Full => {
                let at = build.at(found, root);
                let java = ["temurin", "corretto", "openjdk", "zulu", "liberica", "semeru"]
                    .iter()
                    .any(|jdk| name.contains(jdk));
                let help = if java {
                    "run it on a JRE, such as `eclipse-temurin:25-jre`, or on what `jlink` makes"
                } else {
                    "copy what is built into a slim image: `COPY --from=build`"
                };
                found.add(at, format!("`{name}` is an image to build with, and the service ships in it")).help(help);
                return;
            }
            Sdk::Light if SLIM.contains(&name) => {
                let at = build.at(found, root);
                found
                    .add(at, format!("this `{name}` image holds compilers; it has a variant without"))
                    .severity(Severity::Note)
                    .help("take a `-slim` or `-alpine` tag, and build in a stage before it");
            }
            // The others have no variant without.
            Sdk::Light | Sdk::No => {}
        }
    }
    for run in build.shipped().flat_map(|view| &view.runs) {
        let all = actions(run);
        for (at, action) in all.iter().enumerate().filter(|(_, action)| action.kind == Kind::Install) {
            if is_taken_away(run, action, &all[at + 1..]) {
                continue;
            }
            let tools: Vec<_> = action.packages.iter().filter(|package| is_build_tool(package.name)).collect();
            let (Some(first), Some(last)) = (tools.first(), tools.last()) else { continue };
            if !action.manager.is_system() || action.is_dry() {
                continue;
            }
            let gone = |name: &str| {
                all[at + 1..].iter().any(|other| {
                    other.kind == Kind::Remove
                        && other.packages.iter().any(|package| package.name == name || package.arg.value.is_none())
                })
            };
            let left: Vec<&str> = tools.iter().map(|tool| tool.name).filter(|name| !gone(name)).collect();
            if left.is_empty() {
                continue;
            }
            let names: Vec<String> = left.iter().take(4).map(|name| format!("`{name}`")).collect();
            let more = if left.len() > 4 { format!(" and {} more", left.len() - 4) } else { String::new() };
            let span = first.arg.span.start..last.arg.span.end.max(first.arg.span.end);
            let at = build.at(found, span);
            let finding = found.add(at, format!("{}{more} only helps to build, and ships", names.join(", ")));
            finding.help("build in a stage before it, or remove it in the same RUN");
            // Headers alone come along with libraries that are used.
            if left.iter().all(|name| !is_compiler(name)) {
                finding.severity(Severity::Note);
            }
        }
    }
}

/// Whether something is started in the image that is no shell.
fn starts_a_service(build: &Build<'_>) -> bool {
    let image = &build.target().image;
    let words = image.entrypoint.iter().chain(&image.cmd).flat_map(|setting| &setting.value);
    let words: Vec<&String> = words.collect();
    let name = |word: &&String| word.rsplit('/').next().unwrap_or(word).to_owned();
    // `CMD ["mvn"]`, also behind an entrypoint of its own: an image of tools, on purpose.
    let tool = words.len() < 3 && words.last().map(name).is_some_and(|last| TOOLS.contains(&last.as_str()));
    // It builds anew whenever a file changes, or its environment says what it is for.
    let watches = words.first().map(name).is_some_and(|first| WATCHERS.contains(&first.as_str()));
    let develops = ["NODE_ENV", "RAILS_ENV", "APP_ENV", "FLASK_ENV", "ASPNETCORE_ENVIRONMENT"]
        .iter()
        .any(|name| build.target().image.known(name).is_some_and(|value| value.eq_ignore_ascii_case("development")));
    let waits = words.first().map(name).is_some_and(|first| matches!(first.as_str(), "sleep" | "tail"));
    !words.is_empty() && !tool && !waits && !watches && !develops
}

/// Whether a later step of the RUN takes away what this one installed, as a group or all that nobody needs.
fn is_taken_away(run: &Run<'_>, action: &Action<'_>, later: &[Action<'_>]) -> bool {
    let group = action.option(&["-t", "--virtual"]);
    let removed =
        later.iter().filter(|other| other.kind == Kind::Remove && other.manager.family() == action.manager.family());
    let by_group = |other: &Action<'_>| {
        let names = other.packages.iter().any(|package| {
            package.arg.value.is_none()
                || group.is_some_and(|group| group.value.is_none_or(|name| name == package.arg.text()))
        });
        other.unclear || names && group.is_some()
    };
    // `apt-mark auto '.*'` and what is like it: what is left is worked out there.
    let marked = run.commands_named(&["apt-mark"]).any(|command| command.args.iter().any(|arg| arg.is("auto")));
    marked || removed.into_iter().any(by_group)
}

fn is_compiler(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    matches!(
        stem,
        "build-essential"
            | "build-base"
            | "gcc"
            | "g++"
            | "gcc-c++"
            | "clang"
            | "make"
            | "cmake"
            | "meson"
            | "ninja"
            | "ninja-build"
            | "autoconf"
            | "automake"
            | "libtool"
            | "bison"
            | "flex"
            | "cargo"
            | "rust"
            | "rustc"
            | "golang"
            | "golang-go"
            | "maven"
            | "gradle"
            | "base-devel"
            | "gfortran"
            | "nasm"
            | "yasm"
            | "alpine-sdk"
    ) || name.starts_with("gcc-") && name[4..].starts_with(|c: char| c.is_ascii_digit())
        || name.starts_with("openjdk") && (name.contains("-jdk"))
}

fn is_build_tool(name: &str) -> bool {
    is_compiler(name) || name.ends_with("-dev") || name.ends_with("-devel")
}
