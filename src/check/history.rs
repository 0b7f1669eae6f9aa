//! Whether a build reads the history of its repository: for a version number, most of the time.

use super::subject::{Build, Command, Context};

/// What in a step reads it.
const STEPS: [&str; 17] = [
    "git describe",
    "git rev-parse",
    "git rev-list",
    "git log",
    "git show",
    "git status",
    "git submodule",
    "git tag",
    "git branch",
    "git diff",
    "git ls-files",
    "git config",
    "git checkout",
    "git -c ",
    "goreleaser",
    "gitversion",
    "setuptools_scm",
];

/// What in a build file of the project reads it: the commands, and plug-ins that call them.
const PLUGINS: [&str; 18] = [
    "git describe",
    "git rev-parse",
    "git rev-list",
    "git log",
    "setuptools_scm",
    "setuptools-scm",
    "hatch-vcs",
    "versioneer",
    "dynamic-versioning",
    "vergen",
    "shadow-rs",
    "git-version",
    "git-commit-id",
    "git-properties",
    "sbt-git",
    "MinVer",
    "GitVersion",
    "git-rev",
];

/// Files of a project that say how it is built.
const BUILD_FILES: [&str; 17] = [
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "Taskfile.yml",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "package.json",
    "build.rs",
    "Cargo.toml",
    "build.gradle",
    "build.gradle.kts",
    "pom.xml",
    "build.sbt",
    "Directory.Build.props",
    "CMakeLists.txt",
];

/// Whether git itself may be at work: it is installed or called. Then nothing takes the history away unasked.
pub(in crate::check) fn may_call_git(build: &Build<'_>) -> bool {
    let word = |text: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "git");
    word(build.text) || build.workspace.others_say(build.path, "git")
}

/// What reads it, as far as one can see.
pub(in crate::check) fn reads_history(build: &Build<'_>, context: &Context<'_>) -> Option<String> {
    if build.text.contains("BUILDKIT_CONTEXT_KEEP_GIT_DIR") {
        return Some("BUILDKIT_CONTEXT_KEEP_GIT_DIR".to_owned());
    }
    // Go writes the commit into the program if it finds one: https://pkg.go.dev/cmd/go, November 2026.
    let stamps = !build.text.contains("-buildvcs=false");
    for run in build.views.iter().filter(|view| view.needed).flat_map(|view| &view.runs) {
        let Some(text) = build.text.get(run.instruction.span.clone()) else { continue };
        let lower = text.to_ascii_lowercase();
        if let Some(step) = STEPS.iter().find(|step| lower.contains(**step)) {
            return Some(step.trim().to_owned());
        }
        if lower.replace(".gitignore", "").contains(".git/") {
            return Some(".git".to_owned());
        }
        let builds = |command: &Command| command.is(&["go"]) && matches!(command.verb(&[]), "build" | "install");
        if stamps && run.commands.iter().any(builds) {
            return Some("go build".to_owned());
        }
    }
    BUILD_FILES.iter().find_map(|name| {
        let text = build.workspace.tree.read(&context.path(name))?;
        let plugin = PLUGINS.iter().find(|plugin| text.contains(**plugin))?;
        Some(format!("{plugin} in {name}"))
    })
}
