//! The rules of each node of the tree, parts before the whole.

use super::rules::{INDENT, Rules};
use super::{Role, Space};
use crate::kql::ast::{
    Column, Expr, ExprKind, Function, Name, NameForm, Operator, OperatorKind, Param, Statement,
    StatementKind, Type,
};
use crate::kql::{Node, TokenKind as T, work};

/// A chain of `and` or `or` wider than this is broken.
const CHAIN: usize = 80;
/// A list wider than this is broken.
const LIST: usize = 80;
/// A table wider than this is broken.
const TABLE: usize = 80;
/// The columns of such a table are broken if they are wider than this.
const SCHEMA: usize = 60;
/// A row of a table with one column is no wider than this.
const ROW: usize = 80;
/// The values of a table with one column have a line each if one is as wide as this.
const VALUE: usize = 40;

pub(super) fn statements(rules: &mut Rules<'_>, statements: &[Statement]) {
    for statement in statements {
        node(rules, Node::Statement(statement), 0);
    }
}

/// Everything of a node; `base` is the first token of the statement around it.
fn node(rules: &mut Rules<'_>, of: Node<'_>, base: usize) {
    let base = match of {
        Node::Statement(statement) => rules.first(statement.span),
        _ => base,
    };
    of.children(&mut |child| node(rules, child, base));
    match of {
        Node::Statement(statement) => of_statement(rules, statement),
        Node::Function(function) => of_function(rules, function, base),
        Node::Operator(operator) => of_operator(rules, operator),
        Node::Expr(expr) => of_expr(rules, expr, base),
    }
}

fn of_statement(rules: &mut Rules<'_>, statement: &Statement) {
    let (first, end) = (rules.first(statement.span), rules.after(statement.span));
    match &statement.kind {
        StatementKind::Query(_) => {}
        StatementKind::Let { name, .. } => {
            rules.indent(first + 1, end);
            let equal = rules.after(name.span);
            rules.outdent(equal);
        }
        StatementKind::Set { value, .. } => {
            rules.indent(first + 1, end);
            if let Some(value) = value {
                let equal = rules.first(value.span).saturating_sub(1);
                clauses(rules, first, end, &[equal]);
            }
        }
        StatementKind::Alias { name, .. } => {
            let equal = rules.after(name.span);
            rules.indent(first + 2, end);
            rules.outdent(equal);
        }
        StatementKind::Parameters(parameters) => {
            rules.indent(first + 3, end.saturating_sub(1));
            for parameter in parameters {
                of_column(rules, &parameter.column);
            }
        }
        StatementKind::Pattern { .. } => rules.indent(first + 2, end),
        StatementKind::Restrict(_) => {
            let open = first + 3;
            let close = rules.partner.get(open).copied().unwrap_or(open);
            rules.indent(open + 1, close);
            rules.indent(close + 1, end);
        }
    }
    rules.begin_line(first);
}

/// Brackets that stand in the column of a statement, with what is in them a step farther.
fn of_function(rules: &mut Rules<'_>, function: &Function, base: usize) {
    let body_open = rules.first(function.body_span);
    let body_close = rules.after(function.body_span).saturating_sub(1);
    let params_close = body_open.saturating_sub(1);
    let params_open = rules.partner[params_close];
    rules.role(params_open, Role::Attached);
    rules.role(body_open, Role::Body);
    rules.role(body_close, Role::Body);
    for parameter in &function.params {
        of_column(rules, &parameter.column);
    }
    let parameters: Vec<usize> =
        function.params.iter().map(|parameter| rules.first(parameter.column.name.span)).collect();
    let statements = function.statements.iter().map(|statement| statement.span);
    let parts: Vec<usize> = statements
        .chain(function.result.iter().map(|result| result.span))
        .map(|span| rules.first(span))
        .collect();
    for (open, close, items) in [(params_open, params_close, parameters), (body_open, body_close, parts)] {
        rules.align(open, base, 0);
        rules.align(close, base, 0);
        for item in &items {
            rules.align(*item, base, INDENT);
        }
        let begins = rules.lines.any(open, close + 1);
        rules.begin_lines(&[open, close], begins);
        rules.begin_lines(&items, begins);
    }
}

fn of_name(rules: &mut Rules<'_>, name: &Name) {
    if name.form == NameForm::Wildcard {
        let (first, end) = (rules.first(name.span), rules.after(name.span));
        (first + 1..end).for_each(|at| rules.role(at, Role::Part));
    }
    if name.form == NameForm::Client {
        let open = rules.first(name.span);
        rules.role(open, Role::Inner);
        let close = rules.partner.get(open).copied().unwrap_or(open);
        rules.role(close, Role::Inner);
    }
}

fn of_column(rules: &mut Rules<'_>, column: &Column) {
    of_name(rules, &column.name);
    if let Some(Type::Rows(columns)) = &column.type_ {
        of_columns(rules, columns);
    }
}

fn of_columns(rules: &mut Rules<'_>, columns: &[Column]) {
    for column in columns {
        of_column(rules, column);
    }
}

fn of_expr(rules: &mut Rules<'_>, expr: &Expr, base: usize) {
    match &expr.kind {
        ExprKind::Name(name) => of_name(rules, name),
        ExprKind::Named { names, .. } => names.iter().for_each(|name| of_name(rules, name)),
        ExprKind::Pipeline { stages, .. } => {
            for stage in stages {
                let pipe = rules.first(stage.span).saturating_sub(1);
                rules.begin_line(pipe);
            }
        }
        ExprKind::Call { name, args } => call(rules, name, args),
        ExprKind::Dynamic(_) => {
            let open = rules.first(expr.span) + 1;
            rules.role(open, Role::Attached);
        }
        ExprKind::InList { op_span, .. } => {
            let open = rules.after(*op_span);
            rules.role(open, Role::Attached);
        }
        ExprKind::Element { index, .. } => {
            let open = rules.first(index.span).saturating_sub(1);
            rules.role(open, Role::Attached);
        }
        ExprKind::Unary { .. } => {
            let sign = rules.first(expr.span);
            rules.role(sign, Role::Prefix);
        }
        ExprKind::Binary { op_span, .. } => {
            let sign = rules.first(*op_span);
            rules.role(sign, Role::Infix);
        }
        ExprKind::Object(_) => {
            let (open, end) = (rules.first(expr.span), rules.after(expr.span));
            rules.role(open, Role::Inner);
            rules.role(end.saturating_sub(1), Role::Inner);
        }
        ExprKind::DataTable { schema, values } => table(rules, expr, schema, values, base),
        _ => {}
    }
}

/// Arguments have a line each, a step beyond the name, if anything in the brackets begins a line.
fn call(rules: &mut Rules<'_>, name: &Name, args: &[Expr]) {
    let (word, open) = (rules.first(name.span), rules.after(name.span));
    let close = rules.partner.get(open).copied().unwrap_or(open);
    if rules.kind(open) != T::OpenParen || close == open {
        return;
    }
    rules.role(open, Role::Attached);
    rules.align(close, word, 0);
    let items: Vec<usize> = args.iter().map(|arg| rules.first(arg.span)).collect();
    for item in &items {
        rules.align(*item, word, INDENT);
    }
    if rules.was_broken(open, open + 1) {
        rules.join(open, Space::Tight);
    }
    let begins = rules.lines.any(open, close + 1);
    rules.begin_lines(&items, begins);
    rules.begin_lines(&[close], begins);
}

/// The rows of a table that is not small.
fn table(rules: &mut Rules<'_>, expr: &Expr, schema: &[Column], values: &[Expr], base: usize) {
    let (first, end) = (rules.first(expr.span), rules.after(expr.span));
    of_columns(rules, schema);
    let is_short = rules.width(first, end) <= TABLE;
    if is_short && !rules.was_broken(first + 1, end) {
        return;
    }
    let close = end.saturating_sub(1);
    let open = rules.partner[close];
    let columns_close = open.saturating_sub(1);
    let columns_open = rules.partner[columns_close];
    if rules.width(columns_open, open) > SCHEMA || rules.was_broken(columns_open + 1, open) {
        rules.align(columns_open, base, 0);
        rules.align(columns_close, base, 0);
        rules.begin_line(columns_open);
        rules.begin_line(columns_close);
        for column in schema {
            let name = rules.first(column.name.span);
            rules.align(name, base, INDENT);
            rules.begin_line(name);
        }
    }
    let spans: Vec<(usize, usize)> =
        values.iter().map(|value| (rules.first(value.span), rules.after(value.span))).collect();
    let columns = if schema.len() > 1 { schema.len() } else { balanced(rules, &spans) };
    rules.role(open, Role::Body);
    rules.align(open, base, 0);
    rules.align(close, base, 0);
    for (index, (value, _)) in spans.into_iter().enumerate() {
        if index.is_multiple_of(columns) {
            rules.begin_line(value);
            rules.align(value, base, INDENT);
        } else {
            rules.join(value, Space::One);
        }
    }
    let begins = rules.lines.any(open, close + 1);
    rules.begin_lines(&[open, close], begins);
}

/// How many values of a table with one column stand on a line.
fn balanced(rules: &Rules<'_>, values: &[(usize, usize)]) -> usize {
    if values.iter().any(|(first, end)| rules.width(*first, *end) >= VALUE) {
        return 1;
    }
    // A row is measured with what stands before it and the comma after it.
    let row = |row: &[(usize, usize)]| match (row.first(), row.last()) {
        (Some((first, _)), Some((_, end))) => {
            let comma = usize::from(rules.kind(*end) == T::Comma);
            rules.width_before(*first) + rules.width(*first, *end + comma)
        }
        _ => 0,
    };
    let fits = |columns: &usize| values.chunks(*columns).all(|values| row(values) <= ROW);
    let tokens: Vec<usize> = values.iter().map(|(first, _)| *first).collect();
    let written = rules.per_line(&tokens).filter(|columns| [10, 8, 6, 4, 1].contains(columns));
    written.into_iter().chain([10, 8, 6, 4]).find(fits).unwrap_or(1)
}

/// Clauses begin a line if anything of their operator does.
fn clauses(rules: &mut Rules<'_>, first: usize, end: usize, clauses: &[usize]) {
    let begins = rules.lines.any(first + 1, end);
    rules.begin_lines(clauses, begins);
}

/// The items of a list have a line each if one begins a line or the list is wide.
fn list(rules: &mut Rules<'_>, items: &[usize], end: usize) {
    let Some(first) = items.first().copied().filter(|_| items.len() > 1) else { return };
    let is_wide = !rules.was_broken(first + 1, end) && rules.width(first, end) > LIST;
    let begins = is_wide || rules.lines.any(first, end);
    rules.begin_lines(items, begins);
}

fn list_of(rules: &mut Rules<'_>, items: &[Expr]) {
    let firsts: Vec<usize> = items.iter().map(|item| rules.first(item.span)).collect();
    let end = items.last().map_or(0, |last| rules.after(last.span));
    list(rules, &firsts, end);
}

fn params(rules: &mut Rules<'_>, params: &[Param]) {
    let firsts: Vec<usize> = params.iter().map(|param| rules.first(param.name.span)).collect();
    let last = params.last().map(|last| last.values.last().map_or(last.name.span, |value| value.span));
    let end = last.map_or(0, |last| rules.after(last));
    list(rules, &firsts, end);
}

/// A chain of three or more conditions has a line each if it is wide.
fn chain(rules: &mut Rules<'_>, expr: &Expr) {
    let ExprKind::Logical { operands, .. } = &expr.kind else { return };
    let (first, end) = (rules.first(expr.span), rules.after(expr.span));
    if operands.len() < 3 || rules.was_broken(first + 1, end) || rules.width(first, end) <= CHAIN {
        return;
    }
    for operand in &operands[1..] {
        let word = rules.first(operand.span).saturating_sub(1);
        rules.begin_line(word);
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each operator")]
fn of_operator(rules: &mut Rules<'_>, operator: &Operator) {
    let (first, end) = (rules.first(operator.span), rules.after(operator.span));
    // Keywords that are not part of a clause stand in the operator's column.
    let mut outer: &[T] = &[];
    let mut begins: &[T] = &[];
    match &operator.kind {
        OperatorKind::Where(condition)
        | OperatorKind::GraphWhereEdges(condition)
        | OperatorKind::GraphWhereNodes(condition) => chain(rules, condition),
        OperatorKind::Distinct(items)
        | OperatorKind::Extend(items)
        | OperatorKind::Print(items)
        | OperatorKind::Project(items)
        | OperatorKind::ProjectAway(items)
        | OperatorKind::ProjectByNames(items)
        | OperatorKind::ProjectKeep(items)
        | OperatorKind::ProjectRename(items)
        | OperatorKind::ProjectReorder(items)
        | OperatorKind::Serialize(items)
        | OperatorKind::MvExpand { items, .. } => list_of(rules, items),
        OperatorKind::Union(union) => list_of(rules, &union.legs),
        OperatorKind::Sort(items) => {
            list_of(rules, items);
            outer = &[T::By];
        }
        OperatorKind::Summarize { aggregates, by } => {
            list_of(rules, aggregates);
            list_of(rules, by.as_deref().unwrap_or_default());
            begins = &[T::By];
        }
        OperatorKind::MakeSeries { aggregates, by, .. } => {
            list_of(rules, aggregates);
            list_of(rules, by.as_deref().unwrap_or_default());
            for at in top_level(rules, first, end) {
                if rules.kind(at) == T::Range && rules.kind(at + 1) == T::OpenParen {
                    rules.role(at + 1, Role::Attached);
                }
            }
            // The bounds are one clause, whichever of them come.
            let has = |kind| (first..end).any(|at| rules.kind(at) == kind);
            begins = match (has(T::From), has(T::To)) {
                (true, _) => &[T::On, T::From, T::By],
                (false, true) => &[T::On, T::To, T::By],
                (false, false) => &[T::On, T::Step, T::In, T::By],
            };
        }
        OperatorKind::Join(join) | OperatorKind::Lookup(join) => {
            if let Some(on) = &join.on {
                match &on.conditions[..] {
                    [condition] if on.predicate => chain(rules, condition),
                    conditions => list_of(rules, conditions),
                }
                let word = rules.first(on.keyword);
                clauses(rules, first, end, &[word]);
            }
        }
        OperatorKind::Find(find) => {
            list_of(rules, find.tables.as_deref().unwrap_or_default());
            chain(rules, &find.predicate);
            list_of(rules, find.project.as_deref().unwrap_or_default());
            list_of(rules, find.project_away.as_deref().unwrap_or_default());
            (outer, begins) = (&[T::Where], &[T::In, T::Project, T::ProjectAway]);
        }
        OperatorKind::Search { tables, predicate } => {
            list_of(rules, tables.as_deref().unwrap_or_default());
            chain(rules, predicate);
            begins = &[T::In];
        }
        OperatorKind::Facet { by, .. } => {
            list_of(rules, by);
            (outer, begins) = (&[T::By], &[T::With]);
        }
        OperatorKind::MvApply { items, .. } => {
            list_of(rules, items);
            outer = &[T::On];
        }
        OperatorKind::ParseKv { keys, with, .. } => {
            of_columns(rules, keys);
            params(rules, with);
            (outer, begins) = (&[T::As], &[T::With]);
        }
        OperatorKind::Render { with, .. } => {
            params(rules, with);
            begins = &[T::With];
        }
        OperatorKind::Reduce { with, .. } => {
            params(rules, with);
            (outer, begins) = (&[T::By], &[T::With]);
        }
        OperatorKind::Count(Some(_)) | OperatorKind::MacroExpand { .. } => begins = &[T::As],
        OperatorKind::TopHitters { .. } => (outer, begins) = (&[T::Of], &[T::By]),
        OperatorKind::Parse(_) | OperatorKind::ParseWhere(_) | OperatorKind::Scan(_) => outer = &[T::With],
        OperatorKind::Partition { .. } | OperatorKind::Top { .. } => outer = &[T::By],
        OperatorKind::SampleDistinct { .. } => outer = &[T::Of],
        OperatorKind::Range { .. } => outer = &[T::From, T::To, T::Step],
        OperatorKind::TopNested(_) => {
            let mut words = top_level(rules, first, end);
            words.retain(|at| rules.kind(*at) == T::TopNested);
            return list(rules, &words, end);
        }
        _ => {}
    }
    rules.indent(first + 1, end);
    for (at, is_clause) in keywords(rules, first, end, outer, begins) {
        if is_clause {
            clauses(rules, first, end, &[at]);
        } else {
            rules.outdent(at);
        }
    }
    if matches!(operator.kind, OperatorKind::Scan(_) | OperatorKind::MacroExpand { .. }) {
        let close = end.saturating_sub(1);
        let open = rules.partner[close];
        rules.outdent(open);
        rules.outdent(close);
    }
}

/// The keywords of an operator, those in brackets aside, and whether each begins a clause: of each kind the first.
fn keywords(rules: &Rules<'_>, first: usize, end: usize, outer: &[T], begins: &[T]) -> Vec<(usize, bool)> {
    let mut found: Vec<(usize, bool)> = Vec::new();
    if outer.is_empty() && begins.is_empty() {
        return found;
    }
    for at in top_level(rules, first + 1, end) {
        let kind = rules.kind(at);
        let is_new = !found.iter().any(|(before, _)| rules.kind(*before) == kind);
        if is_new && (outer.contains(&kind) || begins.contains(&kind)) {
            found.push((at, begins.contains(&kind)));
        }
    }
    found
}

/// The tokens from `first` to before `end`, those in brackets aside.
fn top_level(rules: &Rules<'_>, first: usize, end: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = first;
    while at < end {
        work::done(1);
        found.push(at);
        at = rules.partner.get(at).copied().unwrap_or(at).max(at) + 1;
    }
    found
}
