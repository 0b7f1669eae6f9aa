//! Credential files by name and by content, and the generator's ignore list.

use super::super::{FileKind, Verdict, content, file};
use super::{ALNUM, HEX, body, github, pem};
use crate::ignore::Ignore;

/// Names of credential files, at the top and deep down.
const NAMED: [(&str, FileKind); 57] = [
    (".env", FileKind::Env),
    (".env.local", FileKind::Env),
    (".env.production", FileKind::Env),
    ("app.env", FileKind::Env),
    (".envrc", FileKind::Env),
    (".npmrc", FileKind::Npmrc),
    (".yarnrc.yml", FileKind::Settings),
    ("bunfig.toml", FileKind::Settings),
    ("pip.conf", FileKind::Settings),
    (".gitconfig", FileKind::Settings),
    (".pypirc", FileKind::Login),
    (".netrc", FileKind::Login),
    ("_netrc", FileKind::Login),
    (".git-credentials", FileKind::Login),
    (".cargo/credentials", FileKind::Login),
    (".cargo/credentials.toml", FileKind::Login),
    (".gem/credentials", FileKind::Login),
    (".pgpass", FileKind::Login),
    (".my.cnf", FileKind::Login),
    (".s3cfg", FileKind::Login),
    (".terraformrc", FileKind::Login),
    ("id_rsa", FileKind::SshKey),
    ("id_ed25519", FileKind::SshKey),
    ("id_ecdsa_work", FileKind::SshKey),
    ("id_dsa", FileKind::SshKey),
    (".ssh/deploy", FileKind::SshKey),
    (".ssh/", FileKind::SshKey),
    ("server.key", FileKind::Key),
    ("server.pem", FileKind::Key),
    ("putty.ppk", FileKind::Key),
    ("config/master.key", FileKind::Key),
    ("ca.pem", FileKind::Certificate),
    ("docker-archive.key", FileKind::Certificate),
    ("store.p12", FileKind::KeyStore),
    ("store.pfx", FileKind::KeyStore),
    ("store.jks", FileKind::KeyStore),
    ("app.keystore", FileKind::KeyStore),
    ("team.kdbx", FileKind::KeyStore),
    (".aws/credentials", FileKind::CloudFolder),
    (".azure/accessTokens.json", FileKind::CloudFolder),
    (".config/gcloud/credentials.db", FileKind::CloudFolder),
    (".gcloud/key", FileKind::CloudFolder),
    (".gnupg/secring", FileKind::CloudFolder),
    (".docker/config.json", FileKind::DockerConfig),
    (".dockercfg", FileKind::DockerConfig),
    ("kubeconfig", FileKind::Kubeconfig),
    (".kube/config", FileKind::Kubeconfig),
    ("credentials.json", FileKind::ServiceAccount),
    ("client_secret_12.json", FileKind::ServiceAccount),
    ("my-service-account-prod.json", FileKind::ServiceAccount),
    ("terraform.tfstate", FileKind::Terraform),
    ("terraform.tfstate.backup", FileKind::Terraform),
    ("prod.tfvars", FileKind::Terraform),
    (".htpasswd", FileKind::Htpasswd),
    ("secrets.yaml", FileKind::Secrets),
    ("secrets/db_password", FileKind::Secrets),
    (".vault-token", FileKind::Secrets),
];

#[test]
fn credential_files_are_known_by_name_at_any_depth() {
    for (path, kind) in NAMED {
        for path in
            [path.to_owned(), format!("a/b/{path}"), format!("./{path}"), format!("a\\{}", path.replace('/', "\\"))]
        {
            assert_eq!(file(&path), Some(kind), "{path}");
        }
    }
    assert_eq!(file("Server.KEY"), Some(FileKind::Key));
}

#[test]
fn examples_public_halves_and_sources_are_no_credentials() {
    for path in [
        ".env.example",
        ".env.sample",
        ".env.template",
        ".env.dist",
        ".env.tpl",
        ".env.example.local",
        "example.env",
        "id_rsa.pub",
        "id_ed25519.pub",
        ".ssh/known_hosts",
        ".ssh/config",
        ".ssh/authorized_keys",
        ".npmrc.example",
        "secrets.yaml.enc",
        "credentials.yml.enc",
        "secrets.yaml.gpg",
        "server.crt",
        "secrets.go",
        "src/secrets/mod.rs",
        "src/secrets/README.md",
        ".docker/nginx.conf",
        ".docker/Dockerfile",
        "id_mapping.json",
        "id_rsa_test.go",
        "environment",
        "env",
        "key",
        "keys.json",
        "monkey.txt",
        "config.json",
        ".terraform/modules/x/main.tf",
        ".dockerignore",
        "package.json",
        "",
        "/",
    ] {
        assert_eq!(file(path), None, "{path}");
    }
}

/// The credential patterns of the file that the generator writes.
fn template() -> &'static str {
    let text = include_str!("../../../templates/dockerignore");
    let start = text.find("# credentials").expect("the part of the credentials");
    let end = text[start..].find("\n\n").expect("its end");
    &text[start..start + end]
}

/// Names that the generator does not keep out yet. They are rare in a project, and another line in the template makes
/// the proof of every app and base stale: they go in when the template changes next.
const NOT_YET: [&str; 6] = [".pgpass", ".my.cnf", ".s3cfg", ".terraformrc", ".dockercfg", "kubeconfig"];

#[test]
fn the_generators_ignore_file_keeps_out_whatever_counts_as_a_credential() {
    let ignore = Ignore::parse(template());
    for (path, _) in NAMED {
        let path = path.trim_end_matches('/');
        let keeps = !NOT_YET.contains(&path);
        assert_eq!(ignore.excludes(path), keeps, "{path}");
        // A folder `secrets` is meant at the top only: deeper down it may be a part of the program.
        if !path.starts_with("secrets/") {
            assert_eq!(ignore.excludes(&format!("a/b/{path}")), keeps, "a/b/{path}");
        }
    }
}

#[test]
fn whatever_the_generators_ignore_file_calls_a_credential_counts_as_one() {
    let inside = |pattern: &str| match pattern {
        ".kube" => "config",
        ".docker" => "config.json",
        ".terraform" => "terraform.tfstate",
        _ => "x",
    };
    let folders =
        ["secrets", ".aws", ".azure", ".config/gcloud", ".gcloud", ".kube", ".ssh", ".gnupg", ".docker", ".terraform"];
    for line in template().lines().skip(1) {
        let kept = line.starts_with('!');
        let pattern = line.trim_start_matches('!').trim_start_matches("**/");
        let path = match folders.contains(&pattern) {
            true => format!("{pattern}/{}", inside(pattern)),
            false => pattern.replace('*', "a"),
        };
        assert_eq!(file(&path).is_some(), !kept, "{line}: {path}");
    }
}

#[test]
fn the_content_of_a_file_decides() {
    let (token, hex) = (github("ghp", 4), body(HEX, 32, 4));
    let login = super::encode(b"robot:kZ8-wq71LmN0");
    let secret = [
        (FileKind::Env, format!("PORT=80\nexport DB_PASSWORD={}\n", body(ALNUM, 20, 2))),
        (FileKind::Env, "DB_PASSWORD='hunter2'".to_owned()),
        (FileKind::Env, format!("X={token}")),
        (FileKind::Npmrc, format!("//npm.corp.io/:_authToken={hex}")),
        (FileKind::Settings, "[global]\nindex-url = https://ci:Zx81kkQ9w@pypi.corp.io/simple\n".to_owned()),
        (FileKind::Login, "[pypi]\nusername = a\npassword = hunter2x\n".to_owned()),
        (FileKind::Login, "https://a:hunter2x@github\n".to_owned()),
        (FileKind::Login, "db:5432:*:app:hunter2x\n".to_owned()),
        (FileKind::Key, pem("PRIVATE KEY", 800)),
        (FileKind::Key, format!("{hex}\n")),
        (FileKind::Key, "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nAAAA\n".to_owned()),
        (FileKind::Certificate, format!("{}{}", pem("CERTIFICATE", 800), pem("PRIVATE KEY", 800))),
        (FileKind::SshKey, pem("OPENSSH PRIVATE KEY", 300)),
        (FileKind::CloudFolder, format!("[default]\naws_secret_access_key = {}\n", body(ALNUM, 40, 3))),
        (FileKind::DockerConfig, format!("{{\"auths\": {{\"r.io\": {{\"auth\": \"{login}\"}}}}}}")),
        (FileKind::Kubeconfig, format!("users:\n- user:\n    token: {}\n", body(ALNUM, 40, 3))),
        (
            FileKind::ServiceAccount,
            format!("{{\"installed\":{{\"client_id\":\"x\",\"client_secret\":\"{}\"}}}}", body(ALNUM, 24, 3)),
        ),
        (FileKind::Terraform, "db_password = \"hunter2x\"\n".to_owned()),
        (FileKind::Htpasswd, "admin:$apr1$abcdefgh$ijklmnop\n".to_owned()),
        (FileKind::Secrets, format!("{}\n", body(ALNUM, 24, 2))),
        (FileKind::Secrets, "db:\n  password: hunter2x\n".to_owned()),
    ];
    for (kind, text) in secret {
        assert_eq!(content(kind, &text), Verdict::Secret, "{kind:?}: {text}");
    }
    let dashes = "-".repeat(5);
    let not = [
        (FileKind::Env, String::new()),
        (
            FileKind::Env,
            "PORT=80\nDB_PASSWORD=\nAPI_TOKEN=${API_TOKEN}\n# DB_PASSWORD=hunter2x\nTOKEN_TTL=3600\n".to_owned(),
        ),
        (FileKind::Env, "DB_PASSWORD= # set it\n".to_owned()),
        (FileKind::Npmrc, "engine-strict=true\n//npm.corp.io/:_authToken=${NPM_TOKEN}\n".to_owned()),
        (FileKind::Settings, "[user]\n\tname = A\n\temail = a@b.io\n".to_owned()),
        (FileKind::Login, "[pypi]\nusername = a\n".to_owned()),
        (FileKind::Key, pem("PUBLIC KEY", 300)),
        (FileKind::Key, pem("PGP PUBLIC KEY BLOCK", 300)),
        // https://github.com/aquasecurity/trivy/issues/2274
        (FileKind::Key, format!("{dashes}BEGIN PRIVATE KEY{dashes}\n")),
        (FileKind::Certificate, pem("CERTIFICATE", 800)),
        (FileKind::SshKey, format!("ssh-ed25519 {} me@host", body(ALNUM, 68, 3))),
        (FileKind::CloudFolder, "[default]\nregion = eu-west-1\n".to_owned()),
        (FileKind::DockerConfig, "{\"credsStore\": \"desktop\", \"auths\": {\"r.io\": {}}}".to_owned()),
        (FileKind::Kubeconfig, "users:\n- user:\n    exec:\n      command: aws\n".to_owned()),
        (FileKind::Terraform, "{\"version\": 4, \"resources\": []}".to_owned()),
        (FileKind::Terraform, "region = \"eu\"\n".to_owned()),
        (FileKind::Htpasswd, "# nobody\n".to_owned()),
        (FileKind::Secrets, "$ANSIBLE_VAULT;1.1;AES256\n3132\n".to_owned()),
        (FileKind::Secrets, "db:\n  password: ENC[AES256_GCM,data:x]\nsops:\n  mac: x\n".to_owned()),
    ];
    for (kind, text) in not {
        assert_eq!(content(kind, &text), Verdict::NotSecret, "{kind:?}: {text}");
    }
    let maybe = [
        (FileKind::Env, "POSTGRES_PASSWORD=postgres\n".to_owned()),
        (FileKind::Key, pem("ENCRYPTED PRIVATE KEY", 800)),
        (FileKind::KeyStore, "\u{fffd}\u{1}\n\u{2}".to_owned()),
        (FileKind::Terraform, "{\"resources\": [{\"type\": \"x\"}]}".to_owned()),
    ];
    for (kind, text) in maybe {
        assert_eq!(content(kind, &text), Verdict::Maybe, "{kind:?}: {text}");
    }
}
