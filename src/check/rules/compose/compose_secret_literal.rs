//! `compose-secret-literal`

use crate::check::Found;
use crate::check::credentials::named_value;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Service;
use crate::compose::project::{Command, Place, Scalar};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};
use crate::secret::{self, Masked, ValueVerdict};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-secret-literal",
        family: Family::Compose,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A secret is written in the compose file",
        why: "The compose file is committed with the code: everybody who can read the repository, now or later, has the \
              password, and every installation has the same one.",
        instead: "Write `secrets:` and the `NAME_FILE` variable that most database images read, or `NAME: ${NAME:?}` with the \
                  value in an `.env` that is not committed.",
        bad: &[
            Example::Compose(
                "services:\n  db:\n    image: postgres:18\n    environment:\n      POSTGRES_PASSWORD: q8Rz!vK2mW7x-Lt4Pd\n",
            ),
            Example::Compose(
                "services:\n  db:\n    image: postgres:18\n    environment:\n      - POSTGRES_PASSWORD=${PW:-q8RzvK2mW7xLt4Pd}\n",
            ),
            Example::Compose(
                "services:\n  c:\n    image: valkey/valkey:8\n    command: valkey-server --requirepass q8RzvK2mW7xLt4Pd\n",
            ),
        ],
        good: &[
            Example::Compose(
                "services:\n  db:\n    image: postgres:18\n    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/db\n      A_TOKEN: ${A_TOKEN:?}\n      B_TOKEN:\n      C_SECRET: ''\n      D_PASSWORD: <password>\n",
            ),
            Example::Compose(
                "services:\n  c:\n    image: valkey/valkey:8\n    command: valkey-server --requirepass ${PW} --port 6379\n",
            ),
        ],
        equivalents: &[("kics", &["a88baa34"])],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::No,
    },
    checks: &[Check::Service(check)],
};

fn check(service: &Service<'_>, found: &mut Found) {
    for key in ["environment", "labels"] {
        for pair in service.pairs(key) {
            if let Some(value) = pair.value {
                judge(service, pair.name, value.text.raw(), &value.place, found);
            }
        }
    }
    for command in [service.command(), service.entrypoint()].into_iter().flatten() {
        match command {
            Command::Words(words, _) => options(service, &words, found),
            Command::Line(line) => in_line(service, line, found),
        }
    }
}

fn judge(service: &Service<'_>, name: &str, raw: &str, place: &Place, found: &mut Found) {
    // `$$` is a `$`.
    let single = raw.replace("$$", "$");
    let default = secret::default_of(raw);
    let Some(ValueVerdict::Literal { likely }) = named_value(name, default.unwrap_or(&single)) else { return };
    let shown = Masked::of(default.unwrap_or(&single));
    let at = service.at(found, place);
    let message = match default {
        Some(_) => format!("`{name}` has a default: {shown}"),
        None => format!("`{name}` has its value in the compose file: {shown}"),
    };
    let finding = found.add(at, message).secret().help(format!(
        "write `{name}: ${{{name}:?}}` with the value in an `.env` that is not committed, or use `secrets`"
    ));
    if !likely {
        finding.confidence(Confidence::Guess);
    }
    if service.is_dev() {
        finding.severity(Severity::Note);
    }
}

/// `--requirepass value`, `--password=value`
fn options(service: &Service<'_>, words: &[&Scalar], found: &mut Found) {
    for (at, word) in words.iter().enumerate() {
        let Some(option) = word.text.raw().strip_prefix("--") else { continue };
        match option.split_once('=') {
            Some((name, value)) => judge(service, name_of(name), value, &word.place, found),
            None => {
                let next = words.get(at + 1).filter(|next| !next.text.raw().starts_with('-'));
                if let Some(next) = next {
                    judge(service, name_of(option), next.text.raw(), &next.place, found);
                }
            }
        }
    }
}

fn in_line(service: &Service<'_>, line: &Scalar, found: &mut Found) {
    let mut words = line.text.raw().split_ascii_whitespace().peekable();
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix("--") else { continue };
        match option.split_once('=') {
            Some((name, value)) => judge(service, name_of(name), value, &line.place, found),
            None => {
                if let Some(next) = words.peek().filter(|next| !next.starts_with('-')) {
                    judge(service, name_of(option), next, &line.place, found);
                }
            }
        }
    }
}

/// The option as a name of a secret.
fn name_of(option: &str) -> &str {
    if matches!(option, "requirepass" | "masterauth") { "password" } else { option }
}
