//! Where a query refers to a column as it comes from a table, and not to one of the same name that the query makes.

use super::Node;
use super::ast::{
    Column, Expr, ExprKind, Function, Join, LetValue, Name, NameForm, Operator, OperatorKind, Sides,
    Statement, StatementKind,
};
use super::bind::fits;
use super::builtins::{self, Naming};
use crate::source::Span;

/// What the column of some rows is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// There is none.
    Absent,
    /// It comes straight from a table in question.
    Table,
    /// It is made by the query, or comes from elsewhere.
    Other,
}

/// The references to a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct References {
    /// The places that name it, in order.
    pub places: Vec<Span>,
    /// What the column of that name is in the result.
    pub result: Origin,
}

/// Finds the places that mean the column of this name as it comes from a table. `origin` tells what the column of a
/// table or function of the workspace is.
pub fn references(statements: &[Statement], column: &str, origin: &dyn Fn(&str) -> Origin) -> References {
    let mut finder = Finder { column, origin, places: Vec::new(), locals: Vec::new() };
    let result = finder.statements(statements);
    let mut places = finder.places;
    places.sort_unstable();
    places.dedup();
    References { places, result }
}

struct Finder<'a> {
    column: &'a str,
    origin: &'a dyn Fn(&str) -> Origin,
    places: Vec<Span>,
    locals: Vec<(&'a str, Origin)>,
}

impl<'a> Finder<'a> {
    fn statements(&mut self, statements: &'a [Statement]) -> Origin {
        let mut result = Origin::Absent;
        for statement in statements {
            match &statement.kind {
                StatementKind::Query(expr) => result = self.rows(expr),
                StatementKind::Let { name, value } => {
                    let origin = match value {
                        LetValue::Expr(expr) => self.rows(expr),
                        LetValue::Function(function) => self.function(function),
                    };
                    self.locals.push((&name.text, origin));
                }
                _ => {}
            }
        }
        result
    }

    fn function(&mut self, function: &'a Function) -> Origin {
        let known = self.locals.len();
        for parameter in &function.params {
            self.locals.push((&parameter.column.name.text, Origin::Other));
        }
        self.statements(&function.statements);
        let result = function.result.as_ref().map_or(Origin::Absent, |result| self.rows(result));
        self.locals.truncate(known);
        result
    }

    fn named(&self, name: &str) -> Origin {
        let local = self.locals.iter().rev().find(|(known, _)| *known == name);
        local.map_or_else(|| (self.origin)(name), |(_, origin)| *origin)
    }

    /// What the column is in some rows. A value has none.
    fn rows(&mut self, expr: &'a Expr) -> Origin {
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Materialize(inner) | ExprKind::ToTable(inner) => {
                self.rows(inner)
            }
            ExprKind::Name(name) if name.form == NameForm::Wildcard => Origin::Other,
            ExprKind::Name(name) => self.named(&name.text),
            ExprKind::Call { name, args } if &*name.text == "materialize" => {
                args.first().map_or(Origin::Absent, |arg| self.rows(arg))
            }
            ExprKind::Call { name, args } => {
                for arg in args {
                    self.see(arg, Origin::Absent);
                }
                self.named(&name.text)
            }
            ExprKind::Path { base, member } => {
                self.see(base, Origin::Absent);
                match &member.kind {
                    ExprKind::Name(name) => (self.origin)(&name.text),
                    _ => Origin::Other,
                }
            }
            ExprKind::Pipeline { source, stages } => {
                let mut origin = self.rows(source);
                for stage in stages {
                    origin = self.step(stage, origin);
                }
                origin
            }
            ExprKind::Operator(operator) => self.step(operator, Origin::Absent),
            ExprKind::DataTable { schema, .. } | ExprKind::ExternalData { schema, .. } => {
                self.declared(schema)
            }
            _ => {
                self.see(expr, Origin::Absent);
                Origin::Absent
            }
        }
    }

    /// A query over rows that come from around it.
    fn inner(&mut self, expr: &'a Expr, given: Origin) -> Origin {
        match &expr.kind {
            ExprKind::Pipeline { source, stages } => {
                let mut origin = self.inner(source, given);
                for stage in stages {
                    origin = self.step(stage, origin);
                }
                origin
            }
            ExprKind::Operator(operator) => self.step(operator, given),
            ExprKind::Missing => given,
            _ => self.rows(expr),
        }
    }

    fn declared(&self, schema: &[Column]) -> Origin {
        let named = schema.iter().any(|column| *column.name.text == *self.column);
        if named { Origin::Other } else { Origin::Absent }
    }

    /// Notes the references in an expression over rows.
    fn see(&mut self, expr: &'a Expr, rows: Origin) {
        match &expr.kind {
            ExprKind::Name(name) => {
                if *name.text == *self.column && rows == Origin::Table && name.form != NameForm::Missing {
                    self.places.push(name.span);
                }
            }
            // The member is no column, and of an index only what is computed is.
            ExprKind::Path { base, member } => {
                self.see(base, rows);
                if let ExprKind::Bracketed(index) = &member.kind {
                    self.see(index, rows);
                }
            }
            ExprKind::Pipeline { .. } | ExprKind::Operator(_) | ExprKind::DataTable { .. } => {
                self.rows(expr);
            }
            ExprKind::ToScalar(inner) | ExprKind::ToTable(inner) | ExprKind::Materialize(inner) => {
                self.rows(inner);
            }
            _ => {
                let mut children = Vec::new();
                Node::Expr(expr).children(&mut |child| children.push(child));
                for child in children {
                    if let Node::Expr(child) = child {
                        self.see(child, rows);
                    }
                }
            }
        }
    }

    fn see_all(&mut self, exprs: impl IntoIterator<Item = &'a Expr>, rows: Origin) {
        for expr in exprs {
            self.see(expr, rows);
        }
    }

    /// Whether a name means the column, as a pattern may.
    fn means(&self, name: &Name) -> bool {
        match name.form {
            NameForm::Wildcard => fits(&name.text, self.column),
            _ => *name.text == *self.column,
        }
    }

    fn is_made(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Named { names, .. } => names.iter().any(|name| *name.text == *self.column),
            ExprKind::Typed(column) => *column.name.text == *self.column,
            _ => false,
        }
    }

    /// Whether an expression has the column's name because it is made from the column.
    fn keeps_name(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Name(name) => self.means(name),
            ExprKind::Star => true,
            ExprKind::Paren(inner) | ExprKind::Ordered { expr: inner, .. } => self.keeps_name(inner),
            ExprKind::Call { name, args } if is_taking(&name.text) => {
                args.iter().any(|arg| self.keeps_name(arg))
            }
            ExprKind::Call { name, args } => {
                let naming = builtins::function(&name.text).map(|builtin| builtin.naming);
                matches!(naming, Some(Naming::FirstArgument | Naming::OnlyArgument))
                    && args.first().is_some_and(|arg| self.keeps_name(arg))
            }
            // The first column that is taken has the new name, and the star does not return it again.
            ExprKind::Named { value, .. } => match &value.kind {
                ExprKind::Call { name, args } if is_taking(&name.text) => {
                    let renamed = args.first().is_some_and(|arg| self.keeps_name(arg));
                    !renamed && args.iter().skip(1).any(|arg| self.keeps_name(arg))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// What the column is among those that a list of expressions makes, and no others.
    fn chosen(&self, exprs: &[&'a Expr], rows: Origin) -> Origin {
        if exprs.iter().any(|expr| self.is_made(expr)) {
            Origin::Other
        } else if exprs.iter().any(|expr| self.keeps_name(expr)) {
            rows
        } else {
            Origin::Absent
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each operator")]
    fn step(&mut self, operator: &'a Operator, rows: Origin) -> Origin {
        match &operator.kind {
            OperatorKind::As(name) => {
                self.locals.push((&name.text, rows));
                rows
            }
            OperatorKind::Count(_) | OperatorKind::GetSchema => Origin::Absent,
            OperatorKind::Consume
            | OperatorKind::ExecuteAndCache
            | OperatorKind::GraphMarkComponents
            | OperatorKind::Render { .. }
            | OperatorKind::Unknown(_)
            | OperatorKind::Missing => rows,
            OperatorKind::Project(exprs) | OperatorKind::Distinct(exprs) => {
                self.see_all(exprs, rows);
                self.chosen(&exprs.iter().collect::<Vec<_>>(), rows)
            }
            OperatorKind::ProjectKeep(exprs) => {
                self.see_all(exprs, rows);
                if exprs.iter().any(|expr| self.names(expr)) { rows } else { Origin::Absent }
            }
            OperatorKind::ProjectAway(exprs) => {
                self.see_all(exprs, rows);
                if exprs.iter().any(|expr| self.names(expr)) { Origin::Absent } else { rows }
            }
            OperatorKind::ProjectRename(exprs) => {
                self.see_all(exprs, rows);
                let renamed =
                    |expr: &Expr| matches!(&expr.kind, ExprKind::Named { value, .. } if self.names(value));
                if exprs.iter().any(|expr| self.is_made(expr)) {
                    Origin::Other
                } else if exprs.iter().any(renamed) {
                    Origin::Absent
                } else {
                    rows
                }
            }
            OperatorKind::Print(exprs) => {
                self.see_all(exprs, rows);
                Origin::Absent
            }
            OperatorKind::Extend(exprs)
            | OperatorKind::ProjectByNames(exprs)
            | OperatorKind::ProjectReorder(exprs)
            | OperatorKind::Serialize(exprs)
            | OperatorKind::Sort(exprs)
            | OperatorKind::MvExpand { items: exprs, .. } => {
                self.see_all(exprs, rows);
                if exprs.iter().any(|expr| self.is_made(expr)) { Origin::Other } else { rows }
            }
            OperatorKind::InlineTable(expr)
            | OperatorKind::Sample(expr)
            | OperatorKind::Take(expr)
            | OperatorKind::Where(expr) => {
                self.see(expr, rows);
                rows
            }
            OperatorKind::Invoke(expr) => {
                self.see(expr, rows);
                let function = expr.as_call().map(|(name, _)| &*name.text);
                let local = self.locals.iter().any(|(known, _)| Some(*known) == function);
                if local { Origin::Other } else { rows }
            }
            OperatorKind::Summarize { aggregates, by } => {
                let made: Vec<&'a Expr> = aggregates.iter().chain(by.iter().flatten()).collect();
                self.see_all(made.iter().copied(), rows);
                self.chosen(&made, rows)
            }
            OperatorKind::MakeSeries { aggregates, on, range, by } => {
                let mut made: Vec<&'a Expr> = by.iter().flatten().collect();
                made.push(on);
                self.see_all(aggregates.iter().chain(range).chain(made.iter().copied()), rows);
                self.chosen(&made, rows)
            }
            OperatorKind::Join(join) | OperatorKind::Lookup(join) => self.join(join, rows),
            OperatorKind::Union(union) => union.legs.iter().map(|leg| self.rows(leg)).fold(rows, Ord::max),
            OperatorKind::Top { count, by } => {
                self.see_all([&**count, by], rows);
                rows
            }
            OperatorKind::MvApply { items, query, .. } => {
                self.see_all(items, rows);
                self.inner(query, rows);
                if items.iter().any(|item| self.is_made(item)) { Origin::Other } else { rows }
            }
            OperatorKind::Parse(pattern) | OperatorKind::ParseWhere(pattern) => {
                self.see(&pattern.expr, rows);
                if pattern.parts.iter().any(|part| self.is_made(part)) { Origin::Other } else { rows }
            }
            OperatorKind::ParseKv { expr, keys, .. } => {
                self.see(expr, rows);
                self.declared(keys).max(rows)
            }
            OperatorKind::Evaluate { call, schema } => {
                self.see(call, rows);
                schema.as_ref().map_or(rows, |schema| self.declared(schema).max(rows))
            }
            OperatorKind::Partition { by, query, .. } | OperatorKind::PartitionBy { by, query } => {
                self.see(by, rows);
                self.inner(query, rows)
            }
            OperatorKind::SampleDistinct { count, of } => {
                self.see_all([&**count, of], rows);
                self.chosen(&[of], rows)
            }
            OperatorKind::TopHitters { count, of, by } => {
                self.see_all([&**count, of].into_iter().chain(by.as_deref()), rows);
                self.chosen(&[of], rows)
            }
            OperatorKind::TopNested(levels) => {
                self.see_all(levels.iter().flat_map(|level| [&level.of, &level.by]), rows);
                let made: Vec<&'a Expr> = levels.iter().map(|level| &level.of).collect();
                self.chosen(&made, rows)
            }
            OperatorKind::AssertSchema(_)
            | OperatorKind::Facet { .. }
            | OperatorKind::Find(_)
            | OperatorKind::Fork(_)
            | OperatorKind::GraphMatch(_)
            | OperatorKind::GraphShortestPaths(_)
            | OperatorKind::GraphToTable(_)
            | OperatorKind::GraphWhereEdges(_)
            | OperatorKind::GraphWhereNodes(_)
            | OperatorKind::MacroExpand { .. }
            | OperatorKind::MakeGraph(_)
            | OperatorKind::Range { .. }
            | OperatorKind::Reduce { .. }
            | OperatorKind::Scan(_)
            | OperatorKind::Search { .. } => Origin::Other,
        }
    }

    /// Whether an expression is the column, or a pattern that it fits.
    fn names(&self, expr: &Expr) -> bool {
        matches!(&expr.kind, ExprKind::Name(name) if self.means(name))
    }

    fn join(&mut self, join: &'a Join, rows: Origin) -> Origin {
        let right = self.rows(&join.right);
        let both = rows.max(right);
        for condition in join.on.iter().flat_map(|on| &on.conditions) {
            self.condition(condition, rows, right, both);
        }
        match join.kind.sides() {
            Sides::Right => right,
            // Of two columns of one name, the left one keeps it.
            Sides::Both if rows == Origin::Absent => right,
            Sides::Left | Sides::Both => rows,
        }
    }

    fn condition(&mut self, expr: &'a Expr, left: Origin, right: Origin, both: Origin) {
        match &expr.kind {
            ExprKind::Path { base, member } => {
                let side = match &base.kind {
                    ExprKind::Name(name) if &*name.text == "$left" => left,
                    ExprKind::Name(name) if &*name.text == "$right" => right,
                    _ => return self.see(expr, both),
                };
                self.see(member, side);
            }
            ExprKind::Binary { left: a, right: b, .. } => {
                self.condition(a, left, right, both);
                self.condition(b, left, right, both);
            }
            ExprKind::Logical { operands, .. } => {
                for operand in operands {
                    self.condition(operand, left, right, both);
                }
            }
            ExprKind::Paren(inner) => self.condition(inner, left, right, both),
            _ => self.see(expr, both),
        }
    }
}

/// Whether an aggregate returns the columns that it is given, under their own names.
fn is_taking(name: &str) -> bool {
    matches!(name, "arg_max" | "arg_min" | "argmax" | "argmin" | "take_any")
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::{Origin, references};

    /// The query with each reference in angle brackets, and what the column is in the result.
    fn marked(query: &str) -> (String, Origin) {
        let parsed = parse(query);
        assert!(parsed.errors.is_empty(), "{query}: {:?}", parsed.errors);
        let origin = |name: &str| match name {
            "Dev" => Origin::Table,
            "Own" => Origin::Other,
            _ => Origin::Absent,
        };
        let found = references(&parsed.statements, "At", &origin);
        let mut out = query.to_owned();
        for place in found.places.iter().rev() {
            out.replace_range(place.range(), &format!("<{}>", &query[place.range()]));
        }
        (out, found.result)
    }

    #[test]
    fn references_are_followed_through_the_query() {
        use Origin::{Absent, Other, Table};
        for (expected, result) in [
            ("Dev | where <At> > ago(1d) | project <At>, A | sort by <At> desc", Table),
            ("Dev | extend At = bin(<At>, 1d) | where At > x", Other),
            ("Dev | project At = 1, B = <At> | where At > 0", Other),
            ("Own | where At > ago(1d)", Other),
            ("X | extend At = 1 | where At > 0", Other),
            ("Dev | summarize Last = max(<At>) by A | extend At = Last | where At > 1", Other),
            ("Dev | summarize arg_max(<At>, *) by A | project <At>", Table),
            ("Dev | summarize At = arg_max(<At>, *) by A | project At", Other),
            ("Dev | summarize Last = arg_max(<At>, *) by A | project Last", Absent),
            ("Dev | summarize count() by bin(<At>, 1h) | where <At> > 1", Table),
            (
                "let d = Dev | where <At> > ago(1d); d | join kind=inner (Own | where At > 1) on A | project <At>",
                Table,
            ),
            ("let f = (at: datetime) { Dev | where <At> > at }; f(ago(1d)) | count", Absent),
            ("Dev | join kind=leftanti (Dev | project <At>) on $left.<At> == $right.<At>", Table),
            ("union Dev, X | where <At> > 1", Table),
            ("union Dev, Own | where At > 1", Other),
            ("Dev | project-rename Then = <At> | where At > 1", Absent),
            ("Dev | project-away <At> | where At > 1", Absent),
            ("X | where Bag.At > 1 and A in ((Dev | where <At> > 1 | project A))", Absent),
            ("Dev | where Bag.At > 1 and B['At'] > 2 and tostring(<At>) has \"At\" // At", Table),
            ("X | extend n = toscalar(Dev | summarize max(<At>))", Absent),
            ("Dev | make-series count() on <At> from a to b step 1h by A | mv-expand <At>", Table),
            ("Dev | mv-apply Bag on (where <At> > 1 | summarize make_list(Bag)) | top 3 by <At>", Table),
        ] {
            let plain = expected.replace("<At>", "At");
            assert_eq!(marked(&plain), (expected.to_owned(), result), "{plain}");
        }
    }
}
