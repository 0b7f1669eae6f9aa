//! What a credential file's content says about it.

use super::{Certainty, FileKind, Kind, PasswordIs, ValueVerdict, find, pairs, url_password};

/// Whether a file holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Secret,
    /// It does not: a certificate alone, an `.npmrc` without a token, nothing but variables, encrypted values.
    NotSecret,
    /// Its content does not tell: a well known default, a value that may be one, a form that is not read here.
    Maybe,
}

/// What the content of a file of a known kind says. Linear in the length of the text.
#[must_use]
pub fn content(kind: FileKind, text: &str) -> Verdict {
    if text.trim().is_empty() || is_encrypted(text) {
        return Verdict::NotSecret;
    }
    let hits = find(text);
    if hits.iter().any(|hit| hit.certainty == Certainty::Sure) {
        return Verdict::Secret;
    }
    let maybe = if hits.is_empty() { Verdict::NotSecret } else { Verdict::Maybe };
    let by_pairs = match pairs::secret(text) {
        Some(ValueVerdict::Literal { .. }) => Verdict::Secret,
        Some(ValueVerdict::WellKnownDefault(_)) => Verdict::Maybe,
        _ => maybe,
    };
    match kind {
        FileKind::Env
        | FileKind::Npmrc
        | FileKind::Settings
        | FileKind::CloudFolder
        | FileKind::ServiceAccount
        | FileKind::DockerConfig => by_pairs,
        FileKind::Kubeconfig => {
            let holds = pairs_named(text, &["client-key-data", "token", "password"]);
            if holds { Verdict::Secret } else { by_pairs }
        }
        FileKind::Login => login(text, by_pairs),
        FileKind::Key | FileKind::Certificate | FileKind::SshKey | FileKind::KeyStore => key(text, by_pairs, &hits),
        FileKind::Htpasswd => {
            let entry =
                |line: &str| line.split_once(':').is_some_and(|(user, hash)| !user.starts_with('#') && hash.len() >= 4);
            if text.lines().any(entry) { Verdict::Secret } else { Verdict::NotSecret }
        }
        FileKind::Terraform => {
            let empty = text.contains("\"resources\": []") || text.contains("\"resources\":[]");
            match by_pairs {
                // A state keeps every attribute of a resource, under whatever name.
                Verdict::NotSecret if text.contains("\"resources\"") && !empty => Verdict::Maybe,
                verdict => verdict,
            }
        }
        FileKind::Secrets => match by_pairs {
            Verdict::NotSecret if text.trim().lines().count() == 1 => bare(text.trim()),
            Verdict::NotSecret => Verdict::Maybe,
            verdict => verdict,
        },
    }
}

/// Encrypted as a whole or value by value: Ansible, git-crypt, SOPS, sealed secrets, age, PGP.
fn is_encrypted(text: &str) -> bool {
    let start = text.trim_start();
    [
        "$ANSIBLE_VAULT;",
        "\0GITCRYPT",
        "-----BEGIN PGP MESSAGE-----",
        "-----BEGIN AGE ENCRYPTED FILE-----",
        "age-encryption.org/",
    ]
    .iter()
    .any(|mark| start.starts_with(mark))
        || (text.contains("ENC[AES256_GCM,") && text.contains("sops"))
        || text.contains("kind: SealedSecret")
}

fn pairs_named(text: &str, names: &[&str]) -> bool {
    text.lines().filter_map(|line| line.trim().trim_start_matches("- ").split_once(':')).any(|(key, rest)| {
        names.contains(&key.trim_matches(['"', ' ']))
            && matches!(super::value(key, rest.trim_end_matches(',')), ValueVerdict::Literal { .. })
    })
}

/// Files that are for logins only: a password in a URL, or a line of `host:port:database:user:password`.
fn login(text: &str, by_pairs: Verdict) -> Verdict {
    if url_password(text).iter().any(|found| found.password_is == PasswordIs::Literal) {
        return Verdict::Secret;
    }
    let colons = |line: &str| line.matches(':').count() == 4 && !line.starts_with('#') && !line.contains("://");
    match by_pairs {
        Verdict::NotSecret if text.lines().any(colons) => Verdict::Secret,
        verdict => verdict,
    }
}

/// A key's header without a body is none: <https://github.com/aquasecurity/trivy/issues/2274>.
fn key(text: &str, by_pairs: Verdict, hits: &[super::Hit]) -> Verdict {
    if text.contains("PuTTY-User-Key-File") {
        return if text.contains("Private-Lines:") { Verdict::Secret } else { Verdict::NotSecret };
    }
    if hits.iter().any(|hit| matches!(hit.kind, Kind::PrivateKey | Kind::EncryptedPrivateKey)) {
        return Verdict::Maybe;
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    let public = ["-----BEGIN", "ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"].iter().any(|start| first.starts_with(start));
    // A certificate's text form stands before its PEM block.
    if public || text.contains("-----BEGIN CERTIFICATE-----") || text.contains("-----BEGIN PUBLIC KEY-----") {
        return by_pairs;
    }
    if text.trim().lines().count() == 1 { bare(text.trim()) } else { Verdict::Maybe }
}

/// A file with one value and nothing else: Rails' `master.key`, one secret a file.
fn bare(value: &str) -> Verdict {
    match super::value("secret", value) {
        ValueVerdict::Literal { likely: true } => Verdict::Secret,
        ValueVerdict::Literal { .. } | ValueVerdict::WellKnownDefault(_) | ValueVerdict::Number => Verdict::Maybe,
        _ => Verdict::NotSecret,
    }
}
