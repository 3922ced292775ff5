//! `join`, `lookup` and `union`.

use std::rc::Rc;
use std::sync::Arc;

use super::super::exec::{Asked, Failure, Plan};
use super::super::ops::{join, union};
use super::super::table::Schema;
use super::expr::conjuncts;
use super::{Any, At, Binding, Compiler, Made, Stage, plan, refused};
use crate::kql::ast::{BinaryOp, Expr, ExprKind, Join, Name, NameForm, Operator, Sides, Union, UnionKind};

/// Tables with their names.
pub(super) type Legs = Vec<(Rc<str>, Rc<Plan>)>;

impl<'q> Compiler<'q> {
    pub(super) fn join(&mut self, stage: Stage<'q, '_>, join: &'q Join, lookup: bool) -> Made<Rc<Plan>> {
        let Stage { input: left, operator, at } = stage;
        let after = Self::after(operator, at)?;
        let right = self.rows(&join.right, at)?;
        let Some(on) = &join.on else { return refused(operator.span, "a join without columns") };
        let mut keys: Vec<(Arc<str>, Arc<str>)> = Vec::new();
        for condition in on.conditions.iter().flat_map(conjuncts) {
            keys.push(match &condition.kind {
                ExprKind::Name(name) => ((&*name.text).into(), (&*name.text).into()),
                ExprKind::Binary { op: BinaryOp::Equal, left: a, right: b, .. } => match (sided(a), sided(b))
                {
                    (Some(("$left", left)), Some(("$right", right)))
                    | (Some(("$right", right)), Some(("$left", left))) => {
                        ((&*left.text).into(), (&*right.text).into())
                    }
                    _ => return refused(condition.span, "this condition of a join"),
                },
                _ => return refused(condition.span, "this condition of a join"),
            });
        }
        let known = !left.open && !right.open && join.kind.sides() == Sides::Both;
        let runs = join::Join {
            span: operator.keyword,
            kind: join.kind,
            right,
            keys,
            lookup,
            schema: known.then(|| Rc::new(Schema::of(after))),
        };
        Ok(plan(Some(left), operator, after, runs))
    }

    pub(super) fn union(
        &mut self,
        input: Option<Rc<Plan>>,
        operator: &'q Operator,
        union: &'q Union,
        at: At<'q, '_>,
    ) -> Made<Rc<Plan>> {
        let after = Self::after(operator, at)?;
        let source = Self::param_name(operator, &["withsource", "with_source"]);
        let mut legs = Vec::new();
        let mut names: Vec<Rc<str>> = Vec::new();
        if let Some(input) = &input {
            names.push(self.name_of_rows(input).unwrap_or_else(|| "union_arg0".into()));
        }
        for leg in &union.legs {
            if let ExprKind::Name(name) = &leg.kind
                && name.form == NameForm::Wildcard
            {
                for (name, plan) in self.tables_of(name, at)? {
                    names.push(name);
                    legs.push(plan);
                }
                continue;
            }
            // A table that is not there is passed over where that was asked for.
            if union.fuzzy && self.is_absent(leg, at)? {
                continue;
            }
            let plan = match self.any(leg, at.without_row()) {
                Ok(Any::Rows(plan)) => plan,
                Ok(_) => return Err(Failure::at(leg.span, "a table is expected here")),
                Err(failure) => return Err(failure),
            };
            names.push(match &leg.kind {
                _ if last_name(leg).is_some() => last_name(leg).unwrap_or_default().into(),
                ExprKind::Name(name) if self.called.iter().any(|called| **called == *name.text) => {
                    (&*name.text).into()
                }
                ExprKind::Name(name)
                    if !self.is_local(&name.text, at)? || self.is_view(&name.text, at)? =>
                {
                    (&*name.text).into()
                }
                _ => format!("union_arg{}", names.len()).into(),
            });
            legs.push(plan);
        }
        if legs.is_empty() && input.is_none() {
            return Err(Failure::at(operator.keyword, "none of the tables of this union is known"));
        }
        let open = legs.iter().any(|leg| leg.open) || input.as_ref().is_some_and(|input| input.open);
        let runs = union::Union {
            span: operator.keyword,
            legs,
            source: source.map(|source| (source.into(), names)),
            schema: (!open).then(|| Rc::new(Schema::of(after))),
            inner: union.kind == UnionKind::Inner,
        };
        Ok(plan(input, operator, after, runs))
    }

    /// The name that `as` has given to the rows before a union, just before it.
    fn name_of_rows(&self, input: &Plan) -> Option<Rc<str>> {
        let shared = matches!(input.kind, super::PlanKind::Shared(..));
        self.called.last().filter(|_| shared).map(|name| name.as_str().into())
    }

    /// Whether an expression reads a table that neither the query nor the workspace nor the data has.
    fn is_absent(&mut self, leg: &Expr, at: At<'q, '_>) -> Made<bool> {
        match &leg.kind {
            ExprKind::Paren(inner) => self.is_absent(inner, at),
            ExprKind::Pipeline { source, .. } => self.is_absent(source, at),
            ExprKind::Name(name) => Ok(name.form != NameForm::Wildcard
                && self.catalog.table(&name.text).is_none()
                && self.catalog.function(&name.text).is_none()
                && !self.has_data(&name.text)
                && !self.is_local(&name.text, at)?),
            _ => Ok(false),
        }
    }

    /// Whether a name is a view of the query, whose rows are named after it.
    fn is_view(&mut self, name: &str, at: At<'q, '_>) -> Made<bool> {
        Ok(matches!(self.find(at.env, name)?, Some(Binding::Function(closure)) if closure.ast.view))
    }

    fn is_local(&mut self, name: &str, at: At<'q, '_>) -> Made<bool> {
        Ok(self.find(at.env, name)?.is_some())
    }

    /// The tables that a pattern means, each with its name; views of the query among them.
    pub(super) fn tables_of(&mut self, name: &'q Name, at: At<'q, '_>) -> Made<Legs> {
        let tables = self.catalog.tables_like(&name.text);
        let views = self.views(at.env, &name.text);
        // Where some of the tables are there, the others are none that this workspace has.
        let some = !views.is_empty() || tables.iter().any(|table| self.has_data(table));
        let mut plans = Vec::new();
        for table in tables {
            if let Some(known) = self.catalog.table(&table) {
                let what = if some && !self.has_data(&table) {
                    Asked::Nothing
                } else {
                    Asked::Table((&*table).into())
                };
                plans.push(((&*table).into(), super::asked(what, &known.relation, name.span)));
            }
        }
        self.view_plans(views, name, at, &mut plans)?;
        Ok(plans)
    }

    fn has_data(&self, table: &str) -> bool {
        self.options.fixtures.iter().any(|own| own == table)
    }

    /// All tables of the workspace: those that have rows here, and the views of the query.
    pub(super) fn all_tables(&mut self, place: &'q Operator, at: At<'q, '_>) -> Made<Legs> {
        let mut plans = Vec::new();
        for name in &self.options.fixtures {
            if let Some(known) = self.catalog.table(name) {
                let what = Asked::Table(name.as_str().into());
                plans.push((name.as_str().into(), super::asked(what, &known.relation, place.keyword)));
            }
        }
        for (view, closure) in self.views(at.env, "*") {
            if !closure.ast.params.is_empty() {
                continue;
            }
            if let Some(result) = &closure.ast.result {
                let mut own =
                    At { frame: closure.frame, env: self.scope(Some(closure.env)), ..at.without_row() };
                for statement in &closure.ast.statements {
                    own.env = self.statement(statement, own)?;
                }
                plans.push((view, self.rows(result, own)?));
            }
        }
        if plans.is_empty() && !self.options.missing_empty {
            return Err(Failure::at(
                place.keyword,
                format!(
                    "`{}` looks through all tables, and none has data: give some with --data",
                    place.word
                ),
            ));
        }
        Ok(plans)
    }

    fn view_plans(
        &mut self,
        views: Vec<(Rc<str>, Rc<super::Closure<'q>>)>,
        name: &'q Name,
        at: At<'q, '_>,
        plans: &mut Legs,
    ) -> Made<()> {
        for (view, closure) in views {
            if let Any::Rows(plan) = self.call_closure(&closure, name, &[], None, at.without_row())? {
                plans.push((view, plan));
            }
        }
        Ok(())
    }

    /// The views of the query whose names fit a pattern.
    fn views(&self, env: super::Env, pattern: &str) -> Vec<(Rc<str>, Rc<super::Closure<'q>>)> {
        let mut found = Vec::new();
        let mut around = Some(env);
        while let Some(env) = around {
            let Some(scope) = self.scopes.get(env.scope) else { break };
            let mut names: Vec<(&Box<str>, usize)> = Vec::new();
            #[expect(clippy::iter_over_hash_type, reason = "they are sorted by place")]
            for (name, places) in &scope.index {
                if crate::kql::bind::matches_wildcard(pattern, name) {
                    names.extend(places.iter().filter(|at| **at < env.known).map(|at| (name, *at)));
                }
            }
            names.sort_by_key(|(_, at)| *at);
            for (name, at) in names {
                if let Binding::Function(closure) = &scope.names[at]
                    && closure.ast.view
                {
                    found.push(((&**name).into(), Rc::clone(closure)));
                }
            }
            around = scope.parent;
        }
        found
    }

    /// The name that a parameter of an operator gives.
    pub(super) fn param_name<'o>(operator: &'o Operator, names: &[&str]) -> Option<&'o str> {
        let param = operator.params.iter().find(|param| names.contains(&&*param.name.text))?;
        match &param.values.first()?.kind {
            ExprKind::Name(name) => Some(&name.text),
            ExprKind::Literal(crate::kql::ast::Literal::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The word that a parameter of an operator gives.
    pub(super) fn param_word<'w>(operator: &Operator, name: &str, at: At<'w, '_>) -> Option<&'w str> {
        let param = operator.params.iter().find(|param| &*param.name.text == name)?;
        param.values.first().map(|value| at.written(value.span))
    }
}

/// The name that the last operator of a table of a union gives it.
fn last_name(leg: &Expr) -> Option<&str> {
    match &leg.kind {
        ExprKind::Paren(inner) => last_name(inner),
        ExprKind::Pipeline { stages, .. } => match &stages.last()?.kind {
            crate::kql::ast::OperatorKind::As(name) => Some(&name.text),
            _ => None,
        },
        _ => None,
    }
}

/// `$left.column` and `$right.column`.
fn sided(expr: &Expr) -> Option<(&str, &Name)> {
    match &expr.kind {
        ExprKind::Paren(inner) => sided(inner),
        ExprKind::Path { base, member } => match (&base.kind, &member.kind) {
            (ExprKind::Name(side), ExprKind::Name(name)) if matches!(&*side.text, "$left" | "$right") => {
                Some((&side.text, name))
            }
            _ => None,
        },
        _ => None,
    }
}
