//! A query that runs continuously: a transformation of the events of one table. `let`s and comments go into the query or
//! out of it, a grouping that nothing judges becomes its events, and whatever then does not fit is told.

use super::adapt::{Remark, is_atom, is_cosmetic, main_stages, remark, uses};
use super::carry::Refused;
use super::draft::Draft;
use crate::content::detection::continuous::{Obstacle, comment_spans, obstacles};
use crate::content::detection::driving;
use crate::convert::changes::Change;
use crate::convert::notes;
use crate::kql::ast::{Expr, ExprKind, LetValue, Literal, Operator, OperatorKind, StatementKind};
use crate::source::Span;

/// So often `let`s are written into the query: they may stand for one another.
const MOST_ROUNDS: usize = 64;

/// The query in the shape that it needs, before the required columns are added.
pub(super) fn shaped<'c>(draft: Draft<'c>, remarks: &mut Vec<Remark>) -> Result<Draft<'c>, Refused> {
    let mut draft = draft;
    let mut step = |draft: Draft<'c>, changes: Vec<Change>| {
        if changes.is_empty() {
            return (draft, false);
        }
        let (next, made) = draft.changed(changes);
        remarks.extend(made.iter().map(|change| remark(&draft, change)));
        (next, true)
    };
    let comments = comments(&draft);
    (draft, _) = step(draft, comments);
    for _ in 0..MOST_ROUNDS {
        let changes = inlined(&draft)?;
        let (next, changed) = step(draft, changes);
        draft = next;
        if !changed {
            break;
        }
    }
    let lists = constant_lists(&draft);
    (draft, _) = step(draft, lists);
    let prefixes = prefixes(&draft);
    (draft, _) = step(draft, prefixes);
    let cosmetic = cosmetic(&draft);
    (draft, _) = step(draft, cosmetic);
    let ungrouped = ungrouped(&draft);
    (draft, _) = step(draft, ungrouped);
    Ok(draft)
}

/// The first thing that keeps the query from running continuously.
pub(super) fn in_the_way(draft: &Draft<'_>) -> Option<Obstacle> {
    obstacles(&draft.text, &draft.parse, &draft.model).into_iter().find(|obstacle| obstacle.sure)
}

/// What may keep it from running: nothing that is known.
pub(super) fn doubtful(draft: &Draft<'_>) -> Vec<Obstacle> {
    obstacles(&draft.text, &draft.parse, &draft.model).into_iter().filter(|obstacle| !obstacle.sure).collect()
}

fn comments(draft: &Draft<'_>) -> Vec<Change> {
    let change = |span: Span| {
        let text = &draft.text;
        let before = &text[..span.start as usize];
        let line = before.trim_end_matches([' ', '\t']);
        let own_line = line.is_empty() || line.ends_with('\n');
        let suppression = draft.said(span).trim_start_matches('/').trim_start().starts_with("sentlint:");
        let reason = if suppression {
            "a query that runs continuously cannot have comments, so this suppression is lost"
        } else {
            "a query that runs continuously cannot have comments"
        };
        // A line of its own goes with the comment; at the end of another line only the comment does.
        let (start, end) = if own_line {
            let rest = &text[span.end as usize..];
            let line_end = rest.find('\n').map_or(rest.len(), |at| at + 1);
            (line.len(), span.end as usize + line_end)
        } else {
            (line.len(), span.end as usize)
        };
        Change::new(&notes::COMMENT_REMOVED, Span::new(start, end), "", reason).at(span)
    };
    comment_spans(&draft.text, &draft.parse).into_iter().map(change).collect()
}

/// The changes that write the first `let` into the query wherever it is used.
fn inlined(draft: &Draft<'_>) -> Result<Vec<Change>, Refused> {
    let Some((statement, name, value)) =
        draft.parse.statements.iter().find_map(|statement| match &statement.kind {
            StatementKind::Let { name, value } => Some((statement, name, value)),
            _ => None,
        })
    else {
        return Ok(Vec::new());
    };
    let refuse = |what: &str| Refused {
        code: &notes::CONTINUOUS_REFUSED,
        place: draft.original(name.span),
        message: format!(
            "`let {}` {what}, and a query that runs continuously cannot have a `let`",
            name.text
        ),
        help: "Use a frequency of 1h.".to_owned(),
    };
    let LetValue::Expr(value) = value else { return Err(refuse("is a function")) };
    let places = uses(draft, name);
    let tabular = draft.model.type_of(value.id).rows().is_some();
    if tabular && places.len() > 1 {
        return Err(refuse("is used more than once"));
    }
    let reason = format!(
        "`{}` is written where it is used, because a query that runs continuously cannot have a `let`",
        name.text
    );
    let text = draft.said(value.span);
    let mut changes = Vec::new();
    for place in &places {
        let change = |text: String| Change::new(&notes::LET_INLINED, *place, text, reason.clone());
        let written = match items(draft, value).filter(|_| in_list(draft, *place)) {
            Some(items) => items,
            None if tabular && is_source(draft, *place) => text.to_owned(),
            None if is_atom(value) && !tabular => text.to_owned(),
            None => format!("({text})"),
        };
        changes.push(change(written));
    }
    let rest = &draft.text[statement.span.end as usize..];
    let blank = rest.len() - rest.trim_start().len();
    let semicolon = usize::from(rest.trim_start().starts_with(';'));
    let after = &rest[(blank * semicolon + semicolon)..];
    let end = draft.text.len() - after.trim_start().len();
    let span = Span::new(statement.span.start as usize, end.max(statement.span.end as usize));
    changes.push(Change::new(&notes::LET_INLINED, span, "", reason).at(name.span));
    Ok(changes)
}

/// The changes that write the values of a column of a `datatable` where a list is compared with them.
fn constant_lists(draft: &Draft<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    crate::kql::walk_statements(&draft.parse.statements, &mut |node| {
        if let crate::kql::Node::Expr(Expr { kind: ExprKind::InList { items, .. }, .. }) = node
            && let [item] = &items[..]
            && let Some(values) = constant_column(draft, item)
        {
            let reason = "the values of the `datatable` are written where they are used, because a query that runs \
                          continuously reads one table";
            changes.push(Change::new(&notes::LET_INLINED, item.span, values, reason));
        }
        true
    });
    changes
}

/// The changes that write the part of a string before a separator without a dynamic value.
fn prefixes(draft: &Draft<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    crate::kql::walk_statements(&draft.parse.statements, &mut |node| {
        if let crate::kql::Node::Expr(expr) = node
            && let Some((text, separator)) = prefix(draft, expr)
        {
            let special = matches!(separator, '\\' | ']' | '^' | '-');
            let class = if special { format!("\\{separator}") } else { separator.to_string() };
            let quote = if separator == '\'' { '"' } else { '\'' };
            let new = format!("extract(@{quote}^([^{class}]*){quote}, 1, {})", draft.said(text.span));
            let reason = "a query that runs continuously cannot use `tostring()` on a dynamic value; this is the same text";
            changes.push(Change::new(&notes::EXPRESSION_REWRITTEN, expr.span, new, reason));
        }
        true
    });
    changes
}

/// The text and the separator of `tostring(split(text, separator)[0])`, where the separator is one character.
fn prefix<'e>(draft: &Draft<'_>, expr: &'e Expr) -> Option<(&'e Expr, char)> {
    let (name, [element]) = expr.as_call()? else { return None };
    let ExprKind::Element { base, index } = &element.inner().kind else { return None };
    let (split, [text, separator]) = base.as_call()? else { return None };
    let mut characters = separator.as_text()?.chars();
    let only = characters.next().filter(|_| characters.next().is_none())?;
    let first = matches!(index.kind, ExprKind::Literal(Literal::Long)) && draft.said(index.span) == "0";
    (&*name.text == "tostring" && &*split.text == "split" && first).then_some((text, only))
}

/// The values of the only column that a query over a `datatable` returns, each once.
fn constant_column(draft: &Draft<'_>, query: &Expr) -> Option<String> {
    let ExprKind::Pipeline { source, stages } = &query.inner().kind else { return None };
    let ExprKind::DataTable { schema, values } = &source.inner().kind else { return None };
    let [Operator { kind: OperatorKind::Distinct(columns) | OperatorKind::Project(columns), .. }] =
        &stages[..]
    else {
        return None;
    };
    let [column] = &columns[..] else { return None };
    let wanted = column.as_name()?;
    let at = schema.iter().position(|known| &*known.name.text == wanted)?;
    let mut found: Vec<&str> = Vec::new();
    for row in values.chunks(schema.len()) {
        let value = draft.said(row.get(at)?.span);
        if !found.contains(&value) {
            found.push(value);
        }
    }
    (!found.is_empty()).then(|| found.join(", "))
}

/// The items of a constant list, as they are written.
fn items(draft: &Draft<'_>, value: &Expr) -> Option<String> {
    let ExprKind::Dynamic(inner) = &value.inner().kind else { return None };
    let ExprKind::Array(items) = &inner.kind else { return None };
    let (first, last) = items.first().zip(items.last())?;
    Some(draft.said(Span { start: first.span.start, end: last.span.end }).to_owned())
}

/// Whether a place is the only item of `in (...)` or `has_any (...)`.
fn in_list(draft: &Draft<'_>, place: Span) -> bool {
    let mut found = false;
    crate::kql::walk_statements(&draft.parse.statements, &mut |node| {
        if let crate::kql::Node::Expr(Expr { kind: ExprKind::InList { items, .. }, .. }) = node {
            found |= matches!(&items[..], [item] if item.span == place);
        }
        !found
    });
    found
}

/// Whether a place is the source of a pipeline.
fn is_source(draft: &Draft<'_>, place: Span) -> bool {
    let mut found = false;
    crate::kql::walk_statements(&draft.parse.statements, &mut |node| {
        if let crate::kql::Node::Expr(expr) = node {
            found |= matches!(&expr.kind, ExprKind::Pipeline { source, .. } if source.span == place);
        }
        !found
    });
    found || draft.parse.last_query().is_some_and(|query| query.span == place)
}

/// The changes that take out operators which do nothing for an alert.
fn cosmetic(draft: &Draft<'_>) -> Vec<Change> {
    let Some((_, stages)) = main_stages(draft) else { return Vec::new() };
    let change = |stage: &Operator| {
        let taken = matches!(stage.kind, OperatorKind::Take(_) | OperatorKind::Top { .. });
        let reason = if taken {
            "a query that runs continuously sees each event alone, so every event may raise an alert now"
        } else if is_cosmetic(stage) {
            "this has no effect in a detection"
        } else {
            return None;
        };
        let span = draft.parse.stage_span(&draft.text, stage)?;
        Some(Change::new(&notes::UNGROUPED, span, "", reason).at(stage.keyword))
    };
    stages.iter().filter_map(change).collect()
}

/// The changes that make the events of a grouping out of it, where no condition follows.
fn ungrouped(draft: &Draft<'_>) -> Vec<Change> {
    let Some((source, stages)) = main_stages(draft) else { return Vec::new() };
    let grouping =
        |stage: &Operator| matches!(stage.kind, OperatorKind::Summarize { .. } | OperatorKind::Distinct(_));
    let Some(at) = stages.iter().position(grouping) else { return Vec::new() };
    let shapes = |stage: &Operator| {
        grouping(stage)
            || is_cosmetic(stage)
            || matches!(
                stage.kind,
                OperatorKind::Extend(_)
                    | OperatorKind::Project(_)
                    | OperatorKind::ProjectAway(_)
                    | OperatorKind::ProjectKeep(_)
                    | OperatorKind::ProjectRename(_)
            )
    };
    if !stages[at + 1..].iter().all(shapes) {
        return Vec::new();
    }
    let Some(event) = driving::event(&draft.parse, &draft.model, draft.catalog) else { return Vec::new() };
    let Some(before) = draft.model.rows_around(&stages[at]).map(|rows| &rows.before) else {
        return Vec::new();
    };
    let mut columns: Vec<String> = event.required().iter().map(ToString::to_string).collect();
    let keys: &[Expr] = match &stages[at].kind {
        OperatorKind::Summarize { by, .. } => by.as_deref().unwrap_or_default(),
        OperatorKind::Distinct(items) => items,
        _ => &[],
    };
    let named = keys.iter().filter_map(|key| match &key.kind {
        ExprKind::Named { value, .. } if value.as_name().is_some() => Some(draft.said(key.span).to_owned()),
        _ => key.as_name().map(str::to_owned),
    });
    let assets = event.sources.iter().flat_map(|source| source.assets).map(ToString::to_string);
    let mut grouped: Vec<String> = named.collect();
    if !grouped.iter().any(|key| event.sources.iter().any(|source| source.assets.contains(key))) {
        grouped.extend(assets.take(2));
    }
    for column in grouped {
        let renamed = column.contains('=');
        if !columns.contains(&column)
            && (renamed || before.has_unknown_columns || before.column(&column).is_some())
        {
            columns.push(column);
        }
    }
    let start = stages[..at].last().map_or(source.span.end, |stage| stage.span.end);
    let end = stages.last().map_or(start, |stage| stage.span.end);
    let gap = draft.said(Span { start, end: stages[at].keyword.start });
    let separator = if gap.contains('\n') { "\n| " } else { " | " };
    let text = format!("{separator}project {}", columns.join(", "));
    let reason =
        "nothing judges the groups, so each event raises an alert of its own; the service merges equal ones";
    vec![Change::new(&notes::UNGROUPED, Span { start, end }, text, reason).at(stages[at].keyword)]
}
