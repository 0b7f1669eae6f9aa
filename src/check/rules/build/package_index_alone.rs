//! `package-index-alone`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Build;
use crate::check::subject::Run;
use crate::check::subject::packages::{Action, Family as Packages, Kind, actions, of_command};
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "package-index-alone",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A package index is fetched in a RUN that installs nothing",
        why: "The layer with the index is cached: when the list of packages changes later, the build takes the old index, \
              installs versions with known holes, or fails because they are gone. The index also stays in the image. \
              `yum update`, `dnf update` and `zypper update` upgrade packages and are no fetching of an index.",
        instead: "Update and install in one RUN: `apt-get update && apt-get install -y --no-install-recommends ...`.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get update\nRUN apt-get install -y curl\n"),
            Example::Dockerfile("FROM alpine:3.22\nRUN apk update\nRUN apk add curl\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN rm -f /x && apt-get -qq update && mkdir /y\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get update; apt-get install -y curl\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get update && apt-get upgrade -y\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN --mount=type=cache,target=/var/lib/apt/lists apt-get update\n",
            ),
            // What the script does is not known.
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get update && ./install.sh\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN echo apt-get update\n"),
            Example::Dockerfile("FROM fedora:43\nRUN yum update -y\n"),
        ],
        equivalents: &[
            ("trivy", &["DS-0017"]),
            ("checkov", &["CKV_DOCKER_5"]),
            ("dockle", &["CIS-DI-0007"]),
            ("kics", &["9bae49be"]),
        ],
        cis: &["4.7"],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

/// Programs that install no packages of the distribution.
const PLAIN: &[&str] = &[
    "",
    ":",
    "[",
    "[[",
    "apt-cache",
    "apt-config",
    "apt-key",
    "apt-mark",
    "awk",
    "cat",
    "cd",
    "chmod",
    "chown",
    "cp",
    "curl",
    "cut",
    "date",
    "dirname",
    "dpkg",
    "dpkg-query",
    "dpkg-reconfigure",
    "echo",
    "exit",
    "export",
    "false",
    "find",
    "gpg",
    "grep",
    "groupadd",
    "head",
    "id",
    "install",
    "ln",
    "locale-gen",
    "ls",
    "lsb_release",
    "mkdir",
    "mv",
    "node",
    "npm",
    "pip",
    "pip3",
    "printf",
    "pwd",
    "rm",
    "sed",
    "set",
    "sleep",
    "sort",
    "tail",
    "tar",
    "tee",
    "test",
    "touch",
    "tr",
    "true",
    "uname",
    "unset",
    "unzip",
    "update-ca-certificates",
    "useradd",
    "usermod",
    "wget",
    "which",
    "add-apt-repository",
    "apt-add-repository",
    "adduser",
    "addgroup",
    "command",
];

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for run in &view.runs {
            let actions = actions(run);
            for update in actions.iter().filter(|action| action.kind == Kind::Update) {
                if !is_alone(update, &actions, run) {
                    continue;
                }
                let (span, name) = update.named();
                let at = build.at(found, span);
                let finding = found.add(at, format!("{name} fetches the index in a RUN that installs nothing"));
                finding.help("move it into the RUN that installs: `update && install`");
                if !view.shipped {
                    finding.severity(Severity::Note);
                }
            }
        }
    }
}

fn is_alone(update: &Action<'_>, actions: &[Action<'_>], run: &Run<'_>) -> bool {
    let family = update.manager.family();
    let used = |action: &Action<'_>| {
        let installs = action.kind.installs() || matches!(action.kind, Kind::Download);
        action.manager.family() == family && installs && action.kind != Kind::Update
    };
    let unread = run.commands.iter().any(|command| {
        let managed = of_command(command).is_some();
        // A command of apt that is not known may use the index: `apt-get changelog`.
        (command.name.is_empty() && command.assignments.is_empty())
            || (!managed && !PLAIN.contains(&command.name.as_str()))
    });
    let unclear = actions.iter().any(|action| action.manager.family() == family && action.unclear);
    let lists = match family {
        Packages::Apt => "/var/lib/apt/lists",
        Packages::Apk => "/var/cache/apk",
        Packages::Dnf => "/var/cache/dnf",
        Packages::Zypper => "/var/cache/zypp",
        _ => "/var/lib/pacman/sync",
    };
    let mounted = run.is_mounted(lists, &["cache", "tmpfs"])
        || run.is_mounted("/var/cache/yum", &["cache", "tmpfs"])
        || run.is_mounted("/etc/apk/cache", &["cache"]);
    !actions.iter().any(used) && !unread && !unclear && !mounted
}
