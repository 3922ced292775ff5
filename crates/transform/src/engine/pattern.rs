//! Regular expressions as RE2 reads them, which is what the service uses: written for the `regex` crate. The two differ in
//! what `\d`, `\w`, `\s` and `\b` mean beyond ASCII, in brackets inside of brackets, and in braces that count nothing.

use regex::Regex;

/// A regular expression, or why it is none.
pub(crate) fn compiled(pattern: &str) -> Result<Regex, String> {
    let built = regex::RegexBuilder::new(&translated(pattern)).size_limit(50 << 20).build();
    built.map_err(|error| {
        let text = error.to_string();
        let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let why = last.trim().trim_start_matches("error: ");
        format!("`{pattern}` is not a valid regular expression: {why}")
    })
}

/// Whether what follows an opening brace is a repetition.
fn counts(rest: &str) -> bool {
    let Some((inside, _)) = rest.split_once('}') else { return false };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.char_indices();
    let mut in_class = false;
    // A closing bracket that comes first in a class belongs to it.
    let mut first = false;
    while let Some((at, c)) = chars.next() {
        let was_first = std::mem::take(&mut first);
        match c {
            '\\' => {
                let Some((_, escaped)) = chars.next() else {
                    out.push('\\');
                    break;
                };
                let class = match (escaped, in_class) {
                    ('d', false) => "[0-9]",
                    ('D', _) => "[^0-9]",
                    ('w', false) => "[0-9A-Za-z_]",
                    ('W', _) => "[^0-9A-Za-z_]",
                    ('s', false) => r"[\t\n\f\r ]",
                    ('S', _) => r"[^\t\n\f\r ]",
                    ('d', true) => "0-9",
                    ('w', true) => "0-9A-Za-z_",
                    ('s', true) => r"\t\n\f\r\x20",
                    ('b', false) => r"(?-u:\b)",
                    ('B', false) => r"(?-u:\B)",
                    ('Q', false) => {
                        let rest = &pattern[at + 2..];
                        let end = rest.find("\\E").unwrap_or(rest.len());
                        out.push_str(&regex::escape(&rest[..end]));
                        let until = at + 2 + end + 2;
                        while chars.clone().next().is_some_and(|(at, _)| at < until) {
                            chars.next();
                        }
                        continue;
                    }
                    ('p' | 'P' | 'x', _) if pattern[at + 2..].starts_with('{') => {
                        let end = pattern[at..].find('}').map_or(pattern.len(), |end| at + end + 1);
                        out.push_str(&pattern[at..end]);
                        while chars.clone().next().is_some_and(|(at, _)| at < end) {
                            chars.next();
                        }
                        continue;
                    }
                    (c, _) if c.is_ascii_alphanumeric() || c == '<' || c == '>' => {
                        if c == '<' || c == '>' {
                            out.push(c);
                        } else {
                            out.push('\\');
                            out.push(c);
                        }
                        continue;
                    }
                    (c, _) => {
                        out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
                        // What needs no escape elsewhere does inside of brackets.
                        if in_class && matches!(c, '-' | '&' | '~') && !out.ends_with(&format!("\\{c}")) {
                            out.pop();
                            out.push('\\');
                            out.push(c);
                        }
                        continue;
                    }
                };
                out.push_str(class);
            }
            '[' if !in_class => {
                in_class = true;
                first = true;
                out.push('[');
            }
            '^' if in_class && was_first && out.ends_with('[') => {
                first = true;
                out.push('^');
            }
            '[' if pattern[at..].starts_with("[:") && pattern[at..].contains(":]") => {
                let end = pattern[at..].find(":]").map_or(at, |end| at + end + 2);
                out.push_str(&pattern[at..end]);
                while chars.clone().next().is_some_and(|(at, _)| at < end) {
                    chars.next();
                }
            }
            '[' => out.push_str("\\["),
            ']' if in_class && was_first => out.push_str("\\]"),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(c);
            }
            '{' if !in_class && !counts(&pattern[at + 1..]) => out.push_str("\\{"),
            '}' if !in_class && !closes(pattern, at) => out.push_str("\\}"),
            c => out.push(c),
        }
    }
    out
}

/// Whether a closing brace ends a repetition.
fn closes(pattern: &str, at: usize) -> bool {
    pattern[..at].rfind('{').is_some_and(|open| {
        let escaped = pattern[..open].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
        !escaped && counts(&pattern[open + 1..]) && !pattern[open + 1..at].contains('}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_re2_makes_of_them() {
        for (pattern, text, found) in [
            (r"^\d+$", "123", true),
            (r"^\d+$", "\u{661}", false),
            (r"\bok\b", "an ok", true),
            (r"[[]", "a[b", true),
            (r"[]a]", "]", true),
            (r"[^]]", "]", false),
            (r"a{b}", "a{b}", true),
            (r"a{2}", "aa", true),
            (r"a{,2}", "a{,2}", true),
            (r"[\w-]+", "a-b", true),
            (r"\Qa.b\E", "a.b", true),
            (r"\Qa.b\E", "axb", false),
            (r"[[:alpha:]]", "x", true),
            (r"\x{41}", "A", true),
            (r"\p{Lu}", "A", true),
            (r"a\/b\_c\-d", "a/b_c-d", true),
        ] {
            let compiled = compiled(pattern);
            assert!(compiled.is_ok(), "{pattern}: {compiled:?}");
            assert_eq!(compiled.is_ok_and(|compiled| compiled.is_match(text)), found, "{pattern} {text}");
        }
        for pattern in [r"(?=a)", r"(a)\1", "(", "a**b("] {
            assert!(compiled(pattern).is_err(), "{pattern}");
        }
    }
}
