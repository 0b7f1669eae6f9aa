//! `package-unpinned`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Build;
use crate::check::subject::packages::{Action, Kind, Manager, Package, Version, actions};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "package-unpinned",
        family: Family::Build,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A package is installed without a version",
        why: "The same file builds something else tomorrow, and a package that was taken over is installed the day it is \
              published. Packages of a distribution are for `--pedantic`: their archives drop old versions, so that an \
              exact version breaks the build some day, and the digest of the base image is the better pin. `go install` \
              without a version takes the one of go.mod, and what npm, yarn or composer add to a project its lockfile \
              holds: they are not looked at.",
        instead: "Name the version (`npm install -g corepack@0.34.0`, `pip install 'gunicorn==23.*'`), or install from a \
                  lockfile.",
        bad: &[
            Example::Dockerfile("FROM python:3.14-slim\nRUN pip install gunicorn\n"),
            Example::Dockerfile("FROM node:24-slim\nRUN npm install -g pm2@latest\n"),
            Example::Dockerfile("FROM ruby:3.4-slim\nRUN gem install foreman\n"),
            Example::Dockerfile("FROM golang:1.25\nRUN go install example.com/tool@latest\n"),
            Example::Dockerfile("FROM rust:1.90\nRUN cargo install ripgrep\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get install -y curl\n"),
            Example::Dockerfile("FROM alpine:3.22\nRUN apk add --no-cache curl\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM python:3.14-slim\nRUN pip install -r requirements.txt && pip install . ./dist/a.whl\n",
            ),
            Example::Dockerfile(
                "FROM python:3.14-slim\nRUN pip install --upgrade pip setuptools && pip install 'a~=1.2' \"b[c]>=2\"\n",
            ),
            Example::Dockerfile(
                "FROM python:3.14-slim\nARG V\nRUN pip install -i https://x.y/z a==$V -c constraints.txt b\n",
            ),
            Example::Dockerfile("FROM node:24-slim\nRUN npm install -g a@^1 @b/c@2.0.0 && npm ci\n"),
            Example::Dockerfile(
                "FROM alpine:3.22\nRUN apk add --no-cache --virtual .deps -X https://x.y/z 'a~1' b=~2\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get install -y -t bookworm a=1 ./b.deb\n"),
            // PACKAGES is not known.
            Example::Dockerfile("FROM debian:13-slim\nARG PACKAGES\nRUN apt-get install -y $PACKAGES\n"),
            Example::Dockerfile("FROM golang:1.25\nRUN go install ./cmd/tool && go install a.b/c@v1.2.3\n"),
        ],
        equivalents: &[
            ("hadolint", &["DL3008", "DL3013", "DL3016", "DL3018", "DL3028", "DL3033", "DL3037", "DL3041", "DL3062"]),
            ("kics", &["965a08d7", "22cd11f7", "93d88cf7", "e36d8880", "6452c424", "562952e4", "02d9c71f", "d3499f6d"]),
        ],
        cis: &["4.3"],
        point: Some(Point::Version),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for action in view.runs.iter().flat_map(actions) {
            let open: Vec<&Package<'_>> = action.packages.iter().filter(|package| is_open(&action, package)).collect();
            let (Some(first), Some(last)) = (open.first(), open.last()) else { continue };
            let system = action.manager.is_system();
            if !system && !view.shipped {
                continue;
            }
            let names: Vec<String> = open.iter().take(3).map(|package| format!("`{}`", package.arg.text())).collect();
            let more = if open.len() > 3 { format!(" and {} more", open.len() - 3) } else { String::new() };
            let at = build.at(found, first.arg.span.start..last.arg.span.end.max(first.arg.span.end));
            let said = if open.iter().all(|package| package.version == Version::Latest) { "the latest" } else { "no" };
            let finding = found.add(at, format!("{}{more}: {said} version is asked for", names.join(", ")));
            if system {
                finding.pedantic();
            }
        }
    }
}

/// Whether a package may be another one tomorrow.
fn is_open(action: &Action<'_>, package: &Package<'_>) -> bool {
    let runs = action.manager == Manager::Go && action.kind == Kind::Execute;
    let installs = (action.kind == Kind::Install || runs) && !action.is_dry();
    // Their lockfile holds the version of what they add.
    let locked = match action.manager {
        Manager::Npm | Manager::Pnpm | Manager::Bun => !action.is_global(),
        Manager::Yarn | Manager::Composer => !action.is_global(),
        Manager::Uv => action.verb_text() == "add",
        Manager::Poetry | Manager::Pipenv | Manager::Bundle => true,
        Manager::Cargo => action.verb_text() == "add",
        _ => false,
    };
    let python = matches!(action.manager, Manager::Pip | Manager::Pipx);
    let own = python && matches!(package.name, "pip" | "setuptools" | "wheel" | "uv")
        || action.manager == Manager::Apk && package.name.starts_with('!');
    let open = matches!(package.version, Version::Missing | Version::Latest);
    installs && open && !own && (!locked || package.version == Version::Latest)
}
