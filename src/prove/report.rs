//! What was proven, as data and as text for people.

use serde::Serialize;

/// What a step found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Seen on the engine.
    Proven,
    /// Seen not to hold.
    Failed,
    /// Could not be looked at; the reason says why.
    NotProven,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Failed => "failed",
            Self::NotProven => "not proven",
        }
    }

    fn colour(self) -> &'static str {
        match self {
            Self::Proven => "\u{1b}[32m",
            Self::Failed => "\u{1b}[1;31m",
            Self::NotProven => "\u{1b}[33m",
        }
    }
}

/// One named piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Its stable name, in kebab case.
    pub id: &'static str,
    /// What it claims.
    pub title: &'static str,
    /// Whether the claim holds.
    pub verdict: Verdict,
    /// What was seen, a line each.
    pub evidence: Vec<String>,
    /// Why it failed or was not proven.
    pub reason: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// Everything that a run of `scaffold prove` found out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The service that was looked at.
    pub service: String,
    /// The steps, in the order in which they ran.
    pub steps: Vec<Step>,
    /// Paths that the service wrote to, if the run was asked to learn them.
    pub writable_paths: Option<Vec<String>>,
    /// No step failed, and at least one was proven.
    pub passed: bool,
}

impl Report {
    pub(super) fn new(service: String, steps: Vec<Step>, writable_paths: Option<Vec<String>>) -> Self {
        let passed = steps.iter().all(|step| step.verdict != Verdict::Failed)
            && steps.iter().any(|step| step.verdict == Verdict::Proven);
        Self { service, steps, writable_paths, passed }
    }

    /// The step of that name.
    #[must_use]
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The report as JUnit XML: a suite for the set-up, a case for each step.
    #[must_use]
    pub fn junit(&self) -> String {
        super::junit::write(self)
    }

    /// The text for a person, with colours if `colour`. What needs a person's attention comes first.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let paint = |code: &str, text: &str| {
            if colour { format!("{code}{text}\u{1b}[0m") } else { text.to_owned() }
        };
        let mut out = String::new();
        for verdict in [Verdict::Failed, Verdict::NotProven, Verdict::Proven] {
            for step in self.steps.iter().filter(|step| step.verdict == verdict) {
                let word = paint(verdict.colour(), &format!("{:<INDENT$}", verdict.word()));
                let id = paint(DIM, &format!("[{}, {:.1} s]", step.id, step.seconds));
                out.push_str(&format!("{word}{} {id}\n", step.title));
                if let Some(reason) = &step.reason {
                    indented(&mut out, reason, |line| line.to_owned());
                }
                let evidence = step.evidence.join("; ");
                if !evidence.is_empty() {
                    indented(&mut out, &evidence, |line| paint(DIM, line));
                }
                if let Some(help) = &step.help {
                    indented(&mut out, &format!("help: {help}"), |line| line.to_owned());
                }
            }
        }
        let count = |verdict| self.steps.iter().filter(|step| step.verdict == verdict).count();
        out.push_str(&format!(
            "\n{}: {} proven, {} failed, {} not proven\n",
            self.service,
            count(Verdict::Proven),
            count(Verdict::Failed),
            count(Verdict::NotProven)
        ));
        out
    }
}

const DIM: &str = "\u{1b}[2m";
/// Where the texts begin, and where lines end at the latest if their words let them.
const INDENT: usize = 12;
const COLUMNS: usize = 100;

/// Adds a text in lines. Evidence comes out of images and logs: control characters must not reach the terminal.
fn indented(out: &mut String, text: &str, paint: impl Fn(&str) -> String) {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut line = String::new();
    let mut add = |line: &str| out.push_str(&format!("{:INDENT$}{}\n", "", paint(line)));
    for word in clean.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && INDENT + line.chars().count() + 1 + word.chars().count() > COLUMNS {
            add(&line);
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    add(&line);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(verdict: Verdict) -> Step {
        Step {
            id: "stops",
            title: "SIGTERM ends it in time",
            verdict,
            evidence: vec!["exit code 137\u{1b}[2J".into()],
            reason: (verdict != Verdict::Proven).then(|| "killed after 10 s".into()),
            help: None,
            seconds: 10.04,
        }
    }

    #[test]
    fn a_report_says_verdict_reason_and_evidence_and_counts() {
        let report = Report::new("web".into(), vec![step(Verdict::Failed)], None);
        let text = report.render(false);
        assert!(
            text.starts_with("failed      SIGTERM ends it in time [stops, 10.0 s]\n            killed after 10 s\n"),
            "{text}"
        );
        assert!(text.ends_with("web: 0 proven, 1 failed, 0 not proven\n"), "{text}");
        assert!(!report.passed);
    }

    #[test]
    fn what_failed_comes_first_and_long_evidence_is_wrapped() {
        let mut proven = step(Verdict::Proven);
        proven.evidence = vec!["word".to_owned(); 40];
        let steps = vec![proven, step(Verdict::NotProven), step(Verdict::Failed)];
        let text = Report::new("web".into(), steps, None).render(false);
        let words: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
        assert!(words[0].starts_with("failed") && words[1].starts_with("not proven"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100) && text.contains("word; word"), "{text}");
    }

    #[test]
    fn an_escape_sequence_in_evidence_does_not_reach_the_terminal() {
        let text = Report::new("web".into(), vec![step(Verdict::Proven)], None).render(false);
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_run_that_proved_nothing_did_not_pass() {
        assert!(!Report::new("web".into(), vec![step(Verdict::NotProven)], None).passed);
        assert!(Report::new("web".into(), vec![step(Verdict::Proven), step(Verdict::NotProven)], None).passed);
    }

    #[test]
    fn json_has_the_verdict_in_kebab_case() {
        let json = serde_json::to_value(Report::new("web".into(), vec![step(Verdict::NotProven)], None)).unwrap();
        assert_eq!(json["steps"][0]["verdict"], "not-proven");
    }
}
