//! A compose project on a real engine, gone when the test is.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Whether engine tests are asked for.
pub(crate) fn asked() -> bool {
    let asked = std::env::var_os("SCAFFOLD_ENGINE").is_some_and(|value| value == "1");
    if !asked {
        println!("SCAFFOLD_ENGINE=1 is not set: nothing is proven here");
    }
    asked
}

/// What a command said on both outputs.
pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs docker.
pub(crate) fn docker(args: &[&str]) -> Output {
    Command::new("docker").args(args).output().unwrap()
}

/// Runs docker, which must succeed, and gives what it printed.
#[track_caller]
pub(crate) fn succeeds(args: &[&str]) -> String {
    let output = docker(args);
    assert!(output.status.success(), "docker {}: {}", args.join(" "), text(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The project of a folder.
pub(crate) struct Up {
    dir: PathBuf,
    project: String,
}

impl Up {
    pub(crate) fn new(dir: &Path, project: &str) -> Self {
        Self { dir: dir.to_owned(), project: project.to_owned() }
    }

    pub(crate) fn compose(&self, args: &[&str]) -> Output {
        let mut command = Command::new("docker");
        command.args(["compose", "--project-name", &self.project]).args(args).current_dir(&self.dir);
        command.output().unwrap()
    }

    /// What compose reads out of the files.
    #[track_caller]
    pub(crate) fn config(&self) -> serde_json::Value {
        let output = self.compose(&["config", "--format", "json"]);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)))
    }

    /// Starts these services, or all, and waits until they are healthy.
    #[track_caller]
    pub(crate) fn starts(&self, services: &[&str]) {
        let output =
            self.compose(&[&["up", "--build", "--detach", "--wait", "--wait-timeout", "120"], services].concat());
        assert!(output.status.success(), "{}\n{}", text(&output), text(&self.compose(&["logs", "--tail", "20"])));
    }

    /// The container of a service.
    #[track_caller]
    pub(crate) fn id(&self, service: &str) -> String {
        let output = self.compose(&["ps", "--all", "--quiet", service]);
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(!id.is_empty(), "{service} has no container: {}", text(&output));
        id
    }

    /// A field of the state of a service's container.
    #[track_caller]
    pub(crate) fn state(&self, service: &str, field: &str) -> String {
        succeeds(&["inspect", &format!("--format={{{{.State.{field}}}}}"), &self.id(service)])
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        self.compose(&["--profile", "*", "down", "--volumes", "--rmi", "local", "--remove-orphans", "--timeout", "5"]);
    }
}
