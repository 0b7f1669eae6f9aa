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
    compose: compose_capabilities_kept compose_capability_added compose_confinement_off compose_docker_socket compose_flat_network compose_healthcheck_missing compose_host_mount compose_host_namespace compose_host_network compose_invalid compose_never_healthy compose_new_privileges compose_no_cpu_limit compose_no_memory_limit compose_no_pids_limit compose_obsolete compose_port_open compose_privileged compose_privileged_host_port compose_read_only_conflict compose_restart compose_root_user compose_writable_root;
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
mod tests;
