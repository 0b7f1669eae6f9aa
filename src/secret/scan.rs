//! The one pass over a text that finds every known format.

use std::ops::Range;

use memchr::memmem;

use super::{Certainty, Hit, Kind, PasswordIs, entropy, jwt, lines, placeholder, private_key, shapes, url};

/// No known format has fewer bytes.
const SHORTEST: usize = 18;

/// Bytes behind an AWS key id in which its other half is looked for.
const BESIDE: usize = 240;

/// The values of known token formats in a text, in the order of their places; no two overlap. Documented example keys
/// and placeholders are left out. The work grows linearly with the text.
#[must_use]
pub fn find(text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    words(text, &mut hits);
    infixes(text, &mut hits);
    private_key::keys(text, &mut hits);
    lines::find(text, &mut hits);
    hits.extend(urls(text));
    apart(hits)
}

/// Looks at the beginning of every word.
fn words(text: &str, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut twilio = None;
    for (at, byte) in bytes.iter().enumerate() {
        if !(shapes::FIRST[usize::from(*byte)] || *byte == b'e') || !free_before(bytes, at) {
            continue;
        }
        // Most words are shorter than the shortest format, `sk_live_` with ten characters.
        if run(bytes, at, SHORTEST, |b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'')) < SHORTEST {
            continue;
        }
        if let Some(hit) = shapes::at(text, at) {
            let is = hit.kind != Kind::Twilio || *twilio.get_or_insert_with(|| mentions(bytes, b"twilio"));
            if hit.kind == Kind::AwsAccessKey {
                hits.extend(aws_secret_beside(text, hit.span.end));
            }
            if is {
                hits.push(hit);
            }
        } else if bytes[at..].starts_with(b"eyJ") && !bytes[..at].ends_with(b"-") {
            hits.extend(jwt::at(text, at));
        }
    }
}

fn mentions(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}

/// Formats that are recognised by what stands in their middle.
fn infixes(text: &str, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let atlas = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'=');
    for at in memmem::find_iter(bytes, b".atlasv1.") {
        let head = at.checked_sub(14).and_then(|start| bytes.get(start..at));
        if head.is_some_and(|head| head.iter().all(u8::is_ascii_alphanumeric)) && free_before(bytes, at - 14) {
            let length = run(bytes, at + 9, 72, atlas);
            push(text, Kind::Terraform, at - 14..at + 9 + length, (60..=70).contains(&length), hits);
        }
    }
    let azure = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'~' | b'.' | b'-');
    for at in memmem::find_iter(bytes, b"Q~") {
        let head = at.checked_sub(4).and_then(|start| bytes.get(start..at));
        let fits = head.is_some_and(|head| head[3].is_ascii_digit() && head[..3].iter().all(azure));
        if fits && free_before(bytes, at - 4) {
            let length = run(bytes, at + 2, 36, azure);
            push(text, Kind::AzureAd, at - 4..at + 2 + length, (31..=34).contains(&length), hits);
        }
    }
    // `AWS_SECRET_ACCESS_KEY=..`, `aws_secret_access_key = ..`, `"secret_access_key": ".."`
    for name in [&b"SECRET_ACCESS_KEY"[..], b"secret_access_key", b"secretAccessKey", b"SecretAccessKey"] {
        for at in memmem::find_iter(bytes, name) {
            let from = at + name.len();
            let gap = run(bytes, from, 8, |b| matches!(b, b' ' | b'=' | b':' | b'"' | b'\'' | b'\\' | b'\t'));
            hits.extend((gap > 0).then(|| aws_secret(text, from + gap)).flatten());
        }
    }
}

/// Whether a word begins at `start`; the `n` of a `\n` that is written out is no letter of it.
fn free_before(bytes: &[u8], start: usize) -> bool {
    match bytes.get(..start) {
        Some([.., b'\\', b'n' | b't' | b'r']) => true,
        Some([.., before]) => !before.is_ascii_alphanumeric() && *before != b'_',
        _ => start == 0,
    }
}

/// How many bytes from `start` on are of a class, counted up to `most`.
fn run(bytes: &[u8], start: usize, most: usize, class: impl Fn(&u8) -> bool) -> usize {
    bytes.get(start..).unwrap_or_default().iter().take(most).take_while(|b| class(b)).count()
}

fn push(text: &str, kind: Kind, span: Range<usize>, fits: bool, hits: &mut Vec<Hit>) {
    let real = |token: &str| !placeholder::token(token) && entropy::bits(token) >= 3.0;
    if fits && text.get(span.clone()).is_some_and(real) {
        hits.push(Hit::new(kind, span, Certainty::Sure));
    }
}

/// The 40 characters that belong to an access key id which ends at `end`.
fn aws_secret_beside(text: &str, end: usize) -> Option<Hit> {
    let bytes = text.as_bytes();
    let stop = bytes.len().min(end + BESIDE);
    let mut at = end;
    while at < stop {
        let length = run(bytes, at, 64, is_aws_digit);
        if let Some(hit) = aws_secret(text, at) {
            return Some(hit);
        }
        at += length.max(1);
    }
    None
}

fn is_aws_digit(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+')
}

/// Exactly 40 base64 characters; 40 hexadecimal ones are a git hash.
fn aws_secret(text: &str, start: usize) -> Option<Hit> {
    let token = text.get(start..start + run(text.as_bytes(), start, 41, is_aws_digit))?;
    let hash = token.bytes().all(|b| b.is_ascii_hexdigit());
    let is = token.len() == 40 && !hash && !placeholder::token(token) && entropy::bits(token) >= 4.0;
    is.then(|| Hit::new(Kind::AwsSecretKey, start..start + token.len(), Certainty::Sure))
}

fn urls(text: &str) -> impl Iterator<Item = Hit> {
    url::url_password(text)
        .into_iter()
        .filter(|found| found.password_is == PasswordIs::Literal && !found.is_example())
        .map(|found| {
            let certainty = if found.is_local() { Certainty::Likely } else { Certainty::Sure };
            Hit::new(Kind::UrlPassword, found.password, certainty)
        })
}

/// Of hits that overlap the one with the more telling kind: a GitHub token in a URL is a GitHub token.
fn apart(mut hits: Vec<Hit>) -> Vec<Hit> {
    let weak = |kind: Kind| {
        matches!(
            kind,
            Kind::UrlPassword | Kind::DockerAuth | Kind::NpmrcAuth | Kind::NetrcPassword | Kind::AwsSecretKey
        )
    };
    hits.sort_by_key(|hit| (hit.span.start, weak(hit.kind), usize::MAX - hit.span.end));
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match kept.last_mut() {
            Some(last) if hit.span.start < last.span.end => {
                if weak(last.kind) && !weak(hit.kind) {
                    *last = hit;
                }
            }
            _ => kept.push(hit),
        }
    }
    kept
}
