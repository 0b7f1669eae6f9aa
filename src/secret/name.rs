//! What a variable's name says about its value: by whole words, never by a part of one.

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameVerdict {
    /// Its value is a secret, if it is a value at all: [`super::value`] decides.
    Secret,
    /// A key that is made for everybody's eyes: it ends up in a browser, or is one half of a pair.
    Public,
    /// Nothing secret.
    NotSecret,
}

/// A word that makes a name secret when it is the last one with a meaning.
const LAST: [&str; 12] = [
    "password",
    "passwd",
    "pwd",
    "psw",
    "pass",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "credential",
    "credentials",
    "passcode",
];

/// Pairs of a word and a last word.
const PAIRS: [(&str, &str); 8] = [
    ("api", "key"),
    ("access", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("encryption", "key"),
    ("signing", "key"),
    ("master", "key"),
    ("client", "secret"),
];

/// Words that are written together.
const GLUED: [&str; 12] = [
    "accesskey",
    "secretkey",
    "privatekey",
    "encryptionkey",
    "signingkey",
    "masterkey",
    "accesstoken",
    "authtoken",
    "clientsecret",
    "jwtsecret",
    "bottoken",
    "githubtoken",
];

/// Words behind which the meaning stands: `SECRET_KEY_BASE`, `API_TOKEN_PROD`.
const TRAILING: [&str; 14] = [
    "base",
    "base64",
    "b64",
    "default",
    "dev",
    "development",
    "prod",
    "production",
    "staging",
    "stage",
    "old",
    "new",
    "value",
    "plain",
];

/// Words that decide wherever they stand.
const NEVER: [&str; 59] = [
    "file",
    "files",
    "path",
    "dir",
    "directory",
    "url",
    "urls",
    "uri",
    "endpoint",
    "port",
    "name",
    "username",
    "id",
    "ids",
    "version",
    "type",
    "algorithm",
    "alg",
    "algo",
    "rounds",
    "length",
    "len",
    "size",
    "ttl",
    "expiry",
    "expires",
    "expire",
    "expiration",
    "timeout",
    "policy",
    "prefix",
    "suffix",
    "header",
    "headers",
    "field",
    "param",
    "params",
    "enable",
    "enabled",
    "disable",
    "disabled",
    "require",
    "required",
    "issuer",
    "audience",
    "scope",
    "scopes",
    "dummy",
    "example",
    "test",
    "count",
    "limit",
    "min",
    "max",
    "arn",
    "allow",
    "empty",
    "random",
    "skip",
];

/// Words that decide behind the secret word only, where they are the last word anyway: `EMAIL_HOST_PASSWORD` and
/// `AGENT_TOKEN` are what they say. The list is here for [`glued`].
const ROLES: [&str; 8] = ["host", "store", "manager", "provider", "agent", "sock", "hash", "keystore"];

/// Beginnings of names whose values a bundler writes into what it sends to browsers.
const BUNDLED: [&str; 9] = [
    "NEXT_PUBLIC_",
    "VITE_",
    "REACT_APP_",
    "NUXT_PUBLIC_",
    "EXPO_PUBLIC_",
    "GATSBY_",
    "VUE_APP_",
    "STORYBOOK_",
    "PUBLIC_",
];

/// What a name says.
#[must_use]
pub fn name(name: &str) -> NameVerdict {
    // The working directory, which every shell sets.
    if matches!(name, "PWD" | "OLDPWD") {
        return NameVerdict::NotSecret;
    }
    let words = words(name);
    let has = |word: &str| words.iter().any(|known| known == word);
    let bundled = BUNDLED.iter().any(|prefix| name.starts_with(prefix));
    let key = |word: &String| word == "key" || word == "keys" || word == "token";
    if has("publishable") || (has("public") || has("pub") || has("pubkey") || has("site")) && words.iter().any(key) {
        return NameVerdict::Public;
    }
    if has("public") && !bundled || words.iter().any(|word| NEVER.contains(&word.as_str())) {
        return NameVerdict::NotSecret;
    }
    if !is_secret(&words) {
        NameVerdict::NotSecret
    } else if bundled {
        NameVerdict::Public
    } else {
        NameVerdict::Secret
    }
}

fn is_secret(words: &[String]) -> bool {
    let trailing = |word: &&String| TRAILING.contains(&word.as_str()) || word.bytes().all(|b| b.is_ascii_digit());
    let meaning = words.len() - words.iter().rev().take_while(trailing).count();
    let Some((last, before)) = words[..meaning].split_last() else { return false };
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let before = before.last().map_or("", String::as_str);
    // `uwsgi_pass` of nginx and its kin name where requests go.
    if last == "pass" && matches!(before, "uwsgi" | "fastcgi" | "scgi" | "grpc") {
        return false;
    }
    LAST.contains(&last) || PAIRS.contains(&(before, last)) || glued(last)
}

/// `PGPASSWORD`, `DBPASSWORD`, `CLIENTSECRET`.
fn glued(word: &str) -> bool {
    let ending = ["password", "passwd", "passphrase"].iter().find_map(|end| word.strip_suffix(end));
    GLUED.contains(&word)
        || ending.is_some_and(|start| !NEVER.contains(&start) && !ROLES.contains(&start) && start != "no")
}

/// The words of a name in lower case, parted at every character that is no letter or digit, and at camel humps:
/// `dbPassword`, `APIKey`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut letters = name.chars().peekable();
    let mut last = None::<char>;
    while let Some(letter) = letters.next() {
        let hump = letter.is_uppercase()
            && last.is_some_and(|last| {
                last.is_lowercase() || (last.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase()))
            });
        if (hump || !letter.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        last = Some(letter);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
