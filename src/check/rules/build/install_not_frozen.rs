//! `install-not-frozen`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::manifests::{self, Manifest};
use crate::check::subject::packages::{Action, Kind, Manager, actions, setting};
use crate::check::subject::{Build, Run, StageView, written};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "install-not-frozen",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "Dependencies are installed without holding to the lockfile",
        why: "The lockfile says which versions were tested, with their sums. A command that may change it installs others \
              as soon as it does not fit the manifest, and says nothing.",
        instead: "Copy the lockfile too and write `npm ci`, `yarn install --immutable` (Yarn 1: `--frozen-lockfile`), \
                  `uv sync --locked`, `pipenv sync`, `bundle config set frozen true`, `cargo build --locked`, \
                  `composer install`.",
        bad: &[
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nCOPY package.json package-lock.json ./\nRUN npm install\n"),
                ("package.json", "{\"dependencies\":{\"a\":\"^1\"}}"),
                ("package-lock.json", "{\"lockfileVersion\":3,\"packages\":{\"\":{\"dependencies\":{\"a\":\"^1\"}}}}"),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nCOPY . .\nRUN yarn --production\n"),
                ("package.json", "{}"),
                ("yarn.lock", ""),
            ]),
            Example::Files(&[
                (
                    "Dockerfile",
                    "FROM rust:1.90 AS build\nCOPY . .\nRUN cargo build --release\nFROM debian:13-slim\nCOPY --from=build /a /a\n",
                ),
                ("Cargo.toml", ""),
                ("Cargo.lock", ""),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM python:3.14-slim\nCOPY . .\nRUN uv sync --no-dev\n"),
                ("pyproject.toml", ""),
                ("uv.lock", ""),
            ]),
        ],
        good: &[
            Example::Files(&[
                (
                    "Dockerfile",
                    "FROM node:24-slim\nCOPY package*.json ./\nRUN npm install -g corepack@0.34.0 && npm ci\n",
                ),
                ("package.json", "{}"),
                ("package-lock.json", "{}"),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nCOPY . .\nRUN yarn install --frozen-lockfile && yarn build\n"),
                ("package.json", "{}"),
                ("yarn.lock", ""),
            ]),
            // pnpm holds to it as long as it fits.
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nCOPY . .\nRUN pnpm install\n"),
                ("package.json", "{}"),
                ("pnpm-lock.yaml", ""),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM ruby:3.4-slim\nENV BUNDLE_DEPLOYMENT=1\nCOPY . .\nRUN bundle install\n"),
                ("Gemfile", ""),
                ("Gemfile.lock", ""),
            ]),
            Example::Files(&[
                (
                    "Dockerfile",
                    "FROM rust:1.90\nCOPY . .\nRUN cargo build --locked --release && cargo install --locked a@1.0.0\n",
                ),
                ("Cargo.toml", ""),
                ("Cargo.lock", ""),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM python:3.14-slim\nENV UV_FROZEN=1\nCOPY . .\nRUN uv sync\n"),
                ("pyproject.toml", ""),
                ("uv.lock", ""),
            ]),
        ],
        equivalents: &[],
        cis: &[],
        point: Some(Point::Verified),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in build.views.iter().filter(|view| view.needed) {
        for run in &view.runs {
            for action in actions(run) {
                let Some(project) = manifests::of(&action) else { continue };
                let Some(manifest) = project.find(build, view, run) else { continue };
                report(build, view, run, &action, &manifest, found);
            }
        }
    }
}

fn report(
    build: &Build<'_>,
    view: &StageView<'_>,
    run: &Run<'_>,
    action: &Action<'_>,
    manifest: &Manifest<'_>,
    found: &mut Found,
) {
    let (span, name) = action.named();
    let Some(lock) = &manifest.lock else {
        let reads = action.kind == Kind::Project && !matches!(action.manager, Manager::Cargo | Manager::Go);
        // These end at once if there is none: it comes from elsewhere.
        let demands = matches!(action.verb_text(), "ci" | "clean-install")
            || action.has(&["--frozen-lockfile", "--immutable", "--locked", "--frozen", "--deploy"]);
        if reads && !demands {
            let at = build.at(found, span);
            let text = format!("{name} has no lockfile to hold to: `{}` stands alone", manifest.path);
            found.add(at, text).severity(Severity::Note).pedantic().help("commit the lockfile, and copy it too");
        }
        return;
    };
    if !may_change(build, view, run, action, manifest) {
        return;
    }
    let at = build.at(found, span);
    let edit = mend(build, view, run, action, manifest, at.file);
    let finding = found.add(at, format!("{name} may install other versions than `{lock}` says"));
    finding.help(manifests::help(action, manifest));
    if build.dev {
        finding.severity(Severity::Note);
    }
    match edit {
        Some((edit, true)) => finding.safe_fix("hold to the lockfile", vec![edit]),
        Some((edit, false)) => finding.unsafe_fix("hold to the lockfile", vec![edit]),
        None => finding,
    };
}

/// Whether the command may install something else than the lockfile says.
fn may_change(
    build: &Build<'_>,
    view: &StageView<'_>,
    run: &Run<'_>,
    action: &Action<'_>,
    manifest: &Manifest<'_>,
) -> bool {
    let on = |name: &str| {
        setting(run, action.command, name)
            .is_some_and(|value| !matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "false" | "no"))
    };
    let beside = |name: &str, words: &[&str]| {
        manifest.beside(build, name).is_some_and(|text| words.iter().any(|word| text.contains(word)))
    };
    if action.unclear {
        return false;
    }
    match action.manager {
        Manager::Npm => {
            let own = action.kind == Kind::Project && !matches!(action.verb_text(), "ci" | "clean-install");
            own && !action.is_global() && !action.has(&["--package-lock-only", "--dry-run"])
        }
        Manager::Yarn => {
            let frozen = action.has(&["--immutable", "--frozen-lockfile", "--immutable-cache", "--pure-lockfile"]);
            let set = on("YARN_ENABLE_IMMUTABLE_INSTALLS")
                || on("YARN_FROZEN_LOCKFILE")
                || on("CI")
                || beside(".yarnrc.yml", &["enableImmutableInstalls: true"])
                || beside(".yarnrc", &["frozen-lockfile true", "pure-lockfile true"]);
            action.kind == Kind::Project && action.verb_text() != "focus" && !action.is_global() && !frozen && !set
        }
        Manager::Pnpm => {
            let off = action.has(&["--no-frozen-lockfile", "--no-lockfile"])
                || action
                    .option(&["--frozen-lockfile", "--lockfile"])
                    .is_some_and(|option| option.value == Some("false"));
            action.kind == Kind::Project && off
        }
        Manager::Bun => {
            action.kind == Kind::Project && action.verb_text() != "ci" && !action.has(&["--frozen-lockfile"])
        }
        Manager::Uv => {
            let frozen = action.has(&["--locked", "--frozen", "--check"]) || on("UV_LOCKED") || on("UV_FROZEN");
            action.verb_text() == "sync" && !frozen
        }
        Manager::Pipenv => {
            let frozen = action.has(&["--deploy", "--ignore-pipfile"]) || on("PIPENV_IGNORE_PIPFILE");
            action.verb_text() == "install" && action.kind == Kind::Project && !frozen
        }
        Manager::Bundle => {
            let frozen = action.has(&["--frozen", "--deployment"])
                || on("BUNDLE_FROZEN")
                || on("BUNDLE_DEPLOYMENT")
                || beside(".bundle/config", &["BUNDLE_FROZEN", "BUNDLE_DEPLOYMENT"]);
            let told = build.runs_of_chain(view.stage.index).filter(|other| other.at <= run.at).any(|other| {
                other.commands_named(&["bundle", "bundler"]).any(|command| {
                    command.args.iter().any(|arg| arg.is("config"))
                        && command
                            .args
                            .iter()
                            .any(|arg| arg.text().contains("frozen") || arg.text().contains("deployment"))
                })
            });
            action.kind == Kind::Project && !frozen && !told
        }
        Manager::Cargo => {
            let builds = matches!(action.verb_text(), "build" | "b")
                || action.verb_text() == "install" && action.has(&["--path"]) && action.packages.is_empty();
            builds && !action.has(&["--locked", "--frozen", "--offline"])
        }
        Manager::Composer => action.kind == Kind::Upgrade && !action.has(&["--lock", "--dry-run"]),
        Manager::Go => {
            let goes = matches!(action.verb_text(), "build" | "install" | "run");
            let flags = setting(run, action.command, "GOFLAGS").is_some_and(|flags| flags.contains("-mod=mod"));
            goes && (action.values(&["-mod"]).any(|value| value == "mod") || flags)
        }
        _ => false,
    }
}

/// The edit, and whether the image stays the same by it.
fn mend(
    build: &Build<'_>,
    view: &StageView<'_>,
    run: &Run<'_>,
    action: &Action<'_>,
    manifest: &Manifest<'_>,
    file: usize,
) -> Option<(Edit, bool)> {
    let behind = |text: &str| {
        let end = written::end_of(build, action.verb?)?;
        Some(Edit { at: Location::new(file, end..end), text: text.to_owned() })
    };
    // What is kept out of the context or not copied cannot be held to.
    if !manifest.lock_is_there {
        return None;
    }
    match action.manager {
        Manager::Npm => {
            let verb = action.verb?;
            let end = written::end_of(build, verb)?;
            let edit = Edit { at: Location::new(file, verb.span.start..end), text: "ci".to_owned() };
            // `npm ci` starts from nothing: what an earlier step installed would be gone.
            let others = build
                .runs_of_chain(view.stage.index)
                .filter(|other| other.at <= run.at)
                .flat_map(actions)
                .filter(|other| other.manager == Manager::Npm && !other.is_global() && other.kind.installs())
                .count();
            let keeps = action.options.iter().all(|option| {
                matches!(
                    option.name.as_str(),
                    "--omit"
                        | "--production"
                        | "--only"
                        | "--no-audit"
                        | "--no-fund"
                        | "--ignore-scripts"
                        | "--loglevel"
                        | "--silent"
                        | "--quiet"
                        | "--verbose"
                        | "--registry"
                        | "--no-optional"
                        | "--prefer-offline"
                        | "--legacy-peer-deps"
                        | "--no-progress"
                )
            });
            Some((edit, others == 1 && keeps && manifests::npm_agrees(build, manifest)))
        }
        Manager::Yarn if action.verb.is_some() => {
            let word =
                if manifest.beside(build, ".yarnrc.yml").is_some() { " --immutable" } else { " --frozen-lockfile" };
            Some((behind(word)?, false))
        }
        Manager::Bun => Some((behind(" --frozen-lockfile")?, false)),
        Manager::Uv | Manager::Cargo => Some((behind(" --locked")?, false)),
        Manager::Pipenv => Some((behind(" --deploy")?, false)),
        _ => None,
    }
}
