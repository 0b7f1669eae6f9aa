//! JSON web tokens.

use serde_json::Value;

use super::{Certainty, Hit, Kind, base64};

/// Bytes of one part that are decoded. A token that travels in a header is not longer.
const PART: usize = 16 * 1024;
/// Seconds from which on a token counts as one that stays.
const LONG: u64 = 365 * 24 * 3600;

/// The token that begins at `start`, where `eyJ` stands. The byte before must not belong to a part, which the caller
/// ensures: so every part is read three times at most.
pub(super) fn at(text: &str, start: usize) -> Option<Hit> {
    let rest = text.as_bytes().get(start..)?;
    let run = |from: usize| {
        let tail = rest.get(from..).unwrap_or_default();
        from + tail.iter().position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'-')).unwrap_or(tail.len())
    };
    let first = run(0);
    let second = (rest.get(first) == Some(&b'.')).then(|| run(first + 1))?;
    let third = (rest.get(second) == Some(&b'.')).then(|| run(second + 1))?;
    if third - second < 20 {
        return None;
    }
    let header = json(&rest[..first])?;
    let algorithm = header.get("alg")?.as_str()?;
    if algorithm.eq_ignore_ascii_case("none") {
        return None;
    }
    let mut hit = Hit::new(Kind::Jwt, start..start + third, Certainty::Likely);
    let Some(claims) = json(&rest[first + 1..second]) else {
        return Some(hit);
    };
    if is_sample(&claims) {
        return None;
    }
    hit.expires = claims.get("exp").and_then(Value::as_u64);
    let issued = claims.get("iat").and_then(Value::as_u64);
    // Without an end, or with one far off, whoever finds it can use it.
    if hit.expires.is_none_or(|end| issued.is_some_and(|from| end.saturating_sub(from) >= LONG)) {
        hit.certainty = Certainty::Sure;
    }
    Some(hit)
}

/// The token of jwt.io, Supabase's demo keys, and Supabase's anonymous key, which goes to every browser.
fn is_sample(claims: &Value) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    text("sub") == "1234567890"
        || text("iss") == "supabase-demo"
        || text("role") == "anon"
        || text("name") == "John Doe"
}

fn json(part: &[u8]) -> Option<Value> {
    if part.len() > PART {
        return None;
    }
    serde_json::from_slice(&base64::decode(part)?).ok().filter(Value::is_object)
}
