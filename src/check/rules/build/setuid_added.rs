//! `setuid-added`

use crate::check::Found;
use crate::check::mode;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Build;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "setuid-added",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A program of the image runs with the rights of somebody else",
        why: "A setuid program is a way from the service's user to root for whoever finds a hole in it, and `no-new-privileges` breaks it.",
        instead: "Leave the bit out: start as the user that is needed. For a port below 1024 listen on a higher one, or give `cap_net_bind_service` alone.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN chmod u+s /usr/bin/tool\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN chmod 4755 /usr/local/bin/tool\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN install -m 6755 tool /usr/bin/\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY --chmod=4755 tool /usr/bin/tool\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN setcap cap_sys_admin+ep /usr/bin/tool\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN chmod g+s /usr/bin/tool\n"),
            // A note for those who ask for more.
            Example::Dockerfile("FROM debian:13-slim\nRUN setcap cap_net_bind_service=+ep /usr/bin/tool\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN chmod u-s /usr/bin/tool && chmod 0755 /usr/bin/other\n"),
            // Of a folder: what is made in it gets its group.
            Example::Dockerfile("FROM debian:13-slim\nRUN mkdir /data && chmod g+s /data && chmod 2775 /srv/shared\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN find / -perm /6000 -type f -exec chmod a-s {} +\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN setcap -r /usr/bin/tool\n"),
            Example::Dockerfile("FROM debian:13-slim AS build\nRUN chmod u+s /usr/bin/tool\nFROM debian:13-slim\n"),
        ],
        equivalents: &[("dockle", &["CIS-DI-0008"])],
        cis: &["4.8"],
        point: Some(Point::LockedDown),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in build.shipped() {
        for change in mode::changes(view).into_iter().chain(mode::copied(build, view)) {
            // A folder with setgid is harmless, and a mode does not say what it is given to.
            let program = |path: &String| path.split('/').any(|part| part == "bin" || part == "sbin");
            let setgid = change.mode.setgid && change.paths.iter().any(program);
            if !change.mode.setuid && !setgid {
                continue;
            }
            let at = build.at(found, change.span.clone());
            let what = change.paths.first().map_or_else(|| "a program".to_owned(), |path| format!("`{path}`"));
            let as_whom = if change.mode.setuid { "owner" } else { "group" };
            let finding =
                found.add(at, format!("`{}` lets {what} run with the rights of its {as_whom}", change.written));
            finding.help("leave the bit out, and start the service as the user that it needs");
            if build.dev {
                finding.severity(Severity::Note);
            }
        }
        for run in &view.runs {
            for command in run.commands_named(&["setcap"]).filter(|command| command.flag(&["-r"]).is_none()) {
                let operands = command.operands(&[]);
                let Some(capabilities) = operands.first().map(|arg| arg.text().to_ascii_lowercase()) else { continue };
                let Some(strongest) = strongest(&capabilities) else { continue };
                let at = build.at(found, command.span.clone());
                if strongest == "cap_net_bind_service" {
                    found
                        .add(at, "whoever runs this program may listen on ports below 1024")
                        .severity(Severity::Note)
                        .pedantic()
                        .help("listen on a higher port, and publish it as the one that is wanted");
                } else {
                    found
                        .add(at, format!("`{strongest}` gives whoever runs this program a way to root"))
                        .help("leave it out, or start the container with the capability that is needed");
                }
            }
        }
    }
}

/// The strongest capability that a text gives.
fn strongest(text: &str) -> Option<&str> {
    const STRONG: [&str; 5] = ["cap_setuid", "cap_setgid", "cap_dac_override", "cap_dac_read_search", "cap_bpf"];
    let names = || text.split([',', '=', '+', ' ']).filter(|name| name.starts_with("cap_"));
    names()
        .find(|name| name.starts_with("cap_sys_") || STRONG.contains(name))
        .or_else(|| names().find(|name| *name == "cap_net_bind_service"))
}
