//! Precision on real files: every finding of severity warning and above on 320 public files, each judged by reading it.
//!
//! The files themselves are not in this repository: `tests/corpus/files.tsv` says where they are, and
//! `SCAFFOLD_CORPUS=<folder>` names a folder with a checkout `<owner>+<name>` of each. Without it only the labels are
//! looked at, and the page that states what they come to.
//!
//! `SNAPSHOTS=overwrite` writes docs/precision.md anew, and with a corpus the labels too: what was judged stays, what is
//! new gets `?`, which fails until somebody has judged it.

#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test reads the corpus and starts the program")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scaffold_dockerfile::check;
use sha2::{Digest, Sha256};

/// So many of the list are labelled: the first ones, in the order of their hashes, which is no order of anybody's choice.
const LABELLED: usize = 320;

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

fn listed() -> Vec<Listed> {
    let text = read("tests/corpus/files.tsv");
    let of = |row: Vec<&str>| Listed { repository: row[1].to_owned(), path: row[3].to_owned(), sha: row[4].to_owned() };
    rows(&text).map(of).take(LABELLED).collect()
}

/// The judgement of each finding: `right`, `wrong` or `?`, and a word about it.
fn labels() -> BTreeMap<Key, (String, String)> {
    let text = read("tests/corpus/labels.tsv");
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

#[test]
fn the_labels_are_about_rules_and_files_that_exist_and_come_to_enough() {
    let files: BTreeSet<String> = listed().iter().map(|file| file.sha[..12].to_owned()).collect();
    assert!(files.len() >= 300, "{}", files.len());
    let labels = labels();
    for (key, (verdict, _)) in &labels {
        assert!(files.contains(&key.sha), "{} is not listed", key.sha);
        assert!(check::find(&key.rule).is_some(), "there is no rule {}", key.rule);
        assert!(verdict == "right" || verdict == "wrong", "{} line {}: {} is not judged", key.sha, key.line, key.rule);
    }
    let mut by_rule: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (key, (verdict, _)) in &labels {
        let counts = by_rule.entry(&key.rule).or_default();
        if verdict == "right" {
            counts.0 += 1;
        } else {
            counts.1 += 1;
        }
    }
    let (right, wrong) = by_rule.values().fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1));
    let errors = labels.iter().filter(|(key, (verdict, _))| key.severity == "error" && verdict == "wrong").count();
    let precision = right as f64 / (right + wrong).max(1) as f64;
    let mut page = String::from(
        "# Precision of `scaffold check`\n\nMade by `tests/corpus.rs` from the labels in `tests/corpus`.\n\n",
    );
    writeln!(
        page,
        "On {} public Dockerfiles and compose files (the first of `tests/corpus/files.tsv` by hash) `scaffold check` gives {} findings of severity warning and above. Each was judged by what the file says: {} are right, {} are wrong. **Precision {:.1} %**; wrong errors: {errors}.\n",
        files.len(),
        right + wrong,
        right,
        wrong,
        precision * 100.0
    )
    .expect("text");
    page.push_str("Right means: what the finding says is true of the file, it is what the rule's page describes, and none of the exceptions of that page holds. The judges were the makers of the tool, who mended rules where these files showed false alarms, so that other files may fare worse; whether an image is named as a finding says, and what it starts as, was compared by a script and read in samples. The labels are there to be checked.\n\n| rule | right | wrong |\n| --- | --- | --- |\n");
    for (rule, (right, wrong)) in &by_rule {
        writeln!(page, "| `{rule}` | {right} | {wrong} |").expect("text");
    }
    let path = "docs/precision.md";
    if overwrite() {
        fs::write(root().join(path), &page).expect("written");
    }
    assert_eq!(read(path), page, "write it anew: SNAPSHOTS=overwrite cargo test --test corpus");
    assert!(right + wrong > 300, "{} findings are too few to say anything", right + wrong);
    assert!(precision >= PRECISION, "precision is {precision:.3}");
}

/// All findings that are to be judged, on the files of a corpus.
fn found(corpus: &Path) -> BTreeMap<Key, String> {
    let mut by_repository: BTreeMap<String, Vec<Listed>> = BTreeMap::new();
    for file in listed() {
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
    let labels = labels();
    let found = found(&corpus);
    if overwrite() {
        let mut text = String::from("# file (start of its sha256)\tline\trule\tseverity\tjudgement\tabout\n");
        for (key, about) in &found {
            let (verdict, note) = labels.get(key).cloned().unwrap_or_else(|| ("?".to_owned(), about.clone()));
            writeln!(text, "{}\t{}\t{}\t{}\t{verdict}\t{note}", key.sha, key.line, key.rule, key.severity)
                .expect("text");
        }
        fs::write(root().join("tests/corpus/labels.tsv"), text).expect("written");
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
