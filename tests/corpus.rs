//! Precision on real files: every finding of severity warning and above on 320 public files, each judged by reading it.
//!
//! The files themselves are not in this repository: `tests/corpus/files.tsv` says where they are, and
//! `SCAFFOLD_CORPUS=<folder>` names a folder with a checkout `<owner>+<name>` of each. Without it only the labels are
//! looked at, and the page that states what they come to.
//!
//! `SNAPSHOTS=overwrite` writes docs/precision.md anew, and with a corpus the labels too: what was judged stays, what is
//! new gets `?`, which fails until somebody has judged it.
//!
//! The holdout is 160 more files that nobody looked at while rules were written. Its labels say what the rules found on
//! one day, so they are never brought up to date: a rule that is mended because of them would make them worthless.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test reads the corpus and starts the program")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scaffold_dockerfile::check;
use sha2::{Digest, Sha256};

/// Files, and the judgement of what was found in them.
struct Set {
    files: &'static str,
    labels: &'static str,
    /// So many of the list are labelled: the first ones, in the order of their hashes, which is no order of anybody's
    /// choice.
    labelled: usize,
}

/// The files that rules were mended on.
const TUNED: Set = Set { files: "tests/corpus/files.tsv", labels: "tests/corpus/labels.tsv", labelled: 320 };

/// The files that no rule was tuned on: the first 100 Dockerfiles and 60 compose files of a second list by hash.
const HOLDOUT: Set =
    Set { files: "tests/corpus/holdout-files.tsv", labels: "tests/corpus/holdout-labels.tsv", labelled: 160 };

/// When the holdout was measured, with the rules of that day.
const HOLDOUT_DATE: &str = "2026-11-24";

/// What the labels must come to.
const PRECISION: f64 = 0.95;

struct Listed {
    repository: String,
    path: String,
    sha: String,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    sha: String,
    line: u64,
    rule: String,
    severity: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}")).replace("\r\n", "\n")
}

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| line.split('\t').collect())
}

fn listed(set: &Set) -> Vec<Listed> {
    let text = read(set.files);
    let of = |row: Vec<&str>| Listed { repository: row[1].to_owned(), path: row[3].to_owned(), sha: row[4].to_owned() };
    rows(&text).map(of).take(set.labelled).collect()
}

/// The judgement of each finding: `right`, `wrong` or `?`, and a word about it.
fn labels(set: &Set) -> BTreeMap<Key, (String, String)> {
    let text = read(set.labels);
    let mut labels = BTreeMap::new();
    for row in rows(&text) {
        let key = Key {
            sha: row[0].to_owned(),
            line: row[1].parse().unwrap_or_else(|_| panic!("{row:?}")),
            rule: row[2].to_owned(),
            severity: row[3].to_owned(),
        };
        let note = row.get(5).copied().unwrap_or_default();
        assert!(labels.insert(key, (row[4].to_owned(), note.to_owned())).is_none(), "twice: {row:?}");
    }
    labels
}

fn overwrite() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite")
}

/// What the labels of a set come to.
struct Judged {
    files: usize,
    right: usize,
    wrong: usize,
    wrong_errors: usize,
    by_rule: BTreeMap<String, (usize, usize)>,
}

impl Judged {
    fn precision(&self) -> f64 {
        self.right as f64 / (self.right + self.wrong).max(1) as f64
    }
}

fn judged(set: &Set) -> Judged {
    let files: BTreeSet<String> = listed(set).iter().map(|file| file.sha[..12].to_owned()).collect();
    assert_eq!(files.len(), set.labelled, "{}", set.files);
    let mut judged = Judged { files: files.len(), right: 0, wrong: 0, wrong_errors: 0, by_rule: BTreeMap::new() };
    for (key, (verdict, _)) in &labels(set) {
        assert!(files.contains(&key.sha), "{} is not listed", key.sha);
        assert!(check::find(&key.rule).is_some(), "there is no rule {}", key.rule);
        let counts = judged.by_rule.entry(key.rule.clone()).or_default();
        match verdict.as_str() {
            "right" => {
                judged.right += 1;
                counts.0 += 1;
            }
            "wrong" => {
                judged.wrong += 1;
                counts.1 += 1;
                judged.wrong_errors += usize::from(key.severity == "error");
            }
            _ => panic!("{} line {}: {} is not judged", key.sha, key.line, key.rule),
        }
    }
    judged
}

#[test]
fn the_two_sets_have_no_file_in_common() {
    let tuned: BTreeSet<String> = rows(&read(TUNED.files)).map(|row| row[4].to_owned()).collect();
    let both: Vec<String> =
        listed(&HOLDOUT).into_iter().map(|file| file.sha).filter(|sha| tuned.contains(sha)).collect();
    assert!(both.is_empty(), "{both:?}");
}

#[test]
fn the_labels_are_about_rules_and_files_that_exist_and_come_to_enough() {
    let tuned = judged(&TUNED);
    let holdout = judged(&HOLDOUT);
    let mut page = String::from(
        "# Precision of `scaffold check`\n\nMade by `tests/corpus.rs` from the labels in `tests/corpus`.\n\n",
    );
    writeln!(
        page,
        "On {} public Dockerfiles and compose files (the first of `tests/corpus/files.tsv` by hash) `scaffold check` gives {} findings of severity warning and above. Each was judged by what the file says: {} are right, {} are wrong. **Precision {:.1} %**; wrong errors: {}.\n",
        tuned.files,
        tuned.right + tuned.wrong,
        tuned.right,
        tuned.wrong,
        tuned.precision() * 100.0,
        tuned.wrong_errors
    )
    .expect("text");
    writeln!(
        page,
        "On files that no rule was tuned on: {} more (`tests/corpus/holdout-files.tsv`: other files of the same repositories), measured on {HOLDOUT_DATE}, before what it showed was mended. Of {} findings of severity warning and above {} are right, {} are wrong. **Precision {:.1} %**; wrong errors: {}. Wrong are: {}.\n",
        holdout.files,
        holdout.right + holdout.wrong,
        holdout.right,
        holdout.wrong,
        holdout.precision() * 100.0,
        holdout.wrong_errors,
        false_alarms(&holdout)
    )
    .expect("text");
    page.push_str("Right means: what the finding says is true of the file, it is what the rule's page describes, and none of the exceptions of that page holds. The judges were the makers of the tool, who mended rules where these files showed false alarms, which is why the second number is there; whether an image is named as a finding says, and what it starts as, was compared by a script and read in samples. The labels are there to be checked.\n\nThe first set by rule:\n\n| rule | right | wrong |\n| --- | --- | --- |\n");
    for (rule, (right, wrong)) in &tuned.by_rule {
        writeln!(page, "| `{rule}` | {right} | {wrong} |").expect("text");
    }
    let path = "docs/precision.md";
    if overwrite() {
        fs::write(root().join(path), &page).expect("written");
    }
    assert_eq!(read(path), page, "write it anew: SNAPSHOTS=overwrite cargo test --test corpus");
    for (name, set) in [("tuned", &tuned), ("holdout", &holdout)] {
        assert!(set.right + set.wrong > 300, "{name}: {} findings are too few to say anything", set.right + set.wrong);
    }
    assert!(tuned.precision() >= PRECISION, "precision is {:.3}", tuned.precision());
}

fn false_alarms(judged: &Judged) -> String {
    let wrong = judged.by_rule.iter().filter(|(_, (_, wrong))| *wrong > 0);
    wrong.map(|(rule, (_, wrong))| format!("{wrong} of `{rule}`")).collect::<Vec<_>>().join(", ")
}

/// All findings that are to be judged, on the files of a corpus.
fn found(corpus: &Path, set: &Set) -> BTreeMap<Key, String> {
    let mut by_repository: BTreeMap<String, Vec<Listed>> = BTreeMap::new();
    for file in listed(set) {
        by_repository.entry(file.repository.clone()).or_default().push(file);
    }
    let mut all = BTreeMap::new();
    for (repository, files) in by_repository {
        let folder = corpus.join(repository.replace('/', "+"));
        for file in &files {
            let bytes =
                fs::read(folder.join(&file.path)).unwrap_or_else(|error| panic!("{repository} {}: {error}", file.path));
            let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(digest, file.sha, "{repository} {} is another version", file.path);
        }
        let output = Command::new(env!("CARGO_BIN_EXE_scaffold"))
            .args(["check", "--format", "json", "--fail-on", "never", "--"])
            .args(files.iter().map(|file| file.path.as_str()))
            .current_dir(&folder)
            .output()
            .expect("scaffold");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{repository}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
        for finding in report["findings"].as_array().expect("findings") {
            let severity = finding["severity"].as_str().unwrap_or_default();
            let path = finding["file"].as_str().unwrap_or_default();
            // What is found in a file beside them (.dockerignore, a script) belongs to the first of them.
            let sha =
                files.iter().find(|file| file.path == path).or(files.first()).map(|file| file.sha[..12].to_owned());
            let (Some(sha), true) = (sha, severity != "note" && finding["waived"].is_null()) else { continue };
            let key = Key {
                sha,
                line: finding["line"].as_u64().unwrap_or_default(),
                rule: finding["rule"].as_str().unwrap_or_default().to_owned(),
                severity: severity.to_owned(),
            };
            let message = finding["message"].as_str().unwrap_or_default();
            all.insert(key, format!("{repository} {path}: {}", message.replace(['\t', '\n'], " ")));
        }
    }
    all
}

#[test]
fn every_finding_on_the_corpus_has_been_judged() {
    let Some(corpus) = std::env::var_os("SCAFFOLD_CORPUS").map(PathBuf::from) else { return };
    let labels = labels(&TUNED);
    let found = found(&corpus, &TUNED);
    if overwrite() {
        let mut text = String::from("# file (start of its sha256)\tline\trule\tseverity\tjudgement\tabout\n");
        for (key, about) in &found {
            let (verdict, note) = labels.get(key).cloned().unwrap_or_else(|| ("?".to_owned(), about.clone()));
            writeln!(text, "{}\t{}\t{}\t{}\t{verdict}\t{note}", key.sha, key.line, key.rule, key.severity)
                .expect("text");
        }
        fs::write(root().join(TUNED.labels), text).expect("written");
        return;
    }
    let new: Vec<&String> = found.iter().filter(|(key, _)| !labels.contains_key(key)).map(|(_, about)| about).collect();
    assert!(new.is_empty(), "not judged: {new:#?}");
    let gone: Vec<String> = labels
        .keys()
        .filter(|key| !found.contains_key(key))
        .map(|key| format!("{} {} {}", key.sha, key.line, key.rule))
        .collect();
    assert!(gone.is_empty(), "not found any more: {gone:#?}");
}
