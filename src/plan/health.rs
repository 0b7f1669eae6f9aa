//! The probe of a service and of its processes: the preset's program, with port and path as arguments.

use std::collections::BTreeMap;

use super::Health;
use crate::catalog::Preset;
use crate::catalog::preset::Base;
use crate::detect::text::fill_with;
use crate::spec::Spec;
use crate::spec::complete::Health as Asked;
use crate::spec::values::{Argv, Duration, Line, Port, Text};

/// The probe of the service itself.
pub(super) fn of_service(spec: &Spec, running: &Preset, base: &Base, served: bool) -> Result<Option<Health>, String> {
    make(spec, running, base, served, &spec.health, spec.port)
}

/// A probe that asks for `asked` at `port`, in an image of this base.
pub(super) fn make(
    spec: &Spec,
    running: &Preset,
    base: &Base,
    served: bool,
    asked: &Asked,
    port: Option<Port>,
) -> Result<Option<Health>, String> {
    let probe = &running.probe;
    let port = port.map(|port| port.to_string());
    let fill = |words: &[String], path: &str, below: &str, program: &str| {
        words
            .iter()
            .map(|word| {
                fill_with(word, |name| match name {
                    "program" => Some(program.to_owned()),
                    "path" | "file" => Some(path.to_owned()),
                    "below" | "max_age" => Some(below.to_owned()),
                    "port" => port.clone(),
                    name => base.programs.get(name).cloned(),
                })
                .ok_or_else(|| {
                    format!("the probe of the preset `{}` needs `{word}`, which the base does not have", running.id)
                })
                .and_then(Text::new)
            })
            .collect::<Result<Vec<_>, _>>()
    };
    let of_base = |table: &BTreeMap<String, Vec<String>>| {
        table.get(&spec.base).cloned().ok_or_else(|| {
            format!(
                "{} has no probe for the base `{}`: say `[health] command = [...]` or `none = true`",
                running.title, spec.base
            )
        })
    };
    let (argv, compiled, path) = match (asked, served) {
        (Asked::None, false) => return Ok(None),
        (Asked::Command(command), _) => (texts(command)?, false, None),
        (Asked::Heartbeat(beat), _) => (
            fill(&of_base(&probe.heartbeat_argv)?, beat.file.as_str(), &beat.max_age.to_string(), &probe.heartbeat)?,
            probe.compiled,
            None,
        ),
        (Asked::Path(path), false) => (
            fill(&of_base(&probe.argv)?, path.as_str(), "400", &probe.program)?,
            probe.compiled,
            Some(Line::new(path.as_str())?),
        ),
        (Asked::Reachable, false) => {
            (fill(&of_base(&probe.argv)?, "/", "500", &probe.program)?, probe.compiled, Some(Line::new("/")?))
        }
        (_, true) => {
            let path = running.probe.default_path.clone().unwrap_or_else(|| "/".to_owned());
            (fill(&of_base(&probe.argv)?, &path, "400", &probe.program)?, probe.compiled, Some(Line::new(path)?))
        }
    };
    let table = &spec.file.health;
    let or = |asked: &Option<Duration>, default: &str| asked.clone().map_or_else(|| Duration::new(default), Ok);
    Ok(Some(Health {
        argv,
        compiled,
        path,
        any_answer: matches!(asked, Asked::Reachable) && !served,
        interval: or(&table.interval, "30s")?,
        timeout: or(&table.timeout, "5s")?,
        start_period: or(&table.start_period, "30s")?,
        start_interval: Duration::new("1s")?,
        retries: table.retries.unwrap_or(3).clamp(1, 100),
    }))
}

fn texts(command: &Argv) -> Result<Vec<Text>, String> {
    command.words().map(Text::new).collect()
}
