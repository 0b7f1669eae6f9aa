//! Who says what: flag, spec, detection, preset; and every guess is said.

use super::project::{NODE, Project};

fn port(project: &Project) -> String {
    let dockerfile = project.read("Dockerfile");
    let line = dockerfile.lines().find(|line| line.starts_with("EXPOSE ")).expect("a port");
    line.trim_start_matches("EXPOSE ").to_owned()
}

#[test]
fn a_flag_wins_over_the_spec_and_the_spec_over_what_is_found() {
    let project = Project::node();
    project.run("new --yes").exits(0);
    assert_eq!(port(&project), "8080", "found in server.js");

    project.edit("scaffold.toml", "[service]", "[service]\nport = 4000 # ours");
    project.run("new --yes").exits(0);
    assert_eq!(port(&project), "4000");

    project.run("new --yes --set port=5000").exits(0);
    assert_eq!(port(&project), "5000");
    assert!(project.read("scaffold.toml").contains("port = 5000 # ours"), "{}", project.read("scaffold.toml"));
}

#[test]
fn the_preset_answers_what_nothing_else_does() {
    let project = Project::with(&NODE);
    project.edit("server.js", "8080", "process.env.PORT");
    let found = project.run("detect --format json").exits(0).json();
    assert_eq!((&found["port"], &found["evidence"]["port"]), (&3000.into(), &serde_json::Value::Null));
}

#[test]
fn another_spec_is_read_with_its_flag() {
    let project = Project::node_and(&[("elsewhere.toml", "[service]\nport = 4000\n")]);
    project.run("new --yes --spec elsewhere.toml").exits(0);
    assert_eq!(port(&project), "4000");
    project.refuses("new --yes --spec missing.toml", 2).says("missing.toml: there is no such file");
}

#[test]
fn the_line_that_repeats_a_run_repeats_it() {
    let project = Project::node();
    let said = project.run_with(&[
        "new",
        "--yes",
        "--base",
        "distroless",
        "--set",
        "name=till",
        "--set",
        "start=node server.js --fast",
    ]);
    let said = said.exits(0);
    let again = said.stderr.lines().find_map(|line| line.strip_prefix("Again     scaffold ")).expect("a line");
    assert_eq!(
        again,
        "new --lang node --set image.base=distroless --set service.name=till --set 'service.start=node server.js --fast' --yes"
    );
}

#[test]
fn a_choice_among_several_package_managers_is_said() {
    let project = Project::node_and(&[
        ("yarn.lock", "# yarn lockfile v1\n"),
        ("package-lock.json", "{ \"lockfileVersion\": 3, \"packages\": {} }\n"),
    ]);
    project
        .run("new --yes --dry-run")
        .says("note: there are signs of several package managers: ")
        .says("npm (package-lock.json)")
        .says(" is taken")
        .says("--set build.manager=npm");
}

#[test]
fn a_start_command_that_is_a_guess_is_said() {
    let preset = "id = \"twin\"\ntitle = \"Twin\"\n[detect]\nmarkers = [\"twin.toml\"]\n[version]\ndefault = \"1\"\nsource = \"a test\"\n[[programs]]\nname = \"twin\"\n[[start]]\nargv = [\"twin\"]\nguess = \"nothing else is there\"\n";
    let project = Project::with(&[("twin.toml", ""), ("catalog/presets/twin.toml", preset)]);
    project
        .run("detect --catalog catalog")
        .exits(0)
        .says("note: the start command `twin` is a guess: nothing else is there")
        .says("say it with `--set start=");
}

#[test]
fn a_missing_lockfile_and_an_old_release_are_said() {
    let project = Project::with(&[
        (
            "package.json",
            "{ \"engines\": { \"node\": \"16\" }, \"scripts\": { \"start\": \"node a.js\" }, \"dependencies\": { \"left-pad\": \"1.3.0\" } }\n",
        ),
        ("a.js", "require('node:http').createServer().listen(3000);\n"),
    ]);
    project.run("new --yes --dry-run").says("warning: there is no package-lock.json").says("npm install").says("16");
}

#[test]
fn an_odd_folder_name_becomes_a_name_that_an_image_can_have() {
    for (folder, name) in [("My App (2)!", "my-app-2"), ("ünïcode", "n-code"), ("---", "service"), ("日本", "service")]
    {
        let project = Project::named(folder, &NODE);
        let run = project.run("new --yes --format json").exits(0).json();
        assert_eq!(run["name"], name, "{folder}");
    }
}

#[test]
fn every_step_that_may_go_to_the_network_sees_the_authority_of_the_build() {
    for (lang, seen) in [
        ("node", &["npm ci", "npm prune", "echo own"][..]),
        ("python", &["uv sync", "echo own"]),
        ("go", &["go mod download", "go build -trimpath -buildvcs", "echo own"]),
        ("rust", &["cargo fetch", "cargo build", "echo own"]),
    ] {
        let project = Project::with(&[]);
        project.run(&format!("new --starter --lang {lang} --yes")).exits(0);
        project.write("ca.pem", "the authority\n");
        let own = "\n[stages.build]\nrun = [\"echo own\"]\n";
        project.write("scaffold.toml", &(project.read("scaffold.toml") + own));
        project.run("new --yes --set build.ca=ca.pem").exits(0);
        let dockerfile = project.read("Dockerfile");
        let steps: Vec<&str> = dockerfile.split("\nRUN ").skip(1).collect();
        let has =
            |step: &str, what: &str| step.lines().take_while(|line| !line.is_empty()).any(|line| line.contains(what));
        for step in &steps {
            let mounted = has(step, "--mount=type=secret,id=build_ca,required=true");
            assert_eq!(mounted, has(step, "=/run/secrets/build_ca "), "{lang}: {step}");
        }
        for what in seen {
            let sees = |step: &&str| has(step, what) && has(step, "id=build_ca");
            assert!(steps.iter().any(sees), "{lang}: {what} does not see it\n{dockerfile}");
        }
    }
}
