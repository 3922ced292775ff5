//! The types that calls return.

use std::rc::Rc;

use super::super::ast::{Expr, ExprKind, Literal, Type};
use super::super::builtins::{Builtin, Param};
use super::super::types::{Column, Conversion, Element, Primitive, Scalar, Shape};
use super::matching::{Arg, Matched, common};
use super::naming::value_of;
use super::{Binder, Value};

/// The type of a type literal.
pub(super) fn type_literal(expr: &Expr) -> Option<Scalar> {
    let ExprKind::TypeOf(columns) = &expr.kind else { return None };
    match columns.first()?.type_.as_ref()? {
        Type::Scalar(_, name) => Scalar::of(name),
        _ => None,
    }
}

const REALS: Scalar = Scalar::Array(Element::Of(Primitive::Real));
const ARRAY: Scalar = Scalar::Array(Element::Any);

impl Binder<'_> {
    /// What a call of a built-in function with a signature returns.
    pub(super) fn returned(&self, builtin: &Builtin, matched: &Matched<'_>, args: &[Arg<'_>]) -> Value {
        let Matched { signature, params } = matched;
        let constant = (builtin.constant || builtin.family == 'o') && args.iter().all(Arg::constant);
        // The type of the argument of a parameter.
        let of = |param: Option<&Param>| {
            let at = params.iter().position(|own| match (own, param) {
                (Some(own), Some(param)) => std::ptr::eq(*own, param),
                _ => false,
            });
            at.and_then(|at| args.get(at))
        };
        let kind = |at: usize| of(signature.params.get(at)).map_or(Scalar::Unknown, Arg::kind);
        let literal =
            |arg: Option<&Arg<'_>>| arg.and_then(|arg| type_literal(value_of(arg.expr))).unwrap_or(Scalar::Unknown);
        if let Some(name) = signature.returns.strip_prefix('=') {
            return Value::Scalar(Scalar::of_fact(name).unwrap_or(Scalar::Unknown), constant);
        }
        let result = match signature.returns {
            "Parameter0" => kind(0),
            "Parameter1" => kind(1),
            "Parameter0Literal" => literal(of(signature.params.first())),
            "Parameter1Literal" => literal(of(signature.params.get(1))),
            "ParameterNLiteral" => literal(of(signature.params.last())),
            "Parameter0Array" => kind(0).array(),
            "Parameter0Promoted" => kind(0).promoted(),
            "Widest" => {
                let numbers = args.iter().map(Arg::kind).filter(|kind| kind.number());
                let open = args.iter().any(|arg| arg.kind().unknown());
                let widest = numbers.reduce(Scalar::wider).map(Scalar::promoted);
                widest.filter(|_| !open).unwrap_or(Scalar::Unknown)
            }
            "Common" => common(params, args, false).unwrap_or(Scalar::Unknown),
            "CommonNonDynamic" => common(params, args, true).unwrap_or(Scalar::Unknown),
            "Custom" => return self.custom(builtin, args, constant),
            _ => Scalar::Unknown,
        };
        Value::Scalar(result, constant)
    }

    fn custom(&self, builtin: &Builtin, args: &[Arg<'_>], constant: bool) -> Value {
        use Scalar::{Long, Real};
        let name = builtin.name;
        let first = args.first().map_or(Scalar::Unknown, Arg::kind);
        let columns = |names: &[(&str, Scalar)]| {
            let own = args.first().and_then(|arg| self.name_of(value_of(arg.expr))).unwrap_or_default();
            let column = |(part, kind): &(&str, Scalar)| Column::new(format!("{name}_{own}_{part}"), *kind);
            Value::Columns(names.iter().map(column).collect())
        };
        let of_args = |from: usize| {
            let kinds = args.iter().skip(from).map(Arg::kind);
            Scalar::common_of(kinds, Conversion::Wider)
        };
        let kind = match name {
            "percentile" | "percentiles" | "percentilew" | "percentilesw" | "percentiles_array"
            | "percentilesw_array" => return self.percentiles(name, args),
            "any" | "take_any" => return self.any_columns(name, args),
            "arg_max" | "arg_min" | "argmax" | "argmin" => return self.extreme_columns(name, args),
            "array_sort_asc" | "array_sort_desc" => return self.sorted(args),
            "series_stats" => {
                return columns(&[
                    ("min", Real),
                    ("min_idx", Long),
                    ("max", Real),
                    ("max_idx", Long),
                    ("avg", Real),
                    ("stdev", Real),
                    ("variance", Real),
                ]);
            }
            "series_fft" | "series_ifft" => return columns(&[("real", REALS), ("imag", REALS)]),
            "series_fit_line" => {
                return columns(&[
                    ("rsquare", Real),
                    ("slope", Real),
                    ("variance", Real),
                    ("rvariance", Real),
                    ("interception", Real),
                    ("line_fit", REALS),
                ]);
            }
            "series_fit_poly" => {
                return columns(&[
                    ("rsquare", Real),
                    ("coefficients", REALS),
                    ("variance", Real),
                    ("rvariance", Real),
                    ("poly_fit", REALS),
                ]);
            }
            "series_fit_2lines" => {
                return columns(&[
                    ("rsquare", Real),
                    ("split_idx", Long),
                    ("variance", Real),
                    ("rvariance", Real),
                    ("line_fit", REALS),
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
                ]);
            }
            "series_decompose" | "series_decompose_forecast" => {
                return columns(&[
                    ("baseline", ARRAY),
                    ("seasonal", ARRAY),
                    ("trend", ARRAY),
                    ("residual", ARRAY),
                ]);
            }
            "series_decompose_anomalies" => {
                return columns(&[("ad_flag", ARRAY), ("ad_score", ARRAY), ("baseline", ARRAY)]);
            }
            "series_periods_detect" | "series_periods_validate" => {
                return columns(&[("periods", REALS), ("scores", REALS)]);
            }
            "bin_auto" if first.number() => Scalar::Long.wider(first),
            "bin_auto" => first,
            "array_concat" => {
                let kinds = args.iter().map(Arg::kind);
                Scalar::common_of(kinds, Conversion::Exact).unwrap_or(ARRAY)
            }
            "array_iff" | "array_iif" => match args.get(1).map(Arg::kind) {
                Some(kind) if kind.dynamic() => kind,
                Some(kind) => kind.array(),
                None => ARRAY,
            },
            "pack_array" if !args.iter().any(Arg::star) => of_args(0).map_or(ARRAY, Scalar::array),
            "pack_array" => ARRAY,
            "set_union" | "set_intersect" | "set_difference" => match of_args(0) {
                Some(kind @ Scalar::Array(_)) => kind,
                _ => ARRAY,
            },
            "pack" | "pack_dictionary" | "bag_pack" | "bag_pack_columns" | "pack_all" | "bag_merge"
            | "bag_remove_keys" | "series_stats_dynamic" | "series_fit_line_dynamic"
            | "series_fit_2lines_dynamic" => Scalar::Bag(Shape::Any),
            "bag_set_key" => first,
            "UnaryMinus" | "UnaryPlus" => {
                if first == Scalar::Int && !args[0].constant() {
                    Long
                } else {
                    first
                }
            }
            _ => Scalar::Dynamic,
        };
        Value::Scalar(kind, constant)
    }

    fn sorted(&self, args: &[Arg<'_>]) -> Value {
        let arrays = args.iter().take_while(|arg| matches!(arg.kind(), Scalar::Dynamic | Scalar::Array(_)));
        let column = |(at, arg): (usize, &Arg<'_>)| {
            let name = self.name_of(arg.expr).filter(|name| !name.is_empty());
            let name = name.unwrap_or_else(|| format!("array{at}"));
            Column::new(format!("{name}_sorted"), arg.kind())
        };
        Value::Columns(arrays.enumerate().map(column).collect())
    }

    fn percentiles(&self, name: &str, args: &[Arg<'_>]) -> Value {
        let Some(first) = args.first() else { return Value::Unknown };
        let own = self.name_of(first.expr).unwrap_or_default();
        if name.ends_with("_array") {
            return Value::Columns(vec![Column::new(format!("percentiles_{own}"), ARRAY)]);
        }
        let kind = match first.kind() {
            Scalar::Int => Scalar::Long,
            Scalar::Decimal => Scalar::Real,
            kind => kind,
        };
        let from = if name.contains("ew") || name.contains("sw") { 2 } else { 1 };
        let percentile = |arg: &Arg<'_>| {
            let number = self.constant_number(value_of(arg.expr)).unwrap_or_default();
            let number: String =
                number.chars().map(|char| if char.is_alphanumeric() { char } else { '_' }).collect();
            Column::new(format!("percentile_{own}_{number}"), kind)
        };
        Value::Columns(args.iter().skip(from).map(percentile).collect())
    }

    /// A number as it is written where it is made part of a name.
    fn constant_number(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Literal(Literal::Long | Literal::Int | Literal::Real) => {
                let written = self.written(expr.span);
                let inner = written.rsplit_once('(').map_or(written, |(_, inner)| inner.trim_end_matches(')'));
                let number: f64 = inner.trim().parse().ok()?;
                Some(number.to_string())
            }
            ExprKind::Paren(inner) => self.constant_number(inner),
            ExprKind::Name(name) => self.constant_text_of(&name.text).map(|text| text.to_string()),
            _ => None,
        }
    }

    fn plain_name(&self, arg: &Arg<'_>) -> Option<Rc<str>> {
        self.result_column(value_of(arg.expr)).map(|column| column.name)
    }

    /// The columns of `any` and `take_any`: `*` stands for all columns but those that stand already.
    fn any_columns(&self, name: &str, args: &[Arg<'_>]) -> Value {
        let mut columns: Vec<Column> = Vec::new();
        let star = args.iter().any(Arg::star);
        let mut taken: Vec<Rc<str>> = self.grouped.iter().map(|column| Rc::clone(&column.name)).collect();
        for (at, arg) in args.iter().enumerate() {
            if arg.star() {
                for column in self.row.iter().flat_map(|row| &row.columns) {
                    if !taken.contains(&column.name) {
                        taken.push(Rc::clone(&column.name));
                        columns.push(column.clone());
                    }
                }
                continue;
            }
            match self.plain_name(arg) {
                Some(plain) => {
                    if star && taken.contains(&plain) {
                        continue;
                    }
                    taken.push(Rc::clone(&plain));
                    let own = self.name_of(arg.expr).map_or(plain, Into::into);
                    columns.push(Column { name: own, kind: arg.kind() });
                }
                None => {
                    let prefix = if name == "any" { "" } else { "any_" };
                    let own = self.name_of(arg.expr).filter(|own| !own.is_empty());
                    let own = own.unwrap_or_else(|| format!("{prefix}arg{at}"));
                    columns.push(Column::new(own, arg.kind()));
                }
            }
        }
        if name == "any" {
            for column in &mut columns {
                column.name = format!("any_{}", column.name).into();
            }
        }
        Value::Columns(columns)
    }

    /// The columns of `arg_max` and `arg_min`.
    fn extreme_columns(&self, name: &str, args: &[Arg<'_>]) -> Value {
        let mut columns: Vec<Column> = Vec::new();
        let prefix = if name.ends_with("max") { "max" } else { "min" };
        let star = args.iter().any(Arg::star);
        let primary = args.first().and_then(|arg| self.name_of(arg.expr)).unwrap_or_default();
        let mut taken: Vec<Rc<str>> = Vec::new();
        for (at, arg) in args.iter().enumerate() {
            let fits = |column: &Rc<str>, taken: &[Rc<str>]| {
                at == 0
                    || !star
                    || !taken.contains(column) && !self.grouped.iter().any(|group| group.name == *column)
            };
            if arg.star() {
                for column in self.row.iter().flat_map(|row| &row.columns) {
                    if fits(&column.name, &taken) {
                        taken.push(Rc::clone(&column.name));
                        columns.push(column.clone());
                    }
                }
                continue;
            }
            match self.plain_name(arg) {
                Some(plain) => {
                    if fits(&plain, &taken) {
                        taken.push(Rc::clone(&plain));
                        let own = self.name_of(arg.expr).map_or(plain, Into::into);
                        columns.push(Column { name: own, kind: arg.kind() });
                    }
                }
                None => {
                    let own = self.name_of(arg.expr).unwrap_or_else(|| match at {
                        0 => format!("{prefix}_"),
                        at => format!("{prefix}_{primary}_arg{at}"),
                    });
                    columns.push(Column::new(own, arg.kind()));
                }
            }
        }
        if matches!(name, "argmax" | "argmin") {
            // The old forms tell the name of what they are ordered by.
            let ordered = args.first().and_then(|arg| self.name_of(arg.expr));
            for (at, column) in columns.iter_mut().enumerate() {
                let own = if column.name.starts_with(&format!("{prefix}_{primary}_arg")) {
                    continue;
                } else if at == 0 {
                    ordered.clone().unwrap_or_default()
                } else {
                    format!("{primary}_{}", column.name)
                };
                column.name = format!("{prefix}_{own}").into();
            }
        }
        Value::Columns(columns)
    }
}
