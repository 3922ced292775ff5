//! `adjacent-strings`

use super::tree::{for_each_expr, tree, with_unsafe_fix};
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{Expr, ExprKind, Literal};
use crate::kql::{Parse, TokenKind};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

declare_rule! {
    /// Adjacent strings in a list, which are joined into one.
    ///
    /// ## Why is this bad?
    ///
    /// KQL joins adjacent strings. In a list this is usually a missing comma: the query searches for the joined string,
    /// which does not occur, instead of either of the two.
    ///
    /// Outside lists, a string can be split into several parts on purpose, which is not reported.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl has_any ("relay.example" "backup.example")
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
    ///   | where RemoteUrl has_any ("relay.example", "backup.example")
    /// ```
    ///
    /// ## Fix safety
    ///
    /// A comma is inserted between the strings, which changes what the query finds, so the fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/scalar-data-types/string>
    pub(crate) AdjacentStrings {
        id: "adjacent-strings",
        group: Query,
        severity: Warning,
        fix: Sometimes Unsafe,
        since: "0.1.0",
    }
}

impl Rule for AdjacentStrings {
    fn check_query(&self, _cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query).filter(|tree| has_adjacent(tree)) else { return };
        for_each_expr(tree, |expr| {
            let items: &[Expr] = match &expr.kind {
                ExprKind::InList { items, .. } | ExprKind::Array(items) => items,
                ExprKind::DataTable { values, .. } => values,
                ExprKind::Call { name, args } if LISTS.contains(&&*name.text) => args,
                _ => return,
            };
            out.extend(items.iter().filter_map(|item| finding(query, tree, item)));
        });
    }
}

/// The functions whose arguments are the items of a list.
const LISTS: [&str; 1] = ["pack_array"];

fn has_adjacent(tree: &Parse) -> bool {
    tree.tokens.windows(2).any(|pair| pair.iter().all(|token| token.kind == TokenKind::StringLiteral))
}

fn finding(query: &Query<'_>, tree: &Parse, item: &Expr) -> Option<Diagnostic> {
    let item = item.inner();
    if !matches!(item.kind, ExprKind::Literal(Literal::String(_))) {
        return None;
    }
    let first = tree.tokens.partition_point(|token| token.span.start < item.span.start);
    let parts: Vec<Span> = tree.tokens[first..]
        .iter()
        .take_while(|token| token.span.end <= item.span.end)
        .map(|token| token.span)
        .collect();
    let [_, second, ..] = parts[..] else { return None };
    let message =
        format!("A comma is missing in this list: {} adjacent strings are joined into one", parts.len());
    let found = AdjacentStrings::at(query.span(second), message)
        .label(query.span(parts[0]), "joined with this string")
        .help("Add a comma between them.");
    let commas = parts[..parts.len() - 1].iter().map(|part| (Span::at(part.end as usize), ","));
    Some(with_unsafe_fix(found, query, "Add a comma between the strings", commas))
}

#[cfg(test)]
mod tests {
    use crate::rules::Profile;
    use crate::rules::testing::{findings, fixes};

    const RULE: &str = "adjacent-strings";

    #[test]
    fn a_comma_is_put_between_the_items_of_a_list() {
        for (text, fixed) in [
            ("T | where A in ('a' 'b')", "T | where A in ('a', 'b')"),
            ("T | where A !in~ ('a', @'b' 'c'\n  'd')", "T | where A !in~ ('a', @'b', 'c',\n  'd')"),
            ("T | where A has_all (\"a\" 'b', 'c')", "T | where A has_all (\"a\", 'b', 'c')"),
            ("let x = datatable(A: string)['a' 'b']; x", "let x = datatable(A: string)['a', 'b']; x"),
        ] {
            assert_eq!(fixes(RULE, "a.kql", text)[0].1, fixed);
        }
    }

    #[test]
    fn a_string_in_parts_is_left_alone() {
        for text in [
            "let p = 'a' 'b'; T | where A matches regex p",
            "T | where A == 'a' 'b'",
            "T | extend B = strcat('a' 'b', A)",
            "T | where A in ('a', 'b')",
        ] {
            assert!(findings(RULE, "a.kql", text, Profile::Recommended).is_empty(), "{text}");
        }
    }
}
