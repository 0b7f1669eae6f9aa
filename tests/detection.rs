//! What is found in a project: small file trees of `tests/detection/*.toml`, and the apps of `tests/apps`.
//!
//! Each case gives files and what must be found in them. What a case does not name must not be there, but for a release or
//! a package manager that only the preset gives. A warning that no case expects is as wrong as a missing one.
#![expect(clippy::disallowed_methods, reason = "the cases stand in files")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use scaffold_dockerfile::answers::{Layers, choose_language, complete, project_of, server_of};
use scaffold_dockerfile::catalog::Catalog;
use scaffold_dockerfile::detect::{MemoryTree, Origin, Tree, start};
use scaffold_dockerfile::report::{Diagnostic, Severity};
use serde::Deserialize;

/// What must be found; see `tests/apps/README.md` for the meaning of the keys.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Expected {
    language: Option<String>,
    package_manager: Option<String>,
    framework: Option<String>,
    version: Option<String>,
    start: Option<Vec<String>>,
    port: Option<u16>,
    health: Option<String>,
    /// Facts of the preset by name.
    facts: BTreeMap<String, String>,
    /// A part of each warning that must be given; there must be no other.
    warnings: Vec<String>,
    /// A part of each note that must be given; there may be others.
    notes: Vec<String>,
    /// A part of the error that a run ends with.
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    files: BTreeMap<String, String>,
    expect: Expected,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

/// What is wrong with the detection of a project, one line each.
fn differences(tree: &dyn Tree, expected: &Expected) -> Vec<String> {
    match found(tree, expected) {
        Ok(wrong) => match &expected.error {
            Some(error) => vec![format!("there is no error `{error}`")],
            None => wrong,
        },
        Err(error) => {
            let text = error.render(false);
            match &expected.error {
                Some(wanted) if text.contains(wanted) => Vec::new(),
                _ => vec![text],
            }
        }
    }
}

fn found(tree: &dyn Tree, expected: &Expected) -> Result<Vec<String>, Box<Diagnostic>> {
    let catalog = Catalog::built_in();
    let layers = Layers::default();
    let (preset, _) = choose_language(&catalog, tree, &layers)?;
    let project = project_of(&preset, tree, &layers);
    let (project, layers) = match server_of(&catalog, &project, &layers)? {
        Some((_, layers)) => (project_of(&preset, tree, &layers), layers),
        None => (project, layers),
    };
    let notes = complete(&project, &layers, "app")?.notes;

    let mut wrong = Vec::new();
    let mut compare = |name: &str, wanted: Option<String>, got: Option<String>| {
        if wanted != got {
            let text = |value: Option<String>| value.map_or("nothing".to_owned(), |value| format!("`{value}`"));
            wrong.push(format!("{name}: {} is expected, {} was found", text(wanted), text(got)));
        }
    };
    compare("language", expected.language.clone(), Some(preset.id.clone()));
    for (name, field, wanted) in [
        ("package_manager", "manager", &expected.package_manager),
        ("framework", "framework", &expected.framework),
        ("version", "release", &expected.version),
        ("health", "health", &expected.health),
    ] {
        let got = project.field(field).filter(|found| wanted.is_some() || found.origin != Origin::Preset);
        compare(name, wanted.clone(), got.map(|found| found.value));
    }
    compare("port", expected.port.map(|port| port.to_string()), project.text_of("port"));
    let argv = start::chosen(&project).map(|start| start.argv);
    compare("start", expected.start.as_ref().map(|argv| argv.join(" | ")), argv.map(|argv| argv.join(" | ")));
    for (name, value) in &expected.facts {
        compare(name, Some(value.clone()), project.text_of(name));
    }

    let said = |severity: Severity| notes.iter().filter(move |note| note.severity == severity);
    for warning in said(Severity::Warning) {
        if !expected.warnings.iter().any(|wanted| warning.message.contains(wanted)) {
            wrong.push(format!("a warning that is not expected: {}", warning.message));
        }
    }
    for (severity, wanted) in [(Severity::Warning, &expected.warnings), (Severity::Note, &expected.notes)] {
        for text in wanted {
            if !said(severity).any(|note| note.message.contains(text)) {
                wrong.push(format!("nothing says `{text}`"));
            }
        }
    }
    Ok(wrong)
}

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} of the cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn small_trees_are_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/detection");
    let mut wrong = Vec::new();
    let mut cases = 0;
    for entry in fs::read_dir(folder).expect("the folder of cases").flatten() {
        let path = entry.path();
        let text = fs::read_to_string(&path).expect("a file of cases");
        let table: Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for case in table.case {
            cases += 1;
            let tree = MemoryTree::new(case.files);
            let differences = differences(&tree, &case.expect);
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            wrong.extend(differences.iter().map(|line| format!("{file}, {}: {line}", case.name)));
        }
    }
    assert!(cases > 0);
    report(&wrong);
}

#[test]
fn the_fixture_apps_are_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apps");
    let built_in = Catalog::built_in().languages();
    let mut wrong = Vec::new();
    let mut apps = 0;
    for entry in fs::read_dir(folder).expect("the folder of apps").flatten() {
        let Ok(text) = fs::read_to_string(entry.path().join("case.toml")) else { continue };
        let name = entry.file_name().to_string_lossy().into_owned();
        let mut expected: Expected = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        if !expected.language.as_ref().is_some_and(|language| built_in.contains(language)) {
            continue;
        }
        apps += 1;
        // what the name of an app says
        // what its own command line puts right needs no warning
        let bound = expected.start.iter().flatten().any(|word| word == "0.0.0.0");
        if name.ends_with("-loopback") && !bound {
            expected.warnings.push("loopback only".to_owned());
        }
        if name.ends_with("-no-lockfile") || name.ends_with("-no-lock") {
            expected.warnings.push("every build may take other versions".to_owned());
        }
        let mut files = BTreeMap::new();
        read_files(&entry.path(), "", &mut files);
        files.remove("case.toml");
        let differences = differences(&MemoryTree::new(files), &expected);
        wrong.extend(differences.iter().map(|line| format!("{name}: {line}")));
    }
    assert!(apps > 0);
    report(&wrong);
}

/// The text files below a folder, without what an install or a build would leave behind.
fn read_files(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder of an app").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            if !["node_modules", "target", ".venv"].contains(&name.as_str()) {
                read_files(&entry.path(), &format!("{path}/"), files);
            }
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.insert(path, text);
        }
    }
}
