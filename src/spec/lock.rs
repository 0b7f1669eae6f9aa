//! `scaffold.lock`: what was written and from which answers. It is enough alone to merge with: it holds every file's text.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::complete::Answer;
use super::text::{escape, quoted};
use crate::report::{self, Diagnostic};

/// The file's name.
pub const NAME: &str = "scaffold.lock";

/// The file as it is read and written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The form of this file.
    pub version: u32,
    /// The version of scaffold that wrote it.
    pub tool: String,
    /// The preset, and the hash of it and of the templates that were used.
    #[serde(default)]
    pub templates: BTreeMap<String, String>,
    /// Every answer with its origin, by its key in `scaffold.toml`.
    #[serde(default)]
    pub answers: BTreeMap<String, LockedAnswer>,
    /// Digests of images by their reference: empty until they are pinned.
    #[serde(default)]
    pub images: BTreeMap<String, String>,
    /// The files, sorted by path.
    #[serde(default)]
    pub files: Vec<LockedFile>,
}

/// An answer and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedAnswer {
    /// The value.
    pub value: String,
    /// Who said it.
    pub origin: String,
    /// Where it was read.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// A file as it was rendered: the base of every later merge.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// Its path in the project.
    pub path: String,
    /// The SHA-256 of its text, hexadecimal.
    pub sha256: String,
    /// Its text.
    pub text: String,
}

impl LockedFile {
    /// A file of this text.
    #[must_use]
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), sha256: sha256(text), text: text.to_owned() }
    }
}

impl From<&Answer> for LockedAnswer {
    fn from(answer: &Answer) -> Self {
        Self { value: answer.value.clone(), origin: answer.origin.to_owned(), evidence: answer.evidence.clone() }
    }
}

/// The SHA-256 of a text, hexadecimal.
#[must_use]
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Lock {
    /// The text of a file as it was last rendered.
    #[must_use]
    pub fn text_of(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When it is no lock, is of a newer form, or a text is not the one its hash was made of.
    pub fn read(text: &str) -> Result<Self, Box<Diagnostic>> {
        let spoiled = "take the file back from version control, or delete it: then `scaffold new --force` keeps your files in a backup and writes anew";
        // a checkout with CRLF line ends; those of the texts themselves are written as escapes
        let text = &text.replace("\r\n", "\n");
        let lock: Self =
            toml::from_str(text).map_err(|error| Box::new(report::toml_error(NAME, text, &error).help(spoiled)))?;
        if lock.version != 1 {
            return Err(Box::new(
                Diagnostic::error(format!("{NAME} is of form {}, and this scaffold reads form 1", lock.version))
                    .help("use a newer scaffold"),
            ));
        }
        match lock.files.iter().find(|file| sha256(&file.text) != file.sha256) {
            Some(file) => Err(Box::new(
                Diagnostic::error(format!(
                    "{NAME} was changed: the text of {} is not the one that its hash was made of",
                    file.path
                ))
                .help(spoiled),
            )),
            None => Ok(lock),
        }
    }

    /// The file's text. The same lock is the same text everywhere.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = format!(
            "# Written by scaffold; not for editing. It belongs into version control: later versions merge with what it holds.\nversion = {}\ntool = {}\n",
            self.version,
            quoted(&self.tool)
        );
        for (title, table) in [("templates", &self.templates), ("images", &self.images)] {
            if !table.is_empty() {
                out.push_str(&format!("\n[{title}]\n"));
                for (key, value) in table {
                    out.push_str(&format!("{} = {}\n", quoted(key), quoted(value)));
                }
            }
        }
        if !self.answers.is_empty() {
            out.push_str("\n[answers]\n");
            for (key, answer) in &self.answers {
                let evidence = answer
                    .evidence
                    .as_ref()
                    .map(|evidence| format!(", evidence = {}", quoted(evidence)))
                    .unwrap_or_default();
                out.push_str(&format!(
                    "{} = {{ value = {}, origin = {}{evidence} }}\n",
                    quoted(key),
                    quoted(&answer.value),
                    quoted(&answer.origin)
                ));
            }
        }
        for file in &self.files {
            out.push_str(&format!(
                "\n[[files]]\npath = {}\nsha256 = {}\ntext = {}\n",
                quoted(&file.path),
                quoted(&file.sha256),
                lines(&file.text)
            ));
        }
        out
    }
}

/// A text as a multi-line basic string, so that a change of it reads as one.
fn lines(text: &str) -> String {
    let mut out = String::from("\"\"\"\n");
    for c in text.chars() {
        match c {
            '\n' => out.push('\n'),
            c => escape(&mut out, c),
        }
    }
    out.push_str("\"\"\"");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lock(text: &str) -> Lock {
        Lock { version: 1, tool: "0".to_owned(), files: vec![LockedFile::new("Dockerfile", text)], ..Lock::default() }
    }

    proptest! {
        #[test]
        fn a_lock_gives_back_every_text(text in any::<String>()) {
            let lock = lock(&text);
            prop_assert_eq!(Lock::read(&lock.write()).unwrap(), lock);
        }
    }

    #[test]
    fn a_checkout_with_crlf_line_ends_is_the_same_lock() {
        let lock = lock("FROM a\nRUN b\r\n");
        assert_eq!(Lock::read(&lock.write().replace('\n', "\r\n")).unwrap(), lock);
    }

    #[test]
    fn a_spoiled_lock_is_refused() {
        let text = lock("FROM a\n").write();
        let error = Lock::read(&text.replace("FROM a", "FROM b")).unwrap_err();
        assert!(error.message.contains("Dockerfile") && error.help.is_some());
        assert!(Lock::read(&text.replace("version = 1", "version = 9")).unwrap_err().message.contains("form 9"));
        assert!(Lock::read("x").is_err());
    }
}
