//! Where rows come from: `datatable`, `externaldata`, `range` and names with stars.

use std::rc::Rc;
use std::sync::Arc;

use super::super::eval::Node;
use super::super::exec::{Asked, Failure, Plan, PlanKind};
use super::super::ops::columns::{Compute, Item};
use super::super::ops::fixed::{DataTable, Range};
use super::super::ops::union::Union;
use super::super::table::{Schema, plain};
use super::super::value::Value;
use super::calls::{constant_text, literal_text};
use super::{At, Compiler, Made, asked, plan, refused, relation_of};
use crate::kql::ast::{Column, Expr, Name, Operator, Param};
use crate::kql::types::Column as Typed;

impl<'q> Compiler<'q> {
    pub(super) fn data_table(
        &mut self,
        whole: &'q Expr,
        columns: &'q [Column],
        values: &'q [Expr],
        at: At<'q, '_>,
    ) -> Made<Rc<Plan>> {
        let Some(relation) = relation_of(whole, at) else {
            return Err(Failure::at(whole.span, "the columns of this table are not known"));
        };
        let schema = Rc::new(Schema::of(relation));
        if schema.len() != columns.len() || columns.is_empty() {
            return refused(whole.span, "a table without columns or with two of one name");
        }
        let values = self.values(values, at.without_row())?;
        let runs = DataTable { schema: Rc::clone(&schema), values };
        Ok(Rc::new(Plan {
            kind: PlanKind::Op(None, Box::new(runs)),
            schema,
            open: false,
            span: whole.span,
            word: "datatable",
        }))
    }

    pub(super) fn external_data(
        &mut self,
        whole: &'q Expr,
        _: &'q [Column],
        uris: &'q [Expr],
        properties: &'q [Param],
        at: At<'q, '_>,
    ) -> Made<Rc<Plan>> {
        let Some(relation) = relation_of(whole, at) else {
            return Err(Failure::at(whole.span, "the columns of this table are not known"));
        };
        let property = |name: &str| {
            let param = properties.iter().find(|param| param.name.text.eq_ignore_ascii_case(name))?;
            let value = param.values.first()?;
            Some(literal_text(value).unwrap_or_else(|| at.written(value.span)))
        };
        let format = property("format").map(Rc::from);
        let header = property("ignoreFirstRecord").is_some_and(|word| word.eq_ignore_ascii_case("true"));
        let mut plans = Vec::new();
        for uri in uris {
            let node = self.value(uri, at.without_row())?;
            let Some(address) = constant_text(&node) else {
                return refused(uri.span, "an address that is computed");
            };
            // What follows `;` is a secret or an option of the storage.
            let address = Rc::from(address.split(';').next().unwrap_or_default());
            let what = Asked::External { address, format: format.clone(), header };
            plans.push(asked(what, relation, whole.span));
        }
        match plans.len() {
            1 => Ok(plans.remove(0)),
            _ => {
                let schema = Rc::new(Schema::of(relation));
                let runs = Union {
                    span: whole.span,
                    legs: plans,
                    source: None,
                    schema: Some(Rc::clone(&schema)),
                    inner: false,
                };
                let kind = PlanKind::Op(None, Box::new(runs));
                Ok(Rc::new(Plan { kind, schema, open: false, span: whole.span, word: "externaldata" }))
            }
        }
    }

    pub(super) fn range(
        &mut self,
        operator: &'q Operator,
        bounds: &'q [Expr],
        at: At<'q, '_>,
    ) -> Made<Rc<Plan>> {
        let after = Self::after(operator, at)?;
        let nodes = self.values(bounds, at.without_row())?;
        let Ok(bounds) = <[Node; 3]>::try_from(nodes) else {
            return refused(operator.span, "a range without an end or a step");
        };
        let schema = Rc::new(Schema::of(after));
        Ok(plan(None, operator, after, Range { span: operator.keyword, schema, bounds }))
    }

    /// The tables that a pattern means, as one.
    pub(super) fn tables_like(&mut self, expr: &'q Expr, name: &'q Name, at: At<'q, '_>) -> Made<Rc<Plan>> {
        let legs: Vec<Rc<Plan>> = self.tables_of(name, at)?.into_iter().map(|(_, plan)| plan).collect();
        let Some(relation) = relation_of(expr, at) else {
            return refused(name.span, "these tables");
        };
        let open = legs.iter().any(|leg| leg.open);
        let schema = Rc::new(Schema::of(relation));
        let runs = Union {
            span: name.span,
            legs,
            source: None,
            schema: (!open).then(|| Rc::clone(&schema)),
            inner: false,
        };
        Ok(Rc::new(Plan {
            kind: PlanKind::Op(None, Box::new(runs)),
            schema,
            open: open || relation.has_unknown_columns,
            span: name.span,
            word: "union",
        }))
    }

    /// Rows with columns of which nothing is known but their types.
    pub(super) fn extended(
        &mut self,
        name: &Name,
        input: Rc<Plan>,
        columns: &[Typed],
        open: bool,
    ) -> Rc<Plan> {
        let mut schema = (*input.schema).clone();
        let mut items = Vec::new();
        for column in columns {
            let kind = plain(column.kind);
            if schema.find(&column.name).is_none() {
                schema.push(Arc::clone(&column.name), kind);
            }
            let names = vec![(Arc::clone(&column.name), kind)];
            items.push(Item { node: Node::Const(Value::Null), names, several: false });
        }
        let schema = Rc::new(schema);
        let runs = Compute {
            span: name.span,
            used: Vec::new(),
            items,
            keeps: true,
            schema: Rc::clone(&schema),
            others_than: None,
            distinct: false,
        };
        let open = open || input.open;
        let kind = PlanKind::Op(Some(input), Box::new(runs));
        Rc::new(Plan { kind, schema, open, span: name.span, word: "invoke" })
    }
}
