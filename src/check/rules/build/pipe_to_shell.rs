//! `pipe-to-shell`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Build;
use crate::check::subject::downloads;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "pipe-to-shell",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A download is run without having been looked at",
        why: "Whoever answers for that address decides what runs in the build, today and at every rebuild; a connection \
              that breaks runs half of the script. Nothing can be checked before it runs.",
        instead: "Take the tool from a package or an image (`COPY --from=`), or download it to a file, check its sum \
                  (`echo \"$SHA  file\" | sha256sum -c`) and run it then.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN curl -fsSL https://example.com/install | bash\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN curl -fsSL https://example.com/x | sudo -E sh -s -- -y\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN bash <(curl -s https://example.com/x)\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN sh -c \"$(curl -fsSL https://example.com/x)\" -- -y\n"),
            Example::Dockerfile("FROM python:3.14\nRUN curl -sSL https://example.com/get.py | python3 -\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN wget -qO- https://example.com/x | tr -d '\\r' | sh\n"),
        ],
        good: &[
            Example::Dockerfile("FROM debian:13-slim\nRUN curl -fsSL https://example.com/a.tgz | tar xz\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN curl -s https://example.com/key | gpg --dearmor -o /k\n"),
            // The interpreter reads data and runs its own script.
            Example::Dockerfile("FROM python:3.14\nRUN curl -s https://example.com/v | python3 -c 'import json'\n"),
            Example::Dockerfile("FROM python:3.14\nRUN curl -s https://example.com/v | python3 -m json.tool\n"),
            Example::Dockerfile("FROM debian:13-slim\nRUN echo 'curl https://example.com | sh'\n"),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN V=\"$(curl -s https://example.com/v)\" && sh build.sh \"$V\"\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nRUN curl -fsSLo x https://example.com/x && echo \"abc  x\" | sha256sum -c && sh x\n",
            ),
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
        for piped in downloads::piped_into_interpreter(run) {
            if piped.download.is_local() {
                continue;
            }
            let (from, to) = (&piped.download.command.span, &piped.interpreter.name_span);
            let at = build.at(found, from.start.min(to.start)..from.end.max(to.end));
            let message =
                format!("`{}` runs whatever `{}` downloads", piped.interpreter.name, piped.download.command.name);
            found.add(at, message).help("download it to a file, check its sum, and run it then");
        }
    }
}
