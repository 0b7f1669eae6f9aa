//! Searching the stream of `docker save` or `docker export`: every archive in it opened, every file decompressed, in one pass.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::needle::{Needles, Searching};

/// save > layer.gz > layer.tar > file.gz > file.tar > member, and one more.
const DEEPEST: usize = 6;
/// What one gzip stream may unfold to: a bomb must not fill the time.
const LARGEST: u64 = 4 << 30;

/// What a file system entry says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Absolute, without a slash at the end; the root is `/`.
    pub(super) path: String,
    pub(super) uid: u64,
    pub(super) gid: u64,
    pub(super) mode: u32,
    pub(super) kind: EntryKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Folder,
    /// Where it points to, as written.
    Link(String),
    Other,
}

/// What a search saw.
pub(super) struct Search<'n> {
    needles: &'n Needles,
    /// Which needle, and where: archive > path > path.
    pub(super) hits: Vec<(usize, String)>,
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// Files that were decompressed.
    pub(super) decompressed: u64,
    /// Files in forms that are not opened, by form.
    pub(super) unopened: BTreeMap<&'static str, u64>,
    /// Layers that could not be read: with one of these nothing is proven.
    pub(super) unread: Vec<String>,
    /// The outermost archive's entries, if they are wanted.
    pub(super) entries: Option<Vec<Entry>>,
}

impl<'n> Search<'n> {
    pub(super) fn new(needles: &'n Needles, with_entries: bool) -> Self {
        Self {
            needles,
            hits: Vec::new(),
            files: 0,
            bytes: 0,
            decompressed: 0,
            unopened: BTreeMap::new(),
            unread: Vec::new(),
            entries: with_entries.then(Vec::new),
        }
    }

    /// Searches one stream whose name in the report is `trail`.
    pub(super) fn stream(&mut self, reader: &mut dyn Read, trail: &str) -> io::Result<()> {
        self.open(reader, trail, 0)
    }

    fn open(&mut self, reader: &mut dyn Read, trail: &str, depth: usize) -> io::Result<()> {
        let mut head = Vec::with_capacity(512);
        (&mut *reader).take(512).read_to_end(&mut head)?;
        let form = Form::of(&head);
        let mut whole = Cursor::new(head).chain(reader);
        match form {
            Form::Tar if depth < DEEPEST => self.tar(&mut whole, trail, depth),
            Form::Gzip if depth < DEEPEST => self.gzip(&mut whole, trail, depth),
            Form::Unopened(name) if depth <= 1 && is_layer(trail) => {
                self.unread.push(format!("{trail} is compressed by {name}"));
                self.leaf(&mut whole, trail)
            }
            Form::Unopened(name) => {
                *self.unopened.entry(name).or_default() += 1;
                self.leaf(&mut whole, trail)
            }
            Form::Tar | Form::Gzip | Form::Plain => self.leaf(&mut whole, trail),
        }
    }

    fn leaf(&mut self, reader: &mut dyn Read, trail: &str) -> io::Result<()> {
        let (found, bytes) = Searching::new(reader, self.needles).finish()?;
        self.bytes += bytes;
        self.record(found, trail);
        Ok(())
    }

    fn record(&mut self, found: Vec<usize>, trail: &str) {
        self.hits.extend(found.into_iter().map(|index| (index, trail.to_owned())));
    }

    fn text(&mut self, bytes: &[u8], trail: &str) {
        let mut found = Vec::new();
        self.needles.find(bytes, |index| found.push(index));
        self.record(found, trail);
    }

    fn gzip(&mut self, reader: &mut dyn Read, trail: &str, depth: usize) -> io::Result<()> {
        // The compressed bytes are searched as well: what follows a broken stream is hidden from the decoder alone.
        let mut outside = Searching::new(reader, self.needles);
        let result = {
            let outside: &mut dyn Read = &mut outside;
            let mut inside = MultiGzDecoder::new(outside).take(LARGEST);
            self.decompressed += 1;
            let result = self.open(&mut inside, trail, depth + 1);
            if inside.limit() == 0 { Err(io::Error::other("it unfolds to more than 4 GiB")) } else { result }
        };
        if let Err(error) = result {
            self.unreadable(&error, trail, depth);
        }
        let (found, _) = outside.finish()?;
        self.record(found, trail);
        Ok(())
    }

    fn tar(&mut self, reader: &mut dyn Read, trail: &str, depth: usize) -> io::Result<()> {
        let mut archive = tar::Archive::new(&mut *reader);
        if let Err(error) = self.members(&mut archive, trail, depth) {
            self.unreadable(&error, trail, depth);
        }
        io::copy(&mut archive.into_inner(), &mut io::sink())?;
        Ok(())
    }

    fn members(&mut self, archive: &mut tar::Archive<&mut dyn Read>, trail: &str, depth: usize) -> io::Result<()> {
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let inner = format!("{trail} > {path}");
            self.text(path.as_bytes(), &inner);
            if let Some(link) = entry.link_name_bytes() {
                self.text(&link, &inner);
            }
            if let Some(attributes) = entry.pax_extensions()? {
                for attribute in attributes.flatten() {
                    self.text(attribute.value_bytes(), &inner);
                }
            }
            if depth == 0 {
                self.list(&path, &entry);
            }
            if entry.header().entry_type().is_file() {
                self.files += 1;
                self.open(&mut entry, &inner, depth + 1)?;
            }
        }
        Ok(())
    }

    fn list(&mut self, path: &str, entry: &tar::Entry<'_, &mut dyn Read>) {
        let Some(entries) = &mut self.entries else { return };
        let header = entry.header();
        let link =
            || entry.link_name_bytes().map(|link| String::from_utf8_lossy(&link).into_owned()).unwrap_or_default();
        let kind = match header.entry_type() {
            tar::EntryType::Regular | tar::EntryType::Continuous | tar::EntryType::Link => EntryKind::File,
            tar::EntryType::Directory => EntryKind::Folder,
            tar::EntryType::Symlink => EntryKind::Link(link()),
            _ => EntryKind::Other,
        };
        let (Ok(uid), Ok(gid), Ok(mode)) = (header.uid(), header.gid(), header.mode()) else { return };
        let path = format!("/{}", path.trim_start_matches("./").trim_matches('/'));
        entries.push(Entry { path, uid, gid, mode: mode & 0o7777, kind });
    }

    /// A broken file in an image is that file's affair, a broken layer is ours.
    fn unreadable(&mut self, error: &io::Error, trail: &str, depth: usize) {
        if depth <= 2 && is_layer(trail) {
            self.unread.push(format!("{trail}: {error}"));
        }
    }
}

/// Whether a name in the report is an archive of the engine's own: what it sent, or a layer in a saved image. One step
/// below an exported file system there are files already, such as the wheels that Debian's Python brings.
fn is_layer(trail: &str) -> bool {
    match trail.split_once(" > ") {
        None => true,
        Some((sent, below)) => sent == "image" && !below.contains(" > "),
    }
}

enum Form {
    Tar,
    Gzip,
    Unopened(&'static str),
    Plain,
}

impl Form {
    fn of(head: &[u8]) -> Self {
        const MARKS: [(&[u8], &str); 4] =
            [(b"\x28\xb5\x2f\xfd", "zstd"), (b"\xfd7zXZ\0", "xz"), (b"BZh", "bzip2"), (b"PK\x03\x04", "zip")];
        if head.get(257..262) == Some(b"ustar") {
            return Self::Tar;
        }
        if head.starts_with(b"\x1f\x8b\x08") {
            return Self::Gzip;
        }
        MARKS.iter().find(|(mark, _)| head.starts_with(mark)).map_or(Self::Plain, |(_, name)| Self::Unopened(name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::needle::Needle;
    use super::*;
    use std::io::Write;

    const TOKEN: &str = "abcdefghijkmnpqrabcdefghijkmnpqr";

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, content) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_uid(7);
            header.set_gid(8);
            builder.append_data(&mut header, path, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn needles() -> Needles {
        Needles::new(vec![Needle { label: "token".into(), bytes: TOKEN.into() }])
    }

    fn hits(image: &[u8]) -> Vec<String> {
        let needles = needles();
        let mut search = Search::new(&needles, false);
        search.stream(&mut &*image, "image").unwrap();
        assert!(search.unread.is_empty(), "{:?}", search.unread);
        search.hits.into_iter().map(|(_, trail)| trail).collect()
    }

    #[test]
    fn a_token_is_found_in_a_plain_layer_and_in_a_compressed_one() {
        let layer = archive(&[("app/.npmrc", TOKEN.as_bytes())]);
        assert_eq!(hits(&archive(&[("blobs/1", &layer)])), ["image > blobs/1 > app/.npmrc"]);
        assert_eq!(hits(&archive(&[("blobs/1", &gzip(&layer))])), ["image > blobs/1 > app/.npmrc"]);
    }

    #[test]
    fn a_token_is_found_in_a_compressed_archive_within_a_layer() {
        let inner = gzip(&archive(&[("deep", TOKEN.as_bytes())]));
        let image = archive(&[("blobs/1", &gzip(&archive(&[("app/x.tgz", &inner)])))]);
        assert_eq!(hits(&image), ["image > blobs/1 > app/x.tgz > deep"]);
    }

    #[test]
    fn a_token_is_found_behind_the_end_of_a_gzip_stream_and_in_a_file_name() {
        let mut broken = gzip(b"harmless");
        broken.extend_from_slice(TOKEN.as_bytes());
        assert_eq!(hits(&archive(&[("blobs/1", &archive(&[("a.gz", &broken)]))])), ["image > blobs/1 > a.gz"]);
        assert_eq!(hits(&archive(&[("blobs/1", &archive(&[(TOKEN, b"")]))])).len(), 1);
    }

    #[test]
    fn a_layer_that_cannot_be_read_is_said() {
        let needles = needles();
        for layer in [&b"\x28\xb5\x2f\xfd...."[..], &gzip(&archive(&[("a", b"b")]))[..60]] {
            let mut search = Search::new(&needles, false);
            search.stream(&mut &*archive(&[("blobs/1", layer)]), "image").unwrap();
            assert_eq!(search.unread.len(), 1, "{layer:?}");
        }
    }

    #[test]
    fn a_zip_file_of_the_file_system_is_no_layer() {
        let needles = needles();
        let exported = archive(&[("usr/share/python-wheels/pip.whl", &b"PK\x03\x04...."[..])]);
        for (sent, unread) in [("file system", 0), ("image", 1)] {
            let mut search = Search::new(&needles, false);
            search.stream(&mut &*exported, sent).unwrap();
            assert_eq!(search.unread.len(), unread, "{sent}");
        }
    }

    #[test]
    fn a_broken_archive_in_a_layer_does_not_stop_the_search() {
        let broken = &gzip(&archive(&[("a", b"b")]))[..60];
        let layer = archive(&[("app/broken.tgz", broken), ("app/leak", TOKEN.as_bytes())]);
        assert_eq!(hits(&archive(&[("blobs/1", &layer)])), ["image > blobs/1 > app/leak"]);
    }

    #[test]
    fn entries_tell_owner_and_mode() {
        let needles = needles();
        let mut search = Search::new(&needles, true);
        search.stream(&mut &*archive(&[("app/x", b"y")]), "image").unwrap();
        let entry = Entry { path: "/app/x".into(), uid: 7, gid: 8, mode: 0o644, kind: EntryKind::File };
        assert_eq!(search.entries.unwrap(), [entry]);
    }
}
