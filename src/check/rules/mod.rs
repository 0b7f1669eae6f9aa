//! All rules: a file each, in a folder a family. A new rule is one file and one word here.

use super::rule::Rule;

/// Declares the files of each family and the list of all rules.
macro_rules! rules {
    ($($family:ident: $($rule:ident)*;)*) => {
        $(pub(in crate::check) mod $family { $(pub(in crate::check) mod $rule;)* })*

        /// All rules, family by family.
        static ALL: &[&Rule] = &[$($(&$family::$rule::RULE,)*)*];
    };
}

rules! {
    image: image_latest;
    build: sudo;
    runtime: healthcheck_broken healthcheck_missing pid1_signals port_mismatch shell_form_command;
    user: privileged_port uid_conflict user_not_created user_not_numeric user_root volume_not_writable;
    compose: compose_privileged;
    meta: parse_error waiver_expired waiver_forbidden waiver_unknown_rule waiver_unused waiver_without_reason;
}

/// All rules, family by family.
#[must_use]
pub fn all() -> &'static [&'static Rule] {
    ALL
}

/// The rule of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.info.id == id)
}

#[cfg(test)]
#[path = "runtime/complaints.rs"]
mod runtime_complaints;
#[cfg(test)]
mod tests;
#[cfg(test)]
#[path = "user/complaints.rs"]
mod user_complaints;
