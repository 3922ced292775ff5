//! What people write by the habit of other languages, and what parses in KQL but means something else: methods of
//! values, `null`, units of time without quotes, and `==` where a column gets its name.

use std::sync::Arc;

use super::super::ast::{BinaryOp, Expr, ExprKind, Name, NameForm, StringOp, StringTest};
use super::super::builtins::{self, Builtin};
use super::super::error::Suggestion;
use super::super::foreign;
use super::super::model::finding::Finding;
use super::super::token::KEYWORDS;
use super::super::types::Relation;
use super::{Binder, FindingKind, Value};
use crate::source::Span;

/// Functions whose unit of time is a string.
const WITH_UNIT: &[&str] = &["datetime_add", "datetime_diff", "datetime_part"];

/// The units of time that those functions take.
const UNITS: &[&str] = &[
    "year",
    "quarter",
    "month",
    "week",
    "week_of_year",
    "day",
    "day_of_year",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "nanosecond",
];

/// More bytes than the name of any function has.
const LONGEST_NAME: usize = 100;

impl<'a> Binder<'a> {
    /// `make-list(x)`: hyphens in the name of a function that has underscores. The call is read as what is meant.
    pub(super) fn hyphenated_call(&mut self, left: &'a Expr, right: &'a Expr) -> Option<Value> {
        let ExprKind::Call { name, args } = &right.kind else { return None };
        let span = Span::new(left.span.start as usize, name.span.end as usize);
        let written = self.written(span);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        // No name of a function is as long, and a sum of many terms is not read again for each.
        if written.len() > LONGEST_NAME || !written.bytes().all(|byte| plain(char::from(byte))) {
            return None;
        }
        let mut words = written.split('-');
        let first = words.next().unwrap_or_default();
        let is_column = self.scope.row.as_ref().is_some_and(|row| row.column(first).is_some());
        if is_column || self.local(first).is_some() {
            return None;
        }
        let known = written.replace('-', "_");
        let aggregate = builtins::aggregate(&known).filter(|_| self.context.aggregating);
        let builtin = aggregate.or_else(|| builtins::function(&known))?;
        let message = format!("`{written}` must be written with underscores");
        let mut finding = Finding::new(FindingKind::UnknownFunction, span, message);
        finding.help = Some(format!("Use `{known}`."));
        finding.fix = Some(Suggestion { title: format!("Replace with `{known}`"), span, text: known });
        self.report(finding);
        Some(self.call_meant(name.span, (builtin, aggregate.is_some()), args))
    }

    /// `ago[1d]`: a function whose argument is in brackets. The call is read as what is meant.
    pub(super) fn bracketed_call(&mut self, base: &'a Expr, index: &'a Expr) -> Option<Value> {
        let ExprKind::Name(name) = &base.kind else { return None };
        let is_column = |row: &Arc<Relation>| row.has_unknown_columns || row.column(&name.text).is_some();
        let may_be_column = self.scope.row.as_ref().is_some_and(is_column);
        if name.form != NameForm::Plain || may_be_column || self.resolve(name).is_some() {
            return None;
        }
        let aggregate = builtins::aggregate(&name.text).filter(|_| self.context.aggregating);
        let builtin = aggregate.or_else(|| builtins::function(&name.text))?;
        let rest = self.text.get(index.span.end as usize..)?;
        let close = index.span.end as usize + rest.find(']')?;
        let text = format!("{}({})", name.text, self.written(index.span));
        let span = Span::new(name.span.start as usize, close + 1);
        let message = format!("The arguments of `{}` must be in parentheses", name.text);
        let mut finding = Finding::new(FindingKind::Argument, span, message);
        finding.help = Some(format!("Use `{text}`."));
        finding.fix = Some(Suggestion { title: format!("Replace with `{text}`"), span, text });
        self.report(finding);
        let args = std::slice::from_ref(index);
        Some(self.call_meant(name.span, (builtin, aggregate.is_some()), args))
    }

    /// The value of a call that was read from other words.
    fn call_meant(
        &mut self,
        place: Span,
        (builtin, aggregates): (&Builtin, bool),
        args: &'a [Expr],
    ) -> Value {
        if aggregates {
            return self.call_aggregate(place, builtin, args);
        }
        let args = self.arguments(args);
        self.checked_call(place, builtin, &args)
    }

    /// `extend N: 5` and `extend N <- 5`: the new name and the value of a column that is named with another sign.
    pub(super) fn named_with_sign(&mut self, expr: &'a Expr) -> Option<(&'a Name, &'a Expr)> {
        let ExprKind::Binary { op, op_span, left, right } = &expr.kind else { return None };
        // The arrow reads as less than a negative value.
        let (sign, value) = match (op, &right.kind) {
            (BinaryOp::String(op), _) if op.test == StringTest::Search => (*op_span, &**right),
            (BinaryOp::Less, ExprKind::Unary { minus: true, operand })
                if op_span.end == right.span.start && self.written(*op_span) == "<" =>
            {
                (Span::new(op_span.start as usize, op_span.end as usize + 1), &**operand)
            }
            _ => return None,
        };
        let ExprKind::Name(name) = &left.kind else { return None };
        let open = self.scope.row.as_ref().is_some_and(|row| row.has_unknown_columns);
        let is_column = self.scope.row.as_ref().is_some_and(|row| row.column(&name.text).is_some());
        if name.form != NameForm::Plain || is_column || self.resolve(name).is_some() {
            return None;
        }
        let message = format!("A column is named with `=`, not with `{}`", self.written(sign));
        let span = Span::new(left.span.end as usize, sign.end as usize);
        let mut finding = Finding::new(FindingKind::UnknownColumn, sign, message);
        finding.help = Some(format!("Use `{} = ...`.", name.text));
        finding.fix = Some(Suggestion { title: "Replace with `=`".into(), span, text: " =".into() });
        self.report(finding.doubted(open));
        Some((name, value))
    }

    /// `join kind: inner (...)` and `join kind==inner (...)`, which read as conditions.
    pub(super) fn colon_parameter(&mut self, source: &'a Expr) -> bool {
        let ExprKind::Binary { op, op_span, left, right } = &source.kind else { return false };
        let parameter = self.written(left.span);
        let known = parameter == "kind" || parameter.starts_with("hint.");
        let sign = self.written(*op_span);
        let sets = matches!(op, BinaryOp::Equal) || sign == ":";
        if !sets || !known {
            return false;
        }
        let message = format!("A parameter is set with `=`, not with `{sign}`");
        let mut finding = Finding::new(FindingKind::Semantic, *op_span, message);
        finding.help = Some(format!("Use `{parameter}=...`."));
        let span = Span::new(left.span.end as usize, right.span.start as usize);
        finding.fix = Some(Suggestion { title: "Replace with `=`".into(), span, text: "=".into() });
        self.report(finding);
        true
    }

    /// `Account.lower()`: a method, where KQL has a function or an operator.
    pub(super) fn method(&self, base: &Expr, member: &Expr) -> Option<Finding> {
        let ExprKind::Call { name, args } = &member.kind else { return None };
        let value = self.written(base.span);
        let mut texts = vec![value];
        texts.extend(args.iter().map(|arg| self.written(arg.span)));
        let lower = name.text.to_ascii_lowercase();
        let operator = KEYWORDS
            .iter()
            .find(|keyword| keyword.text() == lower && StringOp::of(**keyword).is_some())
            .filter(|_| args.len() == 1);
        let written = if let Some(operator) = operator {
            Some(format!("{value} {} {}", operator.text(), texts[1]))
        } else if builtins::function(&lower).is_some() {
            Some(format!("{lower}({})", texts.join(", ")))
        } else {
            foreign::rewritten(&lower, &texts)
        };
        let message = format!("`{}` is called as a method, and KQL has no methods", name.text);
        let span = Span::new(base.span.start as usize, member.span.end as usize);
        let mut finding = Finding::new(FindingKind::UnknownColumn, member.span, message);
        match written {
            Some(text) => {
                finding.help = Some(format!("Use `{text}`."));
                finding.fix = Some(Suggestion { title: format!("Replace with `{text}`"), span, text });
            }
            None => finding.help = Some(format!("Use a function, such as `tostring({value})`.")),
        }
        Some(finding)
    }

    /// What a name that is not defined was probably meant as, where another language has it.
    pub(super) fn habit(&self, name: &Name) -> Option<Finding> {
        if name.form != NameForm::Plain {
            return None;
        }
        let other = self.null(name).or_else(|| self.unit_of_time(name)).or_else(|| self.bare_count(name));
        other.or_else(|| self.compared_name(name)).or_else(|| side_of_a_join(name))
    }

    /// `summarize count by Account`
    fn bare_count(&self, name: &Name) -> Option<Finding> {
        if !self.context.aggregating || &*name.text != "count" {
            return None;
        }
        let mut finding = Finding::new(FindingKind::UnknownColumn, name.span, "`count` is a function here")
            .help("Use `count()`.");
        let span = Span::at(name.span.end as usize);
        finding.fix = Some(Suggestion { title: "Insert `()`".into(), span, text: "()".into() });
        Some(finding)
    }

    /// `== null`
    fn null(&self, name: &Name) -> Option<Finding> {
        if !matches!(&*name.text.to_ascii_lowercase(), "null" | "none" | "nil" | "undefined") {
            return None;
        }
        let before = self.text.get(..name.span.start as usize)?.trim_end();
        let (left, function) = match before.strip_suffix("!=").or_else(|| before.strip_suffix("<>")) {
            Some(left) => (left, "isnotempty"),
            None => (before.strip_suffix("==").or_else(|| before.strip_suffix("=~"))?, "isempty"),
        };
        let message = format!("KQL has no `{}` to compare with", name.text);
        let mut finding = Finding::new(FindingKind::UnknownColumn, name.span, message).help(format!(
            "Use `{function}(...)` for strings, or `{}(...)`.",
            function.replace("empty", "null")
        ));
        let left = left.trim_end();
        let column =
            left.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')).len();
        let value = &left[column..];
        // Only a name that nothing else belongs to is compared.
        let alone = left[..column].trim_end();
        let begins = ["where", "and", "or", "(", ",", "|"].iter().any(|word| alone.ends_with(word));
        if !value.is_empty() && begins {
            let text = format!("{function}({value})");
            let span = Span::new(column, name.span.end as usize);
            finding.fix = Some(Suggestion { title: format!("Replace with `{text}`"), span, text });
        }
        Some(finding)
    }

    /// `datetime_add(day, ...)`
    fn unit_of_time(&self, name: &Name) -> Option<Finding> {
        let unit = name.text.to_ascii_lowercase();
        if !UNITS.contains(&&*unit) {
            return None;
        }
        let before = self.text.get(..name.span.start as usize)?.trim_end().strip_suffix('(')?;
        let function = WITH_UNIT.iter().find(|function| before.ends_with(**function))?;
        let text = format!("\"{unit}\"");
        let message = format!("The unit of time of `{function}` is a string");
        let mut finding =
            Finding::new(FindingKind::UnknownColumn, name.span, message).help(format!("Use `{text}`."));
        finding.fix = Some(Suggestion { title: format!("Replace with `{text}`"), span: name.span, text });
        Some(finding)
    }

    /// `summarize Total == count()`
    fn compared_name(&self, name: &Name) -> Option<Finding> {
        let (start, end) = (name.span.start as usize, name.span.end as usize);
        let rest = self.text.get(end..)?;
        let sign = end + (rest.len() - rest.trim_start_matches(' ').len());
        if !self.text[sign..].starts_with("==") || self.text[sign..].starts_with("===") {
            return None;
        }
        let before = self.text.get(..start)?.trim_end();
        let operator = ["extend", "summarize", "project"]
            .into_iter()
            .find(|word| before.strip_suffix(word).is_some_and(|rest| rest.trim_end().ends_with('|')))?;
        let message = format!("`==` compares; `{operator}` names a column with `=`");
        let span = Span::new(sign, sign + 2);
        let mut finding = Finding::new(FindingKind::UnknownColumn, span, message)
            .help(format!("Use `{} = ...`.", name.text));
        finding.fix = Some(Suggestion { title: "Replace with `=`".into(), span, text: "=".into() });
        Some(finding)
    }
}

impl Binder<'_> {
    /// `| where count() > 5` after a `summarize`: the column that the aggregate has made.
    pub(super) fn aggregate_column(&self, name: &Name, args: &[Expr]) -> Option<Finding> {
        let row = self.scope.row.as_ref()?;
        let of = args.first().map_or("", |arg| self.written(arg.span));
        let column = format!("{}_{of}", name.text);
        row.column(&column)?;
        let rest = self.text.get(args.last().map_or(name.span.end, |last| last.span.end) as usize..)?;
        let end = self.text.len() - rest.len() + rest.find(')')? + 1;
        let message =
            format!("`{}` is an aggregate function, which can only be used in `summarize`", name.text);
        let mut finding = Finding::new(FindingKind::Semantic, name.span, message)
            .help(format!("The column of the `summarize` before it is `{column}`."));
        let span = Span::new(name.span.start as usize, end);
        finding.fix = Some(Suggestion { title: format!("Replace with `{column}`"), span, text: column });
        Some(finding)
    }

    /// `Account[0:5]`: a part of a string.
    pub(super) fn slice(&self, base: &Expr, index: &Expr) -> Option<Finding> {
        let ExprKind::Binary { op: BinaryOp::String(op), left, right, .. } = &index.kind else { return None };
        let number = |expr: &Expr| self.written(expr.span).parse::<u32>().ok();
        let (from, to) = (number(left)?, number(right)?);
        if op.test != StringTest::Search {
            return None;
        }
        let text = format!("substring({}, {from}, {})", self.written(base.span), to.checked_sub(from)?);
        let message = "KQL has no slices of strings and arrays";
        let place = Span::new(base.span.start as usize, index.span.end as usize);
        let finding = Finding::new(FindingKind::Semantic, place, message);
        Some(finding.help(format!("Use `{text}` for a string, or `array_slice(...)` for an array.")))
    }
}

/// `$left` and `$right` where no rows are joined.
fn side_of_a_join(name: &Name) -> Option<Finding> {
    matches!(&*name.text, "$left" | "$right").then(|| {
        let message = format!("`{}` is only defined in the conditions of a join", name.text);
        Finding::new(FindingKind::UnknownColumn, name.span, message).help("Use the name of the column alone.")
    })
}
