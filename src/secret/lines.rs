//! Logins in the configuration files of registries, also where a RUN line or a heredoc writes one.

use memchr::memmem;

use super::{Certainty, Hit, Kind, ValueVerdict, base64, value};

/// Bytes of a login that are read: more is none.
const LONGEST: usize = 4096;

/// The logins of a text.
pub(super) fn find(text: &str, hits: &mut Vec<Hit>) {
    docker(text, hits);
    npmrc(text, hits);
    netrc(text, hits);
}

/// `"auth": "<base64 of user:password>"` in a text that has `auths`, with or without escaped quotes.
fn docker(text: &str, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    if memmem::find(bytes, b"auths").is_none() {
        return;
    }
    for at in memmem::find_iter(bytes, b"\"auth") {
        let from = at + 5;
        let gap = count(bytes, from, 32, |b| matches!(b, b'"' | b'\\' | b':' | b' ' | b'\t' | b'\n' | b'\r'));
        let colon = bytes.get(from..from + gap).is_some_and(|gap| gap.contains(&b':'));
        let length = count(bytes, from + gap, LONGEST, |b| base64::is_digit(b) || b == b'=');
        let (Some(login), true) = (text.get(from + gap..from + gap + length), colon) else { continue };
        let decoded = base64::decode(login.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok());
        if decoded
            .as_deref()
            .and_then(|login| login.split_once(':'))
            .is_some_and(|(user, password)| !user.is_empty() && is_literal("password", password))
        {
            hits.push(Hit::new(Kind::DockerAuth, from + gap..from + gap + length, Certainty::Sure));
        }
    }
}

/// `//registry/:_authToken=..`, and `npm config set //registry/:_authToken ..`.
fn npmrc(text: &str, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for name in [&b"_authToken"[..], b"_auth", b"_password", b"npmAuthToken"] {
        // A run of characters is read once, however often the name stands in it.
        let mut read = 0;
        for at in memmem::find_iter(bytes, name) {
            if at < read {
                continue;
            }
            let from = at + name.len();
            let own = at == 0 || bytes.get(at - 1).is_some_and(|b| !b.is_ascii_alphanumeric() && *b != b'_');
            let gap = count(bytes, from, 8, |b| matches!(b, b' ' | b'=' | b':' | b'"' | b'\'' | b'\\'));
            let set = bytes.get(from..from + gap).is_some_and(|gap| gap.contains(&b'=') || gap.contains(&b':'));
            // `_auth` and `_password` are words of other languages, too: there the value has to be base64.
            let bare = name.len() < 10;
            let rest = from + gap;
            let length = count(bytes, rest, LONGEST, |b| {
                base64::is_digit(b)
                    || b == b'='
                    || (!bare && matches!(b, b'.' | b'~' | b'$' | b'{' | b'}' | b'<' | b'>'))
            });
            read = rest + length;
            let Some(token) = text.get(rest..read) else { continue };
            let whole = bytes.get(rest + length).is_none_or(|b| b.is_ascii_whitespace() || b"\"'\\;&|".contains(b));
            let encoded = !bare || (set && base64::decode(token.as_bytes()).is_some_and(|b| b.is_ascii()));
            let long = token.len() >= if set { 8 } else { 20 };
            if own && gap > 0 && whole && encoded && long && is_literal("token", token) {
                hits.push(Hit::new(Kind::NpmrcAuth, rest..rest + length, Certainty::Sure));
            }
        }
    }
}

/// `machine host login user password ..`, on one line or on several.
fn netrc(text: &str, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for at in memmem::find_iter(bytes, b"machine") {
        let end = bytes.len().min(at + 1024);
        let mut words = Words { bytes: &bytes[..end], at };
        if words.next().is_none_or(|(from, to)| &bytes[from..to] != b"machine") || words.next().is_none() {
            continue;
        }
        for _ in 0..3 {
            let (Some(key), Some((from, to))) = (words.next(), words.next()) else { break };
            match &bytes[key.0..key.1] {
                b"login" | b"account" => {}
                b"password" => {
                    if text.get(from..to).is_some_and(|password| is_literal("password", password)) {
                        hits.push(Hit::new(Kind::NetrcPassword, from..to, Certainty::Sure));
                    }
                    break;
                }
                _ => break,
            }
        }
    }
}

/// Words between blanks, quotes and line ends, written out or not.
struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Iterator for Words<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            match rest {
                [b'\\', b'n' | b'r' | b't', ..] => self.at += 2,
                [b, ..] if b.is_ascii_whitespace() || matches!(b, b'\\' | b'"' | b'\'') => self.at += 1,
                [] => return None,
                _ => break,
            }
        }
        let start = self.at;
        let rest = &self.bytes[start..];
        self.at += rest
            .iter()
            .position(|b| b.is_ascii_whitespace() || matches!(b, b'\\' | b'"' | b'\''))
            .unwrap_or(rest.len());
        Some((start, self.at))
    }
}

fn is_literal(name: &str, text: &str) -> bool {
    matches!(value(name, text), ValueVerdict::Literal { .. })
}

fn count(bytes: &[u8], from: usize, most: usize, class: impl Fn(u8) -> bool) -> usize {
    bytes.get(from..).unwrap_or_default().iter().take(most).take_while(|b| class(**b)).count()
}
