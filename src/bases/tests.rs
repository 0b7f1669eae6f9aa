//! References taken apart, and what the table says.

use super::*;

fn parse(text: &str) -> Reference {
    Reference::parse(text).unwrap_or_else(|| panic!("{text} is a reference"))
}

fn base(text: &str) -> &'static Base {
    find(&parse(text)).unwrap_or_else(|| panic!("{text} is known"))
}

#[test]
fn references_are_taken_apart_as_docker_does_it() {
    for (text, name, tag, digest) in [
        ("node", "docker.io/library/node", None, None),
        ("node:26-slim", "docker.io/library/node", Some("26-slim"), None),
        ("library/node", "docker.io/library/node", None, None),
        ("docker.io/node:26", "docker.io/library/node", Some("26"), None),
        ("index.docker.io/library/node:26", "docker.io/library/node", Some("26"), None),
        ("registry-1.docker.io/a/b", "docker.io/a/b", None, None),
        ("a/b:1", "docker.io/a/b", Some("1"), None),
        ("localhost/x", "localhost/x", None, None),
        ("localhost:5000/x:1", "localhost:5000/x", Some("1"), None),
        ("localhost:5000/x", "localhost:5000/x", None, None),
        ("[::1]:5000/x:1", "[::1]:5000/x", Some("1"), None),
        ("REG/x", "REG/x", None, None),
        ("gcr.io/distroless/static-debian13:nonroot", "gcr.io/distroless/static-debian13", Some("nonroot"), None),
        ("$REG:8099/path/image:1.0", "\u{fffc}:8099/path/image", Some("1.0"), None),
        ("${REG:-docker.io/library}/node:26", "\u{fffc}/node", Some("26"), None),
        ("${PREFIX}node:26", "\u{fffc}/\u{fffc}node", Some("26"), None),
        ("$IMAGE", "\u{fffc}/\u{fffc}", None, None),
        ("node:$VERSION-alpine", "docker.io/library/node", Some("\u{fffc}-alpine"), None),
        ("node:${MAJOR}${SUFFIX:+-${SUFFIX}}", "docker.io/library/node", Some("\u{fffc}"), None),
        ("node@$DIGEST", "docker.io/library/node", None, Some("\u{fffc}")),
        ("r.example.com/$TEAM/app:1", "r.example.com/\u{fffc}/app", Some("1"), None),
    ] {
        let reference = parse(text);
        assert_eq!(reference.normalised(), name, "{text}");
        assert_eq!(reference.tag.as_deref(), tag, "{text}");
        assert_eq!(reference.digest.as_deref(), digest, "{text}");
    }
    let digest = format!("sha256:{}", "a".repeat(64));
    let both = parse(&format!("node:26@{digest}"));
    assert_eq!((both.tag.as_deref(), both.digest), (Some("26"), Some(digest)));
}

#[test]
fn what_no_filling_makes_a_reference_of_is_none() {
    for text in [
        "",
        ":1",
        "Node:26",
        "node:",
        "node:26 x",
        "/node",
        "a//b",
        "node@sha256:12",
        "${X",
        "a:b:c",
        "r:x/y",
        "$",
        "-a",
    ] {
        assert_eq!(Reference::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_variable_at_the_end_may_be_a_tag() {
    assert!(parse("node").is_untagged() && parse("localhost:5000/node").is_untagged());
    for text in ["node:26", "$IMAGE", "node$TAG", "node:$TAG"] {
        assert!(!parse(text).is_untagged(), "{text}");
    }
}

#[test]
fn every_entry_finds_itself_and_none_shadows_another() {
    for entry in BASES {
        assert_eq!(base(entry.example), entry, "{}", entry.example);
    }
}

#[test]
fn the_facts_of_an_entry_agree_with_one_another() {
    for entry in BASES {
        let name = entry.example;
        let user = entry.user.split(':').next().unwrap_or_default();
        assert!(entry.os == Os::Windows || entry.uid_of(user).is_some(), "{name}: USER {user} is not among its users");
        assert_eq!(entry.runs_as.is_some(), entry.entrypoint == Entrypoint::StepDown, "{name}");
        assert!(entry.entrypoint != Entrypoint::StepDown || entry.is_root(), "{name} steps down from root");
        assert!(entry.shell != Sh::None || entry.has_bash() != Some(true), "{name} has bash and no shell");
        assert!(entry.kind != Kind::Sdk || entry.sdk != Sdk::No, "{name}");
        assert!(entry.checked <= CHECKED, "{name}");
        assert!(entry.unsure.iter().all(|tool| !entry.tools.contains(tool)), "{name}");
        assert!(entry.source.len() > 10, "{name}");
    }
}

#[test]
fn well_known_images_are_what_their_makers_say() {
    let node = base("node:26-trixie-slim");
    assert_eq!((node.os, node.uid_of("node"), node.packages), (Os::Debian, Some(1000), Packages::Apt));
    assert_eq!((node.has_tool("curl"), node.has_tool("node"), node.has_tool("jq")), (Some(false), Some(true), None));
    assert_eq!(
        (base("node:26-alpine").os, base("node").sdk, base("node:26-slim").sdk),
        (Os::Alpine, Sdk::Light, Sdk::No)
    );
    let distroless = base("gcr.io/distroless/static-debian13:nonroot");
    assert_eq!((distroless.is_root(), distroless.shell, distroless.uid_of("nonroot")), (false, Sh::None, Some(65532)));
    assert!(base("gcr.io/distroless/static-debian13").is_root());
    assert_eq!(base("postgres:17-alpine").uid_of("postgres"), Some(70));
    assert_eq!((base("postgres:18").runs_as, base("postgres:18").is_root()), (Some("postgres"), true));
    assert!(base("scratch").users.is_empty() && parse("scratch").is_scratch());
    assert_eq!(base("mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled").uid_of("app"), Some(1654));
    assert_eq!((base("ubuntu:24.04").uid_of("ubuntu"), base("ubuntu:22.04").uid_of("ubuntu")), (Some(1000), None));
}

#[test]
fn mirrors_are_the_images_that_they_mirror() {
    for mirror in
        ["public.ecr.aws/docker/library/node:26-slim", "mirror.gcr.io/library/node:26-slim", "arm64v8/node:26-slim"]
    {
        assert_eq!(base(mirror), base("node:26-slim"), "{mirror}");
    }
}

#[test]
fn what_is_not_certain_is_not_found() {
    for text in [
        "nodes",
        "me/node:26",
        "$REG/node:26",
        "node$TAG",
        "node:$TAG",
        "node@$DIGEST",
        "r.example.com/library/node:26",
    ] {
        assert_eq!(find(&parse(text)), None, "{text}");
    }
    assert_eq!(find(&parse("node:${V}-alpine3.24")), Some(base("node:26-alpine")));
    let possible: Vec<_> = candidates(&parse("node:$TAG")).collect();
    assert!(possible.len() > 2 && possible.iter().all(|base| base.is_root()));
    assert_eq!(find(&parse(&format!("alpine@sha256:{}", "0".repeat(64)))), Some(base("alpine")));
}

#[test]
fn releases_end_as_published() {
    let today = Date { year: 2026, month: 11, day: 24 };
    for (text, date, over) in [
        ("node:16", "2023-09-11", true),
        ("node:20.19-slim", "2026-04-30", true),
        ("node:hydrogen", "2025-04-30", true),
        ("node:26-alpine3.24", "2028-06-01", false),
        ("node:22-buster", "2024-06-30", true),
        ("node:lts-alpine3.18", "2025-05-09", true),
        ("python:3.8-slim", "2024-10-07", true),
        ("python:3.13-slim-bookworm", "2028-06-30", false),
        ("debian:buster", "2024-06-30", true),
        ("debian:11-slim", "2026-08-31", true),
        ("ubuntu:18.04", "2023-05-31", true),
        ("centos", "2021-12-31", true),
        ("centos:7", "2024-06-30", true),
        ("openjdk:17-jdk-slim", "2022-07-31", true),
        ("golang:1.21-alpine", "2024-08-13", true),
        ("postgres:12", "2024-11-21", true),
        ("mcr.microsoft.com/dotnet/aspnet:6.0", "2024-11-12", true),
        ("gcr.io/distroless/nodejs20-debian12:nonroot", "2026-01-31", true),
        ("traefik:v2.10", "2024-02-12", true),
        ("public.ecr.aws/docker/library/php:7.4-fpm", "2022-11-28", true),
    ] {
        let end = end_of_life(&parse(text)).unwrap_or_else(|| panic!("{text} ends"));
        assert_eq!((end.date.to_string().as_str(), end.is_over(today)), (date, over), "{text}");
    }
    for text in ["node:200", "node:latest", "node:$V", "node:2$V", "golang:1.27", "alpine:edge", "me/x:1", "python:3"] {
        assert_eq!(end_of_life(&parse(text)), None, "{text}");
    }
}

#[test]
fn dates_are_plausible() {
    assert!(CHECKED > Date { year: 2026, month: 1, day: 1 });
    for end in PRODUCTS.iter().flat_map(|product| product.releases) {
        assert!((2010..2040).contains(&end.date.year), "{} {}", end.product, end.release);
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-z0-9./:@$\\{\\}_-]{0,40}|\\PC{0,40}") {
        if let Some(reference) = Reference::parse(&text) {
            let _ = (find(&reference), end_of_life(&reference), reference.to_string());
        }
    }

    #[test]
    fn a_known_reference_reads_as_it_is_written(text in "([a-z]{1,5}\\.io(:[1-9][0-9]{0,3})?/)?[a-z0-9]{1,6}(/[a-z0-9]{1,6}){0,2}(:[a-zA-Z0-9_.-]{0,1}[a-z0-9]{1,5})?") {
        if let Some(reference) = Reference::parse(&text) {
            proptest::prop_assert_eq!(Reference::parse(&reference.to_string()), Some(reference));
        }
    }
}
