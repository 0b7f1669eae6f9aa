//! The table of known images and the presets speak of the same images: they must agree.

#![expect(clippy::disallowed_methods, reason = "a test writes broken tables")]

use std::collections::BTreeSet;

use scaffold_dockerfile::bases::{Base, Os, Reference, Sh, candidates, end_of_life, find};
use scaffold_dockerfile::catalog::Catalog;
use scaffold_dockerfile::catalog::preset;

#[path = "../build/bases.rs"]
mod table;

/// An image as a preset names it, with its place.
fn known(place: &str, image: &str, release: &str) -> &'static Base {
    let image = image.replace("{release}", release);
    let reference = Reference::parse(&image).unwrap_or_else(|| panic!("{place}: {image} is a reference"));
    assert!(!reference.is_untagged(), "{place}: {image} has a tag");
    find(&reference).unwrap_or_else(|| panic!("{place}: {image} is a known image"))
}

/// Each base of each preset, with the newest release that it is for.
fn each_base(mut look: impl FnMut(&str, &preset::Base, &str)) {
    let catalog = Catalog::built_in();
    let mut seen = 0;
    for id in catalog.ids() {
        let preset = catalog.preset(&id).expect("a built-in preset");
        for (name, base) in &preset.bases {
            let own = base.releases.first().map(String::as_str);
            let release = own.unwrap_or(&preset.version.default);
            look(&format!("{id}.{name}"), base, release);
            seen += 1;
        }
    }
    assert!(seen > 10, "the presets have bases");
}

#[test]
fn every_image_of_the_presets_is_known_with_the_distribution_that_they_say() {
    each_base(|place, base, release| {
        let os = match base.os.name() {
            "debian" => Os::Debian,
            "alpine" => Os::Alpine,
            "none" => Os::None,
            other => panic!("{place}: {other}"),
        };
        for runtime in &base.runtime {
            assert_eq!(known(place, &runtime.image, release).os, os, "{place}: {}", runtime.image);
        }
        known(place, &base.build, release);
        for image in base.images.values() {
            known(place, image, release);
        }
    });
}

#[test]
fn the_users_of_the_presets_are_the_images_own() {
    let mut kept = 0;
    each_base(|place, base, release| {
        for runtime in &base.runtime {
            let image = known(place, &runtime.image, release);
            if let Some(user) = &runtime.user {
                let uid: u32 = user.split(':').next().unwrap_or_default().parse().expect("a uid");
                assert!(
                    image.users.iter().any(|(_, known)| *known == uid),
                    "{place}: {} has no uid {uid}",
                    runtime.image
                );
                assert_eq!(runtime.starts_as_user, image.uid_of(image.user) == Some(uid), "{place}: {}", runtime.image);
                kept += 1;
            }
            if let Some(user) = &runtime.make_user {
                let uid: u32 = user.split(':').next().unwrap_or_default().parse().expect("a uid");
                assert!(
                    image.users.iter().all(|(_, known)| *known != uid),
                    "{place}: {} has the uid {uid}",
                    runtime.image
                );
                assert!(image.shell != Sh::None, "{place}: a user is made by a shell");
            }
        }
    });
    assert!(kept > 5);
}

#[test]
fn the_programs_of_the_presets_are_in_the_images() {
    each_base(|place, base, release| {
        for runtime in &base.runtime {
            let image = known(place, &runtime.image, release);
            let programs = if runtime.programs.is_empty() { &base.programs } else { &runtime.programs };
            for path in programs.values() {
                let name = path.rsplit('/').next().unwrap_or_default();
                assert_ne!(image.has_tool(name), Some(false), "{place}: {} has no {name}", runtime.image);
            }
        }
    });
}

#[test]
fn the_probes_of_the_presets_call_what_the_images_have() {
    let catalog = Catalog::built_in();
    let mut called = BTreeSet::new();
    for id in catalog.ids() {
        let preset = catalog.preset(&id).expect("a built-in preset");
        for (name, argv) in &preset.probe.argv {
            let program = argv.first().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            let Some(base) = preset.bases.get(name) else { continue };
            for runtime in &base.runtime {
                let image = known(&id, &runtime.image, &preset.version.default);
                assert_ne!(image.has_tool(program), Some(false), "{id}.{name}: {} has no {program}", runtime.image);
                called.extend(image.has_tool(program).map(|_| program.to_owned()));
            }
        }
    }
    assert!(called.contains("curl") && called.contains("wget"), "{called:?}");
}

#[test]
fn whatever_its_tag_node_starts_as_root() {
    let reference = Reference::parse("node:${NODE_VERSION}").expect("a reference");
    assert!(candidates(&reference).count() > 1 && candidates(&reference).all(Base::is_root));
}

#[test]
fn releases_end_on_the_day_that_the_presets_say() {
    let catalog = Catalog::built_in();
    let mut compared = 0;
    for id in catalog.ids() {
        let preset = catalog.preset(&id).expect("a built-in preset");
        let Some(image) = preset.bases.get("slim").and_then(|base| base.build.split(':').next()) else { continue };
        for release in preset.version.ended.iter().chain(&preset.version.supported) {
            let reference = Reference::parse(&format!("{image}:{}", release.release)).expect("a reference");
            let Some(end) = end_of_life(&reference) else { continue };
            assert_eq!(release.end_of_life.as_ref(), Some(&end.date.to_string()), "{id} {}", release.release);
            compared += 1;
        }
    }
    assert!(compared > 10);
}

/// What the build says of a table with this entry.
fn built(entry: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/bases/families.toml"), folder.path().join("families.toml"))
        .expect("the families");
    let head = "[[base]]\nimage = \"docker.io/x/y\"\nexample = \"x/y:1\"\nsource = \"nobody\"\n";
    std::fs::write(folder.path().join("own.toml"), format!("{head}{entry}")).expect("an entry");
    std::panic::catch_unwind(|| table::table(folder.path()))
        .map_err(|said| said.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[test]
fn a_mistake_in_the_table_fails_the_build_and_names_its_place() {
    let right = "kind = \"os\"\nos = \"debian\"\nchecked = \"2026-11-24\"\n";
    assert!(built(right).is_ok_and(|text| text.contains("docker.io/x/y")));
    for (entry, said) in [
        (right.replace("kind", "king"), "unknown field `king`"),
        (right.replace("\"os\"", "\"oz\""), "own.toml: x/y:1: `oz` is none of"),
        (right.replace("debian", "debain"), "own.toml: x/y:1: no family `debain`"),
        (right.replace("-24", "-42"), "own.toml: x/y:1: `2026-11-42` is not a date"),
        (format!("{right}tools = [\"jq\"]"), "own.toml: x/y:1: `jq` is not in `tools`"),
        (format!("{right}volumes = [\"data\"]"), "own.toml: x/y:1: `data` is not absolute"),
        (format!("{right}runs-as = \"me\""), "own.toml: x/y:1: `me` is not among its users"),
    ] {
        let error = built(&entry).expect_err(&entry);
        assert!(error.contains("own.toml") && error.contains(said), "{error}");
    }
}
