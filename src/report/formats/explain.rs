//! What a rule says of itself: for a terminal, as a page of the docs, and for programs.

use serde::Serialize;

use super::json::{equivalents, written};
use super::{help_uri, severity};
use crate::report::{Example, Fixable, Persona, Point, RuleInfo, Severity};

/// The edition of the benchmark whose numbers [`RuleInfo::cis`] holds.
const CIS: &str = "CIS Docker Benchmark 1.6";

/// How it stands with `--fix`, in a sentence.
pub(super) const fn fix(rule: &RuleInfo) -> &'static str {
    match rule.fix {
        Fixable::Safe => "`scaffold check --fix` does it: the image does the same as before",
        Fixable::Unsafe => {
            "`scaffold check --fix --unsafe` does it: look at the difference, the image may do something else"
        }
        Fixable::No => "by hand: it needs a decision",
    }
}

/// For whom it is, where that is not everybody.
const fn persona(rule: &RuleInfo) -> Option<&'static str> {
    match rule.persona {
        Persona::Default => None,
        Persona::Pedantic => Some("only with `--pedantic`"),
        Persona::Policy => Some("only where a policy asks for it"),
    }
}

/// Its properties in a line: `error, certain; user; from edition 2026 on`.
pub(super) fn properties(rule: &RuleInfo) -> String {
    let mut parts = vec![
        format!("{}, {}", severity(rule.severity), rule.confidence.name()),
        rule.family.name().to_owned(),
        format!("from edition {} on", rule.edition),
    ];
    parts.extend(persona(rule).map(str::to_owned));
    parts.join("; ")
}

/// For a terminal; ends with a line break.
#[must_use]
pub fn explain(rule: &RuleInfo, colour: bool) -> String {
    let styled = |style: &str, text: &str| if colour { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() };
    let level = match rule.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Note => "1;32",
    };
    let mut text = format!("{}: {}\n{}\n", styled(level, rule.id), styled("1", rule.title), properties(rule));
    let mut section = |title: &str, body: &str| {
        text.push_str(&format!("\n{}\n{}\n", styled("1", title), indented(body)));
    };
    section("Why", rule.why);
    section("Instead", rule.instead);
    for (title, examples) in [("Found here", rule.bad), ("Not found here", rule.good)] {
        for example in examples {
            section(title, &files(example));
        }
    }
    if !rule.equivalents.is_empty() {
        let width = rule.equivalents.iter().map(|(tool, _)| tool.chars().count()).max().unwrap_or(0);
        let tools = rule.equivalents.iter().map(|(tool, ids)| format!("{tool:width$}  {}", ids.join(", ")));
        section("In other tools", &tools.collect::<Vec<_>>().join("\n"));
    }
    if !rule.cis.is_empty() {
        section(CIS, &rule.cis.join(", "));
    }
    if let Some(point) = rule.point {
        section("Point of the checklist", &of_the_checklist(point));
    }
    section("Fix", fix(rule));
    text
}

fn of_the_checklist(point: Point) -> String {
    format!("{} {}", point.section(), point.title())
}

/// An example's files; their names only where there are several.
fn files(example: &Example) -> String {
    let files = example.files();
    let texts = files.iter().map(|(path, text)| {
        let text = text.trim_end_matches('\n');
        if files.len() > 1 { format!("==== {path}\n{text}") } else { text.to_owned() }
    });
    texts.collect::<Vec<_>>().join("\n")
}

fn indented(text: &str) -> String {
    let lines = text.trim_matches('\n').lines();
    let lines = lines.map(|line| if line.trim().is_empty() { String::new() } else { format!("    {line}") });
    lines.collect::<Vec<_>>().join("\n")
}

/// As a page of the docs; ends with a line break.
#[must_use]
pub fn explain_markdown(rule: &RuleInfo) -> String {
    let mut page = format!("# {}\n\n{}.\n\n{}.\n", rule.id, sentence(rule.title), sentence(&properties(rule)));
    page.push_str(&format!("\n## Why\n\n{}\n\n## Instead\n\n{}\n", rule.why.trim(), rule.instead.trim()));
    for (title, examples) in [("Found here", rule.bad), ("Not found here", rule.good)] {
        if !examples.is_empty() {
            page.push_str(&format!("\n## {title}\n"));
        }
        for example in examples {
            let files = example.files();
            for (path, text) in &files {
                if files.len() > 1 {
                    page.push_str(&format!("\n`{path}`:\n"));
                }
                page.push_str(&fenced(path, text));
            }
        }
    }
    if !rule.equivalents.is_empty() {
        page.push_str("\n## In other tools\n\n| Tool | Rules |\n| --- | --- |\n");
        for (tool, ids) in rule.equivalents {
            let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            page.push_str(&format!("| {tool} | {} |\n", ids.join(", ")));
        }
    }
    if !rule.cis.is_empty() {
        page.push_str(&format!("\n## {CIS}\n\n{}\n", rule.cis.join(", ")));
    }
    if let Some(point) = rule.point {
        page.push_str(&format!("\n## Point of the checklist\n\n{}\n", of_the_checklist(point)));
    }
    page.push_str(&format!("\n## Fix\n\n{}.\n", sentence(fix(rule))));
    page
}

/// With a capital, where it begins with a letter.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A block of code whose fence does not occur in it.
fn fenced(path: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    let name = path.rsplit('/').next().unwrap_or(path);
    let language = match name.rsplit('.').next().unwrap_or_default() {
        "yaml" | "yml" => "yaml",
        "toml" => "toml",
        "json" => "json",
        "sh" => "sh",
        _ if name.contains("ockerfile") && !name.ends_with("ignore") => "dockerfile",
        _ => "text",
    };
    format!("\n{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// A rule for programs.
#[derive(Serialize)]
struct RuleJson {
    id: &'static str,
    family: &'static str,
    severity: Severity,
    confidence: &'static str,
    persona: &'static str,
    edition: u16,
    title: &'static str,
    why: &'static str,
    instead: &'static str,
    bad: Vec<Vec<FileJson>>,
    good: Vec<Vec<FileJson>>,
    equivalents: std::collections::BTreeMap<&'static str, &'static [&'static str]>,
    cis: &'static [&'static str],
    point: Option<PointJson>,
    fix: &'static str,
    page: Option<String>,
}

/// A file of an example.
#[derive(Serialize)]
struct FileJson {
    path: &'static str,
    text: &'static str,
}

/// A point of the checklist.
#[derive(Serialize)]
struct PointJson {
    section: &'static str,
    title: &'static str,
}

/// For programs: what [`RuleInfo`] holds, each example as a list of files; ends with a line break.
#[must_use]
pub fn explain_json(rule: &RuleInfo) -> String {
    let examples = |examples: &[Example]| {
        let examples = examples.iter();
        examples.map(|one| one.files().into_iter().map(|(path, text)| FileJson { path, text }).collect()).collect()
    };
    written(&RuleJson {
        id: rule.id,
        family: rule.family.name(),
        severity: rule.severity,
        confidence: rule.confidence.name(),
        persona: rule.persona.name(),
        edition: rule.edition,
        title: rule.title,
        why: rule.why,
        instead: rule.instead,
        bad: examples(rule.bad),
        good: examples(rule.good),
        equivalents: equivalents(rule),
        cis: rule.cis,
        point: rule.point.map(|point| PointJson { section: point.section(), title: point.title() }),
        fix: rule.fix.name(),
        page: help_uri(rule.id),
    })
}
