//! What is said of a call whose arguments do not fit.

use super::super::ast::{Expr, ExprKind};
use super::super::builtins::{Builtin, Class, Family, Form, Param, Takes};
use super::super::error::Suggestion;
use super::super::model::finding::Finding;
use super::super::types::{Conversion, Scalar};
use super::lengths::{length_in_quotes, quoted_argument, takes_length, without_quotes};
use super::matching::{Arg, Matched, candidates, common, counts, of_class};
use super::naming::value_of;
use super::{Binder, FindingKind, Value};
use crate::source::Span;

impl<'a> Binder<'a> {
    /// What a call of a built-in function returns; what is wrong with its arguments is said.
    pub(super) fn checked_call(&mut self, place: Span, builtin: &Builtin, args: &[Arg<'a>]) -> Value {
        let matched = candidates(builtin, args, false);
        if let [matched] = matched.as_slice() {
            self.check(place, builtin, matched, args);
            let value = self.returned(builtin, matched, args);
            return self.unboxed(value, builtin, args, false);
        }
        if args.is_empty() && builtin.signatures.iter().all(|signature| signature.least > 0) {
            self.wrong_count(builtin, place, 0);
        } else if let Some((arg, length)) = quoted_argument(builtin, args) {
            let message = format!("`{}` expects `timespan` here, got `string`", builtin.name);
            let mut finding = Finding::new(FindingKind::Type, value_of(arg.expr).span, message);
            without_quotes(&mut finding, arg.expr, length);
            self.report(finding);
        } else if !args.iter().any(Arg::unknown) {
            let kinds: Vec<_> = args.iter().map(described).collect();
            let message = format!("`{}` cannot be called with {}", builtin.name, kinds.join(", "));
            let refined = args.iter().any(|arg| arg.kind().refined());
            self.report(Finding::new(FindingKind::Type, place, message).doubted(refined));
        }
        let value = self.common_return(builtin, &matched, args);
        match value {
            Value::Scalar(kind, _) if !builtin.constant || !args.iter().all(Arg::constant) => Value::of(kind),
            value => value,
        }
    }

    /// A dynamic value that holds a number is still one after it was added to another.
    pub(super) fn unboxed(
        &self,
        value: Value,
        builtin: &Builtin,
        args: &[Arg<'a>],
        all_must_fit: bool,
    ) -> Value {
        let boxed = |arg: &Arg<'_>| matches!(arg.value, Value::Scalar(Scalar::Boxed(_), _));
        let Value::Scalar(Scalar::Dynamic, constant) = value else { return value };
        if !args.iter().any(boxed) {
            return value;
        }
        let unboxed = |arg: &Arg<'a>| {
            let value = match &arg.value {
                Value::Scalar(kind, constant) => Value::Scalar(kind.unboxed(), *constant),
                value => value.clone(),
            };
            Arg { expr: arg.expr, value, column: arg.column }
        };
        let args: Vec<Arg<'a>> = args.iter().map(unboxed).collect();
        let matched = candidates(builtin, &args, all_must_fit);
        let [matched] = matched.as_slice() else { return value };
        match self.returned(builtin, matched, &args) {
            Value::Scalar(kind, _) if !kind.dynamic() && !kind.unknown() => {
                Value::Scalar(kind.boxed(), constant)
            }
            _ => value,
        }
    }

    pub(super) fn wrong_count(&mut self, builtin: &Builtin, place: Span, count: usize) {
        let least = builtin.signatures.iter().map(|signature| signature.least).min().unwrap_or(0);
        let most = builtin.signatures.iter().map(|signature| signature.most).max().unwrap_or(0);
        let takes = expected_count(least, most);
        let mut message = format!("`{}` expects {takes}, got {}", builtin.name, given(count));
        if (least..=most).contains(&count) {
            message = format!("`{}` expects pairs of arguments, got {}", builtin.name, given(count));
            if builtin.name == "case" {
                message = format!(
                    "`case` expects pairs of a condition and a value, followed by a default value; got {} arguments",
                    given(count)
                );
            }
        }
        let mut finding = Finding::new(FindingKind::Argument, place, message);
        let other = match (builtin.name, count) {
            ("isnull" | "isempty", 2) => Some("coalesce"),
            ("max", 2..) => Some("max_of"),
            ("min", 2..) => Some("min_of"),
            _ => None,
        };
        if let Some(other) = other {
            finding = finding.help(format!("Use `{other}` for {}.", given(count)));
            let title = format!("Replace with `{other}`");
            finding.fix = Some(Suggestion { title, span: place, text: other.to_owned() });
        }
        self.report(finding);
    }

    /// Checks the arguments of a call whose signature is clear.
    pub(super) fn check(&mut self, place: Span, builtin: &Builtin, matched: &Matched<'_>, args: &[Arg<'a>]) {
        let Matched { signature, params } = matched;
        let operator = builtin.family == Family::Operator;
        if !counts(signature, args.len()) {
            self.wrong_count(builtin, place, args.len());
            return;
        }
        let agree = |param: &&Param| matches!(param.takes, Takes::Common(_));
        let agreed = common(params, args, false);
        if agreed.is_none() && params.iter().flatten().any(agree) && !args.iter().any(Arg::unknown) {
            let message = format!("The arguments of `{}` have different types", builtin.name);
            self.say(FindingKind::Type, place, message);
            return;
        }
        let name = if operator { self.written(place) } else { builtin.name };
        for (at, arg) in args.iter().enumerate() {
            let Some(param) = params[at] else { continue };
            if operator && arg.star() || param.is_default(arg) {
                continue;
            }
            // Of an argument of a wrong type no more is said.
            if self.check_type(name, param, args, at, agreed) && !operator {
                self.check_form(name, param, arg);
            }
        }
    }

    /// Whether an argument is of a type that does; what is wrong is said.
    fn check_type(
        &mut self,
        name: &str,
        param: &Param,
        args: &[Arg<'a>],
        at: usize,
        agreed: Option<Scalar>,
    ) -> bool {
        let arg = &args[at];
        if arg.star() || arg.unknown() {
            return true;
        }
        let tabular = matches!(param.takes, Takes::Class(Class::Tabular));
        let any = matches!(param.takes, Takes::Class(Class::Any));
        let place = value_of(arg.expr).span;
        if !matches!(arg.value, Value::Scalar(..) | Value::Columns(_)) {
            if !tabular && !any {
                let message = format!("`{name}` expects a value here, got {}", described(arg));
                let finding = Finding::new(FindingKind::Type, place, message);
                self.report(if arg.rows() {
                    finding.help("Use `toscalar(...)` to get the first value of a table.")
                } else {
                    finding
                });
            }
            return tabular || any;
        }
        if matches!(&arg.value, Value::Columns(columns) if columns.len() > 1) {
            return true;
        }
        let kind = arg.kind();
        let of = |at: usize| args.get(at).map_or(Scalar::Unknown, Arg::kind);
        let exactly = |wanted: Scalar| {
            if wanted == Scalar::Dynamic { kind.dynamic() } else { kind.fits(wanted, Conversion::Exact) }
        };
        let fine = match &param.takes {
            Takes::These(kinds) => kinds.iter().any(|wanted| kind.fits(*wanted, Conversion::Wider)),
            Takes::Parameter(other) => exactly(of(*other)),
            Takes::Common(class) => {
                of_class(*class, kind)
                    && agreed.is_none_or(|agreed| {
                        kind.fits(agreed, Conversion::Wider)
                            || agreed == Scalar::Dynamic && kind.dynamic()
                            || *class == Class::ScalarOrDynamic
                                && kind.fits(Scalar::Dynamic, Conversion::ToDynamic)
                    })
            }
            Takes::Class(class) => of_class(*class, kind),
        };
        if fine {
            return true;
        }
        let wanted = match &param.takes {
            Takes::These(kinds) => {
                let names: Vec<_> = kinds.iter().map(|kind| format!("`{}`", kind.name())).collect();
                names.join(" or ")
            }
            Takes::Parameter(other) => format!("`{}`", of(*other).name()),
            Takes::Common(class) => match agreed {
                Some(agreed) if of_class(*class, kind) => format!("`{}`", agreed.name()),
                _ => class_in_words(*class).to_owned(),
            },
            Takes::Class(class) => class_in_words(*class).to_owned(),
        };
        let message = format!("`{name}` expects {wanted} here, got {}", kind.described());
        let mut finding = Finding::new(FindingKind::Type, place, message);
        // `ago("7d")`: a length of time has no quotes.
        if let Some(length) = length_in_quotes(arg.expr).filter(|_| takes_length(&param.takes)) {
            without_quotes(&mut finding, arg.expr, length);
            self.report(finding);
            return false;
        }
        // `iff(a = 1, ...)`: a comparison with one sign reads as an argument with a name.
        let conditional = matches!(name, "iff" | "iif" | "case" | "not" | "countif" | "sumif" | "dcountif");
        if conditional
            && wanted == "`bool`"
            && let ExprKind::Named { names, tuple: false, .. } = &arg.expr.kind
            && let Some(column) = names.first()
        {
            let between = Span { start: column.span.end, end: place.start.max(column.span.end) };
            let sign = self.written(between).find('=').map(|at| between.start as usize + at);
            "`=` does not compare values".clone_into(&mut finding.message);
            finding.help = Some("Use `==` to compare.".to_owned());
            finding.fix = sign.map(|at| Suggestion {
                title: "Replace with `==`".to_owned(),
                span: Span::new(at, at + 1),
                text: "==".to_owned(),
            });
            self.report(finding);
            return false;
        }
        finding.help = if name == "count" {
            // A slip of those who know other languages.
            let help = "Use `count()` to count rows, `dcount(...)` to count distinct values, and `countif(...)` to \
                        count with a condition.";
            Some(help.to_owned())
        } else {
            conversion(&param.takes, kind)
        };
        self.report(finding.doubted(kind.refined() || agreed == Some(Scalar::Dynamic)));
        false
    }

    /// Whether an argument looks as it has to: a constant, a literal, a column.
    fn check_form(&mut self, name: &str, param: &Param, arg: &Arg<'a>) {
        let value = value_of(arg.expr);
        let bad = matches!(arg.value, Value::Unknown);
        let message = match param.form {
            form if arg.star() => {
                if form.takes_star() {
                    return;
                }
                if name == "count" {
                    let mut finding =
                        Finding::new(FindingKind::Argument, value.span, "`count(*)` is not valid in KQL");
                    finding.fix = Some(Suggestion {
                        title: "Replace with `count()`".to_owned(),
                        span: value.span,
                        text: String::new(),
                    });
                    self.report(finding.help("Use `count()`."));
                    return;
                }
                format!("`{name}` does not accept `*` here")
            }
            _ if bad => return,
            Form::Literal | Form::LiteralNotEmpty if !is_literal(value) => {
                format!("`{name}` expects a literal here")
            }
            Form::LiteralNotEmpty if arg.text() == Some("") => {
                format!("`{name}` does not accept an empty string here")
            }
            Form::Constant if !arg.constant() => format!("`{name}` expects a constant here, not a column"),
            form if form.is_column() && !arg.column => {
                format!("`{name}` expects a column here")
            }
            Form::Literal if !param.values.is_empty() => {
                let text = arg.text().map(str::to_lowercase);
                let known = |text: &String| param.values.iter().any(|value| value.to_lowercase() == *text);
                if text.as_ref().is_some_and(known) {
                    return;
                }
                format!("`{name}` expects one of `{}` here", param.values.to_vec().join("`, `"))
            }
            _ => return,
        };
        self.say(FindingKind::Argument, value.span, message);
    }

    /// Whether an expression is a column and nothing more.
    pub(super) fn is_column(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.scope.row.as_ref().is_none_or(|row| row.column(&name.text).is_some())
                    || self.scope.row.as_ref().is_some_and(|row| row.has_unknown_columns)
                        && self.local(&name.text).is_none()
            }
            ExprKind::Ordered { expr, .. } => self.is_column(expr),
            _ => false,
        }
    }
}

fn described(arg: &Arg<'_>) -> String {
    match &arg.value {
        Value::Rows(_) => "a table".into(),
        Value::Database => "a database".into(),
        Value::Cluster => "a cluster".into(),
        Value::Graph(_) => "a graph".into(),
        _ if arg.star() => "`*`".into(),
        _ => arg.kind().described(),
    }
}

fn class_in_words(class: Class) -> &'static str {
    match class {
        Class::Number => "a number",
        Class::Integer => "an integer",
        Class::Summable => "a number, `datetime` or `timespan`",
        Class::StringOrDynamic => "`string` or `dynamic`",
        Class::StringOrArray => "`string` or a `dynamic` array",
        Class::IntegerOrArray => "an integer or a `dynamic` array",
        Class::DynamicArray => "a `dynamic` array",
        Class::DynamicBag => "a `dynamic` property bag",
        Class::NotDynamic => "any type but `dynamic`",
        Class::NotBool => "any type but `bool`",
        Class::NotRealOrBool => "any type but `real` and `bool`",
        Class::Orderable => "a type with an order",
        Class::NumberOrBool => "a number or `bool`",
        Class::Tabular => "a table",
        Class::Any | Class::Scalar | Class::ScalarOrDynamic => "a value",
    }
}

/// How the type that is asked for is made of the one that is there.
pub(super) fn conversion(takes: &Takes, kind: Scalar) -> Option<String> {
    let wanted = match takes {
        Takes::These(kinds) => *kinds.first()?,
        Takes::Class(Class::Integer) => Scalar::Long,
        Takes::Class(Class::Number | Class::Summable) => Scalar::Real,
        Takes::Class(Class::StringOrDynamic | Class::NotDynamic) => Scalar::String,
        Takes::Class(Class::DynamicArray | Class::DynamicBag) => Scalar::Dynamic,
        Takes::Class(_) | Takes::Parameter(_) | Takes::Common(_) => return None,
    };
    let convert = match wanted {
        Scalar::String => "tostring",
        Scalar::DateTime => "todatetime",
        Scalar::Timespan if kind.integer() => {
            return Some("Add a unit of time, as in `1d` or `12h`.".to_owned());
        }
        Scalar::Timespan => "totimespan",
        Scalar::Long | Scalar::Int => "tolong",
        Scalar::Real | Scalar::Decimal => "toreal",
        Scalar::Bool if kind.dynamic() => "tobool",
        Scalar::Dynamic if kind == Scalar::String => "parse_json",
        Scalar::Guid => "toguid",
        _ => return None,
    };
    Some(format!("Convert the value with `{convert}(...)`."))
}

pub(super) fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::TypeOf(_) | ExprKind::Dynamic(_) => true,
        ExprKind::Paren(inner) => is_literal(inner),
        _ => false,
    }
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
        0 => "none".into(),
        1 => "1".into(),
        count => format!("{count}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{expected_count, given};

    #[test]
    fn counts_are_put_into_words() {
        for (least, most, words) in [
            (0, 0, "no arguments"),
            (1, 1, "1 argument"),
            (2, 2, "2 arguments"),
            (0, 1, "0 to 1 arguments"),
            (1, 2, "1 to 2 arguments"),
            (1, 30, "1 to 30 arguments"),
            (1, 31, "1 argument or more"),
            (2, 64, "2 arguments or more"),
        ] {
            assert_eq!(expected_count(least, most), words, "{least} {most}");
        }
        assert_eq!([given(0), given(1), given(2), given(31)], ["none", "1", "2", "31"]);
    }
}
