//! From text to the tree: a recursive descent with a bound on its depth.

use super::cursor::Parser;
use super::heredoc::Pending;
use super::{Assignment, Body, Compound, CompoundKind, Join, Node, Part, Redirection, Script, Simple, Statement, Word};

/// How deep commands may stand in one another. What lies deeper is passed over.
pub(super) const MAX_DEPTH: usize = 48;

/// Operators of redirections, the longest first.
const REDIRECTIONS: [&str; 12] = ["&>>", "<<<", "<<-", "&>", ">>", "<<", ">&", "<&", ">|", "<>", ">", "<"];

/// Words that end a list inside a compound command.
const CLOSERS: [&str; 8] = ["then", "elif", "else", "fi", "do", "done", "esac", "}"];

/// Reads a script. Time grows with the length of the text.
#[must_use]
pub fn parse(text: &str) -> Script {
    let mut parser = Parser { text, at: 0, depth: 0, heredocs: Vec::new() };
    let mut script = Script::default();
    while parser.at < text.len() {
        let before = parser.at;
        script.statements.append(&mut parser.list().statements);
        if parser.at == before {
            // A `)`, `}` or `fi` that closes nothing: the shell would refuse it; what follows is still worth reading.
            parser.at += parser.keyword().len().max(parser.peek().map_or(0, char::len_utf8));
        }
    }
    script
}

impl Parser<'_> {
    /// Statements up to a closing word or parenthesis.
    pub(super) fn list(&mut self) -> Script {
        let mut script = Script::default();
        let first_heredoc = self.heredocs.len();
        loop {
            self.space();
            match self.peek() {
                None | Some(')') => break,
                Some(';') if !self.starts(";;") => {
                    self.skip_one();
                    continue;
                }
                Some(';') => break,
                Some('&' | '|') => {
                    // An operator without a command before it.
                    self.skip_one();
                    continue;
                }
                _ => {}
            }
            let keyword = self.keyword();
            if CLOSERS.contains(&keyword) {
                break;
            }
            let before = self.at;
            let node = self.chain();
            self.blanks();
            let background = self.peek() == Some('&') && !self.starts("&&");
            if background {
                self.skip_one();
            }
            script.statements.push(Statement { node, background });
            if self.at == before {
                self.skip_one();
            }
        }
        if self.depth == 0 || self.peek().is_none() {
            self.fill(&mut script, first_heredoc);
        }
        script
    }

    pub(super) fn chain(&mut self) -> Node {
        let first = self.pipeline();
        let mut rest = Vec::new();
        loop {
            self.blanks();
            let join = if self.eat("&&") {
                Join::And
            } else if self.eat("||") {
                Join::Or
            } else {
                break;
            };
            self.space();
            rest.push((join, self.pipeline()));
        }
        if rest.is_empty() { first } else { Node::Chain(Box::new(first), rest) }
    }

    pub(super) fn pipeline(&mut self) -> Node {
        self.blanks();
        while self.keyword() == "!" {
            self.skip_one();
            self.blanks();
        }
        let first = self.command();
        let mut nodes = vec![first];
        loop {
            self.blanks();
            if self.peek() != Some('|') || self.starts("||") {
                break;
            }
            self.skip_one();
            self.eat("&");
            self.space();
            nodes.push(self.command());
        }
        if nodes.len() == 1 { nodes.remove(0) } else { Node::Pipeline(nodes) }
    }

    pub(super) fn command(&mut self) -> Node {
        self.blanks();
        let start = self.at;
        if self.depth >= MAX_DEPTH {
            return self.too_deep(start);
        }
        self.depth += 1;
        let node = self.command_inside(start);
        self.depth -= 1;
        node
    }

    /// Passes over one line of what is nested too deep.
    pub(super) fn too_deep(&mut self, start: usize) -> Node {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        Node::Simple(Simple { span: start..self.at, ..Simple::default() })
    }

    pub(super) fn command_inside(&mut self, start: usize) -> Node {
        if self.starts("((") {
            self.at += 2;
            self.arithmetic();
            return Node::Simple(Simple { span: start..self.at, ..Simple::default() });
        }
        if self.eat("(") {
            let body = self.list();
            self.eat(")");
            return self.compound(CompoundKind::Subshell, vec![body], start);
        }
        match self.keyword() {
            "{" => {
                self.at += 1;
                let body = self.list();
                self.eat_keyword("}");
                self.compound(CompoundKind::Group, vec![body], start)
            }
            "if" => self.if_command(start),
            "while" | "until" => {
                self.at += 5;
                let condition = self.list();
                let body = self.do_done();
                self.compound(CompoundKind::While, vec![condition, body], start)
            }
            keyword @ ("for" | "select") => {
                self.at += keyword.len();
                self.for_command(start)
            }
            "case" => {
                self.at += 4;
                self.case_command(start)
            }
            "function" => {
                self.at += "function".len();
                self.blanks();
                let name = self.word().map(|word| word.known_start());
                self.function(name, start)
            }
            _ => self.simple(start),
        }
    }

    pub(super) fn eat_keyword(&mut self, keyword: &str) -> bool {
        self.space();
        let found = self.keyword() == keyword;
        if found {
            self.at += keyword.len();
        }
        found
    }

    pub(super) fn compound(&mut self, kind: CompoundKind, bodies: Vec<Script>, start: usize) -> Node {
        self.named(kind, bodies, Vec::new(), None, start)
    }

    pub(super) fn named(
        &mut self,
        kind: CompoundKind,
        bodies: Vec<Script>,
        words: Vec<Word>,
        name: Option<String>,
        start: usize,
    ) -> Node {
        let mut redirections = Vec::new();
        loop {
            self.blanks();
            match self.redirection() {
                Some(redirection) => redirections.push(redirection),
                None => break,
            }
        }
        Node::Compound(Compound { kind, bodies, words, name, redirections, span: start..self.at })
    }

    pub(super) fn if_command(&mut self, start: usize) -> Node {
        let mut bodies = Vec::new();
        self.at += 2;
        bodies.push(self.list());
        if self.eat_keyword("then") {
            bodies.push(self.list());
        }
        while self.eat_keyword("elif") {
            bodies.push(self.list());
            if self.eat_keyword("then") {
                bodies.push(self.list());
            }
        }
        if self.eat_keyword("else") {
            bodies.push(self.list());
        }
        self.eat_keyword("fi");
        self.compound(CompoundKind::If, bodies, start)
    }

    pub(super) fn do_done(&mut self) -> Script {
        self.eat_keyword("do");
        let body = self.list();
        self.eat_keyword("done");
        body
    }

    pub(super) fn for_command(&mut self, start: usize) -> Node {
        self.blanks();
        if self.eat("((") {
            self.arithmetic();
            self.space();
            self.eat(";");
            let body = self.do_done();
            return self.compound(CompoundKind::For, vec![body], start);
        }
        let name = self.word().map(|word| word.known_start());
        let mut words = Vec::new();
        self.space();
        if self.keyword() == "in" {
            self.at += 2;
            loop {
                self.blanks();
                match self.word() {
                    Some(word) => words.push(word),
                    None => break,
                }
            }
        }
        self.space();
        self.eat(";");
        let body = self.do_done();
        self.named(CompoundKind::For, vec![body], words, name, start)
    }

    pub(super) fn case_command(&mut self, start: usize) -> Node {
        self.blanks();
        let words: Vec<Word> = self.word().into_iter().collect();
        let mut bodies = Vec::new();
        self.eat_keyword("in");
        loop {
            self.space();
            if self.peek().is_none() || self.eat_keyword("esac") {
                break;
            }
            let before = self.at;
            self.eat("(");
            loop {
                self.blanks();
                if self.word().is_none() && !self.eat("|") {
                    break;
                }
            }
            self.eat(")");
            bodies.push(self.list());
            while self.eat(";") || self.eat("&") {}
            if self.at == before {
                self.skip_one();
            }
        }
        self.named(CompoundKind::Case, bodies, words, None, start)
    }

    /// Behind the name of a function.
    pub(super) fn function(&mut self, name: Option<String>, start: usize) -> Node {
        self.blanks();
        if self.eat("(") {
            self.blanks();
            self.eat(")");
        }
        self.space();
        let body = self.command();
        let script = Script { statements: vec![Statement { node: body, background: false }] };
        self.named(CompoundKind::Function, vec![script], Vec::new(), name, start)
    }

    pub(super) fn simple(&mut self, start: usize) -> Node {
        let mut simple = Simple { span: start..start, ..Simple::default() };
        let test = self.keyword() == "[[";
        loop {
            self.blanks();
            if let Some(redirection) = self.redirection().filter(|_| !test || simple.words.is_empty()) {
                simple.redirections.push(redirection);
                simple.span.end = self.at;
                continue;
            }
            if test && !simple.words.is_empty() {
                // Inside [[ ]] the operators are words.
                let at = self.at;
                if self.eat("&&") || self.eat("||") || self.eat("(") || self.eat(")") || self.eat("<") || self.eat(">")
                {
                    let part = Part::Text { text: self.text[at..self.at].to_owned(), quoted: false };
                    simple.words.push(Word { parts: vec![part], span: at..self.at });
                    continue;
                }
                if self.peek() == Some('\n') {
                    self.newline();
                    continue;
                }
            }
            if simple.words.is_empty()
                && let Some(assignment) = self.assignment()
            {
                simple.span.end = self.at;
                simple.assignments.push(assignment);
                continue;
            }
            let Some(word) = self.word() else { break };
            simple.span.end = self.at;
            let is_name = simple.words.is_empty() && simple.assignments.is_empty();
            let ends_test = test && matches!(word.literal().as_deref(), Some("]]"));
            simple.words.push(word);
            if ends_test {
                break;
            }
            if is_name && self.starts("()") {
                let name = simple.words.first().map(Word::known_start);
                return self.function(name, start);
            }
            if is_name {
                let at = self.at;
                self.blanks();
                if self.starts("()") || self.starts("( )") {
                    let name = simple.words.first().map(Word::known_start);
                    return self.function(name, start);
                }
                self.at = at;
            }
        }
        Node::Simple(simple)
    }

    pub(super) fn assignment(&mut self) -> Option<Assignment> {
        let start = self.at;
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
        if length == 0 || rest.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let (append, sign) = if rest[length..].starts_with("+=") { (true, 2) } else { (false, 1) };
        if !append && !rest[length..].starts_with('=') {
            return None;
        }
        let name = rest[..length].to_owned();
        self.at += length + sign;
        if self.eat("(") {
            let mut values = Vec::new();
            loop {
                self.space();
                match self.word() {
                    Some(word) => values.push(word),
                    None => break,
                }
            }
            self.eat(")");
            return Some(Assignment { name, values, array: true, append, span: start..self.at });
        }
        let value = self.word().unwrap_or_else(|| Word { parts: Vec::new(), span: self.at..self.at });
        Some(Assignment { name, values: vec![value], array: false, append, span: start..self.at })
    }

    pub(super) fn redirection(&mut self) -> Option<Redirection> {
        let start = self.at;
        let rest = self.rest();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let operator = REDIRECTIONS.iter().find(|operator| rest[digits..].starts_with(**operator)).copied()?;
        if (digits > 0 && operator.starts_with('&'))
            || rest[digits..].starts_with("<(")
            || rest[digits..].starts_with(">(")
        {
            return None;
        }
        let descriptor = rest[..digits].parse().ok();
        self.at += digits + operator.len();
        self.blanks();
        let Some(target) = self.word() else {
            // An operator without a file: the rest is read as words.
            self.at = self.at.max(start + 1);
            let span = self.at..self.at;
            return Some(Redirection { descriptor, operator, target: Word { parts: Vec::new(), span }, heredoc: None });
        };
        let heredoc = matches!(operator, "<<" | "<<-").then(|| {
            let end = target.literal().unwrap_or_else(|| self.text[target.span.clone()].to_owned());
            let expand = !target.parts.iter().any(|part| matches!(part, Part::Text { quoted: true, .. }));
            let body = Body { text: String::new(), expand, span: self.at..self.at };
            self.heredocs.push(Pending { end, chomp: operator == "<<-", body: body.clone(), done: false });
            body
        });
        Some(Redirection { descriptor, operator, target, heredoc })
    }
}
