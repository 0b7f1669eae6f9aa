//! The step `secret-absent`: no form of any canary in any layer, the configuration, the history or the file system.

use std::time::Duration;

use serde_json::Value;

use super::engine::{Call, EngineError};
use super::layers::{Entry, Search};
use super::needle::Needles;
use super::session::{Outcome, Session};

const WITHIN: Duration = Duration::from_secs(900);

/// The step.
pub(super) fn step(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    if !session.built {
        return Ok(Outcome::not_proven("there is no image"));
    }
    let needles = Needles::new(std::mem::take(&mut session.needles));
    let too_short = std::mem::take(&mut session.too_short);
    if needles.is_empty() && !too_short.is_empty() {
        return Ok(Outcome::not_proven("every secret here is too short to be looked for").with(too_short));
    }
    if needles.is_empty() {
        return Ok(Outcome::not_proven(
            "the Dockerfile mounts no secret and the compose file names none: there is nothing to look for",
        ));
    }
    let image = session.image();
    let mut search = Search::new(&needles, false);
    let inspected = session.inspect("image", &image)?;
    let history = session.engine.ask(["history", "--no-trunc", "--format", "{{json .}}", &image])?;
    for (text, trail) in [(inspected.to_string(), "image configuration"), (history, "image history")] {
        // In memory: reading cannot fail.
        let _ = search.stream(&mut text.as_bytes(), trail);
    }
    session.progress.detail("searching every layer");
    let mut call = Call::new(["save", &image]);
    call.timeout = WITHIN;
    session.engine.stream(call, |reader| search.stream(reader, "image"))?;
    let (files, bytes, decompressed) = (search.files, search.bytes, search.decompressed);
    session.progress.detail("searching the file system");
    session.entries = Some(export(session, &mut search)?);
    let layers = layer_names(&inspected);
    let mut hits: Vec<String> = search
        .hits
        .iter()
        .map(|(index, trail)| format!("{} in {}", needles.label(*index), named(trail, &layers)))
        .collect();
    hits.sort();
    hits.dedup();
    let mut evidence = vec![format!(
        "{} files, {} MB searched in {} layers, {decompressed} of them decompressed; configuration, history and exported file system, too",
        files,
        bytes / 1_000_000,
        layers.len()
    )];
    evidence.push("looked for as text, base64 (every alignment), hex and UTF-16".into());
    for (form, count) in &search.unopened {
        evidence.push(format!("{count} {form} files were searched without opening them"));
    }
    if !hits.is_empty() {
        hits.truncate(20);
        hits.extend(evidence);
        return Ok(Outcome::failed("a secret of the build is in the image", hits)
            .help("read the secret within one RUN from its mount and write it nowhere; delete what tools keep of it in the same RUN"));
    }
    if !search.unread.is_empty() {
        evidence.extend(search.unread.clone());
        return Ok(Outcome::not_proven("a layer could not be read").with(evidence));
    }
    if !too_short.is_empty() {
        evidence.splice(0..0, too_short);
        return Ok(
            Outcome::not_proven("a secret is too short to be looked for; the others were not found").with(evidence)
        );
    }
    Ok(Outcome::proven(evidence))
}

/// Searches the file system of a container that never starts, and gives its entries.
pub(super) fn export(session: &Session<'_>, search: &mut Search<'_>) -> Result<Vec<Entry>, EngineError> {
    let label = session.label();
    // The command is never run, but an image without one needs some.
    let created = session.engine.ask(["create", "--label", &label, &session.image(), "x"])?;
    let id = created.trim().to_owned();
    search.entries = Some(Vec::new());
    let mut call = Call::new(["export", id.as_str()]);
    call.timeout = WITHIN;
    session.engine.stream(call, |reader| search.stream(reader, "file system"))?;
    session.engine.ask(["rm", "-f", "-v", id.as_str()])?;
    Ok(search.entries.take().unwrap_or_default())
}

fn layer_names(image: &Value) -> Vec<String> {
    let layers = image["RootFS"]["Layers"].as_array().into_iter().flatten();
    layers.filter_map(Value::as_str).map(|digest| digest.trim_start_matches("sha256:").to_owned()).collect()
}

/// `image > blobs/sha256/DIGEST > app/x` as `layer 4 > app/x`.
fn named(trail: &str, layers: &[String]) -> String {
    let mut parts: Vec<String> = trail.split(" > ").map(str::to_owned).collect();
    if let Some(blob) = parts.get(1)
        && let Some(index) = layers.iter().position(|digest| blob.contains(digest.as_str()))
    {
        parts.splice(0..2, [format!("layer {}", index + 1)]);
    }
    parts.join(" > ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_named_by_the_number_of_its_layer() {
        let layers = ["aaa".to_owned(), "bbb".to_owned()];
        assert_eq!(named("image > blobs/sha256/bbb > app/.npmrc", &layers), "layer 2 > app/.npmrc");
        assert_eq!(named("image > blobs/sha256/ccc", &layers), "image > blobs/sha256/ccc");
    }
}
