//! Asking a credential helper: `docker-credential-NAME get`.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde::Deserialize;

use super::credentials::Credential;

/// A helper may ask a person to touch a key; longer than this nobody waits.
const LONGEST: Duration = Duration::from_secs(30);

/// More is no login.
const BYTES: u64 = 64 * 1024;

#[derive(Deserialize)]
struct Said {
    #[serde(rename = "Username")]
    user: String,
    #[serde(rename = "Secret")]
    secret: String,
}

/// The login for `server`; none if the helper has none.
///
/// # Errors
/// When it cannot be run, takes too long or says something else, in words.
pub(super) fn ask(name: &str, server: &str, path: Option<&str>) -> Result<Option<Credential>, String> {
    ask_within(name, server, path, LONGEST)
}

fn ask_within(name: &str, server: &str, path: Option<&str>, longest: Duration) -> Result<Option<Credential>, String> {
    let program = format!("docker-credential-{name}");
    // The name comes from a file, and is to be that of a program on the PATH.
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || !name.chars().all(word) {
        return Err(format!("`{name}` in docker's config.json is no name of a credential helper"));
    }
    let found = find(&program, path).ok_or_else(|| format!("`{program}` is not on the PATH"))?;
    let failed = |error: std::io::Error| format!("`{program}` could not be run: {error}");
    let mut child = Command::new(found)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that does not listen says so by its answer.
        let _ = stdin.write_all(server.as_bytes());
    }
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || {
            let mut said = Vec::new();
            let _ = stdout.take(BYTES).read_to_end(&mut said);
            let _ = sender.send(said);
        });
    }
    let said = receiver.recv_timeout(longest);
    // One that has closed its output and goes on is not waited for either.
    let mut patience = if said.is_ok() { 100 } else { 0 };
    let status = loop {
        match child.try_wait().map_err(failed)? {
            Some(status) => break status,
            None if patience == 0 => {
                let _ = child.kill();
                break child.wait().map_err(failed)?;
            }
            None => {
                patience -= 1;
                thread::sleep(Duration::from_millis(10));
            }
        }
    };
    let said = said.map_err(|_| format!("`{program}` did not answer within {} seconds", longest.as_secs()))?;
    if !status.success() {
        // docker-credential-helpers `credentials/error.go`: the only words for "none", with status 1
        let text = String::from_utf8_lossy(&said);
        return match text.contains("credentials not found") {
            true => Ok(None),
            false => Err(format!("`{program}` failed with {status}")),
        };
    }
    let said: Said = serde_json::from_slice(&said).map_err(|_| format!("`{program}` said nothing that is a login"))?;
    Ok(match (said.user.as_str(), said.secret.is_empty()) {
        (_, true) => None,
        ("<token>", false) => Some(Credential::Identity(said.secret)),
        (_, false) => Some(Credential::Password(said.user, said.secret)),
    })
}

/// The program on the PATH.
fn find(program: &str, path: Option<&str>) -> Option<PathBuf> {
    let names =
        if cfg!(windows) { vec![format!("{program}.exe"), format!("{program}.cmd")] } else { vec![program.to_owned()] };
    let folders = std::env::split_paths(path?).filter(|folder| folder.is_absolute());
    folders
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
        .find(|path| path.is_file())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// Asks a helper that is this script.
    fn helper(script: &str) -> Result<Option<Credential>, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("docker-credential-fake");
        std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = folder.path().display().to_string();
        ask_within("fake", "r.example.com", Some(&path), Duration::from_millis(1500))
    }

    #[test]
    fn a_helper_is_given_the_server_and_says_the_login() {
        let said = helper(
            r#"read -r server; printf '{"ServerURL":"%s","Username":"u","Secret":"for %s"}' "$server" "$server""#,
        );
        // `read` finds no line end: the server is all of the input
        assert_eq!(said, Ok(Some(Credential::Password("u".to_owned(), "for r.example.com".to_owned()))));
        assert_eq!(
            helper(r#"echo '{"Username":"<token>","Secret":"t"}'"#),
            Ok(Some(Credential::Identity("t".to_owned())))
        );
        assert_eq!(helper("echo credentials not found in native keychain; exit 1"), Ok(None));
    }

    #[test]
    fn what_goes_wrong_is_said_without_what_the_helper_said() {
        assert!(helper("echo secret; exit 3").unwrap_err().contains("failed"));
        assert!(helper("echo secret").unwrap_err().contains("nothing that is a login"));
        assert!(helper("exec sleep 60").unwrap_err().contains("did not answer"));
        assert!(helper("echo secret; exec sleep 60 >&-").unwrap_err().contains("failed"));
        assert!(ask("../x", "a", Some("/bin")).unwrap_err().contains("no name"));
    }
}
