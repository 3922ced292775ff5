//! The columns by which the service finds the event of an alert, carried through every operator from the table on.
//!
//! The walk goes along the rows that become rows of the result, from their source to the end: through `let`s,
//! functions, unions, and the side of a join that the alert is about. Each operator that drops or replaces a column that
//! must be carried gets a change. No change adds or drops rows.

use rustc_hash::FxHashSet;

use super::draft::Draft;
use crate::content::detection::driving::{Driving, Event, comes_from_right};
use crate::convert::changes::Change;
use crate::convert::notes;
use crate::diagnostic::RuleMeta;
use crate::kql::ast::{
    Expr, ExprKind, Join, JoinKind, LetValue, Name, NameForm, Operator, OperatorKind, Sides, Type,
};
use crate::kql::types::Relation;
use crate::source::Span;

/// Queries may nest, and names may stand for names, only so deeply.
const DEEPEST: usize = 24;

/// Why a query cannot be adapted.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) code: &'static RuleMeta,
    /// The place in the query.
    pub(super) place: Span,
    pub(super) message: String,
    pub(super) help: String,
}

/// A walk over a query.
pub(super) struct Carry<'d> {
    pub(super) draft: &'d Draft<'d>,
    driving: Driving<'d>,
    /// A column that names an asset, where the result has none of its own.
    asset: Option<&'static str>,
    pub(super) changes: Vec<Change>,
    /// The values of `let`s that have been walked.
    seen: FxHashSet<Span>,
    /// The names that get another name.
    pub(super) renamed: FxHashSet<Span>,
}

/// Plug-ins of `evaluate` that keep the columns of their rows.
const KEEPING_PLUGINS: [&str; 4] = ["bag_unpack", "ipv4_lookup", "ipv6_lookup", "geo_info_lookup"];

impl<'d> Carry<'d> {
    pub(super) fn new(draft: &'d Draft<'d>, asset: Option<&'static str>) -> Self {
        let driving = Driving::new(&draft.parse, &draft.model, draft.catalog);
        let (changes, seen, renamed) = (Vec::new(), FxHashSet::default(), FxHashSet::default());
        Self { draft, driving, asset, changes, seen, renamed }
    }

    /// Walks the whole query; the event of its rows.
    pub(super) fn query(&mut self) -> Result<Event, Refused> {
        let Some(query) = self.draft.parse.last_query() else {
            let message = "There is no query whose rows could be alerts".to_owned();
            let help = "Add a query after the statements.".to_owned();
            return Err(Refused { code: &notes::NO_EVENT_TABLE, place: Span::default(), message, help });
        };
        self.rows(query, 0)
    }

    /// The columns that must be carried for an event.
    pub(super) fn needed(&self, event: &Event) -> Vec<&'static str> {
        let mut needed = event.required();
        if let Some(asset) = self.asset
            && event.sources.iter().any(|source| source.assets.contains(asset))
            && !needed.contains(&asset)
        {
            needed.push(asset);
        }
        needed
    }

    fn rows(&mut self, expr: &'d Expr, depth: usize) -> Result<Event, Refused> {
        if depth > DEEPEST {
            return Ok(Event::default());
        }
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Materialize(inner) | ExprKind::ToTable(inner) => {
                self.rows(inner, depth + 1)
            }
            ExprKind::Pipeline { source, stages } => {
                let mut event = self.rows(source, depth + 1)?;
                for stage in stages {
                    event = self.stage(event, stage, depth + 1)?;
                }
                Ok(event)
            }
            ExprKind::Operator(operator) => match &operator.kind {
                OperatorKind::Union(_) => self.stage(Event::default(), operator, depth + 1),
                OperatorKind::Search { .. } | OperatorKind::Find(_) => Err(refused(
                    operator,
                    "looks through tables that it does not name, and returns other columns than they have",
                    "Name the tables with `union`, and filter with `where`.",
                )),
                _ => Ok(self.driving.event(expr)),
            },
            ExprKind::Name(name) => self.named(expr, name, depth),
            ExprKind::Call { name, args } => match args.first() {
                Some(inner) if &*name.text == "materialize" && self.driving.value_of(name).is_none() => {
                    self.rows(inner, depth + 1)
                }
                _ => self.named(expr, name, depth),
            },
            _ => Ok(self.driving.event(expr)),
        }
    }

    fn named(&mut self, expr: &'d Expr, name: &'d Name, depth: usize) -> Result<Event, Refused> {
        let value = match self.driving.value_of(name) {
            Some(LetValue::Expr(value)) => value,
            Some(LetValue::Function(function)) => match function.result.as_deref() {
                Some(result) => result,
                None => return Ok(Event::default()),
            },
            None => return Ok(self.driving.event(expr)),
        };
        if self.seen.insert(value.span) { self.rows(value, depth + 1) } else { Ok(self.driving.event(value)) }
    }

    /// Carries the columns through an operator; the event of the rows after it.
    fn stage(&mut self, before: Event, operator: &'d Operator, depth: usize) -> Result<Event, Refused> {
        if let OperatorKind::Join(join) | OperatorKind::Lookup(join) = &operator.kind {
            return self.join(before, operator, join, depth);
        }
        if let OperatorKind::Union(union) = &operator.kind {
            for leg in &union.legs {
                if self.driving.event(leg).is_any() {
                    self.rows(leg, depth + 1)?;
                }
            }
            return Ok(self.driving.after(before, operator));
        }
        if !before.is_any() {
            // What has no event may still be joined with one that has.
            return Ok(before);
        }
        let needed = self.needed(&before);
        self.operator(operator, &needed, &before, depth)?;
        Ok(before)
    }

    /// Carries the columns through an operator that works on the rows before it alone.
    fn operator(
        &mut self,
        operator: &'d Operator,
        needed: &[&'static str],
        event: &Event,
        depth: usize,
    ) -> Result<(), Refused> {
        match &operator.kind {
            OperatorKind::Extend(items) | OperatorKind::Serialize(items) => {
                self.made(operator, items, needed, None);
            }
            OperatorKind::Project(items) => self.project(operator, items, needed),
            OperatorKind::ProjectKeep(items) => self.keep(operator, items, needed),
            OperatorKind::ProjectAway(items) => self.away(operator, items, needed)?,
            OperatorKind::ProjectRename(items) => self.rename(operator, items, needed),
            OperatorKind::Distinct(items) => self.distinct(operator, items, needed)?,
            OperatorKind::Summarize { aggregates, by } => {
                self.summarize(operator, aggregates, by.as_deref(), needed);
            }
            OperatorKind::Render { .. } => self.drop_render(operator),
            OperatorKind::Parse(pattern) | OperatorKind::ParseWhere(pattern) => {
                let typed = pattern.parts.iter().find_map(|part| match &part.kind {
                    ExprKind::Typed(column) if needed.contains(&&*column.name.text) => Some(&column.name),
                    ExprKind::Name(name) if needed.contains(&&*name.text) => Some(name),
                    _ => None,
                });
                if let Some(name) = typed {
                    return Err(reassigned(operator, &name.text));
                }
            }
            OperatorKind::ParseKv { keys, .. } => {
                if let Some(key) = keys.iter().find(|key| needed.contains(&&*key.name.text)) {
                    return Err(reassigned(operator, &key.name.text));
                }
            }
            OperatorKind::MvExpand { items, .. } | OperatorKind::MvApply { items, .. } => {
                for item in items {
                    let name = match &item.kind {
                        ExprKind::Named { names, .. } => names.first().map(|name| &*name.text),
                        ExprKind::Converted { expr, .. } => expr.as_name(),
                        _ => item.as_name(),
                    };
                    if let Some(name) = name.filter(|name| needed.contains(name)) {
                        return Err(reassigned(operator, name));
                    }
                }
            }
            OperatorKind::Partition { query, .. } | OperatorKind::PartitionBy { query, .. } => {
                self.inside(query, event, depth + 1)?;
            }
            OperatorKind::Evaluate { call, .. } => {
                let plugin = call.as_call().map(|(name, _)| &*name.text).unwrap_or_default();
                if !KEEPING_PLUGINS.contains(&plugin) {
                    let what = format!("with `{plugin}` returns other rows than those of events");
                    return Err(refused(
                        operator,
                        &what,
                        "Group with `summarize`, and filter what it returns.",
                    ));
                }
            }
            OperatorKind::Invoke(call) => self.invoke(operator, call, needed)?,
            OperatorKind::Where(_)
            | OperatorKind::Sort(_)
            | OperatorKind::Take(_)
            | OperatorKind::Top { .. }
            | OperatorKind::Sample(_)
            | OperatorKind::As(_)
            | OperatorKind::AssertSchema(_)
            | OperatorKind::ProjectReorder(_)
            | OperatorKind::Scan(_)
            | OperatorKind::ExecuteAndCache => {}
            OperatorKind::Count(_) => {
                return Err(refused(
                    operator,
                    "returns one number, which is about no event",
                    "Return the rows themselves, or use `summarize` with what they have in common.",
                ));
            }
            OperatorKind::MakeSeries { .. } => {
                return Err(refused(
                    operator,
                    "returns series of numbers, which are about no event",
                    "Use `summarize` with `bin`, and compare what it returns.",
                ));
            }
            _ => {
                return Err(refused(
                    operator,
                    "returns rows that are not about single events",
                    "Use `where`, `summarize` and `join` instead, which keep the event.",
                ));
            }
        }
        Ok(())
    }

    /// The query over each part of the rows.
    fn inside(&mut self, query: &'d Expr, event: &Event, depth: usize) -> Result<(), Refused> {
        let (head, stages): (Option<&'d Operator>, &'d [Operator]) = match &query.kind {
            ExprKind::Operator(head) => (Some(head), &[]),
            ExprKind::Pipeline { source, stages } => match &source.kind {
                ExprKind::Operator(head) => (Some(head), stages),
                _ => (None, stages),
            },
            _ => (None, &[]),
        };
        let mut event = event.clone();
        for stage in head.into_iter().chain(stages) {
            event = self.stage(event, stage, depth)?;
        }
        Ok(())
    }

    /// A function that gets the rows: one of the workspace adds columns, one of the query has a body.
    fn invoke(
        &mut self,
        operator: &'d Operator,
        call: &'d Expr,
        needed: &[&'static str],
    ) -> Result<(), Refused> {
        let Some((name, _)) = call.as_call() else { return Ok(()) };
        let Some(LetValue::Function(function)) = self.driving.value_of(name) else { return Ok(()) };
        let any = |kind: &Option<Type>| match kind {
            Some(Type::AnyRows) => true,
            Some(Type::Rows(columns)) => {
                needed.iter().all(|column| columns.iter().any(|known| &*known.name.text == *column))
            }
            _ => false,
        };
        let takes = function.params.first().is_some_and(|param| any(&param.column.type_));
        let passes = matches!(
            function.result.as_deref().map(|result| &result.kind),
            Some(ExprKind::Pipeline { stages, .. })
                if stages.iter().all(|stage| matches!(stage.kind, OperatorKind::Where(_) | OperatorKind::Extend(_)))
        );
        if takes && passes {
            return Ok(());
        }
        let what = format!("passes the rows to `{}`, which does not return their columns", name.text);
        Err(refused(operator, &what, "Write the operators of the function into the query."))
    }

    fn join(
        &mut self,
        before: Event,
        operator: &'d Operator,
        join: &'d Join,
        depth: usize,
    ) -> Result<Event, Refused> {
        let left = self.draft.model.rows_around(operator).map(|rows| std::sync::Arc::clone(&rows.before));
        let right = self.draft.model.type_of(join.right.id).rows().cloned();
        if comes_from_right(&before, join.kind) {
            let event = self.rows(&join.right, depth + 1)?;
            if join.kind.sides() == Sides::Right {
                return Ok(event);
            }
            for column in self.needed(&event) {
                let taken = left.as_deref().is_some_and(|left| left.column(column).is_some());
                // What is equal on both sides is the same column.
                if taken && !is_key(join, column) {
                    let what = format!(
                        "has a `{column}` on its left side, which hides that of the events on its right side"
                    );
                    return Err(refused(operator, &what, "Put the table with the events on the left side."));
                }
            }
            return Ok(event.and_others(before));
        }
        if join.kind == JoinKind::FullOuter {
            return Err(refused(
                operator,
                "keeps rows of the right side alone, which are about no event of the left side",
                "Use `kind=leftouter`.",
            ));
        }
        if join.kind.sides() == Sides::Both && before.is_any() {
            for column in self.needed(&before) {
                let had = left.as_deref().is_none_or(|left| left.column(column).is_some());
                let other = right.as_deref().and_then(|right| right.column(column));
                if let Some(other) = other.filter(|_| !had) {
                    // The left side has the column from now on, so that the right one's gets a number.
                    let new = self.free_name(&format!("{column}1"), &[left.as_deref(), right.as_deref()]);
                    self.rename_references(other.id, column, &new, operator.span.end);
                }
            }
        }
        Ok(before)
    }

    /// The columns before an operator, and after it.
    pub(super) fn around(&self, operator: &Operator) -> (Option<&'d Relation>, Option<&'d Relation>) {
        let rows = self.draft.model.rows_around(operator);
        (rows.map(|rows| &*rows.before), rows.and_then(|rows| rows.after.as_deref()))
    }

    /// The column that an expression is, where it is nothing else and keeps its name.
    pub(super) fn plain<'e>(&self, expr: &'e Expr) -> Option<&'e str> {
        match &expr.inner().kind {
            ExprKind::Name(name)
                if matches!(name.form, NameForm::Plain | NameForm::Bracketed)
                    && !self.renamed.contains(&name.span) =>
            {
                Some(&name.text)
            }
            _ => None,
        }
    }

    pub(super) fn add(
        &mut self,
        place: Span,
        text: impl Into<String>,
        about: Span,
        reason: impl Into<String>,
    ) {
        self.changes.push(Change::new(&notes::REQUIRED_COLUMNS, place, text, reason).at(about));
    }
}

/// Whether a join compares a column of this name of both sides.
fn is_key(join: &Join, column: &str) -> bool {
    let conditions = join.on.as_ref().map(|on| on.conditions.as_slice()).unwrap_or_default();
    conditions.iter().any(|condition| match &condition.inner().kind {
        ExprKind::Name(name) => &*name.text == column,
        ExprKind::Binary { left, right, .. } => [left, right].iter().all(
            |side| matches!(&side.kind, ExprKind::Path { member, .. } if member.as_name() == Some(column)),
        ),
        _ => false,
    })
}

/// A refusal of an operator.
pub(super) fn refused(operator: &Operator, what: &str, help: &str) -> Refused {
    Refused {
        code: &notes::OPERATOR_REFUSED,
        place: operator.keyword,
        message: format!("`{}` {what}", operator.word),
        help: help.to_owned(),
    }
}

pub(super) fn reassigned(operator: &Operator, column: &str) -> Refused {
    let what = format!("replaces `{column}`, which must stay as the event has it");
    refused(operator, &what, "Give the new column another name.")
}
