//! What type a scalar has by the core schema of YAML 1.2.2 (section 10.3.2).

/// The type of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScalarKind {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`; `yes` and `on` are strings since YAML 1.2.
    Bool,
    /// Decimal, `0o` octal or `0x` hexadecimal.
    Int,
    /// Decimal with a point or an exponent, `.inf`, `.nan`.
    Float,
    /// Everything quoted, and everything else.
    Str,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'...'`
    SingleQuoted,
    /// `"..."`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A scalar of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scalar<'d> {
    /// The value, with escapes and line folding done.
    pub text: &'d str,
    /// How it is written.
    pub style: ScalarStyle,
    /// Its type, by its tag, its style and its text.
    pub kind: ScalarKind,
}

impl Scalar<'_> {
    /// Whether it stands in quotes or in a block, so that it is a string whatever its text is.
    #[must_use]
    pub fn is_quoted(&self) -> bool {
        self.style != ScalarStyle::Plain
    }

    /// The value of a boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.text {
            "true" | "True" | "TRUE" if self.kind == ScalarKind::Bool => Some(true),
            "false" | "False" | "FALSE" if self.kind == ScalarKind::Bool => Some(false),
            _ => None,
        }
    }

    /// The value of an integer, if it fits.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if self.kind != ScalarKind::Int {
            return None;
        }
        if let Some(digits) = self.text.strip_prefix("0o") {
            return i64::from_str_radix(digits, 8).ok();
        }
        if let Some(digits) = self.text.strip_prefix("0x") {
            return i64::from_str_radix(digits, 16).ok();
        }
        self.text.parse().ok()
    }
}

/// The type of a plain scalar without a tag.
pub(super) fn plain_kind(text: &str) -> ScalarKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => ScalarKind::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => ScalarKind::Bool,
        _ if is_int(text) => ScalarKind::Int,
        _ if is_float(text) => ScalarKind::Float,
        _ => ScalarKind::Str,
    }
}

fn is_int(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |c| matches!(c, '0'..='7'));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, |c| c.is_ascii_hexdigit());
    }
    all(unsigned(text), |c| c.is_ascii_digit())
}

fn is_float(text: &str) -> bool {
    if matches!(text, ".nan" | ".NaN" | ".NAN") || matches!(unsigned(text), ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let (number, exponent) = match unsigned(text).split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (unsigned(text), None),
    };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let number = match number.split_once('.') {
        Some(("", decimals)) => all(decimals, |c| c.is_ascii_digit()),
        Some((whole, decimals)) => digits(whole) && digits(decimals),
        None => all(number, |c| c.is_ascii_digit()),
    };
    number && exponent.is_none_or(|exponent| all(unsigned(exponent), |c| c.is_ascii_digit()))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

fn all(text: &str, test: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(test)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_types_of_the_core_schema() {
        let table = [
            (ScalarKind::Null, vec!["", "~", "null", "NULL"]),
            (ScalarKind::Bool, vec!["true", "False", "TRUE"]),
            (ScalarKind::Int, vec!["0", "-12", "+3", "0o17", "0xfF", "007"]),
            (ScalarKind::Float, vec!["1.", ".5", "-1.5e+3", "1e3", ".inf", "-.INF", ".nan", "3.13"]),
            (
                ScalarKind::Str,
                vec![
                    "yes", "on", "nUll", "0o8", "0x", "-", ".", "+", "e3", "1e", "1.2.3", "1:2", "tRue", "1_000",
                    "-.nan", "-0x1", "١",
                ],
            ),
        ];
        for (kind, texts) in table {
            for text in texts {
                assert_eq!(plain_kind(text), kind, "{text:?}");
            }
        }
    }

    #[test]
    fn integers_have_values() {
        let value = |text| Scalar { text, style: ScalarStyle::Plain, kind: plain_kind(text) }.as_int();
        assert_eq!(value("0x10"), Some(16));
        assert_eq!(value("0o17"), Some(15));
        assert_eq!(value("+3"), Some(3));
        assert_eq!(value("99999999999999999999"), None);
        assert_eq!(value("1.0"), None);
    }
}
