//! Walking a tree: every expression, operator and statement, parents before children, in the order of the text
//! as far as the tree keeps it.

use super::ast::{
    Body, Expr, ExprKind, Function, LetValue, Operator, Param, Parameter, Statement, StatementKind,
};

/// A node on the way.
#[derive(Clone, Copy, Debug)]
pub enum Node<'a> {
    /// A statement.
    Statement(&'a Statement),
    /// A function that a `let` defines.
    Function(&'a Function),
    /// An operator.
    Operator(&'a Operator),
    /// An expression.
    Expr(&'a Expr),
}

/// Calls `visit` on each node of some statements. Where it returns false, the children are passed over.
pub fn walk_statements<'a>(statements: &'a [Statement], visit: &mut dyn FnMut(Node<'a>) -> bool) {
    for statement in statements {
        walk(Node::Statement(statement), visit);
    }
}

/// Calls `visit` on a node and those below it. Where it returns false, the children are passed over.
pub fn walk<'a>(node: Node<'a>, visit: &mut dyn FnMut(Node<'a>) -> bool) {
    if visit(node) {
        node.children(&mut |child| walk(child, visit));
    }
}

type Each<'f, 'a> = &'f mut dyn FnMut(Node<'a>);

impl<'a> Node<'a> {
    /// Calls `each` on every child.
    pub fn children(self, each: Each<'_, 'a>) {
        match self {
            Node::Statement(statement) => of_statement(statement, each),
            Node::Function(function) => of_function(function, each),
            Node::Operator(operator) => {
                of_params(&operator.params, each);
                of_body(&operator.body, each);
            }
            Node::Expr(expr) => of_expr(expr, each),
        }
    }
}

fn all<'a>(exprs: impl IntoIterator<Item = &'a Expr>, each: Each<'_, 'a>) {
    for expr in exprs {
        each(Node::Expr(expr));
    }
}

fn of_statement<'a>(statement: &'a Statement, each: Each<'_, 'a>) {
    match &statement.kind {
        StatementKind::Query(expr)
        | StatementKind::Alias { value: expr, .. }
        | StatementKind::Let { value: LetValue::Expr(expr), .. } => each(Node::Expr(expr)),
        StatementKind::Let { value: LetValue::Function(function), .. } => each(Node::Function(function)),
        StatementKind::Set { value, .. } => all(value, each),
        StatementKind::Parameters(parameters) => of_parameters(parameters, each),
        StatementKind::Pattern { bodies, .. } => bodies.iter().for_each(|body| each(Node::Function(body))),
        StatementKind::Restrict(entities) => all(entities, each),
    }
}

fn of_function<'a>(function: &'a Function, each: Each<'_, 'a>) {
    of_parameters(&function.params, each);
    for statement in &function.statements {
        each(Node::Statement(statement));
    }
    all(function.result.as_deref(), each);
}

fn of_parameters<'a>(parameters: &'a [Parameter], each: Each<'_, 'a>) {
    all(parameters.iter().filter_map(|parameter| parameter.default.as_ref()), each);
}

fn of_params<'a>(params: &'a [Param], each: Each<'_, 'a>) {
    all(params.iter().flat_map(|param| &param.values), each);
}

fn of_expr<'a>(expr: &'a Expr, each: Each<'_, 'a>) {
    match &expr.kind {
        ExprKind::Missing
        | ExprKind::Name(_)
        | ExprKind::Star
        | ExprKind::At
        | ExprKind::Literal(_)
        | ExprKind::TypeOf(_)
        | ExprKind::Typed(_) => {}
        ExprKind::Dynamic(inner)
        | ExprKind::Bracketed(inner)
        | ExprKind::Paren(inner)
        | ExprKind::Unary { operand: inner, .. }
        | ExprKind::Named { value: inner, .. }
        | ExprKind::Ordered { expr: inner, .. }
        | ExprKind::ToScalar(inner)
        | ExprKind::ToTable(inner)
        | ExprKind::Materialize(inner) => each(Node::Expr(inner)),
        ExprKind::Array(items)
        | ExprKind::Call { args: items, .. }
        | ExprKind::Logical { operands: items, .. }
        | ExprKind::DataTable { values: items, .. }
        | ExprKind::EntityGroup(items)
        | ExprKind::Internal(items) => all(items, each),
        ExprKind::Object(pairs) => {
            for (key, value) in pairs {
                all([key, value], each);
            }
        }
        ExprKind::Path { base: first, member: second }
        | ExprKind::Element { base: first, index: second }
        | ExprKind::Binary { left: first, right: second, .. }
        | ExprKind::Converted { expr: first, to: second }
        | ExprKind::Defaulted { expr: first, default: second } => all([&**first, second], each),
        ExprKind::InList { left, items, .. } => {
            each(Node::Expr(left));
            all(items, each);
        }
        ExprKind::Between { left, low, high, .. } => all([&**left, low, high], each),
        ExprKind::Pipeline { source, stages } => {
            each(Node::Expr(source));
            for stage in stages {
                each(Node::Operator(stage));
            }
        }
        ExprKind::Operator(operator) => each(Node::Operator(operator)),
        ExprKind::ExternalData { uris, properties, .. } => {
            all(uris, each);
            of_params(properties, each);
        }
    }
}

fn of_body<'a>(body: &'a Body, each: Each<'_, 'a>) {
    match body {
        Body::Empty | Body::Name(_) | Body::Schema(_) => {}
        Body::One(expr) => each(Node::Expr(expr)),
        Body::Many(exprs) | Body::Fork(exprs) | Body::Graph(exprs) => all(exprs, each),
        Body::Range { bounds, .. } => all(bounds, each),
        Body::Render { with, .. } => of_params(with, each),
        Body::Summarize { aggregates, by } => {
            all(aggregates, each);
            all(by.iter().flatten(), each);
        }
        Body::Join { right, on } => {
            each(Node::Expr(right));
            all(on.iter().flat_map(|on| &on.conditions), each);
        }
        Body::Top { count, by } => all([&**count, by], each),
        Body::MvExpand { items, limit } => {
            all(items, each);
            all(limit.as_deref(), each);
        }
        Body::MvApply { items, limit, query } => {
            all(items, each);
            all(limit.as_deref(), each);
            each(Node::Expr(query));
        }
        Body::Parse { expr, pattern } => {
            each(Node::Expr(expr));
            all(pattern, each);
        }
        Body::ParseKv { expr, with, .. } | Body::Reduce { by: expr, with } => {
            each(Node::Expr(expr));
            of_params(with, each);
        }
        Body::MakeSeries { aggregates, on, range, by } => {
            all(aggregates, each);
            each(Node::Expr(on));
            all(range, each);
            all(by.iter().flatten(), each);
        }
        Body::Evaluate { call, .. } => each(Node::Expr(call)),
        Body::Find { tables, predicate, project, project_away } => {
            all(tables.iter().flatten(), each);
            each(Node::Expr(predicate));
            all(project.iter().flatten().chain(project_away.iter().flatten()), each);
        }
        Body::Partition { by, query, .. } => all([&**by, query], each),
        Body::Facet { by, with } => {
            all(by, each);
            all(with.as_deref(), each);
        }
        Body::CountOf { count, of, by } => {
            all([&**count, of], each);
            all(by.as_deref(), each);
        }
        Body::TopNested(levels) => {
            for level in levels {
                all(level.count.iter().chain([&level.of]).chain(&level.others).chain([&level.by]), each);
            }
        }
        Body::Scan(scan) => {
            all(scan.order.iter().chain(&scan.partition), each);
            of_parameters(&scan.declared, each);
            for step in &scan.steps {
                each(Node::Expr(&step.condition));
                all(&step.assignments, each);
            }
        }
        Body::MacroExpand { group, statements, .. } => {
            each(Node::Expr(group));
            for statement in statements {
                each(Node::Statement(statement));
            }
        }
    }
}
