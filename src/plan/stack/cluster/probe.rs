//! The health of a unit as Kubernetes asks for it, made of the definition that compose and the image have.

use serde::Serialize;

use super::super::process::seconds;
use crate::plan::Health;
use crate::spec::values::{Line, Port, Text};

/// A probe. Times are whole seconds, since a cluster knows no others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// The path that the kubelet itself asks for; otherwise the command is run in the container.
    pub path: Option<Line>,
    /// The command.
    pub command: Vec<Text>,
    /// Time between two.
    pub period: u32,
    /// Time that one may take.
    pub timeout: u32,
    /// Failures in a row that take traffic away.
    pub failures: u32,
    /// Failures in a row that restart the container: more, since a restart helps less often.
    pub deadly: u32,
    /// Time between two while it starts.
    pub start_period: u32,
    /// Failures in a row that end the start.
    pub start_failures: u32,
}

/// The probe of a unit with this port.
pub(super) fn of(health: &Health, port: Option<Port>) -> Probe {
    let start_period = seconds(&health.start_interval).max(1);
    let retries = health.retries.max(1);
    // The kubelet takes 200 to 399 for well. It expands nothing in a path, but whoever reads `$` here should not
    // have to know that.
    let asked = |path: &&Line| port.is_some() && !health.any_answer && !path.as_str().contains('$');
    Probe {
        path: health.path.as_ref().filter(asked).cloned(),
        command: health.argv.clone(),
        period: seconds(&health.interval).max(1),
        timeout: seconds(&health.timeout).max(1),
        failures: retries,
        deadly: retries.saturating_mul(2),
        start_period,
        start_failures: seconds(&health.start_period).div_ceil(start_period).saturating_add(retries),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::values::Duration;

    fn health(path: Option<&str>, any_answer: bool) -> Health {
        let duration = |text: &str| Duration::new(text).unwrap();
        Health {
            argv: vec![Text::new("/probe").unwrap()],
            compiled: false,
            path: path.map(|path| Line::new(path).unwrap()),
            any_answer,
            interval: duration("1m"),
            timeout: duration("1500ms"),
            start_period: duration("30s"),
            start_interval: duration("500ms"),
            retries: 3,
        }
    }

    #[test]
    fn times_are_whole_seconds_and_the_start_may_take_its_time() {
        let probe = of(&health(None, false), None);
        assert_eq!((probe.period, probe.timeout, probe.start_period), (60, 2, 1));
        assert_eq!((probe.failures, probe.deadly, probe.start_failures), (3, 6, 33));
    }

    #[test]
    fn the_kubelet_asks_itself_only_where_it_would_get_the_same_answer() {
        let asks = |path, any_answer, port| of(&health(path, any_answer), port).path.is_some();
        let port = Port::new(3000).ok();
        assert!(asks(Some("/health"), false, port));
        assert!(!asks(Some("/"), true, port) && !asks(Some("/health"), false, None) && !asks(None, false, port));
        assert!(!asks(Some("/$x"), false, port));
    }
}
