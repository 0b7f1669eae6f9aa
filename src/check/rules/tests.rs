//! What holds of every rule: its examples are true, and its description is complete.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::check::policy::{Policy, PolicyFile};
use crate::check::{Options, apply_policy, check, names};
use crate::detect::MemoryTree;
use crate::report::{Audit, Example, Finding};

/// What one rule finds in a tree of these files.
pub(super) fn findings(rule: &str, files: &[(&str, &str)]) -> Vec<crate::report::Finding> {
    let tree = MemoryTree::new(files.iter().copied());
    let paths: Vec<String> =
        files.iter().map(|(path, _)| (*path).to_owned()).filter(|path| names::is_target(path)).collect();
    let options = Options { pedantic: true, only: BTreeSet::from([rule.to_owned()]), ..Options::default() };
    check(&tree, true, &paths, &options).findings
}

fn audit(example: &Example) -> Audit {
    audit_of(&example.files())
}

fn audit_of(files: &[(&str, &str)]) -> Audit {
    let tree = MemoryTree::new(files.iter().map(|(path, text)| (*path, *text)));
    let paths: Vec<String> =
        files.iter().map(|(path, _)| (*path).to_owned()).filter(|path| names::is_target(path)).collect();
    let today = Some(crate::bases::CHECKED);
    let mut options = Options { pedantic: true, today, ..Options::default() };
    let policy = files
        .iter()
        .find(|(path, _)| *path == "scaffold.toml")
        .map(|(path, text)| PolicyFile { path: (*path).to_owned(), text: (*text).to_owned() });
    if let Some(file) = &policy {
        let spec = crate::spec::file::read(&file.path, &file.text).expect("a scaffold.toml");
        options.policy = Policy::read(&spec.check, file).expect("a policy");
    }
    let mut audit = check(&tree, true, &paths, &options);
    apply_policy(&mut audit, &options, policy.as_ref());
    audit
}

#[test]
fn every_bad_example_is_found_and_no_good_one() {
    let mut wrong = Vec::new();
    for rule in all() {
        let finds = |example: &Example| audit(example).findings.iter().any(|finding| finding.rule.id == rule.info.id);
        for example in rule.info.bad.iter().filter(|example| !finds(example)) {
            wrong.push(format!("{} does not find its bad example {:?}", rule.info.id, example.files()));
        }
        for example in rule.info.good.iter().filter(|example| finds(example)) {
            wrong.push(format!("{} finds its good example {:?}", rule.info.id, example.files()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_described() {
    let mut ids = BTreeSet::new();
    for rule in all() {
        let info = &rule.info;
        assert!(ids.insert(info.id), "{} is there twice", info.id);
        let kebab =
            |id: &str| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(kebab(info.id), "{}", info.id);
        assert!(!info.bad.is_empty() && !info.good.is_empty(), "{} has no examples", info.id);
        assert!(info.why.len() > 40 && info.instead.len() > 20, "{} says too little", info.id);
        assert!(!info.title.ends_with('.'), "{}: {}", info.id, info.title);
    }
}

#[test]
fn every_fix_mends_its_finding_and_does_not_come_back() {
    for rule in all() {
        for example in rule.info.bad {
            let before = audit(example);
            for finding in before.findings.iter().filter(|finding| finding.rule.id == rule.info.id) {
                let Some(fix) = &finding.fix else { continue };
                let mut texts: Vec<(String, String)> =
                    before.files.iter().map(|file| (file.path.clone(), file.text.clone())).collect();
                let mut edits = fix.edits.clone();
                edits.sort_by_key(|edit| std::cmp::Reverse(edit.at.clone()));
                for edit in edits {
                    let text = &mut texts[edit.at.file].1;
                    assert!(text.get(edit.at.span()).is_some(), "{}: an edit outside of its file", rule.info.id);
                    text.replace_range(edit.at.span(), &edit.text);
                }
                // A fix may also write a file that was not there.
                let mut files: BTreeMap<&str, &str> = example.files().into_iter().collect();
                files.extend(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
                let files: Vec<(&str, &str)> = files.into_iter().collect();
                let after = audit_of(&files);
                let count = |audit: &Audit| {
                    let same = |other: &&Finding| other.rule.id == rule.info.id && other.message == finding.message;
                    audit.findings.iter().filter(same).count()
                };
                assert!(count(&after) < count(&before), "{} is still there in {files:?}", rule.info.id);
                let broken = after.findings.iter().any(|finding| finding.rule.id == "parse-error");
                assert!(!broken || rule.info.id == "parse-error", "{} breaks {files:?}", rule.info.id);
            }
        }
    }
}
