//! What a build is given and what each COPY takes of it: the data of `scaffold check --context`.

use serde::Serialize;

use super::subject::{Basis, Build, Context, Taken, Workspace};
use super::{Options, each_build};
use crate::detect::Tree;
use crate::report::line_column;
use crate::secret::Certainty;

/// One Dockerfile and its build context.
#[derive(Debug, Serialize)]
pub struct Contents {
    /// The Dockerfile.
    pub dockerfile: String,
    /// The compose services that build it.
    pub services: Vec<String>,
    /// What it is given; null if it is not known which folder that is.
    pub context: Option<Given>,
}

/// A build context.
#[derive(Debug, Serialize)]
pub struct Given {
    /// The folder; `.` for the root of the tree.
    pub folder: String,
    /// How that is known: `declared` in a compose file, by the `sources` of COPY, or the `folder` of the Dockerfile.
    pub basis: &'static str,
    /// The ignore file that applies.
    pub ignore: Option<String>,
    /// How many files there are, the content of `.git` and of dependency folders left out.
    pub files: usize,
    /// How many of them the builder may see.
    pub given: usize,
    /// How many bytes that is.
    pub bytes: u64,
    /// Version control and dependency folders that the builder may see, not counted.
    pub folders: Vec<String>,
    /// What the COPYs and ADDs take, stage by stage, of the stages that are built.
    pub copies: Vec<Copied>,
}

/// What one COPY or ADD takes.
#[derive(Debug, Serialize)]
pub struct Copied {
    /// The line, from 1.
    pub line: usize,
    /// The instruction, shortened.
    pub instruction: String,
    /// The name of the stage, or its number.
    pub stage: String,
    /// Whether it is in the image that is built, and not only in a stage on the way there.
    pub shipped: bool,
    /// How many files it takes.
    pub files: usize,
    /// How many bytes.
    pub bytes: u64,
    /// Version control and dependency folders that it takes, not counted.
    pub folders: Vec<String>,
    /// Files of credentials that it takes.
    pub credentials: Vec<Held>,
}

/// A file with the name of a credential.
#[derive(Debug, Serialize)]
pub struct Held {
    /// From the root of the context.
    pub path: String,
    /// What it is by its name.
    pub kind: &'static str,
    /// Whether its content is a secret: `yes`, `perhaps` or `no`.
    pub secret: &'static str,
}

/// What the Dockerfiles of these paths are given, in their order. See [`check`](super::check) for the arguments.
#[must_use]
pub fn contents(tree: &(dyn Tree + Sync), paths: &[String], options: &Options) -> Vec<Contents> {
    let workspace = Workspace::open(tree, true, paths, options);
    let mut all = Vec::new();
    for unit in &workspace.units {
        each_build(&workspace, unit, options, &mut |build| {
            all.push(Contents {
                dockerfile: build.path.to_owned(),
                services: build.services.iter().map(|service| service.name.clone()).collect(),
                context: build.context.as_ref().map(|context| given(build, context)),
            });
        });
    }
    all
}

fn given(build: &Build<'_>, context: &Context<'_>) -> Given {
    let size = |path: &str| build.workspace.tree.size(&context.path(path)).unwrap_or(0);
    Given {
        folder: if context.root.is_empty() { ".".to_owned() } else { context.root.clone() },
        basis: match context.basis {
            Basis::Declared => "declared",
            Basis::Sources => "sources",
            Basis::Folder => "folder",
        },
        ignore: context.ignore.as_ref().map(|ignore| ignore.path.clone()),
        files: context.all().len(),
        given: context.files().count(),
        bytes: context.files().map(size).sum(),
        folders: folders(context, &|_| true),
        copies: build.copies().iter().map(|(stage, taken)| copied(build, context, *stage, taken, &size)).collect(),
    }
}

fn folders(context: &Context<'_>, takes: &dyn Fn(&str) -> bool) -> Vec<String> {
    let given = context.folders().iter().copied().filter(|folder| context.gives_folder(folder));
    given.filter(|folder| takes(&format!("{folder}/scaffold-probe"))).map(str::to_owned).collect()
}

fn copied(
    build: &Build<'_>,
    context: &Context<'_>,
    stage: usize,
    taken: &Taken<'_>,
    size: &dyn Fn(&str) -> u64,
) -> Copied {
    let view = &build.views[stage];
    let files: Vec<&str> = context.files().filter(|path| taken.takes(path)).collect();
    let held = build.workspace.credentials().iter().filter_map(|credential| {
        let path = context.inside(&credential.path)?;
        if context.ignores(path) || !taken.takes(path) {
            return None;
        }
        let secret = match credential.certainty(build.workspace.tree) {
            Some(Certainty::Sure) => "yes",
            Some(_) => "perhaps",
            None => "no",
        };
        Some(Held { path: path.to_owned(), kind: credential.kind.name(), secret })
    });
    Copied {
        line: line_column(build.text, taken.instruction.span.start).0,
        instruction: taken.shown().trim_matches('`').to_owned(),
        stage: view.stage.name.clone().unwrap_or_else(|| stage.to_string()),
        shipped: view.shipped,
        files: files.len(),
        bytes: files.into_iter().map(size).sum(),
        folders: folders(context, &|path| taken.takes(path)),
        credentials: held.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::MemoryTree;

    /// Others ask to forbid `COPY . .` (<https://github.com/hadolint/hadolint/issues/1199>,
    /// <https://github.com/hadolint/hadolint/issues/51>); this says what it takes.
    #[test]
    fn it_says_what_a_copy_takes() {
        let tree = MemoryTree::new([
            ("Dockerfile", "FROM node:26-trixie-slim AS build\nCOPY src src\nFROM scratch\nCOPY . .\n"),
            ("src/a.js", "1234"),
            ("src/b.md", "12"),
            (".env", "DB_PASSWORD=k3Vq9zLw2RtY8sXb\n"),
            (".git/HEAD", ""),
            ("node_modules/a/a.js", ""),
            (".dockerignore", "node_modules\n**/*.md\n"),
        ]);
        let mut all = contents(&tree, &["Dockerfile".to_owned()], &Options::default());
        let given = all.remove(0).context.expect("a context");
        assert_eq!((given.folder.as_str(), given.files, given.given), (".", 5, 4));
        assert_eq!(given.folders, [".git"]);
        // The stage `build` gives nothing to the image.
        let [copy] = given.copies.as_slice() else { panic!("{:?}", given.copies) };
        assert_eq!((copy.line, copy.files, copy.shipped), (4, 4, true));
        assert_eq!(copy.folders, [".git"]);
        assert_eq!(
            copy.credentials.iter().map(|held| (held.path.as_str(), held.secret)).collect::<Vec<_>>(),
            [(".env", "yes")]
        );
    }
}
