//! What plug-ins return.

use std::rc::Rc;

use super::super::ast::{Column as Declaration, Expr, ExprKind};
use super::super::builtins;
use super::super::types::{Column, Relation, Scalar};
use super::finding::{Finding, nearest};
use super::naming::{Columns, value_of};
use super::{Binder, FindingKind, Value};

impl<'a> Binder<'a> {
    pub(super) fn evaluate(
        &mut self,
        call: &'a Expr,
        schema: Option<&'a [Declaration]>,
        input: &Rc<Relation>,
    ) -> Value {
        let ExprKind::Call { name, args } = &call.kind else {
            return Value::Rows(Rc::new(Relation::unknown()));
        };
        if name.text.is_empty() {
            return Value::Rows(Rc::new(Relation::unknown()));
        }
        let Some(builtin) = builtins::plugin(&name.text) else {
            let message = format!("There is no plug-in `{}`", name.text);
            let finding = Finding::new(FindingKind::UnknownFunction, name.span, message);
            self.report(finding.meant(nearest(&name.text, builtins::plugin_names())));
            return Value::Rows(Rc::new(Relation::unknown()));
        };
        let least = builtin.signatures.iter().map(|signature| signature.least).min().unwrap_or(0);
        let most = builtin.signatures.iter().map(|signature| signature.most).max().unwrap_or(0);
        if !(least..=most).contains(&args.len()) {
            let takes = super::matching::expected_count(least, most);
            let given = super::matching::given(args.len());
            let message = format!("`{}` takes {takes}, and {given} given", name.text);
            self.say(FindingKind::Argument, name.span, message);
        }
        let relation = self.over(input, |binder| binder.plugged(&name.text, args, input));
        let Some(schema) = schema else { return Value::Rows(Rc::new(relation)) };
        let declared = Self::declared_over(schema, input);
        Value::Rows(Rc::new(Relation { columns: declared, open: false, doubtful: input.doubtful }))
    }

    fn plugged(&mut self, name: &str, args: &'a [Expr], input: &Relation) -> Relation {
        // The table of a lookup is a table; an aggregate may stand in a pivot.
        let mut tables: Vec<Rc<Relation>> = Vec::new();
        for (at, arg) in args.iter().enumerate() {
            let arg = value_of(arg);
            let table = at == 0
                && matches!(name, "ipv4_lookup" | "ipv6_lookup" | "geo_polygon_lookup" | "geo_line_lookup");
            if table {
                tables.push(self.rows(arg));
            } else if let (ExprKind::Name(column), Some(table)) = (&arg.kind, tables.first())
                && (at == 2 || table.column(&column.text).is_some())
            {
                let table = Rc::clone(table);
                self.over(&table, |binder| binder.column(column));
            } else if !matches!(arg.kind, ExprKind::Star | ExprKind::TypeOf(_)) {
                self.aggregating = name == "pivot";
                self.value(arg);
                self.aggregating = false;
            }
        }
        let column_of = |at: usize| match args.get(at).map(|arg| &value_of(arg).kind) {
            Some(ExprKind::Name(name)) => input.column(&name.text),
            _ => None,
        };
        let with =
            |columns: Vec<Column>, open: bool| Relation { columns, open, doubtful: input.doubtful || open };
        match name {
            "bag_unpack" => {
                let bag = column_of(0).map(|column| column.name.clone());
                let rest = input.columns.iter().filter(|column| Some(&column.name) != bag.as_ref());
                with(rest.cloned().collect(), true)
            }
            "pivot" => {
                let rest = Self::pivot_rest(args, input);
                with(rest, true)
            }
            "autocluster" | "basket" => {
                let mut columns = Columns::default();
                columns.add("SegmentId", Scalar::Long);
                columns.add("Count", Scalar::Long);
                columns.add("Percent", Scalar::Real);
                for column in &input.columns {
                    columns.add(&column.name, column.kind);
                }
                with(columns.list, input.open)
            }
            "ipv4_lookup" | "ipv6_lookup" => {
                let mut columns = Columns::from(input.columns.clone());
                let table = tables.first().cloned().unwrap_or_default();
                for column in &table.columns {
                    columns.add(&column.name, column.kind);
                }
                with(columns.list, input.open || table.open)
            }
            "python" | "r" | "csharp" => match args.iter().find_map(|arg| match &value_of(arg).kind {
                ExprKind::TypeOf(schema) => Some(schema),
                _ => None,
            }) {
                Some(schema) => with(Self::declared_over(schema, input), false),
                None => Relation::unknown(),
            },
            "funnel_sequence" => {
                let time = column_of(1).cloned();
                let state = args.get(6).and_then(|arg| self.name_of(arg));
                let kind = state.and_then(|name| input.column(&name).map(|column| column.kind));
                let kind = kind.unwrap_or(Scalar::Unknown);
                let mut columns: Vec<Column> = time.into_iter().collect();
                columns.push(Column::new("prev", kind));
                columns.push(Column::new("next", kind));
                columns.push(Column::new("dcount", Scalar::Long));
                columns.push(Column::new("samples", Scalar::Dynamic));
                with(columns, false)
            }
            "rolling_percentile" => {
                let mut columns: Vec<Column> = column_of(2).cloned().into_iter().collect();
                let text =
                    |at: usize| args.get(at).map_or("", |arg| self.written(arg.span)).replace('.', "_");
                let value = args.first().and_then(|arg| self.name_of(arg)).unwrap_or_default();
                let kind = column_of(0).map_or(Scalar::Unknown, |column| column.kind);
                columns
                    .push(Column::new(format!("rolling_{}_percentile_{value}_{}", text(4), text(1)), kind));
                with(columns, false)
            }
            _ => {
                let returns = builtins::plugin(name)
                    .and_then(|builtin| builtin.signatures.first()?.returns.strip_prefix("=("));
                returns.map_or_else(Relation::unknown, |columns| Relation::closed(listed(columns)))
            }
        }
    }

    /// The columns that a pivot leaves: those named behind the aggregate, or all that it does not use.
    fn pivot_rest(args: &'a [Expr], input: &Relation) -> Vec<Column> {
        if args.len() > 2 {
            let named = args[2..].iter().filter_map(|arg| match &value_of(arg).kind {
                ExprKind::Name(name) => input.column(&name.text).cloned(),
                _ => None,
            });
            return named.collect();
        }
        let mut used: Vec<String> = Vec::new();
        for arg in args {
            super::super::walk(super::super::Node::Expr(arg), &mut |node| {
                if let super::super::Node::Expr(Expr { kind: ExprKind::Name(name), .. }) = node {
                    used.push(name.text.to_string());
                }
                true
            });
        }
        input
            .columns
            .iter()
            .filter(|column| !used.iter().any(|name| **name == *column.name))
            .cloned()
            .collect()
    }
}

/// The columns of `Name:type,Name:type)`.
fn listed(columns: &str) -> Vec<Column> {
    let pairs = columns.trim_end_matches(')').split(',').filter_map(|column| column.split_once(':'));
    pairs.map(|(name, kind)| Column::new(name, Scalar::of(kind).unwrap_or(Scalar::Unknown))).collect()
}
