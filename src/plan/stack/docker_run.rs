//! `docker run` of one service under the lock-down that compose gives it, as data: whoever prints it says the same.

use serde::Serialize;

use super::{Role, Unit};
use crate::spec::values::{Line, SecretId, ServiceName, shell_word};

/// Where the files of secrets are, as a shell reads it: the folder that the script made, or the one of compose.
const SECRETS: &str = "\"${SECRETS_DIR:-$PWD/secrets}\"";

/// The command of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DockerRun {
    /// The service.
    pub unit: ServiceName,
    /// The image, by the name that a local build gives it.
    pub image: ServiceName,
    /// Its options, in the order in which they are said.
    pub options: Vec<RunOption>,
}

/// One option of `docker run`: a switch, a value, or the mount of a secret's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunOption {
    /// Its name, with `--`.
    pub name: &'static str,
    /// What is said behind `=`.
    pub value: Option<Line>,
    /// The secret whose file is mounted; then there is no value, since the folder is known to the shell alone.
    pub secret: Option<SecretId>,
}

impl DockerRun {
    /// The command in one line, for a shell.
    #[must_use]
    pub fn line(&self) -> String {
        let mut words = vec!["docker run".to_owned()];
        words.extend(self.options.iter().map(RunOption::word));
        words.push(shell_word(self.image.as_str()));
        words.join(" ")
    }
}

impl RunOption {
    /// The option as a shell takes it.
    #[must_use]
    pub fn word(&self) -> String {
        let name = self.name;
        match (&self.value, &self.secret) {
            (Some(value), _) => format!("{name}={}", shell_word(value.as_str())),
            (None, Some(secret)) => {
                format!("{name}=type=bind,source={SECRETS}/{secret},target=/run/secrets/{secret},readonly")
            }
            (None, None) => name.to_owned(),
        }
    }
}

/// The commands of the services, in the order of the units.
pub(super) fn of(project: &ServiceName, units: &[Unit]) -> Result<Vec<DockerRun>, String> {
    let services = units.iter().filter(|unit| unit.role == Role::Service);
    services
        .filter_map(|unit| Some((unit, unit.built.clone()?)))
        .map(|(unit, image)| Ok(DockerRun { unit: unit.name.clone(), image, options: options(project, unit)? }))
        .collect()
}

fn options(project: &ServiceName, unit: &Unit) -> Result<Vec<RunOption>, String> {
    let mut all = Options(Vec::new());
    let user = unit.user;
    all.switch("--rm");
    if unit.read_only {
        all.switch("--read-only");
    }
    all.value("--cap-drop", "ALL")?;
    for kept in &unit.capabilities {
        all.value("--cap-add", kept.name.as_str())?;
    }
    all.value("--security-opt", "no-new-privileges")?;
    all.value("--user", format!("{}:{}", user.uid, user.gid))?;
    all.value("--memory", unit.memory.as_str())?;
    // the same as the memory limit: no swap on top of it
    all.value("--memory-swap", unit.memory.as_str())?;
    all.value("--cpus", unit.cpus.as_str())?;
    all.value("--pids-limit", unit.pids.to_string())?;
    if let Some(size) = &unit.shm_size {
        all.value("--shm-size", size.as_str())?;
    }
    if unit.init {
        all.switch("--init");
    }
    if let Some(signal) = &unit.stop_signal {
        all.value("--stop-signal", signal.as_str())?;
    }
    all.value("--stop-timeout", unit.stop_seconds.to_string())?;
    if unit.networks.is_empty() {
        all.value("--network", "none")?;
    }
    for folder in &unit.tmpfs {
        let exec = if folder.exec { "exec" } else { "noexec" };
        let owner =
            if folder.own { format!("mode=0700,uid={},gid={}", user.uid, user.gid) } else { "mode=1777".to_owned() };
        all.value("--tmpfs", format!("{}:rw,{exec},nosuid,nodev,size={},{owner}", folder.path, folder.size))?;
    }
    if let Some(volume) = &unit.volume {
        // the volume that compose makes, so that both see the same data
        all.value("--mount", format!("type=volume,source={project}_{},target={}", volume.name, volume.path))?;
    }
    for variable in &unit.environment {
        all.value("--env", format!("{}={}", variable.name, variable.value))?;
    }
    for secret in &unit.secrets {
        if let Some(variable) = &secret.env {
            all.value("--env", format!("{variable}=/run/secrets/{}", secret.name))?;
        }
        all.0.push(RunOption { name: "--mount", value: None, secret: Some(secret.name.clone()) });
    }
    if let (Some(host), Some(port)) = (unit.publish, unit.port) {
        all.value("--publish", format!("127.0.0.1:{host}:{port}"))?;
    }
    Ok(all.0)
}

struct Options(Vec<RunOption>);

impl Options {
    fn switch(&mut self, name: &'static str) {
        self.0.push(RunOption { name, value: None, secret: None });
    }

    fn value(&mut self, name: &'static str, value: impl Into<String>) -> Result<(), String> {
        self.0.push(RunOption { name, value: Some(Line::new(value)?), secret: None });
        Ok(())
    }
}
