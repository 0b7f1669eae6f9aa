//! `dev-dependencies-shipped`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::manifests::{self, Manifest};
use crate::check::subject::packages::{Action, Kind, Manager, actions, setting};
use crate::check::subject::{Build, Run, StageView};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "dev-dependencies-shipped",
        family: Family::Build,
        severity: Severity::Note,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "Dependencies that only development needs ship",
        why: "Test runners, compilers and linters of the project are often the larger part of its dependencies, and each \
              is code that somebody may find in the running service.",
        instead: "Install without them in the stage that ships: `npm ci --omit=dev`, `yarn workspaces focus --production`, \
                  `pnpm install --prod`, `composer install --no-dev`, `uv sync --no-dev`, `poetry install --only main`; \
                  build in a stage before it.",
        bad: &[
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"a.js\"]\n"),
                ("package.json", "{\"devDependencies\":{\"jest\":\"^30\"}}"),
                ("package-lock.json", "{}"),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM php:8.4-fpm\nCOPY . .\nRUN composer install\n"),
                ("composer.json", "{\"require-dev\":{\"phpunit/phpunit\":\"^12\"}}"),
            ]),
            Example::Dockerfile(
                "FROM python:3.14-slim\nRUN pip install -r requirements-dev.txt\nCMD [\"python\", \"a.py\"]\n",
            ),
        ],
        good: &[
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nCOPY . .\nRUN npm ci --omit=dev\nCMD [\"node\", \"a.js\"]\n"),
                ("package.json", "{\"devDependencies\":{\"jest\":\"^30\"}}"),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nENV NODE_ENV=production\nCOPY . .\nRUN npm ci\n"),
                ("package.json", "{\"devDependencies\":{\"jest\":\"^30\"}}"),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nCOPY . .\nRUN npm ci && npm run build && npm prune --omit=dev\n"),
                ("package.json", "{\"devDependencies\":{\"jest\":\"^30\"}}"),
            ]),
            Example::Files(&[
                (
                    "Dockerfile",
                    "FROM node:24 AS build\nCOPY . .\nRUN npm ci\nFROM nginx:1.29-alpine\nCOPY --from=build /dist /srv\n",
                ),
                ("package.json", "{\"devDependencies\":{\"jest\":\"^30\"}}"),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM node:24-slim\nCOPY . .\nRUN npm ci\n"),
                ("package.json", "{\"dependencies\":{\"a\":\"^1\"}}"),
            ]),
        ],
        equivalents: &[],
        cis: &["4.3"],
        point: Some(Point::MultiStage),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    if build.is_for_development() {
        return;
    }
    for view in build.shipped() {
        for run in &view.runs {
            for action in actions(run) {
                let Some(help) = with_dev(build, view, run, &action) else { continue };
                if is_pruned(build, &action) {
                    continue;
                }
                let (span, name) = action.named();
                let at = build.at(found, span);
                found.add(at, format!("{name} also installs what only development needs")).help(help);
            }
        }
    }
}

/// If an action installs what only development needs: what to write instead.
fn with_dev<'w>(build: &Build<'w>, view: &StageView<'w>, run: &Run<'_>, action: &Action<'_>) -> Option<&'static str> {
    let is = |name: &str, values: &[&str]| {
        setting(run, action.command, name).is_some_and(|value| values.contains(&value.to_ascii_lowercase().as_str()))
    };
    const ON: &[&str] = &["1", "true", "yes"];
    // `if [ "$DEV" ]; then npm ci; else npm ci --omit=dev; fi`
    if action.unclear || action.command.conditional {
        return None;
    }
    if action.manager == Manager::Pip && action.kind == Kind::Install {
        let file = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
            let folder = path.to_ascii_lowercase().contains("requirements/");
            let stem = name.trim_end_matches(".txt").trim_end_matches(".in");
            (name.contains("requirements") || folder)
                && stem
                    .split(['-', '_', '.'])
                    .any(|word| matches!(word, "dev" | "test" | "tests" | "development" | "testing"))
        };
        let listed = action.values(&["-r", "--requirement", "--requirements"]).any(file);
        return listed.then_some("install the requirements of the service alone");
    }
    if action.kind != Kind::Project {
        return None;
    }
    let omits = |values: &[&str]| action.values(&["--omit", "--only"]).any(|value| values.contains(&value));
    let production = is("NODE_ENV", &["production"])
        || setting(run, action.command, "NODE_ENV").is_none()
            && run.used_variables().iter().any(|name| name == "NODE_ENV");
    let node = |omitted: bool| {
        let manifest = find(build, view, run, action)?;
        (!omitted && has_entries(&manifest, "devDependencies")).then_some(())
    };
    match action.manager {
        Manager::Npm => {
            let kept = action.values(&["--include"]).any(|value| value == "dev");
            let omitted = omits(&["dev", "prod", "production"])
                || action.has(&["--production", "--prod"])
                || is("NPM_CONFIG_PRODUCTION", ON)
                || is("NPM_CONFIG_OMIT", &["dev"])
                || is("npm_config_omit", &["dev"])
                || production && !kept;
            node(omitted).map(|()| "write `--omit=dev`, or install in a stage that does not ship")
        }
        Manager::Yarn => {
            let omitted = action.has(&["--production", "--prod"]) || action.verb_text().contains("focus") || production;
            node(omitted).map(|()| "write `--production`, or install in a stage that does not ship")
        }
        Manager::Pnpm => {
            let omitted = action.has(&["--prod", "-P", "--production"]) || omits(&["dev"]) || production;
            node(omitted).map(|()| "write `--prod`, or install in a stage that does not ship")
        }
        Manager::Bun => {
            let omitted = action.has(&["--production", "-p"]) || omits(&["dev"]) || production;
            node(omitted).map(|()| "write `--production`, or install in a stage that does not ship")
        }
        Manager::Composer if action.verb_text() == "install" => {
            let omitted = action.has(&["--no-dev"]) || is("COMPOSER_NO_DEV", ON);
            let manifest = find(build, view, run, action)?;
            (!omitted && has_entries(&manifest, "require-dev")).then_some("write `--no-dev`")
        }
        Manager::Uv => {
            let omitted = action.has(&["--no-dev", "--only-group", "--no-default-groups", "--no-group"])
                || is("UV_NO_DEV", ON)
                || is("UV_NO_DEFAULT_GROUPS", ON);
            let manifest = find(build, view, run, action)?;
            // The group `dev` is the one that is installed unasked.
            let group = manifest.text.lines().skip_while(|line| line.trim() != "[dependency-groups]").skip(1);
            let mut lines = group.take_while(|line| !line.trim_start().starts_with('['));
            let own = lines.any(|line| line.split('=').next().is_some_and(|name| name.trim() == "dev"));
            let old = manifest.text.contains("[tool.uv]") && manifest.text.contains("\ndev-dependencies");
            (!omitted && (own || old)).then_some("write `--no-dev`")
        }
        Manager::Poetry => {
            let omitted = action.has(&["--no-dev", "--only", "--without", "--only-root"]);
            let manifest = find(build, view, run, action)?;
            let has = manifest.text.lines().any(|line| {
                let line = line.trim();
                line == "[tool.poetry.dev-dependencies]"
                    || line.starts_with("[tool.poetry.group.")
                        && line.ends_with(".dependencies]")
                        && (line.contains(".dev.") || line.contains(".test"))
            });
            (!omitted && has).then_some("write `--only main`")
        }
        Manager::Pipenv => action.has(&["--dev", "-d"]).then_some("leave `--dev` out"),
        _ => None,
    }
}

fn find<'w>(build: &Build<'w>, view: &StageView<'w>, run: &Run<'_>, action: &Action<'_>) -> Option<Manifest<'w>> {
    manifests::of(action)?.find(build, view, run)
}

/// Whether an object of a JSON manifest has an entry.
fn has_entries(manifest: &Manifest<'_>, key: &str) -> bool {
    let read = serde_json::from_str::<serde_json::Value>(manifest.text).ok();
    let entries = read.as_ref().and_then(|read| read.get(key)).and_then(serde_json::Value::as_object);
    entries.is_some_and(|entries| !entries.is_empty())
}

/// Whether some step that ships takes them away again.
fn is_pruned(build: &Build<'_>, action: &Action<'_>) -> bool {
    build.shipped().flat_map(|view| &view.runs).any(|run| {
        let prunes = actions(run).iter().any(|other| {
            let omits =
                other.has(&["--production", "--prod", "--omit", "--no-dev", "--only"]) || other.kind == Kind::Prune;
            other.command.span.start > action.command.span.start
                && other.manager.family() == action.manager.family()
                && omits
        });
        // Modules that are removed as a whole, and tools that prune.
        prunes
            || run.commands.iter().any(|command| {
                command.is(&["node-prune", "modclean"])
                    || command.is(&["rm"])
                        && command.args.iter().any(|arg| {
                            arg.value.is_none() || arg.text().contains("node_modules") || arg.text().contains("vendor")
                        })
            })
    })
}
