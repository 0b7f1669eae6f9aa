//! The digests of a whole set-up: what scaffold renders, pinned as `scaffold.lock` has it.

use std::collections::BTreeMap;

use super::{Built, Found, Pinnable, compose, dockerfile, with_digests};

/// Which reader a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dockerfile,
    Yaml,
}

fn kind(path: &str) -> Option<Kind> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    if name.ends_with(".yaml") || name.ends_with(".yml") {
        return Some(Kind::Yaml);
    }
    let named = name == "dockerfile" || name.starts_with("dockerfile.") || name.ends_with(".dockerfile");
    (named && !name.ends_with(".dockerignore")).then_some(Kind::Dockerfile)
}

fn found(files: &BTreeMap<String, String>) -> Vec<(&String, Found)> {
    let mut built = Built::default();
    for (_, text) in files.iter().filter(|(path, _)| kind(path) == Some(Kind::Yaml)) {
        built.add(text);
    }
    let look = |path: &str, text: &str| match kind(path)? {
        Kind::Dockerfile => Some(dockerfile(text, false)),
        Kind::Yaml => Some(compose(text, &built)),
    };
    files.iter().filter_map(|(path, text)| Some((path, look(path, text)?))).collect()
}

/// The images of a set-up's files, each once by its reference with tag.
#[must_use]
pub fn images(files: &BTreeMap<String, String>) -> BTreeMap<String, Pinnable> {
    let images = found(files).into_iter().flat_map(|(_, found)| found.images);
    images.filter_map(|image| Some((image.tagged()?, image))).collect()
}

/// Pins a set-up's files by these digests, and gives back those that are used: a digest whose tag is not there any more
/// is not among them.
pub fn pin(files: &mut BTreeMap<String, String>, digests: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    if digests.is_empty() {
        return BTreeMap::new();
    }
    let mut used = BTreeMap::new();
    let mut pinned = Vec::new();
    for (path, found) in found(files) {
        let tags = found.images.iter().filter_map(Pinnable::tagged);
        used.extend(tags.filter_map(|tag| digests.get(&tag).map(|digest| (tag.clone(), digest.clone()))));
        let text = files.get(path).map(String::as_str).unwrap_or_default();
        pinned.push((path.clone(), with_digests(text, &found, digests)));
    }
    files.extend(pinned);
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digests_of_tags_that_are_gone_are_not_used_any_more() {
        let digest = |letter: &str| format!("sha256:{}", letter.repeat(64));
        let mut files = BTreeMap::from([
            ("Dockerfile".to_owned(), "FROM node:26\n".to_owned()),
            ("Dockerfile.dockerignore".to_owned(), "FROM node:26\n".to_owned()),
            ("compose.yaml".to_owned(), "services:\n  a: {build: .}\n  db: {image: 'postgres:17'}\n".to_owned()),
        ]);
        assert_eq!(images(&files).into_keys().collect::<Vec<_>>(), ["node:26", "postgres:17"]);
        let digests = BTreeMap::from([("node:26".to_owned(), digest("a")), ("node:24".to_owned(), digest("b"))]);
        let used = pin(&mut files, &digests);
        assert_eq!(used.into_iter().collect::<Vec<_>>(), [("node:26".to_owned(), digest("a"))]);
        assert_eq!(files["Dockerfile"], format!("FROM node:26@{}\n", digest("a")));
        assert_eq!(files["Dockerfile.dockerignore"], "FROM node:26\n");
        assert!(files["compose.yaml"].contains("'postgres:17'"));
    }
}
