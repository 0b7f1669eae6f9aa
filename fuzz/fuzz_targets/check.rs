//! Any bytes as a Dockerfile, a .dockerignore and a compose file: the audit, its fixes and every report.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scaffold_dockerfile::check::{self, Options};
use scaffold_dockerfile::detect::MemoryTree;
use scaffold_dockerfile::report::formats::{self, SarifOptions, TextOptions};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    // Three files in one input, with a line between them that no file has.
    let mut parts = text.splitn(3, "\n--- next ---\n");
    let files = ["Dockerfile", ".dockerignore", "compose.yaml"].map(|name| (name, parts.next().unwrap_or_default()));
    let tree = MemoryTree::new(files);
    let paths = ["Dockerfile".to_owned(), "compose.yaml".to_owned()];
    let options = Options { pedantic: true, ..Options::default() };
    let mut audit = check::check(&tree, true, &paths, &options);
    check::apply_policy(&mut audit, &options, None);
    for finding in &audit.findings {
        assert!(audit.files[finding.at.file].text.get(finding.at.span()).is_some(), "a finding outside of its file");
    }
    let rules: Vec<_> = check::all().iter().map(|rule| &rule.info).collect();
    formats::text(&audit, &TextOptions { colour: true, show_waived: true });
    formats::sarif(&audit, &rules, &SarifOptions::default());
    formats::json(&audit);
    formats::github(&audit);
    formats::markdown(&audit, &rules);
    formats::html(&audit, &rules);
    check::mended(&audit, true);
});
