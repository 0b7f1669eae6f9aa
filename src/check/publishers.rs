//! The publishers that a policy allows: kinds, names and its own images.

use crate::bases::{self, Publisher, PublisherKind, Reference};
use crate::report::did_you_mean;

/// An entry of the policy's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// All of a kind: `official`.
    Kind(PublisherKind),
    /// One publisher: `vendor:Google`.
    Publisher(&'static Publisher),
    /// Images that the repository answers for itself: `ghcr.io/acme/*`.
    Images(String),
}

impl std::fmt::Display for Allowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Kind(kind) => f.write_str(kind.word()),
            Self::Publisher(publisher) => write!(f, "{publisher}"),
            Self::Images(pattern) => f.write_str(pattern),
        }
    }
}

/// Reads one entry.
///
/// # Errors
/// What to write instead, if it is none: there is no such kind, or no such publisher of that kind.
pub(super) fn read(entry: &str) -> Result<Allowed, String> {
    if let Some(kind) = PublisherKind::of_word(entry) {
        return Ok(Allowed::Kind(kind));
    }
    if let Some(publisher) = bases::publishers().iter().find(|publisher| publisher.to_string() == entry) {
        return Ok(Allowed::Publisher(publisher));
    }
    // A publisher has a colon and no slash, images have a folder.
    if entry.contains('/') {
        return Ok(Allowed::Images(entry.trim_end_matches('/').to_owned()));
    }
    let name = entry.split_once(':').map_or(entry, |(_, name)| name);
    let of_name = bases::publishers().iter().find(|publisher| publisher.name.eq_ignore_ascii_case(name));
    let known: Vec<String> = bases::publishers()
        .iter()
        .map(ToString::to_string)
        .chain(PublisherKind::ALL.into_iter().map(|kind| kind.word().to_owned()))
        .collect();
    let near = of_name
        .map(ToString::to_string)
        .or_else(|| did_you_mean(entry, known.iter().map(String::as_str)).map(str::to_owned));
    let kinds: Vec<&str> = PublisherKind::ALL.into_iter().map(PublisherKind::word).collect();
    Err(near.map_or_else(
        || {
            format!(
                "write a kind ({}), a publisher of one such as `vendor:Google`, or images of your own such as `ghcr.io/acme/*`",
                kinds.join(", ")
            )
        },
        |near| format!("did you mean `{near}`?"),
    ))
}

/// Whether a list allows an image. `None` if that depends on variables without a value.
pub(super) fn allows(list: &[Allowed], reference: &Reference) -> Option<bool> {
    let by_publisher = |publisher: Option<&'static Publisher>| {
        list.iter().any(|entry| match (entry, publisher) {
            (Allowed::Kind(kind), Some(publisher)) => publisher.kind == *kind,
            (Allowed::Publisher(allowed), Some(publisher)) => *allowed == publisher,
            _ => false,
        })
    };
    let possible = bases::possible_publishers(reference);
    if possible.iter().all(|publisher| by_publisher(*publisher)) {
        return Some(true);
    }
    let mut answer = Some(false);
    for pattern in
        list.iter().filter_map(|entry| if let Allowed::Images(pattern) = entry { Some(pattern) } else { None })
    {
        match bases::within(pattern, &reference.normalised()) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    if possible.iter().any(|publisher| by_publisher(*publisher)) { None } else { answer }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(list: &[&str], image: &str) -> Option<bool> {
        let list: Vec<Allowed> = list.iter().map(|entry| read(entry).expect(entry)).collect();
        allows(&list, &Reference::parse(image).expect("a reference"))
    }

    #[test]
    fn a_list_names_kinds_publishers_and_own_images() {
        let list = ["official", "verified:Docker", "vendor:Google", "ghcr.io/acme/*"];
        for (image, expected) in [
            ("node:26", true),
            ("docker/dockerfile:1", true),
            ("gcr.io/distroless/cc-debian13", true),
            ("ghcr.io/acme/team/app:1", true),
            ("hashicorp/vault:1.21", false),
            ("ghcr.io/astral-sh/uv:0.13", false),
            ("me/node:26", false),
            ("ghcr.io/acmex/app:1", false),
        ] {
            assert_eq!(allowed(&list, image), Some(expected), "{image}");
        }
        assert_eq!(allowed(&["community"], "dunglas/frankenphp:1"), Some(true));
        assert_eq!(allowed(&["registry.acme.example/"], "registry.acme.example/app:1"), Some(true));
    }

    #[test]
    fn what_is_known_in_part_is_decided_if_that_part_decides() {
        assert_eq!(allowed(&["official"], "node:$TAG"), Some(true));
        assert_eq!(allowed(&["official"], "ghcr.io/${APP}"), Some(false));
        assert_eq!(allowed(&["official"], "docker.io/$NAME"), None);
        assert_eq!(allowed(&["ghcr.io/acme/*"], "$REGISTRY/acme/app"), None);
        assert_eq!(allowed(&["ghcr.io/acme/*"], "ghcr.io/acme/$APP"), Some(true));
    }

    #[test]
    fn an_entry_that_is_none_says_what_was_meant() {
        for (entry, help) in [
            ("offical", "did you mean `official`?"),
            ("Google", "did you mean `vendor:Google`?"),
            ("verified:google", "did you mean `vendor:Google`?"),
            ("sponsored", "write a kind"),
            ("", "write a kind"),
        ] {
            let said = read(entry).expect_err(entry);
            assert!(said.starts_with(help), "{entry}: {said}");
        }
    }
}
