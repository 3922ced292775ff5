//! The members of custom detections in the new shape, once: the rules and the JSON Schema ask here.

use serde_json::{Map, Value, json};

use crate::knowledge::defender::{
    GROUPINGS, MAX_DETAILS, MAX_ID, MAX_TACTICS, MAX_TITLE, SEVERITIES, TACTICS, actions, collections,
};

/// The type of a member.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// A string.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A mapping with these members.
    Mapping(&'static [Member]),
    /// A list of mappings with these members, or of strings where there are none.
    List(&'static [Member]),
    /// Names of the author's own, each with a string.
    Names,
    /// What another rule looks at.
    Any,
}

/// A member.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The name.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// The type.
    pub ty: Type,
    /// What it is, in a sentence.
    doc: &'static str,
}

const fn member(name: &'static str, required: bool, ty: Type, doc: &'static str) -> Member {
    Member { name, required, ty, doc }
}

/// The members of a rule.
pub static RULE: &[Member] = &[
    member(
        "id",
        true,
        Type::Text,
        "The id, which its author chooses and never changes: digits, or a letter followed by letters, digits, `-` and `_`.",
    ),
    member("displayName", true, Type::Text, "The name of the rule, unique in the tenant."),
    member("description", false, Type::Text, "A note for those who maintain the rule."),
    member("status", true, Type::Text, "`enabled` or `disabled`."),
    member("queryCondition", true, Type::Mapping(QUERY), "The query."),
    member("schedule", true, Type::Mapping(SCHEDULE), "How often it runs."),
    member("detectionAction", true, Type::Mapping(ACTION), "The alert, and what else happens."),
];

static QUERY: &[Member] =
    &[member("queryText", true, Type::Text, "A query for advanced hunting, whose rows are alerts.")];

static SCHEDULE: &[Member] = &[
    member(
        "frequency",
        true,
        Type::Text,
        "How often it runs: `PT0S` (continuously), `PT1H`, `PT3H`, `PT12H` or `P1D`; over tables of a workspace alone, `PT5M` to `P14D`.",
    ),
    member("lookback", false, Type::Text, "How far back each run looks; version beta only."),
];

static ACTION: &[Member] = &[
    member("alertTemplate", true, Type::Mapping(ALERT), "What the alert says."),
    member("automatedActions", false, Type::Any, "Response actions, each with the columns that it acts on."),
    member("organizationalScope", false, Type::Any, "The device groups that the rule is limited to."),
    member(
        "incidentConfiguration",
        false,
        Type::Mapping(INCIDENT),
        "How alerts become incidents; version beta only.",
    ),
];

static INCIDENT: &[Member] = &[member(
    "isExcludedFromIncidentCorrelation",
    true,
    Type::Boolean,
    "Whether its incidents are kept apart from others.",
)];

static ALERT: &[Member] = &[
    member(
        "title",
        true,
        Type::Text,
        "The title of the alert, unique in the tenant; `{{Column}}` is replaced.",
    ),
    member("description", true, Type::Text, "The description of the alert; `{{Column}}` is replaced."),
    member("severity", true, Type::Text, "The severity of the alert, in lower case."),
    member("recommendedActions", false, Type::Text, "What to do about the alert."),
    member("tactics", false, Type::List(TACTIC), "The tactic with its techniques; at most one."),
    member("entityMappings", true, Type::Any, "The columns that identify hosts, accounts and so on."),
    member("customDetails", false, Type::Names, "Names, each with a column of the result."),
    member("eventGroupingKind", false, Type::Text, "How rows become alerts; version beta only."),
];

static TACTIC: &[Member] = &[
    member("tactic", true, Type::Text, "The tactic, such as `CommandAndControl`."),
    member("techniques", false, Type::List(TECHNIQUE), "Its techniques."),
];

static TECHNIQUE: &[Member] = &[
    member("technique", true, Type::Text, "The technique, such as `T1219`."),
    member("subTechniques", false, Type::List(&[]), "Its sub-techniques, such as `T1219.002`."),
];

/// The JSON Schema (draft 7) of the body of a Graph request.
pub(crate) fn schema() -> Value {
    let mut out = Map::new();
    let id = "https://raw.githubusercontent.com/sentlint/sentlint/main/schemas/custom-detection.schema.json";
    out.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
    out.insert("$id".into(), json!(id));
    out.insert("title".into(), json!("Custom detection of Microsoft Defender"));
    let doc = "The body of a request for a detection rule of Microsoft Graph, as of August 2026.";
    out.insert("description".into(), json!(doc));
    put_members(&mut out, RULE);
    // The type that Graph writes.
    if let Some(properties) = out.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("@odata.type".into(), json!({"type": "string"}));
    }
    Value::Object(out)
}

fn put_members(out: &mut Map<String, Value>, members: &'static [Member]) {
    out.insert("type".into(), json!("object"));
    let required: Vec<&str> =
        members.iter().filter(|member| member.required).map(|member| member.name).collect();
    if !required.is_empty() {
        out.insert("required".into(), json!(required));
    }
    out.insert("additionalProperties".into(), json!(false));
    let properties: Map<String, Value> =
        members.iter().map(|member| (member.name.to_owned(), value(member))).collect();
    out.insert("properties".into(), Value::Object(properties));
}

fn value(member: &Member) -> Value {
    let mut out = Map::new();
    out.insert("description".into(), json!(member.doc));
    // Editors show the plain description as it is, marks and all.
    if member.doc.contains(['`', '[', '*', '_', '<']) {
        out.insert("markdownDescription".into(), json!(member.doc));
    }
    match member.ty {
        Type::Text => {
            out.insert("type".into(), json!("string"));
            put_text(member.name, &mut out);
        }
        Type::Boolean => {
            out.insert("type".into(), json!("boolean"));
        }
        Type::Mapping(members) => put_members(&mut out, members),
        Type::List([]) => {
            out.insert("type".into(), json!("array"));
            out.insert(
                "items".into(),
                json!({
                    "type": "string",
                    "pattern": "^T\\d{4}\\.\\d{3}$",
                    "patternErrorMessage": "A sub-technique must have the form T1219.002.",
                }),
            );
        }
        Type::List(members) => {
            let mut item = Map::new();
            put_members(&mut item, members);
            out.insert("type".into(), json!("array"));
            if member.name == "tactics" {
                out.insert("maxItems".into(), json!(MAX_TACTICS));
            }
            out.insert("items".into(), Value::Object(item));
        }
        Type::Names => {
            out.insert("type".into(), json!("object"));
            out.insert("maxProperties".into(), json!(MAX_DETAILS));
            out.insert("additionalProperties".into(), json!({"type": "string"}));
        }
        Type::Any => {
            out.insert("type".into(), json!("object"));
            put_any(member.name, &mut out);
        }
    }
    Value::Object(out)
}

fn put_text(name: &str, out: &mut Map<String, Value>) {
    match name {
        "id" => {
            let pattern = format!("^([0-9]+|[A-Za-z][A-Za-z0-9_-]{{0,{}}})$", MAX_ID - 1);
            out.insert("pattern".into(), json!(pattern));
            let words = "An id must be digits, or a letter followed by letters, digits, - and _.";
            out.insert("patternErrorMessage".into(), json!(words));
        }
        "status" => {
            out.insert("enum".into(), json!(["enabled", "disabled"]));
        }
        "severity" => {
            out.insert("enum".into(), json!(SEVERITIES));
        }
        "tactic" => {
            out.insert("enum".into(), json!(TACTICS));
        }
        "eventGroupingKind" => {
            out.insert("enum".into(), json!(GROUPINGS));
        }
        "technique" => {
            out.insert("pattern".into(), json!("^T\\d{4}(\\.\\d{3})?$"));
            out.insert(
                "patternErrorMessage".into(),
                json!("A technique must have the form T1219 or T1219.002."),
            );
        }
        "frequency" | "lookback" => {
            out.insert("pattern".into(), json!("^P(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+S)?)?$"));
            out.insert(
                "patternErrorMessage".into(),
                json!("A duration must have a form such as PT1H or P1D."),
            );
        }
        "title" | "displayName" => {
            out.insert("minLength".into(), json!(1));
            out.insert("maxLength".into(), json!(MAX_TITLE));
        }
        _ => {
            out.insert("minLength".into(), json!(1));
        }
    }
}

fn put_any(name: &str, out: &mut Map<String, Value>) {
    let object = |members: Map<String, Value>, required: &[&str]| {
        json!({
            "type": "array",
            "items": {
                "type": "object",
                "required": required,
                "additionalProperties": false,
                "properties": members,
            },
        })
    };
    let text = |name: &str| (name.to_owned(), json!({"type": "string"}));
    let properties: Map<String, Value> = match name {
        "entityMappings" => collections()
            .iter()
            .map(|collection| {
                let members = collection.members.iter().map(text).chain([text("id")]).collect();
                (collection.name.to_owned(), object(members, &[]))
            })
            .collect(),
        "automatedActions" => actions()
            .iter()
            .map(|action| {
                let members = action.members().map(|member| match member {
                    "deviceGroupNames" => {
                        (member.to_owned(), json!({"type": "array", "items": {"type": "string"}}))
                    }
                    "isolationType" => {
                        (member.to_owned(), json!({"enum": crate::knowledge::defender::ISOLATIONS}))
                    }
                    member => text(member),
                });
                (action.list.to_owned(), object(members.collect(), &action.required.to_vec()))
            })
            .collect(),
        _ => return,
    };
    out.insert("additionalProperties".into(), json!(false));
    out.insert("properties".into(), Value::Object(properties));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_compiles() {
        assert!(jsonschema::validator_for(&schema()).is_ok());
    }
}
