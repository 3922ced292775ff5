//! A column gets the name that it has elsewhere, where it is a column of certain tables or is named after one: `Timestamp`
//! of a Defender table is `TimeGenerated` in a workspace. Which columns these are, and where they are named, the semantic
//! model tells.

use std::collections::BTreeSet;

use super::changes::Change;
use super::notes::COLUMN_RENAMED;
use crate::kql::ast::{Expr, ExprKind, Name, NameForm};
use crate::kql::bind::Catalog;
use crate::kql::model::{ColumnOrigin, ColumnSet, SemanticModel, Symbol};
use crate::kql::types::ColumnId;
use crate::kql::{self, Node, walk_statements};
use crate::source::Span;

/// Which column is called what, and of which tables.
pub(super) struct Renaming<'a> {
    /// The name in the query.
    pub(super) old: &'a str,
    /// The name that it gets.
    pub(super) new: &'a str,
    /// Whether a table has the column under the new name.
    pub(super) table: &'a dyn Fn(&str) -> bool,
    /// Why, as a sentence without its period.
    pub(super) reason: String,
}

impl Renaming<'_> {
    /// The changes that give every such column its new name.
    pub(super) fn changes(
        &self,
        text: &str,
        parse: &kql::Parse,
        model: &SemanticModel,
        catalog: &dyn Catalog,
    ) -> Vec<Change> {
        let old = self.old;
        if !text.contains(old) {
            return Vec::new();
        }
        let ours = |name: &str| {
            (self.table)(name)
                || name.contains('*') && catalog.tables_like(name).iter().any(|name| (self.table)(name))
        };
        if !model.tables.iter().map(|(name, _)| &**name).chain(patterns(parse)).any(ours) {
            return Vec::new();
        }
        let other = |name: &str| {
            !ours(name) && catalog.table(name).is_some_and(|table| table.relation.column(old).is_some())
        };
        let foreign = model.tables.iter().any(|(name, _)| other(name));
        let defined = defined(parse, old);
        let unknown: BTreeSet<Span> = model.findings.iter().map(|finding| finding.span).collect();
        let mut renamed = places(model, old, ours, !foreign);
        // Where columns are not known in full, nothing tells which is meant; then the name has to, unless something else
        // bears it too.
        if !foreign {
            let named = |place: &Span| {
                let name = text.get(place.range()).unwrap_or_default();
                name.trim_matches(['[', ']', '\'', '"', ' ']) == old
                    && defined.is_none_or(|end| place.end <= end)
                    && !unknown.contains(place)
            };
            renamed.extend(names(parse, old).into_iter().filter(named));
        }
        renamed.extend(named_in_strings(parse, old, &family_at(model, old, ours, !foreign)));
        let change = |span: &Span| {
            // Of `min_Timestamp` and `['Timestamp']` only the part changes that is the name.
            let start = span.start as usize + text.get(span.range())?.find(old)?;
            let span = Span::new(start, start + old.len());
            Some(Change::new(&COLUMN_RENAMED, span, self.new, self.reason.clone()))
        };
        renamed.iter().filter_map(change).collect()
    }
}

/// Where the query first gives a name to something of its own: the end of what it makes it of.
fn defined(parse: &kql::Parse, wanted: &str) -> Option<u32> {
    let mut first: Option<u32> = None;
    walk_statements(&parse.statements, &mut |node| {
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

/// The places that name columns which are called otherwise in a workspace: those of Defender's tables, and those that
/// have their names from them, as `max_Timestamp` has, and those that meet them in a union. `assumed` says that a column of that name is meant as well where
/// nobody knows the columns, so far as others have their names from it.
fn places(model: &SemanticModel, old: &str, ours: impl Fn(&str) -> bool, assumed: bool) -> BTreeSet<Span> {
    let mut own = BTreeSet::new();
    let family = loop {
        let family = family(model, old, &ours, assumed, &own);
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
    old: &'m str,
    ours: impl Fn(&str) -> bool + 'm,
    assumed: bool,
) -> impl Fn(u32) -> bool + 'm {
    let family = family(model, old, &ours, assumed, &BTreeSet::new());
    move |offset| {
        let Some(row) = model.names_in_scope(offset).row else { return assumed };
        match row.column(old) {
            Some(column) => family.has(column.id),
            None => row.has_unknown_columns && assumed,
        }
    }
}

/// The columns that `column_ifexists` names in a string, where the rows there have the column.
fn named_in_strings(parse: &kql::Parse, old: &str, has: &dyn Fn(u32) -> bool) -> Vec<Span> {
    let mut found = Vec::new();
    walk_statements(&parse.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Call { name, args, .. }, .. }) = node
            && matches!(&*name.text, "column_ifexists" | "columnifexists")
            && let Some(first) = args.first()
            && first.as_text() == Some(old)
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
    old: &str,
    ours: &dyn Fn(&str) -> bool,
    assumed: bool,
    own: &BTreeSet<ColumnId>,
) -> ColumnSet {
    let is_own =
        |id: ColumnId| model.column(id).is_some_and(|column| &*column.name == old && column.place.is_some());
    model.columns_where(|id, column, known| {
        let named = column.name.contains(old);
        match &column.origin {
            ColumnOrigin::Table(table) | ColumnOrigin::Tables(table) => &*column.name == old && ours(table),
            ColumnOrigin::Assumed => assumed && &*column.name == old,
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
fn names(parse: &kql::Parse, old: &str) -> Vec<Span> {
    let (mut places, mut parts) = (BTreeSet::new(), BTreeSet::new());
    walk_statements(&parse.statements, &mut |node| {
        let Node::Expr(expr) = node else { return true };
        match &expr.kind {
            ExprKind::Name(Name { text, span, .. }) if text.contains(old) => {
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
