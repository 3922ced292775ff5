//! Reading the conditions of pipelines: what they demand of which value.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::demands::{Demand, Demands, Test};
use super::meaning::{Meaning, range_of};
use super::parts::Parts;
use super::values::Value;
use super::{NeverTrue, shortened, swapped};
use crate::content::Query;
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{BinaryOp, Expr, ExprKind, ListOp, LogicalOp, Operator, OperatorKind, StringTest};
use crate::rules::query::tree::source_text;
use crate::source::Span;

/// What conditions demand, by the value that they demand it of.
type Facts<'q> = FxHashMap<Cow<'q, str>, Demands>;

/// At most so many values are held apart.
const MOST_SUBJECTS: usize = 64;

/// Reads the conditions of a query.
pub(super) struct Reader<'q, 'm> {
    query: &'q Query<'q>,
    parts: &'m Parts<'q>,
    means: &'m dyn Meaning<'q>,
}

impl<'q, 'm> Reader<'q, 'm> {
    pub(super) fn new(query: &'q Query<'q>, parts: &'m Parts<'q>, means: &'m dyn Meaning<'q>) -> Self {
        Self { query, parts, means }
    }

    /// The conditions that no row passes.
    pub(super) fn read(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut facts = Facts::default();
        for pipeline in &self.parts.pipelines {
            facts.clear();
            for stage in &pipeline.stages {
                match stage.condition() {
                    Some(condition) => self.condition(condition, &mut facts, &mut found),
                    None if keeps_values(stage) => {}
                    None => facts.clear(),
                }
            }
        }
        for condition in &self.parts.conditions {
            self.condition(condition, &mut Facts::default(), &mut found);
        }
        found
    }

    /// Reads a condition that holds together with those before it.
    fn condition(&self, condition: &'q Expr, facts: &mut Facts<'q>, found: &mut Vec<Diagnostic>) {
        let condition = condition.inner();
        match &condition.kind {
            ExprKind::Logical { op: LogicalOp::And, operands } => {
                for operand in operands {
                    self.condition(operand, facts, found);
                }
            }
            ExprKind::Logical { op: LogicalOp::Or, operands } => {
                let before = found.len();
                if let Some((subject, test)) = self.one_of(operands) {
                    self.demand(subject, test, condition.span, facts, found);
                }
                // Each holds with what is before it, and not with the others.
                for operand in operands {
                    if found.len() > before && self.atom(operand.inner()).is_some() {
                        break;
                    }
                    self.condition(operand, &mut facts.clone(), found);
                }
            }
            ExprKind::Between { .. } => self.between(condition, facts, found),
            _ => {
                if let Some((subject, test)) = self.atom(condition) {
                    self.demand(subject, test, condition.span, facts, found);
                }
            }
        }
    }

    fn demand(
        &self,
        subject: &'q Expr,
        test: Test,
        place: Span,
        facts: &mut Facts<'q>,
        found: &mut Vec<Diagnostic>,
    ) {
        let Some(key) = self.means.key(subject) else { return };
        if facts.len() >= MOST_SUBJECTS && !facts.contains_key(&key) {
            return;
        }
        let demands = facts.entry(key).or_default();
        let function = self.means.made_by(subject).filter(|_| demands.is_empty());
        if let Some((low, high)) = function.and_then(range_of) {
            demands.add(Demand { test: Test::After { value: low, at: true }, place: None });
            if let Some(value) = high {
                demands.add(Demand { test: Test::Before { value, at: true }, place: None });
            }
        }
        let Some(against) = demands.add(Demand { test, place: Some(place) }) else { return };
        let text = shortened(source_text(self.query, place));
        let never = NeverTrue::at(self.query.span(place), format!("`{text}` is never true here"));
        found.push(if against.is_empty() {
            never.help(match self.means.made_by(subject) {
                Some(function) => format!("`{function}` never returns such a value."),
                None => "No value satisfies it.".to_owned(),
            })
        } else {
            let never = against.iter().take(3).fold(never, |never, old| {
                never.label(self.query.span(*old), "every row satisfies this condition")
            });
            never.help("No row can satisfy both conditions. Did you mean `or`, or another value?")
        });
    }

    /// `between`, whose bounds can exclude each other.
    fn between(&self, between: &'q Expr, facts: &mut Facts<'q>, found: &mut Vec<Diagnostic>) {
        let ExprKind::Between { negated, op_span, left, low, high } = &between.kind else { return };
        let (Some(from), Some(to)) = (self.means.value(low), self.means.value(high)) else { return };
        // The upper bound may be said as a distance from the lower one.
        let distance = matches!(to, Value::Length(_)) && !matches!(from, Value::Length(_));
        let to = match (&from, to) {
            (Value::Moment(least, most), Value::Length(length)) => {
                Value::Moment(least + length, most + length)
            }
            (Value::Date(at), Value::Length(length)) => Value::Date(at + length),
            (_, to) => to,
        };
        if from.surely_after(&to, false) {
            let outcome = if *negated { "always" } else { "never" };
            let text = shortened(source_text(self.query, between.span));
            let message =
                format!("`{text}` is {outcome} true: the lower bound is greater than the upper bound");
            let bounds = (!distance).then_some([&**low, high]);
            found.push(swapped(self.query, op_span.cover(high.span), message, bounds));
        } else if !negated {
            let place = between.span;
            self.demand(left, Test::After { value: from, at: true }, place, facts, found);
            self.demand(left, Test::Before { value: to, at: true }, place, facts, found);
        }
    }

    /// A disjunction of equalities on one value, as a set.
    fn one_of(&self, operands: &'q [Expr]) -> Option<(&'q Expr, Test)> {
        let mut all = Vec::new();
        let (mut first, mut fold) = (None, false);
        for operand in operands {
            let (subject, Test::In(values, folds)) = self.atom(operand.inner())? else { return None };
            let key = self.means.key(subject)?;
            let (_, known) = first.get_or_insert_with(|| (subject, key.clone()));
            if *known != key {
                return None;
            }
            fold |= folds;
            all.extend(values);
        }
        Some((first?.0, Test::In(all, fold)))
    }

    /// What a comparison demands, and of which value.
    fn atom(&self, expr: &'q Expr) -> Option<(&'q Expr, Test)> {
        match &expr.kind {
            ExprKind::Binary { op, left, right, .. } => {
                let (subject, op, value) = match (self.means.value(left), self.means.value(right)) {
                    (None, Some(value)) => (&**left, *op, value),
                    (Some(value), None) if !matches!(op, BinaryOp::String(_)) => {
                        (&**right, op.mirrored(), value)
                    }
                    _ => return None,
                };
                Some((subject, test(op, value)?))
            }
            ExprKind::InList { op: ListOp::In { negated, folds_case }, left, items, .. } => {
                let mut values = Vec::new();
                for part in items.iter().flat_map(|item| self.means.items(item)) {
                    match self.means.value(part) {
                        Some(value) => values.push(value),
                        // One of the rows of a table, or what else is not known.
                        None if *negated => {}
                        None => return None,
                    }
                }
                if *negated {
                    return Some((left, Test::NotIn(values, *folds_case)));
                }
                // An empty list is to be filled in.
                (!values.is_empty()).then_some((left, Test::In(values, *folds_case)))
            }
            ExprKind::Call { name, args } => {
                let [argument] = &args[..] else { return None };
                match &*name.text {
                    "isempty" => Some((argument, Test::Empty(true))),
                    "isnotempty" | "notempty" => Some((argument, Test::Empty(false))),
                    "not" => self.atom(argument.inner()).map(|(subject, test)| (subject, test.negated())),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

fn test(op: BinaryOp, value: Value) -> Option<Test> {
    Some(match op {
        BinaryOp::Equal => Test::In(vec![value], false),
        BinaryOp::NotEqual => Test::NotIn(vec![value], false),
        BinaryOp::Greater => Test::After { value, at: false },
        BinaryOp::GreaterOrEqual => Test::After { value, at: true },
        BinaryOp::Less => Test::Before { value, at: false },
        BinaryOp::LessOrEqual => Test::Before { value, at: true },
        BinaryOp::String(op) => match (op.test, value) {
            (StringTest::Equals, value) if op.negated => Test::NotIn(vec![value], true),
            (StringTest::Equals, value) => Test::In(vec![value], true),
            (_, Value::Text(text)) => Test::Text(op, text),
            _ => return None,
        },
        _ => return None,
    })
}

/// Whether the columns after an operator hold what they held before it, as far as they are the same.
fn keeps_values(operator: &Operator) -> bool {
    use OperatorKind as K;
    matches!(
        operator.kind,
        K::As(_)
            | K::Distinct(_)
            | K::Extend(_)
            | K::Project(_)
            | K::ProjectAway(_)
            | K::ProjectKeep(_)
            | K::ProjectRename(_)
            | K::ProjectReorder(_)
            | K::Parse(_)
            | K::ParseWhere(_)
            | K::Render { .. }
            | K::Sample(_)
            | K::Serialize(_)
            | K::Sort(_)
            | K::Summarize { .. }
            | K::Take(_)
            | K::Top { .. }
    )
}
