//! What a query reads, against the data types that a template declares.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::content::model::Connector;
use crate::knowledge::connectors;
use crate::knowledge::functions::{self, Origin};
use crate::knowledge::tables::{self, Grade};
use crate::kql::bind::{Catalog, Returned, matches_wildcard};
use crate::kql::mentions::Mentions;
use crate::rules::Context;
use crate::source::Span;

/// A table that a query reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    /// Where the query names it, or the parser that reads it.
    pub(super) place: Span,
    /// The parsers through which it is read; none where the query names it itself.
    pub(super) through: Rc<[String]>,
    /// Whether the query goes on without it, as a leg of a fuzzy union.
    pub(super) optional: bool,
}

/// What a query reads.
#[derive(Debug, Default)]
pub(super) struct Reads<'q> {
    /// The tables.
    pub(super) tables: BTreeMap<String, Read>,
    /// Whether it may read further tables, which nobody knows.
    pub(super) more: bool,
    /// What the query itself mentions.
    mentions: Option<&'q Mentions>,
    patterns: BTreeSet<String>,
}

impl<'q> Reads<'q> {
    /// What the template's query reads; `None` where it is not known.
    pub(super) fn of(cx: &Context<'q>) -> Option<Self> {
        let query = cx.queries.iter().find(|query| query.pointer == Some("/query"))?;
        if !query.parse().errors.is_empty() {
            return None;
        }
        let mentions = query.mentions();
        let mut reads = Self { mentions: Some(mentions), ..Self::default() };
        reads.add_mentions(mentions);
        let meaning = cx.meaning(query);
        for (table, place) in &meaning.tables {
            reads.more |= is_unclear(cx.catalog, table);
            let optional = mentions.is_optional(*place);
            reads.tables.insert(table.to_string(), Read { place: *place, through: Rc::default(), optional });
        }
        let mut seen = BTreeSet::new();
        for name in &meaning.functions {
            let place = mentions.place(name).unwrap_or_default();
            let optional = mentions.is_optional(place);
            reads.expand(cx.catalog, name, &Read { place, through: Rc::default(), optional }, &mut seen);
        }
        Some(reads)
    }

    /// Whether a table is read for certain, or perhaps.
    pub(super) fn may_read(&self, table: &str) -> bool {
        self.more
            || self.tables.keys().any(|name| name.eq_ignore_ascii_case(table))
            || self.mentions.is_some_and(|mentions| mentions.place(table).is_some())
            || self.patterns.iter().any(|pattern| matches_wildcard(pattern, table))
    }

    /// Notes what may stand for any table.
    fn add_mentions(&mut self, mentions: &Mentions) {
        self.more |= mentions.finds();
        self.patterns.extend(mentions.patterns().map(str::to_owned));
    }

    /// Adds what a function reads, and those that it calls.
    fn expand(&mut self, catalog: &dyn Catalog, name: &str, call: &Read, seen: &mut BTreeSet<String>) {
        let Some(external) = catalog.function(name).filter(|_| seen.insert(name.to_owned())) else { return };
        let Returned::Body(body) = &external.returns else {
            // What the service brings along reads no table that a connector fills.
            let origin = functions::function(name).map(functions::Function::origin);
            self.more |= !matches!(origin, Some(Origin::Sentinel | Origin::Defender));
            return;
        };
        let mentions = body.mentions();
        self.add_mentions(mentions);
        let optional = |place: Span| call.optional || mentions.is_optional(place);
        let inner = body.meaning(catalog, external.params.as_deref().unwrap_or_default());
        let through: Rc<[String]> = call.through.iter().cloned().chain([name.to_owned()]).collect();
        for (table, place) in &inner.tables {
            self.more |= is_unclear(catalog, table);
            let read = Read { place: call.place, through: Rc::clone(&through), optional: optional(*place) };
            self.tables.entry(table.to_string()).or_insert(read);
        }
        for inner in &inner.functions {
            let place = mentions.place(inner).unwrap_or_default();
            let read = Read { place: call.place, through: Rc::clone(&through), optional: optional(place) };
            self.expand(catalog, inner, &read, seen);
        }
    }
}

/// Whether a table may be a function of the workspace, which reads others: because nobody knows it, or only from
/// schemas that were made to check queries, where parsers stand as tables.
fn is_unclear(catalog: &dyn Catalog, table: &str) -> bool {
    match tables::table(table).map(tables::Table::grade) {
        Some(Grade::Documented | Grade::Connector) => false,
        Some(Grade::Upstream | Grade::Upstream2022) => !table.ends_with("_CL"),
        Some(Grade::NameOnly) => true,
        None => catalog.table(table).is_none_or(|table| table.relation.has_unknown_columns),
    }
}

/// The name of the table or function that a data type begins with: `SecurityAlert (MDATP)` is of `SecurityAlert`.
/// `None` for what is a title.
pub(super) fn name_of(data_type: &str) -> Option<&str> {
    let text = data_type.trim();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let rest = text[end..].trim_start();
    (end > 0 && (rest.is_empty() || rest.starts_with('('))).then_some(&text[..end])
}

/// The tables that a data type stands for, itself included.
pub(super) fn tables_of(catalog: &dyn Catalog, name: &str) -> BTreeSet<String> {
    let mut reads = Reads::default();
    reads.expand(catalog, name, &Read::default(), &mut BTreeSet::new());
    let further = connectors::stands_for(name).iter().map(|table| (*table).to_owned());
    reads.tables.into_keys().chain(further).chain([name.to_owned()]).collect()
}

/// The names that some connectors declare.
pub(super) fn declared_names<'a>(connectors: &'a [Connector<'_>]) -> impl Iterator<Item = &'a str> {
    connectors.iter().flat_map(|connector| connector.data_types.values()).filter_map(name_of)
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn kinds_in_parentheses_are_not_part_of_the_name() {
        for (text, name) in [
            ("SecurityAlert (MDATP)", Some("SecurityAlert")),
            ("SecurityAlert(ASC)", Some("SecurityAlert")),
            (" Syslog ", Some("Syslog")),
            ("Event_CL", Some("Event_CL")),
            ("Azure Firewall", None),
            ("a-b", None),
            ("", None),
            ("(x)", None),
        ] {
            assert_eq!(name_of(text), name, "{text}");
        }
    }
}
