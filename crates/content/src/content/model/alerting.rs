//! What analytic rules say of the alerts and incidents they make.

use super::{Field, List, Text, TimeSpan, boolean, field, mappings, text};
use crate::yaml::{Mapping, Node};

/// What scheduled and NRT rules say of the alerts and incidents they make.
#[derive(Clone, Debug)]
pub struct Alerting<'a> {
    /// `kind`.
    pub rule_kind: Option<Text<'a>>,
    /// `Available`, `InPreview`, ...
    pub status: Option<Text<'a>>,
    /// `alertDetailsOverride`, where it is a mapping.
    pub alert_override: Option<AlertOverride<'a>>,
    /// `eventGroupingSettings`, where it is a mapping.
    pub event_grouping: Option<EventGrouping<'a>>,
    /// `incidentConfiguration`, where it is a mapping.
    pub incident: Option<Incident<'a>>,
    /// `suppressionDuration`.
    pub suppression: Option<TimeSpan<'a>>,
    /// `suppressionEnabled`, where it is a boolean.
    pub suppression_enabled: Option<bool>,
    /// `enabled`, where it is a boolean.
    pub enabled: Option<bool>,
    /// `alertRuleTemplateName`.
    pub template_name: Option<Text<'a>>,
}

/// `alertDetailsOverride`.
#[derive(Clone, Debug)]
pub struct AlertOverride<'a> {
    /// `alertDisplayNameFormat`.
    pub name_format: Option<Field<'a>>,
    /// `alertDescriptionFormat`.
    pub description_format: Option<Field<'a>>,
    /// `alertTacticsColumnName`.
    pub tactics_column: Option<Text<'a>>,
    /// `alertSeverityColumnName`.
    pub severity_column: Option<Text<'a>>,
    /// `alertDynamicProperties`; items that are not mappings are left out.
    pub dynamic_properties: Vec<DynamicProperty<'a>>,
}

/// An item of `alertDynamicProperties`.
#[derive(Clone, Copy, Debug)]
pub struct DynamicProperty<'a> {
    /// The item.
    pub node: &'a Node,
    /// The property of the alert.
    pub property: Option<Text<'a>>,
    /// The column of the query's result.
    pub column: Option<Text<'a>>,
}

/// `eventGroupingSettings`.
#[derive(Clone, Copy, Debug)]
pub struct EventGrouping<'a> {
    /// The mapping.
    pub map: &'a Mapping,
    /// `aggregationKind`.
    pub kind: Option<Text<'a>>,
}

/// `incidentConfiguration`.
#[derive(Clone, Debug)]
pub struct Incident<'a> {
    /// `createIncident`, where it is a boolean.
    pub create: Option<bool>,
    /// `groupingConfiguration`, where it is a mapping.
    pub grouping: Option<Grouping<'a>>,
}

/// `groupingConfiguration`.
#[derive(Clone, Debug)]
pub struct Grouping<'a> {
    /// The entry.
    pub field: Field<'a>,
    /// `enabled`, where it is a boolean.
    pub enabled: Option<bool>,
    /// `reopenClosedIncident`, where it is a boolean.
    pub reopen: Option<bool>,
    /// `lookbackDuration`.
    pub lookback: Option<TimeSpan<'a>>,
    /// `matchingMethod`.
    pub method: Option<Text<'a>>,
    /// `groupByEntities`.
    pub entities: List<'a>,
    /// `groupByAlertDetails`.
    pub alert_details: List<'a>,
    /// `groupByCustomDetails`.
    pub custom_details: List<'a>,
}

impl<'a> Alerting<'a> {
    pub(super) fn read(root: &'a Mapping) -> Self {
        Self {
            rule_kind: text(root, "kind"),
            status: text(root, "status"),
            alert_override: mapping(root, "alertDetailsOverride").map(AlertOverride::read),
            event_grouping: mapping(root, "eventGroupingSettings")
                .map(|map| EventGrouping { map, kind: text(map, "aggregationKind") }),
            incident: mapping(root, "incidentConfiguration").map(|map| Incident {
                create: boolean(map, "createIncident"),
                grouping: field(map, "groupingConfiguration").and_then(Grouping::read),
            }),
            suppression: TimeSpan::read(root, "suppressionDuration"),
            suppression_enabled: boolean(root, "suppressionEnabled"),
            enabled: boolean(root, "enabled"),
            template_name: text(root, "alertRuleTemplateName"),
        }
    }
}

impl<'a> AlertOverride<'a> {
    fn read(map: &'a Mapping) -> Self {
        Self {
            name_format: field(map, "alertDisplayNameFormat"),
            description_format: field(map, "alertDescriptionFormat"),
            tactics_column: text(map, "alertTacticsColumnName"),
            severity_column: text(map, "alertSeverityColumnName"),
            dynamic_properties: mappings(map, "alertDynamicProperties")
                .map(|(node, map)| DynamicProperty {
                    node,
                    property: text(map, "alertProperty"),
                    column: text(map, "value"),
                })
                .collect(),
        }
    }

    /// The texts with placeholders, each with its key.
    pub fn formats(&self) -> [(&'static str, Option<Field<'a>>); 2] {
        [("alertDisplayNameFormat", self.name_format), ("alertDescriptionFormat", self.description_format)]
    }

    /// The columns that are taken as a whole, each with its key.
    pub fn columns(&self) -> [(&'static str, Option<Text<'a>>); 2] {
        [("alertSeverityColumnName", self.severity_column), ("alertTacticsColumnName", self.tactics_column)]
    }
}

impl<'a> Grouping<'a> {
    fn read(field: Field<'a>) -> Option<Self> {
        let map = field.node().as_mapping()?;
        Some(Self {
            field,
            enabled: boolean(map, "enabled"),
            reopen: boolean(map, "reopenClosedIncident"),
            lookback: TimeSpan::read(map, "lookbackDuration"),
            method: text(map, "matchingMethod"),
            entities: List::read(map, "groupByEntities"),
            alert_details: List::read(map, "groupByAlertDetails"),
            custom_details: List::read(map, "groupByCustomDetails"),
        })
    }
}

fn mapping<'a>(map: &'a Mapping, key: &str) -> Option<&'a Mapping> {
    field(map, key)?.node().as_mapping()
}
