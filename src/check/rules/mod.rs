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
        image_publisher
        image_registry_not_allowed
        image_syntax_frontend
        image_tag_broad
        image_tag_missing
        scan_missing_in_ci
        ;
    build:
        add_local_file
        add_remote_unverified
        apt_interactive
        apt_recommends
        build_tools_shipped
        copy_destination
        dead_instruction
        dev_dependencies_shipped
        download_unverified
        effect_lost
        heredoc_errexit
        install_not_frozen
        legacy_syntax
        package_cache_shipped
        package_index_alone
        package_prompt
        package_signature_off
        package_unpinned
        path_relative
        pipe_to_shell
        pipefail
        setuid_added
        stage_reference
        sudo
        transport_insecure
        variable_scope
        world_writable
        ;
    secrets:
        login_in_build
        password_in_image
        secret_build_arg
        secret_file_copied
        secret_in_url
        secret_mount_leaked
        secret_named_literal
        secret_removed_later
        secret_value
        ;
    user:
        privileged_port
        uid_conflict
        user_not_created
        user_not_numeric
        user_root
        volume_not_writable
        ;
    runtime:
        healthcheck_broken
        healthcheck_missing
        label_policy
        pid1_signals
        port_debug
        port_invalid
        port_mismatch
        shell_form_command
        volume_sensitive
        ;
    context:
        context_dependencies
        context_git
        context_secret
        copy_source_missing
        dockerignore_missing
        dockerignore_no_effect
        ;
    compose:
        compose_capabilities_kept
        compose_capability_added
        compose_confinement_off
        compose_docker_socket
        compose_flat_network
        compose_healthcheck_missing
        compose_host_mount
        compose_host_namespace
        compose_host_network
        compose_invalid
        compose_never_healthy
        compose_new_privileges
        compose_no_authentication
        compose_no_cpu_limit
        compose_no_memory_limit
        compose_no_pids_limit
        compose_obsolete
        compose_port_open
        compose_privileged
        compose_privileged_host_port
        compose_read_only_conflict
        compose_restart
        compose_root_user
        compose_secret_literal
        compose_writable_root
        secret_file_exposed
        ;
    meta:
        parse_error
        waiver_expired
        waiver_forbidden
        waiver_unknown_rule
        waiver_unused
        waiver_without_reason
        ;
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
mod complaints;
#[cfg(test)]
mod tests;
