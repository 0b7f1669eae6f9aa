//! The step `context-clean`: credentials are planted in the copy, and the real engine is asked what enters the build.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::build::NOTHING_BUILT;
use super::engine::{Call, EngineError};
use super::session::{Outcome, Session};
use super::setup::Origin;

/// Files that look like credentials, with a content that is none.
const PLANTED: [&str; 26] = [
    ".env",
    ".env.local",
    ".env.production.local",
    ".envrc",
    ".npmrc",
    ".yarnrc.yml",
    ".netrc",
    ".pypirc",
    ".git-credentials",
    ".git/config",
    ".aws/credentials",
    ".docker/config.json",
    ".ssh/id_ed25519",
    ".kube/config",
    ".cargo/credentials.toml",
    "id_rsa",
    "server.key",
    "server.pem",
    "keystore.p12",
    "keystore.jks",
    "credentials.json",
    "service-account.json",
    "terraform.tfstate",
    "terraform.tfvars",
    "secrets/db_password",
    "gcloud/application_default_credentials.json",
];
/// Those that are met in subfolders, too.
const NESTED: [&str; 6] = [".env", ".npmrc", "id_rsa", "server.key", "server.pem", ".aws/credentials"];

/// The step.
pub(super) fn step(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    if session.setup.origin == Origin::Image {
        return Ok(Outcome::not_proven(NOTHING_BUILT));
    }
    let context = session.setup.build.context.clone();
    let planted = match plant(&context) {
        Ok(planted) => planted,
        Err(error) => return Ok(Outcome::not_proven(format!("credentials could not be planted: {error}"))),
    };
    let ignore = ignore_file(&context, &session.dockerfile);
    let probe = session.workspace.own("Probe.Dockerfile");
    let written = fs::write(&probe, "FROM scratch\nCOPY . /\n").and_then(|()| match &ignore {
        Some(file) => fs::copy(file, session.workspace.own("Probe.Dockerfile.dockerignore")).map(|_| ()),
        None => Ok(()),
    });
    if let Err(error) = written {
        return Ok(Outcome::not_proven(format!("{}: {error}", probe.display())));
    }
    let mut call = Call::new(session.driver.build_to_tar(&probe, &context, &session.label()));
    call.timeout = Duration::from_secs(300);
    let entered = session.engine.stream(call, |reader| {
        let mut names = Vec::new();
        for entry in tar::Archive::new(reader).entries()? {
            let entry = entry?;
            if !entry.header().entry_type().is_dir() {
                names.push(String::from_utf8_lossy(&entry.path_bytes()).trim_start_matches("./").to_owned());
            }
        }
        Ok(names)
    });
    // Compose reads a planted .env, too, and later steps start the service again.
    for file in &planted {
        let _ = fs::remove_file(context.join(file));
    }
    let entered = entered?;
    Ok(judge(&planted, &entered, ignore.as_deref()))
}

fn judge(planted: &[String], entered: &[String], ignore: Option<&Path>) -> Outcome {
    let leaked: Vec<&String> = planted.iter().filter(|file| entered.contains(file)).collect();
    let mut evidence = vec![format!(
        "{} files that look like credentials were planted; {} files enter the build",
        planted.len(),
        entered.len()
    )];
    if leaked.is_empty() {
        return Outcome::proven(evidence);
    }
    let names = leaked.iter().take(5).map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let more = if leaked.len() > 5 { format!(" and {} more", leaked.len() - 5) } else { String::new() };
    evidence.extend(leaked.iter().map(|name| format!("enters the build: {name}")));
    let help = match ignore.and_then(Path::file_name) {
        Some(file) => format!("add `**/` patterns for them to {}", file.to_string_lossy()),
        None => "write a .dockerignore: `scaffold new --only .dockerignore`".into(),
    };
    Outcome::failed(format!("credentials enter the build context: {names}{more}"), evidence).help(help)
}

/// `Dockerfile.dockerignore` wins over `.dockerignore`.
fn ignore_file(context: &Path, dockerfile: &Path) -> Option<PathBuf> {
    let mut own = dockerfile.as_os_str().to_owned();
    own.push(".dockerignore");
    [PathBuf::from(own), context.join(".dockerignore")].into_iter().find(|file| file.is_file())
}

/// Plants what is not there, at the root and in up to three folders, and gives the paths. What the project itself has is its own:
/// an .npmrc without a secret may be wanted in the build.
fn plant(context: &Path) -> io::Result<Vec<String>> {
    let mut folders: Vec<String> = vec!["service".into()];
    let mut present: Vec<String> = fs::read_dir(context)?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.') && name != "node_modules" && name != "secrets")
        .collect();
    present.sort();
    folders.extend(present.into_iter().take(2));
    let nested = folders.iter().flat_map(|folder| NESTED.iter().map(move |name| format!("{folder}/{name}")));
    let mut planted = Vec::new();
    for name in PLANTED.iter().map(|name| (*name).to_owned()).chain(nested) {
        let path = context.join(&name);
        if path.symlink_metadata().is_ok() {
            continue;
        }
        let parent = path.parent().unwrap_or(context);
        // Something of the project's may stand where a folder is needed.
        if fs::create_dir_all(parent).is_err() {
            continue;
        }
        fs::write(&path, "//canary.invalid/:_authToken=planted-by-scaffold-prove\n")?;
        planted.push(name);
    }
    planted.sort();
    planted.dedup();
    Ok(planted)
}

#[cfg(test)]
mod tests {
    use super::super::report::Verdict;
    use super::*;

    #[test]
    fn what_the_project_has_is_not_planted_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".npmrc"), "save-exact=true\n").unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        let planted = plant(folder.path()).unwrap();
        assert!(!planted.contains(&".npmrc".to_owned()));
        assert!(planted.contains(&"src/.env".to_owned()) && planted.contains(&".aws/credentials".to_owned()));
        assert_eq!(fs::read_to_string(folder.path().join(".npmrc")).unwrap(), "save-exact=true\n");
    }

    #[test]
    fn one_planted_file_that_enters_is_a_failure() {
        let planted = [".env".to_owned()];
        assert_eq!(judge(&planted, &["main.go".into()], None).verdict, Verdict::Proven);
        assert_eq!(judge(&planted, &["main.go".into(), ".env".into()], None).verdict, Verdict::Failed);
    }
}
