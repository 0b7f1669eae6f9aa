//! The images of a compose file: those of services that are not built.

use std::collections::BTreeSet;

use super::{Found, Why};
use crate::compose::yaml::{self, Node};

/// What the compose files of a folder build, so that nobody looks for it in a registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Built {
    services: BTreeSet<String>,
    images: BTreeSet<String>,
}

impl Built {
    /// Takes in what a file builds. A service may be built in one file and named in another.
    pub fn add(&mut self, source: &str) {
        let document = yaml::parse(source);
        for (name, service) in services(&document) {
            if service.get("build").is_some_and(|build| !build.is_null()) {
                self.services.insert(name.to_owned());
                let image = service.get("image").and_then(Node::as_str);
                self.images.extend(image.map(str::to_owned));
            }
        }
    }
}

fn services(document: &yaml::Document) -> Vec<(&str, Node<'_>)> {
    document.at(&["services"]).map(Node::entries).unwrap_or_default()
}

/// Finds the images of a compose file. `built` is what all compose files of its folder build, this one included.
#[must_use]
pub fn compose(source: &str, built: &Built) -> Found {
    let document = yaml::parse(source);
    let mut found = Found::default();
    for (name, service) in services(&document) {
        // Behind a merge (`<<`) or an alias the value stands elsewhere: there it is pinned, once for all that take it.
        let Some(image) = service.get("image").map(Node::target) else { continue };
        let Some(text) = image.as_str().filter(|text| !text.is_empty()) else { continue };
        if built.services.contains(name) || built.images.contains(text) {
            continue;
        }
        if text.contains('$') {
            found.leave(text, image.span(), Why::Variables);
        } else {
            found.take(source, text, (image.span(), ""), false);
        }
    }
    found.in_order(source)
}
