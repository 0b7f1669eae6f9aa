//! What one `scaffold new` costs: whole processes, against a process that does nothing.
//!
//! `cargo bench --bench new` prints the median of wall and CPU time and the peak of memory. It asserts nothing: a
//! machine's speed is no property of the program.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts processes and looks at the clock")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Counted runs of each command.
const RUNS: usize = 200;

fn main() {
    let scaffold = env!("CARGO_BIN_EXE_scaffold");
    let project = tempfile::tempdir().expect("a folder can be made");
    node_project(project.path(), 1000);
    let folder = project.path().to_str().expect("the folder's name is UTF-8");
    let nothing = measure("an empty process", &["true"]);
    let new = measure("scaffold new, node, 1,000 locked packages", &[scaffold, "new", folder, "--yes", "--dry-run"]);
    let detect = measure("scaffold detect, the same", &[scaffold, "detect", folder]);
    for (name, taken) in [("new", new), ("detect", detect)] {
        println!("{name} over an empty process: {:.2} ms", (taken.as_secs_f64() - nothing.as_secs_f64()) * 1000.0);
    }
}

/// The median wall time of a command.
fn measure(title: &str, command: &[&str]) -> Duration {
    let run = || {
        let start = Instant::now();
        let status = Command::new(command[0]).args(&command[1..]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "`{}` does not run", command.join(" "));
        start.elapsed()
    };
    for _ in 0..5 {
        run();
    }
    let mut times: Vec<Duration> = (0..RUNS).map(|_| run()).collect();
    times.sort();
    let median = times[RUNS / 2];
    println!(
        "{title}: median {:.2} ms, best {:.2} ms of {RUNS} runs",
        median.as_secs_f64() * 1000.0,
        times[0].as_secs_f64() * 1000.0
    );
    median
}

/// A Node.js project whose lockfile has as many packages as a real one.
fn node_project(folder: &Path, packages: usize) {
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).expect("the folder can be written");
    write(
        "package.json",
        "{\"name\": \"bench\", \"scripts\": {\"start\": \"node server.js\"}, \"dependencies\": {\"express\": \"^5.0.0\"}}".to_owned(),
    );
    write(
        "server.js",
        "const app = require('express')();\napp.get('/health', (request, response) => response.send('ok'));\napp.listen(process.env.PORT || 3000);\n".to_owned(),
    );
    let entries: String = (0..packages)
        .map(|number| {
            format!(
                ",\n    \"node_modules/package-{number}\": {{\n      \"version\": \"1.0.{number}\",\n      \"resolved\": \"https://registry.npmjs.org/package-{number}/-/package-{number}-1.0.{number}.tgz\",\n      \"integrity\": \"sha512-{}\",\n      \"license\": \"MIT\",\n      \"engines\": {{\n        \"node\": \">=18\"\n      }}\n    }}",
                "A".repeat(88)
            )
        })
        .collect();
    write(
        "package-lock.json",
        format!(
            "{{\n  \"name\": \"bench\",\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n    \"\": {{\n      \"name\": \"bench\"\n    }}{entries}\n  }}\n}}\n"
        ),
    );
}
