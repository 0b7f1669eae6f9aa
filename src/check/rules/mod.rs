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
    image:
        image_digest_missing
        image_end_of_life
        image_latest
        image_registry_not_allowed
        image_syntax_frontend
        image_tag_broad
        image_tag_missing
        scan_missing_in_ci;
    build:
        add_local_file
        add_remote_unverified
        apt_interactive
        copy_destination
        dead_instruction
        effect_lost
        heredoc_errexit
        legacy_syntax
        path_relative
        pipefail
        setuid_added
        stage_reference
        sudo
        variable_scope
        world_writable;
    compose: compose_privileged;
    runtime: label_policy port_debug port_invalid volume_sensitive;
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

#[cfg(test)]
mod complaints_of_builds;
