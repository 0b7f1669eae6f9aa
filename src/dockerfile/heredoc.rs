//! Heredocs of `RUN`, `COPY` and `ADD`.

use std::ops::Range;

use super::expand::{ExpandError, Lexer, NoVariables};
use super::lines::{Line, Lines};

/// One heredoc: what introduces it and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The word that ends it, without quotes.
    pub name: String,
    /// The number before `<<`; 0 without one.
    pub descriptor: u64,
    /// Whether variables are expanded: the name is not quoted.
    pub expand: bool,
    /// `<<-`: tabs at the start of each line are dropped.
    pub chomp: bool,
    /// The lines as they stand in the file, line ends included.
    pub content: String,
    /// The bytes of `content`.
    pub span: Range<usize>,
    /// The bytes of the line that ends it; empty at the end of the file if nothing does.
    pub terminator: Range<usize>,
}

impl Heredoc {
    /// The content as a program sees it, without the tabs that `<<-` drops.
    #[must_use]
    pub fn text(&self) -> String {
        if !self.chomp {
            return self.content.clone();
        }
        self.content.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect()
    }
}

/// How a heredoc is introduced.
pub(super) struct Introducer {
    pub(super) name: String,
    descriptor: u64,
    expand: bool,
    chomp: bool,
}

impl Introducer {
    /// A heredoc without content yet.
    pub(super) fn heredoc(self, span: Range<usize>) -> Heredoc {
        let Self { name, descriptor, expand, chomp } = self;
        Heredoc { name, descriptor, expand, chomp, content: String::new(), terminator: span.end..span.end, span }
    }
}

/// The lexer for introducers; it knows no `# escape=`.
fn lexer() -> Lexer {
    Lexer { keep_unset: true, ..Lexer::new('\\') }
}

/// All introducers in a logical line.
pub(super) fn introducers(line: &str) -> Result<Vec<Introducer>, ExpandError> {
    let raw = Lexer { raw_quotes: true, raw_escapes: true, ..lexer() };
    // A line that the lexer cannot read has no heredoc.
    let words = raw.process(line, &NoVariables).map(|read| read.words).unwrap_or_default();
    words.iter().filter_map(|word| introducer(word).transpose()).collect()
}

/// Reads one word such as `<<EOF`, `3<<-'EOF'`.
pub(super) fn introducer(word: &str) -> Result<Option<Introducer>, ExpandError> {
    let digits = word.len() - word.trim_start_matches(|ch: char| ch.is_ascii_digit()).len();
    let Some(rest) = word[digits..].strip_prefix("<<") else { return Ok(None) };
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let plain = lexer().process(rest, &NoVariables)?;
    let [name] = plain.words.as_slice() else { return Ok(None) };
    let quoted = Lexer { raw_quotes: true, ..lexer() }.process(rest, &NoVariables)?;
    let quotes = |word: &str| word.matches(['\'', '"']).count();
    let expand = quoted.words.first().is_some_and(|raw| quotes(raw) == quotes(name));
    let descriptor = word[..digits].parse().unwrap_or(if digits == 0 { 0 } else { u64::MAX });
    Ok(Some(Introducer { name: name.clone(), descriptor, expand, chomp }))
}

/// Reads the lines of a heredoc. The flag says whether it was ended; `last` becomes its last line.
pub(super) fn read<'a>(opened: Introducer, lines: &mut Lines<'a>, last: &mut Line<'a>) -> (Heredoc, bool) {
    let start = last.start + last.raw.len();
    let mut heredoc = opened.heredoc(start..start);
    for line in lines {
        *last = line;
        let candidate = if heredoc.chomp { line.text.trim_start_matches('\t') } else { line.text };
        if candidate == heredoc.name {
            heredoc.terminator = line.span();
            return (heredoc, true);
        }
        heredoc.content.push_str(line.raw);
        heredoc.span.end = line.start + line.raw.len();
        heredoc.terminator = heredoc.span.end..heredoc.span.end;
    }
    (heredoc, false)
}
