//! Where a name is declared, and where else it stands.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::watchlists::WATCHLIST;
use super::{Asked, Span};
use crate::kql::ast::{Expr, ExprKind, Literal};
use crate::kql::model::{ColumnOrigin, Occurrence, Symbol};
use crate::kql::types::ColumnId;
use crate::kql::{Node, walk_statements};
use crate::order::Order as _;

/// Where a name is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// In the query.
    Here(Span),
    /// Outside of it.
    Outside(Named),
}

/// What is declared outside of a query and named in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    /// A table.
    Table(Arc<str>),
    /// A function of the workspace, such as a parser.
    Function(Arc<str>),
    /// A watchlist, by its alias.
    Watchlist(Arc<str>),
}

/// A place that names what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The place.
    pub span: Span,
    /// Whether the name is declared or given a value here.
    pub declares: bool,
}

/// The name at an offset with its meaning.
pub(super) fn occurrence_at<'a>(asked: &'a Asked<'_>, offset: usize) -> Option<&'a Occurrence> {
    let offset = u32::try_from(asked.clamp(offset)).ok()?;
    asked.model.occurrence_at(offset)
}

/// Where the name at an offset is declared.
pub fn definition(asked: &Asked<'_>, offset: usize) -> Vec<Target> {
    if let Some((_, named)) = named_at(asked, offset) {
        return vec![Target::Outside(named)];
    }
    let Some(occurrence) = occurrence_at(asked, offset) else { return Vec::new() };
    let mut found = Vec::new();
    match &occurrence.symbol {
        Symbol::Column(id) => columns(asked, &[*id], &mut found),
        Symbol::Columns(ids) | Symbol::Pattern(ids) => columns(asked, ids, &mut found),
        Symbol::Variable(id) => {
            found.extend(asked.model.variable(*id).and_then(|variable| variable.place).map(Target::Here));
        }
        _ => {}
    }
    found
}

/// Where columns are declared, through unions and copies that have no place of their own.
fn columns(asked: &Asked<'_>, ids: &[ColumnId], found: &mut Vec<Target>) {
    let (mut left, mut seen): (Vec<ColumnId>, FxHashSet<ColumnId>) = (ids.to_vec(), FxHashSet::default());
    while let Some(id) = left.pop() {
        if !seen.insert(id) || seen.len() > 1_000 {
            continue;
        }
        let Some(column) = asked.model.column(id) else { continue };
        let target = match (column.place, &column.origin) {
            (Some(place), _) => Target::Here(place),
            (None, ColumnOrigin::Table(name)) => Target::Outside(Named::Table(Arc::clone(name))),
            (None, ColumnOrigin::Function(name)) => Target::Outside(Named::Function(Arc::clone(name))),
            (None, ColumnOrigin::Union(parts)) => {
                left.extend(parts.iter().rev());
                continue;
            }
            (None, ColumnOrigin::JoinCopy(from) | ColumnOrigin::Renamed(from)) => {
                left.push(*from);
                continue;
            }
            (None, _) => match column.made_by {
                Some(made_by) => Target::Here(made_by),
                None => continue,
            },
        };
        if !found.contains(&target) {
            found.push(target);
        }
    }
}

/// The places in the query that mean the same as the one at an offset, in order, with its declaration; the same for
/// highlights.
pub fn references(asked: &Asked<'_>, offset: usize) -> Vec<Reference> {
    let Some(occurrence) = occurrence_at(asked, offset) else {
        let Some((_, named)) = named_at(asked, offset) else { return Vec::new() };
        let places = places_of(asked, &named);
        return places.into_iter().map(|span| Reference { span, declares: false }).collect();
    };
    let own = Reference { span: occurrence.span, declares: occurrence.declares };
    match &occurrence.symbol {
        // These mean nothing that could stand elsewhere.
        Symbol::Member | Symbol::Unresolved | Symbol::Option { .. } | Symbol::OptionValue { .. } => vec![own],
        // The key of a join is a column of both sides.
        Symbol::Columns(ids) => {
            let mut found = vec![own];
            for id in ids.iter() {
                let column = Symbol::Column(*id);
                let all = asked.model.references(&column);
                found.extend(all.map(|one| Reference { span: one.span, declares: one.declares }));
            }
            found.order_by_key(|one| one.span);
            found.dedup();
            found
        }
        symbol => {
            let all = asked.model.references(symbol);
            all.map(|one| Reference { span: one.span, declares: one.declares }).collect()
        }
    }
}

/// The table, function or watchlist from outside that is named at an offset, with the place of the name.
pub fn named_at(asked: &Asked<'_>, offset: usize) -> Option<(Span, Named)> {
    if let Some(occurrence) = occurrence_at(asked, offset)
        && let Some(named) = outside(&occurrence.symbol)
    {
        return Some((occurrence.span, named));
    }
    let offset = asked.clamp(offset);
    watchlists(asked).into_iter().find(|(span, _)| span.touches(offset))
}

fn outside(symbol: &Symbol) -> Option<Named> {
    match symbol {
        Symbol::Table(name) => Some(Named::Table(Arc::clone(name))),
        Symbol::Function(name) => Some(Named::Function(Arc::clone(name))),
        _ => None,
    }
}

/// The aliases in the calls of `_GetWatchlist`, with their places.
fn watchlists(asked: &Asked<'_>) -> Vec<(Span, Named)> {
    let mut found = Vec::new();
    walk_statements(&asked.parsed.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Call { name, args }, .. }) = node
            && &*name.text == WATCHLIST
            && let Some(Expr { span, kind: ExprKind::Literal(Literal::String(alias)), .. }) = args.first()
        {
            found.push((*span, Named::Watchlist(Arc::from(&**alias))));
        }
        true
    });
    found
}

/// The places that name a table, function or watchlist from outside.
pub fn places_of(asked: &Asked<'_>, named: &Named) -> Vec<Span> {
    if let Named::Watchlist(_) = named {
        return watchlists(asked).into_iter().filter(|(_, one)| one == named).map(|(span, _)| span).collect();
    }
    let all = asked.model.occurrences().iter();
    all.filter(|one| outside(&one.symbol).as_ref() == Some(named)).map(|one| one.span).collect()
}
