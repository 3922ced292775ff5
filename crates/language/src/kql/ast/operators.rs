//! The query operators and what follows their keywords.

use super::graph::{GraphMatch, GraphTable, MakeGraph};
use super::{Column, Expr, Join, Name, Param, Parameter, Statement, UnionKind};
use crate::source::Span;

/// A query operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The place, keyword included.
    pub span: Span,
    /// The place of the keyword.
    pub keyword: Span,
    /// The keyword as it was written, for messages: `filter` where [`OperatorKind::Where`] was written so. What an
    /// operator is, `kind` tells; this is empty where no operator was read.
    pub word: &'static str,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Which operator it is, and what follows.
    pub kind: OperatorKind,
}

/// Which operator it is, and what follows its keyword and parameters. Words that mean the same are one operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorKind {
    /// `as name`
    As(Name),
    /// `assert-schema (schema)`
    AssertSchema(Vec<Column>),
    /// `consume`
    Consume,
    /// `count`, and `count as name`.
    Count(Option<Name>),
    /// `distinct columns`
    Distinct(Vec<Expr>),
    /// `evaluate plugin(arguments) : (schema)`
    Evaluate {
        /// The plug-in.
        call: Box<Expr>,
        /// The columns it returns, where they are said; a column named `*` stands for the input's.
        schema: Option<Vec<Column>>,
    },
    /// `__executeAndCache`, for the engine alone.
    ExecuteAndCache,
    /// `extend columns`
    Extend(Vec<Expr>),
    /// `facet by columns with (query)`
    Facet {
        /// The columns.
        by: Vec<Expr>,
        /// The query over the rows.
        with: Option<Box<Expr>>,
    },
    /// `find`
    Find(Box<Find>),
    /// `fork name=(query) ...`
    Fork(Vec<Expr>),
    /// `getschema`
    GetSchema,
    /// `graph-mark-components`
    GraphMarkComponents,
    /// `graph-match patterns where condition project columns`
    GraphMatch(Box<GraphMatch>),
    /// `graph-shortest-paths patterns where condition project columns`
    GraphShortestPaths(Box<GraphMatch>),
    /// `graph-to-table nodes as N, edges as E`
    GraphToTable(Vec<GraphTable>),
    /// `graph-where-edges condition`
    GraphWhereEdges(Box<Expr>),
    /// `graph-where-nodes condition`
    GraphWhereNodes(Box<Expr>),
    /// `inline_external_table ...` where an operator belongs.
    InlineTable(Box<Expr>),
    /// `invoke function(arguments)`
    Invoke(Box<Expr>),
    /// `join`
    Join(Join),
    /// `lookup`
    Lookup(Join),
    /// `macro-expand group as name (statements)`
    MacroExpand {
        /// The entity group.
        group: Box<Expr>,
        /// The name it has in the statements.
        scope: Option<Name>,
        /// The statements.
        statements: Vec<Statement>,
    },
    /// `make-graph source --> target with nodes on key`
    MakeGraph(Box<MakeGraph>),
    /// `make-series aggregates on axis range by groups`
    MakeSeries {
        /// The aggregates, some of them [`ExprKind::Defaulted`](super::ExprKind::Defaulted).
        aggregates: Vec<Expr>,
        /// The axis.
        on: Box<Expr>,
        /// From, to and step, or what stands in `in range(...)`.
        range: Vec<Expr>,
        /// The groups, where `by` stands.
        by: Option<Vec<Expr>>,
    },
    /// `mv-apply items on (query)`, and `mvapply`.
    MvApply {
        /// What is expanded.
        items: Vec<Expr>,
        /// At most so many rows.
        limit: Option<Box<Expr>>,
        /// The query over each.
        query: Box<Expr>,
    },
    /// `mv-expand items limit n`, and `mvexpand`.
    MvExpand {
        /// What is expanded.
        items: Vec<Expr>,
        /// At most so many rows.
        limit: Option<Box<Expr>>,
    },
    /// `parse`
    Parse(Pattern),
    /// `parse-kv expression as (keys) with (properties)`
    ParseKv {
        /// What is taken apart.
        expr: Box<Expr>,
        /// The keys that become columns.
        keys: Vec<Column>,
        /// The properties.
        with: Vec<Param>,
    },
    /// `parse-where`
    ParseWhere(Pattern),
    /// `partition by column (query)` or `{ query }`
    Partition {
        /// The column.
        by: Box<Expr>,
        /// The query over each part.
        query: Box<Expr>,
        /// Whether it stands in braces, where it names its own source.
        braces: bool,
    },
    /// `__partitionby column (query)`, for the engine alone.
    PartitionBy {
        /// The column.
        by: Box<Expr>,
        /// The query over each part.
        query: Box<Expr>,
    },
    /// `print columns`
    Print(Vec<Expr>),
    /// `project columns`
    Project(Vec<Expr>),
    /// `project-away columns`
    ProjectAway(Vec<Expr>),
    /// `__projectByNames columns`, for the engine alone.
    ProjectByNames(Vec<Expr>),
    /// `project-keep columns`
    ProjectKeep(Vec<Expr>),
    /// `project-rename new = old`
    ProjectRename(Vec<Expr>),
    /// `project-reorder columns`
    ProjectReorder(Vec<Expr>),
    /// `range name from a to b step c`
    Range {
        /// The column.
        name: Name,
        /// From, to and step.
        bounds: Vec<Expr>,
    },
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
    /// `sample count`
    Sample(Box<Expr>),
    /// `sample-distinct count of expression`
    SampleDistinct {
        /// How many.
        count: Box<Expr>,
        /// Of what.
        of: Box<Expr>,
    },
    /// `scan ... with (steps)`
    Scan(Box<Scan>),
    /// `search`
    Search {
        /// The tables, where they are said.
        tables: Option<Vec<Expr>>,
        /// What is looked for.
        predicate: Box<Expr>,
    },
    /// `serialize`, and with columns as in `extend`.
    Serialize(Vec<Expr>),
    /// `sort by keys`, and `order by`; keys with an order are [`ExprKind::Ordered`](super::ExprKind::Ordered).
    Sort(Vec<Expr>),
    /// `summarize aggregates by groups`
    Summarize {
        /// The aggregates.
        aggregates: Vec<Expr>,
        /// The groups, where `by` stands.
        by: Option<Vec<Expr>>,
    },
    /// `take count`, and `limit`.
    Take(Box<Expr>),
    /// `top count by key`
    Top {
        /// How many.
        count: Box<Expr>,
        /// The key with its order.
        by: Box<Expr>,
    },
    /// `top-hitters count of expression by expression`
    TopHitters {
        /// How many.
        count: Box<Expr>,
        /// Of what.
        of: Box<Expr>,
        /// By what, where it is said.
        by: Option<Box<Expr>>,
    },
    /// `top-nested count of expression with others = value by aggregate, ...`
    TopNested(Vec<TopNested>),
    /// `union tables`
    Union(Union),
    /// `where condition`, and `filter`.
    Where(Box<Expr>),
    /// A word that is not an operator.
    Unknown(Name),
    /// Nothing, where an operator belongs.
    Missing,
}

/// What follows `find`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// The tables, where they are said.
    pub tables: Option<Vec<Expr>>,
    /// What is looked for.
    pub predicate: Expr,
    /// The columns, where they are said; `pack(*)` is an [`ExprKind::Call`](super::ExprKind::Call).
    pub project: Option<Vec<Expr>>,
    /// The columns left out, where they are said.
    pub project_away: Option<Vec<Expr>>,
}

/// What follows `parse` and `parse-where`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What is taken apart.
    pub expr: Box<Expr>,
    /// Literals, stars, and [`ExprKind::Typed`](super::ExprKind::Typed) columns.
    pub parts: Vec<Expr>,
}

/// What follows `union`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Union {
    /// Which columns it keeps.
    pub kind: UnionKind,
    /// Whether tables that are not there are passed over: `isfuzzy=true`.
    pub fuzzy: bool,
    /// The tables and queries.
    pub legs: Vec<Expr>,
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

/// Which of its rows a step of `scan` returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScanOutput {
    /// All of them.
    #[default]
    All,
    /// The last of those that follow each other.
    Last,
    /// None.
    None,
}

/// A step of `scan`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanStep {
    /// The name.
    pub name: Name,
    /// Which of its rows it returns.
    pub output: ScanOutput,
    /// When a row belongs to it.
    pub condition: Expr,
    /// The columns it sets, as [`ExprKind::Named`](super::ExprKind::Named).
    pub assignments: Vec<Expr>,
}
