//! The typed values of a service: each can hold only what its place in a file can take.
//!
//! Every one is made in one place, by `new`, which says what is wrong. Serialised, each is a newtype whose name carries
//! its grammar (`free:...`), so that `render` knows which strings are free and of what shape their stand-ins must be.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! value {
    ($(#[$doc:meta])* $name:ident, $grammar:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks `text` and makes a value of it.
            ///
            /// # Errors
            /// What is wrong with the text and what would be right, as one sentence.
            pub fn new(text: impl Into<String>) -> Result<Self, String> {
                let text = text.into();
                let check: fn(&str) -> Result<(), String> = $check;
                check(&text)?;
                Ok(Self(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::new(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_newtype_struct(concat!("free:", $grammar), &self.0)
            }
        }

        #[cfg(test)]
        crate::spec::schema::plain!($name, { "type": "string" });

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }
    };
}

mod deploy;

pub use deploy::{Branch, Capability, Namespace, Platform, RemoteKey, Repository, Url, VaultName};

value! {
    /// One line of text for people: a title, a label's value, an environment value.
    Line, "line", |text| no_control(text, "text")
}
value! {
    /// Text of several lines: an argument that is a script.
    Text, "text", |text| match text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t') {
        Some(bad) => Err(format!("text holds the control character U+{:04X}", bad as u32)),
        None => Ok(()),
    }
}
value! {
    /// The name of a service: as a compose service, a project and an image repository take it.
    ServiceName, "word", |text| {
        let plain = text.split(['-', '_', '.']).all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        if plain && text.len() <= 63 {
            Ok(())
        } else {
            Err(format!("`{}` is not a service name: lower-case letters and digits, with single `-`, `_` or `.` between them, at most 63", show(text)))
        }
    }
}
value! {
    /// An image reference with a tag or digest, such as `node:26-trixie-slim`. `scratch` stands for no image at all.
    ImageRef, "image-ref", |text| image_reference(text)
}
value! {
    /// A registry with an optional path, such as `registry.example.com:5000/mirror`, to stand before an image's name.
    RegistryPrefix, "word", |text| {
        if !text.is_empty() && !text.ends_with('/') && image_reference(&format!("{text}/x:1")).is_ok() && text.split('/').next().is_some_and(|host| host.contains(['.', ':']) || host == "localhost") {
            Ok(())
        } else {
            Err(format!("`{}` is not a registry: write a host and an optional path, such as `registry.example.com/mirror`", show(text)))
        }
    }
}
value! {
    /// An absolute path in the image, normalised: no `..`, no `//`, no white space.
    AbsPath, "abs-path", |text| {
        let parts = text.strip_prefix('/').map(|rest| rest.split('/').collect::<Vec<_>>());
        match parts {
            Some(parts) if text == "/" || parts.iter().all(|part| !part.is_empty() && *part != "." && *part != ".." && part.chars().all(plain_path)) => Ok(()),
            _ => Err(format!("`{}` is not a path in the image: absolute, without `..`, `//`, `:` or white space, such as `/var/lib/app`", show(text))),
        }
    }
}
value! {
    /// A path of the project, relative to its root, with `/`: no `..`, not absolute.
    RelPath, "rel-path", |text| {
        let inside = !text.is_empty() && !text.starts_with('/') && text.split('/').all(|part| part != ".." && part != "." && !part.is_empty());
        if inside && !text.chars().any(char::is_control) && !text.contains('\\') {
            Ok(())
        } else {
            Err(format!("`{}` is not a path in the project: relative, with `/`, without `.` and `..`", show(text)))
        }
    }
}
value! {
    /// The name of an environment variable.
    EnvName, "env-name", |text| {
        let mut bytes = text.bytes();
        let first = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
        if first && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            Ok(())
        } else {
            Err(format!("`{}` is not the name of an environment variable: letters, digits and `_`, not beginning with a digit", show(text)))
        }
    }
}
value! {
    /// The name of a secret: its file's name under `/run/secrets` and its id in a build mount.
    SecretId, "secret-id", |text| {
        let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        if first && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)) {
            Ok(())
        } else {
            Err(format!("`{}` is not a secret's name: letters, digits, `_`, `.` and `-`, at most 64", show(text)))
        }
    }
}
value! {
    /// The path and query of a URL, as a health probe asks for it.
    UrlPath, "url-path", |text| {
        if text.starts_with('/') && text.len() <= 512 && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(())
        } else {
            Err(format!("`{}` is not a URL path: it begins with `/` and holds printable ASCII without spaces", show(text)))
        }
    }
}
value! {
    /// A version as a package manager or a tag writes it.
    Version, "word", |text| {
        let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        if first && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_+".contains(&b)) {
            Ok(())
        } else {
            Err(format!("`{}` is not a version, such as `26`, `3.14` or `12.21.0`", show(text)))
        }
    }
}
value! {
    /// The name of a distribution's package.
    PackageName, "word", |text| {
        let first = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if first && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-._".contains(&b)) {
            Ok(())
        } else {
            Err(format!("`{}` is not the name of a package: lower-case letters, digits, `+`, `-`, `.` and `_`", show(text)))
        }
    }
}
value! {
    /// A shell command for a RUN step. Opaque: it stays one instruction, whatever it holds.
    Shell, "shell", |text| {
        if text.trim().is_empty() {
            return Err("a step is empty: write the command that it runs".to_owned());
        }
        if let Some(bad) = text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t') {
            return Err(format!("a step holds the control character U+{:04X}", bad as u32));
        }
        if text.trim_end().ends_with('\\') {
            return Err("a step ends with a backslash, which would join it to the next instruction".to_owned());
        }
        if text.contains("<<") {
            return Err("a step holds `<<`, which would begin a here-document: put the text into a file and run that".to_owned());
        }
        Ok(())
    }
}
value! {
    /// A size of memory or of a tmpfs, such as `256m`.
    Size, "word", |text| {
        let (digits, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        if digits.parse::<u64>().is_ok_and(|n| n > 0) && digits.len() < 10 && matches!(unit, "k" | "m" | "g") {
            Ok(())
        } else {
            Err(format!("`{}` is not a size: a number and `k`, `m` or `g`, such as `256m`", show(text)))
        }
    }
}
value! {
    /// A duration, such as `30s`.
    Duration, "word", |text| {
        let (digits, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        if digits.parse::<u32>().is_ok_and(|n| n > 0) && digits.len() < 7 && matches!(unit, "ms" | "s" | "m" | "h") {
            Ok(())
        } else {
            Err(format!("`{}` is not a duration: a number and `ms`, `s`, `m` or `h`, such as `30s`", show(text)))
        }
    }
}
value! {
    /// A number of processors, such as `0.5` or `2`.
    Cpus, "word", |text| {
        if text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.parse::<f64>().is_ok_and(|n| n > 0.0 && n <= 1024.0) {
            Ok(())
        } else {
            Err(format!("`{}` is not a number of processors, such as `0.5` or `2`", show(text)))
        }
    }
}

/// A TCP port. Below 1024 a process without privileges can listen under Docker, but not everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Port(u16);

impl Port {
    /// Checks a port.
    ///
    /// # Errors
    /// When it is no port.
    pub fn new(number: i64) -> Result<Self, String> {
        match u16::try_from(number) {
            Ok(0) | Err(_) => Err(format!("{number} is not a port: use a number from 1024 to 65535")),
            Ok(port) => Ok(Self(port)),
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A numeric user and group, neither of them root. Numeric, so that Kubernetes' `runAsNonRoot` can verify it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct User {
    /// The user's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
}

impl User {
    /// Reads `1000` or `1000:1000`.
    ///
    /// # Errors
    /// For names and for root.
    pub fn new(text: &str) -> Result<Self, String> {
        let (uid, gid) = text.split_once(':').unwrap_or((text, text));
        match (uid.parse::<u32>(), gid.parse::<u32>()) {
            (Ok(0), _) | (_, Ok(0)) => {
                Err("the service must not run as root: use a number above 0, such as `1000:1000`".to_owned())
            }
            (Ok(uid), Ok(gid)) if uid <= 2_000_000_000 && gid <= 2_000_000_000 => Ok(Self { uid, gid }),
            _ => Err(format!(
                "`{}` is not a numeric user, such as `1000:1000` (names cannot be verified by Kubernetes)",
                show(text)
            )),
        }
    }
}

impl<'de> Deserialize<'de> for User {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A command as a vector: a program and its arguments, run without a shell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Argv(Vec<Line>);

impl Argv {
    /// Makes a command of its words.
    ///
    /// # Errors
    /// When there is none, or one holds a control character.
    pub fn new<T: Into<String>>(words: impl IntoIterator<Item = T>) -> Result<Self, String> {
        let words = words.into_iter().map(Line::new).collect::<Result<Vec<_>, _>>()?;
        if words.first().is_none_or(|program| program.as_str().is_empty()) {
            return Err("a command needs a program: write it as a list, such as [\"node\", \"server.js\"]".to_owned());
        }
        Ok(Self(words))
    }

    /// Splits a line as a shell would, if it needs no shell: quotes are read, and operators, variables and globs refused.
    ///
    /// # Errors
    /// When the line needs a shell.
    pub fn from_line(line: &str) -> Result<Self, String> {
        Self::new(split_words(line)?)
    }

    /// The program and its arguments.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Line::as_str)
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &str {
        self.0[0].as_str()
    }
}

impl std::fmt::Display for Argv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<String> = self.words().map(shell_word).collect();
        f.write_str(&words.join(" "))
    }
}

impl<'de> Deserialize<'de> for Argv {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl<'de> serde::de::Visitor<'de> for Words {
            type Value = Argv;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a command, as a line or a list of words")
            }
            fn visit_str<E: serde::de::Error>(self, line: &str) -> Result<Argv, E> {
                Argv::from_line(line).map_err(E::custom)
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, words: A) -> Result<Argv, A::Error> {
                let words: Vec<String> = Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(words))?;
                Argv::new(words).map_err(serde::de::Error::custom)
            }
        }
        deserializer.deserialize_any(Words)
    }
}

/// A word as a shell needs it: bare when plain, else in single quotes.
#[must_use]
pub fn shell_word(word: &str) -> String {
    if !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&b)) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The words of a line that needs no shell.
///
/// # Errors
/// When the line has an operator, a variable, a glob or an open quote.
pub fn split_words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\n' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err("a quote is not closed".to_owned()),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('"') => break,
                        Some('\\') => match chars.next() {
                            Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                            Some(c) => word.extend(['\\', c]),
                            None => return Err("a quote is not closed".to_owned()),
                        },
                        Some(c @ ('$' | '`')) => return Err(format!("`{c}` needs a shell")),
                        Some(c) => word.push(c),
                        None => return Err("a quote is not closed".to_owned()),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            '|' | '&' | ';' | '<' | '>' | '(' | ')' | '`' | '$' | '*' | '?' | '[' => {
                return Err(format!("`{c}` needs a shell"));
            }
            '#' if word.is_none() => return Err("`#` needs a shell".to_owned()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn plain_path(c: char) -> bool {
    !c.is_control()
        && !c.is_whitespace()
        && !matches!(c, ':' | ',' | '\\' | '"' | '\'' | '$' | '*' | '?' | '[' | ']' | '#')
}

fn no_control(text: &str, what: &str) -> Result<(), String> {
    match text.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        Some(bad) => Err(format!("{what} holds the control character U+{:04X}: write it in one line", bad as u32)),
        None => Ok(()),
    }
}

fn image_reference(text: &str) -> Result<(), String> {
    if text == "scratch" {
        return Ok(());
    }
    let wrong =
        |why: &str| Err(format!("`{}` is not an image reference: {why}, such as `node:26-trixie-slim`", show(text)));
    let (name, tag, digest) = crate::bases::split(text);
    if let Some(digest) = digest {
        let hex = digest.strip_prefix("sha256:").unwrap_or_default();
        if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return wrong("a digest is `sha256:` and 64 hexadecimal digits");
        }
    }
    if tag.is_none() && digest.is_none() {
        return wrong("it needs a tag or a digest");
    }
    if let Some(tag) = tag {
        let first = tag.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !first || tag.len() > 128 || !tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)) {
            return wrong("its tag has letters, digits, `_`, `.` and `-`");
        }
    }
    let mut parts = name.split('/').peekable();
    if let Some(host) = parts.peek()
        && name.contains('/')
        && (host.contains(['.', ':']) || *host == "localhost")
    {
        let (host, port) = host.split_once(':').unwrap_or((host, "1"));
        if host.is_empty()
            || !host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b))
            || port.parse::<u16>().is_err()
        {
            return wrong("its registry is a host name and perhaps a port");
        }
        parts.next();
    }
    let mut any = false;
    for part in parts {
        any = true;
        let edges = part
            .bytes()
            .next()
            .zip(part.bytes().last())
            .is_some_and(|(a, z)| a.is_ascii_alphanumeric() && z.is_ascii_alphanumeric());
        if !edges || !part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b)) {
            return wrong("its name has lower-case letters, digits, `.`, `_` and `-`");
        }
    }
    if any && text.len() <= 512 { Ok(()) } else { wrong("it needs a name") }
}

/// A value as an error shows it: short, and without control characters.
fn show(text: &str) -> String {
    let mut shown: String = text.chars().take(60).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().count() > 60 {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn image_references_need_a_tag_or_digest() {
        for good in [
            "node:26-trixie-slim",
            "gcr.io/distroless/static-debian13:nonroot",
            "registry.example.com:5000/a/b:1",
            "scratch",
        ] {
            assert!(ImageRef::new(good).is_ok(), "{good}");
        }
        let digest = format!("node:26@sha256:{}", "a".repeat(64));
        assert!(ImageRef::new(digest).is_ok());
        for bad in [
            "node",
            "Node:26",
            "node:",
            "node:26 AS x",
            "node:26\nUSER 0",
            "/node:1",
            "node:26@sha256:12",
            "",
            ":1",
            "a//b:1",
        ] {
            assert!(ImageRef::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_is_no_port_is_refused() {
        assert!(Port::new(0).is_err() && Port::new(70_000).is_err() && Port::new(-1).is_err());
        assert_eq!(Port::new(3000).map(Port::get), Ok(3000));
    }

    #[test]
    fn root_is_no_user() {
        assert!(User::new("0").is_err() && User::new("1000:0").is_err() && User::new("node").is_err());
        assert_eq!(User::new("1000"), Ok(User { uid: 1000, gid: 1000 }));
    }

    #[test]
    fn lines_that_need_a_shell_are_refused() {
        assert_eq!(split_words(r#"node --title "a b" 'c d' e\ f"#).unwrap(), ["node", "--title", "a b", "c d", "e f"]);
        for bad in ["a && b", "echo $HOME", "a | b", "a > b", "\"$X\"", "'open"] {
            assert!(split_words(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_stay_where_they_belong() {
        assert!(AbsPath::new("/app/data").is_ok() && AbsPath::new("/").is_ok());
        for bad in ["app", "/app/../etc", "/a//b", "/a b", "/a:b", ""] {
            assert!(AbsPath::new(bad).is_err(), "{bad}");
        }
        for bad in ["/etc/passwd", "../x", "a/../../b", "", "a\\b"] {
            assert!(RelPath::new(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_shell_word_splits_back_to_itself(word in "\\PC{0,20}") {
            prop_assert_eq!(split_words(&shell_word(&word)).unwrap(), vec![word]);
        }

        #[test]
        fn no_text_makes_a_value_panic(text in any::<String>()) {
            let _ = (ImageRef::new(text.clone()), AbsPath::new(text.clone()), RelPath::new(text.clone()), Size::new(text.clone()), Duration::new(text.clone()));
            let _ = (User::new(&text), split_words(&text), ServiceName::new(text.clone()), RegistryPrefix::new(text));
        }
    }
}
