//! What stands between the tokens of a query: line ends, blank lines and comments.

use crate::kql::Token;
use crate::source::Span;

/// A comment, from its slashes to its last character that is not a blank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment {
    /// Its place in the query.
    pub span: Span,
    /// Whether it stands after a token on the same line.
    pub trailing: bool,
    /// Whether a blank line stands before it.
    pub blank_before: bool,
}

/// What stands before one token.
#[derive(Clone, Debug, Default)]
pub(super) struct Gap {
    /// The comments, in order.
    pub comments: Vec<Comment>,
    /// Whether the token begins a line.
    pub line_end: bool,
    /// Whether a blank line stands right before the token.
    pub blank: bool,
    /// Whether anything at all stands here.
    pub spaced: bool,
}

/// The gaps before each token; `None` where one of them has a character that is neither a comment's nor plain white
/// space, such as a zero-width space: the language passes over it, but it is removed only if that was asked for.
pub(super) fn gaps(text: &str, tokens: &[Token], invisible: bool) -> Option<Vec<Gap>> {
    let mut end = 0;
    let mut gaps = Vec::with_capacity(tokens.len());
    for token in tokens {
        let start = token.span.start as usize;
        gaps.push(gap(text, Span::new(end, start), end == 0, invisible)?);
        end = token.span.end as usize;
    }
    Some(gaps)
}

fn gap(text: &str, span: Span, first: bool, invisible: bool) -> Option<Gap> {
    let between = text.get(span.range())?;
    let mut gap = Gap { spaced: !between.is_empty(), line_end: first, ..Gap::default() };
    if matches!(between, "" | " ") {
        return Some(gap);
    }
    let mut at = 0;
    let mut line_ends = 0_usize;
    while let Some(c) = between[at..].chars().next() {
        match c {
            '\r' if between[at..].starts_with("\r\n") => at += 1,
            '\n' | '\r' => {
                line_ends += 1;
                at += 1;
            }
            '/' => {
                let line = between[at..].split(['\n', '\r']).next().unwrap_or_default();
                if line.contains(['\u{2028}', '\u{2029}']) {
                    return None;
                }
                let start = span.start as usize + at;
                gap.comments.push(Comment {
                    span: Span::new(start, start + line.trim_end().len()),
                    trailing: line_ends == 0 && !first && gap.comments.is_empty(),
                    blank_before: line_ends > 1,
                });
                gap.line_end |= line_ends > 0;
                line_ends = 0;
                at += line.len();
            }
            _ if is_plain_space(c) || invisible && is_invisible(c) => at += c.len_utf8(),
            _ => return None,
        }
    }
    gap.line_end |= line_ends > 0;
    gap.blank = line_ends > 1;
    Some(gap)
}

/// White space of the language that nobody sees.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{180e}' | '\u{200b}' | '\u{feff}')
}

/// White space that means nothing more than a blank.
fn is_plain_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{c}' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}
