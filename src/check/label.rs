//! What the value of a label looks like.

use crate::spec::check::LabelFormat;

/// Whether a value looks like it.
pub(super) fn fits(format: LabelFormat, value: &str) -> bool {
    match format {
        LabelFormat::Text => !value.trim().is_empty(),
        LabelFormat::Url => value
            .strip_prefix("https://")
            .or_else(|| value.strip_prefix("http://"))
            .is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace)),
        LabelFormat::Semver => is_semver(value),
        LabelFormat::Time => is_rfc3339(value),
        LabelFormat::Spdx => is_spdx(value),
        LabelFormat::Hash => (7..=64).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
        LabelFormat::Email => value.split_once('@').is_some_and(|(local, domain)| {
            let plain = |text: &str| !text.is_empty() && !text.contains(['@', ' ', '<', '>']);
            plain(local) && plain(domain) && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
        }),
    }
}

/// What it is, behind "is not".
pub(super) const fn description(format: LabelFormat) -> &'static str {
    match format {
        LabelFormat::Text => "a text",
        LabelFormat::Url => "an http or https address",
        LabelFormat::Semver => "a version of semver.org",
        LabelFormat::Time => "a time of RFC 3339",
        LabelFormat::Spdx => "a licence of SPDX",
        LabelFormat::Hash => "a commit",
        LabelFormat::Email => "an address of mail",
    }
}

/// A value of it.
pub(super) const fn example(format: LabelFormat) -> &'static str {
    match format {
        LabelFormat::Text => "...",
        LabelFormat::Url => "https://example.org/",
        LabelFormat::Semver => "1.2.3",
        LabelFormat::Time => "2026-11-24T12:00:00Z",
        LabelFormat::Spdx => "MIT OR Apache-2.0",
        LabelFormat::Hash => "0a1b2c3d",
        LabelFormat::Email => "team@example.org",
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

    #[test]
    fn formats_of_labels() {
        let cases: [(LabelFormat, &[&str], &[&str]); 7] = [
            (LabelFormat::Text, &["x"], &["", " "]),
            (
                LabelFormat::Url,
                &["https://a.example", "http://a/b"],
                &["a.example", "http://", "://a", "https://a b", "ftp://a.example"],
            ),
            (
                LabelFormat::Semver,
                &["1.2.3", "0.0.1-rc.1+build.5", "1.0.0-0a"],
                &["v1.2.3", "1.2", "01.2.3", "1.2.3-", "1.2.3-01", ""],
            ),
            (
                LabelFormat::Time,
                &["2026-11-24T12:00:00Z", "2026-11-24T12:00:00.123+01:00", "2026-11-24 12:00:00-05:00"],
                &["2026-11-24", "2026-13-24T12:00:00Z", "2026-11-24T12:00:00", "2026-11-00T12:00:00Z", "é-1T"],
            ),
            (
                LabelFormat::Spdx,
                &["MIT", "Apache-2.0 OR MIT", "(GPL-2.0-only WITH Classpath-exception-2.0) AND ISC", "LicenseRef-Own"],
                &["", "Public", "MIT Apache-2.0", "AND MIT", "MIT OR"],
            ),
            (
                LabelFormat::Hash,
                &["0a1b2c3", "0123456789abcdef0123456789abcdef01234567"],
                &["main", "0a1b2c", "0a1b2cz"],
            ),
            (LabelFormat::Email, &["a.b@example.org"], &["a@b", "a", "@example.org", "a@b@example.org", "A <a@b.c>"]),
        ];
        for (format, good, bad) in cases {
            assert!(fits(format, example(format)) || format == LabelFormat::Text, "{format:?}");
            for value in good {
                assert!(fits(format, value), "{format:?}: {value}");
            }
            for value in bad {
                assert!(!fits(format, value), "{format:?}: {value}");
            }
        }
    }
}
