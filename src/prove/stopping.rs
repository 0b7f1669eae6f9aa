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
    let before = session.engine.run(Call::new(["logs", container.as_str()]))?;
    let lines = before.text().lines().count() + before.stderr.len();
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
    let after = session.engine.run(Call::new(["logs", container.as_str()]))?;
    let mut log: Vec<String> = after.text().lines().map(str::to_owned).collect();
    log.extend(after.stderr);
    // Only what came after the signal can speak of it; the two streams are read one after the other, so count, do not cut.
    let fresh = log.len() > lines;
    let logged = stop::handler_line(&log.join("\n"), &signal).filter(|_| fresh);
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
