//! What is known of users, PID 1, ports and health checks: small Dockerfiles, each with what follows from it.

use super::probe;
use super::serves;
use super::{Build, Program, Users, Workspace};
use crate::check::{Options, names};
use crate::detect::MemoryTree;

/// Reads the first file as a Dockerfile with the others around it.
fn with<T>(files: &[(&str, &str)], look: impl FnOnce(&Build<'_>) -> T) -> T {
    let tree = MemoryTree::new(files.iter().copied());
    let paths: Vec<String> =
        files.iter().map(|(path, _)| (*path).to_owned()).filter(|path| names::is_target(path)).collect();
    let options = Options::default();
    let workspace = Workspace::open(&tree, true, &paths, &options);
    let unit = workspace.units.first().expect("a Dockerfile");
    let stages = unit.file.stages_with(&options.build_args);
    let last = stages.final_stage().expect("a stage").index;
    let build = Build::new(&workspace, unit, &stages, last, workspace.services_of(unit));
    look(&build)
}

fn dockerfile<T>(text: &str, look: impl FnOnce(&Build<'_>) -> T) -> T {
    with(&[("Dockerfile", text)], look)
}

/// Whether a user is there, and with which uid.
fn user(text: &str, name: &str) -> (Option<bool>, Option<u32>) {
    dockerfile(text, |build| {
        let users = Users::of(build, build.target);
        (users.has(name), users.uid(name))
    })
}

#[test]
fn users_are_read_in_the_syntax_of_each_distribution() {
    let cases = [
        ("FROM debian:13-slim\nRUN useradd -r -u 10001 -g app -s /sbin/nologin app\n", Some(10001)),
        ("FROM debian:13-slim\nRUN useradd -mu 10001 app\n", Some(10001)),
        ("FROM debian:13-slim\nRUN useradd --uid=10001 --create-home app\n", Some(10001)),
        ("FROM debian:13-slim\nRUN useradd -ms /bin/bash app\n", None),
        ("FROM debian:13-slim\nRUN adduser --disabled-password --gecos '' --uid 10001 app\n", Some(10001)),
        ("FROM debian:13-slim\nRUN adduser --system --group app\n", None),
        ("FROM alpine:3.24\nRUN adduser -D -H -u 10001 -g 'The App' -s /bin/false app\n", Some(10001)),
        ("FROM alpine:3.24\nRUN addgroup -S app && adduser -S app -G app\n", None),
        ("FROM alpine:3.24\nARG ID=10001\nRUN adduser -D -u $ID app\n", Some(10001)),
        ("FROM debian:13-slim\nRUN echo 'app:x:10001:0::/:/bin/sh' >> /etc/passwd\n", Some(10001)),
        ("FROM debian:13-slim\nRUN useradd old && usermod -l app -u 10001 old\n", None),
        ("FROM debian:13-slim AS base\nRUN useradd -u 10001 app\nFROM base\n", Some(10001)),
    ];
    for (text, uid) in cases {
        assert_eq!(user(text, "app").0, Some(true), "{text}");
        if uid.is_some() {
            assert_eq!(user(text, "app").1, uid, "{text}");
        }
    }
}

#[test]
fn a_user_is_missing_only_where_nothing_hidden_can_create_it() {
    assert_eq!(user("FROM debian:13-slim\nRUN make\n", "app").0, Some(false));
    assert_eq!(user("FROM debian:13-slim\nRUN useradd app && userdel app\n", "app").0, Some(false));
    // Taken out of a group, not out of the system.
    assert_eq!(user("FROM debian:13-slim\nRUN useradd app && deluser app sudo\n", "app").0, Some(true));
    assert_eq!(user("FROM debian:13-slim\nRUN apt-get install -y postgresql\n", "app").0, Some(false));
    let unknown = [
        "FROM debian:13-slim\nRUN apt-get install -y postgresql\n",
        "FROM debian:13-slim\nRUN ./create-user\n",
        "FROM debian:13-slim\nRUN bash setup.sh\n",
        "FROM debian:13-slim\nRUN curl https://example.com/x | sh\n",
        "FROM debian:13-slim\nCOPY passwd /etc/passwd\n",
        "FROM debian:13-slim\nCOPY etc /etc/\n",
        "FROM debian:13-slim\nADD rootfs.tar.gz /\n",
        "FROM debian:13-slim\nARG NAME\nRUN useradd $NAME\n",
        "FROM debian:13-slim\nRUN sed -i s/x/y/ /etc/passwd\n",
        "FROM registry.example/x:1\nRUN make\n",
    ];
    for text in unknown {
        assert_eq!(user(text, "postgres").0, None, "{text}");
    }
    assert_eq!(user("FROM node:26-trixie-slim\n", "node"), (Some(true), Some(1000)));
    assert_eq!(user("FROM node:26-trixie-slim\nRUN userdel -r node\n", "node").0, Some(false));
}

/// The last program of PID 1's line, and whether an init stands before it.
fn program(files: &[(&str, &str)]) -> (String, bool) {
    with(files, |build| {
        let program = Program::of(build);
        (program.commands.last().map_or_else(String::new, |command| command.name.clone()), program.init)
    })
}

#[test]
fn pid_1_is_found_behind_what_stands_before_it() {
    let cases = [
        ("FROM debian:13-slim\nENTRYPOINT [\"/usr/bin/tini\", \"--\"]\nCMD [\"server\"]\n", "server", true),
        ("FROM debian:13-slim\nENTRYPOINT [\"sh\", \"-c\", \"exec server\"]\n", "server", false),
        ("FROM debian:13-slim\nENTRYPOINT exec server\nCMD [\"ignored\"]\n", "server", false),
        ("FROM node:26-trixie-slim\nENTRYPOINT [\"docker-entrypoint.sh\"]\nCMD [\"node\", \"a.js\"]\n", "node", false),
        ("FROM debian:13-slim\nENTRYPOINT []\nCMD [\"server\"]\n", "server", false),
        ("FROM debian:13-slim\nCMD [\"supervisord\", \"-n\"]\n", "supervisord", true),
    ];
    for (text, name, init) in cases {
        assert_eq!(program(&[("Dockerfile", text)]), (name.to_owned(), init), "{text}");
    }
}

#[test]
fn scripts_of_the_context_are_followed_through_copies_and_stages() {
    let script = "#!/bin/sh\nset -e\nexec \"$@\"\n";
    let end = "CMD [\"server\"]\n";
    let cases = [
        "FROM debian:13-slim\nCOPY run.sh /\nENTRYPOINT [\"/run.sh\"]\n",
        "FROM debian:13-slim\nCOPY run.sh /usr/local/bin/start\nENTRYPOINT [\"start\"]\n",
        "FROM debian:13-slim\nWORKDIR /app\nCOPY . .\nENTRYPOINT [\"./run.sh\"]\n",
        "FROM debian:13-slim\nWORKDIR /app\nCOPY *.sh ./\nENTRYPOINT [\"/app/run.sh\"]\n",
        "FROM debian:13-slim\nCOPY run.sh other.txt /opt/\nENTRYPOINT [\"bash\", \"/opt/run.sh\"]\n",
        "FROM debian:13-slim AS a\nWORKDIR /src\nCOPY . .\nFROM debian:13-slim\nCOPY --from=a /src/run.sh /\nENTRYPOINT [\"/run.sh\"]\n",
        "FROM debian:13-slim\nWORKDIR /app\nCOPY . .\nCOPY --from=x /bin/tool .\nENTRYPOINT [\"tini\", \"--\", \"/app/run.sh\"]\n",
    ];
    for text in cases {
        let text = format!("{text}{end}");
        assert_eq!(program(&[("Dockerfile", &text), ("run.sh", script)]).0, "server", "{text}");
    }
    let inline = "FROM debian:13-slim\nCOPY <<EOF /run.sh\n#!/bin/sh\nexec \"$@\"\nEOF\nENTRYPOINT [\"/run.sh\"]\nCMD [\"server\"]\n";
    assert_eq!(program(&[("Dockerfile", inline)]).0, "server");
    // A script that is not there stays what it is.
    let text = "FROM debian:13-slim\nCOPY gone.sh /run.sh\nENTRYPOINT [\"/run.sh\"]\nCMD [\"server\"]\n";
    with(&[("Dockerfile", text)], |build| assert!(Program::of(build).opaque));
}

#[test]
fn the_places_a_script_may_end_are_found_in_its_branches() {
    let script = "#!/bin/sh\nmain() {\n  if [ \"$1\" = web ]; then\n    web --port 80\n  else\n    worker\n  fi\n}\nmain \"$@\"\n";
    let text = "FROM debian:13-slim\nCOPY run.sh /\nENTRYPOINT [\"/run.sh\"]\n";
    with(&[("Dockerfile", text), ("run.sh", script)], |build| {
        let program = Program::of(build);
        let file = program.scripts.first().expect("the script");
        let ends: Vec<&str> = file.ends().iter().map(|end| file.text(end.span.clone())).collect();
        assert_eq!(ends, ["web --port 80", "worker"]);
    });
}

#[test]
fn ports_are_read_from_flags_and_variables() {
    let cases = [
        ("CMD [\"uvicorn\", \"app:app\", \"--host\", \"0.0.0.0\", \"--port\", \"8000\"]", Some(8000)),
        ("CMD [\"gunicorn\", \"-b\", \"0.0.0.0:8001\", \"app\"]", Some(8001)),
        ("CMD [\"poetry\", \"run\", \"gunicorn\", \"--bind=:8002\", \"app\"]", Some(8002)),
        ("CMD python manage.py runserver 0.0.0.0:8003", Some(8003)),
        ("CMD [\"php\", \"-S\", \"0.0.0.0:8004\"]", Some(8004)),
        ("CMD [\"python\", \"-m\", \"http.server\", \"8005\"]", Some(8005)),
        ("CMD [\"sh\", \"-c\", \"exec next start -p 8006\"]", Some(8006)),
        ("CMD [\"server\", \"-p\", \"8007\"]", None),
        ("CMD [\"server\", \"--port\", \"$PORT\"]", None),
    ];
    for (line, port) in cases {
        let text = format!("FROM debian:13-slim\n{line}\n");
        let found = dockerfile(&text, |build| serves::by_flag(&Program::of(build).commands).map(|found| found.port));
        assert_eq!(found, port, "{line}");
    }
    let variable = |text: &str| dockerfile(text, |build| serves::by_variable(build).map(|found| found.port));
    assert_eq!(variable("FROM debian:13-slim\nENV ASPNETCORE_URLS=http://+:8080\n"), Some(8080));
    assert_eq!(variable("FROM debian:13-slim\nARG P\nENV PORT=$P\n"), None);
}

#[test]
fn addresses_of_health_checks_are_read() {
    let cases = [
        ("curl -f http://localhost:3000/health || exit 1", Some(3000)),
        ("wget -qO- 127.0.0.1:8080/ping", Some(8080)),
        ("curl -fk https://localhost/", Some(443)),
        ("node -e \"fetch('http://localhost:3001/').then(r => process.exit(r.ok ? 0 : 1))\"", Some(3001)),
        ("nc -z localhost 5432", Some(5432)),
        ("curl -f http://localhost:${PORT}/", None),
        ("curl -f http://other:3000/", None),
    ];
    for (line, port) in cases {
        let text = format!("FROM node:26\nHEALTHCHECK CMD {line}\n");
        let found = dockerfile(&text, |build| {
            let set = build.target().image.healthcheck.clone().expect("a check");
            let crate::dockerfile::Healthcheck::Cmd { form, .. } = set.value else { return None };
            super::commands_of(&form, &|_| None).iter().flat_map(probe::targets).map(|target| target.port).next()
        });
        assert_eq!(found, port, "{line}");
    }
}

#[test]
fn a_tool_is_missing_only_where_nothing_brings_it() {
    let has = |text: &str, tool: &str| dockerfile(text, |build| probe::has_tool(build, tool));
    assert_eq!(has("FROM node:26-trixie-slim\n", "curl"), Some(false));
    assert_eq!(has("FROM node:26\n", "curl"), Some(true));
    assert_eq!(has("FROM alpine:3.24\n", "wget"), Some(true));
    assert_eq!(has("FROM scratch\n", "curl"), Some(false));
    assert_eq!(has("FROM alpine:3.24\nRUN apk add --no-cache curl=8.5.0-r0\n", "curl"), Some(true));
    assert_eq!(has("FROM alpine:3.24\nRUN apk add --no-cache bind-tools\n", "curl"), Some(false));
    assert_eq!(has("FROM alpine:3.24\nRUN apk add curl && apk del curl\n", "curl"), None);
    assert_eq!(has("FROM alpine:3.24\nARG TOOLS\nRUN apk add $TOOLS\n", "curl"), None);
    assert_eq!(has("FROM alpine:3.24\nRUN sh /setup.sh\n", "curl"), None);
    assert_eq!(has("FROM alpine:3.24\nCOPY --from=x /usr/bin/curl /usr/bin/\n", "curl"), Some(true));
    assert_eq!(has("FROM alpine:3.24\nCOPY --from=x /usr/local/bin /usr/local/bin\n", "curl"), None);
    assert_eq!(has("FROM registry.example/x:1\n", "curl"), None);
}
