//! Our own units: a service and the processes of its image.

use super::make::Member;
use super::{Condition, Depends, Healthcheck, Kept, Role, Unit, UnitSecret};
use crate::plan::{Pair, Plan, Process};
use crate::report::Diagnostic;
use crate::spec::deploy::{ProcessKind, ProcessTable, Reach};
use crate::spec::file::SpecFile;
use crate::spec::values::{Duration, EnvName, Line, Repository, ServiceName, Text};

/// The service of an image and its processes. What they need of others is not yet said.
pub(super) fn units(member: &Member<'_>, repository: &Repository) -> Result<Vec<(Unit, Reach)>, Box<Diagnostic>> {
    let plan = member.plan;
    let file = &member.spec.file;
    let service = service(plan, file, repository)?;
    let reach = file.runtime.network.unwrap_or_default();
    let mut units = vec![(service.clone(), reach)];
    for process in &plan.processes {
        if let Some(table) = file.processes.get(&process.name) {
            units.push((of_image(&service, plan, process, table)?, table.network.unwrap_or(reach)));
        }
    }
    // whoever of this image keeps running waits for the jobs
    let jobs: Vec<ServiceName> =
        units.iter().filter(|(unit, _)| unit.role == Role::Job).map(|(unit, _)| unit.name.clone()).collect();
    for (unit, _) in units.iter_mut().filter(|(unit, _)| matches!(unit.role, Role::Service | Role::Worker)) {
        let done =
            |name: &ServiceName| Depends { name: name.clone(), condition: Condition::ServiceCompletedSuccessfully };
        unit.depends_on.extend(jobs.iter().map(done));
    }
    Ok(units)
}

fn service(plan: &Plan, file: &SpecFile, repository: &Repository) -> Result<Unit, String> {
    let compose = &plan.compose;
    let secrets =
        compose.secrets.iter().map(|secret| UnitSecret { name: secret.name.clone(), env: Some(secret.env.clone()) });
    Ok(Unit {
        name: plan.name.clone(),
        origin: vec!["service".to_owned(), "name".to_owned()],
        role: Role::Service,
        title: plan.title.clone(),
        built: Some(plan.name.clone()),
        builds: true,
        image: None,
        repository: Some(repository.clone()),
        entrypoint: Vec::new(),
        command: Vec::new(),
        script: false,
        argv: texts(plan.runtime.entrypoint.iter().chain(&plan.runtime.arguments))?,
        user: plan.runtime.user,
        init: compose.init,
        stop_signal: None,
        stop_grace: compose.stop_grace.clone(),
        stop_seconds: seconds(&compose.stop_grace),
        read_only: compose.read_only,
        capabilities: kept(file),
        memory: compose.memory.clone(),
        cpus: compose.cpus.clone(),
        pids: compose.pids,
        shm_size: None,
        tmpfs: compose.tmpfs.clone(),
        volume: compose.volume.clone(),
        configs: Vec::new(),
        port: plan.runtime.port,
        publish: plan.runtime.port.map(|port| file.service.publish.unwrap_or(port)),
        environment: Vec::new(),
        secrets: secrets.collect(),
        names_files: false,
        probe_script: false,
        health: plan.runtime.health.clone(),
        healthcheck: if plan.runtime.health.is_some() { Healthcheck::Image } else { Healthcheck::None },
        depends_on: Vec::new(),
        networks: Vec::new(),
        egress: false,
        talks_to: Vec::new(),
        // a volume belongs to one
        replicas: file.runtime.replicas.unwrap_or(if compose.volume.is_some() { 1 } else { 2 }),
        note: None,
    })
}

fn kept(file: &SpecFile) -> Vec<Kept> {
    file.runtime.capabilities.iter().map(|(name, reason)| Kept { name: name.clone(), reason: reason.clone() }).collect()
}

fn of_image(service: &Unit, plan: &Plan, process: &Process, table: &ProcessTable) -> Result<Unit, Box<Diagnostic>> {
    let origin = ["processes", process.name.as_str()];
    let role = match table.kind {
        ProcessKind::Worker => Role::Worker,
        ProcessKind::Job => Role::Job,
        ProcessKind::Task => Role::Task,
    };
    let mut secrets = service.secrets.clone();
    if let Some(asked) = &table.secrets {
        if let Some(unknown) = asked.iter().find(|asked| !secrets.iter().any(|secret| secret.name == **asked)) {
            let error = format!(
                "the process `{}` reads the secret `{unknown}`, which the service does not have: add it to [[secrets]]",
                process.name
            );
            return Err(Box::new(Diagnostic::error(error).about(&[&origin[..], &["secrets"]].concat())));
        }
        secrets.retain(|secret| asked.contains(&secret.name));
    }
    // the image's own program stays, and its arguments are others
    let same = process.argv.first() == plan.runtime.entrypoint.first();
    let split = if same { plan.runtime.entrypoint.len().min(process.argv.len()) } else { 1 };
    let (program, arguments) = process.argv.split_at(split.min(process.argv.len()));
    let healthcheck = match (&process.health, &service.health) {
        (Some(_), _) => Healthcheck::Own,
        (None, Some(_)) => Healthcheck::Off,
        (None, None) => Healthcheck::None,
    };
    let variable = |(name, value): (&EnvName, &Line)| Pair { name: name.clone(), value: value.clone() };
    Ok(Unit {
        name: process.name.clone(),
        origin: origin.map(str::to_owned).into(),
        role,
        builds: false,
        entrypoint: if same && !arguments.is_empty() { Vec::new() } else { texts(program)? },
        command: texts(arguments)?,
        argv: texts(&process.argv)?,
        memory: table.memory.clone().unwrap_or_else(|| service.memory.clone()),
        cpus: table.cpus.clone().unwrap_or_else(|| service.cpus.clone()),
        pids: table.pids.unwrap_or(service.pids).clamp(1, 32_768),
        port: table.port,
        publish: None,
        environment: table.env.iter().map(variable).collect(),
        secrets,
        health: process.health.clone(),
        healthcheck,
        replicas: if role == Role::Worker { table.replicas.unwrap_or(1) } else { 1 },
        ..service.clone()
    })
}

fn texts<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Result<Vec<Text>, String> {
    lines.into_iter().map(|line| Text::new(line.as_str())).collect()
}

/// Whole seconds, rounded up.
pub(super) fn seconds(duration: &Duration) -> u32 {
    let text = duration.as_str();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u32 = text[..digits].parse().unwrap_or(1);
    match &text[digits..] {
        "ms" => number.div_ceil(1000),
        "m" => number.saturating_mul(60),
        "h" => number.saturating_mul(3600),
        _ => number,
    }
}
