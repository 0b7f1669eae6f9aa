//! Two functions of Go's `path/filepath` (Unix), which Docker applies to every pattern.

/// `filepath.Clean`: the shortest path of the same meaning, by text alone.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// Whether `filepath.Match` of the pattern and `.` ends without an error; if not, why. Docker asks this of every pattern.
///
/// Go compares piece by piece (the pieces between stars) and never looks at those behind the first one that does not
/// fit (Go 1.27), so errors further back are not errors.
pub(super) fn check_syntax(pattern: &str) -> Result<(), &'static str> {
    let (first, rest) = next_piece(pattern);
    if fits_dot(first)? {
        fits_dot(next_piece(rest).0)?;
    }
    Ok(())
}

/// What stands before the next star, leading stars left out, and what follows from that star on.
fn next_piece(pattern: &str) -> (&str, &str) {
    let pattern = pattern.trim_start_matches('*');
    let mut in_class = false;
    let mut chars = pattern.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            '*' if !in_class => return pattern.split_at(at),
            _ => {}
        }
    }
    (pattern, "")
}

/// Whether a well-formed piece matches exactly `.`.
fn fits_dot(piece: &str) -> Result<bool, &'static str> {
    let mut rest = piece.chars().peekable();
    let mut units = Vec::new();
    while let Some(c) = rest.next() {
        units.push(match c {
            '\\' => rest.next().ok_or("nothing follows the final backslash")? == '.',
            '?' => true,
            '[' => {
                let negated = rest.next_if_eq(&'^').is_some();
                let mut found = false;
                let mut empty = true;
                while empty || rest.next_if_eq(&']').is_none() {
                    let low = class_char(&mut rest)?;
                    let high = if rest.next_if_eq(&'-').is_some() { class_char(&mut rest)? } else { low };
                    found |= (low..=high).contains(&'.');
                    empty = false;
                }
                found != negated
            }
            _ => c == '.',
        });
    }
    Ok(units == [true])
}

/// One character of a class, perhaps escaped, which must not be the last of the piece.
fn class_char(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<char, &'static str> {
    const OPEN: &str = "`[` has no `]`";
    let c = match rest.next().ok_or(OPEN)? {
        '-' => return Err("`-` in brackets stands between two characters, or after a backslash"),
        ']' => return Err("there is nothing between `[` and `]`"),
        '\\' => rest.next().ok_or(OPEN)?,
        c => c,
    };
    rest.peek().map(|_| c).ok_or(OPEN)
}
