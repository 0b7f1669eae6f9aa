//! Makes the table of known base images (`build/bases.rs`) and the index of the built-in presets: which files in a
//! project's root call for which preset. With the index, a run reads the presets that may apply and no other, however
//! many there are. Their values are embedded as JSON, which is read in a fifth of the time that TOML takes.

#![expect(clippy::disallowed_methods, reason = "a build script reads the presets and writes the index")]

#[path = "build/bases.rs"]
mod bases;

use std::fmt::Write as _;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=bases");
    println!("cargo::rerun-if-changed=presets");
    println!("cargo::rerun-if-changed=templates");
    let mut entries = String::new();
    let mut files: Vec<_> = std::fs::read_dir("presets")
        .map(|folder| folder.flatten().map(|file| file.path()).collect())
        .unwrap_or_default();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "toml")) {
        // a preset that cannot be parsed is in the index without markers; the tests name its place
        let table: toml::Table =
            std::fs::read_to_string(file).ok().and_then(|text| text.parse().ok()).unwrap_or_default();
        let texts = |value: Option<&toml::Value>| -> Vec<String> {
            value
                .and_then(toml::Value::as_array)
                .map(|list| list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
                .unwrap_or_default()
        };
        let id = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let markers = texts(table.get("detect").and_then(|detect| detect.get("markers")));
        let aliases = texts(table.get("aliases"));
        let server = table.get("server").and_then(toml::Value::as_bool).unwrap_or_default();
        let json = serde_json::to_string(&table).unwrap_or_default();
        let _ = writeln!(
            entries,
            "    Entry {{ id: {id:?}, markers: &{markers:?}, aliases: &{aliases:?}, server: {server}, json: {json:?} }},"
        );
    }
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join("bases.rs"), bases::table(Path::new("bases")))
        .expect("the build folder can be written");
    std::fs::write(Path::new(&out).join("index.rs"), format!("&[\n{entries}]\n"))
        .expect("the build folder can be written");
}
