//! What each format looks like.

#![expect(clippy::disallowed_methods, reason = "a test that keeps files")]

use std::fs;
use std::path::Path;

use super::audit::{SECRET, USER, audit, rules};
use super::*;

#[test]
fn every_format_is_as_its_snapshot() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports");
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite");
    let mut all = every_format(&audit(), &rules());
    let colour = TextOptions { colour: true, show_waived: false };
    all.push(("colour.txt", text(&audit(), &colour).replace('\x1b', "␛")));
    all.push(("explain.txt", explain(&USER, false)));
    all.push(("explain.md", explain_markdown(&USER)));
    all.push(("explain.json", explain_json(&USER)));
    for (name, text) in &all {
        if overwrite {
            fs::write(folder.join(name), text).unwrap();
        }
        let kept = fs::read_to_string(folder.join(name)).unwrap_or_default().replace("\r\n", "\n");
        let diff = similar::TextDiff::from_lines(kept.as_str(), text);
        let diff = diff.unified_diff().context_radius(1).to_string();
        assert!(
            kept == *text,
            "{name} differs, `SNAPSHOTS=overwrite cargo test --lib formats` writes it anew:\n{diff}"
        );
    }
    let mut kept: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut known: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    kept.sort();
    known.sort_unstable();
    assert_eq!(kept, known, "a file of tests/reports belongs to no format");
}

#[test]
fn nothing_found_is_said_in_every_format() {
    let audit = Audit { checked: 1, ..Audit::default() };
    assert_eq!(text(&audit, &TextOptions::default()), "nothing found in 1 file\n");
    assert_eq!(github(&audit), "");
    assert!(markdown(&audit, &rules()).contains("nothing found in 1 file"));
    assert!(html(&audit, &rules()).contains("Nothing was found"));
    let sarif: serde_json::Value = serde_json::from_str(&sarif(&audit, &rules(), &SarifOptions::default())).unwrap();
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().len(), rules().len());
}

#[test]
fn the_summary_counts_what_counts() {
    assert_eq!(
        summary(&audit()),
        "3 errors, 1 warning, 2 notes in 3 files (2 waived); 1 can be fixed with --fix, 1 more with --fix --unsafe; \
         scaffold explain RULE says more"
    );
}

#[test]
fn a_secret_is_in_no_format() {
    for (name, text) in every_format(&audit(), &rules()) {
        assert!(!text.contains(SECRET), "{name}:\n{text}");
    }
}
