//! How registries are reached from this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::endpoint::Endpoint;
use super::error::{Error, ErrorKind};

/// Everything that the client is told from outside.
#[derive(Clone)]
pub struct Settings {
    /// The environment: `HTTPS_PROXY`, `NO_PROXY`, `PATH` and so on.
    pub environment: BTreeMap<String, String>,
    /// Mirrors of a registry, tried in order before it.
    pub mirrors: Vec<(String, Endpoint)>,
    /// Hosts that may do without TLS, or with a certificate of nobody.
    pub insecure: BTreeSet<String>,
    /// Files with further certificate authorities (PEM).
    pub authorities: Vec<PathBuf>,
    /// The folder of docker's `config.json`.
    pub docker_config: Option<PathBuf>,
    /// Where docker looks for authorities of single registries: `<folder>/<host>/*.crt`.
    pub certificates: PathBuf,
    /// So often is a question asked, at most.
    pub attempts: u32,
    /// So long may one answer take.
    pub timeout: Duration,
    /// How the time between attempts is spent.
    pub wait: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl fmt::Debug for Settings {
    /// Without the environment, which may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("mirrors", &self.mirrors)
            .field("insecure", &self.insecure)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// The settings by an environment. `SCAFFOLD_REGISTRY_MIRRORS` is a list of `HOST=MIRROR` with commas.
    ///
    /// # Errors
    /// When a mirror of the environment cannot be read.
    pub fn new(environment: BTreeMap<String, String>) -> Result<Self, Error> {
        let get = |name: &str| environment.get(name).filter(|value| !value.is_empty());
        let home = get("HOME").or_else(|| get("USERPROFILE"));
        let docker_config =
            get("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(PathBuf::from(home?).join(".docker")));
        let listed = get("SCAFFOLD_REGISTRY_MIRRORS").cloned().unwrap_or_default();
        let mut settings = Self {
            docker_config,
            environment,
            mirrors: Vec::new(),
            insecure: BTreeSet::new(),
            authorities: Vec::new(),
            certificates: PathBuf::from("/etc/docker/certs.d"),
            attempts: 4,
            timeout: Duration::from_secs(30),
            wait: Arc::new(std::thread::sleep),
        };
        for mirror in listed.split(',').map(str::trim).filter(|mirror| !mirror.is_empty()) {
            settings.add_mirror(mirror).map_err(|error| error.note("it stands in SCAFFOLD_REGISTRY_MIRRORS"))?;
        }
        Ok(settings)
    }

    /// Adds `HOST=MIRROR`.
    ///
    /// # Errors
    /// When it is not of that form.
    pub fn add_mirror(&mut self, text: &str) -> Result<(), Error> {
        let read = text.split_once('=').and_then(|(host, mirror)| {
            let host = Endpoint::read(host).filter(|host| host.prefix.is_empty() && host.scheme.is_none())?;
            Some((host.known_as().to_owned(), Endpoint::read(mirror)?))
        });
        let read = read.ok_or_else(|| {
            Error::new(ErrorKind::Setting, format!("`{text}` is no mirror"))
                .help("write HOST=MIRROR, such as docker.io=mirror.example.com or docker.io=mirror.example.com/hub")
        })?;
        self.mirrors.push(read);
        Ok(())
    }

    /// Where a registry is asked, in this order.
    pub(super) fn endpoints(&self, registry: &str) -> Vec<Endpoint> {
        let mirrors = self.mirrors.iter().filter(|(host, _)| host == registry).map(|(_, mirror)| mirror.clone());
        mirrors.chain([Endpoint::of(registry)]).collect()
    }
}
