//! A query as text that tells what it means and not how it is written: white space, comments, the names of lets, parentheses,
//! the order of commuting conditions and list items, and the spelling of constants and operators make no difference.
//!
//! Two queries with the same text mean the same; the reverse does not hold. A `let` stands where it is used, as a digest of its
//! value, so that one that nothing uses does not count and the text stays as short as the query.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rustc_hash::FxHashMap;

use super::ast::{
    BinaryOp, Expr, ExprKind, Function, LetValue, Literal, LogicalOp, Operator, OperatorKind, Statement,
    StatementKind, StringOp, StringTest,
};
use super::model::constants::{Constant, evaluate};
use super::model::{SemanticModel, Symbol};
use super::{Node, Parse, Token, TokenKind, walk_statements};
use crate::source::Span;

/// A condition of a query: an operand of the conditions of its `where` operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What it means.
    pub canonical: String,
    /// What it compares, in the same form: conditions on the same are changes of each other.
    pub subject: String,
    /// Its place in the query.
    pub span: Span,
}

/// An operator other than `where`, or the source of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it means, without the conditions in it.
    pub canonical: String,
    /// Its place in the query.
    pub span: Span,
}

/// A query in its canonical form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Canonical {
    /// The whole.
    pub whole: String,
    /// Its conditions, by place.
    pub conditions: Vec<Condition>,
    /// Its other steps, by place.
    pub steps: Vec<Step>,
}

/// The canonical form of a query, given what its names mean; any level will do.
pub fn canonical(text: &str, parse: &Parse, model: &SemanticModel) -> Canonical {
    let mut writer = Writer {
        text,
        tokens: &parse.tokens,
        model,
        values: FxHashMap::default(),
        without_conditions: false,
    };
    let whole = writer.query(&parse.statements);
    writer.without_conditions = true;
    writer.values.clear();
    writer.query(&parse.statements);
    let mut found = Canonical { whole, ..Canonical::default() };
    writer.collect(&parse.statements, &mut found);
    found
}

struct Writer<'q> {
    text: &'q str,
    tokens: &'q [Token],
    model: &'q SemanticModel,
    /// What each variable stands for, by the place where it is declared.
    values: FxHashMap<Span, String>,
    /// Leaves out the conditions of `where` operators.
    without_conditions: bool,
}

impl<'q> Writer<'q> {
    /// The statements but for lets, which are read in their order so that each is known where it is used.
    fn query(&mut self, statements: &'q [Statement]) -> String {
        let mut out = String::new();
        for statement in statements {
            self.statement(statement, &mut out);
        }
        out
    }

    fn statement(&mut self, statement: &'q Statement, out: &mut String) {
        match &statement.kind {
            StatementKind::Let { name, value: LetValue::Expr(value) } => {
                let short = matches!(value.kind, ExprKind::Literal(_) | ExprKind::Dynamic(_));
                let value = self.expr(value);
                let value = if short { value } else { digest(&value) };
                self.values.insert(name.span, value);
            }
            StatementKind::Let { name, value: LetValue::Function(function) } => {
                let value = self.function(function);
                self.values.insert(name.span, digest(&value));
            }
            StatementKind::Query(expr) => {
                let _ = write!(out, "{};", self.expr(expr));
            }
            StatementKind::Set { .. }
            | StatementKind::Alias { .. }
            | StatementKind::Parameters(_)
            | StatementKind::Pattern { .. }
            | StatementKind::Restrict(_) => {
                let _ = write!(out, "{};", self.generic(Node::Statement(statement), statement.span));
            }
        }
    }

    fn function(&mut self, function: &'q Function) -> String {
        let mut out = String::from("(");
        for (at, parameter) in function.params.iter().enumerate() {
            let kind = parameter.column.type_.as_ref().map_or_else(String::new, type_of);
            let default = parameter.default.as_ref().map_or_else(String::new, |default| self.expr(default));
            let _ = write!(out, "{kind}={default},");
            self.values.insert(parameter.column.name.span, format!("${at}"));
        }
        out.push_str("){");
        for statement in &function.statements {
            self.statement(statement, &mut out);
        }
        if let Some(result) = &function.result {
            out += &self.expr(result);
        }
        out + "}"
    }

    fn expr(&mut self, expr: &'q Expr) -> String {
        match &expr.kind {
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Literal(literal) => self.literal(literal, expr),
            ExprKind::Logical { op, operands } => {
                let mut parts: Vec<String> = Vec::new();
                self.operands(*op, operands, &mut parts);
                parts.sort_unstable();
                parts.dedup();
                let word = if *op == LogicalOp::And { "and" } else { "or" };
                format!("{word}[{}]", parts.join(", "))
            }
            ExprKind::Binary { op, left, right, op_span } => {
                if let Some(value) = self.constant(expr) {
                    return value;
                }
                let (mut left, mut right) = (self.expr(left), self.expr(right));
                if commutes(*op) && right < left {
                    std::mem::swap(&mut left, &mut right);
                }
                let word = if *op == BinaryOp::NotEqual { "!=" } else { self.written(*op_span) };
                format!("({left} {word} {right})")
            }
            ExprKind::Unary { minus, operand } => {
                if let Some(value) = self.constant(expr) {
                    return value;
                }
                format!("{}({})", if *minus { "-" } else { "+" }, self.expr(operand))
            }
            ExprKind::InList { left, items, op_span, .. } => {
                let left = self.expr(left);
                let mut parts: Vec<String> = Vec::new();
                for item in items {
                    self.list_item(item, &mut parts);
                }
                parts.sort_unstable();
                parts.dedup();
                format!("({left} {} ({}))", self.written(*op_span), parts.join(", "))
            }
            ExprKind::Between { negated, left, low, high, .. } => {
                let word = if *negated { "!between" } else { "between" };
                format!("({} {word} ({} .. {}))", self.expr(left), self.expr(low), self.expr(high))
            }
            ExprKind::Pipeline { source, stages } => {
                let mut out = self.expr(source);
                let mut rest = stages.as_slice();
                while let Some((first, others)) = rest.split_first() {
                    if !matches!(first.kind, OperatorKind::Where(_)) {
                        let _ = write!(out, " | {}", self.operator(first));
                        rest = others;
                        continue;
                    }
                    let run =
                        rest.iter().take_while(|stage| matches!(stage.kind, OperatorKind::Where(_))).count();
                    let (run, others) = rest.split_at(run);
                    rest = others;
                    if !self.without_conditions {
                        let _ = write!(out, " | where[{}]", self.conditions(run).join(", "));
                    }
                }
                out
            }
            ExprKind::Operator(operator) => self.operator(operator),
            _ => self.generic(Node::Expr(expr), expr.span),
        }
    }

    /// The operands of a chain, those of chains of the same kind in it included.
    fn operands(&mut self, op: LogicalOp, operands: &'q [Expr], out: &mut Vec<String>) {
        for operand in operands {
            match &unwrapped(operand).kind {
                ExprKind::Logical { op: own, operands } if *own == op => self.operands(op, operands, out),
                _ => out.push(self.expr(operand)),
            }
        }
    }

    /// The conditions of neighboring `where` operators, sorted.
    fn conditions(&mut self, stages: &'q [Operator]) -> Vec<String> {
        let mut parts = Vec::new();
        for stage in stages {
            for condition in conditions_of(stage) {
                parts.push(self.expr(condition));
            }
        }
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    fn list_item(&mut self, item: &'q Expr, out: &mut Vec<String>) {
        match &unwrapped(item).kind {
            ExprKind::Dynamic(inner) => match &inner.kind {
                ExprKind::Array(items) => items.iter().for_each(|item| out.push(self.expr(item))),
                _ => out.push(self.expr(item)),
            },
            _ => out.push(self.expr(item)),
        }
    }

    fn operator(&mut self, operator: &'q Operator) -> String {
        self.generic(Node::Operator(operator), operator.span)
    }

    fn literal(&mut self, literal: &Literal, expr: &Expr) -> String {
        let written = self.written(expr.span);
        match literal {
            Literal::String(text) => format!("{text:?}"),
            Literal::Timespan => self.constant(expr).unwrap_or_else(|| squeezed(written)),
            Literal::Long if !written.starts_with("long") => match written.strip_prefix("0x") {
                Some(digits) => {
                    i64::from_str_radix(digits, 16).map_or_else(|_| written.to_owned(), |n| n.to_string())
                }
                None => written.parse::<i64>().map_or_else(|_| written.to_owned(), |n| n.to_string()),
            },
            Literal::Bool => squeezed(written).to_ascii_lowercase(),
            _ => squeezed(written),
        }
    }

    /// The value of a length of time that no row decides.
    fn constant(&self, expr: &Expr) -> Option<String> {
        match evaluate(self.text, expr, &|_| Some(None))?.value {
            Constant::Length(length) => Some(length.iso8601()),
            _ => None,
        }
    }

    fn written(&self, span: Span) -> &'q str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The tokens of a node with what its children mean in their places.
    fn generic(&mut self, node: Node<'q>, span: Span) -> String {
        let mut children: Vec<(Span, Node<'q>)> = Vec::new();
        node.children(&mut |child| {
            let place = match child {
                Node::Statement(statement) => statement.span,
                Node::Function(function) => function.body_span,
                Node::Operator(operator) => operator.span,
                Node::Expr(expr) => expr.span,
            };
            if !place.is_empty() && span.contains(place) {
                children.push((place, child));
            }
        });
        children.sort_by_key(|(place, _)| *place);
        let mut out = String::new();
        let mut at = self.tokens.partition_point(|token| token.span.start < span.start);
        let mut next = children.into_iter().peekable();
        while let Some(token) = self.tokens.get(at).copied() {
            if token.span.start >= span.end || token.kind == TokenKind::EndOfText {
                break;
            }
            while next.next_if(|(place, _)| place.start < token.span.start).is_some() {}
            if !out.is_empty() {
                out.push(' ');
            }
            let end = match next.next_if(|(place, _)| place.start == token.span.start) {
                Some((place, child)) => {
                    out += &match child {
                        Node::Expr(expr) => self.expr(expr),
                        Node::Operator(operator) => self.operator(operator),
                        Node::Function(function) => self.function(function),
                        Node::Statement(statement) => {
                            let mut part = String::new();
                            self.statement(statement, &mut part);
                            part
                        }
                    };
                    place.end
                }
                None => self.name_or_token(token, &mut out),
            };
            at += self.tokens[at..].partition_point(|token| token.span.start < end).max(1);
        }
        out
    }

    /// Adds a name as what it stands for, or a word as the one word that means the same; returns where it ends.
    fn name_or_token(&self, token: Token, out: &mut String) -> u32 {
        let occurrences = self.model.occurrences();
        let found = occurrences.partition_point(|occurrence| occurrence.span.start < token.span.start);
        let here = occurrences.get(found).filter(|occurrence| occurrence.span.start == token.span.start);
        if let Some(occurrence) = here
            && let Symbol::Variable(id) = &occurrence.symbol
            && let Some(place) = self.model.variable(*id).and_then(|variable| variable.place)
            && let Some(value) = self.values.get(&place)
        {
            out.push_str(value);
            return occurrence.span.end;
        }
        let written = self.written(token.span);
        out.push_str(match written {
            "filter" => "where",
            "order" => "sort",
            "limit" => "take",
            "mvexpand" => "mv-expand",
            "mvapply" => "mv-apply",
            "<>" => "!=",
            other => other,
        });
        token.span.end
    }

    /// The conditions and the other steps of every pipeline.
    fn collect(&mut self, statements: &'q [Statement], found: &mut Canonical) {
        let mut operators: Vec<&'q Operator> = Vec::new();
        let mut sources: Vec<&'q Expr> = Vec::new();
        walk_statements(statements, &mut |node| {
            match node {
                Node::Operator(operator) => operators.push(operator),
                Node::Expr(Expr { kind: ExprKind::Pipeline { source, .. }, .. }) => sources.push(source),
                _ => {}
            }
            true
        });
        for operator in operators {
            if let OperatorKind::Where(_) = &operator.kind {
                self.without_conditions = false;
                for condition in conditions_of(operator) {
                    let subject = match &unwrapped(condition).kind {
                        ExprKind::Binary { left, .. }
                        | ExprKind::InList { left, .. }
                        | ExprKind::Between { left, .. } => self.expr(left),
                        _ => String::new(),
                    };
                    let canonical = self.expr(condition);
                    found.conditions.push(Condition { canonical, subject, span: condition.span });
                }
            } else {
                self.without_conditions = true;
                found.steps.push(Step { canonical: self.operator(operator), span: operator.span });
            }
        }
        self.without_conditions = true;
        for source in sources {
            // An operator at the head of a pipeline has been seen already.
            if !matches!(unwrapped(source).kind, ExprKind::Operator(_) | ExprKind::Pipeline { .. }) {
                found.steps.push(Step { canonical: self.expr(source), span: source.span });
            }
        }
        found.steps.sort_by_key(|step| step.span);
    }
}

/// The operands of the condition of a `where` operator, those of chains of `and` apart.
fn conditions_of(operator: &Operator) -> Vec<&Expr> {
    fn add<'e>(expr: &'e Expr, out: &mut Vec<&'e Expr>) {
        match &unwrapped(expr).kind {
            ExprKind::Logical { op: LogicalOp::And, operands } => {
                for operand in operands {
                    add(operand, out);
                }
            }
            _ => out.push(expr),
        }
    }
    let mut found = Vec::new();
    if let OperatorKind::Where(condition) = &operator.kind {
        add(condition, &mut found);
    }
    found
}

/// An expression without the parentheses around it.
fn unwrapped(mut expr: &Expr) -> &Expr {
    while let ExprKind::Paren(inner) = &expr.kind {
        expr = inner;
    }
    expr
}

/// Whether the operands may change places.
fn commutes(op: BinaryOp) -> bool {
    let equals = |op: StringOp| op.test == StringTest::Equals;
    matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) || matches!(op, BinaryOp::String(op) if equals(op))
}

/// The text without the white space in it.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A type as it is written, without white space.
fn type_of(kind: &super::ast::Type) -> String {
    match kind {
        super::ast::Type::Scalar(_, name) => name.to_string(),
        super::ast::Type::Rows(columns) => {
            let column = |column: &super::ast::Column| {
                let kind = column.type_.as_ref().map_or_else(String::new, type_of);
                format!("{}:{kind}", column.name.text)
            };
            columns.iter().map(column).collect::<Vec<_>>().join(",")
        }
        super::ast::Type::AnyRows => "*".to_owned(),
    }
}

/// A short name of a long text, the same in every run.
fn digest(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("#{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kql::bind::{NoCatalog, bind};
    use crate::kql::parse;

    fn whole(text: &str) -> String {
        of(text).whole
    }

    fn of(text: &str) -> Canonical {
        let parsed = parse(text);
        let model = bind(text, &parsed, &NoCatalog, &[]);
        canonical(text, &parsed, &model)
    }

    #[test]
    fn what_is_written_otherwise_is_the_same() {
        for (one, other) in [
            ("T | where a == 1 and b == 2", "T\n| filter (b == 2) // a comment\n| where 1 == a"),
            ("let x = 7d; T | where a > ago(x)", "let y = 168h; T | where a > ago(y)"),
            (
                "let x = dynamic(['a']); T | where a has_any (x)",
                "let y=dynamic([\"a\"]);T | where a has_any(y)",
            ),
            ("T | where a in ('x', 'y')", "T | where a in (\"y\", @'x')"),
            ("T | where a in ('x', 'y')", "let unused = 1; T | where a in (dynamic(['x', 'y']))"),
            ("let f = (n: long) { T | where a == n }; f(1)", "let g = (m: long) { T | where m == a }; g(1)"),
            ("T | order by a | limit 5", "T | sort by a | take 5"),
            ("T | where a == 1 or (b == 2 or c == 3)", "T | where c == 3 or b == 2 or a == 1"),
            ("T | where ['a'] == 0x10", "T | where ['a'] == 16"),
            ("T | where a <> 1 and b !~ 'x'", "T | where 'x' !~ b | where 1 != a"),
            ("T | where a == 1 and a == 1", "T | where a == 1"),
            ("T | where a in (1, 2, 2)", "T | where a in (2, 1)"),
            ("T | where a between ((1) .. (2))", "T | where (a) between (1 .. 2)"),
            ("T | where a == TRUE", "T | where a == true"),
            ("T | where a == 007", "T | where a == 7"),
            ("T | where a > ago(1d + 1d)", "T | where a > ago(48h)"),
            ("T | where -(a) == 1", "T | where - a == 1"),
            ("T | mvexpand a | mvapply b on (take 1)", "T | mv-expand a | mv-apply b on (limit 1)"),
            ("let x = T | where a == 1 | take 5; x", "let y = T | filter (1 == a) | limit 5; y"),
            (
                "let f = (t: (a: long), n: long = 5) { t }; f(T)",
                "let g = (u: (a: long), m: long = 5) { u }; g(T)",
            ),
            ("union (T | where a == 1), U", "union ( T | where 1 == a ), U"),
        ] {
            assert_eq!(whole(one), whole(other));
        }
    }

    #[test]
    fn what_means_something_else_is_another() {
        for (one, other) in [
            ("T | where a == 1 and b == 2", "T | where a == 1 or b == 2"),
            ("T | where a and (b or c)", "T | where (a and b) or c"),
            ("T | where (a + b) * c == 1", "T | where a + b * c == 1"),
            ("T | where a == 1 | summarize count() by b", "T | summarize count() by b | where a == 1"),
            ("let x = T | where a == 1; x | take 1", "let x = T | where a == 2; x | take 1"),
            ("T | where a == 'x'", "T | where a == 'X'"),
            ("T | where a < b", "T | where b < a"),
            ("T | where a != b", "T | where a == b"),
            ("T | where a - b == 1", "T | where b - a == 1"),
            ("T | where a has 'x'", "T | where 'x' has a"),
            ("T | where a in (1, 2)", "T | where a !in (1, 2)"),
            ("T | where a in (1, 2)", "T | where a in (1, 3)"),
            ("T | where a between (1 .. 2)", "T | where a !between (1 .. 2)"),
            ("T | where a between (1 .. 2)", "T | where a between (2 .. 1)"),
            ("T | where a == -b", "T | where a == +b"),
            ("T | where a == 1d", "T | where a == 2d"),
            ("T | where a == 'x y'", "T | where a == 'xy'"),
            ("T | where a == datetime(2024-01-01)", "T | where a == datetime(2024-01-02)"),
            ("T | where a == 1", "T | where a == 1.0"),
            ("T | extend a = 1, b = 2", "T | extend b = 2, a = 1"),
            ("T | take 5", "T | take 6"),
            ("T | summarize count() by a", "T | summarize count() by b"),
            ("T | join kind=inner U on a", "T | join kind=leftouter U on a"),
            ("let f = (n: long) { n }; print f(1)", "let f = (n: string) { n }; print f(1)"),
            ("let f = (n: long = 1) { n }; print f()", "let f = (n: long = 2) { n }; print f()"),
            ("let f = (t: (a: long)) { t }; f(T)", "let f = (t: (b: long)) { t }; f(T)"),
            ("let f = (t: (a: long)) { t }; f(T)", "let f = (t: (*)) { t }; f(T)"),
            ("set a = 1; T", "set a = 2; T"),
            ("T; U", "U; T"),
            (
                "let f = (n: long) { n + 1 }; T | where a == f(1)",
                "let f = (n: long) { n + 2 }; T | where a == f(1)",
            ),
        ] {
            assert_ne!(whole(one), whole(other));
        }
    }

    #[test]
    fn conditions_and_steps_are_told_apart() {
        let found =
            of("let x = 7d; T | where a > ago(x) and b == 1 | summarize n = count() by c | where n > 5");
        let text = "let x = 7d; T | where a > ago(x) and b == 1 | summarize n = count() by c | where n > 5";
        let conditions: Vec<&str> = found.conditions.iter().map(|one| &text[one.span.range()]).collect();
        assert_eq!(conditions, ["a > ago(x)", "b == 1", "n > 5"]);
        assert_eq!(found.conditions[2].subject, "n");
        let steps: Vec<&str> = found.steps.iter().map(|one| &text[one.span.range()]).collect();
        assert_eq!(steps, ["T", "summarize n = count() by c"]);
        let text =
            "union T, (U | where (a) in (1) | take 1) | where b between (1 .. 2) and f(c) and (d or e)";
        let found = of(text);
        let subjects: Vec<&str> = found.conditions.iter().map(|one| &*one.subject).collect();
        assert_eq!(subjects, ["a", "b", "", ""]);
        let written: Vec<&str> = found.conditions.iter().map(|one| &text[one.span.range()]).collect();
        assert_eq!(written, ["(a) in (1)", "b between (1 .. 2)", "f(c)", "(d or e)"]);
        let steps: Vec<&str> = found.steps.iter().map(|one| &text[one.span.range()]).collect();
        assert_eq!(steps, ["union T, (U | where (a) in (1) | take 1)", "U", "take 1"]);
        // A step is told without the conditions in it, so that a change of one is no change of the other.
        let other = of(&text.replace("(a) in (1)", "a in (2)"));
        assert_eq!(found.steps[0].canonical, other.steps[0].canonical);
        assert_ne!(found.whole, other.whole);
    }

    #[test]
    fn any_text_has_a_form() {
        for text in [
            "",
            "|",
            "T | where",
            "let x = ; x",
            "T | where ((((a",
            "let f = (",
            "print dynamic({'a': [1]})",
            "T | join (U | where a == 1) on b",
        ] {
            assert_eq!(whole(text), whole(&format!("{text} ")), "{text}");
        }
    }
}
