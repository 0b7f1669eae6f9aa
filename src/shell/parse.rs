//! From text to the tree: a recursive descent with a bound on its depth.

use super::{Assignment, Body, Compound, CompoundKind, Join, Node, Part, Redirection, Script, Simple, Statement, Word};

/// How deep commands may stand in one another. What lies deeper is passed over.
const MAX_DEPTH: usize = 48;

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

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    /// Ending words of heredocs whose lines come behind the next line end: word, `<<-`, expand, and where it is kept.
    heredocs: Vec<Pending>,
}

struct Pending {
    end: String,
    chomp: bool,
    body: Body,
    done: bool,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn starts(&self, prefix: &str) -> bool {
        self.rest().starts_with(prefix)
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn skip_one(&mut self) {
        self.take();
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.starts(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Past blanks, continued lines and comments, not past a line end.
    fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r') => self.skip_one(),
                Some('\\') if self.starts("\\\n") => self.at += 2,
                Some('\\') if self.starts("\\\r\n") => self.at += 3,
                Some('#') => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                _ => return,
            }
        }
    }

    fn newline(&mut self) {
        self.skip_one();
        for index in 0..self.heredocs.len() {
            if !self.heredocs[index].done {
                self.read_heredoc(index);
            }
        }
    }

    /// Past blanks and line ends.
    fn space(&mut self) {
        loop {
            self.blanks();
            if self.peek() != Some('\n') {
                return;
            }
            self.newline();
        }
    }

    fn read_heredoc(&mut self, index: usize) {
        let start = self.at;
        let mut text = String::new();
        let (end_word, chomp) = (self.heredocs[index].end.clone(), self.heredocs[index].chomp);
        let mut end = start;
        while self.at < self.text.len() {
            let length = self.rest().find('\n').map_or(self.rest().len(), |at| at + 1);
            let line = &self.rest()[..length];
            let shown = if chomp { line.trim_start_matches('\t') } else { line };
            self.at += length;
            if shown.trim_end_matches(['\n', '\r']) == end_word {
                break;
            }
            text.push_str(shown);
            end = self.at;
        }
        let pending = &mut self.heredocs[index];
        pending.body.text = text;
        pending.body.span = start..end;
        pending.done = true;
    }

    /// The next unquoted word if it is made of plain characters only, without moving.
    fn keyword(&self) -> &'t str {
        let rest = self.rest();
        let end =
            rest.find(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '{' | '}' | '!' | '['))).unwrap_or(rest.len());
        let next = rest[end..].chars().next();
        let ends = next.is_none_or(|c| matches!(c, ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>'));
        if ends { &rest[..end] } else { "" }
    }

    /// Statements up to a closing word or parenthesis.
    fn list(&mut self) -> Script {
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

    /// Puts the bodies of heredocs, read by now, into their redirections.
    fn fill(&mut self, script: &mut Script, first: usize) {
        if self.heredocs.len() == first {
            return;
        }
        let mut bodies = self.heredocs.drain(first..).map(|pending| pending.body);
        fill_script(script, &mut bodies);
    }

    fn chain(&mut self) -> Node {
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

    fn pipeline(&mut self) -> Node {
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

    fn command(&mut self) -> Node {
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
    fn too_deep(&mut self, start: usize) -> Node {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        Node::Simple(Simple { span: start..self.at, ..Simple::default() })
    }

    fn command_inside(&mut self, start: usize) -> Node {
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

    fn eat_keyword(&mut self, keyword: &str) -> bool {
        self.space();
        let found = self.keyword() == keyword;
        if found {
            self.at += keyword.len();
        }
        found
    }

    fn compound(&mut self, kind: CompoundKind, bodies: Vec<Script>, start: usize) -> Node {
        self.named(kind, bodies, Vec::new(), None, start)
    }

    fn named(
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

    fn if_command(&mut self, start: usize) -> Node {
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

    fn do_done(&mut self) -> Script {
        self.eat_keyword("do");
        let body = self.list();
        self.eat_keyword("done");
        body
    }

    fn for_command(&mut self, start: usize) -> Node {
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

    fn case_command(&mut self, start: usize) -> Node {
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
    fn function(&mut self, name: Option<String>, start: usize) -> Node {
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

    fn simple(&mut self, start: usize) -> Node {
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

    fn assignment(&mut self) -> Option<Assignment> {
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

    fn redirection(&mut self) -> Option<Redirection> {
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

    /// Past the end of `(( ))`, which was opened.
    fn arithmetic(&mut self) {
        let mut depth = 2_usize;
        while depth > 0 {
            match self.take() {
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                Some('\n') | None => return,
                Some(_) => {}
            }
        }
    }

    fn word(&mut self) -> Option<Word> {
        let start = self.at;
        let mut parts = Vec::new();
        while let Some(next) = self.peek() {
            match next {
                ' ' | '\t' | '\r' | '\n' | ';' | '|' | ')' => break,
                '&' => break,
                '<' | '>' if self.starts("<(") || self.starts(">(") => {
                    let input = next == '<';
                    self.at += 2;
                    let script = self.nested_list();
                    parts.push(Part::Process { script, input });
                }
                '<' | '>' => break,
                // Only an extended pattern such as `@(a|b)` has one inside a word.
                '(' if !self.text[start..self.at].ends_with(['?', '*', '+', '@', '!']) => break,
                '(' => {
                    let end = self.rest().find([')', '\n']).map_or(self.rest().len(), |at| at + 1);
                    push_text(&mut parts, &self.rest()[..end], false);
                    self.at += end;
                }
                _ => self.piece(&mut parts, false),
            }
        }
        (self.at > start).then(|| Word { parts, span: start..self.at })
    }

    /// The list of a substitution, past its `)`.
    fn nested_list(&mut self) -> Script {
        if self.depth >= MAX_DEPTH {
            self.at = self.text.len();
            return Script::default();
        }
        self.depth += 1;
        let first = self.heredocs.len();
        let mut script = self.list();
        self.fill(&mut script, first);
        self.eat(")");
        self.depth -= 1;
        script
    }

    fn piece(&mut self, parts: &mut Vec<Part>, quoted: bool) {
        match self.peek() {
            Some('\\') => {
                self.skip_one();
                match self.take() {
                    Some('\n') | None => {}
                    Some(next) if !quoted || matches!(next, '$' | '`' | '"' | '\\') => push_char(parts, next, true),
                    Some(next) => {
                        push_char(parts, '\\', true);
                        push_char(parts, next, true);
                    }
                }
            }
            Some('\'') if !quoted => {
                self.skip_one();
                let length = self.rest().find('\'').unwrap_or(self.rest().len());
                push_text(parts, &self.rest()[..length], true);
                self.at += length;
                self.eat("'");
            }
            Some('"') if !quoted => {
                self.skip_one();
                push_text(parts, "", true);
                while let Some(next) = self.peek() {
                    if next == '"' {
                        break;
                    }
                    self.piece(parts, true);
                }
                self.eat("\"");
            }
            Some('$') => self.dollar(parts, quoted),
            Some('`') => self.backquoted(parts, quoted),
            Some(next) => {
                self.skip_one();
                push_char(parts, next, quoted);
            }
            None => {}
        }
    }

    fn dollar(&mut self, parts: &mut Vec<Part>, quoted: bool) {
        self.skip_one();
        if self.starts("((") {
            self.at += 2;
            self.arithmetic();
            parts.push(Part::Arithmetic);
            return;
        }
        if self.eat("(") {
            let script = self.nested_list();
            parts.push(Part::Command { script, quoted });
            return;
        }
        if self.starts("{") {
            self.braces(parts, quoted);
            return;
        }
        if !quoted && self.starts("'") {
            // ANSI-C quoting; its escapes are not worked out, so nothing is claimed about the value.
            self.skip_one();
            while let Some(next) = self.take() {
                match next {
                    '\\' => self.skip_one(),
                    '\'' => break,
                    _ => {}
                }
            }
            parts.push(Part::Arithmetic);
            return;
        }
        let rest = self.rest();
        let name = name_length(rest);
        if name > 0 {
            self.at += name;
            parts.push(variable(&rest[..name], quoted));
        } else if let Some(special) = self.peek().filter(|c| c.is_ascii_digit() || "@*#?-$!".contains(*c)) {
            self.skip_one();
            parts.push(variable(special.encode_utf8(&mut [0; 4]), quoted));
        } else {
            push_char(parts, '$', quoted);
        }
    }

    /// `${...}`
    fn braces(&mut self, parts: &mut Vec<Part>, quoted: bool) {
        self.skip_one();
        let mut changed = self.eat("#") || self.eat("!");
        let rest = self.rest();
        let length =
            name_length(rest).max(usize::from(rest.starts_with(|c: char| c.is_ascii_digit() || "@*?".contains(c))));
        let name = rest[..length].to_owned();
        self.at += length;
        let mut fallback = None;
        let stands_in = [":-", ":=", "-", "="].into_iter().find(|operator| self.starts(operator));
        if let Some(operator) = stands_in {
            self.at += operator.len();
            fallback = Some(Box::new(self.until_brace(quoted)));
        } else if !self.starts("}") {
            changed = true;
            self.until_brace(quoted);
        }
        self.eat("}");
        parts.push(Part::Variable { name, fallback, changed, quoted });
    }

    /// A word that ends before the `}`.
    fn until_brace(&mut self, quoted: bool) -> Word {
        let start = self.at;
        let mut parts = Vec::new();
        if self.depth >= MAX_DEPTH {
            self.at = self.text.len();
            return Word { parts, span: start..self.at };
        }
        self.depth += 1;
        while let Some(next) = self.peek() {
            match next {
                '}' => break,
                // Inside double quotes, quotes of the stand-in still pair up.
                '"' | '\'' if quoted => {
                    self.skip_one();
                }
                _ => self.piece(&mut parts, quoted),
            }
        }
        self.depth -= 1;
        Word { parts, span: start..self.at }
    }

    fn backquoted(&mut self, parts: &mut Vec<Part>, quoted: bool) {
        self.skip_one();
        let start = self.at;
        let mut end = self.text.len();
        let mut chars = self.rest().char_indices();
        while let Some((at, next)) = chars.next() {
            match next {
                '\\' => {
                    chars.next();
                }
                '`' => {
                    end = start + at;
                    break;
                }
                _ => {}
            }
        }
        let script = if self.depth < MAX_DEPTH {
            // The text in between is read at its own place, so that its spans are right.
            let mut inner = Parser { text: &self.text[..end], at: start, depth: self.depth + 1, heredocs: Vec::new() };
            let mut script = inner.list();
            inner.fill(&mut script, 0);
            script
        } else {
            Script::default()
        };
        self.at = end;
        self.eat("`");
        parts.push(Part::Command { script, quoted });
    }
}

fn variable(name: &str, quoted: bool) -> Part {
    Part::Variable { name: name.to_owned(), fallback: None, changed: false, quoted }
}

fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}

fn push_char(parts: &mut Vec<Part>, next: char, quoted: bool) {
    push_text(parts, next.encode_utf8(&mut [0; 4]), quoted);
}

fn push_text(parts: &mut Vec<Part>, more: &str, quoted: bool) {
    match parts.last_mut() {
        Some(Part::Text { text, quoted: before }) if *before == quoted => text.push_str(more),
        _ => parts.push(Part::Text { text: more.to_owned(), quoted }),
    }
}

/// Gives each heredoc of a script its body, in the order in which they were introduced.
fn fill_script(script: &mut Script, bodies: &mut dyn Iterator<Item = Body>) {
    for statement in &mut script.statements {
        fill_node(&mut statement.node, bodies);
    }
}

fn fill_node(node: &mut Node, bodies: &mut dyn Iterator<Item = Body>) {
    match node {
        Node::Simple(simple) => fill_redirections(&mut simple.redirections, bodies),
        Node::Pipeline(nodes) => nodes.iter_mut().for_each(|node| fill_node(node, bodies)),
        Node::Chain(first, rest) => {
            fill_node(first, bodies);
            rest.iter_mut().for_each(|(_, node)| fill_node(node, bodies));
        }
        Node::Compound(compound) => {
            compound.bodies.iter_mut().for_each(|body| fill_script(body, bodies));
            fill_redirections(&mut compound.redirections, bodies);
        }
    }
}

fn fill_redirections(redirections: &mut [Redirection], bodies: &mut dyn Iterator<Item = Body>) {
    for redirection in redirections {
        if let Some(heredoc) = &mut redirection.heredoc
            && let Some(body) = bodies.next()
        {
            *heredoc = body;
        }
    }
}
