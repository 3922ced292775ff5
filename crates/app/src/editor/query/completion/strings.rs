//! What can stand in a string: the values of the column that it is compared with, the alias of a watchlist, the names
//! that functions take as texts.

use std::borrow::Cow;

use super::super::places::last_name;
use super::super::watchlists::WATCHLIST;
use super::super::{Asked, Span};
use super::rank::{Items, Shares, number};
use super::spot::chain_before;
use super::{CompletionKind as K, Completions, words};
use crate::knowledge::usage::Use;
use crate::kql::Node;
use crate::kql::ast::{Expr, ExprKind, Literal};
use crate::kql::builtins;

/// What can be written in a string literal, quotes included.
pub(super) fn in_string(asked: &Asked<'_>, literal: Span) -> Completions {
    let mut items = Items::new(literal, "");
    let quote =
        if asked.written(literal).trim_start_matches(['h', 'H', '@']).starts_with('\'') { '\'' } else { '"' };
    let chain = chain_before(&asked.parsed.statements, literal.end as usize);
    let mut pairs = chain.iter().rev().skip_while(|node| !is_string(node));
    let Some(Node::Expr(own)) = pairs.next() else { return Completions::default() };
    for node in pairs {
        let Node::Expr(parent) = node else {
            property(asked, literal, quote, &mut items);
            break;
        };
        match &parent.kind {
            ExprKind::Binary { left, right, .. } if right.id == own.id => {
                compared(asked, left, quote, &mut items);
                break;
            }
            ExprKind::InList { left, .. } | ExprKind::Between { left, .. } => {
                compared(asked, left, quote, &mut items);
                break;
            }
            ExprKind::Call { name, args } => {
                let at = args.iter().position(|arg| arg.span.contains(own.span)).unwrap_or_default();
                argument(asked, (&name.text, at), 1.0, quote, &mut items);
                break;
            }
            ExprKind::ExternalData { .. } => {
                property(asked, literal, quote, &mut items);
                break;
            }
            ExprKind::Array(_) | ExprKind::Dynamic(_) | ExprKind::Paren(_) => {}
            _ => break,
        }
    }
    items.finish()
}

fn is_string(node: &Node<'_>) -> bool {
    matches!(node, Node::Expr(Expr { kind: ExprKind::Literal(Literal::String(_)), .. }))
}

fn add(text: &str, likely: f64, kind: K, quote: char, items: &mut Items<'_>) {
    if !text.contains([quote, '\\', '\n']) {
        let written = format!("{quote}{text}{quote}");
        items.add(likely, kind, Cow::Owned(written), None);
    }
}

/// The values that other queries compare the same column or member with.
fn compared(asked: &Asked<'_>, left: &Expr, quote: char, items: &mut Items<'_>) {
    if let Some(name) = last_name(left) {
        literals(asked, name, (K::Value, 1.0), quote, items);
    }
}

/// The strings that other queries use with a name.
fn literals(asked: &Asked<'_>, name: &str, (kind, share): (K, f64), quote: char, items: &mut Items<'_>) {
    for (word, likely) in Shares::of(&asked.around.seen, Use::Value, name).iter() {
        // They are kept as they are written there, which may be with other quotes.
        let text = word.trim_start_matches(['h', 'H', '@']);
        let inside = text.strip_prefix(['"', '\'']).and_then(|text| text.strip_suffix(['"', '\'']));
        if let Some(inside) = inside {
            add(inside, share * likely, kind, quote, items);
        }
    }
}

/// Offers the texts that an argument of a function takes, in quotes.
pub(super) fn arguments(asked: &Asked<'_>, function: &str, at: usize, share: f64, items: &mut Items<'_>) {
    if !matches!(function, "column_ifexists" | "columnifexists") {
        argument(asked, (function, at), share, '"', items);
    }
}

fn argument(
    asked: &Asked<'_>,
    (function, at): (&str, usize),
    share: f64,
    quote: char,
    items: &mut Items<'_>,
) {
    if function == WATCHLIST {
        literals(asked, WATCHLIST, (K::Watchlist, share), quote, items);
        return;
    }
    if matches!(function, "column_ifexists" | "columnifexists") && at == 0 {
        for (word, likely) in Shares::of(&asked.around.seen, Use::Column, "").iter() {
            add(word, share * likely, K::Column, quote, items);
        }
        return;
    }
    let found = builtins::function(function)
        .or_else(|| builtins::aggregate(function))
        .or_else(|| builtins::plugin(function));
    let params =
        found.and_then(|builtin| builtin.signatures.first()).map_or(&[][..], |signature| signature.params);
    if let Some(param) = params.get(at) {
        for (place, value) in param.values.iter().enumerate() {
            add(value, share / (1.0 + number(place)), K::Value, quote, items);
        }
    }
}

/// The value of an option in text.
fn property(asked: &Asked<'_>, literal: Span, quote: char, items: &mut Items<'_>) {
    let before = asked.text[..literal.start as usize].trim_end();
    let named = before.strip_suffix('=').map(str::trim_end);
    if named.is_some_and(|named| named.ends_with("format")) {
        for (place, format) in words::EXTERNAL_FORMATS.iter().enumerate() {
            add(format, 1.0 / (1.0 + number(place)), K::Value, quote, items);
        }
    }
}
