//! `image-end-of-life`

use crate::bases::{self, Date};
use crate::check::Found;
use crate::check::rule::{Check, Rule};
use crate::check::subject::Workspace;
use crate::check::subject::images::NamedImage;
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "image-end-of-life",
        family: Family::Image,
        severity: Severity::Warning,
        confidence: Confidence::Certain,
        persona: Persona::Default,
        edition: 2026,
        title: "An image is past its end of life",
        why: "Nobody mends it any more: holes that become known from now on stay open in it, and package mirrors of old releases go away.",
        instead: "Move to a release that its makers still support.",
        bad: &[
            Example::Dockerfile("FROM node:16\n"),
            Example::Dockerfile("FROM debian:buster-slim\n"),
            Example::Dockerfile("FROM python:3.7-slim\n"),
            Example::Dockerfile("FROM centos:7\n"),
            Example::Dockerfile("FROM openjdk:17\n"),
            // The release of the distribution counts, too.
            Example::Dockerfile("FROM golang:1.26-buster AS build\n"),
            Example::Compose("services:\n  db:\n    image: postgres:11\n"),
        ],
        good: &[
            Example::Dockerfile("FROM node:26-trixie-slim\n"),
            Example::Dockerfile("FROM debian:13-slim\n"),
            Example::Dockerfile("ARG VERSION\nFROM node:${VERSION}\n"),
            Example::Dockerfile("FROM registry.example.com/node:16\n"),
        ],
        equivalents: &[],
        cis: &["4.4"],
        point: Some(Point::Trusted),
        fix: Fixable::No,
    },
    checks: &[Check::Image(ended), Check::Workspace(table)],
};

/// One note for all, where the table is too old to be believed.
fn table(workspace: &Workspace<'_>, found: &mut Found) {
    let Some(unit) = workspace.units.iter().find(|unit| unit.inline.is_none()) else { return };
    if workspace.today().is_some_and(is_stale) {
        let end = unit.file.instructions.first().map_or(0, |first| first.span.end);
        let at = found.at(&unit.path, &unit.text, end.min(unit.text.len())..end.min(unit.text.len()));
        found
            .add(
                at,
                format!("ends of life are not judged: this version knows those of {} and is too old", bases::CHECKED),
            )
            .severity(Severity::Note)
            .help("use a newer version of scaffold");
    }
}

/// Whether the table is older than twelve months.
fn is_stale(today: Date) -> bool {
    let year = Date { year: bases::CHECKED.year + 1, ..bases::CHECKED };
    today > year
}

fn ended(image: &NamedImage, workspace: &Workspace<'_>, found: &mut Found) {
    let Some(today) = workspace.today().filter(|today| !is_stale(*today)) else { return };
    let Some(end) = bases::end_of_life(&image.reference).filter(|end| end.is_over(today)) else { return };
    let what = if end.release == "*" { end.product.to_owned() } else { format!("{} {}", end.product, end.release) };
    found
        .add(
            image.at.clone(),
            format!("`{}` gets no fixes any more: the support of {what} ended on {}", image.text, end.date),
        )
        .help("move to a release that is still supported");
}

#[cfg(test)]
mod tests {
    use crate::check::{Options, check};
    use crate::detect::MemoryTree;

    fn messages(today: Option<super::Date>) -> Vec<String> {
        let tree = MemoryTree::new([("Dockerfile", "FROM node:16\n")]);
        let only = [super::RULE.info.id.to_owned()].into();
        let audit = check(&tree, true, &["Dockerfile".to_owned()], &Options { today, only, ..Options::default() });
        audit.findings.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn it_depends_on_the_day() {
        assert_eq!(messages(None), Vec::<String>::new());
        assert!(messages(Some(super::Date { year: 2022, month: 1, day: 1 })).is_empty());
        assert!(messages(Some(super::bases::CHECKED))[0].contains("Node.js 16 ended on 2023-09-11"));
    }

    #[test]
    fn an_old_table_judges_nothing_and_says_so() {
        let found = messages(Some(super::Date { year: super::bases::CHECKED.year + 2, month: 1, day: 1 }));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("too old"), "{found:?}");
    }
}
