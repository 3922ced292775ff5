//! `never-true`

mod addresses;
mod conditions;
mod demands;
mod folding;
mod meaning;
mod parts;
mod values;

use rustc_hash::FxHashSet;

use self::conditions::Reader;
use self::meaning::{FromModel, Guessed};
use self::parts::Parts;
use super::tree::{source_text, tree, with_unsafe_fix};
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::Expr;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// A comparison that is never true.
    ///
    /// ## Why is this bad?
    ///
    /// The query runs without an error and finds nothing, so the mistake goes unnoticed. Usually a value is misspelled,
    /// two bounds are swapped, or `and` was written instead of `or`.
    ///
    /// The rule detects a column with two different values or contradictory bounds, in one condition or across several
    /// `where` operators; `tolower` compared with uppercase letters; invalid IP addresses and prefixes; and a length or
    /// count below 0. Values defined by `let` are considered too. A comparison with `!=` or `!in` that is always true
    /// for the same reason is also reported.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated between (now() .. ago(1h))
    ///   | where tolower(RemoteUrl) == "Relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated between (ago(1h) .. now())
    ///   | where RemoteUrl =~ "Relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// Reversed bounds of a `between` are swapped, and a comparison of `tolower` or `toupper` becomes case-insensitive.
    /// Both change what the query finds, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/datatypes-string-operators>
    /// - <https://learn.microsoft.com/kusto/query/between-operator>
    /// - <https://learn.microsoft.com/kusto/query/ipv4-is-in-range-function>
    pub(crate) NeverTrue {
        id: "never-true",
        group: Query,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for NeverTrue {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query) else { return };
        let mut told = FxHashSet::default();
        let mut tell = |found: Diagnostic| {
            if told.insert(found.span) {
                out.push(found);
            }
        };
        addresses::check(cx, query, tree, &mut tell);
        folding::check(cx, query, tree, &mut tell);
        // Most queries have nothing that contradicts, and need not be analyzed to see that.
        let parts = Parts::of(tree);
        let guessed = Guessed::new(query, tree, &parts);
        if !Reader::new(query, &parts, &guessed).read().is_empty() {
            let known = FromModel::new(query, tree, query.analysis(cx.catalog));
            Reader::new(query, &parts, &known).read().into_iter().for_each(&mut tell);
        }
    }
}

/// The first words of a text on one line.
fn shortened(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// A finding for bounds in the wrong order, with a fix that swaps them.
fn swapped(query: &Query<'_>, place: Span, message: String, bounds: Option<[&Expr; 2]>) -> Diagnostic {
    let found = NeverTrue::at(query.span(place), message).help("Put the lower bound first.");
    let Some([low, high]) = bounds else { return found };
    let changes = [(low.span, source_text(query, high.span)), (high.span, source_text(query, low.span))];
    with_unsafe_fix(found, query, "Swap the bounds", changes)
}

#[cfg(test)]
mod tests;
