//! The secrets of the builds: compose, bake and pipelines have one list for all images.

use super::{Built, Secret};
use crate::plan::SecretMount;
use crate::report::Diagnostic;

/// What is mounted into any of these builds. `tables` are the tables of `scaffold.toml` that speak of each.
///
/// # Errors
/// One that stands twice, two that one variable would give, and one that has the name of a secret of what runs.
pub(super) fn of<'a>(
    images: &[Built],
    tables: impl Iterator<Item = &'a [&'a str]>,
    secrets: &[Secret],
) -> Result<Vec<SecretMount>, Box<Diagnostic>> {
    let mut all: Vec<SecretMount> = Vec::new();
    for (image, table) in images.iter().zip(tables) {
        for (at, mount) in image.mounts.iter().enumerate() {
            let wrong = |error: String| {
                let error = Diagnostic::error(error).about(&[table, &["build", "secrets"]].concat());
                Err(Box::new(error.help("give one of them another name")))
            };
            if secrets.iter().any(|secret| secret.name == mount.id) {
                return wrong(format!("`{}` is a secret of the build and of what runs", mount.id));
            }
            if image.mounts[..at].iter().any(|other| other.id == mount.id) {
                return wrong(format!("the secret `{}` of the build stands twice", mount.id));
            }
            if let Some(there) = all.iter_mut().find(|there| there.id == mount.id) {
                there.required |= mount.required;
            } else if let Some(other) = all.iter().find(|other| other.variable == mount.variable) {
                return wrong(format!(
                    "`{}` and `{}` would both be given by `{}`",
                    other.id, mount.id, mount.file_variable
                ));
            } else {
                all.push(mount.clone());
            }
        }
    }
    Ok(all)
}
