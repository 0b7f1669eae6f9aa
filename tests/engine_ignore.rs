//! `Ignore` against the real engine: the same trees and the same `.dockerignore`, built and compared file by file.
//!
//! Needs `docker` with BuildKit, no image. Runs with `SCAFFOLD_ENGINE=1` only, and then fails if there is no engine.

#![expect(clippy::disallowed_methods, reason = "drives the real engine on a real folder")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use scaffold_dockerfile::check::subject::Matcher;
use scaffold_dockerfile::ignore::{Fate, Ignore};
use scaffold_dockerfile::report::Severity;

const TREES: usize = 40;

fn engine_wanted() -> bool {
    let wanted = std::env::var("SCAFFOLD_ENGINE").is_ok_and(|value| value == "1");
    if !wanted {
        eprintln!("not proven: SCAFFOLD_ENGINE=1 is not set");
    }
    wanted
}

/// Builds a context of these files (each holds one byte) and tells which files arrive, by size; `Err` is the engine's
/// refusal.
fn arrives(files: &BTreeSet<String>, dockerignore: &str) -> Result<BTreeMap<String, u64>, String> {
    arrives_by(files, dockerignore, "COPY . /")
}

/// The same with this COPY.
fn arrives_by(files: &BTreeSet<String>, dockerignore: &str, copy: &str) -> Result<BTreeMap<String, u64>, String> {
    let room = tempfile::tempdir().unwrap();
    let (context, out) = (room.path().join("context"), room.path().join("out"));
    for file in files {
        let path = context.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    std::fs::write(context.join(".dockerignore"), dockerignore).unwrap();
    std::fs::write(room.path().join("Dockerfile"), format!("FROM scratch\n{copy}\n")).unwrap();
    let output = Command::new("docker")
        .env("DOCKER_BUILDKIT", "1")
        .args(["build", "--quiet", "--file"])
        .arg(room.path().join("Dockerfile"))
        .arg(format!("--output=type=local,dest={}", out.display()))
        .arg(&context)
        .output()
        .expect("SCAFFOLD_ENGINE=1 needs `docker` on PATH");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let mut found = BTreeMap::new();
    list(&out, "", &mut found);
    Ok(found)
}

fn list(folder: &Path, prefix: &str, found: &mut BTreeMap<String, u64>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            list(&entry.path(), &format!("{name}/"), found);
        } else {
            found.insert(name, entry.metadata().unwrap().len());
        }
    }
}

/// What this crate says about the same files.
fn predicted(files: &BTreeSet<String>, dockerignore: &str) -> BTreeMap<String, u64> {
    let ignore = Ignore::parse(dockerignore);
    let size = |file: &String| if file == ".dockerignore" { dockerignore.len() as u64 } else { 1 };
    let all = files.iter().cloned().chain([".dockerignore".to_owned()]);
    all.filter_map(|file| match ignore.decide(&file).fate {
        Fate::Included => Some((file.clone(), size(&file))),
        Fate::Emptied => Some((file, 0)),
        Fate::Excluded => None,
    })
    .collect()
}

/// One path of up to four names; the names have all special characters, and `a` is often a folder.
fn path() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        4 => proptest::sample::select(vec!["a", "b", "ab", "abc", "src"]),
        2 => proptest::sample::select(vec!["a.js", "b.js", ".env", ".env.local", "é"]),
        1 => proptest::sample::select(vec!["*", "a?", "[a]", "]", "a\\b", "!a", "#a", "a b", "^a", "a-1", "$x(1)", "a\nb"]),
    ];
    proptest::collection::vec(name, 1..5).prop_map(|names| names.join("/"))
}

/// Files of which none is a folder of another.
fn tree() -> impl Strategy<Value = BTreeSet<String>> {
    proptest::collection::btree_set(path(), 30..60).prop_map(|paths| {
        let is_folder = |path: &String| paths.iter().any(|other| other.starts_with(&format!("{path}/")));
        paths.iter().filter(|path| !is_folder(path)).cloned().collect()
    })
}

/// One line: made of names and wildcards as people write them, or of special characters in any order.
fn line() -> impl Strategy<Value = String> {
    let part = proptest::sample::select(vec![
        "a",
        "b",
        "ab",
        "src",
        "*",
        "**",
        "?",
        "a*",
        "*b",
        "*.js",
        "**a",
        "a**",
        "[ab]",
        "[^a]*",
        "[a-c]?",
        ".env*",
        "..",
        ".",
        "",
        "\\*",
        "a\\?",
        "é",
        "???",
        "a b",
        "[!a]",
        "[[:alpha:]]",
        "[*]",
        "^a*",
        "a^b",
        "***",
        "$x(1)",
    ]);
    let made = (
        proptest::sample::select(vec!["", "", "", "!", "!", "/", "!/", " ", "! ", "**/", "!**/"]),
        proptest::collection::vec(part, 1..5),
        proptest::sample::select(vec!["", "", "", "/", "/**", "/*", " ", "/*/**", "\r"]),
    )
        .prop_map(|(before, parts, after)| format!("{before}{}{after}", parts.join("/")));
    let any =
        proptest::collection::vec(proptest::sample::select("ab/*?[]^-!\\.# :d".chars().collect::<Vec<_>>()), 1..9)
            .prop_map(String::from_iter);
    prop_oneof![6 => made, 1 => any, 1 => path()]
}

fn is_refused(text: &str) -> bool {
    Ignore::parse(text).problems().iter().any(|problem| problem.severity == Severity::Error)
}

#[test]
fn the_engine_lets_in_what_is_predicted() {
    if !engine_wanted() {
        return;
    }
    let mut runner = TestRunner::deterministic();
    let (mut inside, mut outside) = (0, 0);
    for _ in 0..TREES {
        let files = tree().new_tree(&mut runner).unwrap().current();
        let lines = proptest::collection::vec(line(), 1..10).new_tree(&mut runner).unwrap().current();
        let text: String = lines.iter().filter(|line| !is_refused(line)).flat_map(|line| [line, "\n"]).collect();
        let arrived = arrives(&files, &text).unwrap_or_else(|refusal| panic!("{text:?} was refused: {refusal}"));
        assert_eq!(arrived, predicted(&files, &text), "with the .dockerignore {text:?}");
        inside += arrived.len();
        outside += files.len() + 1 - arrived.len();
    }
    assert!(inside > TREES * 5 && outside > TREES * 5, "the trees prove little: {inside} in, {outside} out");
}

#[test]
fn the_engine_empties_what_is_predicted() {
    if !engine_wanted() {
        return;
    }
    let files = ["d/f", "d/g", "e/f"].map(str::to_owned).into();
    let text = "d\n!d/f\nd\ne\n!e/f\n";
    let arrived = arrives(&files, text).unwrap();
    assert_eq!((arrived.get("d/f"), arrived.get("e/f")), (Some(&0), Some(&1)));
    assert_eq!(arrived, predicted(&files, text));
}

#[test]
fn the_engine_refuses_what_is_predicted() {
    if !engine_wanted() {
        return;
    }
    let files = ["a", "b/c"].map(str::to_owned).into();
    let table = [
        "!",
        "!/",
        "a[",
        "[]",
        "[]a]",
        "[^]",
        "[a-]",
        "[-a]",
        "[b-a]",
        "a\\",
        "[[:nope:]]",
        ".*\\",
        "x*[",
        "x*[b-a]",
        "\\y",
        "\\é",
        "[a-*]",
    ];
    let mut runner = TestRunner::deterministic();
    let random = std::iter::from_fn(|| line().new_tree(&mut runner).ok().map(|tree| tree.current()));
    // A bad expression behind `!` is refused only when something is excluded that it could bring back.
    let random = random.filter(|line| is_refused(line) && !line.contains('!')).take(15);
    for bad in table.map(str::to_owned).into_iter().chain(random) {
        assert!(is_refused(&bad), "{bad:?}");
        assert!(arrives(&files, &format!("{bad}\n")).is_err(), "{bad:?} was expected to be refused");
    }
}

/// Files whose names differ wherever they are: a COPY puts what is in several folders into one.
fn numbered() -> impl Strategy<Value = BTreeSet<String>> {
    let folder = proptest::sample::select(vec!["a", "b", "ab", "src", "a.d"]);
    let name = proptest::sample::select(vec!["x.js", "y.js", "a", "b.md", ".env"]);
    proptest::collection::vec((proptest::collection::vec(folder, 0..4), name), 25..40).prop_map(|paths| {
        let path = |(number, (folders, name)): (usize, (Vec<&str>, &str))| {
            folders.into_iter().map(str::to_owned).chain([format!("{number}{name}")]).collect::<Vec<_>>().join("/")
        };
        paths.into_iter().enumerate().map(path).collect()
    })
}

/// A source of a COPY.
fn source() -> impl Strategy<Value = String> {
    let part = proptest::sample::select(vec![
        "a", "b", "ab", "src", "a*", "*", "**", "?", "[ab]*", "a.?", "*.js", "*.md", "[^a]*",
    ]);
    let before = proptest::sample::select(vec!["", "", "./", "/", "../"]);
    let after = proptest::sample::select(vec!["", "", "/", "/."]);
    (before, proptest::collection::vec(part, 0..4), after).prop_map(|(before, parts, after)| {
        if parts.is_empty() { ".".to_owned() } else { format!("{before}{}{after}", parts.join("/")) }
    })
}

/// A pattern of `--exclude`.
fn exclude() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "a", "b", "*.js", "**/*.js", "a/*", "**/a", "!a", "!**/*.js", "*", "**/b/**", "/a", "src/a",
    ])
    .prop_map(str::to_owned)
}

#[test]
fn a_copy_takes_what_is_predicted() {
    if !engine_wanted() {
        return;
    }
    let mut runner = TestRunner::deterministic();
    let (mut inside, mut outside, mut refused) = (0, 0, 0);
    for _ in 0..TREES * 2 {
        let files = numbered().new_tree(&mut runner).unwrap().current();
        let source = source().new_tree(&mut runner).unwrap().current();
        let excludes = proptest::collection::vec(exclude(), 0..3).new_tree(&mut runner).unwrap().current();
        let ignored = proptest::sample::select(vec!["", "a\n", "**/*.md\n", "*\n!a\n", "b\n!b/a\n"]);
        let ignored = ignored.new_tree(&mut runner).unwrap().current();
        let flags: String = excludes.iter().map(|pattern| format!("--exclude={pattern} ")).collect();
        let copy = format!("COPY {flags}{source} /out/");
        let excludes: Vec<&str> = excludes.iter().map(String::as_str).collect();
        let matcher = Matcher::new(&[&source], &excludes, false);
        let ignore = Ignore::parse(ignored);
        let all = files.iter().map(String::as_str).chain([".dockerignore"]);
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let taken: BTreeSet<String> =
            all.filter(|path| !ignore.excludes(path) && matcher.takes(path)).map(name).collect();
        match arrives_by(&files, ignored, &copy) {
            Ok(arrived) => {
                let arrived: BTreeSet<String> = arrived.keys().map(|path| name(path)).collect();
                assert_eq!(arrived, taken, "{copy} with {ignored:?} of {files:?}");
                inside += arrived.len();
                outside += files.len() + 1 - arrived.len();
            }
            // A source without a wildcard that is not there, or a wildcard in a folder that is not.
            Err(refusal) => {
                assert!(taken.is_empty(), "{copy} with {ignored:?} of {files:?} was refused: {refusal}");
                refused += 1;
            }
        }
    }
    assert!(
        inside > TREES && outside > TREES && refused < TREES + TREES / 2,
        "{inside} in, {outside} out, {refused} refused"
    );
}
