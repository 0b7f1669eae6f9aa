//! What users of other tools complain of, as far as it is about secrets: each with its link, and what is found here.

use super::found_in;

const RULES: [&str; 9] = [
    "login-in-build",
    "password-in-image",
    "secret-build-arg",
    "secret-file-copied",
    "secret-in-url",
    "secret-mount-leaked",
    "secret-named-literal",
    "secret-removed-later",
    "secret-value",
];

fn ids(text: &str) -> Vec<String> {
    found_in(&[("Dockerfile", text)], &RULES, true)
}

/// Names that hold a word such as KEY, TOKEN or AUTH, each with the place where somebody had to explain it.
#[test]
fn a_name_with_key_or_token_in_it_is_no_secret() {
    for lines in [
        // https://github.com/hadolint/hadolint/issues/1245
        "ENV GOPRIVATE=github.com/acme/*",
        "ARG GOPRIVATE",
        // https://github.com/hadolint/hadolint/issues/1230
        "ENV AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/token TRAVIS_OS_NAME=linux",
        "ARG USERNAME=vscode",
        // https://github.com/moby/buildkit/issues/5403
        "ENV PUBLIC_KEY=MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEr7W8",
        "ARG AUTH_MODULE_VERSION=1.2.3",
        // https://github.com/moby/buildkit/pull/6501
        "ENV SSH_AUTH_SOCK=/run/host-services/ssh-auth.sock",
        // https://github.com/ddev/ddev/issues/6462
        "ENV SSH_KEY_DIR=/home/.ssh",
        "ENV SSH_AUTH_SOCK=/home/.ssh-agent/socket",
        // https://github.com/coreruleset/modsecurity-crs-docker/issues/316
        "ENV PROXY_SSL_CERT_KEY=/etc/nginx/conf/server.key SSL_CERT_KEY=/usr/local/apache2/conf/server.key",
        // https://github.com/goodwithtech/dockle/issues/130
        "ENV KEYCLOAK_VERSION=26.0.7 KEYCLOAK_USER=keycloak",
        "ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",
        // https://github.com/gitleaks/gitleaks/issues/1578
        "ENV MONKEY=bananas-are-the-best-fruit-ever TOKENIZERS_PARALLELISM=false",
        // Names of the corpus that BuildKit, hadolint and Trivy warn of.
        "ARG SWIFT_SIGNING_KEY=A62AE125BBBFBB96A6E042EC925CC1CCED3D1561",
        "ARG DOCKER_KEY_URL=https://download.docker.com/linux/debian/gpg",
        "ENV DOCKER_AUTH_VERSION=1.5.0 PHP_API_VERSION=20240924",
    ] {
        let text = format!("FROM debian:13-slim\n{lines}\nRUN echo $GOPRIVATE $USERNAME $AUTH_MODULE_VERSION\n");
        assert_eq!(ids(&text), [""; 0], "{lines}");
    }
}

#[test]
fn a_value_that_is_none_is_no_secret_whatever_its_name() {
    for value in
        ["", "$TOKEN", "${TOKEN:-}", "/run/secrets/token", "true", "3600", "changeme", "<token>", "xxx", "API_TOKEN"]
    {
        let text = format!("FROM debian:13-slim\nENV API_TOKEN={value}\n");
        assert_eq!(ids(&text), [""; 0], "{value}");
    }
}

#[test]
fn an_argument_that_is_passed_on_is_found_where_it_stays() {
    // https://github.com/moby/buildkit/issues/5504
    assert_eq!(ids("FROM debian:13-slim\nARG API_TOKEN\nENV API_TOKEN=$API_TOKEN\n"), ["secret-build-arg error"]);
    let build_only = "FROM debian:13-slim AS build\nARG API_TOKEN\nENV API_TOKEN=$API_TOKEN\nFROM debian:13-slim\n";
    assert_eq!(ids(build_only), ["secret-build-arg warning"]);
    assert_eq!(ids("FROM debian:13-slim\nARG API_TOKEN\nRUN ./get $API_TOKEN\n"), ["secret-build-arg warning"]);
    assert_eq!(ids("FROM debian:13-slim\nARG API_TOKEN\nRUN ./get\n"), ["secret-build-arg note"]);
    assert_eq!(ids("ARG API_TOKEN\nFROM debian:13-slim\n"), ["secret-build-arg note"]);
}

#[test]
fn documented_keys_and_headers_without_a_body_are_silent() {
    // https://github.com/aquasecurity/trivy/issues/2296, https://github.com/aquasecurity/trivy/issues/4093
    let example = concat!("ENV AWS_ACCESS_KEY_ID=AKIAIOSFODNN7", "EXAMPLE");
    assert_eq!(ids(&format!("FROM debian:13-slim\n{example}\n")), [""; 0]);
    // https://github.com/aquasecurity/trivy/issues/2274
    assert_eq!(ids("FROM debian:13-slim\nRUN grep -q 'BEGIN RSA PRIVATE KEY' key.txt\n"), [""; 0]);
}

#[test]
fn sudoers_and_the_files_of_passwords_are_no_passwords() {
    for command in [
        "chgrp root /etc/passwd",
        "chmod g=u /etc/passwd",
        "echo 'app ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers",
        "passwd -l root",
        "passwd -d app",
        "usermod -L app",
        "useradd -r -p '!' app",
        "echo \"root:$(head -c 32 /dev/urandom | base64)\" | chpasswd",
    ] {
        assert_eq!(ids(&format!("FROM debian:13-slim\nRUN {command}\n")), [""; 0], "{command}");
    }
    assert_eq!(ids("FROM debian:13-slim\nRUN echo \"root:$PW\" | chpasswd\n"), ["password-in-image error"]);
    assert_eq!(ids("FROM debian:13-slim\nRUN echo app:secret | chpasswd\n"), ["password-in-image warning"]);
}

#[test]
fn a_secret_mount_that_is_used_as_meant_is_silent() {
    for run in [
        "--mount=type=secret,id=npmrc,target=/root/.npmrc,required=true npm ci",
        "--mount=type=secret,id=t,env=TOKEN,required=true curl -H \"Authorization: $TOKEN\" https://x.io/a -o a",
        "--mount=type=secret,id=t,required=true pip install --index-url https://ci:$(cat /run/secrets/t)@pypi.corp.io/simple app",
        "--mount=type=secret,id=t,required=true export T=$(cat /run/secrets/t) && ./get",
        "--mount=type=secret,id=t,required=true echo \"$(cat /run/secrets/t)\" | ./login --stdin",
        "--mount=type=secret,id=t,env=T,required=true test -n \"$T\" && echo \"set: ${T:+yes}\"",
        "--mount=type=secret,id=t,required=true cat /run/secrets/t > /tmp/t && ./get /tmp/t && rm -f /tmp/t",
        "--mount=type=secret,id=t,env=T,required=true git config --global url.https://$T@x.io/.insteadOf https://x.io/ && ./get && git config --global --remove-section url.https://$T@x.io/",
        "--mount=type=secret,id=t,required=true ln -s /run/secrets/t /root/.npmrc && npm ci",
    ] {
        assert_eq!(ids(&format!("FROM debian:13-slim\nRUN {run}\n")), [""; 0], "{run}");
    }
}

#[test]
fn a_later_layer_does_not_take_a_secret_out() {
    let two = "FROM node:26-slim\nWORKDIR /app\nCOPY .env ./\nRUN npm run build\nRUN rm .env\n";
    assert_eq!(ids(two), ["secret-file-copied error", "secret-removed-later error"]);
    let build_only = "FROM node:26-slim AS b\nCOPY .env ./\nRUN rm .env\nFROM node:26-slim\nCOPY --from=b /app /app\n";
    assert_eq!(ids(build_only), ["secret-file-copied warning"]);
}
