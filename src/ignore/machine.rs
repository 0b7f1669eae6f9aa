//! The part of Go's regular expressions that [`super::translate`] produces, and the escapes and classes that a pattern
//! may smuggle into it. Runs in time linear in the path (times the length of the pattern).

use std::iter::Peekable;
use std::ops::RangeInclusive;
use std::str::Chars;

/// A compiled expression, which has to match from the first character of a text on.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    steps: Vec<Step>,
    notice: Option<char>,
}

#[derive(Debug, Clone)]
enum Step {
    /// Takes one character of the set.
    One(Set),
    /// Takes any number of characters of the set.
    Many(Set),
    /// `(.*/)?`: goes on, or passes over the two steps that follow.
    Maybe,
    /// Takes nothing.
    Assert(Assertion),
}

#[derive(Debug, Clone, Copy)]
enum Assertion {
    Start,
    End,
    WordBoundary(bool),
}

#[derive(Debug, Clone)]
struct Set {
    negated: bool,
    ranges: Vec<RangeInclusive<char>>,
    /// Escapes and named classes inside brackets.
    sets: Vec<Set>,
}

impl Set {
    fn of(ranges: &[RangeInclusive<char>]) -> Self {
        Self { negated: false, ranges: ranges.to_vec(), sets: Vec::new() }
    }

    fn not(self) -> Self {
        Self { negated: !self.negated, ..self }
    }

    fn has(&self, c: char) -> bool {
        (self.ranges.iter().any(|range| range.contains(&c)) || self.sets.iter().any(|set| set.has(c))) != self.negated
    }

    /// The only character of the set, if it was written as one.
    fn single(&self) -> Option<char> {
        match self.ranges.as_slice() {
            [range] if !self.negated && range.start() == range.end() => Some(*range.start()),
            _ => None,
        }
    }
}

/// Why an expression does not become a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// Go refuses it, too.
    Refused(String),
    /// Go knows this escape, and this reader does not.
    Unknown(char),
}

impl Machine {
    /// Compiles an expression.
    ///
    /// # Errors
    /// See [`Failure`].
    pub(super) fn compile(expression: &str) -> Result<Self, Failure> {
        let mut reader = Reader { rest: expression.chars().peekable(), notice: None, no_more_names: false };
        let steps = reader.steps()?;
        Ok(Self { steps, notice: reader.notice })
    }

    /// The letter of an escape that looks like an escaped letter and is none.
    pub(super) fn notice(&self) -> Option<char> {
        self.notice
    }

    /// Whether the text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        let end = self.steps.len();
        let mut active = vec![false; end + 1];
        let mut then = active.clone();
        active[0] = true;
        // All active steps are in `first..=last`: mostly a few, so the rest of a long pattern costs nothing.
        let (mut first, mut last) = (0, 0);
        let mut previous = None;
        for next in text.chars().map(Some).chain([None]) {
            let (mut then_first, mut then_last) = (end, 0);
            let mut at = first;
            // What takes no character leads forward only, so one pass from the left reaches everything.
            while at <= last && at < end {
                if std::mem::take(&mut active[at]) {
                    let (free, taken) = match &self.steps[at] {
                        Step::One(set) => (None, next.filter(|c| set.has(*c)).map(|_| at + 1)),
                        Step::Many(set) => (Some(at + 1), next.filter(|c| set.has(*c)).map(|_| at)),
                        Step::Maybe => {
                            active[at + 3] = true;
                            last = last.max(at + 3);
                            (Some(at + 1), None)
                        }
                        Step::Assert(assertion) => (assertion.holds(previous, next).then_some(at + 1), None),
                    };
                    if let Some(free) = free {
                        active[free] = true;
                        last = last.max(free);
                    }
                    if let Some(taken) = taken {
                        then[taken] = true;
                        then_first = then_first.min(taken);
                        then_last = then_last.max(taken);
                    }
                }
                at += 1;
            }
            if active[end] {
                return true;
            }
            if then_first > then_last {
                return false;
            }
            std::mem::swap(&mut active, &mut then);
            (first, last) = (then_first, then_last);
            previous = next;
        }
        false
    }
}

impl Assertion {
    fn holds(self, previous: Option<char>, next: Option<char>) -> bool {
        let in_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        match self {
            Self::Start => previous.is_none(),
            Self::End => next.is_none(),
            Self::WordBoundary(wanted) => (in_word(previous) != in_word(next)) == wanted,
        }
    }
}

fn not_newline() -> Set {
    Set::of(&['\n'..='\n']).not()
}

fn refused<T>(why: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Refused(why.into()))
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    notice: Option<char>,
    /// `:]` does not come any more: asked once, so that a long line costs no quadratic time.
    no_more_names: bool,
}

impl Reader<'_> {
    fn steps(&mut self) -> Result<Vec<Step>, Failure> {
        let mut steps = Vec::new();
        while let Some(c) = self.rest.next() {
            match c {
                '*' => match steps.pop() {
                    Some(Step::One(set)) => steps.push(Step::Many(set)),
                    _ => return refused("there is nothing to repeat"),
                },
                // Every parenthesis of the pattern itself is escaped, so this is the translation of `**`.
                '(' => {
                    self.rest.by_ref().take_while(|c| *c != '?').for_each(drop);
                    steps.push(Step::Maybe);
                    steps.push(Step::Many(not_newline()));
                    steps.push(Step::One(Set::of(&['/'..='/'])));
                }
                '.' => steps.push(Step::One(not_newline())),
                '$' => steps.push(Step::Assert(Assertion::End)),
                '^' => steps.push(Step::Assert(Assertion::Start)),
                '[' => steps.push(Step::One(self.class()?)),
                '\\' => steps.push(self.escape()?),
                _ => steps.push(Step::One(Set::of(&[c..=c]))),
            }
        }
        Ok(steps)
    }

    /// What follows `\` outside of brackets.
    fn escape(&mut self) -> Result<Step, Failure> {
        let assertion = match self.rest.peek() {
            Some('A') => Assertion::Start,
            Some('z') => Assertion::End,
            Some('b') => Assertion::WordBoundary(true),
            Some('B') => Assertion::WordBoundary(false),
            _ => return self.escaped_set().map(Step::One),
        };
        self.notice = self.rest.next();
        Ok(Step::Assert(assertion))
    }

    /// What follows `\` and stands for characters.
    fn escaped_set(&mut self) -> Result<Set, Failure> {
        let Some(c) = self.rest.next() else { return refused("nothing follows the final backslash") };
        let set = match c {
            'd' => Set::of(&['0'..='9']),
            'D' => Set::of(&['0'..='9']).not(),
            'w' => Set::of(&WORD),
            'W' => Set::of(&WORD).not(),
            's' => Set::of(&BLANK),
            'S' => Set::of(&BLANK).not(),
            'a' => Set::of(&['\x07'..='\x07']),
            'f' => Set::of(&['\x0c'..='\x0c']),
            'n' => Set::of(&['\n'..='\n']),
            'r' => Set::of(&['\r'..='\r']),
            't' => Set::of(&['\t'..='\t']),
            'v' => Set::of(&['\x0b'..='\x0b']),
            'p' | 'P' | 'Q' | 'x' | '0'..='7' => return Err(Failure::Unknown(c)),
            _ if c.is_ascii_alphanumeric() || !c.is_ascii() => return refused(format!("`\\{c}` is no escape")),
            _ => return Ok(Set::of(&[c..=c])),
        };
        self.notice = Some(c);
        Ok(set)
    }

    /// What follows `[`.
    fn class(&mut self) -> Result<Set, Failure> {
        let mut class = Set::of(&[]);
        if self.rest.next_if_eq(&'^').is_some() {
            class = class.not();
        }
        let mut first = true;
        while first || self.rest.next_if_eq(&']').is_none() {
            first = false;
            if let Some(named) = self.named_class()? {
                class.sets.push(named);
                continue;
            }
            let set = self.class_set()?;
            match set.single() {
                Some(low) => class.ranges.push(low..=self.range_end(low)?),
                None => class.sets.push(set),
            }
        }
        Ok(class)
    }

    /// The other end of a range in brackets; the same character if there is no range.
    fn range_end(&mut self, low: char) -> Result<char, Failure> {
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') || ahead.next() == Some(']') {
            return Ok(low);
        }
        self.rest.next();
        match self.class_set()?.single() {
            Some(high) if low <= high => Ok(high),
            _ => refused(format!("the range from `{low}` in brackets runs backwards")),
        }
    }

    /// One character or escape in brackets.
    fn class_set(&mut self) -> Result<Set, Failure> {
        match self.rest.next() {
            None => refused("`[` has no `]`"),
            Some('\\') => self.escaped_set(),
            Some(c) => Ok(Set::of(&[c..=c])),
        }
    }

    /// `[:alpha:]` and its like, if they come next.
    fn named_class(&mut self) -> Result<Option<Set>, Failure> {
        let mut ahead = self.rest.clone();
        if self.no_more_names || ahead.next() != Some('[') || ahead.next() != Some(':') {
            return Ok(None);
        }
        let ahead: String = ahead.collect();
        let Some((name, _)) = ahead.split_once(":]") else {
            self.no_more_names = true;
            return Ok(None);
        };
        let (negated, plain) = name.strip_prefix('^').map_or((false, name), |plain| (true, plain));
        let Some(ranges) = posix_class(plain) else {
            return refused(format!("`[:{name}:]` is no class of characters"));
        };
        self.rest.nth(name.len() + "[::]".len() - 1);
        let set = Set::of(ranges);
        Ok(Some(if negated { set.not() } else { set }))
    }
}

const WORD: [RangeInclusive<char>; 4] = ['0'..='9', 'A'..='Z', '_'..='_', 'a'..='z'];
const BLANK: [RangeInclusive<char>; 3] = ['\t'..='\n', '\x0c'..='\r', ' '..=' '];

/// The classes of POSIX that Go knows (regexp/syntax, Go 1.27).
fn posix_class(name: &str) -> Option<&'static [RangeInclusive<char>]> {
    Some(match name {
        "alnum" => &['0'..='9', 'A'..='Z', 'a'..='z'],
        "alpha" => &['A'..='Z', 'a'..='z'],
        "ascii" => &['\0'..='\x7f'],
        "blank" => &['\t'..='\t', ' '..=' '],
        "cntrl" => &['\0'..='\x1f', '\x7f'..='\x7f'],
        "digit" => &['0'..='9'],
        "graph" => &['!'..='~'],
        "lower" => &['a'..='z'],
        "print" => &[' '..='~'],
        "punct" => &['!'..='/', ':'..='@', '['..='`', '{'..='~'],
        "space" => &['\t'..='\r', ' '..=' '],
        "upper" => &['A'..='Z'],
        "word" => &WORD,
        "xdigit" => &['0'..='9', 'A'..='F', 'a'..='f'],
        _ => return None,
    })
}
