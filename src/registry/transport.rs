//! One question by http: redirects without credentials for strangers, bounded answers, and another try where it helps.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ureq::http::{HeaderMap, Uri};

use super::endpoint::{Endpoint, Scheme};
use super::error::{Error, ErrorKind};
use super::proxy::proxy_for;
use super::settings::Settings;
use super::tls::Trust;

/// A manifest may have 4 MiB (distribution specification 1.1); lists of tags and tokens are shorter.
pub(super) const LONGEST: u64 = 4 * 1024 * 1024;

const REDIRECTS: usize = 5;

/// The first wait between attempts; each next one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Nobody waits longer than this for a registry that asks for patience.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A question.
#[derive(Debug, Clone, Copy)]
pub(super) enum Method<'a> {
    Head,
    Get,
    /// With a form.
    Post(&'a str),
}

/// A whole question.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) method: Method<'a>,
    pub(super) url: &'a str,
    /// The value of `Authorization`.
    pub(super) authorization: Option<&'a str>,
    pub(super) accept: &'a [&'a str],
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The first header of this name, if it is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why there is no answer.
enum Failure {
    /// Another try may help.
    Passing(String),
    /// It will not.
    Lasting(Error),
}

/// Asks hosts.
pub(super) struct Transport {
    agent: ureq::Agent,
    pub(super) settings: Settings,
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "it has been read for what is wrong in it"))]
    trust: Trust,
    schemes: Mutex<BTreeMap<String, Scheme>>,
    /// Hosts that were given up, so that the next question does not wait for them again.
    lost: Mutex<BTreeMap<String, Error>>,
}

impl Transport {
    pub(super) fn new(settings: Settings) -> Result<Self, Error> {
        let trust = Trust::new(&settings)?;
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("scaffold/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(settings.timeout))
            .timeout_connect(Some(settings.timeout.min(Duration::from_secs(10))))
            .max_response_header_size(64 * 1024)
            .build();
        Ok(Self { agent: config.new_agent(), settings, trust, schemes: Mutex::default(), lost: Mutex::default() })
    }

    /// Whether an endpoint is asked by https. Those on this machine and those that may be insecure are tried, https first.
    pub(super) fn scheme(&self, endpoint: &Endpoint) -> Scheme {
        if let Some(scheme) = endpoint.scheme {
            return scheme;
        }
        if !endpoint.is_loopback() && !self.settings.insecure.contains(&endpoint.host) {
            return Scheme::Https;
        }
        let mut schemes = self.schemes.lock().unwrap_or_else(PoisonError::into_inner);
        *schemes.entry(endpoint.host.clone()).or_insert_with(|| {
            let url = format!("https://{}/v2/", endpoint.host);
            let question = Question { method: Method::Get, url: &url, authorization: None, accept: &[] };
            match self.once(&question) {
                Ok(_) => Scheme::Https,
                // A certificate that is refused says that there is TLS: nothing is then told without.
                Err(Failure::Lasting(_)) => Scheme::Https,
                Err(Failure::Passing(_)) => Scheme::Http,
            }
        })
    }

    /// Asks until there is an answer that is one, as often as the settings allow.
    pub(super) fn ask(&self, question: &Question<'_>) -> Result<Answer, Error> {
        let host = authority(question.url).unwrap_or_default().to_owned();
        let lost = || self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wait = FIRST_WAIT;
        let mut attempt = 1;
        loop {
            if let Some(error) = lost().get(&host) {
                return Err(error.clone());
            }
            let last = attempt >= self.settings.attempts;
            let pause = match self.follow(question) {
                Ok(answer) if !matches!(answer.status, 429 | 500 | 502 | 503 | 504) => return Ok(answer),
                Ok(answer) => {
                    let asked =
                        answer.header("retry-after").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
                    if last || asked.is_some_and(|asked| asked > LONGEST_WAIT) {
                        let error = refused(&host, answer.status, asked);
                        lost().insert(host, error.clone());
                        return Err(error);
                    }
                    asked.unwrap_or(wait)
                }
                Err(Failure::Lasting(error)) => return Err(error),
                Err(Failure::Passing(why)) if last => {
                    let error = Error::new(ErrorKind::Unreachable, format!("{host} does not answer: {why}"))
                        .help("is the network there, and does this machine need a proxy (HTTPS_PROXY) or a mirror (`--mirror`)?");
                    lost().insert(host, error.clone());
                    return Err(error);
                }
                Err(Failure::Passing(_)) => wait,
            };
            (self.settings.wait)(pause);
            wait *= 2;
            attempt += 1;
        }
    }

    /// Asks, and goes where the answer points to. Another host, port or scheme is not told who we are.
    fn follow(&self, question: &Question<'_>) -> Result<Answer, Failure> {
        let mut url = question.url.to_owned();
        let mut authorization = question.authorization;
        for _ in 0..=REDIRECTS {
            let answer = self.once(&Question { url: &url, authorization, ..*question })?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) || matches!(question.method, Method::Post(_)) {
                return Ok(answer);
            }
            let next = answer
                .header("location")
                .and_then(|location| absolute(&url, location))
                .ok_or_else(|| broken(&url, "redirects to no address"))?;
            if url.starts_with("https:") && !next.starts_with("https:") {
                return Err(broken(&url, "redirects from https to http"));
            }
            if origin(&next) != origin(&url) {
                authorization = None;
            }
            url = next;
        }
        Err(broken(&url, "redirects again and again"))
    }

    /// Asks once.
    fn once(&self, question: &Question<'_>) -> Result<Answer, Failure> {
        let host = authority(question.url).ok_or_else(|| broken(question.url, "is no address"))?;
        let scheme = if question.url.starts_with("https:") { Scheme::Https } else { Scheme::Http };
        let mut builder = ureq::http::Request::builder().uri(question.url);
        if !question.accept.is_empty() {
            builder = builder.header("Accept", question.accept.join(", "));
        }
        if let Some(authorization) = question.authorization {
            builder = builder.header("Authorization", authorization);
        }
        let unusable =
            |_| broken(question.url, "cannot be asked: the address or the login holds letters that http does not take");
        let sent = match question.method {
            Method::Head => self.send(builder.method("HEAD").body(()).map_err(unusable)?, scheme, host)?,
            Method::Get => self.send(builder.method("GET").body(()).map_err(unusable)?, scheme, host)?,
            Method::Post(form) => {
                let builder = builder.method("POST").header("Content-Type", "application/x-www-form-urlencoded");
                self.send(builder.body(form.to_owned()).map_err(unusable)?, scheme, host)?
            }
        };
        let (parts, mut body) = sent.into_parts();
        let mut bytes = Vec::new();
        if !matches!(question.method, Method::Head) {
            body.as_reader()
                .take(LONGEST + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| Failure::Passing(error.to_string()))?;
            if bytes.len() as u64 > LONGEST {
                return Err(broken(question.url, &format!("gives more than {LONGEST} bytes")));
            }
        }
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body: bytes })
    }

    fn send<B: ureq::AsSendBody>(
        &self,
        request: ureq::http::Request<B>,
        scheme: Scheme,
        host: &str,
    ) -> Result<ureq::http::Response<ureq::Body>, Failure> {
        let proxy = match proxy_for(&self.settings.environment, scheme, host) {
            // The address may hold a password: it is not shown.
            Some(address) => Some(ureq::Proxy::new(&address).map_err(|_| {
                Failure::Lasting(
                    Error::new(ErrorKind::Setting, format!("the proxy for {host} has no address that can be used"))
                        .help("HTTPS_PROXY and HTTP_PROXY are of the form http://host:port"),
                )
            })?),
            None => None,
        };
        let config = self.agent.configure_request(request).proxy(proxy);
        #[cfg(feature = "tls")]
        let config = match scheme {
            Scheme::Https => config.tls_config(self.trust.config(&self.settings, host).map_err(Failure::Lasting)?),
            Scheme::Http => config,
        };
        self.agent.run(config.build()).map_err(|error| failure(host, &error))
    }
}

/// What ureq's error means to us.
fn failure(host: &str, error: &ureq::Error) -> Failure {
    let distrust = |why: String| {
        // what `openssl req -x509` makes, and Go takes
        let own = why.contains("CaUsedAsEndEntity");
        let help = if own {
            "its certificate is that of an authority itself (CA:TRUE): let the authority sign one for the host, or make it with basicConstraints=CA:FALSE; `--insecure HOST` takes any"
        } else {
            "if an authority of your own signed its certificate, name it: `--ca FILE`, SSL_CERT_FILE, or /etc/docker/certs.d"
        };
        Failure::Lasting(Error::new(ErrorKind::Unreachable, format!("{host} is not trusted: {why}")).help(help))
    };
    match error {
        #[cfg(feature = "tls")]
        ureq::Error::Rustls(why) if is_certificate(&why.to_string()) => distrust(why.to_string()),
        ureq::Error::Io(why) if is_certificate(&why.to_string()) => distrust(why.to_string()),
        ureq::Error::Tls(_) if !cfg!(feature = "tls") => Failure::Lasting(
            Error::new(ErrorKind::Setting, format!("{host} is asked by https, and this scaffold was built without it"))
                .help("build scaffold with its feature `tls`"),
        ),
        ureq::Error::BadUri(_) | ureq::Error::InvalidProxyUrl => broken(host, "is no address"),
        error => Failure::Passing(error.to_string()),
    }
}

/// Whether TLS failed for want of trust (rustls `Error::InvalidCertificate`, as it is displayed).
fn is_certificate(message: &str) -> bool {
    message.contains("invalid peer certificate")
}

fn broken(url: &str, what: &str) -> Failure {
    let host = authority(url).unwrap_or(url);
    Failure::Lasting(Error::new(ErrorKind::Broken, format!("{host} {what}")))
}

fn refused(host: &str, status: u16, asked: Option<Duration>) -> Error {
    match (status, asked) {
        (429, Some(asked)) => {
            Error::new(ErrorKind::Limited, format!("{host} takes no more questions for {} seconds", asked.as_secs()))
                .help(format!("`docker login {host}` may raise the limit; or ask a mirror: `--mirror`"))
        }
        (429, None) => Error::new(ErrorKind::Limited, format!("{host} takes no more questions for now"))
            .help(format!("`docker login {host}` may raise the limit; or ask a mirror: `--mirror`")),
        (status, _) => {
            Error::new(ErrorKind::Unreachable, format!("{host} fails with status {status}")).help("try again later")
        }
    }
}

/// Host and port of an address, as written.
fn authority(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next()?;
    (!host.is_empty() && !host.contains('@')).then_some(host)
}

/// Scheme, host and port of an address, for comparing.
pub(super) fn origin(url: &str) -> Option<(String, String, u16)> {
    let uri: Uri = url.parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
    Some((scheme, uri.host()?.to_ascii_lowercase(), port))
}

/// An address that a redirect points to.
fn absolute(from: &str, location: &str) -> Option<String> {
    if location.starts_with("https://") || location.starts_with("http://") {
        return authority(location).map(|_| location.to_owned());
    }
    let (scheme, _) = from.split_once("://")?;
    match location.strip_prefix("//") {
        Some(rest) => absolute(from, &format!("{scheme}://{rest}")),
        None => location.starts_with('/').then(|| Some(format!("{scheme}://{}{location}", authority(from)?)))?,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_read_against_where_it_comes_from() {
        for (location, to) in [
            ("/v2/x", Some("https://a:1/v2/x")),
            ("//b/y", Some("https://b/y")),
            ("http://c/z", Some("http://c/z")),
            ("https://user@c/z", None),
            ("ftp://c/z", None),
            ("x", None),
        ] {
            assert_eq!(absolute("https://a:1/v2/n", location).as_deref(), to, "{location}");
        }
        assert_eq!(origin("https://A/x"), origin("https://a:443/y"));
        assert_ne!(origin("https://a"), origin("http://a"));
        assert_ne!(origin("https://a:444"), origin("https://a"));
    }
}
