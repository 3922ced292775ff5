//! `evaluate`: the plug-ins.

use std::rc::Rc;
use std::sync::Arc;

use super::super::eval::Node;
use super::super::exec::{Failure, Plan};
use super::super::functions::ipv4::IPV4;
use super::super::functions::ipv6::IPV6;
use super::super::ops::columns::Item;
use super::super::ops::lookup::NetworkLookup;
use super::super::ops::metrics::{ActivityCounts, DcountIntersect, RowsNear};
use super::super::ops::plugins::{BagUnpack, Narrow, Pivot};
use super::super::ops::summarize::Aggregated;
use super::super::ops::windows::{Kind, Windows};
use super::super::table::{Schema, plain};
use super::calls::{constant_text, literal_text};
use super::columns::inner;
use super::{At, Compiler, Made, RowScope, Stage, aggregates, plan, refused};
use crate::kql::ast::{Column, Expr, ExprKind, Name};
use crate::kql::types::Scalar;

impl<'q> Compiler<'q> {
    #[expect(clippy::too_many_lines, reason = "one arm for each plug-in")]
    pub(super) fn evaluate(
        &mut self,
        stage: Stage<'q, '_>,
        call: &'q Expr,
        schema: Option<&'q [Column]>,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let ExprKind::Call { name, args } = &call.kind else { return refused(call.span, "this plug-in") };
        let before = self.before(operator, at)?;
        let after = Self::after(operator, at)?;
        let row = RowScope::new(before, at.level + 1);
        // The columns that are declared; all others of the result are left out.
        let declared = schema.map(|_| Rc::new(Schema::of(after)));
        match &*name.text {
            "bag_unpack" => {
                let Some(bag) = args.first() else {
                    return refused(call.span, "`bag_unpack` without a column");
                };
                let ExprKind::Name(column) = &inner(bag).kind else {
                    return refused(bag.span, "`bag_unpack` of something that is not a column");
                };
                let mut prefix: Option<Rc<str>> = None;
                let mut conflict = "error".to_owned();
                let mut ignored: Vec<Rc<str>> = Vec::new();
                for (place, arg) in args.iter().enumerate().skip(1) {
                    let named = match &arg.kind {
                        ExprKind::Named { names, .. } => names.first().map(|name| &*name.text),
                        _ => None,
                    };
                    match named.unwrap_or(
                        ["", "OutputColumnPrefix", "columnsConflict", "ignoredProperties"][place.min(3)],
                    ) {
                        "OutputColumnPrefix" => {
                            let node = self.value(inner(arg), at.without_row())?;
                            prefix = constant_text(&node);
                        }
                        "columnsConflict" => {
                            literal_text(inner(arg)).unwrap_or("error").clone_into(&mut conflict);
                        }
                        _ => match self.value(inner(arg), at.without_row())? {
                            Node::Const(value) => {
                                let all = value.as_array().cloned().unwrap_or_default();
                                ignored.extend(all.iter().filter_map(|one| one.as_str().cloned()));
                            }
                            _ => return refused(arg.span, "a list that is computed"),
                        },
                    }
                }
                let runs = BagUnpack {
                    span: operator.keyword,
                    bag: (&*column.text).into(),
                    prefix,
                    conflict,
                    ignored,
                    declared,
                };
                Ok(plan(Some(input), operator, after, runs))
            }
            "pivot" => {
                let Some(first) = args.first() else { return refused(call.span, "`pivot` without a column") };
                let ExprKind::Name(column) = &inner(first).kind else {
                    return refused(first.span, "`pivot` of something that is not a column");
                };
                let found = aggregates::Found::new(&row, Vec::new());
                let own =
                    At { row: None, aggregates: Some(&found), searching: false, level: row.level, ..at };
                let mut aggregated: Vec<&str> = Vec::new();
                let (node, kind) = match args.get(1) {
                    Some(aggregate) => {
                        if let ExprKind::Call { args, .. } = &inner(aggregate).kind
                            && let Some(ExprKind::Name(name)) = args.first().map(|arg| &arg.kind)
                        {
                            aggregated.push(&name.text);
                        }
                        (self.value(inner(aggregate), own)?, plain(at.kind(inner(aggregate))))
                    }
                    None => {
                        let Some((begin, _)) = super::super::aggregates::find("count") else {
                            return refused(call.span, "`count`");
                        };
                        let count = super::super::ops::summarize::Aggregate {
                            name: "count".into(),
                            begin,
                            args: Vec::new(),
                            condition: None,
                            columns: 1,
                        };
                        found.all.borrow_mut().push(count);
                        (Node::Col(0), Scalar::Long)
                    }
                };
                let names = vec![(Arc::from("value"), kind)];
                let items = vec![Item { node, names, several: false }];
                let aggregate = Aggregated { aggregates: found.all.into_inner(), items };
                let mut rest: Vec<Arc<str>> = Vec::new();
                for arg in args.iter().skip(2) {
                    match &inner(arg).kind {
                        ExprKind::Name(name) => rest.push((&*name.text).into()),
                        _ => return refused(arg.span, "`pivot` by something that is not a column"),
                    }
                }
                let runs = Pivot {
                    span: operator.keyword,
                    used: row.into_used(),
                    column: (&*column.text).into(),
                    aggregated: aggregated.into_iter().map(Arc::from).collect(),
                    aggregate,
                    kind,
                    by: (args.len() > 2).then_some(rest),
                    declared,
                };
                Ok(plan(Some(input), operator, after, runs))
            }
            "narrow" => {
                if schema.is_some() {
                    return refused(call.span, "a schema after `narrow`");
                }
                Ok(plan(Some(input), operator, after, Narrow(Rc::new(Schema::of(after)))))
            }
            "ipv4_lookup" | "ipv6_lookup" => {
                self.network_lookup(Stage { input, operator, at }, name, args, &row)
            }
            "activity_counts_metrics" => self.activity_counts(Stage { input, operator, at }, args, &row),
            "active_users_count" | "sliding_window_counts" | "rolling_percentile" => {
                self.windows(Stage { input, operator, at }, name, args, &row)
            }
            "dcount_intersect" => {
                let mut sets = Vec::new();
                for arg in args {
                    sets.push(self.value(arg, at.with_row(&row))?);
                }
                let schema = Rc::new(Schema::of(after));
                Ok(plan(
                    Some(input),
                    operator,
                    after,
                    DcountIntersect { used: row.into_used(), sets, schema },
                ))
            }
            "rows_near" => {
                let [condition, distance] = args.as_slice() else {
                    return refused(call.span, "these arguments of `rows_near`");
                };
                let condition = self.value(condition, at.with_row(&row))?;
                let distance = self.value(distance, at.without_row())?;
                Ok(plan(
                    Some(input),
                    operator,
                    after,
                    RowsNear { used: row.into_used(), condition, distance },
                ))
            }
            text => Err(Failure::at(
                name.span,
                format!("the plug-in `{text}` cannot be run: it is not implemented"),
            )),
        }
    }

    fn network_lookup(
        &mut self,
        stage: Stage<'q, '_>,
        name: &Name,
        args: &'q [Expr],
        row: &RowScope<'_>,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let after = Self::after(operator, at)?;
        let [table, source, key, rest @ ..] = args else {
            return refused(operator.span, &format!("these arguments of `{}`", name.text));
        };
        let table = self.rows(table, at)?;
        let source = self.value(source, at.with_row(row))?;
        let ExprKind::Name(key) = &inner(key).kind else {
            return refused(key.span, "a key that is not a column");
        };
        let mut extra: Vec<Arc<str>> = Vec::new();
        let mut unmatched = false;
        for arg in rest {
            match (&arg.kind, &inner(arg).kind) {
                (ExprKind::Named { .. }, _) | (_, ExprKind::Literal(_)) => {
                    unmatched = at.written(inner(arg).span) == "true";
                }
                (_, ExprKind::Name(name)) => extra.push((&*name.text).into()),
                _ => return refused(arg.span, "this argument"),
            }
        }
        let used = row.used.borrow().clone();
        let family = if &*name.text == "ipv6_lookup" { IPV6 } else { IPV4 };
        let runs = NetworkLookup {
            family,
            span: operator.keyword,
            used,
            table,
            source,
            key: (&*key.text).into(),
            extra,
            unmatched,
        };
        Ok(plan(Some(input), operator, after, runs))
    }

    fn activity_counts(
        &mut self,
        stage: Stage<'q, '_>,
        args: &'q [Expr],
        row: &RowScope<'_>,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let after = Self::after(operator, at)?;
        let [id, time, start, end, window, dimensions @ ..] = args else {
            return refused(operator.span, "these arguments of `activity_counts_metrics`");
        };
        let id = self.value(inner(id), at.with_row(row))?;
        let time = self.value(inner(time), at.with_row(row))?;
        let bounds = [
            self.value(inner(start), at.without_row())?,
            self.value(inner(end), at.without_row())?,
            self.value(inner(window), at.without_row())?,
        ];
        let mut by = Vec::new();
        for dimension in dimensions {
            by.push(self.value(inner(dimension), at.with_row(row))?);
        }
        let used = row.used.borrow().clone();
        let schema = Rc::new(Schema::of(after));
        let runs = ActivityCounts { span: operator.keyword, used, schema, id, time, bounds, by };
        Ok(plan(Some(input), operator, after, runs))
    }

    /// The plug-ins that look back from each bin of time.
    fn windows(
        &mut self,
        stage: Stage<'q, '_>,
        name: &Name,
        args: &'q [Expr],
        row: &RowScope<'_>,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let after = Self::after(operator, at)?;
        // Where the time is, and which arguments no row decides; the dimensions follow.
        let (kind, time, constants) = match &*name.text {
            "active_users_count" => (Kind::Active, 1, &[2, 3, 4, 5, 6, 7][..]),
            "sliding_window_counts" => (Kind::Sliding, 1, &[2, 3, 4, 5][..]),
            _ => (Kind::Percentile, 2, &[1, 3, 4][..]),
        };
        let first = constants.last().copied().unwrap_or_default() + 1;
        let (Some(subject), Some(clock), Some(dimensions)) =
            (args.first(), args.get(time), args.get(first..))
        else {
            return refused(operator.span, &format!("these arguments of `{}`", name.text));
        };
        let subject = self.value(inner(subject), at.with_row(row))?;
        let time = self.value(inner(clock), at.with_row(row))?;
        let mut values = Vec::new();
        for place in constants {
            if let Some(arg) = args.get(*place) {
                values.push(self.value(inner(arg), at.without_row())?);
            }
        }
        let mut by = Vec::new();
        for dimension in dimensions {
            by.push(self.value(inner(dimension), at.with_row(row))?);
        }
        let used = row.used.borrow().clone();
        let schema = Rc::new(Schema::of(after));
        let runs =
            Windows { span: operator.keyword, used, schema, kind, subject, time, constants: values, by };
        Ok(plan(Some(input), operator, after, runs))
    }
}
