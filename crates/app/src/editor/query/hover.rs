//! What a name means, in words.

use std::fmt::Write as _;

use super::references::{named_at, occurrence_at};
use super::{Asked, Named, Span, completion, describe};
use crate::kql::ast::{Expr, ExprKind, LetValue, StatementKind};
use crate::kql::builtins::{self, Builtin};
use crate::kql::model::{
    ColumnDeclaration, ColumnOrigin, ExprType, Occurrence, Side, Symbol, Variable, VariableKind,
};
use crate::kql::types::ColumnId;
use crate::kql::{Node, TokenKind as T, walk_statements};

/// What is shown for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The name or operator that it is about.
    pub span: Span,
    /// The text, in Markdown.
    pub markdown: String,
}

/// How much of a value is shown.
const LONGEST_VALUE: usize = 120;

/// What stands at an offset.
pub fn hover(asked: &Asked<'_>, offset: usize) -> Option<Hover> {
    let offset = asked.clamp(offset);
    let Some(occurrence) = occurrence_at(asked, offset) else {
        if let Some((span, Named::Watchlist(alias))) = named_at(asked, offset) {
            return Some(Hover { span, markdown: code(&format!("(watchlist) {}", shortened(&alias))) });
        }
        return word(asked, offset);
    };
    let markdown = symbol(asked, occurrence)?;
    Some(Hover { span: occurrence.span, markdown })
}

/// What a keyword or an operator does.
fn word(asked: &Asked<'_>, offset: usize) -> Option<Hover> {
    let tokens = &asked.parsed.tokens;
    let at = tokens.partition_point(|token| (token.span.end as usize) < offset);
    let token = tokens[at..].iter().take(2).find(|token| {
        token.span.touches(offset) && token.kind != T::EndOfText && !token.kind.text().is_empty()
    })?;
    let text = token.kind.text();
    let meaning = completion::meaning(text)?;
    Some(Hover { span: token.span, markdown: format!("`{text}` {meaning}.") })
}

fn code(text: &str) -> String {
    format!("```kusto\n{text}\n```")
}

fn symbol(asked: &Asked<'_>, occurrence: &Occurrence) -> Option<String> {
    Some(match &occurrence.symbol {
        Symbol::Column(id) => column(asked, *id)?,
        Symbol::Columns(ids) => column(asked, *ids.first()?)?,
        Symbol::Pattern(ids) => pattern(asked, occurrence.span, ids),
        Symbol::Variable(id) => variable(asked, asked.model.variable(*id)?),
        Symbol::Table(name) => table(asked, name),
        Symbol::Tables(pattern) => {
            let names = asked.catalog.tables_like(pattern);
            format!("{}\n\n{} tables", code(&format!("(tables) {pattern}")), names.len())
        }
        Symbol::Function(name) => user_function(asked, name),
        Symbol::BuiltIn(name) => builtin(asked, occurrence.span, builtins::function(name)?),
        Symbol::Aggregate(name) => builtin(asked, occurrence.span, builtins::aggregate(name)?),
        Symbol::PlugIn(name) => builtin(asked, occurrence.span, builtins::plugin(name)?),
        Symbol::Option { operator, name } => {
            let words = crate::kql::options_of(operator).find(|(option, _)| *option == &**name);
            let words = words.map_or(&[][..], |(_, words)| words);
            let mut text = code(&format!("(option of {operator}) {name}"));
            if !words.is_empty() {
                let _ = write!(text, "\n\nOne of `{}`", words.join("`, `"));
            }
            text
        }
        Symbol::OptionValue { option, word } => code(&format!("{option}={word}")),
        Symbol::Side(side) => match side {
            Side::Left => "`$left`: the columns before the operator".to_owned(),
            Side::Right => "`$right`: the columns of the table in the operator".to_owned(),
        },
        Symbol::Member => {
            let name = asked.written(occurrence.span);
            code(&format!("(member) {name}: {}", member_type(asked, occurrence.span)))
        }
        Symbol::Unresolved => {
            format!(
                "{}\n\nsentlint does not know this name.",
                code(&format!("(unknown) {}", asked.written(occurrence.span)))
            )
        }
    })
}

/// The type of the path that ends with a member.
fn member_type(asked: &Asked<'_>, span: Span) -> String {
    let mut found = "dynamic".to_owned();
    walk_statements(&asked.parsed.statements, &mut |node| {
        if let Node::Expr(expr) = node {
            if !expr.span.contains(span) {
                return false;
            }
            if matches!(expr.kind, ExprKind::Path { .. }) && expr.span.end == span.end {
                let kind = asked.model.type_of(expr.id);
                if *kind != ExprType::Unknown {
                    found = describe::type_name(kind);
                }
            }
        }
        true
    });
    found
}

fn column(asked: &Asked<'_>, id: ColumnId) -> Option<String> {
    let column = asked.model.column(id)?;
    let mut text = code(&format!("(column) {}: {}", column.name, column.kind.name()));
    let origin = origin(asked, column);
    if !origin.is_empty() {
        let _ = write!(text, "\n\n{origin}");
    }
    Some(text)
}

/// What a column is made of, in words.
fn origin(asked: &Asked<'_>, column: &ColumnDeclaration) -> String {
    let name_of = |id: ColumnId| asked.model.column(id).map_or("", |column| &column.name);
    match &column.origin {
        ColumnOrigin::Table(table) => format!("Column of the table `{table}`"),
        ColumnOrigin::Tables(pattern) => format!("Column of the tables `{pattern}`"),
        ColumnOrigin::Function(function) => format!("Column that the function `{function}` returns"),
        ColumnOrigin::Declared => "Declared with its type".to_owned(),
        ColumnOrigin::Renamed(from) => format!("Renamed from `{}`", name_of(*from)),
        ColumnOrigin::JoinCopy(from) => format!("Copy of `{}` from the right side of a join", name_of(*from)),
        ColumnOrigin::Union(_) => "Column of several tables of a union".to_owned(),
        ColumnOrigin::Assumed => "Column of rows whose columns are not all known".to_owned(),
        ColumnOrigin::Computed | ColumnOrigin::Operator => match column.made_by {
            Some(span) => {
                let written = shortened(asked.written(span));
                if written.is_empty() { String::new() } else { code(&written) }
            }
            None => String::new(),
        },
    }
}

/// A text in one line, cut where it is long.
fn shortened(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > LONGEST_VALUE {
            line.truncate(line.floor_char_boundary(LONGEST_VALUE));
            line.push('…');
            break;
        }
    }
    // A fence in the text would end the block of code that it is shown in.
    line.replace("```", "'''")
}

fn pattern(asked: &Asked<'_>, span: Span, ids: &[ColumnId]) -> String {
    let columns: Vec<String> = ids
        .iter()
        .take(40)
        .filter_map(|id| asked.model.column(*id))
        .map(|column| format!("`{}`: {}", column.name, column.kind.name()))
        .collect();
    format!(
        "{}\n\n{} columns: {}",
        code(&format!("(columns) {}", asked.written(span))),
        ids.len(),
        columns.join(", ")
    )
}

/// The value of a `let` as it is written, where its name stands at a place.
fn let_value(asked: &Asked<'_>, place: Span) -> Option<Span> {
    let mut found = None;
    walk_statements(&asked.parsed.statements, &mut |node| {
        if let Node::Statement(statement) = node
            && let StatementKind::Let { name, value: LetValue::Expr(value) } = &statement.kind
            && name.span == place
        {
            found = Some(value.span);
        }
        found.is_none()
    });
    found
}

fn variable(asked: &Asked<'_>, variable: &Variable) -> String {
    let name = &variable.name;
    let kind = describe::type_name(&variable.value);
    if variable.kind == VariableKind::Function {
        let written = describe::declared(name, variable.params.as_deref(), &kind);
        return code(&format!("(function) {}", written.label));
    }
    let what = match (variable.kind, &variable.value) {
        (VariableKind::Parameter, _) => "parameter",
        (_, ExprType::Rows(_)) => "table",
        (VariableKind::PartitionKey, _) => "key",
        (VariableKind::ScanState, _) => "column",
        (VariableKind::ScanStep, _) => "step",
        (VariableKind::GraphElement, _) => "graph element",
        (VariableKind::Database, _) => "database",
        _ => "let",
    };
    let value = variable.place.and_then(|place| let_value(asked, place));
    let mut text = format!("({what}) {name}: {kind}");
    let mut more = String::new();
    match (&variable.value, value) {
        (ExprType::Rows(relation), _) => {
            let columns: Vec<String> = relation
                .columns
                .iter()
                .take(40)
                .map(|column| format!("`{}`: {}", column.name, column.kind.name()))
                .collect();
            if !columns.is_empty() {
                let _ = write!(more, "\n\n{} columns: {}", relation.columns.len(), columns.join(", "));
            }
        }
        (_, Some(value)) => {
            let _ = write!(text, " = {}", shortened(asked.written(value)));
        }
        _ => {}
    }
    code(&text) + &more
}

fn table(asked: &Asked<'_>, name: &str) -> String {
    let Some(table) = asked.catalog.table(name) else {
        return format!("{}\n\nsentlint does not know this table.", code(&format!("(table) {name}: table")));
    };
    let mut text = code(&format!("(table) {name}: {}", describe::rows(&table.relation)));
    if let Some(more) = completion::table(name) {
        let _ = write!(text, "\n\n{more}");
    }
    text
}

fn user_function(asked: &Asked<'_>, name: &str) -> String {
    let Some(function) = asked.catalog.function(name) else { return code(&format!("(function) {name}")) };
    let written = describe::declared(name, function.params.as_deref(), &describe::returned(&function));
    code(&format!("(function) {}", written.label))
}

/// A function of the language, with the result of the call whose name stands at a place.
fn builtin(asked: &Asked<'_>, place: Span, builtin: &'static Builtin) -> String {
    let mut result = None;
    let mut count = 0;
    walk_statements(&asked.parsed.statements, &mut |node| {
        if let Node::Expr(Expr { id, kind: ExprKind::Call { name, args }, .. }) = node
            && name.span == place
        {
            result = Some(describe::type_name(asked.model.type_of(*id)));
            count = args.len();
        }
        result.is_none()
    });
    let result = result.filter(|result| result != "unknown" && result != "columns");
    let fitting = builtin.signatures.iter().find(|one| one.least <= count && count <= one.most);
    let Some(signature) = fitting.or_else(|| builtin.signatures.first()) else {
        return code(&format!("(function) {}", builtin.name));
    };
    let written = describe::signature(builtin, signature, result.as_deref());
    format!("{}\n\n{}", code(&format!("(function) {}", written.label)), completion::builtin(builtin))
}
