//! `healthcheck-broken`

use crate::bases::{Base, Os, Sh};
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Command, Service, commands_of, probe, serves};
use crate::compose::project::Command as Test;
use crate::dockerfile::{Form, Healthcheck};
use crate::report::{Confidence, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "healthcheck-broken",
        family: Family::Runtime,
        severity: Severity::Error,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A health check cannot work in its image",
        why: "A check whose program is not in the image, that needs a shell where there is none, or that asks a port on which \
              nobody listens fails for ever: the service is unhealthy, what waits for it never starts, an orchestrator \
              replaces it again and again. `curl` without `--fail` is the opposite: it takes an error page for health. The \
              shell form is not judged: it is the documented way.",
        instead: "Use what the image has: busybox `wget -q --spider`, `node -e`, `python -c`, or a mode of the program itself.",
        bad: &[
            // The slim image has neither curl nor wget.
            Example::Dockerfile(
                "FROM node:26-trixie-slim\nEXPOSE 3000\nHEALTHCHECK CMD curl -f http://127.0.0.1:3000/ || exit 1\nCMD [\"node\", \"a.js\"]\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.24\nHEALTHCHECK CMD [\"curl\", \"-f\", \"http://127.0.0.1:3000/\"]\nCMD [\"/server\"]\n",
            ),
            Example::Dockerfile(
                "FROM gcr.io/distroless/static-debian13:nonroot\nCOPY server /\nHEALTHCHECK CMD /server health\nCMD [\"/server\"]\n",
            ),
            Example::Dockerfile(
                "FROM python:3.14\nHEALTHCHECK CMD curl -f http://127.0.0.1:8080/ || exit 1\nCMD [\"gunicorn\", \"--bind\", \"0.0.0.0:8000\", \"app\"]\n",
            ),
            Example::Compose(
                "services:\n  cache:\n    image: redis:8.2-alpine\n    healthcheck:\n      test: [CMD, curl, -f, \"http://127.0.0.1:6379\"]\n",
            ),
            // A note: any answer is health.
            Example::Dockerfile(
                "FROM node:26\nHEALTHCHECK CMD curl http://127.0.0.1:3000/\nCMD [\"node\", \"a.js\"]\n",
            ),
        ],
        good: &[
            Example::Dockerfile(
                "FROM node:26\nHEALTHCHECK CMD curl -fsS http://127.0.0.1:3000/ || exit 1\nCMD [\"node\", \"a.js\"]\n",
            ),
            Example::Dockerfile(
                "FROM node:26-trixie-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl\n\
                 HEALTHCHECK CMD curl -f http://127.0.0.1:3000/ || exit 1\nCMD [\"node\", \"a.js\"]\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.24\nHEALTHCHECK CMD wget -q --spider http://127.0.0.1:3000/\nCMD [\"/server\"]\n",
            ),
            Example::Dockerfile(
                "FROM gcr.io/distroless/static-debian13:nonroot\nCOPY server /\nHEALTHCHECK CMD [\"/server\", \"health\"]\nCMD [\"/server\"]\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.24 AS tools\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=tools /bin/busybox /bin/wget\n\
                 HEALTHCHECK CMD [\"/bin/wget\", \"-q\", \"--spider\", \"http://127.0.0.1/\"]\nCMD [\"/server\"]\n",
            ),
            Example::Dockerfile(
                "FROM python:3.14\nARG PORT\nHEALTHCHECK CMD curl -f http://127.0.0.1:8000/\nCMD [\"gunicorn\", \"--bind\", \"0.0.0.0:8000\", \"app\"]\n",
            ),
            Example::Dockerfile("FROM registry.example/base:1\nHEALTHCHECK CMD curl -f http://127.0.0.1/\n"),
        ],
        equivalents: &[],
        cis: &["4.6"],
        point: Some(Point::Healthcheck),
        fix: Fixable::No,
    },
    checks: &[Check::Build(dockerfile), Check::Service(compose)],
};

fn dockerfile(build: &Build<'_>, found: &mut Found) {
    if let Some(set) = &build.target().image.healthcheck
        && let Healthcheck::Cmd { form, .. } = &set.value
        && let Some(instruction) = build.file.instructions.get(set.instruction)
    {
        let variables = |name: &str| build.target().image.env.get(name).map(|set| set.value.clone());
        let commands = commands_of(form, &variables);
        let shell = matches!(form, Form::Shell(_));
        let at = |found: &mut Found, span: std::ops::Range<usize>| {
            // The words of a shell form are all at its place.
            build.at(found, if span.is_empty() { instruction.span.clone() } else { span })
        };
        let whole = build.at(found, instruction.span.clone());
        in_build(build, &commands, shell, &whole, &at, found);
    }
    for service in &build.services {
        if let Some((commands, shell, whole)) = of_service(service, found) {
            let at = |_: &mut Found, _: std::ops::Range<usize>| whole.clone();
            in_build(build, &commands, shell, &whole, &at, found);
        }
    }
}

/// The check of a service that runs an image of the table.
fn compose(service: &Service<'_>, found: &mut Found) {
    let Some(base) = service.base() else { return };
    let Some((commands, shell, whole)) = of_service(service, found) else { return };
    if shell && matches!(base.shell, Sh::None) {
        no_shell(whole, found);
        return;
    }
    if base.os == Os::Windows {
        return;
    }
    for command in &commands {
        if let Some(tool) = probe::tool_of(command).filter(|tool| lacks(base, tool))
            && !command.guarded
        {
            no_tool(whole.clone(), tool, found);
            return;
        }
    }
    habits(&commands, Some(base), &whole, found);
}

fn lacks(base: &Base, tool: &str) -> bool {
    base.has_tool(tool) == Some(false)
}

fn of_service(service: &Service<'_>, found: &mut Found) -> Option<(Vec<Command>, bool, Location)> {
    let check = service.healthcheck()?;
    let test = check.test()?;
    let whole = service.at(found, test.place());
    let shell = match &test {
        Test::Line(_) => true,
        Test::Words(words, _) => words.first().is_some_and(|word| word.is("CMD-SHELL")),
    };
    Some((probe::of_compose(&test)?, shell, whole))
}

fn in_build(
    build: &Build<'_>,
    commands: &[Command],
    shell: bool,
    whole: &Location,
    at: &dyn Fn(&mut Found, std::ops::Range<usize>) -> Location,
    found: &mut Found,
) {
    let base = build.target().origin.base();
    if base.is_some_and(|base| base.os == Os::Windows) {
        return;
    }
    if shell && probe::has_shell(build) == Some(false) {
        no_shell(whole.clone(), found);
        return;
    }
    for command in commands {
        // `curl ... || wget ...` needs one of them; the one in front may be missing.
        let falls_back =
            command.guarded && commands.iter().any(|other| other.conditional && !other.is(&["exit", "kill", "false"]));
        if let Some(tool) = probe::tool_of(command)
            && !falls_back
            && !command.conditional
            && probe::has_tool(build, tool) == Some(false)
        {
            let place = at(found, command.name_span.clone());
            no_tool(place, tool, found);
            return;
        }
    }
    wrong_port(build, commands, at, found);
    habits(commands, base, whole, found);
}

fn no_shell(at: Location, found: &mut Found) {
    found
        .add(at, "this check is run by a shell, and the image has none")
        .help("write it in exec form, with a program that is in the image");
}

fn no_tool(at: Location, tool: &str, found: &mut Found) {
    found
        .add(at, format!("`{tool}` is not in this image: the check always fails"))
        .help("use a program that is there, or install it");
}

/// The program says on which port it listens, and the check asks another one that nothing else names.
fn wrong_port(
    build: &Build<'_>,
    commands: &[Command],
    at: &dyn Fn(&mut Found, std::ops::Range<usize>) -> Location,
    found: &mut Found,
) {
    let program = build.program();
    if program.opaque || program.arguments || build.services.iter().any(|service| service.command().is_some()) {
        return;
    }
    let Some(listening) = serves::by_flag(&program.commands) else { return };
    let (mentioned, Some(exposed)) = (serves::mentioned(build, program), serves::exposed(build)) else { return };
    for target in commands.iter().flat_map(probe::targets) {
        let named = mentioned.contains(&target.port) || exposed.iter().any(|(port, _)| *port == target.port);
        if !named && listening.port != target.port {
            let place = at(found, target.span.clone());
            found
                .add(
                    place,
                    format!("the check asks port {}, and `{}` says {}", target.port, listening.by, listening.port),
                )
                .help(format!("ask port {}", listening.port));
        }
    }
}

/// What works, but not as it should: a note.
fn habits(commands: &[Command], base: Option<&'static Base>, at: &Location, found: &mut Found) {
    for command in commands {
        let asks = !probe::targets(command).is_empty();
        let fails = command.short('f').is_some() || command.flag(&["--fail", "--fail-with-body"]).is_some();
        if command.name == "curl" && asks && !fails && !command.feeds() && !command.substitution {
            found
                .add(at.clone(), "`curl` without `--fail` takes an error page for health")
                .severity(Severity::Note)
                .help("write `curl --fail`");
        }
        // Busybox asks the first address alone, and that is ::1.
        let busybox = base.is_some_and(|base| matches!(base.os, Os::Alpine | Os::Busybox)) && command.name == "wget";
        if busybox && probe::targets(command).iter().any(|target| target.host == "localhost") {
            found
                .add(at.clone(), "`localhost` is ::1 first here, where a program that listens on 0.0.0.0 is not")
                .severity(Severity::Note)
                .pedantic()
                .help("ask 127.0.0.1");
        }
    }
}
