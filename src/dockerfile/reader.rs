//! The loop over lines that finds instructions, comments, directives and heredocs.

use std::ops::Range;

use super::directive::Directives;
use super::heredoc::{self, Heredoc};
use super::instruction::{Head, Instruction};
use super::lines::{Line, Lines, MAX_LINE, continued};
use super::problem::Problems;
use super::text::Logical;
use super::{Comment, Dockerfile, meaning};

/// Reads a file; see [`super::parse`].
pub(super) fn read(source: &str) -> Dockerfile {
    let mut reader = Reader {
        lines: Lines::new(source),
        escape: '\\',
        comments: Vec::new(),
        above: 0,
        instructions: Vec::new(),
        problems: Problems::default(),
    };
    let mut directives = Directives::default();
    while let Some(line) = reader.next() {
        if directives.take(&line, &mut reader.problems) {
            reader.escape = directives.escape();
        } else if line.is_comment() {
            reader.comment(&line);
        } else {
            reader.instruction(line);
        }
    }
    if reader.instructions.is_empty() {
        reader.problems.fatal(0..0, "the file has no instructions");
    }
    Dockerfile {
        directives: directives.found,
        escape: reader.escape,
        comments: reader.comments,
        instructions: reader.instructions,
        problems: reader.problems.0,
    }
}

struct Reader<'a> {
    lines: Lines<'a>,
    escape: char,
    comments: Vec<Comment>,
    /// The first comment that belongs to the next instruction.
    above: usize,
    instructions: Vec<Instruction>,
    problems: Problems,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Line<'a>> {
        let line = self.lines.next()?;
        if line.text.len() > MAX_LINE {
            self.problems.fatal(line.span(), format!("a line of more than {MAX_LINE} bytes"));
        }
        Some(line)
    }

    fn comment(&mut self, line: &Line<'_>) {
        let start = line.indent();
        let text = line.text.trim_start().strip_prefix('#').unwrap_or_default().trim().to_owned();
        // A bare `#` parts what stands above it from the instruction.
        let bare = text.is_empty();
        self.comments.push(Comment { text, span: start..line.span().end, line: line.number });
        if bare {
            self.above = self.comments.len();
        }
    }

    fn instruction(&mut self, first: Line<'a>) {
        let start = first.indent();
        let text = first.text.trim_start();
        let above = self.above..self.comments.len();
        let mut logical = Logical::default();
        let mut last = first;
        match continued(text, self.escape) {
            None if text.is_empty() => return,
            None => logical.push(start, text),
            Some(body) => {
                logical.push(start, body);
                self.continuation(&mut logical, &mut last);
            }
        }
        let head = Head::read(logical, self.escape, false, &mut self.problems);
        let heredocs = if head.can_have_heredoc() { self.heredocs(&head, &mut last) } else { Vec::new() };
        let lines = (first.number, last.number);
        let instruction = self.build(head, heredocs, lines, last.span().end, above);
        self.instructions.push(instruction);
        self.above = self.comments.len();
    }

    fn continuation(&mut self, logical: &mut Logical, last: &mut Line<'a>) {
        let mut empty = None;
        while let Some(line) = self.next() {
            *last = line;
            if line.is_comment() {
                self.comment(&line);
                continue;
            }
            if line.text.trim_start().is_empty() {
                empty = Some(line.span());
                continue;
            }
            match continued(line.text, self.escape) {
                Some(body) => logical.push(line.start, body),
                None => {
                    logical.push(line.start, line.text);
                    break;
                }
            }
        }
        if let Some(span) = empty {
            self.problems.warn(span, "an empty line in a continued instruction");
        }
    }

    fn heredocs(&mut self, head: &Head, last: &mut Line<'a>) -> Vec<Heredoc> {
        let line = head.text.source_span(0..head.text.as_str().len());
        let opened = match heredoc::introducers(head.text.as_str()) {
            Ok(opened) => opened,
            Err(error) => {
                self.problems.fatal(line, format!("the name of a heredoc cannot be read: {error}"));
                return Vec::new();
            }
        };
        let mut found = Vec::new();
        for opened in opened {
            let (heredoc, ended) = heredoc::read(opened, &mut self.lines, last);
            let name = heredoc.name.clone();
            found.push(heredoc);
            if !ended {
                // The file has ended, so nothing is left for the others.
                self.problems.fatal(line, format!("no line `{name}` ends the heredoc"));
                break;
            }
        }
        found
    }

    fn build(
        &mut self,
        mut head: Head,
        mut heredocs: Vec<Heredoc>,
        lines: (usize, usize),
        end: usize,
        comments: Range<usize>,
    ) -> Instruction {
        let trigger = head.trigger.take().map(|inner| {
            let heredocs = std::mem::take(&mut heredocs);
            let above = comments.clone();
            self.build(*inner, heredocs, lines, end, above)
        });
        let kind = meaning::kind(&head, &heredocs, trigger, self.escape, &mut self.problems);
        let keyword = head.text.text(head.keyword.clone());
        Instruction {
            span: keyword.span.start..end.max(keyword.span.end),
            keyword,
            first_line: lines.0,
            last_line: lines.1,
            flags: head.flags,
            text: head.text,
            args: head.args,
            heredocs,
            comments,
            kind,
        }
    }
}
