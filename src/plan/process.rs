//! Other processes of a service's image.

use super::{Process, Runtime, health};
use crate::catalog::Preset;
use crate::catalog::preset::{Base, Os};
use crate::report::Diagnostic;
use crate::spec::Spec;
use crate::spec::complete::Health as Asked;
use crate::spec::deploy::ProcessKind;
use crate::spec::values::Line;

/// The processes that the spec names, sorted by name.
pub(super) fn make(
    spec: &Spec,
    running: &Preset,
    base: &Base,
    served: bool,
    runtime: &Runtime,
) -> Result<Vec<Process>, Box<Diagnostic>> {
    let mut all = Vec::new();
    for (name, table) in &spec.file.processes {
        let whose = |why: String| {
            let error = Diagnostic::error(format!("the process `{name}`: {why}"));
            Box::new(error.about(&["processes", name.as_str()]))
        };
        if served {
            return Err(whose(format!(
                "the image holds {} and the files that it serves, no other program",
                running.title
            )));
        }
        if *name == spec.name {
            return Err(whose("the service itself has this name: take another".to_owned()));
        }
        let asked = match (&table.heartbeat, table.port, &table.health) {
            (Some(_), Some(_), _) => {
                return Err(whose("it has both `port` and `heartbeat`: it is asked in one way".to_owned()));
            }
            (Some(beat), None, _) => Asked::Heartbeat(beat.clone()),
            (None, None, Some(_)) => return Err(whose("`health` needs the `port` that answers".to_owned())),
            (None, Some(_), Some(path)) => Asked::Path(path.clone()),
            (None, Some(_), None) => Asked::Reachable,
            (None, None, None) => Asked::None,
        };
        if table.kind != ProcessKind::Worker && asked != Asked::None {
            return Err(whose(
                "what ends by itself is not asked for its health: take `port` and `heartbeat` out".to_owned(),
            ));
        }
        let probe = health::make(spec, running, base, false, &asked, table.port).map_err(whose)?;
        let in_image = runtime.health.as_ref().is_some_and(|health| health.compiled);
        if probe.as_ref().is_some_and(|probe| probe.compiled) && !in_image {
            return Err(whose(
                "the image has no program for its probe, since the service itself is not asked for its health"
                    .to_owned(),
            ));
        }
        let mut argv = table.command.words().map(str::to_owned).collect::<Vec<_>>();
        if let Some(program) = argv.first_mut() {
            if let Some(real) = base.programs.get(program) {
                program.clone_from(real);
            }
            if base.os == Os::None && !program.starts_with('/') && !base.on_path {
                return Err(whose(format!(
                    "the base `{}` has no program `{program}`: take `--base slim`, or name it by its full path",
                    spec.base
                )));
            }
        }
        let argv = argv.into_iter().map(Line::new).collect::<Result<_, _>>()?;
        all.push(Process { name: name.clone(), argv, health: probe });
    }
    Ok(all)
}
