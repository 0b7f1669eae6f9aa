//! A command that a project has written down (`cross-env NODE_ENV=production node dist/main.js`), read as a vector that
//! needs no shell. What is known of each program is data of the preset.

use super::project::Project;
use crate::catalog::preset::Program;
use crate::spec::values::split_words;

/// Scripts that call scripts: this deep at most.
const DEPTH: usize = 6;

/// A command without a shell.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Variables set before it.
    pub env: Vec<(String, String)>,
    /// It ends on SIGTERM as PID 1.
    pub handles_sigterm: bool,
    /// Its options make it listen on all addresses.
    pub binds: bool,
    /// The port it names.
    pub port: Option<String>,
}

/// Reads a command line that runs in a folder of the project.
///
/// # Errors
/// Why it cannot be taken, as the end of a sentence.
pub(super) fn read(project: &Project, line: &str, folder: &str) -> Result<Command, String> {
    nested(project, line, folder, Vec::new(), DEPTH)
}

fn nested(
    project: &Project,
    line: &str,
    folder: &str,
    env: Vec<(String, String)>,
    depth: usize,
) -> Result<Command, String> {
    if depth == 0 {
        return Err("its scripts call one another in a circle".to_owned());
    }
    let line = with_port(project, line.trim());
    // of `a && b` the last part serves; what stands before belongs into the build
    let mut parts: Vec<&str> =
        line.split("&&").flat_map(|part| part.split(';')).map(str::trim).filter(|part| !part.is_empty()).collect();
    let last = parts.pop().ok_or("it is empty")?;
    let mut folder = folder.to_owned();
    for part in &parts {
        let Some(into) =
            part.strip_prefix("cd ").map(|into| into.trim().trim_start_matches("./").trim_end_matches('/'))
        else {
            continue;
        };
        // another package of this project is installed with it; any other folder is a project of its own
        let member = find(project, &["cd".to_owned(), into.to_owned()]).and_then(|known| known.member.clone());
        if member.and_then(|member| project.fill(&member, str::to_owned)).as_deref() != Some(into) {
            return Err(format!("it goes into the folder `{into}`: run `scaffold new {into}` if that is the service"));
        }
        folder = into.to_owned();
    }
    let last = last.trim_end_matches('&').trim();
    let words = split_words(last).map_err(|why| format!("`{last}` cannot run without a shell: {why}"))?;
    resolve(project, words, folder, env, depth)
}

/// Reads a command that is split already.
pub(super) fn from_words(project: &Project, words: Vec<String>, env: Vec<(String, String)>) -> Result<Command, String> {
    resolve(project, words, String::new(), env, DEPTH)
}

/// `$PORT` and `${PORT:-8000}` become the port: an exec form expands nothing.
fn with_port(project: &Project, line: &str) -> String {
    if !line.contains("PORT") {
        return line.to_owned();
    }
    let mut line = line.to_owned();
    while let Some(start) = line.find("${PORT") {
        let Some(end) = line[start..].find('}') else { break };
        let inner = line[start + 2..start + end].to_owned();
        let default =
            inner.split_once([':', '-']).map(|(_, default)| default.trim_start_matches([':', '-', '=']).to_owned());
        let port = default.filter(|port| !port.is_empty()).or_else(|| project.text_of("port")).unwrap_or_default();
        line.replace_range(start..=start + end, &port);
    }
    if line.contains("$PORT") {
        let port = project.text_of("port").unwrap_or_default();
        line = line.replace("$PORT", &port);
    }
    line
}

fn resolve(
    project: &Project,
    mut words: Vec<String>,
    mut folder: String,
    mut env: Vec<(String, String)>,
    depth: usize,
) -> Result<Command, String> {
    // VAR=value before the program
    while let Some((name, value)) = words.first().and_then(|word| assignment(word)) {
        env.push((name, value));
        words.remove(0);
    }
    let program = words.first().cloned().ok_or("it has no program")?;
    if let Some(member) = other_member(project, &mut words) {
        folder = member.ok_or_else(|| format!("`{program}` starts another package, which was not found"))?;
    }
    let Some(known) = find(project, &words) else {
        return Err(format!("`{program}` is not among the dependencies, and nothing is known about it"));
    };
    if known.never {
        return Err(format!("`{program}` does not serve"));
    }
    let name = program.rsplit('/').next().unwrap_or(&program).to_owned();
    if !known.dependency.is_empty() && !known.dependency.iter().any(|dependency| depends(project, dependency)) {
        let needed = known.dependency.iter().next().unwrap_or(&name).to_owned();
        return Err(format!("`{needed}` is not among the dependencies"));
    }
    let skip = 1 + known.words.len();
    if known.wrapper {
        let mut rest: Vec<String> = words.split_off(skip);
        drop_options(&mut rest, known, true);
        return resolve(project, rest, folder, env, depth - usize::from(depth > 0))
            .map_err(|why| format!("behind `{name}`, {why}"));
    }
    if let Some(table) = &known.script {
        let rest = words.split_off(skip);
        let script = rest.iter().find(|word| !word.starts_with('-')).cloned().or_else(|| known.script_default.clone());
        let script = script.ok_or_else(|| format!("`{program}` names no script"))?;
        let table = if folder.is_empty() { table.clone() } else { format!("{folder}/{table}") };
        let at = format!("{table}.\"{script}\"");
        let line = project.at(&at).into_iter().next().ok_or_else(|| format!("there is no script `{script}`"))?;
        return nested(project, &line.value, &folder, env, depth - 1);
    }
    let mut argv = match &known.replace {
        Some(replacement) => {
            let mut argv = replacement
                .iter()
                .map(|word| project.fill(word, str::to_owned))
                .collect::<Option<Vec<_>>>()
                .ok_or("it needs what was not found")?;
            argv.extend(words.split_off(skip.min(words.len())));
            argv
        }
        None => words,
    };
    let from = known.replace.as_ref().map_or(1, Vec::len);
    let mut options = argv.split_off(from.min(argv.len()));
    drop_options(&mut options, known, false);
    let mut port = None;
    if let Some(regex) = known.port_regex.as_ref().and_then(|regex| project.regex(regex)) {
        port = regex
            .captures(&options.join(" "))
            .and_then(|captures| captures.iter().skip(1).flatten().next().map(|found| found.as_str().to_owned()));
    }
    if !folder.is_empty() {
        if known.runs_file {
            from_folder(&mut options, &folder);
        } else if known.append.is_empty() {
            return Err(format!("`{name}` is started in the folder `{folder}`"));
        }
    }
    argv.append(&mut options);
    for append in &known.append {
        let there = |option: &String| argv.iter().any(|word| word == option || word.starts_with(&format!("{option}=")));
        if append.unless.iter().any(there) || append.when.as_ref().is_some_and(|when| !project.holds(when)) {
            continue;
        }
        let words = append
            .words
            .iter()
            .map(|word| {
                fill_port(project, word, port.as_deref().or(known.port.map(|port| port.to_string()).as_deref()))
            })
            .collect::<Option<Vec<_>>>();
        argv.extend(words.ok_or("it needs what was not found")?);
    }
    Ok(Command {
        argv,
        env,
        handles_sigterm: known.handles_sigterm,
        binds: known.binds,
        port: port
            .or_else(|| known.port.map(|port| port.to_string()).filter(|_| project.text_of_given("port").is_none())),
    })
}

/// `{port}` is the port that the command itself names, else the project's.
fn fill_port(project: &Project, word: &str, own: Option<&str>) -> Option<String> {
    match own {
        Some(port) if word.contains("{port}") && project.text_of_given("port").is_none() => {
            project.fill(&word.replace("{port}", port), str::to_owned)
        }
        _ => project.fill(word, str::to_owned),
    }
}

/// The folder of the package that a command names by one of its program's options; these words are taken out. The inner
/// value is `None` when that package was not found.
fn other_member(project: &Project, words: &mut Vec<String>) -> Option<Option<String>> {
    let name = words.first()?.rsplit('/').next().unwrap_or_default().to_owned();
    let known = project
        .preset
        .programs
        .iter()
        .find(|known| !known.member_options.is_empty() && known.name.iter().any(|known| *known == name))?;
    let of_option = |word: &str| {
        known.member_options.iter().find(|option| {
            option.as_str() == word || word.strip_prefix(option.as_str()).is_some_and(|rest| rest.starts_with('='))
        })
    };
    let at = (1..words.len()).find(|at| {
        let word = words[*at].as_str();
        (*at == 1 || word.starts_with('-')) && of_option(word).is_some()
    })?;
    let end = if words[at].contains('=') { at + 1 } else { (at + 2).min(words.len()) };
    words.drain(at..end);
    Some(known.member.as_ref().and_then(|member| project.fill(member, str::to_owned)))
}

/// Paths of a folder become paths of the project, up to the program's file.
fn from_folder(options: &mut [String], folder: &str) {
    let mut behind_option = false;
    for word in options {
        if word.starts_with('-') {
            behind_option = true;
            continue;
        }
        let is_file = word.rsplit('/').next().is_some_and(|name| name.contains('.'));
        let is_value = std::mem::take(&mut behind_option);
        if (!is_value || is_file) && !word.starts_with('/') {
            *word = match word.strip_prefix("./") {
                Some(rest) if is_value => format!("./{folder}/{rest}"),
                Some(rest) => format!("{folder}/{rest}"),
                None => format!("{folder}/{word}"),
            };
        }
        if !is_value {
            return;
        }
    }
}

fn find<'a>(project: &Project<'a>, words: &[String]) -> Option<&'a Program> {
    let program = words.first()?;
    let name = program.rsplit('/').next().unwrap_or(program);
    // a program may be a script that the project itself declares: `{script}`
    let is_called = |known: &str| {
        known == name || (known.contains('{') && project.fill(known, str::to_owned).as_deref() == Some(name))
    };
    project.preset.programs.iter().find(|known| {
        known.name.iter().any(|known| is_called(known) || known == "*")
            && words[1..].starts_with(&known.words)
            && known.argument.as_ref().is_none_or(|argument| {
                let first = words[1 + known.words.len()..].iter().find(|word| !word.starts_with('-'));
                first.is_some_and(|first| project.regex(argument).is_some_and(|regex| regex.is_match(first)))
            })
            && known.when.as_ref().is_none_or(|when| project.holds(when))
            && (!known.name.iter().any(|name| name == "*") || depends(project, name))
    })
}

fn depends(project: &Project, name: &str) -> bool {
    let name: String = name.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    project.dependencies().contains_key(&name)
}

fn assignment(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    let named = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    named.then(|| (name.to_owned(), value.to_owned()))
}

/// Drops the options that a program's entry names; before a wrapped command, every leading option.
fn drop_options(words: &mut Vec<String>, known: &Program, leading: bool) {
    let mut kept = Vec::new();
    let mut words_iter = std::mem::take(words).into_iter().peekable();
    let mut in_front = leading;
    while let Some(word) = words_iter.next() {
        let named = known.drop.iter().find(|option| {
            option.trim_end_matches('=') == word || (option.ends_with('=') && word.starts_with(option.as_str()))
        });
        match named {
            Some(option) => {
                if option.ends_with('=') && !word.contains('=') {
                    words_iter.next();
                }
            }
            None if in_front && word.starts_with('-') => {}
            None => {
                if in_front && assignment(&word).is_none() {
                    in_front = false;
                }
                kept.push(word);
            }
        }
    }
    *words = kept;
}
