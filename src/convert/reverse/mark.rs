//! The first line of files that sentlint made. It holds a sum of the rest, so that a file which somebody has
//! edited since is nobody's but theirs.

use uuid::Uuid;

const START: &str = "# Made by `sentlint convert` (";
const END: &str = "); once edited, it is not overwritten.";

/// The namespace of the sums.
const SUMS: Uuid = Uuid::from_u128(0x5bd7_1f3c_93e1_4c8f_8e0a_6d2b_7a41_c905);

/// The text with the mark before it.
pub(crate) fn marked(text: &str) -> String {
    format!("{START}{}{END}\n{text}", sum(text))
}

/// Whether a text is as sentlint wrote it. Line ends may have changed on their way through version control.
pub(crate) fn is_own(text: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    let Some((first, rest)) = text.split_once('\n') else { return false };
    first.strip_prefix(START).and_then(|line| line.strip_suffix(END)).is_some_and(|told| told == sum(rest))
}

fn sum(text: &str) -> String {
    let whole = Uuid::new_v5(&SUMS, text.as_bytes()).simple().to_string();
    whole[..12].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_file_is_no_longer_ours() {
        let text = marked("id: x\nname: n\n");
        assert!(text.starts_with("# Made by `sentlint convert` ("), "{text}");
        assert!(is_own(&text) && is_own(&text.replace('\n', "\r\n")));
        assert!(!is_own(&text.replace("name: n", "name: m")));
        assert!(!is_own("id: x\nname: n\n") && !is_own(""));
    }
}
