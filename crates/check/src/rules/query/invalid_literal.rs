//! `invalid-literal`

use super::tree::{for_each_expr, source_text, tree};
use crate::content::{Query, Word};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::kql::ast::{Expr, ExprKind, Literal};
use crate::kql::{Parse, TokenKind};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

#[cfg(test)]
mod tests;
mod values;

declare_rule! {
    /// An invalid date, timespan or GUID literal.
    ///
    /// ## Why is this bad?
    ///
    /// The argument of `datetime(...)`, `timespan(...)` and `guid(...)` is a literal. The service rejects an invalid
    /// one, such as 29 February in a year that is not a leap year. To convert a value of a row, use `todatetime`,
    /// `totimespan` or `toguid`.
    ///
    /// Placeholders such as `{{StartTimeISO}}` are ignored.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > datetime(2025-02-29)
    ///   | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where TimeGenerated > datetime(2025-03-01)
    ///   | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// A name in the parentheses is passed to the conversion function instead. A literal may have been intended, so the
    /// fix is unsafe.
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/kusto/query/scalar-data-types/datetime>
    /// - <https://learn.microsoft.com/kusto/query/scalar-data-types/timespan>
    /// - <https://learn.microsoft.com/kusto/query/scalar-data-types/guid>
    /// - <https://github.com/microsoft/Kusto-Query-Language/issues/81>
    pub(crate) InvalidLiteral {
        id: "invalid-literal",
        group: Query,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        since: "0.1.0",
    }
}

impl Rule for InvalidLiteral {
    fn check_query(&self, _cx: &Context<'_>, query: &Query<'_>, out: &mut Vec<Diagnostic>) {
        let Some(tree) = tree(query).filter(|tree| may_concern(query, tree)) else { return };
        for_each_expr(tree, |expr| match &expr.kind {
            ExprKind::Literal(literal) => out.extend(of_literal(query, literal, expr.span)),
            ExprKind::Call { name, args }
                if matches!(&*name.text, "todatetime" | "totimespan" | "toguid") =>
            {
                out.extend(args.first().and_then(|arg| of_converted(query, &name.text, arg)));
            }
            _ => {}
        });
    }
}

/// Whether a query has such a literal, or a call that converts a string.
fn may_concern(query: &Query<'_>, tree: &Parse) -> bool {
    use TokenKind::{DateTimeLiteral, GuidLiteral, TimespanLiteral};
    query.may_have(&[Word::ToDateTime, Word::ToTimespan, Word::ToGuid])
        || tree.kinds.have_any(&[DateTimeLiteral, GuidLiteral])
        || tree.kinds.have_any(&[TimespanLiteral])
            && tree
                .tokens
                .iter()
                .any(|token| token.kind == TimespanLiteral && source_text(query, token.span).ends_with(')'))
}

/// A finding for a literal in parentheses.
fn of_literal(query: &Query<'_>, literal: &Literal, span: Span) -> Option<Diagnostic> {
    let written = source_text(query, span);
    let (what, function): (&str, &str) = match literal {
        Literal::DateTime => ("datetime", "todatetime"),
        Literal::Timespan => ("timespan", "totimespan"),
        Literal::Guid => ("guid", "toguid"),
        _ => return None,
    };
    let (_, rest) = written.split_once('(')?;
    let inside = unquoted(rest.strip_suffix(')').unwrap_or(rest));
    let why = values::wrong(what, inside)?;
    let message = match &*why {
        "" => format!("`{written}` is not a valid {what}"),
        why => format!("`{written}` is not a valid {what}: {why}"),
    };
    let found = InvalidLiteral::at(query.span(span), message);
    if !is_name(inside) {
        return Some(found.help(form(what)));
    }
    let fix = Fix::r#unsafe(
        format!("Replace with `{function}`"),
        query.edit(span, &format!("{function}({inside})")),
    );
    let help = format!(
        "The argument of `{what}(...)` must be a literal; to convert a column, use \
                        `{function}({inside})`."
    );
    Some(found.help(help).fix(fix))
}

/// A finding for a string that a function turns into null.
fn of_converted(query: &Query<'_>, function: &str, arg: &Expr) -> Option<Diagnostic> {
    let text = arg.as_text()?;
    let what = if function == "todatetime" { "datetime" } else { &function["to".len()..] };
    let why = values::wrong(what, text.trim())?;
    let why = if why.is_empty() { why } else { format!(": {why}") };
    let message = format!("`{function}` returns null for this string{why}");
    Some(
        InvalidLiteral::at(query.span(arg.inner().span), message)
            .severity(Severity::Warning)
            .help(form(what)),
    )
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.trim_start_matches('@').trim_matches(['"', '\'']).trim()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
}

fn form(what: &str) -> &'static str {
    match what {
        "datetime" => "Use a date such as `datetime(2026-11-05)` or `datetime(2026-11-05T10:30:00Z)`.",
        "timespan" => "Use a timespan such as `7d`, `90m` or `timespan(1.12:00:00)`.",
        _ => "Use a GUID such as `guid(2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11)`.",
    }
}
