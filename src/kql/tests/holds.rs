//! What is true of the tokens, the tree and the errors of any text. The fuzz target asks the same.

use super::kql::timespan::Timespan;
use super::kql::{Node, TokenKind, lookback, parse, tokenize, walk_statements};

/// Panics unless all of it is true of this text.
pub(crate) fn holds(text: &str) {
    let parsed = parse(text);
    // The tokens follow one another and end with the text; what lies between them is white space and comments.
    let mut end = 0;
    for token in &parsed.tokens {
        assert!(token.span.start >= end && token.span.end >= token.span.start, "{token:?} in {text:?}");
        assert!(text.get(token.span.range()).is_some(), "{token:?} in {text:?}");
        let between = text.get(end as usize..token.span.start as usize);
        assert!(between.is_some_and(is_trivia), "{between:?} before {token:?} in {text:?}");
        end = token.span.end;
    }
    assert_eq!(parsed.tokens.last().map(|token| token.kind), Some(TokenKind::EndOfText));
    assert_eq!(end as usize, text.len(), "{text:?}");
    assert!(parsed.tokens.iter().all(|token| token.kind != TokenKind::EndOfText || token.span.is_empty()));
    for error in &parsed.errors {
        assert!(!error.message.is_empty(), "{error:?} in {text:?}");
        let mend = error.mend.iter().map(|mend| mend.span);
        for span in [error.span].into_iter().chain(mend).chain(error.label.iter().map(|label| label.0)) {
            assert!(text.get(span.range()).is_some(), "{error:?} in {text:?}");
        }
    }
    nests(text, &parsed.statements);
    for reach in &lookback::lookback(text, &parsed, Timespan::DAY).reaches {
        assert!(text.get(reach.span.range()).is_some_and(|said| !said.is_empty()), "{reach:?} in {text:?}");
    }
    // What the tree does not hold is said to be left over.
    let last = parsed.statements.last().map_or(0, |statement| statement.span.end);
    let reached = parsed.leftover.map_or(last, |leftover| leftover.end) as usize;
    let rest = tokenize(&text[reached.min(text.len())..]).0;
    let nothing = |kind| matches!(kind, TokenKind::EndOfText | TokenKind::Semicolon | TokenKind::Directive);
    assert!(rest.iter().all(|token| nothing(token.kind)), "{rest:?} of {text:?}");
}

/// Every node lies in the text, and in the node above it.
fn nests(text: &str, statements: &[super::kql::ast::Statement]) {
    let place = |node: Node<'_>| match node {
        Node::Statement(statement) => statement.span,
        // A function's parameters stand before its body.
        Node::Function(function) => function.body_span,
        Node::Operator(operator) => operator.span,
        Node::Expr(expr) => expr.span,
    };
    walk_statements(statements, &mut |node| {
        let outer = place(node);
        assert!(text.get(outer.range()).is_some(), "{outer:?} in {text:?}");
        if !matches!(node, Node::Function(_)) {
            node.children(&mut |child| {
                let inner = place(child);
                assert!(inner.is_empty() || outer.contains(inner), "{child:?} in {node:?} of {text:?}");
            });
        }
        true
    });
}

/// White space, comments, or nothing.
fn is_trivia(between: &str) -> bool {
    let spaces = ['\u{180e}', '\u{200b}', '\u{feff}'];
    between.split(['\n', '\r', '\u{2028}', '\u{2029}']).all(|line| {
        let code = line.split("//").next().unwrap_or_default();
        code.chars().all(|c| c.is_whitespace() || spaces.contains(&c))
    })
}
