//! What the other tools find in the files of the corpus: their recorded answers, or the tools themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::ours::Lines;
use super::{Listed, Places};

/// All tools that a rule may name.
pub(super) const NAMES: [&str; 8] = ["hadolint", "buildkit", "trivy", "checkov", "semgrep", "dclint", "dockle", "kics"];

/// One run of a tool.
pub(super) struct Anchor {
    pub(super) name: &'static str,
    /// Whether it looks at compose files; at Dockerfiles otherwise.
    pub(super) compose: bool,
    /// Whether its places say no more than the file.
    pub(super) by_file: bool,
    pub(super) answer: Answer,
}

/// What a tool said.
#[derive(Default)]
pub(super) struct Answer {
    /// The files that it understood: about the others its silence means nothing.
    pub(super) seen: BTreeSet<usize>,
    pub(super) found: Places,
}

/// ShellCheck's are one.
pub(super) fn family_of(id: &str) -> &str {
    if id.starts_with("SC") { "SC*" } else { id }
}

/// Findings that say that the tool could not read the file.
const UNREAD: [&str; 4] = ["DL1000", "invalid-yaml", "invalid-schema", "unknown-error"];

/// The runs: name, file of the recorded answer, whether of compose files, whether by file.
const RUNS: [(&str, &str, bool, bool); 6] = [
    ("hadolint", "hadolint-nopragma.json", false, false),
    ("buildkit", "buildkit.json", false, false),
    ("checkov", "checkov.json", false, true),
    ("semgrep", "semgrep.json", false, false),
    ("semgrep", "semgrep-compose.json", true, true),
    ("dclint", "dclint.json", true, true),
];

pub(super) fn all(oracles: Option<&Path>, corpus: &Path, listed: &[Listed]) -> Vec<Anchor> {
    let run = |(name, file, compose, by_file): (&'static str, &str, bool, bool)| {
        let recorded = oracles.map(|folder| folder.join(file)).filter(|path| path.is_file());
        let answer = match (recorded, name) {
            (Some(path), _) => recorded_answer(&path, listed),
            (None, "hadolint") => live_hadolint(corpus, listed)?,
            (None, "checkov") => live_checkov(listed)?,
            (None, _) => return None,
        };
        Some(Anchor { name, compose, by_file, answer })
    };
    RUNS.into_iter().filter_map(run).collect()
}

/// A list of an object a file: `sha256`, `findings` (`rule`, `line`) or `warnings` (`rule`, `lines`), `parse_errors`, `status`.
fn recorded_answer(path: &Path, listed: &[Listed]) -> Answer {
    let of_sha: BTreeMap<&str, usize> =
        listed.iter().enumerate().map(|(index, file)| (file.sha.as_str(), index)).collect();
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let all: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut answer = Answer::default();
    for one in all.as_array().expect("a list") {
        let Some(&index) = of_sha.get(one["sha256"].as_str().unwrap_or_default()) else { continue };
        let findings = one["findings"].as_array().or(one["warnings"].as_array()).expect("findings");
        let stumbled = one["parse_errors"].as_array().is_some_and(|errors| !errors.is_empty())
            || one["status"].as_str().is_some_and(|status| status != "ok");
        let found = findings.iter().map(|finding| {
            let line = finding["line"].as_u64().or(finding["lines"][0][0].as_u64()).unwrap_or_default();
            (finding["rule"].as_str().unwrap_or_default().to_owned(), line)
        });
        add(&mut answer, index, &listed[index], stumbled, found.collect());
    }
    answer
}

fn add(answer: &mut Answer, index: usize, file: &Listed, stumbled: bool, found: Vec<(String, u64)>) {
    if stumbled || found.iter().any(|(rule, _)| UNREAD.contains(&rule.as_str())) {
        return;
    }
    answer.seen.insert(index);
    let lines = Lines::of(file);
    for (rule, line) in found {
        answer.found.entry(rule).or_default().insert((index, lines.first(line)));
    }
}

/// Starts a tool; nothing if it is not there.
fn output(command: &mut Command) -> Option<Value> {
    let output = command.output().ok()?;
    let told = |error| panic!("{:?}: {error}: {}", command.get_program(), String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap_or_else(told))
}

fn live_hadolint(corpus: &Path, listed: &[Listed]) -> Option<Answer> {
    let files: BTreeMap<String, usize> = (0..listed.len())
        .filter(|index| !listed[*index].compose)
        .map(|index| (format!("{}/{}", listed[index].repository.replace('/', "+"), listed[index].path), index))
        .collect();
    let mut command = Command::new("hadolint");
    command.args(["--format", "json", "--no-fail", "--disable-ignore-pragma", "--"]).args(files.keys());
    let all = output(command.current_dir(corpus))?;
    let mut by_file: BTreeMap<usize, Vec<(String, u64)>> = files.values().map(|index| (*index, Vec::new())).collect();
    for finding in all.as_array().expect("a list") {
        let index = files[finding["file"].as_str().expect("a file")];
        let rule = finding["code"].as_str().unwrap_or_default().to_owned();
        by_file.entry(index).or_default().push((rule, finding["line"].as_u64().unwrap_or_default()));
    }
    let mut answer = Answer::default();
    by_file.into_iter().for_each(|(index, found)| add(&mut answer, index, &listed[index], false, found));
    Some(answer)
}

/// It does not know a Dockerfile by another name, thus a copy of each.
fn live_checkov(listed: &[Listed]) -> Option<Answer> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("agreement-checkov");
    let _ = fs::remove_dir_all(&folder);
    let files: BTreeMap<String, usize> = (0..listed.len())
        .filter(|index| !listed[*index].compose)
        .map(|index| (format!("/{index}/Dockerfile"), index))
        .collect();
    for (path, index) in &files {
        let path = folder.join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, &listed[*index].text).expect("written");
    }
    let mut command = Command::new("checkov");
    command.args(["--framework", "dockerfile", "-o", "json", "--compact", "--soft-fail", "--skip-download", "-d"]);
    let all = output(command.arg(&folder))?;
    let mut by_file: BTreeMap<usize, Vec<(String, u64)>> = files.values().map(|index| (*index, Vec::new())).collect();
    for finding in all["results"]["failed_checks"].as_array().expect("checks") {
        let index = files[finding["file_path"].as_str().expect("a file")];
        let rule = finding["check_id"].as_str().unwrap_or_default().to_owned();
        by_file.entry(index).or_default().push((rule, finding["file_line_range"][0].as_u64().unwrap_or_default()));
    }
    let mut answer = Answer::default();
    by_file.into_iter().for_each(|(index, found)| add(&mut answer, index, &listed[index], false, found));
    Some(answer)
}
