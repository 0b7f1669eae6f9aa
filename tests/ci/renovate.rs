//! Renovate's settings: every version that the pipelines run and that no manager of Renovate's own finds is found by one
//! of ours.

use std::path::Path;
use std::process::Command;

use super::projects::{asked, says};
use super::{PIPELINE, PROJECTS, WORKFLOW};

/// What a custom manager finds in a file: expressions of JavaScript, as Renovate reads them.
const FIND: &str = "
const fs = require('fs');
const settings = JSON.parse(fs.readFileSync('renovate.json'));
for (const manager of settings.customManagers)
  for (const file of process.argv.slice(1))
    if (manager.managerFilePatterns.some((p) => new RegExp(p.slice(1, -1)).test(file)))
      for (const m of fs.readFileSync(file, 'utf8').matchAll(new RegExp(manager.matchStrings[0], 'g')))
        console.log(file, m.groups.depName || manager.depNameTemplate, m.groups.currentValue, m.groups.currentDigest ? 'digest' : '');
";

fn found(dir: &Path) -> String {
    let (well, said) = says(Command::new("node").args(["-e", FIND, WORKFLOW, PIPELINE]).current_dir(dir));
    assert!(well, "{said}");
    said
}

#[test]
fn every_version_that_a_pipeline_runs_is_found() {
    if !asked("SCAFFOLD_LINTERS") {
        return;
    }
    let own = env!("CARGO_PKG_VERSION");
    for project in PROJECTS.iter() {
        let said = found(&project.dir);
        let has = |file: &str, what: &str| {
            assert!(said.contains(&format!("{file} {what}")), "{}: {what}\n{said}", project.name)
        };
        for file in [WORKFLOW, PIPELINE] {
            has(file, &format!("scaffold-dockerfile {own}"));
            // the project with one platform needs no emulators
            if project.name == "everything" {
                assert!(!said.contains("binfmt"), "{said}");
            } else {
                has(file, "tonistiigi/binfmt qemu-v");
                assert!(said.contains(" digest\n"), "{said}");
            }
            if project.name == "several" {
                has(file, "snyk 1.");
            }
        }
        match project.name {
            "plain" => has(WORKFLOW, "aquasecurity/trivy v"),
            "everything" => has(PIPELINE, "docker/scout-cli 1."),
            _ => {}
        }
    }
}
