//! `waiver-unused`

use crate::check::rule::Rule;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "waiver-unused",
        family: Family::Meta,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A waiver silences nothing",
        why: "What it was for is gone; left there it would hide the next mistake of the kind.",
        instead: "Delete the waiver; its reason is in the history.",
        bad: &[Example::Dockerfile("FROM debian:13-slim\n# scaffold: allow sudo because=once needed\nRUN make\n")],
        good: &[Example::Dockerfile(
            "FROM debian:13-slim\n# scaffold: allow sudo until=2099-12-31 because=the vendor's script calls it\nRUN sudo make\n",
        )],
        equivalents: &[],
        cis: &[],
        point: None,
        fix: Fixable::No,
    },
    checks: &[],
};
