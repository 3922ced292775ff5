//! Which signature a call fits, and why it fits none.
//!
//! The order in which signatures are tried, and what makes one better than another, is that of the official
//! analyzer: where two are as good as each other, the call fits neither.

use std::cmp::Ordering;

use smallvec::SmallVec;

use super::super::ast::{Expr, ExprKind, Literal};
use super::super::builtins::{Builtin, Class, Form, Layout, Param, Signature, Takes};
use super::super::types::{Conversion, Element, Primitive, Scalar};
use super::naming::value_of;
use super::{Binder, Value};

/// An argument.
pub(super) struct Arg<'e> {
    pub expr: &'e Expr,
    pub value: Value,
    /// Whether it is a column and nothing more.
    pub column: bool,
}

impl Arg<'_> {
    pub(super) fn kind(&self) -> Scalar {
        match &self.value {
            Value::Scalar(kind, _) => *kind,
            Value::Columns(columns) if columns.len() == 1 => {
                columns.first().map_or(Scalar::Unknown, |only| only.kind)
            }
            _ => Scalar::Unknown,
        }
    }

    pub(super) fn constant(&self) -> bool {
        matches!(self.value, Value::Scalar(_, true))
    }

    /// Whether nothing more can be said of it than has been.
    pub(super) fn unknown(&self) -> bool {
        !self.star() && matches!(self.value, Value::Unknown | Value::Nothing) || self.is(Scalar::Unknown)
    }

    fn is(&self, kind: Scalar) -> bool {
        matches!(self.value, Value::Scalar(own, _) if own == kind)
    }

    pub(super) fn rows(&self) -> bool {
        matches!(self.value, Value::Rows(_))
    }

    pub(super) fn star(&self) -> bool {
        matches!(value_of(self.expr).kind, ExprKind::Star)
    }

    /// The text of an argument that is a string in quotes.
    pub(super) fn text(&self) -> Option<&str> {
        match &value_of(self.expr).kind {
            ExprKind::Literal(Literal::String(text)) => Some(text),
            _ => None,
        }
    }
}

/// How well an argument fits its parameter, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    No,
    Unknown,
    ToDynamic,
    Wider,
    NotType,
    OneOfMany,
    Scalar,
    Summable,
    Orderable,
    Number,
    Integer,
    Rows,
    Exact,
}

/// Where a call may go: the signature and the parameter of each argument.
pub(super) struct Matched<'b> {
    pub signature: &'b Signature,
    pub params: Params<'b>,
}

/// The parameter of each argument. Calls with more than four arguments are rare.
type Params<'b> = SmallVec<[Option<&'b Param>; 4]>;

/// For each argument, the parameter it belongs to.
pub(super) fn assign<'b>(name: &str, signature: &'b Signature, args: &[Arg<'_>]) -> Params<'b> {
    let params = signature.params;
    let count = args.len();
    if signature.layout == Layout::Custom {
        return (0..count).map(|at| custom(name, params, args, at)).collect();
    }
    let repeats = |param: &Param| param.repeat.1 > 1;
    let Some(first) = params.iter().position(repeats) else {
        return (0..count).map(|at| params.get(at)).collect();
    };
    let block = params[first..].iter().take_while(|param| repeats(param)).count();
    let after = params.len() - first - block;
    let repeated = count.saturating_sub(first + after);
    let place = |at: usize| match at {
        at if at < first => at,
        at if at < first + repeated => first + (at - first) % block,
        at => first + block + (at - first - repeated),
    };
    (0..count).map(|at| params.get(place(at))).collect()
}

/// The parameters of functions that tell their arguments apart by what they are.
fn custom<'b>(name: &str, params: &'b [Param], args: &[Arg<'_>], at: usize) -> Option<&'b Param> {
    if let ExprKind::Named { names, .. } = &args[at].expr.kind
        && let Some(named) = names.first()
        && let Some(param) = params.iter().find(|param| *param.name == *named.text)
    {
        return Some(param);
    }
    let last = at + 1 == args.len();
    match name {
        "array_sort_asc" | "array_sort_desc" => params.get(usize::from(last && args[at].is(Scalar::Bool))),
        "ipv4_lookup" if at > 2 => params.get(if last && args[at].is(Scalar::Bool) { 4 } else { 3 }),
        "sequence_detect" if at > 2 => params.get(if args[at].is(Scalar::Bool) { 3 } else { 4 }),
        "new_activity_metrics" if at > 4 => params.get(match args[at] {
            ref arg if arg.rows() => 7,
            ref arg if at == 5 && arg.constant() => 5,
            _ => 6,
        }),
        _ => params.get(at),
    }
}

/// How well an argument fits a parameter.
fn fit(params: &[Option<&Param>], args: &[Arg<'_>], at: usize, param: Option<&Param>) -> Fit {
    let Some(param) = param else { return Fit::No };
    let arg = &args[at];
    if arg.unknown() {
        return Fit::Unknown;
    }
    if param.is_default(arg) {
        return Fit::Exact;
    }
    if arg.star() {
        return if param.form.takes_star() { Fit::Exact } else { Fit::No };
    }
    if param.form == Form::StarOnly {
        return Fit::No;
    }
    if arg.rows() {
        return match param.takes {
            Takes::Class(Class::Tabular) => Fit::Rows,
            Takes::Class(Class::Any) => Fit::Unknown,
            _ => Fit::No,
        };
    }
    let kind = arg.kind();
    let when = |yes: bool, fit: Fit| if yes { fit } else { Fit::No };
    match &param.takes {
        Takes::These(kinds) => {
            let any = |conversion| kinds.iter().any(|wanted| kind.fits(*wanted, conversion));
            if any(Conversion::Exact) {
                return if kinds.len() == 1 { Fit::Exact } else { Fit::OneOfMany };
            }
            when(any(Conversion::Wider), Fit::Wider)
        }
        Takes::Parameter(other) => fit(params, args, at, params.get(*other).copied().flatten()),
        Takes::Common(class) => match common(params, args, false) {
            Some(common) if kind.fits(common, Conversion::Exact) => Fit::Exact,
            Some(common) if kind.fits(common, Conversion::Wider) => Fit::Wider,
            Some(common) if kind.fits(common, Conversion::ToDynamic) => Fit::ToDynamic,
            Some(_) if *class == Class::ScalarOrDynamic && kind == Scalar::Dynamic => Fit::Exact,
            _ => Fit::No,
        },
        Takes::Class(class) => when(
            of_class(*class, kind),
            match class {
                Class::Any => Fit::Unknown,
                Class::Scalar => Fit::Scalar,
                Class::Integer => Fit::Integer,
                Class::Number | Class::NumberOrBool => Fit::Number,
                Class::Summable => Fit::Summable,
                Class::Orderable => Fit::Orderable,
                Class::NotBool | Class::NotRealOrBool | Class::NotDynamic => Fit::NotType,
                Class::ScalarOrDynamic
                | Class::IntegerOrArray
                | Class::StringOrDynamic
                | Class::StringOrArray
                | Class::DynamicArray
                | Class::DynamicBag
                | Class::Tabular => Fit::OneOfMany,
            },
        ),
    }
}

/// Whether a type is of a class of types.
pub(super) fn of_class(class: Class, kind: Scalar) -> bool {
    let array = |inner| {
        matches!(kind, Scalar::Dynamic | Scalar::Array(Element::Any))
            || kind == Scalar::Boxed(inner)
            || kind == Scalar::Array(Element::Of(inner))
    };
    kind.unknown()
        || match class {
            Class::Number => kind.number(),
            Class::Integer => kind.integer(),
            Class::Summable => kind.summable(),
            Class::Orderable => kind.orderable(),
            Class::StringOrDynamic => kind == Scalar::String || kind.dynamic(),
            Class::StringOrArray => kind == Scalar::String || array(Primitive::String),
            Class::IntegerOrArray => kind.integer() || array(Primitive::Long),
            Class::DynamicArray => matches!(kind, Scalar::Dynamic | Scalar::Array(_)),
            Class::DynamicBag => matches!(kind, Scalar::Dynamic | Scalar::Bag(_)),
            Class::NotDynamic => !kind.dynamic(),
            Class::NotBool => kind != Scalar::Bool,
            Class::NumberOrBool => kind.number() || kind == Scalar::Bool,
            Class::NotRealOrBool => !matches!(kind, Scalar::Real | Scalar::Bool),
            Class::Tabular => false,
            Class::Any | Class::Scalar | Class::ScalarOrDynamic => true,
        }
}

/// The type that the arguments have in common of which it is asked; `None` where there is none.
pub(super) fn common(params: &[Option<&Param>], args: &[Arg<'_>], firm: bool) -> Option<Scalar> {
    let mut common: Option<Scalar> = None;
    for (param, arg) in params.iter().zip(args) {
        let Some(Param { takes: Takes::Common(class), .. }) = param else { continue };
        if !matches!(arg.value, Value::Scalar(..) | Value::Columns(_)) {
            continue;
        }
        let kind = arg.kind();
        if (firm && kind.dynamic()) || !of_class(*class, kind) {
            continue;
        }
        let conversion =
            if *class == Class::ScalarOrDynamic { Conversion::ToDynamic } else { Conversion::Wider };
        common = Some(match common {
            None => kind,
            Some(common) => common.common(kind, conversion)?,
        });
    }
    if firm && common.is_none() { self::common(params, args, false) } else { common }
}

struct Candidate<'b> {
    matched: Matched<'b>,
    fits: SmallVec<[Fit; 4]>,
}

impl Candidate<'_> {
    fn count(&self) -> usize {
        self.fits.iter().filter(|fit| **fit != Fit::No).count()
    }

    fn compare(&self, other: &Self) -> Ordering {
        let (all, count, others) = (self.fits.len(), self.count(), other.count());
        if count == all && others < all {
            return Ordering::Greater;
        }
        let worst = |fits: &[Fit]| fits.iter().copied().fold(Fit::Exact, Fit::min);
        let best = |fits: &[Fit]| fits.iter().copied().fold(Fit::No, Fit::max);
        worst(&self.fits)
            .cmp(&worst(&other.fits))
            .then_with(|| best(&self.fits).cmp(&best(&other.fits)))
            .then_with(|| count.cmp(&others))
    }
}

/// The signatures that a call may mean: one where it is clear, several where none is better than the others, none
/// where all must fit and none does.
pub(super) fn candidates<'b>(builtin: &'b Builtin, args: &[Arg<'_>], all_must_fit: bool) -> Vec<Matched<'b>> {
    let name = builtin.name;
    let candidate = |signature: &'b Signature| {
        let params = assign(name, signature, args);
        let fits = (0..args.len()).map(|at| fit(&params, args, at, params[at])).collect();
        Candidate { matched: Matched { signature, params }, fits }
    };
    let signatures = builtin.signatures;
    if let [only] = signatures {
        return vec![candidate(only).matched];
    }
    let takes = |count: usize| {
        let takes = move |signature: &&Signature| (signature.least..=signature.most).contains(&count);
        signatures.iter().filter(takes).map(candidate).collect::<Vec<_>>()
    };
    let mut found = takes(args.len());
    if found.is_empty() {
        let most = signatures.iter().map(|signature| signature.most).max().unwrap_or(0);
        found = takes(most);
    }
    if found.len() > 1 {
        let best = found.iter().map(Candidate::count).max().unwrap_or(0);
        let least = if all_must_fit { best.max(args.len()) } else { best };
        found.retain(|candidate| candidate.count() == least);
    }
    if found.len() > 1 {
        let better = |a: usize, b: usize| found[a].compare(&found[b]) == Ordering::Greater;
        let clear =
            (0..found.len()).find(|&at| (0..found.len()).all(|other| other == at || better(at, other)));
        if let Some(clear) = clear {
            return vec![found.swap_remove(clear).matched];
        }
    }
    found.into_iter().map(|candidate| candidate.matched).collect()
}

/// Whether a signature takes so many arguments.
pub(super) fn counts(signature: &Signature, count: usize) -> bool {
    if !(signature.least..=signature.most).contains(&count) {
        return false;
    }
    // Conditions and their values come in pairs.
    let block = signature.params.iter().filter(|param| param.repeat.1 > 1).count();
    let others = signature.params.len() - block;
    signature.layout != Layout::BlockRepeating
        || block == 0
        || count.saturating_sub(others).is_multiple_of(block)
}

impl Param {
    /// Whether an argument only says that the default is wanted.
    pub(super) fn is_default(&self, arg: &Arg<'_>) -> bool {
        self.indicator.is_some() && self.indicator == arg.text()
    }
}

impl Binder<'_> {
    /// What an operator or a function with several signatures returns where it is not clear which one is meant.
    pub(super) fn common_return(
        &self,
        builtin: &Builtin,
        matched: &[Matched<'_>],
        args: &[Arg<'_>],
    ) -> Value {
        let mut values = matched.iter().map(|matched| self.returned(builtin, matched, args));
        let Some(first) = values.next() else { return Value::Unknown };
        let Value::Scalar(kind, _) = first else { return Value::Unknown };
        let same =
            |value: Value| matches!(value, Value::Scalar(other, _) if other.fits(kind, Conversion::Exact));
        if values.all(same) { first } else { Value::Unknown }
    }
}
