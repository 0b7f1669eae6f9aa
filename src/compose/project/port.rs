//! The `ports` of a service, with every part where it is written.

use super::value::{Place, Scalar, Value};

/// A published port, or a range of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// The address of the host; none means every address.
    pub host_ip: Option<Scalar>,
    /// The port of the host, or a range; none means any free one.
    pub published: Option<Scalar>,
    /// The port of the container, or a range.
    pub target: Scalar,
    /// None means `tcp`.
    pub protocol: Option<Scalar>,
    /// The whole entry.
    pub place: Place,
}

impl Port {
    /// The ports of the host as a range with both ends; none if there is none, or it is unknown.
    #[must_use]
    pub fn published_range(&self) -> Option<(u16, u16)> {
        range(&self.published.as_ref()?.known()?)
    }

    /// The ports of the container as a range with both ends; none if it is unknown.
    #[must_use]
    pub fn target_range(&self) -> Option<(u16, u16)> {
        range(&self.target.known()?)
    }

    /// The same, with the defaults of variables that nothing sets: what most people publish.
    #[must_use]
    pub fn usual_published_range(&self) -> Option<(u16, u16)> {
        range(&self.published.as_ref()?.text.known_or_default()?)
    }

    /// The same of the ports of the container.
    #[must_use]
    pub fn usual_target_range(&self) -> Option<(u16, u16)> {
        range(&self.target.text.known_or_default()?)
    }

    /// The protocol in small letters; none if it is unknown.
    #[must_use]
    pub fn protocol(&self) -> Option<String> {
        self.protocol.as_ref().map_or_else(|| Some("tcp".to_owned()), |protocol| Some(protocol.known()?.to_lowercase()))
    }
}

fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}

/// Reads an entry of `ports`: `[[ip:]published:]target[/protocol]`, or a mapping with `target`.
pub(super) fn ports_of(item: &Value) -> Option<Port> {
    if let Some(scalar) = item.scalar() {
        return short(scalar);
    }
    let field = |key: &str| item.get(key)?.scalar().cloned();
    Some(Port {
        host_ip: field("host_ip").filter(|ip| !ip.text.is_empty()),
        published: field("published").filter(|port| !port.text.is_empty()),
        target: field("target")?,
        protocol: field("protocol"),
        place: item.place().clone(),
    })
}

fn short(scalar: &Scalar) -> Option<Port> {
    let slashes = scalar.split('/');
    let (ports, protocol) = match slashes.as_slice() {
        [ports] => (ports, None),
        [ports, protocol] if !protocol.text.is_empty() => (ports, Some(protocol.clone())),
        _ => return None,
    };
    let parts = ports.split(':');
    let (target, before) = parts.split_last()?;
    if target.text.is_empty() {
        return None;
    }
    let (published, ip) = match before {
        [] => (None, Vec::new()),
        [published] => (Some(published), Vec::new()),
        [ip @ .., published] => (Some(published), ip.to_vec()),
    };
    // IPv6 needs its brackets here: without them compose refuses the entry.
    if let [first, _, ..] = ip.as_slice()
        && !first.text.prefix().starts_with('[')
        && !first.is_unknown()
    {
        return None;
    }
    Some(Port {
        host_ip: address(&ip).filter(|ip| !ip.text.is_empty()),
        published: published.filter(|port| !port.text.is_empty()).cloned(),
        target: target.clone(),
        protocol,
        place: scalar.place.clone(),
    })
}

/// An address of IPv6 was split at its colons; it may stand in brackets.
fn address(parts: &[Scalar]) -> Option<Scalar> {
    let first = parts.first()?;
    let text = super::text::Text::joined(parts.iter().map(|part| &part.text), ':');
    let bare = text.known().map(|known| known.trim_start_matches('[').trim_end_matches(']').to_owned());
    let text = match bare {
        Some(bare) if bare.len() != text.raw().len() && text.is_literal() => super::text::Text::literal(bare),
        _ => text,
    };
    let place = match (first.start, parts.last()) {
        (Some(_), Some(last)) => Place { file: first.place.file, span: (first.place.span.0, last.place.span.1) },
        _ => first.place.clone(),
    };
    Some(Scalar { text, place, kind: first.kind, start: None })
}
