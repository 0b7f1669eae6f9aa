//! A report as JUnit XML, in the form that Jenkins, GitLab and GitHub's test reporters read: a suite for the set-up, a case for
//! each step.
//!
//! JUnit XML has no standard: only elements and attributes that its readers have in common are written.

use super::report::{Report, Step, Verdict};

/// Writes the report.
pub(super) fn write(report: &Report) -> String {
    let count = |verdict| report.steps.iter().filter(|step| step.verdict == verdict).count();
    let (failures, skipped) = (count(Verdict::Failed), count(Verdict::NotProven));
    let seconds: f64 = report.steps.iter().map(|step| step.seconds).sum();
    let totals = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"{seconds:.3}\"",
        report.steps.len()
    );
    let name = escaped(&format!("scaffold prove {}", report.service));
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!("<testsuites>\n  <testsuite name=\"{name}\" {totals}>\n"));
    for step in &report.steps {
        case(&mut out, &report.service, step);
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn case(out: &mut String, service: &str, step: &Step) {
    let Step { id, title, seconds, .. } = step;
    let class = escaped(&format!("scaffold.prove.{service}"));
    out.push_str(&format!(
        "    <testcase classname=\"{class}\" name=\"{id}: {}\" time=\"{seconds:.3}\">\n",
        escaped(title)
    ));
    let reason = escaped(step.reason.as_deref().unwrap_or_default());
    let mut seen = step.evidence.clone();
    match step.verdict {
        Verdict::Failed => {
            seen.extend(step.help.iter().map(|help| format!("help: {help}")));
            let text = escaped_text(&seen.join("\n"));
            out.push_str(&format!("      <failure type=\"{id}\" message=\"{reason}\">{text}</failure>\n"));
        }
        Verdict::NotProven => out.push_str(&format!("      <skipped message=\"not proven: {reason}\"/>\n")),
        Verdict::Proven => {}
    }
    if step.verdict != Verdict::Failed && !seen.is_empty() {
        out.push_str(&format!("      <system-out>{}</system-out>\n", escaped_text(&seen.join("\n"))));
    }
    out.push_str("    </testcase>\n");
}

/// For the value of an attribute: a line break would become a blank there.
fn escaped(text: &str) -> String {
    escaped_text(text).replace('\n', "&#10;")
}

/// Evidence comes out of images and logs. What XML 1.0 has no way to say is replaced.
fn escaped_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if u32::from(c) < 0x20 => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: &'static str, verdict: Verdict) -> Step {
        Step {
            id,
            title: "it says <a> & \"b\"",
            verdict,
            evidence: vec!["line ]]> one\u{1b}[2J".into(), "two\u{ffff}".into()],
            reason: (verdict != Verdict::Proven).then(|| "why\nand \"how\" <&>".into()),
            help: Some("write & run".into()),
            seconds: 1.25,
        }
    }

    fn report(verdicts: &[Verdict]) -> Report {
        let ids = ["build", "healthy", "stops"];
        let steps = ids.into_iter().zip(verdicts).map(|(id, verdict)| step(id, *verdict)).collect();
        Report::new("web & \"co\"".into(), steps, None)
    }

    #[test]
    fn a_report_is_well_formed_and_keeps_its_words() {
        let text = write(&report(&[Verdict::Proven, Verdict::Failed, Verdict::NotProven]));
        let document = roxmltree::Document::parse(&text).unwrap();
        let suite = document.root_element().first_element_child().unwrap();
        assert_eq!((document.root_element().tag_name().name(), suite.tag_name().name()), ("testsuites", "testsuite"));
        let number = |name: &str| suite.attribute(name).unwrap().parse::<f64>().unwrap();
        assert_eq!(["tests", "failures", "errors", "skipped", "time"].map(number), [3.0, 1.0, 0.0, 1.0, 3.75]);
        let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
        assert_eq!(cases[1].attribute("classname"), Some("scaffold.prove.web & \"co\""));
        let failure = cases[1].children().find(|node| node.has_tag_name("failure")).unwrap();
        assert_eq!(failure.attribute("message"), Some("why\nand \"how\" <&>"));
        assert_eq!(failure.text(), Some("line ]]> one\u{fffd}[2J\ntwo\u{fffd}\nhelp: write & run"));
        let skipped = cases[2].children().find(|node| node.has_tag_name("skipped")).unwrap();
        assert_eq!(skipped.attribute("message"), Some("not proven: why\nand \"how\" <&>"));
        assert!(cases[0].children().all(|node| !node.has_tag_name("failure") && !node.has_tag_name("skipped")));
    }

    /// What the common form of JUnit XML has in an element: from knowledge of the form, not read from one schema.
    struct Element {
        name: &'static str,
        must: &'static [&'static str],
        may: &'static [&'static str],
        children: &'static [&'static str],
    }

    const fn element(
        name: &'static str,
        must: &'static [&'static str],
        may: &'static [&'static str],
        children: &'static [&'static str],
    ) -> Element {
        Element { name, must, may, children }
    }

    const FORM: [Element; 6] = [
        element("testsuites", &[], &["name", "time", "tests", "failures", "errors", "disabled"], &["testsuite"]),
        element(
            "testsuite",
            &["name", "tests"],
            &["failures", "errors", "time", "skipped", "disabled", "timestamp", "hostname", "id", "package"],
            &["properties", "testcase", "system-out", "system-err"],
        ),
        element(
            "testcase",
            &["name"],
            &["classname", "time", "assertions", "status"],
            &["skipped", "error", "failure", "system-out", "system-err"],
        ),
        element("failure", &[], &["message", "type"], &[]),
        element("skipped", &[], &["message"], &[]),
        element("system-out", &[], &[], &[]),
    ];

    #[test]
    fn every_element_is_one_of_the_common_form() {
        let text = write(&report(&[Verdict::NotProven, Verdict::Proven, Verdict::Failed]));
        let document = roxmltree::Document::parse(&text).unwrap();
        let mut seen = 0;
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let name = node.tag_name().name();
            let Element { must, may, children, .. } = FORM.iter().find(|known| known.name == name).expect(name);
            assert!(must.iter().all(|key| node.has_attribute(*key)), "{name}");
            assert!(node.attributes().all(|key| must.contains(&key.name()) || may.contains(&key.name())), "{name}");
            for child in node.children().filter(roxmltree::Node::is_element) {
                assert!(children.contains(&child.tag_name().name()), "{name} > {}", child.tag_name().name());
            }
            seen += 1;
        }
        assert_eq!(seen, 9);
    }
}
