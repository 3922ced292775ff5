//! The types that calls return.

use super::super::ast::{Expr, ExprKind, Type};
use super::super::builtins::{Builtin, Signature, Takes};
use super::super::types::{Column, Scalar};
use super::matching::Arg;
use super::naming::{Columns, value_of};
use super::{Binder, Value};

/// The type that all of some types can be promoted to; `None` when there is none, unknown when there are none.
pub(super) fn common(kinds: &[Scalar]) -> Option<Scalar> {
    let mut result = Scalar::Unknown;
    for kind in kinds.iter().copied().filter(|kind| !kind.unknown()) {
        result = match result {
            Scalar::Unknown => kind,
            result if kind.promotes_to(result) => result,
            result if result.promotes_to(kind) => kind,
            _ => return None,
        };
    }
    Some(result)
}

/// The type of a type literal.
pub(super) fn type_literal(expr: &Expr) -> Option<Scalar> {
    let ExprKind::TypeOf(columns) = &expr.kind else { return None };
    match columns.first()?.type_.as_ref()? {
        Type::Scalar(_, name) => Scalar::of(name),
        _ => None,
    }
}

impl Binder<'_> {
    /// What a call of a built-in function with a signature returns.
    pub(super) fn returned(&self, builtin: &Builtin, signature: &Signature, args: &[Arg<'_>]) -> Value {
        let kind = |at: usize| args.get(at).map_or(Scalar::Unknown, Arg::kind);
        let literal = |arg: Option<&Arg<'_>>| arg.and_then(|arg| type_literal(value_of(arg.expr)));
        let constant = args.iter().all(|arg| matches!(arg.value, Value::Scalar(_, true)));
        if let Some(name) = signature.returns.strip_prefix('=') {
            return Value::Scalar(Scalar::of(name).unwrap_or(Scalar::Unknown), constant);
        }
        let kinds: Vec<Scalar> = args.iter().map(Arg::kind).collect();
        let result = match signature.returns {
            "Parameter0" => kind(0),
            "Parameter1" => kind(1),
            "Parameter0Literal" => literal(args.first()).unwrap_or(Scalar::Unknown),
            "Parameter1Literal" => literal(args.get(1)).unwrap_or(Scalar::Unknown),
            "ParameterNLiteral" => literal(args.last()).unwrap_or(Scalar::Unknown),
            "Parameter0Array" => Scalar::Dynamic,
            "Parameter0Promoted" => match kind(0) {
                Scalar::Int => Scalar::Long,
                kind => kind,
            },
            "Widest" => kinds.iter().copied().reduce(Scalar::wider).unwrap_or(Scalar::Unknown),
            "Common" => common(&kinds).unwrap_or(Scalar::Unknown),
            "CommonNonDynamic" => common_branches(signature, &kinds),
            "Custom" => return self.custom(builtin.name, args),
            _ => Scalar::Unknown,
        };
        Value::Scalar(result, constant)
    }

    fn custom(&self, name: &str, args: &[Arg<'_>]) -> Value {
        use Scalar::{Dynamic, Long, Real};
        let first = args.first().map(|arg| self.name_of(value_of(arg.expr)).unwrap_or_default());
        let first = first.unwrap_or_default();
        let kind = args.first().map_or(Scalar::Unknown, Arg::kind);
        let columns = |names: &[(&str, Scalar)]| {
            let column = |(part, kind): &(&str, Scalar)| Column::new(format!("{name}_{first}_{part}"), *kind);
            Value::Columns(names.iter().map(column).collect())
        };
        match name {
            "percentile" | "percentiles" | "percentilew" | "percentilesw" => {
                let from = if name.ends_with('w') { 2 } else { 1 };
                let percentile = |arg: &Arg<'_>| {
                    let number = self.written(arg.expr.span).replace('.', "_");
                    Column::new(format!("percentile_{first}_{number}"), kind)
                };
                Value::Columns(args.iter().skip(from).map(percentile).collect())
            }
            "series_stats" => columns(&[
                ("min", Real),
                ("min_idx", Long),
                ("max", Real),
                ("max_idx", Long),
                ("avg", Real),
                ("stdev", Real),
                ("variance", Real),
            ]),
            "series_fit_line" => columns(&[
                ("rsquare", Real),
                ("slope", Real),
                ("variance", Real),
                ("rvariance", Real),
                ("interception", Real),
                ("line_fit", Dynamic),
            ]),
            "series_fit_2lines" => columns(&[
                ("rsquare", Real),
                ("split_idx", Long),
                ("variance", Real),
                ("rvariance", Real),
                ("line_fit", Dynamic),
                ("right_rsquare", Real),
                ("right_slope", Real),
                ("right_interception", Real),
                ("right_variance", Real),
                ("right_rvariance", Real),
                ("left_rsquare", Real),
                ("left_slope", Real),
                ("left_interception", Real),
                ("left_variance", Real),
                ("left_rvariance", Real),
            ]),
            "series_decompose" => columns(&[
                ("baseline", Dynamic),
                ("seasonal", Dynamic),
                ("trend", Dynamic),
                ("residual", Dynamic),
            ]),
            "series_decompose_anomalies" => {
                columns(&[("ad_flag", Dynamic), ("ad_score", Dynamic), ("baseline", Dynamic)])
            }
            "series_decompose_forecast" => columns(&[
                ("forecast", Dynamic),
                ("seasonal", Dynamic),
                ("trend", Dynamic),
                ("residual", Dynamic),
            ]),
            "series_periods_detect" | "series_periods_validate" => {
                columns(&[("periods", Dynamic), ("scores", Dynamic)])
            }
            "bin_auto" => Value::of(kind),
            _ => Value::of(Dynamic),
        }
    }

    /// The columns of `arg_max` and `take_any`: the first argument where it is one, then the others, where `*`
    /// stands for all columns but those that stand already.
    pub(super) fn star_columns(&self, name: &str, args: &[Arg<'_>], groups: &[Column]) -> Vec<Column> {
        let mut columns = Columns::default();
        let prefix = if name == "any" { "any_" } else { "" };
        let by_order = matches!(name, "arg_max" | "arg_min" | "argmax" | "argmin");
        for (at, arg) in args.iter().enumerate() {
            if arg.star() {
                let Some(row) = &self.row else { continue };
                let taken: Vec<_> = columns.list.iter().map(|column| column.name.clone()).collect();
                for column in &row.columns {
                    let grouped = groups.iter().any(|group| group.name == column.name);
                    if !grouped && !taken.contains(&column.name) {
                        columns.add(&format!("{prefix}{}", column.name), column.kind);
                    }
                }
                continue;
            }
            let own = self.name_of(value_of(arg.expr));
            let name = match own {
                Some(own) => format!("{prefix}{own}"),
                None if at == 0 && by_order => format!("{}_", &name[name.len() - 3..]),
                None => format!("{prefix}Column1"),
            };
            columns.add(&name, arg.kind());
        }
        columns.list
    }
}

/// The type of `iff` and `case`: that of the branches, where `dynamic` ones follow the others.
fn common_branches(signature: &Signature, kinds: &[Scalar]) -> Scalar {
    // The conditions are all of type bool; a branch is what stands behind one, and the last.
    let conditions = signature.params.iter().filter(|param| matches!(param.takes, Takes::These(_))).count();
    let last = kinds.len().saturating_sub(1);
    let branch = |at: usize| if signature.most > 3 { at % 2 == 1 || at == last } else { at >= conditions };
    let branches: Vec<Scalar> =
        kinds.iter().enumerate().filter(|(at, _)| branch(*at)).map(|(_, kind)| *kind).collect();
    let firm: Vec<Scalar> = branches.iter().copied().filter(|kind| *kind != Scalar::Dynamic).collect();
    if firm.is_empty() { Scalar::Dynamic } else { common(&firm).unwrap_or(Scalar::Dynamic) }
}
