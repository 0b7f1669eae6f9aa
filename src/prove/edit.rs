//! A change of content in a source file: what a developer does between two builds. `touch` would change nothing for the builder.

use std::fs;
use std::path::{Path, PathBuf};

use super::recipe::Recipe;

/// Folders without the program's own source.
const NOT_SOURCE: [&str; 9] =
    ["node_modules", "target", "test", "tests", "spec", "docs", "__pycache__", "dist", "secrets"];
/// Deeper and more than this is not searched.
const DEEPEST: usize = 6;
const MOST: usize = 2000;

/// A comment for a file of that name, if we know how to write one that changes no behaviour.
pub(super) fn comment(file: &Path, text: &str) -> Option<String> {
    let extension = file.extension()?.to_str()?.to_ascii_lowercase();
    Some(match extension.as_str() {
        "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" | "jsx" | "tsx" | "go" | "rs" | "java" | "kt" | "kts" | "scala"
        | "c" | "h" | "cc" | "cpp" | "hpp" | "cs" | "fs" | "swift" | "dart" | "zig" | "groovy" | "php" => {
            format!("\n// {text}\n")
        }
        "py" | "rb" | "ru" | "sh" | "ex" | "exs" | "pl" | "r" | "jl" => format!("\n# {text}\n"),
        "erl" | "hrl" => format!("\n% {text}\n"),
        "hs" | "lua" | "sql" => format!("\n-- {text}\n"),
        "clj" | "lisp" => format!("\n; {text}\n"),
        "html" | "vue" | "svelte" => format!("\n<!-- {text} -->\n"),
        "css" | "scss" => format!("\n/* {text} */\n"),
        _ => return None,
    })
}

/// Source files that the build takes from the context, the likeliest first. What the dependency stage copies is no source.
pub(super) fn candidates(recipe: &Recipe, context: &Path) -> Vec<PathBuf> {
    let copied = recipe.copied();
    let manifests: Vec<&String> =
        copied.iter().filter(|copy| copy.stage == "deps").flat_map(|copy| copy.sources.iter()).collect();
    let mut found = Vec::new();
    for source in copied.iter().filter(|copy| copy.stage != "deps").flat_map(|copy| copy.sources.iter()) {
        let relative = source.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
        let relative = relative.split(['*', '?', '[']).next().unwrap_or_default();
        if relative.split('/').any(|part| part == "..") {
            continue;
        }
        collect(&context.join(relative), 0, &mut found);
    }
    found.retain(|file| !manifests.iter().any(|manifest| file.ends_with(manifest.trim_start_matches("./"))));
    found.sort_by_key(|file| rank(file, context));
    found.dedup();
    found
}

fn collect(at: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(about) = fs::symlink_metadata(at) else { return };
    // Behind a closing tag of PHP a comment would be output.
    let closed = || {
        at.extension().is_some_and(|end| end == "php")
            && fs::read_to_string(at).map_or(true, |text| text.contains("?>"))
    };
    if about.is_file() && comment(at, "").is_some() && found.len() < MOST && !closed() {
        found.push(at.to_owned());
    }
    if !about.is_dir() || depth > DEEPEST {
        return;
    }
    for entry in fs::read_dir(at).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with('.') && !NOT_SOURCE.contains(&name.as_ref()) {
            collect(&entry.path(), depth + 1, found);
        }
    }
}

fn rank(file: &Path, context: &Path) -> (bool, bool, usize, PathBuf) {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let entry = ["main", "server", "index", "app", "program", "application"].contains(&stem.as_str());
    let test = stem.contains("test") || stem.contains("config") || stem.contains("spec");
    let relative = file.strip_prefix(context).unwrap_or(file).to_owned();
    (test, !entry, relative.components().count(), relative)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    fn first(dockerfile: &str, files: &[&str]) -> Option<String> {
        let folder = project(files);
        let found = candidates(&Recipe::read(dockerfile), folder.path());
        found.first().map(|file| file.strip_prefix(folder.path()).unwrap().to_string_lossy().replace('\\', "/"))
    }

    #[test]
    fn the_entry_point_comes_first_and_manifests_and_tests_do_not_count() {
        let dockerfile = "FROM x AS deps\nCOPY package.json setup.js ./\nFROM deps AS build\nCOPY . .\n";
        let files = ["setup.js", "package.json", "test/a.js", "src/a.js", "src/server.js", "node_modules/b/index.js"];
        assert_eq!(first(dockerfile, &files).as_deref(), Some("src/server.js"));
    }

    #[test]
    fn only_what_the_build_copies_is_edited() {
        assert_eq!(first("FROM x\nCOPY lib ./lib\n", &["main.go", "lib/a.go"]).as_deref(), Some("lib/a.go"));
        assert_eq!(first("FROM x\nCOPY lib ./lib\n", &["main.go", "lib/data.bin"]), None);
        assert_eq!(first("FROM x\nCOPY ../up .\n", &["main.go"]), None);
    }

    #[test]
    fn the_comment_is_the_language_s() {
        assert_eq!(comment(Path::new("a.py"), "x").as_deref(), Some("\n# x\n"));
        assert_eq!(comment(Path::new("a.go"), "x").as_deref(), Some("\n// x\n"));
        assert_eq!(comment(Path::new("a.json"), "x"), None);
    }
}
