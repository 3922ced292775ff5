//! What a string literal says.

/// The text of a string literal, without prefixes, quotes and escapes. What is not an escape stays as it is.
pub(crate) fn decode_string(literal: &str) -> String {
    let rest = literal.strip_prefix(['h', 'H']).unwrap_or(literal);
    let (verbatim, rest) = match rest.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    for fence in ["```", "~~~"] {
        if let Some(inside) = rest.strip_prefix(fence) {
            return inside.strip_suffix(fence).unwrap_or(inside).to_owned();
        }
    }
    let Some(quote) = rest.chars().next() else { return String::new() };
    let inside = &rest[quote.len_utf8()..];
    let inside = inside.strip_suffix(quote).unwrap_or(inside);
    if verbatim {
        let doubled: String = [quote, quote].iter().collect();
        if !inside.contains(&doubled) {
            return inside.to_owned();
        }
        return inside.replace(&doubled, quote.encode_utf8(&mut [0; 4]));
    }
    unescape(inside)
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (decoded, length) = escape(after);
        match decoded {
            Some(c) => out.push(c),
            None => out.push('\\'),
        }
        rest = &after[length..];
    }
    out.push_str(rest);
    out
}

/// What follows a backslash stands for, and how many bytes of it are the escape.
fn escape(after: &str) -> (Option<char>, usize) {
    let hex = |count: usize| {
        let digits = after.get(1..=count)?;
        u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).map(|c| (Some(c), 1 + count))
    };
    let decoded = match after.as_bytes().first() {
        Some(b'\\') => Some((Some('\\'), 1)),
        Some(b'\'') => Some((Some('\''), 1)),
        Some(b'"') => Some((Some('"'), 1)),
        Some(b'a') => Some((Some('\u{7}'), 1)),
        Some(b'b') => Some((Some('\u{8}'), 1)),
        Some(b'f') => Some((Some('\u{c}'), 1)),
        Some(b'n') => Some((Some('\n'), 1)),
        Some(b'r') => Some((Some('\r'), 1)),
        Some(b't') => Some((Some('\t'), 1)),
        Some(b'v') => Some((Some('\u{b}'), 1)),
        Some(b'u') => hex(4),
        Some(b'U') => hex(8),
        Some(b'x') => hex(2),
        Some(first @ b'0'..=b'7') => {
            let most = if *first <= b'3' { 3 } else { 2 };
            let length = after.bytes().take(most).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            u32::from_str_radix(&after[..length], 8).ok().and_then(char::from_u32).map(|c| (Some(c), length))
        }
        _ => None,
    };
    decoded.unwrap_or((None, 0))
}

#[cfg(test)]
mod tests {
    use super::decode_string;

    #[test]
    fn strings_are_decoded_as_the_engine_does() {
        for (literal, text) in [
            (r#""a\tb""#, "a\tb"),
            (r"'it\'s'", "it's"),
            (r#"@"C:\Users""#, r"C:\Users"),
            (r"@'say ''x'''", "say 'x'"),
            (r#"h@"secret""#, "secret"),
            ("```a\n'b'```", "a\n'b'"),
            (r"'\u0041\x42\103'", "ABC"),
            (r"'\q'", r"\q"),
            ("'open", "open"),
            ("", ""),
            ("'", ""),
        ] {
            assert_eq!(decode_string(literal), text, "{literal}");
        }
    }
}
