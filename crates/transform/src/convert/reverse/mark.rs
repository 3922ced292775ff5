//! The first line of files that sentlint made. It holds a sum of the rest, so that a file which somebody has
//! edited since is nobody's but theirs.

use crate::convert::sums::{Ownership, sum};

const START: &str = "# Made by `sentlint convert` (";
const END: &str = "); once edited, it is not overwritten.";

/// The text with the mark before it.
pub fn marked(text: &str) -> String {
    format!("{START}{}{END}\n{text}", sum(text))
}

/// Whose a text is. Line ends may have changed on their way through version control.
pub fn ownership(text: &str) -> Ownership {
    let text = text.replace("\r\n", "\n");
    let Some((first, rest)) = text.split_once('\n') else { return Ownership::Foreign };
    match first.strip_prefix(START).and_then(|line| line.strip_suffix(END)) {
        Some(told) if told == sum(rest) => Ownership::Ours,
        Some(_) => Ownership::Edited,
        None => Ownership::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_file_is_no_longer_ours() {
        let text = marked("id: x\nname: n\n");
        assert!(text.starts_with("# Made by `sentlint convert` ("), "{text}");
        assert_eq!(ownership(&text), Ownership::Ours);
        assert_eq!(ownership(&text.replace('\n', "\r\n")), Ownership::Ours);
        assert_eq!(ownership(&text.replace("name: n", "name: m")), Ownership::Edited);
        assert_eq!(ownership("id: x\nname: n\n"), Ownership::Foreign);
        assert_eq!(ownership(""), Ownership::Foreign);
    }
}
