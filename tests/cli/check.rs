//! `scaffold check` and `scaffold explain` as a user meets them.

use super::project::{Project, changed};

/// Two things that no rule could overlook.
const BAD: &str = "FROM debian:13-slim\nRUN sudo make install\nCMD [\"/app\"]\n";
const PRIVILEGED: &str = "services:\n  ci:\n    image: acme/runner:1.2\n    privileged: true\n";

#[test]
fn a_tree_is_checked_as_git_sees_it() {
    let project = Project::with(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".gitignore", "generated/\n"),
        ("api/Dockerfile", BAD),
        (".devcontainer/Dockerfile", BAD),
        ("generated/Dockerfile", BAD),
        ("node_modules/x/Dockerfile", BAD),
        ("compose.yaml", PRIVILEGED),
    ]);
    let report = project.refuses("check --rule sudo,compose-privileged --format json", 1).json();
    let files: Vec<&str> =
        report["findings"].as_array().expect("a list").iter().filter_map(|finding| finding["file"].as_str()).collect();
    assert_eq!(files, [".devcontainer/Dockerfile", "api/Dockerfile", "compose.yaml"]);
    assert_eq!(report["checked"], 3);

    // a repository in a folder that another one ignores, as runners of pipelines have theirs
    let inner = Project::with(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".gitignore", "*\n"),
        ("builds/.git/HEAD", "ref: refs/heads/main\n"),
        ("builds/Dockerfile", BAD),
    ]);
    inner.refuses("check --rule sudo builds", 1).prints("builds/Dockerfile:2:5");
    inner.refuses("check --rule sudo", 0).says("there is no Dockerfile and no compose file here");
}

#[test]
fn a_finding_has_a_place_an_excerpt_and_a_way_out() {
    let project = Project::with(&[("Dockerfile", BAD)]);
    project
        .refuses("check --rule sudo", 1)
        .prints("warning[sudo]")
        .prints("Dockerfile:2:5")
        .prints("RUN sudo make install")
        .prints("^^^^")
        .prints("1 warning in 1 file");
    let report = project.refuses("check --rule sudo --format json", 1).json();
    let finding = &report["findings"][0];
    assert_eq!((&finding["rule"], &finding["severity"]), (&"sudo".into(), &"warning".into()));
    assert_eq!((&finding["file"], &finding["line"], &finding["column"]), (&"Dockerfile".into(), &2.into(), &5.into()));
    assert_eq!(finding["equivalents"]["hadolint"][0], "DL3004");
}

#[test]
fn a_file_that_is_named_is_read_whatever_its_name() {
    let project = Project::with(&[("build.txt", BAD), ("sub/Dockerfile", BAD)]);
    project.refuses("check --rule sudo build.txt", 1).prints("build.txt:2:5");
    project.refuses("check --rule sudo sub/Dockerfile", 1).prints("sub/Dockerfile:2:5");
    project.refuses("check nothing-here", 2).says("nothing-here: there is no such file or folder");
}

#[test]
fn a_folder_without_anything_to_check_is_said_to_be_one() {
    Project::with(&[("main.py", "")]).refuses("check", 0).says("there is no Dockerfile and no compose file here");
}

#[test]
fn standard_input_is_a_file() {
    let project = Project::with(&[]);
    project.typing(&["check", "-", "--rule", "sudo"], BAD).exits(1).prints("Dockerfile:2:5");
    let arguments = ["check", "-", "--stdin-name", "compose.yaml", "--rule", "compose-privileged"];
    project.typing(&arguments, PRIVILEGED).exits(1).prints("compose.yaml:4:17");
    project.typing(&["check", "-", "Dockerfile"], BAD).exits(2).says("standard input");
}

#[test]
fn what_cannot_be_read_is_never_nothing_found() {
    let project = Project::with(&[("Dockerfile", "FROM debian:13-slim\nRUNN x\n"), ("api/Dockerfile", BAD)]);
    project
        .refuses("check --fail-on never", 2)
        .prints("error[parse-error]")
        .prints("did you mean `RUN`?")
        .prints("warning[sudo]");
}

#[test]
fn the_level_that_fails_is_the_users() {
    let project = Project::with(&[("Dockerfile", BAD)]);
    for (level, code) in [("note", 1), ("warning", 1), ("error", 0), ("never", 0)] {
        project.refuses(&format!("check --rule sudo --fail-on {level}"), code);
    }
    project.write("scaffold.toml", "[check]\nfail_on = \"error\"\n");
    project.refuses("check --rule sudo", 0).prints("warning[sudo]");
    project.write("scaffold.toml", "[check.levels]\nsudo = \"off\"\n");
    project.refuses("check --rule sudo", 0).prints("nothing found");
    project.write("scaffold.toml", "[check.levels]\nsodu = \"off\"\n");
    project.refuses("check", 2).says("there is no rule `sodu`").says("did you mean `sudo`?").says("scaffold.toml:2:1");
}

#[test]
fn waivers_are_shown_when_asked_for() {
    let waived = BAD.replace("RUN", "# scaffold: allow sudo because=the vendor's script\nRUN");
    let project = Project::with(&[("Dockerfile", &waived)]);
    project.refuses("check --rule sudo", 0);
    project.refuses("check --rule sudo --show-waived", 0).prints("the vendor's script");
    let policy =
        "[[check.waivers]]\nrule = \"sudo\"\npath = \"legacy/**\"\nbecause = \"soon gone\"\nuntil = \"2999-01-01\"\n";
    let project = Project::with(&[("legacy/Dockerfile", BAD), ("api/Dockerfile", BAD), ("scaffold.toml", policy)]);
    let report = project.refuses("check --rule sudo --format json", 1).json();
    let waived = |at: usize| report["findings"][at]["waived"]["because"].clone();
    assert_eq!((waived(0), waived(1)), (serde_json::Value::Null, "soon gone".into()));
}

#[test]
fn a_baseline_lets_through_what_was_there() {
    let project = Project::with(&[("Dockerfile", BAD)]);
    project.run("check --rule sudo --baseline known.json --write-baseline").exits(0);
    project.refuses("check --rule sudo --baseline known.json", 0);
    // Lines may move, and what is new is found.
    project.write("Dockerfile", &BAD.replace("RUN", "ENV A=1\nRUN").replace("CMD", "RUN sudo rm /x\nCMD"));
    let report = project.refuses("check --rule sudo --baseline known.json --format json", 1).json();
    assert_eq!(report["summary"]["warning"], 1, "{report}");
    project.refuses("check --baseline missing.json", 2).says("--write-baseline");
    project.write("known.json", "{\n  \"version\": 1,\n  \"findings\": 3\n}\n");
    project.refuses("check --baseline known.json", 2).says("known.json:3");
}

#[test]
fn a_fix_is_shown_first_and_changes_nothing_twice() {
    let project = Project::with(&[("Dockerfile", BAD), ("other.txt", "x")]);
    project.refuses("check --rule sudo --fix --diff", 1).prints("-RUN sudo make install\n+RUN make install\n");
    let before = project.tree();
    project.run("check --rule sudo --fix").exits(0).says("mended 1 finding");
    assert_eq!(changed(&before, &project.tree()), ["Dockerfile"]);
    assert_eq!(project.read("Dockerfile"), BAD.replace("sudo ", ""));
    project.refuses("check --rule sudo --fix", 0);
    // Windows line ends stay.
    project.write("Dockerfile", &BAD.replace('\n', "\r\n"));
    project.run("check --rule sudo --fix").exits(0);
    assert_eq!(project.read("Dockerfile"), BAD.replace("sudo ", "").replace('\n', "\r\n"));
}

#[test]
fn every_format_is_what_it_says() {
    let project = Project::with(&[("Dockerfile", BAD)]);
    assert_eq!(project.refuses("check --rule sudo --format sarif", 1).json()["version"], "2.1.0");
    project.refuses("check --rule sudo --format github", 1).prints("::warning file=Dockerfile,line=2");
    project.refuses("check --rule sudo --format markdown", 1).prints("| 7.2 |");
    project.refuses("check --rule sudo --format html", 1).prints("<!doctype html>");
}

#[test]
fn a_rule_is_explained() {
    let project = Project::with(&[]);
    project.refuses("explain sudo", 0).prints("RUN sudo apt-get update").prints("DL3004");
    let explained = project.refuses("explain sudo --format json", 0).json();
    assert_eq!(explained["id"], "sudo");
    project.refuses("explain", 0).prints("compose-privileged");
    assert!(project.refuses("explain --format json", 0).json().as_array().is_some_and(|rules| rules.len() > 5));
    project.refuses("explain sodu", 2).says("did you mean `sudo`?");
}

#[test]
fn new_writes_nothing_that_check_calls_an_error() {
    let project = Project::node_and(&[(
        "scaffold.toml",
        "[service]\nname = \"shop\"\nlang = \"node\"\n\n[check]\nlocked = [\"sudo\"]\n\n[check.levels]\nsudo = \"error\"\n\n[stages.build]\nrun = [\"sudo make\"]\n",
    )]);
    project.refuses("new --yes", 1).says("does not pass `scaffold check`").says("error[sudo]");
    project.edit("scaffold.toml", "sudo = \"error\"", "sudo = \"warning\"");
    project.run("new --yes").exits(0).says("sudo: `sudo` in a build step");
}

#[test]
fn new_writes_no_image_of_a_publisher_that_the_policy_does_not_allow() {
    let project = Project::node_and(&[(
        "scaffold.toml",
        "[service]\nname = \"shop\"\nlang = \"node\"\n\n[check]\npublishers = [\"official\"]\n",
    )]);
    project
        .refuses("new --yes", 1)
        .says("does not pass `scaffold check`")
        .says("error[image-publisher]")
        .says("`docker/dockerfile:1` is of `verified:Docker`")
        .says("the policy allows official");
    project.edit("scaffold.toml", "[\"official\"]", "[\"official\", \"verified:Docker\"]");
    project.run("new --yes").exits(0);
    project.refuses("explain image-publisher", 0).prints("Docker does not vouch");
    project.edit("scaffold.toml", "\"verified:Docker\"", "\"vendor:Docker\"");
    project.refuses("check", 2).says("`vendor:Docker` is no publisher").says("did you mean `verified:Docker`?");
}

#[test]
fn a_fix_may_write_the_dockerignore_that_is_missing() {
    let files =
        [("Dockerfile", "FROM debian:13-slim\nCOPY . /app/\n"), ("a.js", ""), (".git/HEAD", "ref: refs/heads/main\n")];
    let project = Project::with(&files);
    project.refuses("check --rule dockerignore-missing --fix --diff", 1).prints("--- /dev/null").prints("+.git\n");
    let before = project.tree();
    project.run("check --rule dockerignore-missing --fix").exits(0).says("mended 1 finding");
    assert_eq!(changed(&before, &project.tree()), [".dockerignore"]);
    project.refuses("check --rule dockerignore-missing,context-git", 0).prints("nothing found");
}

#[test]
fn the_context_is_shown_as_it_is() {
    let project = Project::with(&[
        ("api/Dockerfile", "FROM debian:13-slim\nCOPY . /app/\n"),
        ("api/a.js", "12345"),
        ("api/node_modules/b/b.js", ""),
        ("api/.env", "DB_PASSWORD=k3Vq9zLw2RtY8sXb\n"),
        ("api/.dockerignore", "Dockerfile\n.dockerignore\n"),
        ("compose.yaml", "services:\n  app:\n    build: api\n"),
    ]);
    project
        .run("check --context")
        .exits(0)
        .prints("api/Dockerfile (compose: app)\n")
        .prints("context  api (as compose says), api/.dockerignore\n")
        .prints("line 2: COPY . /app/ -> image: 2 files, 34 B\n")
        .prints("also node_modules\n")
        .prints("credentials: .env (environment file)\n");
    let report = project.run("check --context --format json").exits(0).json();
    assert_eq!(report["contexts"][0]["context"]["copies"][0]["credentials"][0]["secret"], "yes");
    project.refuses("check --context --format sarif", 2).says("text or JSON");
    assert!(!report.to_string().contains("k3Vq9"));
}
