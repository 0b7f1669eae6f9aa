//! Every image from outside that a set-up names: in FROM, in `COPY --from`, in a mount, in compose.

use super::build::Build;
use super::service::Service;
use crate::bases::{self, Reference};
use crate::check::Found;
use crate::dockerfile;
use crate::report::Location;

/// An image from outside, where it is named.
#[derive(Debug, Clone)]
pub struct NamedImage {
    /// As it is used: variables with a value are replaced.
    pub text: String,
    /// Taken apart; what variables without a value stand for is a hole in it.
    pub reference: Reference,
    /// Whether everything in it is known.
    pub known: bool,
    /// Whether its layers ship; what a COPY or a mount takes from another image does not count.
    pub shipped: bool,
    /// A service runs it, and its name can only be that of an image of this machine: it has no registry and no folder, and
    /// Docker Hub has no official image of this name. Whoever writes FROM such a name has to see to the right one.
    pub local: bool,
    /// Where it is named.
    pub at: Location,
}

/// The images that a Dockerfile names. Stages, `scratch` and named build contexts are none.
pub fn of_build(build: &Build<'_>, found: &mut Found) -> Vec<NamedImage> {
    let mut contexts: Vec<String> = build
        .services
        .iter()
        .filter_map(|service| service.service.build())
        .flat_map(|own| {
            own.additional_contexts().into_iter().map(|context| context.name.to_lowercase()).collect::<Vec<_>>()
        })
        .collect();
    contexts.extend(build.workspace.bake_contexts().iter().cloned());
    let mut images = Vec::new();
    for view in &build.views {
        let from = build.from(view);
        let dockerfile::Kind::From(words) = &from.kind else { continue };
        let mut named = |base: &dockerfile::Base, span, shipped, found: &mut Found| {
            let (text, known) = match base {
                dockerfile::Base::Image(text) => (text, true),
                dockerfile::Base::Unknown(text) if !might_be_stage(build, text) => (text, false),
                _ => return,
            };
            if contexts.contains(&text.to_lowercase()) {
                return;
            }
            if let Some(reference) = Reference::parse(text).filter(|reference| !reference.is_scratch()) {
                let at = build.at(found, span);
                images.push(NamedImage { text: text.clone(), reference, known, shipped, local: false, at });
            }
        };
        named(&view.stage.base, words.image.span.clone(), view.shipped, found);
        for reference in &view.stage.references {
            named(&reference.target, reference.span.clone(), false, found);
        }
    }
    images
}

/// The image of the frontend that reads the Dockerfile, if its `# syntax=` names one.
pub fn of_syntax(build: &Build<'_>, found: &mut Found) -> Option<NamedImage> {
    let syntax = build.file.directives.iter().find(|directive| directive.name == "syntax")?;
    // What follows a blank is for the frontend.
    let text = syntax.value.split(' ').next().unwrap_or_default().to_owned();
    let reference = Reference::parse(&text)?;
    let at = build.at(found, syntax.value_span.clone());
    Some(NamedImage { text, reference, known: true, shipped: false, local: false, at })
}

/// Whether a registry gives nothing but `latest` away without a contract, so that a digest is the only pin there is.
///
/// Chainguard's free images, as its documentation says it (November 2026).
#[must_use]
pub fn has_only_latest(reference: &Reference) -> bool {
    reference.registry == "cgr.dev" && reference.repository.starts_with("chainguard/")
}

/// Whether a name with variables may be that of a stage: `base-${TARGETARCH}` where there is a `base-amd64`.
fn might_be_stage(build: &Build<'_>, text: &str) -> bool {
    let start = text.split('$').next().unwrap_or_default().to_lowercase();
    let end = text.rsplit('}').next().unwrap_or_default().to_lowercase();
    let end = if end.contains('$') { "" } else { end.as_str() };
    build
        .views
        .iter()
        .filter_map(|view| view.stage.name.as_deref())
        .any(|name| (!start.is_empty() || !end.is_empty()) && name.starts_with(&start) && name.ends_with(end))
}

/// The image that a service runs and does not build.
pub fn of_service(service: &Service<'_>, found: &mut Found) -> Option<NamedImage> {
    if service.service.build().is_some() {
        return None;
    }
    let image = service.service.image()?;
    if service.built_beside().is_some() {
        return None;
    }
    let text = image.text.known_or_default().unwrap_or_else(|| image.text.raw().to_owned());
    let reference = Reference::parse(&text)?;
    let known = image.text.known_or_default().is_some();
    let name = reference.repository.strip_prefix("library/");
    let local = known && !text.contains('/') && name.is_some_and(|name| !bases::is_official(name));
    Some(NamedImage { text, reference, known, shipped: true, local, at: service.at(found, &image.place) })
}
