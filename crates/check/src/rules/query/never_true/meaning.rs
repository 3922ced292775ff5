//! What expressions stand for in a condition: as the model knows it, or guessed from the text, which is cheaper and finds
//! at least as much.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::parts::Parts;
use super::values::Value;
use crate::content::Query;
use crate::kql::ast::{Expr, ExprKind, LetValue, Literal, Name};
use crate::kql::datetime::{self, Date};
use crate::kql::model::constants::evaluate;
use crate::kql::model::{ColumnOrigin, Known, SemanticModel, Symbol};
use crate::kql::view::{self, LetValues};
use crate::kql::{Parse, builtins};
use crate::rules::query::tree::source_text;
use crate::source;

/// What expressions stand for.
pub(super) trait Meaning<'q> {
    /// The value of an expression that no row decides.
    fn value(&self, expr: &'q Expr) -> Option<Value>;
    /// A name for the value that an expression has in a row: the same for the same value.
    fn key(&self, expr: &'q Expr) -> Option<Cow<'q, str>>;
    /// The function that makes a value, where it is nothing else.
    fn made_by(&self, expr: &'q Expr) -> Option<&'q str>;
    /// The items of a list, those of an array in its place.
    fn items(&self, item: &'q Expr) -> Vec<&'q Expr>;
}

/// Functions whose result changes from row to row or from call to call.
const IMPURE: [&str; 8] =
    ["rand", "new_guid", "prev", "next", "row_number", "row_cumsum", "row_rank_dense", "row_rank_min"];

/// The least and the greatest value of what a function returns, where they are known.
pub(super) fn range_of(function: &str) -> Option<(Value, Option<Value>)> {
    let numbers = |low: f64, high: f64| Some((Value::Number(low), Some(Value::Number(high))));
    match function {
        "strlen" | "string_size" | "array_length" | "countof" | "count" | "countif" | "dcount"
        | "dcountif" | "count_distinct" | "abs" => Some((Value::Number(0.0), None)),
        "hourofday" => numbers(0.0, 23.0),
        "dayofmonth" => numbers(1.0, 31.0),
        "dayofyear" => numbers(1.0, 366.0),
        "monthofyear" | "getmonth" => numbers(1.0, 12.0),
        "week_of_year" | "weekofyear" => numbers(1.0, 53.0),
        // Sunday is 0.
        "dayofweek" => Some((Value::Length(0.0), Some(Value::Length(6.0 * 86_400.0)))),
        _ => None,
    }
}

/// What the text alone tells: a name is the same column everywhere, and a `let` the same value.
pub(super) struct Guessed<'q> {
    query: &'q Query<'q>,
    lets: FxHashMap<&'q str, (&'q LetValue, Option<Known>)>,
    /// The columns that are other columns under a new name.
    aliases: FxHashMap<&'q str, &'q str>,
    /// The functions that make columns.
    made: FxHashMap<&'q str, &'q str>,
}

impl<'q> Guessed<'q> {
    pub(super) fn new(query: &'q Query<'q>, tree: &'q Parse, parts: &Parts<'q>) -> Self {
        let mut lets: FxHashMap<&'q str, (&'q LetValue, Option<Known>)> = FxHashMap::default();
        for (_, name, value) in tree.lets() {
            let known = match value {
                LetValue::Expr(expr) => {
                    evaluate(query.text, expr, &|name| lets.get(&*name.text).map(|(_, known)| known.clone()))
                }
                LetValue::Function(_) => None,
            };
            lets.insert(&name.text, (value, known));
        }
        let (mut aliases, mut made) = (FxHashMap::default(), FxHashMap::default());
        for (names, value) in &parts.named {
            let [name] = names else { continue };
            if let Some(column) = value.as_name() {
                aliases.insert(&*name.text, column);
            } else if let Some((function, _)) = value.as_call() {
                made.insert(&*name.text, &*function.text);
            }
        }
        Self { query, lets, aliases, made }
    }

    fn of(&self, name: &Name) -> Option<&'q LetValue> {
        self.lets.get(&*name.text).map(|(value, _)| *value)
    }
}

impl<'q> Meaning<'q> for Guessed<'q> {
    fn value(&self, expr: &'q Expr) -> Option<Value> {
        let look_up = |name: &Name| self.lets.get(&*name.text).map(|(_, known)| known.clone());
        // Columns are most of what is asked for.
        if let ExprKind::Name(name) = &expr.kind
            && !self.lets.contains_key(&*name.text)
        {
            return None;
        }
        let known = evaluate(self.query.text, expr, &look_up);
        match known.as_ref().and_then(|known| Value::of(&known.value)) {
            Some(value) => sure(self.query, value),
            None => date(self.query, *self.items(expr).first()?),
        }
    }

    fn key(&self, expr: &'q Expr) -> Option<Cow<'q, str>> {
        match &expr.inner().kind {
            ExprKind::Name(name) => {
                let mut name = &*name.text;
                // Names may go round in a circle, as in `A = B, B = A`.
                for _ in 0..8 {
                    let Some(other) = self.aliases.get(name) else { break };
                    name = other;
                }
                Some(Cow::Borrowed(name))
            }
            ExprKind::Path { .. } | ExprKind::Element { .. } | ExprKind::Call { .. } => {
                Some(Cow::Borrowed(source_text(self.query, expr.span)))
            }
            _ => None,
        }
    }

    fn made_by(&self, expr: &'q Expr) -> Option<&'q str> {
        match &expr.inner().kind {
            ExprKind::Call { name, .. } => Some(&name.text),
            ExprKind::Name(name) => self.made.get(&*name.text).copied(),
            _ => None,
        }
    }

    fn items(&self, item: &'q Expr) -> Vec<&'q Expr> {
        view::items(item, |name| self.of(name))
    }
}

/// What the model tells.
pub(super) struct FromModel<'q> {
    query: &'q Query<'q>,
    model: Arc<SemanticModel>,
    lets: LetValues<'q>,
}

impl<'q> FromModel<'q> {
    pub(super) fn new(query: &'q Query<'q>, tree: &'q Parse, model: Arc<SemanticModel>) -> Self {
        let lets = tree.let_values(Arc::clone(&model));
        Self { query, model, lets }
    }
}

impl<'q> Meaning<'q> for FromModel<'q> {
    fn value(&self, expr: &'q Expr) -> Option<Value> {
        if let Some(value) = self.model.constant(expr.id).and_then(Value::of) {
            return sure(self.query, value);
        }
        let [literal] = self.lets.items(expr)[..] else { return None };
        match literal.kind {
            // The items of an array are not constants to the model.
            ExprKind::Literal(Literal::String(_) | Literal::Long | Literal::Bool) => {
                evaluate(self.query.text, literal, &|_| None).and_then(|known| Value::of(&known.value))
            }
            _ => date(self.query, literal),
        }
    }

    fn key(&self, expr: &'q Expr) -> Option<Cow<'q, str>> {
        let key = match &expr.kind {
            ExprKind::Paren(inner) => return self.key(inner),
            ExprKind::Name(name) => {
                let Symbol::Column(id) = self.model.symbol(name.span)? else { return None };
                let sources = self.model.sources(*id);
                let id = if let [only] = sources[..] { only } else { *id };
                format!("#{id:?}")
            }
            ExprKind::Path { base, member } => match &member.kind {
                ExprKind::Name(name) => format!("{}.{}", self.key(base)?, name.text),
                _ => return None,
            },
            ExprKind::Element { base, index } => {
                let ExprKind::Literal(_) = index.kind else { return None };
                format!("{}[{}]", self.key(base)?, source_text(self.query, index.span))
            }
            ExprKind::Call { name, args } => {
                let pure = builtins::function(&name.text).is_some() && !IMPURE.contains(&&*name.text);
                if !pure || args.is_empty() {
                    return None;
                }
                let mut key = format!("{}(", name.text);
                for arg in args {
                    match &arg.kind {
                        ExprKind::Literal(_) => key.push_str(source_text(self.query, arg.span)),
                        _ => key.push_str(&self.key(arg)?),
                    }
                    key.push(',');
                }
                key
            }
            _ => return None,
        };
        (key.len() < 400).then_some(Cow::Owned(key))
    }

    fn made_by(&self, expr: &'q Expr) -> Option<&'q str> {
        match &expr.inner().kind {
            ExprKind::Call { name, .. } => Some(&name.text),
            ExprKind::Name(name) => made_by(self.query, &self.model, name),
            _ => None,
        }
    }

    fn items(&self, item: &'q Expr) -> Vec<&'q Expr> {
        self.lets.items(item)
    }
}

/// The function that makes a column, where it is nothing else.
pub(super) fn made_by<'q>(query: &'q Query<'_>, model: &SemanticModel, name: &Name) -> Option<&'q str> {
    let Symbol::Column(id) = model.symbol(name.span)? else { return None };
    let [source] = model.sources(*id)[..] else { return None };
    let column = model.column(source).filter(|column| column.origin == ColumnOrigin::Computed)?;
    called(source_text(query, column.made_by?))
}

/// The function that a text calls, where the call is all there is; `N = count()` too.
fn called(written: &str) -> Option<&str> {
    let (name, value) = match written.split_once('=') {
        Some((name, value)) if !name.contains('(') => (name, value),
        _ => ("", written),
    };
    let function = value.split_once('(')?.0.trim();
    let word = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    (word(function) && word(name.trim()) && closes_last(value)).then_some(function)
}

/// Whether the first parenthesis is closed by the last.
fn closes_last(text: &str) -> bool {
    let mut depth = 0_usize;
    let text = text.trim_end();
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return at + 1 == text.len();
        }
    }
    false
}

/// A value, unless it is a time that is not sure: the end of a stretch of time is later than it is worked out to be, and
/// what the portal fills in may be any time.
fn sure(query: &Query<'_>, value: Value) -> Option<Value> {
    let of_time = matches!(value, Value::Moment(..) | Value::Length(_));
    let unsure = of_time && ["endof", "TimeISO"].iter().any(|word| source::contains(query.text, word));
    (!unsure).then_some(value)
}

/// The date that a literal is.
fn date(query: &Query<'_>, literal: &Expr) -> Option<Value> {
    let ExprKind::Literal(Literal::DateTime) = literal.kind else { return None };
    let inside = source_text(query, literal.span).split_once('(')?.1.trim_end_matches(')');
    match datetime::read(inside.trim().trim_matches(['"', '\''])) {
        Date::Moment(seconds) => Some(Value::Date(seconds)),
        _ => None,
    }
}
