//! Column lineage: whether a query returns a column, and where a column was lost that it does not return. Which rows
//! there are and what names mean, the semantic model tells.

use std::cell::OnceCell;
use std::sync::Arc;

use super::Parse;
use super::ast::{Columns, Expr, ExprKind, LetValue, Literal, Name, Operator, OperatorKind, Sides};
use super::bind::{Catalog, Returned};
use super::model::{ExprType, SemanticModel, Variable, VariableKind};
use super::types::Relation;
use super::view::LetValues;
use crate::source::Span;

/// What is known of a column of a query's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The query returns it, or may do so.
    Possible,
    /// The query does not return it.
    Missing {
        /// Whether no table can turn out to have it after all.
        sure: bool,
        /// What lost it, where something did.
        lost: Option<Lost>,
    },
}

/// The operator after which a column is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The operator with all that belongs to it.
    pub place: Span,
    /// The operator's word.
    pub word: &'static str,
    /// The name that the column has from there on, where it only got another.
    pub renamed: Option<Box<str>>,
    /// Whether the column was known to be there before.
    pub was_present: bool,
}

/// How much is known of a set of columns, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Certainty {
    /// The query names them itself, or they are documented.
    Sure,
    /// They come from a schema that may be wrong.
    Doubtful,
    /// There may be others.
    Open,
}

impl Certainty {
    fn of(relation: &Relation) -> Self {
        match (relation.has_unknown_columns, relation.low_confidence) {
            (true, _) => Self::Open,
            (false, true) => Self::Doubtful,
            (false, false) => Self::Sure,
        }
    }
}

/// Queries may nest, and names may stand for names, only so deeply.
const DEEPEST: usize = 24;

/// The columns after the source of a pipeline and after each of its operators.
type Stages = [(Span, Arc<Relation>)];

/// A query with what it means.
pub struct ColumnLineage<'a> {
    parse: &'a Parse,
    lets: OnceCell<LetValues<'a>>,
    model: Arc<SemanticModel>,
    catalog: &'a dyn Catalog,
}

impl<'a> ColumnLineage<'a> {
    /// Follows the columns of a query. The model is that of the same query in the same catalog, at any level.
    pub fn new(parse: &'a Parse, model: Arc<SemanticModel>, catalog: &'a dyn Catalog) -> Self {
        Self { parse, lets: OnceCell::new(), model, catalog }
    }

    /// What a name stands for that a `let` gives.
    fn value_of(&self, name: &Name) -> Option<&'a LetValue> {
        self.lets.get_or_init(|| self.parse.let_values(Arc::clone(&self.model))).of(name)
    }

    /// Whether the query returns a column. One that returns no rows, or cannot be read, may return any.
    pub fn column(&self, name: &str) -> Presence {
        let (Some(result), Some(main)) = (&self.model.result, self.parse.last_query()) else {
            return Presence::Possible;
        };
        if !self.parse.errors.is_empty() || result.column(name).is_some() {
            return Presence::Possible;
        }
        let sure = match self.certainty(main, 0) {
            Certainty::Open => return Presence::Possible,
            certainty => certainty == Certainty::Sure,
        };
        Presence::Missing { sure, lost: self.lost(main, name, 0) }
    }

    /// The rows of a pipeline, where it was read where it stands.
    fn stages(&self, source: &Expr, count: usize) -> Option<&Stages> {
        self.model.pipeline(source, count)
    }

    /// How sure it is that the rows have no columns but those that are known.
    fn certainty(&self, expr: &'a Expr, depth: usize) -> Certainty {
        if depth > DEEPEST {
            return Certainty::Open;
        }
        let deeper = |expr: &'a Expr| self.certainty(expr, depth + 1);
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Materialize(inner) | ExprKind::ToTable(inner) => deeper(inner),
            ExprKind::DataTable { .. } | ExprKind::ExternalData { .. } => Certainty::Sure,
            ExprKind::Operator(operator) => self.step(operator, None, (None, None), depth),
            ExprKind::Pipeline { source, stages } => {
                let list = self.stages(source, stages.len());
                let mut certainty = deeper(source);
                for (at, stage) in stages.iter().enumerate() {
                    let around = (list.map(|list| &*list[at].1), list.map(|list| &*list[at + 1].1));
                    certainty = self.step(stage, Some(certainty), around, depth);
                }
                certainty
            }
            ExprKind::Path { member, .. } => match &member.kind {
                ExprKind::Name(name) => self.outside(&name.text),
                _ => Certainty::Open,
            },
            ExprKind::Name(name) | ExprKind::Call { name, .. } => match self.value_of(name) {
                Some(LetValue::Expr(value)) => deeper(value),
                Some(LetValue::Function(function)) => {
                    function.result.as_deref().map_or(Certainty::Open, deeper)
                }
                None => match self.model.variable_of(name.span) {
                    // How these rows were made is not followed.
                    Some((_, Variable { kind: VariableKind::As, value: ExprType::Rows(rows), .. })) => {
                        Certainty::of(rows).max(Certainty::Doubtful)
                    }
                    _ => self.outside(table_name(expr).unwrap_or(&name.text)),
                },
            },
            _ => Certainty::Open,
        }
    }

    /// What is known of a table or function of the workspace.
    fn outside(&self, name: &str) -> Certainty {
        if let Some(function) = self.catalog.function(name) {
            return match &function.returns {
                Returned::Rows(relation) => Certainty::of(relation),
                Returned::Body(body) => {
                    let params = function.params.as_deref().unwrap_or_default();
                    let result = body.meaning(self.catalog, params).result.as_ref();
                    // What a parser returns is made elsewhere, and may be another version in the workspace.
                    result
                        .map_or(Certainty::Open, |relation| Certainty::of(relation).max(Certainty::Doubtful))
                }
                _ => Certainty::Open,
            };
        }
        self.catalog.table(name).map_or(Certainty::Open, |table| Certainty::of(&table.relation))
    }

    /// What is known of the columns after an operator. `around` are the columns before and after it.
    fn step(
        &self,
        operator: &'a Operator,
        input: Option<Certainty>,
        around: (Option<&Relation>, Option<&Relation>),
        depth: usize,
    ) -> Certainty {
        let after =
            |least: Certainty| around.1.map_or(Certainty::Open, |after| Certainty::of(after).max(least));
        let given = input.unwrap_or(Certainty::Sure);
        if let OperatorKind::Union(union) = &operator.kind {
            return union.legs.iter().map(|leg| self.certainty(leg, depth + 1)).fold(given, Ord::max);
        }
        if let OperatorKind::Join(join) | OperatorKind::Lookup(join) = &operator.kind {
            let right = || self.certainty(&join.right, depth + 1);
            return match join.kind.sides() {
                Sides::Left => given,
                Sides::Right => right(),
                Sides::Both => given.max(right()),
            };
        }
        match &operator.kind {
            OperatorKind::MakeGraph(make) if make.partition.is_none() => {
                let nodes = make.nodes.iter().map(|nodes| self.certainty(&nodes.table, depth + 1));
                return nodes.fold(given, Ord::max);
            }
            OperatorKind::GraphMarkComponents
            | OperatorKind::GraphWhereEdges(_)
            | OperatorKind::GraphWhereNodes(_) => return given,
            _ => {}
        }
        match operator.kind.facts().columns {
            Columns::Replace => Certainty::Sure,
            Columns::Compute => after(given),
            Columns::Unknown => Certainty::Open,
            Columns::Keep | Columns::Extend | Columns::Rename | Columns::Drop | Columns::Combine => {
                // An operator that brings columns which nobody knows.
                let opened = around.0.is_some_and(|before| !before.has_unknown_columns)
                    && around.1.is_some_and(|after| after.has_unknown_columns);
                if opened { Certainty::Open } else { given }
            }
        }
    }

    /// The operator after which a column is gone.
    fn lost(&self, expr: &'a Expr, name: &str, depth: usize) -> Option<Lost> {
        if depth > DEEPEST {
            return None;
        }
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Materialize(inner) | ExprKind::ToTable(inner) => {
                self.lost(inner, name, depth + 1)
            }
            ExprKind::Operator(operator) => self.lost_beside(operator, name, depth),
            ExprKind::Pipeline { source, stages } => {
                let list = self.stages(source, stages.len())?;
                // What these rows have is lost elsewhere, if at all.
                if list.last()?.1.column(name).is_some() {
                    return None;
                }
                let mut narrowed = None;
                for (at, stage) in stages.iter().enumerate().rev() {
                    let before = &list[at].1;
                    if before.column(name).is_some() {
                        return Some(at_operator(stage, name, true));
                    }
                    if let Some(lost) = self.lost_beside(stage, name, depth) {
                        return Some(lost);
                    }
                    if before.has_unknown_columns && stage.kind.facts().columns == Columns::Replace {
                        narrowed = Some(at_operator(stage, name, false));
                    }
                }
                self.lost(source, name, depth + 1).or(narrowed)
            }
            ExprKind::Name(called) | ExprKind::Call { name: called, .. } => match self.value_of(called)? {
                LetValue::Expr(value) => self.lost(value, name, depth + 1),
                LetValue::Function(function) => self.lost(function.result.as_deref()?, name, depth + 1),
            },
            _ => None,
        }
    }

    /// Where a column was lost in the rows that an operator brings in.
    fn lost_beside(&self, operator: &'a Operator, name: &str, depth: usize) -> Option<Lost> {
        if let OperatorKind::Union(union) = &operator.kind {
            return union.legs.iter().find_map(|leg| self.lost(leg, name, depth + 1));
        }
        if let OperatorKind::Join(join) | OperatorKind::Lookup(join) = &operator.kind
            && join.kind.sides() != Sides::Left
        {
            return self.lost(&join.right, name, depth + 1);
        }
        None
    }
}

/// The table that `table("T")` names.
fn table_name(expr: &Expr) -> Option<&str> {
    let ExprKind::Call { name, args } = &expr.kind else { return None };
    match &args.first()?.kind {
        ExprKind::Literal(Literal::String(text)) if &*name.text == "table" => Some(text),
        _ => None,
    }
}

fn at_operator(operator: &Operator, column: &str, was_present: bool) -> Lost {
    let mut of_element = false;
    let items: &[Expr] = match &operator.kind {
        OperatorKind::Project(items)
        | OperatorKind::ProjectRename(items)
        | OperatorKind::Distinct(items)
        | OperatorKind::Summarize { by: Some(items), .. } => items,
        OperatorKind::GraphMatch(pattern) | OperatorKind::GraphShortestPaths(pattern) => {
            of_element = true;
            pattern.project.as_deref().unwrap_or_default()
        }
        _ => &[],
    };
    let renamed = items.iter().find_map(|expr| new_name(expr, column, of_element));
    Lost { place: operator.span, word: operator.word, renamed: renamed.map(Box::from), was_present }
}

/// The name that a column gets: `New = Old`, or `New = element.Old` of a graph.
fn new_name<'a>(expr: &'a Expr, column: &str, of_element: bool) -> Option<&'a str> {
    let ExprKind::Named { names, value, .. } = &expr.kind else { return None };
    let value = match &value.kind {
        ExprKind::Path { member, .. } if of_element => member,
        _ => value,
    };
    let ExprKind::Name(old) = &value.kind else { return None };
    names.first().map(|name| &*name.text).filter(|_| *old.text == *column)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use super::{ColumnLineage, DEEPEST, Presence};
    use crate::kql::bind::{NoCatalog, bind};
    use crate::kql::parse;

    /// What is known of a column of a query, and what lost it.
    fn told(text: &str, column: &str) -> String {
        let parsed = parse(text);
        assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
        let model = Arc::new(bind(text, &parsed, &NoCatalog, &[]));
        match ColumnLineage::new(&parsed, model, &NoCatalog).column(column) {
            Presence::Possible => "possible".to_owned(),
            Presence::Missing { sure, lost } => {
                let mut out = if sure { "surely missing" } else { "missing" }.to_owned();
                if let Some(lost) = lost {
                    let was = if lost.was_present { "there" } else { "perhaps there" };
                    let _ = write!(out, ", {was} before {} `{}`", lost.word, &text[lost.place.range()]);
                    if let Some(renamed) = lost.renamed {
                        let _ = write!(out, ", now {renamed}");
                    }
                }
                out
            }
        }
    }

    #[test]
    fn what_is_known_of_a_column() {
        const ROWS: &str = "datatable(a: string, b: long, d: dynamic)[]";
        let mut out = String::new();
        for query in [
            "@",
            "T",
            "@ | project b",
            "@ | project c = a",
            "@ | project-rename c = a",
            "@ | project-away a",
            "@ | project-keep b",
            "@ | project b | where b > 1 | take 1",
            "T | project b",
            "T | project b | extend c = 1",
            "T | project b, c = a",
            "T | summarize count() by b",
            "T | summarize take_any(a) by b",
            "@ | summarize count() by c = a",
            "@ | distinct b",
            "@ | count",
            "@ | getschema",
            "@ | project b | join kind=inner (T) on b",
            "@ | project b | join kind=inner (@) on b",
            "@ | project b | join kind=leftanti (@) on b",
            "@ | project b | join kind=rightsemi (@ | project b) on b",
            "@ | project b | join kind=rightsemi (T | project b) on b",
            "@ | project b | lookup (@ | project b) on b",
            "union (@ | project b), (@ | project c = a)",
            "union (@ | project b), T",
            "@ | project b | union (@ | project-away a)",
            "let x = @ | project b; x",
            "let x = @; x | project b",
            "let x = () { @ | project b }; x()",
            "let x = (t: (*)) { t | project b }; x(@)",
            "let x = view () { @ | project b }; x",
            "let x = materialize(@ | project b); x",
            "let x = T | project b; let y = x; y",
            "@ | project b | as N; N",
            "@ | as N | project b | union N",
            "@ | mv-expand d | project d",
            "@ | project b, d | mv-apply x = d on (where x > 1)",
            "@ | project d | evaluate bag_unpack(d)",
            "@ | project d | evaluate bag_unpack(d) : (c: string)",
            "@ | project b, d | mv-apply x = d on (evaluate bag_unpack(x))",
            "@ | project b, d | partition by b (evaluate bag_unpack(d))",
            "@ | project b | invoke f()",
            "@ | make-series n = count() default=0 on b from 1 to 5 step 1",
            "@ | top-nested 3 of b by count()",
            "@ | make-graph a --> a | graph-match (x)-[e]->(y) project e.b",
            "@ | make-graph a --> a | graph-match (x)-[e]->(y) project c = e.a",
            "@ | make-graph b --> b with (@ | project b) on b | graph-to-table nodes",
            "@ | project b | fork (count) (take 1)",
            "range b from 1 to 5 step 1",
            "print b = 1",
            "print b = 1 | extend a1 = b",
            "table('T') | project b",
            "cluster('x').database('y').T | project b",
            "externaldata(b: string)['x']",
            "search 'x' | project b",
            "find in (T) where b == 1 project b",
            "@ | project b | consume",
        ] {
            let _ = writeln!(out, "{query}: {}", told(&query.replace('@', ROWS), "a").replace(ROWS, "@"));
        }
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("what_is_known_of_a_column", out);
        });
    }

    #[test]
    fn names_are_followed_so_far() {
        // Each `let` is one level, and so is each function, with its call.
        let chain = |count: usize, each: &str| {
            let mut text = "let x0 = datatable(b: long)[];".to_owned();
            for at in 1..=count {
                text += &each.replace("NEW", &format!("x{at}")).replace("OLD", &format!("x{}", at - 1));
            }
            text + &format!("x{count}")
        };
        let lets = "let NEW = OLD; ";
        assert_eq!(told(&chain(DEEPEST - 1, lets), "a"), "surely missing");
        assert_eq!(told(&chain(DEEPEST, lets), "a"), "possible");
        let functions = "let NEW = () { OLD }; ";
        assert_eq!(told(&chain(DEEPEST - 1, functions), "a"), "surely missing");
        assert_eq!(told(&chain(DEEPEST, functions), "a"), "possible");
        let pipes = "let NEW = OLD | take 1; ";
        assert_eq!(told(&chain(DEEPEST / 2 - 1, pipes), "a"), "surely missing");
        assert_eq!(told(&chain(DEEPEST / 2, pipes), "a"), "possible");
    }
}
