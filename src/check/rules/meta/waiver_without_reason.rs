//! `waiver-without-reason`

use crate::check::rule::Rule;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "waiver-without-reason",
        family: Family::Meta,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Policy,
        edition: 2026,
        title: "A waiver does not say why",
        why: "Who finds it later cannot judge whether the reason still holds. Asked for by `require_reasons = true`.",
        instead: "Add `because=...` to the waiver.",
        bad: &[Example::Files(&[
            ("Dockerfile", "FROM debian:13-slim\n# scaffold: allow sudo\nRUN sudo make\n"),
            ("scaffold.toml", "[check]\nrequire_reasons = true\n"),
        ])],
        good: &[Example::Files(&[
            (
                "Dockerfile",
                "FROM debian:13-slim\n# scaffold: allow sudo because=the vendor's script calls it\nRUN sudo make\n",
            ),
            ("scaffold.toml", "[check]\nrequire_reasons = true\n"),
        ])],
        equivalents: &[],
        cis: &[],
        point: None,
        fix: Fixable::No,
    },
    checks: &[],
};
