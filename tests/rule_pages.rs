//! docs/rules: a page a rule, and their list, made from what the rules say of themselves.
//!
//! `SNAPSHOTS=overwrite cargo test --test rule_pages` writes them anew.

#![expect(clippy::disallowed_methods, reason = "a test reads and writes the pages")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use scaffold_dockerfile::check;
use scaffold_dockerfile::report::formats::explain_markdown;
use scaffold_dockerfile::report::{Family, Fixable, Persona, Severity};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/rules")
}

fn pages() -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> =
        check::all().iter().map(|rule| (format!("{}.md", rule.info.id), explain_markdown(&rule.info))).collect();
    let mut list = String::from(
        "# The rules of `scaffold check`\n\nMade from the rules by a test. `scaffold explain RULE` says the same in a terminal.\n",
    );
    for family in Family::ALL {
        list.push_str(&format!(
            "\n## {}\n\n| rule | severity | finds | fix |\n| --- | --- | --- | --- |\n",
            family.name()
        ));
        for rule in check::all().iter().filter(|rule| rule.info.family == family) {
            let info = &rule.info;
            let severity = match info.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            };
            let persona = match info.persona {
                Persona::Default => "",
                Persona::Pedantic => ", pedantic",
                Persona::Policy => ", by policy",
            };
            let fix = match info.fix {
                Fixable::No => "",
                Fixable::Unsafe => "suggested",
                Fixable::Safe => "yes",
            };
            list.push_str(&format!("| [`{0}`]({0}.md) | {severity}{persona} | {1} | {fix} |\n", info.id, info.title));
        }
    }
    pages.insert("README.md".to_owned(), list);
    pages
}

#[test]
fn the_pages_say_what_the_rules_say() {
    let folder = folder();
    let pages = pages();
    let there: Vec<String> = fs::read_dir(&folder)
        .map(|entries| entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
        .unwrap_or_default();
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::create_dir_all(&folder).expect("a folder");
        for name in there.iter().filter(|name| !pages.contains_key(*name)) {
            fs::remove_file(folder.join(name)).expect("removed");
        }
        for (name, text) in &pages {
            fs::write(folder.join(name), text).expect("written");
        }
        return;
    }
    let mut names: Vec<&String> = there.iter().collect();
    names.sort();
    let expected: Vec<&String> = pages.keys().collect();
    assert_eq!(names, expected, "write them anew: SNAPSHOTS=overwrite cargo test --test rule_pages");
    for (name, text) in &pages {
        let read = fs::read_to_string(folder.join(name)).expect("a page").replace("\r\n", "\n");
        assert_eq!(read, *text, "{name}: write it anew: SNAPSHOTS=overwrite cargo test --test rule_pages");
    }
}

#[test]
fn the_readme_counts_the_rules() {
    let readme = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("a README");
    let count = format!("{} rules, each with", check::all().len());
    assert!(readme.contains(&count), "the README does not say `{count}`");
}
