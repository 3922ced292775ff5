//! `invalid-literal`

use super::tree::{for_each_expr, source_text, tree};
use crate::content::Query;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::kql::ast::{Expr, ExprKind, Literal};
use crate::kql::datetime::{self, Date};
use crate::kql::timespan::Timespan;
use crate::kql::{Parse, TokenKind};
use crate::rules::{Context, Rule, declare_rule};
use crate::source::Span;

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
    ["todatetime", "totimespan", "toguid"].iter().any(|word| query.text.contains(word))
        || tree.tokens.iter().any(|token| match token.kind {
            DateTimeLiteral | GuidLiteral => true,
            TimespanLiteral => source_text(query, token.span).ends_with(')'),
            _ => false,
        })
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
    let why = wrong(what, inside)?;
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
    let why = wrong(what, text.trim())?;
    let why = if why.is_empty() { why } else { format!(": {why}") };
    let message = format!("`{function}` returns null for this string{why}");
    Some(
        InvalidLiteral::at(query.span(arg.inner().span), message)
            .severity(Severity::Warning)
            .help(form(what)),
    )
}

/// Why a text is not a value of a type, or an empty string where it just is not one; `None` where it is or may be one.
fn wrong(what: &str, inside: &str) -> Option<String> {
    // What a client fills in is not known here.
    let template = ['{', '}', '<', '>', '$', '%', '#', '[', ']', '@'];
    if inside.is_empty() || inside == "null" || inside.contains(template) {
        return None;
    }
    match what {
        "datetime" => match datetime::read(inside) {
            Date::Impossible(why) => Some(why),
            Date::Moment(_) => None,
            Date::Other => {
                let words = inside.chars().all(|c| !c.is_ascii_digit());
                let known = ["now", "today", "utcnow", "min", "max"];
                let meant = known.iter().any(|word| inside.to_ascii_lowercase().starts_with(word));
                (words && !meant).then(String::new)
            }
        },
        "timespan" if inside.contains(':') => wrong_clock(inside),
        "timespan" => {
            if Timespan::parse(&inside.replace(' ', "")).is_some() || !is_plain(inside) {
                return None;
            }
            let unit = inside.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).trim();
            let number = inside.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
            let no_unit = number && !unit.is_empty();
            Some(if no_unit { format!("`{unit}` is not a valid time unit") } else { String::new() })
        }
        _ => (!is_guid(inside)).then(String::new),
    }
}

/// Letters, digits and spaces, as far as a length of time is written with them.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '+' | '_'))
}

/// What is wrong with `[days.]hours:minutes[:seconds]` or `days:hours:minutes:seconds`.
fn wrong_clock(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['-', '+']);
    let parts: Option<Vec<f64>> = text
        .split(':')
        .enumerate()
        .map(|(at, part)| {
            // Days stand before a point in the first part.
            let part = if at == 0 { part.rsplit('.').next().unwrap_or(part) } else { part };
            part.trim().parse().ok()
        })
        .collect();
    let parts = parts?;
    let fits = |hours: f64, minutes: f64, seconds: f64| hours < 24.0 && minutes < 60.0 && seconds < 60.0;
    let valid = match parts[..] {
        [hours, minutes] => fits(hours, minutes, 0.0),
        // The service reads `25:10:00` as days, hours and minutes.
        [a, b, c] => fits(a, b, c) || (!text.contains('.') && fits(b, c, 0.0)),
        [_, hours, minutes, seconds] => fits(hours, minutes, seconds),
        _ => return None,
    };
    (!valid).then(|| "hours must be at most 23, minutes and seconds at most 59".to_owned())
}

fn is_guid(text: &str) -> bool {
    let inner = text.trim_start_matches('(').trim_end_matches(')');
    let hex = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    let parts: Vec<&str> = inner.split('-').collect();
    match &parts[..] {
        [whole] => hex(whole, 32),
        [first, middle @ .., last] => {
            middle.len() == 3 && hex(first, 8) && middle.iter().all(|part| hex(part, 4)) && hex(last, 12)
        }
        _ => false,
    }
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

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::rules::Profile;
    use crate::rules::testing::{findings, fixes};

    fn told(value: &str) -> Option<Severity> {
        let found = findings("invalid-literal", "a.kql", &format!("print x = {value}"), Profile::Recommended);
        assert!(found.len() < 2, "{value}: {found:?}");
        found.first().map(|finding| finding.severity)
    }

    #[test]
    fn impossible_literals_are_errors() {
        for value in [
            "datetime(2025-13-01)",
            "datetime(\"2025-02-29\")",
            "date(2025-06-31 10:00)",
            "datetime(2026-11-05 25:10:00)",
            "datetime(bogus)",
            "time(25:61:00)",
            "timespan(10:75)",
            "time(1x)",
            "timespan(3 weeks)",
            "guid(abc)",
            "guid(2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a1)",
        ] {
            assert_eq!(told(value), Some(Severity::Error), "{value}");
        }
        for value in ["todatetime('2025-13-01')", "totimespan('25:61:00')", "toguid('abc')"] {
            assert_eq!(told(value), Some(Severity::Warning), "{value}");
        }
    }

    #[test]
    fn real_literals_and_templates_are_left_alone() {
        for value in [
            "datetime(2024-02-29)",
            "datetime(2026-12-31T23:59:59.999Z)",
            "datetime(null)",
            "datetime('19:01:00.7')",
            "datetime('{{StartTimeISO}}')",
            "datetime(\"Sat, 8 Nov 14 15:05:02 GMT\")",
            "todatetime('{{EndTimeISO}}')",
            "time(1.12:00:00)",
            "time(36:00:00)",
            "time('0.12:34:56.7')",
            "timespan(2)",
            "timespan(15 seconds)",
            "time(null)",
            "7d",
            "guid(2C1B9A36-6a0c-4d53-9a0f-0c8f2f6f8a11)",
            "guid(2c1b9a366a0c4d539a0f0c8f2f6f8a11)",
            "toguid(tostring(1))",
        ] {
            assert_eq!(told(value), None, "{value}");
        }
    }

    #[test]
    fn a_column_is_converted() {
        let text = "SecurityEvent | extend T = datetime(Activity)\n";
        let fixed = fixes("invalid-literal", "a.kql", text);
        assert_eq!(fixed[0].1, "SecurityEvent | extend T = todatetime(Activity)\n");
    }
}
