//! `waiver-expired`

use crate::check::rule::Rule;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "waiver-expired",
        family: Family::Meta,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A waiver is past its last day",
        why: "What was accepted for a while is accepted no longer; without a reminder it would stay for ever.",
        instead: "Mend what the rule finds, or decide anew and give a later day.",
        bad: &[Example::Dockerfile(
            "FROM debian:13-slim\n# scaffold: allow sudo until=2020-01-31 because=until the move\nRUN sudo make\n",
        )],
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
