//! The build context as it is: which files are there, which of them `.dockerignore` keeps out, which a COPY takes.

use super::build::{Build, StageView};
use super::workspace::Workspace;
use crate::dockerfile::{Kind, Transfer};
use crate::ignore::Ignore;

/// The ignore file of a context.
#[derive(Debug)]
pub struct IgnoreFile<'w> {
    /// Its path in the tree.
    pub path: String,
    /// Its text.
    pub text: &'w str,
    /// What it says.
    pub rules: Ignore,
}

/// What a build is given.
#[derive(Debug)]
pub struct Context<'w> {
    /// The folder in the tree; empty for its root.
    pub root: String,
    /// `<Dockerfile>.dockerignore`, or `.dockerignore` in the root of the context.
    pub ignore: Option<IgnoreFile<'w>>,
    /// A compose file says that this is the folder; otherwise it is what the sources of COPY hint at.
    pub declared: bool,
    /// The files below the root, relative to it, before anything is ignored.
    files: Vec<&'w str>,
    /// Folders below the root whose content is not listed: `.git`, `node_modules`, ...
    folders: Vec<&'w str>,
}

/// What one COPY or ADD takes from the context.
#[derive(Debug)]
pub struct Taken<'b> {
    /// Which of the file's instructions.
    pub at: usize,
    /// The instruction.
    pub transfer: &'b Transfer,
    /// A source is a folder or has a wildcard: what is taken depends on what is there.
    pub open: bool,
    sources: Ignore,
    excluded: Ignore,
    whole: bool,
}

impl Taken<'_> {
    /// Whether it takes this path of the context (before anything is ignored).
    #[must_use]
    pub fn takes(&self, path: &str) -> bool {
        (self.whole || self.sources.excludes(path)) && !self.excluded.excludes(path)
    }
}

impl<'w> Context<'w> {
    /// The context of a build; none if there is no tree to look at.
    pub(super) fn of(build: &Build<'w>) -> Option<Self> {
        let workspace = build.workspace;
        if !workspace.has_tree {
            return None;
        }
        let declared = build.services.iter().find_map(|service| service.build_context());
        let folder = folder_of(build.path);
        let (root, declared) = match declared {
            Some(Some(root)) => (root, true),
            // A context that is not a folder of the tree: an address, a variable, a folder outside.
            Some(None) => return None,
            None => (guess(build, folder)?, false),
        };
        let own = format!("{}.dockerignore", build.path);
        let shared = under(&root, ".dockerignore");
        let ignore = [own, shared].into_iter().find_map(|path| {
            let text = workspace.tree.read(&path)?;
            Some(IgnoreFile { path, text, rules: Ignore::parse(text) })
        });
        let prefix = if root.is_empty() { String::new() } else { format!("{root}/") };
        let below = |paths: &'w [String]| -> Vec<&'w str> {
            paths.iter().filter_map(|path| path.strip_prefix(prefix.as_str())).collect()
        };
        let tree = workspace.tree;
        Some(Self { ignore, declared, files: below(tree.files()), folders: below(tree.skipped()), root })
    }

    /// The path in the tree of a path of the context.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        under(&self.root, path)
    }

    /// Whether a path is kept out.
    #[must_use]
    pub fn ignores(&self, path: &str) -> bool {
        self.ignore.as_ref().is_some_and(|ignore| ignore.rules.excludes(path))
    }

    /// All files, ignored ones too.
    #[must_use]
    pub fn all(&self) -> &[&'w str] {
        &self.files
    }

    /// The files that the builder gets.
    pub fn files(&self) -> impl Iterator<Item = &'w str> {
        self.files.iter().copied().filter(|path| !self.ignores(path))
    }

    /// Folders whose content is not listed (`.git`, `node_modules`, `.venv`, `target` ...), ignored ones too.
    #[must_use]
    pub fn folders(&self) -> &[&'w str] {
        &self.folders
    }

    /// Whether the builder gets something of such a folder.
    #[must_use]
    pub fn gives_folder(&self, folder: &str) -> bool {
        // A name that no pattern would name, so that only patterns for the whole folder count.
        !self.ignores(folder) && !self.ignores(&format!("{folder}/scaffold-probe"))
    }

    /// Whether there is a file or folder of this path, ignored or not.
    #[must_use]
    pub fn exists(&self, workspace: &Workspace<'_>, path: &str) -> bool {
        let path = path.trim_start_matches("./").trim_matches('/');
        path.is_empty() || path == "." || {
            let full = self.path(path);
            workspace.tree.exists(&full) || workspace.tree.has_folder(&full)
        }
    }

    /// What the COPYs and ADDs of a stage take from the context. A source that is not known is left out.
    #[must_use]
    pub fn taken<'b>(&self, build: &'b Build<'_>, view: &StageView<'_>) -> Vec<Taken<'b>> {
        let mut all = Vec::new();
        for (at, instruction) in build.stages.instructions(view.stage) {
            let transfer = match &instruction.kind {
                Kind::Copy(transfer) if transfer.from.is_none() => transfer,
                Kind::Add(transfer) => transfer,
                _ => continue,
            };
            let mut sources = String::new();
            let mut whole = false;
            let mut open = false;
            for word in &transfer.sources {
                let super::build::Known::Value(source) = build.word(view, word) else { continue };
                if source.contains("://") || source.starts_with("git@") || source.contains('\n') {
                    continue;
                }
                let clean = source.trim_start_matches("./").trim_matches('/');
                if matches!(clean, "" | "." | "*" | "**") {
                    whole = true;
                    open = true;
                } else {
                    open |= clean.contains(['*', '?', '[']) || build.workspace.tree.has_folder(&self.path(clean));
                    // `!` and `#` mean something in an ignore file and nothing in a source.
                    if !clean.starts_with(['!', '#']) {
                        sources.push_str(clean);
                        sources.push('\n');
                    }
                }
            }
            let excluded: String = instruction
                .flags
                .iter()
                .filter(|flag| flag.name == "exclude")
                .filter_map(|flag| flag.value.as_deref())
                .map(|value| format!("{value}\n"))
                .collect();
            if whole || !sources.is_empty() {
                all.push(Taken {
                    at,
                    transfer,
                    open,
                    sources: Ignore::parse(&sources),
                    excluded: Ignore::parse(&excluded),
                    whole,
                });
            }
        }
        all
    }
}

/// The folder of a path; empty for the root.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path below a folder.
pub(super) fn under(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// The folder in which the plain sources of COPY are: that of the Dockerfile, or one above it. None if they are in none.
fn guess(build: &Build<'_>, folder: &str) -> Option<String> {
    let mut sources: Vec<String> = Vec::new();
    for instruction in &build.file.instructions {
        let transfer = match &instruction.kind {
            Kind::Copy(transfer) if transfer.from.is_none() => transfer,
            Kind::Add(transfer) => transfer,
            _ => continue,
        };
        for word in &transfer.sources {
            if let Some(source) = word.literal() {
                let clean = source.trim_start_matches("./").trim_matches('/').to_owned();
                let plain = !clean.is_empty() && clean != "." && !clean.contains(['*', '?', '[', ':']);
                if plain && !clean.starts_with("..") {
                    sources.push(clean);
                }
            }
        }
    }
    let tree = build.workspace.tree;
    let mut candidate = folder;
    loop {
        let there = |source: &String| {
            let path = under(candidate, source);
            tree.exists(&path) || tree.has_folder(&path)
        };
        let count = sources.iter().filter(|source| there(source)).count();
        // Some may be made only before the build.
        if sources.is_empty() || count * 2 >= sources.len() {
            return Some(candidate.to_owned());
        }
        if candidate.is_empty() {
            return None;
        }
        candidate = folder_of(candidate);
    }
}
