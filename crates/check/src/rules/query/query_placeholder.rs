//! `query-placeholder`

use crate::content::Kind;
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::ExprKind;
use crate::rules::query::tree::{for_each_expr, tree};
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A placeholder that is never replaced.
    ///
    /// ## Why is this bad?
    ///
    /// The placeholder is not replaced after deployment: the query compares with the placeholder itself and finds
    /// nothing, or has a syntax error. The hunting page of the portal replaces `{{StartTimeISO}}` and `{{EndTimeISO}}`,
    /// so these are only reported in rules.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has "{{RelayDomain}}"
    ///   | project DeviceName
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Relay reached
    /// description: Identifies hosts that reached the relay of a remote management tool.
    /// query: |
    ///   let RelayDomain = "relay.example";
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > ago(1d)
    ///   | where RemoteUrl has RelayDomain
    ///   | project DeviceName
    /// ```
    pub(crate) QueryPlaceholder {
        id: "query-placeholder",
        group: Query,
        severity: Warning,
        since: "0.1.0",
    }
}

impl Rule for QueryPlaceholder {
    fn check_query(&self, cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let deployed = cx.kind().is_rule() || matches!(cx.kind(), Kind::HuntingQuery | Kind::Parser);
        for place in query.variables(cx.content).into_iter().filter(|_| deployed) {
            let message = format!("`{}` is a variable without a value", cx.source().slice(place));
            out.push(Self::at(place, message).help(
                "Set it in a file for `--params`, or add a default: `%%NAME:value%%`; write `%%%%` for two percent \
                 signs.",
            ));
        }
        let braced = memchr::memchr2(b'{', b'%', query.text.as_bytes()).is_some();
        let Some(tree) = tree(query).filter(|_| deployed && braced) else { return };
        for_each_expr(tree, |expr| {
            // A client parameter outside a string, `{Name}`, is an error of its own.
            let Some(found) =
                expr.as_text().and_then(placeholder).filter(|_| !matches!(expr.kind, ExprKind::Paren(_)))
            else {
                return;
            };
            if !cx.kind().is_rule() && matches!(found, "{{StartTimeISO}}" | "{{EndTimeISO}}") {
                return;
            }
            let message = format!("`{found}` is a placeholder that is never replaced");
            out.push(
                Self::at(query.span(expr.span), message)
                    .help("Replace it with its value, or define it with `let`."),
            );
        });
    }
}

/// A word in double braces or double percent signs.
fn placeholder(text: &str) -> Option<&str> {
    for (open, close) in [("{{", "}}"), ("%%", "%%")] {
        let mut rest = text;
        while let Some(start) = rest.find(open) {
            let inside = &rest[start + open.len()..];
            let Some(end) = inside.find(close) else { break };
            let word = inside[..end].trim();
            let named = !word.is_empty()
                && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '));
            // Percent signs stand around variables of the command line too, but singly.
            if named && word.starts_with(|c: char| c.is_ascii_alphabetic()) {
                return Some(&rest[start..start + open.len() + end + close.len()]);
            }
            rest = inside;
        }
    }
    None
}
