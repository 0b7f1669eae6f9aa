//! The report as SARIF 2.1.0 (OASIS, errata 01), within what GitHub's code scanning takes.
//!
//! What GitHub reads and its limits: docs.github.com, "SARIF support for code scanning", read 2026-11-24.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::explain;
use super::view::{Columns, Place, View, visible};
use super::{fingerprint, help_uri, is_security, json, severity};
use crate::report::{Audit, Confidence, Family, Finding, Fix, Location, RuleInfo, Severity, Waived, WaivedBy};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// More results in a run are refused.
const RESULTS: usize = 25_000;

/// A file may have 10 MB when it is compressed; uncompressed this is safe with the rules on top.
const BYTES: usize = 20_000_000;

/// More locations of a result are refused.
const LOCATIONS: usize = 1000;

/// So many of them are linked in the message.
const LINKS: usize = 5;

/// More tags of a rule are refused.
const TAGS: usize = 20;

/// Longer descriptions of a rule are cut by GitHub.
const DESCRIPTION: usize = 1024;

/// What goes into a SARIF file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SarifOptions {
    /// With findings that do not count, as suppressed results. GitHub opens an alert for each of them all the same
    /// (github/codeql-action#1230), so the default leaves them out.
    pub waived: bool,
}

/// The report as SARIF, with all `rules` that looked; ends with a line break.
#[must_use]
pub fn sarif(audit: &Audit, rules: &[&'static RuleInfo], options: &SarifOptions) -> String {
    let view = View::new(audit);
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut listed: Vec<&'static RuleInfo> = Vec::new();
    for rule in rules.iter().copied().chain(audit.findings.iter().map(|finding| finding.rule)) {
        known.entry(rule.id).or_insert_with(|| {
            listed.push(rule);
            listed.len() - 1
        });
    }
    let (results, left_out) = results(&view, &known, options);
    let driver = without_nulls(json!({
        "name": "scaffold",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": Some(env!("CARGO_PKG_REPOSITORY")).filter(|uri| !uri.is_empty()),
        "rules": listed.into_iter().map(rule).collect::<Vec<_>>(),
    }));
    let mut run = json!({
        "tool": { "driver": driver },
        "columnKind": "utf16CodeUnits",
        "results": results,
    });
    if left_out > 0 {
        let text = format!("{left_out} findings are left out: the file would be refused with more");
        run["invocations"] = json!([{
            "executionSuccessful": true,
            "toolExecutionNotifications": [{ "level": "warning", "message": { "text": text } }],
        }]);
    }
    json::written(&json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] }))
}

/// The results, and how many were left out: the least important ones.
fn results(view: &View<'_>, known: &BTreeMap<&str, usize>, options: &SarifOptions) -> (Vec<Value>, usize) {
    let findings = view.audit.findings.iter().zip(fingerprint::of_view(view)).enumerate();
    let mut findings: Vec<_> = findings
        .filter(|(_, (finding, _))| options.waived || finding.waived.is_none())
        .map(|(place, (finding, print))| (place, finding, print))
        .collect();
    let all = findings.len();
    if all > RESULTS {
        findings.sort_by_key(|(place, finding, _)| {
            (finding.waived.is_some(), Reverse((finding.severity, finding.confidence)), *place)
        });
        findings.truncate(RESULTS);
        findings.sort_by_key(|(place, ..)| *place);
    }
    let mut bytes = 0;
    let mut results = Vec::with_capacity(findings.len());
    for (_, finding, print) in findings {
        let result = result(view, finding, &print, known.get(finding.rule.id).copied().unwrap_or(0));
        bytes += result.to_string().len();
        if bytes > BYTES {
            break;
        }
        results.push(result);
    }
    let left_out = all - results.len();
    (results, left_out)
}

fn rule(rule: &'static RuleInfo) -> Value {
    let mut tags = vec![rule.family.name().to_owned()];
    tags.extend(is_security(rule.family).then(|| "security".to_owned()));
    tags.extend(rule.cis.iter().map(|number| format!("cis-docker-{number}")));
    tags.truncate(TAGS);
    let level = match rule.severity {
        Severity::Note => "recommendation",
        other => severity(other),
    };
    let precision = match rule.confidence {
        Confidence::Certain => "very-high",
        Confidence::Likely => "high",
        Confidence::Guess => "medium",
    };
    without_nulls(json!({
        "id": rule.id,
        "name": rule.id,
        "shortDescription": { "text": cut(rule.title) },
        "fullDescription": { "text": cut(rule.why) },
        "help": { "text": explain::explain(rule, false), "markdown": explain::explain_markdown(rule) },
        "helpUri": help_uri(rule.id),
        "defaultConfiguration": { "level": severity(rule.severity) },
        "properties": without_nulls(json!({
            "tags": tags,
            "precision": precision,
            "problem.severity": level,
            "security-severity": is_security(rule.family).then(|| security_severity(rule)),
        })),
    }))
}

/// GitHub's scale: critical from 9.0, high from 7.0, medium from 4.0, low below.
fn security_severity(rule: &RuleInfo) -> &'static str {
    match (rule.severity, rule.family) {
        (Severity::Error, Family::Secrets) => "9.1",
        (Severity::Error, _) => "8.0",
        (Severity::Warning, Family::Secrets) => "6.5",
        (Severity::Warning, _) => "5.0",
        (Severity::Note, _) => "2.0",
    }
}

fn result(view: &View<'_>, finding: &Finding, fingerprint: &str, rule_index: usize) -> Value {
    let related = finding.related.iter().take(LOCATIONS - 1).enumerate();
    let related: Vec<Value> = related
        .map(|(id, (at, message))| {
            let mut place = location(view, at);
            place["id"] = json!(id + 1);
            place["message"] = json!({ "text": view.sentence(message) });
            place
        })
        .collect();
    let mut text = literal(&view.sentence(&finding.message));
    // GitHub shows a related place where the message links to it
    let links = finding.related.iter().take(LINKS).enumerate();
    let links: Vec<String> =
        links.map(|(id, (_, message))| format!("[{}]({})", escaped(&view.sentence(message)), id + 1)).collect();
    if !links.is_empty() {
        text.push_str(&format!(" ({})", links.join(", ")));
    }
    if let Some(help) = &finding.help {
        text.push_str(&format!(" — {}", literal(&view.sentence(help))));
    }
    let rank = match finding.confidence {
        Confidence::Certain => 100.0,
        Confidence::Likely => 80.0,
        Confidence::Guess => 40.0,
    };
    without_nulls(json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rule_index,
        "level": severity(finding.severity),
        "message": { "text": text },
        "locations": [location(view, &finding.at)],
        "relatedLocations": Some(related).filter(|related| !related.is_empty()),
        // beside it GitHub's upload action puts its own, from the text of the line
        "partialFingerprints": { "scaffold/v1": fingerprint },
        "suppressions": finding.waived.as_ref().map(|waived| [suppression(view, finding, waived)]),
        "fixes": view.fix(finding).map(|fix| [mended(view, fix)]),
        "rank": rank,
    }))
}

fn location(view: &View<'_>, at: &Location) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(view, at), "region": region(view.place(at, Columns::Utf16)) } })
}

fn region(place: Place) -> Value {
    json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    })
}

fn artifact(view: &View<'_>, at: &Location) -> Value {
    match uri(view.path(at)) {
        Uri::Relative(uri) => json!({ "uri": uri, "uriBaseId": "%SRCROOT%" }),
        Uri::Absolute(uri) => json!({ "uri": uri }),
    }
}

enum Uri {
    Relative(String),
    Absolute(String),
}

/// A path as a URI reference (RFC 3986): only unreserved characters and `/` stand for themselves.
fn uri(path: &str) -> Uri {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte))
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    let drive = matches!(path.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    match encoded {
        path if path.is_empty() => Uri::Relative("stdin".to_owned()),
        path if path.starts_with('/') => Uri::Absolute(format!("file:///{}", path.trim_start_matches('/'))),
        path if drive => Uri::Absolute(format!("file:///{}", path.replacen("%3A", ":", 1))),
        path => Uri::Relative(path),
    }
}

fn suppression(view: &View<'_>, finding: &Finding, waived: &Waived) -> Value {
    let because = Some(view.sentence(&waived.because)).filter(|because| !because.is_empty());
    let (kind, at) = match &waived.by {
        WaivedBy::Waiver(at) if at.file == finding.at.file => ("inSource", Some(location(view, at))),
        WaivedBy::Waiver(at) => ("external", Some(location(view, at))),
        WaivedBy::Baseline => ("external", None),
    };
    without_nulls(json!({ "kind": kind, "status": "accepted", "justification": because, "location": at }))
}

fn mended(view: &View<'_>, fix: &Fix) -> Value {
    let mut files: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(edit.at.file).or_default().push(json!({
            "deletedRegion": region(view.exact(&edit.at, Columns::Utf16)),
            "insertedContent": { "text": edit.text },
        }));
    }
    let changes = files.into_iter().map(|(file, replacements)| {
        json!({ "artifactLocation": artifact(view, &Location::new(file, 0..0)), "replacements": replacements })
    });
    json!({ "description": { "text": view.sentence(&fix.title) }, "artifactChanges": changes.collect::<Vec<_>>() })
}

/// A text that a reader of SARIF takes for no link (3.11.6).
fn literal(text: &str) -> String {
    if text.contains("](") { escaped(text) } else { text.to_owned() }
}

/// A text for within the brackets of a link.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// No longer than GitHub shows of a description.
fn cut(text: &str) -> String {
    let text = visible(text);
    if text.chars().count() <= DESCRIPTION {
        return text;
    }
    text.chars().take(DESCRIPTION - 1).chain(['…']).collect()
}

/// SARIF has no null where a value is missing.
fn without_nulls(mut value: Value) -> Value {
    if let Value::Object(map) = &mut value {
        map.retain(|_, value| !value.is_null());
    }
    value
}
