//! The ARM template and its resources, typed. Order of fields is the order in the file.

use serde::Serialize;
use serde_json::{Value, json};

use super::escape;
use super::sums::{BLANK, with_sum};

/// The schema that deployment templates name.
pub(super) const SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";

/// What the parameter `workspace` is.
pub(super) const WORKSPACE: &str = "The name of the Log Analytics workspace";
/// The type of saved searches.
const SAVED_SEARCHES: &str = "Microsoft.OperationalInsights/workspaces/savedSearches";
/// The type of rules as a workspace's child, which is the form that Sentinel Repositories accepts.
const ALERT_RULES: &str = "Microsoft.OperationalInsights/workspaces/providers/alertRules";

/// A deployable template with one required parameter, `workspace`.
#[derive(Debug, Serialize)]
pub struct Template {
    #[serde(rename = "$schema")]
    schema: &'static str,
    #[serde(rename = "contentVersion")]
    content_version: &'static str,
    metadata: Value,
    parameters: Value,
    resources: Vec<Envelope>,
}

/// Who made a template, in the place where Bicep says it too.
pub(super) fn generator() -> Value {
    json!({"name": crate::diagnostic::PROGRAM, SUM_KEY: BLANK})
}

/// The key of the template's sum, which Bicep calls so too.
pub(super) const SUM_KEY: &str = "templateHash";

/// What stands before the sum.
pub(super) fn sum_start() -> String {
    format!("\"{SUM_KEY}\": \"")
}

/// Whether a template has our mark.
pub(super) fn is_own_template(template: &Value) -> bool {
    template.pointer("/metadata/_generator/name").and_then(Value::as_str) == Some(crate::diagnostic::PROGRAM)
}

/// A resource as it stands in a template, with what the template language would evaluate escaped.
#[derive(Debug, Serialize)]
struct Envelope {
    #[serde(rename = "type")]
    resource_type: &'static str,
    #[serde(rename = "apiVersion")]
    api_version: String,
    /// An expression that begins with the workspace.
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    properties: Value,
}

impl Template {
    /// The template of some resources.
    pub fn new(resources: &[Resource]) -> Self {
        Self {
            schema: SCHEMA,
            content_version: "1.0.0.0",
            metadata: json!({"_generator": generator()}),
            parameters: json!({"workspace": {
                "type": "string",
                "metadata": {"description": WORKSPACE},
            }}),
            resources: resources.iter().map(Resource::envelope).collect(),
        }
    }

    /// Two-space JSON with a final line feed.
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

/// Two-space JSON with a final line feed.
pub(super) fn to_json(value: &impl Serialize) -> String {
    let text = hide_blanks(&(serde_json::to_string_pretty(value).unwrap_or_default() + "\n"));
    with_sum(&text, &sum_start())
}

/// arm-ttk looks for blank values in a template's text, and takes what a query says for one: `{"a":[]}`. Inside texts
/// the first character of such a value is therefore written as its number, which reads as the same text.
fn hide_blanks(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut in_text, mut escaped, mut behind_colon) = (false, false, false);
    for (at, c) in json.char_indices() {
        let rest = &json[at + c.len_utf8()..];
        let blank = match c {
            '[' => rest.trim_start_matches(' ').starts_with(']'),
            '{' => rest.trim_start_matches(' ').starts_with('}'),
            'n' => rest.starts_with("ull"),
            _ => false,
        };
        if in_text && behind_colon && blank {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
        behind_colon = !escaped && (c == ':' || (behind_colon && c == ' '));
        in_text ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    out
}

/// A resource, before it is written in one of the template languages.
#[derive(Debug)]
pub struct Resource {
    /// The last part of its name.
    pub id: String,
    /// The API version.
    pub api_version: String,
    /// What it is.
    pub body: Body,
}

/// What a resource is.
#[derive(Debug)]
pub enum Body {
    /// A hunting query.
    SavedSearch(SavedSearch),
    /// An analytic rule that runs on a schedule.
    Scheduled(Box<AlertRule>),
    /// A near-real-time analytic rule.
    Nrt(Box<AlertRule>),
}

impl Resource {
    /// Whether it is an analytic rule.
    pub fn is_rule(&self) -> bool {
        self.kind().is_some()
    }

    /// What no two resources of a template may share: names are compared without regard to case.
    pub fn key(&self) -> (bool, String) {
        (self.is_rule(), self.id.to_lowercase())
    }

    /// The display name.
    pub(crate) fn display_name(&self) -> &str {
        match &self.body {
            Body::SavedSearch(search) => &search.display_name,
            Body::Scheduled(rule) | Body::Nrt(rule) => &rule.display_name,
        }
    }

    /// The kind of an analytic rule.
    pub(super) fn kind(&self) -> Option<&'static str> {
        match &self.body {
            Body::SavedSearch(_) => None,
            Body::Scheduled(_) => Some("Scheduled"),
            Body::Nrt(_) => Some("NRT"),
        }
    }

    /// The properties, with every text as it is meant.
    pub fn properties(&self) -> Value {
        let value = match &self.body {
            Body::SavedSearch(search) => serde_json::to_value(search),
            Body::Scheduled(rule) | Body::Nrt(rule) => serde_json::to_value(rule),
        };
        value.unwrap_or_default()
    }

    fn envelope(&self) -> Envelope {
        let provider = if self.is_rule() { "/Microsoft.SecurityInsights/" } else { "/" };
        Envelope {
            resource_type: if self.is_rule() { ALERT_RULES } else { SAVED_SEARCHES },
            api_version: self.api_version.clone(),
            name: format!(
                "[concat(parameters('workspace'),'{provider}{}')]",
                escape::in_expression(&self.id)
            ),
            kind: self.kind(),
            properties: escape::value(self.properties()),
        }
    }
}

/// A saved search of the category Hunting Queries.
#[derive(Debug, Serialize)]
pub struct SavedSearch {
    /// `*`, with which a second deployment overwrites the saved search that is there and is not refused. It belongs
    /// here: the resource manager refuses a template that has it beside `properties`.
    #[serde(rename = "eTag")]
    pub e_tag: &'static str,
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
    /// When the rule runs first. The portal writes it, though no schema of the API has it.
    #[serde(rename = "startTimeUtc", skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_space_inside_a_string_is_hidden_and_reads_as_it_was() {
        let value =
            json!({"query": "dynamic({\"a\": [ ], \"b\":{}, \"c\": null}) \\n:[x]", "parameters": {}});
        let text = to_json(&value);
        assert!(text.contains(r#"\"a\": \u005b ]"#) && text.contains(r#"\"b\":\u007b}"#), "{text}");
        assert!(text.contains(r"\u006eull") && text.contains(":[x]"), "{text}");
        assert!(text.contains("\"parameters\": {}"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
    }
}
