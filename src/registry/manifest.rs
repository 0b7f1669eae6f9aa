//! Manifests: their media types, and the digest of one.

use sha2::{Digest as _, Sha256};

/// The manifest that a tag stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manifest {
    /// A list of images, one a platform.
    Index,
    /// The image of a single platform.
    Image,
}

/// The media types that are asked for, lists first (OCI image specification 1.1 and Docker's before it).
pub(super) const ACCEPT: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// What a media type says; parameters behind it do not count.
pub(super) fn kind(media_type: &str) -> Option<Manifest> {
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    match ACCEPT.iter().position(|known| media_type.eq_ignore_ascii_case(known))? {
        0 | 1 => Some(Manifest::Index),
        _ => Some(Manifest::Image),
    }
}

/// The digest of a text.
pub(super) fn sha256(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// Whether a text is a digest as we write it.
pub(super) fn is_sha256(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    text.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.bytes().all(digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_sixty_four_small_digits() {
        // sha256 of nothing, as every tool gives it
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
        assert!(is_sha256(empty));
        for wrong in ["", "sha256:", &empty.to_uppercase(), &empty[..70], &empty[7..], &format!("{empty} ")] {
            assert!(!is_sha256(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_list_is_told_from_an_image() {
        assert_eq!(kind("application/vnd.oci.image.index.v1+json; charset=utf-8"), Some(Manifest::Index));
        assert_eq!(kind("application/vnd.docker.distribution.manifest.v2+json"), Some(Manifest::Image));
        assert_eq!(kind("application/vnd.docker.distribution.manifest.v1+prettyjws"), None);
    }
}
