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
    let port = session.setup.port();
    let listener = proc_view::listener(session, &container, port)?;
    let grace =
        session.options.stop_within.map_or(session.setup.stop_grace, |limit| limit.min(session.setup.stop_grace));
    let seconds = grace.as_secs_f64().ceil().max(1.0);
    let since = session.driver.clock(&session.engine)?;
    let limit = format!("{seconds:.0}");
    let mut call = Call::new(["stop", "--time", &limit, &container]);
    call.timeout = grace + Duration::from_secs(60);
    let start = Instant::now();
    let answer = session.engine.run(call)?;
    let took = start.elapsed().as_secs_f64();
    let state = inspect::state(&session.inspect("container", &container)?);
    // Podman may fail at taking its network down after the service has ended.
    if !answer.success && state.running {
        return Ok(Outcome::not_proven("the engine could not stop it").with(answer.stderr));
    }
    let after = session.engine.run(Call::new(["logs", "--since", since.as_str(), container.as_str()]))?;
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
    if verdict == Verdict::Failed && session.untold.iter().any(|key| key.starts_with("init")) {
        let reason = format!("without the init that the compose file states, {}", reason.unwrap_or_default());
        return Ok(Outcome::not_proven(reason).with(evidence));
    }
    if verdict != Verdict::Proven {
        evidence.extend(session.log_tail(&container, 10));
    }
    let help = (verdict == Verdict::Failed).then(|| {
        "start the program itself in exec form and let it handle the signal, or state `init: true` in the compose file".to_owned()
    });
    Ok(Outcome { verdict, evidence, reason, help })
}
