//! Agreement with other tools: on the same public files, and on their own test suites.
//!
//! The files are those of `tests/corpus/files.tsv`; neither they nor the suites are in this repository:
//! - `SCAFFOLD_CORPUS=<folder>`: a checkout `<owner>+<name>` of each repository.
//! - `SCAFFOLD_ORACLES=<folder>`: what each tool said of the files, `<tool>.json`. hadolint and checkov are started if
//!   their answers are not there and they are on the `PATH`.
//! - `SCAFFOLD_SUITES=<folder>`: the tools' own tests, `<tool>.jsonl`.
//!
//! With all three, each difference must have its reason in `tests/corpus/differences.toml`, and docs/agreement.md is held
//! against what comes out; `SNAPSHOTS=overwrite` writes it anew. Without them the page and the reasons are only held
//! against the rules.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test reads the corpus and starts programs")]

#[path = "agreement/anchors.rs"]
mod anchors;
#[path = "agreement/ours.rs"]
mod ours;
#[path = "agreement/page.rs"]
mod page;
#[path = "agreement/suites.rs"]
mod suites;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use scaffold_dockerfile::check;

/// Where something is found: a file of the list, and the first line of the instruction, or 0 for the file as a whole.
type Place = (usize, u64);

/// What is found where, by rule.
type Places = BTreeMap<String, BTreeSet<Place>>;

/// The reasons, as `tests/corpus/differences.toml` has them: what about, tool, rule, reason.
type Reasons = BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>;

/// A file of the corpus.
struct Listed {
    compose: bool,
    repository: String,
    path: String,
    sha: String,
    text: String,
}

/// A rule of one side, and how often the other side has the same.
#[derive(Default)]
struct Compared {
    /// What the other side calls it.
    other: BTreeSet<String>,
    both: usize,
    alone: BTreeSet<Place>,
}

/// How one tool and ours compare.
#[derive(Default)]
struct Outcome {
    /// By rule of theirs.
    theirs: BTreeMap<String, Compared>,
    /// By rule of ours.
    ours: BTreeMap<String, Compared>,
    /// How many files were compared.
    files: usize,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}")).replace("\r\n", "\n")
}

fn reasons() -> Reasons {
    toml::from_str(&read("tests/corpus/differences.toml")).unwrap_or_else(|error| panic!("{error}"))
}

fn reason<'a>(reasons: &'a Reasons, about: &str, tool: &str, rule: &str) -> Option<&'a str> {
    Some(reasons.get(about)?.get(tool)?.get(rule)?.as_str())
}

fn folder(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

/// Their id -> our rules.
fn equivalents(tool: &str) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for rule in check::all() {
        for (_, ids) in rule.info.equivalents.iter().filter(|(name, _)| *name == tool) {
            for id in ids.iter() {
                all.entry(*id).or_default().insert(rule.info.id);
            }
        }
    }
    all
}

fn listed(corpus: &Path) -> Vec<Listed> {
    let text = read("tests/corpus/files.tsv");
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(|row| {
        let row: Vec<&str> = row.split('\t').collect();
        let path = corpus.join(row[1].replace('/', "+")).join(row[3]);
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Listed {
            compose: row[0] == "compose",
            repository: row[1].to_owned(),
            path: row[3].to_owned(),
            sha: row[4].to_owned(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    })
    .collect()
}

/// What is about a file as a whole, or where each side points at another place of it: the one CMD that is dead, the other
/// that killed it.
const OF_THE_FILE: &[&str] = &["user-root", "healthcheck-missing", "dead-instruction", "stage-reference"];

fn at_the_file(places: Option<&BTreeSet<Place>>) -> BTreeSet<Place> {
    places.into_iter().flatten().map(|(file, _)| (*file, 0)).collect()
}

fn compared(tool: &anchors::Anchor, ours: &Places, listed: &[Listed]) -> Outcome {
    let answer = &tool.answer;
    let seen = |place: &&Place| answer.seen.contains(&place.0);
    let pairs = equivalents(tool.name);
    let whole = |rule: &str| tool.by_file || OF_THE_FILE.contains(&rule);
    let places = |all: &Places, id: &str, whole: bool| -> BTreeSet<Place> {
        let found = all.get(id).into_iter().flatten().filter(seen).copied().collect();
        if whole { at_the_file(Some(&found)) } else { found }
    };
    let mut outcome = Outcome { files: answer.seen.len(), ..Outcome::default() };
    let mut of_rule: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (id, rules) in &pairs {
        // Semgrep has rules of its own for compose files.
        if tool.name == "semgrep" && rules.iter().any(|rule| rule.starts_with("compose-") != tool.compose) {
            continue;
        }
        let by_file = rules.iter().any(|rule| whole(rule));
        let theirs = places(&answer.found, id, by_file);
        let mine: BTreeSet<Place> = rules.iter().flat_map(|rule| places(ours, rule, by_file)).collect();
        let entry = outcome.theirs.entry((*id).to_owned()).or_default();
        entry.other = rules.iter().map(|rule| (*rule).to_owned()).collect();
        entry.both = theirs.intersection(&mine).count();
        entry.alone = theirs.difference(&mine).copied().collect();
        for rule in rules {
            of_rule.entry(rule).or_default().insert(id);
        }
    }
    for (rule, ids) in of_rule {
        let by_file = whole(rule);
        let mine = places(ours, rule, by_file);
        let theirs: BTreeSet<Place> = ids.iter().flat_map(|id| places(&answer.found, id, by_file)).collect();
        let entry = outcome.ours.entry(rule.to_owned()).or_default();
        entry.other = ids.iter().map(|id| (*id).to_owned()).collect();
        entry.both = mine.intersection(&theirs).count();
        entry.alone = mine.difference(&theirs).copied().collect();
    }
    assert!(
        answer.seen.iter().all(|file| listed[*file].compose == tool.compose),
        "{}: a file of another kind",
        tool.name
    );
    outcome
}

#[test]
fn reasons_and_page_are_about_rules_that_exist() {
    let page = read(page::PATH);
    for (about, tools) in &reasons() {
        assert!(["theirs", "ours", "suite", "without"].contains(&about.as_str()), "{about}");
        for (tool, rules) in tools {
            assert!(anchors::NAMES.contains(&tool.as_str()), "{about}: {tool} is no tool");
            let pairs = equivalents(tool);
            for (rule, reason) in rules {
                assert!(reason.len() > 10 && !reason.contains('\n'), "{about} {tool} {rule}: `{reason}` is no reason");
                let known = if about == "ours" {
                    check::find(rule).is_some_and(|found| found.info.equivalents.iter().any(|(name, _)| name == tool))
                } else {
                    pairs.contains_key(rule.as_str()) != (about == "without")
                };
                assert!(known, "{about} {tool} {rule}: there is no such pair");
            }
        }
    }
    for rule in check::all() {
        for (tool, ids) in rule.info.equivalents {
            assert!(anchors::NAMES.contains(tool), "{}: {tool} is no tool", rule.info.id);
            for id in *ids {
                assert!(page.contains(&format!("`{id}`")), "{}: {tool}'s {id} is not in {}", rule.info.id, page::PATH);
            }
        }
    }
    let linked = page.split("](rules/").skip(1).filter_map(|rest| rest.split(".md)").next());
    let gone: BTreeSet<&str> = linked.filter(|id| check::find(id).is_none()).collect();
    assert!(gone.is_empty(), "the page names rules that are not there: {gone:?}");
}

#[test]
fn every_difference_has_its_reason() {
    let (Some(corpus), Some(suites)) = (folder("SCAFFOLD_CORPUS"), folder("SCAFFOLD_SUITES")) else { return };
    let listed = listed(&corpus);
    let ours = ours::found(&corpus, &listed);
    let anchors = anchors::all(folder("SCAFFOLD_ORACLES").as_deref(), &corpus, &listed);
    let reasons = reasons();
    let mut outcomes: BTreeMap<&str, Outcome> = BTreeMap::new();
    for anchor in &anchors {
        let outcome = compared(anchor, &ours, &listed);
        let known = outcomes.entry(anchor.name).or_default();
        known.files += outcome.files;
        for (known, new) in [(&mut known.theirs, outcome.theirs), (&mut known.ours, outcome.ours)] {
            for (rule, compared) in new {
                let entry = known.entry(rule).or_default();
                entry.other.extend(compared.other);
                entry.both += compared.both;
                entry.alone.extend(compared.alone);
            }
        }
    }
    let suites: BTreeMap<&str, suites::Outcome> = anchors::NAMES
        .iter()
        .filter_map(|tool| Some((*tool, suites::run(&suites, tool, &equivalents(tool))?)))
        .collect();

    let mut missing = String::new();
    let mut list = String::new();
    for (tool, outcome) in &outcomes {
        for (about, rules) in [("theirs", &outcome.theirs), ("ours", &outcome.ours)] {
            for (rule, compared) in rules.iter().filter(|(_, compared)| !compared.alone.is_empty()) {
                for (file, line) in &compared.alone {
                    let file = &listed[*file];
                    writeln!(list, "{about}\t{tool}\t{rule}\t{}\t{}\t{line}", file.repository, file.path)
                        .expect("text");
                }
                if reason(&reasons, about, tool, rule).is_none() {
                    writeln!(missing, "{about} {tool} {rule}: {} places", compared.alone.len()).expect("text");
                }
            }
        }
        let with = equivalents(tool);
        for id in anchors.iter().filter(|anchor| anchor.name == *tool).flat_map(|anchor| anchor.answer.found.keys()) {
            let id = anchors::family_of(id);
            if !with.contains_key(id) && reason(&reasons, "without", tool, id).is_none() {
                writeln!(missing, "without {tool} {id}").expect("text");
            }
        }
    }
    for (tool, outcome) in &suites {
        for (id, counts) in outcome.by_id.iter().filter(|(_, counts)| !counts.differ.is_empty()) {
            counts.differ.iter().for_each(|text| writeln!(list, "suite\t{tool}\t{id}\t{text}").expect("text"));
            if reason(&reasons, "suite", tool, id).is_none() {
                writeln!(missing, "suite {tool} {id}: {} rows", counts.differ.len()).expect("text");
            }
        }
        for id in outcome.without.iter().map(|id| anchors::family_of(id)) {
            if reason(&reasons, "without", tool, id).is_none() {
                writeln!(missing, "without {tool} {id}").expect("text");
            }
        }
    }
    let needed = |about: &str, tool: &str, rule: &str| match about {
        "theirs" => outcomes.get(tool).and_then(|outcome| outcome.theirs.get(rule)).map(|found| found.alone.len()),
        "ours" => outcomes.get(tool).and_then(|outcome| outcome.ours.get(rule)).map(|found| found.alone.len()),
        "suite" => suites.get(tool).and_then(|outcome| outcome.by_id.get(rule)).map(|found| found.differ.len()),
        _ => Some(1),
    };
    for (about, tools) in &reasons {
        for (tool, rule) in tools.iter().flat_map(|(tool, rules)| rules.keys().map(move |rule| (tool, rule))) {
            if needed(about, tool, rule).unwrap_or_default() == 0 {
                writeln!(missing, "{about} {tool} {rule}: a reason without a difference").expect("text");
            }
        }
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("agreement.tsv");
    fs::write(&path, list).expect("written");
    if missing.is_empty() || page::overwrite() {
        page::hold(&page::page(&outcomes, &suites, &reasons));
    }
    assert!(
        missing.is_empty(),
        "reasons in tests/corpus/differences.toml that are missing or not needed (places in {}):\n{missing}",
        path.display()
    );
}
