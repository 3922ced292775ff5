//! The ARM template and its resources, typed. Order of fields is the order in the file.

use serde::Serialize;
use serde_json::Value;

/// The schema that deployment templates name.
const SCHEMA: &str = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";

/// A deployable template with one required parameter, `workspace`.
#[derive(Debug, Serialize)]
pub struct Template<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    #[serde(rename = "contentVersion")]
    content_version: &'static str,
    metadata: TemplateMetadata,
    parameters: Parameters,
    resources: &'a [Resource],
}

/// Who made the template, in the place where Bicep says it too.
#[derive(Debug, Serialize)]
struct TemplateMetadata {
    #[serde(rename = "_generator")]
    generator: Generator,
}

#[derive(Debug, Serialize)]
struct Generator {
    name: &'static str,
}

/// Whether a text is a template with our mark.
pub(super) fn is_own(text: &str) -> bool {
    let Ok(template) = serde_json::from_str::<Value>(text) else { return false };
    template.pointer("/metadata/_generator/name").and_then(Value::as_str) == Some(env!("CARGO_PKG_NAME"))
}

#[derive(Debug, Serialize)]
struct Parameters {
    workspace: Parameter,
}

#[derive(Debug, Serialize)]
struct Parameter {
    #[serde(rename = "type")]
    kind: &'static str,
    metadata: Metadata,
}

#[derive(Debug, Serialize)]
struct Metadata {
    description: &'static str,
}

impl<'a> Template<'a> {
    /// The template of some resources.
    pub fn new(resources: &'a [Resource]) -> Self {
        let metadata = Metadata { description: "The name of the Log Analytics workspace" };
        Self {
            schema: SCHEMA,
            content_version: "1.0.0.0",
            metadata: TemplateMetadata { generator: Generator { name: env!("CARGO_PKG_NAME") } },
            parameters: Parameters { workspace: Parameter { kind: "string", metadata } },
            resources,
        }
    }

    /// Two-space JSON with a final line feed.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// A resource of a template.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Resource {
    /// A hunting query.
    SavedSearch(Envelope<SavedSearch>),
    /// An analytic rule.
    AlertRule(Box<Envelope<AlertRule>>),
}

/// What every resource has.
#[derive(Debug, Serialize)]
pub struct Envelope<P> {
    /// The resource type.
    #[serde(rename = "type")]
    pub resource_type: &'static str,
    /// The API version.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// The name, an expression that begins with the workspace.
    pub name: String,
    /// `Scheduled` or `NRT`, for rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// `*` for saved searches, so that a deployment overwrites what is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<&'static str>,
    /// What it is.
    pub properties: P,
}

/// A saved search of the category Hunting Queries.
#[derive(Debug, Serialize)]
pub struct SavedSearch {
    /// The display name.
    #[serde(rename = "displayName")]
    pub display_name: String,
    /// `Hunting Queries`.
    pub category: &'static str,
    /// The query.
    pub query: String,
    /// The version of the query language.
    pub version: u32,
    /// Description, tactics and techniques.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// A name and a value.
#[derive(Debug, Serialize)]
pub struct Tag {
    /// `description`, `tactics` or `techniques`.
    pub name: &'static str,
    /// The text; lists are joined with commas.
    pub value: String,
}

/// An analytic rule.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the fields have the names of the API")]
pub struct AlertRule {
    /// The display name.
    pub display_name: String,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `High`, `Medium`, `Low` or `Informational`.
    pub severity: String,
    /// Whether the rule runs.
    pub enabled: bool,
    /// The query.
    pub query: String,
    /// How often it runs, in ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_frequency: Option<String>,
    /// How far back it looks, in ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_period: Option<String>,
    /// How the number of rows is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_operator: Option<String>,
    /// What it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_threshold: Option<i64>,
    /// How long the rule stays silent after an alert, in ISO 8601.
    pub suppression_duration: String,
    /// Whether it does.
    pub suppression_enabled: bool,
    /// The tactics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tactics: Vec<String>,
    /// The techniques, `T####`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub techniques: Vec<String>,
    /// The sub-techniques, `T####.###`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sub_techniques: Vec<String>,
    /// The id of the template that the rule was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_rule_template_name: Option<String>,
    /// The version of that template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_version: Option<String>,
    /// The entity mappings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_mappings: Option<Value>,
    /// The custom details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_details: Option<Value>,
    /// The alert details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_details_override: Option<Value>,
    /// The event grouping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_grouping_settings: Option<Value>,
    /// What becomes of alerts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident_configuration: Option<Value>,
    /// Columns that hold entities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentinel_entities_mappings: Option<Value>,
}
