//! Podman: no daemon, no BuildKit and no compose. The project is read by our own reader, and the service is run alone.
//!
//! What is said of its behaviour was seen with Podman 5.8 in November 2026.

use std::ffi::OsString;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::build::{Built, Request};
use super::driver::{Driver, NoProject, Start, Started, answers};
use super::engine::{Call, Engine, EngineError};
use super::podman_project;
use super::podman_run::{self, INIT};
use super::podman_steps::Steps;
use super::recipe::Anew;
use super::setup::compose_files;
use crate::report::Diagnostic;

pub(super) struct Podman;

impl Driver for Podman {
    fn present(&self, engine: &Engine) -> Result<(), Box<Diagnostic>> {
        let needs: [(&[&str], &str, &str); 1] =
            [(&["info", "--format", "{{.Store.GraphRoot}}"], "does not work", "`podman info` says more")];
        answers(engine, &engine.program(), &needs, "install Podman, or take Docker by `--engine docker`")
    }

    fn project(&self, _: &Engine, folder: &Path, _: &str) -> Result<Value, NoProject> {
        // Compose separates them by the system's own separator for paths.
        let files = match std::env::var_os("COMPOSE_FILE").filter(|files| !files.is_empty()) {
            Some(files) => std::env::split_paths(&files).map(|file| file.display().to_string()).collect(),
            None => compose_files(folder),
        };
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let mut text_of = |path: &str| std::fs::read_to_string(folder.join(path)).ok();
        podman_project::read(&files, folder, std::env::vars(), &mut text_of).map_err(NoProject::Refused)
    }

    fn build(
        &self,
        engine: &Engine,
        request: &Request<'_>,
        on_step: &mut dyn FnMut(&str),
    ) -> Result<Built, EngineError> {
        // Docker's format alone keeps HEALTHCHECK.
        let mut args: Vec<OsString> = ["build", "--format", "docker", "--layers"].map(OsString::from).to_vec();
        if *request.anew != Anew::Nothing {
            // Stages cannot be picked here.
            args.push("--no-cache".into());
        }
        args.extend(request.args());
        let mut steps = Steps::default();
        let mut on_line = |line: &str| {
            if let Some(name) = steps.line(line) {
                on_step(&name);
            }
        };
        let mut call = Call::new(args);
        call.timeout = request.timeout;
        call.output_is_talk = true;
        call.on_line = Some(&mut on_line);
        let output = engine.run(call)?;
        Ok(Built { success: output.success, vertices: std::mem::take(&mut steps.vertices), tail: steps.tail() })
    }

    /// `type=tar,dest=-` would write a file of that name; and the image that is made besides must be found again.
    fn build_to_tar(&self, dockerfile: &Path, context: &Path, label: &str) -> Vec<OsString> {
        let args = ["build", "--quiet", "--label", label, "--output", "-", "--file"];
        args.into_iter().map(OsString::from).chain([dockerfile.into(), context.into()]).collect()
    }

    fn start(&self, start: &Start<'_>) -> Result<Started, EngineError> {
        let engine = start.engine;
        if let Some(previous) = start.previous {
            engine.run(Call::new(["rm", "-f", "-v", "-t", "1", previous]))?;
        }
        let service = start.project["services"][start.service].as_object().cloned().unwrap_or_default();
        let podman_run::Flags { mut flags, command, mut untold } = podman_run::flags(&service);
        let mounts = match volumes(start, &service).and_then(|volumes| Ok((volumes, secrets(start, &service)?))) {
            Ok((volumes, secrets)) => volumes.into_iter().chain(secrets),
            Err(said) => return Ok(Started { failed: Some(vec![said]), untold, ..Started::default() }),
        };
        flags.extend(mounts.flat_map(|mount| ["--mount".to_owned(), mount]));
        let run = |flags: &[String]| {
            let mut call = Call::new(["run", "--detach", "--pull=never", "--label", start.own.label]);
            call.args.extend(flags.iter().map(OsString::from));
            call.args.push(start.own.image.into());
            call.args.extend(command.iter().map(OsString::from));
            call.timeout = start.within;
            engine.run(call)
        };
        let mut output = run(&flags)?;
        // An installation without catatonit has no init to put in front.
        if !output.success && output.stderr.iter().any(|line| line.contains("lookup init binary")) {
            flags.retain(|flag| flag != INIT);
            untold.push("init (this podman has none)".into());
            output = run(&flags)?;
        }
        let without = service.get("depends_on").and_then(Value::as_object).into_iter().flatten();
        let without = without.map(|(name, _)| name.clone()).collect();
        let container = output.text().lines().last().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        let failed = (!output.success).then_some(output.stderr);
        Ok(Started { container, failed, without, untold })
    }

    /// Without systemd nothing runs health checks by itself; one more does no harm.
    fn probe(&self, engine: &Engine, container: &str) -> Result<Option<bool>, EngineError> {
        Ok(Some(engine.run(Call::new(["healthcheck", "run", container]))?.success))
    }

    fn host_variable(&self) -> &'static str {
        "CONTAINER_HOST"
    }

    fn inspected(&self, mut told: Value) -> Value {
        // Podman lists what is dropped of its own default set; what is left says whether that is everything.
        let left: Vec<Value> = told["BoundingCaps"].as_array().cloned().unwrap_or_default();
        let is_all = told["BoundingCaps"].is_null() || left == [json!("CAP_NET_BIND_SERVICE")];
        if let Some(host) = told.get_mut("HostConfig").and_then(Value::as_object_mut).filter(|_| is_all) {
            host.insert("CapDrop".into(), json!(["ALL"]));
            host.insert("CapAdd".into(), json!(left));
        }
        told
    }

    /// It runs on this machine.
    fn clock(&self, _: &Engine) -> Result<String, EngineError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(format!("{}.{:09}", now.as_secs(), now.subsec_nanos()))
    }
}

/// The mounts of the service's volumes; named ones are made, so that they carry the label of this run.
fn volumes(start: &Start<'_>, service: &Map<String, Value>) -> Result<Vec<String>, String> {
    let mut mounts = Vec::new();
    for volume in service.get("volumes").and_then(Value::as_array).into_iter().flatten() {
        let (kind, target) =
            (volume["type"].as_str().unwrap_or("volume"), volume["target"].as_str().unwrap_or_default());
        let mut source = volume["source"].as_str().map(str::to_owned);
        if let Some(name) = source.as_mut().filter(|_| kind == "volume") {
            let own = start.project["volumes"][name.as_str()]["name"].as_str();
            *name = own.map_or_else(|| format!("{}_{name}", start.own.project), str::to_owned);
            let made = ["volume", "create", "--ignore", "--label", start.own.label, name.as_str()];
            start.engine.ask(made).map_err(|error| error.to_string())?;
        }
        let source = source.map(|source| format!(",source={source}")).unwrap_or_default();
        let read_only = if volume["read_only"] == true { ",readonly" } else { "" };
        let label = volume["source"].as_str().map(|source| relabel(start, source)).unwrap_or_default();
        mounts.push(format!("type={kind}{source},target={target}{read_only}{label}"));
    }
    Ok(mounts)
}

/// Secrets as files that are mounted read-only, which is how compose mounts them.
fn secrets(start: &Start<'_>, service: &Map<String, Value>) -> Result<Vec<String>, String> {
    let mut mounts = Vec::new();
    for secret in service.get("secrets").and_then(Value::as_array).into_iter().flatten() {
        let Some(name) = secret["source"].as_str() else { continue };
        let stated = &start.project["secrets"][name];
        let source = match (stated["file"].as_str(), stated["environment"].as_str()) {
            (Some(file), _) => file.to_owned(),
            (None, Some(variable)) => {
                let value = start.env.iter().find(|(known, _)| known == variable).map(|(_, value)| value.as_str());
                let file = start.scratch.join(format!("secret-{}", mounts.len()));
                write_readable(&file, value.unwrap_or_default())
                    .map_err(|error| format!("{}: {error}", file.display()))?;
                file.display().to_string()
            }
            (None, None) => return Err(format!("the secret `{name}` names no file and no variable")),
        };
        let target = secret["target"].as_str().unwrap_or(name);
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/run/secrets/{target}") };
        let label = relabel(start, &source);
        mounts.push(format!("type=bind,source={source},target={target},readonly{label}"));
    }
    Ok(mounts)
}

/// Under SELinux a container reads no file of the host that is not labelled for it. The user's own files keep their labels.
fn relabel(start: &Start<'_>, source: &str) -> &'static str {
    let ours = [start.own.folder, start.scratch].iter().any(|folder| Path::new(source).starts_with(folder));
    if ours { ",relabel=shared" } else { "" }
}

/// The app's user must be able to read it; the folder around is closed to others.
fn write_readable(file: &Path, value: &str) -> std::io::Result<()> {
    let _ = std::fs::remove_file(file);
    std::fs::write(file, value)?;
    #[cfg(unix)]
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o444))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_the_capabilities_says_what_was_dropped() {
        let told = |left: Value| json!({"BoundingCaps": left, "HostConfig": {"CapDrop": ["CAP_CHOWN"], "CapAdd": []}});
        assert_eq!(Podman.inspected(told(Value::Null))["HostConfig"]["CapDrop"], json!(["ALL"]));
        let bind = Podman.inspected(told(json!(["CAP_NET_BIND_SERVICE"])));
        assert_eq!(bind["HostConfig"]["CapAdd"], json!(["CAP_NET_BIND_SERVICE"]));
        assert_eq!(Podman.inspected(told(json!(["CAP_CHOWN"])))["HostConfig"]["CapDrop"], json!(["CAP_CHOWN"]));
    }
}
