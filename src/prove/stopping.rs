//! The step `stops`: the stop signal is sent, and what follows is timed.

use std::time::{Duration, Instant};

use super::engine::{Call, EngineError};
use super::inspect;
use super::proc_view;
use super::report::Verdict;
use super::session::{Outcome, Session};
use super::stop::{self, Stop};

/// The step.
pub(super) fn step(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    let (container, inspected) = match session.running()? {
        Ok(running) => running,
        Err(outcome) => return Ok(outcome),
    };
    let signal = inspected["Config"]["StopSignal"].as_str().unwrap_or("SIGTERM").to_owned();
    let port = session.setup.ports.first().map(|(_, port)| *port);
    let listener = proc_view::listener(session, &container, port)?;
    let grace =
        session.options.stop_within.map_or(session.setup.stop_grace, |limit| limit.min(session.setup.stop_grace));
    let seconds = grace.as_secs_f64().ceil().max(1.0);
    // The engine's clock, which need not be ours: what was logged before the signal does not speak of it.
    let since = session.engine.ask(["info", "--format", "{{.SystemTime}}"])?;
    let limit = format!("{seconds:.0}");
    let mut call = Call::new(["stop", "--time", &limit, &container]);
    call.timeout = grace + Duration::from_secs(60);
    let start = Instant::now();
    let answer = session.engine.run(call)?;
    let took = start.elapsed().as_secs_f64();
    if !answer.success {
        return Ok(Outcome::not_proven("the engine could not stop it").with(answer.stderr));
    }
    let state = inspect::state(&session.engine.inspect("container", &container)?);
    let after = session.engine.run(Call::new(["logs", "--since", since.trim(), container.as_str()]))?;
    let log = format!("{}\n{}", after.text(), after.stderr.join("\n"));
    let logged = stop::handler_line(&log, &signal);
    let (verdict, mut evidence, reason) = stop::judge(&Stop {
        signal: &signal,
        exit_code: state.exit_code,
        seconds: took,
        grace: seconds,
        listener,
        logged,
    });
    if verdict != Verdict::Proven {
        evidence.extend(session.log_tail(&container, 10));
    }
    let help = (verdict == Verdict::Failed).then(|| {
        "start the program itself in exec form and let it handle the signal, or state `init: true` in the compose file".to_owned()
    });
    Ok(Outcome { verdict, evidence, reason, help })
}
