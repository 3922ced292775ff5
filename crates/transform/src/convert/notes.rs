//! What a conversion tells: the codes of its notes, each with the kind of what it tells and how much that matters. A note
//! is a diagnostic like any finding of `check`, so that every report can show it.

use crate::diagnostic::{Diagnostic, Group, NoteKind, RuleMeta, Severity};
use crate::order::Order as _;
use crate::source::Span;

/// Declares codes as static metas, and `ALL` of them.
macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $id:literal, $kind:ident, $severity:ident;)*) => {
        $(
            $(#[doc = $doc])*
            pub static $name: RuleMeta = RuleMeta {
                id: $id,
                group: Group::Convert,
                severity: Severity::$severity,
                raised: None,
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
        #[cfg(any(test, feature = "testing"))]
        pub static ALL: &[&RuleMeta] = &[$(&$name),*];
    };
}

codes! {
    /// A column in the query is renamed to its name in a workspace.
    COLUMN_RENAMED = "column-renamed", Changed, Info;
    /// A placeholder for a time that the hunting page fills in is replaced.
    PLACEHOLDER_FILLED = "placeholder-filled", Changed, Info;
    /// A condition that only limits the query to its hunting window is removed.
    WINDOW_DROPPED = "window-dropped", Changed, Info;
    /// A chart operator is removed.
    RENDER_DROPPED = "render-dropped", Changed, Info;
    /// A column that an entity needs is added to the query.
    COLUMN_ADDED = "column-added", Added, Info;
    /// Columns that identify the event are added to the query of a custom detection.
    REQUIRED_COLUMNS = "required-columns", Added, Info;
    /// A column of the query's own is renamed because a required column has its name.
    AGGREGATE_RENAMED = "aggregate-renamed", Changed, Info;
    /// A grouping that no condition judges becomes its events, so that the query can run continuously.
    UNGROUPED = "ungrouped", Changed, Info;
    /// The value of a `let` is written where it is used, so that the query can run continuously.
    LET_INLINED = "let-inlined", Changed, Info;
    /// An expression is written in another way, so that the query can run continuously.
    EXPRESSION_REWRITTEN = "expression-rewritten", Changed, Info;
    /// A comment is removed, so that the query can run continuously.
    COMMENT_REMOVED = "comment-removed", Changed, Info;
    /// A condition on the number of events is rewritten into the query of a custom detection.
    TRIGGER_REWRITTEN = "trigger-rewritten", Changed, Info;
    /// A member of the old shape of custom detections is written in the new shape.
    OLD_SHAPE = "old-shape", Changed, Info;
    /// An id is changed to one that the service accepts.
    ID_CHANGED = "id-changed", Changed, Info;
    /// A condition limits each run to the period of the rule, so that a threshold counts the same events.
    THRESHOLD_WINDOW = "threshold-window", Added, Info;
    /// A misspelled key is read as the key that it resembles.
    KEY_RESPELT = "key-respelt", Changed, Info;
    /// A value is changed to the form that the service accepts.
    VALUE_RESPELT = "value-respelt", Changed, Info;
    /// A single value is read as a list with one item.
    LIST_OF_ONE = "list-of-one", Changed, Info;
    /// The case of a mapped column is changed to match the query's result.
    COLUMN_RESPELT = "column-respelt", Changed, Info;
    /// Line endings of a string are changed so that it can be a block scalar.
    LINE_ENDS_CHANGED = "line-ends-changed", Changed, Info;
    /// A tactic is changed to Sentinel's spelling.
    TACTIC_RESPELT = "tactic-respelt", Changed, Info;
    /// Frequency and period are derived from the look-back of the query.
    SCHEDULE_DERIVED = "schedule-derived", Derived, Info;
    /// The required data connectors are derived from the tables that the query reads.
    CONNECTORS_DERIVED = "connectors-derived", Derived, Info;
    /// Entities are mapped from columns of the result.
    ENTITY_DERIVED = "entity-derived", Derived, Info;
    /// A default severity is used because the file has none, or an unknown one.
    SEVERITY_DERIVED = "severity-derived", Derived, Warning;
    /// The id is derived from the name because the template has no GUID.
    ID_DERIVED = "id-derived", Derived, Warning;
    /// A default version is used because the template has none.
    VERSION_DERIVED = "version-derived", Derived, Info;
    /// The kind of rule is assumed because the resource has none.
    KIND_DERIVED = "kind-derived", Derived, Warning;
    /// A status is chosen: a custom detection that is converted from a rule or query starts disabled.
    STATUS_DERIVED = "status-derived", Derived, Info;
    /// A tactic is omitted because a custom detection can have one.
    TACTIC_LOST = "tactic-lost", Lost, Warning;
    /// A technique is omitted because it does not belong to the tactic.
    TECHNIQUE_LOST = "technique-lost", Lost, Info;
    /// An entity, or an identifier of one, has no counterpart in a custom detection.
    ENTITY_LOST = "entity-lost", Lost, Warning;
    /// The suppression of a rule has no counterpart in a custom detection.
    SUPPRESSION_LOST = "suppression-lost", Lost, Warning;
    /// The grouping of events or incidents has no counterpart in the result.
    GROUPING_LOST = "grouping-lost", Lost, Warning;
    /// An alert detail that comes from a column has no counterpart in the result.
    OVERRIDE_LOST = "override-lost", Lost, Warning;
    /// An automated action has no counterpart in the result.
    ACTION_LOST = "action-lost", Lost, Warning;
    /// A member of a custom detection has no counterpart in the result.
    MEMBER_LOST = "member-lost", Lost, Warning;
    /// A custom detail has no counterpart in the result.
    DETAIL_LOST = "detail-lost", Lost, Warning;
    /// A key that only matters in a repository is omitted.
    METADATA_LOST = "metadata-lost", Lost, Info;
    /// A key has no counterpart in the result.
    KEY_LOST = "key-lost", Lost, Info;
    /// A value has the wrong type for its key and is omitted.
    VALUE_LOST = "value-lost", Lost, Warning;
    /// The requested API version does not support something.
    API_LACKS = "api-version-lacks", Lost, Warning;
    /// A description is truncated to the length that the service supports.
    DESCRIPTION_CUT = "description-cut", Lost, Warning;
    /// The id of the template that a rule was created from is omitted.
    TEMPLATE_ID_LOST = "template-id-lost", Lost, Info;
    /// The template does not contain the data connectors that a query needs.
    CONNECTORS_LOST = "connectors-lost", Lost, Info;
    /// A resource of a kind without a counterpart is omitted.
    RESOURCE_LOST = "resource-lost", Lost, Warning;
    /// A saved search that is not a hunting query is omitted.
    SEARCH_LOST = "saved-search-lost", Lost, Info;
    /// An unknown tactic is kept.
    TACTIC_KEPT = "tactic-kept", Warning, Warning;
    /// An unknown trigger operator is kept.
    OPERATOR_KEPT = "operator-kept", Warning, Warning;
    /// An invalid duration is kept.
    DURATION_KEPT = "duration-kept", Warning, Warning;
    /// An expression that cannot be evaluated offline is kept.
    EXPRESSION_KEPT = "expression-kept", Warning, Warning;
    /// There is no description.
    DESCRIPTION_MISSING = "description-missing", Warning, Warning;
    /// An id is not a GUID.
    ID_NO_GUID = "id-no-guid", Warning, Warning;
    /// A description is longer than the service supports.
    DESCRIPTION_LONG = "description-long", Warning, Warning;
    /// Two resources have the same id.
    ID_REPEATED = "id-repeated", Warning, Warning;
    /// There is no tactic.
    TACTIC_MISSING = "tactic-missing", Warning, Warning;
    /// There is no technique.
    TECHNIQUE_MISSING = "technique-missing", Warning, Info;
    /// Part of a rule's schedule is missing.
    SCHEDULE_MISSING = "schedule-missing", Warning, Warning;
    /// Entities could be derived with `--derive-entities`.
    ENTITIES_NOT_DERIVED = "entities-not-derived", Warning, Warning;
    /// The result has no column that can be mapped to an entity.
    ENTITIES_MISSING = "entities-missing", Warning, Warning;
    /// An entity cannot be mapped because no column holds one of its identifiers.
    ENTITY_INCOMPLETE = "entity-incomplete", Warning, Warning;
    /// A mapped column is not in the query's result.
    COLUMN_MISSING = "mapped-column-missing", Warning, Warning;
    /// The query looks back further than the rule's period.
    LOOKBACK_CUT = "look-back-cut", Warning, Warning;
    /// The same event may raise an alert in several runs of the rule.
    ALERTS_REPEAT = "alerts-repeat", Warning, Warning;
    /// The query starts at a date that is out of reach for a rule.
    DATE_OUT_OF_REACH = "date-out-of-reach", Warning, Warning;
    /// A custom detection runs less often, or looks further back, than the rule.
    SCHEDULE_WIDENED = "schedule-widened", Warning, Warning;
    /// The rule made of a custom detection runs at other times than that.
    SCHEDULE_CHANGED = "schedule-changed", Warning, Warning;
    /// Something in a query that runs continuously is not documented to work there.
    CONTINUOUS_DOUBTFUL = "continuous-doubtful", Warning, Warning;
    /// An operator at the end of the query hides rows from the rule.
    ROWS_HIDDEN = "rows-hidden", Warning, Warning;
    /// An operator at the end of the query has no effect in a rule.
    SORT_WITHOUT_EFFECT = "sort-without-effect", Warning, Info;
    /// An operator aggregates over minutes instead of the hunting window.
    AGGREGATE_WINDOW = "aggregate-window", Warning, Warning;
    /// The result has no event time, so alerts do not show when something happened.
    EVENT_TIME_LOST = "event-time-lost", Warning, Warning;
    /// The file is not valid YAML.
    INVALID_YAML = "invalid-yaml", Error, Error;
    /// The file is not valid JSON.
    INVALID_JSON = "invalid-json", Error, Error;
    /// The JSON is not an ARM template.
    NO_TEMPLATE = "no-template", Error, Error;
    /// The file contains nothing that can be converted.
    NOTHING_TO_CONVERT = "nothing-to-convert", Error, Error;
    /// None of the content in the file could be converted.
    NOTHING_CONVERTED = "nothing-converted", Error, Error;
    /// Content of this kind has no counterpart in the target.
    NO_COUNTERPART = "no-counterpart", Error, Error;
    /// YAML aliases are not supported.
    ALIAS_REFUSED = "alias-refused", Error, Error;
    /// A required value is missing.
    VALUE_MISSING = "value-missing", Error, Error;
    /// The service does not accept a value.
    VALUE_REFUSED = "value-refused", Error, Error;
    /// A value is an expression that cannot be evaluated offline.
    EXPRESSION_REFUSED = "expression-refused", Error, Error;
    /// The requested API version does not support the resource.
    API_REFUSED = "api-version-refused", Error, Error;
    /// A tactic is not valid in Sentinel.
    TACTIC_REFUSED = "tactic-refused", Error, Error;
    /// The query has a syntax error, or would have one after the conversion.
    QUERY_REFUSED = "query-refused", Error, Error;
    /// The query uses something that is not allowed in rules.
    OPERATOR_REFUSED = "operator-refused", Error, Error;
    /// The query reads no table with events that an alert could be about.
    NO_EVENT_TABLE = "no-event-table", Error, Error;
    /// The result names no device, account or mailbox.
    NO_ASSET = "no-asset", Error, Error;
    /// The query cannot run continuously.
    CONTINUOUS_REFUSED = "continuous-refused", Error, Error;
    /// The query uses a table or function that only exists in advanced hunting.
    HUNTING_ONLY = "advanced-hunting-only", Error, Error;
    /// The look-back of the query cannot be determined.
    LOOKBACK_UNCLEAR = "look-back-unclear", Error, Error;
    /// The schedule is not valid for a rule.
    SCHEDULE_REFUSED = "schedule-refused", Error, Error;
    /// The resulting rule would have an error.
    RULE_REFUSED = "rule-refused", Error, Error;
    /// The parameter file is invalid, or a value is missing.
    PARAMETERS_REFUSED = "parameters-refused", Error, Error;
}

/// What is reported under `-v` alone: what deployed content never has, and what follows from the content by itself.
static QUIET: &[&RuleMeta] = &[&METADATA_LOST, &CONNECTORS_LOST];

/// Whether a note is reported even where nobody asked to hear more: what was corrected or added, what is lost, and what
/// may surprise.
pub fn is_reported(note: &Diagnostic) -> bool {
    match note.rule.note {
        Some(NoteKind::Changed | NoteKind::Added | NoteKind::Lost) => !QUIET.contains(&note.rule),
        _ => note.severity > Severity::Info,
    }
}

/// Why content cannot be converted: an error with its help. Boxed, because results that hold one are passed around.
pub type Refusal = Box<Diagnostic>;

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
    notes.order_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
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
            assert_eq!(code.note == Some(NoteKind::Error), code.severity == Severity::Error, "{}", code.id);
            assert!(code.summary().ends_with('.'), "{}", code.id);
        }
    }

    #[test]
    fn the_documentation_lists_every_code() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/convert.md");
        let page = std::fs::read_to_string(page).unwrap();
        for code in ALL {
            let kind = code.note.map_or("", NoteKind::as_str);
            let row = format!("| `{}` | {kind} | {} |", code.id, code.summary());
            assert!(page.contains(&row), "docs/convert.md lacks the row\n{row}");
        }
    }
}
