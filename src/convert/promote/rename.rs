//! `Timestamp` becomes `TimeGenerated` where it is a column of a Defender table, or follows from one.
//!
//! Which names are such columns is for the binder to say: it reads the query against tables that have the one
//! column and not the other, and what it does not know any more is written anew, until nothing is left.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Work;
use super::changes::{Change, apply};
use crate::convert::notes::COLUMN_RENAMED;
use crate::knowledge::tables;
use crate::kql::ast::{Expr, ExprKind, Name, NameForm};
use crate::kql::bind::{Catalog, External, FindingKind, Table, bind};
use crate::kql::types::{Column, Relation, Scalar};
use crate::kql::{self, Node, walk_statements};
use crate::source::Span;

const OLD: &str = "Timestamp";
const NEW: &str = "TimeGenerated";

/// After so many rounds, what is left stays.
const MOST_ROUNDS: usize = 40;

/// A catalog whose Defender tables are as in a workspace: with `TimeGenerated`, and for once without `Timestamp`.
struct Deployed<'a>(&'a dyn Catalog);

fn without(relation: &Relation) -> Relation {
    let mut columns: Vec<Column> =
        relation.columns.iter().filter(|column| &*column.name != OLD).cloned().collect();
    if !columns.iter().any(|column| &*column.name == NEW) {
        columns.push(Column::new(NEW, Scalar::DateTime));
    }
    relation.with(columns)
}

impl Catalog for Deployed<'_> {
    fn table(&self, name: &str) -> Option<Table> {
        let table = self.0.table(name)?;
        if !tables::table(name).is_some_and(tables::Table::defender) {
            return Some(table);
        }
        Some(Table { relation: Rc::new(without(&table.relation)) })
    }

    fn function(&self, name: &str) -> Option<Rc<External>> {
        self.0.function(name)
    }

    fn tables_like(&self, pattern: &str) -> Vec<Rc<str>> {
        self.0.tables_like(pattern)
    }

    fn everything(&self) -> Rc<Relation> {
        Rc::new(without(&self.0.everything()))
    }

    fn nearest_table(&self, name: &str) -> Option<String> {
        self.0.nearest_table(name)
    }

    fn nearest_function(&self, name: &str) -> Option<String> {
        self.0.nearest_function(name)
    }
}

impl Work<'_> {
    /// The changes that make every such column `TimeGenerated`.
    pub(super) fn renames(&self) -> Vec<Change> {
        let text = self.query.text;
        if !text.contains(OLD) {
            return Vec::new();
        }
        let places = names(self.query.parse());
        let before = bind(text, self.query.parse(), self.catalog, &[]);
        let defender = |name: &str| {
            let one = |name: &str| tables::table(name).is_some_and(tables::Table::defender);
            one(name) || name.contains('*') && self.catalog.tables_like(name).iter().any(|name| one(name))
        };
        let patterns = patterns(self.query.parse());
        if !before.tables.iter().map(|(name, _)| &**name).chain(patterns).any(defender) {
            return Vec::new();
        }
        let other = |name: &str| {
            !defender(name)
                && self.catalog.table(name).is_some_and(|table| table.relation.column(OLD).is_some())
        };
        let foreign = before.tables.iter().any(|(name, _)| other(name));
        let defined = self.defined(OLD);
        let unknown: BTreeSet<Span> = before.findings.iter().map(|finding| finding.span).collect();
        let mut renamed = BTreeSet::new();
        let deployed = Deployed(self.catalog);
        for _ in 0..MOST_ROUNDS {
            let changes = changes(text, &renamed);
            let (new, starts) = apply(text, &changes);
            let meaning = bind(&new, &kql::parse(&new), &deployed, &[]);
            let grown = NEW.len() - OLD.len();
            let before_place = |at: usize| {
                let shift = starts.iter().filter(|start| **start < at).count() * grown;
                at.saturating_sub(shift)
            };
            let found = meaning.findings.iter().filter(|finding| finding.kind == FindingKind::UnknownColumn);
            let mut more: Vec<Span> = found
                .filter_map(|finding| {
                    let start = before_place(finding.span.start as usize);
                    let place = places.iter().find(|place| place.start as usize == start)?;
                    (!unknown.contains(place) && !renamed.contains(place)).then_some(*place)
                })
                .collect();
            if more.is_empty() {
                // Where columns are not known in full, nothing is missed; then the name has to tell, unless
                // something else bears it too.
                if foreign {
                    break;
                }
                let left = |place: &&Span| {
                    let name = text.get(place.range()).unwrap_or_default();
                    name.trim_matches(['[', ']', '\'', '"', ' ']) == OLD
                        && defined.is_none_or(|end| place.end <= end)
                        && !renamed.contains(place)
                        && !unknown.contains(place)
                };
                more = places.iter().filter(left).copied().collect();
            }
            if more.is_empty() {
                break;
            }
            renamed.extend(more);
        }
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
    let reason = format!("`{OLD}` is called `{NEW}` in a workspace");
    let change = |span: &Span| {
        let start = span.start as usize + text.get(span.range())?.find(OLD)?;
        Some(Change::new(&COLUMN_RENAMED, Span::new(start, start + OLD.len()), NEW, reason.clone()))
    };
    renamed.iter().filter_map(change).collect()
}
