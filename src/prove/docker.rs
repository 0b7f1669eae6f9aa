//! Docker: BuildKit by buildx, and compose.

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;

use super::build::{Built, Request};
use super::driver::{Driver, NoProject, Start, Started, answers};
use super::engine::{Call, Engine, EngineError};
use super::rawjson::Log;
use super::recipe::Anew;
use crate::report::Diagnostic;

pub(super) struct Docker;

impl Driver for Docker {
    fn present(&self, engine: &Engine) -> Result<(), Box<Diagnostic>> {
        let needs: [(&[&str], &str, &str); 3] = [
            (
                &["version", "--format", "{{.Server.Version}}"],
                "does not reach an engine",
                "start Docker, set DOCKER_HOST, or take Podman by `--engine podman`",
            ),
            (&["buildx", "version"], "has no BuildKit", "install the buildx plugin"),
            (&["compose", "version"], "has no compose", "install the compose plugin, version 2"),
        ];
        let help =
            "`prove` needs Docker with BuildKit and compose, or Podman (`--engine podman`); `check` needs no engine";
        answers(engine, &engine.program(), &needs, help)
    }

    fn project(&self, engine: &Engine, folder: &Path, name: &str) -> Result<Value, NoProject> {
        let mut call = Call::new(["compose", "-p", name, "config", "--format", "json"]);
        call.folder = Some(folder.to_owned());
        let output = engine.run(call)?;
        if !output.success {
            return Err(NoProject::Refused(output.stderr));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|error| EngineError::Failed("docker compose config".into(), error.to_string()).into())
    }

    fn build(
        &self,
        engine: &Engine,
        request: &Request<'_>,
        on_step: &mut dyn FnMut(&str),
    ) -> Result<Built, EngineError> {
        let mut args: Vec<OsString> = ["buildx", "build", "--progress=rawjson", "--load"].map(OsString::from).to_vec();
        match request.anew {
            Anew::Nothing => {}
            Anew::Stages(names) => args.extend(names.iter().map(|name| format!("--no-cache-filter={name}").into())),
            Anew::Everything => args.push("--no-cache".into()),
        }
        args.extend(request.args());
        let mut log = Log::default();
        let mut on_line = |line: &str| {
            if let Some(name) = log.line(line) {
                on_step(&name);
            }
        };
        let mut call = Call::new(args);
        call.timeout = request.timeout;
        call.on_line = Some(&mut on_line);
        let output = engine.run(call)?;
        Ok(Built { success: output.success, vertices: log.vertices().cloned().collect(), tail: log.tail() })
    }

    fn build_to_tar(&self, dockerfile: &Path, context: &Path, _: &str) -> Vec<OsString> {
        let mut args: Vec<OsString> = ["buildx", "build", "--progress=quiet", "--output", "type=tar,dest=-", "--file"]
            .map(OsString::from)
            .to_vec();
        args.extend([dockerfile.into(), context.into()]);
        args
    }

    fn start(&self, start: &Start<'_>) -> Result<Started, EngineError> {
        let file = start.scratch.join("compose.json");
        if let Err(error) = std::fs::write(&file, start.project.to_string()) {
            return Ok(Started { failed: Some(vec![format!("{}: {error}", file.display())]), ..Started::default() });
        }
        let mut call = Call::new(["compose", "--progress", "quiet", "-p", start.own.project, "--project-directory"]);
        call.args.extend([start.own.folder.into(), "-f".into(), file.into_os_string()]);
        call.args.extend(["up", "-d", "--quiet-pull", start.service].map(Into::into));
        call.timeout = start.within;
        call.env = start.env.to_vec();
        let output = start.engine.run(call)?;
        let label = format!("label={}", start.own.label);
        let service = format!("label=com.docker.compose.service={}", start.service);
        let found = start.engine.ask(["ps", "-aq", "--no-trunc", "--filter", &label, "--filter", &service])?;
        let container = found.lines().next().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        let failed = match &container {
            _ if !output.success => Some(output.stderr),
            None => Some(vec!["compose started no container".into()]),
            Some(_) => None,
        };
        Ok(Started { container, failed, ..Started::default() })
    }

    fn host_variable(&self) -> &'static str {
        "DOCKER_HOST"
    }

    /// It need not be our machine's.
    fn clock(&self, engine: &Engine) -> Result<String, EngineError> {
        Ok(engine.ask(["info", "--format", "{{.SystemTime}}"])?.trim().to_owned())
    }
}
