//! Detections in each of their forms.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Api, Made, Provenance};
use crate::content::Form;
use crate::convert::arm::{SCHEMA, generator, sum_start};
use crate::convert::sums::{BLANK, with_sum};
use crate::convert::{bicep as text, escape, notes};
use crate::diagnostic::Diagnostic;
use crate::yaml;

/// The version of the resource type.
const RESOURCE_VERSION: &str = "2026-06-01-preview";
/// The type that Graph gives a detection.
const ODATA_TYPE: &str = "#microsoft.graph.security.detectionRule";
/// What every Bicep file needs beside it.
pub const BICEP_CONFIG: &str = "{\n  \"extensions\": {\n    \"MicrosoftSecurity\": \
                                       \"br:mcr.microsoft.com/bicep/extensions/microsoftsecurity:v1.0.1\"\n  }\n}\n";

/// The members that a form or a version of the API does not have, with dots between them.
const BETA: [&str; 3] = [
    "schedule.lookback",
    "detectionAction.alertTemplate.eventGroupingKind",
    "detectionAction.incidentConfiguration",
];
const NOT_IN_TEMPLATES: &str = "detectionAction.alertTemplate.customDetails";

/// Takes out what the form or the version of the API cannot say, and tells of it.
pub fn fitted(made: &mut Made, form: Form, api: Option<Api>) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    let mut remove = |path: &str, why: &str| {
        if removed(&mut made.body, path) {
            let name = path.rsplit('.').next().unwrap_or(path);
            let message = format!("`{name}` is omitted: {why}");
            told.push(notes::MEMBER_LOST.at(crate::source::Span::default(), message));
        }
    };
    if form.is_template() {
        remove(NOT_IN_TEMPLATES, "templates do not have it in the preview");
        for path in BETA {
            remove(path, "templates do not have it in the preview");
        }
    } else if api == Some(Api::V1) {
        for path in BETA {
            remove(path, "version v1.0 of the API does not have it");
        }
    }
    told
}

/// Whether there was a member at a path, which is gone now.
fn removed(map: &mut Map<String, Value>, path: &str) -> bool {
    match path.split_once('.') {
        None => map.shift_remove(path).is_some(),
        Some((first, rest)) => {
            map.get_mut(first).and_then(Value::as_object_mut).is_some_and(|inner| removed(inner, rest))
        }
    }
}

/// The body of a Graph request, as JSON; of several, a list.
pub fn graph(all: &[Made]) -> String {
    let body = |made: &Made| {
        let mut out = Map::new();
        out.insert("@odata.type".into(), json!(ODATA_TYPE));
        out.extend(made.body.clone());
        Value::Object(out)
    };
    let value = match all {
        [only] => body(only),
        several => json!({"value": several.iter().map(body).collect::<Vec<_>>()}),
    };
    format!("{value:#}\n")
}

/// Gives every mapping of an entity an id, as templates need it: `host1`, `account2`.
fn with_ids(body: &Map<String, Value>) -> Map<String, Value> {
    let mut body = body.clone();
    let alert = body.get_mut("detectionAction").and_then(|action| action.get_mut("alertTemplate"));
    let mappings = alert.and_then(|alert| alert.get_mut("entityMappings")).and_then(Value::as_object_mut);
    for (collection, list) in mappings.into_iter().flatten() {
        let name = collection
            .strip_suffix("es")
            .filter(|_| collection.ends_with("xes") || collection.ends_with("sses"));
        let name = name
            .or_else(|| collection.strip_suffix('s').filter(|_| collection != "dns"))
            .unwrap_or(collection);
        for (at, item) in list.as_array_mut().into_iter().flatten().enumerate() {
            if let Value::Object(members) = item {
                let mut with_id = Map::new();
                with_id.insert("id".into(), json!(format!("{name}{}", at + 1)));
                with_id.extend(std::mem::take(members));
                *members = with_id;
            }
        }
    }
    body
}

/// The YAML form. `path` is that of the source below the repository, and `notes` were told of the conversion.
pub fn yaml(made: &Made, path: &str, comments: &[String]) -> String {
    let provenance = &made.provenance;
    let mut out = String::new();
    for comment in comments {
        out.push_str(&yaml::comment(comment));
    }
    let mut put = |key: &str, value: Value| out.push_str(&yaml::entry(key, &value, false));
    put("schemaVersion", json!("1.0.0"));
    put("version", json!(provenance.version.as_deref().unwrap_or("3.1.0")));
    put("kind", json!("CustomDetection"));
    put("resourceType", json!("Microsoft.Security/detectionRules"));
    put("apiVersion", json!(RESOURCE_VERSION));
    if let Some(connectors) = &provenance.connectors {
        put("requiredDataConnectors", connectors.clone());
    }
    put("contentProvenance", source_of(made, provenance, path));
    put("properties", Value::Object(with_ids(&made.body)));
    out
}

/// The value of `contentProvenance`.
fn source_of(made: &Made, provenance: &Provenance, path: &str) -> Value {
    if let Some(kept) = &provenance.kept {
        return kept.clone();
    }
    let mut source = Map::new();
    source.insert("platform".into(), json!(provenance.platform));
    source.insert("kind".into(), json!(provenance.kind));
    source.insert("id".into(), json!(provenance.id));
    source.insert("path".into(), json!(path));
    if let Some(version) = &provenance.source_version {
        source.insert("version".into(), json!(version));
    }
    source.insert("querySha256".into(), json!(sha256(&provenance.query)));
    let schedule: Map<String, Value> =
        provenance.schedule.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    source.insert("schedule".into(), Value::Object(schedule));
    let told = made.notes.iter().filter(|note| notes::is_reported(note));
    let warnings: Vec<&str> = told.map(|note| note.message.as_str()).collect();
    json!({
        "source": source,
        "conversion": {
            "tool": crate::diagnostic::PROGRAM,
            "version": env!("CARGO_PKG_VERSION"),
            "status": "converted",
            "reviewRequired": !warnings.is_empty(),
            "reviewReasons": if warnings.is_empty() { json!([]) } else { json!(["See the warnings."]) },
            "requiredWorkloads": [],
            "warnings": warnings,
        },
    })
}

/// The SHA-256 of a text, in hexadecimal.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Detections as resources of a Bicep file, each with the name that its symbol is made of. `from` names what they were made from.
pub fn bicep(all: &[(String, Made)], from: Option<&str>, comments: &[String]) -> String {
    let mut out = text::head(from);
    for comment in comments {
        for line in comment.lines() {
            let plain: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let _ = write!(out, "\n// {}", plain.trim());
        }
    }
    out.push_str("\n\nextension MicrosoftSecurity\n");
    let mut taken = BTreeSet::new();
    for (name, made) in all {
        let symbol = symbol(name, &mut taken);
        let _ = write!(out, "\nresource {symbol} 'Microsoft.Security/detectionRules@{RESOURCE_VERSION}' = ");
        text::value(&mut out, &Value::Object(with_ids(&made.body)), 0);
        out.push('\n');
    }
    with_sum(&out, text::SUM_START)
}

/// Detections as resources of an ARM template.
pub fn arm(all: &[(String, Made)]) -> String {
    let mut resources = Map::new();
    let mut taken = BTreeSet::new();
    for (name, made) in all {
        let properties = escape::value(Value::Object(with_ids(&made.body)));
        let resource = json!({
            "import": "MicrosoftSecurity",
            "type": format!("Microsoft.Security/detectionRules@{RESOURCE_VERSION}"),
            "properties": properties,
        });
        resources.insert(symbol(name, &mut taken), resource);
    }
    let template = json!({
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "languageVersion": "2.0",
        "metadata": {"_generator": generator()},
        "imports": {"MicrosoftSecurity": {"provider": "MicrosoftSecurity", "version": "1.0.0"}},
        "resources": resources,
    });
    debug_assert!(template.to_string().contains(BLANK), "the sum has a place");
    with_sum(&format!("{template:#}\n"), &sum_start())
}

/// A symbolic name: a file's name in camel case, which no other resource of the file has.
fn symbol(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut out = String::new();
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let (first, rest) = word.split_at(1);
        if out.is_empty() {
            out.push_str(&first.to_ascii_lowercase());
        } else {
            out.push_str(&first.to_ascii_uppercase());
        }
        out.push_str(rest);
    }
    out.truncate(60);
    // It begins with a letter, and is no word of the language.
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert_str(0, "detection");
    } else if [
        "resource",
        "module",
        "param",
        "var",
        "output",
        "import",
        "type",
        "true",
        "false",
        "null",
        "if",
        "for",
        "extension",
        "existing",
        "func",
        "using",
        "metadata",
        "assert",
        "provider",
        "with",
        "as",
    ]
    .contains(&&*out)
    {
        out.push_str("Detection");
    }
    let numbered = (2..).map(|number| format!("{out}{number}"));
    let mut names = std::iter::once(out.clone()).chain(numbered);
    names.find(|name| taken.insert(name.to_lowercase())).unwrap_or(out)
}
