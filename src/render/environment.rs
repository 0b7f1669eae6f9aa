//! Tera, bounded and without a way around the quoting filters.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind as IoKind, Write};

use tera::{Context, ErrorKind, Kwargs, ReportError, State, Tera, Value};

use super::{lint, quote};
use crate::report::Diagnostic;

/// Longest text that one rendering may make, in bytes.
pub const MAX_OUTPUT_BYTES: usize = 1024 * 1024;

/// Tera's own filters that mark text as quoted, or follow the order of a hash map. They cannot be removed, so they
/// are replaced by an error.
const FORBIDDEN_FILTERS: &[&str] =
    &["safe", "escape", "escape_html", "escape_xml", "newlines_to_br", "keys", "values", "pairs", "group_by"];

/// A set of templates that was parsed and linted, ready to render.
pub struct Environment {
    tera: Tera,
    sources: BTreeMap<String, String>,
}

impl Environment {
    /// Parses and lints the templates; give those that [`closure`](super::closure) finds, in one call.
    ///
    /// # Errors
    /// The first syntax error, unknown filter, missing parent or print without a quoting filter, with its place.
    pub fn new(templates: &[(&str, &str)]) -> Result<Self, Diagnostic> {
        let sources: BTreeMap<_, _> =
            templates.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let mut tera = Tera::new();
        tera.autoescape_on([""]);
        tera.set_escape_fn(|_, _| Err(IoKind::InvalidData.into()));
        quote::register(&mut tera);
        for name in FORBIDDEN_FILTERS {
            tera.register_filter(*name, forbidden);
        }
        tera.register_function("range", |_: Kwargs, _: &State| -> tera::TeraResult<Value> {
            Err(tera::Error::message("templates loop over the plan's lists only"))
        });
        let mut environment = Self { tera, sources };
        let added = environment.tera.add_raw_templates(templates.iter().copied());
        let broken = |error: &tera::Error| matches!(error.kind(), ErrorKind::SyntaxError(_));
        if let Some(error) = added.as_ref().err().filter(|error| broken(error)) {
            return Err(environment.diagnostic(error, None));
        }
        // Tera tells an unknown filter without its place, so the lint speaks first.
        if let Some(problem) = templates.iter().find_map(|(name, text)| lint::lint(name, text).into_iter().next()) {
            return Err(problem);
        }
        added.map_err(|error| environment.diagnostic(&error, None))?;
        Ok(environment)
    }

    /// Renders the template `entry`.
    ///
    /// # Errors
    /// A value that a filter refuses for its place, an unknown name, or more than [`MAX_OUTPUT_BYTES`].
    pub fn render(&self, entry: &str, context: &Context) -> Result<String, Diagnostic> {
        let mut output = Bounded(Vec::new());
        self.tera.render_to(entry, context, &mut output).map_err(|error| self.diagnostic(&error, Some(entry)))?;
        String::from_utf8(output.0).map_err(|_| Diagnostic::error(format!("`{entry}` renders text that is not UTF-8")))
    }

    fn diagnostic(&self, error: &tera::Error, entry: Option<&str>) -> Diagnostic {
        let shown = entry.map_or_else(|| "the templates".to_owned(), |entry| format!("the template `{entry}`"));
        match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => self.reported(report),
            ErrorKind::Io(IoKind::InvalidData) => {
                Diagnostic::error(format!("{shown} prints a value that no filter quoted"))
                    .help("end each print with the quoting filter of its place, such as `| sh` or `| yaml`")
            }
            ErrorKind::Io(IoKind::FileTooLarge) => {
                Diagnostic::error(format!("{shown} renders more than {MAX_OUTPUT_BYTES} bytes"))
            }
            other => Diagnostic::error(lower_case_start(&other.to_string())),
        }
    }

    fn reported(&self, report: &ReportError) -> Diagnostic {
        let diagnostic = Diagnostic::error(lower_case_start(report.message()));
        match self.sources.get(report.filename()) {
            Some(source) => diagnostic.at(report.filename(), source, report.span().range.clone()),
            None => diagnostic,
        }
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.sources.keys()).finish()
    }
}

fn forbidden(_: &Value, _: Kwargs, _: &State) -> tera::TeraResult<Value> {
    Err(tera::Error::message("this filter is not for templates"))
}

/// Tera starts its messages with a capital letter and ends them with a full stop; ours have neither.
fn lower_case_start(message: &str) -> String {
    let message = message.trim_start_matches("error: ").trim_end().trim_end_matches('.');
    let mut letters = message.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT_BYTES {
            return Err(IoKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(template: &str, context: &Context) -> String {
        let made = Environment::new(&[("t", template)]);
        made.and_then(|environment| environment.render("t", context)).unwrap_err().render(false)
    }

    #[test]
    fn a_quoted_value_is_rendered() {
        let environment = Environment::new(&[("t", "RUN echo {{ v | sh }}\n")]).unwrap();
        assert_eq!(environment.render("t", &tera::context! { v => "a b" }).unwrap(), "RUN echo 'a b'\n");
    }

    #[test]
    fn a_component_of_another_file_quotes_for_itself() {
        let templates =
            [("t", "{{ <greet who={v} /> }}"), ("c", "{% component greet(who) %}hi {{ who | sh }}{% endcomponent %}")];
        let environment = Environment::new(&templates).unwrap();
        assert_eq!(environment.render("t", &tera::context! { v => "you all" }).unwrap(), "hi 'you all'");
    }

    #[test]
    fn mistakes_are_shown_with_their_place() {
        let empty = Context::new();
        for (template, message, place) in [
            ("a\n{{ x.y | sh }}", "x", "t:2:4"),
            ("a\n  {% if %}", "", "t:2:9"),
            ("{{ v | shh }}", "shh", "t:1:8"),
            ("\n{{ v }}", "does not quote", "t:2:1"),
        ] {
            let shown = refusal(template, &empty);
            assert!(shown.contains(message) && shown.contains(place), "{template}: {shown}");
        }
    }

    #[test]
    fn a_refused_value_is_shown_at_its_print() {
        let shown = refusal("RUN {{ v | sh }}", &tera::context! { v => "a\nb" });
        assert!(shown.contains("t:1:12") && shown.contains("control character"), "{shown}");
    }

    #[test]
    fn output_is_bounded() {
        let many = vec![1; 1_100];
        let context = tera::context! { many => &many };
        let shown = refusal("{% for a in many %}{% for b in many %}x{% endfor %}{% endfor %}", &context);
        assert!(shown.contains("more than 1048576 bytes"), "{shown}");
    }

    #[test]
    fn tera_itself_refuses_what_the_lint_would_let_through() {
        // Not by way of `new`, to see the second wall alone.
        let mut tera = Environment::new(&[]).unwrap().tera;
        let context = tera::context! { v => "x" };
        for template in ["{{ v }}", "{{ v | safe }}", "{{ v | escape_html }}", "{% set x %}{{ v }}{% endset %}"] {
            tera.add_raw_template("t", template).unwrap();
            assert!(tera.render("t", &context).is_err(), "{template}");
        }
    }
}
