//! The query of a detection with the names of a workspace.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::convert::changes::{Change, Places, apply, ordered};
use crate::convert::detection::alert::dynamic_columns;
use crate::convert::detection::from_template::Catalogs;
use crate::convert::notes::COLUMN_RENAMED;
use crate::convert::renames::Renaming;
use crate::diagnostic::RuleMeta;
use crate::knowledge::defender;
use crate::kql::ast::{Expr, ExprKind};
use crate::kql::bind::bind_at;
use crate::kql::model::{Level, Symbol};
use crate::kql::types::Relation;
use crate::kql::{self, Node, walk_statements};
use crate::source::Span;

/// The aggregates whose result is the time of an event.
const TIMES: [&str; 5] = ["arg_max", "arg_min", "max", "min", "take_any"];

/// What was changed, where in the query as it was, and why.
pub(super) type Told = Vec<(&'static RuleMeta, Span, String)>;

/// A query as a workspace takes it.
#[derive(Debug, Default)]
pub(super) struct InWorkspace {
    /// The text.
    pub(super) text: String,
    /// Where it was changed, the first step first.
    pub(super) places: Vec<Places>,
    /// The columns of the result: the names before and after.
    names: Vec<(String, String)>,
    /// The result, where it is known.
    pub(super) result: Option<Arc<Relation>>,
    /// Columns that are the same string in every row.
    constants: Vec<(String, String)>,
}

impl InWorkspace {
    /// The name in a workspace of a column of the result.
    pub(super) fn column(&self, name: &str) -> String {
        let renamed = self.names.iter().find(|(old, _)| old == name).map(|(_, new)| new.clone());
        renamed.unwrap_or_else(|| name.to_owned())
    }

    /// A text with its columns in double braces under the names of a workspace.
    pub(super) fn format(&self, text: &str) -> String {
        let (mut out, mut at) = (String::new(), 0);
        for (span, column) in dynamic_columns(text) {
            out.push_str(&text[at..span.start as usize]);
            out.push_str(&self.column(column));
            at = span.end as usize;
        }
        out.push_str(&text[at..]);
        out
    }

    /// A column of the result that is this string in every row; it is added where there is none.
    pub(super) fn constant(&mut self, text: &str, wanted: &str) -> String {
        if let Some((name, _)) = self.constants.iter().find(|(_, own)| own == text) {
            return name.clone();
        }
        let has = |name: &str| super::has(self.result.as_deref(), name) || self.text.contains(name);
        let numbered = (2..).map(|number| format!("{wanted}{number}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        let name = names.find(|name| !has(name)).unwrap_or_else(|| wanted.to_owned());
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        self.text.push_str(&format!("\n| extend {name} = \"{text}\"\n"));
        self.constants.push((name.clone(), text.to_owned()));
        name
    }
}

/// The query with the names of a workspace.
pub(super) fn in_workspace(text: &str, catalogs: Catalogs<'_>) -> (InWorkspace, Told) {
    let (mut text, mut places, mut told) = (text.to_owned(), Vec::<Places>::new(), Vec::new());
    let before = columns(&text, catalogs);
    for (table, old, new) in defender::renames() {
        if !text.contains(new) {
            continue;
        }
        let parse = kql::parse(&text);
        let model = bind_at(Level::Full, &text, &parse, catalogs.hunting, &[]);
        let ours = |name: &str| if table == "*" { defender::is_defender(name) } else { name == table };
        let reason = format!("`{new}` is `{old}` in a workspace");
        let renaming = Renaming { old: new, new: old, table: &ours, reason };
        let changes = ordered(renaming.changes(&text, &parse, &model, catalogs.hunting));
        let (changed, starts) = apply(&text, &changes);
        for change in &changes {
            let was = places.iter().rev().fold(change.place, |span, step| step.original(span));
            told.push((change.code, was, change.reason.clone()));
        }
        places.push(Places::new(&starts, &changes));
        text = changed;
    }
    if let Some((changed, starts, changes)) = made_times(&text, catalogs) {
        for change in &changes {
            let was = places.iter().rev().fold(change.place, |span, step| step.original(span));
            told.push((change.code, was, change.reason.clone()));
        }
        places.push(Places::new(&starts, &changes));
        text = changed;
    }
    let result = columns(&text, catalogs);
    let listed = |rows: Option<&Relation>| -> Vec<String> {
        let rows = rows.filter(|rows| !rows.has_unknown_columns);
        rows.map(|rows| rows.columns.iter().map(|column| column.name.to_string()).collect())
            .unwrap_or_default()
    };
    let names: Vec<_> = listed(before.as_deref()).into_iter().zip(listed(result.as_deref())).collect();
    let constants = constants(&text, result.as_deref());
    (InWorkspace { text, places, names, result, constants }, told)
}

/// The query in which the time of the event that an aggregate gives the name `Timestamp`, as the recipes for detections do,
/// has its name in a workspace, with the changes; nothing where that name is taken.
fn made_times(text: &str, catalogs: Catalogs<'_>) -> Option<(String, Vec<usize>, Vec<Change>)> {
    let (old, new) = ("Timestamp", "TimeGenerated");
    let parse = kql::parse(text);
    let mut made: FxHashSet<Span> = FxHashSet::default();
    walk_statements(&parse.statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Named { names, value, .. }, .. }) = node
            && value.as_call().is_some_and(|(name, _)| TIMES.contains(&&*name.text))
        {
            made.extend(names.iter().filter(|name| &*name.text == old).map(|name| name.span));
        }
        true
    });
    if made.is_empty() {
        return None;
    }
    let model = bind_at(Level::Full, text, &parse, catalogs.hunting, &[]);
    let family = model.columns_where(|_, column, known| match column.place {
        Some(place) => &*column.name == old && made.contains(&place),
        None => column.name.contains(old) && column.named_after.is_some_and(|after| known.has(after)),
    });
    let references = family
        .iter()
        .flat_map(|id| model.references(&Symbol::Column(id)).map(|seen| seen.span).collect::<Vec<_>>());
    let places: BTreeSet<Span> = made.iter().copied().chain(references).collect();
    let reason = format!("`{old}` is `{new}` in a workspace");
    let change = |place: &Span| {
        let start = place.start as usize + text.get(place.range())?.find(old)?;
        Some(Change::new(&COLUMN_RENAMED, Span::new(start, start + old.len()), new, reason.clone()))
    };
    let changes = ordered(places.iter().filter_map(change).collect());
    let (changed, starts) = apply(text, &changes);
    // A second column of the name, or one that is not found any more, is worse than the old name.
    let after = kql::parse(&changed);
    let findings = |text: &str, parse: &kql::Parse| {
        bind_at(Level::Full, text, parse, catalogs.hunting, &[]).findings.len()
    };
    let names = |text: &str| -> Vec<String> {
        let rows = columns(text, catalogs);
        rows.iter().flat_map(|rows| &rows.columns).map(|column| column.name.to_string()).collect()
    };
    let (was, is) = (names(text), names(&changed));
    let alike = |(was, is): (&String, &String)| was == is || was.replace(old, new) == *is;
    let sound = after.errors.len() == parse.errors.len()
        && findings(&changed, &after) <= findings(text, &parse)
        && was.len() == is.len()
        && was.iter().zip(&is).all(alike)
        && !was.iter().any(|name| name == new);
    sound.then_some((changed, starts, changes))
}

/// The result of a query in advanced hunting, whose tables have the columns of the workspace beside their own.
fn columns(text: &str, catalogs: Catalogs<'_>) -> Option<Arc<Relation>> {
    super::super::body::query_columns(text, catalogs.hunting).0
}

/// The columns of the result to which the query gives a string.
fn constants(text: &str, result: Option<&Relation>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk_statements(&kql::parse(text).statements, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Named { names, value, .. }, .. }) = node
            && let (Some(name), Some(text)) = (names.first(), value.as_text())
            && super::has(result, &name.text)
        {
            found.push((name.text.to_string(), text.to_owned()));
        }
        true
    });
    found
}
