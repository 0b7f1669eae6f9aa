//! No value of a secret leaves `scaffold check`, whatever it is, wherever it stands, and however the report is made.
//!
//! All values are generated here; none works anywhere, and no prefix of a real format stands in this file whole.

use super::project::{Project, Ran};

const ALNUM: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEX: &str = "0123456789abcdef";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const DIGITS: &str = "1234567890";
const BECH32: &str = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

/// `length` characters that look random, always the same ones for one seed.
fn body(alphabet: &str, length: usize, seed: u64) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        letters[(state % letters.len() as u64) as usize]
    };
    (0..length).map(|_| next()).collect()
}

/// The last six characters of GitHub's and npm's tokens: a CRC-32 in base 62.
fn checksum(text: &str) -> String {
    let step = |sum: u32| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
    let mut sum = !text.bytes().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(byte), |sum, _| step(sum)));
    let mut digits = Vec::new();
    for _ in 0..6 {
        digits.push(ALNUM.as_bytes()[(sum % 62) as usize]);
        sum /= 62;
    }
    digits.reverse();
    String::from_utf8(digits).expect("ASCII")
}

fn base64(text: &str) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| (group << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = digits[((group >> (18 - 6 * place)) & 63) as usize];
            encoded.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    encoded
}

/// A value, and the text that it is recognised in.
struct Planted {
    kind: &'static str,
    value: String,
    text: String,
}

/// One of every format.
fn tokens() -> Vec<Planted> {
    let b = |alphabet, length| body(alphabet, length, 11);
    let c = |alphabet, length| body(alphabet, length, 12);
    let mut all = Vec::new();
    let mut bare = |kind, value: String| all.push(Planted { kind, text: value.clone(), value });
    bare("aws-key", format!("AK{}{}", "IA", b(BASE32, 16)));
    let random = b(ALNUM, 30);
    bare("github", format!("ghp{}{random}{}", "_", checksum(&random)));
    bare("gitlab", format!("glp{}{}", "at-", b(ALNUM, 20)));
    bare("slack", format!("xox{}{}-{}-{}", "b-", b(DIGITS, 12), c(DIGITS, 13), b(ALNUM, 24)));
    let hook = format!("T{}/B{}/{}", b(BASE32, 10), c(BASE32, 10), b(ALNUM, 24));
    bare("slack-webhook", format!("https://hooks.slack{}/services/{hook}", ".com"));
    bare("stripe", format!("sk_{}_{}", "live", b(ALNUM, 24)));
    bare("stripe-test", format!("sk_{}_{}", "test", b(ALNUM, 24)));
    bare("npm", format!("npm{}{random}{}", "_", checksum(&random)));
    bare("pypi", format!("pypi-{}{}", "AgEIcHlwaS5vcmc", b(ALNUM, 120)));
    bare("rubygems", format!("ruby{}{}", "gems_", b(HEX, 48)));
    bare("crates", format!("ci{}{}", "o", b(ALNUM, 32)));
    bare("docker", format!("dckr{}{}", "_pat_", b(ALNUM, 27)));
    bare("google", format!("AI{}{}", "za", b(ALNUM, 35)));
    bare("openai", format!("sk{}{}T3Blbk{}{}", "-", b(ALNUM, 20), "FJ", c(ALNUM, 20)));
    bare("anthropic", format!("sk-{}{}AA", "ant-api03-", b(ALNUM, 93)));
    bare("hugging-face", format!("h{}{}", "f_", b(LETTERS, 34)));
    bare("digitalocean", format!("dop{}{}", "_v1_", b(HEX, 64)));
    bare("databricks", format!("da{}{}", "pi", b(HEX, 32)));
    bare("sendgrid", format!("S{}{}.{}", "G.", b(ALNUM, 22), c(ALNUM, 43)));
    bare("vault", format!("hv{}{}", "s.", b(ALNUM, 95)));
    bare("terraform", format!("{}.atlas{}{}", b(ALNUM, 14), "v1.", b(ALNUM, 67)));
    bare("doppler", format!("dp.{}{}", "pt.", b(ALNUM, 43)));
    bare("grafana", format!("gl{}{}_{}", "sa_", b(ALNUM, 32), b(HEX, 8)));
    bare("sentry", format!("sntry{}{}", "u_", b(HEX, 64)));
    bare("linear", format!("lin{}{}", "_api_", b(ALNUM, 40)));
    bare("postman", format!("PM{}{}-{}", "AK-", b(HEX, 24), c(HEX, 34)));
    bare("shopify", format!("shp{}{}", "at_", b(HEX, 32)));
    bare("artifactory", format!("AK{}{}", "Cp", b(ALNUM, 69)));
    bare("azure", format!("{}8Q{}{}", b(ALNUM, 3), "~", b(ALNUM, 34)));
    bare("age", format!("AGE-SECRET-{}{}", "KEY-1", b(BECH32, 58)));
    let claims = base64("{\"sub\":\"svc\",\"iat\":1700000000}");
    let header = base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
    bare("jwt", format!("{}.{}.{}", header.trim_end_matches('='), claims.trim_end_matches('='), b(ALNUM, 43)));
    let twilio = format!("S{}{}", "K", b(HEX, 32));
    all.push(Planted { kind: "twilio", text: format!("twilio {twilio}"), value: twilio });
    let aws = format!("{}/{}", b(ALNUM, 19), c(ALNUM, 20));
    all.push(Planted { kind: "aws-secret", text: format!("AWS_SECRET_ACCESS{}={aws}", "_KEY"), value: aws });
    let password = b(ALNUM, 18);
    let url = format!("https://ci:{password}@git.corp.io/a.git");
    all.push(Planted { kind: "url", text: url, value: password.clone() });
    let login = base64(&format!("ci:{password}"));
    let docker = format!("{{\\\"auths\\\":{{\\\"r.io\\\":{{\\\"auth\\\":\\\"{login}\\\"}}}}}}");
    all.push(Planted { kind: "docker-auth", text: docker, value: login });
    let npmrc = format!("//r.corp.io/:_auth{}={password}", "Token");
    all.push(Planted { kind: "npmrc", text: npmrc, value: password.clone() });
    all.push(Planted {
        kind: "netrc",
        text: format!("machine g.io login ci {}word {password}", "pass"),
        value: password,
    });
    all
}

/// A private key in lines.
fn pem(label: &str, head: &str) -> Vec<String> {
    let dashes = "-".repeat(5);
    let mut lines = vec![format!("{dashes}BEGIN {label}PRIVATE KEY{dashes}")];
    lines.extend(head.lines().map(str::to_owned));
    lines.extend((0..8).map(|seed| body(ALNUM, 64, 40 + seed)));
    lines.push(format!("{dashes}END {label}PRIVATE KEY{dashes}"));
    lines
}

/// A Dockerfile with a text in every place, some of them where a fix changes the line.
fn dockerfile(text: &str) -> String {
    format!(
        "FROM debian:13-slim\n# see {text}\nARG A=\"{text}\"\nENV B=\"{text}\"\nENV LEGACY {text}\nLABEL c=\"{text}\"\n\
         RUN sudo ./get '{text}'\nRUN [\"sudo\", \"./get\", \"{text}\"]\nRUN <<EOF\nsudo ./get '{text}'\nEOF\n\
         COPY <<EOF /etc/x\nx {text}\nEOF\nRUN apt-get install -y curl && \\\n  curl -H \"X: {text}\" http://x.io/ | sh\n\
         ADD ./x /{text}\nONBUILD RUN sudo ./get '{text}'\nHEALTHCHECK CMD ./probe '{text}'\nENTRYPOINT [\"/app\", \"{text}\"]\n\
         CMD ./run --key '{text}'\n"
    )
}

/// A compose file with a text in every place.
fn compose(text: &str) -> String {
    format!(
        "# see {text}\nservices:\n  app:\n    build:\n      context: .\n      args:\n        A: \"{text}\"\n    privileged: true\n    \
         environment:\n      B: \"{text}\"\n      LIST: 'x {text}'\n    labels:\n      c: \"{text}\"\n    command: ./run '{text}'\n    \
         healthcheck:\n      test: [\"CMD\", \"./probe\", \"{text}\"]\n  other:\n    image: acme/other:latest\n    privileged: true\n    \
         environment:\n      - B={text}\n    entrypoint: ['/app', \"{text}\"]\n  inline:\n    build:\n      dockerfile_inline: |\n        \
         FROM debian:latest\n        RUN sudo ./get '{text}'\n        ENV LEGACY {text}\nconfigs:\n  c:\n    content: |\n      x {text}\n"
    )
}

/// What must be in no report, with the name of the file's folder.
fn plant() -> (Project, Vec<(String, String)>) {
    let project = Project::with(&[]);
    let mut values = Vec::new();
    for Planted { kind, value, text } in tokens() {
        project.write(&format!("{kind}/Dockerfile"), &dockerfile(&text));
        project.write(&format!("{kind}/c/compose.yaml"), &compose(&text));
        values.push((kind.to_owned(), value));
    }
    for (kind, lines) in [("key", pem("RSA ", "")), ("locked-key", pem("ENCRYPTED ", ""))] {
        let block = lines.join("\n");
        let indented = lines.join("\n      ");
        project.write(
            &format!("{kind}/Dockerfile"),
            &format!(
                "FROM debian:13-slim\nENV LEGACY x\nCOPY <<EOF /key\n{block}\nEOF\nRUN sudo ./get\nRUN <<EOF\nsudo echo '{block}' > /k\nEOF\n\
                 ENV KEY=\"{}\"\n",
                lines.join("\\n")
            ),
        );
        project.write(
            &format!("{kind}/c/compose.yaml"),
            &format!(
                "services:\n  a:\n    image: a/a:latest\n    privileged: true\n    environment:\n      K: \"{}\"\n\
                 configs:\n  c:\n    content: |\n      {indented}\n",
                lines.join("\\n")
            ),
        );
        values.extend(lines.iter().filter(|line| !line.starts_with('-')).map(|line| (kind.to_owned(), line.clone())));
    }
    // Known by their names: one that looks random, and one that does not.
    for (kind, value) in [("random", body(ALNUM, 24, 77)), ("short", "kq7-Zuv".to_owned())] {
        project.write(
            &format!("{kind}/Dockerfile"),
            &format!(
                "FROM debian:13-slim\nARG DB_PASSWORD={value}\nRUN sudo ./get\nENV API_TOKEN {value}\nRUN sudo ./get\n\
                 ENV A_SECRET=\"{value}\" X=1\nRUN sudo ./get\n"
            ),
        );
        project.write(
            &format!("{kind}/c/compose.yaml"),
            &format!(
                "services:\n  a:\n    image: a/a:latest\n    environment:\n      DB_PASSWORD: {value}\n    privileged: true\n  b:\n    \
                 image: b/b:latest\n    privileged: true\n    environment:\n      - API_TOKEN=${{T:-{value}}}\n    labels:\n      \
                 a.token: {value}\n    command: [--requirepass, {value}]\n"
            ),
        );
        values.push((kind.to_owned(), value));
    }
    (project, values)
}

#[track_caller]
fn holds_none(how: &str, text: &str, values: &[(String, String)]) {
    for (kind, value) in values {
        let line = text.lines().find(|line| line.contains(value.as_str()));
        assert!(line.is_none(), "{how} shows the {kind}: {}", line.unwrap_or_default());
    }
}

fn both(ran: &Ran) -> String {
    format!("{}\n{}", ran.stdout, ran.stderr)
}

#[test]
fn every_planted_value_is_found() {
    let (project, values) = plant();
    let report = project.run("check --pedantic --fail-on never --format json").json();
    let findings = report["findings"].as_array().expect("a list");
    let rules = ["secret-value", "secret-in-url", "secret-named-literal", "compose-secret-literal"];
    for (kind, _) in &values {
        for file in [format!("{kind}/Dockerfile"), format!("{kind}/c/compose.yaml")] {
            let found = findings
                .iter()
                .any(|finding| finding["file"] == file.as_str() && rules.iter().any(|rule| finding["rule"] == *rule));
            assert!(found, "nothing is found in {file}");
        }
    }
}

#[test]
fn no_format_shows_one() {
    let (project, values) = plant();
    for format in ["text", "json", "sarif", "github", "markdown", "html"] {
        for further in ["", "--pedantic", "--rule sudo,compose-privileged,legacy-syntax,image-latest"] {
            let ran = project.run(&format!("check --fail-on never --format {format} {further}"));
            assert!(ran.stdout.len() > 1000, "{format} says nothing: {ran}");
            holds_none(&format!("--format {format} {further}"), &both(&ran), &values);
        }
    }
}

#[test]
fn no_difference_shows_one() {
    let (project, values) = plant();
    for further in ["", "--unsafe"] {
        let ran = project.run(&format!("check --fix --diff {further}"));
        assert!(ran.stdout.contains("+ENV LEGACY="), "{ran}");
        holds_none(&format!("--fix --diff {further}"), &both(&ran), &values);
    }
    // What is written is the text itself, not what was shown.
    let before = project.read("github/Dockerfile");
    project.run("check --fix");
    let after = project.read("github/Dockerfile");
    let (_, token) = values.iter().find(|(kind, _)| kind == "github").expect("a token");
    assert_ne!(before, after);
    assert_eq!(before.matches(token.as_str()).count(), after.matches(token.as_str()).count());
}

#[test]
fn neither_a_baseline_nor_a_policy_shows_one() {
    let (project, values) = plant();
    let ran = project.run("check --baseline base.json --write-baseline");
    holds_none("--write-baseline", &(both(&ran) + &project.read("base.json")), &values);
    holds_none("--baseline", &both(&project.run("check --baseline base.json --show-waived")), &values);
    project.write(
        "scaffold.toml",
        "[check.levels]\nsecret-value = \"off\"\nsecret-in-url = \"off\"\nsecret-named-literal = \"off\"\n",
    );
    let ran = project.run("check --fail-on never");
    assert!(!ran.stdout.contains("[secret-value]"), "{ran}");
    holds_none("with the rules off", &both(&ran), &values);
}

#[test]
fn what_comes_from_standard_input_is_hidden_too() {
    for Planted { kind, value, text } in tokens() {
        let project = Project::with(&[]);
        let ran = project.typing(&["check", "--fail-on", "never", "-"], &dockerfile(&text));
        holds_none("standard input", &both(&ran), &[(kind.to_owned(), value)]);
    }
}
