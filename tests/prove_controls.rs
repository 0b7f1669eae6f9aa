//! `prove` on the real engine: one good set-up where every step is proven, and for every step a set-up that must fail it.
//!
//! Runs with `SCAFFOLD_ENGINE=1` and then needs a `docker` on PATH with BuildKit and compose, and a `podman`, which is given Docker's
//! base images; otherwise it does nothing and says so.
//! Base images: `node:26-trixie-slim`, `debian:trixie-slim`.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "an engine test touches disk, environment and processes")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use scaffold_dockerfile::prove::{
    EngineKind, Failure, Interrupt, Options, Progress, Report, Silent, Step, Verdict, prove,
};

const DOCKERFILE: &str = r#"# syntax=docker/dockerfile:1
FROM node:26-trixie-slim AS deps
WORKDIR /src
COPY package.json ./
RUN --mount=type=cache,target=/root/.npm,id=prove-controls \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    grep -q canary.invalid /root/.npmrc && echo 'exports.word = "hello"' > dependency.js

FROM deps AS build
COPY . .
RUN cat server.js > built.js

FROM node:26-trixie-slim AS runtime
WORKDIR /app
COPY --from=build /src/built.js /src/dependency.js ./
USER 10001:10001
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --start-interval=1s --retries=3 \
    CMD ["/usr/local/bin/node", "-e", "require('http').get({host:'127.0.0.1',port:3000,path:'/health',agent:false},r=>process.exit(r.statusCode<400?0:1)).on('error',()=>process.exit(1))"]
CMD ["node", "built.js"]
"#;

const SERVER: &str = r#"const { word } = require('./dependency.js');
require('fs').readFileSync('/run/secrets/db_password');
const server = require('http').createServer((request, response) => response.end(word));
server.listen(3000, () => console.log('listening'));
process.on('SIGTERM', () => { console.log('SIGTERM'); server.close(() => process.exit(0)); server.closeAllConnections(); });
"#;

const COMPOSE: &str = r#"services:
  web:
    build:
      context: .
    ports: ["127.0.0.1:3000:3000"]
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    mem_limit: 256m
    memswap_limit: 256m
    cpus: 1.0
    pids_limit: 64
    tmpfs: ["/tmp:rw,noexec,nosuid,nodev,size=16m"]
    stop_grace_period: 3s
    secrets: [db_password]
secrets:
  db_password: {file: ./secrets/db_password}
"#;

const IGNORE: &str = "**/.git
**/.env*
**/.npmrc
**/.yarnrc.yml
**/.netrc
**/.pypirc
**/.git-credentials
**/.aws
**/.docker
**/.ssh
**/.kube
**/.cargo
**/id_rsa
**/*.key
**/*.pem
**/*.p12
**/*.jks
**/*credentials*.json
**/service-account*.json
**/*.tfstate
**/*.tfvars
/secrets
compose.yaml
";

/// A project in a folder: the good one, changed by a control.
struct Project {
    files: BTreeMap<&'static str, String>,
}

impl Project {
    fn good() -> Self {
        let files = [
            ("Dockerfile", DOCKERFILE),
            ("server.js", SERVER),
            ("package.json", "{\"name\":\"control\"}\n"),
            ("compose.yaml", COMPOSE),
            (".dockerignore", IGNORE),
        ];
        Self { files: files.into_iter().map(|(path, text)| (path, text.to_owned())).collect() }
    }

    fn change(mut self, file: &'static str, from: &str, to: &str) -> Self {
        let text = self.files.get_mut(file).unwrap();
        assert!(text.contains(from), "the control changes nothing: {from}");
        *text = text.replace(from, to);
        self
    }

    /// The build writes the secret somewhere by `command`, and an image of nothing else takes it.
    fn leaking(self, command: &str) -> Self {
        let end = self.files["Dockerfile"].find("FROM node:26-trixie-slim AS runtime").unwrap();
        let deps = &self.files["Dockerfile"][..end];
        let leak = format!("RUN --mount=type=secret,id=npmrc,target=/root/.npmrc mkdir /leak && {command}\n");
        let text = format!("{deps}{leak}FROM scratch\nCOPY --from=build /leak /app/leak\nCMD [\"/app/none\"]\n");
        Self { files: self.files.into_iter().chain([("Dockerfile", text)]).collect() }
    }

    fn prove(&self, options: &Options, progress: &mut dyn Progress) -> Result<Report, Failure> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in &self.files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            #[cfg(unix)]
            if path.starts_with(folder.path().join("secrets")) {
                std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            }
        }
        let before = listing(folder.path());
        let report = prove(folder.path(), options, progress);
        assert_eq!(listing(folder.path()), before, "the user's folder is only read");
        report
    }

    /// The step, after a run of it and what it needs.
    fn step(&self, id: &str) -> Step {
        let options = Options { only: vec![id.into()], ..limits() };
        let report = self.prove(&options, &mut Silent).unwrap_or_else(|failure| panic!("{failure}"));
        println!("{}", report.render(false));
        report.step(id).unwrap().clone()
    }

    fn fails(&self, id: &str, because: &str) {
        let step = self.step(id);
        assert_eq!(step.verdict, Verdict::Failed, "{id} must fail: {step:?}");
        let reason = step.reason.clone().unwrap_or_default();
        assert!(
            reason.contains(because) || step.evidence.iter().any(|line| line.contains(because)),
            "{because}: {step:?}"
        );
    }
}

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn limits() -> Options {
    Options { healthy_within: Duration::from_secs(20), ..Options::default() }
}

/// Whether to run at all.
fn engine() -> bool {
    let asked = std::env::var_os("SCAFFOLD_ENGINE").is_some_and(|value| value == "1");
    if !asked {
        println!("SCAFFOLD_ENGINE=1 is not set: nothing is proven here");
    }
    asked
}

#[test]
fn every_step_is_proven_on_a_good_set_up() {
    if !engine() {
        return;
    }
    let options = Options { learn: true, ..limits() };
    let report = Project::good().prove(&options, &mut Silent).unwrap_or_else(|failure| panic!("{failure}"));
    let text = report.render(false);
    println!("{text}");
    assert_eq!(report.steps.len(), 13);
    assert!(report.steps.iter().all(|step| step.verdict == Verdict::Proven), "{text}");
    assert!(report.passed);
    let evidence = |id: &str, what: &str| report.step(id).unwrap().evidence.iter().any(|line| line.contains(what));
    assert!(evidence("stops", "handler logged: SIGTERM"), "{text}");
    assert!(evidence("rebuild-cached", "server.js"), "{text}");
    assert!(evidence("write-refused", "secret /run/secrets/db_password is readable"), "{text}");
    assert_eq!(junit(&report), (13, 0, 0));
}

#[test]
fn a_secret_in_a_layer_is_found_as_text_compressed_in_base64_and_in_a_layer_that_a_later_one_deletes() {
    if !engine() {
        return;
    }
    let form = |command: &str, form: &str| Project::good().leaking(command).fails("secret-absent", form);
    form("cp /root/.npmrc /leak/x", "as text");
    // Again: the leaking step is in the builder's cache now, with the canary of the run before.
    form("cp /root/.npmrc /leak/x", "as text");
    form("gzip -c /root/.npmrc > /leak/x.gz", "leak/x.gz");
    form("base64 /root/.npmrc > /leak/x", "as base64");
    form("tar czf /leak/x.tgz -C /root .npmrc", "leak/x.tgz > .npmrc");
    Project::good()
        .leaking("cp /root/.npmrc /leak/x")
        .change(
            "Dockerfile",
            "FROM scratch\nCOPY --from=build /leak /app/leak\n",
            "FROM debian:trixie-slim\nCOPY --from=build /leak/x /leaked\nRUN rm /leaked\n",
        )
        .fails("secret-absent", "as text");
}

#[test]
fn a_run_time_secret_that_the_build_copies_is_found() {
    if !engine() {
        return;
    }
    Project::good()
        .change(".dockerignore", "/secrets\n", "")
        .change("Dockerfile", "/src/dependency.js ./", "/src/dependency.js /src/secrets ./")
        .fails("secret-absent", "the value of secret db_password");
}

#[test]
fn an_image_that_runs_as_root_is_seen_from_inside() {
    if !engine() {
        return;
    }
    Project::good().change("Dockerfile", "USER 10001:10001\n", "USER 0:0\n").fails("identity", "runs as root");
}

#[test]
fn a_compose_file_without_limits_is_not_locked_down_and_writing_is_possible() {
    if !engine() {
        return;
    }
    let open = Project::good().change("compose.yaml", "    read_only: true\n    cap_drop: [ALL]\n", "").change(
        "Dockerfile",
        "USER 10001:10001\n",
        "RUN mkdir /app/data && chown 10001 /app/data\nUSER 10001:10001\n",
    );
    open.fails("locked-down-run", "cap_drop");
    open.fails("write-refused", "it can write to /app/data");
    Project::good().change("compose.yaml", "127.0.0.1:3000", "3000").fails("locked-down-run", "every address");
}

#[test]
fn a_program_that_needs_to_write_does_not_become_healthy_and_learn_says_where_it_writes() {
    if !engine() {
        return;
    }
    let writes = Project::good().change(
        "server.js",
        "const server",
        "require('fs').writeFileSync('/var/lib/state', 'x');\nconst server",
    );
    writes.fails("healthy", "ended with exit code 1");
    let options = Options { only: vec!["build".into()], learn: true, ..limits() };
    let report = writes.prove(&options, &mut Silent).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(report.writable_paths.as_deref(), Some(&["/var/lib".to_owned()][..]), "{}", report.render(false));
}

#[test]
fn a_program_on_loopback_is_healthy_and_answers_nobody() {
    if !engine() {
        return;
    }
    Project::good()
        .change("server.js", "listen(3000,", "listen(3000, '127.0.0.1',")
        .fails("answers", "nothing answers");
}

#[test]
fn program_files_of_the_app_s_user_are_found() {
    if !engine() {
        return;
    }
    Project::good()
        .change("Dockerfile", "COPY --from=build", "COPY --chown=10001:10001 --from=build")
        .fails("files-owned-by-root", "/app/built.js");
    Project::good()
        .change(
            "Dockerfile",
            "FROM node:26-trixie-slim AS runtime\n",
            "FROM node:26-trixie-slim AS runtime\nUSER 10001:10001\n",
        )
        .fails("files-owned-by-root", "/app (uid 10001");
}

#[test]
fn a_program_that_ignores_the_stop_signal_and_a_shell_that_swallows_it_are_killed() {
    if !engine() {
        return;
    }
    let handler = "process.on('SIGTERM', () => { console.log('SIGTERM'); server.close(() => process.exit(0)); server.closeAllConnections(); });";
    let ignoring = Project::good().change("server.js", handler, "process.on('SIGTERM', () => {});");
    ignoring.fails("stops", "killed");
    let command = "CMD [\"node\", \"built.js\"]";
    Project::good()
        .change("Dockerfile", command, "CMD [\"sh\", \"-c\", \"node built.js; echo done\"]")
        .fails("stops", "killed");
    // With an init in front the default action of the signal ends it.
    let init = Project::good().change("server.js", handler, "").change(
        "compose.yaml",
        "    read_only",
        "    init: true\n    read_only",
    );
    let step = init.step("stops");
    assert_eq!(step.verdict, Verdict::Proven, "{step:?}");
    assert!(step.evidence.iter().any(|line| line.contains("child of the init")), "{step:?}");
    // A wrapper that ends well says nothing about the program behind it.
    let wrapper = "CMD [\"sh\", \"-c\", \"trap 'exit 0' TERM; node built.js & wait\"]";
    let step = Project::good().change("server.js", handler, "").change("Dockerfile", command, wrapper).step("stops");
    assert_eq!(step.verdict, Verdict::NotProven, "{step:?}");
    assert!(step.reason.as_deref().is_some_and(|reason| reason.contains("ended by default")), "{step:?}");
}

#[test]
fn a_dependency_stage_that_copies_the_source_runs_again_after_an_edit() {
    if !engine() {
        return;
    }
    Project::good().change("Dockerfile", "COPY package.json ./", "COPY . .").fails("rebuild-cached", "ran again");
}

#[test]
fn a_step_that_needs_what_a_cache_mount_holds_fails_with_an_empty_one() {
    if !engine() {
        return;
    }
    Project::good()
        .change("Dockerfile", "&& echo 'exports", "&& echo x > /root/.npm/kept && echo 'exports")
        .change(
            "Dockerfile",
            "RUN cat server.js",
            "RUN --mount=type=cache,target=/root/.npm,id=prove-controls cat /root/.npm/kept && cat server.js",
        )
        .fails("no-cache-mount-needed", "cache mount");
}

#[test]
fn an_ignore_file_that_lets_credentials_in_is_found_out() {
    if !engine() {
        return;
    }
    Project::good().change(".dockerignore", "**/.env*\n", "").fails("context-clean", ".env.local");
    Project::good().change(".dockerignore", "**/id_rsa\n", "id_rsa\n").fails("context-clean", "service/id_rsa");
}

#[test]
fn a_build_that_fails_shows_its_last_lines() {
    if !engine() {
        return;
    }
    Project::good()
        .change("Dockerfile", "RUN cat server.js", "RUN echo the last words && false && cat server.js")
        .fails("build", "the last words");
}

#[test]
fn a_secret_file_that_the_app_s_user_cannot_read_is_found() {
    if !engine() {
        return;
    }
    let mut project =
        Project::good().change("server.js", "require('fs').readFileSync('/run/secrets/db_password');", "");
    project.files.insert("secrets/db_password", "a password of 0600\n".into());
    project.fails("write-refused", "cannot read the secret /run/secrets/db_password");
}

#[test]
fn a_set_up_of_another_hand_with_one_stage_and_a_shell_form_is_looked_at_too() {
    if !engine() {
        return;
    }
    let mut project = Project::good();
    let dependency = "RUN echo \"exports.word = 'hello'\" > dependency.js";
    let dockerfile =
        format!("FROM node:26-trixie-slim\nWORKDIR /app\nCOPY . .\n{dependency}\nUSER node\nCMD node server.js\n");
    project.files.insert("Dockerfile", dockerfile);
    let report = project.prove(&limits(), &mut Silent).unwrap_or_else(|failure| panic!("{failure}"));
    let text = report.render(false);
    println!("{text}");
    let verdict = |id: &str| report.step(id).unwrap().verdict;
    let proven = ["build", "secret-absent", "locked-down-run", "answers", "identity", "write-refused"];
    for id in proven.into_iter().chain(["files-owned-by-root", "no-cache-mount-needed"]) {
        assert_eq!(verdict(id), Verdict::Proven, "{id}: {text}");
    }
    // No health check and no stage `deps`: said, not guessed. The shell keeps the signal from the program.
    assert_eq!((verdict("healthy"), verdict("rebuild-cached")), (Verdict::NotProven, Verdict::NotProven), "{text}");
    assert_eq!(verdict("stops"), Verdict::Failed, "{text}");
    assert!(!report.passed);
}

/// Presses Ctrl-C when a step begins.
struct PressAt(&'static str, Interrupt);

impl Progress for PressAt {
    fn started(&mut self, id: &str, _: &str) {
        if id == self.0 {
            self.1.raise(2);
        }
    }
    fn detail(&mut self, _: &str) {}
    fn finished(&mut self, _: &Step) {}
}

#[test]
fn an_interrupted_run_leaves_nothing_behind() {
    if !engine() {
        return;
    }
    let options = Options { keep: false, ..limits() };
    let mut press = PressAt("answers", options.interrupt.clone());
    // A name of its own tells this run's parts from those of a test beside it.
    let project = Project::good().change("compose.yaml", "  web:\n", "  interrupted:\n");
    let failure = project.prove(&options, &mut press).unwrap_err();
    assert_eq!(failure.exit_code(), 130);
    let filter = "label=com.docker.compose.service=interrupted";
    let left = Command::new("docker").args(["ps", "-aq", "--filter", filter]).output().unwrap();
    assert!(left.status.success());
    assert_eq!(String::from_utf8_lossy(&left.stdout), "");
}

/// Tests, failures and skipped ones of the JUnit form, counted by its cases.
fn junit(report: &Report) -> (usize, usize, usize) {
    let text = report.junit();
    let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let suite = document.root_element().first_element_child().unwrap();
    let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
    let counted = (count("testcase"), count("failure"), count("skipped"));
    let number = |name: &str| suite.attribute(name).unwrap().parse::<usize>().unwrap();
    assert_eq!((number("tests"), number("failures"), number("skipped")), counted, "{text}");
    counted
}

fn on_podman() -> Options {
    Options { engine: EngineKind::Podman, ..limits() }
}

/// Whether to run on Podman, which is given the base images that Docker has: there is no registry here.
fn podman() -> bool {
    if !engine() {
        return false;
    }
    static LOADED: std::sync::Once = std::sync::Once::new();
    LOADED.call_once(|| {
        for image in ["node:26-trixie-slim", "debian:trixie-slim"] {
            let run = |program: &str, args: &[&str]| Command::new(program).args(args).status().unwrap().success();
            if !run("podman", &["image", "exists", image]) {
                let folder = tempfile::tempdir().unwrap();
                let archive = folder.path().join("image.tar");
                let archive = archive.to_str().unwrap();
                assert!(run("docker", &["save", image, "-o", archive]), "{image}");
                assert!(run("podman", &["load", "-i", archive]), "{image}");
            }
        }
    });
    true
}

#[test]
fn every_step_is_proven_on_podman_too() {
    if !podman() {
        return;
    }
    let options = Options { learn: true, ..on_podman() };
    let report = Project::good().prove(&options, &mut Silent).unwrap_or_else(|failure| panic!("{failure}"));
    let text = report.render(false);
    println!("{text}");
    assert_eq!(report.steps.len(), 13);
    assert!(report.steps.iter().all(|step| step.verdict == Verdict::Proven), "{text}");
    let evidence = |id: &str, what: &str| report.step(id).unwrap().evidence.iter().any(|line| line.contains(what));
    assert!(evidence("stops", "handler logged: SIGTERM"), "{text}");
    assert!(evidence("rebuild-cached", "of stage `deps` came from the cache"), "{text}");
    assert!(evidence("write-refused", "secret /run/secrets/db_password is readable"), "{text}");
    assert!(evidence("locked-down-run", "every capability dropped"), "{text}");
}

#[test]
fn what_the_starter_writes_is_proven_on_podman() {
    if !podman() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let new = ["new", "--starter", "--lang", "node", "--yes"];
    let made = Command::new(env!("CARGO_BIN_EXE_scaffold")).args(new).arg(folder.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let report = prove(folder.path(), &on_podman(), &mut Silent).unwrap_or_else(|failure| panic!("{failure}"));
    let text = report.render(false);
    assert!(report.steps.iter().all(|step| step.verdict == Verdict::Proven), "{text}");
}

#[test]
fn a_loose_set_up_fails_on_podman_and_its_junit_says_where() {
    if !podman() {
        return;
    }
    let root = Project::good()
        .change("Dockerfile", "USER 10001:10001\n", "USER 0:0\n")
        .change("compose.yaml", "    cap_drop: [ALL]\n", "    cap_drop: [CHOWN]\n")
        .change(".dockerignore", "**/.env*\n", "");
    let report = root.prove(&on_podman(), &mut Silent).unwrap_or_else(|failure| panic!("{failure}"));
    let text = report.render(false);
    println!("{text}");
    for (id, because) in
        [("identity", "runs as root"), ("locked-down-run", "cap_drop"), ("context-clean", ".env.local")]
    {
        let step = report.step(id).unwrap();
        assert_eq!(step.verdict, Verdict::Failed, "{text}");
        assert!(step.reason.as_deref().is_some_and(|reason| reason.contains(because)), "{text}");
    }
    let failed = report.steps.iter().filter(|step| step.verdict == Verdict::Failed).count();
    let (tests, failures, _) = junit(&report);
    assert_eq!((tests, failures), (12, failed));
}

#[test]
fn a_leak_is_found_in_an_image_of_podman() {
    if !podman() {
        return;
    }
    let options = Options { only: vec!["secret-absent".into()], ..on_podman() };
    let leaking = Project::good().leaking("gzip -c /root/.npmrc > /leak/x.gz");
    let report = leaking.prove(&options, &mut Silent).unwrap_or_else(|failure| panic!("{failure}"));
    let step = report.step("secret-absent").unwrap();
    assert_eq!(step.verdict, Verdict::Failed, "{step:?}");
    assert!(step.evidence.iter().any(|line| line.contains("leak/x.gz")), "{step:?}");
}

#[test]
fn what_needs_a_service_beside_it_is_not_proven_on_podman_rather_than_failed() {
    if !podman() {
        return;
    }
    let needy = Project::good()
        .change("server.js", "const server", "if (!process.env.CACHE) throw new Error('no cache');\nconst server")
        .change(
            "compose.yaml",
            "    secrets: [db_password]\nsecrets:",
            "    secrets: [db_password]\n    depends_on: [cache]\n  cache:\n    image: debian:trixie-slim\nsecrets:",
        );
    let options = Options { only: vec!["healthy".into()], ..on_podman() };
    let report = needy.prove(&options, &mut Silent).unwrap_or_else(|failure| panic!("{failure}"));
    let step = report.step("healthy").unwrap();
    assert_eq!(step.verdict, Verdict::NotProven, "{step:?}");
    assert!(step.reason.as_deref().is_some_and(|reason| reason.contains("without cache beside it")), "{step:?}");
}

/// A set-up of `tests/foreign`, on both engines.
fn foreign(name: &str, change: Options) -> [Report; 2] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign").join(name);
    [EngineKind::Docker, EngineKind::Podman].map(|engine| {
        let options = Options { engine, ..change.clone() };
        let report = prove(&folder, &options, &mut Silent).unwrap_or_else(|failure| panic!("{engine:?}: {failure}"));
        println!("{engine:?}\n{}", report.render(false));
        report
    })
}

fn verdict(report: &Report, id: &str) -> Verdict {
    report.step(id).unwrap().verdict
}

fn says(report: &Report, id: &str, what: &str) -> bool {
    let step = report.step(id).unwrap();
    step.evidence.iter().chain(&step.reason).chain(&step.help).any(|line| line.contains(what))
}

#[test]
fn a_service_in_a_folder_with_another_dockerfile_and_a_target_is_proven() {
    if !podman() {
        return;
    }
    for report in foreign("other-names", limits()) {
        let text = report.render(false);
        assert_eq!(report.service, "api");
        let proven = ["build", "locked-down-run", "healthy", "answers", "identity", "write-refused"];
        for id in proven.into_iter().chain(["files-owned-by-root", "stops", "no-cache-mount-needed"]) {
            assert_eq!(verdict(&report, id), Verdict::Proven, "{id}: {text}");
        }
        // The last stage, `debug`, would be root.
        assert!(says(&report, "identity", "10001"), "{text}");
        assert_eq!(verdict(&report, "context-clean"), Verdict::Failed, "there is no .dockerignore: {text}");
    }
}

#[test]
fn a_dockerfile_alone_is_run_under_the_standard_lock_down_and_asked_where_it_exposes() {
    if !podman() {
        return;
    }
    for report in foreign("dockerfile-only", limits()) {
        let text = report.render(false);
        for id in ["build", "locked-down-run", "answers", "identity", "write-refused", "stops"] {
            assert_eq!(verdict(&report, id), Verdict::Proven, "{id}: {text}");
        }
        assert!(says(&report, "locked-down-run", "there is no compose file"), "{text}");
        assert!(says(&report, "answers", "the image exposes 8080"), "{text}");
        assert_eq!(verdict(&report, "healthy"), Verdict::NotProven, "{text}");
        assert!(says(&report, "healthy", "the image has no health check"), "{text}");
    }
}

#[test]
fn a_compose_file_without_lock_down_is_told_what_to_write_and_tried_with_it() {
    if !podman() {
        return;
    }
    let only = ["locked-down-run", "answers", "identity", "write-refused"].map(str::to_owned).to_vec();
    for report in foreign("open-compose", Options { only: only.clone(), ..limits() }) {
        let text = report.render(false);
        for id in ["locked-down-run", "identity", "write-refused"] {
            assert_eq!(verdict(&report, id), Verdict::Failed, "{id}: {text}");
        }
        for line in ["read_only: true", "cap_drop: [ALL]", "pids_limit: 256", "127.0.0.1:8080:8080", "--lock-down"] {
            assert!(says(&report, "locked-down-run", line), "{line}: {text}");
        }
    }
    for report in foreign("open-compose", Options { only: only.clone(), lock_down: true, ..limits() }) {
        let text = report.render(false);
        for id in ["answers", "identity", "write-refused"] {
            assert_eq!(verdict(&report, id), Verdict::Proven, "{id}: {text}");
        }
        // It would work; but nothing of it is in the compose file.
        assert_eq!(verdict(&report, "locked-down-run"), Verdict::NotProven, "{text}");
        assert!(says(&report, "locked-down-run", "the compose file lacks read_only: true"), "{text}");
    }
}

#[test]
fn an_image_of_others_without_a_health_check_is_run_and_asked() {
    if !podman() {
        return;
    }
    for report in foreign("image-only", limits()) {
        let text = report.render(false);
        for id in ["locked-down-run", "answers", "identity", "write-refused", "stops"] {
            assert_eq!(verdict(&report, id), Verdict::Proven, "{id}: {text}");
        }
        assert!(says(&report, "healthy", "the image has no health check"), "{text}");
        for id in ["build", "healthy", "rebuild-cached", "no-cache-mount-needed", "context-clean"] {
            assert_eq!(verdict(&report, id), Verdict::NotProven, "{id}: {text}");
        }
    }
}
