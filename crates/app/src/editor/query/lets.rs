//! Changes of a query around `let` statements that keep its meaning.

use rustc_hash::FxHashSet;

use super::proof::Edited;
use super::references::occurrence_at;
use super::{Asked, Edit, Span};
use crate::kql::ast::{Expr, ExprKind, Function, LetValue, Statement, StatementKind};
use crate::kql::model::{ExprType, SemanticModel, Symbol, VariableKind};
use crate::kql::types::Scalar;
use crate::kql::{Node, walk_statements};
use crate::order::Order as _;

/// An expression that has become a `let`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extracted {
    /// The name of the `let`.
    pub name: String,
    /// The edits.
    pub edits: Vec<Edit>,
}

/// Makes the expression in a span a `let` statement before the statement that it is in. `None` where the span holds no
/// whole expression, or one that depends on the columns of a row.
pub fn extract_let(asked: &Asked<'_>, span: Span) -> Option<Extracted> {
    let span = trimmed(asked, span)?;
    let expr = whole_expression(asked, span)?;
    let kind = asked.model.type_of(expr.id);
    let (base, fits) = match kind {
        ExprType::Scalar(kind) => (name_for(*kind), asked.model.is_constant(expr.id)),
        ExprType::Rows(_) => ("source_rows", !matches!(expr.kind, ExprKind::Name(_))),
        _ => return None,
    };
    if !fits {
        return None;
    }
    let place = statement_before(asked, span)?;
    let name = fresh_name(asked, base);
    let line = asked.text[..place].rfind('\n').map_or(0, |at| at + 1);
    let indent: String = asked.text[line..place].chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    // The statement stands on a line of its own where the one after it does.
    let own_line = asked.text[line..place].trim().is_empty();
    let between = if own_line { format!(";\n{indent}") } else { "; ".to_owned() };
    let inner = strip_parentheses(expr);
    let edits = vec![
        Edit::insert(place, format!("let {name} = {}{between}", asked.written(inner))),
        Edit::new(span, name.clone()),
    ];
    let edited = Edited::new(asked, &edits)?;
    let same = edited.has_no_new_errors(asked) && edited.model.result == asked.model.result;
    same.then_some(Extracted { name, edits })
}

fn trimmed(asked: &Asked<'_>, span: Span) -> Option<Span> {
    let start = asked.clamp(span.start as usize);
    let end = asked.clamp(span.end as usize).max(start);
    let text = &asked.text[start..end];
    let inside = text.trim();
    let first = start + (text.len() - text.trim_start().len());
    (!inside.is_empty()).then(|| Span::new(first, first + inside.len()))
}

fn name_for(kind: Scalar) -> &'static str {
    match kind {
        Scalar::Timespan => "timeframe",
        Scalar::DateTime => "start_time",
        Scalar::String => "text",
        Scalar::Bool => "condition",
        kind if kind.number() => "threshold",
        kind if kind.dynamic() => "values",
        _ => "value",
    }
}

/// A name that nothing in the query or the catalog has.
fn fresh_name(asked: &Asked<'_>, base: &str) -> String {
    let used: FxHashSet<&str> = asked
        .parsed
        .tokens
        .iter()
        .map(|token| asked.text.get(token.span.range()).unwrap_or_default())
        .collect();
    let taken = |name: &str| {
        used.contains(name) || asked.catalog.table(name).is_some() || asked.catalog.function(name).is_some()
    };
    let mut name = base.to_owned();
    for number in 2..10_000 {
        if !taken(&name) {
            break;
        }
        name = format!("{base}_{number}");
    }
    name
}

/// The expression that a span holds, all of it, unless it is the value of a `let` or the whole of a statement already.
fn whole_expression<'a>(asked: &Asked<'a>, span: Span) -> Option<&'a Expr> {
    let mut found = None;
    let mut whole = false;
    walk_statements(&asked.parsed.statements, &mut |node| {
        match node {
            Node::Statement(statement) => {
                whole |= statement.span == span;
                if let StatementKind::Let { value: LetValue::Expr(value), .. } = &statement.kind {
                    whole |= value.span == span;
                }
            }
            Node::Expr(expr) if expr.span == span && found.is_none() => {
                let part = matches!(
                    expr.kind,
                    ExprKind::Named { .. }
                        | ExprKind::Ordered { .. }
                        | ExprKind::Typed(_)
                        | ExprKind::Missing
                );
                if !part {
                    found = Some(expr);
                }
            }
            _ => {}
        }
        true
    });
    found.filter(|_| !whole)
}

/// The place of an expression without the parentheses around it.
fn strip_parentheses(expr: &Expr) -> Span {
    match &expr.kind {
        ExprKind::Paren(inner) if !inner.span.is_empty() => inner.span,
        _ => expr.span,
    }
}

/// Where the innermost statement around a span begins, or the result of a function.
fn statement_before(asked: &Asked<'_>, span: Span) -> Option<usize> {
    let mut found = None;
    walk_statements(&asked.parsed.statements, &mut |node| match node {
        Node::Statement(Statement { span: own, .. }) => {
            if own.contains(span) {
                found = Some(own.start as usize);
            }
            own.contains(span)
        }
        Node::Function(Function { result: Some(result), .. }) => {
            if result.span.contains(span) {
                found = Some(result.span.start as usize);
            }
            true
        }
        _ => true,
    });
    found
}

/// Puts the value of the `let` that is named at an offset in all its places, and removes the statement. `None` where
/// the name is not that of a `let`, or where its value would mean something else in one of the places.
pub fn inline_let(asked: &Asked<'_>, offset: usize) -> Option<Vec<Edit>> {
    let occurrence = occurrence_at(asked, offset)?;
    let Symbol::Variable(id) = &occurrence.symbol else { return None };
    let variable = asked.model.variable(*id).filter(|one| one.kind == VariableKind::Let)?;
    let place = variable.place?;
    let (statement, value) = let_of(asked, place)?;
    let places: Vec<Span> =
        asked.model.references(&occurrence.symbol).filter(|one| !one.declares).map(|one| one.span).collect();
    let written = asked.written(value.span);
    let atom = matches!(
        value.kind,
        ExprKind::Name(_)
            | ExprKind::Literal(_)
            | ExprKind::Call { .. }
            | ExprKind::Dynamic(_)
            | ExprKind::Paren(_)
            | ExprKind::ToScalar(_)
            | ExprKind::Path { .. }
            | ExprKind::Element { .. }
    );
    let text = if atom { written.to_owned() } else { format!("({written})") };
    let mut edits: Vec<Edit> = places.iter().map(|span| Edit::new(*span, text.clone())).collect();
    edits.push(Edit::delete(with_line(asked, statement)?));
    let edited = Edited::new(asked, &edits)?;
    let same = edited.has_no_new_errors(asked)
        && edited.model.result == asked.model.result
        && edited.model.tables.len() == asked.model.tables.len()
        && same_names(asked, &edited, value.span, &places, &edits);
    same.then_some(edits)
}

/// Whether the names in the value mean the same in each of its places, which are in order.
fn same_names(asked: &Asked<'_>, edited: &Edited, value: Span, places: &[Span], edits: &[Edit]) -> bool {
    let wanted: Vec<_> = names_in(&asked.model, value, asked.text).collect();
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.order_by_key(|edit| edit.span);
    // How many bytes the edits before a place add and remove.
    let (mut added, mut removed) = (0, 0);
    sorted.into_iter().all(|edit| {
        let start = edit.span.start as usize + added - removed;
        added += edit.text.len();
        removed += edit.span.len();
        let put = Span::new(start, start + edit.text.len());
        places.binary_search(&edit.span).is_err()
            || names_in(&edited.model, put, &edited.text).eq(wanted.iter().copied())
    })
}

/// The names in a span, each with what kind of thing it means.
fn names_in<'a>(model: &'a SemanticModel, span: Span, text: &'a str) -> impl Iterator<Item = (&'a str, u8)> {
    let all = model.occurrences();
    let from = all.partition_point(|one| one.span.start < span.start);
    let inside = all[from..].iter().take_while(move |one| one.span.end <= span.end);
    inside.map(|one| (text.get(one.span.range()).unwrap_or_default(), class(&one.symbol)))
}

fn class(symbol: &Symbol) -> u8 {
    match symbol {
        Symbol::Column(_) | Symbol::Columns(_) | Symbol::Pattern(_) => 0,
        Symbol::Variable(_) => 1,
        Symbol::Table(_) | Symbol::Tables(_) => 2,
        Symbol::Function(_) => 3,
        Symbol::BuiltIn(_) | Symbol::Aggregate(_) | Symbol::PlugIn(_) => 4,
        _ => 5,
    }
}

/// The statement that gives a name at a place, and its value.
fn let_of<'a>(asked: &Asked<'a>, place: Span) -> Option<(Span, &'a Expr)> {
    let mut found = None;
    walk_statements(&asked.parsed.statements, &mut |node| {
        if let Node::Statement(statement) = node
            && let StatementKind::Let { name, value: LetValue::Expr(value) } = &statement.kind
            && name.span == place
        {
            found = Some((statement.span, value));
        }
        found.is_none()
    });
    found
}

/// A statement with its semicolon, and with its line where nothing else stands on it. `None` without a semicolon.
fn with_line(asked: &Asked<'_>, statement: Span) -> Option<Span> {
    let after = asked.text.get(statement.end as usize..)?;
    let semicolon = after.find(';').filter(|at| after[..*at].trim().is_empty())?;
    let mut end = statement.end as usize + semicolon + 1;
    let rest = &asked.text[end..];
    let line = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
    if rest[line..].starts_with('\n') {
        end += line + 1;
    } else if rest[line..].is_empty() {
        end += line;
    }
    Some(Span::new(statement.start as usize, end))
}
