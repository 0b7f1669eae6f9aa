//! Reading base64, of either alphabet.

/// The bytes of `text` up to its padding; `None` if a byte is of neither alphabet or the length is impossible.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().position(|b| *b == b'=').unwrap_or(text.len());
    let (text, padding) = text.split_at(end);
    if text.len() % 4 == 1 || padding.len() > 2 || padding.iter().any(|b| *b != b'=') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut buffer, mut filled) = (0_u32, 0_u32);
    for byte in text {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        buffer = (buffer << 6) | u32::from(six);
        filled += 6;
        if filled >= 8 {
            filled -= 8;
            bytes.push(((buffer >> filled) & 0xff) as u8);
        }
    }
    Some(bytes)
}

/// Whether a byte is of one of the two alphabets.
pub(super) const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn both_alphabets_are_read_with_and_without_padding() {
        assert_eq!(decode(b"YTpi").as_deref(), Some(&b"a:b"[..]));
        assert_eq!(decode(b"YTpiYw==").as_deref(), Some(&b"a:bc"[..]));
        assert_eq!(decode(b"YTpiYw").as_deref(), Some(&b"a:bc"[..]));
        assert_eq!(decode(b"-_8").as_deref(), decode(b"+/8=").as_deref());
        for wrong in [&b"YTpiY"[..], b"Y!==", b"YQ===", b"YQ=a"] {
            assert!(decode(wrong).is_none());
        }
    }
}
