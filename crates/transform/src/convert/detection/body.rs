//! A custom detection as it is read becomes one in the new shape. Nothing is lost that the new shape can say, and the old
//! shape can say nothing else.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::from_template::{Catalogs, kebab};
use super::{Frequency, Made, Options, Provenance, alert, schedule};
use crate::content::{Content, Detection, Form};
use crate::convert::notes::{self, VALUE_MISSING, VALUE_REFUSED};
use crate::convert::promote::IdSource;
use crate::diagnostic::{Diagnostic, RuleMeta};
use crate::knowledge::defender;
use crate::kql;
use crate::kql::bind::{Catalog, bind};
use crate::kql::types::Relation;
use crate::order::Order as _;
use crate::source::Span;
use crate::yaml::{Entry, Node, to_json};

/// The members in the order of the documentation: those of the rule, of the alert's template, and of the action.
const RULE: [&str; 7] =
    ["id", "displayName", "description", "status", "queryCondition", "schedule", "detectionAction"];
const ALERT: [&str; 8] = [
    "title",
    "description",
    "severity",
    "recommendedActions",
    "tactics",
    "entityMappings",
    "customDetails",
    "eventGroupingKind",
];
const ACTION: [&str; 4] =
    ["alertTemplate", "automatedActions", "organizationalScope", "incidentConfiguration"];

/// What the periods of the old shape are now.
pub(crate) const PERIODS: [(&str, &str); 5] =
    [("0", "PT0S"), ("1H", "PT1H"), ("3H", "PT3H"), ("12H", "PT12H"), ("24H", "P1D")];

/// The members of a detection in the new shape, and what there is to tell of them.
type Read = (Map<String, Value>, Vec<Diagnostic>);

/// One detection on its way.
struct Work<'a> {
    detection: &'a Detection<'a>,
    form: Form,
    options: &'a Options,
    columns: Vec<String>,
    notes: Vec<Diagnostic>,
}

/// The columns that a query returns, where they are known, and the tables that it reads.
pub(crate) fn query_columns(text: &str, catalog: &dyn Catalog) -> (Option<Arc<Relation>>, Vec<String>) {
    let parse = kql::parse(text);
    let model = bind(text, &parse, catalog, &[]);
    let mut tables: Vec<String> = model.tables.iter().map(|(name, _)| name.to_string()).collect();
    tables.sort_unstable();
    (model.result.filter(|_| parse.errors.is_empty()), tables)
}

/// Reads a detection of a file.
pub fn from_detection(
    content: &Content,
    detection: &Detection<'_>,
    options: &Options,
    catalogs: Catalogs<'_>,
) -> Result<Made, Vec<Diagnostic>> {
    let form = content.form().unwrap_or(Form::Graph);
    let text = detection.query().map(|query| query.value).unwrap_or_default();
    let (result, tables) = query_columns(text, catalogs.hunting);
    let columns = result.iter().flat_map(|rows| rows.columns.iter()).map(|column| column.name.to_string());
    let work = Work { detection, form, options, columns: columns.collect(), notes: Vec::new() };
    let (body, mut notes) = work.body()?;
    notes.order_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    Ok(Made { body, notes, tables, provenance: provenance(content, detection, form) })
}

/// Where it comes from: what the YAML form says, or else what any form tells.
fn provenance(content: &Content, detection: &Detection<'_>, form: Form) -> Provenance {
    let root = content.root().filter(|_| form == Form::Yaml);
    let value = |key: &str| root.and_then(|root| root.get(key)).map(to_json);
    Provenance {
        kept: value("contentProvenance"),
        version: value("version").and_then(|version| version.as_str().map(str::to_owned)),
        connectors: value("requiredDataConnectors"),
        platform: "Microsoft Defender",
        kind: "CustomDetection",
        id: detection.id().map(|id| id.value.to_owned()).unwrap_or_default(),
        query: detection.query().map(|query| query.value.to_owned()).unwrap_or_default(),
        ..Provenance::default()
    }
}

impl Work<'_> {
    fn note(&mut self, code: &'static RuleMeta, span: Span, message: impl Into<String>) {
        self.notes.push(code.at(span, message));
    }

    fn place(&self) -> Span {
        let map = self.detection.body.as_mapping();
        let first = map.and_then(|map| map.entries.first()).map(|entry| entry.key.span);
        first.unwrap_or(self.detection.body.span)
    }

    fn body(mut self) -> Result<Read, Vec<Diagnostic>> {
        let Some(query) = self.detection.query() else {
            let missing = VALUE_MISSING.at(self.place(), "The detection has no query");
            return Err(vec![missing.help("Add `queryCondition` with a `queryText`.")]);
        };
        let Some(name) = self.detection.name().filter(|name| !name.value.trim().is_empty()) else {
            let missing = VALUE_MISSING.at(self.place(), "The detection has no name");
            return Err(vec![missing.help("Add `displayName`.")]);
        };
        let mut body = Map::new();
        body.insert("id".into(), json!(self.id(name.value)?));
        let prefix = self.options.name_prefix.as_deref().unwrap_or_default();
        body.insert("displayName".into(), json!(format!("{prefix}{}", name.value)));
        if let Some(text) = self.detection.text("description") {
            body.insert("description".into(), json!(text.value));
        }
        body.insert("status".into(), json!(self.status()));
        body.insert("queryCondition".into(), json!({"queryText": query.value}));
        let schedule = self.schedule()?;
        body.insert("schedule".into(), Value::Object(schedule));
        let action = self.action()?;
        body.insert("detectionAction".into(), Value::Object(action));
        self.unknown_members();
        let body = match filled(Value::Object(body)) {
            Some(Value::Object(body)) => body,
            _ => Map::new(),
        };
        let body = if self.form == Form::Arm { unescaped(body) } else { body };
        Ok((body, self.notes))
    }

    fn id(&mut self, name: &str) -> Result<String, Vec<Diagnostic>> {
        let own = self.detection.id().map(|id| (id.value.trim().to_owned(), id.span()));
        match (self.options.id, own) {
            (IdSource::New, _) => Ok(format!("xdr-{}", Uuid::new_v4().hyphenated())),
            (_, Some((id, _))) if defender::is_id(&id) => Ok(id),
            (IdSource::Keep, Some((id, span))) => {
                let message = format!("The service does not accept the id `{id}`");
                let help =
                    "An id is digits alone, or begins with a letter; `--id derived` puts `xdr-` before it.";
                Err(vec![VALUE_REFUSED.at(span, message).help(help)])
            }
            (_, Some((id, span))) if defender::is_id(&format!("xdr-{id}")) => {
                let message =
                    format!("The service does not accept the id `{id}`; it is changed to `xdr-{id}`");
                self.note(&notes::ID_CHANGED, span, message);
                Ok(format!("xdr-{id}"))
            }
            (_, own) => {
                let id = format!("detection-{}", kebab(name));
                let (span, what) = match own {
                    Some((old, span)) => (span, format!("The service does not accept the id `{old}`")),
                    None => (self.place(), "The detection has no id".to_owned()),
                };
                self.note(&notes::ID_CHANGED, span, format!("{what}; it gets `{id}`, from its name"));
                Ok(id)
            }
        }
    }

    fn status(&mut self) -> &'static str {
        if let Some(enabled) = self.options.enabled {
            return if enabled { "enabled" } else { "disabled" };
        }
        if self.detection.text("status").is_none()
            && let Some(entry) = self.detection.entry("isEnabled")
        {
            self.old(entry, "status");
        }
        // A rule of the old shape that does not say otherwise runs.
        let unsaid = self.detection.text("status").is_none() && self.detection.at("isEnabled").is_none();
        if unsaid || self.detection.is_enabled() { "enabled" } else { "disabled" }
    }

    fn old(&mut self, entry: &Entry, new: &str) {
        let name = entry.name().unwrap_or_default();
        let message = format!("`{name}` of the old shape becomes `{new}`");
        self.note(&notes::OLD_SHAPE, entry.key.span, message);
    }

    fn schedule(&mut self) -> Result<Map<String, Value>, Vec<Diagnostic>> {
        let mut out = Map::new();
        let own = match (self.detection.frequency(), self.detection.entry("schedule.period")) {
            (Some(text), _) => Some(text.value.to_owned()),
            (None, Some(entry)) => {
                self.old(entry, "frequency");
                let period =
                    entry.value.scalar().map(|scalar| scalar.text.to_ascii_uppercase()).unwrap_or_default();
                let known = PERIODS.iter().find(|(old, _)| *old == period).map(|(_, new)| (*new).to_owned());
                if known.is_none() {
                    let message = format!("`{period}` is not a period of the old shape");
                    let help = "The periods are 0, 1H, 3H, 12H and 24H.";
                    return Err(vec![VALUE_REFUSED.at(entry.value.span, message).help(help)]);
                }
                known
            }
            (None, None) => None,
        };
        let asked = match self.options.frequency {
            Frequency::Auto => None,
            Frequency::Continuous => Some("PT0S".to_owned()),
            Frequency::Minutes(minutes) => Some(schedule::iso(minutes)),
        };
        let Some(frequency) = asked.or(own) else {
            let missing = VALUE_MISSING.at(self.place(), "The detection has no frequency");
            return Err(vec![missing.help("Add `schedule` with a `frequency`, such as PT1H.")]);
        };
        out.insert("frequency".into(), json!(frequency));
        let lookback = self.options.lookback.map(schedule::iso);
        let lookback =
            lookback.or_else(|| self.detection.text("schedule.lookback").map(|text| text.value.to_owned()));
        if let Some(lookback) = lookback {
            out.insert("lookback".into(), json!(lookback));
        }
        Ok(out)
    }

    fn action(&mut self) -> Result<Map<String, Value>, Vec<Diagnostic>> {
        let mut out = Map::new();
        let detection = self.detection;
        let alert = self.alert();
        out.insert("alertTemplate".into(), Value::Object(alert));
        let mut actions = match detection.at("detectionAction.automatedActions").map(to_json) {
            Some(Value::Object(actions)) => actions,
            _ => Map::new(),
        };
        if let Some(entry) = detection.entry("detectionAction.responseActions")
            && !is_empty(&entry.value)
        {
            self.old(entry, "automatedActions");
            self.old_actions(&entry.value, &mut actions)?;
        }
        if !actions.is_empty() {
            out.insert("automatedActions".into(), Value::Object(actions));
        }
        for member in &ACTION[2..] {
            if let Some(value) = detection.at("detectionAction").and_then(|action| action.get(member)) {
                out.insert((*member).to_owned(), to_json(value));
            }
        }
        Ok(out)
    }

    fn old_actions(&mut self, list: &Node, out: &mut Map<String, Value>) -> Result<(), Vec<Diagnostic>> {
        let items = list.as_sequence().map(|list| list.items.as_slice()).unwrap_or_default();
        for item in items {
            let kind = item.get("@odata.type").and_then(Node::as_str).unwrap_or_default();
            let kind = kind.rsplit('.').next().unwrap_or_default().trim_start_matches('#');
            let Some(action) = defender::actions().iter().find(|action| action.old == Some(kind)) else {
                let message = format!("`{kind}` is not a response action");
                let help = "See the list of actions in the documentation of `detectionRule`.";
                return Err(vec![VALUE_REFUSED.at(item.span, message).help(help)]);
            };
            let mut members = Map::new();
            for entry in item.as_mapping().map(|map| map.entries.as_slice()).unwrap_or_default() {
                let name = entry.name().unwrap_or_default();
                if !matches!(name, "@odata.type" | "identifier") {
                    members.insert(name.to_owned(), to_json(&entry.value));
                }
            }
            let identifiers = item.get("identifier").and_then(Node::as_str).unwrap_or_default();
            for identifier in
                identifiers.split(',').map(str::trim).filter(|identifier| !identifier.is_empty())
            {
                let Some((member, column)) = defender::old_identifier(identifier) else {
                    let message = format!("`{identifier}` is not an identifier of a response action");
                    return Err(vec![VALUE_REFUSED.at(item.span, message).help("Name the column instead.")]);
                };
                members.insert(member.to_owned(), json!(self.spelt(column)));
            }
            let items = out.entry(action.list).or_insert_with(|| json!([]));
            if let Value::Array(items) = items {
                items.push(Value::Object(members));
            }
        }
        Ok(())
    }

    /// A column as the result spells it.
    fn spelt(&self, column: &str) -> String {
        let same = self.columns.iter().find(|known| known.eq_ignore_ascii_case(column));
        same.cloned().unwrap_or_else(|| column.to_owned())
    }

    fn alert(&mut self) -> Map<String, Value> {
        let mut out = Map::new();
        let detection = self.detection;
        let Some(template) = detection.at("detectionAction.alertTemplate") else { return out };
        for member in ALERT {
            let value = template.get(member).map(to_json);
            let value = match (member, value) {
                ("severity", Some(Value::String(text))) => Some(json!(text.to_ascii_lowercase())),
                ("severity", None) => None,
                ("tactics", None | Some(Value::Null)) => self.old_tactic(template),
                ("entityMappings", value) => Some(self.mappings(template, value)),
                (_, value) => value,
            };
            if let Some(value) = value {
                out.insert(member.to_owned(), value);
            }
        }
        if let Some(severity) = &self.options.severity {
            out.insert("severity".into(), json!(severity.to_ascii_lowercase()));
        }
        if let Some(entry) = detection.entry("detectionAction.alertTemplate.category")
            && out.contains_key("tactics")
        {
            self.old(entry, "tactics");
        }
        out
    }

    fn old_tactic(&mut self, template: &Node) -> Option<Value> {
        let entry = template.entry("category")?;
        let category = entry.value.as_str()?;
        if !defender::TACTICS.contains(&category) {
            let message = format!("The category {category} has no tactic in the new shape");
            self.note(&notes::TACTIC_LOST, entry.value.span, message);
            return None;
        }
        let list = template.get("mitreTechniques").and_then(Node::as_sequence);
        let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
        let mut techniques: Vec<(String, Vec<String>)> = Vec::new();
        for id in items.iter().filter_map(Node::as_str) {
            let parent = id.split('.').next().unwrap_or(id);
            let at = techniques.iter().position(|(known, _)| known == parent).unwrap_or_else(|| {
                techniques.push((parent.to_owned(), Vec::new()));
                techniques.len() - 1
            });
            if id.contains('.') {
                techniques[at].1.push(id.to_owned());
            }
        }
        Some(alert::value(category, &techniques))
    }

    /// The entity mappings, with the assets of the old shape.
    fn mappings(&mut self, template: &Node, own: Option<Value>) -> Value {
        let mut out = match own {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        // Only templates have an id at each mapping.
        for list in out.values_mut() {
            for item in list.as_array_mut().into_iter().flatten() {
                if let Value::Object(members) = item {
                    members.shift_remove("id");
                    members.shift_remove("@odata.type");
                }
            }
        }
        let Some(entry) = template.entry("impactedAssets").filter(|entry| !is_empty(&entry.value)) else {
            return Value::Object(out);
        };
        self.old(entry, "entityMappings");
        let items = entry.value.as_sequence().map(|list| list.items.as_slice()).unwrap_or_default();
        for item in items {
            let kind = item.get("@odata.type").and_then(Node::as_str).unwrap_or_default();
            let kind = kind.rsplit('.').next().unwrap_or_default().trim_start_matches('#');
            let identifier = item.get("identifier").and_then(Node::as_str).unwrap_or_default();
            let Some((collection, member)) = defender::old_asset(kind, identifier) else {
                let message = format!("The asset `{identifier}` has no counterpart in the new shape");
                self.note(&notes::ENTITY_LOST, item.span, message);
                continue;
            };
            let (first, rest) = identifier.split_at(identifier.chars().next().map_or(0, char::len_utf8));
            let column = self.spelt(&format!("{}{rest}", first.to_ascii_uppercase()));
            let list = out.entry(collection).or_insert_with(|| json!([]));
            let Value::Array(list) = list else { continue };
            let named = |item: &Value| {
                let members = item.as_object().into_iter().flat_map(Map::values);
                members.filter_map(Value::as_str).any(|name| name.eq_ignore_ascii_case(&column))
            };
            if !list.iter().any(named) {
                list.push(json!({member: column}));
            }
        }
        Value::Object(out)
    }

    /// Members that nobody knows are not written.
    fn unknown_members(&mut self) {
        let mut lost = Vec::new();
        let parts: [(&str, &[&str]); 3] =
            [("", &RULE), ("detectionAction", &ACTION), ("detectionAction.alertTemplate", &ALERT)];
        for (path, known) in parts {
            let node = if path.is_empty() { Some(self.detection.body) } else { self.detection.at(path) };
            let entries =
                node.and_then(Node::as_mapping).map(|map| map.entries.as_slice()).unwrap_or_default();
            for entry in entries {
                let name = entry.name().unwrap_or_default();
                let full = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                let old = self.detection.old_members().any(|(old, ..)| old == full);
                let set = defender::READ_ONLY.contains(&&*full);
                if !(known.contains(&name)
                    || old
                    || set
                    || name.starts_with("@odata.")
                    || name == "id"
                    || is_empty(&entry.value))
                {
                    lost.push((entry.key.span, name.to_owned()));
                }
            }
        }
        for (span, name) in lost {
            let message = format!("`{name}` is not a member of custom detections and is omitted");
            self.note(&notes::MEMBER_LOST, span, message);
        }
    }
}

/// Whether there is nothing in a value.
fn is_empty(node: &Node) -> bool {
    node.is_null()
        || node.as_sequence().is_some_and(|list| list.items.is_empty())
        || node.as_mapping().is_some_and(|map| map.entries.is_empty())
}

/// A value without nulls, empty lists and empty mappings, which the service refuses.
fn filled(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(items) => {
            let items: Vec<Value> = items.into_iter().filter_map(filled).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(map) => {
            let map: Map<String, Value> =
                map.into_iter().filter_map(|(key, value)| Some((key, filled(value)?))).collect();
            (!map.is_empty()).then_some(Value::Object(map))
        }
        other => Some(other),
    }
}

/// The texts of a template without the bracket that says they are no expressions.
fn unescaped(map: Map<String, Value>) -> Map<String, Value> {
    fn value(one: Value) -> Value {
        match one {
            Value::String(text) if text.starts_with("[[") => Value::String(text[1..].to_owned()),
            Value::Array(items) => Value::Array(items.into_iter().map(value).collect()),
            Value::Object(map) => {
                Value::Object(map.into_iter().map(|(key, one)| (key, value(one))).collect())
            }
            other => other,
        }
    }
    map.into_iter().map(|(key, one)| (key, value(one))).collect()
}
