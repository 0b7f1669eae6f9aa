//! Parts of Markdown: text, code, the commands of its `sh` blocks and the labels of its Mermaid pictures.

use super::super::quote::{ACTIVE_ANYWHERE, ACTIVE_FIRST, is_label};
use super::super::shell::ACTIVE;
use super::{Part, Parts, Unreadable, lines, shell};

const FENCE: &str = "```";

/// The parts of a document, in order.
pub(super) fn parts(text: &str) -> Parts {
    let mut parts = Vec::new();
    let mut all = lines(text);
    while let Some((at, line)) = all.next() {
        let Some(info) = line.strip_prefix(FENCE) else {
            inline(line.trim_end_matches('\n'), at, &mut parts);
            continue;
        };
        let language = info.trim();
        parts.push(Part::new("a block", language, at));
        let start = at + line.len();
        let mut end = None;
        for (at, line) in all.by_ref() {
            if line.trim_start().starts_with(FENCE) {
                end = Some(at);
                break;
            }
        }
        let end = end.ok_or(Unreadable { why: "a block of code is not closed".to_owned(), at })?;
        let body = text.get(start..end).unwrap_or_default();
        match language {
            "sh" => parts.extend(shell::parts(body, start)),
            "mermaid" => {
                parts.extend(lines(body).map(|(at, line)| Part::new("a line of the picture", label(line), start + at)))
            }
            _ => parts.extend(lines(body).map(|(at, line)| Part::new("a line of code", line, start + at))),
        }
        parts.push(Part::new("the end of a block", "", end));
    }
    Ok(parts)
}

/// One line outside of blocks: its text with escapes decoded, and what stands between backquotes.
fn inline(line: &str, at: usize, parts: &mut Vec<Part>) {
    let number = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut text = String::new();
    let mut here = 0;
    while let Some(c) = line.get(here..).and_then(|rest| rest.chars().next()) {
        let rest = line.get(here + c.len_utf8()..).unwrap_or_default();
        let next = rest.chars().next();
        if let Some(escaped) = next.filter(|next| c == '\\' && next.is_ascii_punctuation()) {
            text.push(escaped);
            here += 1 + escaped.len_utf8();
            continue;
        }
        if let Some(length) = rest.find('`').filter(|length| c == '`' && *length > 0) {
            parts.push(Part::new("text", std::mem::take(&mut text), at));
            parts.push(Part::new("code", marked(&rest[..length], |c| c == '|'), at + here));
            here += length + 2;
            continue;
        }
        if let Some((named, length)) = entity(rest, "#").filter(|_| c == '&') {
            text.push(named);
            here += 1 + length;
            continue;
        }
        let list = number > 0 && here == number && ".)".contains(c);
        if ACTIVE_ANYWHERE.contains(c) || here == 0 && ACTIVE_FIRST.contains(c) || list {
            text.push(ACTIVE);
        }
        text.push(c);
        here += c.len_utf8();
    }
    parts.push(Part::new("a line", text, at));
}

fn marked(text: &str, active: impl Fn(char) -> bool) -> String {
    let mut marked = String::new();
    for c in text.chars() {
        if active(c) {
            marked.push(ACTIVE);
        }
        marked.push(c);
    }
    marked
}

/// A line of a picture with its named characters decoded, and everything else that is no plain text marked.
fn label(line: &str) -> String {
    let mut text = String::new();
    let mut here = 0;
    while let Some(c) = line.get(here..).and_then(|rest| rest.chars().next()) {
        here += c.len_utf8();
        if let Some((named, length)) = entity(line.get(here..).unwrap_or_default(), "").filter(|_| c == '#') {
            text.push(named);
            here += length;
            continue;
        }
        if !is_label(c) {
            text.push(ACTIVE);
        }
        text.push(c);
    }
    text
}

/// The character that `58;` names, with `before` in front of the number, and the length of that text.
fn entity(rest: &str, before: &str) -> Option<(char, usize)> {
    let digits = rest.strip_prefix(before)?;
    let length = digits.find(|c: char| !c.is_ascii_digit())?;
    let number = digits.get(..length).filter(|_| digits[length..].starts_with(';'))?;
    Some((char::from_u32(number.parse().ok()?)?, before.len() + length + 1))
}

#[cfg(test)]
mod tests {
    use super::super::super::quote::{hostile, quoted};
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(String, String)> {
        parts(text).unwrap().into_iter().map(|part| (part.role, part.text)).collect()
    }

    fn pair(role: &str, text: &str) -> (String, String) {
        (role.to_owned(), text.to_owned())
    }

    proptest! {
        #[test]
        fn text_reads_back_wherever_it_stands(value in hostile::text()) {
            let Ok(quoted) = quoted("markdown", &value) else { return Ok(()) };
            prop_assert_eq!(read(&quoted), [pair("a line", &value)]);
            prop_assert_eq!(read(&format!("a {quoted} b")), [pair("a line", &format!("a {value} b"))]);
        }

        #[test]
        fn code_reads_back(value in hostile::text()) {
            let Ok(quoted) = quoted("code", &value) else { return Ok(()) };
            let parts = read(&format!("a {quoted}"));
            match &parts[..] {
                [before, code, after] => {
                    prop_assert_eq!([before, code, after], [&pair("text", "a "), &pair("code", &value), &pair("a line", "")]);
                }
                _ => prop_assert_eq!(parts, [pair("a line", &format!("a \0<code\0>{value}\0</code\0>"))]),
            }
        }

        #[test]
        fn a_label_is_plain_text_and_reads_back(value in hostile::text()) {
            let Ok(quoted) = quoted("mermaid", &value) else { return Ok(()) };
            prop_assert!(!quoted.contains(['"', '`', '[', ']', '|', '<', '\n']));
            prop_assert_eq!(label(&quoted), value);
        }
    }

    #[test]
    fn a_block_is_read_as_what_it_holds() {
        let text = "a\n```sh\nls 'a b' # c\n```\n```mermaid\na[\"#34;\"]\n```\n";
        let found = read(text);
        let roles: Vec<&str> = found.iter().map(|(role, _)| role.as_str()).collect();
        let expected = [
            "a line",
            "a block",
            "a shell word",
            "a shell word",
            "a shell comment",
            "the shell's `\n`",
            "the end of a block",
            "a block",
            "a line of the picture",
            "the end of a block",
        ];
        assert_eq!(roles, expected);
        assert_eq!(found[8].1, "a\0[\0\"\"\0\"\0]\0\n");
        assert!(parts("```sh\nls\n").is_err());
    }

    #[test]
    fn what_markdown_acts_on_is_told_from_text() {
        assert_ne!(read("*a*"), read("\\*a\\*"));
        assert_ne!(read("1. a"), read("1\\. a"));
        assert_ne!(read("- a"), read("\\- a"));
    }
}
