//! Any text as a compose project of two files and an environment.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scaffold_dockerfile::compose::project::{Project, Variables};

fuzz_target!(|text: &str| {
    let mut parts = text.splitn(3, "\n--- next ---\n");
    let files = ["compose.yaml", "compose.override.yaml", ".env"].map(|name| (name, parts.next().unwrap_or_default()));
    let mut read = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
    let project = Project::read(&["compose.yaml", "compose.override.yaml"], &Variables::default(), &mut read);
    for service in &project.services {
        assert!(project.files[service.place.file].text.get(service.place.range()).is_some());
        service.ports();
        service.volumes();
        service.environment();
    }
});
