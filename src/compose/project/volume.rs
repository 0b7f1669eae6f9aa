//! The `volumes` of a service, in both notations (compose-go `format/volume.go`, read in November 2026).

use super::value::{Place, Scalar, Value};

/// What kind of mount it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeType {
    /// A path of the host.
    Bind,
    /// A volume of the engine; without a source an anonymous one.
    Volume,
    /// Memory.
    Tmpfs,
    /// A named pipe of Windows.
    Npipe,
    /// `cluster`, `image`, or one that is not known here.
    Other,
    /// A variable decides.
    Unknown,
}

/// A mount of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// What kind of mount.
    pub kind: VolumeType,
    /// The path of the host, or the name of the volume.
    pub source: Option<Scalar>,
    /// The path in the container; none only if it is missing.
    pub target: Option<Scalar>,
    /// Whether it cannot be written to; none if a variable decides.
    pub read_only: Option<bool>,
    /// `shared`, `rslave` ..
    pub propagation: Option<Scalar>,
    /// The options of the short notation, such as `ro`, `z` or `cached`.
    pub options: Vec<Scalar>,
    /// The whole entry.
    pub place: Place,
}

const PROPAGATIONS: [&str; 6] = ["rprivate", "private", "rshared", "shared", "rslave", "slave"];

impl Volume {
    /// Reads an entry of `volumes`; none if it is neither a text nor a mapping.
    pub(super) fn read(item: &Value) -> Option<Self> {
        if let Some(scalar) = item.scalar() {
            return Some(Self::short(scalar));
        }
        if item.entries().is_empty() {
            return None;
        }
        let field = |key: &str| item.get(key)?.scalar().cloned();
        let kind = match item.get("type").and_then(Value::scalar) {
            Some(kind) => kind.known().map_or(VolumeType::Unknown, |kind| named(&kind)),
            None => VolumeType::Other,
        };
        Some(Self {
            kind,
            source: field("source"),
            target: field("target"),
            read_only: field("read_only").map_or(Some(false), |flag| flag.as_bool()),
            propagation: item.at(&["bind", "propagation"]).and_then(Value::scalar).cloned(),
            options: Vec::new(),
            place: item.place().clone(),
        })
    }

    fn short(scalar: &Scalar) -> Self {
        let mut parts = with_drives(scalar.split(':')).into_iter();
        let (first, second, modes) = (parts.next(), parts.next(), parts.next());
        let (source, target) = if second.is_some() { (first, second) } else { (None, first) };
        let options: Vec<Scalar> = modes.map(|modes| modes.split(',')).unwrap_or_default();
        let mut read_only = Some(false);
        for option in &options {
            match option.known().as_deref() {
                Some("ro") => read_only = Some(true),
                Some("rw") => read_only = Some(false),
                Some(_) => {}
                None => read_only = None,
            }
        }
        let is_propagation = |option: &&Scalar| PROPAGATIONS.iter().any(|known| option.is(known));
        Self {
            kind: source.as_ref().map_or(VolumeType::Volume, kind_of_source),
            propagation: options.iter().rfind(is_propagation).cloned(),
            source,
            target,
            read_only,
            options,
            place: scalar.place.clone(),
        }
    }

    /// The name of the volume, if it is one that the project has to define.
    #[must_use]
    pub fn named(&self) -> Option<&Scalar> {
        self.source.as_ref().filter(|source| self.kind == VolumeType::Volume && !source.text.is_empty())
    }
}

fn named(kind: &str) -> VolumeType {
    match kind {
        "bind" => VolumeType::Bind,
        "volume" => VolumeType::Volume,
        "tmpfs" => VolumeType::Tmpfs,
        "npipe" => VolumeType::Npipe,
        _ => VolumeType::Other,
    }
}

/// A path is bound, a name is a volume. The start decides, so a variable at the start leaves it open.
fn kind_of_source(source: &Scalar) -> VolumeType {
    let known = source.text.prefix();
    if known.starts_with(['.', '/', '~']) || is_drive(&known) {
        return VolumeType::Bind;
    }
    if known.starts_with("\\\\") {
        // compose takes the short notation of a pipe for a path.
        return if known.starts_with("\\\\.\\pipe") { VolumeType::Npipe } else { VolumeType::Bind };
    }
    if !source.is_unknown() || known.chars().count() > 1 {
        return VolumeType::Volume;
    }
    match source.text.default() {
        // `${DATA:-./data}` may be set to a name, but whoever sets it will set it to a path.
        Some(default) if default.starts_with(['.', '/', '~']) || is_drive(&default) => VolumeType::Bind,
        _ => VolumeType::Unknown,
    }
}

fn is_drive(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_alphabetic) && chars.next() == Some(':')
}

/// Joins `C` and `\path` again: a single letter before a colon is a drive.
fn with_drives(parts: Vec<Scalar>) -> Vec<Scalar> {
    let mut joined: Vec<Scalar> = Vec::new();
    let mut drive: Option<Scalar> = None;
    for part in parts {
        match drive.take() {
            Some(letter) => {
                let text = super::text::Text::joined([&letter.text, &part.text], ':');
                let span = (letter.place.span.0, part.place.span.1);
                let place = match part.start {
                    Some(_) => Place { file: part.place.file, span },
                    None => letter.place.clone(),
                };
                joined.push(Scalar { text, place, kind: letter.kind, start: letter.start });
            }
            None => {
                let known = part.known().unwrap_or_default();
                let mut letters = known.chars();
                if letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none() {
                    drive = Some(part);
                } else {
                    joined.push(part);
                }
            }
        }
    }
    joined.extend(drive);
    joined
}
