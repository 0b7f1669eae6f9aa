//! Passwords in URLs.

use std::ops::Range;

use memchr::memmem;

use super::{entropy, placeholder, value};

/// Bytes of user and password together that are read.
const LONGEST: usize = 512;

/// What stands where a URL has its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordIs {
    /// A password.
    Literal,
    /// Something that is put in later, whole or in part: `$X`, `${X}`, `$(cmd)`, `{{ x }}`, `%s`, `{x}`.
    Variable,
    /// A word that stands for one: `<password>`, `xxx`, `pass`, `your-token`.
    Placeholder,
    /// A password that everybody knows: `guest`, `changeme`, or the user's name again.
    WellKnown,
}

/// A URL with a password in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlCredential {
    /// The URL's bytes from its scheme to the end of its host.
    pub span: Range<usize>,
    /// The password's bytes.
    pub password: Range<usize>,
    /// The user; empty where the token stands in the user's place.
    pub user: String,
    /// The host, without a port.
    pub host: String,
    /// What the password is.
    pub password_is: PasswordIs,
}

impl UrlCredential {
    /// Whether the host is one of those that are kept for examples (RFC 2606, RFC 6761).
    #[must_use]
    pub fn is_example(&self) -> bool {
        let host = self.host.to_ascii_lowercase();
        let last = host.rsplit('.').next().unwrap_or_default();
        let domain = |name: &str| host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
        matches!(last, "example" | "invalid" | "test")
            || domain("example.com")
            || domain("example.org")
            || domain("example.net")
    }

    /// Whether the host is this machine or another service of the same network, a name without a dot.
    #[must_use]
    pub fn is_local(&self) -> bool {
        !self.host.contains('.') || self.host.starts_with("127.") || self.host == "host.docker.internal"
    }
}

/// Every URL with something where the password stands, in the order of their places.
#[must_use]
pub fn url_password(text: &str) -> Vec<UrlCredential> {
    memmem::find_iter(text.as_bytes(), b"://").filter_map(|at| credential(text, at)).collect()
}

fn credential(text: &str, at: usize) -> Option<UrlCredential> {
    let bytes = text.as_bytes();
    let scheme = bytes[..at]
        .iter()
        .rev()
        .take(32)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        .count();
    let start = at + 3;
    let parts = authority(bytes, start)?;
    let host = host(text, parts.at + 1);
    // `docker://image:tag@sha256:..` is no login.
    if scheme == 0 || host.is_empty() || matches!(host.as_str(), "sha256" | "sha512") {
        return None;
    }
    let span = at - scheme..parts.at + 1 + host.len();
    let (user, password) = match parts.colon {
        Some(colon) => (text.get(start..colon)?, colon + 1..parts.at),
        None => ("", start..parts.at),
    };
    let secret = text.get(password.clone())?;
    let (user, password, secret) = match parts.colon {
        // `https://TOKEN:x-oauth-basic@github.com`, `https://TOKEN:@host`
        Some(colon) if matches!(secret, "" | "x-oauth-basic" | "x") => ("", start..colon, text.get(start..colon)?),
        _ => (user, password, secret),
    };
    // A user alone is a secret only if it looks like a token; Sentry's addresses are public by design.
    if user.is_empty() && (parts.colon.is_none() || password.end < parts.at) {
        let token = secret.len() >= 20 && !secret.contains('.') && entropy::looks_random(secret);
        if !token || host.contains("sentry") {
            return None;
        }
    }
    let password_is = judge(user, secret)?;
    Some(UrlCredential { span, password, user: user.to_owned(), host, password_is })
}

struct Authority {
    /// The first colon before the `@`, outside of every variable.
    colon: Option<usize>,
    /// The last `@` before the path.
    at: usize,
}

/// Where user and password end, and where they part; variables are passed over whole.
fn authority(bytes: &[u8], start: usize) -> Option<Authority> {
    let stop = bytes.len().min(start + LONGEST);
    let (mut colon, mut last) = (None, None);
    let mut here = start;
    while here < stop {
        let rest = &bytes[here..stop];
        let jump = match rest {
            [b'$', b'{', ..] => Some(closed(rest, b'{', b'}')?),
            [b'$', b'(', ..] => Some(closed(rest, b'(', b')')?),
            [b'{', b'{', ..] => Some(closed(rest, b'{', b'}')?),
            [b'<', ..] => Some(closed(rest, b'<', b'>')?),
            _ => None,
        };
        if let Some(jump) = jump {
            here += jump;
            continue;
        }
        match rest[0] {
            b'@' => last = Some(here),
            b':' if colon.is_none() && last.is_none() => colon = Some(here),
            b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'\\' | b'|' | b';' | b'(' | b')' | b'>' => break,
            b if b <= b' ' || b == 0x7f => break,
            _ => {}
        }
        here += 1;
    }
    let at = last?;
    Some(Authority { colon: colon.filter(|colon| *colon < at), at })
}

/// The length of a bracket with everything in it; `None` if it does not close on this line.
fn closed(rest: &[u8], open: u8, close: u8) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in rest.iter().enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at + 1);
            }
        } else if *byte == b'\n' {
            return None;
        }
    }
    None
}

fn host(text: &str, start: usize) -> String {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let length = rest
        .iter()
        .take(253)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'$' | b'{' | b'}' | b'[' | b']'))
        .count();
    text.get(start..start + length).unwrap_or_default().to_owned()
}

/// What a password is; `None` for none at all.
fn judge(user: &str, password: &str) -> Option<PasswordIs> {
    if password.is_empty() {
        return None;
    }
    if value::is_reference(password) || value::has_reference(password) {
        return Some(PasswordIs::Variable);
    }
    let small = password.to_ascii_lowercase();
    let word = matches!(small.as_str(), "pass" | "password" | "passwd" | "pwd" | "pw" | "secret" | "mypassword");
    if word || password.chars().count() < 3 {
        return Some(PasswordIs::Placeholder);
    }
    if password == user || value::well_known(password).is_some() {
        return Some(PasswordIs::WellKnown);
    }
    Some(if placeholder::value(password) { PasswordIs::Placeholder } else { PasswordIs::Literal })
}
