//! Values that are secrets, and values that are not, whatever their name says.

use super::super::ValueVerdict::{
    Empty, Hash, Literal, Number, Path, Placeholder, Reference, Url, Version, WellKnownDefault,
};
use super::super::{Masked, default_of, fingerprint, value};
use super::{ALNUM, HEX, body};

#[test]
fn values_that_are_no_secret() {
    for (name, text, verdict) in [
        ("DB_PASSWORD", "", Empty),
        ("DB_PASSWORD", "  ''", Empty),
        ("DB_PASSWORD", "$DB_PASSWORD", Reference),
        ("DB_PASSWORD", "${DB_PASSWORD:?missing}", Reference),
        ("DB_PASSWORD", "\"${DB_PASSWORD:-x}\"", Reference),
        ("DB_PASSWORD", "$(cat /run/secrets/db)", Reference),
        ("DB_PASSWORD", "{{ vault_password }}", Reference),
        ("DB_PASSWORD", "%DB_PASSWORD%", Reference),
        ("DB_PASSWORD", "op://vault/db/password", Reference),
        ("DB_PASSWORD", "prefix-${SUFFIX}", Reference),
        ("DB_PASSWORD", "ENC[AES256_GCM,data:abc]", Reference),
        ("DB_PASSWORD", "<password>", Placeholder),
        ("DB_PASSWORD", "__PASSWORD__", Placeholder),
        ("DB_PASSWORD", "db_password", Placeholder),
        ("API_TOKEN", "your-api-token", Placeholder),
        ("API_TOKEN", "YOUR_TOKEN_HERE", Placeholder),
        ("API_TOKEN", "REDACTED", Placeholder),
        ("API_TOKEN", "***", Placeholder),
        ("API_TOKEN", "xxxxxxxx", Placeholder),
        ("API_TOKEN", "aaaaaaaaaaaaaaaaaaaaaaaa", Placeholder),
        ("API_TOKEN", "MYTOKEN1", Placeholder),
        ("API_TOKEN", "dummy", Placeholder),
        ("API_TOKEN", "none", Placeholder),
        ("API_TOKEN", "todo", Placeholder),
        ("API_TOKEN", "a-token-example", Placeholder),
        ("API_TOKEN", "build-time", Placeholder),
        ("SSL_PRIVATE_KEY", "/etc/ssl/private/server.key", Path),
        ("API_TOKEN", "./token", Path),
        ("API_TOKEN", "~/.token", Path),
        ("API_TOKEN", "https://auth.corp.io/token", Url),
        ("API_TOKEN", "https://u:pass@auth.corp.io/token", Url),
        ("USE_TOKEN", "true", Number),
        ("API_TOKEN", "4096", Number),
        ("API_TOKEN", "30s", Number),
        ("API_TOKEN", "1.5", Number),
        ("API_TOKEN", "1.2.3", Version),
        ("API_TOKEN", "v1.2.3-rc1", Version),
        ("ADMIN_PASSWORD", "$2y$10$abcdefghijklmnopqrstuv", Hash),
        ("ADMIN_PASSWORD", "$$2y$$10$$abcdefghijklmnopqrstuv", Hash),
        ("POSTGRES_PASSWORD", "postgres", WellKnownDefault("postgres")),
        ("POSTGRES_PASSWORD", "changeme", WellKnownDefault("changeme")),
        ("POSTGRES_PASSWORD", "ChangeMe", WellKnownDefault("changeme")),
        ("MINIO_ROOT_PASSWORD", "minioadmin", WellKnownDefault("minioadmin")),
        ("MYSQL_ROOT_PASSWORD", "123456", WellKnownDefault("123456")),
        ("JWT_SECRET", "secret", WellKnownDefault("secret")),
    ] {
        assert_eq!(value(name, text), verdict, "{name}={text}");
    }
}

#[test]
fn digests_and_ids_are_none_under_their_names() {
    let (short, long) = (body(HEX, 40, 2), body(HEX, 64, 2));
    // https://github.com/gitleaks/gitleaks/issues/1578: git hashes; 1219: UUIDs
    assert_eq!(value("TOKEN_REVISION", &short), Hash);
    assert_eq!(value("KEY_SHA256", &long), Hash);
    assert_eq!(value("GPG_KEY", &short.to_uppercase()), Hash);
    assert_eq!(value("KEY_ID", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"), Hash);
    assert_eq!(value("API_TOKEN", &short), Literal { likely: true }, "another name, another verdict");
}

#[test]
fn literals_are_likely_by_length_and_entropy() {
    for (text, likely) in [
        (body(ALNUM, 32, 5), true),
        (body(HEX, 32, 5), true),
        (body(HEX, 64, 5), true),
        ("correct horse battery staple".to_owned(), false),
        ("hunter2".to_owned(), false),
        (body(HEX, 20, 5), false),
        ("S3cure!".to_owned(), false),
        ("pa$Sw0rd".to_owned(), false),
        ("https://u:Zx81kkQ9w@h.corp.io/".to_owned(), true),
    ] {
        assert_eq!(value("API_PASSWORD", &text), Literal { likely }, "{text}");
    }
}

#[test]
fn the_default_of_a_variable_is_a_literal() {
    for (text, default) in [
        ("${X:-hunter2}", Some("hunter2")),
        ("\"${X-hunter2}\"", Some("hunter2")),
        ("${X:-}", None),
        ("${X}", None),
        ("${X:?missing}", None),
        ("${X:-${Y}}", None),
        ("x", None),
    ] {
        assert_eq!(default_of(text), default, "{text}");
    }
}

#[test]
fn a_mask_shows_four_characters_of_a_long_value_and_none_of_a_short_one() {
    assert_eq!(Masked::of("abcdefghijklmnop").to_string(), "abcd*** (16 characters)");
    assert_eq!(Masked::of("abcdefghijk").to_string(), "*** (11 characters)");
    assert_eq!(Masked::of("äöüßäöüßäöüß").to_string(), "äöüß*** (12 characters)");
    assert!(!format!("{:?}", Masked::of("abcdefghijk")).contains("abc"));
}

#[test]
fn a_fingerprint_depends_on_value_and_salt_alone() {
    let one = fingerprint("value", "salt");
    assert_eq!(one, fingerprint("value", "salt"));
    assert_eq!(one.len(), 32);
    for other in [fingerprint("value", "tlas"), fingerprint("eulav", "salt"), fingerprint("tvalue", "sal")] {
        assert_ne!(one, other);
    }
}
