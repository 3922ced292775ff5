//! What people write by the habit of other languages, and what parses in KQL but means something else: methods of
//! values, `null`, units of time without quotes, and `==` where a column gets its name.

use super::super::ast::{Expr, ExprKind, Name, NameForm, StringOp};
use super::super::builtins;
use super::super::error::Suggestion;
use super::super::foreign;
use super::super::model::finding::Finding;
use super::super::token::KEYWORDS;
use super::{Binder, FindingKind};
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

impl Binder<'_> {
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
        self.null(name).or_else(|| self.unit_of_time(name)).or_else(|| self.compared_name(name))
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
