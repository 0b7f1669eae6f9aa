//! What an organisation asks for beyond the rules' defaults.

use std::collections::BTreeMap;

use crate::bases::{self, Reference};

/// The wishes of a policy. The default asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The images that may be used, as normalised names (`docker.io/library/node`): a registry, a folder of it, a
    /// repository, or a pattern in which `*` stands for any run of characters. All if empty.
    pub registries: Vec<String>,
    /// The labels that an image must have, each with what its value must look like.
    pub labels: BTreeMap<String, LabelFormat>,
    /// Whether labels that [`labels`](Self::labels) does not name are refused.
    pub only_these_labels: bool,
    /// Words by which a step of the CI is known to scan images, beside those that every rule knows.
    pub scanners: Vec<String>,
}

/// What the value of a label must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelFormat {
    /// Anything but nothing.
    Text,
    /// An absolute address: `https://example.org/`.
    Url,
    /// A version of semver.org, without a `v`.
    Semver,
    /// A time of RFC 3339: `2026-11-24T12:00:00Z`.
    Rfc3339,
    /// A licence of the SPDX list, or an expression of such names.
    Spdx,
    /// A commit: 7 to 64 hexadecimal digits.
    Hash,
    /// An address of mail.
    Email,
}

impl Policy {
    /// Whether an image may be used. `None` if that depends on variables without a value.
    #[must_use]
    pub fn allows(&self, reference: &Reference) -> Option<bool> {
        if self.registries.is_empty() {
            return Some(true);
        }
        let name = reference.normalised();
        let mut answer = Some(false);
        for entry in &self.registries {
            let entry = entry.trim_end_matches('/');
            // A registry or a folder of it allows all that is below.
            match [bases::fits(entry, &name), bases::fits(&format!("{entry}/*"), &name)] {
                [Some(true), _] | [_, Some(true)] => return Some(true),
                [Some(false), Some(false)] => {}
                _ => answer = None,
            }
        }
        answer
    }
}

impl LabelFormat {
    /// Whether a value looks like it.
    #[must_use]
    pub fn fits(self, value: &str) -> bool {
        match self {
            Self::Text => !value.trim().is_empty(),
            Self::Url => value.split_once("://").is_some_and(|(scheme, rest)| {
                let letters = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
                scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                    && letters
                    && !rest.is_empty()
                    && !rest.contains(char::is_whitespace)
            }),
            Self::Semver => is_semver(value),
            Self::Rfc3339 => is_rfc3339(value),
            Self::Spdx => is_spdx(value),
            Self::Hash => (7..=64).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
            Self::Email => value.split_once('@').is_some_and(|(local, domain)| {
                let plain = |text: &str| !text.is_empty() && !text.contains(['@', ' ', '<', '>']);
                plain(local) && plain(domain) && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
            }),
        }
    }

    /// What it is, behind "is not".
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Url => "an absolute address",
            Self::Semver => "a version of semver.org",
            Self::Rfc3339 => "a time of RFC 3339",
            Self::Spdx => "a licence of SPDX",
            Self::Hash => "a commit",
            Self::Email => "an address of mail",
        }
    }

    /// A value of it.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Self::Text => "...",
            Self::Url => "https://example.org/",
            Self::Semver => "1.2.3",
            Self::Rfc3339 => "2026-11-24T12:00:00Z",
            Self::Spdx => "MIT OR Apache-2.0",
            Self::Hash => "0a1b2c3d",
            Self::Email => "team@example.org",
        }
    }
}

/// The grammar of semver.org 2.0.0.
fn is_semver(value: &str) -> bool {
    let (value, build) = value.split_once('+').map_or((value, None), |(value, build)| (value, Some(build)));
    let (core, pre) = value.split_once('-').map_or((value, None), |(core, pre)| (core, Some(pre)));
    let number = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0')) && !part.is_empty()
    };
    let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    core.split('.').count() == 3
        && core.split('.').all(number)
        && pre.is_none_or(|pre| pre.split('.').all(|part| word(part) && (!numeric(part) || number(part))))
        && build.is_none_or(|build| build.split('.').all(word))
}

/// `2026-11-24T12:00:00.5+01:00`
fn is_rfc3339(value: &str) -> bool {
    let Some((day, time)) = value.split_once(['T', 't', ' ']) else { return false };
    let digits = |text: &str, length: usize, most: u32| {
        text.len() == length
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.parse::<u32>().is_ok_and(|n| n <= most)
    };
    let day: Vec<&str> = day.split('-').collect();
    let [year, month, date] = day.as_slice() else { return false };
    let (clock, zone) = match time.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, None),
        None => match time.rfind(['+', '-']) {
            Some(at) => (&time[..at], Some(&time[at + 1..])),
            None => return false,
        },
    };
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, rest)| (clock, Some(rest)));
    let clock: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = clock.as_slice() else { return false };
    let in_zone =
        |zone: &str| zone.split_once(':').is_some_and(|(hour, minute)| digits(hour, 2, 23) && digits(minute, 2, 59));
    digits(year, 4, 9999)
        && digits(month, 2, 12)
        && digits(date, 2, 31)
        && *month != "00"
        && *date != "00"
        && digits(hour, 2, 23)
        && digits(minute, 2, 59)
        && digits(second, 2, 60)
        && fraction.is_none_or(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
        && zone.is_none_or(in_zone)
}

/// Licences that images name, of the SPDX list 3.27 (2025-07); others are known by their form with a version.
const LICENCES: [&str; 16] = [
    "MIT",
    "ISC",
    "0BSD",
    "Zlib",
    "Unlicense",
    "WTFPL",
    "PostgreSQL",
    "curl",
    "X11",
    "NCSA",
    "OpenSSL",
    "Ruby",
    "Vim",
    "Xnet",
    "Info-ZIP",
    "MIT-0",
];

/// Names joined by AND, OR and WITH. A name is one of the list, `LicenseRef-...`, or has a version: `Apache-2.0`.
fn is_spdx(value: &str) -> bool {
    let words: Vec<&str> = value.split([' ', '(', ')']).filter(|word| !word.is_empty()).collect();
    let versioned = |word: &str| {
        let word = word.trim_end_matches('+');
        word.split('-').count() > 1
            && word.split('-').skip(1).any(|part| part.starts_with(|first: char| first.is_ascii_digit()))
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
    };
    let licence =
        |word: &str| LICENCES.contains(&word) || word.starts_with("LicenseRef-") || versioned(word) || word == "NONE";
    let mut expected = true;
    let mut exception = false;
    for word in words {
        let joins = matches!(word, "AND" | "OR" | "WITH");
        if joins == expected || (!joins && !exception && !licence(word)) {
            return false;
        }
        exception = word == "WITH";
        expected = joins;
    }
    !expected
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(entries: &[&str], image: &str) -> Option<bool> {
        let registries = entries.iter().map(|entry| (*entry).to_owned()).collect();
        Policy { registries, ..Policy::default() }.allows(&Reference::parse(image).expect("a reference"))
    }

    #[test]
    fn a_list_names_registries_folders_and_repositories() {
        assert_eq!(allows(&["docker.io"], "node"), Some(true));
        assert_eq!(allows(&["docker.io/library"], "node:26"), Some(true));
        assert_eq!(allows(&["docker.io/library/node"], "index.docker.io/library/node"), Some(true));
        assert_eq!(allows(&["docker.io/library/node"], "node-evil"), Some(false));
        assert_eq!(allows(&["ghcr.io/acme/*"], "ghcr.io/acme/a/b:1"), Some(true));
        assert_eq!(allows(&["ghcr.io/acme"], "ghcr.io/acmex/a:1"), Some(false));
        assert_eq!(allows(&["*.example.org/*"], "registry.example.org/x"), Some(true));
        assert_eq!(allows(&[], "anything/at-all"), Some(true));
    }

    #[test]
    fn what_is_known_in_part_is_decided_if_that_part_decides() {
        assert_eq!(allows(&["ghcr.io/acme/*"], "ghcr.io/acme/${APP}:1"), Some(true));
        assert_eq!(allows(&["ghcr.io/acme/*"], "quay.io/${APP}"), Some(false));
        assert_eq!(allows(&["ghcr.io/acme/*"], "${REGISTRY}/app:1"), None);
    }

    #[test]
    fn formats_of_labels() {
        let cases: [(LabelFormat, &[&str], &[&str]); 7] = [
            (LabelFormat::Text, &["x"], &["", " "]),
            (LabelFormat::Url, &["https://a.example", "git+ssh://a/b"], &["a.example", "http://", "://a", "https://a b"]),
            (
                LabelFormat::Semver,
                &["1.2.3", "0.0.1-rc.1+build.5", "1.0.0-0a"],
                &["v1.2.3", "1.2", "01.2.3", "1.2.3-", "1.2.3-01", ""],
            ),
            (
                LabelFormat::Rfc3339,
                &["2026-11-24T12:00:00Z", "2026-11-24T12:00:00.123+01:00", "2026-11-24 12:00:00-05:00"],
                &["2026-11-24", "2026-13-24T12:00:00Z", "2026-11-24T12:00:00", "2026-11-00T12:00:00Z", "é-1T"],
            ),
            (
                LabelFormat::Spdx,
                &["MIT", "Apache-2.0 OR MIT", "(GPL-2.0-only WITH Classpath-exception-2.0) AND ISC", "LicenseRef-Own"],
                &["", "Public", "MIT Apache-2.0", "AND MIT", "MIT OR"],
            ),
            (LabelFormat::Hash, &["0a1b2c3", "0123456789abcdef0123456789abcdef01234567"], &["main", "0a1b2c", "0a1b2cz"]),
            (LabelFormat::Email, &["a.b@example.org"], &["a@b", "a", "@example.org", "a@b@example.org", "A <a@b.c>"]),
        ];
        for (format, good, bad) in cases {
            assert!(format.fits(format.example()) || format == LabelFormat::Text, "{format:?}");
            for value in good {
                assert!(format.fits(value), "{format:?}: {value}");
            }
            for value in bad {
                assert!(!format.fits(value), "{format:?}: {value}");
            }
        }
    }
}
