//! Values that stand for a secret and are none.

/// Words that nobody's real secret contains, in lower case.
const INSIDE: [&str; 27] = [
    "example",
    "placeholder",
    "redacted",
    "changeme",
    "change_me",
    "change-me",
    "changethis",
    "change_this",
    "change-this",
    "replaceme",
    "replace_me",
    "replace-me",
    "replace-with",
    "replace_with",
    "replacewith",
    "insert_",
    "insert-",
    "dummy",
    "your_",
    "your-",
    "<your",
    "notasecret",
    "not-a-secret",
    "not_a_secret",
    "insecure",
    "xxxx",
    "****",
];

/// Runs that a random generator does not make.
const SEQUENCES: [&str; 8] =
    ["abcdefgh", "12345678", "01234567", "87654321", "98765432", "deadbeef", "fakefake", "testtest"];

/// Whole values, in lower case.
const WHOLE: [&str; 41] = [
    "none",
    "null",
    "nil",
    "undefined",
    "todo",
    "tbd",
    "fixme",
    "unset",
    "empty",
    "xxx",
    "xx",
    "x",
    "foo",
    "bar",
    "baz",
    "foobar",
    "...",
    "***",
    "**",
    "*",
    "…",
    "fake",
    "mock",
    "sample",
    "build",
    "builder",
    "build-time",
    "buildtime",
    "unused",
    "ignored",
    "ignore",
    "n/a",
    "na",
    "no",
    "value",
    "string",
    "key",
    "token",
    "apikey",
    "api_key",
    "api-key",
];

/// Beginnings of documented keys that work nowhere, each without its prefix: Stripe's documentation, GitHub's
/// announcement of its token format, LocalStack's fixed credentials.
const DOCUMENTED: [&str; 7] = [
    "4eC39HqLyjWDarj",
    "BQokikJOvBiI2Hl",
    "26PHem9AhJZvU62",
    "VePHdqKTYQjKNInc",
    "zQWBuTSOoRi4A9s",
    "16C7e42F292c691",
    "LQAAAAAAAAAA",
];

/// Whether the part of a token behind its prefix was made by hand.
pub(super) fn token(body: &str) -> bool {
    let small = body.to_ascii_lowercase();
    DOCUMENTED.iter().any(|known| body.starts_with(known))
        || INSIDE.iter().chain(&SEQUENCES).any(|word| small.contains(word))
        || ["your", "fake", "secret", "token"].iter().any(|word| small.starts_with(word))
        || longest_run(body) >= 6
}

/// Whether a whole value is a placeholder.
pub(super) fn value(value: &str) -> bool {
    let small = value.to_ascii_lowercase();
    WHOLE.contains(&small.as_str())
        || INSIDE.iter().any(|word| small.contains(word))
        || (value.chars().nth(1).is_some() && value.chars().all(|c| value.starts_with(c)))
        || surrounded(value)
        || ["your", "mytoken", "my-token", "my_token"].iter().any(|start| small.starts_with(start))
        || small.starts_with("enter")
        || small.ends_with("_here")
        || small.ends_with("-here")
}

fn surrounded(value: &str) -> bool {
    [("<", ">"), ("[", "]"), ("{", "}"), ("__", "__"), ("**", "**"), ("@", "@"), ("%", "%")].iter().any(
        |(open, close)| {
            value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).is_some_and(|inner| !inner.is_empty())
        },
    ) || matches!(value, "{}" | "%s" | "%v" | "%d" | "%q")
}

/// How often one byte follows itself at most.
fn longest_run(text: &str) -> usize {
    let (mut longest, mut run, mut last) = (0, 0, None);
    for byte in text.bytes() {
        run = if last == Some(byte) { run + 1 } else { 1 };
        last = Some(byte);
        longest = longest.max(run);
    }
    longest
}
