//! `parse`, `parse-where` and `parse-kv`.

use std::rc::Rc;
use std::sync::Arc;

use super::super::exec::{Failure, Plan};
use super::super::ops::parse::{Pairs, Parse, ParseKv, is_true};
use super::super::pattern;
use super::calls::literal_text;
use super::{Compiler, Made, RowScope, Stage, plan, refused};
use crate::kql::ast::{Column, Expr, ExprKind, Literal, Param, Pattern, Type};
use crate::kql::types::Scalar;

/// The type of a declared column.
pub(super) fn declared(column: &Column, otherwise: Scalar) -> Scalar {
    match &column.type_ {
        Some(Type::Scalar(_, name)) => Scalar::of(name).unwrap_or(otherwise),
        _ => otherwise,
    }
}

fn is_star(part: Option<&Expr>) -> bool {
    part.is_some_and(|part| matches!(part.kind, ExprKind::Star))
}

impl<'q> Compiler<'q> {
    pub(super) fn parse(&mut self, stage: Stage<'q, '_>, pattern: &'q Pattern, only: bool) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let (before, after) = (self.before(operator, at)?, Self::after(operator, at)?);
        let row = RowScope::new(before, at.level + 1);
        let subject = self.value(&pattern.expr, at.with_row(&row))?;
        let kind = Self::param_word(operator, "kind", at).unwrap_or("simple");
        let regex = kind == "regex";
        let relaxed = kind == "relaxed";
        let flags = Self::param_word(operator, "flags", at).unwrap_or_default();
        let mut text = match (regex, flags) {
            (true, "") => String::new(),
            (true, flags) => format!("(?{flags})"),
            (false, _) => "(?s)".to_owned(),
        };
        text.push('^');
        let mut columns: Vec<(Arc<str>, Scalar)> = Vec::new();
        let last = pattern.parts.len().saturating_sub(1);
        for (place, part) in pattern.parts.iter().enumerate() {
            match &part.kind {
                ExprKind::Star => text += ".*?",
                ExprKind::Literal(Literal::String(literal)) if regex => text += literal,
                ExprKind::Literal(Literal::String(literal)) => text += &regex::escape(literal),
                ExprKind::Typed(column) => {
                    let kind = declared(column, Scalar::String);
                    let inner = match kind {
                        // What does not fit the type is null alone, up to the next string of the pattern.
                        _ if relaxed && place == last => ".*",
                        _ if relaxed && !is_star(pattern.parts.get(place + 1)) => ".*?",
                        Scalar::Int | Scalar::Long => r"\s*[-+]?\d+",
                        Scalar::Real | Scalar::Decimal => r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?",
                        _ if place == last || regex => ".*",
                        _ => ".*?",
                    };
                    text += &format!("(?P<c{}>{inner})", columns.len());
                    if place == last && inner == ".*" {
                        text.push('$');
                    }
                    columns.push(((&*column.name.text).into(), kind));
                }
                _ => return refused(part.span, "this part of a pattern"),
            }
        }
        let pattern = pattern::compiled(&text).map_err(|why| Failure::at(operator.span, why))?;
        let runs =
            Parse { span: operator.keyword, used: row.into_used(), subject, pattern, columns, relaxed, only };
        Ok(plan(Some(input), operator, after, runs))
    }

    pub(super) fn parse_kv(
        &mut self,
        stage: Stage<'q, '_>,
        expr: &'q Expr,
        keys: &'q [Column],
        with: &'q [Param],
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let (before, after) = (self.before(operator, at)?, Self::after(operator, at)?);
        let row = RowScope::new(before, at.level + 1);
        let subject = self.value(expr, at.with_row(&row))?;
        let columns =
            keys.iter().map(|key| ((&*key.name.text).into(), declared(key, Scalar::String))).collect();
        let property = |name: &str| {
            let param = with.iter().find(|param| &*param.name.text == name)?;
            param.values.first()
        };
        let text = |name: &str| property(name).and_then(literal_text);
        let flag = |name: &str| property(name).is_some_and(|value| is_true(at.written(value.span)));
        let first = |text: &str| text.chars().next();
        let quotes = text("quote").and_then(|text| Some((first(text)?, text.chars().last()?)));
        let pairs = match (text("regex"), text("pair_delimiter"), text("kv_delimiter")) {
            (Some(pattern), ..) => {
                Pairs::Pattern(pattern::compiled(pattern).map_err(|why| Failure::at(operator.span, why))?)
            }
            (None, None, None) => Pairs::Words { quotes, escape: text("escape").and_then(first) },
            (None, pair, key) => Pairs::Delimited {
                pair: pair.unwrap_or(" ").into(),
                key: key.unwrap_or("=").into(),
                quotes,
                escape: text("escape").and_then(first),
                greedy: flag("greedy"),
            },
        };
        let runs = ParseKv { span: operator.keyword, used: row.into_used(), subject, columns, pairs };
        Ok(plan(Some(input), operator, after, runs))
    }
}
