//! From arguments and environment to how registries are reached.

use std::collections::BTreeMap;

use crate::cli::Failure;
use crate::cli::args::Registry;
use crate::registry::{Endpoint, Settings};
use crate::report::Diagnostic;

pub(super) fn of(args: &Registry) -> Result<Settings, Failure> {
    let text = |value: std::ffi::OsString| value.into_string().ok();
    let environment: BTreeMap<String, String> =
        std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect();
    let wrong = |error: crate::registry::Error| Failure::input(error.diagnostic());
    let mut settings = Settings::new(environment).map_err(wrong)?;
    // What is said with the command comes before what lies in the environment.
    let lasting = std::mem::take(&mut settings.mirrors);
    for mirror in &args.mirror {
        settings.add_mirror(mirror).map_err(wrong)?;
    }
    settings.mirrors.extend(lasting);
    for host in &args.insecure {
        let read = Endpoint::read(host).filter(|read| read.prefix.is_empty() && read.scheme.is_none());
        let read = read.ok_or_else(|| {
            Failure::input(
                Diagnostic::error(format!("`--insecure {host}` names no host"))
                    .help("write it as it stands in the image's name, such as registry.example.com:5000"),
            )
        })?;
        settings.insecure.insert(read.host);
    }
    settings.authorities.clone_from(&args.ca);
    Ok(settings)
}
