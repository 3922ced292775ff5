//! The columns that `alert-override` takes from the query's result.

use crate::content::model::{self, Text};
use crate::diagnostic::Diagnostic;
use crate::rules::Context;
use crate::rules::entities::is_column_name;
use crate::rules::result_columns::{QueryResult, check_column_ref, check_placeholder, placeholders};
use crate::source::Span;

/// Whether the query returns the columns that an override names. `at` makes a finding of the rule.
pub(super) fn check(
    cx: &Context<'_>,
    details: &model::AlertOverride<'_>,
    at: impl Fn(Span, String) -> Diagnostic,
    out: &mut Vec<Diagnostic>,
) {
    let Some(result) = QueryResult::of(cx) else { return };
    for (key, format) in details.formats() {
        let Some(text) = format.and_then(|field| field.text()) else { continue };
        let what = format!("A placeholder in `{key}` refers to the column");
        for part in placeholders(text.value) {
            out.extend(check_placeholder(cx, &result, (&text, part), &at, &what));
        }
    }
    let mut tell = |text: Option<Text<'_>>, what: &str| {
        let text = text.filter(|text| is_column_name(text.value));
        out.extend(text.and_then(|text| check_column_ref(cx, &result, &text, &at, what, &[])));
    };
    for (key, column) in details.columns() {
        tell(column, &format!("`{key}` is set to the column"));
    }
    for item in &details.dynamic_properties {
        let what = match item.property {
            Some(property) => format!("The property `{}` is set to the column", property.value),
            None => "A property is set to the column".to_owned(),
        };
        tell(item.column, &what);
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability;
    use crate::rules::Profile;
    use crate::rules::testing::{findings, fixes, gate, messages};

    const RULE: &str = "alert-override";

    fn rule(lines: &str) -> String {
        format!(
            "id: x\nname: n\nkind: Scheduled\nqueryFrequency: 1h\nqueryPeriod: 1h\nquery: |\n  DeviceNetworkEvents\n  | project DeviceName, Address = RemoteIP\n\
             alertDetailsOverride:\n{lines}"
        )
    }

    #[test]
    fn placeholders_and_overrides_are_columns_of_the_result() {
        let good = rule(
            "  alertDisplayNameFormat: '{{DeviceName}} and {{ Address }} {{a b}} {{}'\n  alertSeverityColumnName: Address\n",
        );
        assert_eq!(messages(RULE, &good).len(), 1, "only the open braces: {:?}", messages(RULE, &good));
        let bad = rule(
            "  alertDisplayNameFormat: '{{DeviceName}} {{ RemoteIP }} {{RemoteIP}}'\n  alertSeverityColumnName: Sev\n  \
             alertTacticsColumnName: Tac\n  alertDynamicProperties:\n    - alertProperty: ConfidenceLevel\n      value: Con\n",
        );
        let found = messages(RULE, &bad);
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(
            found[0],
            "A placeholder in `alertDisplayNameFormat` refers to the column `RemoteIP`, which the query does not return"
        );
        let finding = &findings(RULE, "a.yaml", &bad, Profile::Recommended)[0];
        assert_eq!(finding.help.as_deref(), Some("`project` renames it to `Address`."));
        let label = &finding.labels[0];
        assert_eq!(&bad[label.span.range()], "project DeviceName, Address = RemoteIP");
        assert_eq!(label.message, "renamed to `Address` here");
        assert_eq!(gate(RULE, "Detections/a.yaml", &bad), 0);
    }

    #[test]
    fn the_name_alone_is_fixed() {
        let text = rule("  alertDescriptionFormat: \"on {{ RemoteIP }}\"\n");
        let fixed = rule("  alertDescriptionFormat: \"on {{ Address }}\"\n");
        assert_eq!(fixes(RULE, "a.yaml", &text), [(Applicability::Unsafe, fixed)]);
    }
}
