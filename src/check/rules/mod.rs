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
    secrets: login_in_build password_in_image secret_build_arg secret_file_copied secret_in_url secret_mount_leaked
        secret_named_literal secret_removed_later secret_value;
    compose: compose_no_authentication compose_privileged compose_secret_literal secret_file_exposed;
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
