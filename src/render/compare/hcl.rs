//! Parts of HCL, the language of bake files: names, numbers, strings with their templates, signs, comments, line ends.

use super::{Part, Parts, Unreadable};

/// Where the reader is: in the code of a file or template with so many open braces, or in a string.
enum Inside {
    Code(usize),
    Text,
}

pub(super) fn parts(text: &str) -> Parts {
    let mut reader = Reader { text, at: 0, parts: Vec::new() };
    let mut inside = vec![Inside::Code(0)];
    while reader.at < text.len() {
        let nested = inside.len() > 1;
        match inside.last_mut() {
            Some(Inside::Code(braces)) => {
                let open = reader.rest().starts_with('{');
                let close = reader.rest().starts_with('}');
                if close && *braces == 0 && nested {
                    reader.sign("the end of a template", 1);
                    inside.pop();
                } else if reader.rest().starts_with('"') {
                    reader.sign("the start of a text", 1);
                    inside.push(Inside::Text);
                } else {
                    *braces = if open { *braces + 1 } else { braces.saturating_sub(usize::from(close)) };
                    reader.code()?;
                }
            }
            Some(Inside::Text) => match reader.piece()? {
                Some(template) => {
                    reader.sign(&format!("the start of a template with `{template}`"), 2);
                    inside.push(Inside::Code(0));
                }
                None => {
                    reader.sign("the end of a text", 1);
                    inside.pop();
                }
            },
            None => return Err(reader.wrong("it ends too often")),
        }
    }
    if inside.len() == 1 { Ok(reader.parts) } else { Err(reader.wrong("a text does not end")) }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    parts: Vec<Part>,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong(&self, why: &str) -> Unreadable {
        Unreadable { why: why.to_owned(), at: self.at }
    }

    fn part(&mut self, role: impl Into<String>, text: &str, length: usize) {
        self.parts.push(Part::new(role, text, self.at));
        self.at += length;
    }

    fn sign(&mut self, role: &str, length: usize) {
        self.part(role, "", length);
    }

    /// One token outside strings.
    fn code(&mut self) -> Result<(), Unreadable> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(()) };
        let line = rest.find('\n').unwrap_or(rest.len());
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        if rest.starts_with("/*") {
            let length = rest.find("*/").map(|at| at + 2).ok_or_else(|| self.wrong("a comment does not end"))?;
            self.part("a comment", &rest[..length], length);
        } else if first == '#' || rest.starts_with("//") {
            self.part("a comment", &rest[..line], line);
        } else if rest.starts_with("<<") {
            return Err(self.wrong("it holds a here-document"));
        } else if first == '\n' {
            self.sign("the end of a line", 1);
        } else if first == ' ' || first == '\t' {
            self.at += 1;
        } else if first.is_ascii_digit() {
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
            self.part("a number", &rest[..length], length);
        } else if word(first) && first != '-' {
            let length = rest.find(|c: char| !word(c)).unwrap_or(rest.len());
            // a name is looked up by its reader, so no value may be one
            self.sign(&format!("the name `{}`", &rest[..length]), length);
        } else {
            self.sign(&format!("the sign `{first}`"), first.len_utf8());
        }
        Ok(())
    }

    /// The text of a string up to its end, or up to a template that begins with the sign that is returned.
    fn piece(&mut self) -> Result<Option<char>, Unreadable> {
        let mut read = String::new();
        let start = self.at;
        let end = loop {
            let rest = self.rest();
            let Some(first) = rest.chars().next() else { return Err(self.wrong("a text does not end")) };
            match first {
                '"' => break None,
                '\n' => return Err(self.wrong("a text does not end in its line")),
                '$' | '%' => {
                    let signs = rest.len() - rest.trim_start_matches(first).len();
                    match (signs, rest[signs..].starts_with('{')) {
                        (1, true) => break Some(first),
                        (_, true) => return Err(self.wrong("a doubled sign before a brace is read in two ways")),
                        (_, false) => {
                            read.push_str(&rest[..signs]);
                            self.at += signs;
                        }
                    }
                }
                '\\' => {
                    let (c, length) = escape(&rest[1..]).ok_or_else(|| self.wrong("a text holds an unknown escape"))?;
                    read.push(c);
                    self.at += 1 + length;
                }
                c => {
                    read.push(c);
                    self.at += c.len_utf8();
                }
            }
        };
        // only `key=value,key=value` is split by bake; a tag may well have a port
        let list = read.contains('=');
        let part = Part::new("a text", read, start);
        self.parts.push(if list { part.separated() } else { part });
        Ok(end)
    }
}

/// The character that an escape stands for, and how long it is behind its backslash.
fn escape(rest: &str) -> Option<(char, usize)> {
    let digits = |count: usize| {
        let number = u32::from_str_radix(rest.get(1..=count)?, 16).ok()?;
        Some((char::from_u32(number)?, count + 1))
    };
    match rest.chars().next()? {
        'n' => Some(('\n', 1)),
        'r' => Some(('\r', 1)),
        't' => Some(('\t', 1)),
        c @ ('"' | '\\') => Some((c, 1)),
        'u' => digits(4),
        'U' => digits(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let read = parts(text).unwrap();
        read.iter().map(|part| format!("{}({})", part.role, part.text)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_target_is_read_with_its_templates() {
        assert_eq!(
            shown("a-b = [\"x:${T == \"\" ? {a=1} : \"y\"}z\\u0024{\"] # c\n"),
            "the name `a-b`() the sign `=`() the sign `[`() the start of a text() a text(x:) the start of a template with `$`() \
             the name `T`() the sign `=`() the sign `=`() the start of a text() a text() the end of a text() the sign `?`() \
             the sign `{`() the name `a`() the sign `=`() a number(1) the sign `}`() the sign `:`() the start of a text() a text(y) \
             the end of a text() the end of a template() a text(z${) the end of a text() the sign `]`() a comment(# c) \
             the end of a line()"
        );
    }

    #[test]
    fn what_is_read_in_two_ways_is_not_read() {
        for bad in
            ["a = <<E\nx\nE\n", "a = \"x\n\"", "a = \"x", "a = \"${x\"", "/* x", "\"\\q\"", "\"$$${x}\"", "\"$${x}\""]
        {
            assert!(parts(bad).is_err(), "{bad}");
        }
        for odd in ["}", "}}}", "é = 1", "\"%%\"", "\"$\"", ""] {
            assert!(parts(odd).is_ok(), "{odd}");
        }
    }
}
