//! Who docker's `config.json` says we are: `auths`, `credHelpers` and `credsStore`.
//!
//! The form is that of docker/cli `cli/config` (read 2026-11-25).

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::credential_helper;
use super::error::{Error, ErrorKind};

/// The key of Docker Hub in docker's configuration, since long before its registry had another address.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// More is nobody's configuration.
const LONGEST: u64 = 1024 * 1024;

/// A login.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Credential {
    /// Name and password.
    Password(String, String),
    /// A token that is changed for others.
    Identity(String),
}

impl fmt::Debug for Credential {
    /// Without what is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password(..) => "Password",
            Self::Identity(_) => "Identity",
        })
    }
}

impl Credential {
    /// The value of `Authorization`, unless it is to be changed for a token.
    pub(super) fn basic(&self) -> Option<String> {
        match self {
            Self::Password(user, password) => Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))),
            Self::Identity(_) => None,
        }
    }
}

/// What is known of a registry's login.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) credential: Option<Credential>,
    /// Why there may be one that could not be had.
    pub(super) trouble: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct File {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
}

#[derive(Default, Deserialize)]
struct Auth {
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default, rename = "identitytoken")]
    identity: Option<String>,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth")
    }
}

/// Docker's configuration.
#[derive(Debug, Default)]
pub(super) struct Credentials {
    file: File,
    /// Where helpers are looked for.
    path: Option<String>,
}

impl Credentials {
    /// Reads `config.json` in a folder. One that is not there is empty.
    pub(super) fn read(folder: Option<&Path>, path: Option<String>) -> Result<Self, Error> {
        let Some(name) = folder.map(|folder| folder.join("config.json")) else {
            return Ok(Self { file: File::default(), path });
        };
        let wrong = |why: String| {
            Error::new(ErrorKind::Setting, format!("{}: {why}", name.display()))
                .help("mend the file, or name another folder with DOCKER_CONFIG")
        };
        let text = match read_bounded(&name) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self { file: File::default(), path });
            }
            Err(error) => return Err(wrong(error.to_string())),
        };
        // The parser's message may hold a part of the file.
        let file = serde_json::from_slice(&text)
            .map_err(|error| wrong(format!("line {} is not of docker's form", error.line())))?;
        Ok(Self { file, path })
    }

    /// The login for a registry, as docker finds it: a helper of its own, the store of all, the file itself.
    pub(super) fn of(&self, registry: &str) -> Login {
        let key = if registry == "docker.io" { DOCKER_HUB } else { registry };
        let mut login = Login::default();
        let own = self.file.helpers.get(registry).or_else(|| self.file.helpers.get(key));
        if let Some(name) = own.or(self.file.store.as_ref()).filter(|name| !name.is_empty()) {
            match credential_helper::ask(name, key, self.path.as_deref()) {
                Ok(Some(credential)) => return Login { credential: Some(credential), trouble: None },
                Ok(None) => {}
                Err(why) => login.trouble = Some(why),
            }
        }
        let entry = self.file.auths.iter().find(|(name, _)| *name == key || host_of(name) == host_of(key));
        match entry.map(|(name, auth)| (name, auth.credential())) {
            Some((_, Ok(credential))) => login.credential = credential,
            Some((name, Err(()))) => {
                login.trouble = Some(format!("the login for {name} in docker's config.json cannot be read"))
            }
            None => {}
        }
        login
    }
}

fn read_bounded(path: &PathBuf) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut text = Vec::new();
    std::fs::File::open(path)?.take(LONGEST).read_to_end(&mut text)?;
    Ok(text)
}

/// The host of a key: keys were addresses once.
fn host_of(key: &str) -> &str {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    rest.split('/').next().unwrap_or(rest)
}

impl Auth {
    fn credential(&self) -> Result<Option<Credential>, ()> {
        if let Some(token) = self.identity.as_ref().filter(|token| !token.is_empty()) {
            return Ok(Some(Credential::Identity(token.clone())));
        }
        if let Some(auth) = self.auth.as_ref().filter(|auth| !auth.is_empty()) {
            let bytes = STANDARD.decode(auth.trim()).map_err(|_| ())?;
            let text = String::from_utf8(bytes).map_err(|_| ())?;
            let (user, password) = text.split_once(':').ok_or(())?;
            // docker's own reading drops NUL bytes that old versions padded with
            return Ok(Some(Credential::Password(user.to_owned(), password.trim_end_matches('\0').to_owned())));
        }
        match (&self.username, &self.password) {
            (Some(user), Some(password)) => Ok(Some(Credential::Password(user.clone(), password.clone()))),
            // `docker login` leaves an empty entry where a helper keeps the login.
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Credentials {
        Credentials { file: serde_json::from_str(text).unwrap(), path: Some(String::new()) }
    }

    fn password(user: &str, password: &str) -> Option<Credential> {
        Some(Credential::Password(user.to_owned(), password.to_owned()))
    }

    #[test]
    fn logins_are_found_under_every_name_that_docker_gives_them() {
        let credentials = of(r#"{"auths": {
            "https://index.docker.io/v1/": {"auth": "YTpiOmM="},
            "r.example.com:5000": {"username": "u", "password": "p"},
            "https://old.example.com/v2/": {"auth": "eDp5AAA="},
            "id.example.com": {"auth": "PHRva2VuPjo=", "identitytoken": "secret-token"},
            "helped.example.com": {},
            "broken.example.com": {"auth": "%%"}
        }, "HttpHeaders": {"X": "y"}}"#);
        assert_eq!(credentials.of("docker.io").credential, password("a", "b:c"));
        assert_eq!(credentials.of("r.example.com:5000").credential, password("u", "p"));
        assert_eq!(credentials.of("old.example.com").credential, password("x", "y"));
        assert_eq!(credentials.of("id.example.com").credential, Some(Credential::Identity("secret-token".to_owned())));
        assert_eq!(credentials.of("helped.example.com"), Login::default());
        assert_eq!(credentials.of("r.example.com"), Login::default());
        assert!(credentials.of("broken.example.com").trouble.unwrap().contains("broken.example.com"));
        assert_eq!(credentials.of("docker.io").credential.unwrap().basic().unwrap(), "Basic YTpiOmM=");
    }

    #[test]
    fn nothing_secret_is_shown() {
        let credentials = of(r#"{"auths": {"a": {"username": "u", "password": "hunter2"}}}"#);
        let shown = format!("{credentials:?} {:?}", credentials.of("a"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_helper_that_is_not_there_is_trouble_and_no_end() {
        let credentials = of(r#"{"credsStore": "nowhere", "auths": {"a.example.com": {"auth": "YTpi"}}}"#);
        let login = credentials.of("a.example.com");
        assert_eq!(login.credential, password("a", "b"));
        assert!(login.trouble.unwrap().contains("docker-credential-nowhere"));
    }
}
