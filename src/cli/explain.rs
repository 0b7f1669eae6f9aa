//! `scaffold explain`: what a rule is about.

use std::io::Write as _;

use super::args::Format;
use super::{Context, Outcome, broken_pipe_is_fine, check, stdout};
use crate::check::{all, find};
use crate::report::formats::{explain, explain_json};

pub(super) fn run(context: &Context, rule: Option<&str>, format: Format) -> Outcome {
    let text = match (rule, format) {
        (Some(id), _) => {
            let rule = find(id).ok_or_else(|| check::unknown_rule(id))?;
            match format {
                Format::Text => explain(&rule.info, context.terminal.colour_stdout),
                Format::Json => explain_json(&rule.info) + "\n",
            }
        }
        (None, Format::Text) => {
            let mut list = String::new();
            for rule in all() {
                list.push_str(&format!("{:<28} {}\n", rule.info.id, rule.info.title));
            }
            list
        }
        (None, Format::Json) => {
            let rules: Vec<String> = all().iter().map(|rule| explain_json(&rule.info)).collect();
            format!("[{}]\n", rules.join(",\n"))
        }
    };
    broken_pipe_is_fine(stdout().write_all(text.as_bytes()))?;
    Ok(0)
}
