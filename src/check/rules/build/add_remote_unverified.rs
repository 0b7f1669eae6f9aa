//! `add-remote-unverified`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Known, written};
use crate::dockerfile::Kind;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "add-remote-unverified",
        family: Family::Build,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "ADD fetches something that nothing verifies",
        why: "Whoever holds the address, or stands between it and the builder, decides what gets into the image; the next build may get something else.",
        instead: "Add `--checksum=sha256:...` to what comes by HTTP, and name the commit (40 digits) of a Git repository.",
        bad: &[
            Example::Dockerfile("FROM debian:13-slim\nADD https://example.org/app.tar.gz /opt/\n"),
            Example::Dockerfile("FROM debian:13-slim\nARG VERSION\nADD http://example.org/${VERSION}/app /opt/\n"),
            Example::Dockerfile("FROM debian:13-slim\nADD https://github.com/example/app.git#v1.2 /src\n"),
            Example::Dockerfile("FROM debian:13-slim\nADD git@github.com:example/app.git /src\n"),
        ],
        good: &[
            Example::Dockerfile(
                "FROM debian:13-slim\nADD --checksum=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa https://example.org/app /opt/\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nADD https://github.com/example/app.git#0123456789abcdef0123456789abcdef01234567:src /src\n",
            ),
            Example::Dockerfile(
                "FROM debian:13-slim\nARG COMMIT\nADD https://github.com/example/app.git#${COMMIT} /src\n",
            ),
            Example::Dockerfile("FROM scratch\nADD rootfs.tar.xz /\n"),
            // The idiom that makes later steps run again when a branch has moved; nothing reads the file.
            Example::Dockerfile(
                "FROM debian:13-slim\nADD https://api.github.com/repos/example/app/git/refs/heads/main /tmp/version.json\n",
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
    for view in &build.views {
        for one in written(build, view) {
            let Kind::Add(transfer) = &one.instruction.kind else { continue };
            if one.instruction.flag("checksum").is_some_and(|sum| !sum.is_empty()) {
                continue;
            }
            for word in &transfer.sources {
                let source = match build.word(view, word) {
                    Known::Value(source) | Known::Unknown(source) => source,
                };
                let Some(kind) = kind(&source) else { continue };
                let at = build.at(found, word.span.clone());
                match kind {
                    Remote::File => found
                        .add(at, "nothing verifies what `ADD` fetches here")
                        .help("add `--checksum=sha256:...` with the sum that the maker publishes"),
                    Remote::Git => found
                        .add(at, "a branch or tag of a Git repository may be moved")
                        .help("name the commit behind `#`, with all its 40 digits, or add `--checksum=`"),
                };
            }
        }
    }
}

enum Remote {
    File,
    Git,
}

/// What is fetched without a check; `None` if it is a file of the context, or the check is in the address.
fn kind(source: &str) -> Option<Remote> {
    let (address, fragment) = source.split_once('#').map_or((source, ""), |(address, fragment)| (address, fragment));
    let web = address.starts_with("https://") || address.starts_with("http://");
    // A query such as `?ref=` and `?checksum=` belongs to Git (BuildKit 0.24 and later).
    let (path, query) = address.split_once('?').map_or((address, ""), |(path, query)| (path, query));
    let git = address.starts_with("git@")
        || ["git://", "ssh://", "git+ssh://"].iter().any(|scheme| address.starts_with(scheme))
        || (web && path.ends_with(".git"));
    if git {
        let reference = fragment.split(':').next().unwrap_or_default();
        let commit = reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
        let checked = ["checksum=", "commit="].iter().any(|key| query.contains(key));
        return (!commit && !checked && !reference.contains('$')).then_some(Remote::Git);
    }
    (web && !address.starts_with("https://api.github.com/")).then_some(Remote::File)
}
