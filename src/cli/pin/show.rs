//! What became of each image, for people and for machines.

use serde_json::{Value, json};

use super::sources::Source;
use super::{Entry, Status};
use crate::registry::Manifest;
use crate::report::formats::visible;

/// One line an image. With `check` only what somebody has to do something about.
pub(super) fn text(entries: &[Entry<'_>], check: bool) -> String {
    let mut out = String::new();
    for entry in entries {
        let tagged = entry.image.tagged().unwrap_or_else(|| entry.image.text.clone());
        let said = match &entry.status {
            Status::Pinned(digest) => format!("{tagged} -> {digest}"),
            Status::Moved(old, new) if check => format!("{tagged} has moved: {old} -> {new}"),
            Status::Moved(_, new) => format!("{tagged} -> {new} (moved)"),
            Status::Kept(_) if check => continue,
            Status::Kept(digest) => format!("{tagged} -> {digest} (kept)"),
            Status::Unpinned => format!("{tagged} is not pinned"),
        };
        let single = entry.answer.as_ref().is_some_and(|answer| answer.manifest == Manifest::Image);
        let platform = if single { " (a single platform)" } else { "" };
        out.push_str(&format!("{}:{}: {said}{platform}\n", visible(&entry.source.shown), entry.image.line));
    }
    out
}

/// The last line.
pub(super) fn summary(entries: &[Entry<'_>], check: bool, wrote: bool) -> String {
    let count = |wanted: fn(&Status) -> bool| entries.iter().filter(|entry| wanted(&entry.status)).count();
    let (pinned, moved) =
        (count(|status| matches!(status, Status::Pinned(_))), count(|status| matches!(status, Status::Moved(..))));
    let (kept, open) =
        (count(|status| matches!(status, Status::Kept(_))), count(|status| matches!(status, Status::Unpinned)));
    match (check, wrote) {
        (true, _) => format!(
            "{kept} of {} images are pinned to what their tags are today; {moved} have moved, {open} are not pinned",
            entries.len()
        ),
        (false, true) => format!("pinned {pinned} images, moved {moved}, kept {kept}"),
        (false, false) => format!("would pin {pinned} images, move {moved}, keep {kept}; nothing was written"),
    }
}

/// The run as data.
pub(super) fn json(sources: &[Source], entries: &[Entry<'_>], wrote: bool) -> String {
    let images: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let (status, was, digest) = match &entry.status {
                Status::Pinned(new) => ("pinned", None, Some(new)),
                Status::Moved(old, new) => ("moved", Some(old), Some(new)),
                Status::Kept(old) => ("kept", Some(old), Some(old)),
                Status::Unpinned => ("unpinned", None, None),
            };
            let manifest = entry.answer.as_ref().map(|answer| match answer.manifest {
                Manifest::Index => "index",
                Manifest::Image => "image",
            });
            json!({
                "file": entry.source.shown,
                "line": entry.image.line,
                "image": entry.image.tagged().unwrap_or_else(|| entry.image.text.clone()),
                "status": status,
                "digest": digest,
                "was": was,
                "manifest": manifest,
                "host": entry.answer.as_ref().map(|answer| answer.host.as_str()),
            })
        })
        .collect();
    let left: Vec<Value> = sources
        .iter()
        .flat_map(|source| source.found.left.iter().map(move |left| (source, left)))
        .map(|(source, left)| {
            json!({
                "file": source.shown,
                "line": left.line,
                "image": left.text,
                "why": left.why.message(),
                "gap": left.why.is_gap(),
            })
        })
        .collect();
    let run = json!({ "version": 1, "written": wrote, "images": images, "left": left });
    format!("{}\n", serde_json::to_string_pretty(&run).unwrap_or_default())
}
