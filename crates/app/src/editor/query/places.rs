//! In which place of a query an expression stands, as statistics of use name it.

use crate::kql::Node;
use crate::kql::ast::{BinaryOp, Expr, ExprKind, LetValue, OperatorKind, StatementKind};

/// The place that a parent gives to one of its expressions; `None` where it is that of the parent itself.
pub(super) fn place_in<'a>(parent: Node<'a>, child: &Expr) -> Option<&'a str> {
    let among = |exprs: &[Expr]| exprs.first().is_some_and(|first| first.span.start <= child.span.start);
    match parent {
        Node::Operator(operator) => Some(match &operator.kind {
            OperatorKind::Summarize { by: Some(by), .. } | OperatorKind::MakeSeries { by: Some(by), .. }
                if among(by) =>
            {
                "by"
            }
            OperatorKind::Join(join) | OperatorKind::Lookup(join) => match &join.on {
                Some(on) if child.span.start >= on.keyword.end => "on",
                _ => "rows",
            },
            OperatorKind::Union(_) => "rows",
            _ => operator.word,
        }),
        Node::Statement(statement) => Some(match &statement.kind {
            StatementKind::Let { value: LetValue::Expr(_), .. } => "let",
            StatementKind::Query(_) => "rows",
            _ => "",
        }),
        Node::Function(_) => Some("rows"),
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Call { name, .. } => Some(&*name.text),
            ExprKind::Pipeline { source, .. } if source.id == child.id => Some("rows"),
            ExprKind::ToScalar(_) | ExprKind::ToTable(_) | ExprKind::Materialize(_) => Some("rows"),
            ExprKind::Binary { op, right, .. } if right.id == child.id => Some(match op {
                BinaryOp::Add
                | BinaryOp::Subtract
                | BinaryOp::Multiply
                | BinaryOp::Divide
                | BinaryOp::Modulo => "arithmetic",
                _ => "compare",
            }),
            ExprKind::InList { left, .. } if left.id != child.id => Some("in"),
            ExprKind::Between { left, .. } if left.id != child.id => Some("between"),
            ExprKind::Element { index, .. } if index.id == child.id => Some("element"),
            _ => None,
        },
    }
}

/// The place after the `=` of a name that is given in a place.
pub(super) fn after_name(place: &str) -> &'static str {
    match place {
        "extend" => "extend=",
        "project" => "project=",
        "summarize" => "summarize=",
        "by" => "by=",
        "print" => "print=",
        "mv-expand" => "mv-expand=",
        "mv-apply" => "mv-apply=",
        "project-rename" => "project-rename=",
        "make-series" => "make-series=",
        _ => "=",
    }
}

/// The name that an expression goes by: that of a column, a variable or the last member of a path.
pub(super) fn last_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(&name.text),
        ExprKind::Path { member, .. } => last_name(member),
        ExprKind::Element { base, .. } => last_name(base),
        ExprKind::Paren(inner) => last_name(inner),
        ExprKind::Call { name, args } => match &*name.text {
            "tostring" | "parse_json" | "todynamic" | "tolower" | "toupper" | "toint" | "tolong" => {
                last_name(args.first()?)
            }
            _ => None,
        },
        _ => None,
    }
}
