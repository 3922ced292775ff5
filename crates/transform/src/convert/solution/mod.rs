//! A solution of the Content hub, third form: a content template for each rule and hunting query, and the package that
//! holds them together. What upstream's packaging tool computes, it has Azure compute; so do these templates.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::arm::{Body, Resource, SCHEMA, WORKSPACE, generator, to_json};
use super::escape::{self, in_expression};
use super::{Options, Prepared, Refusal};
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;

mod facts;
mod inner;

pub use facts::Facts;

const TEMPLATES_API: &str = "2023-04-01-preview";
const METADATA_API: &str = "2022-01-01-preview";

/// A rule or hunting query of a solution.
#[derive(Debug)]
pub struct Item {
    resource: Resource,
    /// The file's name without its extension.
    base: String,
    version: String,
    /// The kind as it is published.
    kind: String,
    /// The properties of the resource inside.
    properties: Value,
}

impl Item {
    /// What no two items of a solution may share.
    pub fn key(&self) -> (bool, String) {
        self.resource.key()
    }

    /// Whether it is an analytic rule.
    pub fn is_rule(&self) -> bool {
        self.resource.is_rule()
    }
}

/// Converts a file that is ready; `base` is its name without the extension. With `bugs` the result is what upstream's tool makes,
/// its mistakes included.
pub fn to_item(
    prepared: &Prepared,
    base: &str,
    options: &Options,
    bugs: bool,
) -> Result<(Item, Vec<Diagnostic>), Refusal> {
    let options = Options { for_solution: true, ..options.clone() };
    let template = super::template(&prepared.content)?;
    let mut notes = prepared.changes_in(options.resources(prepared.content.kind));
    let resource = super::resource(&template, &options, &mut notes)?;
    let common = template.common();
    let properties = match &resource.body {
        Body::SavedSearch(search) => inner::saved_search(common, search, bugs),
        Body::Scheduled(rule) | Body::Nrt(rule) => inner::rule(&template, rule, bugs),
    };
    let written = common.root.get("kind").and_then(crate::yaml::Node::as_str);
    let kind = match (bugs, written) {
        (true, Some(written)) => written,
        _ => resource.kind().unwrap_or_default(),
    };
    let item = Item {
        base: base.to_owned(),
        version: common.version.map_or("1.0.0", |version| version.value.trim()).to_owned(),
        kind: kind.to_owned(),
        // Twice: once for the deployment of the solution, once for that of the template inside.
        properties: if bugs { properties } else { keep_variables(escape::value(escape::value(properties))) },
        resource,
    };
    super::notes::sort(&mut notes);
    Ok((item, notes))
}

/// The one expression that the properties hold is meant as one.
fn keep_variables(mut properties: Value) -> Value {
    if let Some(connectors) = properties.get_mut("requiredDataConnectors").filter(|value| value.is_string()) {
        *connectors = json!(inner::EMPTY_LIST);
    }
    properties
}

/// The template of a solution.
pub fn solution(items: &[Item], facts: &Facts) -> String {
    let mut solution = Solution { facts, variables: Map::new(), resources: Vec::new(), criteria: Vec::new() };
    solution.head();
    let (mut rules, mut queries) = (0, 0);
    for item in items {
        if item.is_rule() {
            rules += 1;
            solution.rule(item, rules);
        } else {
            queries += 1;
            solution.query(item, queries);
        }
    }
    solution.package(rules, queries);
    to_json(&json!({
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "metadata": {
            "author": author_line(facts),
            "comments": format!("Solution template for {}", facts.name),
            "_generator": generator(),
        },
        "parameters": {
            "location": {
                "type": "string",
                "minLength": 1,
                "defaultValue": "[resourceGroup().location]",
                "metadata": {"description": "The region of the deployment; the content goes to that of the workspace"},
            },
            "workspace-location": {
                "type": "string",
                "defaultValue": "",
                "metadata": {"description": "[concat('The region of the workspace, apart from ', parameters('location'))]"},
            },
            "workspace": {
                "type": "string",
                "defaultValue": "",
                "metadata": {"description": WORKSPACE},
            },
        },
        "variables": solution.variables,
        "resources": solution.resources,
        "outputs": {},
    }))
}

fn author_line(facts: &Facts) -> String {
    match &facts.email {
        Some(email) => format!("{} - {email}", facts.author),
        None => facts.author.clone(),
    }
}

/// A solution in the making.
struct Solution<'a> {
    facts: &'a Facts,
    variables: Map<String, Value>,
    resources: Vec<Value>,
    /// What the package depends on: its items.
    criteria: Vec<Value>,
}

impl Solution<'_> {
    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    fn head(&mut self) {
        let facts = self.facts;
        if let Some(email) = &facts.email {
            self.set("email", escape::text(email));
            self.set("_email", "[variables('email')]");
        }
        self.set("_solutionName", escape::text(&facts.name));
        self.set("_solutionVersion", facts.version.clone());
        self.set("solutionId", escape::text(&facts.id()));
        self.set("_solutionId", "[variables('solutionId')]");
    }

    fn rule(&mut self, item: &Item, n: usize) {
        let id = in_expression(&item.resource.id);
        let version = in_expression(&item.version);
        let product = product_id("ar", "AnalyticsRule", &format!("'{id}'"), &version);
        let object = format!("analyticRuleObject{n}");
        let variable = |name: &str| format!("[variables('{object}').{name}{n}]");
        let resource_id = format!("analyticRuleId{n}");
        self.set(&object, json!({
            (format!("analyticRuleVersion{n}")): escape::text(&item.version),
            (format!("_analyticRulecontentId{n}")): escape::text(&item.resource.id),
            (resource_id.as_str()): format!("[resourceId('Microsoft.SecurityInsights/AlertRuleTemplates', '{id}')]"),
            (format!("analyticRuleTemplateSpecName{n}")): template_name("ar", &id),
            (format!("_analyticRulecontentProductId{n}")): product,
        }));
        let rule = json!({
            "type": "Microsoft.SecurityInsights/AlertRuleTemplates",
            "name": variable("_analyticRulecontentId"),
            "apiVersion": limits::CONTENT_TEMPLATES_API,
            "kind": item.kind,
            "location": "[parameters('workspace-location')]",
            "properties": item.properties,
        });
        self.needs_empty_list(&item.properties);
        let parts = Parts {
            kind: "AnalyticsRule",
            noun: "Analytics Rule",
            folder: "AnalyticalRules",
            n,
            content_id: variable("_analyticRulecontentId"),
            version: variable("analyticRuleVersion"),
            name: variable("analyticRuleTemplateSpecName"),
            product_id: variable("_analyticRulecontentProductId"),
            parent: format!("variables('{object}').{resource_id}"),
            template_version: variable("analyticRuleVersion"),
        };
        self.content_template(item, &rule, &parts);
    }

    fn query(&mut self, item: &Item, n: usize) {
        let id = in_expression(&item.resource.id);
        let object = format!("huntingQueryObject{n}");
        let variable = |name: &str| format!("[variables('{object}').{name}{n}]");
        let content_id = format!("variables('{object}')._huntingQuerycontentId{n}");
        self.set(
            &object,
            json!({
                (format!("huntingQueryVersion{n}")): escape::text(&item.version),
                (format!("_huntingQuerycontentId{n}")): escape::text(&item.resource.id),
                (format!("huntingQueryTemplateSpecName{n}")): template_name("hq", &id),
            }),
        );
        let search = json!({
            "type": "Microsoft.OperationalInsights/savedSearches",
            "apiVersion": limits::SAVED_SEARCHES_API_NEWEST,
            "name": escape::text(&format!("{}_Hunting_Query_{n}", self.facts.name.replace(' ', "_"))),
            "location": "[parameters('workspace-location')]",
            "properties": item.properties,
        });
        let parts = Parts {
            kind: "HuntingQuery",
            noun: "Hunting Query",
            folder: "HuntingQueries",
            n,
            content_id: variable("_huntingQuerycontentId"),
            version: variable("huntingQueryVersion"),
            name: variable("huntingQueryTemplateSpecName"),
            product_id: product_id("hq", "HuntingQuery", &content_id, &in_expression(&item.version)),
            parent: format!("resourceId('Microsoft.OperationalInsights/savedSearches', {content_id})"),
            template_version: escape::text(&item.version),
        };
        self.content_template(item, &search, &parts);
    }

    /// The list without items is computed, because templates must hold no blanks.
    fn needs_empty_list(&mut self, properties: &Value) {
        if properties.get("requiredDataConnectors").is_some_and(Value::is_string) {
            self.set("TemplateEmptyArray", "[json('[]')]");
        }
    }

    fn content_template(&mut self, item: &Item, resource: &Value, parts: &Parts) {
        let Parts { kind, noun, folder, n, .. } = parts;
        let facts = self.facts;
        let metadata = json!({
            "type": "Microsoft.OperationalInsights/workspaces/providers/metadata",
            "apiVersion": METADATA_API,
            "name": format!(
                "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/',concat('{kind}-', \
                 last(split({},'/'))))]",
                parts.parent
            ),
            "properties": {
                "description": escape::text(&format!("{} {noun} {n}", facts.name)),
                "parentId": format!("[{}]", parts.parent),
                "contentId": parts.content_id,
                "kind": kind,
                "version": parts.version,
                "source": {
                    "kind": "Solution",
                    "name": escape::text(&facts.name),
                    "sourceId": "[variables('_solutionId')]",
                },
                "author": self.author(),
                "support": escape::value(json!(facts.support)),
            },
        });
        self.resources.push(json!({
            "type": "Microsoft.OperationalInsights/workspaces/providers/contentTemplates",
            "apiVersion": TEMPLATES_API,
            "name": parts.name,
            "location": "[parameters('workspace-location')]",
            "dependsOn": [
                "[extensionResourceId(resourceId('Microsoft.OperationalInsights/workspaces', \
                 parameters('workspace')), 'Microsoft.SecurityInsights/contentPackages', variables('_solutionId'))]",
            ],
            "properties": {
                "description": format!("{}_{folder} {noun} with template version {}", item.base, facts.version),
                "mainTemplate": {
                    "$schema": SCHEMA,
                    "contentVersion": parts.version,
                    "parameters": {},
                    "variables": {},
                    "resources": [resource, metadata],
                },
                "packageKind": "Solution",
                "packageVersion": "[variables('_solutionVersion')]",
                "packageName": "[variables('_solutionName')]",
                "packageId": "[variables('_solutionId')]",
                "contentSchemaVersion": "3.0.0",
                "contentId": parts.content_id,
                "contentKind": kind,
                "displayName": escape::text(item.resource.display_name()),
                "contentProductId": parts.product_id,
                "id": parts.product_id,
                "version": parts.template_version,
            },
        }));
        self.criteria.push(json!({"kind": kind, "contentId": parts.content_id, "version": parts.version}));
    }

    fn author(&self) -> Value {
        let mut author = json!({"name": escape::text(&self.facts.author)});
        if self.facts.email.is_some() {
            author["email"] = json!("[variables('_email')]");
        }
        author
    }

    fn package(&mut self, rules: usize, queries: usize) {
        let facts = self.facts;
        self.set(
            "_solutioncontentProductId",
            "[concat(take(variables('_solutionId'),50),'-','sl','-', \
             uniqueString(concat(variables('_solutionId'),'-','Solution','-',variables('_solutionId'),'-', \
             variables('_solutionVersion'))))]",
        );
        let support_name = facts.support.get("name").and_then(Value::as_str).unwrap_or(&facts.author);
        let microsoft = facts
            .support
            .get("tier")
            .and_then(Value::as_str)
            .is_some_and(|tier| tier.eq_ignore_ascii_case("microsoft"));
        let publisher =
            if microsoft { format!("Microsoft Sentinel, {support_name}") } else { support_name.to_owned() };
        let mut properties = json!({
            "version": facts.version,
            "kind": "Solution",
            "contentSchemaVersion": "3.0.0",
            "displayName": escape::text(&facts.name),
            "publisherDisplayName": escape::text(&publisher),
            "descriptionHtml": escape::text(&html(&facts.description, rules, queries)),
            "contentKind": "Solution",
            "contentProductId": "[variables('_solutioncontentProductId')]",
            "id": "[variables('_solutioncontentProductId')]",
        });
        let mut put = |key: &str, value: Value| {
            let blank = match &value {
                Value::Null => true,
                Value::Array(items) => items.is_empty(),
                Value::Object(map) => map.is_empty(),
                _ => false,
            };
            if !blank {
                properties[key] = value;
            }
        };
        put("icon", json!(facts.logo.as_deref().map(escape::text)));
        put("contentId", json!("[variables('_solutionId')]"));
        put("parentId", json!("[variables('_solutionId')]"));
        put(
            "source",
            json!({
                "kind": "Solution",
                "name": escape::text(&facts.name),
                "sourceId": "[variables('_solutionId')]",
            }),
        );
        put("author", self.author());
        put("support", escape::value(json!(facts.support)));
        let others =
            facts.depends_on.iter().map(|id| json!({"kind": "Solution", "contentId": escape::text(id)}));
        let criteria: Vec<Value> = self.criteria.iter().cloned().chain(others).collect();
        put("dependencies", json!({"operator": "AND", "criteria": criteria}));
        put("firstPublishDate", json!(facts.first_published));
        put("lastPublishDate", json!(facts.last_published));
        put("providers", escape::value(json!(facts.providers)));
        let mut categories = Map::new();
        for (key, list) in [("domains", &facts.domains), ("verticals", &facts.verticals)] {
            if !list.is_empty() {
                categories.insert(key.to_owned(), escape::value(json!(list)));
            }
        }
        put("categories", Value::Object(categories));
        self.resources.push(json!({
            "type": "Microsoft.OperationalInsights/workspaces/providers/contentPackages",
            "apiVersion": TEMPLATES_API,
            "location": "[parameters('workspace-location')]",
            "properties": properties,
            "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/', variables('_solutionId'))]",
        }));
    }
}

/// In what rules and hunting queries differ.
struct Parts {
    kind: &'static str,
    noun: &'static str,
    folder: &'static str,
    n: usize,
    content_id: String,
    version: String,
    name: String,
    product_id: String,
    /// The resource that the metadata belongs to, an expression without its brackets.
    parent: String,
    template_version: String,
}

fn template_name(short: &str, id: &str) -> String {
    format!(
        "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/',concat(parameters('workspace'),'-{short}-',\
         uniquestring('{id}')))]"
    )
}

fn product_id(short: &str, kind: &str, content_id: &str, version: &str) -> String {
    format!(
        "[concat(take(variables('_solutionId'),50),'-','{short}','-', \
         uniqueString(concat(variables('_solutionId'),'-','{kind}','-',{content_id},'-', '{version}')))]"
    )
}

/// The description as HTML, with what the solution holds in its last paragraph.
fn html(description: &str, rules: usize, queries: usize) -> String {
    let mut out = String::new();
    if description.starts_with('<') {
        out.push_str(description.trim_end());
        out.push('\n');
    } else {
        let safe = description.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        for paragraph in
            safe.replace("\r\n", "\n").split("\n\n").map(str::trim).filter(|text| !text.is_empty())
        {
            let _ = writeln!(out, "<p>{paragraph}</p>");
        }
    }
    let counts: Vec<String> = [("Analytic Rules", rules), ("Hunting Queries", queries)]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| format!("<strong>{what}:</strong> {count}"))
        .collect();
    let _ = writeln!(out, "<p>{}</p>", counts.join(", "));
    out
}

#[cfg(test)]
mod tests;
