//! A fingerprint of a content, to recognise a file after a crash.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Length and FNV-1a hash. It tells old from new from edited; it is no protection against someone who can write to
/// the folder, and none is needed: who can do that needs no journal to change files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Digest {
    pub(super) length: u64,
    pub(super) hash: u64,
}

impl Digest {
    const EMPTY: Self = Self { length: 0, hash: 0xcbf2_9ce4_8422_2325 };

    pub(super) fn of(content: &[u8]) -> Self {
        let mut digest = Self::EMPTY;
        digest.add(content);
        digest
    }

    /// Of a file's content; `None` if there is no file.
    pub(super) fn of_file(path: &Path) -> io::Result<Option<Self>> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut digest = Self::EMPTY;
        io::copy(&mut file, &mut digest)?;
        Ok(Some(digest))
    }

    fn add(&mut self, bytes: &[u8]) {
        self.length = self.length.wrapping_add(bytes.len() as u64);
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{:016x}", self.length, self.hash)
    }
}

impl std::str::FromStr for Digest {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (length, hash) = text.split_once(':').ok_or(())?;
        let length = length.parse().map_err(|_| ())?;
        let hash = u64::from_str_radix(hash, 16).map_err(|_| ())?;
        Ok(Self { length, hash })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        // The published test vector for "foobar".
        assert_eq!(Digest::of(b"foobar"), Digest { length: 6, hash: 0x8594_4171_f739_67e8 });
    }

    #[test]
    fn a_digest_survives_being_written_down() {
        let digest = Digest::of(b"FROM scratch\n");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert!("12".parse::<Digest>().is_err());
    }
}
