//! A project folder for a test, and the commands that are run in it: these files, this command, this output.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder of the test's own.
pub(crate) struct Project {
    _parent: tempfile::TempDir,
    folder: PathBuf,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    command: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A small service in JavaScript: two files, no dependency.
pub(crate) const NODE: [(&str, &str); 2] = [
    (
        "package.json",
        "{\n  \"name\": \"shop\",\n  \"engines\": { \"node\": \"24\" },\n  \"scripts\": { \"start\": \"node server.js\" }\n}\n",
    ),
    (
        "server.js",
        "const http = require('node:http');\nconst server = http.createServer((_, answer) => answer.end('hello'));\nserver.listen(8080);\nprocess.on('SIGTERM', () => server.close());\n",
    ),
];

impl Project {
    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        Self::named("shop", files)
    }

    /// A folder of this name with these files.
    pub(crate) fn named(name: &str, files: &[(&str, &str)]) -> Self {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join(name);
        fs::create_dir(&folder).expect("a folder");
        let project = Self { _parent: parent, folder };
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// The small service.
    pub(crate) fn node() -> Self {
        Self::with(&NODE)
    }

    /// The small service with further files.
    pub(crate) fn node_and(files: &[(&str, &str)]) -> Self {
        let project = Self::node();
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// The small service, whose set-up is written.
    pub(crate) fn set_up() -> Self {
        let project = Self::node();
        project.run("new --yes").exits(0);
        project
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// The text of a file.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Changes a file as an editor would.
    #[track_caller]
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} does not hold `{from}`:\n{text}");
        self.write(path, &text.replace(from, to));
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.folder.join(path).symlink_metadata().is_ok()
    }

    /// Every file by its path; a folder and a link have a mark in place of a text.
    pub(crate) fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let mut all = BTreeMap::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let name = path.strip_prefix(&self.folder).expect("inside").display().to_string().replace('\\', "/");
                let kind = entry.file_type().expect("a type");
                if kind.is_dir() {
                    folders.push(path);
                    all.insert(name + "/", Vec::new());
                } else if kind.is_symlink() {
                    all.insert(name + " (link)", Vec::new());
                } else {
                    all.insert(name, fs::read(path).unwrap_or_default());
                }
            }
        }
        all
    }

    /// Runs `scaffold` in the folder, without a terminal. The arguments are split at spaces.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        self.run_with(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs `scaffold` in the folder with these arguments.
    pub(crate) fn run_with(&self, arguments: &[&str]) -> Ran {
        self.typing(arguments, "")
    }

    /// Runs `scaffold` in the folder with these arguments and this text on its standard input.
    pub(crate) fn typing(&self, arguments: &[&str], typed: &str) -> Ran {
        use std::io::Write as _;
        let mut child = Command::new(env!("CARGO_BIN_EXE_scaffold"))
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("scaffold");
        // who reads nothing closes its end early, which is no fault
        let _ = child.stdin.take().expect("a pipe").write_all(typed.as_bytes());
        let output = child.wait_with_output().expect("scaffold");
        let ran = Ran {
            command: format!("scaffold {}", arguments.join(" ")),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        ran
    }

    /// Runs `scaffold`, which must refuse with this exit code and leave the folder as it is.
    #[track_caller]
    pub(crate) fn refuses(&self, arguments: &str, code: i32) -> Ran {
        let before = self.tree();
        let ran = self.run(arguments).exits(code);
        assert_eq!(changed(&before, &self.tree()), Vec::<String>::new(), "changed by {ran}");
        ran
    }
}

/// The paths that differ.
pub(crate) fn changed(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut paths: Vec<&String> = before.keys().chain(after.keys()).collect();
    paths.sort();
    paths.dedup();
    paths.into_iter().filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

impl Ran {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Standard error holds a text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "`{text}` is not said: {self}");
        self
    }

    /// Standard error does not hold a text.
    #[track_caller]
    pub(crate) fn does_not_say(self, text: &str) -> Self {
        assert!(!self.stderr.contains(text), "`{text}` is said: {self}");
        self
    }

    /// Standard output holds a text.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "`{text}` is not printed: {self}");
        self
    }

    /// Standard output is empty.
    #[track_caller]
    pub(crate) fn prints_nothing(self) -> Self {
        assert_eq!(self.stdout, "", "{self}");
        self
    }

    /// Standard output, which is nothing but JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.map_or("a signal".to_owned(), |code| code.to_string());
        write!(f, "`{}` ended with {code}\n--- stdout\n{}\n--- stderr\n{}", self.command, self.stdout, self.stderr)
    }
}
