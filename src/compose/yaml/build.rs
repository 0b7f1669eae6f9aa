//! From the parser's events to the tree.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, Placement, Span};

use super::scalar::plain_kind;
use super::{Comment, Data, Document, Id, Problem, ScalarKind, ScalarStyle, Severity, Tag, Value};

/// Longer texts are not read: hand-written files are far smaller, and lock files are read by line.
const LONGEST_TEXT: usize = 8 << 20;
/// How deep sequences and mappings may nest, each of both notations.
const DEEPEST: usize = 100;

/// Reads the first document of a text. A warning tells of further ones.
#[must_use]
pub fn parse(text: &str) -> Document {
    let mut documents = read(text).into_iter();
    let (mut first, _) = documents.next().unwrap_or_default();
    if let Some((_, span)) = documents.next() {
        first.problems.push(Problem {
            severity: Severity::Warning,
            message: "only the first document of this file is read".to_owned(),
            span,
            help: Some("keep one document in a file, without `---` between".to_owned()),
        });
    }
    first
}

/// Reads all documents of a text. After a syntax error it goes on with the next document.
#[must_use]
pub fn parse_all(text: &str) -> Vec<Document> {
    read(text).into_iter().map(|(document, _)| document).collect()
}

/// The documents, each with the place of its start.
fn read(text: &str) -> Vec<(Document, Range<usize>)> {
    if text.len() > LONGEST_TEXT {
        let problem = Problem::error(0..0, format!("the file has {} bytes, more than {LONGEST_TEXT}", text.len()))
            .help("split the file");
        return vec![(Document { problems: vec![problem], ..Document::default() }, 0..0)];
    }
    let options = granit_parser::options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        // The buffer cannot outgrow the text; the usual limit refuses a licence text of 97 comment lines.
        max_buffered_comment_events: text.len(),
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut documents = Vec::new();
    let mut builder = Builder::new(text);
    loop {
        match parser.next() {
            Some(Ok((Event::DocumentStart(..), span))) => {
                builder.start = builder.bytes(span);
                builder.started = true;
            }
            Some(Ok((Event::DocumentEnd, _))) => documents.push(builder.finish()),
            Some(Ok((event, span))) => builder.take(event, span),
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
                builder
                    .document
                    .problems
                    .push(Problem::error(at..at, format!("this is no valid YAML: {}", error.info())));
                documents.push(builder.finish());
                match parser.proceed_next_document() {
                    Ok(true) => {}
                    Ok(false) | Err(_) => break,
                }
            }
            None => break,
        }
    }
    // Comments behind the last document, or the only content of the file.
    let (rest, span) = builder.finish();
    match documents.last_mut() {
        Some((last, _)) => last.comments.extend(rest.comments),
        None => documents.push((rest, span)),
    }
    documents
}

/// An open sequence or mapping.
struct Open {
    id: Id,
    /// The key that waits for its value.
    key: Option<Id>,
}

struct Builder<'t> {
    text: &'t str,
    start: Range<usize>,
    started: bool,
    document: Document,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Id>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            start: 0..0,
            started: false,
            document: Document::default(),
            open: Vec::new(),
            anchors: BTreeMap::new(),
        }
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let range = span.byte_range().unwrap_or(0..0);
        let end = range.end.min(self.text.len());
        range.start.min(end)..end
    }

    /// Hands out the document, closing what is still open, and begins the next one.
    fn finish(&mut self) -> (Document, Range<usize>) {
        while let Some(open) = self.open.pop() {
            self.close(open, None);
        }
        let fresh = Self::new(self.text);
        let done = std::mem::replace(self, fresh);
        (done.document, done.start)
    }

    fn take(&mut self, event: Event<'_>, span: Span) {
        let bytes = self.bytes(span);
        match event {
            Event::Comment(text, placement) => self.document.comments.push(Comment {
                text: text.into_owned(),
                span: bytes,
                own_line: placement != Placement::Right,
            }),
            Event::Scalar(text, style, anchor, tag) => {
                let style = style_of(style);
                let kind = kind_of(&text, style, tag.as_deref());
                let value = Value::Scalar { text: text.into_owned(), style, kind };
                self.add(value, bytes, anchor, self.tag(tag, span));
            }
            Event::SequenceStart(_, anchor, tag) => {
                let id = self.add(Value::Sequence(Vec::new()), bytes, anchor, self.tag(tag, span));
                self.open.push(Open { id, key: None });
            }
            Event::MappingStart(_, anchor, tag) => {
                let id = self.add(Value::Mapping(Vec::new()), bytes, anchor, self.tag(tag, span));
                self.open.push(Open { id, key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.close(open, Some(bytes));
                }
            }
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).copied();
                self.add(Value::Alias(target), bytes, 0, None);
            }
            Event::UnresolvedAlias(name) => {
                let problem = Problem::error(bytes.clone(), format!("no anchor `&{name}` stands before this alias"));
                self.document.problems.push(problem.help(format!("put `&{name}` at the value that is meant")));
                self.add(Value::Alias(None), bytes, 0, None);
            }
            Event::Anchor(id, name) => {
                let node = self.anchors.get(&id).and_then(|node| self.document.nodes.get_mut(*node));
                if let Some(node) = node {
                    node.anchor = Some(name.into_owned());
                }
            }
            _ => {}
        }
    }

    fn tag(&self, tag: Option<Cow<'_, granit_parser::Tag>>, span: Span) -> Option<Tag> {
        let tag = tag?;
        let written = span.tag_span().and_then(|span| span.slice(self.text).map(|text| (text.to_owned(), span)));
        Some(match written {
            Some((text, span)) => Tag { text, span: self.bytes(span) },
            None => Tag { text: format!("{}{}", tag.original_handle(), tag.suffix()), span: self.bytes(span) },
        })
    }

    /// Puts a value where the next one belongs.
    fn add(&mut self, value: Value, span: Range<usize>, anchor: usize, tag: Option<Tag>) -> Id {
        let id = self.document.nodes.len();
        self.document.nodes.push(Data { value, span, tag, anchor: None });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        let Some(parent) = self.open.last_mut() else {
            self.document.root.get_or_insert(id);
            return id;
        };
        match self.document.nodes.get_mut(parent.id).map(|data| &mut data.value) {
            Some(Value::Sequence(items)) => items.push(id),
            Some(Value::Mapping(entries)) => match parent.key.take() {
                Some(key) => entries.push((key, id)),
                None => parent.key = Some(id),
            },
            _ => {}
        }
        id
    }

    /// Completes a sequence or mapping; `end` is where the parser saw its end, none if it broke off.
    fn close(&mut self, open: Open, end: Option<Range<usize>>) {
        self.check_keys(open.id);
        let nodes = &self.document.nodes;
        let span_of = |id: Id| nodes.get(id).map(|data| data.span.clone());
        let inner = match nodes.get(open.id).map(|data| &data.value) {
            Some(Value::Sequence(items)) => items.first().zip(items.last()).map(|(first, last)| (*first, *last)),
            Some(Value::Mapping(entries)) => entries.first().zip(entries.last()).map(|(first, last)| (first.0, last.1)),
            _ => None,
        };
        let inner = inner.and_then(|(first, last)| Some(span_of(first)?.start..span_of(last)?.end));
        let Some(data) = self.document.nodes.get_mut(open.id) else { return };
        match (end, inner) {
            // A bracket or brace: the parser knows both ends.
            (Some(end), _) if !end.is_empty() => data.span.end = end.end,
            // Of a block the parser tells where the next token stands, beyond blank lines and comments.
            (_, Some(inner)) => data.span = data.span.start.min(inner.start)..inner.end,
            (_, None) => {}
        }
    }

    /// Two equal keys in one mapping are an error in YAML, and each reader takes another one of them. Keys that are no
    /// scalars are legal, but nothing that reads configuration takes them.
    fn check_keys(&mut self, mapping: Id) {
        let nodes = &self.document.nodes;
        let Some(Value::Mapping(entries)) = nodes.get(mapping).map(|data| &data.value) else { return };
        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        let mut found = Vec::new();
        for key in entries.iter().filter_map(|(key, _)| nodes.get(*key)) {
            let text = match &key.value {
                Value::Scalar { text, .. } => text,
                Value::Alias(_) => continue,
                Value::Sequence(_) | Value::Mapping(_) => {
                    found.push(Problem::error(key.span.clone(), "a sequence or mapping cannot be a key here"));
                    continue;
                }
            };
            if let Some(at) = first.get(text.as_str()) {
                let (line, _) = crate::report::line_column(self.text, *at);
                found.push(
                    Problem::error(key.span.clone(), format!("the key `{text}` stands here a second time"))
                        .help(format!("keep one of the two; the first is in line {line}")),
                );
            } else {
                first.insert(text, key.span.start);
            }
        }
        self.document.problems.extend(found);
    }
}

fn style_of(style: granit_parser::ScalarStyle) -> ScalarStyle {
    match style {
        granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
        granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
        granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
    }
}

fn kind_of(text: &str, style: ScalarStyle, tag: Option<&granit_parser::Tag>) -> ScalarKind {
    let is_plain = style == ScalarStyle::Plain;
    match tag.map(|tag| (tag.core_suffix(), tag.parts())) {
        Some((Some("null"), _)) => ScalarKind::Null,
        Some((Some("bool"), _)) => ScalarKind::Bool,
        Some((Some("int"), _)) => ScalarKind::Int,
        Some((Some("float"), _)) => ScalarKind::Float,
        // `! 1` is the string "1" (YAML 1.2.2, section 6.9.1).
        Some((Some(_), _) | (None, ("!", "") | ("", "!"))) => ScalarKind::Str,
        _ if is_plain => plain_kind(text),
        _ => ScalarKind::Str,
    }
}
