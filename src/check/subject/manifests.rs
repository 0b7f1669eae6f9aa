//! The manifests and lockfiles of a project, as far as a stage is given them.

use std::collections::BTreeMap;

use super::context::{folder_of, under};
use super::packages::{Action, Kind, Manager};
use super::{Build, Run, StageView};

/// What a manager reads in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Project {
    /// What says what is needed.
    pub manifest: &'static str,
    /// What says which versions; the first that is there.
    pub locks: &'static [&'static str],
}

/// A manifest that a stage is given, with the lockfile beside it.
#[derive(Debug)]
pub struct Manifest<'w> {
    /// Its path in the context.
    pub path: String,
    /// Its text.
    pub text: &'w str,
    /// The path of the lockfile in the context.
    pub lock: Option<String>,
    /// Whether the stage is given the lockfile too.
    pub lock_is_there: bool,
}

/// What the manager of an action reads; none if it reads no project.
#[must_use]
pub fn of(action: &Action<'_>) -> Option<Project> {
    let reads = matches!(action.kind, Kind::Project | Kind::Upgrade)
        || action.manager == Manager::Cargo && action.kind == Kind::Install && action.has(&["--path"])
        || action.manager == Manager::Go && matches!(action.kind, Kind::Install | Kind::Execute);
    if !reads || action.is_global() {
        return None;
    }
    let project = |manifest, locks| Some(Project { manifest, locks });
    match action.manager {
        Manager::Npm => project("package.json", &["package-lock.json", "npm-shrinkwrap.json"]),
        Manager::Yarn => project("package.json", &["yarn.lock"]),
        Manager::Pnpm => project("package.json", &["pnpm-lock.yaml"]),
        Manager::Bun => project("package.json", &["bun.lock", "bun.lockb"]),
        Manager::Uv => project("pyproject.toml", &["uv.lock"]),
        Manager::Poetry => project("pyproject.toml", &["poetry.lock"]),
        Manager::Pipenv => project("Pipfile", &["Pipfile.lock"]),
        Manager::Bundle => project("Gemfile", &["Gemfile.lock"]),
        Manager::Composer => project("composer.json", &["composer.lock"]),
        Manager::Cargo => project("Cargo.toml", &["Cargo.lock"]),
        Manager::Go => project("go.mod", &["go.sum"]),
        _ => None,
    }
}

impl Project {
    /// The manifest that a RUN finds: one that a COPY of its stage or a mount takes. None if several may be meant, or
    /// the context is not known.
    #[must_use]
    pub fn find<'w>(&self, build: &Build<'w>, view: &StageView<'w>, run: &Run<'_>) -> Option<Manifest<'w>> {
        let context = build.context.as_ref()?;
        let mut takes = Vec::new();
        for stage in build.chain(view.stage.index) {
            takes.extend(
                context.taken(build, stage).into_iter().filter(|taken| taken.at < run.at || !std::ptr::eq(stage, view)),
            );
        }
        let mounted = |path: &str| {
            run.mounts.iter().filter(|mount| mount.kind() == "bind" && mount.from().is_none()).any(|mount| {
                let source = mount.source().unwrap_or("").trim_start_matches("./").trim_matches('/');
                source.is_empty()
                    || source == "."
                    || source == path
                    || path.strip_prefix(source).is_some_and(|rest| rest.starts_with('/'))
            })
        };
        let given =
            |path: &str| !context.ignores(path) && (mounted(path) || takes.iter().any(|taken| taken.takes(path)));
        let mut found: Vec<&'w str> = context
            .all()
            .iter()
            .copied()
            .filter(|path| path.rsplit('/').next() == Some(self.manifest))
            .filter(|path| given(path))
            .collect();
        found.sort_by_key(|path| path.matches('/').count());
        let path = match found.as_slice() {
            [only] => *only,
            [first, second, ..] if first.matches('/').count() < second.matches('/').count() => *first,
            _ => return None,
        };
        // `cd app`, `--prefix app`: with several it is not known which one is meant.
        let elsewhere = run.commands.iter().any(|command| command.is(&["cd", "pushd"]));
        if found.len() > 1 && elsewhere {
            return None;
        }
        let text = build.workspace.tree.read(&context.path(path))?;
        let beside = |name: &str| {
            let path = under(folder_of(path), name);
            context.exists(build.workspace, &path).then_some(path)
        };
        let lock = self.locks.iter().find_map(|name| beside(name));
        let lock_is_there = lock.as_deref().is_some_and(given);
        Some(Manifest { path: path.to_owned(), text, lock, lock_is_there })
    }
}

impl Manifest<'_> {
    /// The text of a file beside it.
    #[must_use]
    pub fn beside<'w>(&self, build: &Build<'w>, name: &str) -> Option<&'w str> {
        let context = build.context.as_ref()?;
        build.workspace.tree.read(&context.path(&under(folder_of(&self.path), name)))
    }
}

/// What to write so that the lockfile holds.
#[must_use]
pub fn help(action: &Action<'_>, manifest: &Manifest<'_>) -> String {
    let write = match action.manager {
        Manager::Npm => "`npm ci`",
        Manager::Yarn => "`yarn install --immutable`, with Yarn 1 `--frozen-lockfile`",
        Manager::Pnpm => "`pnpm install --frozen-lockfile`",
        Manager::Bun => "`bun install --frozen-lockfile`",
        Manager::Uv => "`uv sync --locked`",
        Manager::Pipenv => "`pipenv sync`, or `--deploy`",
        Manager::Bundle => "`bundle config set --local frozen true` before it",
        Manager::Cargo => "`--locked`",
        Manager::Composer => "`composer install`",
        _ => "`-mod=readonly`",
    };
    match &manifest.lock {
        Some(lock) if !manifest.lock_is_there => format!("copy `{lock}` into the stage too, and write {write}"),
        _ => format!("write {write}"),
    }
}

/// Whether the lockfile of npm fits its manifest, so that `npm ci` installs what `npm install` does.
#[must_use]
pub fn npm_agrees(build: &Build<'_>, manifest: &Manifest<'_>) -> bool {
    let Some(context) = &build.context else { return false };
    let Some(lock) = manifest.lock.as_deref().and_then(|lock| build.workspace.tree.read(&context.path(lock))) else {
        return false;
    };
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    let (Some(own), Some(lock)) = (read(manifest.text), read(lock)) else { return false };
    let Some(root) = lock.get("packages").and_then(|packages| packages.get("")) else { return false };
    let table = |value: &serde_json::Value, key: &str| -> BTreeMap<String, String> {
        let entries = value.get(key).and_then(serde_json::Value::as_object);
        let text = |(name, version): (&String, &serde_json::Value)| Some((name.clone(), version.as_str()?.to_owned()));
        entries.map(|entries| entries.iter().filter_map(text).collect()).unwrap_or_default()
    };
    let same = |key: &str| table(&own, key) == table(root, key);
    // Members of workspaces have manifests of their own, which are not compared here.
    own.get("workspaces").is_none()
        && ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"].iter().all(|key| same(key))
}
