//! What a manager is told outside of its command: variables, and apt's configuration.

use crate::check::subject::{Build, Command, Run, StageView};
use crate::dockerfile::Kind;

/// The value of a variable as a command sees it: its own, one exported before it, or of ENV and ARG.
#[must_use]
pub fn setting<'r>(run: &'r Run<'_>, command: &'r Command, name: &str) -> Option<&'r str> {
    let own = command.assignments.iter().rev().find(|(set, _, _)| set == name);
    if let Some((_, value, _)) = own {
        return value.as_deref();
    }
    let before = run.commands.iter().take_while(|other| !std::ptr::eq(*other, command));
    let mut exported = None;
    for other in before {
        if other.is(&["export", "declare", "typeset"]) {
            for arg in &other.args {
                if let Some(value) = arg.text().strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
                    exported = Some(value);
                }
            }
        } else if other.name.is_empty() {
            for (set, value, _) in &other.assignments {
                if set == name {
                    exported = value.as_deref();
                }
            }
        }
    }
    exported.or_else(|| run.variables.get(name).map(String::as_str))
}

/// Whether apt's configuration may say something of `key` at this RUN: one written earlier in the chain, or in the RUN
/// itself, or copied in.
#[must_use]
pub fn apt_is_configured(build: &Build<'_>, view: &StageView<'_>, run: &Run<'_>, key: &str) -> bool {
    let says = |text: &str| {
        let lower = text.to_ascii_lowercase();
        (lower.contains("apt.conf") || lower.contains("apt_config")) && lower.contains(&key.to_ascii_lowercase())
    };
    build.chain(view.stage.index).any(|stage| {
        build.instructions(stage).filter(|(at, _)| *at <= run.at).any(|(_, instruction)| match &instruction.kind {
            Kind::Run(_) => build.text.get(instruction.span.clone()).is_some_and(says),
            // What a file from the context says is not looked up: it may be about this.
            Kind::Copy(transfer) | Kind::Add(transfer) => {
                let to = transfer.destination.raw.to_ascii_lowercase();
                to.contains("apt.conf") || transfer.sources.iter().any(|source| source.raw.contains("apt.conf"))
            }
            Kind::Env(pairs) => pairs.iter().any(|pair| pair.key.raw == "APT_CONFIG"),
            _ => false,
        })
    })
}
