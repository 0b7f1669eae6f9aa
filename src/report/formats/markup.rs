//! HTML of texts: escaped, or from the little Markdown that rules are written in.

use super::view::visible;

/// As the text of an element or the value of an attribute in quotes; characters that nobody sees become their number.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A sentence in which backticks mark code and two stars mark what is strong.
pub(super) fn inline(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let last = parts.len() - 1;
    let parts = parts.iter().enumerate().map(|(index, part)| match index % 2 {
        1 if index < last => format!("<code>{}</code>", escape(part)),
        1 => format!("`{}", strong(part)),
        _ => strong(part),
    });
    parts.collect()
}

fn strong(text: &str) -> String {
    let parts: Vec<&str> = text.split("**").collect();
    let last = parts.len() - 1;
    let parts = parts.iter().enumerate().map(|(index, part)| match index % 2 {
        1 if index < last => format!("<strong>{}</strong>", link(part)),
        1 => format!("**{}", link(part)),
        _ => link(part),
    });
    parts.collect()
}

/// `[text](https://...)`; anything else stays as it is.
fn link(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        shown.push_str(&escape(before));
        let end = from.find(')').map_or(from.len(), |end| end + 1);
        let (one, after) = from.split_at(end);
        match one.strip_prefix('[').and_then(|one| one.strip_suffix(')')).and_then(|one| one.split_once("](")) {
            Some((name, address)) if address.starts_with("https://") => {
                shown.push_str(&format!("<a href=\"{}\">{}</a>", escape(address), escape(name)));
            }
            _ => shown.push_str(&escape(one)),
        }
        rest = after;
    }
    shown + &escape(rest)
}

/// Paragraphs, lists and fenced code. What it does not know stays readable text.
pub(super) fn blocks(markdown: &str) -> String {
    let mut html = String::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut items: Vec<String> = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let fence = line.trim_start();
        if fence.starts_with("```") {
            flush(&mut html, &mut paragraph, &mut items);
            let mark: String = fence.chars().take_while(|c| *c == '`').collect();
            let code: Vec<String> = lines.by_ref().take_while(|line| line.trim() != mark).map(escape).collect();
            html.push_str(&format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", code.join("\n")));
        } else if line.trim().is_empty() {
            flush(&mut html, &mut paragraph, &mut items);
        } else if let Some(item) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
            if !paragraph.is_empty() {
                flush(&mut html, &mut paragraph, &mut items);
            }
            items.push(item.to_owned());
        } else if let Some(item) = items.last_mut() {
            item.push(' ');
            item.push_str(line.trim());
        } else {
            paragraph.push(line.trim());
        }
    }
    flush(&mut html, &mut paragraph, &mut items);
    html
}

fn flush(html: &mut String, paragraph: &mut Vec<&str>, items: &mut Vec<String>) {
    if !paragraph.is_empty() {
        html.push_str(&format!("<p>{}</p>\n", inline(&paragraph.join(" "))));
    }
    if !items.is_empty() {
        let items: String = items.iter().map(|item| format!("<li>{}</li>", inline(item))).collect();
        html.push_str(&format!("<ul>{items}</ul>\n"));
    }
    paragraph.clear();
    items.clear();
}
