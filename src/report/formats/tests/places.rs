//! Places, fingerprints and addresses.

use serde_json::{Value, json};

use super::audit::{HEALTHCHECK, RECOMMENDS, SECRET, SECRET_IN_ENV, USER, at, audit, finding, rules};
use super::*;
use crate::report::{Edit, Finding, Fix, Location, Severity, Source};

fn one_file(path: &str, text: &str, findings: impl FnOnce(&[Source]) -> Vec<Finding>) -> Audit {
    let files = vec![Source { path: path.to_owned(), text: text.to_owned() }];
    let findings = findings(&files);
    Audit { files, checked: 1, findings, hidden: Vec::new(), checklists: Vec::new() }
}

fn sarif_of(audit: &Audit) -> Value {
    serde_json::from_str(&sarif(audit, &rules(), &SarifOptions { waived: true })).unwrap()
}

#[test]
fn a_fingerprint_stays_when_lines_move_and_spaces_change() {
    let before = one_file("Dockerfile", "FROM a\nRUN  b\n", |files| vec![finding(&USER, at(files, 0, "RUN  b"), "m")]);
    let after =
        one_file("./Dockerfile", "# new\n\nFROM a\nRUN b\n", |files| vec![finding(&USER, at(files, 0, "RUN b"), "m")]);
    assert_eq!(fingerprints(&before), fingerprints(&after));
    assert_eq!(fingerprint(&before, &before.findings[0]), fingerprints(&before)[0]);
    assert_eq!(fingerprints(&before)[0].len(), 16);
}

#[test]
fn a_fingerprint_tells_rules_files_texts_and_repetitions_apart() {
    let text = "RUN a\nRUN b\nRUN a\n";
    let audit = |path| {
        one_file(path, text, |files| {
            let last = Location::new(0, 12..17);
            vec![
                finding(&USER, at(files, 0, "RUN a"), "m"),
                finding(&RECOMMENDS, at(files, 0, "RUN a"), "m"),
                finding(&USER, at(files, 0, "RUN b"), "m"),
                finding(&USER, last, "m"),
            ]
        })
    };
    let mut all = fingerprints(&audit("a"));
    all.extend(fingerprints(&audit("b")));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 8);
}

#[test]
fn the_fingerprint_of_a_secret_depends_on_its_name_but_not_on_its_value() {
    let of = |line: &str, value: &str| {
        let audit = one_file("Dockerfile", line, |files| {
            vec![Finding { secret: true, ..finding(&SECRET_IN_ENV, at(files, 0, value), "m") }]
        });
        fingerprints(&audit)[0].clone()
    };
    assert_eq!(of("ENV A=1234", "1234"), of("ENV A=98765432", "98765432"));
    assert_ne!(of("ENV A=1234", "1234"), of("ENV B=1234", "1234"));
}

#[test]
fn sarif_counts_utf_16_and_json_counts_characters() {
    let audit =
        one_file("Dockerfile", "FROM a\n# 𝄞é RUN\n", |files| vec![finding(&USER, at(files, 0, "RUN"), "m")]);
    let region = &sarif_of(&audit)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(*region, json!({ "startLine": 2, "startColumn": 7, "endLine": 2, "endColumn": 10 }));
    let json: Value = serde_json::from_str(&json(&audit)).unwrap();
    let found = &json["findings"][0];
    assert_eq!((&found["line"], &found["column"], &found["end_column"]), (&json!(2), &json!(6), &json!(9)));
}

#[test]
fn a_path_in_sarif_is_relative_and_encoded() {
    for (path, uri, base) in [
        ("./a b/Docker#file", "a%20b/Docker%23file", Some("%SRCROOT%")),
        ("c:d/ü%", "c%3Ad/%C3%BC%25", Some("%SRCROOT%")),
        ("/srv/Dockerfile", "file:///srv/Dockerfile", None),
        ("C:/srv/Dockerfile", "file:///C:/srv/Dockerfile", None),
    ] {
        let audit = one_file(path, "FROM a\n", |files| vec![finding(&USER, at(files, 0, "a"), "m")]);
        let artifact =
            &sarif_of(&audit)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(artifact["uri"], uri);
        assert_eq!(artifact.get("uriBaseId").and_then(Value::as_str), base);
    }
}

#[test]
fn a_message_in_sarif_links_to_related_places_and_to_nothing_else() {
    let audit = one_file("Dockerfile", "FROM a\nRUN b\n", |files| {
        let related = vec![(at(files, 0, "RUN b"), "see [x](https://evil.example)".to_owned())];
        vec![Finding { related, ..finding(&USER, at(files, 0, "a"), "[y](https://evil.example) and [z]") }]
    });
    let message = &sarif_of(&audit)["runs"][0]["results"][0]["message"]["text"];
    let expected = r"\[y\](https://evil.example) and \[z\] ([see \[x\](https://evil.example)](1))";
    assert_eq!(message.as_str().unwrap(), expected);
}

#[test]
fn sarif_keeps_within_what_github_takes() {
    let many = one_file("Dockerfile", &"RUN a\n".repeat(30_000), |_| {
        let place = |n: usize| Location::new(0, n * 6..n * 6 + 5);
        let mut all: Vec<Finding> = (0..30_000).map(|n| finding(&HEALTHCHECK, place(n), "m")).collect();
        all[29_999].severity = Severity::Error;
        all[0].related = (0..1500).map(|n| (place(n), "m".to_owned())).collect();
        all
    });
    let sarif = sarif_of(&many);
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results.last().unwrap()["level"], "error", "what is worse stays");
    assert!(results[0]["relatedLocations"].as_array().unwrap().len() < 1000);
    let left_out = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(left_out.as_str().unwrap().starts_with("5000 findings"), "{left_out}");
}

#[test]
fn github_would_open_an_alert_for_what_is_waived_so_it_is_left_out_by_default() {
    let count = |options: &SarifOptions| {
        let sarif: Value = serde_json::from_str(&sarif(&audit(), &rules(), options)).unwrap();
        sarif["runs"][0]["results"].as_array().unwrap().len()
    };
    assert_eq!(count(&SarifOptions { waived: true }), audit().findings.len());
    assert_eq!(count(&SarifOptions::default()), audit().active().count());
}

#[test]
fn a_rule_stands_once_in_sarif_and_results_name_its_place() {
    let twice = [rules(), rules()].concat();
    let sarif: Value = serde_json::from_str(&sarif(&audit(), &twice, &SarifOptions::default())).unwrap();
    let run = &sarif["runs"][0];
    let rules_of = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules_of.len(), rules().len());
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules_of[index]["id"], result["ruleId"]);
    }
}

#[test]
fn an_edit_that_repeats_a_secret_is_kept_back() {
    let audit = one_file("Dockerfile", "FROM a\nENV PASSWORD hunter2-Zq81\n", |files| {
        let line = at(files, 0, "ENV PASSWORD hunter2-Zq81");
        let edits = vec![Edit { at: line.clone(), text: format!("ENV PASSWORD={SECRET}") }];
        let fix = Some(Fix { safe: true, title: format!("write PASSWORD={SECRET}"), edits });
        vec![
            Finding { secret: true, ..finding(&SECRET_IN_ENV, at(files, 0, SECRET), "it is hunter2-Zq81") },
            Finding { fix, help: Some(format!("not {SECRET}")), ..finding(&RECOMMENDS, line, "the old form of ENV") },
        ]
    });
    for (name, text) in every_format(&audit, &rules()) {
        assert!(!text.contains(SECRET), "{name}:\n{text}");
    }
    assert!(summary(&audit).contains("1 can be fixed with --fix"), "it can be done all the same");
}

#[test]
fn an_edit_of_a_short_secret_is_kept_back_too() {
    let audit = one_file("Dockerfile", "FROM a\nENV PASSWORD x7q\n", |files| {
        let line = at(files, 0, "ENV PASSWORD x7q");
        let edits = vec![Edit { at: line.clone(), text: "ENV PASSWORD=x7q".to_owned() }];
        let fix = Some(Fix { safe: true, title: "write it with =".to_owned(), edits });
        vec![
            Finding { secret: true, ..finding(&SECRET_IN_ENV, at(files, 0, "x7q"), "a password") },
            Finding {
                fix,
                related: vec![(at(files, 0, "x7q"), "here".to_owned())],
                ..finding(&RECOMMENDS, line, "old")
            },
        ]
    });
    for (name, text) in every_format(&audit, &rules()) {
        assert!(!text.contains("x7q"), "{name}:\n{text}");
    }
}

#[test]
fn what_is_missing_at_many_places_is_said_once() {
    let files: Vec<Source> =
        (0..14).map(|n| Source { path: format!("{n}/Dockerfile"), text: "FROM a\n".to_owned() }).collect();
    let findings = (0..14).map(|file| finding(&HEALTHCHECK, Location::new(file, 0..0), "no health check")).collect();
    let shown = text(
        &Audit { files, checked: 14, findings, hidden: Vec::new(), checklists: Vec::new() },
        &TextOptions::default(),
    );
    assert_eq!(shown.matches("no health check").count(), 1, "{shown}");
    assert!(shown.contains("the same at 1/Dockerfile:1, 2/Dockerfile:1"), "{shown}");
    assert!(shown.contains("10/Dockerfile:1, 3 more places"), "{shown}");
    assert!(shown.contains("14 notes in 14 files"), "{shown}");
}

#[test]
fn a_comment_has_room_on_github_and_says_what_it_left_out() {
    let audit = one_file("Dockerfile", &"RUN a\n".repeat(3000), |_| {
        (0..3000).map(|n| finding(&USER, Location::new(0, n * 6..n * 6 + 5), "a message | of some length")).collect()
    });
    let comment = markdown(&audit, &rules());
    assert!(comment.len() <= 65_536);
    let rows = comment.lines().filter(|line| line.contains("user-root") || line.contains("user-")).count();
    let rest = format!("{} findings left out", 3000 - rows);
    assert!(comment.lines().last().unwrap().starts_with(&rest), "{rest}: {:?}", comment.lines().last());
}

#[test]
fn lines_that_nobody_reads_are_not_shown() {
    let long = format!("RUN {}", "x".repeat(1_000_000));
    let audit = one_file("Dockerfile", &long, |_| vec![finding(&USER, Location::new(0, 500_000..500_004), "m")]);
    for (name, text) in every_format(&audit, &rules()) {
        assert!(text.len() < 40_000, "{name} has {} bytes", text.len());
    }
    assert!(text(&audit, &TextOptions::default()).contains("Dockerfile:1:500001"));
}

#[test]
fn the_work_grows_with_the_findings_and_not_with_their_square() {
    // with every secret sought in every line and message one by one, this takes minutes
    let lines: Vec<String> = (0..4000).map(|n| format!("ENV PASSWORD_{n}={n:08x}-Zq81\n")).collect();
    let audit = one_file("Dockerfile", &lines.concat(), |_| {
        let mut start = 0;
        let one = |line: &String| {
            let from = start + line.find('=').unwrap() + 1;
            start += line.len();
            Finding { secret: true, ..finding(&SECRET_IN_ENV, Location::new(0, from..start - 1), "a password") }
        };
        lines.iter().map(one).collect()
    });
    for (name, text) in every_format(&audit, &rules()) {
        assert!(!text.contains("-Zq81"), "{name}");
    }
}
