//! Where a registry answers: its host, a mirror of it, and whether by https.

use std::fmt;
use std::net::IpAddr;

use crate::bases::Reference;

/// The host that answers for `docker.io` (docs.docker.com, read 2026-11-25).
const DOCKER_HUB: &str = "registry-1.docker.io";

/// `http` or `https`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// Without TLS.
    Http,
    /// With TLS.
    Https,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

/// A place that speaks the distribution API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// Host, with its port if it has one.
    pub host: String,
    /// What stands before each repository's name, without slashes at its ends; mostly nothing.
    pub prefix: String,
    /// If it is said.
    pub scheme: Option<Scheme>,
}

impl Endpoint {
    /// The registry of a reference itself.
    #[must_use]
    pub fn of(registry: &str) -> Self {
        let host = if registry == "docker.io" { DOCKER_HUB } else { registry };
        Self { host: host.to_owned(), prefix: String::new(), scheme: None }
    }

    /// Reads `mirror.example.com`, `mirror.example.com/prefix`, `http://mirror:5000`. `None` if it is none of these.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (scheme, rest) = match text.split_once("://") {
            Some(("https", rest)) => (Some(Scheme::Https), rest),
            Some(("http", rest)) => (Some(Scheme::Http), rest),
            Some(_) => return None,
            None => (None, text),
        };
        let (host, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        // As strict as for a name in a Dockerfile: what is no host there cannot be asked.
        let named = |name: &str| Reference::parse(name).is_some_and(|read| read.registry == host);
        let fits = if prefix.is_empty() { named(&format!("{host}/x")) } else { named(&format!("{host}/{prefix}/x")) };
        let fits = fits || (host == "docker.io" && prefix.is_empty());
        fits.then(|| Self { scheme, prefix: prefix.to_owned(), ..Self::of(host) })
    }

    /// The name of a repository here.
    #[must_use]
    pub fn repository(&self, repository: &str) -> String {
        if self.prefix.is_empty() { repository.to_owned() } else { format!("{}/{repository}", self.prefix) }
    }

    /// The host as docker's configuration and its folder of certificates name it.
    #[must_use]
    pub fn known_as(&self) -> &str {
        if self.host == DOCKER_HUB { "docker.io" } else { &self.host }
    }

    /// Whether it is on this machine, where docker too does without TLS.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let name = without_port(&self.host);
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        name == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// A host without its port.
pub(super) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if !name.contains(':') || port.bytes().all(|b| b.is_ascii_digit()) && name.ends_with(']') =>
        {
            name
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_may_have_a_port_a_prefix_and_a_scheme() {
        let mirror = Endpoint::read("http://mirror.example.com:5000/hub/").unwrap();
        assert_eq!((mirror.host.as_str(), mirror.prefix.as_str()), ("mirror.example.com:5000", "hub"));
        assert_eq!(mirror.scheme, Some(Scheme::Http));
        assert_eq!(mirror.repository("library/node"), "hub/library/node");
        assert_eq!(Endpoint::read("docker.io").unwrap().host, "registry-1.docker.io");
        for wrong in ["", "ftp://a.b", "a.b/UP", "user@a.b", "a.b?c", "https://"] {
            assert_eq!(Endpoint::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn this_machine_is_known_by_all_its_names() {
        for (host, loopback) in [
            ("localhost:5000", true),
            ("127.8.9.1", true),
            ("[::1]:5000", true),
            ("localhost.example.com", false),
            ("128.0.0.1:80", false),
        ] {
            assert_eq!(Endpoint::of(host).is_loopback(), loopback, "{host}");
        }
    }
}
