//! The functions that return several columns at once.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::super::ast::{Expr, ExprKind, Literal};
use super::super::types::{Column, ColumnId, ColumnList, Element, Primitive, Scalar};
use super::Binder;
use super::matching::Arg;
use super::naming::value_of;
use super::returns::ARRAY;

const REALS: Scalar = Scalar::Array(Element::Of(Primitive::Real));
const REAL: Scalar = Scalar::Real;
const LONG: Scalar = Scalar::Long;

/// The columns of the functions on series, each without what comes before its name.
fn parts(name: &str) -> Option<&'static [(&'static str, Scalar)]> {
    Some(match name {
        "series_stats" => &[
            ("min", REAL),
            ("min_idx", LONG),
            ("max", REAL),
            ("max_idx", LONG),
            ("avg", REAL),
            ("stdev", REAL),
            ("variance", REAL),
        ],
        "series_fft" | "series_ifft" => &[("real", REALS), ("imag", REALS)],
        "series_fit_line" => &[
            ("rsquare", REAL),
            ("slope", REAL),
            ("variance", REAL),
            ("rvariance", REAL),
            ("interception", REAL),
            ("line_fit", REALS),
        ],
        "series_fit_poly" => &[
            ("rsquare", REAL),
            ("coefficients", REALS),
            ("variance", REAL),
            ("rvariance", REAL),
            ("poly_fit", REALS),
        ],
        "series_fit_2lines" => &[
            ("rsquare", REAL),
            ("split_idx", LONG),
            ("variance", REAL),
            ("rvariance", REAL),
            ("line_fit", REALS),
            ("right_rsquare", REAL),
            ("right_slope", REAL),
            ("right_interception", REAL),
            ("right_variance", REAL),
            ("right_rvariance", REAL),
            ("left_rsquare", REAL),
            ("left_slope", REAL),
            ("left_interception", REAL),
            ("left_variance", REAL),
            ("left_rvariance", REAL),
        ],
        "series_decompose" | "series_decompose_forecast" => {
            &[("baseline", ARRAY), ("seasonal", ARRAY), ("trend", ARRAY), ("residual", ARRAY)]
        }
        "series_decompose_anomalies" => &[("ad_flag", ARRAY), ("ad_score", ARRAY), ("baseline", ARRAY)],
        "series_periods_detect" | "series_periods_validate" => &[("periods", REALS), ("scores", REALS)],
        _ => return None,
    })
}

impl Binder<'_> {
    /// The columns of a function that returns several; `None` where it returns one value.
    pub(super) fn several(&self, name: &str, args: &[Arg<'_>]) -> Option<ColumnList> {
        if let Some(parts) = parts(name) {
            let own = args.first().and_then(|arg| self.name_of(value_of(arg.expr))).unwrap_or_default();
            let column = |(part, kind): &(&str, Scalar)| Column::new(format!("{name}_{own}_{part}"), *kind);
            return Some(parts.iter().map(column).collect());
        }
        Some(match name {
            "percentile" | "percentiles" | "percentilew" | "percentilesw" | "percentiles_array"
            | "percentilesw_array" => self.percentiles(name, args).into(),
            "any" | "take_any" => self.any_columns(name, args),
            "arg_max" | "arg_min" | "argmax" | "argmin" => self.extreme_columns(name, args),
            "array_sort_asc" | "array_sort_desc" => self.sorted(args).into(),
            _ => return None,
        })
    }

    fn sorted(&self, args: &[Arg<'_>]) -> Vec<Column> {
        let arrays = args.iter().take_while(|arg| matches!(arg.kind(), Scalar::Dynamic | Scalar::Array(_)));
        let column = |(at, arg): (usize, &Arg<'_>)| {
            let name = self.name_of(arg.expr).filter(|name| !name.is_empty());
            let name = name.unwrap_or_else(|| format!("array{at}"));
            Column::new(format!("{name}_sorted"), arg.kind())
        };
        arrays.enumerate().map(column).collect()
    }

    fn percentiles(&self, name: &str, args: &[Arg<'_>]) -> Vec<Column> {
        let Some(first) = args.first() else { return Vec::new() };
        let own = self.name_of(first.expr).unwrap_or_default();
        if name.ends_with("_array") {
            return vec![Column::new(format!("percentiles_{own}"), ARRAY)];
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
        args.iter().skip(from).map(percentile).collect()
    }

    /// A number as it is written where it is made part of a name.
    pub(super) fn constant_number(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Literal(Literal::Long | Literal::Int | Literal::Real) => {
                let written = self.written(expr.span);
                let inner =
                    written.rsplit_once('(').map_or(written, |(_, inner)| inner.trim_end_matches(')'));
                let number: f64 = inner.trim().parse().ok()?;
                Some(number.to_string())
            }
            ExprKind::Paren(inner) => self.constant_number(inner),
            ExprKind::Name(name) => self.constant_text_of(&name.text).map(|text| text.to_string()),
            _ => None,
        }
    }

    fn plain_column(&self, arg: &Arg<'_>) -> Option<(Arc<str>, ColumnId)> {
        self.result_column(value_of(arg.expr)).map(|column| (column.name, column.id))
    }

    /// Columns, and after them those of the rows that are not taken and not grouped by.
    fn and_the_others(&self, first: Vec<Column>, taken: &FxHashSet<Arc<str>>) -> ColumnList {
        let Some(row) = &self.scope.row else { return first.into() };
        let mut all = row.columns.edit();
        for name in taken.iter().chain(&self.scope.grouped) {
            all.remove(name);
        }
        if first.iter().any(|column| all.has(&column.name)) {
            // Two of one name: each is looked at by itself.
            let rest = all.finish();
            return first.into_iter().chain(rest.iter().cloned()).collect();
        }
        for column in first.into_iter().rev() {
            all.push_front(column);
        }
        all.finish()
    }

    /// The columns of `any` and `take_any`: `*` stands for all columns but those that stand already.
    fn any_columns(&self, name: &str, args: &[Arg<'_>]) -> ColumnList {
        let mut columns: Vec<Column> = Vec::new();
        let mut whole: Option<ColumnList> = None;
        let star = args.iter().any(Arg::star);
        let mut taken: FxHashSet<Arc<str>> = FxHashSet::default();
        for (at, arg) in args.iter().enumerate() {
            if arg.star() {
                // After a star there is nothing left that would not stand already.
                if whole.is_none() {
                    whole = Some(self.and_the_others(std::mem::take(&mut columns), &taken));
                }
                continue;
            }
            match self.plain_column(arg) {
                Some((plain, id)) => {
                    let stands = taken.contains(&plain) || self.scope.grouped.contains(&plain);
                    if star && (whole.is_some() || stands) {
                        continue;
                    }
                    taken.insert(Arc::clone(&plain));
                    let own = self.name_of(arg.expr).map_or(plain, Into::into);
                    columns.push(Column::new(own, arg.kind()).with_id(id));
                }
                None => {
                    let prefix = if name == "any" { "" } else { "any_" };
                    let own = self.name_of(arg.expr).filter(|own| !own.is_empty());
                    let own = own.unwrap_or_else(|| format!("{prefix}arg{at}"));
                    columns.push(Column::new(own, arg.kind()));
                }
            }
        }
        let all = with_last(whole, columns);
        if name != "any" {
            return all;
        }
        all.iter().map(|column| Column::new(format!("any_{}", column.name), column.kind)).collect()
    }

    /// The columns of `arg_max` and `arg_min`.
    fn extreme_columns(&self, name: &str, args: &[Arg<'_>]) -> ColumnList {
        let mut columns: Vec<Column> = Vec::new();
        let mut whole: Option<ColumnList> = None;
        let prefix = if name.ends_with("max") { "max" } else { "min" };
        let star = args.iter().any(Arg::star);
        let primary = args.first().and_then(|arg| self.name_of(arg.expr)).unwrap_or_default();
        let mut taken: FxHashSet<Arc<str>> = FxHashSet::default();
        for (at, arg) in args.iter().enumerate() {
            if arg.star() {
                if whole.is_none() {
                    whole = Some(self.and_the_others(std::mem::take(&mut columns), &taken));
                }
                continue;
            }
            match self.plain_column(arg) {
                Some((plain, id)) => {
                    let stands =
                        whole.is_some() || taken.contains(&plain) || self.scope.grouped.contains(&plain);
                    if at == 0 || !star || !stands {
                        taken.insert(Arc::clone(&plain));
                        let own = self.name_of(arg.expr).map_or(plain, Into::into);
                        columns.push(Column::new(own, arg.kind()).with_id(id));
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
        let all = with_last(whole, columns);
        if !matches!(name, "argmax" | "argmin") {
            return all;
        }
        // The old forms tell the name of what they are ordered by.
        let ordered = args.first().and_then(|arg| self.name_of(arg.expr));
        let computed = format!("{prefix}_{primary}_arg");
        let renamed = |(at, column): (usize, &Column)| {
            let own = if column.name.starts_with(&computed) {
                return column.clone();
            } else if at == 0 {
                ordered.clone().unwrap_or_default()
            } else {
                format!("{primary}_{}", column.name)
            };
            Column::new(format!("{prefix}_{own}"), column.kind)
        };
        all.iter().enumerate().map(renamed).collect()
    }
}

/// What a star stands for, and what comes after it.
fn with_last(whole: Option<ColumnList>, last: Vec<Column>) -> ColumnList {
    match whole {
        None => last.into(),
        Some(whole) if last.is_empty() => whole,
        // The names of the last may be those of others.
        Some(whole) => whole.iter().cloned().chain(last).collect(),
    }
}
