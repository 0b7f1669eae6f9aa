//! `waiver-unknown-rule`

use crate::check::rule::Rule;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "waiver-unknown-rule",
        family: Family::Meta,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A waiver cannot be understood",
        why: "A misspelled rule or day silences nothing, and its writer believes that it does.",
        instead: "Write `# scaffold: allow RULE until=2027-06-30 because=...`; `scaffold explain` lists the rules.",
        bad: &[Example::Dockerfile(
            "FROM debian:13-slim\n# scaffold: allow sodu because=a typing error\nRUN sudo make\n",
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
