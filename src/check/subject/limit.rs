//! Limits of a service, which compose takes in two places: beside the service, and under `deploy`.

use super::service::Service;
use crate::check::Found;
use crate::compose::project::Scalar;
use crate::report::Severity;

impl Service<'_> {
    /// Reports two limits of one thing that are both written, both known, and not the same.
    pub fn limits_disagree<T: PartialEq>(
        &self,
        found: &mut Found,
        own: Option<&Scalar>,
        deployed: Option<&Scalar>,
        amount: fn(&Scalar) -> Option<T>,
        what: &str,
    ) -> bool {
        let (Some(own), Some(deployed)) = (own, deployed) else { return false };
        let (Some(one), Some(other)) = (amount(own), amount(deployed)) else { return false };
        if one == other {
            return false;
        }
        let at = self.at(found, &own.place);
        let related = self.at(found, &deployed.place);
        found
            .add(at, format!("service `{}` has two limits of its {what} that do not agree", self.service.name))
            .severity(Severity::Error)
            .help("keep one of them")
            .related(related, "the other one");
        true
    }
}
