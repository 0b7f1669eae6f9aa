//! Package managers: from a command to what it does, to which packages, with which options.
//!
//! Which options take a value is data (`table`), so that neither the release of `-t bookworm` nor the name behind
//! `--virtual` is taken for a package. [`caches`] says what a RUN leaves behind.

mod action;
mod cache;
mod package;
mod settings;
mod table;

#[cfg(test)]
mod tests;

pub use action::{Action, Opt, actions, of_command, options_of};
pub use cache::{Cache, Left, caches, is_removal_of};
pub use package::{Package, Version};
pub use settings::{apt_is_configured, setting};

/// A package manager, or a tool that installs as one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manager {
    /// `apt-get`
    AptGet,
    /// `apt`
    Apt,
    /// `aptitude`
    Aptitude,
    /// `apk`
    Apk,
    /// `yum`
    Yum,
    /// `dnf`, `dnf5`
    Dnf,
    /// `microdnf`
    Microdnf,
    /// `tdnf`
    Tdnf,
    /// `zypper`
    Zypper,
    /// `pacman`
    Pacman,
    /// `rpm`
    Rpm,
    /// `dpkg`
    Dpkg,
    /// `pip`, `python -m pip`, `uv pip`
    Pip,
    /// `pipx`
    Pipx,
    /// `uv`, but not `uv pip`
    Uv,
    /// `poetry`
    Poetry,
    /// `pipenv`
    Pipenv,
    /// `conda`, `mamba`, `micromamba`
    Conda,
    /// `npm`
    Npm,
    /// `yarn`
    Yarn,
    /// `pnpm`
    Pnpm,
    /// `bun`
    Bun,
    /// `gem`
    Gem,
    /// `bundle`
    Bundle,
    /// `composer`
    Composer,
    /// `cargo`
    Cargo,
    /// `go`
    Go,
    /// `dotnet`
    Dotnet,
}

/// Managers that share an index or a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Of Debian and Ubuntu.
    Apt,
    /// Of Alpine and Wolfi.
    Apk,
    /// Of Red Hat and its kin.
    Dnf,
    /// Of SUSE.
    Zypper,
    /// Of Arch.
    Pacman,
    /// Of a language.
    Language,
}

impl Manager {
    /// Which other managers see the same packages.
    #[must_use]
    pub const fn family(self) -> Family {
        match self {
            Self::AptGet | Self::Apt | Self::Aptitude | Self::Dpkg => Family::Apt,
            Self::Apk => Family::Apk,
            Self::Yum | Self::Dnf | Self::Microdnf | Self::Tdnf | Self::Rpm => Family::Dnf,
            Self::Zypper => Family::Zypper,
            Self::Pacman => Family::Pacman,
            _ => Family::Language,
        }
    }

    /// Whether it manages the packages of the distribution.
    #[must_use]
    pub fn is_system(self) -> bool {
        self.family() != Family::Language
    }
}

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Fetches the index of packages.
    Update,
    /// Installs the packages that it names.
    Install,
    /// Installs what a manifest or a lockfile of the project names.
    Project,
    /// Brings what is installed up to date, or packages that it names.
    Upgrade,
    /// Installs what a source package needs to be built.
    BuildDep,
    /// Fetches packages or sources and installs nothing.
    Download,
    /// Takes packages away.
    Remove,
    /// Takes the cache away.
    Clean,
    /// Takes away what only development needs.
    Prune,
    /// Fetches a program and starts it.
    Execute,
    /// Everything else: searches, settings, scripts.
    Other,
}

impl Kind {
    /// Whether packages are there afterwards that were not before.
    #[must_use]
    pub const fn installs(self) -> bool {
        matches!(self, Self::Install | Self::Project | Self::Upgrade | Self::BuildDep)
    }
}
