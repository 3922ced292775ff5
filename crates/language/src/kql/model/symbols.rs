//! What names mean: columns, variables, tables, functions and options, and where each of them was declared.

use std::sync::Arc;

use super::super::types::{Column, ColumnId, Scalar};
use super::ExprType;
use crate::source::Span;

/// A variable of the query by its number: what a `let` defines, a parameter, and the like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariableId(pub(in crate::kql) u32);

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// A column; [`SemanticModel::column`](super::SemanticModel::column) tells where it was made.
    Column(ColumnId),
    /// The key of a join, as the left side and the right have it.
    Columns(Arc<[ColumnId]>),
    /// The columns that a name with stars means.
    Pattern(Arc<[ColumnId]>),
    /// A variable, a function of the query, a parameter;
    /// [`SemanticModel::variable`](super::SemanticModel::variable) tells where it was declared.
    Variable(VariableId),
    /// A table of the catalog, or one that nobody knows.
    Table(Arc<str>),
    /// Several tables: a name with stars.
    Tables(Arc<str>),
    /// A function of the catalog, such as a parser of the workspace.
    Function(Arc<str>),
    /// A function of the language.
    BuiltIn(&'static str),
    /// An aggregate of the language.
    Aggregate(&'static str),
    /// A plug-in of `evaluate`.
    PlugIn(&'static str),
    /// An option after an operator's keyword, as `kind` of `join`.
    Option {
        /// The operator's keyword as it was written.
        operator: &'static str,
        /// The option.
        name: Arc<str>,
    },
    /// The word that an option takes, as `inner` in `join kind=inner`.
    OptionValue {
        /// The option.
        option: Arc<str>,
        /// The word.
        word: Arc<str>,
    },
    /// `$left` or `$right` in the condition of a join.
    Side(Side),
    /// A member of a dynamic value.
    Member,
    /// A name that means nothing here.
    Unresolved,
}

/// A side of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// `$left`
    Left,
    /// `$right`
    Right,
}

/// A place where a name stands, with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The place of the name, brackets included.
    pub span: Span,
    /// What it means.
    pub symbol: Symbol,
    /// Whether the name is declared here rather than used.
    pub declares: bool,
}

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VariableKind {
    /// `let name = value`
    Let,
    /// `let name = (parameters) { body }`
    Function,
    /// A parameter of a function, of the query, or of a parser.
    Parameter,
    /// `as name`
    As,
    /// The key of `partition` inside its query.
    PartitionKey,
    /// A column that `scan` declares, as its steps see it.
    ScanState,
    /// A step of `scan`.
    ScanStep,
    /// A node or an edge in the patterns of a graph operator.
    GraphElement,
    /// A name for another database, or a pattern.
    Database,
}

/// A variable of the query.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: VariableKind,
    /// The place of the name where it is declared; `None` for what is declared outside the query, as the
    /// parameters that a parser has in its YAML.
    pub place: Option<Span>,
    /// Where the name is known.
    pub visible: Span,
    /// What it stands for. Of a function: what it returns, where that does not depend on its arguments.
    pub value: ExprType,
    /// The parameters of a function.
    pub params: Option<Arc<[Declared]>>,
}

/// A column with the place that made it.
#[derive(Clone, Debug)]
pub struct ColumnDeclaration {
    /// The name at that place.
    pub name: Arc<str>,
    /// The type at that place.
    pub kind: Scalar,
    /// The place of the name, where it is written out.
    pub place: Option<Span>,
    /// The expression that makes it; that of the operator, where no expression does.
    pub made_by: Option<Span>,
    /// The column from which it has its name, where no name is written: `bin(A, 1h)` is called `A`, and `max(A)` is
    /// called `max_A`.
    pub named_after: Option<ColumnId>,
    /// What it is made of.
    pub origin: ColumnOrigin,
    /// The first column that was declared at the same place, as one in the body of a function is for each of its calls.
    pub(in crate::kql) same_as: Option<ColumnId>,
}

/// What a column is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnOrigin {
    /// A column of this table.
    Table(Arc<str>),
    /// A column of one of the tables that this pattern means; `*` for all there are.
    Tables(Arc<str>),
    /// A column that this function of the catalog returns.
    Function(Arc<str>),
    /// Declared with its type: in `datatable`, `externaldata`, the pattern of `parse`, a schema, a tabular parameter.
    Declared,
    /// The value of an expression.
    Computed,
    /// Another column under a new name.
    Renamed(ColumnId),
    /// The columns of one name and type of several tables.
    Union(Arc<[ColumnId]>),
    /// A column of the right side of a join whose name was taken on the left: `Name1`.
    JoinCopy(ColumnId),
    /// Made by the operator itself, as `Count` by `count`.
    Operator,
    /// Assumed: the rows have columns that nobody knows, and the query names this one.
    Assumed,
}

/// What a parameter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A value of this type.
    Scalar(Scalar),
    /// Rows.
    Rows,
}

/// A declared parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The name.
    pub name: Arc<str>,
    /// What it takes.
    pub takes: Takes,
    /// Whether it has a default.
    pub optional: bool,
    /// The columns that rows given to it must have.
    pub columns: Vec<Column>,
    /// Whether it names a column of the rows that `invoke` pipes, which may stand there without quotes.
    pub column_name: bool,
}
