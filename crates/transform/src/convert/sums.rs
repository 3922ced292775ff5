//! Sums of results: every file that sentlint writes carries a sum of the rest of itself, so that an edit is seen.

use uuid::Uuid;

/// Whose a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// As sentlint wrote it.
    Ours,
    /// Written by a sentlint that left no sum: nobody can tell whether it was edited.
    Unsure,
    /// Written by sentlint, and edited since.
    Edited,
    /// Somebody else's.
    Foreign,
}

/// The namespace of the sums.
const SUMS: Uuid = Uuid::from_u128(0x5bd7_1f3c_93e1_4c8f_8e0a_6d2b_7a41_c905);

/// What stands for the sum while it is worked out.
pub(super) const BLANK: &str = "000000000000";

/// The sum of a text, of 12 hexadecimal digits.
pub(super) fn sum(text: &str) -> String {
    let whole = Uuid::new_v5(&SUMS, text.as_bytes()).simple().to_string();
    whole[..BLANK.len()].to_owned()
}

/// The text with its sum in place of the blank one, which follows `start`.
pub(super) fn with_sum(text: &str, start: &str) -> String {
    text.replacen(&format!("{start}{BLANK}"), &format!("{start}{}", sum(text)), 1)
}

/// Whether the sum that follows `start` is that of the rest. Line ends may have changed on their way through version
/// control.
pub(super) fn summed(text: &str, start: &str) -> Ownership {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let Some(at) = text.find(start).map(|at| at + start.len()) else { return Ownership::Unsure };
    let Some(told) = text.get(at..at + BLANK.len()) else { return Ownership::Edited };
    let blank = format!("{}{BLANK}{}", &text[..at], &text[at + BLANK.len()..]);
    if sum(&blank) == told { Ownership::Ours } else { Ownership::Edited }
}
