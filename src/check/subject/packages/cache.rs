//! The caches that managers leave, in the order of a RUN: made, taken away again, or kept out of the layer by a mount.

use super::action::{Action, of_command};
use super::settings::setting;
use super::{Family, Kind, Manager};
use crate::check::subject::{Arg, Command, Run};

/// A cache that a manager fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cache {
    /// The package lists of apt.
    AptLists,
    /// The indexes and packages of apk.
    Apk,
    /// The packages of yum, dnf, microdnf.
    Dnf,
    /// The packages of tdnf.
    Tdnf,
    /// The packages of zypper.
    Zypper,
    /// The packages of pacman.
    Pacman,
    /// The downloads and wheels of pip.
    Pip,
    /// The downloads of uv.
    Uv,
    /// The downloads of poetry.
    Poetry,
    /// The downloads of npm.
    Npm,
    /// The downloads of yarn.
    Yarn,
    /// The downloads of composer.
    Composer,
    /// The downloads of conda.
    Conda,
}

impl Cache {
    /// Where it is: any of these. `~` is the home of whoever runs it.
    #[must_use]
    pub const fn paths(self) -> &'static [&'static str] {
        match self {
            Self::AptLists => &["/var/lib/apt/lists"],
            Self::Apk => &["/var/cache/apk", "/etc/apk/cache", "/var/lib/apk"],
            Self::Dnf => &["/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5", "/var/cache/microdnf"],
            Self::Tdnf => &["/var/cache/tdnf", "/var/cache/yum", "/var/cache/dnf"],
            Self::Zypper => &["/var/cache/zypp", "/var/cache/zypper"],
            Self::Pacman => &["/var/cache/pacman/pkg"],
            Self::Pip => &["~/.cache/pip", "~/.cache/pipenv", "~/.cache/pipx"],
            Self::Uv => &["~/.cache/uv"],
            Self::Poetry => &["~/.cache/pypoetry"],
            Self::Npm => &["~/.npm/_cacache"],
            Self::Yarn => &[
                "~/.cache/yarn",
                "/usr/local/share/.cache/yarn",
                "~/.yarn/berry/cache",
                "~/.yarn/cache",
                "~/.yarn-cache",
            ],
            Self::Composer => &["~/.composer/cache", "~/.cache/composer"],
            Self::Conda => &["/opt/conda/pkgs", "~/.conda/pkgs", "/opt/mamba/pkgs"],
        }
    }

    /// The variables that put it elsewhere.
    const fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Pip => &["PIP_CACHE_DIR"],
            Self::Uv => &["UV_CACHE_DIR"],
            Self::Poetry => &["POETRY_CACHE_DIR"],
            Self::Npm => &["npm_config_cache", "NPM_CONFIG_CACHE"],
            Self::Yarn => &["YARN_CACHE_FOLDER", "YARN_GLOBAL_FOLDER"],
            Self::Composer => &["COMPOSER_CACHE_DIR", "COMPOSER_HOME"],
            Self::Conda => &["CONDA_PKGS_DIRS", "MAMBA_ROOT_PREFIX"],
            _ => &[],
        }
    }
}

/// What is left of a cache at the end of a RUN.
#[derive(Debug, Clone)]
pub struct Left<'r> {
    /// Which.
    pub cache: Cache,
    /// What made it last.
    pub by: Action<'r>,
}

/// The caches that a RUN leaves in its layer, in the order of [`Cache`].
#[must_use]
pub fn caches<'r>(run: &'r Run<'_>) -> Vec<Left<'r>> {
    let mut left: Vec<Left<'r>> = Vec::new();
    let mut folder = run.workdir.clone();
    for command in &run.commands {
        if command.is(&["cd"]) {
            folder = command.args.first().and_then(|arg| arg.value.clone()).filter(|to| to.starts_with('/'));
        }
        if let Some(action) = of_command(command) {
            for cache in made(&action) {
                if !is_off(cache, &action, run) && !is_mounted(cache, run) {
                    left.retain(|other| other.cache != cache);
                    left.push(Left { cache, by: action.clone() });
                }
            }
            left.retain(|left| !cleans(&action, left.cache));
        }
        left.retain(|left| !removes(command, left, run, folder.as_deref()));
    }
    left.sort_by_key(|left| left.cache);
    left
}

/// The caches that a command fills.
fn made(action: &Action<'_>) -> Vec<Cache> {
    let fills = action.kind.installs() || matches!(action.kind, Kind::Update | Kind::Download);
    if !fills || action.is_dry() {
        return Vec::new();
    }
    match action.manager {
        Manager::AptGet | Manager::Apt | Manager::Aptitude if action.kind == Kind::Update => vec![Cache::AptLists],
        Manager::Apk => vec![Cache::Apk],
        Manager::Yum | Manager::Dnf | Manager::Microdnf => vec![Cache::Dnf],
        Manager::Tdnf => vec![Cache::Tdnf],
        Manager::Zypper => vec![Cache::Zypper],
        Manager::Pacman => vec![Cache::Pacman],
        // A folder of the project alone is no download.
        Manager::Pip if action.command.name == "uv" => vec![Cache::Uv],
        Manager::Pip | Manager::Pipx | Manager::Pipenv => vec![Cache::Pip],
        Manager::Uv => vec![Cache::Uv],
        Manager::Poetry => vec![Cache::Poetry],
        Manager::Npm => vec![Cache::Npm],
        Manager::Yarn => vec![Cache::Yarn],
        Manager::Composer => vec![Cache::Composer],
        Manager::Conda => vec![Cache::Conda],
        _ => Vec::new(),
    }
}

/// Whether a value of a switch in the environment is on.
fn is_on(value: &str) -> bool {
    !matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "false" | "no" | "off" | "n" | "f")
}

/// Whether the command, or what holds around it, keeps the cache from being filled.
fn is_off(cache: Cache, action: &Action<'_>, run: &Run<'_>) -> bool {
    let on = |name: &str| setting(run, action.command, name).is_some_and(is_on);
    // A cache that lives elsewhere is looked for there by nobody: it is not judged.
    let elsewhere =
        cache.variables().iter().any(|name| setting(run, action.command, name).is_some_and(|to| !to.is_empty()));
    let no_home = setting(run, action.command, "XDG_CACHE_HOME").is_some_and(|to| !to.is_empty())
        && cache.paths().iter().any(|path| path.starts_with("~/.cache"));
    if elsewhere || no_home || action.unclear {
        return true;
    }
    match cache {
        Cache::Apk => action.has(&["--no-cache", "--cache-dir"]),
        Cache::Pip => {
            // A pip option may stand in the words that pipx hands on.
            let handed =
                action.values(&["--pip-args", "--extra-pip-args"]).any(|words| words.contains("--no-cache-dir"));
            handed
                || action.has(&["--no-cache-dir", "--no-cache", "--cache-dir"])
                // Any value switches it off, `0` and `false` too: pip keeps an old mistake for those who rely on it.
                || setting(run, action.command, "PIP_NO_CACHE_DIR").is_some_and(|value| !value.is_empty())
                || on("PIPENV_NO_CACHE_DIR")
        }
        Cache::Uv => action.has(&["--no-cache", "--no-cache-dir", "-n", "--cache-dir"]) || on("UV_NO_CACHE"),
        Cache::Poetry => action.has(&["--no-cache"]) || on("POETRY_NO_CACHE"),
        Cache::Npm => action.has(&["--cache"]),
        Cache::Yarn => action.has(&["--cache-folder", "--no-cache"]),
        Cache::Composer => action.has(&["--no-cache"]) || on("COMPOSER_NO_CACHE"),
        Cache::Dnf | Cache::Tdnf => {
            action.values(&["--setopt"]).any(|value| value.starts_with("cachedir")) || action.has(&["--installroot"])
        }
        _ => false,
    }
}

/// Whether a manager's own command takes the cache away.
fn cleans(action: &Action<'_>, cache: Cache) -> bool {
    let mut whats = action.command.args.iter().filter(|arg| !arg.start.starts_with('-'));
    if action.kind != Kind::Clean {
        return false;
    }
    match cache {
        // `clean` and `autoclean` take the packages and leave the lists.
        Cache::AptLists => {
            action.manager.family() == Family::Apt && matches!(action.verb_text(), "distclean" | "dist-clean")
        }
        Cache::Apk => action.manager == Manager::Apk,
        Cache::Dnf | Cache::Tdnf => {
            action.manager.family() == Family::Dnf
                && whats.any(|arg| arg.value.is_none() || matches!(arg.text(), "all" | "dbcache" | "metadata"))
        }
        Cache::Zypper => action.manager == Manager::Zypper,
        Cache::Pacman => action.manager == Manager::Pacman,
        Cache::Pip => action.manager == Manager::Pip,
        Cache::Uv => action.manager == Manager::Uv,
        Cache::Poetry => action.manager == Manager::Poetry,
        Cache::Npm => action.manager == Manager::Npm,
        Cache::Yarn => action.manager == Manager::Yarn,
        Cache::Composer => action.manager == Manager::Composer,
        Cache::Conda => action.manager == Manager::Conda,
    }
}

/// Whether a mount keeps a cache out of the layer.
fn is_mounted(cache: Cache, run: &Run<'_>) -> bool {
    let mounts = run.mounts.iter().filter(|mount| matches!(mount.kind(), "cache" | "tmpfs"));
    mounts.filter_map(|mount| mount.target()).any(|target| {
        // `$HOME/.cache` and the like: what stands before it is not looked up.
        let target = target.trim_end_matches('/');
        cache.paths().iter().any(|path| is_above(target, path, run) || is_above(path, target, run))
    })
}

/// Whether `above` is `path`, or a folder that it is in; `path` may begin with `~`.
fn is_above(above: &str, path: &str, run: &Run<'_>) -> bool {
    let (above, path) = (from_home(above, run), from_home(path, run));
    match (above.strip_prefix("~/"), path.strip_prefix("~/")) {
        (Some(above), Some(path)) => covers(above, path),
        (None, None) => covers(&above, &path),
        // A folder that the home itself is in.
        (None, Some(_)) => matches!(above.as_str(), "/" | "/root" | "/home" | "~"),
        (Some(_), None) => false,
    }
}

fn covers(above: &str, path: &str) -> bool {
    path == above || path.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'))
}

/// A path in the home of whoever runs it as `~/...`.
fn from_home(path: &str, run: &Run<'_>) -> String {
    let homes = ["~/", "$HOME/", "${HOME}/"];
    if let Some(rest) = homes.iter().find_map(|home| path.strip_prefix(home)) {
        return format!("~/{rest}");
    }
    if let Some(home) = run.variables.get("HOME").map(|home| home.trim_end_matches('/')).filter(|home| !home.is_empty())
        && let Some(rest) = path.strip_prefix(home).and_then(|rest| rest.strip_prefix('/'))
    {
        return format!("~/{rest}");
    }
    if run.root != Some(false)
        && let Some(rest) = path.strip_prefix("/root/")
    {
        return format!("~/{rest}");
    }
    // Another user's home may be any; that of a user by `-d` too.
    if run.root != Some(true) {
        for folder in [".cache", ".npm", ".yarn", ".composer", ".conda"] {
            if let Some(at) = path.find(&format!("/{folder}")).filter(|at| *at > 0) {
                return format!("~{}", &path[at..]);
            }
        }
    }
    path.to_owned()
}

/// Whether a command takes a cache away: `rm`, `find -delete`, a program that is called so.
fn removes(command: &Command, left: &Left<'_>, run: &Run<'_>, folder: Option<&str>) -> bool {
    let name = command.name.as_str();
    // A function or a script that says that it cleans.
    let own = name.contains("clean") || command.args.iter().any(|arg| arg.text().ends_with("clean.sh"));
    let by_script = (own || command.args.first().is_some_and(|arg| arg.text().contains("cleanup")))
        && of_command(command).is_none();
    by_script || is_removal_of(command, left.cache.paths(), run, folder)
}

/// Whether a command takes all that is in one of these folders away; `true` also where its words are not known.
///
/// `folder` is where it runs, if that is known.
#[must_use]
pub fn is_removal_of(command: &Command, paths: &[&str], run: &Run<'_>, folder: Option<&str>) -> bool {
    if !matches!(command.name.as_str(), "rm" | "find" | "unlink" | "rmdir") {
        return false;
    }
    if command.name == "find" && !command.args.iter().any(|arg| matches!(arg.text(), "-delete" | "-exec" | "-execdir"))
    {
        return false;
    }
    let operands: Vec<&Arg> = if command.name == "find" {
        command.args.iter().take_while(|arg| !arg.start.starts_with('-')).collect()
    } else {
        command.operands(&[])
    };
    operands.iter().any(|operand| {
        let Some(text) = operand.value.as_deref() else {
            return true;
        };
        let text = match (text.starts_with(['/', '~']), folder) {
            (true, _) => text.to_owned(),
            (false, Some(folder)) => format!("{}/{}", folder.trim_end_matches('/'), text.trim_start_matches("./")),
            (false, None) => return true,
        };
        paths.iter().any(|path| takes(&text, path, run))
    })
}

/// Whether removing `pattern` empties `path`: the folder, one that it is in, or what is in it by `*`.
fn takes(pattern: &str, path: &str, run: &Run<'_>) -> bool {
    let pattern = from_home(pattern.trim_end_matches('/'), run);
    let path = from_home(path, run);
    let mut patterns = pattern.split('/').filter(|part| !part.is_empty() && *part != ".");
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    loop {
        match (patterns.next(), parts.next()) {
            (None, _) => return true,
            // Below the folder: with a wildcard it is what is in it, in one spelling or another.
            (Some(rest), None) => return rest.contains(['*', '?']),
            (Some(pattern), Some(part)) if matches(pattern, part) => {}
            _ => return false,
        }
    }
}

/// Whether a name fits a pattern with `*` and `?`.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == name[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((back, taken)) => {
                    star = Some((back, taken + 1));
                    at = back + 1;
                    from = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}
