//! The query operators and what follows their keywords.

use super::{Column, Expr, Name, Param, Parameter, Statement};
use crate::kql::token::TokenKind;
use crate::source::Span;

/// A query operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The place, keyword included.
    pub span: Span,
    /// Which operator; [`TokenKind::Identifier`] for a word that is none, [`TokenKind::Bad`] for nothing at all.
    pub word: TokenKind,
    /// The place of the keyword.
    pub keyword: Span,
    /// Its parameters.
    pub params: Vec<Param>,
    /// What follows.
    pub body: Body,
}

/// What follows an operator's keyword and parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// A name: `as`, `count as`, and a word that is no operator.
    Name(Name),
    /// One expression: `where`, `take`, `sample`, `invoke`, ...
    One(Box<Expr>),
    /// A list: `extend`, the `project` family, `distinct`, `sort`, `union`, `print`, `serialize`, ...
    Many(Vec<Expr>),
    /// `summarize aggregates by groups`
    Summarize {
        /// The aggregates.
        aggregates: Vec<Expr>,
        /// The groups, where `by` stands.
        by: Option<Vec<Expr>>,
    },
    /// `join` and `lookup`
    Join {
        /// The right side.
        right: Box<Expr>,
        /// The condition; `None` where none is said.
        on: Option<JoinOn>,
    },
    /// `top count by order`
    Top {
        /// How many.
        count: Box<Expr>,
        /// The order.
        by: Box<Expr>,
    },
    /// `mv-expand items limit n`
    MvExpand {
        /// What is expanded.
        items: Vec<Expr>,
        /// At most so many rows.
        limit: Option<Box<Expr>>,
    },
    /// `mv-apply items on (query)`
    MvApply {
        /// What is expanded.
        items: Vec<Expr>,
        /// At most so many rows.
        limit: Option<Box<Expr>>,
        /// The query over each.
        query: Box<Expr>,
    },
    /// `parse` and `parse-where`
    Parse {
        /// What is taken apart.
        expr: Box<Expr>,
        /// Literals, stars, and [`ExprKind::Typed`] columns.
        pattern: Vec<Expr>,
    },
    /// `parse-kv expression as (keys) with (properties)`
    ParseKv {
        /// What is taken apart.
        expr: Box<Expr>,
        /// The keys that become columns.
        keys: Vec<Column>,
        /// The properties.
        with: Vec<Param>,
    },
    /// `make-series aggregates on axis range by groups`
    MakeSeries {
        /// The aggregates, some of them [`ExprKind::Defaulted`].
        aggregates: Vec<Expr>,
        /// The axis.
        on: Box<Expr>,
        /// From, to and step, or what stands in `in range(...)`.
        range: Vec<Expr>,
        /// The groups, where `by` stands.
        by: Option<Vec<Expr>>,
    },
    /// `evaluate plugin(arguments) : (schema)`
    Evaluate {
        /// The plug-in.
        call: Box<Expr>,
        /// The columns it returns, where they are said; a column named `*` stands for the input's.
        schema: Option<Vec<Column>>,
    },
    /// `range name from a to b step c`
    Range {
        /// The column.
        name: Name,
        /// From, to and step.
        bounds: Vec<Expr>,
    },
    /// `find` and `search`
    Find {
        /// The tables, where they are said.
        tables: Option<Vec<Expr>>,
        /// What is looked for.
        predicate: Box<Expr>,
        /// The columns, where they are said; [`TokenKind::Pack`] calls are [`ExprKind::Call`].
        project: Option<Vec<Expr>>,
        /// The columns left out, where they are said.
        project_away: Option<Vec<Expr>>,
    },
    /// `partition by column (query)` or `{ query }`
    Partition {
        /// The column.
        by: Box<Expr>,
        /// The query over each part.
        query: Box<Expr>,
        /// Whether it stands in braces, where it names its own source.
        braces: bool,
    },
    /// `fork name=(query) ...` and the query behind `facet ... with`
    Fork(Vec<Expr>),
    /// `facet by columns with (query)`
    Facet {
        /// The columns.
        by: Vec<Expr>,
        /// The query over the rows.
        with: Option<Box<Expr>>,
    },
    /// `sample-distinct count of expression` and `top-hitters count of expression by expression`
    CountOf {
        /// How many.
        count: Box<Expr>,
        /// Of what.
        of: Box<Expr>,
        /// By what, for `top-hitters`.
        by: Option<Box<Expr>>,
    },
    /// `top-nested count of expression with others = value by aggregate, ...`
    TopNested(Vec<TopNested>),
    /// `reduce by expression with properties`
    Reduce {
        /// By what.
        by: Box<Expr>,
        /// The properties.
        with: Vec<Param>,
    },
    /// `render chart with (properties)`
    Render {
        /// The chart.
        chart: Name,
        /// The properties.
        with: Vec<Param>,
    },
    /// `scan ... with (steps)`
    Scan(Scan),
    /// `assert-schema (schema)`
    Schema(Vec<Column>),
    /// `macro-expand group as name (statements)`
    MacroExpand {
        /// The entity group.
        group: Box<Expr>,
        /// The name it has in the statements.
        scope: Option<Name>,
        /// The statements.
        statements: Vec<Statement>,
    },
    /// The operators on graphs: the expressions in them.
    Graph(Vec<Expr>),
}

/// What rows of a join belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinOn {
    /// The place of `on` or `where`.
    pub keyword: Span,
    /// Whether it is `where`.
    pub predicate: bool,
    /// Columns and comparisons.
    pub conditions: Vec<Expr>,
}

/// A level of `top-nested`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopNested {
    /// How many; all when left out.
    pub count: Option<Expr>,
    /// Of what.
    pub of: Expr,
    /// What stands for the rest.
    pub others: Option<Expr>,
    /// The aggregate that ranks them.
    pub by: Expr,
}

/// What follows `scan`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The order, where it is said.
    pub order: Vec<Expr>,
    /// The partition, where it is said.
    pub partition: Vec<Expr>,
    /// The declared columns with their defaults.
    pub declared: Vec<Parameter>,
    /// The steps.
    pub steps: Vec<ScanStep>,
}

/// A step of `scan`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanStep {
    /// The name.
    pub name: Name,
    /// When a row belongs to it.
    pub condition: Expr,
    /// The columns it sets, as [`ExprKind::Named`].
    pub assignments: Vec<Expr>,
}
