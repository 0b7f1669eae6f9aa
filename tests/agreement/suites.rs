//! The other tools' own tests as tests of ours: where theirs must fire or be silent, does ours?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use scaffold_dockerfile::bases;
use scaffold_dockerfile::check::{self, Options};
use scaffold_dockerfile::detect::MemoryTree;
use scaffold_dockerfile::report::line_column;
use serde_json::Value;

use super::ours::Lines;

/// How the rows of one id come out.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) same: usize,
    /// What ours says otherwise: what was expected, and where the row comes from.
    pub(super) differ: Vec<String>,
}

#[derive(Default)]
pub(super) struct Outcome {
    pub(super) by_id: BTreeMap<String, Counts>,
    /// Ids that no rule of ours has.
    pub(super) without: BTreeSet<String>,
}

/// Nothing if there is no such suite.
pub(super) fn run(folder: &Path, tool: &str, pairs: &BTreeMap<&str, BTreeSet<&str>>) -> Option<Outcome> {
    let text = fs::read_to_string(folder.join(format!("{tool}.jsonl"))).ok()?;
    let mut outcome = Outcome::default();
    for row in text.lines() {
        let row: Value = serde_json::from_str(row).unwrap_or_else(|error| panic!("{tool}: {error}"));
        let id = row["rule_id"].as_str().unwrap_or_default();
        // A row with a configuration is about that configuration, one with a comment about their comments; some rows are
        // about no rule of theirs.
        let of_comments =
            row["text"].as_str().is_some_and(|text| text.contains("hadolint ") && text.contains("ignore"));
        if !row["config"].is_null() || of_comments || id == "*" || id == "parse-error" || id.contains('\\') {
            continue;
        }
        let Some(rules) = pairs.get(id) else {
            outcome.without.insert(id.to_owned());
            continue;
        };
        let counts = outcome.by_id.entry(id.to_owned()).or_default();
        let expected = row["expect"] == "fires";
        if fires(&row, rules) == expected {
            counts.same += 1;
        } else {
            let source = row["source"].as_str().unwrap_or_default();
            counts.differ.push(format!("{} {source}\t{}", row["expect"], row["text"]));
        }
    }
    Some(outcome)
}

/// The last line of what belongs to a key of YAML.
fn end_of_block(text: &str, key: u64) -> u64 {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().zip(1..).skip(usize::try_from(key).unwrap_or(usize::MAX).saturating_sub(1));
    let own = lines.next().map_or(0, |(line, _)| indent(line));
    let inside = |line: &str| {
        indent(line) > own || indent(line) == own && line.trim_start().starts_with("- ") || line.trim().is_empty()
    };
    lines.take_while(|(line, _)| inside(line)).last().map_or(key, |(_, number)| number)
}

fn fires(row: &Value, rules: &BTreeSet<&str>) -> bool {
    let compose = row["kind"] == "compose";
    let name = if compose { "compose.yaml" } else { "Dockerfile" };
    let written = row["text"].as_str().unwrap_or_default();
    let has_from = written.lines().any(|line| line.trim_start().to_ascii_uppercase().starts_with("FROM "));
    let text = if compose || has_from { written.to_owned() } else { format!("FROM debian:12\n{written}") };
    let mut files = vec![(name, text.as_str())];
    files.extend(row["dockerignore"].as_str().map(|text| (".dockerignore", text)));
    let options = Options { pedantic: true, today: Some(bases::CHECKED), ..Options::default() };
    let audit = check::check(&MemoryTree::new(files), true, &[name.to_owned()], &options);
    let mut at = audit.findings.iter().filter(|finding| rules.contains(finding.rule.id)).map(|finding| {
        let file = &audit.files[finding.at.file];
        line_column(&file.text, finding.at.start).0 as u64
    });
    // Theirs that name lines are about these alone: the same text has others that must not, or must, be found.
    match row["lines"].as_array().filter(|_| row["tool"] == "semgrep") {
        Some(lines) => {
            let of = Lines::of_text(&text, compose);
            let named: BTreeSet<u64> = lines.iter().filter_map(Value::as_u64).collect();
            let firsts: BTreeSet<u64> = named.iter().map(|line| of.first(*line)).collect();
            at.any(|line| match compose {
                true => named.iter().any(|first| (*first..=end_of_block(&text, *first)).contains(&line)),
                false => firsts.contains(&of.first(line)),
            })
        }
        None => at.next().is_some(),
    }
}
