//! The report as one page that needs nothing else: no script, nothing loaded, for light and dark screens and for paper.

use std::collections::BTreeMap;
use std::ops::Range;

use super::absences::group_absences;
use super::markup::{blocks, escape, inline};
use super::summary::{self, count};
use super::view::{Columns, View};
use super::{explain, severity, tick};
use crate::report::{Audit, Checklist, Finding, Location, RuleInfo, Severity, Tick, WaivedBy, boundary};

const STYLE: &str = include_str!("html.css");

/// A browser is slow with more.
const FINDINGS: usize = 2000;

/// So many lines of a finding are shown.
const LINES: usize = 12;

/// So many bytes of a line are shown around what is marked.
const LINE: usize = 400;

/// The report as a page.
#[must_use]
pub fn html(audit: &Audit, rules: &[&'static RuleInfo]) -> String {
    let grouped = group_absences(audit);
    let audit = grouped.as_ref();
    let view = View::new(audit);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>scaffold check: {found}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n\
         <h1>Audit of the container set-up</h1>\n<p>{found}</p>\n",
        found = escape(&summary::found(audit)),
    );
    counts(&mut page, audit);
    page.push_str("</header>\n<main>\n");
    if !audit.checklists.is_empty() {
        page.push_str("<section>\n<h2>Checklist</h2>\n");
        audit.checklists.iter().for_each(|list| checklist(&mut page, &view, list));
        page.push_str("</section>\n");
    }
    findings(&mut page, &view);
    about_rules(&mut page, audit);
    let looked = if rules.is_empty() {
        String::new()
    } else {
        format!(", {} checked against {}", count(audit.checked, "file"), count(rules.len(), "rule"))
    };
    page.push_str(&format!(
        "</main>\n<footer>\n<p class=\"quiet\">Written by scaffold {}{looked}.</p>\n</footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION"),
    ));
    page
}

fn counts(page: &mut String, audit: &Audit) {
    page.push_str("<ul class=\"counts\">\n");
    for level in [Severity::Error, Severity::Warning, Severity::Note] {
        let (name, number) = (severity(level), audit.count(level));
        let s = if number == 1 { "" } else { "s" };
        page.push_str(&format!("<li class=\"{name}\"><strong>{number}</strong> {name}{s}</li>\n"));
    }
    let waived = audit.findings.len() - audit.active().count();
    page.push_str(&format!("<li><strong>{waived}</strong> waived</li>\n</ul>\n"));
}

fn checklist(page: &mut String, view: &View<'_>, list: &Checklist) {
    let subject = escape(&view.sentence(&list.subject));
    page.push_str(&format!(
        "<table class=\"checklist\">\n<caption>{subject}</caption>\n<thead><tr><th scope=\"col\">State</th>\
         <th scope=\"col\" class=\"section\">Section</th><th scope=\"col\">Point</th></tr></thead>\n<tbody>\n"
    ));
    for (point, state) in &list.ticks {
        let (class, sign) = match state {
            Tick::Yes => ("yes", "✓"),
            Tick::No => ("no", "✗"),
            Tick::Unknown => ("unknown", "?"),
            Tick::NotApplicable => ("none", "–"),
        };
        page.push_str(&format!(
            "<tr><td class=\"tick tick-{class}\"><span aria-hidden=\"true\">{sign}</span> {}</td>\
             <td class=\"section\">{}</td><th scope=\"row\">{}</th></tr>\n",
            tick(*state),
            point.section(),
            escape(point.title()),
        ));
    }
    page.push_str("</tbody>\n</table>\n");
}

fn findings(page: &mut String, view: &View<'_>) {
    page.push_str("<section>\n<h2>Findings</h2>\n");
    let findings = &view.audit.findings;
    if findings.is_empty() {
        page.push_str("<p>Nothing was found.</p>\n");
    }
    let mut file = None;
    for finding in findings.iter().take(FINDINGS) {
        if file != Some(finding.at.file) {
            file = Some(finding.at.file);
            page.push_str(&format!("<h3><code>{}</code></h3>\n", escape(&view.sentence(view.path(&finding.at)))));
        }
        one(page, view, finding);
    }
    if findings.len() > FINDINGS {
        let left = count(findings.len() - FINDINGS, "finding");
        page.push_str(&format!("<p>{left} left out here for length: <code>scaffold check</code> shows all.</p>\n"));
    }
    page.push_str("</section>\n");
}

fn one(page: &mut String, view: &View<'_>, finding: &Finding) {
    let level = severity(finding.severity);
    let waived = if finding.waived.is_some() { " waived" } else { "" };
    let place = view.place(&finding.at, Columns::Characters);
    page.push_str(&format!(
        "<article class=\"finding {level}{waived}\">\n<h4><span class=\"level\">{level}</span> {}</h4>\n\
         <p class=\"quiet\"><a href=\"#rule-{id}\">{id}</a>, line {}, column {}</p>\n",
        inline(&view.sentence(&finding.message)),
        place.line,
        place.column,
        id = escape(finding.rule.id),
    ));
    page.push_str(&excerpt(view, &finding.at, 1));
    if !finding.related.is_empty() {
        page.push_str("<ul>\n");
        for (at, message) in finding.related.iter().take(20) {
            let path = escape(&view.sentence(view.path(at)));
            let line = view.place(at, Columns::Characters).line;
            let message = inline(&view.sentence(message));
            page.push_str(&format!("<li><code>{path}:{line}</code>: {message}{}</li>\n", excerpt(view, at, 0)));
        }
        page.push_str("</ul>\n");
    }
    if let Some(help) = &finding.help {
        page.push_str(&format!("<p><strong>Help:</strong> {}</p>\n", inline(&view.sentence(help))));
    }
    if let Some(fix) = &finding.fix {
        let how = if fix.safe { "--fix" } else { "--fix --unsafe" };
        let title = inline(&view.sentence(&fix.title));
        page.push_str(&format!(
            "<p><strong>Fix:</strong> <code>scaffold check {how}</code> can do this: {title}</p>\n"
        ));
    }
    if let Some(waived) = &finding.waived {
        let by = match &waived.by {
            WaivedBy::Baseline => "by the baseline".to_owned(),
            WaivedBy::Waiver(at) => {
                let line = view.place(at, Columns::Characters).line;
                format!("in <code>{}:{line}</code>", escape(&view.sentence(view.path(at))))
            }
        };
        let because = inline(&view.sentence(&waived.because));
        let because = if because.is_empty() { because } else { format!(": {because}") };
        page.push_str(&format!("<p class=\"quiet\">Waived {by}{because}</p>\n"));
    }
    page.push_str("</article>\n");
}

/// The lines of a place with `around` more on both sides, and the place marked.
fn excerpt(view: &View<'_>, at: &Location, around: usize) -> String {
    let (first, lines) = view.excerpt(at.file, &at.span(), around);
    if lines.text.trim().is_empty() {
        return String::new();
    }
    let span = lines.span(&at.span());
    let mut shown = String::new();
    let mut start = 0;
    // the line that a last line break begins is no line, unless it is what is marked
    let text = lines.text.strip_suffix('\n').filter(|text| span.start <= text.len()).unwrap_or(&lines.text);
    for (index, line) in text.split('\n').enumerate() {
        if index == LINES {
            shown.push_str("<span class=\"number\">…</span>\n");
            break;
        }
        let end = start + line.len();
        // a point is marked in its line only, and what ends before a line is not marked in it
        let marked = if span.is_empty() {
            start <= span.start && span.start <= end
        } else {
            span.start < end && span.end > start
        };
        let mark = marked.then(|| span.start.max(start) - start..span.end.min(end) - start);
        shown.push_str(&format!("<span class=\"number\">{}</span>{}\n", first + index, with_mark(line, mark)));
        start = end + 1;
    }
    format!("<pre tabindex=\"0\"><code>{shown}</code></pre>\n")
}

/// A line, with a part of it marked; cut where it is long.
fn with_mark(line: &str, mark: Option<Range<usize>>) -> String {
    let line = line.trim_end_matches('\r');
    let at = mark.as_ref().map_or(0, |mark| mark.start);
    let (from, to) = (boundary(line, at.saturating_sub(LINE / 2)), boundary(line, at + LINE));
    let shown = match mark {
        None => escape(&line[from..to]),
        Some(mark) => {
            let start = boundary(line, mark.start);
            let end = boundary(line, mark.end.min(to)).max(start);
            let (before, marked, after) = (&line[from..start], &line[start..end], &line[end..to.max(end)]);
            format!("{}<mark>{}</mark>{}", escape(before), escape(marked), escape(after))
        }
    };
    let dots = |cut: bool| if cut { "…" } else { "" };
    format!("{}{shown}{}", dots(from > 0), dots(to < line.len()))
}

/// What the rules say that found something.
fn about_rules(page: &mut String, audit: &Audit) {
    let rules: BTreeMap<&str, &RuleInfo> =
        audit.findings.iter().take(FINDINGS).map(|finding| (finding.rule.id, finding.rule)).collect();
    if rules.is_empty() {
        return;
    }
    page.push_str("<section>\n<h2>Rules</h2>\n");
    for rule in rules.values() {
        let id = escape(rule.id);
        // a browser opens what it is sent into, but not what it is sent to
        page.push_str(&format!(
            "<details>\n<summary><strong>{id}</strong>: {}</summary>\n<p class=\"quiet\" id=\"rule-{id}\">{}</p>\n\
             <h4>Why</h4>\n{}<h4>Instead</h4>\n{}<h4>Fix</h4>\n<p>{}</p>\n",
            inline(rule.title),
            inline(&explain::properties(rule)),
            blocks(rule.why),
            blocks(rule.instead),
            inline(explain::fix(rule)),
        ));
        if !rule.equivalents.is_empty() || !rule.cis.is_empty() {
            page.push_str(
                "<table>\n<caption>In other tools</caption>\n<thead><tr><th scope=\"col\">Tool</th>\
                 <th scope=\"col\">Rules</th></tr></thead>\n<tbody>\n",
            );
            let cis = Some(("CIS Docker Benchmark 1.6", rule.cis)).filter(|(_, numbers)| !numbers.is_empty());
            for (tool, ids) in rule.equivalents.iter().copied().chain(cis) {
                let (tool, ids) = (escape(tool), escape(&ids.join(", ")));
                page.push_str(&format!("<tr><th scope=\"row\">{tool}</th><td>{ids}</td></tr>\n"));
            }
            page.push_str("</tbody>\n</table>\n");
        }
        page.push_str("</details>\n");
    }
    page.push_str("</section>\n");
}
