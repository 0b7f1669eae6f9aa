//! Every known format, and what must stay silent.

use super::super::PasswordIs::{Literal, Placeholder, Variable, WellKnown};
use super::super::{Certainty, Kind, find, url_password};
use super::{ALNUM, BASE32, BASE64, HEX, LETTERS, WORD, body, encode, github, pem};

/// One generated token of each format.
fn tokens(seed: u64) -> Vec<(Kind, String)> {
    let b = |alphabet, length| body(alphabet, length, seed);
    let digits = |length| body("1234567890", length, seed);
    let mut all: Vec<(Kind, String)> = Vec::new();
    for prefix in ["AK", "AS", "AB"] {
        all.push((Kind::AwsAccessKey, format!("{prefix}IA{}", b(BASE32, 16))));
    }
    all.push((Kind::AwsAccessKey, format!("AC{}{}", "CA", b(BASE32, 16))));
    all.push((Kind::AwsAccessKey, format!("A3{}{}", "TX", b(BASE32, 16))));
    for prefix in ["ghp", "gho", "ghu", "ghs", "ghr"] {
        all.push((Kind::GitHub, github(prefix, seed)));
    }
    all.push((Kind::GitHub, format!("ghr{}{}", "_", b(ALNUM, 76))));
    all.push((Kind::GitHub, format!("github{}{}_{}", "_pat_", b(ALNUM, 22), body(ALNUM, 59, seed + 1))));
    for prefix in ["glpat", "gldt", "glrt"] {
        all.push((Kind::GitLab, format!("{prefix}-{}", b(ALNUM, 20))));
    }
    all.push((
        Kind::GitLab,
        format!("glpat{}{}.01.{}", "-", b(ALNUM, 44), b("0123456789abcdefghijklmnopqrstuvwxyz", 9)),
    ));
    all.push((Kind::GitLab, format!("glptt{}{}", "-", b(HEX, 40))));
    all.push((Kind::GitLab, format!("GR13{}{}", "48941", b(ALNUM, 20))));
    for prefix in ["xoxb", "xoxp", "xoxa"] {
        all.push((Kind::Slack, format!("{prefix}-{}-{}-{}", digits(12), digits(13), b(ALNUM, 24))));
    }
    all.push((Kind::Slack, format!("xoxe.{}-1-{}", "xoxp", b(ALNUM, 160))));
    all.push((
        Kind::SlackWebhook,
        format!("https://hooks.slack{}/services/T{}/B{}/{}", ".com", b(BASE32, 10), b(BASE32, 10), b(ALNUM, 24)),
    ));
    for prefix in ["sk_live", "rk_live", "sk_prod"] {
        all.push((Kind::Stripe, format!("{prefix}_{}", b(ALNUM, 24))));
    }
    all.push((Kind::StripeTest, format!("sk_{}{}", "test_", b(ALNUM, 24))));
    let random = b(ALNUM, 30);
    all.push((Kind::Npm, format!("npm{}{random}{}", "_", super::super::checksum::of(&random))));
    all.push((Kind::PyPi, format!("pypi-{}{}", "AgEIcHlwaS5vcmc", b(ALNUM, 120))));
    all.push((Kind::RubyGems, format!("ruby{}{}", "gems_", b(HEX, 48))));
    all.push((Kind::CratesIo, format!("ci{}{}", "o", b(ALNUM, 32))));
    all.push((Kind::Docker, format!("dckr{}{}", "_pat_", b(ALNUM, 27))));
    all.push((Kind::Google, format!("AI{}{}", "za", b(ALNUM, 35))));
    all.push((Kind::OpenAi, format!("sk{}{}T3Blbk{}{}", "-", b(ALNUM, 20), "FJ", body(ALNUM, 20, seed + 1))));
    all.push((Kind::OpenAi, format!("sk{}{}T3Blbk{}{}", "-proj-", b(ALNUM, 74), "FJ", body(ALNUM, 74, seed + 1))));
    all.push((Kind::Anthropic, format!("sk-{}{}AA", "ant-api03-", b(ALNUM, 93))));
    all.push((Kind::HuggingFace, format!("h{}{}", "f_", b(LETTERS, 34))));
    all.push((Kind::DigitalOcean, format!("dop{}{}", "_v1_", b(HEX, 64))));
    all.push((Kind::Databricks, format!("da{}{}", "pi", b(HEX, 32))));
    all.push((Kind::SendGrid, format!("S{}{}.{}", "G.", b(ALNUM, 22), body(ALNUM, 43, seed + 1))));
    all.push((Kind::Twilio, format!("TWILIO_KEY=S{}{}", "K", b(HEX, 32))));
    all.push((Kind::Vault, format!("hv{}{}", "s.", b(WORD, 95).replace('-', "A"))));
    all.push((Kind::Terraform, format!("{}.atlas{}{}", b(ALNUM, 14), "v1.", b(ALNUM, 67))));
    all.push((Kind::Doppler, format!("dp.{}{}", "pt.", b(ALNUM, 43))));
    all.push((Kind::Grafana, format!("gl{}{}_{}", "sa_", b(ALNUM, 32), b(HEX, 8))));
    all.push((Kind::Sentry, format!("sntry{}{}", "u_", b(HEX, 64))));
    all.push((Kind::Linear, format!("lin{}{}", "_api_", b(ALNUM, 40))));
    all.push((Kind::Postman, format!("PM{}{}-{}", "AK-", b(HEX, 24), body(HEX, 34, seed + 1))));
    all.push((Kind::Shopify, format!("shp{}{}", "at_", b(HEX, 32))));
    all.push((Kind::Artifactory, format!("AK{}{}", "Cp", b(ALNUM, 69))));
    all.push((Kind::AzureAd, format!("{}8Q{}{}", b(ALNUM, 3), "~", b(ALNUM, 34))));
    all.push((Kind::AgeKey, format!("AGE-SECRET-{}{}", "KEY-1", b("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58))));
    all.push((Kind::PrivateKey, pem("RSA PRIVATE KEY", 800).trim_end().to_owned()));
    all.push((Kind::Jwt, jwt(r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"sub":"svc","iat":1700000000}"#)));
    all
}

fn jwt(header: &str, claims: &str) -> String {
    format!("{}.{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()), body(ALNUM, 43, 3))
}

fn kinds(text: &str) -> Vec<Kind> {
    find(text).into_iter().map(|hit| hit.kind).collect()
}

#[test]
fn every_format_is_found_wherever_it_stands() {
    for seed in 1..40 {
        for (kind, token) in tokens(seed) {
            for text in [
                token.clone(),
                format!("ENV X={token}\n"),
                format!("RUN curl -H \"Authorization: Bearer {token}\" x"),
                format!("    - 'X={token}'  # größer"),
                format!("{{\"x\": \"{token}\"}}"),
                format!("a\\n{token}\\nb"),
            ] {
                assert_eq!(kinds(&text), [kind], "seed {seed}, {kind}: {text}");
            }
        }
    }
}

#[test]
fn a_hit_spans_the_token_and_nothing_else() {
    let token = github("ghp", 5);
    let text = format!("git clone https://x-access-token:{token}@github.com/a/b");
    let hits = find(&text);
    assert_eq!(hits.len(), 1, "the token, and not the URL's password again");
    assert_eq!(&text[hits[0].span.clone()], token);
    assert_eq!(hits[0].certainty, Certainty::Sure);
}

#[test]
fn a_github_token_with_a_wrong_checksum_is_none() {
    let mut token = github("ghp", 5);
    let last = token.pop().expect("a character");
    token.push(if last == 'a' { 'b' } else { 'a' });
    assert!(find(&token).is_empty());
}

#[test]
fn a_longer_or_a_shorter_word_is_no_token() {
    for (kind, token) in tokens(9) {
        if matches!(kind, Kind::PrivateKey | Kind::Jwt) {
            continue;
        }
        // Behind a separator a token begins anew: `xoxe.xoxp-..`, the host of a webhook.
        if !token.contains(['.', '/', '=']) {
            assert!(!kinds(&format!("x{token}")).contains(&kind), "{kind}");
        }
        // The length of these is not fixed.
        if matches!(kind, Kind::Slack | Kind::Stripe | Kind::StripeTest | Kind::Vault | Kind::PyPi | Kind::OpenAi) {
            continue;
        }
        assert!(!kinds(&token[..token.len() / 2]).contains(&kind), "{kind}");
    }
}

/// Keys of the documentation of their issuers: they open nothing. Stripe's, AWS's and LocalStack's, in two parts each.
#[test]
fn documented_example_keys_are_silent() {
    for text in [
        // https://github.com/aquasecurity/trivy/issues/2296, 4093 and 4826
        concat!("AKIAIOSFODNN7", "EXAMPLE"),
        concat!("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"),
        concat!("AKIAI44QH8DHB", "EXAMPLE"),
        concat!("sk_test_", "4eC39HqLyjWDarjtT1zdP7dc"),
        concat!("sk_test_", "BQokikJOvBiI2HlWgH4olfQ2"),
        concat!("ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"),
        concat!("ghp_", "abcdefghijklmnopqrstuvwxyzABCD012345"),
        concat!("LKIA", "QAAAAAAAAAAAAAAA"),
        concat!("xoxb-", "123456789012-1234567890123-xxxxxxxxxxxxxxxxxxxxxxxx"),
        concat!("glpat-", "xxxxxxxxxxxxxxxxxxxx"),
        concat!("sk-", "your-openai-api-key-goes-here-please-replace-it"),
        concat!("hf_", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        concat!("npm_", "000000000000000000000000000000000000"),
        concat!("AIza", "SyExampleExampleExampleExampleExamp"),
    ] {
        assert!(find(text).is_empty(), "{text}");
    }
}

#[test]
fn publishable_keys_are_meant_to_be_seen() {
    for prefix in ["pk_live", "pk_test"] {
        assert!(find(&format!("{prefix}_{}", body(ALNUM, 24, 4))).is_empty());
    }
}

#[test]
fn a_word_in_a_blob_is_no_token() {
    // https://github.com/aquasecurity/trivy/issues/2060
    let key = format!("AK{}{}", "IA", body(BASE32, 16, 3));
    let blob = body(BASE64, 40, 5);
    for text in [format!("{blob}{key}{blob}"), format!("{blob}+{key}+{blob}"), format!("{blob}/{key}/{blob}")] {
        assert!(find(&text).is_empty(), "{text}");
    }
    for text in [
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        "FROM node@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "git checkout 8b137891791fe96927ad78e64b0aad7bded08bdc",
    ] {
        assert!(find(text).is_empty(), "{text}");
    }
}

#[test]
fn the_other_half_of_an_aws_key_is_found_beside_it_or_under_its_name() {
    let (id, half) = (format!("AK{}{}", "IA", body(BASE32, 16, 3)), body(BASE64, 40, 11));
    assert_eq!(kinds(&format!("aws configure {id} {half}")), [Kind::AwsAccessKey, Kind::AwsSecretKey]);
    for text in [
        format!("ENV AWS_SECRET_ACCESS_KEY={half}"),
        format!("aws_secret_access_key = {half}"),
        format!("\"SecretAccessKey\": \"{half}\""),
    ] {
        assert_eq!(kinds(&text), [Kind::AwsSecretKey], "{text}");
    }
    // https://github.com/aquasecurity/trivy/issues/5900
    assert!(find(&format!("key = {half}")).is_empty());
    assert!(find(&format!("ENV AWS_SECRET_ACCESS_KEY={}", body(HEX, 40, 2))).is_empty());
}

#[test]
fn a_twilio_key_needs_twilio() {
    assert!(find(&format!("S{}{}", "K", body(HEX, 32, 2))).is_empty());
}

#[test]
fn a_private_key_has_a_body() {
    // https://github.com/aquasecurity/trivy/issues/2274
    let dashes = "-".repeat(5);
    for text in [
        format!("{dashes}BEGIN RSA PRIVATE KEY{dashes}"),
        format!("{dashes}BEGIN PRIVATE KEY{dashes}\n{dashes}END PRIVATE KEY{dashes}"),
        format!("{dashes}BEGIN PRIVATE KEY{dashes}\nMIIEpAIBAAKC...\n{dashes}END PRIVATE KEY{dashes}"),
        format!("{dashes}BEGIN PRIVATE KEY{dashes}\n{}\n{dashes}END PRIVATE KEY{dashes}", "x".repeat(200)),
        format!("grep -q '{dashes}BEGIN OPENSSH PRIVATE KEY{dashes}' key && echo {}", pem("CERTIFICATE", 800)),
        pem("CERTIFICATE", 800),
        pem("PUBLIC KEY", 800),
    ] {
        assert!(find(&text).is_empty(), "{text}");
    }
    for label in ["PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
        assert_eq!(kinds(&pem(label, 200)), [Kind::PrivateKey], "{label}");
    }
    assert_eq!(kinds(&pem("ENCRYPTED PRIVATE KEY", 800)), [Kind::EncryptedPrivateKey]);
    // One line of a service account's JSON, and the continued lines of a RUN.
    assert_eq!(
        kinds(&format!("{{\"private_key\": \"{}\"}}", pem("PRIVATE KEY", 800).replace('\n', "\\n"))),
        [Kind::PrivateKey]
    );
    assert_eq!(
        kinds(&format!("RUN echo \"{}\"", pem("PRIVATE KEY", 800).replace('\n', "\\n\\\n"))),
        [Kind::PrivateKey]
    );
    let kubeconfig = format!("client-key-data: {}", encode(pem("RSA PRIVATE KEY", 800).as_bytes()));
    assert_eq!(kinds(&kubeconfig), [Kind::PrivateKey]);
    assert!(find(&format!("certificate-data: {}", encode(pem("CERTIFICATE", 800).as_bytes()))).is_empty());
}

#[test]
fn a_json_web_token_is_as_bad_as_it_lives_long() {
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    let one = |claims: &str| find(&jwt(header, claims)).pop();
    let endless = one(r#"{"sub":"svc"}"#).expect("a token");
    assert_eq!((endless.certainty, endless.expires), (Certainty::Sure, None));
    let short = one(r#"{"iat":1700000000,"exp":1700003600}"#).expect("a token");
    assert_eq!((short.certainty, short.expires), (Certainty::Likely, Some(1_700_003_600)));
    let long = one(r#"{"iat":1700000000,"exp":2000000000}"#).expect("a token");
    assert_eq!(long.certainty, Certainty::Sure);
    for claims in [
        r#"{"sub":"1234567890","name":"x"}"#,
        r#"{"iss":"supabase-demo","role":"service_role","exp":1}"#,
        r#"{"iss":"supabase","role":"anon"}"#,
    ] {
        assert!(one(claims).is_none(), "{claims}");
    }
    assert!(find(&jwt(r#"{"alg":"none"}"#, r#"{"sub":"svc"}"#)).is_empty());
    assert!(find(&jwt(r#"{"typ":"JWT"}"#, r#"{"sub":"svc"}"#)).is_empty());
}

#[test]
fn the_password_of_a_url_is_literal_or_not() {
    for (url, user, host, is) in [
        ("postgres://app:s3cr3t-hunter@db.corp.io:5432/x", "app", "db.corp.io", Literal),
        ("https://oauth2:Zx81kkQ@gitlab.corp.io/a.git", "oauth2", "gitlab.corp.io", Literal),
        ("redis://:Zx81kkQ9@cache:6379/0", "", "cache", Literal),
        ("amqp://a:p@ss-w0rd-x@mq/", "a", "mq", Literal),
        ("postgres://app:${DB_PASSWORD}@db/x", "app", "db", Variable),
        ("postgres://${U:-a/b}:${P:-x@y:z}@${H}/x", "${U:-a/b}", "${H}", Variable),
        ("https://x:$TOKEN@h.io/", "x", "h.io", Variable),
        ("https://x:$(cat /run/secrets/t)@h.io/", "x", "h.io", Variable),
        ("https://x:{{ token }}@h.io/", "x", "h.io", Variable),
        ("https://x:pre-${TOKEN}@h.io/", "x", "h.io", Variable),
        ("https://{user}:{password}@h.io/", "{user}", "h.io", Variable),
        ("https://user:<password>@h.io/", "user", "h.io", Placeholder),
        ("https://user:xxxx@h.io/", "user", "h.io", Placeholder),
        ("https://user:password@h.io/", "user", "h.io", Placeholder),
        ("https://user:your-token@h.io/", "user", "h.io", Placeholder),
        ("postgres://postgres:postgres@db/x", "postgres", "db", WellKnown),
        ("amqp://guest:guest@mq/", "guest", "mq", WellKnown),
        ("mysql://app:changeme@db/", "app", "db", WellKnown),
    ] {
        let found = url_password(url);
        assert_eq!(found.len(), 1, "{url}");
        assert_eq!((found[0].user.as_str(), found[0].host.as_str(), found[0].password_is), (user, host, is), "{url}");
    }
    for none in [
        "https://user@host/",
        "https://user:@host/",
        "https://host/a:b@c",
        "https://host:8080/x@y",
        "ssh://git@github.com:22/a",
        "see http://localhost:3000, mail me@example.com",
        "docker://alpine:3.20@sha256:0123",
        "https://unpkg.com/@scope/x:y@1",
        "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/2",
        "://a:b@c",
    ] {
        assert!(url_password(none).is_empty(), "{none}");
    }
}

#[test]
fn a_token_in_the_users_place_is_a_password() {
    let token = body(HEX, 40, 6);
    for url in [format!("https://{token}@github.com/a"), format!("https://{token}:x-oauth-basic@github.com/a")] {
        let found = url_password(&url);
        assert_eq!(found.len(), 1, "{url}");
        assert_eq!(&url[found[0].password.clone()], token);
        assert_eq!(found[0].user, "");
    }
}

#[test]
fn only_a_literal_password_for_a_real_host_is_a_finding() {
    assert_eq!(kinds("ENV X=https://ci:Zx81kkQ9w@pypi.corp.io/simple"), [Kind::UrlPassword]);
    for text in
        ["https://ci:Zx81kkQ9w@pypi.example.com/", "https://ci:$P@pypi.corp.io/", "https://ci:password@pypi.corp.io/"]
    {
        assert!(find(text).is_empty(), "{text}");
    }
    assert_eq!(find("postgres://app:Zx81kkQ9w@db/app")[0].certainty, Certainty::Likely, "a service beside it");
}

#[test]
fn logins_of_registries_are_found_in_their_files() {
    let login = encode(b"robot:kZ8-wq71LmN0");
    for text in [
        format!("{{\"auths\": {{\"ghcr.io\": {{\"auth\": \"{login}\"}}}}}}"),
        format!("RUN echo '{{\"auths\":{{\"r.io\":{{\"auth\":\"{login}\"}}}}}}' > /kaniko/.docker/config.json"),
        format!("RUN echo \"{{\\\"auths\\\":{{\\\"r.io\\\":{{\\\"auth\\\":\\\"{login}\\\"}}}}}}\""),
    ] {
        assert_eq!(kinds(&text), [Kind::DockerAuth], "{text}");
    }
    assert!(find("{\"auths\": {\"ghcr.io\": {\"auth\": \"$AUTH\"}}}").is_empty());
    assert!(find("{\"auths\": {\"ghcr.io\": {}}, \"credsStore\": \"desktop\"}").is_empty());
    let token = format!("{}-4b1c", body(HEX, 31, 3));
    for text in [
        format!("//npm.corp.io/:_authToken={token}"),
        format!("RUN echo \"//npm.corp.io/:_authToken={token}\" > .npmrc"),
        format!("RUN npm config set //npm.corp.io/:_authToken {token}"),
        format!("//npm.corp.io/:_auth={login}"),
        format!("npmAuthToken: \"{token}\""),
    ] {
        assert_eq!(kinds(&text), [Kind::NpmrcAuth], "{text}");
    }
    for text in [
        "//npm.corp.io/:_authToken=${NPM_TOKEN}",
        "//npm.corp.io/:_authToken=$NPM_TOKEN",
        "npm config set //npm.corp.io/:_authToken ${NPM_TOKEN}",
        "//npm.corp.io/:_authToken=<your-token>",
        "the _authToken in the configuration file",
    ] {
        assert!(find(text).is_empty(), "{text}");
    }
    for text in [
        "machine github.com login robot password kZ8-wq71LmN0",
        "machine github.com\n  login robot\n  password kZ8-wq71LmN0\n",
        "RUN echo \"machine github.com\\nlogin robot\\npassword kZ8-wq71LmN0\" > ~/.netrc",
    ] {
        assert_eq!(kinds(text), [Kind::NetrcPassword], "{text}");
    }
    for text in ["machine github.com login robot password $TOKEN", "this machine has a login and a password for all"] {
        assert!(find(text).is_empty(), "{text}");
    }
}

#[test]
fn ordinary_files_have_no_hit() {
    for text in [
        include_str!("../../../Cargo.lock"),
        include_str!("../../../templates/dockerignore"),
        include_str!("../../../templates/compose.yaml"),
        include_str!("../../../README.md"),
        include_str!("../../../docs/scaffold.toml.md"),
    ] {
        assert_eq!(find(text), []);
    }
}
