//! Who stands behind an image: `bases/publishers.toml`, made into Rust by the build script.

use super::glob::{self, Match};
use super::{Date, PUBLISHERS, Reference, is_official, official_name};

/// How it is known who publishes an image. From what Docker vouches for to what nobody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublisherKind {
    /// A Docker Official Image: built from docker-library/official-images, reviewed there.
    Official,
    /// A Verified Publisher of Docker Hub: a company whose identity Docker has confirmed.
    Verified,
    /// An open source project of Docker's programme for them, which Docker has looked at.
    SponsoredOpenSource,
    /// The registry or namespace is evidently that of who makes the software. Docker does not vouch for it.
    Vendor,
    /// A person or project that is known, and does not publish in the name of who makes the software.
    Community,
}

impl PublisherKind {
    /// All, the most vouched for first.
    pub const ALL: [Self; 5] =
        [Self::Official, Self::Verified, Self::SponsoredOpenSource, Self::Vendor, Self::Community];

    /// The word of policies: `sponsored-oss`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Verified => "verified",
            Self::SponsoredOpenSource => "sponsored-oss",
            Self::Vendor => "vendor",
            Self::Community => "community",
        }
    }

    /// The kind of a policy's word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A known publisher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publisher {
    /// The normalised names that it publishes, each with `*`: `gcr.io/distroless/*`.
    pub images: &'static [&'static str],
    /// `Google`.
    pub name: &'static str,
    /// How it is known.
    pub kind: PublisherKind,
    /// Where that is from.
    pub source: &'static str,
    /// When it was last compared with the source.
    pub checked: Date,
}

impl std::fmt::Display for Publisher {
    /// As a policy names it: `vendor:Google`, and `official` for the programme that has no second name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            PublisherKind::Official => f.write_str(self.kind.word()),
            kind => write!(f, "{}:{}", kind.word(), self.name),
        }
    }
}

/// All known publishers.
#[must_use]
pub fn publishers() -> &'static [Publisher] {
    PUBLISHERS
}

/// Who may stand behind an image; `None` is nobody that is known. One entry, unless its name is known in part only.
///
/// What Docker mirrors, such as `public.ecr.aws/docker/library/node`, is published by whom it mirrors. A name without a
/// folder that is no official image is nobody's: it can only be an image of this machine.
#[must_use]
pub fn possible_publishers(reference: &Reference) -> Vec<Option<&'static Publisher>> {
    let name = official_name(reference);
    let of_machine =
        name.strip_prefix("docker.io/library/").is_some_and(|name| !name.contains(super::HOLE) && !is_official(name));
    let mut possible = Vec::new();
    for publisher in PUBLISHERS.iter().filter(|_| !of_machine) {
        let fits = publisher.images.iter().map(|pattern| glob::matches(pattern, &name)).max().unwrap_or(Match::No);
        if fits > Match::No {
            possible.push(Some(publisher));
        }
        if fits == Match::Yes {
            return possible;
        }
    }
    possible.push(None);
    possible
}

/// Who stands behind an image, if that is known for certain.
#[must_use]
pub fn publisher(reference: &Reference) -> Option<&'static Publisher> {
    match possible_publishers(reference)[..] {
        [certain] => certain,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::bases::BASES;

    fn of(image: &str) -> String {
        let reference = Reference::parse(image).expect("a reference");
        publisher(&reference).map_or_else(|| "nobody".to_owned(), ToString::to_string)
    }

    #[test]
    fn images_have_the_publishers_that_people_expect() {
        for (image, expected) in [
            ("node:26", "official"),
            ("docker.io/library/postgres:17", "official"),
            ("public.ecr.aws/docker/library/node:26", "official"),
            ("arm64v8/node:26", "official"),
            ("docker/dockerfile:1", "verified:Docker"),
            ("hashicorp/vault:1.21", "verified:HashiCorp"),
            ("gcr.io/distroless/static-debian13:nonroot", "vendor:Google"),
            ("ghcr.io/astral-sh/uv:0.13", "vendor:Astral"),
            ("dunglas/frankenphp:1", "community:Kévin Dunglas"),
            ("node:$VERSION", "official"),
            ("gcr.io/distroless/${IMAGE}", "vendor:Google"),
        ] {
            assert_eq!(of(image), expected, "{image}");
        }
        for image in ["nodes", "me/node", "gcr.io/distroless-evil/x", "r.example.com/library/node", "$IMAGE", "$REG/x"]
        {
            assert_eq!(of(image), "nobody", "{image}");
        }
    }

    #[test]
    fn a_name_known_in_part_may_be_of_several() {
        let possible = |image: &str| possible_publishers(&Reference::parse(image).expect("a reference"));
        assert!(possible("docker.io/${TEAM}/app").len() > 3);
        assert!(possible("docker.io/${TEAM}/app").contains(&None));
        assert_eq!(possible("ghcr.io/acme/${APP}"), [None]);
    }

    #[test]
    fn every_known_image_has_a_publisher() {
        let examples = BASES.iter().map(|base| base.example.to_owned());
        let names = BASES.iter().flat_map(|base| base.images).map(|image| image.replace('*', "x"));
        for image in examples.chain(names) {
            let reference = Reference::parse(&image).expect("a reference");
            assert!(reference.is_scratch() || publisher(&reference).is_some(), "nobody stands behind {image}");
        }
    }

    #[test]
    fn every_row_is_sourced_and_none_shadows_another() {
        let mut seen = BTreeSet::new();
        for row in PUBLISHERS {
            assert!(seen.insert(row.to_string()), "{row} is there twice");
            assert!(row.source.len() > 10, "{row}");
            for pattern in row.images {
                assert!(pattern.ends_with("/*"), "{row}: {pattern} is a whole folder");
                let example = pattern.replace('*', if row.kind == PublisherKind::Official { "node" } else { "x" });
                assert_eq!(of(&example), row.to_string(), "{pattern}");
            }
        }
    }

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for kind in PublisherKind::ALL {
            assert_eq!(PublisherKind::of_word(kind.word()), Some(kind));
        }
        assert_eq!(PublisherKind::of_word("Official"), None);
    }
}
