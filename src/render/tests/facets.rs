//! Templates that say something else than the plan.

use super::chain::{broken, set_up};

/// A service with everything that a plan can hold.
const FULL: &str = r#"
[service]
port = 3000
health = "/health"
[build]
secrets = ["npmrc", { id = "token", target = "/root/token", required = true }]
[runtime]
env = { MODE = "live" }
init = true
volume = { name = "data", path = "/data" }
tmpfs = [{ path = "/cache", size = "8m" }]
[image.labels]
"org.opencontainers.image.vendor" = "Example"
[[secrets]]
name = "api_token"
[backing]
postgres = true
"#;

fn caught(template: &str, from: &str, to: &str, facet: &str) {
    caught_of(FULL, template, from, to, facet);
}

fn caught_of(spec: &str, template: &str, from: &str, to: &str, facet: &str) {
    let error = match set_up(&broken(template, &[(from, to)]), spec) {
        Err(error) => error.render(false),
        Ok(set_up) => panic!("{facet} is not caught:\n{}\n{}", set_up.file("Dockerfile"), set_up.file("compose.yaml")),
    };
    let why = ["does not say what the plan says", "no step of the build takes"].iter().any(|why| error.contains(why));
    assert!(why && error.contains(facet), "{facet}: {error}");
    let file = if template.starts_with("compose.") { template } else { "Dockerfile" };
    assert!(error.contains(&format!("{file}:")), "no place: {error}");
}

#[test]
fn the_templates_say_what_the_plan_says() {
    for spec in
        [FULL, "", "[service]\nworker = true\n", "[runtime]\nread_only = false\n[image]\nbase = \"distroless\"\n"]
    {
        let set_up = set_up(&crate::catalog::Catalog::built_in(), spec).unwrap_or_else(|error| panic!("{error}"));
        assert!(set_up.file("Dockerfile").starts_with("# syntax=docker/dockerfile:1\n"));
    }
}

#[test]
fn a_dockerfile_that_says_something_else_is_caught() {
    let of_all = [
        ("# syntax={{ images.frontend | word }}", "# syntax=docker/dockerfile:1-labs", "syntax"),
        ("FROM {{ images.runtime | word }} AS runtime", "FROM {{ images.runtime | word }} AS final", "last stage"),
        ("FROM {{ images.runtime | word }} AS runtime", "FROM {{ images.runtime | word }}", "last stage"),
        ("FROM {{ images.runtime | word }}", "FROM debian:trixie-slim", "the plan has no `debian:trixie-slim`"),
        ("WORKDIR {{ home | word }}", "WORKDIR /srv", "folder"),
        ("USER {{ runtime.user.uid | num }}:{{ runtime.user.gid | num }}\n", "USER 0:0\n", "user"),
        ("USER {{ runtime.user.uid | num }}:{{ runtime.user.gid | num }}\n", "", "user"),
        ("EXPOSE {{ runtime.port | num }}", "EXPOSE {{ runtime.port | num }} 9229", "port"),
        ("EXPOSE {{ runtime.port | num }}", "EXPOSE {{ runtime.port | num }}/udp", "port"),
        ("{{ runtime.health.argv | exec }}", "exit 0", "command of the health check"),
        ("--timeout={{ runtime.health.timeout | word }}", "--timeout=9s", "--timeout of the health check"),
        ("--start-interval={{ runtime.health.start_interval | word }} ", "", "--start-interval of the health check"),
        ("--retries={{ runtime.health.retries | num }}", "--retries=9", "--retries of the health check"),
        ("ENTRYPOINT {{ runtime.entrypoint | exec }}", "ENTRYPOINT [\"sh\", \"-c\"]", "entry point"),
        ("CMD {{ runtime.arguments | exec }}", "CMD server.js", "command"),
        ("ENTRYPOINT", "ENV DEBUG=1\nENTRYPOINT", "the plan has no `DEBUG`"),
        ("={{ var.value | env }}", "=\"\"", "variable `"),
        ("ENTRYPOINT", "LABEL more=1\nENTRYPOINT", "the plan has no `more`"),
        ("ENTRYPOINT", "VOLUME /data\nENTRYPOINT", "volume"),
        ("{%- block program %}", "COPY --from=busybox:1.37 /bin/sh /bin/sh\n{%- block program %}", "no `busybox:1.37`"),
    ];
    for (from, to, facet) in of_all {
        caught("Dockerfile", from, to, facet);
    }
    let of_node = [
        (
            "FROM {{ images.build | word }} AS deps",
            "FROM {{ images.build | word }} AS install",
            "the plan has no `deps`",
        ),
        (
            "FROM {{ images.build | word }} AS deps",
            "FROM {{ images.runtime | word }} AS x\nFROM scratch AS deps",
            "`scratch`",
        ),
        ("FROM deps AS build", "FROM deps AS compile", "no `build`"),
    ];
    for (from, to, facet) in of_node {
        caught("node/Dockerfile", from, to, facet);
    }
    let of_mounts = [
        (
            "--mount=type=secret,id={{ secret.id | word }}",
            "--mount=type=cache,target=/x,id={{ secret.id | word }}",
            "takes the secret `npmrc`",
        ),
        ("id={{ secret.id | word }}", "id=other", "the plan has no secret `other`"),
        ("target={{ secret.target | word }}", "target=/tmp/x", "target of the secret"),
        (",required=true", "", "`required` of the secret"),
        ("id={{ secret.id | word }}", "id={{ secret.id | word }},env=TOKEN", "without `env`"),
        ("{%- if recipe.ssh %}--mount=type=ssh \\\n    {% endif -%}", "--mount=type=ssh \\\n    ", "no SSH agent"),
    ];
    for (from, to, facet) in of_mounts {
        caught("blocks/secret_mounts", from, to, facet);
    }
}

#[test]
fn a_compose_file_that_says_something_else_is_caught() {
    let table = [
        ("name: {{ name | compose }}", "name: other", "project"),
        ("  {{ unit.name | compose }}:", "  {{ unit.name | compose }}x:", "services"),
        ("    read_only: true\n{%- endif %}", "    read_only: false\n{%- endif %}", "`read_only`"),
        ("    read_only: true\n{%- endif %}", "{%- endif %}", "`read_only`"),
        ("    user: \"{{ unit.user.uid | num }}:{{ unit.user.gid | num }}\"\n", "", "`user`"),
        ("      - ALL\n", "      - NET_RAW\n", "`cap_drop`"),
        ("    cap_drop:", "    cap_add: [NET_BIND_SERVICE]\n    cap_drop:", "`cap_add`"),
        ("    cap_drop:", "    privileged: true\n    cap_drop:", "the plan has no `privileged`"),
        ("    cap_drop:", "    network_mode: host\n    cap_drop:", "`network_mode`"),
        ("      - no-new-privileges:true\n", "      - seccomp=unconfined\n", "`security_opt`"),
        ("    mem_limit: {{ unit.memory | compose }}\n", "", "`mem_limit`"),
        ("    memswap_limit: {{ unit.memory | compose }}\n", "    memswap_limit: -1\n", "`memswap_limit`"),
        ("    cpus: {{ unit.cpus | compose }}\n", "", "`cpus`"),
        ("    pids_limit: {{ unit.pids | num }}\n", "    pids_limit: -1\n", "`pids_limit`"),
        ("    stop_grace_period: {{ unit.stop_grace | compose }}\n", "", "`stop_grace_period`"),
        ("    init: true\n", "", "`init`"),
        ("\"127.0.0.1:{{ unit.publish", "\"{{ unit.publish", "`ports`"),
        ("noexec,{% endif %}nosuid", "{% endif %}nosuid", "`tmpfs`"),
        (
            "      {{ secret.env | compose }}: /run/secrets/",
            "      {{ secret.env | compose }}: /srv/",
            "variable `API_TOKEN_FILE`",
        ),
        ("size={{ folder.size | word }}", "size=1g", "`tmpfs`"),
        ("        target: {{ unit.volume.path | compose }}\n", "        target: /srv\n", "`volumes`"),
        ("      - {{ secret.name | compose }}\n", "      - other\n", "`secrets`"),
        ("        - {{ secret.id | compose }}\n", "        - other\n", "`build.secrets`"),
        ("${SECRETS_DIR:-./secrets}/", "/etc/", "the file's `secrets`"),
        (":-/dev/null}", ":-/etc/shadow}", "the file's `secrets`"),
        ("{% else %}.{% endif %}", "{% else %}..{% endif %}", "`build`"),
        (
            "{%- if unit.publish %}\n    ports:\n",
            "{%- if not unit.publish %}\n    ports: [\"5432:5432\"]\n{%- else %}\n    ports:\n",
            "`ports`",
        ),
        (
            "        condition: {{ other.condition | word }}",
            "        condition: {{ other.condition | word }}\n      cache: {}",
            "`depends_on`",
        ),
    ];
    for (from, to, facet) in table {
        caught("compose.yaml", from, to, facet);
    }
}

#[test]
fn dev_mode_that_loosens_more_than_it_has_to_is_caught() {
    let spec = "build.command = \"\"\n[outputs]\ndev = true\n";
    let table = [
        (
            "blocks/dev",
            "USER {{ runtime.user.uid | num }}:{{ runtime.user.gid | num }}\n",
            "USER 0:0\n",
            "user of stage",
        ),
        ("blocks/dev", "CMD {{ dev.arguments | exec }}", "CMD [\"other.js\"]", "command of stage"),
        ("node/Dockerfile", "FROM deps AS dev", "FROM deps AS debug", "`dev` is there or missing"),
        ("Dockerfile", "AS runtime", "AS runtime\nFROM dev", "last stage"),
        ("compose.dev.yaml", "    read_only: false\n", "", "a writable root"),
        ("compose.dev.yaml", "    init: true\n", "    init: true\n    user: \"0\"\n", "`user` is for compose.yaml"),
        ("compose.dev.yaml", "    init: true\n", "    privileged: true\n", "`privileged` is for compose.yaml"),
        ("compose.dev.yaml", "\"127.0.0.1:{{ unit.debug", "\"{{ unit.debug", "`ports`"),
        ("compose.dev.yaml", "image: {{ unit.tag | compose }}", "image: {{ image.name | compose }}", "`image`"),
        ("compose.dev.yaml", "      target: dev\n", "", "`build.target`"),
    ];
    assert!(set_up(&crate::catalog::Catalog::built_in(), spec).is_ok());
    for (template, from, to, facet) in table {
        caught_of(spec, template, from, to, facet);
    }
}
