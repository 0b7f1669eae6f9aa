//! An audit written by hand: two Dockerfiles and a compose file with one of each kind of finding.

use std::collections::BTreeMap;

use crate::report::*;

pub(super) const SECRET: &str = "hunter2-Zq81";

const DOCKERFILE: &str = "# syntax=docker/dockerfile:1
FROM node:22
ENV DB_PASSWORD=hunter2-Zq81
# über die Größe: 𝄞 = 2 UTF-16 units
RUN apt-get update && \\
    apt-get install -y curl
COPY . .
EXPOSE 80
CMD npm start
";

const COMPOSE: &str = "services:
  web:
    build: .
    ports: [\"8080:80\"]
    privileged: true
    environment:
      DB_PASSWORD: hunter2-Zq81 # scaffold: allow
  worker:
    image: worker:latest
";

const BASE: RuleInfo = RuleInfo {
    id: "user-root",
    family: Family::User,
    severity: Severity::Error,
    confidence: Confidence::Certain,
    persona: Persona::Default,
    edition: 2026,
    title: "the service runs as root",
    why: "A process that breaks out of `root` is **root** on the host.\n\n- it owns every file\n- it may change what it runs\n  and hide that\n\nSee [the manual](https://docs.docker.com/build/building/best-practices/#user).",
    instead: "Create a user and name its number:\n\n```dockerfile\nUSER 10001:10001\n```",
    bad: &[Example::Dockerfile("FROM node:22\nCMD [\"node\", \"a.js\"]\n")],
    good: &[Example::Files(&[
        ("Dockerfile", "FROM node:22\nUSER 1000:1000\n"),
        ("compose.yaml", "services:\n  web:\n    build: .\n"),
    ])],
    equivalents: &[("hadolint", &["DL3002"]), ("checkov", &["CKV_DOCKER_3", "CKV_DOCKER_8"])],
    cis: &["4.1"],
    point: Some(Point::NonRoot),
    fix: Fixable::No,
};

pub(in crate::report::formats) static USER: RuleInfo = BASE;

pub(super) static SECRET_IN_ENV: RuleInfo = RuleInfo {
    id: "secret-env",
    family: Family::Secrets,
    title: "a credential is in the environment of the image",
    why: "Everybody who can pull the image can read it.",
    instead: "Mount it while the build needs it.",
    equivalents: &[("hadolint", &["DL3062"])],
    cis: &["4.10"],
    point: Some(Point::NoSecrets),
    ..BASE
};

pub(super) static RECOMMENDS: RuleInfo = RuleInfo {
    id: "apt-recommends",
    family: Family::Build,
    severity: Severity::Warning,
    title: "apt-get installs what is only recommended",
    why: "More in the image is more to patch.",
    instead: "`--no-install-recommends`",
    equivalents: &[("hadolint", &["DL3015"])],
    cis: &[],
    point: Some(Point::Minimal),
    fix: Fixable::Safe,
    ..BASE
};

pub(super) static HEALTHCHECK: RuleInfo = RuleInfo {
    id: "healthcheck-missing",
    family: Family::Runtime,
    severity: Severity::Note,
    confidence: Confidence::Likely,
    title: "nothing asks whether the service works",
    why: "A service that hangs looks like one that works.",
    instead: "`HEALTHCHECK`",
    equivalents: &[],
    cis: &["4.6"],
    point: Some(Point::Healthcheck),
    ..BASE
};

pub(super) static PRIVILEGED: RuleInfo = RuleInfo {
    id: "compose-privileged",
    family: Family::Compose,
    title: "a container has all rights on the host",
    why: "It is root on the host with one more command.",
    instead: "Name the capability that it needs in `cap_add`.",
    equivalents: &[("kics", &["ae5b6871-7f45-42e0-bb4c-ab300c4d2026"])],
    cis: &["5.4"],
    point: Some(Point::LockedDown),
    fix: Fixable::Unsafe,
    ..BASE
};

pub(super) fn rules() -> Vec<&'static RuleInfo> {
    vec![&USER, &SECRET_IN_ENV, &RECOMMENDS, &HEALTHCHECK, &PRIVILEGED]
}

/// The place of a text in one of the files.
pub(super) fn at(files: &[Source], file: usize, text: &str) -> Location {
    let start = files[file].text.find(text).expect(text);
    Location::new(file, start..start + text.len())
}

/// A finding with nothing but a message and a place.
pub(in crate::report::formats) fn finding(rule: &'static RuleInfo, at: Location, message: &str) -> Finding {
    Finding {
        rule,
        severity: rule.severity,
        confidence: rule.confidence,
        persona: rule.persona,
        message: message.to_owned(),
        at,
        related: Vec::new(),
        help: None,
        fix: None,
        waived: None,
        secret: false,
        lacks: None,
    }
}

pub(super) fn audit() -> Audit {
    let files = vec![
        Source { path: "./Dockerfile".to_owned(), text: DOCKERFILE.to_owned() },
        Source { path: "ops dir/compose.yaml".to_owned(), text: COMPOSE.to_owned() },
        Source { path: "worker/Dockerfile".to_owned(), text: "FROM scratch\n".to_owned() },
    ];
    let here = |text| at(&files, 0, text);
    let compose = |text| at(&files, 1, text);
    let insert = |at: Location| Location::new(at.file, at.end..at.end);
    let mut findings = vec![
        Finding {
            related: vec![(here("CMD npm start"), "this runs as root".to_owned())],
            help: Some("end the last stage with `USER 1000:1000`".to_owned()),
            ..finding(&USER, here("FROM node:22"), "the final stage of `node:22` runs as root")
        },
        Finding {
            secret: true,
            related: vec![(compose("web"), "this service overrides it".to_owned())],
            help: Some("remove it and give the service a secret".to_owned()),
            ..finding(&SECRET_IN_ENV, here(SECRET), "`DB_PASSWORD` holds a password of 12 characters")
        },
        Finding {
            fix: Some(Fix {
                safe: true,
                title: "add --no-install-recommends".to_owned(),
                edits: vec![Edit { at: insert(here("install -y")), text: " --no-install-recommends".to_owned() }],
            }),
            ..finding(&RECOMMENDS, here("apt-get install -y curl"), "apt-get installs what `curl` only recommends")
        },
        finding(&HEALTHCHECK, Location::new(0, 0..0), "there is no health check"),
        finding(&HEALTHCHECK, Location::new(2, 0..0), "there is no health check"),
        Finding {
            related: vec![(compose("worker:"), "its neighbour does without".to_owned())],
            fix: Some(Fix {
                safe: false,
                title: "remove `privileged`".to_owned(),
                edits: vec![Edit { at: compose("    privileged: true\n"), text: String::new() }],
            }),
            ..finding(&PRIVILEGED, compose("privileged: true"), "`web` may do anything on the host")
        },
        Finding {
            secret: true,
            waived: Some(Waived {
                because: "a password for tests".to_owned(),
                by: WaivedBy::Waiver(compose("# scaffold: allow")),
            }),
            ..finding(&SECRET_IN_ENV, compose(SECRET), "`DB_PASSWORD` holds a password of 12 characters")
        },
        Finding {
            waived: Some(Waived { because: String::new(), by: WaivedBy::Baseline }),
            ..finding(&PRIVILEGED, compose("image: worker:latest"), "`worker` has no version")
        },
    ];
    findings.sort_by(|a, b| a.at.cmp(&b.at));
    let ticks = [
        (Point::Version, Tick::Yes),
        (Point::NonRoot, Tick::No),
        (Point::NoSecrets, Tick::No),
        (Point::Healthcheck, Tick::Unknown),
        (Point::Ports, Tick::NotApplicable),
    ];
    let checklists = vec![
        Checklist { subject: "Dockerfile (web)".to_owned(), ticks: BTreeMap::from(ticks), places: Vec::new() },
        Checklist {
            subject: "worker/Dockerfile".to_owned(),
            ticks: BTreeMap::from([(Point::Version, Tick::Yes)]),
            places: Vec::new(),
        },
    ];
    Audit { files, checked: 3, findings, hidden: Vec::new(), checklists }
}
