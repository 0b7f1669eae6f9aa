//! `package-cache-shipped`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::packages::{Cache, Family as Packages, Kind, Left, Manager, actions, caches, of_command};
use crate::check::subject::{Build, Run, written};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "package-cache-shipped",
        family: Family::Build,
        severity: Severity::Note,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "The cache of a package manager ships",
        why: "What a RUN leaves is in its layer for good: a later RUN that removes it only hides it. Lists and downloads \
              make the image larger and help nobody in it. pnpm and bun link their store into the project, so that \
              nothing is there twice: they are not looked at, nor is a stage that does not ship. Any value of \
              `PIP_NO_CACHE_DIR` switches pip's cache off, `0` too.",
        instead: "Switch the cache off (`apk add --no-cache`, `pip install --no-cache-dir`), remove it in the same RUN \
                  behind the installation (`rm -rf /var/lib/apt/lists/*`, `dnf clean all`), or mount it: \
                  `RUN --mount=type=cache,target=...`.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get update && apt-get install -y curl\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN apt-get update && apt-get install -y curl && apt-get clean\n",
            ),
            Example::Dockerfile("FROM alpine:3.22\nRUN apk add curl\n"),
            Example::Dockerfile("FROM python:3.14-slim\nRUN pip install --upgrade -r requirements.txt\n"),
            Example::Dockerfile("FROM python:3.14-slim\nRUN uv pip install --system -r requirements.txt\n"),
            // What an image that is built on this one will do.
            Example::Dockerfile("FROM python:3.14-slim\nONBUILD RUN pip install -r requirements.txt\n"),
            Example::Dockerfile("FROM fedora:43\nRUN dnf clean all && dnf install -y gcc\n"),
            Example::Dockerfile("FROM fedora:43\nRUN dnf -y swap curl-minimal curl\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN apt-get update && apt-get install -y curl\nRUN rm -rf /var/lib/apt/lists/*\n",
            ),
        ],
        good: &[
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN apt-get update && apt-get install -y curl \\\n && rm -r /var/lib/apt/lists /var/cache/{apt,debconf}\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN apt-get update && apt-get install -y curl && apt-get dist-clean\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN apt-get update && apt-get install -y curl && find /var/lib/apt/lists -type f -delete\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y curl\n",
            ),
            Example::Dockerfile("FROM alpine:3.22\nRUN apk --no-cache add curl\n"),
            Example::Dockerfile("FROM alpine:3.22\nRUN apk --update add curl && rm -rf /var/cache/apk/*\n"),
            Example::Dockerfile(
                "FROM python:3.14-slim AS base\nENV PIP_NO_CACHE_DIR=1\nFROM base\nRUN pip install a==1\n",
            ),
            Example::Dockerfile("FROM python:3.14-slim\nRUN --mount=type=cache,target=/root/.cache pip install a==1\n"),
            Example::Dockerfile("FROM python:3.14-slim\nRUN pip install a==1 && rm -rf ~/.cache\n"),
            Example::Dockerfile(
                "FROM python:3.14-slim\nRUN uv pip install --no-cache a==1 && uv pip sync --no-cache-dir b\n",
            ),
            Example::Dockerfile("FROM debian:13 AS build\nRUN apt-get update\nFROM debian:13-slim\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3009", "DL3019", "DL3032", "DL3036", "DL3040", "DL3042", "DL3060"]),
            ("trivy", &["DS-0015", "DS-0019", "DS-0020", "DS-0025", "DS-0027"]),
            ("dockle", &["DKL-DI-0004", "DKL-DI-0005"]),
            ("kics", &["df746b39", "ae9c56a6", "f2f903fb", "00481784", "295acb63", "38300d1a"]),
            (
                "semgrep",
                &[
                    "missing-apk-no-cache",
                    "missing-dnf-clean-all",
                    "missing-pip-no-cache-dir",
                    "missing-yum-clean-all",
                    "missing-zypper-clean",
                    "remove-package-cache",
                    "remove-package-lists",
                ],
            ),
        ],
        cis: &["4.3"],
        point: Some(Point::Minimal),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in build.shipped() {
        for run in &view.runs {
            for left in caches(run) {
                let action = &left.by;
                let (span, name) = action.named();
                let at = build.at(found, span);
                let (what, help) = words(left.cache, action.manager);
                let edit = mend(build, run, &left, at.file);
                let finding = found.add(at, format!("{what} of {name} stays in the image")).help(help);
                if let Some((title, edit)) = edit {
                    finding.safe_fix(title, vec![edit]);
                }
            }
        }
    }
}

/// What stays, and what to write.
const fn words(cache: Cache, manager: Manager) -> (&'static str, &'static str) {
    match cache {
        Cache::AptLists => (
            "the list of packages",
            "end the same RUN with `rm -rf /var/lib/apt/lists/*`; a later RUN cannot take them out of this layer",
        ),
        Cache::Apk => ("the index", "write `apk add --no-cache`"),
        Cache::Dnf | Cache::Tdnf => ("the cache", "end the same RUN with `clean all`"),
        Cache::Zypper => ("the cache", "end the same RUN with `zypper clean --all`"),
        Cache::Pacman => ("the cache", "end the same RUN with `pacman -Scc --noconfirm`"),
        Cache::Pip if !matches!(manager, Manager::Pip) => {
            ("the cache", "set `PIP_NO_CACHE_DIR=1`, or mount the cache: `--mount=type=cache,target=...`")
        }
        Cache::Pip => {
            ("the cache", "write `--no-cache-dir`, or mount the cache: `--mount=type=cache,target=/root/.cache/pip`")
        }
        Cache::Uv => ("the cache", "mount it: `--mount=type=cache,target=/root/.cache/uv`"),
        Cache::Poetry => {
            ("the cache", "write `--no-cache`, or mount it: `--mount=type=cache,target=/root/.cache/pypoetry`")
        }
        Cache::Npm => (
            "the cache",
            "mount it (`--mount=type=cache,target=/root/.npm`), or end the same RUN with `npm cache clean --force`",
        ),
        Cache::Yarn => ("the cache", "mount it, or end the same RUN with `yarn cache clean`"),
        Cache::Composer => ("the cache", "write `--no-cache`, or mount it: `--mount=type=cache,target=/tmp/cache`"),
        Cache::Conda => ("the cache", "end the same RUN with `conda clean -afy`"),
    }
}

fn mend(build: &Build<'_>, run: &Run<'_>, left: &Left<'_>, file: usize) -> Option<(&'static str, Edit)> {
    let action = &left.by;
    let behind = |text: &str| {
        let end = written::end_of(build, action.verb?)?;
        Some(Edit { at: Location::new(file, end..end), text: text.to_owned() })
    };
    match left.cache {
        // `apk update` has no such option, and an index that a later RUN may want is left.
        Cache::Apk if action.verb_text() == "add" => Some(("write `--no-cache`", behind(" --no-cache")?)),
        Cache::Pip if action.verb_text() == "install" && action.manager == Manager::Pip => {
            Some(("write `--no-cache-dir`", behind(" --no-cache-dir")?))
        }
        Cache::AptLists => {
            // Only at the end of a plain chain of `&&`, and where nobody behind it lives on these lists.
            let last = run.commands.last()?;
            let plain = run.commands.iter().all(|command| {
                !command.conditional
                    && !command.guarded
                    && !command.subshell
                    && command.pipe.is_none()
                    && command.statement == 0
            });
            let heredoc = !run.instruction.heredocs.is_empty();
            let installs = run.commands.iter().any(|command| {
                of_command(command)
                    .is_some_and(|action| action.manager.family() == Packages::Apt && action.kind.installs())
            });
            let end = written::end_of_last(build, last, run.instruction.span.end)?;
            let text = " && rm -rf /var/lib/apt/lists/*".to_owned();
            (plain && !heredoc && installs && !used_later(build, run))
                .then(|| ("remove the lists in the same RUN", Edit { at: Location::new(file, end..end), text }))
        }
        _ => None,
    }
}

/// Whether a later RUN installs with the lists that this one leaves.
fn used_later(build: &Build<'_>, run: &Run<'_>) -> bool {
    let later = build.views.iter().flat_map(|view| &view.runs).filter(|other| other.at > run.at);
    later.into_iter().any(|other| {
        let first = actions(other).into_iter().find(|action| {
            action.manager.family() == Packages::Apt && (action.kind.installs() || action.kind == Kind::Update)
        });
        first.is_some_and(|action| action.kind != Kind::Update)
    })
}
