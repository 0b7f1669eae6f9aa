//! `login-in-build`

use crate::check::Found;
use crate::check::credentials::by_stage;
use crate::check::rule::{Check, Rule};
use crate::check::subject::{Build, Command, Run};
use crate::report::{Confidence, Example, Family, Fixable, Persona, Point, RuleInfo, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    info: RuleInfo {
        id: "login-in-build",
        family: Family::Secrets,
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        persona: Persona::Default,
        edition: 2026,
        title: "A build step logs in to a service",
        why: "A login writes its token into the home folder, and so into the layer; a password among the arguments is in the \
              image's history too.",
        instead: "Give the step what it needs by `RUN --mount=type=secret`, or fetch before the build what needs a login.",
        bad: &[
            Example::Dockerfile("FROM docker:29-cli\nARG PW\nRUN docker login -u ci -p $PW registry.corp.io\n"),
            Example::Dockerfile("FROM amazon/aws-cli:2.31.0\nARG ID\nRUN aws configure set aws_access_key_id $ID\n"),
            Example::Dockerfile(
                "FROM google/cloud-sdk:550.0.0-slim\nCOPY sa.json /sa.json\nRUN gcloud auth activate-service-account --key-file=/sa.json\n",
            ),
        ],
        good: &[
            Example::Dockerfile(
                "FROM amazon/aws-cli:2.31.0\nRUN aws configure set region eu-central-1 && aws --version\n",
            ),
            Example::Dockerfile(
                "FROM amazon/aws-cli:2.31.0\nRUN --mount=type=secret,id=aws,target=/root/.aws/credentials,required=true aws s3 cp s3://b/f .\n",
            ),
            Example::Dockerfile("FROM docker:29-cli\nRUN docker login --help && echo docker login -p x\n"),
        ],
        equivalents: &[("trivy", &["DS-0031"])],
        cis: &["4.10"],
        point: Some(Point::NoSecrets),
        fix: Fixable::No,
    },
    checks: &[Check::Build(check)],
};

fn check(build: &Build<'_>, found: &mut Found) {
    for view in &build.views {
        for run in &view.runs {
            // With a secret mount the question is whether its content stays: `secret-mount-leaked`.
            if run.mounts.iter().any(|mount| matches!(mount.kind(), "secret" | "ssh")) {
                continue;
            }
            for command in run.commands.iter().filter(|command| logs_in(command) && !logs_out(run, command)) {
                let at = build.at(found, command.span.clone());
                let finding = found
                    .add(
                        at,
                        format!(
                            "`{}` logs in within a build step, whose layer and history keep the login",
                            command.name
                        ),
                    )
                    .help("give the step its credentials by `RUN --mount=type=secret`");
                by_stage(finding, view);
            }
        }
    }
}

fn logs_in(command: &Command) -> bool {
    if command.flag(&["--help", "-h"]).is_some() {
        return false;
    }
    let words: Vec<&str> =
        command.args.iter().map(|arg| arg.text()).filter(|word| !word.is_empty() && !word.starts_with('-')).collect();
    let begins = |start: &[&str]| words.starts_with(start);
    match command.name.as_str() {
        "docker" | "podman" | "buildah" | "nerdctl" | "skopeo" | "oras" | "crane" => {
            begins(&["login"]) || begins(&["auth", "login"])
        }
        "helm" => begins(&["registry", "login"]),
        "aws" => {
            let secret = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];
            begins(&["configure", "set"])
                && words.get(2).is_some_and(|name| secret.iter().any(|secret| name.ends_with(secret)))
        }
        "az" => begins(&["login"]) && command.flag(&["-p", "--password"]).is_some(),
        "gcloud" => begins(&["auth", "activate-service-account"]) || begins(&["auth", "login"]),
        "npm" | "pnpm" => begins(&["login"]) || begins(&["adduser"]),
        "gh" => begins(&["auth", "login"]),
        "cargo" | "vault" | "heroku" => begins(&["login"]),
        "huggingface-cli" => begins(&["login"]),
        "hf" => begins(&["auth", "login"]),
        _ => false,
    }
}

fn logs_out(run: &Run<'_>, command: &Command) -> bool {
    run.after(command).iter().any(|later| {
        later.name == command.name && later.args.iter().any(|arg| arg.is("logout") || arg.is("revoke"))
            || later.is(&["rm"])
                && later.args.iter().any(|arg| {
                    [".docker", ".aws", ".config/gcloud", ".azure", ".npmrc", ".cargo/credentials"]
                        .iter()
                        .any(|folder| arg.start.contains(folder))
                })
    })
}
