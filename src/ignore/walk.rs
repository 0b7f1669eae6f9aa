//! The fates of many paths of one tree: what is found out about a folder serves all that is in it.

use super::{Decision, Fate, Ignore, go_path};

/// Asks an [`Ignore`] path by path. Fast when paths of one folder come one after the other.
#[derive(Debug)]
pub struct Walk<'i> {
    ignore: &'i Ignore,
    /// The path that was asked last.
    last: String,
    /// What is known of the folders above it, the outermost first.
    folders: Vec<Folder>,
}

#[derive(Debug)]
struct Folder {
    /// Where its name ends in `last`.
    end: usize,
    /// For each pattern, whether it matched this folder or one above.
    matched: Vec<bool>,
    /// Nothing in it is looked at.
    left_out: Option<Decision>,
}

impl<'i> Walk<'i> {
    pub(super) fn new(ignore: &'i Ignore) -> Self {
        Self { ignore, last: String::new(), folders: Vec::new() }
    }

    /// As [`Ignore::excludes`].
    pub fn excludes(&mut self, path: &str) -> bool {
        self.decide(path).fate != Fate::Included
    }

    /// As [`Ignore::decide`].
    pub fn decide(&mut self, path: &str) -> Decision {
        let path = go_path::clean(path);
        let path = path.trim_start_matches('/');
        if path.is_empty() || path == "." {
            return Decision { fate: Fate::Included, line: None };
        }
        let above = |folder: &Folder| {
            path.as_bytes().get(folder.end) == Some(&b'/') && path.get(..folder.end) == self.last.get(..folder.end)
        };
        let shared = self.folders.iter().take_while(|folder| above(folder)).count();
        self.folders.truncate(shared);
        path.clone_into(&mut self.last);
        let start = self.folders.last().map_or(0, |folder| folder.end + 1);
        for (at, _) in path.match_indices('/').filter(|(at, _)| *at >= start) {
            if let Some(decision) = self.folders.last().and_then(|folder| folder.left_out) {
                return decision;
            }
            let mut matched = self.matched();
            let decision = self.ignore.visit(&path[..at], &mut matched);
            let left_out = decision.fate == Fate::Excluded && self.ignore.leaves_out_folder(&path[..=at]);
            self.folders.push(Folder { end: at, matched, left_out: left_out.then_some(decision) });
        }
        if let Some(decision) = self.folders.last().and_then(|folder| folder.left_out) {
            return decision;
        }
        let decision = self.ignore.visit(path, &mut self.matched());
        if decision.fate == Fate::Included
            && let Some(line) = self.ignore.closed_by(path)
        {
            return Decision { fate: Fate::Emptied, line: Some(line) };
        }
        decision
    }

    fn matched(&self) -> Vec<bool> {
        self.folders.last().map_or_else(|| vec![false; self.ignore.patterns.len()], |folder| folder.matched.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_says_what_each_path_alone_says() {
        let ignore = Ignore::parse("a\n!a/b/keep\n**/*.md\n!README.md\nx/*\n!x/y/z\nx\n/deep/**/f\n");
        let names = ["a", "b", "keep", "x", "y", "z", "f", "deep", "o.md", "README.md"];
        let mut walk = ignore.walk();
        let (mut out, mut all) = (0, 0);
        for one in names {
            for two in names {
                for three in names {
                    for path in [one.to_owned(), format!("{one}/{two}"), format!("{one}/{two}/{three}")] {
                        assert_eq!(walk.decide(&path), ignore.decide(&path), "{path}");
                        out += usize::from(ignore.excludes(&path));
                        all += 1;
                    }
                }
            }
        }
        assert!(out > 100 && all - out > 100, "{out} of {all}");
    }
}
