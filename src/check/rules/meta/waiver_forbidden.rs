//! `waiver-forbidden`

use crate::check::rule::Rule;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "waiver-forbidden",
        family: Family::Meta,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        persona: Persona::Policy,
        edition: 2026,
        title: "A waiver is for a rule that the policy locks",
        why: "Those who keep the policy decided that this rule has no exceptions: the waiver has no effect.",
        instead: "Mend what the rule finds, or ask those who keep the policy.",
        bad: &[Example::Files(&[
            ("Dockerfile", "FROM debian:13-slim\n# scaffold: allow sudo because=I like it\nRUN sudo make\n"),
            ("scaffold.toml", "[check]\nlocked = [\"sudo\"]\n"),
        ])],
        good: &[Example::Files(&[
            (
                "Dockerfile",
                "FROM debian:13-slim\n# scaffold: allow sudo because=the vendor's script calls it\nRUN sudo make\n",
            ),
            ("scaffold.toml", "[check]\nlocked = [\"parse-error\"]\n"),
        ])],
        equivalents: &[],
        cis: &[],
        point: None,
        fix: Fixable::No,
    },
    checks: &[],
};
