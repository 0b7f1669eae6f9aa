//! `secret-build-arg`

use std::collections::BTreeSet;

use crate::check::Found;
use crate::check::credentials::variables_of;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Run, Service, StageView};
use crate::dockerfile::{ArgName, Instruction, Kind};
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};
use crate::secret::{self, NameVerdict, ValueVerdict};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "secret-build-arg",
        family: Family::Secrets,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A secret is given to the build as a build argument",
        why: "The value of a build argument stands in the history of the layers that use it and in the provenance of the \
              build, and an ENV that takes it over keeps it in the image: `docker history` and `docker inspect` show it.",
        instead: "Write `RUN --mount=type=secret,id=token,env=TOKEN ...` and build with `--secret id=token,env=TOKEN` (in \
                  compose: `build.secrets`). A secret that the service needs is given to it when it starts.",
        bad: &[
            Example::Dockerfile(
                "FROM node:24-slim\nARG NPM_TOKEN\nRUN npm config set //r.corp.io/:_authToken $NPM_TOKEN && npm ci\n",
            ),
            Example::Dockerfile("FROM alpine:3.22\nARG API_KEY\nENV API_KEY=${API_KEY}\n"),
            Example::Dockerfile("FROM alpine:3.22\nARG password\n"),
            Example::Files(&[
                ("Dockerfile", "FROM alpine:3.22\nCMD [\"/app\"]\n"),
                (
                    "compose.yaml",
                    "services:\n  web:\n    build:\n      context: .\n      args:\n        GITHUB_TOKEN: ${GITHUB_TOKEN}\n",
                ),
            ]),
        ],
        good: &[
            Example::Dockerfile(
                "FROM node:24-slim\nRUN --mount=type=secret,id=npm_token,env=NPM_TOKEN,required=true npm ci\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22\nARG AUTH_MODULE_VERSION\nARG TOKEN_FILE\nRUN ./get $AUTH_MODULE_VERSION\n",
            ),
            Example::Dockerfile("FROM alpine:3.22\nARG PUBLIC_KEY\nENV PUBLIC_KEY=$PUBLIC_KEY\n"),
            // The mount gives the variable here, not the argument.
            Example::Compose(
                "services:\n  web:\n    build:\n      context: .\n      args:\n        GITHUB_TOKEN: ''\n        API_KEY_FILE: /x\n",
            ),
        ],
        equivalents: &[
            ("hadolint", &["DL3064"]),
            ("buildkit", &["SecretsUsedInArgOrEnv"]),
            ("trivy", &["DS-0031"]),
            ("semgrep", &["secret-in-build-arg"]),
        ],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::Unsafe,
    },
    checks: &[Check::Build(check), Check::Service(check_service)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let first = build.stages.stages.first().map_or(0, |stage| stage.from);
    for instruction in build.file.instructions.iter().take(first) {
        let Kind::Arg(names) = &instruction.kind else { continue };
        for arg in names.iter().filter(|arg| given(arg) == Some(Given::Always)) {
            // One that a stage takes over is judged there.
            if !build.views.iter().any(|view| view.image.args.contains_key(&arg.name)) {
                unused(build, arg, found);
            }
        }
    }
    for view in &build.views {
        for (at, instruction) in build.instructions(view) {
            let Kind::Arg(names) = &instruction.kind else { continue };
            for arg in names {
                if let Some(given) = given(arg) {
                    judge(build, view, (at, instruction), arg, given, found);
                }
            }
        }
    }
}

/// Where the value of an argument comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    /// From whoever builds.
    Always,
    /// From whoever builds with another value than the one that stands in for it.
    Instead,
}

/// `None` for an argument without the name of a secret, or with a default that is one (`secret-named-literal`) or none.
fn given(arg: &ArgName) -> Option<Given> {
    if secret::name(&arg.name) != NameVerdict::Secret {
        return None;
    }
    let Some(default) = &arg.default else { return Some(Given::Always) };
    match secret::value(&arg.name, &default.value()) {
        ValueVerdict::Empty | ValueVerdict::Reference => Some(Given::Always),
        ValueVerdict::WellKnownDefault(_) | ValueVerdict::Placeholder => Some(Given::Instead),
        _ => None,
    }
}

fn judge(
    build: &Build<'_>,
    view: &StageView<'_>,
    (at, instruction): (usize, &Instruction),
    arg: &ArgName,
    given: Given,
    found: &mut Found,
) {
    let below = |other: &&StageView<'_>| build.stages.chain(other.stage.index).contains(&view.stage.index);
    let name = arg.name.as_str();
    let mut kept = false;
    for other in build.views.iter().filter(below) {
        for (_, own) in build.instructions(other).filter(|(place, _)| *place > at) {
            let Kind::Env(pairs) = &own.kind else { continue };
            for pair in pairs.iter().filter(|pair| variables_of(&pair.value).contains(name)) {
                kept = true;
                if given == Given::Instead && !other.shipped {
                    continue;
                }
                let span = pair.key.span.start..pair.value.span.end.max(pair.key.span.end);
                let related = build.at(found, arg.span.clone());
                let place = build.at(found, span);
                let ships = other.shipped;
                let message = if ships {
                    format!("`ENV {}` keeps the build argument `{name}` in the image", pair.key.value())
                } else {
                    format!("`ENV {}` keeps the build argument `{name}` in a stage of the build", pair.key.value())
                };
                found
                    .add(place, message)
                    .severity(if ships && given == Given::Always { Severity::Error } else { Severity::Warning })
                    .related(related, "it is declared here")
                    .help(if ships {
                        format!("give `{name}` to the container when it starts, and to a step by `--mount=type=secret`")
                    } else {
                        format!("write `--mount=type=secret,id={},env={name}` at the RUN that needs it", id_of(name))
                    });
            }
        }
    }
    if kept || given == Given::Instead {
        return;
    }
    let runs: Vec<&Run<'_>> = build
        .views
        .iter()
        .filter(below)
        .flat_map(|other| &other.runs)
        .filter(|run| run.at > at && uses(run, name))
        .collect();
    let Some(first) = runs.first() else { return unused(build, arg, found) };
    let place = build.at(found, arg.span.clone());
    let used = build.at(found, first.instruction.keyword.span.clone());
    let edits = edits(build, instruction, &runs, name, &place);
    let finding = found
        .add(
            place,
            format!("the build argument `{name}` is used in a RUN, whose history and provenance keep its value"),
        )
        .related(used, "it is used here")
        .help(format!("leave it out, and write `RUN --mount=type=secret,id={},env={name} ...`", id_of(name)));
    if let Some(edits) = edits {
        finding.unsafe_fix(
            format!("give `{name}` as a secret mount; build with `--secret id={},env={name}`", id_of(name)),
            edits,
        );
    }
}

fn unused(build: &Build<'_>, arg: &ArgName, found: &mut Found) {
    let place = build.at(found, arg.span.clone());
    found
        .add(place, format!("the build argument `{}` has the name of a secret, and nothing names it", arg.name))
        .severity(Severity::Note)
        .pedantic()
        .help("leave it out, or give it by `--mount=type=secret` to the step that needs it");
}

/// Whether a RUN names the variable, and no secret mount gives it one of this name.
fn uses(run: &Run<'_>, name: &str) -> bool {
    let mounted = run.mounts.iter().any(|mount| mount.kind() == "secret" && mount.get(&["env"]) == Some(name));
    !mounted && run.used_variables().iter().any(|used| used == name)
}

fn id_of(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The ARG away, a mount at each RUN that uses it. Not where the argument is one of several, or is used elsewhere too.
fn edits(
    build: &Build<'_>,
    instruction: &Instruction,
    runs: &[&Run<'_>],
    name: &str,
    at: &Location,
) -> Option<Vec<Edit>> {
    let Kind::Arg(names) = &instruction.kind else { return None };
    let plain = |run: &&Run<'_>| matches!(run.instruction.kind, Kind::Run(_)) && run.posix;
    let elsewhere = build.file.instructions.iter().any(|other| match &other.kind {
        Kind::Run(_) => false,
        Kind::Onbuild(_) => true,
        _ => !std::ptr::eq(other, instruction) && other.text.as_str().contains(name),
    });
    if build.is_inline() || names.len() != 1 || elsewhere || !runs.iter().all(plain) {
        return None;
    }
    let end = instruction.span.end;
    let end = end + build.text.get(end..)?.starts_with('\n') as usize;
    let mut edits = vec![Edit { at: Location::new(at.file, instruction.span.start..end), text: String::new() }];
    let mounts: BTreeSet<usize> = runs.iter().map(|run| run.instruction.keyword.span.end).collect();
    for end in mounts {
        let text = format!(" --mount=type=secret,id={},env={name}", id_of(name));
        edits.push(Edit { at: Location::new(at.file, end..end), text });
    }
    Some(edits)
}

fn check_service(service: &Service<'_>, found: &mut Found) {
    let Some(own) = service.service.build() else { return };
    for arg in own.args() {
        if secret::name(arg.name) != NameVerdict::Secret {
            continue;
        }
        let verdict = arg.value.map(|value| secret::value(arg.name, value.text.raw()));
        let given = matches!(
            verdict,
            None | Some(ValueVerdict::Reference | ValueVerdict::Literal { .. } | ValueVerdict::WellKnownDefault(_))
        );
        if !given {
            continue;
        }
        let at = service.at(found, arg.name_place);
        found
            .add(at, format!("`{}` is given to the build as an argument", arg.name))
            .help(format!("list it under `build.secrets`, and write `RUN --mount=type=secret,env={} ...`", arg.name));
    }
}
