//! Lengths of time in quotes: `bin(TimeGenerated, "1h")`, where `1h` is meant.

use super::super::ast::{Expr, ExprKind, Literal};
use super::super::builtins::{Builtin, Takes};
use super::super::error::Suggestion;
use super::super::model::finding::Finding;
use super::super::types::Scalar;
use super::Value;
use super::matching::{Arg, candidates, of_class};
use super::naming::value_of;

/// The literal of a length of time that a string in quotes reads as.
pub(super) fn length_in_quotes(expr: &Expr) -> Option<String> {
    match &value_of(expr).kind {
        ExprKind::Literal(Literal::String(text)) => length(text),
        _ => None,
    }
}

/// The literal of a length of time: a number with a unit, as KQL writes it, or with a space and the word for the unit.
fn length(text: &str) -> Option<String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = &text[..text.len() - unit.len()];
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if matches!(unit, "d" | "h" | "m" | "s" | "ms" | "min" | "day" | "days" | "hour" | "hours") {
        return Some(text.to_owned());
    }
    let word = unit.trim_start_matches(' ').to_ascii_lowercase();
    let short = match word.as_str() {
        "d" | "day" | "days" => "d",
        "h" | "hour" | "hours" => "h",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        _ => return None,
    };
    Some(format!("{number}{short}"))
}

/// Says in a finding how the length of time in quotes is written.
pub(super) fn without_quotes(finding: &mut Finding, expr: &Expr, length: String) {
    let expr = value_of(expr);
    let same = matches!(&expr.kind, ExprKind::Literal(Literal::String(text)) if **text == *length);
    finding.help =
        Some(if same { format!("Remove the quotes around `{length}`.") } else { format!("Use `{length}`.") });
    let title = format!("Replace with `{length}`");
    finding.fix = Some(Suggestion { title, span: expr.span, text: length });
}

/// Whether a parameter takes a length of time.
pub(super) fn takes_length(takes: &Takes) -> bool {
    match takes {
        Takes::These(kinds) => kinds.contains(&Scalar::Timespan),
        Takes::Class(class) => of_class(*class, Scalar::Timespan),
        Takes::Parameter(_) | Takes::Common(_) => false,
    }
}

/// The argument with which no signature fits, and one does if its quotes are removed.
pub(super) fn quoted_argument<'e, 'a>(
    builtin: &Builtin,
    args: &'e [Arg<'a>],
) -> Option<(&'e Arg<'a>, String)> {
    let read = |but: usize| -> Vec<Arg<'a>> {
        let value = |at: usize, arg: &Arg<'a>| {
            if at == but { Value::Scalar(Scalar::Timespan, true) } else { arg.value.clone() }
        };
        let args = args.iter().enumerate();
        args.map(|(at, arg)| Arg { expr: arg.expr, value: value(at, arg), column: arg.column }).collect()
    };
    args.iter().enumerate().find_map(|(at, arg)| {
        let length = length_in_quotes(arg.expr)?;
        (!candidates(builtin, &read(at), true).is_empty()).then_some((arg, length))
    })
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_of_time_are_numbers_with_a_unit() {
        for text in ["7d", "1.5h", "10m", "3s", "250ms", "5min", "1day", "2days", "1hour", "2hours", "1.d"] {
            assert_eq!(length(text).as_deref(), Some(text));
        }
        for (text, written) in [("5 minutes", "5m"), ("1 Day", "1d"), ("12 hours", "12h"), ("30sec", "30s")] {
            assert_eq!(length(text).as_deref(), Some(written));
        }
        for text in ["", "d", "h", ".5d", "7", "1.5", "7w", "7 weeks", "d7", "1e3d", "-7d", "7dd", "days"] {
            assert_eq!(length(text), None, "{text}");
        }
    }
}
