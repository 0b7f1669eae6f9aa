//! Names that say secret, and names that only contain such letters.

use super::super::{NameVerdict, name};

#[test]
fn names_that_say_secret() {
    for text in [
        "PASSWORD",
        "DB_PASSWORD",
        "POSTGRES_PASSWORD",
        "PGPASSWORD",
        "MYSQL_ROOT_PASSWORD",
        "SMTP_PASS",
        "DB_PASSWD",
        "FTP_PWD",
        "SSH_PASSPHRASE",
        "JWT_SECRET",
        "CLIENT_SECRET",
        "GITHUB_TOKEN",
        "NPM_TOKEN",
        "API_KEY",
        "APIKEY",
        "apiKey",
        "STRIPE_API_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "SECRET_KEY",
        "SECRET_KEY_BASE",
        "PRIVATE_KEY",
        "ENCRYPTION_KEY",
        "SIGNING_KEY",
        "RAILS_MASTER_KEY",
        "AUTH_TOKEN",
        "db.password",
        "spring.datasource.password",
        "dbPassword",
        "APIKey",
        "GOOGLE_CREDENTIALS",
        "API_TOKEN_1",
        "DB_PASSWORD_PROD",
        "PASSWORD2",
        "EMAIL_HOST_PASSWORD",
        "KEYSTORE_PASSWORD",
        "KEYCLOAK_ADMIN_PASSWORD",
        "client-secret",
    ] {
        assert_eq!(name(text), NameVerdict::Secret, "{text}");
    }
}

/// False alarms of other checkers, each with where it was reported.
#[test]
fn names_that_other_checkers_took_for_secrets() {
    for (text, reported) in [
        ("GOPRIVATE", "https://github.com/hadolint/hadolint/issues/1245"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "https://github.com/hadolint/hadolint/issues/1245"),
        ("AUTH_TOKEN_FILE", "https://github.com/hadolint/hadolint/issues/1245"),
        ("TRAVIS_OS_NAME", "https://github.com/hadolint/hadolint/issues/1245"),
        ("TRAVIS_SUDO", "https://github.com/hadolint/hadolint/issues/1245"),
        ("FACEBOOK_APP_ID", "https://github.com/hadolint/hadolint/issues/1245"),
        ("username", "https://github.com/hadolint/hadolint/issues/1230"),
        ("USERNAME", "https://github.com/hadolint/hadolint/issues/1230"),
        ("SESSION_SECRET_FILE", "https://github.com/moby/buildkit/pull/6501"),
        ("AUTH_MODULE_VERSION", "https://github.com/moby/buildkit/pull/6501"),
        ("KMS_KEY_ALIAS", "https://github.com/moby/buildkit/issues/5775"),
        ("AWS_ACCESS_KEY_ID", "https://github.com/moby/buildkit/issues/5775"),
        ("KEY_NAME", "https://github.com/moby/buildkit/issues/5775"),
        ("KEY_ENABLED", "https://github.com/moby/buildkit/issues/5775"),
        ("CREDENTIAL_MANAGER", "https://github.com/moby/buildkit/issues/5775"),
        ("REQUIRE_MFA_AUTH", "https://github.com/moby/buildkit/issues/5775"),
        ("PASSWORD_PROMPT_STRING", "https://github.com/moby/buildkit/issues/5775"),
        ("SSH_AUTH_SOCK", "https://github.com/ddev/ddev/issues/6462"),
        ("SSH_KEY_DIR", "https://github.com/ddev/ddev/issues/6462"),
        ("SSL_CERT_KEY", "https://github.com/coreruleset/modsecurity-crs-docker/issues/316"),
        ("KEYCLOAK_VERSION", "https://github.com/goodwithtech/dockle/issues/130"),
        ("KEYCLOAK_ADMIN", "https://github.com/goodwithtech/dockle/issues/130"),
        ("GPG_KEY", "https://github.com/goodwithtech/dockle/pull/268"),
        ("GPG_KEYS", "https://github.com/goodwithtech/dockle/pull/268"),
        ("monkey", "https://github.com/gitleaks/gitleaks/issues/1578"),
        ("keyword", "https://github.com/gitleaks/gitleaks/issues/1578"),
        ("MantleAPI_version", "https://github.com/gitleaks/gitleaks/issues/1578"),
        ("LLM_SECRET_NAME", "https://github.com/gitleaks/gitleaks/issues/1578"),
        ("mapKey", "https://github.com/gitleaks/gitleaks/issues/1578"),
        ("rapidstring", "https://github.com/gitleaks/gitleaks/issues/1578"),
        ("tokenizationId", "https://github.com/gitleaks/gitleaks/issues/1219"),
        ("client_id", "https://github.com/gitleaks/gitleaks/pull/1587"),
        ("api_version", "https://github.com/gitleaks/gitleaks/pull/1587"),
        ("keystone", "https://github.com/gitleaks/gitleaks/pull/1587"),
        ("keying", "https://github.com/gitleaks/gitleaks/pull/1587"),
        ("accessor", "https://github.com/gitleaks/gitleaks/pull/1606"),
        ("author", "https://github.com/gitleaks/gitleaks/pull/1606"),
        ("bucket_key", "https://github.com/gitleaks/gitleaks/pull/1606"),
        ("keyfile", "https://github.com/gitleaks/gitleaks/pull/1606"),
        ("tokenfile", "https://github.com/gitleaks/gitleaks/pull/1606"),
        ("credentialsId", "https://github.com/gitleaks/gitleaks/pull/1606"),
        ("key", "https://github.com/twpayne/chezmoi/issues/4679"),
    ] {
        assert_eq!(name(text), NameVerdict::NotSecret, "{text}: {reported}");
    }
    for (text, reported) in [
        ("PUBLIC_KEY", "https://github.com/moby/buildkit/issues/5403"),
        ("public_key", "https://github.com/gitleaks/gitleaks/issues/1578"),
        ("public_token", "https://github.com/gitleaks/gitleaks/issues/1578"),
    ] {
        assert_eq!(name(text), NameVerdict::Public, "{text}: {reported}");
    }
}

#[test]
fn names_that_say_nothing() {
    for text in [
        "DB_PASSWORD_FILE",
        "TOKEN_PATH",
        "SECRET_KEY_BASE_DUMMY",
        "PASSWORD_HASH_ALGO",
        "PASSWORD_HASH",
        "TOKEN_TTL",
        "DD_UWSGI_PASS",
        "TOKENIZERS_PARALLELISM",
        "KEYBOARD",
        "PRIMARY_KEY",
        "PARTITION_KEY",
        "SORT_KEY",
        "CACHE_KEY",
        "KEYSTORE",
        "KEYSTORE_PATH",
        "CLIENT_ID",
        "APP_ID",
        "SECRET_ARN",
        "PRIVATE_NETWORK",
        "AUTH",
        "USER",
        "KEY",
        "CERT",
        "ID",
        "TOKEN_URL",
        "TOKEN_ENDPOINT",
        "PASSWORD_LENGTH",
        "PASSWORD_MIN_LENGTH",
        "PASSWORD_POLICY",
        "TOKEN_ISSUER",
        "TOKEN_AUDIENCE",
        "AUTH_TOKEN_HEADER",
        "PASSWORD_FIELD",
        "SECRET_NAME",
        "AWS_ACCESS_KEY_ID",
        "MAX_TOKENS",
        "PASSWORD_ENABLED",
        "CREDENTIAL_STORE",
        "CREDENTIALS_PROVIDER",
        "SECRET_MANAGER",
        "SSH_AGENT",
        "EXAMPLE_TOKEN",
        "TEST_PASSWORD",
        "ALLOW_EMPTY_PASSWORD",
        "MYSQL_RANDOM_ROOT_PASSWORD",
        "PWD",
        "OLDPWD",
        "BYPASS",
        "COMPASS",
        "NOPASSWORD",
        "PASSENGER",
        "",
        "_",
        "é",
        "NEXT_PUBLIC_URL",
        "VITE_TITLE",
        "PUBLIC_URL",
    ] {
        assert_eq!(name(text), NameVerdict::NotSecret, "{text}");
    }
}

#[test]
fn keys_for_browsers_are_public() {
    for text in [
        "NEXT_PUBLIC_API_KEY",
        "VITE_API_KEY",
        "REACT_APP_TOKEN",
        "STRIPE_PUBLISHABLE_KEY",
        "RECAPTCHA_SITE_KEY",
        "SSH_PUBLIC_KEY",
        "EXPO_PUBLIC_ACCESS_TOKEN",
    ] {
        assert_eq!(name(text), NameVerdict::Public, "{text}");
    }
}
