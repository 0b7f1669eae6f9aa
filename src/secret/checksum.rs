//! The checksum that GitHub and npm put into the last six characters of their tokens.
//!
//! CRC-32 of the 30 characters before it in base 62, padded with zeros:
//! <https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/> (April 2021).

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether the last six characters of `body` (the token without its prefix) are the checksum of those before them.
pub(super) fn fits(body: &str) -> bool {
    body.len().checked_sub(6).and_then(|at| body.split_at_checked(at)).is_some_and(|(text, sum)| of(text) == sum)
}

/// The six characters for a text.
pub(super) fn of(text: &str) -> String {
    let mut rest = crc32(text.as_bytes());
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

/// CRC-32 as in zip files.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::{crc32, fits, of};

    #[test]
    fn it_is_the_usual_crc() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    /// The body of the example in GitHub's own announcement, without its prefix.
    #[test]
    fn it_is_what_github_makes() {
        assert_eq!(of("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"), "0mLq17");
        assert!(fits("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"));
        assert!(!fits("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18"));
        assert!(!fits("short"));
    }
}
