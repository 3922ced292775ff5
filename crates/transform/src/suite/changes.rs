//! Changes of a query that its tests should notice, and its conditions, each with its place.

use crate::kql::ast::{
    BinaryOp, Expr, ExprKind, ListOp, Literal, LogicalOp, OperatorKind, StringOp, StringTest,
};
use crate::kql::{self, Node};
use crate::order::Order as _;
use crate::source::Span;

/// Another text in one place of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub span: Span,
    pub text: String,
    /// What is changed, for people.
    pub what: String,
}

impl Change {
    fn new(span: Span, text: impl Into<String>, what: impl Into<String>) -> Self {
        Self { span, text: text.into(), what: what.into() }
    }

    /// The query with the change.
    pub(super) fn applied(&self, text: &str) -> String {
        let (before, after) = (&text[..self.span.start as usize], &text[self.span.end as usize..]);
        format!("{before}{}{after}", self.text)
    }
}

/// A query with more conditions than this is looked at only so far.
const MOST: usize = 400;

fn shown(text: &str, span: Span) -> String {
    let written = text.get(span.range()).unwrap_or_default();
    let line = written.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 80 { line.chars().take(77).collect::<String>() + "..." } else { line }
}

/// The parts of a condition that are joined by `and` and `or`.
fn atoms<'e>(expr: &'e Expr, out: &mut Vec<&'e Expr>) {
    match &expr.kind {
        ExprKind::Paren(inner) => atoms(inner, out),
        ExprKind::Logical { operands, .. } => operands.iter().for_each(|operand| atoms(operand, out)),
        _ => out.push(expr),
    }
}

/// The conditions that rows must meet: those of `where`, of `iff` and `case`, and of aggregates with a condition.
fn tested<'a>(parse: &'a kql::Parse) -> Vec<&'a Expr> {
    let mut all = Vec::new();
    kql::walk_statements(&parse.statements, &mut |node: Node<'a>| {
        match node {
            Node::Operator(operator) => {
                if let OperatorKind::Where(condition) = &operator.kind {
                    atoms(condition, &mut all);
                }
            }
            Node::Expr(Expr { kind: ExprKind::Call { name, args }, .. }) => match &*name.text {
                "iff" | "iif" | "countif" => args.iter().take(1).for_each(|arg| atoms(arg, &mut all)),
                "sumif" | "dcountif" | "avgif" | "minif" | "maxif" | "make_set_if" | "make_list_if" => {
                    args.iter().skip(1).take(1).for_each(|arg| atoms(arg, &mut all));
                }
                "case" => {
                    let last = args.len().saturating_sub(1);
                    args.iter().take(last).step_by(2).for_each(|arg| atoms(arg, &mut all));
                }
                _ => {}
            },
            _ => {}
        }
        all.len() < MOST
    });
    all.order_by_key(|expr| (expr.span.start, expr.span.end));
    all.dedup_by_key(|expr| expr.span);
    all
}

/// A condition with the two queries in which it always and never holds.
pub(super) struct Decision {
    pub span: Span,
    pub shown: String,
    pub always: Change,
    pub never: Change,
}

/// The conditions of a query.
pub(super) fn decisions(text: &str, parse: &kql::Parse) -> Vec<Decision> {
    let decision = |expr: &&Expr| {
        let span = expr.span;
        let own = shown(text, span);
        let (always, never) =
            (Change::new(span, "true", "always true"), Change::new(span, "false", "never true"));
        Decision { span, shown: own, always, never }
    };
    tested(parse).iter().map(decision).collect()
}

/// Changes that tests should notice: a condition dropped, an operator turned round, another constant, a wider set.
pub(super) fn changes(text: &str, parse: &kql::Parse) -> Vec<Change> {
    let mut all = Vec::new();
    for expr in tested(parse) {
        all.push(Change::new(expr.span, "true", format!("a query without `{}`", shown(text, expr.span))));
        of_condition(text, expr, &mut all);
    }
    kql::walk_statements(&parse.statements, &mut |node| {
        if let Node::Operator(operator) = node
            && let OperatorKind::Where(condition) = &operator.kind
        {
            joins(text, condition, &mut all);
        }
        all.len() < 4 * MOST
    });
    all.order_by_key(|change| (change.span.start, change.span.end));
    all.dedup();
    all
}

/// `and` in place of `or`, and the other way round.
fn joins(text: &str, expr: &Expr, out: &mut Vec<Change>) {
    match &expr.kind {
        ExprKind::Paren(inner) => joins(text, inner, out),
        ExprKind::Logical { op, operands } => {
            let (own, other) = match op {
                LogicalOp::And => ("and", "or"),
                LogicalOp::Or => ("or", "and"),
            };
            for pair in operands.windows(2) {
                let between = Span::new(pair[0].span.end as usize, pair[1].span.start as usize);
                let gap = text.get(between.range()).unwrap_or_default();
                // Only where nothing but the word is between them: a comment may say it too.
                if *op == LogicalOp::Or && gap.trim().trim_matches(['(', ')']).trim() == own {
                    let at = between.start as usize + gap.find(own).unwrap_or_default();
                    out.push(Change::new(
                        Span::new(at, at + own.len()),
                        other,
                        format!("`{other}` in place of `{own}`"),
                    ));
                }
            }
            for operand in operands {
                joins(text, operand, out);
            }
        }
        _ => {}
    }
}

fn of_condition(text: &str, expr: &Expr, out: &mut Vec<Change>) {
    match &expr.kind {
        ExprKind::Binary { op, op_span, left, right } => {
            if let Some(other) = opposite(*op, text.get(op_span.range()).unwrap_or_default()) {
                let what = format!("`{other}` in place of `{}`", shown(text, *op_span));
                out.push(Change::new(*op_span, other, what));
            }
            constant(text, left, out);
            constant(text, right, out);
        }
        ExprKind::InList { op, op_span, left, items } => {
            if let ListOp::In { .. } = op {
                let own = text.get(op_span.range()).unwrap_or_default();
                let other = own.strip_prefix('!').map_or_else(|| format!("!{own}"), str::to_owned);
                out.push(Change::new(*op_span, other.clone(), format!("`{other}` in place of `{own}`")));
            }
            let column = text.get(left.span.range()).unwrap_or_default();
            if !matches!(op, ListOp::In { negated: true, .. }) {
                out.push(Change::new(
                    expr.span,
                    format!("isnotempty({column})"),
                    format!("any value in place of `{}`", shown(text, expr.span)),
                ));
            }
            for item in items {
                constant(text, item, out);
            }
        }
        ExprKind::Between { op_span, low, high, .. } => {
            let own = text.get(op_span.range()).unwrap_or_default();
            let other = own.strip_prefix('!').map_or_else(|| format!("!{own}"), str::to_owned);
            out.push(Change::new(*op_span, other.clone(), format!("`{other}` in place of `{own}`")));
            constant(text, low, out);
            constant(text, high, out);
        }
        ExprKind::Call { name, args } => {
            let turned = match &*name.text {
                "isempty" => Some("isnotempty"),
                "isnotempty" => Some("isempty"),
                "isnull" => Some("isnotnull"),
                "isnotnull" => Some("isnull"),
                _ => None,
            };
            if let Some(turned) = turned {
                out.push(Change::new(name.span, turned, format!("`{turned}` in place of `{}`", name.text)));
            }
            if &*name.text == "not" {
                let mut inner = Vec::new();
                for arg in args {
                    atoms(arg, &mut inner);
                }
                for expr in inner {
                    of_condition(text, expr, out);
                }
            }
        }
        _ => {}
    }
}

/// Another constant in place of a literal.
fn constant(text: &str, expr: &Expr, out: &mut Vec<Change>) {
    let written = text.get(expr.span.range()).unwrap_or_default();
    let ExprKind::Literal(literal) = &expr.kind else {
        if let ExprKind::Paren(inner) = &expr.kind {
            constant(text, inner, out);
        }
        return;
    };
    let other = match literal {
        Literal::Long | Literal::Int => {
            written.parse::<i64>().ok().map(|number| (number.wrapping_add(1)).to_string())
        }
        Literal::Bool => Some(if written.eq_ignore_ascii_case("true") { "false" } else { "true" }.to_owned()),
        // Another string of the same quotes: the last character of it is one that it did not have.
        Literal::String(value) if !value.is_empty() => {
            let quote = written.chars().next_back().filter(|quote| matches!(quote, '"' | '\''));
            quote.and_then(|quote| Some(format!("{}~{quote}", written.strip_suffix(quote)?)))
        }
        _ => None,
    };
    if let Some(other) = other {
        out.push(Change::new(
            expr.span,
            other.clone(),
            format!("`{}` in place of `{}`", other.trim(), shown(text, expr.span)),
        ));
    }
}

fn opposite(op: BinaryOp, written: &str) -> Option<String> {
    Some(match op {
        BinaryOp::Equal => "!=".to_owned(),
        BinaryOp::NotEqual => "==".to_owned(),
        BinaryOp::Less => ">=".to_owned(),
        BinaryOp::LessOrEqual => ">".to_owned(),
        BinaryOp::Greater => "<=".to_owned(),
        BinaryOp::GreaterOrEqual => "<".to_owned(),
        BinaryOp::String(StringOp { test: StringTest::Equals, negated, .. }) => {
            (if negated { "=~" } else { "!~" }).to_owned()
        }
        // These have no negated form.
        BinaryOp::String(StringOp {
            test: StringTest::Regex | StringTest::Search | StringTest::Like,
            ..
        }) => return None,
        BinaryOp::String(_) => written.strip_prefix('!').map_or_else(|| format!("!{written}"), str::to_owned),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let parse = kql::parse(text);
        assert!(parse.errors.is_empty(), "{text}");
        changes(text, &parse).iter().map(|change| change.applied(text)).collect()
    }

    #[test]
    fn conditions_are_dropped_turned_round_and_changed() {
        let all = of("T | where A == 'x' and (B > 3 or C in ('y'))");
        for expected in [
            "T | where true and (B > 3 or C in ('y'))",
            "T | where A != 'x' and (B > 3 or C in ('y'))",
            "T | where A == 'x~' and (B > 3 or C in ('y'))",
            "T | where A == 'x' and (B <= 3 or C in ('y'))",
            "T | where A == 'x' and (B > 4 or C in ('y'))",
            "T | where A == 'x' and (B > 3 and C in ('y'))",
            "T | where A == 'x' and (B > 3 or C !in ('y'))",
            "T | where A == 'x' and (B > 3 or isnotempty(C))",
            "T | where A == 'x' and (B > 3 or C in ('y~'))",
        ] {
            assert!(all.iter().any(|text| text == expected), "{expected} is not among {all:#?}");
        }
    }

    #[test]
    fn the_conditions_of_functions_count() {
        let text = "T | extend K = case(A has 'x', 1, 2) | summarize countif(B !has 'y') by K | where not(C between (1 .. 2))";
        let parse = kql::parse(text);
        let all: Vec<String> = decisions(text, &parse).into_iter().map(|decision| decision.shown).collect();
        assert_eq!(all, ["A has 'x'", "B !has 'y'", "not(C between (1 .. 2))"]);
        assert!(of(text).iter().any(|text| text.contains("C !between")));
        assert!(of(text).iter().any(|text| text.contains("B has 'y'")));
    }
}
