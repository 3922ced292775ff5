//! What keeps a query from running continuously: such a query is a transformation of the events of one table as they
//! arrive, and can use what transformations can use.

use crate::knowledge::defender;
use crate::kql::ast::{BinaryOp, Expr, ExprKind, Operator, OperatorKind, StatementKind};
use crate::kql::model::SemanticModel;
use crate::kql::{Node, Parse, walk_statements};
use crate::order::Order as _;
use crate::source::Span;

/// A kind of obstacle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A table that does not run continuously, or more than one.
    Table,
    /// An operator that transformations do not have.
    Operator,
    /// A `let` statement.
    Let,
    /// A comment.
    Comment,
    /// A function or string operator.
    Function,
    /// A column that is not generally available.
    Column,
}

/// Something that keeps a query from running continuously.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What kind it is.
    pub kind: Kind,
    /// The place in the query.
    pub span: Span,
    /// A sentence without its period.
    pub message: String,
    /// What to do.
    pub help: &'static str,
    /// Whether the service is known to refuse it; else it is not documented to take it.
    pub sure: bool,
}

/// String operators that are not documented for such queries and were seen to run.
const SEEN_TO_RUN: [&str; 2] = ["has_any", "in~"];

/// Everything that keeps a query from running continuously, by place. The model is that of the same query, at the level
/// at which types are kept.
pub fn obstacles(text: &str, parse: &Parse, model: &SemanticModel) -> Vec<Obstacle> {
    let mut found = comments(text, parse);
    tables(model, &mut found);
    for statement in &parse.statements {
        let (name, help) = match &statement.kind {
            StatementKind::Let { name, .. } => (name, "Write its value where it is used."),
            StatementKind::Set { name, .. } => (name, "Remove it."),
            _ => continue,
        };
        let word = if matches!(statement.kind, StatementKind::Let { .. }) { "let" } else { "set" };
        let message = format!("A query that runs continuously cannot have `{word} {}`", name.text);
        found.push(Obstacle { kind: Kind::Let, span: name.span, message, help, sure: true });
    }
    walk_statements(&parse.statements, &mut |node| {
        match node {
            Node::Operator(operator) => found.extend(of_operator(operator)),
            Node::Expr(expr) => found.extend(of_expr(text, expr, model)),
            _ => {}
        }
        true
    });
    let hidden =
        model.tables.iter().filter_map(|(name, _)| defender::table(name)).flat_map(|table| table.not_in_nrt);
    for column in hidden {
        walk_statements(&parse.statements, &mut |node| {
            if let Node::Expr(Expr { kind: ExprKind::Name(name), span, .. }) = node
                && &*name.text == column
            {
                let message = format!("`{column}` is not available to queries that run continuously");
                let help = "Leave it out, or run the query every hour.";
                found.push(Obstacle { kind: Kind::Column, span: *span, message, help, sure: true });
            }
            true
        });
    }
    found.order_by_key(|one| (one.span, one.kind));
    found.dedup_by_key(|one| (one.span, one.kind));
    found
}

fn comments(text: &str, parse: &Parse) -> Vec<Obstacle> {
    comment_spans(text, parse)
        .into_iter()
        .map(|span| Obstacle {
            kind: Kind::Comment,
            span,
            message: "A query that runs continuously cannot have comments".to_owned(),
            help: "Remove the comment.",
            sure: true,
        })
        .collect()
}

/// The comments of a query.
pub fn comment_spans(text: &str, parse: &Parse) -> Vec<Span> {
    let (mut found, mut at) = (Vec::new(), 0);
    let ends = parse.tokens.iter().map(|token| token.span).chain([Span::at(text.len())]);
    for token in ends {
        let start = token.start as usize;
        let mut from = at;
        while let Some(open) = text.get(from..start).and_then(|gap| gap.find("//")).map(|open| from + open) {
            let end = text[open..start.max(open)].find('\n').map_or(start, |end| open + end);
            let end = open + text[open..end].trim_end().len();
            found.push(Span::new(open, end));
            from = end.max(open + 2);
        }
        at = (token.end as usize).max(at);
    }
    found
}

fn tables(model: &SemanticModel, found: &mut Vec<Obstacle>) {
    let mut add = |span, message, help| {
        found.push(Obstacle { kind: Kind::Table, span, message, help, sure: true });
    };
    for (at, (name, span)) in model.tables.iter().enumerate() {
        if at > 0 {
            let first = &model.tables[0].0;
            let message = format!(
                "A query that runs continuously reads one table, but this one reads `{name}` as well as `{first}`"
            );
            add(*span, message, "Read one table, or run the query every hour.");
        }
        if !defender::table(name).is_some_and(|table| table.nrt) {
            let message = format!("Queries over `{name}` cannot run continuously");
            add(*span, message, "Run the query every hour, with the frequency `PT1H`.");
        }
    }
    if let Some(function) = model.functions.iter().next()
        && model.tables.is_empty()
    {
        let message = format!("A query that runs continuously reads a table, not the function `{function}`");
        add(Span::at(0), message, "Run the query every hour, with the frequency `PT1H`.");
    }
}

fn of_operator(operator: &Operator) -> Option<Obstacle> {
    let word = match &operator.kind {
        OperatorKind::Where(_) => "where",
        OperatorKind::Missing | OperatorKind::Unknown(_) => return None,
        _ => operator.word,
    };
    if defender::NRT_OPERATORS.contains(word) {
        return None;
    }
    Some(Obstacle {
        kind: Kind::Operator,
        span: operator.keyword,
        message: format!("A query that runs continuously cannot use `{word}`"),
        help: "It can filter and shape single events, with `where`, `extend`, `project` and `parse`.",
        sure: true,
    })
}

fn of_expr(text: &str, expr: &Expr, model: &SemanticModel) -> Option<Obstacle> {
    let operator = |span, word: &str| Obstacle {
        kind: Kind::Operator,
        span,
        message: format!("A query that runs continuously cannot use `{word}`"),
        help: "It can filter and shape single events, with `where`, `extend`, `project` and `parse`.",
        sure: true,
    };
    match &expr.kind {
        ExprKind::ExternalData { .. } => Some(operator(expr.span, "externaldata")),
        ExprKind::ToScalar(_) => Some(operator(expr.span, "toscalar")),
        ExprKind::ToTable(_) => Some(operator(expr.span, "totable")),
        ExprKind::Materialize(_) => Some(operator(expr.span, "materialize")),
        ExprKind::Binary { op: BinaryOp::String(_), op_span, .. } | ExprKind::InList { op_span, .. } => {
            let word = text.get(op_span.range()).unwrap_or_default();
            let first = word.split_whitespace().next().unwrap_or_default();
            let known = defender::NRT_STRING_OPERATORS.contains(first) || SEEN_TO_RUN.contains(&first);
            (!known).then(|| undocumented(*op_span, word))
        }
        ExprKind::Call { name, args } => {
            let word = &*name.text;
            let refuse = |message: String, help| {
                Some(Obstacle { kind: Kind::Function, span: name.span, message, help, sure: true })
            };
            if word == "ingestion_time" {
                let message = "A query that runs continuously cannot use `ingestion_time()`".to_owned();
                return refuse(message, "Remove it: such a query sees each event once, as it arrives.");
            }
            if word == "materialize" {
                return Some(operator(name.span, word));
            }
            let dynamic = || {
                args.first()
                    .and_then(|arg| model.type_of(arg.id).scalar())
                    .is_some_and(crate::kql::types::Scalar::dynamic)
            };
            if word == "tostring" && dynamic() {
                let message =
                    "A query that runs continuously cannot use `tostring()` on a dynamic value".to_owned();
                return refuse(
                    message,
                    "Search in the column itself, with `has`, or run the query every hour.",
                );
            }
            let known = defender::NRT_FUNCTIONS.contains(word);
            (!known && is_built_in(name.span, model)).then(|| undocumented(name.span, word))
        }
        _ => None,
    }
}

/// Whether a name is that of a function of the language, as far as that is kept.
fn is_built_in(name: Span, model: &SemanticModel) -> bool {
    matches!(model.symbol(name), Some(crate::kql::model::Symbol::BuiltIn(_)))
}

fn undocumented(span: Span, word: &str) -> Obstacle {
    Obstacle {
        kind: Kind::Function,
        span,
        message: format!("`{word}` is not documented for queries that run continuously"),
        help: "Test the detection, or run the query every hour.",
        sure: false,
    }
}
