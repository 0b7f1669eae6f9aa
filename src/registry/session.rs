//! Asking a registry with what it wants to know about us: nothing, a password, or a token for one repository.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use super::challenge::{Challenge, challenges};
use super::credentials::{Credential, Credentials, Login};
use super::endpoint::{Endpoint, Scheme};
use super::error::{Error, ErrorKind};
use super::transport::{Answer, Method, Question, Transport};

/// Asks endpoints, and remembers what they were told.
pub(super) struct Session {
    pub(super) transport: Transport,
    credentials: Credentials,
    logins: Mutex<BTreeMap<String, Login>>,
    /// The value of `Authorization` by endpoint and repository.
    granted: Mutex<BTreeMap<(String, String), String>>,
}

/// What a token service says (distribution token specification, and OAuth2's name for it).
#[derive(Deserialize)]
struct Granted {
    token: Option<String>,
    access_token: Option<String>,
}

impl Session {
    pub(super) fn new(transport: Transport) -> Result<Self, Error> {
        let settings = &transport.settings;
        let path = settings.environment.get("PATH").cloned();
        let credentials = Credentials::read(settings.docker_config.as_deref(), path)?;
        Ok(Self { transport, credentials, logins: Mutex::default(), granted: Mutex::default() })
    }

    /// Asks `/v2/REPOSITORY/what` of an endpoint; `repository` as the endpoint names it.
    pub(super) fn ask(
        &self,
        endpoint: &Endpoint,
        repository: &str,
        (method, what): (Method<'_>, &str),
        accept: &[&str],
    ) -> Result<Answer, Error> {
        let scheme = self.transport.scheme(endpoint);
        let url = format!("{scheme}://{}/v2/{repository}/{what}", endpoint.host);
        let key = (endpoint.host.clone(), repository.to_owned());
        let granted = || self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        let known = granted().get(&key).cloned();
        let question = |authorization| Question { method, url: &url, authorization, accept };
        let answer = self.transport.ask(&question(known.as_deref()))?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let login = self.login(endpoint);
        let authorization = self.authorise(endpoint, repository, scheme, &answer, &login)?;
        let answer = self.transport.ask(&question(Some(&authorization)))?;
        if answer.status == 401 {
            return Err(unauthorised(endpoint, &login));
        }
        granted().insert(key, authorization);
        Ok(answer)
    }

    /// The error for an answer of 401 or 403.
    pub(super) fn denied(&self, endpoint: &Endpoint) -> Error {
        unauthorised(endpoint, &self.login(endpoint))
    }

    /// The lock is held while a helper runs: it is asked once, however many wait.
    fn login(&self, endpoint: &Endpoint) -> Login {
        let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        let name = endpoint.known_as();
        logins.entry(name.to_owned()).or_insert_with(|| self.credentials.of(name)).clone()
    }

    /// What `Authorization` has to say to an endpoint that answered 401.
    fn authorise(
        &self,
        endpoint: &Endpoint,
        repository: &str,
        scheme: Scheme,
        answer: &Answer,
        login: &Login,
    ) -> Result<String, Error> {
        let headers = answer.headers.get_all("www-authenticate");
        let asked: Vec<Challenge> =
            headers.iter().filter_map(|header| header.to_str().ok()).flat_map(challenges).collect();
        let bearer = asked.iter().find(|challenge| matches!(challenge, Challenge::Bearer { .. }));
        match bearer.or(asked.first()) {
            Some(Challenge::Bearer { realm, service, scope }) => {
                let pull = format!("repository:{repository}:pull");
                let scope = scope.as_deref().unwrap_or(&pull);
                self.token(endpoint, (realm, service.as_deref(), scope), scheme, login)
            }
            Some(Challenge::Basic) => {
                let basic = login.credential.as_ref().and_then(Credential::basic);
                basic.ok_or_else(|| unauthorised(endpoint, login))
            }
            None => Err(unauthorised(endpoint, login)),
        }
    }

    fn token(
        &self,
        endpoint: &Endpoint,
        (realm, service, scope): (&str, Option<&str>, &str),
        scheme: Scheme,
        login: &Login,
    ) -> Result<String, Error> {
        let wrong = |what: &str| Error::new(ErrorKind::Broken, format!("{} {what}", endpoint.host));
        // A registry with TLS does not get to send the login over the open wire.
        if !(realm.starts_with("https://") || realm.starts_with("http://") && scheme == Scheme::Http) {
            return Err(wrong("names no safe address for its tokens"));
        }
        let answer = match &login.credential {
            Some(Credential::Identity(token)) => {
                let mut form = vec![
                    ("grant_type", "refresh_token"),
                    ("client_id", "scaffold"),
                    ("scope", scope),
                    ("refresh_token", token),
                ];
                form.extend(service.map(|service| ("service", service)));
                let form = encoded(&form);
                let method = Method::Post(&form);
                self.transport.ask(&Question { method, url: realm, authorization: None, accept: &[] })?
            }
            credential => {
                let mut query = vec![("scope", scope)];
                query.extend(service.map(|service| ("service", service)));
                let sign = if realm.contains('?') { '&' } else { '?' };
                let url = format!("{realm}{sign}{}", encoded(&query));
                let basic = credential.as_ref().and_then(Credential::basic);
                let method = Method::Get;
                self.transport.ask(&Question { method, url: &url, authorization: basic.as_deref(), accept: &[] })?
            }
        };
        match answer.status {
            200 => {}
            400 | 401 | 403 => return Err(unauthorised(endpoint, login)),
            status => return Err(wrong(&format!("gives no token: its token service answers with status {status}"))),
        }
        let granted: Granted =
            serde_json::from_slice(&answer.body).map_err(|_| wrong("gives something that is no token"))?;
        let token = granted.token.or(granted.access_token).filter(|token| !token.is_empty());
        token.map(|token| format!("Bearer {token}")).ok_or_else(|| wrong("gives an empty token"))
    }
}

/// It asks for a login, or for another one.
fn unauthorised(endpoint: &Endpoint, login: &Login) -> Error {
    let name = endpoint.known_as();
    let mut error = match login.credential {
        None => Error::new(ErrorKind::Unauthorised, format!("{name} gives this image to nobody without a login"))
            .note("most registries say the same of an image that does not exist"),
        Some(_) => Error::new(
            ErrorKind::Unauthorised,
            format!("{name} does not give this image to the login of docker's config.json"),
        )
        .note("most registries say the same of an image that does not exist"),
    };
    if let Some(trouble) = &login.trouble {
        error = error.note(trouble.clone());
    }
    let login = if name == "docker.io" { "docker login".to_owned() } else { format!("docker login {name}") };
    error.help(format!("check the image's name, then `{login}`"))
}

/// A query or form (RFC 3986, all but the unreserved letters as `%XX`).
fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let escape = |text: &str, out: &mut String| {
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
                byte => out.push_str(&format!("%{byte:02X}")),
            }
        }
    };
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        escape(name, &mut out);
        out.push('=');
        escape(value, &mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_holds_no_letter_that_means_something() {
        assert_eq!(
            encoded(&[("scope", "repository:a/b:pull"), ("s", "ä&=")]),
            "scope=repository%3Aa%2Fb%3Apull&s=%C3%A4%26%3D"
        );
    }
}
