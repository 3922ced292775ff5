//! Walking a tree: every expression, operator and statement, parents before children, in the order of the text
//! as far as the tree keeps it.

use super::ast::{
    Expr, ExprKind, Function, GraphElement, GraphMatch, LetValue, Operator, OperatorKind, Param, Parameter,
    Scan, Statement, StatementKind, Union,
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
    if visit(node) && !node.is_leaf() {
        node.children(&mut |child| walk(child, visit));
    }
}

type Each<'f, 'a> = &'f mut dyn FnMut(Node<'a>);

impl<'a> Node<'a> {
    /// Whether it surely has no children, as most nodes.
    fn is_leaf(self) -> bool {
        matches!(
            self,
            Node::Expr(Expr { kind: ExprKind::Name(_) | ExprKind::Literal(_) | ExprKind::Missing, .. })
        )
    }

    /// Calls `each` on every child.
    pub fn children(self, each: Each<'_, 'a>) {
        match self {
            Node::Statement(statement) => of_statement(statement, each),
            Node::Function(function) => of_function(function, each),
            Node::Operator(operator) => {
                of_params(&operator.params, each);
                of_operator(&operator.kind, each);
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
        StatementKind::Pattern { matches, .. } => {
            for found in matches {
                each(Node::Function(&found.body));
            }
        }
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

#[expect(clippy::too_many_lines, reason = "one arm for each operator")]
fn of_operator<'a>(kind: &'a OperatorKind, each: Each<'_, 'a>) {
    match kind {
        OperatorKind::As(_)
        | OperatorKind::AssertSchema(_)
        | OperatorKind::Consume
        | OperatorKind::Count(_)
        | OperatorKind::ExecuteAndCache
        | OperatorKind::GetSchema
        | OperatorKind::GraphMarkComponents
        | OperatorKind::Unknown(_)
        | OperatorKind::Missing => {}
        OperatorKind::GraphWhereEdges(expr)
        | OperatorKind::GraphWhereNodes(expr)
        | OperatorKind::InlineTable(expr)
        | OperatorKind::Invoke(expr)
        | OperatorKind::Sample(expr)
        | OperatorKind::Take(expr)
        | OperatorKind::Where(expr) => each(Node::Expr(expr)),
        OperatorKind::Distinct(exprs)
        | OperatorKind::Extend(exprs)
        | OperatorKind::Fork(exprs)
        | OperatorKind::Print(exprs)
        | OperatorKind::Project(exprs)
        | OperatorKind::ProjectAway(exprs)
        | OperatorKind::ProjectByNames(exprs)
        | OperatorKind::ProjectKeep(exprs)
        | OperatorKind::ProjectRename(exprs)
        | OperatorKind::ProjectReorder(exprs)
        | OperatorKind::Range { bounds: exprs, .. }
        | OperatorKind::Serialize(exprs)
        | OperatorKind::Sort(exprs)
        | OperatorKind::Union(Union { legs: exprs, .. }) => all(exprs, each),
        OperatorKind::Partition { by: first, query: second, .. }
        | OperatorKind::PartitionBy { by: first, query: second }
        | OperatorKind::SampleDistinct { count: first, of: second }
        | OperatorKind::Top { count: first, by: second } => all([&**first, second], each),
        OperatorKind::Evaluate { call, .. } => each(Node::Expr(call)),
        OperatorKind::Facet { by, with } => {
            all(by, each);
            all(with.as_deref(), each);
        }
        OperatorKind::Find(find) => {
            all(find.tables.iter().flatten(), each);
            each(Node::Expr(&find.predicate));
            all(find.project.iter().flatten().chain(find.project_away.iter().flatten()), each);
        }
        OperatorKind::GraphMatch(graph) | OperatorKind::GraphShortestPaths(graph) => of_match(graph, each),
        OperatorKind::GraphToTable(tables) => {
            for table in tables {
                of_params(&table.params, each);
            }
        }
        OperatorKind::Join(join) | OperatorKind::Lookup(join) => {
            each(Node::Expr(&join.right));
            all(join.on.iter().flat_map(|on| &on.conditions), each);
        }
        OperatorKind::MacroExpand { group, statements, .. } => {
            each(Node::Expr(group));
            for statement in statements {
                each(Node::Statement(statement));
            }
        }
        OperatorKind::MakeGraph(graph) => {
            all([&graph.source, &graph.target], each);
            all(graph.nodes.iter().map(|nodes| &nodes.table), each);
            all(graph.partition.iter().flat_map(|(by, query)| [by, query]), each);
        }
        OperatorKind::MakeSeries { aggregates, on, range, by } => {
            all(aggregates, each);
            each(Node::Expr(on));
            all(range, each);
            all(by.iter().flatten(), each);
        }
        OperatorKind::MvApply { items, limit, query } => {
            all(items, each);
            all(limit.as_deref(), each);
            each(Node::Expr(query));
        }
        OperatorKind::MvExpand { items, limit } => {
            all(items, each);
            all(limit.as_deref(), each);
        }
        OperatorKind::Parse(pattern) | OperatorKind::ParseWhere(pattern) => {
            each(Node::Expr(&pattern.expr));
            all(&pattern.parts, each);
        }
        OperatorKind::ParseKv { expr, with, .. } | OperatorKind::Reduce { by: expr, with } => {
            each(Node::Expr(expr));
            of_params(with, each);
        }
        OperatorKind::Render { with, .. } => of_params(with, each),
        OperatorKind::Scan(scan) => of_scan(scan, each),
        OperatorKind::Search { tables, predicate } => {
            all(tables.iter().flatten(), each);
            each(Node::Expr(predicate));
        }
        OperatorKind::Summarize { aggregates, by } => {
            all(aggregates, each);
            all(by.iter().flatten(), each);
        }
        OperatorKind::TopHitters { count, of, by } => {
            all([&**count, of], each);
            all(by.as_deref(), each);
        }
        OperatorKind::TopNested(levels) => {
            for level in levels {
                all(level.count.iter().chain([&level.of]).chain(&level.others).chain([&level.by]), each);
            }
        }
    }
}

fn of_match<'a>(graph: &'a GraphMatch, each: Each<'_, 'a>) {
    for element in graph.patterns.iter().flatten() {
        if let GraphElement::Edge { length: Some((least, most)), .. } = element {
            all([least, most], each);
        }
    }
    all(graph.condition.iter().chain(graph.project.iter().flatten()), each);
}

fn of_scan<'a>(scan: &'a Scan, each: Each<'_, 'a>) {
    all(scan.order.iter().chain(&scan.partition), each);
    of_parameters(&scan.declared, each);
    for step in &scan.steps {
        each(Node::Expr(&step.condition));
        all(&step.assignments, each);
    }
}
