//! `compose-obsolete`

use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Project;
use crate::report::Edit;
use crate::report::{Confidence, Example, Family, Fixable, Persona, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "compose-obsolete",
        family: Family::Compose,
        severity: Severity::Note,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "A compose file has what compose does not need any more",
        why: "Compose ignores `version` and warns of it at every start. A port such as `22:22` without quotes is a number in base 60 to readers of YAML 1.1.",
        instead: "Leave `version` out, and write ports in quotes.",
        bad: &[
            Example::Compose("version: '3.8'\nservices:\n  web:\n    image: nginx:1.30-trixie\n"),
            Example::Compose("services:\n  web:\n    image: nginx:1.30-trixie\n    ports:\n      - 22:22\n"),
        ],
        good: &[
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    ports:\n      - 8080:80\n      - '22:22'\n",
            ),
            Example::Compose(
                "services:\n  web:\n    image: nginx:1.30-trixie\n    ports:\n      - 22:22/tcp\n      - 127.0.0.1:22:22\n",
            ),
            Example::Files(&[(
                "docker-stack.yml",
                "version: '3.8'\nservices:\n  web:\n    image: nginx:1.30-trixie\n",
            )]),
            Example::Compose("x-config: |\n  version: 1\nservices:\n  web:\n    image: nginx:1.30-trixie\n"),
        ],
        equivalents: &[("dclint", &["no-version-field", "require-quotes-in-ports"])],
        cis: &[],
        point: None,
        fix: Fixable::Safe,
    },
    checks: &[Check::Project(check)],
};

fn check(project: &Project<'_>, found: &mut Found) {
    // The command for a swarm asked for `version` for a long time.
    if project.tree.get("version").is_some() && !project.is_production() {
        for path in &project.unit.reported {
            if let Some(file) = project.files.iter().find(|file| file.path == *path) {
                version(&file.path, &file.text, found);
            }
        }
    }
    for service in project.all() {
        for port in service.ports() {
            let written = project.written(&port.place);
            if !is_base_sixty(written) {
                continue;
            }
            let at = project.at(found, &port.place);
            let text = format!("\"{written}\"");
            found
                .add(at.clone(), format!("the port `{written}` is a number in base 60 to readers of YAML 1.1"))
                .help("write it in quotes")
                .safe_fix("write it in quotes", vec![Edit { at, text }]);
        }
    }
}

/// The line with `version` at the top level, which nothing of a block at the top level can be.
fn version(path: &str, text: &str, found: &mut Found) {
    let mut start = 0;
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let end = start + line.len();
        let key = ["version:", "\"version\":", "'version':"].iter().find(|key| line.starts_with(**key));
        if let Some(key) = key {
            let value = line[key.len()..].trim();
            let at = found.at(path, text, start..start + line.trim_end().len());
            // An empty line behind the first one would be the first one.
            let blank = lines.peek().filter(|next| next.trim().is_empty() && text[..start].trim().is_empty());
            let whole = start..end + blank.map_or(0, |next| next.len());
            let edit = Edit { at: found.at(path, text, whole), text: String::new() };
            let finding = found.add(at, "compose ignores `version`, and warns of it");
            finding.help("leave it out");
            // A value on the next lines, or with an anchor, is more than a line.
            if !value.is_empty() && !value.starts_with(['&', '|', '>', '{', '[']) {
                finding.safe_fix("delete `version`", vec![edit]);
            }
            return;
        }
        start = end;
    }
}

/// `22:22` as YAML 1.1 reads it: digits, then numbers below 60.
fn is_base_sixty(written: &str) -> bool {
    let mut parts = written.split(':');
    let first = parts.next().unwrap_or_default();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let rest: Vec<&str> = parts.collect();
    let below = |part: &&str| digits(part) && part.len() <= 2 && part.parse::<u8>().is_ok_and(|number| number < 60);
    digits(first) && !first.starts_with('0') && !rest.is_empty() && rest.iter().all(below)
}
