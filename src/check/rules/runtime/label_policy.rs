//! `label-policy`

use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Known, written};
use crate::check::{Found, label};
use crate::dockerfile::Kind;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "label-policy",
        family: Family::Runtime,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Policy,
        edition: 2026,
        title: "The labels are not what the policy asks for",
        why: "Labels say who made an image, of which commit and under which licence; tools that look for them find nothing, or something else, if they are missing or written in another way.",
        instead: "Write the labels of the policy in the format that it names, such as `LABEL org.opencontainers.image.version=\"1.2.3\"`.",
        bad: &[
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\nLABEL version=1.2.3\n"),
                ("scaffold.toml", "[check.labels]\nversion = \"semver\"\nauthors = \"email\"\n"),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\nLABEL version=v1 authors=a@example.org\n"),
                ("scaffold.toml", "[check.labels]\nversion = \"semver\"\nauthors = \"email\"\n"),
            ]),
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\nLABEL version=1.2.3 authors=\"\"\n"),
                ("scaffold.toml", "[check.labels]\nversion = \"semver\"\nauthors = \"email\"\n"),
            ]),
        ],
        good: &[
            Example::Files(&[
                ("Dockerfile", "FROM debian:13-slim\nLABEL version=1.2.3-rc.1 authors=\"a@example.org\"\n"),
                ("scaffold.toml", "[check.labels]\nversion = \"semver\"\nauthors = \"email\"\n"),
            ]),
            // Of another stage, and with a value that is not known.
            Example::Files(&[
                (
                    "Dockerfile",
                    "FROM debian:13-slim AS base\nARG VERSION\nLABEL version=$VERSION\nFROM base\nLABEL authors=a@example.org\n",
                ),
                ("scaffold.toml", "[check.labels]\nversion = \"semver\"\nauthors = \"email\"\n"),
            ]),
            // Nobody asks for any.
            Example::Dockerfile("FROM debian:13-slim\n"),
        ],
        equivalents: &[(
            "hadolint",
            &["DL3048", "DL3049", "DL3050", "DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058"],
        )],
        cis: &[],
        point: None,
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    let policy = &build.workspace.options.policy;
    if policy.labels.is_empty() {
        return;
    }
    let mut present = Vec::new();
    for view in build.chain(build.target) {
        for one in written(build, view).filter(|one| !one.trigger) {
            let Kind::Label(pairs) = &one.instruction.kind else { continue };
            for pair in pairs {
                let Known::Value(name) = build.word(view, &pair.key) else { continue };
                let value = build.word(view, &pair.value);
                if let (Some(format), Some(value)) = (policy.labels.get(&name), value.value())
                    && !label::fits(*format, value)
                {
                    let at = build.at(found, pair.value.span.clone());
                    found
                        .add(at, format!("the label `{name}` is not {}", label::description(*format)))
                        .help(format!("write it like `{}`", label::example(*format)));
                }
                present.push(name);
            }
        }
    }
    // What compose adds to the image counts, too.
    let built = build.services.iter().filter_map(|service| service.service.build());
    present
        .extend(built.flat_map(|own| own.labels().into_iter().map(|label| label.name.to_owned()).collect::<Vec<_>>()));
    for (name, format) in policy.labels.iter().filter(|(name, _)| !present.contains(name)) {
        let at = build.at(found, build.absence());
        found
            .add(at, format!("the image has no label `{name}`"))
            .help(format!("write `LABEL {name}=\"{}\"`", label::example(*format)));
    }
}
