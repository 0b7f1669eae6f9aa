//! Which release of the language: what the project asks for, among what is supported and what its base has.

use super::project::{Found, Origin, Project};
use super::range;
use crate::catalog::preset::{RangeKind, Release};
use crate::report::Diagnostic;

/// The release, and notes about a wish that cannot be met.
pub(super) fn choose(project: &Project) -> Option<Found> {
    let versions = &project.preset.version;
    if versions.supported.is_empty() {
        return None;
    }
    let base = project.text_of("base").and_then(|name| project.preset.bases.get(&name).map(|base| (name, base)));
    let in_base = |release: &Release| {
        base.as_ref().is_none_or(|(_, base)| base.releases.is_empty() || base.releases.contains(&release.release))
    };
    let limits: Vec<_> = versions.limits.iter().filter(|limit| project.holds(&limit.when)).collect();
    let in_limits = |release: &Release| {
        limits.iter().all(|limit| {
            limit.at_most.as_ref().is_none_or(|most| release.release == *most || range::below(&release.release, most))
                && limit.at_least.as_ref().is_none_or(|least| range::at_least(&release.release, least))
        })
    };
    // newest first, but the default before all others
    let mut ranked: Vec<&Release> = versions.supported.iter().filter(|release| in_base(release)).collect();
    ranked.sort_by_key(|release| release.release != versions.default);
    if ranked.is_empty() {
        return None;
    }
    let asked = versions.from.iter().find_map(|entry| {
        let found = project.source(&entry.source).into_iter().next()?;
        range::admits(entry.range, &found.value, &versions.default)?;
        Some((entry.range, found))
    });
    let Some((kind, wish)) = asked else {
        let fitting = ranked.iter().find(|release| in_limits(release)).unwrap_or(&ranked[0]);
        if fitting.release != ranked[0].release
            && let Some(limit) = limits.first()
        {
            project.note(Diagnostic::note(format!(
                "{} {} is taken: {}",
                project.preset.title, fitting.release, limit.because
            )));
        }
        return Some(Found::preset(fitting.release.clone()));
    };
    let taken = |release: &Release| Some(Found { value: release.release.clone(), ..wish.clone() });
    let admits = |release: &Release| range::admits(kind, &wish.value, &release.release) == Some(true);
    if let Some(release) = ranked
        .iter()
        .find(|release| admits(release) && in_limits(release))
        .or_else(|| ranked.iter().find(|release| admits(release)))
    {
        return taken(release);
    }
    // nothing fits: say why, and take the nearest that is newer
    let begins = range::begins(kind, &wish.value, versions.parts).unwrap_or_default();
    let nearest = ranked
        .iter()
        .rev()
        .filter(|release| range::at_least(&release.release, &begins))
        .min_by_key(|release| range::number(&release.release));
    let nearest = nearest.unwrap_or(&ranked[0]);
    let place = wish.evidence.as_ref().map(|evidence| format!(" ({evidence})")).unwrap_or_default();
    let title = &project.preset.title;
    let why = if let Some(ended) =
        versions.ended.iter().find(|ended| range::admits(kind, &wish.value, &ended.release) == Some(true))
    {
        let date = ended.end_of_life.as_deref().unwrap_or("some time ago");
        format!("the project asks for {title} {}{place}, whose support ended on {date}", ended.release)
    } else if versions.supported.iter().any(|release| range::admits(kind, &wish.value, &release.release) == Some(true))
    {
        let name = base.as_ref().map_or("", |(name, _)| name);
        format!("the project asks for {title} `{}`{place}, which the base `{name}` does not have", wish.value)
    } else {
        format!("the project asks for {title} `{}`{place}, which is not known to be supported", wish.value)
    };
    let supported = versions.supported.iter().map(|release| release.release.as_str()).collect::<Vec<_>>().join(", ");
    project.note(Diagnostic::warning(format!("{why}: {} is taken", nearest.release)).help(format!(
        "supported are {supported}; move the project to one of them, or choose with `--set build.version=...`"
    )));
    Some(Found { value: nearest.release.clone(), evidence: wish.evidence, origin: Origin::Detected })
}

/// The exact version among `known` for what a project declares of its package manager.
pub(super) fn exact(
    declared: &str,
    known: &std::collections::BTreeMap<String, String>,
    default: Option<&str>,
) -> Option<String> {
    let declared = declared.split('+').next().unwrap_or(declared).trim();
    let full = declared.split('.').count() == 3
        && declared.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if full {
        return Some(declared.to_owned());
    }
    let mut fitting: Vec<&String> =
        known.values().filter(|version| range::admits(RangeKind::Npm, declared, version) == Some(true)).collect();
    fitting.sort_by_key(|version| range::number(version));
    match default {
        Some(default) if range::admits(RangeKind::Npm, declared, default) == Some(true) => Some(default.to_owned()),
        _ => fitting.last().map(|version| (*version).clone()),
    }
}
