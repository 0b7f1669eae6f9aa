//! Which file names are those of credentials.
//!
//! The same names stand in `templates/dockerignore`; a test holds the two together. The template may keep out more (a
//! whole `.docker` folder), and does not know what a file's content says.

/// What a file is by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FileKind {
    /// `.env`, `.env.production`, `app.env`, `.envrc`.
    Env,
    /// `.npmrc`.
    Npmrc,
    /// `.yarnrc.yml`, `bunfig.toml`, `pip.conf`, `.gitconfig`: settings that may hold a login.
    Settings,
    /// `.pypirc`, `.netrc`, `.git-credentials`, `.gem/credentials`, `.cargo/credentials.toml`, `.pgpass` and the like:
    /// files that are for logins only.
    Login,
    /// `id_ed25519`, files in `.ssh`.
    SshKey,
    /// `*.key`, `*.pem`, `*.ppk`.
    Key,
    /// A `.pem` or `.key` whose name says certificate, public or signing key of a package source.
    Certificate,
    /// `*.p12`, `*.pfx`, `*.jks`, `*.keystore`, `*.kdbx`: binary stores.
    KeyStore,
    /// Files in `.aws`, `.azure`, `.gcloud`, `.config/gcloud`, `.gnupg`.
    CloudFolder,
    /// `.docker/config.json`, `.dockercfg`.
    DockerConfig,
    /// `kubeconfig`, `.kube/config`.
    Kubeconfig,
    /// `credentials.json`, `client_secret*.json`, `*service-account*.json`.
    ServiceAccount,
    /// `terraform.tfstate` and its backups, `*.tfvars`, `.terraform/`.
    Terraform,
    /// `.htpasswd`.
    Htpasswd,
    /// `secrets.yaml`, `secrets.json`, `secrets/..`, `.vault-token`.
    Secrets,
}

impl FileKind {
    /// What the file is called in a message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Env => "environment file",
            Self::Npmrc => "npm configuration",
            Self::Settings => "package manager or git settings",
            Self::Login => "login file",
            Self::SshKey => "SSH key",
            Self::Key => "private key",
            Self::Certificate => "certificate or public key",
            Self::KeyStore => "key store",
            Self::CloudFolder => "cloud or GnuPG folder",
            Self::DockerConfig => "Docker login",
            Self::Kubeconfig => "kubeconfig",
            Self::ServiceAccount => "service account key",
            Self::Terraform => "Terraform state or variables",
            Self::Htpasswd => "htpasswd file",
            Self::Secrets => "secrets file",
        }
    }

    /// How sure it is that the file holds a secret, as long as nobody has read it.
    #[must_use]
    pub const fn unread(self) -> super::Certainty {
        match self {
            Self::Settings | Self::Certificate => super::Certainty::Guess,
            Self::Key | Self::Secrets | Self::Npmrc | Self::Htpasswd => super::Certainty::Likely,
            _ => super::Certainty::Sure,
        }
    }
}

/// Endings of files that show what a real one looks like, or that hold it encrypted, or are the public half.
const HARMLESS: [&str; 17] = [
    "example", "examples", "sample", "template", "tmpl", "tpl", "dist", "j2", "erb", "md", "pub", "enc", "gpg", "age",
    "sops", "defaults", "schema",
];

/// Endings of source files, whose names may say anything.
const SOURCE: [&str; 16] =
    ["rs", "go", "py", "js", "mjs", "cjs", "ts", "tsx", "jsx", "java", "kt", "rb", "php", "c", "cs", "sh"];

/// What a file is by its path, at any depth and with either separator; `None` if its name says nothing.
///
/// For a folder that holds credentials as such (`.ssh`) write the path with a separator at its end.
#[must_use]
pub fn file(path: &str) -> Option<FileKind> {
    let lower = path.to_ascii_lowercase();
    let mut parts: Vec<&str> = lower.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect();
    let folder = lower.ends_with(['/', '\\']);
    let name = if folder { "" } else { parts.pop()? };
    if is_harmless(name) {
        return None;
    }
    in_folder(&parts, name, folder).or_else(|| by_name(name))
}

fn is_harmless(name: &str) -> bool {
    let mut words = name.split(['.', '-', '_']).filter(|word| !word.is_empty());
    let ending = name.rsplit('.').next().unwrap_or_default();
    HARMLESS.contains(&ending)
        || SOURCE.contains(&ending)
        || words.any(|word| matches!(word, "example" | "sample" | "template" | "dist" | "tpl"))
}

/// What a folder says about the files in it, and the folder itself.
fn in_folder(parts: &[&str], name: &str, folder: bool) -> Option<FileKind> {
    let parent = parts.last().copied().unwrap_or_default();
    let within = |known: &str| parts.contains(&known);
    let pair = |first: &str, second: &str| parts.windows(2).any(|two| two == [first, second]);
    if within(".ssh") {
        let known = matches!(name, "known_hosts" | "known_hosts.old" | "config" | "authorized_keys" | "environment");
        return (!known).then_some(FileKind::SshKey);
    }
    if within(".aws") || within(".azure") || within(".gcloud") || within(".gnupg") || pair(".config", "gcloud") {
        return Some(FileKind::CloudFolder);
    }
    if within(".terraform") {
        // Downloaded providers and modules lie here, too.
        return (folder || name.ends_with(".tfstate")).then_some(FileKind::Terraform);
    }
    match (parent, name) {
        (".kube", "" | "config") => Some(FileKind::Kubeconfig),
        (".docker", "config.json") => Some(FileKind::DockerConfig),
        (".gem", "credentials") => Some(FileKind::Login),
        (".cargo", _) if name.starts_with("credentials") => Some(FileKind::Login),
        ("secrets", _) if folder || is_plain_secret(name) => Some(FileKind::Secrets),
        _ => None,
    }
}

/// A folder `secrets` holds one file a secret; code and pages in one are about secrets.
fn is_plain_secret(name: &str) -> bool {
    !name.starts_with('.')
        && name.rsplit_once('.').is_none_or(|(_, ending)| matches!(ending, "txt" | "json" | "yaml" | "yml" | "env"))
}

fn by_name(name: &str) -> Option<FileKind> {
    let kind = match name {
        "" => return None,
        ".npmrc" => FileKind::Npmrc,
        ".yarnrc.yml" | "bunfig.toml" | "pip.conf" | ".gitconfig" => FileKind::Settings,
        ".pypirc" | ".netrc" | "_netrc" | ".git-credentials" | ".pgpass" | ".my.cnf" | ".s3cfg" | ".terraformrc"
        | "terraform.rc" => FileKind::Login,
        ".dockercfg" | ".dockerconfigjson" => FileKind::DockerConfig,
        "kubeconfig" => FileKind::Kubeconfig,
        "credentials.json" | "application_default_credentials.json" => FileKind::ServiceAccount,
        "secrets.yml" | "secrets.yaml" | "secrets.json" | "vault-token" | ".vault-token" => FileKind::Secrets,
        ".htpasswd" => FileKind::Htpasswd,
        ".env" | ".envrc" => FileKind::Env,
        _ => return by_part(name),
    };
    Some(kind)
}

fn by_part(name: &str) -> Option<FileKind> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    if name.starts_with(".env.") || ending == "env" {
        return Some(FileKind::Env);
    }
    if ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"].iter().any(|start| name.starts_with(start)) {
        return Some(FileKind::SshKey);
    }
    if ending == "json"
        && (name.starts_with("client_secret") || name.contains("service-account") || name.contains("service_account"))
    {
        return Some(FileKind::ServiceAccount);
    }
    if name.ends_with(".tfstate") || name.contains(".tfstate.") || ending == "tfvars" {
        return Some(FileKind::Terraform);
    }
    match ending {
        "pem" | "key" if is_public(stem) => Some(FileKind::Certificate),
        "pem" | "key" | "ppk" => Some(FileKind::Key),
        "p12" | "pfx" | "jks" | "keystore" | "kdbx" => Some(FileKind::KeyStore),
        "kubeconfig" => Some(FileKind::Kubeconfig),
        _ => None,
    }
}

/// Names of certificates, and of the keys with which package sources are checked.
fn is_public(stem: &str) -> bool {
    stem.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        matches!(
            word,
            "public"
                | "pub"
                | "pubkey"
                | "cert"
                | "certs"
                | "certificate"
                | "ca"
                | "cacert"
                | "cacerts"
                | "chain"
                | "fullchain"
                | "bundle"
                | "dhparam"
                | "dhparams"
                | "dh"
                | "gpg"
                | "pgp"
                | "signing"
                | "archive"
                | "keyring"
                | "release"
                | "apt"
                | "repo"
                | "crt"
        )
    })
}
