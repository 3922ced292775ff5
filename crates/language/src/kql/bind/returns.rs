//! The types that calls return.

use super::super::ast::{Expr, ExprKind, Type};
use super::super::builtins::{Builtin, Family, Param, Returns};
use super::super::types::{Conversion, Element, Scalar, Shape};
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

pub(super) const ARRAY: Scalar = Scalar::Array(Element::Any);

impl Binder<'_> {
    /// What a call of a built-in function with a signature returns.
    pub(super) fn returned(&self, builtin: &Builtin, matched: &Matched<'_>, args: &[Arg<'_>]) -> Value {
        let Matched { signature, params } = matched;
        let constant =
            (builtin.constant || builtin.family == Family::Operator) && args.iter().all(Arg::constant);
        // The type of the argument of a parameter.
        let of = |param: Option<&Param>| {
            let at = params.iter().position(|own| match (own, param) {
                (Some(own), Some(param)) => std::ptr::eq(*own, param),
                _ => false,
            });
            at.and_then(|at| args.get(at))
        };
        let kind = |at: usize| of(signature.params.get(at)).map_or(Scalar::Unknown, Arg::kind);
        let literal = |arg: Option<&Arg<'_>>| {
            arg.and_then(|arg| type_literal(value_of(arg.expr))).unwrap_or(Scalar::Unknown)
        };
        let result = match signature.returns {
            Returns::Type(kind) => kind,
            Returns::Parameter(at) => kind(at),
            Returns::Literal(at) => literal(of(signature.params.get(at))),
            Returns::LastLiteral => literal(of(signature.params.last())),
            Returns::ArrayOfFirst => kind(0).array(),
            Returns::FirstPromoted => kind(0).promoted(),
            Returns::Widest => {
                let numbers = args.iter().map(Arg::kind).filter(|kind| kind.number());
                let open = args.iter().any(|arg| arg.kind().unknown());
                let widest = numbers.reduce(Scalar::wider).map(Scalar::promoted);
                widest.filter(|_| !open).unwrap_or(Scalar::Unknown)
            }
            Returns::Common => common(params, args, false).unwrap_or(Scalar::Unknown),
            Returns::CommonNotDynamic => common(params, args, true).unwrap_or(Scalar::Unknown),
            Returns::Custom => return self.custom(builtin, args, constant),
            Returns::Columns(_) | Returns::Entity => Scalar::Unknown,
        };
        Value::Scalar(result, constant)
    }

    fn custom(&self, builtin: &Builtin, args: &[Arg<'_>], constant: bool) -> Value {
        let name = builtin.name;
        let first = args.first().map_or(Scalar::Unknown, Arg::kind);
        if let Some(columns) = self.several(name, args) {
            return Value::Columns(columns);
        }
        let of_args = |from: usize| {
            let kinds = args.iter().skip(from).map(Arg::kind);
            Scalar::common_of(kinds, Conversion::Wider)
        };
        let kind = match name {
            "bin_auto" if first.number() => Scalar::Long.wider(first),
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
            "pack"
            | "pack_dictionary"
            | "bag_pack"
            | "bag_pack_columns"
            | "pack_all"
            | "bag_merge"
            | "bag_remove_keys"
            | "series_stats_dynamic"
            | "series_fit_line_dynamic"
            | "series_fit_2lines_dynamic" => Scalar::Bag(Shape::Any),
            "bin_auto" | "bag_set_key" => first,
            "UnaryMinus" | "UnaryPlus" => {
                if first == Scalar::Int && !args[0].constant() {
                    Scalar::Long
                } else {
                    first
                }
            }
            _ => Scalar::Dynamic,
        };
        Value::Scalar(kind, constant)
    }
}
