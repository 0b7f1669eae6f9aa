//! What is wrong is said clearly, and nothing is written.

use super::project::{NODE, Project};

#[test]
fn an_unknown_language_is_answered_with_the_nearest() {
    Project::node()
        .refuses("new --yes --lang nod", 2)
        .says("`nod` is not a language that scaffold knows")
        .says("did you mean `node`?");
    Project::node().refuses("new --yes --lang brainfog", 2).says("the languages are ");
}

#[test]
fn two_languages_are_both_named_with_their_flags() {
    // a second language of the test's own, so that it depends on no other preset
    let second = "id = \"twin\"\ntitle = \"Twin\"\n[detect]\nmarkers = [\"twin.toml\"]\n[version]\ndefault = \"1\"\nsource = \"a test\"\n[[programs]]\nname = \"twin\"\n[[start]]\nargv = [\"twin\"]\n";
    let project = Project::node_and(&[("twin.toml", ""), ("catalog/presets/twin.toml", second)]);
    project
        .refuses("new --yes --catalog catalog", 2)
        .says("several languages were found: ")
        .says("Node.js (package.json)")
        .says("`--lang node`")
        .says("`--lang twin`");
}

#[test]
fn a_folder_without_a_language_and_one_without_a_start_name_their_flags() {
    Project::with(&[("notes.txt", "")])
        .refuses("new --yes", 2)
        .says("no language was found")
        .says("`--lang`")
        .says("`--starter`");
    Project::with(&[]).refuses("new nowhere --yes", 2).says("no language was found");
    Project::with(&[("package.json", "{}")])
        .refuses("new --yes", 2)
        .says("nothing was found that could be started")
        .says("--set start=\"PROGRAM ARGUMENTS\"");
}

#[test]
fn ports_that_are_none_are_refused() {
    for port in ["0", "70000", "-1"] {
        let wrong = format!("{port} is not a port: use a number from 1024 to 65535");
        Project::node().refuses(&format!("new --yes --set port={port}"), 2).says("`--set port=...`").says(&wrong);
        let spec = format!("[service]\nport = {port}\n");
        Project::node_and(&[("scaffold.toml", &spec)]).refuses("new --yes", 2).says("scaffold.toml:2:8").says(&wrong);
    }
}

#[test]
fn what_only_the_whole_stack_knows_is_refused_with_its_place() {
    let worker = "[processes.w]\ncommand = \"node server.js\"\n";
    let vault = "[providers.vault]\naddress = \"https://v.example.com\"\n";
    let aws = "[providers.aws]\nregion = \"eu-central-1\"\n";
    let secret = |name: &str, provider: &str| format!("[[secrets]]\nname = \"{name}\"\nprovider = \"{provider}\"\n");
    let two = secret("a", "vault") + &secret("b", "aws") + vault + aws;
    for (spec, place, what, help) in [
        (format!("{worker}secrets = [\"x\"]\n"), "3:1", "reads the secret `x`, which the service does not have", ""),
        ("[backing]\nw = { kind = \"redis\" }\n".to_owned() + worker, "3:12", "are both named `w`", "another name"),
        ("[backing]\ncache = { version = \"8\" }\n".to_owned(), "2:1", "`cache = { kind = \"redis\" }`", "redis"),
        ("[services.api]\npath = \"nowhere\"\n".to_owned(), "2:1", "there is no such folder", ""),
        (secret("a", "aws"), "2:8", "nothing says where that is", "[providers.aws]"),
        (secret("a", "azure") + "key = \"a_b\"\n[providers.azure]\nvault = \"kept\"\n", "4:1", "takes letters, digits and `-`", ""),
        (two.clone() + "[outputs]\nkubernetes = true\n[kubernetes]\ndelivery = \"csi\"\n", "5:8", "several providers", "external-secrets"),
        ("[providers]\ndelivery = \"sidecar\"\n".to_owned() + &two, "2:1", "serves one keeper", "`delivery = \"script\"`"),
        (
            "[outputs]\nkubernetes = true\n[processes.w_a]\ncommand = \"node a.js\"\n[processes.\"w.a\"]\ncommand = \"node b.js\"\n".to_owned(),
            "3:12",
            "would both be `w-a` in Kubernetes",
            "rename one",
        ),
        (secret("a.b", "file") + &secret("A-b", "vault") + vault, "5:8", "`a.b` and `A-b` have one name", "other letters"),
        (secret("a", "file") + &secret("a", "vault") + vault, "2:8", "stands twice", "keep one"),
        (secret("a", "file") + "env = \"X\"\n" + &secret("b", "file") + "env = \"X\"\n", "8:1", "taken by the secret `a`", "another `env`"),
        (secret("a", "file") + "env = \"X\"\n" + worker + "env = { X = \"x\" }\n", "4:1", "taken by the environment", "another `env`"),
        (secret("a", "file") + "key = \"b\"\n", "4:1", "has the secret's own name", "take the key out"),
        (secret("a", "environment") + "key = \"B\"\nversion = \"1\"\n", "5:1", "a variable, which has no `version`", "take the key out"),
        (secret("a", "vault") + "version = \"v3\"\n" + vault, "4:1", "Vault counts them", ""),
        ("[build]\nsecrets = [\"npmrc\", \"npmrc\"]\n".to_owned(), "2:1", "`npmrc` of the build stands twice", ""),
        ("[build]\nsecrets = [\"a.b\", \"a-b\"]\n".to_owned(), "2:1", "given by `A_B_FILE`", "another name"),
        (secret("npmrc", "file") + "[build]\nsecrets = [\"npmrc\"]\n", "5:1", "of the build and of what runs", "another name"),
        ("[image]\nregistry = \"r.example.com\"\n[proxy]\nkind = \"nginx\"\nroutes = { \"/x\" = \"y\" }\n".to_owned(), "5:1", "goes to `y`", ""),
    ] {
        let project = Project::node_and(&[("scaffold.toml", &spec)]);
        project.refuses("new --yes", 2).says(&format!("scaffold.toml:{place}")).says(what).says(help);
    }
    let member = |name: &str, port: u16, key: &str| {
        format!(
            "[services.{name}]\npath = \"{name}\"\nservice = {{ lang = \"node\", start = \"node a.js\", port = {port} }}\n\
             [[services.{name}.secrets]]\nname = \"db\"\nprovider = \"vault\"\nkey = \"{key}\"\n"
        )
    };
    let spec = member("api", 3000, "one") + &member("web", 4000, "other") + vault;
    let package = "{ \"engines\": { \"node\": \"26\" } }\n";
    Project::with(&[("scaffold.toml", &spec), ("api/package.json", package), ("web/package.json", package)])
        .refuses("new --yes", 2)
        .says("scaffold.toml:12:8")
        .says("kept in one place here and in another elsewhere");
}

#[test]
fn a_wrong_spec_is_refused_with_its_place() {
    let refused = |spec: &str| Project::node_and(&[("scaffold.toml", spec)]).refuses("new --yes", 2);
    refused("[service]\nport = \"3000\"\n")
        .says("scaffold.toml:2:8")
        .says("a whole number is needed here, not the text \"3000\"");
    refused("[service]\nprot = 3000\n").says("scaffold.toml:2:1").says("did you mean `port`?");
    refused("[servise]\n").says("scaffold.toml:1:2").says("did you mean `service`?");
    refused("[service\n").says("scaffold.toml:1:9");
    refused("[networks]\n").says("there is no key `networks`");
    refused("[runtime.env]\nDB_PASSWORD = \"hunter2hunter2\"\n").says("a secret stands in").does_not_say("hunter2");
    refused("[service]\nname = \"My App\"\n").says("is not a service name");
    refused("[image]\nbase = \"slimm\"\n").says("did you mean `slim`?");
    refused("[build]\nsecrets = [{ id = \"npmrc\", target = \"x\" }]\n")
        .says("scaffold.toml:2:37")
        .says("is not a path");
    refused("[build]\nsecrets = [5]\n").says("an id, or a table with one is needed here, not the number `5`");
    refused("[service]\nstart = [\"node\", 5]\n")
        .says("scaffold.toml:2:18")
        .says("a text in quotes is needed here, not the number `5`");
    refused("[build]\nmanager = \"nmp\"\n").says("did you mean `npm`?");
}

#[test]
fn settings_that_are_none_are_refused() {
    Project::node().refuses("new --yes --set port", 2).says("has no value");
    Project::node().refuses("new --yes --set prot=1", 2).says("did you mean `port`?");
    Project::node().refuses("new --yes --set service.name=A", 2).says("is not a service name");
    Project::node().refuses("new --yes --base slimm", 2).says("did you mean `slim`?");
    Project::node().refuses("new --yes --frobnicate", 2);
}

#[test]
fn a_broken_package_json_is_refused_with_its_place() {
    let project = Project::with(&NODE);
    project.write("package.json", "{\n  \"name\": \"shop\",\n  \"scripts\": {\n}\n");
    project.refuses("new --yes", 2).says("package.json:4:3").says("mend the file");
}

#[test]
fn an_engine_that_is_not_known_is_refused_with_those_that_are() {
    Project::node().refuses("prove --engine lxc", 2).says("docker, podman");
}

#[test]
fn a_file_in_the_place_of_a_folder_is_refused() {
    Project::node().refuses("new server.js --yes", 2).says("server.js: is a file, where a folder is needed");
    Project::node().refuses("detect server.js", 2).says("is not a folder");
    Project::node().refuses("prove missing", 2).says("is not a folder");
    let project = Project::node();
    std::fs::create_dir(project.path("Dockerfile")).expect("a folder");
    project.refuses("new --yes", 2).says("Dockerfile").says("folder");
}

#[test]
fn a_spoiled_lock_is_refused() {
    let project = Project::set_up();
    project.edit("scaffold.lock", "EXPOSE 8080", "EXPOSE 1");
    project.refuses("new --yes", 2).says("scaffold.lock was changed").says("Dockerfile").says("version control");
    project.write("scaffold.lock", "no lock at all");
    project.refuses("new --yes", 2).says("scaffold.lock:1:");
}

#[test]
fn files_that_are_no_text_do_no_harm() {
    let project = Project::node();
    for path in ["package-lock.json", "Procfile", ".npmrc", "index.js"] {
        std::fs::write(project.path(path), [0xff, 0xfe, 0, 1, 2]).expect("a file");
    }
    let ran = project.run("new --yes --dry-run");
    assert!(ran.code.is_some_and(|code| code <= 2), "{ran}");
    std::fs::write(project.path("scaffold.toml"), [0xff, 0xfe]).expect("a file");
    project.refuses("new --yes", 2).says("scaffold.toml");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;

    use super::super::project::changed;
    use super::*;

    #[test]
    fn a_link_that_leads_out_of_the_folder_is_not_followed() {
        let outside = Project::with(&[("theirs", "FROM theirs\n")]);
        let project = Project::node();
        symlink(outside.path("theirs"), project.path("Dockerfile")).expect("a link");
        for arguments in ["new --yes", "new --yes --force"] {
            let ran = project.run(arguments);
            assert!(ran.code == Some(1) || ran.code == Some(2), "{ran}");
            assert!(ran.stderr.contains("Dockerfile"), "{ran}");
            assert!(!project.has("compose.yaml"), "{ran}");
        }
        assert_eq!(outside.read("theirs"), "FROM theirs\n");
    }

    #[test]
    fn a_link_out_of_the_folder_is_not_read() {
        let outside = Project::with(&[("package.json", "{ \"scripts\": { \"start\": \"node secret.js\" } }")]);
        let project = Project::with(&[("server.js", NODE[1].1)]);
        symlink(outside.path("package.json"), project.path("package.json")).expect("a link");
        project.refuses("new --yes", 2).does_not_say("secret.js");
    }

    /// A limit of the process stands for a full disk: tests/write.rs has real ones.
    #[test]
    fn a_full_disk_leaves_the_folder_as_it_was() {
        for blocks in [0, 8] {
            let project = Project::node();
            let before = project.tree();
            let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" new --yes");
            let output = std::process::Command::new("sh")
                .args(["-c", &script, env!("CARGO_BIN_EXE_scaffold")])
                .current_dir(project.folder())
                .output()
                .expect("a shell");
            let words = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{words}");
            assert!(words.contains("error: cannot write") && !words.contains("panicked"), "{words}");
            assert_eq!(changed(&before, &project.tree()), Vec::<String>::new(), "{words}");
        }
    }

    #[test]
    fn a_folder_that_may_not_be_written_is_left_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let project = Project::node();
        std::fs::set_permissions(project.folder(), std::fs::Permissions::from_mode(0o555)).expect("permissions");
        // root may write all the same: then there is nothing to see here, and tests/write.rs has a read-only mount
        let bound = std::fs::write(project.path("probe"), "").is_err();
        let _ = std::fs::remove_file(project.path("probe"));
        if bound {
            project.refuses("new --yes", 3).says("denied");
        }
        std::fs::set_permissions(project.folder(), std::fs::Permissions::from_mode(0o755)).expect("permissions");
    }
}
