//! Projects whose stacks have everything that the files of a cluster and of a swarm can say.

use super::project::Project;

/// A service with a database, other processes, and secrets of three keepers.
pub(crate) const SHOP: &str = r#"
[service]
name = "shop"
port = 8080
start = "node server.js"
health = "/healthz?full"

[image]
repository = "registry.example.com:5000/team/shop"

[runtime]
env = { GREETING = "hello $(USER)" }
tmpfs = [{ path = "/var/cache/shop", size = "2m" }]

[providers]
default = "vault"

[providers.vault]
address = "https://vault.example.com:8200"

[providers.aws]
region = "eu-central-1"
role_arn = "arn:aws:iam::123456789012:role/shop"

[[secrets]]
name = "api_token"

[[secrets]]
name = "smtp_password"
provider = "aws"
key = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:smtp-AbCdEf"
property = "pass-word"

[[secrets]]
name = "license"
provider = "file"

[backing]
postgres = true

[processes.worker]
command = ["node", "worker.js", "$HOME"]
heartbeat = { file = "/tmp/alive", max_age = 60 }
network = "internal"
secrets = ["license"]
replicas = 1

[processes.migrate]
command = "node migrate.js"
kind = "job"

[processes.report]
command = "node report.js"
kind = "task"
secrets = []
network = "none"

[kubernetes]
allow_from = ["ingress-nginx"]

[outputs]
kubernetes = true
swarm = true
"#;

/// A service with a volume, on a port that is root's elsewhere, that keeps a capability; its secrets are mounted by the
/// CSI driver from this keeper.
pub(crate) fn with_csi(keeper: &str, table: &str, secret: &str) -> String {
    format!(
        r#"
[service]
name = "shop"
port = 80
start = "node server.js"

[runtime]
volume = {{ name = "uploads", path = "/data" }}
capabilities = {{ NET_BIND_SERVICE = "it listens on port 80" }}

[providers]
default = "{keeper}"

[providers.{keeper}]
{table}

[[secrets]]
name = "api_token"

[[secrets]]
name = "license"
{secret}

[processes.migrate]
command = "node server.js"
kind = "job"

[processes.again]
command = "node server.js"
kind = "task"

[kubernetes]
delivery = "csi"

[outputs]
kubernetes = true
swarm = true
"#
    )
}

/// The keepers that the CSI driver knows: settings, and what a secret says of itself.
pub(crate) const KEEPERS: [(&str, &str, &str); 4] = [
    (
        "vault",
        "address = \"https://vault.example.com:8200\"\nnamespace = \"team\"",
        "key = \"shop/deep\"\nproperty = \"key\"\nversion = \"3\"",
    ),
    (
        "aws",
        "region = \"eu-central-1\"",
        "key = \"arn:aws:secretsmanager:eu-central-1:123456789012:secret:license-AbCdEf\"\nproperty = \"key\"\nversion = \"AWSPREVIOUS\"",
    ),
    (
        "azure",
        "vault = \"shop-vault\"\ntenant_id = \"11111111-2222-3333-4444-555555555555\"\nclient_id = \"55555555-4444-3333-2222-111111111111\"",
        "version = \"0123456789abcdef\"",
    ),
    (
        "gcp",
        "project = \"my-project\"\nservice_account = \"shop@my-project.iam.gserviceaccount.com\"",
        "version = \"3\"",
    ),
];

/// What nobody may find in a file that is written.
pub(crate) const CANARY: &str = "canary-4f1d2c";

/// The project of such a `scaffold.toml`, written. Every secret has a value on disk already.
pub(crate) fn written(toml: &str) -> Project {
    let project = Project::node_and(&[("scaffold.toml", toml)]);
    for secret in ["api_token", "smtp_password", "license", "db_password"] {
        project.write(&format!("secrets/{secret}"), CANARY);
    }
    project.run("new --yes").exits(0);
    project
}
