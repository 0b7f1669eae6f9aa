//! The steps `rebuild-cached` and `no-cache-mount-needed`: a developer's edit, and the same edit on a machine with empty caches.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::build::{Built, NOTHING_BUILT};
use super::edit;
use super::engine::EngineError;
use super::recipe::Anew;
use super::report::Verdict;
use super::run::wait_healthy;
use super::session::{Outcome, Session};
use super::setup::Origin;

/// The stage that installs dependencies.
const DEPS: &str = "deps";

/// The step `rebuild-cached`.
pub(super) fn cached(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    if !session.built {
        return Ok(Outcome::not_proven("there is no image"));
    }
    if session.setup.origin == Origin::Image {
        return Ok(Outcome::not_proven(NOTHING_BUILT));
    }
    let candidates = match &session.options.edit {
        Some(file) => vec![session.workspace.project().join(file)],
        None => edit::candidates(&session.recipe, &session.setup.build.context),
    };
    if candidates.is_empty() {
        return Ok(Outcome::not_proven("no source file was found whose content could be changed"));
    }
    let tag = session.image();
    for file in candidates.into_iter().take(3) {
        if let Err(why) = change(&file, &session.run) {
            return Ok(Outcome::not_proven(why));
        }
        let name = shown(session, &file);
        let built = session.build(&tag, None, None, &Anew::Nothing)?;
        if !built.success {
            return Ok(Outcome::failed(
                format!("the image does not build after a comment was added to {name}"),
                built.tail,
            ));
        }
        if built.instructions().all(|vertex| vertex.cached) {
            continue;
        }
        session.edited = Some(file);
        let has_stage = session.recipe.stages().iter().any(|stage| stage.name == DEPS);
        return Ok(judge(&built, &name, has_stage));
    }
    Ok(Outcome::not_proven("no change of a source file made the builder work"))
}

fn judge(built: &Built, edited: &str, has_stage: bool) -> Outcome {
    let run_again: Vec<&str> =
        built.instructions().filter(|vertex| !vertex.cached).map(|vertex| vertex.name.as_str()).collect();
    let dependency: Vec<_> = built.instructions().filter(|vertex| vertex.stage() == Some(DEPS)).collect();
    let mut evidence = vec![format!("a comment was added to {edited}: {} steps ran again", run_again.len())];
    if dependency.is_empty() {
        let reason = if has_stage {
            "the stage `deps` has no step of its own in this build"
        } else {
            "no stage is called `deps`"
        };
        return Outcome::not_proven(reason).with(evidence);
    }
    let again: Vec<&str> =
        dependency.iter().filter(|vertex| !vertex.cached).map(|vertex| vertex.name.as_str()).collect();
    if again.is_empty() {
        evidence.push(format!("all {} steps of stage `deps` came from the cache", dependency.len()));
        return Outcome::proven(evidence);
    }
    evidence.extend(again.iter().map(|name| format!("ran again: {name}")));
    Outcome::failed("the dependency stage ran again after an edit of the source", evidence)
        .help("copy the manifests and the lockfile alone into the stage `deps`, the source in a later stage")
}

/// The step `no-cache-mount-needed`.
pub(super) fn without_cache_mounts(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    if !session.built {
        return Ok(Outcome::not_proven("there is no image"));
    }
    if session.setup.origin == Origin::Image {
        return Ok(Outcome::not_proven(NOTHING_BUILT));
    }
    let (text, count) = session.recipe.with_fresh_cache_mounts(&session.project());
    let dockerfile = session.workspace.own("Fresh.Dockerfile");
    let mut ignore = session.dockerfile.clone().into_os_string();
    ignore.push(".dockerignore");
    let written = fs::write(&dockerfile, text).and_then(|()| match fs::read(&ignore) {
        Ok(own) => fs::write(session.workspace.own("Fresh.Dockerfile.dockerignore"), own),
        Err(_) => Ok(()),
    });
    if let Err(error) = written {
        return Ok(Outcome::not_proven(format!("{}: {error}", dockerfile.display())));
    }
    let mut anew = Anew::Nothing;
    let cause = match session.edited.clone() {
        Some(file) => {
            // The last edit is in the cache by now.
            if let Err(why) = change(&file, &format!("{} again", session.run)) {
                return Ok(Outcome::not_proven(why));
            }
            format!("another comment in {}", shown(session, &file))
        }
        None => {
            let stages = session.recipe.stages().iter().map(|stage| stage.name.clone());
            anew = Anew::Stages(stages.filter(|name| name != DEPS).collect());
            "every stage but `deps` built again".into()
        }
    };
    let tag = session.image();
    let built = session.build(&tag, None, Some(dockerfile), &anew)?;
    let dependency: Vec<_> = built.instructions().filter(|vertex| vertex.stage() == Some(DEPS)).collect();
    let kept = dependency.iter().filter(|vertex| vertex.cached).count();
    let mut evidence = vec![cause];
    evidence.push(if count == 0 {
        "no step mounts a cache".into()
    } else {
        format!("{count} cache mounts, each empty")
    });
    if !dependency.is_empty() {
        evidence.push(format!("{kept} of {} steps of stage `deps` from the cache", dependency.len()));
    }
    if !built.success {
        evidence.extend(built.tail);
        return Ok(Outcome::failed("a step needs what an earlier one left in a cache mount", evidence)
            .help("leave in the layer what later steps need: a cache mount is empty on another machine, while the layer may be cached"));
    }
    if !session.settled {
        return Ok(Outcome::not_proven("it builds, but the service did not run well before").with(evidence));
    }
    let container = match session.up(&tag, |_| {})? {
        Ok(container) => container,
        Err(said) => {
            evidence.extend(said);
            return Ok(Outcome::failed("the engine does not start what was built", evidence));
        }
    };
    Ok(match wait_healthy(session, &container)? {
        Ok(seconds) => {
            evidence.push(format!("what was built is healthy after {seconds:.1} s"));
            Outcome::proven(evidence)
        }
        Err(outcome) if outcome.verdict == Verdict::NotProven => {
            evidence.extend(outcome.reason.into_iter().chain(outcome.evidence));
            Outcome::proven(evidence)
        }
        Err(mut outcome) => {
            evidence.append(&mut outcome.evidence);
            outcome.evidence = evidence;
            outcome
        }
    })
}

fn change(file: &Path, mark: &str) -> Result<(), String> {
    let Some(comment) = edit::comment(file, &format!("scaffold prove {mark}")) else {
        return Err(format!("how to comment in {} is not known", file.display()));
    };
    let append = OpenOptions::new().append(true).open(file).and_then(|mut file| file.write_all(comment.as_bytes()));
    append.map_err(|error| format!("{}: {error}", file.display()))
}

fn shown(session: &Session<'_>, file: &Path) -> String {
    let relative: PathBuf = file.strip_prefix(session.workspace.project()).unwrap_or(file).to_owned();
    relative.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::super::rawjson::Vertex;
    use super::*;

    fn built(steps: &[(&str, bool)]) -> Built {
        let vertex = |(name, cached): &(&str, bool)| Vertex { name: (*name).into(), cached: *cached, error: None };
        Built { success: true, vertices: steps.iter().map(vertex).collect(), tail: Vec::new() }
    }

    #[test]
    fn from_does_not_count_and_one_step_that_ran_again_is_enough_to_fail() {
        let from = ("[deps 1/3] FROM docker.io/library/node", false);
        let copy = ("[build 1/2] COPY . .", false);
        let good = built(&[from, ("[deps 2/3] COPY package.json ./", true), ("[deps 3/3] RUN npm ci", true), copy]);
        assert_eq!(judge(&good, "a.js", true).verdict, Verdict::Proven);
        let bad = built(&[from, ("[deps 2/3] COPY . .", false), ("[deps 3/3] RUN npm ci", true), copy]);
        assert_eq!(judge(&bad, "a.js", true).verdict, Verdict::Failed);
        assert_eq!(judge(&built(&[copy]), "a.js", false).verdict, Verdict::NotProven);
    }
}
