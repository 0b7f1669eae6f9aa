//! docs/agreement.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use super::suites::Outcome as Suite;
use super::{Compared, Outcome, Reasons, anchors, equivalents, read, reason, root};

pub(super) const PATH: &str = "docs/agreement.md";

pub(super) fn overwrite() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite")
}

pub(super) fn hold(page: &str) {
    if overwrite() {
        fs::write(root().join(PATH), page).expect("written");
    }
    assert_eq!(read(PATH), page, "write it anew: SNAPSHOTS=overwrite cargo test --test agreement");
}

/// How each tool was asked.
fn about(tool: &str) -> &'static str {
    match tool {
        "hadolint" => {
            "hadolint 2.15.1 from PyPI, its defaults, ignore comments not honoured. The files that it cannot parse are left out."
        }
        "buildkit" => {
            "`docker build --check` of Docker 28.5.2. A base that the engine did not have was replaced by `debian:12`. Files that it refuses are left out."
        }
        "trivy" => "Not run on the files (there was no binary to be had); only its own tests (trivy-checks 80e5382).",
        "checkov" => {
            "Checkov 3.3.30 from PyPI, framework `dockerfile`. Compared file by file: for an absence it names no line."
        }
        "semgrep" => {
            "Semgrep 1.185.0 with semgrep-rules 157ae47. Files on which its parser stumbles are left out. Compose files are compared file by file."
        }
        "dclint" => "dclint 3.1.0, its defaults. Compared file by file. Files that it calls invalid are left out.",
        "dockle" => "Reads finished images, so it cannot be run on these files.",
        _ => "Not run (there was no binary to be had).",
    }
}

fn title(tool: &str) -> &'static str {
    match tool {
        "hadolint" => "hadolint",
        "buildkit" => "BuildKit",
        "trivy" => "Trivy",
        "checkov" => "Checkov",
        "semgrep" => "Semgrep",
        "dclint" => "dclint",
        "dockle" => "Dockle",
        _ => "KICS",
    }
}

/// A bar ends a cell, in code too.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn links<'a>(rules: impl IntoIterator<Item = &'a str>) -> String {
    rules.into_iter().map(|rule| format!("[`{rule}`](rules/{rule}.md)")).collect::<Vec<_>>().join(", ")
}

fn codes<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    ids.into_iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn page(outcomes: &BTreeMap<&str, Outcome>, suites: &BTreeMap<&str, Suite>, reasons: &Reasons) -> String {
    let mut page = String::from(
        "# Agreement with other tools\n\nMade by `tests/agreement.rs` from what each tool says of the public files of `tests/corpus/files.tsv`, and from the tools' own tests. `scaffold check` ran with `--pedantic`. Reasons are in `tests/corpus/differences.toml`; a difference without one fails the test.\n\nA number counts instructions of Dockerfiles, or files where one of the two names no line (user, health check, compose). *Own tests*: in how many of the tool's own test cases for that id ours fires or is silent as theirs must; cases for a configuration of theirs are left out.\n",
    );
    for tool in anchors::NAMES {
        let outcome = outcomes.get(tool);
        write!(page, "\n## {}\n\n{}", title(tool), about(tool)).expect("text");
        if let Some(outcome) = outcome {
            write!(page, " {} files.", outcome.files).expect("text");
        }
        page.push_str("\n\n");
        theirs(&mut page, tool, outcome, suites.get(tool), reasons);
        if let Some(outcome) = outcome {
            ours(&mut page, tool, outcome, reasons);
        }
        without(&mut page, tool, reasons);
    }
    page
}

/// The numbers of a comparison as two cells.
fn cells(compared: Option<&Compared>) -> String {
    match compared {
        Some(compared) if compared.both + compared.alone.len() > 0 => {
            format!("{} | {}", compared.both, compared.alone.len())
        }
        _ => "- | -".to_owned(),
    }
}

fn theirs(page: &mut String, tool: &str, outcome: Option<&Outcome>, suite: Option<&Suite>, reasons: &Reasons) {
    let pairs = equivalents(tool);
    if outcome.is_none() && suite.is_none() {
        page.push_str("| theirs | ours |\n| --- | --- |\n");
        for (id, rules) in &pairs {
            writeln!(page, "| `{id}` | {} |", links(rules.iter().copied())).expect("text");
        }
        return;
    }
    page.push_str(
        "| theirs | ours | both | only theirs | own tests | why they differ |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for (id, rules) in &pairs {
        let compared = outcome.and_then(|outcome| outcome.theirs.get(*id));
        let counts = suite.and_then(|suite| suite.by_id.get(*id));
        let tests =
            counts.map_or("-".to_owned(), |counts| format!("{} of {}", counts.same, counts.same + counts.differ.len()));
        let on_files =
            compared.filter(|compared| !compared.alone.is_empty()).and_then(|_| reason(reasons, "theirs", tool, id));
        let on_tests =
            counts.filter(|counts| !counts.differ.is_empty()).and_then(|_| reason(reasons, "suite", tool, id));
        let why = match (on_files, on_tests) {
            (Some(files), Some(tests)) if files != tests => format!("{files} *Own tests*: {tests}"),
            (files, tests) => files.or(tests).unwrap_or_default().to_owned(),
        };
        let (links, cells, why) = (links(rules.iter().copied()), cells(compared), cell(&why));
        writeln!(page, "| `{id}` | {links} | {cells} | {tests} | {why} |").expect("text");
    }
}

fn ours(page: &mut String, tool: &str, outcome: &Outcome, reasons: &Reasons) {
    page.push_str("\n| ours | theirs | both | only ours | why they differ |\n| --- | --- | --- | --- | --- |\n");
    for (rule, compared) in &outcome.ours {
        let why = if compared.alone.is_empty() { None } else { reason(reasons, "ours", tool, rule) };
        let ids = codes(compared.other.iter().map(String::as_str));
        let (rule, why) = (links([rule.as_str()]), cell(why.unwrap_or_default()));
        writeln!(page, "| {rule} | {ids} | {} | {why} |", cells(Some(compared))).expect("text");
    }
}

fn without(page: &mut String, tool: &str, reasons: &Reasons) {
    let Some(ids) = reasons.get("without").and_then(|tools| tools.get(tool)) else { return };
    page.push_str("\n| theirs, with no rule of ours | why |\n| --- | --- |\n");
    ids.iter().for_each(|(id, why)| writeln!(page, "| `{id}` | {} |", cell(why)).expect("text"));
}
