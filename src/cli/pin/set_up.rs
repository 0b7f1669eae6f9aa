//! `scaffold new --pin`: the digests of what is about to be written.

use std::collections::BTreeMap;

use super::ask::{self, Question};
use super::settings;
use crate::cli::args::Registry;
use crate::cli::{Context, Failure};
use crate::pin::setup;
use crate::registry::Client;
use crate::report::Diagnostic;

/// The digests of a set-up's images: those that are known stay, the others are asked for.
pub(in crate::cli) fn resolve_set_up(
    context: &Context,
    args: &Registry,
    files: &BTreeMap<String, String>,
    known: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut digests = known.clone();
    let open: BTreeMap<_, _> =
        setup::images(files).into_iter().filter(|(tagged, _)| !known.contains_key(tagged)).collect();
    let client = Client::new(settings::of(args)?).map_err(|error| Failure::input(error.diagnostic()))?;
    let questions = open.values().map(|image| (Question::Resolve, image.reference.clone())).collect();
    let answers = ask::all(context, &client, questions);
    for (tagged, image) in open {
        match answers.get(&(Question::Resolve, image.reference)) {
            Some(Ok(answer)) => drop(digests.insert(tagged, answer.digest.clone())),
            Some(Err(error)) => {
                let mut diagnostic: Diagnostic = error.diagnostic();
                diagnostic.message = format!("{tagged} cannot be pinned: {}", diagnostic.message);
                let diagnostic = diagnostic.with_note("nothing was written");
                return Err(if error.is_outside() { Failure::outside(diagnostic) } else { Failure::input(diagnostic) });
            }
            None => {}
        }
    }
    Ok(digests)
}
