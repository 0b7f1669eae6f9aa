//! `world-writable`

use crate::check::Found;
use crate::check::mode::{self, Change};
use crate::check::rule::{Check, Rule};
use crate::check::subject::Build;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "world-writable",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "Everybody may write a file of the image",
        why: "Whoever gets to run anything in the container, as whatever user, can replace these files: programs and settings that others trust.",
        instead: "Give the files to the user that writes them, by `COPY --chown=` or `chown`, and the mode 755 or 644.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN chmod -R 777 /app\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN chmod a+rwx /srv/data\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN chmod o+w /etc/app.conf\n"),
            Example::Dockerfile("FROM debian:13-slim\nCOPY --chmod=0777 app /app\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN mkdir -m 777 /data && install -m 666 a /data/a\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN find /app -type d -exec chmod 0777 {} +\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN chmod 755 /app && chmod +x /a && chmod g=u,g+w /b\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN chmod 1777 /data && chmod 777 /tmp /var/tmp /tmp/x\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN chmod 777 /build && make && rm -rf /build\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN chmod 777 /a && chmod 755 /a\n"),
            // What is built there does not ship.
            Example::Dockerfile(
                "FROM debian:13-slim AS build\nRUN chmod -R 777 /src\nFROM debian:13-slim\nCOPY --from=build /src /src\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nARG MODE\nRUN chmod $MODE /a && echo chmod 777 /a\n"),
        ],
        equivalents: &[],
        cis: &[],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in build.shipped() {
        for change in mode::changes(view).into_iter().chain(mode::copied(build, view)) {
            if !change.mode.world_write || change.mode.sticky || is_temporary(&change) || is_undone(&change) {
                continue;
            }
            let at = build.at(found, change.span.clone());
            let what = change.paths.first().map_or_else(|| "files".to_owned(), |path| format!("`{path}`"));
            let finding = found.add(at, format!("the mode `{}` lets everybody write {what}", change.written));
            finding.help("give it to the user that writes it by `chown`, and the mode 755 or 644");
            if build.dev {
                finding.severity(Severity::Note);
            }
        }
    }
}

/// Folders that are for everybody, and devices.
fn is_temporary(change: &Change<'_>) -> bool {
    let open = |path: &String| {
        ["/tmp", "/var/tmp", "/dev"]
            .iter()
            .any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    !change.paths.is_empty() && change.paths.iter().all(open)
}

/// Whether the same RUN takes the right away again, or the files.
fn is_undone(change: &Change<'_>) -> bool {
    let Some((run, command)) = change.command else { return false };
    let removed = |path: &String| {
        run.after(command).iter().any(|later| match later.name.as_str() {
            "rm" => later.operands(&[]).iter().any(|arg| is_within(path, arg.text())),
            "chmod" => {
                let narrow = later.args.iter().find_map(|arg| mode::Mode::parse(arg.text()));
                narrow.is_some_and(|mode| !mode.world_write && !mode.setuid)
                    && later.args.iter().any(|arg| is_within(path, arg.text()))
            }
            _ => false,
        })
    };
    !change.paths.is_empty() && change.paths.iter().all(removed)
}

/// Whether a path is `folder`, or below it.
fn is_within(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches(['/', '*']);
    !folder.is_empty() && path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
