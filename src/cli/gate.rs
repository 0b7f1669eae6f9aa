//! What was just rendered, held against the rules of `check`: nothing is written that `scaffold check` calls an error.

use crate::check::policy::{Policy, PolicyFile};
use crate::check::{Options, apply_policy, check};
use crate::cli::Failure;
use crate::detect::MemoryTree;
use crate::render::FileSet;
use crate::report::formats::{TextOptions, text};
use crate::report::{Audit, Diagnostic, Severity};
use crate::spec::check::CheckTable;
use crate::spec::file;

/// Looks at rendered files. Warnings come back, errors stop the run.
///
/// Only what stands in the files is looked at: the project around them, and days on which something ends, are the
/// business of `scaffold check`, and the same answers must give the same files tomorrow.
pub(super) fn hold(files: &FileSet, asked: &CheckTable, spec_text: &str) -> Result<Vec<Diagnostic>, Failure> {
    let policy_file = PolicyFile { path: file::NAME.to_owned(), text: spec_text.to_owned() };
    let policy = Policy::read(asked, &policy_file)?;
    let options = Options { policy, ..Options::default() };
    let tree = MemoryTree::new(files.0.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let paths: Vec<String> = files.0.keys().cloned().collect();
    let mut audit = check(&tree, false, &paths, &options);
    apply_policy(&mut audit, &options, None);
    if audit.fails(Severity::Error) {
        let message = "what would be written does not pass `scaffold check`, and nothing was written";
        let shown = text(&errors_of(&audit), &TextOptions { colour: false, show_waived: false });
        return Err(Failure {
            exit: 1,
            diagnostic: Box::new(
                Diagnostic::error(message)
                    .with_note(shown.trim_end())
                    .help("change the answer or the step that it comes from, or accept it with a `[[check.waivers]]` of scaffold.toml"),
            ),
        });
    }
    let warnings = audit.active().filter(|finding| finding.severity == Severity::Warning);
    let diagnostic = |finding: &crate::report::Finding| {
        let source = audit.files.get(finding.at.file).map_or("", |file| file.text.as_str());
        let mut diagnostic = Diagnostic::warning(format!("{}: {}", finding.rule.id, finding.message));
        if !finding.secret {
            diagnostic = diagnostic.at(audit.path(&finding.at), source, finding.at.span());
        }
        diagnostic.help.clone_from(&finding.help);
        diagnostic
    };
    Ok(warnings.map(diagnostic).collect())
}

fn errors_of(audit: &Audit) -> Audit {
    let mut errors = audit.clone();
    errors.findings.retain(|finding| finding.waived.is_none() && finding.severity == Severity::Error);
    errors
}
