//! Texts that hold several queries, parted by blank lines as the editors of Azure part them.

use super::token::{Token, TokenKind};
use super::{Parse, parse};
use crate::source::Span;

/// The queries of a text, in order; together they cover it. A text that parses as a whole is one query.
///
/// Otherwise it is split at blank lines where what stands before can end a query and what comes after can begin one, and
/// only if the parts have no more errors than the whole. The tree of a text that is one query comes with the answer.
pub fn queries(text: &str) -> (Vec<Span>, Option<Parse>) {
    let whole = parse(text);
    let all = || vec![Span::new(0, text.len())];
    if whole.errors.is_empty() {
        return (all(), Some(whole));
    }
    let parts = parts(text, &whole.tokens);
    let errors = |part: &Span| parse(&text[part.range()]).errors.len();
    if parts.len() < 2 || parts.iter().map(errors).sum::<usize>() > whole.errors.len() {
        return (all(), Some(whole));
    }
    (parts, None)
}

/// Where the text can be split, as the parts between.
fn parts(text: &str, tokens: &[Token]) -> Vec<Span> {
    let closed = closed(tokens);
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0usize);
    // Whether the statement that goes on is a `let`: without its semicolon it ends no query.
    let mut in_let = tokens.first().is_some_and(|first| first.kind == TokenKind::Let);
    for (at, pair) in tokens.windows(2).enumerate() {
        let [before, next] = pair else { continue };
        if before.kind == TokenKind::Semicolon && depth == 0 {
            in_let = next.kind == TokenKind::Let;
        }
        match before.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace if closed[at] => depth += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace if closed[at] => {
                depth -= 1;
            }
            _ => {}
        }
        if depth > 0
            || in_let && next.kind != TokenKind::Let
            || !can_end(before.kind)
            || !can_begin(next.kind)
        {
            continue;
        }
        let gap = before.span.end as usize..next.span.start as usize;
        if let Some(blank) = text.get(gap.clone()).and_then(blank_line) {
            let end = gap.start + blank;
            parts.push(Span::new(start, end));
            start = end;
            in_let = next.kind == TokenKind::Let;
        }
    }
    parts.push(Span::new(start, text.len()));
    parts
}

/// For each token, whether it is a bracket that has its partner. What is opened and never closed holds nothing
/// together.
fn closed(tokens: &[Token]) -> Vec<bool> {
    let (mut closed, mut open) = (vec![false; tokens.len()], Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        let opener = match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => {
                open.push((token.kind, at));
                continue;
            }
            TokenKind::CloseParen => TokenKind::OpenParen,
            TokenKind::CloseBracket => TokenKind::OpenBracket,
            TokenKind::CloseBrace => TokenKind::OpenBrace,
            _ => continue,
        };
        if let Some((_, from)) = open.pop_if(|(kind, _)| *kind == opener) {
            closed[from] = true;
            closed[at] = true;
        }
    }
    closed
}

/// Where the line begins that follows the first blank line of a gap between two tokens.
fn blank_line(gap: &str) -> Option<usize> {
    let mut from = gap.find('\n')? + 1;
    loop {
        let end = gap[from..].find('\n').map(|at| from + at)?;
        if gap[from..end].trim().is_empty() {
            return Some(end + 1);
        }
        from = end + 1;
    }
}

/// Whether a query can end with a token.
fn can_end(kind: TokenKind) -> bool {
    use TokenKind as T;
    match kind {
        T::CloseParen
        | T::CloseBracket
        | T::CloseBrace
        | T::Asterisk
        | T::Directive
        | T::Asc
        | T::Desc
        | T::Count
        | T::GetSchema
        | T::Serialize
        | T::Consume
        | T::Bad => true,
        kind if kind.is_keyword() => kind.can_be_name(),
        kind => kind.text().is_empty(),
    }
}

/// Whether a query can begin with a token.
fn can_begin(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(
        kind,
        T::Identifier
            | T::OpenParen
            | T::OpenBracket
            | T::Let
            | T::Union
            | T::Find
            | T::Search
            | T::Print
            | T::Range
            | T::DataTable
            | T::ExternalData
            | T::Materialize
            | T::Set
            | T::Declare
            | T::Evaluate
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        let (parts, _) = queries(text);
        assert_eq!(parts.first().map(|part| part.start), Some(0));
        assert_eq!(parts.last().map(|part| part.end as usize), Some(text.len()));
        assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start));
        parts.iter().map(|part| text[part.range()].trim()).collect()
    }

    #[test]
    fn queries_are_parted_by_blank_lines() {
        assert_eq!(split("A\n| take 1\n\n// b\nB\n| take 1\n"), ["A\n| take 1", "// b\nB\n| take 1"]);
        assert_eq!(split("A | take 1\r\n \t\r\nB | take 1"), ["A | take 1", "B | take 1"]);
        assert_eq!(split("let a = A | take 1\n\na | take 1"), ["let a = A | take 1\n\na | take 1"]);
        assert_eq!(split("A | where a = = 1\n\nB | take 1"), ["A | where a = = 1", "B | take 1"]);
        assert_eq!(split("A | where f(a\n\nB | where b in (1)"), ["A | where f(a", "B | where b in (1)"]);
        assert_eq!(
            split("let a = 1;\n\nA | take a\n\nlet b = 1;\nB"),
            ["let a = 1;\n\nA | take a", "let b = 1;\nB"]
        );
    }

    #[test]
    fn what_belongs_together_stays_together() {
        for whole in [
            "let w = 1d;\nA\n| where t > ago(w)\n\n| project t",
            "A\n| take 1\n\n\n| where a = = 1",
            "A\n| where a in (1,\n\n2) and = 1",
            "A\n| project a,\n\nb = = 1",
            "A\n| where a == 1\n\nand b = = 1",
            "let f = (x: int) {\n  A\n  | take x\n\n  };\nf(1) | where = 1",
            "A | where a == ```\n\nB\n``` | where = 1",
            "A // c\n\n// d\n",
            "",
            "\n\n",
        ] {
            assert_eq!(split(whole).len(), 1, "{whole:?}");
        }
    }
}
