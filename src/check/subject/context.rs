//! The build context as it is: which files are there, and which of them `.dockerignore` keeps out.

use std::cell::OnceCell;

use super::build::Build;
use super::taken::{local_sources, transfers};
use super::workspace::Workspace;
use crate::check::found::Found;
use crate::check::names;
use crate::ignore::{Ignore, below_root};
use crate::report::{Edit, Location};

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

impl IgnoreFile<'_> {
    /// The bytes of a line, counted from 1, without the blanks around it.
    #[must_use]
    pub fn line(&self, number: usize) -> std::ops::Range<usize> {
        let mut start = 0;
        for (index, line) in self.text.split('\n').enumerate() {
            if index + 1 == number {
                let trimmed = line.trim_start();
                let from = start + line.len() - trimmed.len();
                return from..from + trimmed.trim_end().len();
            }
            start += line.len() + 1;
        }
        self.text.len()..self.text.len()
    }
}

/// How it is known which folder the context is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// A compose file says so.
    Declared,
    /// The sources of COPY are in it, or most of them.
    Sources,
    /// It is the folder of the Dockerfile, and nothing speaks for or against it.
    Folder,
}

/// What a build is given.
pub struct Context<'w> {
    /// The folder in the tree; empty for its root.
    pub root: String,
    /// `<Dockerfile>.dockerignore`, or `.dockerignore` in the root of the context.
    pub ignore: Option<IgnoreFile<'w>>,
    /// A compose file says that this is the folder; otherwise it is what the sources of COPY hint at.
    pub declared: bool,
    /// How the folder is known.
    pub basis: Basis,
    workspace: &'w Workspace<'w>,
    /// The files below the root, relative to it, before anything is ignored.
    files: OnceCell<Vec<&'w str>>,
    /// Those of them that the builder gets.
    given: OnceCell<Vec<&'w str>>,
    /// Folders below the root whose content is not listed: `.git`, `node_modules`, ...
    folders: OnceCell<Vec<&'w str>>,
}

impl<'w> Context<'w> {
    /// The context of a build; none if there is no tree to look at, or it is not known which folder it is.
    pub(super) fn of(build: &Build<'w>) -> Option<Self> {
        let workspace = build.workspace;
        if !workspace.has_tree {
            return None;
        }
        let declared = build.services.iter().find_map(|service| service.build_context());
        let (root, basis) = match declared {
            Some(Some(root)) => (root, Basis::Declared),
            // A context that is not a folder of the tree: an address, a variable, a folder outside.
            Some(None) => return None,
            None => guess(build, folder_of(build.path))?,
        };
        // A text in a compose file has no file of its own beside it.
        let own = (!build.is_inline()).then(|| format!("{}.dockerignore", build.path));
        // Podman and Buildah look for `.containerignore` first; who has both keeps them alike.
        let shared = [".dockerignore", ".containerignore"].map(|name| under(&root, name));
        let ignore = own.into_iter().chain(shared).find_map(|path| {
            let text = workspace.tree.read(&path)?;
            Some(IgnoreFile { path, text, rules: Ignore::parse(text) })
        });
        Some(Self {
            ignore,
            declared: basis == Basis::Declared,
            basis,
            root,
            workspace,
            files: OnceCell::new(),
            given: OnceCell::new(),
            folders: OnceCell::new(),
        })
    }

    /// The path in the tree of a path of the context.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        under(&self.root, path)
    }

    /// The path in the context of a path of the tree, if it is in there.
    #[must_use]
    pub fn inside<'p>(&self, path: &'p str) -> Option<&'p str> {
        if self.root.is_empty() { Some(path) } else { path.strip_prefix(self.root.as_str())?.strip_prefix('/') }
    }

    /// Whether a path is kept out.
    #[must_use]
    pub fn ignores(&self, path: &str) -> bool {
        self.ignore.as_ref().is_some_and(|ignore| ignore.rules.excludes(path))
    }

    /// All files, ignored ones too.
    #[must_use]
    pub fn all(&self) -> &[&'w str] {
        self.files.get_or_init(|| self.below(self.workspace.tree.files()))
    }

    /// The files that the builder gets.
    pub fn files(&self) -> impl Iterator<Item = &'w str> {
        self.given().iter().copied()
    }

    fn given(&self) -> &[&'w str] {
        let Some(ignore) = &self.ignore else { return self.all() };
        self.given.get_or_init(|| {
            let mut walk = ignore.rules.walk();
            self.all().iter().copied().filter(|path| !walk.excludes(path)).collect()
        })
    }

    /// Folders whose content is not listed (`.git`, `node_modules`, `.venv`, `target` ...), ignored ones too.
    #[must_use]
    pub fn folders(&self) -> &[&'w str] {
        self.folders.get_or_init(|| self.below(self.workspace.tree.skipped()))
    }

    fn below(&self, paths: &'w [String]) -> Vec<&'w str> {
        paths.iter().filter_map(|path| self.inside(path)).collect()
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
        let path = below_root(path);
        path.is_empty() || {
            let full = self.path(&path);
            workspace.tree.exists(&full) || workspace.tree.has_folder(&full)
        }
    }

    /// The text of a file of the context, ignored or not.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&'w str> {
        self.workspace.tree.read(&self.path(path))
    }

    /// The edit that adds lines to the ignore file, which it makes if there is none.
    pub fn keep_out(&self, found: &mut Found, lines: &[String]) -> Edit {
        let path = self.ignore.as_ref().map_or_else(|| self.path(".dockerignore"), |ignore| ignore.path.clone());
        let text = self.ignore.as_ref().map_or("", |ignore| ignore.text);
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut added = String::new();
        if !text.is_empty() && !text.ends_with('\n') {
            added.push_str(end);
        }
        for line in lines {
            added.push_str(line);
            added.push_str(end);
        }
        let at: Location = found.at(&path, text, text.len()..text.len());
        Edit { at, text: added }
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

/// Folders for container files: what is built lies elsewhere.
const ASIDE: [&str; 14] = [
    "docker",
    ".docker",
    "dockerfiles",
    "containers",
    "container",
    "build",
    "ci",
    ".ci",
    "deploy",
    "deployment",
    ".devcontainer",
    "packaging",
    "hack",
    "infra",
];

/// The folder in which the plain sources of COPY are: that of the Dockerfile, or one above it. None if they are in none.
fn guess(build: &Build<'_>, folder: &str) -> Option<(String, Basis)> {
    let mut sources: Vec<String> = Vec::new();
    let mut takes = false;
    for view in &build.views {
        for (_, _, transfer) in transfers(build, view) {
            for (path, _) in local_sources(build, view, transfer) {
                takes = true;
                if !path.is_empty() && !path.contains(['*', '?', '[', ':']) {
                    sources.push(path);
                }
            }
        }
    }
    let tree = build.workspace.tree;
    if sources.is_empty() {
        let is_aside = |name: &str| ASIDE.contains(&name.to_ascii_lowercase().as_str());
        // A folder with container files alone is not what is built.
        let is_bare = || {
            let here = |path: &&String| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            tree.files().iter().filter(here).all(|path| names::is_dockerfile(path) || path.ends_with("ignore"))
        };
        let elsewhere = takes && !folder.is_empty() && (folder.split('/').any(is_aside) || is_bare());
        return (!elsewhere).then(|| (folder.to_owned(), Basis::Folder));
    }
    let mut best: Option<(usize, &str)> = None;
    let mut candidate = folder;
    loop {
        let there = |source: &&String| {
            let path = under(candidate, source);
            tree.exists(&path) || tree.has_folder(&path)
        };
        let count = sources.iter().filter(there).count();
        if best.is_none_or(|(most, _)| count > most) {
            best = Some((count, candidate));
        }
        if count == sources.len() || candidate.is_empty() {
            break;
        }
        candidate = folder_of(candidate);
    }
    let (count, candidate) = best?;
    // An example is there to be copied into a project, which has the files.
    if candidate != folder && folder.split('/').any(|part| matches!(part, "example" | "examples")) {
        return None;
    }
    // Some may be made only before the build.
    (count > 0 && count * 2 >= sources.len()).then(|| (candidate.to_owned(), Basis::Sources))
}
