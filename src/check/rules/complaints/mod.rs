//! What users of other tools complained of in their trackers, as far as it applies to us: each a test, with its issue.

mod builds;
mod compose;
mod judged;
mod packages;
mod secrets;
mod starts;
mod users;

use std::collections::BTreeSet;

use crate::check::{Options, apply_policy, check, names};
use crate::detect::MemoryTree;
use crate::report::Audit;

/// The report on a tree of these files; of these rules alone, if any are named.
fn audit(files: &[(&str, &str)], rules: &[&str], pedantic: bool) -> Audit {
    let tree = MemoryTree::new(files.iter().copied());
    let paths: Vec<String> =
        files.iter().map(|(path, _)| (*path).to_owned()).filter(|path| names::is_target(path)).collect();
    let only: BTreeSet<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
    let options = Options { pedantic, today: Some(crate::bases::CHECKED), only, ..Options::default() };
    let mut audit = check(&tree, true, &paths, &options);
    apply_policy(&mut audit, &options, None);
    audit
}

/// What these rules find: `id severity`, in the order of the report.
fn found_in(files: &[(&str, &str)], rules: &[&str], pedantic: bool) -> Vec<String> {
    let name = |finding: &crate::report::Finding| {
        format!("{} {}", finding.rule.id, format!("{:?}", finding.severity).to_lowercase())
    };
    audit(files, rules, pedantic).findings.iter().map(name).collect()
}
