//! What the binder keeps of what it finds out. Below [`Level::Full`] that is little, and everything else here does
//! nothing: there is one walk over the tree, whatever is asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::ast::{Expr, Name};
use super::super::model::constants::{Constant, Evaluator, Known};
use super::super::model::{
    ColumnDeclaration, ColumnOrigin, Details, ExprType, Level, Occurrence, OperatorRows, PipelineRows, Scope,
    SemanticModel, Symbol, Variable, VariableId,
};
use super::super::timespan::Timespan;
use super::super::types::{Column, ColumnId, Relation, Scalar};
use super::Value;
use crate::source::Span;

/// What has been found out so far.
#[derive(Default)]
pub(super) struct Recorder {
    tables: Vec<(Box<str>, Span)>,
    /// The names of the tables.
    known_tables: FxHashSet<Box<str>>,
    pub functions: BTreeSet<Box<str>>,
    pub main_stages: Vec<(Span, Arc<Relation>)>,
    pub subquery_stages: Vec<PipelineRows>,
    variables: Vec<Variable>,
    occurrences: Vec<Occurrence>,
    /// While this is not zero, places are read that have been read before, as the body of a function is for each of its
    /// calls, or that do not belong to the query.
    paused: usize,
    details: Option<Box<Recording>>,
    level: Level,
}

/// What is recorded at [`Level::Full`] only.
#[derive(Default)]
struct Recording {
    kept: Details,
    /// What variables come to, where that is known.
    constants: FxHashMap<VariableId, Constant>,
    /// The rows of tables and functions as they are outside, and with columns that have an identity, by name.
    adopted: FxHashMap<(bool, Arc<str>), [Arc<Relation>; 2]>,
    /// The columns that were assumed, by name.
    assumed: FxHashMap<Arc<str>, ColumnId>,
    /// The place of the last name that meant a variable, with the variable.
    last: Option<(Span, VariableId)>,
}

/// What makes a column, as the binder tells it.
pub(super) struct NewColumn<'n> {
    pub name: &'n str,
    pub kind: Scalar,
    /// The place of the name, where it is written out.
    pub place: Option<Span>,
    pub made_by: Option<Span>,
    pub named_after: Option<ColumnId>,
    pub origin: ColumnOrigin,
}

impl Recorder {
    /// A recorder for a tree of so many expressions.
    pub(super) fn new(level: Level, exprs: usize) -> Self {
        let details = (level >= Level::Full).then(|| {
            let mut recording = Box::<Recording>::default();
            recording.kept.types.resize(exprs, (ExprType::Unknown, false));
            recording
        });
        Self { details, level, ..Self::default() }
    }

    /// Whether the bodies of functions are kept for each of their calls.
    pub(super) fn executing(&self) -> bool {
        self.level >= Level::Execute && self.paused == 0
    }

    /// A recorder for the body of a function that is called: of the same tree where it stands in the query, or of
    /// another of so many expressions.
    pub(super) fn for_body(&self, exprs: Option<usize>) -> Self {
        let own = || self.details.as_ref().map_or(0, |recording| recording.kept.types.len());
        Self::new(self.level, exprs.unwrap_or_else(own))
    }

    /// Keeps what the body of a function means for a call of it.
    pub(super) fn called(&mut self, call: Span, body: Self) {
        if let Some(recording) = self.details() {
            recording.kept.calls.insert(call, Arc::new(body.finish()));
        }
    }

    /// Keeps the names of the columns that an expression has made.
    pub(super) fn made(&mut self, expr: &Expr, names: Vec<Arc<str>>) {
        if let Some(recording) = self.details() {
            recording.kept.made.insert(expr.id, names);
        }
    }

    /// Whether everything is kept.
    pub(super) fn full(&self) -> bool {
        self.details.is_some()
    }

    /// Notes that a table is read.
    pub(super) fn read_table(&mut self, name: &str, place: Span) {
        if !self.known_tables.contains(name) {
            self.known_tables.insert(name.into());
            self.tables.push((name.into(), place));
        }
    }

    pub(super) fn pause(&mut self) {
        self.paused += 1;
    }

    pub(super) fn resume(&mut self) {
        self.paused -= 1;
    }

    fn details(&mut self) -> Option<&mut Recording> {
        self.details.as_deref_mut().filter(|_| self.paused == 0)
    }

    /// Notes a variable with the place that declares it.
    pub(super) fn declare(&mut self, variable: Variable) -> Option<VariableId> {
        if self.paused > 0 {
            return None;
        }
        let id = VariableId(u32::try_from(self.variables.len()).ok()?);
        if let Some(span) = variable.place {
            self.occurrences.push(Occurrence { span, symbol: Symbol::Variable(id), declares: true });
        }
        self.variables.push(variable);
        Some(id)
    }

    /// Notes what a variable comes to, where the expression that it stands for has been folded.
    pub(super) fn define(&mut self, id: Option<VariableId>, value: &Expr) {
        if let (Some(id), Some(recording)) = (id, self.details())
            && let Some(constant) = recording.kept.constants.get(&value.id).cloned()
        {
            recording.constants.insert(id, constant);
        }
    }

    pub(super) fn level(&self) -> Level {
        self.level
    }

    /// Notes that a name means a variable, at every level.
    pub(super) fn mention_variable(&mut self, span: Span, id: Option<VariableId>) {
        let Some(id) = id.filter(|_| self.paused == 0) else { return };
        self.occurrences.push(Occurrence { span, symbol: Symbol::Variable(id), declares: false });
        if let Some(recording) = &mut self.details {
            recording.last = Some((span, id));
        }
    }

    /// Notes what a name means.
    pub(super) fn mention(&mut self, span: Span, symbol: impl FnOnce() -> Symbol) {
        if self.details.is_some() && self.paused == 0 && !span.is_empty() {
            self.occurrences.push(Occurrence { span, symbol: symbol(), declares: false });
        }
    }

    /// Notes what an expression is.
    pub(super) fn expr(&mut self, text: &str, expr: &Expr, value: &Value, is_local: impl Fn(&str) -> bool) {
        let Some(recording) = self.details() else { return };
        let kind = value.expr_type();
        let constant = matches!(value, Value::Scalar(_, true));
        recording.fold(text, expr, kind.scalar(), is_local);
        if let Some(slot) = recording.kept.types.get_mut(expr.id.index()) {
            *slot = (kind, constant);
        }
    }

    /// Notes the rows around an operator.
    pub(super) fn operator(&mut self, span: Span, before: &Arc<Relation>, after: &Value) {
        let Some(recording) = self.details() else { return };
        let after = match after {
            Value::Rows(relation) => Some(Arc::clone(relation)),
            _ => None,
        };
        recording.kept.operators.push(OperatorRows { span, before: Arc::clone(before), after });
    }

    /// Notes what expressions see at a place.
    pub(super) fn scope(&mut self, span: Span, row: Option<&Arc<Relation>>, right: Option<&Arc<Relation>>) {
        if let Some(recording) = self.details() {
            recording.kept.scopes.push(Scope { span, row: row.cloned(), right: right.cloned() });
        }
    }

    /// A number for a new column. [`ColumnId::NONE`] below [`Level::Full`].
    pub(super) fn column(&mut self, new: NewColumn<'_>) -> ColumnId {
        let on = self.paused == 0;
        let Some(recording) = &mut self.details else { return ColumnId::NONE };
        let place = new.place.filter(|span| !span.is_empty());
        let new = NewColumn { place, ..new };
        let id = recording.mint(&new);
        if let Some(span) = new.place.filter(|_| on) {
            self.occurrences.push(Occurrence { span, symbol: Symbol::Column(id), declares: true });
        }
        id
    }

    /// A column that nobody knows, of rows that may have any.
    pub(super) fn assumed(&mut self, name: &Name) -> ColumnId {
        let Some(recording) = &mut self.details else { return ColumnId::NONE };
        if let Some(id) = recording.assumed.get(&*name.text) {
            return *id;
        }
        let id = recording.mint(&NewColumn {
            name: &name.text,
            kind: Scalar::Unknown,
            place: None,
            made_by: None,
            named_after: None,
            origin: ColumnOrigin::Assumed,
        });
        recording.assumed.insert((&*name.text).into(), id);
        id
    }

    /// The same, where the column has been named before.
    pub(super) fn assumed_before(&self, name: &str) -> ColumnId {
        let known = self.details.as_ref().and_then(|recording| recording.assumed.get(name));
        known.copied().unwrap_or(ColumnId::NONE)
    }

    /// Rows from outside the query, with an identity for each of their columns that has none. `named` is the table or
    /// function that they are known by, which is given the same columns each time.
    pub(super) fn adopt(
        &mut self,
        relation: Arc<Relation>,
        table: bool,
        named: &str,
        origin: impl FnOnce(Arc<str>) -> ColumnOrigin,
    ) -> Arc<Relation> {
        let Some(recording) = &mut self.details else { return relation };
        let key = (table, Arc::from(named));
        if let Some([outside, known]) = recording.adopted.get(&key)
            && (Arc::ptr_eq(outside, &relation) || **outside == *relation)
        {
            return Arc::clone(known);
        }
        let fresh = relation.columns.iter().all(|column| column.id == ColumnId::NONE);
        let origin = origin(Arc::clone(&key.1));
        let known = Arc::new(recording.identified(&relation, relation.columns.iter(), None, &origin));
        if fresh {
            recording.adopted.insert(key, [relation, Arc::clone(&known)]);
        }
        known
    }

    /// How many columns there are, for [`Recorder::settle`].
    pub(super) fn columns(&self) -> usize {
        self.details.as_ref().map_or(0, |recording| recording.kept.columns.len())
    }

    /// Gives an identity to the columns of an operator's rows that have none, and notes the names that those made since
    /// `first` have got in the end.
    pub(super) fn settle(&mut self, value: Value, input: &Relation, first: usize, span: Span) -> Value {
        let Some(recording) = &mut self.details else { return value };
        let Value::Rows(relation) = value else { return value };
        let mut relation = relation;
        let nameless = |column: &&&Column| column.id == ColumnId::NONE;
        if relation.columns.new_since(&input.columns).iter().any(|column| nameless(&column)) {
            let new = relation.columns.new_since(&input.columns).into_iter();
            relation = Arc::new(recording.identified(&relation, new, Some(span), &ColumnOrigin::Operator));
        }
        for column in relation.columns.new_since(&input.columns) {
            let at = column.id.index().filter(|at| *at >= first);
            if let Some(declaration) = at.and_then(|at| recording.kept.columns.get_mut(at)) {
                declaration.name = Arc::clone(&column.name);
                declaration.kind = column.kind;
            }
        }
        Value::Rows(relation)
    }

    /// What was found out, as an answer to questions.
    pub(super) fn finish(mut self) -> SemanticModel {
        let level = self.level;
        // The last reading of a name counts, unless it no longer said what an earlier one did.
        self.occurrences.reverse();
        self.occurrences.sort_by_key(|one| (one.span, !one.declares, one.symbol == Symbol::Unresolved));
        self.occurrences.dedup_by_key(|occurrence| occurrence.span);
        // Each is looked up by its source; of those read more than once the first reading stays first.
        self.subquery_stages.sort_by_key(|rows| rows.source);
        let full = self.details.map(|recording| {
            let mut kept = recording.kept;
            // An operator that was read twice is known by the last reading.
            kept.operators.reverse();
            kept.operators.sort_by_key(|operator| operator.span);
            kept.operators.dedup_by_key(|operator| operator.span);
            kept.scopes.sort_by_key(|scope| (scope.span.start, std::cmp::Reverse(scope.span.end)));
            kept.unify();
            Box::new(kept)
        });
        SemanticModel {
            tables: self.tables,
            functions: self.functions,
            main_stages: self.main_stages,
            subquery_stages: self.subquery_stages,
            level,
            variables: self.variables,
            occurrences: self.occurrences,
            full,
            ..SemanticModel::default()
        }
    }
}

impl Recording {
    fn mint(&mut self, new: &NewColumn<'_>) -> ColumnId {
        self.kept.columns.push(ColumnDeclaration {
            name: new.name.into(),
            kind: new.kind,
            place: new.place,
            made_by: new.made_by,
            named_after: new.named_after,
            origin: new.origin.clone(),
            same_as: None,
        });
        ColumnId::of(self.kept.columns.len())
    }

    /// The same rows, with an identity for those of some of their columns that have none.
    fn identified<'c>(
        &mut self,
        relation: &Relation,
        columns: impl Iterator<Item = &'c Column>,
        made_by: Option<Span>,
        origin: &ColumnOrigin,
    ) -> Relation {
        let mut edit = relation.columns.edit();
        for column in columns.filter(|column| column.id == ColumnId::NONE) {
            self.kept.columns.push(ColumnDeclaration {
                name: Arc::clone(&column.name),
                kind: column.kind,
                place: None,
                made_by,
                named_after: None,
                origin: origin.clone(),
                same_as: None,
            });
            edit.replace(column.clone().with_id(ColumnId::of(self.kept.columns.len())));
        }
        relation.with(edit)
    }

    /// Works out what an expression comes to, from what its parts do.
    fn fold(&mut self, text: &str, expr: &Expr, kind: Option<Scalar>, is_local: impl Fn(&str) -> bool) {
        let known = |constant: &Constant| Known { value: constant.clone(), sources: Vec::new() };
        let look_up = |name: &Name| match self.last {
            Some((span, id)) if span == name.span => Some(self.constants.get(&id).map(known)),
            _ => is_local(&name.text).then_some(None),
        };
        let parts = |part: &Expr| Some(self.kept.constants.get(&part.id).map(known));
        let evaluator = Evaluator { text, range: Timespan::ZERO, look_up: &look_up, parts: &parts };
        let Some(found) = evaluator.fold(expr) else { return };
        let value = match found.value {
            // Integers divide without a rest.
            Constant::Number(number) if kind.is_some_and(Scalar::integer) => Constant::Number(number.trunc()),
            value => value,
        };
        self.kept.constants.insert(expr.id, value);
    }
}

impl Details {
    /// Notes for each column the first that was declared at the same place.
    fn unify(&mut self) {
        let mut first: FxHashMap<Span, ColumnId> = FxHashMap::default();
        for at in 0..self.columns.len() {
            let Some(place) = self.columns[at].place else { continue };
            let id = *first.entry(place).or_insert(ColumnId::of(at + 1));
            self.columns[at].same_as = Some(id);
        }
    }
}
