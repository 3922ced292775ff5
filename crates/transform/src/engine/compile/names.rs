//! Names: columns, variables, functions without arguments, and tables.

use std::rc::Rc;

use super::super::eval::Node;
use super::super::exec::{Asked, Failure};
use super::{Any, At, Binding, Compiler, Made, RowValue, asked, is_plain, refused, relation_of};
use crate::kql::ast::{Expr, ExprKind, Literal, Name, NameForm};

impl<'q> Compiler<'q> {
    /// What a name means: a column hides a variable, a variable a function, a function a table.
    pub(super) fn name(&mut self, expr: &'q Expr, name: &'q Name, at: At<'q, '_>) -> Made<Any> {
        if name.form == NameForm::Wildcard {
            return self.tables_like(expr, name, at).map(Any::Rows);
        }
        if !is_plain(name) {
            return refused(name.span, &format!("`{}`", at.written(name.span)));
        }
        if let Some(row) =
            at.row.filter(|row| at.aggregates.is_none() && row.relation.column(&name.text).is_some())
        {
            return Ok(Any::Value(row.slot(&name.text)));
        }
        if let Some(binding) = self.find(at.env, &name.text)? {
            return self.bound(binding, name, at);
        }
        if let Some(row) = at.row.filter(|row| row.relation.has_unknown_columns) {
            return Ok(Any::Value(row.slot(&name.text)));
        }
        let table = self.catalog.table(&name.text);
        let external = self.catalog.function(&name.text);
        let callable = external.as_ref().is_some_and(|external| {
            external.params.as_ref().is_none_or(|params| params.iter().all(|param| param.optional))
        });
        if table.is_none() && !callable && external.is_some() && at.row.is_none() {
            return Err(Failure::at(name.span, format!("`{}` must be called with its arguments", name.text)));
        }
        if callable {
            return self.external(name, &[], None, at);
        }
        let relation = table.map(|table| table.relation);
        let known = relation.as_ref().or_else(|| relation_of(expr, at));
        match known {
            Some(relation) => {
                let what = Asked::Table((&*name.text).into());
                Ok(Any::Rows(asked(what, relation, name.span)))
            }
            None => Err(Failure::at(name.span, format!("`{}` is not known", name.text))),
        }
    }

    fn bound(&mut self, binding: Binding<'q>, name: &'q Name, at: At<'q, '_>) -> Made<Any> {
        Ok(match binding {
            Binding::Value(once) => Any::Value(match &once.node {
                Node::Const(value) => Node::Const(value.clone()),
                _ => Node::Once(once),
            }),
            Binding::OfRow(value, level) => {
                if let RowValue::Const(value) = value {
                    return Ok(Any::Value(Node::Const(value)));
                }
                if level != at.level || at.row.is_some_and(|row| row.level != level) {
                    let what = format!("`{}`, which depends on a row around this table,", name.text);
                    return refused(name.span, &what);
                }
                Any::Value(match value {
                    RowValue::Col(slot) => Node::Col(slot),
                    RowValue::Local(slot) => Node::Local(slot),
                    RowValue::Const(value) => Node::Const(value),
                })
            }
            Binding::Rows(plan) => Any::Rows(plan),
            Binding::Graph(graph) => Any::Graph(graph),
            Binding::Function(closure) => return self.call_closure(&closure, name, &[], None, at),
            Binding::Pattern(_) => return refused(name.span, &format!("`{}` without arguments", name.text)),
            Binding::Members => return refused(name.span, &format!("`{}` as a whole", name.text)),
            Binding::Refused(why) => return Err(Failure::at(name.span, why.to_string())),
            Binding::Later(..) => return Err(Failure::at(name.span, "this name is defined by itself")),
        })
    }

    /// A table of another workspace, which is read as one of this.
    pub(super) fn other_database(
        &mut self,
        whole: &'q Expr,
        base: &'q Expr,
        member: &'q Expr,
        at: At<'q, '_>,
    ) -> Made<Any> {
        if let ExprKind::Call { name, .. } = &base.kind
            && matches!(&*name.text, "adx" | "arg" | "cluster")
        {
            return refused(base.span, &format!("`{}(...)`, whose tables are not known,", name.text));
        }
        if let (ExprKind::Call { name, args }, ExprKind::Name(path)) = (&base.kind, &member.kind)
            && let Some(Binding::Pattern(matches)) = self.find(at.env, &name.text)?
        {
            return self.pattern(&matches, name, args, Some(&path.text), at);
        }
        let name: Rc<str> = match &member.kind {
            ExprKind::Name(name) => (&*name.text).into(),
            ExprKind::Call { name, args } if &*name.text == "table" => {
                match args.first().map(|arg| &arg.kind) {
                    Some(ExprKind::Literal(Literal::String(text))) => (&**text).into(),
                    _ => return refused(member.span, "a table whose name is computed"),
                }
            }
            ExprKind::Call { name, args } if self.catalog.function(&name.text).is_some() => {
                return self.external(name, args, None, at);
            }
            _ => return refused(member.span, &format!("`{}`", at.written(whole.span))),
        };
        let relation = self.catalog.table(&name).map(|table| table.relation);
        match relation.as_ref().or_else(|| relation_of(whole, at)) {
            Some(relation) => Ok(Any::Rows(asked(Asked::Table(name), relation, member.span))),
            None => Err(Failure::at(member.span, format!("the table `{name}` is not known"))),
        }
    }
}
