//! The mappings below the first column of hunting queries and rules, and the items of their lists.

use super::{Field, Form, Kinds, Owner, Preset, Set, Type};
use crate::knowledge::{entities, limits, tactics};

/// The keys below the first column whose values are columns of the query's result.
pub(super) const COLUMN_KEYS: [&str; 4] =
    ["columnName", "alertTacticsColumnName", "alertSeverityColumnName", "value"];

pub(super) const CONNECTOR: [Field; 2] = [
    Field::new("connectorId", "Connector id", Type::Text(Form::Filled, None))
        .doc("The case-sensitive id of the connector. Example: `MicrosoftThreatProtection`.")
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
        .advice("Add `connectorId:` with the id of the connector that provides these tables.")
        .owner(Owner::UnknownConnector),
    Field::new("dataTypes", "Data types", Type::List(&DATA_TYPE, None, None))
        .doc(
            "The tables or parser functions of this connector that the query uses. Example: \
             `DeviceNetworkEvents`.",
        )
        .required()
        .scalar_owner(Owner::ScalarForList)
        .absent(Owner::MissingDataTypes),
];

pub(super) const CONNECTOR_ITEM: Field = Field::new("", "Data connector", Type::Mapping(&CONNECTOR))
    .doc("A connector and the data that the query uses.");

pub(super) const ENTITY_MAPPING: [Field; 2] = [
    Field::new("entityType", "Entity type", Type::OneOf(Set::Known(entity_types)))
        .doc("The type of entity that the columns identify. Example: `Host`.")
        .required()
        .advice("Add `entityType:` with the type of entity that the columns identify, such as Host.")
        .owner(Owner::UnknownEntityType),
    Field::new("fieldMappings", "Field mappings", Type::List(&FIELD_MAPPING_ITEM, Some(1), Some(limits::FIELD_MAPPINGS)))
        .doc(
            "One to three identifiers, each with a column. Together they must identify the entity: an `Account` needs \
             one of `FullName`, `Sid`, `Name`, `AadUserId`, `PUID` and `ObjectGuid`, \
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
        .doc("An entity type, and the columns that identify the entity.");

pub(super) const FIELD_MAPPING: [Field; 2] = [
    Field::new("identifier", "Identifier", Type::Text(Form::Free, None))
        .doc(
            "A case-sensitive identifier of the entity type; each at most once per mapping. Examples: \
             `FullName` of an `Account`, `HostName` of a `Host`, `Address` of an `IP`, `Url` of a `URL`, \
             `DomainName` of a `DNS`.",
        )
        .required()
        .examples(&["FullName", "Name", "UPNSuffix", "HostName", "DnsDomain", "Address", "Url", "DomainName", "CommandLine", "ProcessId", "Algorithm", "Value", "ResourceId"])
        .advice("Add `identifier:` with the identifier that the column contains, such as HostName.")
        .owner(Owner::UnknownEntityIdentifier),
    Field::new("columnName", "Column name", Type::Text(Form::Column, Some(limits::COLUMN_NAME)))
        .doc(
            "The column of the query's result that contains the identifier: a letter or an underscore, followed by \
             letters, digits and underscores, at most 500 characters. Example: `DeviceName`.",
        )
        .required()
        .examples(&["DeviceName"])
        .advice("Add `columnName:` with the column of the result that contains it.")
        .owner(Owner::InvalidColumnName),
];

pub(super) const FIELD_MAPPING_ITEM: Field =
    Field::new("", "Field mapping", Type::Mapping(&FIELD_MAPPING)).doc("An identifier and its column.");

pub(super) const SENTINEL_ENTITY: [Field; 1] =
    [Field::new("columnName", "Column name", Type::Text(Form::Filled, None))
        .doc("The column of the result that contains the entities. Example: `Entities`.")
        .required()
        .examples(&["Entities"])
        .advice("Add `columnName:` with the column of the result that contains it.")];

pub(super) const SENTINEL_ENTITY_ITEM: Field =
    Field::new("", "Column of entities", Type::Mapping(&SENTINEL_ENTITY))
        .doc("A column that contains entities.");

pub(super) const ALERT_OVERRIDE: [Field; 5] = [
    Field::new("alertDisplayNameFormat", "Alert name", Type::Text(Form::NotBlank, Some(limits::ALERT_NAME)))
        .doc(
            "The alert's name, at most 256 characters. It can contain up to three columns of the result in double \
             braces, such as `{{DeviceName}}`.",
        )
        .nullable()
        .examples(&["Remote management tool on {{DeviceName}}"]),
    Field::new("alertDescriptionFormat", "Alert description", Type::Text(Form::NotBlank, Some(limits::ALERT_DESCRIPTION)))
        .doc(
            "The alert's description, at most 5,000 characters. It can contain up to three columns of the result in \
             double braces, such as `{{DeviceName}}`.",
        )
        .nullable()
        .examples(&["{{FileName}} was run by {{AccountName}}."]),
    Field::new("alertTacticsColumnName", "Tactics column", Type::Text(Form::Free, None))
        .doc("The column of the result that contains the alert's tactics. Example: `Tactics`.")
        .nullable()
        .examples(&["Tactics"]),
    Field::new("alertSeverityColumnName", "Severity column", Type::Text(Form::Free, None))
        .doc("The column of the result that contains the alert's severity. Example: `AlertSeverity`.")
        .nullable()
        .examples(&["AlertSeverity"]),
    Field::new("alertDynamicProperties", "Dynamic properties", Type::List(&DYNAMIC_PROPERTY_ITEM, None, None))
        .doc("Additional properties of the alert, each set from a column of the result.")
        .nullable(),
];

pub(super) const DYNAMIC_PROPERTY: [Field; 2] = [
    Field::new("alertProperty", "Alert property", Type::OneOf(Set::Of(&limits::DYNAMIC_PROPERTIES)))
        .doc("The property of the alert. Example: `AlertLink`.")
        .required()
        .owner(Owner::AlertOverride),
    Field::new("value", "Column name", Type::Text(Form::Filled, None))
        .doc("The column of the result that contains the property. Example: `Link`.")
        .required()
        .examples(&["Link"]),
];

pub(super) const DYNAMIC_PROPERTY_ITEM: Field =
    Field::new("", "Dynamic property", Type::Mapping(&DYNAMIC_PROPERTY)).doc("A property and its column.");

pub(super) const EVENT_GROUPING: [Field; 1] = [Field::new(
    "aggregationKind",
    "Aggregation kind",
    Type::OneOf(Set::Of(&limits::AGGREGATION_KINDS)),
)
.doc_by_kind(&[
    (
        Kinds::SCHEDULED,
        "`SingleAlert`: one alert for all rows of a run (the default). `AlertPerResult`: one alert per row, at most \
         150 per run.",
    ),
    (
        Kinds::NRT,
        "`SingleAlert`: one alert for all rows of a run (the default). `AlertPerResult`: one alert per row, at most \
         30 per run.",
    ),
])
.required()
.preset(Preset::Text("SingleAlert"))
.owner(Owner::InvalidAggregationKind)];

pub(super) const INCIDENT: [Field; 2] = [
    Field::new("createIncident", "Create incident", Type::Boolean)
        .doc("Whether alerts of this rule create incidents.")
        .required()
        .preset(Preset::Boolean(true)),
    Field::new("groupingConfiguration", "Grouping configuration", Type::Mapping(&GROUPING))
        .doc("When a new alert is added to an existing incident. An incident can contain at most 150 alerts.")
        .nullable(),
];

pub(super) const GROUPING: [Field; 7] = [
    Field::new("enabled", "Enabled", Type::Boolean)
        .doc("Whether alerts are grouped.")
        .required()
        .preset(Preset::Boolean(true)),
    Field::new("reopenClosedIncident", "Reopen closed incident", Type::Boolean)
        .doc("Whether a matching alert reopens a closed incident; otherwise it creates a new one.")
        .required()
        .preset(Preset::Boolean(false)),
    Field::new("lookbackDuration", "Look-back duration", Type::Text(Form::Duration, None))
        .doc(
            "How long alerts are added to an incident, from 5 minutes to 7 days. Examples: `5h`, `1d`, `PT5H`.",
        )
        .required()
        .examples(&["5h", "1d", "7d"])
        .owner(Owner::InvalidDuration),
    Field::new("matchingMethod", "Matching method", Type::OneOf(Set::Of(&limits::MATCHING_METHODS)))
        .doc(
            "What alerts must have in common. `AllEntities`: all mapped entities. `AnyAlert`: nothing, all alerts of \
             the rule are grouped. `Selected`: the items of the lists below, at least one of which must not be empty.",
        )
        .required()
        .preset(Preset::Text("AllEntities"))
        .owner(Owner::InvalidIncidentGrouping),
    Field::new("groupByEntities", "Group by entities", Type::List(&GROUP_ENTITY, None, None))
        .doc(
            "With `Selected`: entity types that must match, each mapped in `entityMappings`. Example: `[Host]`.",
        )
        .nullable(),
    Field::new("groupByAlertDetails", "Group by alert details", Type::List(&GROUP_ALERT_DETAIL, None, None))
        .doc("With `Selected`: alert details that must match, `DisplayName` or `Severity`.")
        .nullable(),
    Field::new("groupByCustomDetails", "Group by custom details", Type::List(&GROUP_CUSTOM_DETAIL, None, None))
        .doc("With `Selected`: custom details that must match, each a key of `customDetails`.")
        .nullable(),
];

pub(super) const METADATA: [Field; 4] = [
    Field::new("source", "Source", Type::Mapping(&SOURCE)).doc("The publisher of the content.").nullable(),
    Field::new("author", "Author", Type::Mapping(&AUTHOR)).doc("The author of the content.").nullable(),
    Field::new("support", "Support", Type::Mapping(&SUPPORT))
        .doc("Who provides support for the content.")
        .nullable(),
    Field::new("categories", "Categories", Type::Mapping(&CATEGORIES))
        .doc("The categories of the content.")
        .nullable(),
];

pub(super) const SOURCE: [Field; 2] = [
    Field::new("kind", "Source kind", Type::Text(Form::Free, None))
        .doc("`Community` or `Microsoft`.")
        .examples(&limits::SOURCE_KINDS),
    Field::new("name", "Name", Type::Text(Form::Free, None)).doc("The name of the source.").nullable(),
];

pub(super) const AUTHOR: [Field; 3] = [
    Field::new("name", "Name", Type::Text(Form::Free, None)).doc("The name.").nullable(),
    Field::new("email", "E-mail", Type::Text(Form::Free, None)).doc("An email address.").nullable(),
    Field::new("link", "Link", Type::Text(Form::Free, None)).doc("A web page.").nullable(),
];

pub(super) const SUPPORT: [Field; 4] = [
    Field::new("tier", "Support tier", Type::Text(Form::Free, None))
        .doc("`Community`, `Partner` or `Microsoft`.")
        .examples(&["Community", "Partner", "Microsoft"]),
    Field::new("name", "Name", Type::Text(Form::Free, None)).doc("The name.").nullable(),
    Field::new("email", "E-mail", Type::Text(Form::Free, None)).doc("An email address.").nullable(),
    Field::new("link", "Link", Type::Text(Form::Free, None)).doc("A web page.").nullable(),
];

pub(super) const CATEGORIES: [Field; 2] = [
    Field::new("domains", "Domains", Type::List(&DOMAIN, None, None))
        .doc("One or more areas. Example: `[Security - Threat Protection]`.")
        .nullable(),
    Field::new("verticals", "Verticals", Type::List(&VERTICAL, None, None))
        .doc("Industries, such as `Finance`.")
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
        "A tactic with its name in Sentinel. Stealth and Defense Impairment, into which ATT&CK split Defense Evasion, \
         are both `DefenseEvasion` here; `ImpairProcessControl` and `InhibitResponseFunction` are for industrial \
         control systems; `PreAttack` is obsolete.",
    )
    .owner(Owner::UnknownTactic);

pub(super) const TECHNIQUE: Field = Field::new("", "Technique", Type::Text(Form::Technique, None))
    .doc("`T` and four digits; a sub-technique adds a dot and three digits. Examples: `T1219`, `T1219.002`.")
    .nullable()
    .examples(&["T1219", "T1219.002"])
    .owner(Owner::UnknownTechnique);

pub(super) const TAG: Field = Field::new("", "Tag", Type::TextOrMapping)
    .doc("A string, or a mapping such as `Schema: ASimProcessEvent`.")
    .nullable();

pub(super) const DETAIL_NAME: Field =
    Field::new("", "Name of a detail", Type::Text(Form::DetailName, Some(limits::CUSTOM_DETAIL_KEY)))
        .doc("A letter, followed by letters, digits and underscores, at most 20 characters.");

pub(super) const DETAIL_COLUMN: Field = Field::new(
    "",
    "Column name",
    Type::Text(Form::Column, Some(limits::CUSTOM_DETAIL_VALUE)),
)
.doc(
    "The column of the query's result that contains the detail: a letter or an underscore, followed by letters, \
     digits and underscores, at most 500 characters.",
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
    .doc("A key of `customDetails`.")
    .owner(Owner::InvalidIncidentGrouping);

pub(super) const DOMAIN: Field = Field::new("", "Domain", Type::Text(Form::Free, None))
    .doc("An area by its full name. Example: `Security - Threat Protection`.")
    .examples(&limits::METADATA_DOMAINS);

pub(super) const VERTICAL: Field =
    Field::new("", "Vertical", Type::Text(Form::Free, None)).doc("An industry. Example: `Finance`.");

/// The tactics under Sentinel's names.
fn tactic_names() -> Vec<&'static str> {
    tactics::sentinel_tactics().iter().map(|tactic| tactic.name).collect()
}

/// The entity types that upstream's gates take.
fn entity_types() -> Vec<&'static str> {
    entities::entity_types().iter().filter(|entity| entity.ci).map(|entity| entity.name).collect()
}
