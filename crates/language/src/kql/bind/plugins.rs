//! What plug-ins return.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::super::ast::{Column as ColumnSchema, Expr, ExprKind};
use super::super::builtins::{self, Builtin, Class, Form, Returns, Takes};
use super::super::model::Symbol;
use super::super::model::finding::Finding;
use super::super::types::{Column, ColumnEdit, Element, Relation, Scalar};
use super::column_builder::ColumnBuilder;
use super::matching::{Arg, Matched, candidates};
use super::naming::value_of;
use super::{Binder, FindingKind, Value};
use crate::similar::nearest_name;
use crate::source::Span;

impl<'a> Binder<'a> {
    pub(super) fn evaluate(
        &mut self,
        call: &'a Expr,
        schema: Option<&'a [ColumnSchema]>,
        input: &Arc<Relation>,
    ) -> Value {
        let ExprKind::Call { name, args } = &call.kind else {
            return Value::Rows(Arc::new(Relation::unknown()));
        };
        if name.text.is_empty() {
            return Value::Rows(Arc::new(Relation::unknown()));
        }
        let Some(builtin) = builtins::plugin(&name.text) else {
            self.recorder.mention(name.span, || Symbol::Unresolved);
            let message = format!("Unknown plugin `{}`", name.text);
            let finding = Finding::new(FindingKind::UnknownFunction, name.span, message);
            self.report(finding.meant(nearest_name(&name.text, builtins::plugin_names())));
            return Value::Rows(Arc::new(Relation::unknown()));
        };
        self.recorder.mention(name.span, || Symbol::PlugIn(builtin.name));
        self.recorder.functions.insert(name.text.clone());
        let relation = self.with_row_scope(input, |binder| binder.plugged(name.span, builtin, args, input));
        let Some(schema) = schema else { return Value::Rows(Arc::new(relation)) };
        let declared = Self::declared_over(schema, &relation);
        Value::Rows(Arc::new(Relation { has_unknown_columns: false, ..input.with(declared) }))
    }

    fn plugged(
        &mut self,
        place: Span,
        builtin: &Builtin,
        args: &'a [Expr],
        input: &Arc<Relation>,
    ) -> Relation {
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
        input: &Arc<Relation>,
    ) -> Vec<Arg<'a>> {
        let params = builtin.signatures.first().map(|signature| signature.params);
        let mut bound: Vec<Arg<'a>> = Vec::new();
        for (at, expr) in args.iter().enumerate() {
            let inner = value_of(expr);
            let param =
                params.and_then(|params| params.get(at).or(params.last().filter(|one| one.repeat.1 > 1)));
            let looked_up = match bound.first().map(|arg| &arg.value) {
                Some(Value::Rows(table)) => Some(Arc::clone(table)),
                _ => None,
            };
            let form = param.map_or(Form::Any, |param| param.form);
            let looks_up = form.looks_up() && looked_up.is_some();
            let value = match (form, looked_up) {
                _ if matches!(inner.kind, ExprKind::Star) => Value::Unknown,
                (Form::ColumnOfFirst, Some(table)) => {
                    self.with_row_scope(&table, |binder| binder.value(inner))
                }
                (Form::ColumnOfBoth, Some(table)) if matches!(inner.kind, ExprKind::Name(_)) => {
                    self.look_at(input.columns.len());
                    let both = input.columns.iter().filter(|column| table.column(&column.name).is_some());
                    let both = Arc::new(input.with(both.cloned().collect::<Vec<_>>()));
                    self.with_row_scope(&both, |binder| binder.value(inner))
                }
                (Form::Aggregate, _) => {
                    self.context.aggregating = true;
                    let value = self.value(inner);
                    self.context.aggregating = false;
                    value
                }
                _ if param.is_some_and(|param| param.takes == Takes::Class(Class::Tabular)) => {
                    match &inner.kind {
                        // After the first argument, columns may stand where a table may.
                        ExprKind::Name(name) if at > 0 && input.column(&name.text).is_some() => {
                            self.value(inner)
                        }
                        ExprKind::Name(_) | ExprKind::Paren(_) => Value::Rows(self.rows(inner)),
                        _ => self.value(inner),
                    }
                }
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
        &mut self,
        name: &str,
        matched: &Matched<'_>,
        args: &[Arg<'a>],
        input: &Arc<Relation>,
    ) -> Relation {
        let columns = match name {
            "bag_unpack" => {
                let bag = args.first().and_then(|arg| self.result_column(value_of(arg.expr)));
                let mut rest = input.columns.edit();
                if let Some(bag) = bag {
                    rest.remove(&bag.name);
                }
                return Relation::new(rest, true, true);
            }
            "pivot" => {
                return Relation::new(self.pivot_rest(args, input), true, true);
            }
            "ipv4_lookup" | "ipv6_lookup" | "geo_polygon_lookup" | "geo_line_lookup" => {
                return self.looked_up(name, matched, args, input);
            }
            "python" | "r" | "csharp" => match args.first().map(|arg| &value_of(arg.expr).kind) {
                Some(ExprKind::TypeOf(schema)) => {
                    let columns = Self::typed_over(schema, input);
                    return Relation { has_unknown_columns: false, ..input.with(columns) };
                }
                _ => return Relation::unknown(),
            },
            "identity" | "identity_v3" | "rows_near" | "preview" => return Relation::clone(input),
            "estimate_rows_count" => vec![Column::new("EstimatedRowsCount", Scalar::Long)],
            "dcount_intersect" => {
                let mut all = input.columns.edit();
                for at in 0..args.len() {
                    all.push(Column::new(format!("s{at}"), Scalar::Long));
                }
                return input.with(all);
            }
            "ai_embed_text" | "ai_embeddings" | "ai_chat_completion" | "ai_chat_completion_prompt" => {
                return self.asked(name, args, input);
            }
            _ => match clusters(name) {
                Some(own) => {
                    let mut all = input.columns.edit();
                    for (name, kind) in own.iter().rev() {
                        all.push_front(Column::new(*name, *kind));
                    }
                    return input.with(all);
                }
                None => match self.measured(name, matched, args) {
                    Some(columns) => columns,
                    None => {
                        let Returns::Columns(columns) = matched.signature.returns else {
                            return Relation::unknown();
                        };
                        let columns = columns.iter().map(|(name, kind)| Column::new(*name, *kind));
                        return Relation::closed(columns.collect::<Vec<_>>());
                    }
                },
            },
        };
        Relation { has_unknown_columns: false, ..input.with(columns) }
    }

    /// The rows with those of the table that they are looked up in.
    fn looked_up(
        &mut self,
        name: &str,
        matched: &Matched<'_>,
        args: &[Arg<'a>],
        input: &Arc<Relation>,
    ) -> Relation {
        let table = match args.first().map(|arg| &arg.value) {
            Some(Value::Rows(table)) => Arc::clone(table),
            _ => Arc::default(),
        };
        let keys = self.columns_of(matched, args, "ExtraKey");
        let asked = args.iter().any(|arg| {
            matches!(&arg.expr.kind, ExprKind::Named { names, .. }
                if names.iter().any(|name| &*name.text == "return_lookup_key"))
        });
        // The shape itself is only returned where it is asked for.
        let shape = match name {
            "geo_polygon_lookup" | "geo_line_lookup" if args.len() < 8 && !asked => {
                args.get(1).and_then(|arg| self.name_of(arg.expr))
            }
            _ => None,
        };
        let mut all = ColumnBuilder::from(input.columns.clone());
        if !self.look_at(table.columns.len()) {
            return Relation::unknown();
        }
        let keys: FxHashSet<Arc<str>> = keys.into_iter().map(|key| key.name).collect();
        let other = |column: &&Column| {
            !keys.contains(&column.name)
                && shape.as_ref().is_none_or(|shape| !shape.eq_ignore_ascii_case(&column.name))
        };
        all.add_others(&table.columns.iter().filter(other).cloned().collect());
        input.doubts_of([&*table]).with(all.list)
    }

    /// The rows with what a language model says of them.
    fn asked(&self, name: &str, args: &[Arg<'a>], input: &Arc<Relation>) -> Relation {
        let own = args.first().and_then(|arg| self.name_of(arg.expr)).unwrap_or_default();
        let (part, kind) = match name {
            "ai_embed_text" => ("embedding", Scalar::Dynamic),
            "ai_embeddings" => ("embeddings", Scalar::Dynamic),
            _ => ("completion", Scalar::String),
        };
        let mut all = input.columns.edit();
        all.push(Column::new(format!("{own}_{part}"), kind));
        if args.get(3).is_some_and(|arg| self.written(value_of(arg.expr).span) == "true") {
            all.push(Column::new(format!("{own}_{part}_error"), Scalar::String));
        }
        input.with(all)
    }

    /// The columns among the arguments of a parameter.
    fn columns_of(&self, matched: &Matched<'_>, args: &[Arg<'a>], wanted: &str) -> Vec<Column> {
        let own = Self::args_of(matched, args, wanted).into_iter();
        own.filter_map(|arg| self.result_column(value_of(arg.expr))).collect()
    }

    fn args_of<'e>(matched: &Matched<'_>, args: &'e [Arg<'a>], wanted: &str) -> Vec<&'e Arg<'a>> {
        let pairs = matched.params.iter().zip(args);
        let own = pairs.filter(|(param, _)| param.is_some_and(|param| param.name == wanted));
        own.map(|(_, arg)| arg).collect()
    }

    /// The columns of the plug-ins that measure what users do over time.
    fn measured(&self, name: &str, matched: &Matched<'_>, args: &[Arg<'a>]) -> Option<Vec<Column>> {
        let columns = |wanted: &str| self.columns_of(matched, args, wanted);
        let first = |wanted: &str| Self::args_of(matched, args, wanted).into_iter().next();
        let named = |arg: Option<&Arg<'a>>| arg.and_then(|arg| self.name_of(arg.expr)).unwrap_or_default();
        let kind = |arg: Option<&Arg<'a>>| arg.map_or(Scalar::Unknown, Arg::kind);
        let time = first("TimelineColumn");
        let mut all = Vec::new();
        let mut add = |list: &[(&str, Scalar)]| {
            all.extend(list.iter().map(|(name, kind)| Column::new(*name, *kind)));
        };
        match name {
            "new_activity_metrics" => {
                let (own, kind) = (named(time), kind(time));
                add(&[(&format!("from_{own}"), kind), (&format!("to_{own}"), kind)]);
                all.extend(columns("Dimension"));
                all.extend(RETAINED.iter().map(|(name, kind)| Column::new(*name, *kind)));
            }
            "funnel_sequence" | "funnel_sequence_completion" => {
                let state = first("StateColumn");
                if name == "funnel_sequence" {
                    add(&[
                        ("prev", kind(state)),
                        ("next", kind(state)),
                        ("dcount", Scalar::Long),
                        ("samples", Scalar::Array(Element::Any)),
                    ]);
                } else {
                    let state = named(state);
                    add(&[(&state, Scalar::String), ("Period", Scalar::Timespan), ("dcount", Scalar::Long)]);
                }
                all.splice(0..0, columns("TimelineColumn"));
            }
            "sequence_detect" => {
                let own = named(time);
                all.extend(columns("Dimension"));
                for step in Self::args_of(matched, args, "Expr") {
                    let step = self.name_of(step.expr).unwrap_or_default();
                    all.push(Column::new(format!("{step}_{own}"), kind(time)));
                }
                all.push(Column::new("Duration", Scalar::Timespan));
            }
            "rolling_percentile" => {
                all.extend(columns("IndexColumn"));
                all.extend(columns("Dimension"));
                let text = |wanted: &str| {
                    let number = first(wanted).and_then(|arg| self.constant_number(value_of(arg.expr)));
                    number.unwrap_or_else(|| "0".into())
                };
                let value = columns("ValueColumn").into_iter().next();
                let kind = value.as_ref().map_or(Scalar::Long, |column| column.kind);
                let value = value.map_or_else(|| "value".into(), |column| column.name);
                let (bins, percentile) = (text("BinsPerWindow"), text("Percentile"));
                all.push(Column::new(format!("rolling_{bins}_percentile_{value}_{percentile}"), kind));
            }
            _ => {
                let counts = counts(name)?;
                all.extend(columns("TimelineColumn"));
                all.extend(columns("Dimension"));
                all.extend(counts.iter().map(|(name, kind)| Column::new(*name, *kind)));
            }
        }
        Some(all)
    }

    /// The columns that a pivot leaves: those named after the aggregate, or all that it does not use.
    fn pivot_rest(&self, args: &[Arg<'a>], input: &Relation) -> ColumnEdit {
        let column = |expr: &Expr| self.result_column(value_of(expr));
        let named: Vec<Column> = args.iter().skip(2).filter_map(|arg| column(arg.expr)).collect();
        let mut rest = ColumnEdit::default();
        if !named.is_empty() {
            for column in named {
                rest.push(column);
            }
            return rest;
        }
        let aggregated = match args.get(1).map(|arg| &value_of(arg.expr).kind) {
            Some(ExprKind::Call { args, .. }) => args.first().and_then(column),
            _ => None,
        };
        rest = input.columns.edit();
        for used in [args.first().and_then(|arg| column(arg.expr)), aggregated].into_iter().flatten() {
            rest.remove(&used.name);
        }
        rest
    }
}

/// What `new_activity_metrics` counts.
const RETAINED: &[(&str, Scalar)] = &[
    ("dcount_new_values", Scalar::Long),
    ("dcount_retained_values", Scalar::Long),
    ("dcount_churn_values", Scalar::Long),
    ("retention_rate", Scalar::Real),
    ("churn_rate", Scalar::Real),
];

/// What a plug-in counts over time.
fn counts(name: &str) -> Option<&'static [(&'static str, Scalar)]> {
    Some(match name {
        "active_users_count" => &[("dcount", Scalar::Long)],
        "activity_counts_metrics" => &[
            ("count", Scalar::Long),
            ("dcount", Scalar::Long),
            ("new_dcount", Scalar::Long),
            ("aggregated_dcount", Scalar::Long),
        ],
        "activity_engagement" => &[
            ("dcount_activities_inner", Scalar::Long),
            ("dcount_activities_outer", Scalar::Long),
            ("activity_ratio", Scalar::Real),
        ],
        "activity_metrics" => &[
            ("dcount_values", Scalar::Long),
            ("dcount_newvalues", Scalar::Long),
            ("retention_rate", Scalar::Real),
            ("churn_rate", Scalar::Real),
        ],
        "session_count" => &[("count_sessions", Scalar::Long)],
        "sliding_window_counts" => &[("Count", Scalar::Long), ("Dcount", Scalar::Long)],
        _ => return None,
    })
}

/// What the plug-ins that find groups of rows put before the columns.
fn clusters(name: &str) -> Option<&'static [(&'static str, Scalar)]> {
    Some(match name {
        "autocluster" | "basket" => {
            &[("SegmentId", Scalar::Long), ("Count", Scalar::Long), ("Percent", Scalar::Real)]
        }
        "diffpatterns" => &[
            ("SegmentId", Scalar::Long),
            ("CountA", Scalar::Long),
            ("CountB", Scalar::Long),
            ("PercentA", Scalar::Real),
            ("PercentB", Scalar::Real),
            ("PercentDiffAB", Scalar::Real),
        ],
        _ => return None,
    })
}
