//! What is found in files that try to hide it, and that nothing else of them changes.

use std::collections::BTreeMap;

use super::*;

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OLD: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// The source with `@@` behind each reference that was pinned.
fn marked(source: &str, found: &Found) -> String {
    let edits: Vec<_> = found
        .images
        .iter()
        .map(|image| (image.span.clone(), image.with_digest(DIGEST).replace(&format!("@{DIGEST}"), "@@")))
        .collect();
    rewritten(source, &edits)
}

fn in_dockerfile(source: &str) -> String {
    marked(source, &dockerfile(source, false))
}

fn in_compose(source: &str) -> String {
    let mut built = Built::default();
    built.add(source);
    marked(source, &compose(source, &built))
}

fn reasons(found: &Found) -> Vec<(&str, usize, Why)> {
    found.left.iter().map(|left| (left.text.as_str(), left.line, left.why)).collect()
}

#[test]
fn every_way_to_name_an_image_in_a_dockerfile_is_pinned_and_nothing_else() {
    let source = "\
# syntax=docker/dockerfile:1
FROM --platform=$BUILDPLATFORM node:26-slim AS build
RUN --mount=type=bind,from=ghcr.io/astral-sh/uv:0.13,source=/uv,target=/bin/uv \\
    --mount=type=cache,target=/root/.npm \\
    echo FROM alpine:3
COPY --from=busybox:musl /bin/busybox /bin/
COPY <<EOF /etc/motd
FROM debian:13
COPY --from=postgres:17 / /
EOF
RUN <<EOF
FROM python:3
EOF
FROM build AS test
FROM localhost:5000/team/base
FROM scratch
COPY --from=build /app /app
COPY --from=0 /app /app
";
    let pinned = source
        .replace("FROM --platform=$BUILDPLATFORM node:26-slim", "FROM --platform=$BUILDPLATFORM node:26-slim@@")
        .replace("uv:0.13", "uv:0.13@@")
        .replace("busybox:musl", "busybox:musl@@")
        .replace("team/base", "team/base:latest@@");
    assert_eq!(in_dockerfile(source), pinned);
    assert!(dockerfile(source, false).left.is_empty());
    let syntax = dockerfile(source, true);
    assert_eq!((syntax.images[0].text.as_str(), syntax.images[0].line), ("docker/dockerfile:1", 1));
}

#[test]
fn byte_order_mark_crlf_quotes_and_continued_lines_stay() {
    for (source, pinned) in [
        ("\u{feff}FROM node:26\r\nRUN a\r\n", "\u{feff}FROM node:26@@\r\nRUN a\r\n"),
        ("FROM \\\n  # why\n  node:26 \\\n  AS x\n", "FROM \\\n  # why\n  node:26@@ \\\n  AS x\n"),
        ("FROM \"node:26\"\n", "FROM \"node:26@@\"\n"),
        ("# escape=`\nFROM `\n node:26\n", "# escape=`\nFROM `\n node:26@@\n"),
        ("from node:26 as A\nFROM a\n", "from node:26@@ as A\nFROM a\n"),
    ] {
        assert_eq!(in_dockerfile(source), pinned);
    }
    let split = dockerfile("FROM no\\\nde:26\n", false);
    assert_eq!(reasons(&split), [("node:26", 1, Why::Scattered)]);
}

#[test]
fn an_argument_that_only_a_from_reads_is_pinned_where_it_is_declared() {
    for (source, pinned) in [
        ("ARG NODE=node:26-slim\nFROM ${NODE}\nFROM $NODE\n", "ARG NODE=node:26-slim@@\nFROM ${NODE}\nFROM $NODE\n"),
        ("ARG A=1 NODE=\"node:26\"\nFROM \"$NODE\"\n", "ARG A=1 NODE=\"node:26@@\"\nFROM \"$NODE\"\n"),
    ] {
        assert_eq!(in_dockerfile(source), pinned);
    }
    for (source, reason) in [
        ("ARG NODE=node:26\nFROM $NODE\nARG NODE\nRUN echo $NODE\n", ("node:26", 1, Why::SharedArgument)),
        ("ARG NODE=node:26\nARG B=$NODE-slim\nFROM $NODE\n", ("node:26", 1, Why::SharedArgument)),
        ("ARG V=26\nFROM node:${V}-slim\n", ("node:${V}-slim", 2, Why::Variables)),
        ("ARG V=26\nARG NODE=node:$V\nFROM $NODE\n", ("$NODE", 3, Why::Variables)),
        ("ARG NODE\nFROM $NODE\n", ("$NODE", 2, Why::Variables)),
        ("FROM base\n", ("base", 1, Why::Local)),
        ("FROM node:26@sha256:12\n", ("node:26@sha256:12", 1, Why::Invalid)),
    ] {
        let found = dockerfile(source, false);
        assert_eq!(found.images, [], "{source}");
        assert_eq!(reasons(&found), [reason], "{source}");
    }
}

#[test]
fn services_that_are_built_are_left_and_the_others_are_pinned() {
    let source = "\
x-base: &base
  image: 'redis:8' # the cache
services:
  app: {build: ., image: acme/app:1}
  worker: {image: acme/app:1}
  db:
    image: \"postgres:17\"   # kept
  cache: *base
  second:
    <<: *base
  other:
    image: ${OTHER:-nats:2}
  mine: {image: something}
";
    let pinned = source.replace("'redis:8'", "'redis:8@@'").replace("\"postgres:17\"", "\"postgres:17@@\"");
    assert_eq!(in_compose(source), pinned);
    let mut built = Built::default();
    built.add(source);
    let found = compose(source, &built);
    assert_eq!(reasons(&found), [("${OTHER:-nats:2}", 12, Why::Variables), ("something", 13, Why::Local)]);
    // What another file of the folder builds is not looked for in a registry.
    built.add("services:\n  db: {build: db}\n");
    assert!(compose(source, &built).images.iter().all(|image| image.text != "postgres:17"));
}

#[test]
fn a_digest_is_replaced_and_the_tag_stays() {
    let source = format!("FROM node:26@{OLD}\nFROM node@{OLD}\nFROM node:26\n");
    let found = dockerfile(&source, false);
    let digests = BTreeMap::from([("node:26".to_owned(), DIGEST.to_owned())]);
    assert_eq!(
        with_digests(&source, &found, &digests),
        format!("FROM node:26@{DIGEST}\nFROM node@{OLD}\nFROM node:26@{DIGEST}\n")
    );
    assert_eq!(found.images[1].tagged(), None);
}

/// Renovate reads `image:tag@sha256:...` as tag and digest, in a Dockerfile by the pattern of its dockerfile manager's
/// `splitImageParts` and in compose likewise (renovate `lib/modules/manager/dockerfile/extract.ts`, read 2026-11-25).
#[test]
fn what_is_written_is_of_the_form_that_renovate_reads() {
    let form = regex_lite::Regex::new(r"^[a-z0-9.:/_-]+:[A-Za-z0-9_][A-Za-z0-9_.-]*@sha256:[a-f0-9]{64}$").unwrap();
    for source in
        ["FROM node\n", "FROM node:26-trixie-slim\n", "FROM localhost:5000/a/b\n", "FROM gcr.io/d/s:nonroot\n"]
    {
        let found = dockerfile(source, false);
        let written = found.images[0].with_digest(DIGEST);
        assert!(form.is_match(&written), "{written}");
        let again = dockerfile(&format!("FROM {written}\n"), false);
        assert_eq!(again.images[0].reference.digest.as_deref(), Some(DIGEST));
        assert_eq!(again.images[0].with_digest(DIGEST), written);
    }
}

#[test]
fn edits_that_do_not_fit_change_nothing() {
    assert_eq!(rewritten("äb", &[(1..2, "x".to_owned()), (7..9, "y".to_owned())]), "äb");
    assert_eq!(rewritten("abc", &[(0..2, "x".to_owned()), (1..3, "y".to_owned())]), "xc");
}

#[test]
fn a_long_file_costs_what_its_length_costs() {
    let many = 30_000;
    let source: String = (0..many).map(|at| format!("ARG A{at}=node:{at}\n")).collect::<String>()
        + &(0..many).map(|at| format!("FROM $A{at}\n")).collect::<String>();
    let found = dockerfile(&source, false);
    assert_eq!((found.images.len(), found.images[many - 1].line), (many, many));
}
