//! The two kinds of strings of Bicep.

/// A string.
pub(super) struct Text {
    /// What it says.
    pub(super) value: String,
    /// How many bytes it takes, quotes included.
    pub(super) len: usize,
    /// Whether it stands between three quotes.
    pub(super) lines: bool,
    /// Whether a part of it is an expression.
    pub(super) interpolated: bool,
}

/// The string at the beginning of a text.
pub(super) fn string(text: &str) -> Option<Text> {
    if let Some(body) = text.strip_prefix("'''") {
        let mut end = body.find("'''")?;
        // Quotes before the last three belong to the text.
        while body[end + 3..].starts_with('\'') {
            end += 1;
        }
        let inner = &body[..end];
        let inner = inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n')).unwrap_or(inner);
        // Line ends are line feeds to the service, as in YAML.
        let value = inner.replace("\r\n", "\n");
        return Some(Text { value, len: end + 6, lines: true, interpolated: false });
    }
    let mut chars = text.strip_prefix('\'')?.char_indices();
    let (mut value, mut interpolated, mut depth) = (String::new(), false, 0_usize);
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if depth == 0 => return Some(Text { value, len: at + 2, lines: false, interpolated }),
            '\n' => return None,
            '}' if depth > 0 => depth -= 1,
            '{' if depth > 0 => depth += 1,
            '$' if depth == 0 && text[at + 2..].starts_with('{') => {
                interpolated = true;
                depth = 1;
                chars.next();
            }
            '\\' if depth == 0 => match chars.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                'u' => {
                    let code: String =
                        chars.by_ref().skip(1).map(|(_, c)| c).take_while(|c| *c != '}').collect();
                    value.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                }
                same @ ('\\' | '\'' | '$') => value.push(same),
                _ => return None,
            },
            c if depth == 0 => value.push(c),
            _ => {}
        }
    }
    None
}
