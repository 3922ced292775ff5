//! What operators do, answered once: whether rows come in, and what becomes of the rows, their order and their
//! columns. [`OperatorKind::facts`] has one line for each operator, so that the compiler asks all of it of a new one.

use super::{Column, Expr, ExprKind, NameForm, OperatorKind, Union};

/// What is known of an operator, whatever stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Its name as the documentation writes it, whichever word was written; empty where no operator was read.
    pub name: &'static str,
    /// Whether rows come in.
    pub input: Input,
    /// Where it may stand.
    pub nests: Nests,
    /// What becomes of the rows.
    pub rows: Rows,
    /// What becomes of their order.
    pub order: Order,
    /// What becomes of the columns.
    pub columns: Columns,
}

/// Whether rows come into an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// It works on the rows before it.
    Needed,
    /// It may begin a query, or work on the rows before it.
    Optional,
    /// It begins a query, and takes no rows.
    Refused,
}

/// In which queries inside other operators an operator may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nests {
    /// In any.
    Anywhere,
    /// Not in those of `fork`.
    NotInFork,
    /// In none.
    Nowhere,
}

/// What becomes of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Each goes on as one row.
    Pass,
    /// Those go on that fit a condition or a pattern.
    Filter,
    /// As many go on as are asked for.
    Take,
    /// Many become one.
    Group,
    /// One becomes many.
    Expand,
    /// They go on together with the rows of another table that belong to them.
    Match,
    /// The rows of other tables come after them.
    Append,
    /// They are looked for in tables, or in those that come in.
    Search,
    /// They are made of nothing.
    Make,
    /// What a query, a function or a plug-in makes of them.
    Compute,
    /// They are shown, thrown away or made into something else than rows.
    End,
}

/// What becomes of the order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// They come out in an order, whatever the order they came in.
    Made,
    /// They keep it.
    Kept,
    /// They lose it.
    Lost,
    /// That is not said, or depends on what stands inside.
    Unclear,
}

/// What becomes of the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// They stay as they are.
    Keep,
    /// They stay, and others may come.
    Extend,
    /// They stay, some of them under other names.
    Rename,
    /// Some of them may go.
    Drop,
    /// Those come out that the operator names, and no others.
    Replace,
    /// Those of other tables come in.
    Combine,
    /// What a query, a function or a plug-in makes of them.
    Compute,
    /// Nothing is known of them.
    Unknown,
}

impl OperatorKind {
    /// What is known of the operator. A new operator gets its line here.
    pub fn facts(&self) -> Facts {
        use Columns as C;
        use Input::{Needed, Optional, Refused};
        use Nests::{Anywhere, NotInFork, Nowhere};
        use Order::{Kept, Lost, Made, Unclear};
        use Rows as R;
        let (name, input, nests, rows, order, columns) = match self {
            Self::As(_) => ("as", Needed, Anywhere, R::Pass, Kept, C::Keep),
            Self::AssertSchema(_) => ("assert-schema", Needed, Nowhere, R::Pass, Unclear, C::Replace),
            Self::Consume => ("consume", Needed, NotInFork, R::End, Unclear, C::Keep),
            Self::Count(_) => ("count", Needed, Anywhere, R::Group, Made, C::Replace),
            Self::Distinct(exprs) => {
                ("distinct", Needed, Anywhere, R::Group, Lost, C::named(exprs.iter().any(is_star)))
            }
            Self::Evaluate { schema: None, .. } => {
                ("evaluate", Optional, NotInFork, R::Compute, Unclear, C::Compute)
            }
            Self::Evaluate { schema: Some(schema), .. } => {
                let columns = if schema.iter().any(stands_for_input) { C::Extend } else { C::Replace };
                ("evaluate", Optional, NotInFork, R::Compute, Unclear, columns)
            }
            Self::ExecuteAndCache => ("__executeAndCache", Needed, Anywhere, R::End, Unclear, C::Keep),
            Self::Extend(_) => ("extend", Needed, Anywhere, R::Pass, Kept, C::Extend),
            Self::Facet { .. } => ("facet", Needed, NotInFork, R::End, Unclear, C::Unknown),
            Self::Find(_) => ("find", Optional, NotInFork, R::Search, Unclear, C::Compute),
            Self::Fork(_) => ("fork", Needed, NotInFork, R::End, Unclear, C::Unknown),
            Self::GetSchema => ("getschema", Needed, NotInFork, R::Group, Made, C::Replace),
            Self::GraphMarkComponents => {
                ("graph-mark-components", Needed, Anywhere, R::End, Unclear, C::Unknown)
            }
            Self::GraphMatch(pattern) => {
                let columns = if pattern.project.is_some() { C::Replace } else { C::Unknown };
                ("graph-match", Needed, Anywhere, R::Compute, Unclear, columns)
            }
            Self::GraphShortestPaths(pattern) => {
                let columns = if pattern.project.is_some() { C::Replace } else { C::Unknown };
                ("graph-shortest-paths", Needed, Anywhere, R::Compute, Unclear, columns)
            }
            Self::GraphToTable(_) => ("graph-to-table", Needed, Anywhere, R::Compute, Unclear, C::Compute),
            Self::GraphWhereEdges(_) => ("graph-where-edges", Needed, Anywhere, R::End, Unclear, C::Unknown),
            Self::GraphWhereNodes(_) => ("graph-where-nodes", Needed, Anywhere, R::End, Unclear, C::Unknown),
            Self::InlineTable(_) => ("inline_external_table", Needed, Anywhere, R::Compute, Unclear, C::Keep),
            Self::Invoke(_) => ("invoke", Needed, Anywhere, R::Compute, Unclear, C::Compute),
            Self::Join(_) => ("join", Needed, NotInFork, R::Match, Lost, C::Combine),
            Self::Lookup(_) => ("lookup", Needed, NotInFork, R::Match, Unclear, C::Combine),
            Self::MacroExpand { .. } => ("macro-expand", Optional, Nowhere, R::Compute, Unclear, C::Unknown),
            Self::MakeGraph(_) => ("make-graph", Needed, Anywhere, R::End, Unclear, C::Unknown),
            Self::MakeSeries { .. } => ("make-series", Needed, NotInFork, R::Group, Unclear, C::Replace),
            Self::MvApply { .. } => ("mv-apply", Needed, NotInFork, R::Expand, Unclear, C::Extend),
            Self::MvExpand { .. } => ("mv-expand", Needed, Anywhere, R::Expand, Kept, C::Extend),
            Self::Parse(_) => ("parse", Needed, Anywhere, R::Pass, Kept, C::Extend),
            Self::ParseKv { .. } => ("parse-kv", Needed, Anywhere, R::Pass, Kept, C::Extend),
            Self::ParseWhere(_) => ("parse-where", Needed, Anywhere, R::Filter, Kept, C::Extend),
            Self::Partition { .. } => ("partition", Needed, NotInFork, R::Compute, Unclear, C::Compute),
            Self::PartitionBy { .. } => ("__partitionby", Needed, Anywhere, R::Compute, Unclear, C::Compute),
            Self::Print(exprs) => {
                ("print", Refused, Nowhere, R::Make, Made, C::named(exprs.iter().any(is_star)))
            }
            Self::Project(exprs) => {
                ("project", Needed, Anywhere, R::Pass, Kept, C::named(exprs.iter().any(is_star)))
            }
            Self::ProjectAway(_) => ("project-away", Needed, Anywhere, R::Pass, Kept, C::Drop),
            Self::ProjectByNames(_) => ("project-by-names", Needed, Anywhere, R::Pass, Unclear, C::Drop),
            Self::ProjectKeep(exprs) => {
                ("project-keep", Needed, Anywhere, R::Pass, Kept, C::named(exprs.iter().any(is_star)))
            }
            Self::ProjectRename(_) => ("project-rename", Needed, Anywhere, R::Pass, Kept, C::Rename),
            Self::ProjectReorder(_) => ("project-reorder", Needed, Anywhere, R::Pass, Kept, C::Keep),
            Self::Range { .. } => ("range", Refused, Nowhere, R::Make, Made, C::Replace),
            Self::Reduce { .. } => ("reduce", Needed, Anywhere, R::Group, Unclear, C::Replace),
            Self::Render { .. } => ("render", Needed, NotInFork, R::End, Kept, C::Keep),
            Self::Sample(_) => ("sample", Needed, Anywhere, R::Take, Unclear, C::Keep),
            Self::SampleDistinct { .. } => {
                ("sample-distinct", Needed, Anywhere, R::Take, Unclear, C::Replace)
            }
            Self::Scan(_) => ("scan", Needed, NotInFork, R::Compute, Unclear, C::Extend),
            Self::Search { tables: None, .. } => {
                ("search", Optional, NotInFork, R::Search, Unclear, C::Compute)
            }
            Self::Search { .. } => ("search", Refused, NotInFork, R::Search, Unclear, C::Compute),
            Self::Serialize(_) => ("serialize", Needed, NotInFork, R::Pass, Made, C::Extend),
            Self::Sort(_) => ("sort", Needed, Anywhere, R::Pass, Made, C::Keep),
            Self::Summarize { aggregates, .. } => {
                let columns = C::named(aggregates.iter().any(has_star));
                ("summarize", Needed, Anywhere, R::Group, Lost, columns)
            }
            Self::Take(_) => ("take", Needed, Anywhere, R::Take, Kept, C::Keep),
            Self::Top { .. } => ("top", Needed, Anywhere, R::Take, Made, C::Keep),
            Self::TopHitters { .. } => ("top-hitters", Needed, Anywhere, R::Group, Made, C::Replace),
            Self::TopNested(_) => ("top-nested", Needed, Anywhere, R::Group, Made, C::Replace),
            Self::Union(_) => ("union", Optional, NotInFork, R::Append, Lost, C::Combine),
            Self::Where(_) => ("where", Needed, Anywhere, R::Filter, Kept, C::Keep),
            Self::Unknown(_) | Self::Missing => ("", Needed, Anywhere, R::Compute, Unclear, C::Keep),
        };
        Facts { name, input, nests, rows, order, columns }
    }

    /// Its name as the documentation writes it, whichever word was written; empty where no operator was read.
    #[cfg(test)]
    pub fn name(&self) -> &'static str {
        self.facts().name
    }

    /// Whether every column of each row that goes on goes on with it, perhaps under another name.
    pub fn keeps_columns(&self) -> bool {
        let facts = self.facts();
        matches!(facts.rows, Rows::Pass | Rows::Filter | Rows::Take)
            && matches!(facts.columns, Columns::Keep | Columns::Extend | Columns::Rename)
    }

    /// Whether aggregates may be called in it, or rank its rows.
    pub fn takes_aggregates(&self) -> bool {
        matches!(
            self,
            Self::MakeSeries { .. } | Self::Summarize { .. } | Self::Top { .. } | Self::TopNested(_)
        )
    }

    /// Whether it looks through every table there is, where no rows come in.
    pub fn reads_every_table(&self) -> bool {
        self.facts().rows == Rows::Search && self.named_tables().is_empty()
    }

    /// The tables that a `find`, `search` or `union` names, where it names any.
    pub fn named_tables(&self) -> &[Expr] {
        if let Self::Find(find) = self {
            return find.tables.as_deref().unwrap_or_default();
        }
        if let Self::Search { tables: Some(tables), .. } | Self::Union(Union { legs: tables, .. }) = self {
            return tables;
        }
        &[]
    }

    /// The queries in it that work on its rows.
    pub(crate) fn fed_queries(&self) -> Vec<&Expr> {
        match self {
            Self::MvApply { query, .. }
            | Self::Partition { query, braces: false, .. }
            | Self::PartitionBy { query, .. } => vec![query],
            Self::Fork(legs) => legs.iter().map(Expr::value).collect(),
            Self::Facet { with, .. } => with.iter().map(|with| &**with).collect(),
            Self::MakeGraph(graph) => graph.partition.iter().map(|(_, query)| query).collect(),
            // A new operator with a query over its rows belongs above.
            Self::As(_)
            | Self::AssertSchema(_)
            | Self::Consume
            | Self::Count(_)
            | Self::Distinct(_)
            | Self::Evaluate { .. }
            | Self::ExecuteAndCache
            | Self::Extend(_)
            | Self::Find(_)
            | Self::GetSchema
            | Self::GraphMarkComponents
            | Self::GraphMatch(_)
            | Self::GraphShortestPaths(_)
            | Self::GraphToTable(_)
            | Self::GraphWhereEdges(_)
            | Self::GraphWhereNodes(_)
            | Self::InlineTable(_)
            | Self::Invoke(_)
            | Self::Join(_)
            | Self::Lookup(_)
            | Self::MacroExpand { .. }
            | Self::MakeSeries { .. }
            | Self::MvExpand { .. }
            | Self::Parse(_)
            | Self::ParseKv { .. }
            | Self::ParseWhere(_)
            | Self::Partition { braces: true, .. }
            | Self::Print(_)
            | Self::Project(_)
            | Self::ProjectAway(_)
            | Self::ProjectByNames(_)
            | Self::ProjectKeep(_)
            | Self::ProjectRename(_)
            | Self::ProjectReorder(_)
            | Self::Range { .. }
            | Self::Reduce { .. }
            | Self::Render { .. }
            | Self::Sample(_)
            | Self::SampleDistinct { .. }
            | Self::Scan(_)
            | Self::Search { .. }
            | Self::Serialize(_)
            | Self::Sort(_)
            | Self::Summarize { .. }
            | Self::Take(_)
            | Self::Top { .. }
            | Self::TopHitters { .. }
            | Self::TopNested(_)
            | Self::Union(_)
            | Self::Where(_)
            | Self::Unknown(_)
            | Self::Missing => Vec::new(),
        }
    }
}

impl Columns {
    /// What becomes of the columns where only what is named comes out, unless a star stands for others.
    fn named(star: bool) -> Self {
        if star { Self::Drop } else { Self::Replace }
    }
}

/// Whether an expression stands for any number of columns.
fn is_star(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Star => true,
        ExprKind::Name(name) => name.form == NameForm::Wildcard,
        _ => false,
    }
}

/// Whether an aggregate returns whatever columns there are, as `arg_max(Time, *)` does.
fn has_star(expr: &Expr) -> bool {
    expr.value().as_call().is_some_and(|(_, args)| args.iter().any(is_star))
}

/// Whether a declared column stands for those of the input.
fn stands_for_input(column: &Column) -> bool {
    &*column.name.text == "*"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kql::token::KEYWORDS;
    use crate::kql::{Node, parse, walk_statements};

    /// The operator that a word begins after a pipe.
    fn operator(word: &str) -> Option<OperatorKind> {
        let parsed = parse(&format!("T | {word} x"));
        let mut found = None;
        walk_statements(&parsed.statements, &mut |node| {
            if let Node::Operator(operator) = node {
                found.get_or_insert_with(|| operator.kind.clone());
            }
            true
        });
        found
    }

    #[test]
    fn every_word_of_an_operator_is_read_as_the_operator_of_that_name() {
        let aliases = [
            ("filter", "where"),
            ("limit", "take"),
            ("mvapply", "mv-apply"),
            ("mvexpand", "mv-expand"),
            ("order", "sort"),
        ];
        let mut names = std::collections::BTreeSet::new();
        for token in KEYWORDS {
            let word = token.text();
            let Some(name) = operator(word).map(|kind| kind.name()).filter(|name| !name.is_empty()) else {
                continue;
            };
            let alias = aliases.iter().find(|(alias, _)| *alias == word);
            assert_eq!(name, alias.map_or(word, |(_, name)| *name));
            names.insert(name);
        }
        // All but the table that stands where an operator belongs, whose word alone is none.
        assert_eq!(names.len(), 54);
    }
}
