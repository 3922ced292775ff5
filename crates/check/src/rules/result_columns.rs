//! What a query returns against what the metadata says of it: whether a column is among the result's, and where in
//! the query it was lost.

use std::sync::Arc;

use super::Context;
use super::entities::is_column_name;
use crate::content::model::Text;
use crate::content::{Query, Template};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::kql::column_lineage::{ColumnLineage, Lost, Presence};
use crate::kql::types::Relation;
use crate::similar::slip_of;
use crate::source::Span;
use crate::yaml::ScalarMap;
use crate::yaml::edit::replace_scalar;

/// The result of a template's query.
pub(super) struct QueryResult<'c> {
    query: &'c Query<'c>,
    relation: Arc<Relation>,
    lineage: ColumnLineage<'c>,
}

/// A column that the result lacks.
pub(super) struct Missing {
    /// Whether no table can turn out to have it after all.
    pub sure: bool,
    /// What lost it.
    pub lost: Option<Lost>,
    /// A column that was probably meant.
    pub meant: Option<String>,
}

impl<'c> QueryResult<'c> {
    /// The result of the template's query; `None` where there is none or it cannot be read.
    pub(super) fn of(cx: &'c Context<'_>) -> Option<Self> {
        let query = cx.query()?;
        if cx.template.is_none() || !query.parse().errors.is_empty() {
            return None;
        }
        let model = cx.meaning(query);
        let relation = Arc::clone(model.result.as_ref()?);
        let lineage = ColumnLineage::new(query.parse(), model, cx.catalog);
        Some(Self { query, relation, lineage })
    }

    /// Whether the result has a column of exactly this name.
    pub(super) fn has(&self, column: &str) -> bool {
        self.relation.column(column).is_some()
    }

    /// What is to be said of a column that the result lacks.
    pub(super) fn missing(&self, column: &str) -> Option<Missing> {
        self.missing_beside(column, &[])
    }

    /// The same, where other columns are in use already and not meant again.
    fn missing_beside(&self, column: &str, taken: &[&str]) -> Option<Missing> {
        let Presence::Missing { sure, lost } = self.lineage.column(column) else { return None };
        let renamed = lost.as_ref().and_then(|lost| lost.renamed.as_deref()).filter(|name| self.has(name));
        let names = || self.relation.columns.iter().map(|column| &*column.name);
        let near = || {
            let free = |name: &&str| name.eq_ignore_ascii_case(column) || !taken.contains(name);
            slip_of(column, names().filter(free))
        };
        let meant = renamed.or_else(near).map(str::to_owned);
        Some(Missing { sure, lost, meant })
    }

    /// The place in the file of the operator that lost a column, and what to write there: the operator as a whole
    /// where it stands on one line, else its word.
    pub(super) fn label(&self, lost: &Lost) -> (Span, String) {
        let text = self.query.text.get(lost.place.range()).unwrap_or_default();
        let start = lost.place.start as usize;
        let word = Span::new(start, start + lost.word.len());
        let place = if text.contains('\n') { word } else { lost.place };
        let what = match (&lost.renamed, lost.was_present) {
            (Some(name), _) => format!("renamed to `{name}` here"),
            (None, true) => "dropped here".to_owned(),
            (None, false) => "only the columns listed here are kept".to_owned(),
        };
        (self.query.span(place), what)
    }

    /// A finding about a column that the metadata names and the result lacks: with the place where it was lost, with
    /// advice, and less severe where it is not sure.
    pub(super) fn explain(&self, finding: Diagnostic, column: &str, missing: &Missing) -> Diagnostic {
        let only_case = missing.meant.as_deref().is_some_and(|meant| meant.eq_ignore_ascii_case(column));
        let help = match (&missing.meant, &missing.lost) {
            (Some(meant), _) if only_case => {
                format!("Use `{meant}`: column names are case-sensitive.")
            }
            (Some(meant), Some(lost)) if lost.renamed.as_deref() == Some(meant) => {
                format!("`{}` renames it to `{meant}`.", lost.word)
            }
            (Some(meant), Some(lost)) => {
                format!("Keep `{column}` in the `{}` that drops it; or did you mean `{meant}`?", lost.word)
            }
            (Some(meant), None) => format!("Did you mean `{meant}`?"),
            (None, Some(lost)) => format!("Keep `{column}` in the `{}` that drops it.", lost.word),
            (None, None) => self.columns(),
        };
        let mut finding = finding.help(help);
        if !missing.sure {
            finding = finding.severity(Severity::Warning);
        }
        if let Some(lost) = &missing.lost {
            let (place, what) = self.label(lost);
            finding = finding.label(place, what);
        }
        finding
    }

    /// The fix that writes the column that was meant. A name that only differs in its case from the one column that
    /// the result certainly has can mean no other.
    fn fix(&self, column: &str, missing: &Missing, write: impl Fn(&str) -> Option<Edit>) -> Option<Fix> {
        let meant = missing.meant.as_deref()?;
        let same = self.relation.columns.iter().filter(|other| other.name.eq_ignore_ascii_case(column));
        let certain = missing.sure && meant.eq_ignore_ascii_case(column) && same.count() == 1;
        let applicability = if certain { Applicability::Safe } else { Applicability::Unsafe };
        Fix::new(format!("Replace with `{meant}`"), applicability, write(meant))
    }

    /// Which columns there are.
    fn columns(&self) -> String {
        let names: Vec<String> =
            self.relation.columns.iter().take(8).map(|column| format!("`{}`", column.name)).collect();
        match self.relation.columns.len() {
            0 => "The query returns no columns.".to_owned(),
            count if count > names.len() => {
                format!("The query returns {count} columns, among them {}.", names.join(", "))
            }
            _ => format!("The query returns {}.", names.join(", ")),
        }
    }
}

/// A finding for a value of the metadata that names a column which the result lacks. The fix names the column that
/// was probably meant, which is none of those that are taken.
pub(super) fn check_column_ref(
    cx: &Context<'_>,
    result: &QueryResult<'_>,
    text: &Text<'_>,
    at: impl Fn(Span, String) -> Diagnostic,
    what: &str,
    taken: &[&str],
) -> Option<Diagnostic> {
    let column = text.value;
    let missing = result.missing_beside(column, taken)?;
    let finding = at(text.span(), message(what, column));
    let fix = result.fix(column, &missing, |meant| write_name(cx, text, meant));
    Some(result.explain(finding, column, &missing).fix(fix))
}

/// The same for a part of a value.
pub(super) fn check_placeholder(
    cx: &Context<'_>,
    result: &QueryResult<'_>,
    (text, part): (&Text<'_>, Span),
    at: impl Fn(Span, String) -> Diagnostic,
    what: &str,
) -> Option<Diagnostic> {
    let column = text.value.get(part.range())?;
    let missing = result.missing(column)?;
    let map = ScalarMap::new(cx.source(), text.node)?;
    let finding = at(map.span(part), message(what, column));
    let fix = result.fix(column, &missing, |meant| written_out(cx, &map, part, meant));
    Some(result.explain(finding, column, &missing).fix(fix))
}

/// The edit that writes another name in place of a value, which shows the name as a whole.
pub(super) fn write_name(cx: &Context<'_>, text: &Text<'_>, name: &str) -> Option<Edit> {
    let map = ScalarMap::new(cx.source(), text.node);
    let whole = Span::new(0, text.value.len());
    map.and_then(|map| written_out(cx, &map, whole, name))
        .or_else(|| replace_scalar(cx.source(), text.node, name))
}

fn written_out(cx: &Context<'_>, map: &ScalarMap, part: Span, name: &str) -> Option<Edit> {
    let place = map.span(part);
    let old = map.is_exact().then(|| cx.source().slice(place)).filter(|old| is_column_name(old))?;
    // Between names nothing has to be escaped or quoted.
    if is_column_name(name) && old.len() == part.len() {
        Some(Edit::new(place, name))
    } else {
        map.edit(part, name)
    }
}

fn message(what: &str, column: &str) -> String {
    format!("{what} `{column}`, which the query does not return")
}

/// The places of the columns in a text with placeholders, each column once.
pub(super) fn placeholders(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|open| at + open + 2) {
        let Some(close) = text[open..].find(['{', '}']).map(|close| open + close) else { break };
        let inner = text[open..close].trim();
        let start = open + (text[open..close].len() - text[open..close].trim_start().len());
        if text[close..].starts_with("}}") && is_column_name(inner) {
            let seen = found.iter().any(|span| &text[span.range()] == inner);
            if !seen {
                found.push(Span::new(start, start + inner.len()));
            }
        }
        at = close;
    }
    found
}

/// Every place where the metadata names a column of the query's result: the value, and the part of it that does.
pub(super) fn named_columns<'a>(template: &Template<'a>) -> Vec<(Text<'a>, Span)> {
    let common = template.common();
    let mapped =
        common.entity_mappings.iter().flat_map(|mapping| &mapping.fields).filter_map(|item| item.column);
    let mut whole: Vec<Text<'a>> =
        mapped.chain(common.custom_details.iter().filter_map(|(_, value)| *value)).collect();
    whole.extend(common.sentinel_entities.iter().filter_map(|item| item.column));
    let mut parts = Vec::new();
    if let Some(details) = template.alerting().and_then(|alerting| alerting.alert_override.as_ref()) {
        whole.extend(details.columns().into_iter().filter_map(|(_, column)| column));
        whole.extend(details.dynamic_properties.iter().filter_map(|item| item.column));
        for text in details.formats().into_iter().filter_map(|(_, format)| format?.text()) {
            parts.extend(placeholders(text.value).into_iter().map(|part| (text, part)));
        }
    }
    whole.into_iter().map(|text| (text, Span::new(0, text.value.len()))).chain(parts).collect()
}
