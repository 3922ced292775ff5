//! From ARM templates back to content: `--to yaml`.
//!
//! Every generation of template is read: what the portal exports and the API answers, plain templates, templates with
//! nested resources, template specs and content templates of solutions. What comes out is the inverse of what the
//! converter makes: a template of our own becomes YAML from which the same template is made, byte for byte. Of
//! other people's templates the portal's defaults are left out too.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Refusal;
use super::layout::{self, Field};
use super::notes::{self, ID_REPEATED, NO_TEMPLATE, NOTHING_TO_CONVERT, VALUE_MISSING, refuse};
use super::sums::{Ownership, summed};
use crate::content::Kind;
use crate::diagnostic::Diagnostic;
use crate::kql::bind::Catalog;
use crate::source::{SourceFile, Span};

mod collect;
mod corrected;
mod draft;
mod durations;
mod expression;
mod flat;
mod functions;
mod hunting;
mod identity;
mod json;
mod mark;
mod properties;
mod rule;
mod scope;

use collect::{Found, ResourceKind, collect};
use json::{Json, Step};
pub use mark::{marked, ownership};
use properties::PropertyReader;

/// A rule or hunting query as YAML.
#[derive(Debug)]
pub struct Yaml {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Where its resource stands in the template.
    pub place: Span,
    /// The file name that suits it, without an extension.
    pub file_name: String,
    /// The document.
    pub text: String,
}

/// What a template held.
#[derive(Debug, Default)]
pub struct Reversed {
    /// The rules and hunting queries, in the template's order.
    pub items: Vec<Yaml>,
    /// What could not come back, or only with a guess.
    pub notes: Vec<Diagnostic>,
    /// The rules and hunting queries that could not be converted.
    pub failures: Vec<Diagnostic>,
}

/// Why a file holds nothing for us.
#[derive(Debug)]
pub enum NoContent {
    /// It is broken.
    Broken(Refusal),
    /// It is some other JSON.
    NoTemplate(Refusal),
    /// It is a template of other things.
    Empty(Refusal),
}

/// Converts every rule and hunting query of a file, against the tables and functions that are built in.
#[cfg(any(test, fuzzing, feature = "testing"))]
pub fn to_content(source: &SourceFile) -> Result<Reversed, NoContent> {
    to_content_with(source, &crate::workspace::View::new(Vec::new()), false)
}

/// Converts every rule and hunting query of a file, with the tables and functions of a workspace. With `connectors` the data connectors that are not stated
/// are worked out from the tables that a query reads.
pub fn to_content_with(
    source: &SourceFile,
    catalog: &dyn Catalog,
    connectors: bool,
) -> Result<Reversed, NoContent> {
    let json = Json::parse(source).map_err(NoContent::Broken)?;
    // What was edited since is read as anybody's.
    let edited = summed(source.text(), &super::arm::sum_start()) == Ownership::Edited;
    let own = super::arm::is_own_template(&json.value) && !edited;
    let collection = collect(&json.value);
    let mut reversed = Reversed::default();
    for found in &collection.found {
        one(&json, found, own, (catalog, connectors), &mut reversed);
    }
    tell_repeated(&mut reversed);
    if !collection.found.is_empty() {
        identity::part_names(&mut reversed.items);
        notes::sort(&mut reversed.notes);
        return Ok(reversed);
    }
    let place = json.span(&[]);
    Err(if collection.is_template {
        NoContent::Empty(refuse(
            &NOTHING_TO_CONVERT,
            place,
            "The template contains no analytic rules or hunting queries",
            "Resources of the types `alertRules`, `AlertRuleTemplates` and `savedSearches` can be converted.",
        ))
    } else {
        NoContent::NoTemplate(refuse(
            &NO_TEMPLATE,
            place,
            "The JSON is not an ARM template: it has no `resources`",
            "Give a template, such as an export from the portal or the output of `sentlint convert`.",
        ))
    })
}

/// Says which items have the id of one before them, of which only one can be deployed.
fn tell_repeated(reversed: &mut Reversed) {
    let mut seen = BTreeSet::new();
    for item in &reversed.items {
        if !seen.insert((item.kind == Kind::HuntingQuery, item.id.to_ascii_lowercase())) {
            let message =
                format!("Two resources have the id {}; when deployed, one replaces the other", item.id);
            reversed.notes.push(ID_REPEATED.at(item.place, message));
        }
    }
}

fn one(
    json: &Json,
    found: &Found,
    own: bool,
    (catalog, connectors): (&dyn Catalog, bool),
    reversed: &mut Reversed,
) {
    let mut path = found.path.clone();
    let mut unknown = Vec::new();
    let key = found.resource.keys().find(|key| key.eq_ignore_ascii_case("properties"));
    let properties = key.map(|key| {
        path.push(Step::Key(key.clone()));
        found.scope.value(&found.resource[key], &mut unknown)
    });
    let Some(Value::Object(properties)) = properties else {
        let message = format!("{} has no `properties`", identity::title(found, &Map::new()));
        let refusal = refuse(&VALUE_MISSING, json.span(&found.path), message, "Export the template again.");
        reversed.failures.push(*refusal);
        return;
    };
    let title = identity::title(found, &properties);
    let mut reader = PropertyReader::new(properties, (json, path), unknown, own, title);
    let converted = match found.kind {
        ResourceKind::Rule | ResourceKind::RuleTemplate => rule::read(found, &mut reader),
        ResourceKind::SavedSearch => hunting::read(found, &mut reader),
    };
    reader.report_unknown();
    match converted {
        Ok(Some((kind, map))) => {
            let file_name = identity::file_name(found, &map);
            let id = map.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            let mut fields: Vec<Field> = map.into_iter().map(|(key, value)| Field::new(key, value)).collect();
            layout::sort(&mut fields);
            if !own {
                corrected::correct(&mut fields, kind, catalog, &mut reader);
            }
            if connectors {
                corrected::connectors(&mut fields, kind, catalog, &mut reader);
            }
            let text = layout::document(&fields);
            let place = json.span(&found.path);
            reversed.items.push(Yaml { kind, id, place, file_name, text });
        }
        Ok(None) => {}
        Err(refusal) => {
            reversed.failures.push(*refusal);
            return;
        }
    }
    reversed.notes.append(&mut reader.notes);
}

#[cfg(test)]
mod tests;
