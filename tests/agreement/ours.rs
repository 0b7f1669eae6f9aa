//! What `scaffold check --pedantic` finds in the files of the corpus.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use scaffold_dockerfile::dockerfile;

use super::{Listed, Places};

/// The lines on which the instructions of a Dockerfile begin and end.
pub(super) struct Lines(Vec<(u64, u64)>);

impl Lines {
    pub(super) fn of(file: &Listed) -> Self {
        Self::of_text(&file.text, file.compose)
    }

    pub(super) fn of_text(text: &str, compose: bool) -> Self {
        if compose {
            return Self(Vec::new());
        }
        let file = dockerfile::parse(text);
        Self(file.instructions.iter().map(|one| (one.first_line as u64, one.last_line as u64)).collect())
    }

    /// The first line of the instruction around a line.
    pub(super) fn first(&self, line: u64) -> u64 {
        self.0.iter().find(|(first, last)| (*first..=*last).contains(&line)).map_or(line, |(first, _)| *first)
    }
}

pub(super) fn found(corpus: &Path, listed: &[Listed]) -> Places {
    let mut by_repository: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (index, file) in listed.iter().enumerate() {
        by_repository.entry(&file.repository).or_default().insert(&file.path, index);
    }
    let mut places = Places::new();
    for (repository, files) in by_repository {
        let output = Command::new(env!("CARGO_BIN_EXE_scaffold"))
            .args(["check", "--pedantic", "--format", "json", "--fail-on", "never", "--"])
            .args(files.keys())
            .current_dir(corpus.join(repository.replace('/', "+")))
            .output()
            .expect("scaffold");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{repository}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
        let lines: BTreeMap<usize, Lines> = files.values().map(|index| (*index, Lines::of(&listed[*index]))).collect();
        for finding in report["findings"].as_array().expect("findings") {
            let Some(index) = files.get(finding["file"].as_str().unwrap_or_default()) else { continue };
            let rule = finding["rule"].as_str().unwrap_or_default().to_owned();
            let line = lines[index].first(finding["line"].as_u64().unwrap_or_default());
            places.entry(rule).or_default().insert((*index, line));
        }
    }
    places
}
