//! A client of the OCI distribution API: from a tag to the digest of its index.
//!
//! It knows anonymous, basic and token authentication, the logins of docker's `config.json`, mirrors, authorities of a
//! company's own and proxies. It reads manifests and nothing else. What registries answer is not trusted: lengths, times
//! and redirects are bounded, and a digest is compared with the text where the text was read.

#![expect(clippy::disallowed_methods, reason = "this is the edge that asks registries")]

mod batch;
mod challenge;
mod credential_helper;
mod credentials;
mod endpoint;
mod error;
mod manifest;
mod proxy;
mod session;
mod settings;
mod tls;
mod transport;

use serde::Deserialize;

pub use batch::each;
pub use endpoint::{Endpoint, Scheme};
pub use error::{Error, ErrorKind};
pub use manifest::Manifest;
pub use settings::Settings;

use crate::bases::{HOLE, Reference};
use crate::report::did_you_mean;
use manifest::{ACCEPT, is_sha256, sha256};
use session::Session;
use transport::{Answer, Method, Transport};

/// What a tag stands for today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// `sha256:` and 64 digits.
    pub digest: String,
    /// Of a list for all platforms, or of the only image there is.
    pub manifest: Manifest,
    /// The host that said it.
    pub host: String,
}

/// Asks registries. It can be shared among threads.
pub struct Client {
    session: Session,
}

/// What `tags/list` says.
#[derive(Deserialize)]
struct Tags {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

impl Client {
    /// A client with these settings.
    ///
    /// # Errors
    /// When docker's configuration or a file of certificates cannot be read.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self { session: Session::new(Transport::new(settings)?)? })
    }

    /// The digest of the index that a reference's tag (`latest` without one) stands for; that of its only image where
    /// there is no index.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] if there is no such tag; else the registry could not be asked.
    pub fn resolve(&self, reference: &Reference) -> Result<Resolved, Error> {
        let tag = reference.tag.as_deref().unwrap_or("latest");
        self.anywhere(reference, &|endpoint| self.look_up(endpoint, reference, tag))
    }

    /// Whether the digest of a reference is still there.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] if it is not; else the registry could not be asked.
    pub fn verify(&self, reference: &Reference) -> Result<Resolved, Error> {
        let digest = reference.digest.as_deref().unwrap_or_default();
        self.anywhere(reference, &|endpoint| {
            let found = self.look_up(endpoint, reference, digest)?;
            match found.digest == digest {
                true => Ok(found),
                false => Err(broken(endpoint, &format!("gives {} when asked for {digest}", found.digest))),
            }
        })
    }

    /// Asks the mirrors of a reference's registry, then itself.
    fn anywhere(
        &self,
        reference: &Reference,
        ask: &dyn Fn(&Endpoint) -> Result<Resolved, Error>,
    ) -> Result<Resolved, Error> {
        if reference.to_string().contains(HOLE) {
            return Err(Error::new(ErrorKind::Setting, format!("the name {reference} is not whole")));
        }
        let mut notes = Vec::new();
        let mut endpoints = self.session.transport.settings.endpoints(&reference.registry).into_iter();
        let mut endpoint = endpoints.next().unwrap_or_else(|| Endpoint::of(&reference.registry));
        loop {
            match (ask(&endpoint), endpoints.next()) {
                (Ok(found), _) => return Ok(found),
                (Err(error), Some(next)) => {
                    notes.push(format!("its mirror {} was asked first: {}", endpoint.host, error.message));
                    endpoint = next;
                }
                (Err(mut error), None) => {
                    error.notes.extend(notes);
                    return Err(error);
                }
            }
        }
    }

    /// Asks an endpoint for a manifest by tag or digest: its head, and its text where the head does not say enough.
    fn look_up(&self, endpoint: &Endpoint, reference: &Reference, which: &str) -> Result<Resolved, Error> {
        let repository = endpoint.repository(&reference.repository);
        let what = format!("manifests/{which}");
        let head = self.session.ask(endpoint, &repository, (Method::Head, &what), &ACCEPT)?;
        if head.status == 200
            && let (Some(digest), Some(kind)) = (digest_of(&head), kind_of(&head))
        {
            return Ok(Resolved { digest: digest.to_owned(), manifest: kind, host: endpoint.host.clone() });
        }
        if head.status == 404 {
            return Err(self.missing(endpoint, reference, which));
        }
        let answer = self.session.ask(endpoint, &repository, (Method::Get, &what), &ACCEPT)?;
        match answer.status {
            200 => {}
            404 => return Err(self.missing(endpoint, reference, which)),
            401 | 403 => return Err(self.session.denied(endpoint)),
            status => return Err(broken(endpoint, &format!("answers with status {status}"))),
        }
        let Some(kind) = kind_of(&answer) else {
            return Err(broken(
                endpoint,
                &format!("gives {reference} in a form that no engine takes by digest any more"),
            ));
        };
        let digest = sha256(&answer.body);
        match digest_of(&answer) {
            Some(said) if said != digest => {
                Err(broken(endpoint, &format!("says {said} of a manifest whose digest is {digest}")))
            }
            _ => Ok(Resolved { digest, manifest: kind, host: endpoint.host.clone() }),
        }
    }

    /// There is no such tag or digest; with a tag that is near, if the registry tells its tags.
    fn missing(&self, endpoint: &Endpoint, reference: &Reference, which: &str) -> Error {
        let name = reference.normalised();
        if which.starts_with("sha256:") {
            return Error::new(ErrorKind::Missing, format!("{name} has no image {which} any more"));
        }
        let error = Error::new(ErrorKind::Missing, format!("{name} has no tag `{which}`"));
        match self.near_tags(endpoint, reference, which).as_slice() {
            [] => error.help("check the image's name and its tag"),
            near => error.help(format!("did you mean {}?", near.join(" or "))),
        }
    }

    /// Up to three tags like this one. That there are none is no failure: it is only for a person.
    fn near_tags(&self, endpoint: &Endpoint, reference: &Reference, tag: &str) -> Vec<String> {
        let repository = endpoint.repository(&reference.repository);
        let Ok(answer) = self.session.ask(endpoint, &repository, (Method::Get, "tags/list?n=1000"), &[]) else {
            return Vec::new();
        };
        if answer.status != 200 {
            return Vec::new();
        }
        let Ok(Tags { tags: Some(mut tags) }) = serde_json::from_slice(&answer.body) else { return Vec::new() };
        // Somebody else's words: what is no tag is not shown.
        tags.truncate(2000);
        tags.retain(|tag| Reference::parse(&format!("x:{tag}")).is_some());
        let mut near: Vec<String> = Vec::new();
        while near.len() < 3
            && let Some(found) = did_you_mean(tag, tags.iter().map(String::as_str)).map(str::to_owned)
        {
            tags.retain(|tag| *tag != found);
            near.push(format!("`{found}`"));
        }
        near
    }
}

fn digest_of(answer: &Answer) -> Option<&str> {
    answer.header("docker-content-digest").filter(|digest| is_sha256(digest))
}

fn kind_of(answer: &Answer) -> Option<Manifest> {
    manifest::kind(answer.header("content-type")?)
}

fn broken(endpoint: &Endpoint, what: &str) -> Error {
    Error::new(ErrorKind::Broken, format!("{} {what}", endpoint.host))
}

#[cfg(test)]
mod tests;
