//! Sizes and processors as Kubernetes writes them: `512m` is half a unit there, so units are never carried over.

use crate::spec::values::{Cpus, Size};

/// A size of memory: `512m` of Docker is `512Mi`.
pub(super) fn memory(size: &Size) -> String {
    let text = size.as_str();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = match &text[digits..] {
        "k" => "Ki",
        "g" => "Gi",
        _ => "Mi",
    };
    format!("{}{unit}", &text[..digits])
}

/// Thousandths of a processor, at least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of processors is from 0 to 1024")]
pub(super) fn thousandths(cpus: &Cpus) -> u32 {
    let number: f64 = cpus.as_str().parse().unwrap_or(1.0);
    ((number * 1000.0).round() as u32).max(1)
}

/// Processors: whole ones, or thousandths.
pub(super) fn processors(thousandths: u32) -> String {
    if thousandths.is_multiple_of(1000) { (thousandths / 1000).to_string() } else { format!("{thousandths}m") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_kubernetes() {
        let size = |text: &str| memory(&Size::new(text).unwrap());
        assert_eq!([size("512m"), size("2g"), size("64k")], ["512Mi", "2Gi", "64Ki"]);
        let cpus = |text: &str| processors(thousandths(&Cpus::new(text).unwrap()));
        assert_eq!(
            [cpus("0.5"), cpus("2"), cpus("1.25"), cpus("2.0"), cpus("0.0001")],
            ["500m", "2", "1250m", "2", "1m"]
        );
    }
}
