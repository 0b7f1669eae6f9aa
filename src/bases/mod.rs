//! Known base images: what an image brings along, as far as its makers say it, with source and date.
//!
//! The data is `bases/*.toml`, made into Rust by the build script. It is a belief, not a proof: an image may change
//! under its tag. What is not in the table is unknown, and an unknown image is never judged.

mod glob;
mod life;
mod official;
mod publisher;
mod reference;
#[cfg(test)]
mod tests;

pub use glob::HOLE;
pub use life::{Date, EndOfLife, end_of_life};
pub use official::is_official;
pub use publisher::{Publisher, PublisherKind, possible_publishers, publisher, publishers};
pub use reference::{Reference, is_registry, split};

use glob::Match;
use life::Product;

include!(concat!(env!("OUT_DIR"), "/bases.rs"));

/// The distribution that an image is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Os {
    /// Debian, and what is put together of its packages.
    Debian,
    /// Ubuntu.
    Ubuntu,
    /// Alpine: musl and busybox.
    Alpine,
    /// Red Hat and its kin: UBI, CentOS, Rocky, Alma, Oracle Linux, Fedora.
    Rhel,
    /// Amazon Linux.
    Amazon,
    /// SUSE and openSUSE.
    Suse,
    /// Azure Linux, formerly Mariner, of Microsoft.
    Azure,
    /// VMware's Photon OS.
    Photon,
    /// Arch Linux.
    Arch,
    /// Wolfi of Chainguard: apk, and glibc.
    Wolfi,
    /// Busybox alone.
    Busybox,
    /// No distribution: files alone, as in distroless images.
    None,
    /// Windows.
    Windows,
}

/// What runs as `/bin/sh`, or as the default shell of a RUN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sh {
    /// Debian's: no `pipefail` before 0.5.13.
    Dash,
    /// Bash in its POSIX mode.
    Bash,
    /// Busybox: knows `pipefail`.
    Ash,
    /// There is no shell.
    None,
    /// `cmd /S /C`.
    Cmd,
    /// PowerShell.
    PowerShell,
}

/// The package manager that is in the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Packages {
    /// Debian and Ubuntu.
    Apt,
    /// Alpine and Wolfi.
    Apk,
    /// Fedora, Red Hat 8 and later.
    Dnf,
    /// The minimal images of Red Hat.
    Microdnf,
    /// Red Hat 7, Amazon Linux 2.
    Yum,
    /// Photon, Azure Linux.
    Tdnf,
    /// SUSE.
    Zypper,
    /// Arch.
    Pacman,
    /// None.
    None,
}

/// What the image's own ENTRYPOINT does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entrypoint {
    /// There is none.
    None,
    /// A script that ends by `exec` of its arguments: it needs a shell, and the program becomes PID 1.
    Wrapper,
    /// A script that starts as root, gives the data folder to its own user and goes on as that: [`Base::runs_as`].
    StepDown,
    /// The program itself.
    Program,
}

/// What the image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Compilers and build tools.
    Sdk,
    /// What runs a program of a language.
    Runtime,
    /// A distribution.
    Os,
    /// A web or application server.
    Server,
    /// A database, a cache, a queue.
    Datastore,
    /// A reverse proxy.
    Proxy,
    /// A program that is called and ends.
    Tool,
    /// Files alone, for programs that bring what they need.
    Static,
}

/// Whether the image holds build tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sdk {
    /// None that count.
    No,
    /// A runtime that people ship, with build tools inside, such as `node` and `python` without `-slim`.
    Light,
    /// It is there to build with.
    Full,
}

/// A known image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// Its normalised names, each a repository such as `docker.io/library/node` or a pattern with `*`.
    pub images: &'static [&'static str],
    /// The tags it is about, each a pattern with `*`. The first entry whose name and tag fit is the one.
    pub tags: &'static [&'static str],
    /// A reference that finds this entry.
    pub example: &'static str,
    /// The distribution.
    pub os: Os,
    /// What the image is for.
    pub kind: Kind,
    /// Whether it holds build tools.
    pub sdk: Sdk,
    /// Its USER as written, `0` if none is.
    pub user: &'static str,
    /// The users of its passwd file beside root, with their uid; those of the distribution included.
    pub users: &'static [(&'static str, u32)],
    /// The user that the entrypoint steps down to.
    pub runs_as: Option<&'static str>,
    /// What `/bin/sh` is.
    pub shell: Sh,
    /// Which of [`TOOLS`] it has.
    pub tools: &'static [&'static str],
    /// Which of [`TOOLS`] it may have: not verified.
    pub unsure: &'static [&'static str],
    /// The package manager.
    pub packages: Packages,
    /// Its WORKDIR, `/` if none is set.
    pub workdir: &'static str,
    /// Its ENTRYPOINT.
    pub entrypoint: Entrypoint,
    /// Whether its own ENTRYPOINT and CMD start a server.
    pub serves: bool,
    /// The TCP ports that it exposes.
    pub ports: &'static [u16],
    /// Its VOLUMEs.
    pub volumes: &'static [&'static str],
    /// Whether it has a HEALTHCHECK of its own.
    pub healthcheck: bool,
    /// The paths that it must be able to write while it runs; its volumes are not repeated.
    pub writes: &'static [&'static str],
    /// The variables whose value it takes as a password.
    pub secret_env: &'static [&'static str],
    /// The variables that name a file with such a value.
    pub secret_file_env: &'static [&'static str],
    /// Where the facts are from.
    pub source: &'static str,
    /// When they were last compared with the source.
    pub checked: Date,
}

impl Base {
    /// The uid of a user of the image: of `root`, of a name in its passwd file, or of a number as it is written.
    #[must_use]
    pub fn uid_of(&self, user: &str) -> Option<u32> {
        match user {
            "root" => Some(0),
            _ => user.parse().ok().or_else(|| self.users.iter().find(|(name, _)| *name == user).map(|(_, uid)| *uid)),
        }
    }

    /// Whether the program is in the image. `None` if the table does not say: see [`TOOLS`].
    #[must_use]
    pub fn has_tool(&self, tool: &str) -> Option<bool> {
        if self.tools.contains(&tool) {
            Some(true)
        } else if self.unsure.contains(&tool) || !TOOLS.contains(&tool) {
            None
        } else {
            Some(false)
        }
    }

    /// Whether bash is in the image. `None` if the table does not say.
    #[must_use]
    pub fn has_bash(&self) -> Option<bool> {
        self.has_tool("bash")
    }

    /// Whether the image starts as root, or as the administrator of Windows.
    #[must_use]
    pub fn is_root(&self) -> bool {
        let name = self.user.split(':').next().unwrap_or_default();
        name == "ContainerAdministrator" || self.uid_of(name) == Some(0)
    }
}

/// What the table says of `reference`, if it is sure which entry holds: for a digest without a tag, and for a tag that
/// is known in part, only if no other entry of that image may hold.
#[must_use]
pub fn find(reference: &Reference) -> Option<&'static Base> {
    let mut possible = candidates(reference);
    match possible.next() {
        Some(base) if possible.next().is_none() => Some(base),
        _ => None,
    }
}

/// The entries that may hold for `reference`: one if its tag is known, and several if it is not, so that a caller may
/// ask what is true of all of them.
pub fn candidates(reference: &Reference) -> impl Iterator<Item = &'static Base> {
    let name = reference.has_known_name().then(|| official_name(reference));
    let tag = match (&reference.tag, &reference.digest) {
        (Some(tag), _) => tag.clone(),
        (None, Some(_)) => HOLE.to_string(),
        (None, None) => "latest".to_owned(),
    };
    let mut settled = false;
    BASES.iter().filter(move |base| {
        let Some(name) = name.as_deref().filter(|_| !settled) else { return false };
        if !base.images.iter().any(|image| is_image(image, name)) {
            return false;
        }
        let fits = base.tags.iter().map(|pattern| glob::matches(pattern, &tag)).max().unwrap_or(Match::No);
        settled = fits == Match::Yes;
        fits > Match::No
    })
}

/// Whether a name fits a pattern in which `*` stands for any run of characters. `None` if that depends on what stands in
/// the [`HOLE`]s of the name.
#[must_use]
pub fn fits(pattern: &str, name: &str) -> Option<bool> {
    match glob::matches(pattern, name) {
        Match::Yes => Some(true),
        Match::Maybe => None,
        Match::No => Some(false),
    }
}

/// Whether a name is a registry, a folder of one, a repository or of a pattern, or stands below it. `None` if that depends
/// on what stands in the [`HOLE`]s of the name.
#[must_use]
pub fn within(place: &str, name: &str) -> Option<bool> {
    let place = place.trim_end_matches('/');
    match [fits(place, name), fits(&format!("{place}/*"), name)] {
        [Some(true), _] | [_, Some(true)] => Some(true),
        [Some(false), Some(false)] => Some(false),
        _ => None,
    }
}

/// The normalised name, of the original where the name is a mirror's.
fn official_name(reference: &Reference) -> String {
    let name = reference.normalised();
    let original =
        MIRRORS.iter().find_map(|(mirror, original)| name.strip_prefix(mirror).map(|rest| format!("{original}{rest}")));
    original.unwrap_or(name)
}

fn is_image(pattern: &str, name: &str) -> bool {
    glob::matches(pattern, name) == Match::Yes
}
