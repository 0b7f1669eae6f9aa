//! The stacks of `tests/stacks`: each a scaffold.toml whose first lines say where its services come from
//! (`# from: FOLDER starter LANGUAGE` or `# from: FOLDER APP`), written by the program itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the specs.
pub(crate) fn specs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stacks")
}

/// The names of all stacks, sorted.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(specs())
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
        .collect();
    names.sort();
    names
}

fn run(arguments: &[&str], dir: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_scaffold"))
        .args(arguments)
        .args(["--color", "never"])
        .current_dir(dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "scaffold {} in {}: {said}", arguments.join(" "), dir.display());
}

/// Writes a stack below `parent` and gives its folder. `settings` are set beside its own.
pub(crate) fn write(name: &str, parent: &Path, settings: &[&str]) -> PathBuf {
    let spec = fs::read_to_string(specs().join(format!("{name}.toml"))).unwrap();
    let dir = parent.join(name);
    fs::create_dir_all(&dir).unwrap();
    for line in spec.lines().filter_map(|line| line.strip_prefix("# from: ")) {
        let words: Vec<&str> = line.split(' ').collect();
        let folder = dir.join(words[0]);
        fs::create_dir_all(&folder).unwrap();
        match words[1..] {
            ["starter", lang] => {
                run(&["new", "--starter", "--lang", lang, "--yes"], &folder);
                // the service stays, and the stack writes what is around it
                for written in ["scaffold.toml", "scaffold.lock", "compose.yaml", "Dockerfile", ".dockerignore"] {
                    fs::remove_file(folder.join(written)).unwrap();
                }
                fs::remove_dir_all(folder.join("secrets")).unwrap();
            }
            [app] => super::cells::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/apps").join(app), &folder),
            _ => panic!("{name}: what is `{line}`?"),
        }
    }
    fs::create_dir_all(dir.join("certs")).unwrap();
    fs::write(dir.join("certs/corp.pem"), "").unwrap();
    fs::write(dir.join("scaffold.toml"), &spec).unwrap();
    let set: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
    run(&[&["new", "--yes"], set.as_slice()].concat(), &dir);
    dir
}

/// What was written, by path, as the lock has it.
pub(crate) fn files(dir: &Path) -> BTreeMap<String, String> {
    let lock: toml::Table = fs::read_to_string(dir.join("scaffold.lock")).unwrap().parse().unwrap();
    let path = |file: &toml::Value| file["path"].as_str().unwrap().to_owned();
    let paths: Vec<String> = lock["files"].as_array().unwrap().iter().map(path).collect();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(dir.join(path)).unwrap())).collect()
}
