//! Image references as a Dockerfile or a compose file writes them, taken apart and made comparable.

use super::glob::HOLE;

/// The longest text that is read as a reference, in bytes: the name may have 255 and the tag 128, and a digest of
/// SHA-512 has 135; variables are longer than what they stand for.
const LONGEST: usize = 2048;

/// The names under which the same registry answers.
const DOCKER_HUB: [&str; 4] = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/// A reference to an image, taken apart. Variables that nobody resolved are [`HOLE`]s in its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The registry, with its port: `docker.io` if none is written. A hole if the text begins with one.
    pub registry: String,
    /// The path in the registry, `library/` included for official images of Docker Hub.
    pub repository: String,
    /// What stands behind the name's colon.
    pub tag: Option<String>,
    /// What stands behind `@`, such as `sha256:...`.
    pub digest: Option<String>,
}

impl Reference {
    /// Takes `text` apart: `node`, `localhost:5000/x:1`, `$REGISTRY:8099/path/image:1.0`, `node:${VERSION}-slim`.
    ///
    /// `None` if no filling of its variables makes a reference of it. A stage's name looks like a reference: whoever
    /// knows the stages asks them first.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let text = with_holes(text)?;
        let (name, tag, digest) = split(&text);
        if !tag.is_none_or(is_tag) || !digest.is_none_or(is_digest) {
            return None;
        }
        let (registry, path) = match name.split_once('/') {
            Some((host, path)) if is_registry(host) => (host, path),
            None if name.starts_with(HOLE) => return Self::made("\u{fffc}", name, tag, digest),
            _ => ("docker.io", name),
        };
        let hub = DOCKER_HUB.contains(&registry.to_ascii_lowercase().as_str());
        if hub && !path.contains(['/', HOLE]) {
            return Self::made("docker.io", &format!("library/{path}"), tag, digest);
        }
        Self::made(if hub { "docker.io" } else { registry }, path, tag, digest)
    }

    fn made(registry: &str, repository: &str, tag: Option<&str>, digest: Option<&str>) -> Option<Self> {
        let path = repository.split('/').all(is_path_part);
        (path && is_host(registry)).then(|| Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }

    /// The registry and the repository, such as `docker.io/library/node`: what a table or a policy compares.
    #[must_use]
    pub fn normalised(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// Whether registry and repository are known, whatever the tag.
    #[must_use]
    pub fn has_known_name(&self) -> bool {
        !self.registry.contains(HOLE) && !self.repository.contains(HOLE)
    }

    /// Whether it says neither tag nor digest, and no variable at the end of its name can stand for one.
    #[must_use]
    pub fn is_untagged(&self) -> bool {
        self.tag.is_none() && self.digest.is_none() && !self.repository.ends_with(HOLE)
    }

    /// `scratch`: no image at all.
    #[must_use]
    pub fn is_scratch(&self) -> bool {
        self.registry == "docker.io" && self.repository == "library/scratch"
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// The name (with its registry), tag and digest of a reference, by where its separators stand: nothing is checked.
#[must_use]
pub fn split(text: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    // a colon before the last slash is the one of a registry's port
    let slash = rest.rfind('/').map_or(0, |at| at + 1);
    match rest[slash..].find(':') {
        Some(colon) => (&rest[..slash + colon], Some(&rest[slash + colon + 1..]), digest),
        None => (rest, None, digest),
    }
}

/// Whether the first part of a path is a registry, as Docker decides it.
#[must_use]
pub fn is_registry(part: &str) -> bool {
    part.contains(['.', ':', HOLE]) || part == "localhost" || part.bytes().any(|b| b.is_ascii_uppercase())
}

/// The text with a hole for each variable. `None` if a brace is not closed.
fn with_holes(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '$' {
            out.push(c);
            continue;
        }
        if chars.next_if_eq(&'{').is_some() {
            let mut open = 1;
            while open > 0 {
                match chars.next()? {
                    '{' => open += 1,
                    '}' => open -= 1,
                    _ => {}
                }
            }
        } else {
            let mut any = false;
            while chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_').is_some() {
                any = true;
            }
            if !any {
                return None;
            }
        }
        if !out.ends_with(HOLE) {
            out.push(HOLE);
        }
    }
    Some(out)
}

fn is_host(registry: &str) -> bool {
    let (host, port) = match registry.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (registry, None),
    };
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | HOLE);
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let host = match literal {
        Some(address) => !address.is_empty() && address.chars().all(|c| c.is_ascii_hexdigit() || c == ':'),
        None => !host.is_empty() && host.chars().all(named),
    };
    let number = |port: &str| port.contains(HOLE) || port.parse::<u16>().is_ok();
    host && port.is_none_or(number)
}

fn is_path_part(part: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == HOLE);
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | HOLE);
    edge(part.chars().next()) && edge(part.chars().next_back()) && part.chars().all(inside)
}

fn is_tag(tag: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | HOLE);
    tag.len() <= 3 * 128 && tag.starts_with(word) && tag.chars().all(|c| word(c) || matches!(c, '.' | '-'))
}

fn is_digest(digest: &str) -> bool {
    let hex = |hex: &str| hex.len() >= 32 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    digest.contains(HOLE) || digest.split_once(':').is_some_and(|(kind, rest)| !kind.is_empty() && hex(rest))
}
