//! Canaries: valid credential files for a host that nobody uses, and every form in which one may show up in an image.

use super::needle::{Needle, SHORTEST};

/// What stands for a secret during the build.
pub(super) struct Canary {
    /// The secret's id in the Dockerfile.
    pub(super) id: String,
    /// What the build mounts.
    pub(super) content: Vec<u8>,
    /// What must not be found afterwards.
    pub(super) needle: Vec<u8>,
}

/// A secret of 32 letters and digits out of random bytes.
pub(super) fn token(random: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyzABCDEF29";
    random.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
}

/// A canary file for the secret `id`, mounted at `target`; `real` is the user's own, which keeps working beside it.
///
/// A file of a known kind takes a further entry or comment. A file of an unknown kind may be the bare value, which must not
/// change: then the real value is its own canary.
pub(super) fn make(id: &str, target: &str, token: &str, real: Option<&[u8]>) -> Canary {
    let kind = Kind::of(id, target);
    let real = real.filter(|bytes| !bytes.trim_ascii().is_empty());
    let (content, needle) = match (real, kind) {
        (None, _) => (kind.file(token).into_bytes(), token.as_bytes().to_vec()),
        (Some(bytes), Kind::Plain | Kind::Json | Kind::Xml) => (bytes.to_vec(), bytes.trim_ascii().to_vec()),
        (Some(bytes), _) => {
            let mut merged = bytes.to_vec();
            merged.extend_from_slice(format!("\n{}", kind.entry(token)).as_bytes());
            (merged, token.as_bytes().to_vec())
        }
    };
    Canary { id: id.to_owned(), content, needle }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Npmrc,
    Netrc,
    /// TOML, YAML, INI and properties files all take a comment by `#`.
    Hash,
    Yarn,
    Cargo,
    Json,
    Xml,
    Plain,
}

impl Kind {
    fn of(id: &str, target: &str) -> Self {
        let name = format!("{id} {target}").to_ascii_lowercase();
        let has = |word: &str| name.contains(word);
        let hash =
            ["pip.conf", "pip_conf", "pipconf", "pypirc", ".toml", "gradle.properties", "bunfig", ".yml", ".yaml"];
        if has("yarnrc") {
            Self::Yarn
        } else if has("npmrc") {
            Self::Npmrc
        } else if has("netrc") {
            Self::Netrc
        } else if has("cargo") && (has("credentials") || has(".toml")) {
            Self::Cargo
        } else if has("auth.json") || has("config.json") || has("auth_json") {
            Self::Json
        } else if has("settings.xml") || has("maven_settings") || has("nuget.config") {
            Self::Xml
        } else if hash.iter().any(|word| has(word)) {
            Self::Hash
        } else {
            Self::Plain
        }
    }

    /// The whole file when there is no other.
    fn file(self, token: &str) -> String {
        match self {
            Self::Json => {
                format!("{{\"http-basic\":{{\"canary.invalid\":{{\"username\":\"x\",\"password\":\"{token}\"}}}}}}\n")
            }
            Self::Xml => format!("<settings><!-- {token} --></settings>\n"),
            _ => self.entry(token),
        }
    }

    /// What can be appended to a file of this kind.
    fn entry(self, token: &str) -> String {
        match self {
            Self::Npmrc => format!("//canary.invalid/:_authToken={token}\n"),
            Self::Netrc => format!("machine canary.invalid login x password {token}\n"),
            Self::Yarn => format!("# {token}\n"),
            Self::Cargo => format!("[registries.canary]\ntoken = \"{token}\"\n"),
            Self::Hash => format!("# {token}\n"),
            Self::Json | Self::Xml | Self::Plain => token.to_owned(),
        }
    }
}

/// Every form in which `secret` is looked for. Long lines get wrapped (`base64` at 76, `xxd -p` at 60 characters), so
/// the long forms are looked for by halves: one half stands whole on either side of a break.
pub(super) fn needles(name: &str, secret: &[u8]) -> Vec<Needle> {
    let mut all: Vec<Needle> = Vec::new();
    let mut add = |form: &str, bytes: &[u8]| {
        if bytes.len() >= SHORTEST && !all.iter().any(|needle| needle.bytes == bytes) {
            all.push(Needle { label: format!("{name}, as {form}"), bytes: bytes.to_vec() });
        }
    };
    add("text", secret);
    add("UTF-16", &secret.iter().flat_map(|byte| [*byte, 0]).collect::<Vec<u8>>());
    let mut long = |form: &str, text: &str| {
        let half = text.len() / 2;
        if half >= 16 {
            add(form, &text.as_bytes()[..half]);
            add(form, &text.as_bytes()[half..]);
        } else {
            add(form, text.as_bytes());
        }
    };
    for alignment in 0..3 {
        let standard = base64_of(secret, alignment);
        long("base64", &standard);
        long("base64", &standard.replace('+', "-").replace('/', "_"));
    }
    long("hex", &secret.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    long("hex", &secret.iter().map(|byte| format!("{byte:02X}")).collect::<String>());
    all
}

/// The base64 characters that `secret` alone decides when `before` bytes of its group stand before it.
fn base64_of(secret: &[u8], before: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bit = |index: usize| -> usize {
        let byte = (index / 8).checked_sub(before).and_then(|at| secret.get(at)).copied().unwrap_or(0);
        usize::from(byte >> (7 - index % 8) & 1)
    };
    let first = (before * 8).div_ceil(6);
    let last = (before + secret.len()) * 8 / 6;
    (first..last)
        .map(|place| (0..6).fold(0, |value, offset| value << 1 | bit(place * 6 + offset)))
        .map(|value| char::from(ALPHABET[value]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "abcdefghijkmnpqrabcdefghijkmnpqr";

    fn found_in(hay: &str) -> Vec<String> {
        let needles = super::super::needle::Needles::new(needles("token", TOKEN.as_bytes()));
        let mut labels = Vec::new();
        needles.find(hay.as_bytes(), |index| labels.push(needles.label(index).to_owned()));
        labels.dedup();
        labels
    }

    #[test]
    fn base64_is_found_at_every_alignment() {
        // echo -n PREFIXabcdefghijkmnpqrabcdefghijkmnpqr | base64
        assert_eq!(base64_of(b"light work.", 0), "bGlnaHQgd29yay");
        for encoded in [
            "YWJjZGVmZ2hpamttbnBxcmFiY2RlZmdoaWprbW5wcXI=",
            "eGFiY2RlZmdoaWprbW5wcXJhYmNkZWZnaGlqa21ucHFy",
            "eHhhYmNkZWZnaGlqa21ucHFyYWJjZGVmZ2hpamttbnBxcg==",
        ] {
            assert_eq!(found_in(encoded), ["token, as base64"], "{encoded}");
        }
    }

    #[test]
    fn base64_that_a_line_break_divides_is_found() {
        assert!(!found_in("YWJjZGVmZ2hpamttbnBx\ncmFiY2RlZmdoaWprbW5wcXI=").is_empty());
    }

    #[test]
    fn hex_is_found_in_both_cases_and_utf16_too() {
        let hex: String = TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(found_in(&hex).contains(&"token, as hex".to_owned()));
        assert!(found_in(&hex.to_uppercase()).contains(&"token, as hex".to_owned()));
        let wide: String = TOKEN.chars().flat_map(|c| [c, '\0']).collect();
        assert_eq!(found_in(&wide), ["token, as UTF-16"]);
    }

    #[test]
    fn another_token_is_not_found() {
        assert!(found_in("abcdefghijkmnpqsabcdefghijkmnpqs").is_empty());
    }

    #[test]
    fn a_canary_is_a_valid_file_of_its_kind() {
        let text = |id: &str, target: &str| String::from_utf8(make(id, target, TOKEN, None).content).unwrap();
        assert_eq!(text("npmrc", "/root/.npmrc"), format!("//canary.invalid/:_authToken={TOKEN}\n"));
        assert_eq!(text("netrc", ""), format!("machine canary.invalid login x password {TOKEN}\n"));
        assert_eq!(text("token", "/run/secrets/token"), TOKEN);
        assert!(text("pip", "/etc/pip.conf").starts_with("# "));
        assert!(text("poetry_auth", "/root/.config/pypoetry/auth.toml").starts_with("# "));
        assert!(toml::from_str::<toml::Table>(&text("cargo_credentials", "/usr/local/cargo/credentials.toml")).is_ok());
        assert!(serde_json::from_str::<serde_json::Value>(&text("composer", "/root/.composer/auth.json")).is_ok());
    }

    #[test]
    fn a_real_secret_keeps_working_beside_the_canary() {
        let merged = make("npmrc", "", TOKEN, Some(b"registry=https://npm.example.com/"));
        assert!(merged.content.starts_with(b"registry=https://npm.example.com/\n//canary.invalid/"));
        assert_eq!(merged.needle, TOKEN.as_bytes());
    }

    #[test]
    fn a_bare_real_value_is_left_alone_and_looked_for_itself() {
        let bare = make("token", "", TOKEN, Some(b"hunter2hunter2\n"));
        assert_eq!(
            (bare.content.as_slice(), bare.needle.as_slice()),
            (&b"hunter2hunter2\n"[..], &b"hunter2hunter2"[..])
        );
    }
}
