//! How bad a finding about a service is where the service runs: less in a file for development, more in production.

use super::service::Service;
use crate::check::Found;
use crate::report::{Finding, Severity};

impl Service<'_> {
    /// The severity of a hardening rule here: one step lower for development, tests and demonstrations.
    #[must_use]
    pub fn level(&self, severity: Severity) -> Severity {
        match severity {
            Severity::Error if self.is_dev() => Severity::Warning,
            Severity::Warning if self.is_dev() => Severity::Note,
            severity => severity,
        }
    }

    /// The names of its files say that it is for production, or it is deployed as only a swarm deploys.
    ///
    /// A restart policy alone says nothing: copies of examples for a laptop have one as well.
    #[must_use]
    pub fn is_production(&self) -> bool {
        let swarm = |key: &str| self.service.value.at(&["deploy", key]).is_some_and(|value| !value.is_null());
        !self.is_dev()
            && (self.project.is_production()
                || ["placement", "update_config", "rollback_config"].iter().any(|key| swarm(key)))
    }

    /// Whether compose starts a container of it, and everything that is said of it can be seen: only then is something
    /// missing that is not there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let provides = self.service.build().is_some() || self.service.image().is_some();
        provides && !self.project.is_incomplete && self.service.value.get("provider").is_none()
    }

    /// Reports a safeguard that the service lacks, at its name: a warning in production, and only for those who ask for
    /// more where it is for development.
    pub(in crate::check) fn lacks<'f>(
        &self,
        found: &'f mut Found,
        safeguard: &'static str,
        message: String,
    ) -> &'f mut Finding {
        let at = self.absence(found);
        let finding = found.add(at, message);
        finding.lacks(safeguard).help(format!("write `{safeguard}`"));
        if self.is_production() {
            finding.severity(Severity::Warning);
        } else if self.is_dev() {
            finding.pedantic();
        }
        finding
    }
}
