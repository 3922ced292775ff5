//! The event that a row of a query's result is about: of all the tables that a query reads, those whose rows become
//! its rows. A custom detection must return columns of that event, by which the service finds it again.

use std::sync::Arc;

use crate::knowledge::{Words, defender};
use crate::kql::Parse;
use crate::kql::ast::{
    Expr, ExprKind, JoinKind, LetValue, Literal, Name, NameForm, Operator, OperatorKind, Sides,
};
use crate::kql::bind::{Catalog, Returned};
use crate::kql::model::{SemanticModel, Symbol};
use crate::kql::view::LetValues;
use crate::source::Span;

/// Queries may nest, and names may stand for names, only so deeply.
const DEEPEST: usize = 24;

/// A table whose rows can be the event of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The table, or the function of the workspace.
    pub name: Box<str>,
    /// The columns that the result must have, the time first.
    pub required: Words,
    /// The columns that name a device, an account or a mailbox.
    pub assets: Words,
    /// Whether it is a table of Defender.
    pub defender: bool,
    /// The place that names it.
    pub place: Span,
}

/// The columns that a row of a workspace's table must keep.
const OF_WORKSPACE: Words = Words::new("TimeGenerated");

/// The tables that the rows of a query come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Those that can be an alert's event.
    pub sources: Vec<Source>,
    /// What else there is, each with the reason why it has no event.
    pub others: Vec<(Span, String)>,
}

impl Event {
    /// Whether a row can be an alert's event.
    pub fn is_any(&self) -> bool {
        !self.sources.is_empty()
    }

    /// The columns that the result must have for every source: the time first, each once.
    pub fn required(&self) -> Vec<&'static str> {
        let mut columns: Vec<&'static str> = Vec::new();
        for column in self.sources.iter().flat_map(|source| source.required) {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        columns
    }

    /// Whether these columns are what one of the sources asks for.
    pub fn is_satisfied(&self, has: impl Fn(&str) -> bool) -> bool {
        self.sources.iter().any(|source| source.required.iter().all(&has))
    }

    fn and(mut self, other: Self) -> Self {
        for source in other.sources {
            if !self.sources.iter().any(|known| known.name == source.name) {
                self.sources.push(source);
            }
        }
        self.others.extend(other.others);
        self
    }

    /// The same, with what the rows of another come from that have no event.
    #[must_use]
    pub fn and_others(self, other: Self) -> Self {
        self.and(Self { sources: Vec::new(), others: other.others })
    }

    fn none(place: Span, why: impl Into<String>) -> Self {
        Self { sources: Vec::new(), others: vec![(place, why.into())] }
    }
}

/// Finds the events of the parts of a query.
pub struct Driving<'a> {
    model: &'a SemanticModel,
    lets: LetValues<'a>,
    catalog: &'a dyn Catalog,
}

impl<'a> Driving<'a> {
    /// For a query with what it means in a catalog.
    pub fn new(parse: &'a Parse, model: &'a Arc<SemanticModel>, catalog: &'a dyn Catalog) -> Self {
        Self { model, lets: parse.let_values(Arc::clone(model)), catalog }
    }

    /// What a name stands for that a `let` gives.
    pub fn value_of(&self, name: &Name) -> Option<&'a LetValue> {
        self.lets.of(name)
    }

    /// The event of an expression that is rows.
    pub fn event(&self, expr: &'a Expr) -> Event {
        self.within(expr, 0)
    }

    fn within(&self, expr: &'a Expr, depth: usize) -> Event {
        if depth > DEEPEST {
            return Event::none(expr.span, "it nests too deeply");
        }
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Materialize(inner) | ExprKind::ToTable(inner) => {
                self.within(inner, depth + 1)
            }
            ExprKind::Pipeline { source, stages } => {
                let mut event = self.within(source, depth + 1);
                for stage in stages {
                    event = self.after_within(event, stage, depth + 1);
                }
                event
            }
            ExprKind::Operator(operator) => match &operator.kind {
                OperatorKind::Union(_) => self.after_within(Event::default(), operator, depth + 1),
                _ => {
                    let why = format!("`{}` reads no table that is named", operator.word);
                    Event::none(operator.keyword, why)
                }
            },
            ExprKind::Name(name) => self.named(name, depth),
            ExprKind::Call { name, args } => match (&*name.text, args.first()) {
                ("materialize", Some(inner)) if self.lets.of(name).is_none() => self.within(inner, depth + 1),
                ("table", Some(Expr { kind: ExprKind::Literal(Literal::String(text)), span, .. })) => {
                    self.table(text, *span)
                }
                _ => self.named(name, depth),
            },
            ExprKind::Path { member, .. } => self.within(member, depth + 1),
            ExprKind::DataTable { .. } => Event::none(expr.span, "`datatable` has no events"),
            ExprKind::ExternalData { .. } => Event::none(expr.span, "`externaldata` has no events"),
            _ => Event::none(expr.span, "it is not a table"),
        }
    }

    fn named(&self, name: &Name, depth: usize) -> Event {
        match self.lets.of(name) {
            Some(LetValue::Expr(value)) => return self.within(value, depth + 1),
            Some(LetValue::Function(function)) => {
                return match function.result.as_deref() {
                    Some(result) => self.within(result, depth + 1),
                    None => Event::none(name.span, format!("the function `{}` returns no rows", name.text)),
                };
            }
            None => {}
        }
        if let Some(Symbol::Variable(_)) = self.model.symbol(name.span) {
            return Event::none(name.span, format!("`{}` is not a table that is named here", name.text));
        }
        if name.form == NameForm::Wildcard {
            let tables = self.catalog.tables_like(&name.text);
            return tables
                .iter()
                .map(|table| self.table(table, name.span))
                .fold(Event::default(), Event::and);
        }
        self.table(&name.text, name.span)
    }

    /// The event of a table, or of what a function of the workspace returns.
    fn table(&self, name: &str, place: Span) -> Event {
        let source = |required, assets, defender| Event {
            sources: vec![Source { name: name.into(), required, assets, defender, place }],
            others: Vec::new(),
        };
        if let Some(table) = defender::table(name) {
            return match table.required {
                Some(required) => source(required, table.assets, table.defender),
                None => {
                    let lacks = if table.time.is_none() {
                        "no `Timestamp` and no `ReportId`"
                    } else {
                        "no `ReportId`"
                    };
                    Event::none(place, format!("`{name}` describes a state, and has {lacks}"))
                }
            };
        }
        let rows = match self.catalog.function(name) {
            Some(function) => match &function.returns {
                Returned::Rows(rows) => Some(Arc::clone(rows)),
                Returned::Body(body) => {
                    let params = function.params.as_deref().unwrap_or_default();
                    body.meaning(self.catalog, params).result.clone()
                }
                _ => None,
            },
            None => match self.catalog.table(name) {
                Some(table) => Some(table.relation),
                // Nobody knows it, so that it may well have the column.
                None => return source(OF_WORKSPACE, Words::default(), false),
            },
        };
        let has_time =
            rows.is_some_and(|rows| rows.has_unknown_columns || rows.column("TimeGenerated").is_some());
        if has_time {
            source(OF_WORKSPACE, Words::default(), false)
        } else {
            Event::none(place, format!("`{name}` has no `TimeGenerated`"))
        }
    }

    /// The event of the rows after an operator, for that of the rows before it.
    pub fn after(&self, before: Event, operator: &'a Operator) -> Event {
        self.after_within(before, operator, 0)
    }

    fn after_within(&self, before: Event, operator: &'a Operator, depth: usize) -> Event {
        match &operator.kind {
            OperatorKind::Join(join) | OperatorKind::Lookup(join) => match join.kind.sides() {
                Sides::Left => before,
                Sides::Right => self.within(&join.right, depth + 1),
                Sides::Both if before.is_any() => before,
                Sides::Both => before.and(self.within(&join.right, depth + 1)),
            },
            OperatorKind::Union(union) => {
                union.legs.iter().map(|leg| self.within(leg, depth + 1)).fold(before, Event::and)
            }
            OperatorKind::Count(_) | OperatorKind::GetSchema => {
                Event::none(operator.keyword, format!("`{}` leaves no event", operator.word))
            }
            _ => before,
        }
    }
}

/// Whether the event of a join's rows is that of its right side.
pub fn comes_from_right(before: &Event, kind: JoinKind) -> bool {
    match kind.sides() {
        Sides::Left => false,
        Sides::Right => true,
        Sides::Both => !before.is_any(),
    }
}

/// The event of a query, where it returns rows.
pub fn event(parse: &Parse, model: &Arc<SemanticModel>, catalog: &dyn Catalog) -> Option<Event> {
    let query = parse.last_query().filter(|_| parse.errors.is_empty())?;
    Some(Driving::new(parse, model, catalog).event(query))
}
