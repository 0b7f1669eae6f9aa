//! A GitHub workflow as its lines say it: jobs, steps, actions and what they are given.

use std::collections::BTreeMap;

/// A job.
pub(crate) struct Job {
    /// Its key.
    pub(crate) id: String,
    /// The lines of its body.
    pub(crate) text: String,
    /// Its steps.
    pub(crate) steps: Vec<Step>,
}

/// A step.
#[derive(Default)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) name: String,
    /// `owner/name@commit`, if it is an action.
    pub(crate) uses: Option<String>,
    /// What stands behind it as a comment.
    pub(crate) tag: String,
    /// What the action is given.
    pub(crate) with: BTreeMap<String, String>,
}

/// The jobs of a workflow of ours, which is indented by two and has each key on a line.
pub(crate) fn jobs(text: &str) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut given = false;
    let (_, body) = text.split_once("\njobs:\n").expect("a workflow has jobs");
    for line in body.lines() {
        let indent = line.len() - line.trim_start().len();
        let (key, value) =
            line.trim_start().trim_start_matches("- ").split_once(':').unwrap_or((line.trim_start(), ""));
        let value = value.trim();
        if indent == 2 {
            jobs.push(Job { id: key.to_owned(), text: String::new(), steps: Vec::new() });
            continue;
        }
        let Some(job) = jobs.last_mut() else { continue };
        job.text.push_str(line);
        job.text.push('\n');
        if line.starts_with("      - name: ") {
            job.steps.push(Step { name: value.to_owned(), ..Step::default() });
        }
        if indent <= 8 {
            given = key == "with";
        }
        let Some(step) = job.steps.last_mut() else { continue };
        if indent == 8 && key == "uses" {
            let (uses, tag) = value.split_once(" # ").expect("an action has its tag behind it");
            step.uses = Some(uses.to_owned());
            tag.clone_into(&mut step.tag);
        } else if given && indent == 10 {
            step.with.insert(key.to_owned(), value.to_owned());
        }
    }
    jobs
}
