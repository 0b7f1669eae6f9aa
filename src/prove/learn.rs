//! `--learn`: the same image with everything owned by the app and a writable root, and what it then writes. On a tree of root's a
//! write that fails leaves no trace.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use serde_json::json;

use super::engine::EngineError;
use super::inspect;
use super::recipe::Anew;
use super::run::{get, published, wait_healthy};
use super::session::{Outcome, Session};

/// The step `learn`.
pub(super) fn step(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    if !session.built {
        return Ok(Outcome::not_proven("there is no image"));
    }
    let image = session.image();
    let inspected = session.inspect("image", &image)?;
    let owner = match &session.identity {
        Some(identity) => match (identity.uids.first(), identity.gids.first()) {
            (Some(uid), Some(gid)) => format!("{uid}:{gid}"),
            _ => return Ok(Outcome::not_proven("who the service runs as is not known")),
        },
        None => inspected["Config"]["User"].as_str().filter(|user| !user.is_empty()).unwrap_or("0:0").to_owned(),
    };
    let dockerfile = session.workspace.own("Learn.Dockerfile");
    let text = format!(
        "FROM {image} AS original\nFROM {image}\nUSER 0:0\nCOPY --from=original --chown={owner} / /\nUSER {owner}\n"
    );
    if let Err(error) = fs::write(&dockerfile, text) {
        return Ok(Outcome::not_proven(format!("{}: {error}", dockerfile.display())));
    }
    let tag = format!("scaffold-prove-{}-learn:latest", session.run);
    let target = session.setup.build.target.take();
    let built = session.build(&tag, None, Some(dockerfile), &Anew::Nothing);
    session.setup.build.target = target;
    let built = built?;
    if !built.success {
        return Ok(Outcome::not_proven("the image could not be copied with other owners").with(built.tail));
    }
    let started = session.up(&tag, |service| {
        service.insert("read_only".into(), json!(false));
        service.remove("tmpfs");
    })?;
    let container = match started {
        Ok(container) => container,
        Err(said) => return Ok(Outcome::not_proven("the copy does not start").with(said)),
    };
    let mut evidence = match wait_healthy(session, &container)? {
        Ok(seconds) => vec![format!("healthy {seconds:.1} s after the start, with a writable root")],
        Err(outcome) => outcome.reason.into_iter().chain(outcome.evidence).collect(),
    };
    let inspected = session.inspect("container", &container)?;
    if let Some(port) = session.setup.port().and_then(|inside| published(&inspected, inside)) {
        for path in [inspect::health_path(&inspected).unwrap_or_else(|| "/".into()), "/".into()] {
            // Whatever it answers: what it writes on the way is what counts.
            let _ = get(port, &path);
        }
    }
    session.engine.pause(Duration::from_millis(500))?;
    let diff = session.engine.ask(["diff", container.as_str()])?;
    let mounts: Vec<String> = inspected["Mounts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|mount| mount["Destination"].as_str().map(str::to_owned))
        .collect();
    let paths = proposed(&diff, &mounts);
    evidence.push(if paths.is_empty() {
        "it wrote nothing outside of its volumes".into()
    } else {
        format!("it wrote below: {}", paths.join(", "))
    });
    evidence
        .push("seen until healthy and after two requests; what a request of another kind writes was not seen".into());
    session.writable_paths = Some(paths);
    Ok(Outcome::proven(evidence))
}

/// The folders that must be writable for what `docker diff` lists.
fn proposed(diff: &str, mounts: &[String]) -> Vec<String> {
    let changed: Vec<(&str, &str)> = diff.lines().filter_map(|line| line.trim().split_once(' ')).collect();
    let paths: BTreeSet<&str> = changed.iter().map(|(_, path)| *path).collect();
    let engine_s = |path: &str| {
        ["/dev", "/proc", "/sys", "/run/secrets", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab"]
            .iter()
            .any(|own| path == *own || path.starts_with(&format!("{own}/")))
            || mounts.iter().any(|mount| {
                path == mount || path.starts_with(&format!("{mount}/")) || mount.starts_with(&format!("{path}/"))
            })
    };
    let mut folders = BTreeSet::new();
    for (kind, path) in changed {
        let below = format!("{path}/");
        let has_inner = paths.range(below.as_str()..).next().is_some_and(|next| next.starts_with(&below));
        // A changed folder whose entries are listed themselves says nothing new.
        if kind == "D" || has_inner || engine_s(path) {
            continue;
        }
        if let Some((folder, _)) = path.rsplit_once('/') {
            folders.insert(if folder.is_empty() { path.to_owned() } else { folder.to_owned() });
        }
    }
    let all: Vec<String> = folders.iter().cloned().collect();
    all.iter().filter(|path| !all.iter().any(|other| path.starts_with(&format!("{other}/")))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_of_written_files_are_proposed_and_mounts_are_not() {
        let diff = "C /app\nA /app/cache\nA /app/cache/deep\nA /app/cache/deep/x\nC /tmp\nA /tmp/y\nC /run\nA /run/secrets\nA /run/secrets/db\nA /data\n";
        assert_eq!(proposed(diff, &["/data".to_owned()]), ["/app/cache/deep", "/tmp"]);
    }

    #[test]
    fn nothing_written_is_nothing_proposed() {
        assert!(proposed("", &[]).is_empty());
    }
}
