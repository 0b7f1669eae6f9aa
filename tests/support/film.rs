//! A film of a session: its screens as one SVG, without script, font or picture inside. The screens are nested `<svg>`s
//! that CSS shows one after the other; who wants no motion sees the last one.

use std::fmt::Write as _;

/// A screen with SGR sequences, and how long it stays.
pub(crate) struct Scene {
    pub(crate) ansi: String,
    pub(crate) seconds: u32,
}

/// The colours: text, background, the edge, and the sixteen of a terminal.
pub(crate) struct Palette {
    text: &'static str,
    background: &'static str,
    edge: &'static str,
    sixteen: [&'static str; 16],
}

pub(crate) const DARK: Palette = Palette {
    text: "#d6d9de",
    background: "#16181d",
    edge: "#2c3038",
    sixteen: [
        "#16181d", "#f07178", "#8fc97a", "#e0b45c", "#6ea8fe", "#c79bf2", "#56c2c9", "#d6d9de", "#7d8590", "#ff8b92",
        "#a8e094", "#f2cc7c", "#8fbcff", "#d9b5ff", "#7adbe2", "#ffffff",
    ],
};

pub(crate) const LIGHT: Palette = Palette {
    text: "#24292f",
    background: "#ffffff",
    edge: "#d0d7de",
    sixteen: [
        "#24292f", "#b42318", "#1a7f37", "#8a6100", "#0a58ca", "#7b3fbf", "#0b6e75", "#57606a", "#6e7781", "#b42318",
        "#1a7f37", "#8a6100", "#0a58ca", "#7b3fbf", "#0b6e75", "#24292f",
    ],
};

/// Of a letter, at 14 pixels.
const WIDTH: f32 = 8.43;
const LINE: usize = 19;
const MARGIN: usize = 16;

/// The film, for a window of so many columns. `title` is read to those who do not see it.
pub(crate) fn film(scenes: &[Scene], columns: usize, title: &str, palette: &Palette) -> String {
    let lines = scenes.iter().map(|scene| scene.ansi.lines().count()).max().unwrap_or(1);
    let (width, height) = ((columns as f32 * WIDTH).ceil() as usize + 2 * MARGIN, lines * LINE + 2 * MARGIN);
    let total: u32 = scenes.iter().map(|scene| scene.seconds).sum();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n<title>{}</title>\n<style>\n",
        escaped(title)
    );
    let _ = writeln!(
        svg,
        "text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: {}; white-space: pre }}",
        palette.text
    );
    svg.push_str(".b { font-weight: bold }\n.d { opacity: .65 }\n.u { text-decoration: underline }\n");
    for (index, colour) in palette.sixteen.iter().enumerate() {
        let _ = writeln!(svg, ".c{index} {{ fill: {colour} }}");
    }
    let _ = writeln!(svg, ".s {{ visibility: hidden; animation: {total}s step-end infinite }}");
    let mut start = 0;
    for (index, scene) in scenes.iter().enumerate() {
        let percent = |seconds: u32| f64::from(seconds) * 100.0 / f64::from(total);
        let end = start + scene.seconds;
        let before = if start == 0 { String::new() } else { "0% { visibility: hidden } ".to_owned() };
        let after =
            if end == total { String::new() } else { format!(" {:.2}% {{ visibility: hidden }}", percent(end)) };
        let _ = writeln!(
            svg,
            ".s{index} {{ animation-name: k{index} }}\n@keyframes k{index} {{ {before}{:.2}% {{ visibility: visible }}{after} 100% {{ visibility: hidden }} }}",
            percent(start)
        );
        start = end;
    }
    let last = scenes.len().saturating_sub(1);
    let _ = writeln!(
        svg,
        "@media (prefers-reduced-motion: reduce) {{ .s {{ animation: none }} .s{last} {{ visibility: visible }} }}\n</style>"
    );
    let _ = writeln!(
        svg,
        "<rect x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{}\" stroke=\"{}\"/>",
        width - 1,
        height - 1,
        palette.background,
        palette.edge
    );
    for (index, scene) in scenes.iter().enumerate() {
        let _ = writeln!(svg, "<svg class=\"s s{index}\">");
        for (row, line) in scene.ansi.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let _ = writeln!(svg, "<text x=\"{MARGIN}\" y=\"{}\">{}</text>", MARGIN + row * LINE + 14, spans(line));
        }
        svg.push_str("</svg>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// A line with its colours as classes.
fn spans(line: &str) -> String {
    let mut out = String::new();
    let mut class = String::new();
    for (index, part) in line.split('\u{1b}').enumerate() {
        let text = match part.strip_prefix('[').and_then(|part| part.split_once('m')).filter(|_| index > 0) {
            Some((codes, text)) => {
                class = classes(codes);
                text
            }
            None => part,
        };
        if class.is_empty() {
            out.push_str(&escaped(text));
        } else if !text.is_empty() {
            let _ = write!(out, "<tspan class=\"{class}\">{}</tspan>", escaped(text));
        }
    }
    out
}

fn classes(codes: &str) -> String {
    let class = |code: &str| match code.parse::<u8>() {
        Ok(1) => Some("b".to_owned()),
        Ok(2) => Some("d".to_owned()),
        Ok(4) => Some("u".to_owned()),
        Ok(code @ 30..=37) => Some(format!("c{}", code - 30)),
        Ok(code @ 90..=97) => Some(format!("c{}", code - 82)),
        _ => None,
    };
    codes.split(';').filter_map(class).collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
