//! Any text as a shell script.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scaffold_dockerfile::shell;

fuzz_target!(|text: &str| {
    let script = shell::parse(text);
    for step in shell::steps(&script) {
        assert!(text.get(step.simple.span.clone()).is_some(), "a command outside of its text");
    }
});
