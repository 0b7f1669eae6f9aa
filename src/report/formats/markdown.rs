//! The report as a comment on a pull request.

use std::collections::BTreeMap;

use super::absences::group_absences;
use super::summary::{self, count};
use super::view::{Columns, View, visible};
use super::{severity, tick};
use crate::report::{Audit, Checklist, Finding, RuleInfo, Tick};

/// GitHub takes comments of 65,536 characters; bytes are never fewer.
const LENGTH: usize = 65_000;

/// The checklists may take so much of it.
const CHECKLISTS: usize = 25_000;

/// The report as Markdown of GitHub, short enough for a comment.
#[must_use]
pub fn markdown(audit: &Audit, rules: &[&'static RuleInfo]) -> String {
    let grouped = group_absences(audit);
    let audit = grouped.as_ref();
    let view = View::new(audit);
    let mut text = format!("### scaffold check: {}\n", summary::found(audit));
    if !rules.is_empty() {
        let (files, rules) = (count(audit.checked, "file"), count(rules.len(), "rule"));
        text.push_str(&format!("\n{files} checked against {rules}.\n"));
    }
    let mut left_out = 0;
    for list in &audit.checklists {
        let table = checklist(&view, list);
        if text.len() + table.len() > CHECKLISTS {
            left_out += 1;
        } else {
            text.push_str(&table);
        }
    }
    if left_out > 0 {
        text.push_str(&format!("\n{} left out here for length.\n", count(left_out, "checklist")));
    }
    findings(&view, &mut text);
    text
}

/// Whether there is room for it and the closing line.
fn fits(text: &str, more: usize) -> bool {
    text.len() + more + 200 <= LENGTH
}

fn checklist(view: &View<'_>, list: &Checklist) -> String {
    let held = list.ticks.values().filter(|state| **state == Tick::Yes).count();
    let apply = list.ticks.values().filter(|state| **state != Tick::NotApplicable).count();
    let mut text = format!(
        "\n<details><summary>{}: {held} of {apply} points hold</summary>\n\n| State | Section | Point |\n| --- | --- | --- |\n",
        code(&view.sentence(&list.subject))
    );
    for (point, state) in &list.ticks {
        let sign = match state {
            Tick::Yes => "✅",
            Tick::No => "❌",
            Tick::Unknown => "❔",
            Tick::NotApplicable => "➖",
        };
        text.push_str(&format!("| {sign} {} | {} | {} |\n", tick(*state), point.section(), plain(point.title())));
    }
    text.push_str("\n</details>\n");
    text
}

fn findings(view: &View<'_>, text: &mut String) {
    let mut files: BTreeMap<usize, Vec<&Finding>> = BTreeMap::new();
    for finding in view.audit.active() {
        files.entry(finding.at.file).or_default().push(finding);
    }
    let mut left = view.audit.active().count();
    'all: for findings in files.values() {
        let path = findings.first().map_or("", |finding| view.path(&finding.at));
        let mut head = format!(
            "\n#### {}\n\n| Line | Severity | Rule | Finding |\n| --- | --- | --- | --- |\n",
            code(&visible(path))
        );
        for finding in findings {
            let row = row(view, finding);
            if !fits(text, head.len() + row.len()) {
                break 'all;
            }
            text.push_str(&head);
            text.push_str(&row);
            head.clear();
            left -= 1;
        }
    }
    if left > 0 {
        text.push_str(&format!("\n{} left out here for length: `scaffold check` shows all.\n", count(left, "finding")));
    } else if view.audit.active().next().is_some() {
        text.push_str("\n`scaffold explain RULE` says why a rule is there and what to write instead.\n");
    }
}

fn row(view: &View<'_>, finding: &Finding) -> String {
    let line = view.place(&finding.at, Columns::Characters).line;
    let related = finding.related.iter().take(5).map(|(at, message)| {
        let line = view.place(at, Columns::Characters).line;
        format!("<br>{}: {}", code(&format!("{}:{line}", visible(view.path(at)))), prose(&view.sentence(message)))
    });
    let help = finding.help.iter().map(|help| format!("<br>→ {}", prose(&view.sentence(help))));
    let fix = finding.fix.as_ref().filter(|fix| fix.safe).map_or("", |_| "<br>→ `scaffold check --fix` can do this");
    format!(
        "| {line} | {} | {} | {}{}{}{fix} |\n",
        severity(finding.severity),
        code(finding.rule.id),
        prose(&view.sentence(&finding.message)),
        related.collect::<String>(),
        help.collect::<String>(),
    )
}

/// A sentence: what stands in backticks becomes code, nothing else becomes anything.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let last = parts.len() - 1;
    let shown = parts.iter().enumerate().map(|(index, part)| match index % 2 {
        1 if index < last => code(part),
        1 => format!("&#96;{}", plain(part)),
        _ => plain(part),
    });
    shown.collect()
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", plain(text))
}

/// Text without any meaning in Markdown or HTML, and without mentions, references and links of GitHub's own: a character
/// that is written as a number is never a sign, and behind a space of no width no name begins.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ':' | ' ' | ',' | '.' | '-' | '\'' | '(' | ')' | '/' | '?' | ';' | '=' => shown.push(c),
            c if c.is_ascii_punctuation() => shown.push_str(&format!("&#{};", u32::from(c))),
            c => shown.push(c),
        }
        let next = chars.peek().copied().unwrap_or(' ');
        let begins = match c {
            '@' | '#' => next.is_alphanumeric(),
            ':' => next == '/',
            'w' | 'W' => next == '.',
            _ => false,
        };
        if begins {
            shown.push_str("&#8203;");
        }
    }
    shown
}
