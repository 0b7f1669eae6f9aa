//! Text that fits on the screen and cannot command it.

/// Help lines are never longer, so that they do not wrap where people split their screens.
pub(super) const HELP_CELLS: usize = 60;

/// The text without control characters (it may come from a stranger's file), cut to `cells`.
pub fn fit(text: &str, cells: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() || is_reordering(c) { '\u{fffd}' } else { c }).collect();
    if width(&text) <= cells {
        return text;
    }
    let mut short = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += cells_of(c);
        if used > cells {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

/// A help line with the keys, or at least the one that is hard to guess, as far as they fit beside the evidence.
pub(super) fn help(help: &str, keys: &str) -> String {
    if help.is_empty() {
        return fit(keys, HELP_CELLS);
    }
    let both = [keys, "esc back"].map(|keys| format!("{help} · {keys}"));
    let fitting = both.iter().find(|both| width(both) <= HELP_CELLS);
    fit(fitting.map_or(help, String::as_str), HELP_CELLS)
}

/// How many cells of a terminal a text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(cells_of).sum()
}

/// East Asian wide characters and emoji take two; combining marks are counted as one, which only cuts too early.
fn cells_of(c: char) -> usize {
    match u32::from(c) {
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// Characters that show the following ones in another order than they are in.
fn is_reordering(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_with_a_mark() {
        assert_eq!(fit("server.ts", 9), "server.ts");
        assert_eq!(fit("server.ts", 8), "server.…");
        assert_eq!(width(&fit("日本語日本語", 8)), 7);
    }

    #[test]
    fn text_cannot_command_the_terminal() {
        assert_eq!(fit("a\x1b[2Jb\u{202e}c", 20), "a\u{fffd}[2Jb\u{fffd}c");
    }

    #[test]
    fn evidence_matters_more_than_the_keys() {
        assert_eq!(help("src/server.ts:12 listens here", "esc back"), "src/server.ts:12 listens here · esc back");
        let medium = "package.json:5 asks for node 22";
        assert_eq!(help(medium, "enter choose · ↑↓ move · esc back"), format!("{medium} · esc back"));
        let long = "packages/backend/services/api/src/server.ts:112 listens here";
        assert_eq!(help(long, "esc back"), long);
        assert_eq!(help("", "esc back"), "esc back");
    }
}
