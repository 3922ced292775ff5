//! How far back a query looks, as far as it says so with constants: `ago(7d)`, `let timeframe = 7d`,
//! `now(-5d)`, `between (ago(14d) .. ago(1d))` and what can be worked out from such.
//!
//! Nothing is known here of tables. A bound counts for the data that is read where the column that it bounds
//! holds the time of the event: `TimeGenerated`, `Timestamp`, what the query makes of these, and whatever is
//! no plain column. A bound on another column of a table, such as the day an account was made, is listed too,
//! and is not the query's look-back unless there is no better.

use rustc_hash::FxHashMap;

use super::ast::{Expr, ExprKind, Literal, Name};
use super::model::SemanticModel;
use super::model::constants::placeholder;
use super::timespan::Timespan;
use super::{Node, Parse, walk_statements};
use crate::source::Span;

mod scopes;

/// What a query says of the time it looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookback {
    /// The moments before now that it names, by place.
    pub reaches: Vec<Reach>,
    /// Where it names a moment before now that is not constant.
    pub unclear: Vec<Span>,
    /// Where it names a date.
    pub dates: Vec<Date>,
    /// Where it asks the portal for the ends of the chosen time range.
    pub placeholders: Vec<Placeholder>,
}

/// A moment before now that a query names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The expression: `ago(7d)`, or the name of a `let` that stands for it.
    pub span: Span,
    /// The literals from which the moment follows, by place.
    pub sources: Vec<Span>,
    /// How far before now it lies.
    pub back: Timespan,
    /// By how much it may lie further back, because it is rounded down, as in `startofday(ago(7d))`.
    pub slack: Timespan,
    /// Which end of a stretch of time it is.
    pub bound: Bound,
    /// Whether what it bounds is the time of the event.
    pub event_time: bool,
}

/// A date that a query names, and that the time of the event may be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The literal.
    pub span: Span,
    /// Which end of a stretch of time it is.
    pub bound: Bound,
}

/// Which end of a stretch of time a moment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// The beginning, as in `TimeGenerated > ago(7d)`.
    From,
    /// The end, as in `TimeGenerated < ago(1d)`.
    Until,
    /// Neither, as in `extend Start = ago(7d)`.
    Other,
}

/// `todatetime('{{StartTimeISO}}')` and its relatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// The place: the whole call, where it turns the text into a moment, and else the text.
    pub span: Span,
    /// Whether it stands for the end of the range rather than its beginning.
    pub end: bool,
    /// Whether it is a call that turns the text into a moment.
    pub moment: bool,
}

impl Lookback {
    /// The moment that lies furthest back of those from which data is read.
    pub fn furthest(&self) -> Option<&Reach> {
        let furthest = |wanted: &dyn Fn(&&Reach) -> bool| {
            // Of equals the first.
            self.reaches.iter().rev().filter(wanted).max_by_key(|reach| reach.back)
        };
        furthest(&|reach| reach.event_time).or_else(|| furthest(&|reach| reach.bound == Bound::From))
    }
}

/// Finds out how far back a query looks. `model` is what the same query means, at any level; `range` is how long the time range is that the portal fills in for
/// `{{StartTimeISO}}` and `{{EndTimeISO}}`, the end of which is now.
pub fn lookback(text: &str, parse: &Parse, model: &SemanticModel, range: Timespan) -> Lookback {
    let mut found = scopes::Reader::new(text, model, range, event_times(parse)).read(&parse.statements);
    found.placeholders = placeholders(parse);
    found
}

fn placeholders(parse: &Parse) -> Vec<Placeholder> {
    let mut found = Vec::new();
    walk_statements(&parse.statements, &mut |node| {
        let Node::Expr(expr) = node else { return true };
        let text = |expr: &Expr| match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => placeholder(text),
            _ => None,
        };
        if let ExprKind::Call { name, args } = &expr.kind
            && &*name.text == "todatetime"
            && let [argument] = &args[..]
            && let Some(end) = text(argument)
        {
            found.push(Placeholder { span: expr.span, end, moment: true });
            return false;
        }
        if let Some(end) = text(expr) {
            found.push(Placeholder { span: expr.span, end, moment: false });
        }
        true
    });
    found
}

/// For each column that the query makes, whether it is made from the time of the event.
fn event_times(parse: &Parse) -> FxHashMap<&str, bool> {
    let mut made: Vec<(&str, &Expr)> = Vec::new();
    walk_statements(&parse.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Named { names, value, .. }, .. }) = node {
            made.extend(names.iter().map(|name| (&*name.text, &**value)));
        }
        true
    });
    let mut known: FxHashMap<&str, bool> = made.iter().map(|(name, _)| (*name, false)).collect();
    // A column may be made from one that is made further up, and that from another.
    for _ in 0..4 {
        let mut changed = false;
        for (name, value) in &made {
            let from_time = names_in(value).any(|named| is_event_time(&named.text, &known));
            if from_time && known.insert(name, true) != Some(true) {
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    known
}

/// Whether a name is that of a column with the time of the event.
fn is_event_time(name: &str, made: &FxHashMap<&str, bool>) -> bool {
    match name {
        "TimeGenerated" | "Timestamp" | "_TimeReceived" | "ingestion_time" => true,
        name => match made.get(name) {
            Some(from_time) => *from_time,
            // Aggregates name their columns so: `min_Timestamp`.
            None => ["_TimeGenerated", "_Timestamp"].iter().any(|end| name.ends_with(end)),
        },
    }
}

/// The names in an expression, those of functions among them.
fn names_in(expr: &Expr) -> impl Iterator<Item = &Name> {
    let mut names = Vec::new();
    super::walk(Node::Expr(expr), &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Name(name) | ExprKind::Call { name, .. }, .. }) = node {
            names.push(name);
        }
        true
    });
    names.into_iter()
}

#[cfg(test)]
mod tests;
