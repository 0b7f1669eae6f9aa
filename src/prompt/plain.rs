//! Questions line by line: for screen readers, braille displays, serial lines, Emacs, and pipes.
//!
//! Nothing is ever redrawn and the cursor never moves up. Lists are numbered; `b` goes back.

use std::io::{BufRead, Read, Write};

use super::fit::fit;
use super::{Answer, Ask, Choice, Confirm, MultiSelect, Select, Stopped, Text, check_text};

/// A longer line is no answer to any of our questions.
const LINE_LIMIT: u64 = 64 * 1024;
/// Here lines may wrap, so only what is absurd is cut.
const CELLS: usize = 1000;

/// Asks by lines that it reads from `R` and writes to `W`.
#[derive(Debug)]
pub struct Plain<R, W> {
    input: R,
    output: W,
}

impl<R: BufRead, W: Write> Plain<R, W> {
    /// Asks on `output` and reads from `input`.
    pub fn new(input: R, output: W) -> Self {
        Self { input, output }
    }

    fn say(&mut self, line: &str) -> Result<(), Stopped> {
        writeln!(self.output, "{}", fit(line, CELLS)).map_err(|_| Stopped::Closed)
    }

    /// Asks until `parse` accepts a line.
    fn ask<T>(&mut self, prompt: &str, mut parse: impl FnMut(&str) -> Result<T, String>) -> Result<Answer<T>, Stopped> {
        loop {
            write!(self.output, "{}: ", fit(prompt, CELLS)).map_err(|_| Stopped::Closed)?;
            self.output.flush().map_err(|_| Stopped::Closed)?;
            let mut line = Vec::new();
            let read = (&mut self.input).take(LINE_LIMIT).read_until(b'\n', &mut line).map_err(|_| Stopped::Closed)?;
            if read == 0 {
                // What comes next should not stand behind the question.
                self.say("")?;
                return Err(Stopped::Closed);
            }
            if line.pop_if(|last| *last == b'\n').is_none() && read as u64 == LINE_LIMIT {
                return Err(Stopped::Closed);
            }
            line.pop_if(|last| *last == b'\r');
            let parsed = match std::str::from_utf8(&line) {
                Ok(text) if text.trim() == "b" => return Ok(Answer::Back),
                Ok(text) => parse(text.trim()),
                Err(_) => Err("write it in UTF-8".to_owned()),
            };
            match parsed {
                Ok(value) => return Ok(Answer::Given(value)),
                Err(what_to_do) => self.say(&format!("Not accepted: {what_to_do}"))?,
            }
        }
    }

    fn introduce(&mut self, question: &str, help: &str, options: &[Choice], chosen: &[usize]) -> Result<(), Stopped> {
        self.say(question)?;
        if !help.is_empty() {
            self.say(&format!("  {help}"))?;
        }
        for (index, Choice { label, hint }) in options.iter().enumerate() {
            let tick = if chosen.contains(&index) { " (chosen)" } else { "" };
            let comma = if hint.is_empty() { "" } else { ", " };
            self.say(&format!("  {}. {label}{tick}{comma}{hint}", index + 1))?;
        }
        Ok(())
    }
}

impl<R: BufRead, W: Write> Ask for Plain<R, W> {
    fn select(&mut self, question: &Select<'_>) -> Result<Answer<usize>, Stopped> {
        let Select { question, help, options, start, .. } = *question;
        if options.is_empty() {
            return Err(Stopped::Closed);
        }
        self.introduce(question, help, options, &[])?;
        let start = start.min(options.len() - 1);
        let prompt = format!("{question} [{}], b goes back", start + 1);
        self.ask(&prompt, |line| if line.is_empty() { Ok(start) } else { find(options, line) })
    }

    fn text(&mut self, question: &Text<'_>) -> Result<Answer<String>, Stopped> {
        let Text { question, help, default, initial, validate } = *question;
        let empty = initial.or(default);
        let shown = empty.map(|value| format!(" [{value}]")).unwrap_or_default();
        let help = if help.is_empty() { String::new() } else { format!(" ({help})") };
        self.ask(&format!("{question}{shown}{help}, b goes back"), |line| {
            let line = if line.is_empty() { empty.unwrap_or_default() } else { line };
            check_text(line, validate).map(|()| line.to_owned())
        })
    }

    fn confirm(&mut self, question: &Confirm<'_>) -> Result<Answer<bool>, Stopped> {
        let Confirm { question, help, default } = *question;
        let help = if help.is_empty() { String::new() } else { format!(" ({help})") };
        let shown = if default { "yes" } else { "no" };
        self.ask(&format!("{question} yes or no [{shown}]{help}, b goes back"), |line| {
            match line.to_ascii_lowercase().as_str() {
                "" => Ok(default),
                "y" | "yes" => Ok(true),
                "n" | "no" => Ok(false),
                _ => Err("write yes or no".to_owned()),
            }
        })
    }

    fn multi_select(&mut self, question: &MultiSelect<'_>) -> Result<Answer<Vec<usize>>, Stopped> {
        let MultiSelect { question, help, options, chosen } = *question;
        self.introduce(question, help, options, chosen)?;
        let now: Vec<String> =
            chosen.iter().filter(|index| **index < options.len()).map(|index| (index + 1).to_string()).collect();
        let now = if now.is_empty() { "none".to_owned() } else { now.join(" ") };
        self.ask(&format!("{question} numbers or none [{now}], b goes back"), |line| {
            let line = if line.is_empty() { now.as_str() } else { line };
            if line.eq_ignore_ascii_case("none") {
                return Ok(Vec::new());
            }
            let words = line.split([' ', ',']).filter(|word| !word.is_empty());
            let mut indices = words.map(|word| find(options, word)).collect::<Result<Vec<_>, _>>()?;
            indices.sort_unstable();
            indices.dedup();
            Ok(indices)
        })
    }
}

/// An option by its number or its name.
fn find(options: &[Choice], line: &str) -> Result<usize, String> {
    let by_number = line.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|n| *n < options.len());
    by_number
        .or_else(|| options.iter().position(|option| option.label.eq_ignore_ascii_case(line)))
        .ok_or_else(|| format!("write a number from 1 to {}", options.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Vec<Choice> {
        vec![Choice::new("slim", "Debian without extras"), Choice::new("alpine", ""), Choice::new("distroless", "")]
    }

    fn with<T>(input: &[u8], ask: impl FnOnce(&mut dyn Ask) -> T) -> (T, String) {
        let mut output = Vec::new();
        let result = ask(&mut Plain::new(input, &mut output));
        (result, String::from_utf8(output).expect("a text"))
    }

    fn select(input: &str) -> (Result<Answer<usize>, Stopped>, String) {
        let options = options();
        let question =
            Select { question: "Base image", help: "the default", options: &options, start: 1, keep_last: false };
        with(input.as_bytes(), |ask| ask.select(&question))
    }

    fn text(input: &[u8]) -> (Result<Answer<String>, Stopped>, String) {
        let port =
            |text: &str| text.parse::<u16>().map(|_| ()).map_err(|_| "write a number from 1 to 65535".to_owned());
        let question =
            Text { question: "Port", help: "src/server.ts:12", default: Some("3000"), initial: None, validate: &port };
        with(input, |ask| ask.text(&question))
    }

    #[test]
    fn a_list_is_answered_by_number_by_name_or_by_enter() {
        assert_eq!(select("3\n").0, Ok(Answer::Given(2)));
        assert_eq!(select("Slim\r\n").0, Ok(Answer::Given(0)));
        assert_eq!(select("\n").0, Ok(Answer::Given(1)));
        assert_eq!(select("b\n").0, Ok(Answer::Back));
        assert_eq!(select("").0, Err(Stopped::Closed));
        let (answer, shown) = select("0\n4\nubuntu\n1");
        assert_eq!(answer, Ok(Answer::Given(0)));
        assert_eq!(shown.matches("Not accepted: write a number from 1 to 3").count(), 3);
        assert!(
            shown.starts_with(
                "Base image\n  the default\n  1. slim, Debian without extras\n  2. alpine\n  3. distroless\n\
                 Base image [2], b goes back: "
            ),
            "{shown}"
        );
    }

    #[test]
    fn text_is_asked_again_until_it_will_do() {
        assert_eq!(text(b"\n").0, Ok(Answer::Given("3000".to_owned())));
        let (answer, shown) = text(b"http\n\xff\n80\x1b80\n 8080 \n");
        assert_eq!(answer, Ok(Answer::Given("8080".to_owned())));
        for words in ["write a number from 1", "in UTF-8", "without control characters"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        assert!(shown.starts_with("Port [3000] (src/server.ts:12), b goes back: "), "{shown}");
    }

    #[test]
    fn yes_no_and_several_of_a_list() {
        let confirm = Confirm { question: "Write?", help: "", default: true };
        assert_eq!(with(b"maybe\nN\n", |ask| ask.confirm(&confirm)).0, Ok(Answer::Given(false)));
        assert_eq!(with(b"\n", |ask| ask.confirm(&confirm)).0, Ok(Answer::Given(true)));

        let options = options();
        let several = MultiSelect { question: "Services", help: "", options: &options, chosen: &[2] };
        for (input, indices) in [("\n", vec![2]), ("none\n", vec![]), ("3, 1 slim\n", vec![0, 2]), ("9\n2\n", vec![1])]
        {
            let (answer, shown) = with(input.as_bytes(), |ask| ask.multi_select(&several));
            assert_eq!(answer, Ok(Answer::Given(indices)), "{input}");
            assert!(shown.contains("3. distroless (chosen)"), "{shown}");
        }
    }

    #[test]
    fn the_cursor_is_never_moved() {
        let (_, shown) = select("x\n1\n");
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    }

    #[test]
    fn an_endless_line_is_no_answer() {
        let endless = vec![b'1'; 200_000];
        assert_eq!(text(&endless).0, Err(Stopped::Closed));
    }
}
