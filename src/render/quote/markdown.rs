//! Filters for Markdown as GitHub reads it, and for the labels of a Mermaid picture in it.

use super::{Quoted, one_line, refuse};

/// What Markdown acts on wherever it stands in a line.
pub(in crate::render) const ACTIVE_ANYWHERE: &str = "\\`*_[]<>&|~#$";
/// What it acts on as the first character of a line.
pub(in crate::render) const ACTIVE_FIRST: &str = "-+=:";

/// A text in a line, a table's cell or a list's item.
pub(super) fn markdown(text: &str) -> Quoted {
    whole(text)?;
    let number = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut quoted = String::new();
    for (at, c) in text.char_indices() {
        let list = number > 0 && at == number && ".)".contains(c);
        if ACTIVE_ANYWHERE.contains(c) || at == 0 && ACTIVE_FIRST.contains(c) || list {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    Ok(quoted)
}

/// A text in the type of code. Backquotes know no escape, and a table's `|` splits even what stands between them: what
/// holds one of these is written as an element.
pub(super) fn code(text: &str) -> Quoted {
    whole(text)?;
    if !text.contains(['`', '|']) {
        return Ok(format!("`{text}`"));
    }
    let mut quoted = "<code>".to_owned();
    for c in text.chars() {
        if c.is_alphanumeric() || c == ' ' { quoted.push(c) } else { quoted.push_str(&format!("&#{};", u32::from(c))) }
    }
    quoted.push_str("</code>");
    Ok(quoted)
}

/// What a Mermaid label shows as it is. A `:` is not among them: with `style` before it, Mermaid takes a `;` away.
pub(in crate::render) fn is_label(c: char) -> bool {
    c.is_alphanumeric() || " _./,@+-()".contains(c)
}

/// A text between the `"` of a Mermaid label; `#58;` is Mermaid's own way to name a character.
pub(super) fn mermaid(text: &str) -> Quoted {
    whole(text)?;
    let mut quoted = String::new();
    for c in text.chars() {
        if is_label(c) { quoted.push(c) } else { quoted.push_str(&format!("#{};", u32::from(c))) }
    }
    Ok(quoted)
}

/// Markdown drops the blanks at both ends of whatever stands in a line.
fn whole(text: &str) -> Result<(), super::Refused> {
    one_line(text, "a line of Markdown")?;
    if text.trim() != text || text.is_empty() {
        return refuse(text, "is empty, or starts or ends with a blank, which Markdown does not keep");
    }
    Ok(())
}
