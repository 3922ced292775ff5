//! What plug-ins return.

use std::rc::Rc;

use super::super::ast::{Column as Declaration, Expr, ExprKind};
use super::super::builtins::{self, Builtin, Takes};
use super::super::types::{Column, Element, Relation, Scalar};
use super::finding::{Finding, nearest};
use super::matching::{Arg, Matched, candidates};
use super::naming::{Columns, value_of};
use super::{Binder, FindingKind, Value};
use crate::source::Span;

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
        self.functions.insert(name.text.clone());
        let relation = self.over(input, |binder| binder.plugged(name.span, builtin, args, input));
        let Some(schema) = schema else { return Value::Rows(Rc::new(relation)) };
        let declared = Self::declared_over(schema, &relation);
        Value::Rows(Rc::new(Relation { columns: declared, open: false, doubtful: input.doubtful }))
    }

    fn plugged(&mut self, place: Span, builtin: &Builtin, args: &'a [Expr], input: &Rc<Relation>) -> Relation {
        let bound = self.plugin_arguments(builtin, args, input);
        let matched = candidates(builtin, &bound, false);
        let Some(matched) = matched.into_iter().next() else { return Relation::unknown() };
        self.check(place, builtin, &matched, &bound);
        self.plugin_columns(builtin.name, &matched, &bound, input)
    }

    /// Reads the arguments, each with the columns in scope that its parameter asks for.
    fn plugin_arguments(
        &mut self,
        builtin: &Builtin,
        args: &'a [Expr],
        input: &Rc<Relation>,
    ) -> Vec<Arg<'a>> {
        let params = builtin.signatures.first().map(|signature| &signature.params);
        let mut bound: Vec<Arg<'a>> = Vec::new();
        for (at, expr) in args.iter().enumerate() {
            let inner = value_of(expr);
            let param = params.and_then(|params| params.get(at).or(params.last().filter(|one| one.repeat.1 > 1)));
            let looked_up = match bound.first().map(|arg| &arg.value) {
                Some(Value::Rows(table)) => Some(Rc::clone(table)),
                _ => None,
            };
            let looks_up = param.is_some_and(|param| param.form.starts_with("Column_")) && looked_up.is_some();
            let value = match (param.map_or("-", |param| param.form), looked_up) {
                _ if matches!(inner.kind, ExprKind::Star) => Value::Unknown,
                ("Column_Parameter0", Some(table)) => self.over(&table, |binder| binder.value(inner)),
                ("Column_Parameter0_Common", Some(table)) if matches!(inner.kind, ExprKind::Name(_)) => {
                    let both = input.columns.iter().filter(|column| table.column(&column.name).is_some());
                    let both = Rc::new(input.with(both.cloned().collect()));
                    self.over(&both, |binder| binder.value(inner))
                }
                ("Aggregate", _) => {
                    self.aggregating = true;
                    let value = self.value(inner);
                    self.aggregating = false;
                    value
                }
                _ if param.is_some_and(|param| param.takes == Takes::Class("Tabular")) => match inner.kind {
                    ExprKind::Name(_) | ExprKind::Paren(_) => Value::Rows(self.rows(inner)),
                    _ => self.value(inner),
                },
                _ => self.value(inner),
            };
            // A column of the table that is looked up is one as well.
            let column = self.is_column(inner)
                || matches!(inner.kind, ExprKind::Name(_)) && matches!(value, Value::Scalar(..)) && looks_up;
            bound.push(Arg { expr, value, column });
        }
        bound
    }

    fn plugin_columns(
        &self,
        name: &str,
        matched: &Matched<'_>,
        args: &[Arg<'a>],
        input: &Rc<Relation>,
    ) -> Relation {
        let of = |wanted: &str| -> Vec<&Arg<'a>> {
            let pairs = matched.params.iter().zip(args);
            let own = pairs.filter(|(param, _)| param.is_some_and(|param| param.name == wanted));
            own.map(|(_, arg)| arg).collect()
        };
        let column = |arg: &Arg<'a>| self.result_column(value_of(arg.expr));
        let columns = |wanted: &str| of(wanted).into_iter().filter_map(column).collect::<Vec<_>>();
        let table = match args.first().map(|arg| &arg.value) {
            Some(Value::Rows(table)) => Rc::clone(table),
            _ => Rc::default(),
        };
        let closed = |columns: Vec<Column>| Relation { columns, open: false, doubtful: input.doubtful };
        let counted = |names: &[(&str, Scalar)]| {
            let mut all = columns("TimelineColumn");
            all.extend(columns("Dimension"));
            all.extend(names.iter().map(|(name, kind)| Column::new(*name, *kind)));
            closed(all)
        };
        let before = |names: &[(&str, Scalar)]| {
            let own = names.iter().map(|(name, kind)| Column::new(*name, *kind));
            input.with(own.chain(input.columns.iter().cloned()).collect())
        };
        let named = |arg: Option<&&Arg<'a>>| arg.and_then(|arg| self.name_of(arg.expr)).unwrap_or_default();
        match name {
            "bag_unpack" => {
                let bag = args.first().and_then(column);
                let rest = input.columns.iter().filter(|column| Some(*column) != bag.as_ref());
                Relation { columns: rest.cloned().collect(), open: true, doubtful: true }
            }
            "pivot" => Relation { columns: self.pivot_rest(args, input), open: true, doubtful: true },
            "autocluster" | "basket" => {
                before(&[("SegmentId", Scalar::Long), ("Count", Scalar::Long), ("Percent", Scalar::Real)])
            }
            "diffpatterns" => before(&[
                ("SegmentId", Scalar::Long),
                ("CountA", Scalar::Long),
                ("CountB", Scalar::Long),
                ("PercentA", Scalar::Real),
                ("PercentB", Scalar::Real),
                ("PercentDiffAB", Scalar::Real),
            ]),
            "ipv4_lookup" | "ipv6_lookup" | "geo_polygon_lookup" | "geo_line_lookup" => {
                let keys = columns("ExtraKey");
                let asked = args.iter().any(|arg| {
                    matches!(&arg.expr.kind, ExprKind::Named { names, .. }
                        if names.iter().any(|name| &*name.text == "return_lookup_key"))
                });
                let shape = match name {
                    "geo_polygon_lookup" | "geo_line_lookup" if args.len() < 8 && !asked => {
                        args.get(1).and_then(|arg| self.name_of(arg.expr))
                    }
                    _ => None,
                };
                let mut all = Columns::from(input.columns.clone());
                let others = table.columns.iter().filter(|column| {
                    !keys.iter().any(|key| key.name == column.name)
                        && shape.as_ref().is_none_or(|shape| !shape.eq_ignore_ascii_case(&column.name))
                });
                for column in others {
                    all.add(&column.name, column.kind);
                }
                Relation { columns: all.list, open: input.open || table.open, doubtful: input.doubtful }
            }
            "python" | "r" | "csharp" => match args.first().map(|arg| &value_of(arg.expr).kind) {
                Some(ExprKind::TypeOf(schema)) => closed(Self::typed_over(schema, input)),
                _ => Relation::unknown(),
            },
            "active_users_count" => counted(&[("dcount", Scalar::Long)]),
            "activity_counts_metrics" => counted(&[
                ("count", Scalar::Long),
                ("dcount", Scalar::Long),
                ("new_dcount", Scalar::Long),
                ("aggregated_dcount", Scalar::Long),
            ]),
            "activity_engagement" => counted(&[
                ("dcount_activities_inner", Scalar::Long),
                ("dcount_activities_outer", Scalar::Long),
                ("activity_ratio", Scalar::Real),
            ]),
            "activity_metrics" => counted(&[
                ("dcount_values", Scalar::Long),
                ("dcount_newvalues", Scalar::Long),
                ("retention_rate", Scalar::Real),
                ("churn_rate", Scalar::Real),
            ]),
            "session_count" => counted(&[("count_sessions", Scalar::Long)]),
            "sliding_window_counts" => counted(&[("Count", Scalar::Long), ("Dcount", Scalar::Long)]),
            "new_activity_metrics" => {
                let time = of("TimelineColumn");
                let kind = time.first().map_or(Scalar::Unknown, |arg| arg.kind());
                let own = named(time.first());
                let mut all =
                    vec![Column::new(format!("from_{own}"), kind), Column::new(format!("to_{own}"), kind)];
                all.extend(columns("Dimension"));
                for name in ["dcount_new_values", "dcount_retained_values", "dcount_churn_values"] {
                    all.push(Column::new(name, Scalar::Long));
                }
                all.push(Column::new("retention_rate", Scalar::Real));
                all.push(Column::new("churn_rate", Scalar::Real));
                closed(all)
            }
            "funnel_sequence" | "funnel_sequence_completion" => {
                let mut all = columns("TimelineColumn");
                let state = of("StateColumn");
                let kind = state.first().map_or(Scalar::Unknown, |arg| arg.kind());
                if name == "funnel_sequence" {
                    all.push(Column::new("prev", kind));
                    all.push(Column::new("next", kind));
                    all.push(Column::new("dcount", Scalar::Long));
                    all.push(Column::new("samples", Scalar::Array(Element::Any)));
                } else {
                    all.push(Column::new(named(state.first()), Scalar::String));
                    all.push(Column::new("Period", Scalar::Timespan));
                    all.push(Column::new("dcount", Scalar::Long));
                }
                closed(all)
            }
            "sequence_detect" => {
                let time = of("TimelineColumn");
                let kind = time.first().map_or(Scalar::Unknown, |arg| arg.kind());
                let own = named(time.first());
                let mut all = columns("Dimension");
                for step in of("Expr") {
                    let step = self.name_of(step.expr).unwrap_or_default();
                    all.push(Column::new(format!("{step}_{own}"), kind));
                }
                all.push(Column::new("Duration", Scalar::Timespan));
                closed(all)
            }
            "rolling_percentile" => {
                let mut all = columns("IndexColumn");
                all.extend(columns("Dimension"));
                let text = |wanted: &str| {
                    of(wanted).first().map_or("0", |arg| self.written(value_of(arg.expr).span))
                };
                let value = columns("ValueColumn").into_iter().next();
                let kind = value.as_ref().map_or(Scalar::Long, |column| column.kind);
                let value = value.map_or_else(|| "value".into(), |column| column.name);
                let (bins, percentile) = (text("BinsPerWindow"), text("Percentile"));
                all.push(Column::new(format!("rolling_{bins}_percentile_{value}_{percentile}"), kind));
                closed(all)
            }
            "dcount_intersect" => {
                let mut all = input.columns.clone();
                all.extend((0..args.len()).map(|at| Column::new(format!("s{at}"), Scalar::Long)));
                input.with(all)
            }
            "estimate_rows_count" => closed(vec![Column::new("EstimatedRowsCount", Scalar::Long)]),
            "identity" | "identity_v3" | "rows_near" | "preview" => Relation::clone(input),
            "ai_embed_text" | "ai_embeddings" | "ai_chat_completion" | "ai_chat_completion_prompt" => {
                let own = named(args.first().as_ref());
                let (part, kind) = match name {
                    "ai_embed_text" => ("embedding", Scalar::Dynamic),
                    "ai_embeddings" => ("embeddings", Scalar::Dynamic),
                    _ => ("completion", Scalar::String),
                };
                let mut all = input.columns.clone();
                all.push(Column::new(format!("{own}_{part}"), kind));
                if args.get(3).is_some_and(|arg| self.written(value_of(arg.expr).span) == "true") {
                    all.push(Column::new(format!("{own}_{part}_error"), Scalar::String));
                }
                input.with(all)
            }
            _ => {
                let returns = matched.signature.returns.strip_prefix("=(");
                returns.map_or_else(Relation::unknown, |columns| Relation::closed(listed(columns)))
            }
        }
    }

    /// The columns that a pivot leaves: those named behind the aggregate, or all that it does not use.
    fn pivot_rest(&self, args: &[Arg<'a>], input: &Relation) -> Vec<Column> {
        let column = |expr: &Expr| self.result_column(value_of(expr));
        let named: Vec<Column> = args.iter().skip(2).filter_map(|arg| column(arg.expr)).collect();
        if !named.is_empty() {
            return named;
        }
        let aggregated = match args.get(1).map(|arg| &value_of(arg.expr).kind) {
            Some(ExprKind::Call { args, .. }) => args.first().and_then(column),
            _ => None,
        };
        let used = [args.first().and_then(|arg| column(arg.expr)), aggregated];
        let rest = input.columns.iter().filter(|column| !used.iter().flatten().any(|used| used == *column));
        rest.cloned().collect()
    }
}

/// The columns of `Name:type,Name:type)`.
fn listed(columns: &str) -> Vec<Column> {
    let pairs = columns.trim_end_matches(')').split(',').filter_map(|column| column.split_once(':'));
    pairs.map(|(name, kind)| Column::new(name, Scalar::of(kind).unwrap_or(Scalar::Unknown))).collect()
}
