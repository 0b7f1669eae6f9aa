//! Units that are not ours: backing services, and the reverse proxy.

use std::collections::BTreeMap;

use super::process::seconds;
use super::{Condition, Config, Depends, Healthcheck, Kept, Role, Route, Unit, UnitSecret};
use crate::catalog::Catalog;
use crate::catalog::backing::Backing;
use crate::detect::text::fill_with;
use crate::plan::images::Naming;
use crate::plan::{Health, Pair, Tmpfs, Volume};
use crate::report::{self, Diagnostic};
use crate::spec::deploy::{BackingTable, ProxyTable};
use crate::spec::file::SpecFile;
use crate::spec::values::{
    AbsPath, Capability, Cpus, Duration, EnvName, Line, Port, RelPath, SecretId, ServiceName, Size, Text, UrlPath, User,
};

/// A backing service, and what it tells those who use it.
pub(super) struct Beside {
    /// Its key in `[backing]`.
    pub(super) key: ServiceName,
    /// The unit.
    pub(super) unit: Unit,
    /// The secret that holds its password.
    pub(super) password: Option<SecretId>,
    /// The variable that names the password's file to the app.
    variable: Option<EnvName>,
    /// What the app is told.
    app: Vec<Pair<EnvName>>,
}

impl Beside {
    /// Tells a unit of ours where this one is, and lets it wait for it.
    pub(super) fn tell(&self, unit: &mut Unit) -> Result<(), Box<Diagnostic>> {
        for pair in &self.app {
            if let Some(there) = unit.environment.iter().find(|there| there.name == pair.name) {
                if there.value == pair.value {
                    continue;
                }
                let error = format!(
                    "two backing services tell `{}` their place by `{}`: name one of them otherwise, such as `[backing.other]` with `kind = \"...\"`",
                    unit.name, pair.name
                );
                return Err(Box::new(Diagnostic::error(error).about(&self.unit.origin)));
            }
            unit.environment.push(pair.clone());
        }
        if let Some(password) = &self.password
            && !unit.secrets.iter().any(|secret| secret.name == *password)
        {
            unit.secrets.push(UnitSecret { name: password.clone(), env: self.variable.clone() });
        }
        unit.depends_on.push(Depends { name: self.unit.name.clone(), condition: Condition::ServiceHealthy });
        unit.talks_to.push(self.unit.name.clone());
        Ok(())
    }
}

/// The backing services of a project, sorted by key.
pub(super) fn backing(
    catalog: &Catalog,
    naming: &Naming,
    project: &ServiceName,
    file: &SpecFile,
) -> Result<Vec<Beside>, Box<Diagnostic>> {
    let mut all = Vec::new();
    for (key, entry) in &file.backing {
        let Some(table) = &entry.0 else { continue };
        let kind = table.kind.as_deref().unwrap_or(key.as_str());
        let preset = catalog.backing("backing", kind).map_err(|error| {
            let mut error = error.about(&["backing", key.as_str(), "kind"]);
            if table.kind.is_none() {
                let note = format!("a name of your own needs a `kind`: `{key} = {{ kind = \"redis\" }}`");
                error.notes.push(note);
            }
            Box::new(error)
        })?;
        let one = beside(naming, project, key, table, &preset, kind)
            .map_err(|why| Diagnostic::error(format!("the backing service `{key}`: {why}")))
            .map_err(|error| Box::new(error.about(&["backing", key.as_str(), "version"])))?;
        all.push(one);
    }
    Ok(all)
}

fn beside(
    naming: &Naming,
    project: &ServiceName,
    key: &ServiceName,
    table: &BackingTable,
    preset: &Backing,
    kind: &str,
) -> Result<Beside, String> {
    let named = key.as_str() != kind;
    let name = if named { key.clone() } else { ServiceName::new(preset.service.clone())? };
    let prefix = if named { EnvName::of(key.as_str())?.to_string() } else { preset.prefix.clone() };
    let database = match &table.database {
        Some(database) => database.to_string(),
        None => project.as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect(),
    };
    let secret = SecretId::new(format!("{}_password", prefix.trim_start_matches('_').to_ascii_lowercase()))?;
    let version = version(table.version.as_ref().map(|version| version.as_str()), preset)?;
    let words = BTreeMap::from([
        ("database", database.clone()),
        ("user", database),
        ("password_file", format!("/run/secrets/{secret}")),
        ("service", name.to_string()),
        ("prefix", prefix.clone()),
        ("version", version.to_owned()),
    ]);
    let filled = |text: &str| fill(text, &words);
    let release = preset.versions.iter().find(|release| release.name == version);
    let image = release.and_then(|release| release.image.as_deref()).unwrap_or(&preset.image);
    let mut unit = unit(naming, &name, preset, image, Role::Backing, &words)?;
    unit.origin = vec!["backing".to_owned(), key.to_string()];
    if let Some(memory) = &table.memory {
        unit.memory = memory.clone();
    }
    let data = release.and_then(|release| release.volume.as_ref()).or(preset.volume.as_ref());
    unit.volume = match data {
        Some(path) => Some(Volume { name: name.clone(), path: AbsPath::new(path.clone())? }),
        None => None,
    };
    let mut app = Vec::new();
    for (variable, value) in &preset.app {
        app.push(Pair { name: EnvName::new(filled(variable)?)?, value: Line::new(filled(value)?)? });
    }
    if preset.open {
        return Ok(Beside { key: key.clone(), unit, password: None, variable: None, app });
    }
    unit.secrets.push(UnitSecret { name: secret.clone(), env: None });
    let variable = EnvName::new(format!("{prefix}_PASSWORD_FILE"))?;
    Ok(Beside { key: key.clone(), unit, password: Some(secret), variable: Some(variable), app })
}

/// The release line that is asked for, or the preset's.
fn version<'a>(asked: Option<&'a str>, preset: &'a Backing) -> Result<&'a str, String> {
    let Some(asked) = asked else { return Ok(&preset.default) };
    let known: Vec<&str> = preset.versions.iter().map(|release| release.name.as_str()).collect();
    if known.contains(&asked) {
        return Ok(asked);
    }
    let near = report::did_you_mean(asked, known.iter().copied())
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default();
    Err(format!("{} {asked} is not known; {near}there are {}", preset.title, known.join(", ")))
}

fn fill(text: &str, words: &BTreeMap<&str, String>) -> Result<String, String> {
    fill_with(text, |name| words.get(name).cloned())
        .ok_or_else(|| format!("its preset's `{text}` names what is not known"))
}

/// What a preset says of a container, as a unit.
fn unit(
    naming: &Naming,
    name: &ServiceName,
    preset: &Backing,
    image: &str,
    role: Role,
    words: &BTreeMap<&str, String>,
) -> Result<Unit, String> {
    let texts = |all: &[String]| {
        all.iter()
            .map(|text| fill(text.trim_end_matches('\n'), words).and_then(Text::new))
            .collect::<Result<Vec<_>, _>>()
    };
    let health = Health {
        argv: texts(&preset.health.command)?,
        compiled: false,
        path: None,
        any_answer: false,
        interval: Duration::new(preset.health.interval.clone())?,
        timeout: Duration::new(preset.health.timeout.clone())?,
        start_period: Duration::new(preset.health.start_period.clone())?,
        start_interval: Duration::new("1s")?,
        retries: preset.health.retries,
    };
    let mut environment = Vec::new();
    for (variable, value) in &preset.environment {
        environment.push(Pair { name: EnvName::new(variable.clone())?, value: Line::new(fill(value, words)?)? });
    }
    let mut tmpfs = Vec::new();
    for folder in &preset.tmpfs {
        let path = AbsPath::new(folder.path.clone())?;
        tmpfs.push(Tmpfs { path, size: Size::new(folder.size.clone())?, exec: folder.exec, own: folder.own });
    }
    tmpfs.sort_by(|a, b| a.path.cmp(&b.path));
    let mut capabilities = Vec::new();
    for kept in &preset.capabilities {
        capabilities.push(Kept { name: Capability::new(kept.name.clone())?, reason: Line::new(kept.reason.clone())? });
    }
    let stop_grace = Duration::new(preset.stop_grace.clone())?;
    let entrypoint = texts(&preset.entrypoint)?;
    let command = texts(&preset.command)?;
    Ok(Unit {
        name: name.clone(),
        origin: Vec::new(),
        role,
        title: preset.title.clone(),
        built: None,
        builds: false,
        image: Some(naming.name(&fill(image, words)?)?),
        repository: None,
        script: entrypoint.iter().chain(&command).any(|word| word.as_str().contains('\n')),
        argv: entrypoint.iter().chain(&command).cloned().collect(),
        entrypoint,
        command,
        user: User::new(&preset.user)?,
        init: false,
        stop_signal: preset.stop_signal.clone().map(Line::new).transpose()?,
        stop_seconds: seconds(&stop_grace),
        stop_grace,
        read_only: preset.read_only,
        capabilities,
        memory: Size::new(preset.memory.clone())?,
        cpus: Cpus::new(preset.cpus.clone())?,
        pids: preset.pids,
        shm_size: preset.shm_size.clone().map(Size::new).transpose()?,
        tmpfs,
        volume: None,
        configs: Vec::new(),
        port: Some(Port::new(i64::from(preset.port))?),
        publish: None,
        environment,
        secrets: Vec::new(),
        names_files: false,
        probe_script: health.argv.iter().any(|word| word.as_str().contains('\n')),
        health: Some(health),
        healthcheck: Healthcheck::Own,
        depends_on: Vec::new(),
        networks: Vec::new(),
        egress: false,
        talks_to: Vec::new(),
        replicas: 1,
        note: preset.note.clone().map(Line::new).transpose()?,
    })
}

/// The reverse proxy before the units that listen on `ports`, and its routes.
pub(super) fn proxy(
    catalog: &Catalog,
    naming: &Naming,
    table: &ProxyTable,
    ports: &[(ServiceName, Port)],
) -> Result<(Unit, Vec<Route>), Box<Diagnostic>> {
    let preset = catalog.backing("proxy", &table.kind).map_err(|error| Box::new(error.about(&["proxy", "kind"])))?;
    proxy_unit(naming, table, &preset, ports)
        .map_err(|why| Diagnostic::error(format!("the reverse proxy: {why}")))
        .map_err(|error| Box::new(error.about(&["proxy", "routes"])))
}

fn proxy_unit(
    naming: &Naming,
    table: &ProxyTable,
    preset: &Backing,
    ports: &[(ServiceName, Port)],
) -> Result<(Unit, Vec<Route>), String> {
    let name = ServiceName::new(preset.service.clone())?;
    let words = BTreeMap::from([("service", name.to_string()), ("version", preset.default.clone())]);
    let mut unit = unit(naming, &name, preset, &preset.image, Role::Proxy, &words)?;
    unit.origin = vec!["proxy".to_owned()];
    unit.publish = Some(table.port.map_or_else(|| Port::new(if table.tls { 8443 } else { 8080 }), Ok)?);
    if table.tls {
        unit.port = Some(Port::new(8443)?);
        for secret in ["tls_certificate", "tls_key"] {
            unit.secrets.push(UnitSecret { name: SecretId::new(secret)?, env: None });
        }
    }
    if let Some(settings) = &preset.config {
        unit.configs.push(Config {
            name: name.clone(),
            file: RelPath::new(settings.file.clone())?,
            target: Line::new(settings.target.clone())?,
        });
    }
    let Some((first, port)) = ports.first() else {
        return Err("no service listens on a port: take [proxy] out, or say which port a service has".to_owned());
    };
    let mut routes = Vec::new();
    for (path, to) in &table.routes {
        let Some((unit, port)) = ports.iter().find(|(unit, _)| unit == to) else {
            let known = ports.iter().map(|(unit, _)| unit.as_str()).collect::<Vec<_>>().join(", ");
            return Err(format!("the route `{path}` goes to `{to}`, which has no port; there are {known}"));
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "/_.-".contains(c);
        if !path.as_str().chars().all(plain) {
            return Err(format!("the route `{path}`: letters, digits, `/`, `_`, `.` and `-` are taken in a route"));
        }
        let everything = path.as_str() == "/";
        routes.push(Route { path: path.clone(), everything, unit: unit.clone(), port: *port });
    }
    if !routes.iter().any(|route| route.everything) {
        routes.push(Route { path: UrlPath::new("/")?, everything: true, unit: first.clone(), port: *port });
    }
    // the longest first: whoever reads from the top takes the nearest
    routes.sort_by(|a, b| b.path.as_str().len().cmp(&a.path.as_str().len()).then_with(|| a.path.cmp(&b.path)));
    for route in &routes {
        if !unit.talks_to.contains(&route.unit) {
            unit.talks_to.push(route.unit.clone());
            unit.depends_on.push(Depends { name: route.unit.clone(), condition: Condition::ServiceHealthy });
        }
    }
    Ok((unit, routes))
}
