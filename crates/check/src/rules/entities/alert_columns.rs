//! The columns that `alert-override` takes from the query's result.

use crate::content::model::{self, Text};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::rules::Context;
use crate::rules::entities::is_column_name;
use crate::rules::result_columns::{QueryResult, check_column_ref, check_placeholder, placeholders};
use crate::source::Span;
use crate::yaml::ScalarMap;

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
        if let Some(map) = ScalarMap::new(cx.source(), text.node) {
            out.extend(single_braces(&map, &text, |name| result.has(name), &at));
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

/// The findings on columns of the result in single braces, which nothing replaces. `has` is whether the result has a column.
pub(in crate::rules) fn single_braces(
    map: &ScalarMap,
    text: &Text<'_>,
    has: impl Fn(&str) -> bool,
    at: impl Fn(Span, String) -> Diagnostic,
) -> Vec<Diagnostic> {
    let columns = in_single_braces(text.value).into_iter().filter(|(_, column)| has(column));
    let finding = |(part, column): (Span, &str)| {
        let written = &text.value[part.range()];
        let placeholder = format!("{{{{{column}}}}}");
        let message = format!("`{written}` is not a placeholder, so it is not replaced");
        let fix = Fix::r#unsafe(format!("Replace with `{placeholder}`"), map.edit(part, &placeholder));
        let finding = at(map.span(part), message).severity(Severity::Warning);
        finding.help(format!("Use double braces: `{placeholder}`.")).fix(fix)
    };
    columns.map(finding).collect()
}

/// The names in single braces of a text, as other systems write placeholders, with their places.
fn in_single_braces(text: &str) -> Vec<(Span, &str)> {
    let mut found = Vec::new();
    for (open, _) in text.match_indices('{') {
        let inside = &text[open + 1..];
        let Some(length) = inside.find(['{', '}']).filter(|at| inside[*at..].starts_with('}')) else {
            continue;
        };
        let close = open + 1 + length + 1;
        let name = inside[..length].trim();
        let doubled = text[..open].ends_with('{') || text[close..].starts_with('}');
        if !doubled && is_column_name(name) {
            let start = if text[..open].ends_with('$') { open - 1 } else { open };
            found.push((Span::new(start, close), name));
        }
    }
    found
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
