//! The mappings below the first column of hunting queries and rules, and the items of their lists.

use super::{Field, Form, Kinds, Owner, Preset, Set, Type};
use crate::knowledge::{entities, limits, tactics};

/// The keys below the first column whose values are columns of the query's result.
pub(super) const COLUMN_KEYS: [&str; 4] =
    ["columnName", "alertTacticsColumnName", "alertSeverityColumnName", "value"];

pub(super) const CONNECTOR: [Field; 2] = [
    Field::new("connectorId", "Connector id", Type::Text(Form::Filled, None))
        .doc("The id of the connector, with its exact case. Example: `MicrosoftThreatProtection`.")
        .required()
        .examples(&[
            "MicrosoftThreatProtection",
            "AzureActiveDirectory",
            "AzureActivity",
            "CommonSecurityLog",
            "Office365",
            "SecurityEvents",
            "Syslog",
            "WindowsSecurityEvents",
        ])
        .advice("Add `connectorId:` with the id of the connector that fills these tables.")
        .owner(Owner::UnknownConnector),
    Field::new("dataTypes", "Data types", Type::List(&DATA_TYPE, None, None))
        .doc(
            "The tables or parser functions that the query takes from this connector. Example: \
             `DeviceNetworkEvents`.",
        )
        .required()
        .scalar_owner(Owner::ScalarForList)
        .absent(Owner::MissingDataTypes),
];

pub(super) const CONNECTOR_ITEM: Field = Field::new("", "Data connector", Type::Mapping(&CONNECTOR))
    .doc("One connector and what the query takes from it.");

pub(super) const ENTITY_MAPPING: [Field; 2] = [
    Field::new("entityType", "Entity type", Type::OneOf(Set::Known(entity_types)))
        .doc("What kind of thing the columns identify. Example: `Host`.")
        .required()
        .advice("Add `entityType:` with what the columns identify, such as Host.")
        .owner(Owner::UnknownEntityType),
    Field::new("fieldMappings", "Field mappings", Type::List(&FIELD_MAPPING_ITEM, Some(1), Some(limits::FIELD_MAPPINGS)))
        .doc(
            "One to three identifiers, each with the column that fills it. Together they must tell which entity \
             is meant: an `Account` needs one of `FullName`, `Sid`, `Name`, `AadUserId`, `PUID` and `ObjectGuid`, \
             a `Host` one of `FullName`, `HostName`, `NetBiosName`, `AzureID` and `OMSAgentID`, a `FileHash` both \
             `Algorithm` and `Value`.",
        )
        .required()
        .advice("Add `fieldMappings:` with an `identifier` and a `columnName` for each column.")
        .value_owner(Owner::TooManyFieldMappings)
        .too_few(Owner::MissingStrongIdentifier),
];

pub(super) const ENTITY_MAPPING_ITEM: Field =
    Field::new("", "Entity mapping", Type::Mapping(&ENTITY_MAPPING))
        .doc("One entity: its type, and the columns that identify it.");

pub(super) const FIELD_MAPPING: [Field; 2] = [
    Field::new("identifier", "Identifier", Type::Text(Form::Free, None))
        .doc(
            "An identifier of the entity type, with its exact case; each at most once in a mapping. Examples: \
             `FullName` of an `Account`, `HostName` of a `Host`, `Address` of an `IP`, `Url` of a `URL`, \
             `DomainName` of a `DNS`.",
        )
        .required()
        .examples(&["FullName", "Name", "UPNSuffix", "HostName", "DnsDomain", "Address", "Url", "DomainName", "CommandLine", "ProcessId", "Algorithm", "Value", "ResourceId"])
        .advice("Add `identifier:` with what the column holds of the entity, such as HostName.")
        .owner(Owner::UnknownEntityIdentifier),
    Field::new("columnName", "Column name", Type::Text(Form::Column, Some(limits::COLUMN_NAME)))
        .doc(
            "The column of the query's result that fills the identifier: a letter or an underscore, then letters, \
             digits and underscores, at most 500 characters. Example: `DeviceName`.",
        )
        .required()
        .examples(&["DeviceName"])
        .advice("Add `columnName:` with the column of the result that holds it.")
        .owner(Owner::InvalidColumnName),
];

pub(super) const FIELD_MAPPING_ITEM: Field = Field::new("", "Field mapping", Type::Mapping(&FIELD_MAPPING))
    .doc("One identifier and the column that fills it.");

pub(super) const SENTINEL_ENTITY: [Field; 1] =
    [Field::new("columnName", "Column name", Type::Text(Form::Filled, None))
        .doc("The column of the result that holds the entities. Example: `Entities`.")
        .required()
        .examples(&["Entities"])
        .advice("Add `columnName:` with the column of the result that holds it.")];

pub(super) const SENTINEL_ENTITY_ITEM: Field =
    Field::new("", "Column of entities", Type::Mapping(&SENTINEL_ENTITY)).doc("One such column.");

pub(super) const ALERT_OVERRIDE: [Field; 5] = [
    Field::new("alertDisplayNameFormat", "Alert name", Type::Text(Form::NotBlank, Some(limits::ALERT_NAME)))
        .doc(
            "The alert's name, at most 256 characters. With up to three columns of the result in double braces, \
             such as `{{DeviceName}}`.",
        )
        .nullable()
        .examples(&["Remote management tool on {{DeviceName}}"]),
    Field::new("alertDescriptionFormat", "Alert description", Type::Text(Form::NotBlank, Some(limits::ALERT_DESCRIPTION)))
        .doc(
            "The alert's description, at most 5,000 characters. With up to three columns of the result in double \
             braces, such as `{{DeviceName}}`.",
        )
        .nullable()
        .examples(&["{{FileName}} was run by {{AccountName}}."]),
    Field::new("alertTacticsColumnName", "Tactics column", Type::Text(Form::Free, None))
        .doc("The column of the result that holds the alert's tactics. Example: `Tactics`.")
        .nullable()
        .examples(&["Tactics"]),
    Field::new("alertSeverityColumnName", "Severity column", Type::Text(Form::Free, None))
        .doc("The column of the result that holds the alert's severity. Example: `AlertSeverity`.")
        .nullable()
        .examples(&["AlertSeverity"]),
    Field::new("alertDynamicProperties", "Dynamic properties", Type::List(&DYNAMIC_PROPERTY_ITEM, None, None))
        .doc("Further properties of the alert, each filled from a column of the result.")
        .nullable(),
];

pub(super) const DYNAMIC_PROPERTY: [Field; 2] = [
    Field::new("alertProperty", "Alert property", Type::OneOf(Set::Of(&limits::DYNAMIC_PROPERTIES)))
        .doc("The property of the alert. Example: `AlertLink`.")
        .required()
        .owner(Owner::AlertOverride),
    Field::new("value", "Column name", Type::Text(Form::Filled, None))
        .doc("The column of the result that fills the property. Example: `Link`.")
        .required()
        .examples(&["Link"]),
];

pub(super) const DYNAMIC_PROPERTY_ITEM: Field =
    Field::new("", "Dynamic property", Type::Mapping(&DYNAMIC_PROPERTY))
        .doc("One property and the column that fills it.");

pub(super) const EVENT_GROUPING: [Field; 1] = [Field::new(
    "aggregationKind",
    "Aggregation kind",
    Type::OneOf(Set::Of(&limits::AGGREGATION_KINDS)),
)
.doc_by_kind(&[
    (
        Kinds::SCHEDULED,
        "`SingleAlert`: one alert for all rows of a run, as without this key. `AlertPerResult`: one alert \
                 for each row, at most 150 a run.",
    ),
    (
        Kinds::NRT,
        "`SingleAlert`: one alert for all rows of a run, as without this key. `AlertPerResult`: one alert \
                 for each row, at most 30 a run.",
    ),
])
.required()
.preset(Preset::Text("SingleAlert"))
.owner(Owner::InvalidAggregationKind)];

pub(super) const INCIDENT: [Field; 2] = [
    Field::new("createIncident", "Create incident", Type::Boolean)
        .doc("Whether an alert of this rule makes an incident.")
        .required()
        .preset(Preset::Boolean(true)),
    Field::new("groupingConfiguration", "Grouping configuration", Type::Mapping(&GROUPING))
        .doc("When a new alert joins an incident that is there already. At most 150 alerts go into one.")
        .nullable(),
];

pub(super) const GROUPING: [Field; 7] = [
    Field::new("enabled", "Enabled", Type::Boolean)
        .doc("Whether alerts are grouped at all.")
        .required()
        .preset(Preset::Boolean(true)),
    Field::new("reopenClosedIncident", "Reopen closed incident", Type::Boolean)
        .doc("Whether a matching alert opens a closed incident again; otherwise it makes a new one.")
        .required()
        .preset(Preset::Boolean(false)),
    Field::new("lookbackDuration", "Look-back duration", Type::Text(Form::Duration, None))
        .doc(
            "How long an incident takes in alerts, from 5 minutes to 7 days. Examples: `5h`, `1d`, `PT5H`.",
        )
        .required()
        .examples(&["5h", "1d", "7d"])
        .owner(Owner::InvalidDuration),
    Field::new("matchingMethod", "Matching method", Type::OneOf(Set::Of(&limits::MATCHING_METHODS)))
        .doc(
            "What must agree between alerts. `AllEntities`: every mapped entity. `AnyAlert`: nothing, all alerts \
             of the rule go together. `Selected`: what the lists below name, of which at least one must not be \
             empty.",
        )
        .required()
        .preset(Preset::Text("AllEntities"))
        .owner(Owner::InvalidIncidentGrouping),
    Field::new("groupByEntities", "Group by entities", Type::List(&GROUP_ENTITY, None, None))
        .doc(
            "With `Selected`: entity types that must agree, each mapped in `entityMappings`. Example: `[Host]`.",
        )
        .nullable(),
    Field::new("groupByAlertDetails", "Group by alert details", Type::List(&GROUP_ALERT_DETAIL, None, None))
        .doc("With `Selected`: alert details that must agree, `DisplayName` or `Severity`.")
        .nullable(),
    Field::new("groupByCustomDetails", "Group by custom details", Type::List(&GROUP_CUSTOM_DETAIL, None, None))
        .doc("With `Selected`: custom details that must agree, each a name under `customDetails`.")
        .nullable(),
];

pub(super) const METADATA: [Field; 4] = [
    Field::new("source", "Source", Type::Mapping(&SOURCE)).doc("Who publishes the content.").nullable(),
    Field::new("author", "Author", Type::Mapping(&AUTHOR)).doc("Who wrote the content.").nullable(),
    Field::new("support", "Support", Type::Mapping(&SUPPORT))
        .doc("Who answers questions about the content.")
        .nullable(),
    Field::new("categories", "Categories", Type::Mapping(&CATEGORIES))
        .doc("What the content is about.")
        .nullable(),
];

pub(super) const SOURCE: [Field; 2] = [
    Field::new("kind", "Source kind", Type::Text(Form::Free, None))
        .doc("`Community` or `Microsoft`.")
        .examples(&limits::SOURCE_KINDS),
    Field::new("name", "Name", Type::Text(Form::Free, None)).doc("The name of the source.").nullable(),
];

pub(super) const AUTHOR: [Field; 3] = [
    Field::new("name", "Name", Type::Text(Form::Free, None)).doc("Who that is.").nullable(),
    Field::new("email", "E-mail", Type::Text(Form::Free, None)).doc("An address to write to.").nullable(),
    Field::new("link", "Link", Type::Text(Form::Free, None)).doc("A page about them.").nullable(),
];

pub(super) const SUPPORT: [Field; 4] = [
    Field::new("tier", "Support tier", Type::Text(Form::Free, None))
        .doc("`Community`, `Partner` or `Microsoft`.")
        .examples(&["Community", "Partner", "Microsoft"]),
    Field::new("name", "Name", Type::Text(Form::Free, None)).doc("Who that is.").nullable(),
    Field::new("email", "E-mail", Type::Text(Form::Free, None)).doc("An address to write to.").nullable(),
    Field::new("link", "Link", Type::Text(Form::Free, None)).doc("A page about them.").nullable(),
];

pub(super) const CATEGORIES: [Field; 2] = [
    Field::new("domains", "Domains", Type::List(&DOMAIN, None, None))
        .doc("One or more areas. Example: `[Security - Threat Protection]`.")
        .nullable(),
    Field::new("verticals", "Verticals", Type::List(&VERTICAL, None, None))
        .doc("Lines of business, such as `Finance`.")
        .nullable(),
];

pub(super) const DATA_TYPE: Field = Field::new("", "Data type", Type::Text(Form::Filled, None))
    .doc("The name of a table or of a parser function. Example: `DeviceNetworkEvents`.")
    .examples(&[
        "DeviceNetworkEvents",
        "DeviceProcessEvents",
        "SigninLogs",
        "SecurityEvent",
        "CommonSecurityLog",
    ]);

pub(super) const TACTIC: Field = Field::new("", "Tactic", Type::OneOf(Set::Known(tactic_names)))
    .doc(
        "A tactic by Sentinel's name. Stealth and Defense Impairment, which ATT&CK made of Defense Evasion, are \
         both `DefenseEvasion` here; `ImpairProcessControl` and `InhibitResponseFunction` are for industrial \
         systems; `PreAttack` is out of use.",
    )
    .owner(Owner::UnknownTactic);

pub(super) const TECHNIQUE: Field = Field::new("", "Technique", Type::Text(Form::Technique, None))
    .doc("`T` and four digits; a sub-technique adds a period and three more. Examples: `T1219`, `T1219.002`.")
    .nullable()
    .examples(&["T1219", "T1219.002"])
    .owner(Owner::UnknownTechnique);

pub(super) const TAG: Field = Field::new("", "Tag", Type::TextOrMapping)
    .doc("A word, or a mapping such as `Schema: ASimProcessEvent`.")
    .nullable();

pub(super) const DETAIL_NAME: Field =
    Field::new("", "Name of a detail", Type::Text(Form::DetailName, Some(limits::CUSTOM_DETAIL_KEY)))
        .doc("A letter, then letters, digits and underscores, at most 20 characters.");

pub(super) const DETAIL_COLUMN: Field = Field::new(
    "",
    "Column name",
    Type::Text(Form::Column, Some(limits::CUSTOM_DETAIL_VALUE)),
)
.doc(
    "The column of the query's result that fills the detail: a letter or an underscore, then letters, digits \
         and underscores, at most 500 characters.",
)
.required()
.examples(&["RemoteUrl"])
.owner(Owner::CustomDetails)
.absent(Owner::CustomDetails);

pub(super) const GROUP_ENTITY: Field = Field::new("", "Entity type", Type::OneOf(Set::Known(entity_types)))
    .doc("An entity type that this rule maps.")
    .owner(Owner::InvalidIncidentGrouping);

pub(super) const GROUP_ALERT_DETAIL: Field =
    Field::new("", "Alert detail", Type::OneOf(Set::Of(&limits::ALERT_DETAILS)))
        .doc("`DisplayName` or `Severity`.")
        .owner(Owner::InvalidIncidentGrouping);

pub(super) const GROUP_CUSTOM_DETAIL: Field = Field::new("", "Custom detail", Type::Text(Form::Free, None))
    .doc("A name under `customDetails`.")
    .owner(Owner::InvalidIncidentGrouping);

pub(super) const DOMAIN: Field = Field::new("", "Domain", Type::Text(Form::Free, None))
    .doc("An area by its full name. Example: `Security - Threat Protection`.")
    .examples(&limits::METADATA_DOMAINS);

pub(super) const VERTICAL: Field =
    Field::new("", "Vertical", Type::Text(Form::Free, None)).doc("A line of business. Example: `Finance`.");

/// The tactics under Sentinel's names.
fn tactic_names() -> Vec<&'static str> {
    tactics::sentinel_tactics().iter().map(|tactic| tactic.name).collect()
}

/// The entity types that upstream's gates take.
fn entity_types() -> Vec<&'static str> {
    entities::entity_types().iter().filter(|entity| entity.ci).map(|entity| entity.name).collect()
}
