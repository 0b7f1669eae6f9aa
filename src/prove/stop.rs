//! The verdict on a stop signal: handled, ended by default, or killed.

use super::report::Verdict;

/// Which process listens on the service's port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Listener {
    /// PID 1, or a child of the init in front: the signal reaches it.
    Reached(String),
    /// A process further down: the signal reaches the wrapper, named here.
    Behind(String),
    /// Could not be seen; why.
    Unknown(String),
}

/// What was seen of a stop.
pub(super) struct Stop<'a> {
    pub(super) signal: &'a str,
    pub(super) exit_code: i64,
    pub(super) seconds: f64,
    pub(super) grace: f64,
    pub(super) listener: Listener,
    /// The line of the log that tells of the signal.
    pub(super) logged: Option<String>,
}

/// The verdict, what was seen, and why it is not better.
pub(super) fn judge(stop: &Stop<'_>) -> (Verdict, Vec<String>, Option<String>) {
    let Stop { signal, exit_code, seconds, grace, .. } = stop;
    let mut evidence = vec![format!("exit code {exit_code} after {seconds:.1} s of {grace:.0} s")];
    if *seconds <= 2.0 {
        evidence.push("within 2 s".into());
    }
    match &stop.listener {
        Listener::Reached(what) => evidence.push(format!("the signal reaches the listener: {what}")),
        Listener::Behind(what) => evidence.push(format!("the listener stands behind a wrapper: {what}")),
        Listener::Unknown(why) => evidence.push(why.clone()),
    }
    if let Some(line) = &stop.logged {
        evidence.push(format!("handler logged: {line}"));
    }
    let number = signal_number(signal);
    if *exit_code == 137 {
        return (Verdict::Failed, evidence, Some(format!("killed: it did not end on {signal} within {grace:.0} s")));
    }
    if *seconds > *grace {
        return (Verdict::Failed, evidence, Some(format!("it took {seconds:.1} s, {grace:.0} s are allowed")));
    }
    // 130 and 131 are what programs give back that end by the SIGINT or SIGQUIT which their image asked for.
    let by_signal = number.is_some_and(|number| *exit_code == 128 + number) || *exit_code == 143;
    if *exit_code != 0 && !by_signal {
        let expected = number.map_or(143, |number| 128 + number);
        let reason = format!("it ended with exit code {exit_code}, a stop in order is 0 or {expected}");
        return (Verdict::Failed, evidence, Some(reason));
    }
    match (&stop.listener, &stop.logged) {
        (_, Some(_)) => (Verdict::Proven, evidence, None),
        (Listener::Reached(_), None) => {
            evidence.push(if by_signal {
                "ended by the signal; whether a handler of its own ran, only a line in its log can show".into()
            } else {
                format!("handled: it ended by itself on {signal}")
            });
            (Verdict::Proven, evidence, None)
        }
        (Listener::Behind(what), None) => {
            let reason =
                format!("ended by default: {what} got {signal}; nothing shows that the program behind it was told");
            (Verdict::NotProven, evidence, Some(reason))
        }
        (Listener::Unknown(_), None) => {
            evidence.push(format!("ended in order on {signal}"));
            (Verdict::Proven, evidence, None)
        }
    }
}

fn signal_number(signal: &str) -> Option<i64> {
    match signal.trim_start_matches("SIG") {
        "HUP" => Some(1),
        "INT" => Some(2),
        "QUIT" => Some(3),
        "USR1" => Some(10),
        "USR2" => Some(12),
        "TERM" => Some(15),
        "WINCH" => Some(28),
        number => number.parse().ok(),
    }
}

/// The first line of a log that tells of the signal.
pub(super) fn handler_line(log: &str, signal: &str) -> Option<String> {
    let words = [signal.to_ascii_lowercase(), "shutting down".into(), "graceful".into(), "shutdown".into()];
    log.lines()
        .find(|line| {
            let line = line.to_ascii_lowercase();
            words.iter().any(|word| line.contains(word))
        })
        .map(|line| line.trim().chars().take(160).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(exit_code: i64, seconds: f64, listener: Listener, logged: Option<&str>) -> Verdict {
        let logged = logged.map(str::to_owned);
        judge(&Stop { signal: "SIGTERM", exit_code, seconds, grace: 10.0, listener, logged }).0
    }

    fn reached() -> Listener {
        Listener::Reached("node is PID 1".into())
    }

    fn behind() -> Listener {
        Listener::Behind("npm start".into())
    }

    #[test]
    fn zero_and_143_in_time_are_a_stop_in_order() {
        assert_eq!(stop(0, 0.3, reached(), None), Verdict::Proven);
        assert_eq!(stop(143, 0.3, reached(), None), Verdict::Proven);
    }

    #[test]
    fn killed_another_code_and_too_late_are_failures() {
        assert_eq!(stop(137, 10.1, reached(), None), Verdict::Failed);
        assert_eq!(stop(1, 0.1, reached(), None), Verdict::Failed);
        assert_eq!(stop(0, 10.5, reached(), None), Verdict::Failed);
    }

    #[test]
    fn a_wrapper_that_ends_well_proves_nothing_about_the_program_behind_it() {
        assert_eq!(stop(0, 0.1, behind(), None), Verdict::NotProven);
        assert_eq!(stop(0, 0.1, behind(), Some("SIGTERM")), Verdict::Proven);
    }

    #[test]
    fn the_image_s_own_stop_signal_counts() {
        let quit =
            Stop { signal: "SIGQUIT", exit_code: 131, seconds: 0.1, grace: 10.0, listener: reached(), logged: None };
        assert_eq!(judge(&quit).0, Verdict::Proven);
    }

    #[test]
    fn a_line_that_names_the_signal_is_the_handler_s() {
        assert_eq!(
            handler_line("listening\ngot SIGTERM, closing\n", "SIGTERM").as_deref(),
            Some("got SIGTERM, closing")
        );
        assert_eq!(handler_line("listening\n", "SIGTERM"), None);
    }
}
