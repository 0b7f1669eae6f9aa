//! Private keys in PEM form, with their body.

use memchr::memmem;

use super::{Certainty, Hit, Kind, base64, entropy};

const BEGIN: &[u8] = b"-----BEGIN ";
/// What base64 makes of `-----BEGIN`, the first characters of a key in a kubeconfig.
const BEGIN_IN_BASE64: &[u8] = b"LS0tLS1CRUdJTi";
/// Base64 characters that a body has at least.
const BODY: usize = 64;

/// The keys of a text. The search for an END stops at the next BEGIN, so every byte is read once.
pub(super) fn keys(text: &str, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for start in memmem::find_iter(bytes, BEGIN) {
        let Some(rest) = bytes.get(start + BEGIN.len()..) else { continue };
        let window = &rest[..rest.len().min(64)];
        let Some(close) = memmem::find(window, b"-----") else { continue };
        let label = &window[..close];
        if !label.ends_with(b"PRIVATE KEY") && !label.ends_with(b"PRIVATE KEY BLOCK") {
            continue;
        }
        let body = &rest[close + 5..];
        let Some(end) = memmem::find(body, b"-----") else { continue };
        let Some(tail) = body[end..].strip_prefix(b"-----END ") else { continue };
        let Some(stop) = memmem::find(&tail[..tail.len().min(64)], b"-----") else { continue };
        if is_body(&body[..end]) {
            let past = start + BEGIN.len() + close + 5 + end + 9 + stop + 5;
            let locked = label.starts_with(b"ENCRYPTED") || memmem::find(&body[..end], b"ENCRYPTED").is_some();
            let (kind, certainty) = if locked {
                (Kind::EncryptedPrivateKey, Certainty::Likely)
            } else {
                (Kind::PrivateKey, Certainty::Sure)
            };
            hits.push(Hit::new(kind, start..past, certainty));
        }
    }
    for start in memmem::find_iter(bytes, BEGIN_IN_BASE64) {
        if start.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|b| base64::is_digit(*b)) {
            continue;
        }
        let rest = &bytes[start..];
        let length = rest.iter().position(|b| !base64::is_digit(*b)).unwrap_or(rest.len());
        let length = rest.len().min(length + rest[length..].iter().take(2).take_while(|b| **b == b'=').count());
        let decoded = base64::decode(&rest[..length]).and_then(|bytes| String::from_utf8(bytes).ok());
        // A decoded text holds no encoded one inside: keys() of it ends there.
        if let Some(inner) = decoded {
            let mut found = Vec::new();
            if !inner.as_bytes().windows(BEGIN_IN_BASE64.len()).any(|part| part == BEGIN_IN_BASE64) {
                keys(&inner, &mut found);
            }
            if let Some(first) = found.first() {
                hits.push(Hit::new(first.kind, start..start + length, first.certainty));
            }
        }
    }
}

/// A key's body is base64, possibly in quotes, with `\n` written out, or with a line of headers; not a sentence, not dots.
fn is_body(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let text = text.replace("\\n", "\n").replace("\\r", "\n");
    let digits: String = text
        .lines()
        .filter(|line| !line.contains(": "))
        .flat_map(|line| line.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')))
        .collect();
    let others = text.chars().filter(|c| matches!(c, '.' | '<' | '>' | '*' | '[' | '{' | '…')).count();
    digits.len() >= BODY && others * 16 < digits.len() && entropy::bits(&digits) >= 4.0
}
