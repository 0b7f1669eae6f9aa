//! Files of the tree that hold credentials, found once for all Dockerfiles.

use std::sync::OnceLock;

use crate::detect::Tree;
use crate::secret::{self, Certainty, FileKind, Verdict};

/// A file with the name of a credential.
#[derive(Debug)]
pub struct Credential {
    /// Its path in the tree.
    pub path: String,
    /// What it is by its name.
    pub kind: FileKind,
    /// It is there to test or to show something.
    pub is_fixture: bool,
    verdict: OnceLock<Option<Certainty>>,
}

/// Names of folders and files that test or show something.
const FIXTURES: [&str; 34] = [
    "test",
    "tests",
    "testing",
    "testdata",
    "fixture",
    "fixtures",
    "example",
    "examples",
    "sample",
    "samples",
    "mock",
    "mocks",
    "doc",
    "docs",
    "spec",
    "specs",
    "suite",
    "suites",
    "e2e",
    "ci",
    "demo",
    "demos",
    "dummy",
    "snakeoil",
    "template",
    "templates",
    "tutorial",
    "tutorials",
    "quickstart",
    "quickstarts",
    "localhost",
    "playground",
    "bench",
    "testutil",
];

impl Credential {
    /// What it is called in a message.
    #[must_use]
    pub fn name(&self) -> &'static str {
        // By its content it is more than its name says.
        if self.kind == FileKind::Certificate { FileKind::Key.name() } else { self.kind.name() }
    }

    /// How sure it is that the file holds a secret, by its content if that can be read; `None` if it holds none.
    pub fn certainty(&self, tree: &dyn Tree) -> Option<Certainty> {
        *self.verdict.get_or_init(|| match tree.read(&self.path) {
            None => Some(self.kind.unread()),
            // The keys of Rails for development; that of production comes from elsewhere.
            Some(text) if self.kind == FileKind::Secrets && text.contains("<%=") => Some(Certainty::Guess),
            Some(text) => match secret::content(self.kind, text) {
                Verdict::Secret => Some(Certainty::Sure),
                // A form that is not read there, or a value that anybody knows: one step less than the name says.
                Verdict::Maybe if self.kind.unread() == Certainty::Sure => Some(Certainty::Likely),
                Verdict::Maybe => Some(Certainty::Guess),
                Verdict::NotSecret => None,
            },
        })
    }
}

/// Those of a tree, in the order of its files.
pub(super) fn credentials(tree: &dyn Tree) -> Vec<Credential> {
    let all = tree.files().iter().filter_map(|path| {
        let kind = secret::file(path)?;
        Some(Credential { path: path.clone(), kind, is_fixture: is_fixture(path), verdict: OnceLock::new() })
    });
    all.collect()
}

fn is_fixture(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower.split(['/', '.', '-', '_']).any(|word| FIXTURES.contains(&word)) || lower.contains("__tests__")
}
