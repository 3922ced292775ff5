//! A query with its comments, and its strings if wished, blanked out: what is left is code, at its place.

/// What is blanked out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mask {
    /// Comments.
    Comments,
    /// Comments and what stands in strings.
    CommentsAndStrings,
}

/// The query with each masked byte made a blank, line ends apart, so that offsets stay what they are.
pub(super) fn mask(query: &str, what: Mask) -> String {
    let bytes = query.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (length, blank) = if rest.starts_with(b"//") {
            (line_length(rest), true)
        } else if let Some(length) = string_length(rest) {
            (length, what == Mask::CommentsAndStrings)
        } else {
            (1, false)
        };
        if blank {
            out[at..at + length]
                .iter_mut()
                .filter(|byte| !byte.is_ascii_whitespace())
                .for_each(|b| *b = b' ');
        }
        at += length;
    }
    // Whole comments and strings are blanked, never a part of a character.
    String::from_utf8(out).unwrap_or_default()
}

/// Every place of a word in code, as byte offsets; letters, digits and `_` beside it make it another word.
pub(super) fn word_offsets<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |&at| !code[..at].ends_with(inside) && !code[at + word.len()..].starts_with(inside))
}

fn line_length(rest: &[u8]) -> usize {
    rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())
}

/// The length of the string that begins here, quotes included. A string that is never closed ends with its line.
fn string_length(rest: &[u8]) -> Option<usize> {
    for fence in [b"```", b"~~~"] {
        if rest.starts_with(fence) {
            let body = &rest[3..];
            let end = body.windows(3).position(|part| part == fence);
            return Some(end.map_or(rest.len(), |end| end + 6));
        }
    }
    let verbatim = rest.first() == Some(&b'@');
    let open = usize::from(verbatim);
    let quote = *rest.get(open).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let mut at = open + 1;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\n' | b'\r' => return Some(at),
            b'\\' if !verbatim => {
                at += if matches!(rest.get(at + 1), None | Some(b'\n' | b'\r')) { 1 } else { 2 }
            }
            byte if byte == quote && verbatim && rest.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    Some(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_become_spaces() {
        let cases = [
            ("a // b\nc", "a     \nc"),
            ("x == \"u//v\" // w", "x ==            "),
            ("x == @\"a\\\" and \"b\"", "x ==       and    "),
            ("'a\\'b' | c", "       | c"),
            ("\"open\n| d", "     \n| d"),
            ("```m\n// n```e", "    \n       e"),
            ("\u{e9} 'é' // é", "\u{e9}           "),
            ("@'it''s' a", "         a"),
        ];
        for (query, code) in cases {
            let masked = mask(query, Mask::CommentsAndStrings);
            assert_eq!(masked, code);
            assert_eq!(masked.len(), query.len());
        }
        assert_eq!(mask("x == \"u//v\" // w", Mask::Comments), "x == \"u//v\"     ");
    }

    #[test]
    fn words_stand_alone() {
        assert_eq!(word_offsets("Table | Table2 | _Table|Table", "Table").collect::<Vec<_>>(), [0, 24]);
    }
}
