//! What a conversion tells: the codes of its notes, each with the kind of what it tells and how much that matters. A note
//! is a diagnostic like any finding of `check`, so that every report can show it.

use crate::diagnostic::{Diagnostic, Group, NoteKind, RuleMeta, Severity};
use crate::source::Span;

/// Declares codes as static metas, and `ALL` of them.
macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $id:literal, $kind:ident, $severity:ident;)*) => {
        $(
            $(#[doc = $doc])*
            pub(crate) static $name: RuleMeta = RuleMeta {
                id: $id,
                group: Group::Convert,
                severity: Severity::$severity,
                pedantic: false,
                fix: None,
                blocks: None,
                gate: None,
                compares: false,
                note: Some(NoteKind::$kind),
                since: "0.1.0",
                docs: concat!($($doc, "\n"),*),
            };
        )*

        /// Every code, in the order in which they are documented.
        #[cfg(test)]
        pub(crate) static ALL: &[&RuleMeta] = &[$(&$name),*];
    };
}

codes! {
    /// The query names a column as a workspace calls it.
    COLUMN_RENAMED = "column-renamed", Changed, Info;
    /// A time that the hunting page fills in is worked out in the query.
    PLACEHOLDER_FILLED = "placeholder-filled", Changed, Info;
    /// A condition that only limits the query to its hunting window is taken out.
    WINDOW_DROPPED = "window-dropped", Changed, Info;
    /// An operator that draws a chart is taken out.
    RENDER_DROPPED = "render-dropped", Changed, Info;
    /// The query makes a column that an entity needs.
    COLUMN_ADDED = "column-added", Added, Info;
    /// A key is read as the only one that it can mean.
    KEY_RESPELT = "key-respelt", Changed, Info;
    /// A value is written as the service takes it.
    VALUE_RESPELT = "value-respelt", Changed, Info;
    /// A single value is read as a list of one.
    LIST_OF_ONE = "list-of-one", Changed, Info;
    /// A mapped column is written as the query returns it.
    COLUMN_RESPELT = "column-respelt", Changed, Info;
    /// Line ends of a text are changed, so that it can be a block.
    LINE_ENDS_CHANGED = "line-ends-changed", Changed, Info;
    /// A tactic is written as Sentinel spells it.
    TACTIC_RESPELT = "tactic-respelt", Changed, Info;
    /// Frequency and period follow from how far the query looks back.
    SCHEDULE_DERIVED = "schedule-derived", Derived, Info;
    /// The required data connectors follow from the tables that the query reads.
    CONNECTORS_DERIVED = "connectors-derived", Derived, Info;
    /// Entities are mapped from columns of the result.
    ENTITY_DERIVED = "entity-derived", Derived, Info;
    /// The severity is made up, because the file's is none that Sentinel knows.
    SEVERITY_DERIVED = "severity-derived", Derived, Warning;
    /// The id is made from the name, because the template has no GUID.
    ID_DERIVED = "id-derived", Derived, Warning;
    /// The version is made up, because the template states none.
    VERSION_DERIVED = "version-derived", Derived, Info;
    /// The kind of rule is assumed, because the resource has none.
    KIND_DERIVED = "kind-derived", Derived, Warning;
    /// A key that only readers of a repository need is left out.
    METADATA_LOST = "metadata-lost", Lost, Info;
    /// A key has no counterpart in the result.
    KEY_LOST = "key-lost", Lost, Info;
    /// A value cannot be what its key needs, and is left out.
    VALUE_LOST = "value-lost", Lost, Warning;
    /// The API version that was asked for lacks something.
    API_LACKS = "api-version-lacks", Lost, Warning;
    /// A description is cut to what the service shows.
    DESCRIPTION_CUT = "description-cut", Lost, Warning;
    /// The id of the template that a rule was made from is not carried over.
    TEMPLATE_ID_LOST = "template-id-lost", Lost, Info;
    /// A template does not say which data connectors a query needs.
    CONNECTORS_LOST = "connectors-lost", Lost, Info;
    /// A resource of a kind without a counterpart is left out.
    RESOURCE_LOST = "resource-lost", Lost, Warning;
    /// A saved search that is no hunting query is left out.
    SEARCH_LOST = "saved-search-lost", Lost, Info;
    /// A tactic that Sentinel does not have is kept.
    TACTIC_KEPT = "tactic-kept", Warning, Warning;
    /// A trigger operator that Sentinel does not have is kept.
    OPERATOR_KEPT = "operator-kept", Warning, Warning;
    /// A duration that cannot be read is kept.
    DURATION_KEPT = "duration-kept", Warning, Warning;
    /// An expression that cannot be worked out offline is kept.
    EXPRESSION_KEPT = "expression-kept", Warning, Warning;
    /// There is no description.
    DESCRIPTION_MISSING = "description-missing", Warning, Warning;
    /// An id is not a GUID.
    ID_NO_GUID = "id-no-guid", Warning, Warning;
    /// A description is longer than the service shows.
    DESCRIPTION_LONG = "description-long", Warning, Warning;
    /// Two resources have one id.
    ID_REPEATED = "id-repeated", Warning, Warning;
    /// There is no tactic.
    TACTIC_MISSING = "tactic-missing", Warning, Warning;
    /// There is no technique.
    TECHNIQUE_MISSING = "technique-missing", Warning, Info;
    /// A rule lacks a part of its schedule.
    SCHEDULE_MISSING = "schedule-missing", Warning, Warning;
    /// Entities could be mapped, if it were asked for.
    ENTITIES_NOT_DERIVED = "entities-not-derived", Warning, Warning;
    /// The result has no column that an entity could be mapped from.
    ENTITIES_MISSING = "entities-missing", Warning, Warning;
    /// An entity cannot be mapped, because one of its identifiers has no column.
    ENTITY_INCOMPLETE = "entity-incomplete", Warning, Warning;
    /// An entity is mapped from a column that the query does not return.
    COLUMN_MISSING = "mapped-column-missing", Warning, Warning;
    /// The query looks back further than the rule lets it.
    LOOKBACK_CUT = "look-back-cut", Warning, Warning;
    /// An event may alert in several runs of the rule.
    ALERTS_REPEAT = "alerts-repeat", Warning, Warning;
    /// The query begins at a date that no rule reaches.
    DATE_OUT_OF_REACH = "date-out-of-reach", Warning, Warning;
    /// An operator at the end hides rows from the rule.
    ROWS_HIDDEN = "rows-hidden", Warning, Warning;
    /// An operator at the end has no effect on a rule.
    SORT_WITHOUT_EFFECT = "sort-without-effect", Warning, Info;
    /// An operator counts within minutes what it counted within the hunting window.
    AGGREGATE_WINDOW = "aggregate-window", Warning, Warning;
    /// The result has no time, so that alerts do not tell when it happened.
    EVENT_TIME_LOST = "event-time-lost", Warning, Warning;
    /// The file is not valid YAML.
    INVALID_YAML = "invalid-yaml", Error, Error;
    /// The file is not valid JSON.
    INVALID_JSON = "invalid-json", Error, Error;
    /// The JSON is no ARM template.
    NO_TEMPLATE = "no-template", Error, Error;
    /// The file holds nothing that can be converted.
    NOTHING_TO_CONVERT = "nothing-to-convert", Error, Error;
    /// The file holds what could be converted, and none of it was.
    NOTHING_CONVERTED = "nothing-converted", Error, Error;
    /// Content of this kind has no counterpart in the target.
    NO_COUNTERPART = "no-counterpart", Error, Error;
    /// An alias stands for a value elsewhere, which is not followed.
    ALIAS_REFUSED = "alias-refused", Error, Error;
    /// A value that the result cannot do without is missing.
    VALUE_MISSING = "value-missing", Error, Error;
    /// A value is none that the service takes.
    VALUE_REFUSED = "value-refused", Error, Error;
    /// A value is an expression that cannot be worked out offline.
    EXPRESSION_REFUSED = "expression-refused", Error, Error;
    /// The API version that was asked for has no such resource.
    API_REFUSED = "api-version-refused", Error, Error;
    /// A tactic is none of Sentinel's, and the target needs real ones.
    TACTIC_REFUSED = "tactic-refused", Error, Error;
    /// The query has a syntax error, or would have one.
    QUERY_REFUSED = "query-refused", Error, Error;
    /// The query uses what a rule may not use.
    OPERATOR_REFUSED = "operator-refused", Error, Error;
    /// The query uses a table or a function that only advanced hunting has.
    HUNTING_ONLY = "advanced-hunting-only", Error, Error;
    /// How far the query looks back cannot be told.
    LOOKBACK_UNCLEAR = "look-back-unclear", Error, Error;
    /// No rule can have such a schedule.
    SCHEDULE_REFUSED = "schedule-refused", Error, Error;
    /// The rule would have an error that the query does not have.
    RULE_REFUSED = "rule-refused", Error, Error;
    /// The parameter file is not one, or lacks a value.
    PARAMETERS_REFUSED = "parameters-refused", Error, Error;
}

/// What is told under `-v` alone: what deployed content never has, and what follows from the content by itself.
static QUIET: &[&RuleMeta] = &[&METADATA_LOST, &CONNECTORS_LOST];

/// Whether a note is told even where nobody asked to hear more: what was corrected or added, what is lost, and what
/// may surprise.
pub(crate) fn is_told(note: &Diagnostic) -> bool {
    match note.rule.note {
        Some(NoteKind::Changed | NoteKind::Added | NoteKind::Lost) => !QUIET.contains(&note.rule),
        _ => note.severity > Severity::Info,
    }
}

/// Why content cannot be converted: an error with its help. Boxed, because results that hold one are passed around.
pub(crate) type Refusal = Box<Diagnostic>;

/// A refusal at a place.
pub(super) fn refuse(
    code: &'static RuleMeta,
    span: Span,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Refusal {
    Box::new(code.at(span, message).help(help))
}

/// Sorts notes by place.
pub(super) fn sort(notes: &mut [Diagnostic]) {
    notes.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_stable_names_of_their_own() {
        let ids: BTreeSet<_> = ALL.iter().map(|code| code.id).collect();
        assert_eq!(ids.len(), ALL.len());
        for code in ALL {
            assert!(code.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", code.id);
            assert!(crate::rules::find(code.id).is_none(), "{} is a rule", code.id);
            assert_eq!(code.note == Some(NoteKind::Error), code.severity == Severity::Error, "{}", code.id);
            assert!(code.summary().ends_with('.'), "{}", code.id);
        }
    }

    #[test]
    fn the_documentation_lists_every_code() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/convert.md");
        let page = std::fs::read_to_string(page).unwrap();
        for code in ALL {
            let kind = code.note.map_or("", NoteKind::as_str);
            let row = format!("| `{}` | {kind} | {} |", code.id, code.summary());
            assert!(page.contains(&row), "docs/convert.md lacks the row\n{row}");
        }
    }
}
