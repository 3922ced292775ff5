//! What is true of the tokens, the tree and the errors of any text. The fuzz target asks the same.

use super::bind::{NoCatalog, analyze, bind};
use super::model::SemanticModel;
use super::timespan::Timespan;
use super::{Node, Parse, TokenKind, lookback, parse, tokenize, walk_statements};

/// Asserts all of it.
///
/// # Panics
///
/// If something is not true of this text.
pub fn holds(text: &str) {
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
        let fix = error.fix.iter().map(|fix| fix.span);
        for span in [error.span].into_iter().chain(fix).chain(error.label.iter().map(|label| label.0)) {
            assert!(text.get(span.range()).is_some(), "{error:?} in {text:?}");
        }
    }
    nests(text, &parsed.statements);
    let model = bind(text, &parsed, &NoCatalog, &[]);
    understood(text, &parsed, &model);
    for reach in &lookback::lookback(text, &parsed, &model, Timespan::DAY).reaches {
        assert!(text.get(reach.span.range()).is_some_and(|said| !said.is_empty()), "{reach:?} in {text:?}");
    }
    // What the tree does not hold is said to be left over.
    let last = parsed.statements.last().map_or(0, |statement| statement.span.end);
    let reached = parsed.leftover.map_or(last, |leftover| leftover.end) as usize;
    let rest = tokenize(&text[reached.min(text.len())..]).0;
    let nothing = |kind| matches!(kind, TokenKind::EndOfText | TokenKind::Semicolon | TokenKind::Directive);
    assert!(rest.iter().all(|token| nothing(token.kind)), "{rest:?} of {text:?}");
}

/// Expressions have ids of their own, and what is found out of a query does not depend on how much of it is kept.
fn understood(text: &str, parsed: &Parse, model: &SemanticModel) {
    let mut ids = std::collections::BTreeSet::new();
    walk_statements(&parsed.statements, &mut |node| {
        if let Node::Expr(expr) = node {
            assert!(ids.insert(expr.id) && expr.id.index() < parsed.exprs as usize, "{expr:?} in {text:?}");
        }
        true
    });
    let full = analyze(text, parsed, &NoCatalog, &[]);
    assert_eq!((&model.findings, &model.result), (&full.findings, &full.result), "{text:?}");
    for occurrence in full.occurrences() {
        let said = text.get(occurrence.span.range());
        assert!(said.is_some_and(|said| !said.is_empty()), "{occurrence:?} in {text:?}");
        assert_eq!(full.occurrence(occurrence.span), Some(occurrence), "{text:?}");
        full.names_in_scope(occurrence.span.start);
    }
    let variables = |model: &SemanticModel| {
        let names = model.occurrences().iter().map(|occurrence| occurrence.span);
        names.filter(|span| model.variable_of(*span).is_some()).collect::<Vec<_>>()
    };
    assert_eq!(variables(model), variables(&full), "{text:?}");
}

/// Every node lies in the text, and in the node above it.
fn nests(text: &str, statements: &[super::ast::Statement]) {
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
