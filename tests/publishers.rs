//! docs/publishers.md: who publishes the images that we write; and the names of these images, qualified on wish.
//!
//! `SNAPSHOTS=overwrite cargo test --test publishers` writes the page anew.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test reads presets, templates and what the program writes")]

#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/cells.rs"]
mod cells;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use cells::{Cell, matrix, variants};
use scaffold_dockerfile::bases::{HOLE, Publisher, PublisherKind, Reference, fits, publisher, publishers};
use scaffold_dockerfile::catalog::Catalog;
use scaffold_dockerfile::compose::Compose;
use scaffold_dockerfile::dockerfile::{self, Base};
use toml::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the repository, with its text.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(texts(&path));
        } else if let Ok(text) = fs::read_to_string(&path) {
            all.push((path.strip_prefix(root()).expect("inside").display().to_string(), text));
        }
    }
    all.sort();
    all
}

/// The values of every key `image`, wherever it stands.
fn images_of(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Table(table) => {
            into.extend(table.get("image").and_then(Value::as_str).map(str::to_owned));
            table.values().for_each(|value| images_of(value, into));
        }
        Value::Array(list) => list.iter().for_each(|value| images_of(value, into)),
        _ => {}
    }
}

/// What every preset names, with the preset. Its `{release}` is a variable.
fn of_presets() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (path, text) in texts(&root().join("presets")).into_iter().filter(|(path, _)| path.ends_with(".toml")) {
        let preset: toml::Table = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut images = Vec::new();
        for base in preset.get("bases").and_then(Value::as_table).into_iter().flat_map(|bases| bases.values()) {
            images.extend(base.get("build").and_then(Value::as_str).map(str::to_owned));
            let more = base.get("images").and_then(Value::as_table).into_iter().flat_map(|more| more.values());
            images.extend(more.filter_map(Value::as_str).map(str::to_owned));
        }
        images_of(&Value::Table(preset), &mut images);
        assert!(!images.is_empty(), "{path} names no image");
        all.extend(
            images.into_iter().map(|image| {
                (image.replace("{release}", "${release}").replace("{version}", "${version}"), path.clone())
            }),
        );
    }
    all
}

/// What the templates name by themselves: the frontend, and images that no preset gives.
fn of_templates() -> Vec<(String, String)> {
    // those of pipelines name what was just built, and the others are in the table of pins
    let templates: Vec<_> =
        texts(&root().join("templates")).into_iter().filter(|(path, _)| !path.starts_with("templates/ci/")).collect();
    let stages: BTreeSet<&str> =
        templates.iter().flat_map(|(_, text)| text.split(" AS ").skip(1)).filter_map(first_word).collect();
    let mut all = Vec::new();
    for (path, text) in &templates {
        for mark in ["# syntax=", "FROM ", "--from=", ",from=", "image: "] {
            let named = text.split(mark).skip(1).filter_map(first_word);
            let images = named.filter(|word| !word.contains('{') && !stages.contains(word));
            all.extend(images.map(|image| (image.to_owned(), path.clone())));
        }
    }
    all
}

fn first_word(text: &str) -> Option<&str> {
    text.split([' ', '\n', ',', '"']).next().filter(|word| !word.is_empty())
}

/// The images that a set-up names, but not the one that it builds.
fn of_set_up(files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut images = BTreeSet::new();
    if let Some(text) = files.get("Dockerfile") {
        let file = dockerfile::parse(text);
        images.extend(file.directive("syntax").map(str::to_owned));
        for stage in &file.stages().stages {
            for base in stage.references.iter().map(|reference| &reference.target).chain([&stage.base]) {
                if let Base::Image(image) | Base::Unknown(image) = base {
                    images.insert(image.clone());
                }
            }
        }
    }
    let compose = Compose::read(files.get("compose.yaml").map(String::as_str).unwrap_or_default());
    images.extend(compose.services.iter().filter(|service| service.build.is_none()).filter_map(|it| it.image.clone()));
    images
}

/// Whether the user of this variant says where images are from: those are not ours.
fn takes_own_images(cell: &Cell) -> bool {
    let spec: toml::Table = cell.spec.as_deref().unwrap_or_default().parse().expect("TOML");
    spec.get("image").is_some_and(|image| ["build", "runtime", "registry"].iter().any(|key| image.get(key).is_some()))
}

/// The images of every app, starter and variant on every base, all qualified, by set-up.
static QUALIFIED: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let parent = tempfile::tempdir().expect("a folder");
    let cells = matrix().into_iter().chain(variants()).filter(|cell| !cell.never() && !takes_own_images(cell));
    let written = cells.map(|cell| {
        let (_, outcome) = cell.write(&parent.path().join(cell.id()), &["image.qualified=true".to_owned()]);
        (cell.id(), of_set_up(&outcome.unwrap_or_else(|error| panic!("{}: {error}", cell.id()))))
    });
    written.collect()
});

/// Every image that we may write, by its normalised name, with where it is from. `*` stands for what a project fills in.
fn ours() -> BTreeMap<String, BTreeSet<String>> {
    let mut ours: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let written =
        QUALIFIED.iter().flat_map(|(set_up, images)| images.iter().map(|image| (image.clone(), set_up.clone())));
    for (image, place) in of_presets().into_iter().chain(of_templates()).chain(written) {
        let reference = Reference::parse(&image).unwrap_or_else(|| panic!("{place}: {image} is no reference"));
        if !reference.is_scratch() {
            ours.entry(reference.normalised().replace(HOLE, "*")).or_default().insert(place);
        }
    }
    let patterns: Vec<String> = ours.keys().filter(|name| name.contains('*')).cloned().collect();
    ours.retain(|name, _| !patterns.iter().any(|pattern| pattern != name && fits(pattern, name) == Some(true)));
    ours
}

fn publisher_of(name: &str) -> Option<&'static Publisher> {
    publisher(&Reference::parse(&name.replace('*', "${ANY}")).expect("a reference"))
}

fn page() -> String {
    let mut page = String::from(
        "# Who publishes the images that we write\n\n\
         Made from `bases/publishers.toml` by a test. An entry of [`publishers`](check.md#policy) is one of these words, one of \
         these publishers, or images of your own by name.\n\n\
         | kind | what it says |\n| --- | --- |\n\
         | `official` | A Docker Official Image: its definition is reviewed in docker-library/official-images |\n\
         | `verified` | Docker has confirmed who the company is (Docker Verified Publisher) |\n\
         | `sponsored-oss` | An open source project that Docker has looked at and sponsors |\n\
         | `vendor` | The registry or namespace is evidently that of who makes the software; Docker does not vouch for it |\n\
         | `community` | Somebody else who is known, such as a maintainer under their own name |\n\n\
         Who is in Docker's programmes changes, and Docker Hub shows it on its pages alone: without a source that says it, a \
         publisher is no more than `vendor` here. Digests say which image it is, publishers whom you trust for it: ask for both.\n\n\
         ## Images that we write\n\n| image | publisher | source | checked |\n| --- | --- | --- | --- |\n",
    );
    for image in ours().keys() {
        let publisher = publisher_of(image).expect("a publisher");
        page.push_str(&format!("| `{image}` | `{publisher}` | {} | {} |\n", publisher.source, publisher.checked));
    }
    page.push_str("\n## All publishers that we know\n\n| publisher | images | source |\n| --- | --- | --- |\n");
    for publisher in publishers() {
        let images: Vec<String> = publisher.images.iter().map(|image| format!("`{image}`")).collect();
        page.push_str(&format!("| `{publisher}` | {} | {} |\n", images.join(", "), publisher.source));
    }
    page
}

#[test]
fn somebody_known_publishes_every_image_that_we_write() {
    let ours = ours();
    let nobody: Vec<_> = ours
        .iter()
        .filter(|(image, _)| publisher_of(image).is_none())
        .map(|(image, places)| format!("{image} of {places:?}"))
        .collect();
    assert!(nobody.is_empty(), "no row of bases/publishers.toml is about\n{}", nobody.join("\n"));
    // What cannot be missing, so that the search finds what it should.
    for image in
        ["docker.io/docker/dockerfile", "docker.io/library/node", "ghcr.io/astral-sh/uv", "docker.io/library/postgres"]
    {
        assert!(ours.contains_key(image), "{image} is not among {:?}", ours.keys());
    }
    assert!(
        Catalog::built_in().languages().len() > 3 && publishers().iter().any(|row| row.kind == PublisherKind::Official)
    );
}

#[test]
fn the_page_says_what_the_table_says() {
    let path = root().join("docs/publishers.md");
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(&path, page()).expect("written");
        return;
    }
    let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(there, page(), "write it anew: SNAPSHOTS=overwrite cargo test --test publishers");
}

#[test]
fn every_image_has_its_registry_where_one_asks_for_it() {
    let mut wrong = Vec::new();
    for (set_up, images) in QUALIFIED.iter() {
        assert!(!images.is_empty(), "{set_up} names no image");
        for image in images.iter().filter(|image| *image != "scratch") {
            let reference = Reference::parse(image).expect("a reference");
            if *image != reference.to_string() {
                wrong.push(format!("{set_up}: {image} is {reference}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
