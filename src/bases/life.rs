//! How long releases live: the end-of-life dates of the table.

use super::glob::HOLE;
use super::{Os, Reference, find};

/// A day of the Gregorian calendar. Days compare in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year, such as 2026.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The end of a release's support: past, or announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndOfLife {
    /// What ends, such as `Node.js`.
    pub product: &'static str,
    /// The release as a tag says it, such as `20`; `*` if it is the whole image.
    pub release: &'static str,
    /// Its last day with fixes that cost nothing.
    pub date: Date,
    /// Where the date is from.
    pub source: &'static str,
}

impl EndOfLife {
    /// Whether there are no fixes any more on `day`.
    #[must_use]
    pub fn is_over(&self, day: Date) -> bool {
        day > self.date
    }
}

/// A product and the ends of its releases, as `bases/*.toml` has them.
pub(super) struct Product {
    pub(super) images: &'static [&'static str],
    /// The distribution whose release a tag of another image names, too: `node:22-bookworm`, `node:22-alpine3.24`.
    pub(super) suite_of: Option<Os>,
    /// What stands before the release in such a tag: `alpine`.
    pub(super) suite_prefix: &'static str,
    pub(super) releases: &'static [EndOfLife],
}

/// When the support of what `reference` names ends: the earliest of the image's own release and its distribution's.
/// `None` if the tag names no release, or no end of it is published. The date may lie ahead: [`EndOfLife::is_over`]
/// compares it.
#[must_use]
pub fn end_of_life(reference: &Reference) -> Option<&'static EndOfLife> {
    if !reference.has_known_name() {
        return None;
    }
    let name = super::official_name(reference);
    let tag = match (&reference.tag, &reference.digest) {
        (Some(tag), _) => tag.as_str(),
        (None, Some(_)) => "",
        (None, None) => "latest",
    };
    let os = find(reference).map(|base| base.os);
    super::PRODUCTS
        .iter()
        .filter_map(|product| {
            if product.images.iter().any(|image| super::is_image(image, &name)) {
                let first = tag.split('-').next().unwrap_or_default();
                let plain = first.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
                return release(product, plain.unwrap_or(first));
            }
            let mut suites = tag.split('-').filter_map(|part| part.strip_prefix(product.suite_prefix));
            (product.suite_of.is_some() && product.suite_of == os).then(|| {
                suites.find_map(|part| {
                    let version = product.suite_prefix.is_empty() && part.starts_with(|c: char| c.is_ascii_digit());
                    if version { None } else { release(product, part) }
                })
            })?
        })
        .min_by_key(|end| end.date)
}

/// The longest release that `part` names: `20` is `20` and `20.1`, and not `200`.
fn release(product: &Product, part: &str) -> Option<&'static EndOfLife> {
    let names = |end: &&EndOfLife| {
        end.release == "*"
            || part.strip_prefix(end.release).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_', 'u']))
    };
    // what follows a hole may be another version's digits
    let known = !part.contains(HOLE);
    product.releases.iter().filter(|end| known || end.release == "*").filter(names).max_by_key(|end| end.release.len())
}
