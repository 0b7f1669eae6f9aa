//! What a value is, for a name that says secret.

use super::{PasswordIs, entropy, name, placeholder, url_password};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueVerdict {
    /// Nothing.
    Empty,
    /// It comes from elsewhere, or is encrypted: `$X`, `${X:-default}` (see [`default_of`]), `{{ x }}`, `%X%`, `op://..`.
    Reference,
    /// It stands for a value: `<token>`, `your-key-here`, `***`, the name itself, a plain word.
    Placeholder,
    /// A file's path.
    Path,
    /// A URL without a password.
    Url,
    /// A number, a boolean, a port, a duration.
    Number,
    /// A version.
    Version,
    /// A digest, a password's hash, a fingerprint or a UUID under a name that says so.
    Hash,
    /// A password that everybody knows; this is it.
    WellKnownDefault(&'static str),
    /// A value.
    Literal {
        /// Whether it looks made by a machine: long, and of high entropy. If not, it is a guess.
        likely: bool,
    },
}

/// Passwords that everybody knows: the defaults of images and of tutorials.
const WELL_KNOWN: [&str; 68] = [
    "changeme",
    "change_me",
    "change-me",
    "changeit",
    "changethis",
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "password1",
    "password123",
    "mypassword",
    "secret",
    "mysecret",
    "mysecretpassword",
    "supersecret",
    "topsecret",
    "secretpassword",
    "verysecret",
    "admin",
    "admin123",
    "administrator",
    "adminpassword",
    "root",
    "root123",
    "rootroot",
    "rootpassword",
    "rootpass",
    "toor",
    "postgres",
    "postgres123",
    "postgresql",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "redis",
    "rabbitmq",
    "guest",
    "minio",
    "minioadmin",
    "minio123",
    "user",
    "userpassword",
    "pass",
    "pass123",
    "test",
    "test123",
    "testpassword",
    "demo",
    "default",
    "dev",
    "devpassword",
    "development",
    "local",
    "localdev",
    "docker",
    "vagrant",
    "elastic",
    "keycloak",
    "grafana",
    "wordpress",
    "odoo",
    "oracle",
    "qwerty",
    "letmein",
    "welcome",
    "app",
];

/// Numbers that are passwords everybody knows.
const COUNTED: [&str; 8] = ["123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890"];

/// Beginnings of values that a tool resolves or decrypts later.
const ELSEWHERE: [&str; 16] = [
    "op://",
    "vault:",
    "ref+",
    "arn:aws:",
    "ssm:",
    "sm://",
    "secretsmanager:",
    "awssm://",
    "gcpsm://",
    "keyvault:",
    "ENC[",
    "ENC(",
    "!vault",
    "$ANSIBLE_VAULT",
    "secret://",
    "secretref:",
];

/// What a value is under a name.
#[must_use]
pub fn value(name: &str, value: &str) -> ValueVerdict {
    let value = unquoted(value.trim());
    if value.is_empty() {
        return ValueVerdict::Empty;
    }
    // A password's hash begins like a variable.
    if is_password_hash(value) {
        return ValueVerdict::Hash;
    }
    if is_reference(value) {
        return ValueVerdict::Reference;
    }
    let words = name::words(name);
    let password = words.iter().any(|word| word.starts_with("pass") || word.ends_with("password") || word == "pwd");
    if let Some(known) = well_known(value).filter(|known| password || !COUNTED.contains(known)) {
        return ValueVerdict::WellKnownDefault(known);
    }
    if is_number(value) {
        return ValueVerdict::Number;
    }
    if is_path(value) {
        return ValueVerdict::Path;
    }
    if value.contains("://") {
        return match url_password(value).iter().find(|found| !found.is_example()).map(|found| found.password_is) {
            Some(PasswordIs::Literal) => ValueVerdict::Literal { likely: true },
            Some(PasswordIs::Variable) => ValueVerdict::Reference,
            _ => ValueVerdict::Url,
        };
    }
    if is_version(value) {
        return ValueVerdict::Version;
    }
    if is_named_hash(&words, value) {
        return ValueVerdict::Hash;
    }
    if placeholder::value(value) || placeholder_word(name, value) {
        return ValueVerdict::Placeholder;
    }
    if has_reference(value) {
        return ValueVerdict::Reference;
    }
    ValueVerdict::Literal { likely: entropy::looks_random(value) && !placeholder::token(value) && !is_phrase(value) }
}

/// Words with something between them: `long-and-random-string` says what should stand there.
fn is_phrase(value: &str) -> bool {
    let words: Vec<&str> = value.split(['-', '_', ' ']).collect();
    words.len() >= 3 && words.iter().all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
}

/// The literal default of `${X:-literal}` or `${X-literal}`; empty defaults and further variables are none.
#[must_use]
pub fn default_of(value: &str) -> Option<&str> {
    let inner = unquoted(value.trim()).strip_prefix("${")?.strip_suffix('}')?;
    let at = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let (name, rest) = inner.split_at(at);
    let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'))?;
    (!name.is_empty() && !default.is_empty() && !default.contains('$')).then_some(default)
}

/// The entry of the list of passwords that everybody knows.
pub(super) fn well_known(value: &str) -> Option<&'static str> {
    let small = value.to_ascii_lowercase();
    WELL_KNOWN.iter().chain(&COUNTED).find(|known| **known == small).copied()
}

/// Whether a whole value comes from elsewhere.
pub(super) fn is_reference(value: &str) -> bool {
    let variable = value.strip_prefix('$').is_some_and(|rest| {
        rest.starts_with(['{', '(', '$']) || rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    });
    let inside = |open: &str, close: &str| value.len() > 2 && value.starts_with(open) && value.ends_with(close);
    let windows = inside("%", "%") && value[1..value.len() - 1].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    variable
        || inside("{{", "}}")
        || inside("`", "`")
        || inside("#{", "}")
        || windows
        || ELSEWHERE.iter().any(|start| value.starts_with(start))
}

/// Whether a part of a value comes from elsewhere: `prefix-${X}`, `{user}`, `%s`.
pub(super) fn has_reference(value: &str) -> bool {
    let braces = |open: &str, close: char| value.split_once(open).is_some_and(|(_, rest)| rest.contains(close));
    let variable = value.match_indices('$').any(|(at, _)| {
        value[at + 1..].starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && upper_word(&value[at + 1..])
    });
    let whole = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some();
    braces("${", '}')
        || braces("$(", ')')
        || braces("{{", '}')
        || braces("%(", ')')
        || variable
        || whole
        || value == "%s"
}

/// Whether at least three characters of a variable's usual spelling follow: `pa$Sw0rd` is a password.
fn upper_word(rest: &str) -> bool {
    let length = rest.bytes().take_while(|b| b.is_ascii_uppercase() || *b == b'_').count();
    length >= 3 && !rest[length..].starts_with(|c: char| c.is_ascii_lowercase())
}

fn unquoted(value: &str) -> &str {
    ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(value).trim()
}

/// bcrypt, crypt, argon2, scrypt, PBKDF2 and what `htpasswd` makes; Compose doubles every `$`.
fn is_password_hash(value: &str) -> bool {
    let single = value.replace("$$", "$");
    let known = ["$2a$", "$2b$", "$2y$", "$1$", "$5$", "$6$", "$y$", "$7$", "$apr1$", "$argon2", "$scrypt$", "$pbkdf2"];
    let named =
        ["{SHA}", "{SSHA}", "{SSHA512}", "{BCRYPT}", "{CRYPT}", "SCRAM-SHA-256$", "pbkdf2_sha256$", "scrypt:", "sha1:"];
    known.iter().chain(&named).any(|start| single.starts_with(start) && single.len() >= start.len() + 8)
}

fn is_number(value: &str) -> bool {
    let small = value.to_ascii_lowercase();
    if matches!(small.as_str(), "true" | "false" | "yes" | "no" | "on" | "off") {
        return true;
    }
    let digits = small.trim_start_matches(['-', '+']).trim_end_matches(|c: char| c.is_ascii_lowercase() || c == '%');
    let unit = small.len() - small.trim_end_matches(|c: char| c.is_ascii_lowercase() || c == '%').len();
    !digits.is_empty()
        && unit <= 3
        && digits.matches('.').count() <= 1
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b','))
        // Nobody counts that far, and a password may be all digits.
        && digits.len() <= 15
}

fn is_path(value: &str) -> bool {
    let rooted =
        ["/", "./", "../", "~/", "file:", "C:\\", "c:\\", "C:/", "\\\\"].iter().any(|start| value.starts_with(start));
    // A random base64 text begins with `/` once in 64 times: then it is long and ends with its padding, or has a `+`.
    let encoded = value.ends_with('=') || value.contains('+') || (value.matches('/').count() < 2 && value.len() > 24);
    rooted && !value.contains(char::is_whitespace) && !encoded
}

fn is_version(value: &str) -> bool {
    let bare = value.strip_prefix(['v', 'V', '^', '~', '=']).unwrap_or(value);
    let (core, rest) = bare.split_at(bare.find(['-', '+']).unwrap_or(bare.len()));
    let parts: Vec<&str> = core.split('.').collect();
    (2..=4).contains(&parts.len())
        && parts.iter().all(|part| (1..=6).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
        && rest.len() <= 32
}

fn is_named_hash(words: &[String], value: &str) -> bool {
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let bare = ["sha256:", "sha512:", "sha1:", "md5:"].iter().find_map(|start| value.strip_prefix(start));
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    if bare.is_some_and(|rest| rest.len() >= 32 && hex(rest)) {
        return true;
    }
    let spaced: String = value.chars().filter(|c| !matches!(c, ' ' | ':' | '-')).collect();
    let digest = [
        "version", "digest", "sha", "sha1", "sha256", "sha512", "commit", "rev", "revision", "ref", "checksum", "hash",
        "md5",
    ];
    let keys = ["gpg", "pgp", "fingerprint", "thumbprint"];
    hex(&spaced) && (has(&digest) && spaced.len() >= 7 || has(&keys) && spaced.len() >= 8)
        // The key that signs packages is named by its fingerprint: `SWIFT_SIGNING_KEY`.
        || hex(&spaced) && has(&["signing"]) && spaced.len() == 40
        || is_uuid(value) && has(&["id", "ids", "uuid", "guid"])
}

fn is_uuid(value: &str) -> bool {
    value.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// The name again, or something that reads like a word.
fn placeholder_word(name: &str, value: &str) -> bool {
    let bare = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let same = !bare(value).is_empty() && bare(value) == bare(name);
    let word = value.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'));
    same || (word && entropy::bits(value) < 3.0)
}
