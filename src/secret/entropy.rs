//! Shannon entropy, in bits a byte.

/// 0.0 for an empty text or one repeated byte, at most 8.0.
#[expect(clippy::cast_precision_loss, reason = "a count of bytes of one value")]
pub(super) fn bits(text: &str) -> f64 {
    let mut counts = [0_usize; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = text.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = *count as f64 / length;
            -share * share.log2()
        })
        .sum()
}

/// Whether a value without a format looks made by a machine.
pub(super) fn looks_random(value: &str) -> bool {
    let bare: String = value.chars().filter(|c| *c != '-').collect();
    if bare.bytes().all(|b| b.is_ascii_hexdigit()) {
        return matches!(bare.len(), 32 | 40 | 48 | 56 | 64 | 96 | 128) && bits(&bare) >= 3.0;
    }
    value.len() >= 16 && bits(value) >= 3.5
}
