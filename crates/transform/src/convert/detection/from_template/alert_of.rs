//! The alert of a detection: its texts, severity, details and grouping, from those of a query or rule.

use serde_json::{Map, Value, json};

use super::super::draft::Draft;
use super::super::entities::{Mappings, column_of};
use super::super::{Api, alert};
use super::Work;
use crate::content::Kind;
use crate::content::model::field;
use crate::convert::notes;
use crate::knowledge::defender::{MAX_DETAILS, MAX_DYNAMIC};
use crate::knowledge::limits;

impl Work<'_> {
    /// Title and description of the alert.
    pub(super) fn texts(&mut self, draft: &Draft<'_>, name: &str) -> (String, String) {
        let own = self
            .common
            .description
            .or_else(|| field(self.common.root, "description-detailed").and_then(|field| field.text()));
        let own = own.map(|text| alert::unquoted(text.value).to_owned()).filter(|text| !text.is_empty());
        if own.is_none() {
            let message = "There is no description; the detection gets the name as one";
            self.note(&notes::DESCRIPTION_MISSING, self.first_key(), message);
        }
        let (mut title, mut description) = (name.to_owned(), own.unwrap_or_else(|| name.to_owned()));
        let Some(details) = self.template.alerting().and_then(|alerting| alerting.alert_override.as_ref())
        else {
            return (title, description);
        };
        let formats = [details.name_format, details.description_format];
        for (target, format) in [&mut title, &mut description].into_iter().zip(formats) {
            let Some(text) =
                format.and_then(|format| format.text()).filter(|text| !text.value.trim().is_empty())
            else {
                continue;
            };
            match alert::renamed(text.value.trim(), draft) {
                Some(format) => *target = format,
                None => {
                    let message =
                        "A column of this text is not in the query's result, so the text is omitted";
                    self.notes.push(notes::OVERRIDE_LOST.at(text.span(), message));
                }
            }
        }
        if alert::count_dynamic(&[&title, &description]) > MAX_DYNAMIC {
            let place = formats[1].or(formats[0]).map(|format| format.entry.key.span).unwrap_or_default();
            let message = format!(
                "Title and description have more than {MAX_DYNAMIC} different columns together, so the description is that \
                 of the rule"
            );
            self.notes.push(notes::OVERRIDE_LOST.at(place, message));
            let own = self.common.description.map(|text| alert::unquoted(text.value).to_owned());
            description = own.unwrap_or_else(|| name.to_owned());
        }
        let lost = [
            ("alertTacticsColumnName", details.tactics_column),
            ("alertSeverityColumnName", details.severity_column),
        ];
        for (key, text) in lost {
            if let Some(text) = text {
                let message = format!("`{key}` has no counterpart in a custom detection");
                self.notes.push(notes::OVERRIDE_LOST.at(text.span(), message));
            }
        }
        for property in &details.dynamic_properties {
            let name = property.property.map_or("alertDynamicProperties", |property| property.value);
            let message = format!("The alert property `{name}` has no counterpart in a custom detection");
            self.notes.push(notes::OVERRIDE_LOST.at(property.node.span, message));
        }
        (title, description)
    }

    pub(super) fn severity(&mut self) -> String {
        let known = |text: &str| limits::ignore_case(text.trim(), &limits::SEVERITIES);
        if let Some(asked) = &self.options.severity {
            return asked.to_ascii_lowercase();
        }
        match self.common.severity {
            Some(text) if known(text.value).is_some() => text.value.trim().to_ascii_lowercase(),
            other => {
                let place = other.map_or(self.first_key(), |text| text.span());
                let message = "There is no valid severity; the detection gets medium";
                self.note(&notes::SEVERITY_DERIVED, place, message);
                "medium".to_owned()
            }
        }
    }

    /// The custom details: those of the rule, and what the entities have no place for.
    pub(super) fn details(&mut self, draft: &Draft<'_>, mappings: &mut Mappings) -> Map<String, Value> {
        let mut details = Map::new();
        for (name, column) in &self.common.custom_details {
            let Some(column) = column else { continue };
            match column_of(draft, column.value) {
                Some(found) if details.len() < MAX_DETAILS => {
                    details.insert(name.value.to_owned(), json!(found));
                }
                found => {
                    let why = match found {
                        Some(_) => format!("a detection can have {MAX_DETAILS}"),
                        None => format!("`{}` is not in the query's result", column.value),
                    };
                    let message = format!("The custom detail `{}` is omitted: {why}", name.value);
                    self.notes.push(notes::DETAIL_LOST.at(name.span(), message));
                }
            }
        }
        for (name, column) in std::mem::take(&mut mappings.details) {
            if details.len() < MAX_DETAILS {
                details.entry(name).or_insert_with(|| json!(column));
            }
        }
        details
    }

    /// How rows become alerts, and what else the rule says of alerts and incidents.
    pub(super) fn grouping(&mut self, alert: &mut Map<String, Value>) {
        let Some(alerting) = self.template.alerting() else { return };
        let kind = alerting.event_grouping.and_then(|grouping| grouping.kind);
        let single = kind.is_none_or(|kind| !kind.value.trim().eq_ignore_ascii_case("AlertPerResult"));
        if single && self.common.kind == Kind::ScheduledRule {
            if self.options.api == Some(Api::Beta) && !self.options.form.is_template() {
                alert.insert("eventGroupingKind".into(), json!("singleAlert"));
            } else {
                let place = kind.map_or(self.first_key(), |kind| kind.span());
                let message = "The rule raises one alert for a run, but a detection raises one for each row; `--api-version beta` has \
                               a setting for it";
                self.note(&notes::GROUPING_LOST, place, message);
            }
        }
        if alerting.suppression_enabled == Some(true) {
            let place = self.place_of("suppressionEnabled");
            self.note(
                &notes::SUPPRESSION_LOST,
                place,
                "A custom detection cannot be suppressed after an alert",
            );
        }
        let Some(incident) = &alerting.incident else { return };
        let place = self.place_of("incidentConfiguration");
        if incident.create == Some(false) {
            let message = "Alerts of a custom detection become incidents, but the rule creates none";
            self.note(&notes::GROUPING_LOST, place, message);
        }
        if incident.grouping.as_ref().is_some_and(|grouping| grouping.enabled == Some(true)) {
            let message = "How alerts are grouped into incidents has no counterpart in a custom detection";
            self.note(&notes::GROUPING_LOST, place, message);
        }
    }

    /// Keys of the template that nothing else has read.
    pub(super) fn other_keys(&mut self) {
        for entity in &self.common.sentinel_entities {
            let message = "Columns that hold entities have no counterpart in a custom detection";
            self.notes.push(notes::ENTITY_LOST.at(entity.node.span, message));
        }
        if self.options.form != crate::content::Form::Yaml && !self.common.connectors.is_empty() {
            let place = self.place_of("requiredDataConnectors");
            let message = "The required data connectors are only part of the YAML form";
            self.note(&notes::CONNECTORS_LOST, place, message);
        }
    }
}
