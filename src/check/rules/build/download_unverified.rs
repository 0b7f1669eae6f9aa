//! `download-unverified`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Build;
use crate::check::subject::downloads::{self, Use};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "download-unverified",
        family: Family::Build,
        severity: Severity::Note,
        confidence: Confidence::Likely,
        persona: Persona::Pedantic,
        edition: 2026,
        title: "A download is unpacked or run and nothing checks it",
        why: "TLS says who sent the file, not that it is the one that was looked at: a release that is replaced, or an \
              account that is taken over, goes into the image unseen.",
        instead: "Check its sum in the same RUN (`echo \"$SHA256  file\" | sha256sum -c`), its signature (`gpg --verify`, \
                  `cosign verify-blob`), or write `ADD --checksum=sha256:... URL`.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN curl -fsSL https://example.com/a.tgz | tar xz -C /opt\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN curl -fsSLo /bin/a https://example.com/a && chmod +x /bin/a\n",
            ),
            Example::Dockerfile("FROM debian:13-slim\nRUN wget https://example.com/a.deb && dpkg -i a.deb\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN curl -fsSLo a.tgz https://example.com/a.tgz && echo 'x  a.tgz' | sha256sum -c - && tar xf a.tgz\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN wget https://example.com/a https://example.com/a.asc && gpg --verify a.asc a && chmod +x a\n",
            ),
            // It is data.
            Example::Dockerfile("FROM debian:13-slim\nRUN curl -fsSLo /etc/a.json https://example.com/a.json\n"),
        ],
        equivalents: &[],
        cis: &["4.11"],
        point: Some(Point::Verified),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for run in build.views.iter().flat_map(|view| &view.runs) {
        for used in downloads::unverified(run) {
            // What runs at once is `pipe-to-shell`.
            if used.how == Use::Piped || used.download.is_local() {
                continue;
            }
            let at = build.at(found, used.download.command.span.clone());
            let how = if used.how == Use::Run { "run" } else { "unpacked" };
            let message = format!("what `{}` downloads is {how} and nothing checks it", used.download.command.name);
            found.add(at, message).help("check its sum in the same RUN: `echo \"$SHA256  file\" | sha256sum -c`");
        }
    }
}
