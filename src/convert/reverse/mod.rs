//! From ARM templates back to content: `--to yaml`.
//!
//! Every generation of template is read: what the portal exports and the API answers, plain templates, templates with
//! nested resources, template specs and content templates of solutions. What comes out is the inverse of what the
//! converter makes: a template of our own becomes YAML from which the same template is made, byte for byte. Of
//! other people's templates the portal's defaults are left out too.

use serde_json::{Map, Value};

use super::layout::{self, Field};
use super::{Failure, Note};
use crate::content::Kind;
use crate::source::SourceFile;

mod collect;
mod draft;
mod expression;
mod functions;
mod hunting;
mod identity;
mod json;
mod mark;
mod rule;
mod scope;
mod take;

use collect::{Found, What, collect};
use json::{Json, Step};
pub use mark::{is_own, marked};
use take::Taker;

/// A rule or hunting query as YAML.
#[derive(Debug)]
pub struct Yaml {
    /// What it is.
    pub kind: Kind,
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
    pub notes: Vec<Note>,
    /// The rules and hunting queries that could not be converted.
    pub failures: Vec<Failure>,
}

/// Why a file holds nothing for us.
#[derive(Debug)]
pub enum Nothing {
    /// It is broken.
    Broken(Failure),
    /// It is some other JSON.
    NoTemplate(Failure),
    /// It is a template of other things.
    NoContent(Failure),
}

/// Converts every rule and hunting query of a file.
pub fn to_content(source: &SourceFile) -> Result<Reversed, Nothing> {
    let json = Json::parse(source).map_err(Nothing::Broken)?;
    let own = super::arm::is_own_template(&json.value);
    let collection = collect(&json.value);
    let mut reversed = Reversed::default();
    for found in &collection.found {
        one(&json, found, own, &mut reversed);
    }
    if !collection.found.is_empty() {
        identity::part_names(&mut reversed.items);
        reversed.notes.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        return Ok(reversed);
    }
    let fail = |message: &str, help: &str| Failure {
        span: json.span(&[]),
        message: message.to_owned(),
        help: help.to_owned(),
    };
    Err(if collection.is_template {
        Nothing::NoContent(fail(
            "The template holds no analytic rule and no hunting query",
            "Resources of the types `alertRules`, `AlertRuleTemplates` and `savedSearches` can be converted.",
        ))
    } else {
        Nothing::NoTemplate(fail(
            "The JSON is no ARM template: it has no `resources`",
            "Give a template, such as the portal exports or `sentlint convert` makes.",
        ))
    })
}

fn one(json: &Json, found: &Found, own: bool, reversed: &mut Reversed) {
    let mut path = found.path.clone();
    let mut unknown = Vec::new();
    let key = found.resource.keys().find(|key| key.eq_ignore_ascii_case("properties"));
    let properties = key.map(|key| {
        path.push(Step::Key(key.clone()));
        found.scope.value(&found.resource[key], &mut unknown)
    });
    let Some(Value::Object(properties)) = properties else {
        reversed.failures.push(Failure {
            span: json.span(&found.path),
            message: format!("{} has no `properties`", identity::title(found, &Map::new())),
            help: "Export the template again.".into(),
        });
        return;
    };
    let title = identity::title(found, &properties);
    let mut taker = Taker::new(properties, unknown, own, title);
    let converted = match found.what {
        What::Rule | What::RuleTemplate => rule::read(found, &mut taker),
        What::Search => hunting::read(found, &mut taker),
    };
    taker.tell_unknown();
    let span = |key: &Option<String>| {
        let mut path = path.clone();
        path.extend(key.clone().map(Step::Key));
        json.span(&path)
    };
    match converted {
        Ok(Some((kind, map))) => {
            let file_name = identity::file_name(found, &map);
            let mut fields: Vec<Field> = map.into_iter().map(|(key, value)| Field::new(key, value)).collect();
            layout::sort(&mut fields);
            let text = layout::document(&fields);
            reversed.items.push(Yaml { kind, file_name, text });
        }
        Ok(None) => {}
        Err(problem) => {
            let span = span(&problem.key);
            reversed.failures.push(Failure { span, message: problem.message, help: problem.help });
            return;
        }
    }
    reversed.notes.extend(taker.remarks.into_iter().map(|remark| Note {
        span: span(&remark.key),
        message: remark.message,
        warning: remark.warning,
    }));
}

#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;
