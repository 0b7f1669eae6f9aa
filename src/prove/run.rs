//! The steps `locked-down-run`, `healthy` and `answers`: started as the compose file says, and asked from outside.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::engine::EngineError;
use super::inspect;
use super::lockdown;
use super::report::Verdict;
use super::session::{Outcome, Session};
use super::setup::Origin;

/// How long a service without a health check must stay up.
const SETTLED: Duration = Duration::from_secs(3);

/// The step `locked-down-run`.
pub(super) fn locked_down(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    if !session.built {
        return Ok(Outcome::not_proven("there is no image"));
    }
    let image = session.image();
    let container = match session.up(&image, |_| {})? {
        Ok(container) => container,
        Err(said) => {
            let mut evidence: Vec<String> = said.into_iter().rev().take(30).collect();
            evidence.reverse();
            return Ok(Outcome::failed("the engine does not start the service", evidence));
        }
    };
    let inspected = session.inspect("container", &container)?;
    let lacks = lockdown::missing(&session.setup.stated());
    let stated_ports = if session.options.lock_down { &[][..] } else { &session.setup.ports };
    let found = inspect::lock_down(&inspected, stated_ports);
    let mut evidence = found.problems.clone();
    if session.setup.origin == Origin::Dockerfile {
        evidence.push(
            "there is no compose file: it runs under the standard lock-down, which it must be given elsewhere, too"
                .into(),
        );
    }
    evidence.extend(found.holds);
    if !session.untold.is_empty() {
        evidence.push(format!("not passed on to the engine: {}", session.untold.join(", ")));
    }
    if !session.without.is_empty() {
        evidence.push(format!("not started beside it, there is no compose here: {}", session.without.join(", ")));
    }
    let write = || format!("write for `{}` in the compose file: {}", session.setup.service, lacks.join("; "));
    if found.problems.is_empty() && (lacks.is_empty() || !session.options.lock_down) {
        return Ok(Outcome::proven(evidence));
    }
    if found.problems.is_empty() {
        let reason = format!("the lock-down is that of --lock-down, the compose file lacks {}", lacks.join("; "));
        return Ok(Outcome::not_proven(reason).with(evidence).help(write()));
    }
    let help = if lacks.is_empty() {
        "state the missing limits for this service in the compose file".to_owned()
    } else {
        format!("{}; `--lock-down` shows whether it would work", write())
    };
    Ok(Outcome::failed(found.problems.join("; "), evidence).help(help))
}

/// Waits until a container is healthy: how long it took, or why not. Where a service that it depends on could not be started,
/// a failure says nothing.
pub(super) fn wait_healthy(session: &Session<'_>, container: &str) -> Result<Result<f64, Outcome>, EngineError> {
    let waited = wait(session, container)?;
    Ok(waited.map_err(|outcome| match (outcome.verdict, session.without.as_slice()) {
        (Verdict::Failed, [_, ..]) => {
            let without = session.without.join(", ");
            let reason = outcome.reason.unwrap_or_default();
            Outcome::not_proven(format!("{reason}, without {without} beside it: there is no compose here"))
                .with(outcome.evidence)
        }
        _ => outcome,
    }))
}

fn wait(session: &Session<'_>, container: &str) -> Result<Result<f64, Outcome>, EngineError> {
    let start = Instant::now();
    loop {
        let state = inspect::state(&session.inspect("container", container)?);
        let seconds = start.elapsed().as_secs_f64();
        if !state.running {
            let memory = if state.out_of_memory { " (out of memory)" } else { "" };
            let reason = format!("it ended with exit code {}{memory} after {seconds:.1} s", state.exit_code);
            return Ok(Err(Outcome::failed(reason, session.log_tail(container, 30))));
        }
        let asked = state.health.as_deref().is_some_and(|health| health != "healthy");
        let probed = if asked { session.driver.probe(&session.engine, container)? } else { None };
        // Probes of ours come faster than the check's own interval: that they fail some times in a row says nothing.
        let health = match (probed, state.health.as_deref()) {
            (Some(true), _) => Some("healthy"),
            (Some(false), _) => Some("not healthy"),
            (None, health) => health,
        };
        match health {
            Some("healthy") => return Ok(Ok(seconds)),
            None if start.elapsed() >= SETTLED => {
                let evidence = vec![format!("it has run for {} s", SETTLED.as_secs())];
                return Ok(Err(Outcome::not_proven("the image has no health check").with(evidence)));
            }
            health => {
                let late = start.elapsed() > session.options.healthy_within;
                if health == Some("unhealthy") || (late && health.is_some()) {
                    let reason = format!("it is {} after {seconds:.1} s", health.unwrap_or("not healthy"));
                    let mut evidence = vec![format!("last probe: {}", state.last_probe)];
                    evidence.extend(session.log_tail(container, 30));
                    return Ok(Err(Outcome::failed(reason, evidence)
                        .help("`--learn` shows which paths it wants to write to; more time may help, too")));
                }
            }
        }
        session.engine.pause(Duration::from_millis(200))?;
    }
}

/// The step `healthy`.
pub(super) fn healthy(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    let Some(container) = session.container.clone() else {
        return Ok(Outcome::not_proven("the service was not started"));
    };
    Ok(match wait_healthy(session, &container)? {
        Ok(seconds) => {
            session.settled = true;
            Outcome::proven(vec![format!("healthy {seconds:.1} s after the start")])
        }
        Err(outcome) => {
            session.settled = outcome.verdict == Verdict::NotProven;
            outcome
        }
    })
}

/// The step `answers`.
pub(super) fn answers(session: &mut Session<'_>) -> Result<Outcome, EngineError> {
    let (container, inspected) = match session.running()? {
        Ok(running) => running,
        Err(outcome) => return Ok(outcome),
    };
    let Some(inside) = session.setup.port() else {
        return Ok(Outcome::not_proven("the service publishes no port, and the image exposes none"));
    };
    // A compose file that publishes nothing may well mean it, whatever the base image exposes.
    let is_promised = session.setup.exposed.is_none() || session.setup.origin == Origin::Dockerfile;
    let remote = std::env::var(session.driver.host_variable())
        .is_ok_and(|host| host.starts_with("tcp:") || host.starts_with("ssh:"));
    if remote {
        return Ok(Outcome::not_proven("the engine is on another machine, its published ports are not reachable here"));
    }
    let Some(port) = published(&inspected, inside) else {
        let reason = format!("port {inside} is not published by the engine");
        let evidence = session.log_tail(&container, 10);
        return Ok(if is_promised {
            Outcome::failed(reason, evidence)
        } else {
            Outcome::not_proven(reason).with(evidence)
        });
    };
    let path = inspect::health_path(&inspected).unwrap_or_else(|| "/".into());
    let mut evidence = Vec::new();
    if session.setup.exposed.is_some() {
        evidence.push(format!("no port is published; the image exposes {inside}"));
    }
    let mut last = String::new();
    for attempt in 0..10 {
        match get(port, &path) {
            Ok(status) if status < 500 => {
                evidence.push(format!("GET {path} through 127.0.0.1:{port}: {status}"));
                if path != "/" {
                    let root = get(port, "/").map_or_else(|error| error.to_string(), |status| status.to_string());
                    evidence.push(format!("GET /: {root}"));
                }
                return Ok(Outcome::proven(evidence));
            }
            Ok(status) => last = format!("GET {path} answers {status}"),
            Err(error) => last = format!("GET {path}: {error}"),
        }
        if attempt < 9 {
            session.engine.pause(Duration::from_millis(300))?;
        }
    }
    evidence.extend(session.log_tail(&container, 10));
    let reason = format!("nothing answers through the port {inside}: {last}");
    if !is_promised {
        return Ok(Outcome::not_proven(reason).with(evidence));
    }
    Ok(Outcome::failed(reason, evidence).help("the program must listen on 0.0.0.0, not on 127.0.0.1, and on the port that is published; a service on internal networks alone publishes nothing"))
}

/// The host's port for the container's.
pub(super) fn published(inspected: &Value, inside: u16) -> Option<u16> {
    let bindings = inspected["NetworkSettings"]["Ports"][format!("{inside}/tcp")].as_array()?;
    bindings.iter().find_map(|binding| binding["HostPort"].as_str()?.parse().ok())
}

/// The status that a server on this machine answers a GET with.
pub(super) fn get(port: u16, path: &str) -> std::io::Result<u16> {
    let limit = Duration::from_secs(5);
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nUser-Agent: scaffold-prove\r\nConnection: close\r\n\r\n"
    )?;
    let mut head = Vec::new();
    stream.take(64).read_to_end(&mut head)?;
    let text = String::from_utf8_lossy(&head);
    let status = text.strip_prefix("HTTP/").and_then(|text| text.split_whitespace().nth(1)?.get(..3)?.parse().ok());
    status.ok_or_else(|| {
        std::io::Error::other(if head.is_empty() {
            "the connection closes without an answer"
        } else {
            "the answer is not HTTP"
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(text: &'static str) -> std::io::Result<u16> {
        let listener = crate::port::listener();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // the whole request is read: a close with some of it unread would be a reset to the client
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.push(byte[0]);
            }
            stream.write_all(text.as_bytes()).unwrap();
        });
        let status = get(port, "/");
        server.join().unwrap();
        status
    }

    #[test]
    fn the_status_is_read_and_nothing_else_passes_for_one() {
        assert_eq!(answer("HTTP/1.1 404 Not Found\r\n\r\n").unwrap(), 404);
        assert!(answer("220 mail\r\n").is_err());
        assert!(answer("").is_err());
    }

    #[test]
    fn the_published_port_is_the_engine_s() {
        let inspected =
            json!({"NetworkSettings": {"Ports": {"3000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "49153"}]}}});
        assert_eq!(published(&inspected, 3000), Some(49153));
        assert_eq!(published(&inspected, 3001), None);
    }
}
