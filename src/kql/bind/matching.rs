//! Which signature a call fits, and why it fits none.

use super::super::ast::{Expr, ExprKind, Literal};
use super::super::builtins::{Builtin, Param, Signature, Takes};
use super::super::types::Scalar;
use super::naming::value_of;
use super::{Binder, FindingKind, Value};
use crate::source::Span;

/// An argument.
pub(super) struct Arg<'e> {
    pub expr: &'e Expr,
    pub value: Value,
}

impl Arg<'_> {
    pub(super) fn kind(&self) -> Scalar {
        match &self.value {
            Value::Scalar(kind, _) => *kind,
            Value::Columns(columns) => columns.first().map_or(Scalar::Unknown, |column| column.kind),
            _ => Scalar::Unknown,
        }
    }

    fn constant(&self) -> bool {
        matches!(self.value, Value::Scalar(_, true) | Value::Unknown)
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

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    No,
    Promoted,
    Exact,
}

/// For each argument, the parameter it belongs to.
fn assign(signature: &Signature, count: usize) -> Vec<usize> {
    let params = &signature.params;
    let repeats = |param: &Param| param.repeat.1 > 1;
    let Some(first) = params.iter().position(repeats) else { return (0..count).collect() };
    let block = params[first..].iter().take_while(|param| repeats(param)).count();
    let after = params.len() - first - block;
    let repeated = count.saturating_sub(first + after);
    (0..count)
        .map(|at| match at {
            at if at < first => at,
            at if at < first + repeated => first + (at - first) % block,
            at => first + block + (at - first - repeated),
        })
        .collect()
}

/// Whether a value of a type fits a parameter.
fn fits(takes: &Takes, kind: Scalar, args: &[Scalar]) -> Fit {
    let exactly = |yes: bool| if yes { Fit::Exact } else { Fit::No };
    if kind.unknown() {
        return Fit::Exact;
    }
    let same_as = |at: usize| match args.get(at) {
        Some(other) if other.unknown() || *other == kind => Fit::Exact,
        Some(other) if kind.promotes_to(*other) || other.promotes_to(kind) => Fit::Promoted,
        _ => Fit::No,
    };
    match takes {
        Takes::These(kinds) if kinds.contains(&kind) => Fit::Exact,
        Takes::These(kinds) if kinds.iter().any(|wanted| kind.promotes_to(*wanted)) => Fit::Promoted,
        Takes::These(_) => Fit::No,
        Takes::Class(class) => match *class {
            "Number" => exactly(kind.number()),
            "Integer" => exactly(kind.integer()),
            "Summable" => exactly(kind.summable()),
            "StringOrDynamic" | "StringOrArray" => exactly(matches!(kind, Scalar::String | Scalar::Dynamic)),
            "DynamicArray" | "DynamicBag" => exactly(kind == Scalar::Dynamic),
            "NotDynamic" | "Orderable" | "CommonOrderable" => exactly(kind != Scalar::Dynamic),
            "NotBool" => exactly(kind != Scalar::Bool),
            "NumberOrBool" => exactly(kind.number() || kind == Scalar::Bool),
            "NotRealOrBool" => exactly(!matches!(kind, Scalar::Real | Scalar::Decimal | Scalar::Bool)),
            "IntegerOrArray" => exactly(kind.integer() || kind == Scalar::Dynamic),
            "Parameter0" => same_as(0),
            "Parameter1" => same_as(1),
            _ => Fit::Exact,
        },
    }
}

/// What a parameter takes, in words.
fn wanted(takes: &Takes, args: &[Scalar]) -> String {
    let listed = |kinds: &[Scalar]| {
        let names: Vec<_> = kinds.iter().map(|kind| format!("`{}`", kind.name())).collect();
        names.join(" or ")
    };
    let same_as = |at: usize| args.get(at).map_or("another type".to_owned(), |kind| listed(&[*kind]));
    match takes {
        Takes::These(kinds) => listed(kinds),
        Takes::Class(class) => match *class {
            "Number" => "a number".into(),
            "Integer" => "an integer".into(),
            "Summable" => "a number, `datetime` or `timespan`".into(),
            "StringOrDynamic" | "StringOrArray" => "`string` or `dynamic`".into(),
            "DynamicArray" => "a `dynamic` array".into(),
            "DynamicBag" => "a `dynamic` property bag".into(),
            "NotDynamic" => "any type but `dynamic`".into(),
            "Orderable" | "CommonOrderable" => "a type that can be ordered".into(),
            "NumberOrBool" => "a number or `bool`".into(),
            "Parameter0" => same_as(0),
            "Parameter1" => same_as(1),
            _ => "another type".into(),
        },
    }
}

impl Binder<'_> {
    /// Finds the signature that a call fits, and reports where it fits none. `None` only where even the best
    /// guess is none.
    pub(super) fn signature<'b>(
        &mut self,
        builtin: &'b Builtin,
        place: Span,
        args: &[Arg<'_>],
    ) -> Option<&'b Signature> {
        let count = args.len();
        let counted: Vec<&Signature> =
            builtin.signatures.iter().filter(|signature| counts(signature, count)).collect();
        if counted.is_empty() {
            self.wrong_count(builtin, place, count);
            return builtin.signatures.first();
        }
        if let Some(arg) = args.iter().find(|arg| matches!(arg.value, Value::Rows(_)))
            && !counted.iter().any(|signature| takes_rows(signature))
        {
            let message = format!("`{}` takes values here, and this is a table", builtin.name);
            self.say(FindingKind::Type, arg.expr.span, message);
            return Some(counted[0]);
        }
        let kinds: Vec<Scalar> = args.iter().map(Arg::kind).collect();
        let score = |signature: &Signature| {
            let params = assign(signature, count);
            let fit = |(at, kind): (usize, &Scalar)| {
                // Only the function itself knows how its arguments belong together.
                if signature.layout == "CustomParameterLayout" {
                    return Fit::Exact;
                }
                let param = signature.params.get(params[at]);
                param.map_or(Fit::Exact, |param| fits(&param.takes, *kind, &kinds))
            };
            let fits: Vec<Fit> = kinds.iter().enumerate().map(fit).collect();
            let worst = fits.iter().min().copied().unwrap_or(Fit::Exact);
            (worst, fits.iter().filter(|fit| **fit == Fit::Exact).count())
        };
        let mut best = counted[0];
        for signature in &counted[1..] {
            if score(signature) > score(best) {
                best = signature;
            }
        }
        // Where an argument is not known, neither is what is returned, if that hangs on it.
        let open = kinds.iter().any(|kind| kind.unknown());
        if open
            && counted.iter().any(|other| score(other).0 != Fit::No && other.returns != best.returns)
            && best.returns.starts_with('=')
        {
            return None;
        }
        if score(best).0 == Fit::No {
            self.misfit(builtin, place, args, &kinds, best, counted.len());
        } else {
            self.forms(builtin, args, best);
            self.common(builtin, place, &kinds, best);
        }
        Some(best)
    }

    fn wrong_count(&mut self, builtin: &Builtin, place: Span, count: usize) {
        let least = builtin.signatures.iter().map(|signature| signature.least).min().unwrap_or(0);
        let most = builtin.signatures.iter().map(|signature| signature.most).max().unwrap_or(0);
        let takes = expected_count(least, most);
        let message = format!("`{}` takes {takes}, and {} given", builtin.name, given(count));
        self.say(FindingKind::Argument, place, message);
    }

    fn misfit(
        &mut self,
        builtin: &Builtin,
        place: Span,
        args: &[Arg<'_>],
        kinds: &[Scalar],
        best: &Signature,
        signatures: usize,
    ) {
        let name = builtin.name;
        if signatures > 1 && args.len() > 1 {
            let shown: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
            let message = format!("`{name}` cannot be called with {}", shown.join(", "));
            self.say(FindingKind::Type, place, message);
            return;
        }
        let params = assign(best, args.len());
        for (at, arg) in args.iter().enumerate() {
            let Some(param) = best.params.get(params[at]) else { continue };
            if fits(&param.takes, kinds[at], kinds) == Fit::No {
                let wanted = wanted(&param.takes, kinds);
                let message = format!("`{name}` takes {wanted} here, and this is `{}`", kinds[at].name());
                self.say(FindingKind::Type, arg.expr.span, message);
            }
        }
    }

    /// Whether the arguments look as they have to: constants, literals, columns, stars.
    fn forms(&mut self, builtin: &Builtin, args: &[Arg<'_>], signature: &Signature) {
        if signature.layout == "CustomParameterLayout" {
            return;
        }
        let params = assign(signature, args.len());
        for (at, arg) in args.iter().enumerate() {
            let Some(param) = signature.params.get(params[at]) else { continue };
            let value = value_of(arg.expr);
            let name = builtin.name;
            let message = match param.form {
                form if arg.star() && form != "StarAllowed" && form != "StarOnly" => {
                    format!("`{name}` takes no `*` here")
                }
                "Literal" | "LiteralNotEmpty"
                    if !is_literal(value) && !matches!(arg.value, Value::Unknown) =>
                {
                    format!("`{name}` takes a literal here")
                }
                "Constant" if !arg.constant() => format!("`{name}` takes a constant here, and not a column"),
                "Column" if !is_column(value) && !matches!(arg.value, Value::Unknown) => {
                    format!("`{name}` takes a column here")
                }
                _ => {
                    let text = arg.text().map(str::to_lowercase);
                    let known =
                        |text: &String| param.values.iter().any(|value| value.to_lowercase() == *text);
                    if param.values.is_empty() || text.as_ref().is_none_or(known) {
                        continue;
                    }
                    format!("`{name}` takes one of `{}` here", param.values.join("`, `"))
                }
            };
            self.say(FindingKind::Argument, arg.expr.span, message);
        }
    }

    /// Whether arguments that must have one type have one.
    fn common(&mut self, builtin: &Builtin, place: Span, kinds: &[Scalar], signature: &Signature) {
        let params = assign(signature, kinds.len());
        let must_agree = |at: usize| {
            signature.params.get(params[at]).is_some_and(|param| match &param.takes {
                Takes::Class(class) => matches!(*class, "CommonScalar" | "CommonOrderable"),
                Takes::These(_) => false,
            })
        };
        let agreeing: Vec<Scalar> =
            kinds.iter().enumerate().filter(|(at, _)| must_agree(*at)).map(|(_, kind)| *kind).collect();
        if super::returns::common(&agreeing).is_none() && !agreeing.is_empty() {
            let message = format!("The arguments of `{}` have no type in common", builtin.name);
            self.say(FindingKind::Type, place, message);
        }
    }
}

/// Whether a signature takes so many arguments.
fn counts(signature: &Signature, count: usize) -> bool {
    if !(signature.least..=signature.most).contains(&count) {
        return false;
    }
    // Conditions and their values come in pairs.
    let block = signature.params.iter().filter(|param| param.repeat.1 > 1).count();
    let others = signature.params.len() - block;
    signature.layout != "BlockRepeating" || block == 0 || count.saturating_sub(others).is_multiple_of(block)
}

fn takes_rows(signature: &Signature) -> bool {
    signature.params.iter().any(|param| matches!(param.takes, Takes::Class("Tabular" | "Any")))
}

fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::TypeOf(_) | ExprKind::Dynamic(_) => true,
        ExprKind::Unary { operand, .. } => is_literal(operand),
        ExprKind::Paren(inner) => is_literal(inner),
        _ => false,
    }
}

fn is_column(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Name(_) | ExprKind::Star)
}

/// How many arguments are taken, in words.
pub(super) fn expected_count(least: usize, most: usize) -> String {
    let plural = |count: usize| if count == 1 { "argument" } else { "arguments" };
    match (least, most) {
        (0, 0) => "no arguments".into(),
        (least, most) if least == most => format!("{least} {}", plural(least)),
        (least, most) if most > 30 => format!("{least} {} or more", plural(least)),
        (least, most) => format!("{least} to {most} arguments"),
    }
}

/// How many arguments are given, in words.
pub(super) fn given(count: usize) -> String {
    match count {
        0 => "none is".into(),
        1 => "1 is".into(),
        count => format!("{count} are"),
    }
}
