//! Literal secrets in a place where none may be.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// Beginnings of tokens that their issuers made recognisable, with the length from which on they are one.
const TOKENS: [(&str, usize, &str); 17] = [
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("npm_", 36, "an npm token"),
    ("pypi-AgE", 40, "a PyPI token"),
    ("AKIA", 20, "an AWS access key"),
    ("ASIA", 20, "an AWS access key"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("sk_live_", 20, "a Stripe key"),
    ("rk_live_", 20, "a Stripe key"),
    ("AIza", 35, "a Google API key"),
    ("hvs.", 24, "a Vault token"),
    ("dckr_pat_", 20, "a Docker token"),
    ("-----BEGIN ", 20, "a private key"),
];

/// Parts of names whose values are secrets.
const NAMES: [&str; 9] =
    ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "API_KEY", "PRIVATE_KEY", "CREDENTIAL", "ACCESS_KEY"];

/// Ends of names whose values are not, whatever stands before.
const HARMLESS_ENDS: [&str; 9] = ["_FILE", "_PATH", "_TTL", "_URL", "_NAME", "_ID", "_LENGTH", "_HEADER", "_EXPIRY"];

/// What a value is, if it is a secret. `name` is the key it stands under.
#[must_use]
pub fn kind(name: &str, value: &str) -> Option<&'static str> {
    let value = value.trim();
    if let Some((_, _, what)) =
        TOKENS.iter().find(|(prefix, length, _)| value.starts_with(prefix) && value.len() >= *length)
    {
        return Some(what);
    }
    if let Some((_, rest)) = value.split_once("://")
        && let Some((user, _)) = rest.split('/').next().unwrap_or_default().rsplit_once('@')
        && let Some((_, password)) = user.split_once(':')
        && !password.is_empty()
        && !password.starts_with('$')
    {
        return Some("a URL with a password");
    }
    let name = name.to_ascii_uppercase();
    let secret = NAMES.iter().any(|part| name.contains(part)) && !HARMLESS_ENDS.iter().any(|end| name.ends_with(end));
    let literal = value.len() >= 4
        && !value.starts_with(['$', '/'])
        && !value.bytes().all(|b| b.is_ascii_digit())
        && !matches!(value, "true" | "false" | "none" | "null");
    (secret && literal).then_some("its name says so")
}

/// The first secret in a table.
pub(super) fn in_table(table: &DeTable<'_>) -> Option<(Range<usize>, &'static str)> {
    table.iter().find_map(|(key, value)| in_value(key.get_ref(), value.get_ref(), value.span()))
}

fn in_value(name: &str, value: &DeValue<'_>, span: Range<usize>) -> Option<(Range<usize>, &'static str)> {
    match value {
        DeValue::String(text) => kind(name, text).map(|what| (span, what)),
        DeValue::Array(items) => items.iter().find_map(|item| in_value("", item.get_ref(), item.span())),
        DeValue::Table(table) => in_table(table),
        _ => None,
    }
}

/// A text with the bytes of a span replaced, so that an excerpt does not show them.
pub(super) fn redacted(text: &str, span: &Range<usize>) -> String {
    let (start, end) = (span.start.min(text.len()), span.end.min(text.len()));
    let hidden: String = text[start..end].chars().map(|c| if c == '\n' { '\n' } else { '*' }).collect();
    format!("{}{hidden}{}", &text[..start], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn secrets_are_told_from_what_only_looks_like_them() {
        for (name, value) in
            [("DB_PASSWORD", "correct horse"), ("x", "AKIAIOSFODNN7EXAMPLE"), ("x", "https://u:p4ss@host/")]
        {
            assert!(kind(name, value).is_some(), "{name}");
        }
        for (name, value) in [
            ("DB_PASSWORD_FILE", "/run/secrets/x"),
            ("TOKEN_TTL", "3600s"),
            ("API_TOKEN", "${API_TOKEN}"),
            ("SECRET_NAME", "db"),
            ("x", "https://host/a:b@c"),
            ("MAX_TOKENS", "4096"),
            ("x", "https://user@host/"),
        ] {
            assert!(kind(name, value).is_none(), "{name}={value}");
        }
    }
}
