//! The `ports` of a service, in both notations.

use std::ops::Range;

use super::yaml::Node;

/// A published port. Numbers stay text: they may be ranges or variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// The address of the host; none means every address.
    pub host_ip: Option<String>,
    /// The port of the host; none means any free one.
    pub published: Option<String>,
    /// The port of the container.
    pub target: String,
    /// `tcp` unless written otherwise.
    pub protocol: String,
    /// The bytes of the entry.
    pub span: Range<usize>,
}

impl Port {
    /// Reads an entry of `ports`: `[[ip:]published:]target[/protocol]`, or a mapping.
    pub(super) fn read(node: Node<'_>) -> Option<Self> {
        let span = node.span();
        if let Some(text) = node.as_str() {
            return Self::read_short(text, span);
        }
        let text = |key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
        Some(Self {
            host_ip: text("host_ip"),
            published: text("published"),
            target: text("target")?,
            protocol: text("protocol").unwrap_or_else(|| "tcp".to_owned()),
            span,
        })
    }

    fn read_short(text: &str, span: Range<usize>) -> Option<Self> {
        let (text, protocol) = match split_outside(text, '/').as_slice() {
            [ports] => (*ports, "tcp"),
            [ports, protocol] => (*ports, *protocol),
            _ => return None,
        };
        let parts = split_outside(text, ':');
        let (before, target) = parts.split_last().map(|(last, before)| (before, *last))?;
        let (published, ip) = match before {
            [] => (None, None),
            [published] => (Some(*published), None),
            [ip, published] => (Some(*published), Some(ip.trim_start_matches('[').trim_end_matches(']'))),
            // An address of IPv6 without brackets.
            [.., published] => (Some(*published), text.get(..text.len() - target.len() - published.len() - 2)),
        };
        let owned = |part: Option<&str>| part.filter(|part| !part.is_empty()).map(str::to_owned);
        (!target.is_empty()).then(|| Self {
            host_ip: owned(ip),
            published: owned(published),
            target: target.to_owned(),
            protocol: protocol.to_owned(),
            span,
        })
    }
}

/// Splits at a character that stands neither in a variable (`${PORT:-3000}`) nor in brackets (`[::1]`).
fn split_outside(text: &str, at: char) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(move |c| {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == at && depth == 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_notation_is_read_from_behind() {
        let table = [
            ("3000", (None, None, "3000", "tcp")),
            ("8080:80", (None, Some("8080"), "80", "tcp")),
            ("127.0.0.1:8080:80/udp", (Some("127.0.0.1"), Some("8080"), "80", "udp")),
            ("127.0.0.1::80", (Some("127.0.0.1"), None, "80", "tcp")),
            ("[::1]:8080:80", (Some("::1"), Some("8080"), "80", "tcp")),
            ("::1:8080:80", (Some("::1"), Some("8080"), "80", "tcp")),
            ("127.0.0.1:${PORT:-3000}:3000", (Some("127.0.0.1"), Some("${PORT:-3000}"), "3000", "tcp")),
            ("3000-3005:3000-3005", (None, Some("3000-3005"), "3000-3005", "tcp")),
        ];
        for (text, (host_ip, published, target, protocol)) in table {
            let port = Port::read_short(text, 0..1).unwrap();
            assert_eq!(
                (port.host_ip.as_deref(), port.published.as_deref(), port.target.as_str(), port.protocol.as_str()),
                (host_ip, published, target, protocol),
                "{text}"
            );
        }
        for text in ["", ":", "80:", "1/2/3", "a:/tcp"] {
            assert_eq!(Port::read_short(text, 0..1), None, "{text:?}");
        }
    }
}
