//! `package-signature-off`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, downloads, trust};
use crate::dockerfile::Kind;
use crate::report::{Confidence, Edit, Example, Family, Fixable, Location, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "package-signature-off",
        family: Family::Build,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "Packages are installed without a check of their signature",
        why: "The signature is what says that a package is the one that the distribution built; without it a mirror, a \
              proxy or whoever is in between decides what is installed, as root. A file that is at hand already, from \
              the build context or with its sum checked, is a warning.",
        instead: "Import the key of the repository (`signed-by=`, `rpm --import`, `/etc/apk/keys`) and leave the check on.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN apt-get install -y --allow-unauthenticated curl\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN echo 'deb [trusted=yes] https://example.com /' > /etc/apt/sources.list.d/a.list\n",
            ),
            Example::Dockerfile(
                "FROM alpine:3.22\nRUN apk add --no-cache --allow-untrusted -X https://example.com a\n",
            ),
            Example::Dockerfile("FROM fedora:43\nRUN dnf install -y --nogpgcheck a\n"),
            Example::Dockerfile("FROM fedora:43\nRUN rpm -i --nosignature https://example.com/a.rpm\n"),
            Example::Dockerfile(
                "FROM fedora:43\nRUN <<EOF\ncat > /etc/yum.repos.d/a.repo <<X\n[a]\ngpgcheck=0\nX\nEOF\n",
            ),
            Example::Dockerfile("FROM opensuse/leap:15.6\nRUN zypper --no-gpg-checks install -y a\n"),
            Example::Dockerfile("FROM golang:1.25\nENV GOSUMDB=off\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN echo 'deb [signed-by=/k.gpg] https://example.com /' > /etc/apt/sources.list.d/a.list\n",
            ),
            Example::Dockerfile("FROM fedora:43\nRUN sed -i 's/gpgcheck=0/gpgcheck=1/' /etc/yum.repos.d/a.repo\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN echo 'do not use --force-yes'\n"),
            Example::Dockerfile("FROM golang:1.25\nENV GONOSUMDB=example.com/ours GOSUMDB=sum.golang.org\n"),
        ],
        equivalents: &[(
            "checkov",
            &["CKV2_DOCKER_7", "CKV2_DOCKER_8", "CKV2_DOCKER_9", "CKV2_DOCKER_10", "CKV2_DOCKER_11"],
        )],
        cis: &["4.11", "4.12"],
        point: Some(Point::Verified),
        fix: Fixable::Unsafe,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for (_, instruction) in build.instructions(view) {
            let Kind::Env(pairs) = &instruction.kind else { continue };
            for pair in pairs {
                let value = build.word(view, &pair.value);
                if value.value().is_some_and(|value| trust::sums_are_off(&pair.key.raw, value)) {
                    let at = build.at(found, pair.key.span.start..pair.value.span.end);
                    found.add(at, format!("`{}` switches the check of modules off", pair.key.raw));
                }
            }
        }
        for run in &view.runs {
            let verified = run.commands.iter().any(downloads::verifies);
            for command in &run.commands {
                for (off, local) in trust::signatures(run, command) {
                    let at = build.at(found, off.span);
                    let removal = off.removal.filter(|(span, old, _)| {
                        !build.is_inline() && build.text.get(span.clone()) == Some(old.as_str())
                    });
                    let edit = removal.map(|(span, _, new)| Edit { at: Location::new(at.file, span), text: new });
                    let finding = found.add(at, format!("{} switches the check of signatures off", off.what));
                    finding.help("import the key that signs, and leave it out");
                    if local || verified {
                        finding.severity(Severity::Warning);
                    }
                    if let Some(edit) = edit {
                        finding.unsafe_fix("check the signatures", vec![edit]);
                    }
                }
            }
        }
    }
}
