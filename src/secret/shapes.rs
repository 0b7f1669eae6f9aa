//! The token formats that begin with a prefix of their own, as data.

use super::{Certainty, Hit, Kind, checksum, entropy, placeholder};

/// The characters behind a prefix.
#[derive(Clone, Copy)]
enum Class {
    Alnum,
    Letters,
    LowerHex,
    /// A-Z and 2-7.
    Base32,
    /// Letters, digits, `_` and `-`.
    Word,
    /// `Word` and `.`; a dot at the end is the sentence's.
    Dotted,
    /// `Word`, `+`, `/` and `=`.
    Base64,
    /// Letters, digits and `/`.
    Path,
}

impl Class {
    const fn has(self, byte: u8) -> bool {
        let word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        match self {
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Letters => byte.is_ascii_alphabetic(),
            Self::LowerHex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::Base32 => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
            Self::Word => word,
            Self::Dotted => word || byte == b'.',
            Self::Base64 => word || matches!(byte, b'+' | b'/' | b'='),
            Self::Path => byte.is_ascii_alphanumeric() || byte == b'/',
        }
    }
}

/// A format: what stands behind `prefix`, from `least` to `most` bytes of `class`, and `is` has the last word.
struct Shape {
    prefix: &'static str,
    kind: Kind,
    class: Class,
    least: usize,
    most: usize,
    /// `None`: it is not this one.
    is: fn(&str) -> Option<Certainty>,
}

const fn shape(prefix: &'static str, kind: Kind, class: Class, length: (usize, usize)) -> Shape {
    Shape { prefix, kind, class, least: length.0, most: length.1, is: sure }
}

impl Shape {
    const fn when(mut self, is: fn(&str) -> Option<Certainty>) -> Self {
        self.is = is;
        self
    }
}

// A longer prefix stands before a shorter one that it begins with.
use Class::{Alnum, Base32, Base64, Dotted, Letters, LowerHex, Path, Word};
const SHAPES: &[Shape] = &[
    shape("AKIA", Kind::AwsAccessKey, Base32, (16, 16)),
    shape("ASIA", Kind::AwsAccessKey, Base32, (16, 16)),
    shape("ABIA", Kind::AwsAccessKey, Base32, (16, 16)),
    shape("ACCA", Kind::AwsAccessKey, Base32, (16, 16)),
    shape("A3T", Kind::AwsAccessKey, Base32, (17, 17)),
    shape("ghp_", Kind::GitHub, Alnum, (36, 36)).when(summed),
    shape("gho_", Kind::GitHub, Alnum, (36, 36)).when(summed),
    shape("ghu_", Kind::GitHub, Alnum, (36, 36)).when(summed),
    shape("ghs_", Kind::GitHub, Alnum, (36, 36)).when(summed),
    shape("ghr_", Kind::GitHub, Alnum, (36, 76)).when(github_refresh),
    shape("github_pat_", Kind::GitHub, Word, (82, 82)).when(github_fine),
    shape("glpat-", Kind::GitLab, Dotted, (20, 320)).when(gitlab),
    shape("gldt-", Kind::GitLab, Dotted, (20, 320)).when(gitlab),
    shape("glrt-", Kind::GitLab, Dotted, (20, 320)).when(gitlab),
    shape("glptt-", Kind::GitLab, LowerHex, (40, 40)),
    shape("GR1348941", Kind::GitLab, Word, (20, 20)),
    shape("xoxb-", Kind::Slack, Word, (30, 255)).when(slack),
    shape("xoxp-", Kind::Slack, Word, (30, 255)).when(slack),
    shape("xoxa-", Kind::Slack, Word, (30, 255)).when(slack),
    shape("xoxr-", Kind::Slack, Word, (30, 255)).when(slack),
    shape("xoxe-", Kind::Slack, Word, (30, 255)).when(slack),
    shape("xoxe.xoxb-", Kind::Slack, Word, (30, 255)).when(slack),
    shape("xoxe.xoxp-", Kind::Slack, Word, (30, 255)).when(slack),
    shape("hooks.slack.com/services/", Kind::SlackWebhook, Path, (40, 80)).when(slack_webhook),
    shape("sk_live_", Kind::Stripe, Alnum, (10, 99)),
    shape("rk_live_", Kind::Stripe, Alnum, (10, 99)),
    shape("sk_prod_", Kind::Stripe, Alnum, (10, 99)),
    shape("rk_prod_", Kind::Stripe, Alnum, (10, 99)),
    shape("sk_test_", Kind::StripeTest, Alnum, (10, 99)).when(likely),
    shape("rk_test_", Kind::StripeTest, Alnum, (10, 99)).when(likely),
    shape("npm_", Kind::Npm, Alnum, (36, 36)).when(npm),
    shape("pypi-AgEIcHlwaS5vcmc", Kind::PyPi, Word, (50, 512)),
    shape("pypi-AgENdGVzdC5weXBpLm9yZw", Kind::PyPi, Word, (50, 512)).when(likely),
    shape("rubygems_", Kind::RubyGems, LowerHex, (48, 48)),
    shape("cio", Kind::CratesIo, Alnum, (32, 32)).when(mixed),
    shape("dckr_pat_", Kind::Docker, Word, (27, 27)),
    shape("dckr_oat_", Kind::Docker, Word, (32, 32)),
    shape("AIza", Kind::Google, Word, (35, 35)),
    shape("sk-ant-", Kind::Anthropic, Word, (80, 140)).when(anthropic),
    shape("sk-", Kind::OpenAi, Word, (40, 300)).when(open_ai),
    shape("hf_", Kind::HuggingFace, Letters, (34, 34)),
    shape("dop_v1_", Kind::DigitalOcean, LowerHex, (64, 64)),
    shape("doo_v1_", Kind::DigitalOcean, LowerHex, (64, 64)),
    shape("dor_v1_", Kind::DigitalOcean, LowerHex, (64, 64)),
    shape("dapi", Kind::Databricks, LowerHex, (32, 32)),
    shape("SG.", Kind::SendGrid, Dotted, (66, 66)).when(send_grid),
    shape("SK", Kind::Twilio, LowerHex, (32, 32)),
    shape("hvs.", Kind::Vault, Word, (24, 300)),
    shape("hvb.", Kind::Vault, Word, (90, 400)),
    shape("dp.pt.", Kind::Doppler, Alnum, (40, 44)),
    shape("dp.ct.", Kind::Doppler, Alnum, (40, 44)),
    shape("dp.sa.", Kind::Doppler, Alnum, (40, 44)),
    shape("glsa_", Kind::Grafana, Word, (41, 41)).when(grafana),
    shape("glc_eyJ", Kind::Grafana, Base64, (32, 400)),
    shape("sntryu_", Kind::Sentry, LowerHex, (64, 64)),
    shape("sntrys_eyJ", Kind::Sentry, Base64, (60, 500)),
    shape("lin_api_", Kind::Linear, Alnum, (40, 40)),
    shape("lin_oauth_", Kind::Linear, LowerHex, (64, 64)),
    shape("PMAK-", Kind::Postman, Word, (59, 59)).when(postman),
    shape("shpat_", Kind::Shopify, LowerHex, (32, 32)),
    shape("shpca_", Kind::Shopify, LowerHex, (32, 32)),
    shape("shppa_", Kind::Shopify, LowerHex, (32, 32)),
    shape("shpss_", Kind::Shopify, LowerHex, (32, 32)),
    shape("AKCp", Kind::Artifactory, Alnum, (69, 69)),
    shape("AGE-SECRET-KEY-1", Kind::AgeKey, Alnum, (58, 58)).when(age),
];

/// The first bytes of all prefixes: most words of a text begin with another, or with a capital less.
pub(super) const FIRST: [bool; 256] = {
    let mut first = [false; 256];
    let mut at = 0;
    while at < SHAPES.len() {
        first[SHAPES[at].prefix.as_bytes()[0] as usize] = true;
        at += 1;
    }
    first
};

/// The token that begins at `start`, the beginning of a word. Reads as many bytes as the longest token has at most.
pub(super) fn at(text: &str, start: usize) -> Option<Hit> {
    let rest = text.as_bytes().get(start..)?;
    SHAPES.iter().find_map(|shape| {
        let body = rest.strip_prefix(shape.prefix.as_bytes())?;
        // A word of a kebab-case name is no token, and a run of them is read once.
        if matches!(shape.class, Class::Word | Class::Dotted | Class::Base64)
            && text.as_bytes()[..start].ends_with(b"-")
        {
            return None;
        }
        let mut length = body.iter().take(shape.most + 2).take_while(|b| shape.class.has(**b)).count();
        if matches!(shape.class, Class::Dotted) {
            length -= body[..length].iter().rev().take_while(|b| **b == b'.').count();
        }
        if length < shape.least || length > shape.most {
            return None;
        }
        let next = body.get(length);
        if next.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') || in_blob(text, start, next) {
            return None;
        }
        let body = text.get(start + shape.prefix.len()..)?.get(..length)?;
        if placeholder::token(body) || entropy::bits(body) < 2.8 {
            return None;
        }
        let certainty = (shape.is)(body)?;
        Some(Hit::new(shape.kind, start..start + shape.prefix.len() + length, certainty))
    })
}

/// In the middle of a base64 text every word turns up: <https://github.com/aquasecurity/trivy/issues/2060>.
fn in_blob(text: &str, start: usize, next: Option<&u8>) -> bool {
    let before = start.checked_sub(1).and_then(|at| text.as_bytes().get(at));
    before == Some(&b'+') || (before == Some(&b'/') && next.is_some_and(|b| matches!(b, b'+' | b'/' | b'=')))
}

fn sure(_: &str) -> Option<Certainty> {
    Some(Certainty::Sure)
}

fn likely(_: &str) -> Option<Certainty> {
    Some(Certainty::Likely)
}

fn sure_if(yes: bool) -> Option<Certainty> {
    yes.then_some(Certainty::Sure)
}

fn summed(body: &str) -> Option<Certainty> {
    sure_if(checksum::fits(body))
}

fn github_refresh(body: &str) -> Option<Certainty> {
    sure_if(body.len() == 76 || checksum::fits(body))
}

fn github_fine(body: &str) -> Option<Certainty> {
    sure_if(body.bytes().position(|b| b == b'_') == Some(22) && !body.contains('-'))
}

/// npm took over GitHub's format in 2021; a token that does not fit may come from another registry.
fn npm(body: &str) -> Option<Certainty> {
    Some(if checksum::fits(body) { Certainty::Sure } else { Certainty::Likely })
}

/// 20 characters, or the routable form: a longer text, a dot, and its length and checksum.
fn gitlab(body: &str) -> Option<Certainty> {
    match body.split_once('.') {
        Some((long, sum)) => sure_if(long.len() >= 27 && sum.len() >= 9),
        None => {
            sure_if(body.len() == 20 || body.starts_with("t1_") || body.starts_with("t2_") || body.starts_with("t3_"))
        }
    }
}

fn slack(body: &str) -> Option<Certainty> {
    let mut parts = body.split('-');
    let number = parts.next().is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    sure_if(number && parts.next_back().is_some_and(|part| part.len() >= 20))
}

fn slack_webhook(body: &str) -> Option<Certainty> {
    let parts: Vec<&str> = body.split('/').collect();
    let [team, hook, token] = parts[..] else { return None };
    sure_if(team.starts_with('T') && hook.starts_with('B') && team.len() >= 8 && hook.len() >= 8 && token.len() >= 20)
}

fn mixed(body: &str) -> Option<Certainty> {
    let has = |class: fn(&u8) -> bool| body.bytes().any(|b| class(&b));
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    (mixed && entropy::bits(body) >= 4.0).then_some(Certainty::Likely)
}

fn anthropic(body: &str) -> Option<Certainty> {
    sure_if(body.ends_with("AA") && body.split('-').next().is_some_and(|kind| (4..=8).contains(&kind.len())))
}

fn open_ai(body: &str) -> Option<Certainty> {
    // The eight characters are "OpenAI" in base64.
    sure_if(body.contains("T3BlbkFJ"))
}

fn send_grid(body: &str) -> Option<Certainty> {
    sure_if(body.split('.').map(str::len).eq([22, 43]))
}

fn grafana(body: &str) -> Option<Certainty> {
    sure_if(body.split('_').map(str::len).eq([32, 8]) && !body.contains('-'))
}

fn postman(body: &str) -> Option<Certainty> {
    sure_if(body.split('-').map(str::len).eq([24, 34]))
}

fn age(body: &str) -> Option<Certainty> {
    sure_if(body.bytes().all(|b| b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".contains(&b)))
}

#[cfg(test)]
mod tests {
    use super::SHAPES;

    #[test]
    fn a_longer_prefix_stands_before_a_shorter_one() {
        for (at, long) in SHAPES.iter().enumerate() {
            let hidden = SHAPES[..at].iter().find(|short| long.prefix.starts_with(short.prefix));
            assert!(hidden.is_none(), "{} is never reached", long.prefix);
            assert!(long.least <= long.most && !long.prefix.is_empty());
        }
    }
}
