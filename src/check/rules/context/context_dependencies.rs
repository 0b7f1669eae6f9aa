//! `context-dependencies`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Command, Context};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

const NODE: &str = "FROM node:26-trixie-slim\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n";

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "context-dependencies",
        family: Family::Context,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "Dependencies of the developer's machine are copied over those of the build",
        why: "What was installed or compiled on another system, for another processor or with other versions replaces what \
              the build makes, or ships beside it: it breaks at run time, and only for who has the folder.",
        instead: "Write the folder into the `.dockerignore`, as `**/node_modules` if there may be several.",
        bad: &[
            Example::Files(&[("Dockerfile", NODE), ("package.json", "{}"), ("node_modules/a/index.js", "")]),
            Example::Files(&[
                ("Dockerfile", NODE),
                ("package.json", "{}"),
                ("web/node_modules/a/index.js", ""),
                (".dockerignore", "node_modules\n"),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM rust:1.96-slim\nCOPY . .\nRUN cargo build --release\n"),
                ("target/debug/a", ""),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM python:3.14-slim\nCOPY . .\nRUN uv sync --locked\n"),
                (".venv/pyvenv.cfg", ""),
            ]),
        ],
        good: &[
            Example::Files(&[
                ("Dockerfile", NODE),
                ("package.json", "{}"),
                ("node_modules/a/index.js", ""),
                (".dockerignore", "**/node_modules\n"),
            ]),
            // Nothing here makes them: they are what ships.
            Example::Files(&[("Dockerfile", "FROM node:26-trixie-slim\nCOPY . .\n"), ("node_modules/a/index.js", "")]),
            Example::Files(&[
                ("Dockerfile", "FROM eclipse-temurin:25\nCOPY target/ app/\nRUN java -jar app/a.jar\n"),
                ("target/a.jar", ""),
            ]),
            // A vendor folder under version control is there on purpose.
            Example::Files(&[
                ("Dockerfile", "FROM php:8.5-cli\nCOPY . .\nRUN composer install\n"),
                ("vendor/a/a.php", ""),
            ]),
        ],
        equivalents: &[],
        cis: &[],
        point: Some(Point::Dockerignore),
        fix: Fixable::Safe,
    },
    checks: &[Check::Build(check)],
};

/// A folder that is made from something else, and the commands that make it: program and first words.
struct Made {
    folder: &'static str,
    by: &'static [(&'static str, &'static [&'static str])],
}

const MADE: [Made; 9] = [
    Made {
        folder: "node_modules",
        by: &[
            ("npm", &["ci", "install", "i"]),
            ("pnpm", &["install", "i", "fetch"]),
            ("yarn", &["", "install", "workspaces"]),
            ("bun", &["install", "i"]),
        ],
    },
    Made { folder: ".venv", by: VENV },
    Made { folder: "venv", by: VENV },
    Made { folder: "target", by: &[("cargo", &["build", "install", "chef", "zigbuild"])] },
    Made { folder: "target", by: &[("mvn", &[]), ("mvnw", &[]), ("sbt", &[])] },
    Made { folder: ".next", by: &[("next", &["build"]), ("npm", RUN), ("pnpm", RUN), ("yarn", RUN), ("bun", RUN)] },
    Made { folder: "vendor", by: &[("composer", &["install", "i", "update"])] },
    Made { folder: "obj", by: &[("dotnet", &["build", "publish", "restore"])] },
    Made { folder: "bin", by: &[("dotnet", &["build", "publish"])] },
];

const VENV: &[(&str, &[&str])] = &[
    ("uv", &["sync", "venv"]),
    ("poetry", &["install", "sync"]),
    ("pdm", &["install", "sync"]),
    ("pipenv", &["install", "sync"]),
    ("python", &["-m"]),
    ("python3", &["-m"]),
    ("virtualenv", &[]),
];

const RUN: &[&str] = &["run", "build"];

fn makes(command: &Command, made: &Made) -> bool {
    let verb = command.verb(&[]);
    let has = |word: &str| command.args.iter().any(|arg| arg.text().starts_with(word));
    made.by.iter().any(|(program, words)| {
        command.is(&[program])
            && command.flag(&["-g", "--global"]).is_none()
            && match *words {
                [] => true,
                ["-m"] => has("-m") && has("venv"),
                ["run", "build"] => has("build"),
                words => words.contains(&verb),
            }
    })
}

fn check(build: &Build<'_>, found: &mut Found) {
    let Some(context) = &build.context else { return };
    let copies = build.copies();
    if !copies.iter().any(|(_, taken)| taken.open) {
        return;
    }
    let mut reported: Vec<(usize, &str)> = Vec::new();
    for made in &MADE {
        let runs = || build.views.iter().filter(|view| view.needed).flat_map(|view| &view.runs);
        let Some(command) = runs().flat_map(|run| &run.commands).find(|command| makes(command, made)) else { continue };
        for folder in folders(context, made.folder) {
            let inside = format!("{folder}/scaffold-probe");
            if !context.gives_folder(&folder) {
                continue;
            }
            // What is named is wanted.
            let named = |path: &str| path.split('/').any(|part| part == made.folder);
            let mut takers = copies
                .iter()
                .filter(|(_, taken)| taken.takes(&inside) && !taken.sources.iter().any(|source| named(&source.path)));
            let Some((_, taken)) = takers.next() else { continue };
            if reported.contains(&(taken.at, made.folder)) {
                continue;
            }
            reported.push((taken.at, made.folder));
            let line =
                if KEPT_OUT_ANYWHERE.contains(&made.folder) { format!("**/{}", made.folder) } else { folder.clone() };
            let at = build.at(found, taken.instruction.span.clone());
            let edit = (!build.is_inline() && !folder.contains(['*', '?', '[', '\\']))
                .then(|| context.keep_out(found, std::slice::from_ref(&line)));
            let maker = [command.name.as_str()]
                .into_iter()
                .chain(command.args.iter().take(1).map(|arg| arg.text()))
                .collect::<Vec<_>>()
                .join(" ");
            let message =
                format!("{} takes `{folder}` of this machine, which `{maker}` makes in the build", taken.shown());
            let finding = found.add(at, message);
            finding.help(format!("write `{line}` into the .dockerignore"));
            if let Some(edit) = edit {
                finding.safe_fix(format!("write `{line}` into the .dockerignore"), vec![edit]);
            }
        }
    }
}

/// Names that mean the same at any depth.
const KEPT_OUT_ANYWHERE: [&str; 3] = ["node_modules", ".venv", ".next"];

/// The folders of this name that are there and not under version control, as far as one can see.
fn folders(context: &Context<'_>, name: &str) -> Vec<String> {
    if !matches!(name, "vendor" | "bin" | "obj") {
        let all = context.folders().iter().copied();
        return all.filter(|folder| folder.rsplit('/').next() == Some(name)).map(str::to_owned).collect();
    }
    let anchored = format!("/{name}");
    let ignored = |text: &str| {
        text.lines().any(|line| {
            let plain = line.trim().trim_start_matches("**/").trim_end_matches('/').to_ascii_lowercase();
            let plain = plain.replace("[bb]", "b").replace("[oo]", "o");
            plain == name || plain == anchored
        })
    };
    if !context.text(".gitignore").is_some_and(ignored) {
        return Vec::new();
    }
    // It stands beside the file that says what is in it.
    let beside = |folder: &str| {
        let parent = folder.strip_suffix(name).unwrap_or_default();
        context.all().iter().any(|path| {
            path.strip_prefix(parent).is_some_and(|file| {
                file == "composer.json" && name == "vendor"
                    || !file.contains('/') && file.ends_with("proj") && name != "vendor"
            })
        })
    };
    let mut all: Vec<String> = Vec::new();
    for path in context.all() {
        let mut end = 0;
        for part in path.split('/') {
            if part == name && end + part.len() < path.len() {
                let folder = &path[..end + part.len()];
                if all.last().is_none_or(|last| last != folder) && beside(folder) {
                    all.push(folder.to_owned());
                }
                break;
            }
            end += part.len() + 1;
        }
    }
    all
}
