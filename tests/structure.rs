//! The house: a room knows only those below it, and every file says what it is for.

#![expect(clippy::disallowed_methods, reason = "a test reads the source")]

use std::fs;
use std::path::Path;

/// The rooms in the order in which they may know one another: each only those behind it. The order of the data (answers,
/// plan, files) is that of the first half of `src/lib.rs`; making a plan looks at the project, so `plan` is above `detect`.
const ROOMS: [&str; 20] = [
    "cli",
    "prompt",
    "prove",
    "registry",
    "write",
    "answers",
    "check",
    "render",
    "plan",
    "detect",
    "catalog",
    "spec",
    "pin",
    "bases",
    "dockerfile",
    "compose",
    "shell",
    "secret",
    "ignore",
    "report",
];

/// The rooms that touch the world.
const EDGES: [&str; 5] = ["cli", "prompt", "prove", "registry", "write"];

const LINES: usize = 600;

struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The room, if the file is in one.
    fn room(&self) -> Option<&str> {
        let name = self.path.split(['/', '.']).next().unwrap_or_default();
        ROOMS.iter().find(|room| **room == name).copied()
    }

    /// The text that is part of the program, without tests.
    fn program(&self) -> &str {
        if self.path.contains("/tests") {
            ""
        } else {
            self.text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default()
        }
    }

    /// The rooms that it names.
    fn knows(&self) -> impl Iterator<Item = &str> {
        let names = self.program().split("crate::").skip(1);
        names
            .filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next())
            .filter(|name| ROOMS.contains(name))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(&root).expect("inside").display().to_string().replace('\\', "/");
                all.push(Source { path: name, text: fs::read_to_string(&path).expect("a text") });
            }
        }
    }
    assert!(all.len() > 100);
    all
}

fn place(room: &str) -> usize {
    ROOMS.iter().position(|known| *known == room).expect("a room")
}

#[test]
fn every_room_is_known() {
    for source in sources().iter().filter(|source| !matches!(source.path.as_str(), "lib.rs" | "main.rs")) {
        assert!(source.room().is_some(), "src/{} is in no room of tests/structure.rs", source.path);
    }
}

#[test]
fn a_room_knows_only_rooms_below_it() {
    let all = sources();
    let mut wrong = Vec::new();
    for source in &all {
        let Some(room) = source.room() else { continue };
        wrong.extend(
            source
                .knows()
                .filter(|known| place(known) < place(room))
                .map(|known| format!("src/{} names `{known}`", source.path)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let imports: usize = all.iter().map(|source| source.knows().count()).sum();
    assert!(imports > 100, "the test sees what is imported");
}

#[test]
fn the_core_does_not_name_the_edges() {
    for source in sources() {
        if source.room().is_some_and(|room| !EDGES.contains(&room)) {
            for edge in EDGES {
                assert!(!source.program().contains(&format!("crate::{edge}")), "src/{} names `{edge}`", source.path);
            }
        }
    }
}

#[test]
fn only_the_command_line_knows_the_questions() {
    for source in sources().iter().filter(|source| !matches!(source.room(), Some("cli" | "prompt") | None)) {
        for library in ["inquire::", "clap::", "crossterm::"] {
            assert!(!source.program().contains(library), "src/{} names {library}", source.path);
        }
    }
}

#[test]
fn a_file_says_in_its_first_line_what_it_is_for_and_is_not_long() {
    for source in sources() {
        let lines = source.text.lines().count();
        assert!(source.text.starts_with("//! "), "src/{} does not begin with `//!`", source.path);
        assert!(lines <= LINES, "src/{} has {lines} lines", source.path);
    }
}

#[test]
fn no_file_is_a_drawer_for_everything() {
    for source in sources() {
        for name in ["util", "utils", "common", "helper", "helpers", "misc"] {
            assert!(!source.path.split(['/', '.']).any(|part| part == name), "src/{}", source.path);
        }
    }
}

#[cfg(feature = "cli")]
#[test]
fn the_page_about_prove_lists_its_steps() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/prove.md")).expect("a page");
    let listed: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(listed, scaffold_dockerfile::prove::step_names().collect::<Vec<_>>());
}
