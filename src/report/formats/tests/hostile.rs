//! Paths, messages and texts of somebody who wants a report to say something else.

use proptest::prelude::*;
use serde_json::Value;

use super::audit::{SECRET_IN_ENV, USER, finding, rules};
use super::*;
use crate::report::{Checklist, Finding, Location, Point, Source, Tick, Waived, WaivedBy};

const TEXTS: [&str; 12] = [
    "</script><script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "a\n::error file=x::y",
    "a\r\n::set-output name=a::b",
    "| a | b |\n| --- |",
    "`code` ``` <!-- --> </details>",
    "[a](javascript:alert(1)) ![](https://evil.example/x.png) https://evil.example www.evil.example @octocat #1",
    "\u{202e}gnp.exe\u{2066}",
    "\u{1b}[31mred\u{1b}]8;;https://evil.example\u{7}link",
    "\u{0}\u{7f}\u{9b}31m\u{feff}\u{2028}",
    "%0A::error::x %25,:=",
    "C:\\a\\b 'quoted' &lt; &#60; \\u003c 𝄞",
];

/// An audit that holds these texts wherever a text can stand.
fn audit_of(path: &str, source: &str, message: &str, span: std::ops::Range<usize>, secret: bool) -> Audit {
    let files = vec![
        Source { path: path.to_owned(), text: source.to_owned() },
        Source { path: format!("other/{path}"), text: source.to_owned() },
    ];
    let at = Location::new(0, span.clone());
    let waived = Waived { because: message.to_owned(), by: WaivedBy::Waiver(Location::new(1, span.clone())) };
    let full = Finding {
        related: vec![(Location::new(1, span.clone()), message.to_owned()), (at.clone(), message.to_owned())],
        help: Some(message.to_owned()),
        secret,
        ..finding(&USER, at.clone(), message)
    };
    let findings = vec![
        full.clone(),
        Finding { waived: Some(waived), ..full },
        finding(&SECRET_IN_ENV, Location::new(7, span), message),
    ];
    let checklists =
        vec![Checklist { subject: message.to_owned(), ticks: [(Point::Copy, Tick::No)].into(), places: Vec::new() }];
    Audit { files, checked: 2, findings, hidden: Vec::new(), checklists }
}

/// The tags of a page, as `<name`, and the number of the quotes in each.
fn tags(html: &str) -> Vec<String> {
    html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default().to_owned()).collect()
}

fn check(audit: &Audit) {
    let harmless = audit_of("a", "b\nc\n", "d", 0..1, false);
    let names = |html: &str| {
        let mut names: Vec<String> = tags(html).iter().map(|tag| tag.split(' ').next().unwrap().to_owned()).collect();
        names.sort();
        names.dedup();
        names
    };
    let known = names(&html(&harmless, &rules()));
    for (name, text) in every_format(audit, &rules()) {
        let lines_only = matches!(name, "report.txt" | "annotations.txt" | "report.md" | "report.html");
        for c in text.chars().filter(|c| lines_only && *c != '\n') {
            assert!(!view::is_invisible(c), "{name} holds {c:?}:\n{text}");
        }
        match name {
            "report.json" | "report.sarif" => {
                serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
                assert!(text.chars().all(|c| c == '\n' || !view::is_invisible(c)), "{name}:\n{text}");
            }
            "annotations.txt" => {
                assert_eq!(text.lines().count(), audit.active().count(), "{text}");
                for line in text.lines() {
                    assert!(line.starts_with("::error file="), "{text}");
                    let properties = line.trim_start_matches("::error ").split("::").next().unwrap();
                    let keys: Vec<&str> = properties.split(',').map(|pair| pair.split('=').next().unwrap()).collect();
                    assert!(
                        keys.iter().all(|key| ["file", "line", "endLine", "col", "endColumn", "title"].contains(key))
                    );
                    assert!((4..=6).contains(&keys.len()), "{line}");
                }
            }
            "report.html" => {
                let extra: Vec<String> = names(&text)
                    .into_iter()
                    .filter(|tag| !known.contains(tag) && tag != "code" && tag != "/code")
                    .collect();
                // what stands between backticks or stars of a message is shown as code or strong
                assert!(
                    extra.iter().all(|tag| tag == "strong" || tag == "/strong" || tag == "ul" || tag == "/ul"),
                    "{extra:?}"
                );
                for tag in tags(&text) {
                    let attributes = tag.split('"').step_by(2).collect::<String>();
                    assert!(!attributes.contains(" on") && !attributes.contains("src"), "{tag}");
                    assert!(!tag.contains("javascript:"), "{tag}");
                }
            }
            "report.md" => {
                for line in text.lines().filter(|line| line.starts_with('|')) {
                    assert!(matches!(line.matches('|').count(), 4 | 5), "{line}");
                }
                assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
                let text = text.replace("&#", "&");
                for sign in ["](", "@o", "://", "<script", "#1", "<!--"] {
                    assert!(!text.contains(sign), "{sign} in\n{text}");
                }
            }
            _ => {}
        }
    }
}

#[test]
fn no_format_can_be_made_to_say_something_else() {
    for path in TEXTS {
        for message in TEXTS {
            let source = format!("{message}\n{path}\n");
            check(&audit_of(path, &source, message, 0..message.len(), false));
            check(&audit_of(path, &source, message, 1..message.len() + 3, true));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_texts_and_any_places_are_reported(
        path in "\\PC{0,12}|[\\x00-\\x7f]{0,12}",
        source in "(\\PC|[\\n\\r\\t`|<>&\"]){0,60}",
        message in "(\\PC|[\\n\\r`|<>&\"*]){0,40}",
        start in 0_usize..80,
        length in 0_usize..80,
        secret: bool,
    ) {
        check(&audit_of(&path, &source, &message, start..start + length, secret));
    }

    #[test]
    fn a_secret_is_shown_nowhere_whatever_stands_around_it(
        before in "[a-zA-Zé𝄞 =\"\\n]{0,30}",
        after in "[a-zA-Zé𝄞 =\"\\n]{0,30}",
        secret in "[0-9!+/#]{6,40}",
    ) {
        let source = format!("{before}{secret}{after}\nRUN echo {secret}\n");
        let start = before.len();
        let mut audit = audit_of("Dockerfile", &source, &format!("found {secret} here"), start..start + secret.len(), true);
        audit.findings.push(finding(&USER, Location::new(0, 0..source.len()), "a wide place"));
        for (name, text) in every_format(&audit, &rules()) {
            prop_assert!(!text.contains(&secret), "{} holds it:\n{}", name, text);
        }
    }
}
