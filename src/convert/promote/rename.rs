//! `Timestamp` becomes `TimeGenerated` where it is a column of a Defender table, or is named after one: which columns
//! these are, and where they are named, the semantic model tells.

use std::collections::BTreeSet;

use super::Work;
use super::changes::Change;
use crate::convert::notes::COLUMN_RENAMED;
use crate::knowledge::tables;
use crate::kql::ast::{Expr, ExprKind, Name, NameForm};
use crate::kql::model::{ColumnOrigin, ColumnSet, SemanticModel, Symbol};
use crate::kql::types::ColumnId;
use crate::kql::{self, Node, walk_statements};
use crate::source::Span;

const OLD: &str = "Timestamp";
const NEW: &str = "TimeGenerated";

impl Work<'_> {
    /// The changes that make every such column `TimeGenerated`.
    pub(super) fn renames(&self) -> Vec<Change> {
        let text = self.query.text;
        if !text.contains(OLD) {
            return Vec::new();
        }
        let model = self.query.analysis(self.catalog);
        let defender = |name: &str| {
            let one = |name: &str| tables::table(name).is_some_and(tables::Table::defender);
            one(name) || name.contains('*') && self.catalog.tables_like(name).iter().any(|name| one(name))
        };
        let patterns = patterns(self.query.parse());
        if !model.tables.iter().map(|(name, _)| &**name).chain(patterns).any(defender) {
            return Vec::new();
        }
        let other = |name: &str| {
            !defender(name)
                && self.catalog.table(name).is_some_and(|table| table.relation.column(OLD).is_some())
        };
        let foreign = model.tables.iter().any(|(name, _)| other(name));
        let defined = self.defined(OLD);
        let unknown: BTreeSet<Span> = model.findings.iter().map(|finding| finding.span).collect();
        let mut renamed = places(&model, defender, !foreign);
        // Where columns are not known in full, nothing tells which is meant; then the name has to, unless something else
        // bears it too.
        if !foreign {
            let named = |place: &Span| {
                let name = text.get(place.range()).unwrap_or_default();
                name.trim_matches(['[', ']', '\'', '"', ' ']) == OLD
                    && defined.is_none_or(|end| place.end <= end)
                    && !unknown.contains(place)
            };
            renamed.extend(names(self.query.parse()).into_iter().filter(named));
        }
        renamed.extend(named_in_strings(self.query.parse(), &family_at(&model, defender, !foreign)));
        changes(text, &renamed)
    }

    /// Where the query first gives a name to something of its own: the end of what it makes it of.
    fn defined(&self, wanted: &str) -> Option<u32> {
        let mut first: Option<u32> = None;
        walk_statements(&self.query.parse().statements, &mut |node| {
            if let Node::Expr(expr) = node {
                let defines = match &expr.kind {
                    ExprKind::Named { names, .. } => names.iter().any(|name| &*name.text == wanted),
                    ExprKind::Typed(column) => &*column.name.text == wanted,
                    ExprKind::DataTable { schema, .. } | ExprKind::ExternalData { schema, .. } => {
                        schema.iter().any(|column| &*column.name.text == wanted)
                    }
                    _ => false,
                };
                if defines {
                    first = Some(first.map_or(expr.span.end, |end| end.min(expr.span.end)));
                }
            }
            true
        });
        first
    }
}

/// The places that name columns which are called otherwise in a workspace: those of Defender's tables, and those that
/// have their names from them, as `max_Timestamp` has, and those that meet them in a union. `assumed` says that a column of that name is meant as well where
/// nobody knows the columns, so far as others have their names from it.
fn places(model: &SemanticModel, defender: impl Fn(&str) -> bool, assumed: bool) -> BTreeSet<Span> {
    let mut own = BTreeSet::new();
    let family = loop {
        let family = family(model, &defender, assumed, &own);
        // Where one leg of a union is called otherwise, so is what the query makes of the same name to meet it there.
        let unions = family.iter().filter_map(|id| match &model.column(id)?.origin {
            ColumnOrigin::Union(parts) => Some(parts),
            _ => None,
        });
        let more: BTreeSet<ColumnId> =
            unions.flat_map(|parts| parts.iter().copied()).filter(|id| !family.has(*id)).collect();
        if more.is_empty() {
            break family;
        }
        own.extend(more);
    };
    let means = |symbol: &Symbol| match symbol {
        // Of a column that is assumed, the name itself has to tell.
        Symbol::Column(id) => family.has(*id) && !is_assumed(model, *id),
        Symbol::Columns(ids) => ids.iter().any(|id| family.has(*id) && !is_assumed(model, *id)),
        _ => false,
    };
    let named = model.occurrences().iter().filter(|occurrence| means(&occurrence.symbol));
    named.map(|occurrence| occurrence.span).collect()
}

/// The same columns, for questions about rows: whether those at a place have one of them under the old name.
fn family_at<'m>(
    model: &'m SemanticModel,
    defender: impl Fn(&str) -> bool + 'm,
    assumed: bool,
) -> impl Fn(u32) -> bool + 'm {
    let family = family(model, &defender, assumed, &BTreeSet::new());
    move |offset| {
        let Some(row) = model.names_in_scope(offset).row else { return assumed };
        match row.column(OLD) {
            Some(column) => family.has(column.id),
            None => row.has_unknown_columns && assumed,
        }
    }
}

/// The columns that `column_ifexists` names in a string, where the rows there have the column.
fn named_in_strings(parse: &kql::Parse, has: &dyn Fn(u32) -> bool) -> Vec<Span> {
    let mut found = Vec::new();
    walk_statements(&parse.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Call { name, args, .. }, .. }) = node
            && matches!(&*name.text, "column_ifexists" | "columnifexists")
            && let Some(first) = args.first()
            && first.as_text() == Some(OLD)
            && has(first.span.start)
        {
            found.push(first.span);
        }
        true
    });
    found
}

/// The columns that are called otherwise, those in `own` among them.
fn family(
    model: &SemanticModel,
    defender: &dyn Fn(&str) -> bool,
    assumed: bool,
    own: &BTreeSet<ColumnId>,
) -> ColumnSet {
    let is_own =
        |id: ColumnId| model.column(id).is_some_and(|column| &*column.name == OLD && column.place.is_some());
    model.columns_where(|id, column, known| {
        let named = column.name.contains(OLD);
        match &column.origin {
            ColumnOrigin::Table(table) | ColumnOrigin::Tables(table) => {
                &*column.name == OLD && defender(table)
            }
            ColumnOrigin::Assumed => assumed && &*column.name == OLD,
            ColumnOrigin::Union(parts) => {
                named
                    && parts.iter().any(|part| known.has(*part))
                    && parts.iter().all(|part| known.has(*part) || is_own(*part))
            }
            _ if own.contains(&id) => true,
            _ => named && column.place.is_none() && column.named_after.is_some_and(|from| known.has(from)),
        }
    })
}

fn is_assumed(model: &SemanticModel, id: ColumnId) -> bool {
    model.column(id).is_some_and(|column| column.origin == ColumnOrigin::Assumed)
}

/// The patterns by which the query names tables.
fn patterns(parse: &kql::Parse) -> Vec<&str> {
    let mut found = Vec::new();
    walk_statements(&parse.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Name(name), .. }) = node
            && name.form == NameForm::Wildcard
        {
            found.push(&*name.text);
        }
        true
    });
    found
}

/// The places of the names that hold the word and may be columns: what follows a dot is a part of a value, unless
/// a side of a join stands before it.
fn names(parse: &kql::Parse) -> Vec<Span> {
    let (mut places, mut parts) = (BTreeSet::new(), BTreeSet::new());
    walk_statements(&parse.statements, &mut |node| {
        let Node::Expr(expr) = node else { return true };
        match &expr.kind {
            ExprKind::Name(Name { text, span, .. }) if text.contains(OLD) => {
                places.insert(*span);
            }
            ExprKind::Path { base, member } => {
                let side = matches!(&base.kind, ExprKind::Name(name) if name.text.starts_with('$'));
                if !side {
                    parts.insert(member.span);
                }
            }
            _ => {}
        }
        true
    });
    places.difference(&parts).copied().collect()
}

/// One change for each name: of the part that is the word, so that `min_Timestamp` and `['Timestamp']` keep theirs.
fn changes(text: &str, renamed: &BTreeSet<Span>) -> Vec<Change> {
    let reason = format!("`{OLD}` is `{NEW}` in a workspace");
    let change = |span: &Span| {
        let start = span.start as usize + text.get(span.range())?.find(OLD)?;
        Some(Change::new(&COLUMN_RENAMED, Span::new(start, start + OLD.len()), NEW, reason.clone()))
    };
    renamed.iter().filter_map(change).collect()
}
