//! Waivers: findings that somebody knows and accepts, with a reason and a last day.
//!
//! `# scaffold: allow RULE until=2027-06-30 because=...` stands above what it is about (an instruction, a key of a YAML
//! file with all below it), `allow-stage` anywhere in a stage, `allow-file` anywhere in a file.

use std::ops::Range;

use super::policy::{PolicyFile, PolicyWaiver, date};
use super::rules::meta;
use super::{Found, Options, Rule};
use crate::bases::Date;
use crate::dockerfile::{self, Kind};
use crate::ignore::Ignore;
use crate::report::{Audit, Finding, Location, RuleInfo, Waived, WaivedBy, did_you_mean};

/// A waiver that stands in a file as a comment.
struct Comment {
    rules: Vec<(String, Range<usize>)>,
    until: Option<Date>,
    because: String,
    /// The comment itself.
    at: Location,
    /// What it is about.
    scope: Range<usize>,
    problem: Option<String>,
}

/// Marks what is waived, and reports waivers that are wrong.
pub(super) fn apply(audit: &mut Audit, options: &Options, policy_file: Option<&PolicyFile>) {
    let mut comments = Vec::new();
    for (index, file) in audit.files.iter().enumerate() {
        if file.text.contains("scaffold:") {
            comments.extend(read(index, &file.path, &file.text));
        }
    }
    let mut reports: Vec<(&'static RuleInfo, Location, String, Option<String>)> = Vec::new();
    for comment in &comments {
        if let Some(problem) = &comment.problem {
            reports.push((&meta::waiver_unknown_rule::RULE.info, comment.at.clone(), problem.clone(), None));
        }
        for (id, span) in &comment.rules {
            let at = Location::new(comment.at.file, span.clone());
            let Some(rule) = super::find(id) else {
                let near = did_you_mean(id, super::all().iter().map(|rule| rule.info.id));
                let help = near.map_or_else(
                    || "`scaffold explain` lists all rules".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                let info = &meta::waiver_unknown_rule::RULE.info;
                reports.push((info, at, format!("there is no rule `{id}` to allow"), Some(help)));
                continue;
            };
            let fits = |finding: &Finding| {
                finding.at.file == comment.at.file
                    && finding.rule.id == *id
                    && comment.scope.contains(&finding.at.start)
            };
            let waiver = Waiver { rule, until: comment.until, because: &comment.because, at: &at };
            waive(audit, options, &waiver, &fits, &mut reports);
        }
    }
    if let Some(file) = policy_file.filter(|_| !options.policy.waivers.is_empty()) {
        let index = match audit.files.iter().position(|known| known.path == file.path) {
            Some(index) => index,
            None => {
                audit.files.push(crate::report::Source { path: file.path.clone(), text: file.text.clone() });
                audit.files.len() - 1
            }
        };
        for waiver in &options.policy.waivers {
            let Some(rule) = super::find(&waiver.rule) else { continue };
            let paths: Vec<bool> = audit.files.iter().map(|file| fits_path(waiver, &file.path)).collect();
            let fits = |finding: &Finding| {
                finding.rule.id == waiver.rule && paths.get(finding.at.file).copied().unwrap_or(false)
            };
            let at = Location::new(index, waiver.span.clone());
            let waiver = Waiver { rule, until: waiver.until, because: &waiver.because, at: &at };
            waive(audit, options, &waiver, &fits, &mut reports);
        }
    }
    let mut found = Found::default();
    for (rule, at, message, help) in reports {
        found.begin(rule);
        let finding = found.add(at, message);
        finding.help = help;
    }
    audit.findings.append(&mut found.audit().findings);
}

struct Waiver<'a> {
    rule: &'static Rule,
    until: Option<Date>,
    because: &'a str,
    at: &'a Location,
}

type Reports = Vec<(&'static RuleInfo, Location, String, Option<String>)>;

fn waive(
    audit: &mut Audit,
    options: &Options,
    waiver: &Waiver<'_>,
    fits: &dyn Fn(&Finding) -> bool,
    reports: &mut Reports,
) {
    let id = waiver.rule.info.id;
    if options.policy.locked.contains(id) {
        let message = format!("`{id}` cannot be allowed here: the policy locks it");
        let help = Some("mend what it finds, or ask those who keep the policy".to_owned());
        reports.push((&meta::waiver_forbidden::RULE.info, waiver.at.clone(), message, help));
        return;
    }
    if options.policy.reasons_required && waiver.because.trim().is_empty() {
        let message = format!("nothing says why `{id}` is allowed");
        let help = Some("add because=...".to_owned());
        reports.push((&meta::waiver_without_reason::RULE.info, waiver.at.clone(), message, help));
    }
    if let (Some(until), Some(today)) = (waiver.until, options.today)
        && today > until
    {
        let message = format!("`{id}` was allowed until {until}");
        let help = Some("mend what it finds, or allow it to a later day".to_owned());
        reports.push((&meta::waiver_expired::RULE.info, waiver.at.clone(), message, help));
        return;
    }
    let mut used = false;
    for finding in audit.findings.iter_mut().filter(|finding| fits(finding)) {
        used = true;
        finding.waived.get_or_insert_with(|| Waived {
            because: waiver.because.to_owned(),
            by: WaivedBy::Waiver(waiver.at.clone()),
        });
    }
    // A rule that was not asked cannot have found anything.
    let asked = options.only.is_empty() || options.only.contains(id);
    let pedantic = waiver.rule.info.persona != crate::report::Persona::Default;
    if !used && asked && (options.pedantic || !pedantic) && options.policy.levels.get(id) != Some(&None) {
        let message = format!("`{id}` is allowed, and finds nothing here");
        let help = Some("delete the waiver".to_owned());
        reports.push((&meta::waiver_unused::RULE.info, waiver.at.clone(), message, help));
    }
}

fn fits_path(waiver: &PolicyWaiver, path: &str) -> bool {
    match &waiver.path {
        None => true,
        // The matching of .dockerignore: at the root, `**` for any depth, a folder with all below it.
        Some(glob) => Ignore::parse(glob).excludes(path),
    }
}

const KEYWORD: &str = "scaffold:";

/// The waivers of a text.
fn read(file: usize, path: &str, text: &str) -> Vec<Comment> {
    let parsed = super::names::is_dockerfile(path).then(|| dockerfile::parse(text));
    let mut comments = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let Some(hash) = line.find('#') else { continue };
        let own_line = line[..hash].trim().is_empty();
        // Behind an instruction of a Dockerfile a `#` is no comment.
        if !own_line && (parsed.is_some() || !line[..hash].ends_with([' ', '\t'])) {
            continue;
        }
        let Some(rest) = line[hash + 1..].trim_start().strip_prefix(KEYWORD) else { continue };
        let offset = at + line.len() - rest.len();
        let rest = rest.trim_end();
        let (verb, words) = rest.trim_start().split_once([' ', '\t']).unwrap_or((rest.trim_start(), ""));
        let words_at = offset + rest.len() - words.len();
        let span = at + hash..at + line.trim_end().len();
        let behind = at + line.len();
        let scope = match (verb, &parsed) {
            ("allow-file", _) => Some(0..text.len() + 1),
            ("allow-stage", Some(file)) => Some(stage_of(file, at, text.len())),
            ("allow", Some(file)) => Some(instruction_of(file, at)),
            ("allow", None) if own_line => Some(block_behind(text, behind)),
            ("allow", None) => Some(at..behind),
            _ => None,
        };
        let problem = scope.is_none().then(|| {
            format!("`{verb}` is no word of a waiver: write `allow`, `allow-stage` or `allow-file`, then the rule")
        });
        let mut comment = parse(words, words_at);
        comment.at = Location::new(file, span);
        comment.scope = scope.unwrap_or(0..0);
        comment.problem = problem.or(comment.problem);
        comments.push(comment);
    }
    comments
}

/// The rules, `until=` and `because=` of a waiver. What follows `because=` is the reason, to the end of the line.
fn parse(words: &str, at: usize) -> Comment {
    let (head, because) = match words.split_once("because=") {
        Some((head, because)) => (head, because.trim().trim_matches('"').to_owned()),
        None => (words, String::new()),
    };
    let mut comment =
        Comment { rules: Vec::new(), until: None, because, at: Location::new(0, 0..0), scope: 0..0, problem: None };
    let mut offset = at;
    for word in head.split([' ', '\t', ',']) {
        let span = offset..offset + word.len();
        offset += word.len() + 1;
        if let Some(day) = word.strip_prefix("until=") {
            comment.until = date(day.trim_matches('"'));
            if comment.until.is_none() {
                comment.problem = Some(format!("`{day}` is no day: write `until=2027-06-30`"));
            }
        } else if !word.is_empty() {
            comment.rules.push((word.to_owned(), span));
        }
    }
    if comment.rules.is_empty() && comment.problem.is_none() {
        comment.problem = Some("the waiver names no rule".to_owned());
    }
    comment
}

/// The instruction that a comment stands in, or above.
fn instruction_of(file: &dockerfile::Dockerfile, at: usize) -> Range<usize> {
    let instruction = file.instructions.iter().find(|instruction| instruction.span.end > at);
    instruction.map_or(0..0, |instruction| instruction.span.start..instruction.span.end.max(instruction.span.start + 1))
}

/// The stage that a comment stands in, or right above.
fn stage_of(file: &dockerfile::Dockerfile, at: usize, end: usize) -> Range<usize> {
    let next = file.instructions.iter().position(|instruction| instruction.span.start > at);
    let is_from = |index: usize| matches!(file.instructions[index].kind, Kind::From(_));
    let all = file.instructions.len();
    let next = next.unwrap_or(all);
    let first =
        if next < all && is_from(next) { next } else { (0..next).rev().find(|index| is_from(*index)).unwrap_or(0) };
    let last = (first + 1..all).find(|index| is_from(*index));
    let start = file.instructions.get(first).map_or(0, |instruction| instruction.span.start);
    start..last.map_or(end + 1, |last| file.instructions[last].span.start)
}

/// The next line that says something, with all deeper ones behind it.
fn block_behind(text: &str, from: usize) -> Range<usize> {
    let mut start = None;
    let mut indent = 0;
    let mut at = from;
    for line in text.get(from..).unwrap_or_default().split_inclusive('\n') {
        let trimmed = line.trim();
        let depth = line.len() - line.trim_start().len();
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            match start {
                None => {
                    start = Some(at);
                    indent = depth;
                }
                Some(start) if depth <= indent => return start..at,
                Some(_) => {}
            }
        }
        at += line.len();
    }
    start.map_or(0..0, |start| start..at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::detect::MemoryTree;

    fn audit(path: &str, text: &str, options: &Options) -> Audit {
        let tree = MemoryTree::new([(path, text)]);
        let mut audit = check(&tree, true, &[path.to_owned()], options);
        super::super::apply_policy(&mut audit, options, None);
        audit
    }

    /// `line rule`, with `-` before it if it is waived.
    fn shown(path: &str, text: &str, options: &Options) -> Vec<String> {
        let audit = audit(path, text, options);
        let of_interest = ["sudo", "compose-privileged"];
        let interesting =
            |finding: &&Finding| finding.rule.id.starts_with("waiver") || of_interest.contains(&finding.rule.id);
        let line = |finding: &Finding| {
            let mark = if finding.waived.is_some() { "-" } else { "" };
            format!("{mark}{} {}", audit.line_column(&finding.at).0, finding.rule.id)
        };
        audit.findings.iter().filter(interesting).map(line).collect()
    }

    #[test]
    fn a_waiver_is_about_the_instruction_below_it() {
        let text = "FROM debian:13-slim\n# scaffold: allow sudo because=the vendor's script\nRUN sudo a && \\\n  sudo b\nRUN sudo c\n";
        assert_eq!(shown("Dockerfile", text, &Options::default()), ["-3 sudo", "-4 sudo", "5 sudo"]);
        let inside = "FROM debian:13-slim\nRUN sudo a && \\\n  # scaffold: allow sudo\n  sudo b\n";
        assert_eq!(shown("Dockerfile", inside, &Options::default()), ["-2 sudo", "-4 sudo"]);
    }

    #[test]
    fn a_waiver_may_be_about_a_stage_or_a_file() {
        let text =
            "FROM debian:13-slim AS a\n# scaffold: allow-stage sudo\nRUN sudo a\nFROM debian:13-slim\nRUN sudo b\n";
        assert_eq!(shown("Dockerfile", text, &Options::default()), ["-3 sudo", "5 sudo"]);
        let text = text.replace("allow-stage", "allow-file");
        assert_eq!(shown("Dockerfile", &text, &Options::default()), ["-3 sudo", "-5 sudo"]);
    }

    #[test]
    fn a_waiver_of_a_yaml_file_is_about_the_block_below_it() {
        let text = "services:\n  # scaffold: allow compose-privileged because=x\n  a:\n    image: a:1\n    privileged: true\n  b:\n    image: b:1\n    privileged: true # scaffold: allow compose-privileged\n  c:\n    image: c:1\n    privileged: true\n";
        assert_eq!(
            shown("compose.yaml", text, &Options::default()),
            ["-5 compose-privileged", "-8 compose-privileged", "11 compose-privileged"]
        );
    }

    #[test]
    fn waivers_that_are_wrong_are_findings() {
        let today = date("2026-11-24");
        let options = Options { today, ..Options::default() };
        let of = |line: &str| shown("Dockerfile", &format!("FROM debian:13-slim\n{line}\nRUN sudo a\n"), &options);
        assert_eq!(of("# scaffold: allow sudo until=2026-11-23"), ["2 waiver-expired", "3 sudo"]);
        assert_eq!(of("# scaffold: allow sudo until=2026-11-24"), ["-3 sudo"]);
        assert_eq!(of("# scaffold: allow sodu"), ["2 waiver-unknown-rule", "3 sudo"]);
        assert_eq!(of("# scaffold: allow sudo until=soon"), ["2 waiver-unknown-rule", "-3 sudo"]);
        assert_eq!(of("# scaffold: alow sudo"), ["2 waiver-unknown-rule", "2 waiver-unused", "3 sudo"]);
        assert_eq!(of("# scaffold: allow parse-error"), ["2 waiver-unused", "3 sudo"]);
        let mut locked = options.clone();
        locked.policy.locked.insert("sudo".to_owned());
        locked.policy.reasons_required = true;
        let text = "FROM debian:13-slim\n# scaffold: allow sudo\nRUN sudo a\n";
        assert_eq!(shown("Dockerfile", text, &locked), ["2 waiver-forbidden", "3 sudo"]);
        locked.policy.locked.clear();
        assert_eq!(shown("Dockerfile", text, &locked), ["2 waiver-without-reason", "-3 sudo"]);
    }
}
