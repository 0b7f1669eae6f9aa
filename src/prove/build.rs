//! Building the image with canaries in the place of secrets; a step that the user waits for shows itself.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::canary;
use super::engine::EngineError;
use super::rawjson::Vertex;
use super::recipe::Anew;
use super::session::{Outcome, Session};
use super::setup::{BuildSection, Origin, SecretSource};
use super::workspace::read_small;

/// Why steps about the build say nothing.
pub(super) const NOTHING_BUILT: &str = "the service runs an image of others; nothing is built here";

/// One build.
pub(super) struct Request<'a> {
    pub(super) section: &'a BuildSection,
    pub(super) dockerfile: PathBuf,
    pub(super) target: Option<String>,
    pub(super) tag: String,
    pub(super) label: String,
    pub(super) secrets: &'a [(String, PathBuf)],
    pub(super) ssh: bool,
    /// What the cache may not give.
    pub(super) anew: &'a Anew,
    pub(super) timeout: Duration,
}

/// What came of it.
pub(super) struct Built {
    pub(super) success: bool,
    pub(super) vertices: Vec<Vertex>,
    /// The last lines, for a failure.
    pub(super) tail: Vec<String>,
}

impl Built {
    /// Instructions of stages, without their FROM, which BuildKit never calls cached.
    pub(super) fn instructions(&self) -> impl Iterator<Item = &Vertex> {
        self.vertices.iter().filter(|vertex| vertex.stage().is_some() && !vertex.instruction().starts_with("FROM "))
    }
}

impl Request<'_> {
    /// The arguments that engines have in common, the context last.
    pub(super) fn args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> = Vec::new();
        let mut pair = |flag: &str, value: OsString| args.extend([OsString::from(flag), value]);
        pair("--tag", (&self.tag).into());
        pair("--label", (&self.label).into());
        pair("--file", self.dockerfile.clone().into_os_string());
        if let Some(target) = &self.target {
            pair("--target", target.into());
        }
        for (key, value) in &self.section.args {
            pair("--build-arg", format!("{key}={value}").into());
        }
        for (name, source) in &self.section.contexts {
            pair("--build-context", format!("{name}={source}").into());
        }
        for (id, file) in self.secrets {
            let mut value = OsString::from(format!("id={id},src="));
            value.push(file);
            pair("--secret", value);
        }
        if self.ssh {
            pair("--ssh", "default".into());
        }
        args.push(self.section.context.clone().into_os_string());
        args
    }
}

/// Makes the files that stand for secrets, in the build and at run time, and notes what must not be found in the image.
pub(super) fn place_secrets(
    session: &mut Session<'_>,
    random: &mut dyn FnMut() -> io::Result<[u8; 32]>,
) -> io::Result<()> {
    let mounts = session.recipe.secrets();
    for (index, mount) in mounts.iter().enumerate() {
        let stated = session.setup.build.secrets.iter().find(|secret| secret.id == mount.id);
        let real = match session.options.secrets.get(&mount.id) {
            Some(file) => Some(read_small(file)?),
            None => stated.and_then(real_value),
        };
        let token = canary::token(&random()?);
        let canary = canary::make(&mount.id, &mount.target, &token, real.as_deref());
        let file = session.workspace.secret(index);
        fs::write(&file, &canary.content)?;
        let name = format!("the canary of build secret {}", canary.id);
        look_for(session, &name, &canary.needle);
        session.secrets.push((canary.id, file));
    }
    let folder = session.workspace.project();
    for secret in session.setup.runtime_secrets() {
        let name = format!("the value of secret {}", secret.id);
        let token = canary::token(&random()?);
        if let Some(file) = &secret.file {
            let there = read_small(file).unwrap_or_default();
            if !there.trim_ascii().is_empty() {
                look_for(session, &name, there.trim_ascii());
            } else if file.starts_with(&folder) {
                if let Some(parent) = file.parent() {
                    fs::create_dir_all(parent)?;
                }
                fs::write(file, &token)?;
                // The engine mounts the host's file with the host's mode: the app's user must be able to read it.
                #[cfg(unix)]
                fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o444))?;
                session.needles.extend(canary::needles(&name, token.as_bytes()));
            }
        } else if let Some(variable) = &secret.environment {
            let value = std::env::var(variable).ok().filter(|value| !value.is_empty()).unwrap_or(token);
            look_for(session, &name, value.as_bytes());
            session.env.push((variable.clone(), value));
        }
    }
    Ok(())
}

/// Adds a secret to what is looked for. A short one, `postgres` say, stands in many a file by itself.
fn look_for(session: &mut Session<'_>, name: &str, secret: &[u8]) {
    const SHORTEST_SECRET: usize = 12;
    if secret.len() < SHORTEST_SECRET {
        session.too_short.push(format!("{name} was not looked for: it has less than {SHORTEST_SECRET} characters"));
    } else {
        session.needles.extend(canary::needles(name, secret));
    }
}

/// The user's own secret, where the compose file finds one; `/dev/null` and empty files count as none.
fn real_value(secret: &SecretSource) -> Option<Vec<u8>> {
    if let Some(file) = &secret.file {
        return read_small(file).ok();
    }
    secret.environment.as_ref().and_then(|name| std::env::var(name).ok()).map(String::into_bytes)
}

/// The step `build`.
pub(super) fn step(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    let tag = session.image();
    let anew = session.recipe.secrets_anew();
    let built = session.build(&tag, None, None, &anew)?;
    if !built.success {
        return Ok(Outcome::failed("the image does not build", built.tail)
            .help("the last lines of the build are the evidence; a build by hand shows all of them"));
    }
    session.built = true;
    let image = session.inspect("image", &tag)?;
    let cached = built.instructions().filter(|vertex| vertex.cached).count();
    session.setup.expose(&image);
    let mut evidence = vec![
        format!("{} steps, {cached} of them from the cache", built.instructions().count()),
        format!(
            "{} MB in {} layers",
            image["Size"].as_u64().unwrap_or(0) / 1_000_000,
            image["RootFS"]["Layers"].as_array().map_or(0, Vec::len)
        ),
    ];
    if session.options.keep {
        evidence.push(format!(
            "kept: image {tag}, compose project {}, {}",
            session.project(),
            session.workspace.project().display()
        ));
    }
    for (id, _) in &session.secrets {
        evidence.push(format!("secret {id} was a canary"));
    }
    if session.setup.origin == Origin::Image {
        return Ok(Outcome::not_proven(NOTHING_BUILT).with(evidence));
    }
    Ok(Outcome::proven(evidence))
}
