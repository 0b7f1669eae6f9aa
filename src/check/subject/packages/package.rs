//! A package as a command names it, and whether a version stands with it.

use super::Manager;
use crate::check::subject::Arg;

/// What is said of a package's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// One, or a range of them.
    Given,
    /// `@latest` and its like: whatever was published last.
    Latest,
    /// Nothing.
    Missing,
    /// It is a file, a folder, an address or a group: a version has no place there.
    Local,
    /// Not all of it is known.
    Unknown,
}

/// A package that a command names.
#[derive(Debug, Clone)]
pub struct Package<'r> {
    /// As it stands there.
    pub arg: &'r Arg,
    /// Without version; what is known of it.
    pub name: &'r str,
    /// What is said of its version.
    pub version: Version,
}

impl<'r> Package<'r> {
    pub(super) fn new(manager: Manager, arg: &'r Arg) -> Self {
        let Some(text) = arg.value.as_deref() else {
            // Whatever follows, a path is a file.
            let file = arg.start.starts_with(['/', '.']);
            let version = if file { Version::Local } else { Version::Unknown };
            return Self { arg, name: arg.start.as_str(), version };
        };
        let (name, version) = read(manager, text);
        Self { arg, name, version }
    }

    /// Whether it is a file or folder, and no address.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.version == Version::Local && !self.arg.start.contains("://")
    }
}

/// Whether a word names a file or an address rather than a package.
fn is_place(text: &str) -> bool {
    const ENDINGS: [&str; 11] =
        [".deb", ".rpm", ".apk", ".whl", ".gem", ".tgz", ".tar.gz", ".tar.bz2", ".zip", ".zst", ".xz"];
    text.starts_with(['.', '/', '~'])
        || text.contains("://")
        || text.starts_with("git@")
        || text.starts_with("file:")
        || text.starts_with("link:")
        || text.starts_with("workspace:")
        || text.contains('*')
        || ENDINGS.iter().any(|ending| text.ends_with(ending))
}

fn read(manager: Manager, text: &str) -> (&str, Version) {
    let cut = |at: Option<usize>| match at {
        Some(at) => (&text[..at], Version::Given),
        None => (text, Version::Missing),
    };
    if text.is_empty() {
        return (text, Version::Unknown);
    }
    if text.starts_with("git+") || text.starts_with("git://") {
        // A branch or commit stands behind the last `@` for Python, behind `#` for JavaScript.
        let python = matches!(manager, Manager::Pip | Manager::Pipx | Manager::Uv | Manager::Poetry | Manager::Pipenv);
        let last = text.split('#').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let fixed = if python { last.contains('@') } else { text.contains('#') };
        return (text, if fixed { Version::Given } else { Version::Latest });
    }
    match manager {
        Manager::Pip | Manager::Pipx | Manager::Uv | Manager::Poetry | Manager::Pipenv => {
            // `[` and `;` are extras and conditions; a version of poetry and uv stands behind `@`.
            let end = text.find(['[', '=', '<', '>', '~', '!', '^', ';', ' ', '@']).unwrap_or(text.len());
            let name = &text[..end];
            let is_path = is_place(text) || text.starts_with("git+") || name.contains('/');
            let has = text.contains(['=', '<', '>', '~', '^']) && !is_path;
            let at = text.split_once('@').map(|(_, version)| version.trim());
            match at {
                _ if is_path || text.contains("://") => (name, Version::Local),
                Some("latest") => (name, Version::Latest),
                Some(_) => (name, Version::Given),
                None if has => (name, Version::Given),
                None => (name, Version::Missing),
            }
        }
        Manager::Npm | Manager::Yarn | Manager::Pnpm | Manager::Bun => {
            let scope = usize::from(text.starts_with('@'));
            let at = text[scope..].find('@').map(|at| at + scope);
            let name = &text[..at.unwrap_or(text.len())];
            match at.map(|at| &text[at + 1..]) {
                _ if is_place(text) || text.starts_with("git+") || text.starts_with("github:") => {
                    (name, Version::Local)
                }
                // `user/repository` is an address too.
                _ if scope == 0 && name.contains('/') => (name, Version::Local),
                None => (name, Version::Missing),
                Some("latest" | "next" | "canary" | "beta" | "" | "nightly") => (name, Version::Latest),
                Some(_) => (name, Version::Given),
            }
        }
        Manager::Go => match text.split_once('@') {
            Some((name, "latest" | "master" | "main" | "HEAD" | "upgrade" | "patch")) => (name, Version::Latest),
            Some((name, _)) => (name, Version::Given),
            // Without a version go.mod decides.
            None => (text, Version::Local),
        },
        Manager::Cargo => match text.split_once('@') {
            Some((name, _)) => (name, Version::Given),
            None if is_place(text) => (text, Version::Local),
            None => (text, Version::Missing),
        },
        Manager::Gem | Manager::Bundle | Manager::Composer => {
            if is_place(text) {
                (text, Version::Local)
            } else {
                cut(text.find([':', '=']))
            }
        }
        Manager::Conda => {
            if is_place(text) {
                (text, Version::Local)
            } else {
                cut(text.find(['=', '<', '>']))
            }
        }
        Manager::Dotnet => cut(text.find('@')),
        Manager::AptGet | Manager::Apt | Manager::Aptitude => {
            if is_place(text) && !text.contains('=') {
                (text, Version::Local)
            } else {
                cut(text.find(['=', '/']))
            }
        }
        Manager::Apk => {
            if is_place(text) && !text.contains(['=', '~']) {
                (text, Version::Local)
            } else {
                let end = text.find(['=', '<', '>', '~', '@']).unwrap_or(text.len());
                let given = text.contains(['=', '<', '>', '~']);
                (&text[..end], if given { Version::Given } else { Version::Missing })
            }
        }
        Manager::Yum | Manager::Dnf | Manager::Microdnf | Manager::Tdnf => {
            if is_place(text) || text.starts_with('@') {
                return (text, Version::Local);
            }
            // `name-1.2-3`: the version begins at a digit behind a dash.
            let bytes = text.as_bytes();
            let dash = (0..bytes.len().saturating_sub(1))
                .find(|at| bytes[*at] == b'-' && bytes[at + 1].is_ascii_digit() && text[at + 1..].contains(['.', '-']));
            cut(dash.or_else(|| text.find([' ', '=', '<', '>', ':'])))
        }
        Manager::Zypper => {
            if is_place(text) {
                (text, Version::Local)
            } else {
                cut(text.find(['=', '<', '>']))
            }
        }
        Manager::Pacman => {
            if is_place(text) {
                (text, Version::Local)
            } else {
                cut(text.find('='))
            }
        }
        Manager::Rpm | Manager::Dpkg => (text, Version::Local),
    }
}
