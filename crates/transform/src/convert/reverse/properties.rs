//! Properties taken out one by one; what is left over at the end is noted.

use serde_json::{Map, Value};

use super::durations::{self, of_powershell, short_duration};
use super::json::{Json, Step};
use crate::content::Kind;
use crate::content::fields::{self, Type};
use crate::convert::Refusal;
use crate::convert::notes::{
    DURATION_KEPT, EXPRESSION_KEPT, EXPRESSION_REFUSED, KEY_LOST, LINE_ENDS_CHANGED, VALUE_LOST,
    VALUE_MISSING, refuse,
};
use crate::convert::values::tidy_json;
use crate::diagnostic::{Diagnostic, RuleMeta};
use crate::source::Span;

/// Properties that only the portal and the API write where there is nothing to say.
const EXPORTED: [&str; 3] = ["startTimeUtc", "templateVersion", "alertRuleTemplateName"];

/// The properties of a resource that have not been taken yet.
pub(super) struct PropertyReader<'a> {
    properties: Map<String, Value>,
    /// The template that they stand in, and where.
    json: &'a Json,
    path: Vec<Step>,
    /// Whether the template is one of our own, whose texts are as we write them.
    pub(super) own: bool,
    /// Whether it comes from the portal or the API, which write every default out.
    pub(super) exported: bool,
    /// Expressions that could not be worked out.
    unknown: Vec<String>,
    title: String,
    pub(super) notes: Vec<Diagnostic>,
}

/// A converted resource; `None` for one that is passed over.
pub(super) type Converted = Result<Option<(Kind, Map<String, Value>)>, Refusal>;

impl<'a> PropertyReader<'a> {
    pub(super) fn new(
        properties: Map<String, Value>,
        (json, path): (&'a Json, Vec<Step>),
        unknown: Vec<String>,
        own: bool,
        title: String,
    ) -> Self {
        let has = |key: &&str| properties.keys().any(|name| name.eq_ignore_ascii_case(key));
        // People's templates name these only where they have something to say.
        let exported = !own && EXPORTED.iter().any(has);
        Self { properties, json, path, own, exported, unknown, title, notes: Vec::new() }
    }

    /// Takes a property, whatever the case of its name. What is null or empty is not there.
    pub(super) fn value(&mut self, key: &str, ty: &Type) -> Option<Value> {
        let spelt = self.spelt(key)?;
        tidy_json(self.properties.shift_remove(&spelt)?, ty)
    }

    /// Takes a property that has a key of the same name in YAML, in the form of that key.
    pub(super) fn same_key(&mut self, key: &str) -> Option<Value> {
        self.value(key, &fields::ty(key))
    }

    /// Takes a text, as it is; numbers and Boolean are texts too.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.value(key, &fields::TEXT.ty)? {
            Value::String(text) if text.contains('\r') && !self.own => {
                let message =
                    format!("the carriage returns of `{key}` are removed, so that it can be a block scalar");
                self.note(&LINE_ENDS_CHANGED, Some(key), message);
                Some(text.replace("\r\n", "\n").replace('\r', "\n"))
            }
            Value::String(text) => Some(text),
            other => {
                let kind = if other.is_array() { "a list" } else { "an object" };
                let message = format!("`{key}` is {kind} instead of a string and is omitted");
                self.note(&VALUE_LOST, Some(key), message);
                None
            }
        }
    }

    /// Takes a text without the blanks around it.
    pub(super) fn trimmed(&mut self, key: &str) -> Option<String> {
        self.text(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Takes a text that nothing can do without.
    pub(super) fn required(&mut self, key: &str) -> Result<String, Refusal> {
        let spelt = self.spelt(key);
        match self.text(key) {
            Some(text) if self.unknown.contains(&text) => {
                let message =
                    format!("{}: `{key}` is `{text}`, which cannot be evaluated offline", self.title);
                let help = "Give its parameters default values, or replace it with the string.";
                Err(refuse(&EXPRESSION_REFUSED, self.span(spelt.as_deref()), message, help))
            }
            Some(text) if !text.trim().is_empty() => Ok(text),
            _ => {
                let message = format!("{} has no `{key}` and cannot be converted", self.title);
                let place = self.span(spelt.as_deref());
                Err(refuse(&VALUE_MISSING, place, message, format!("Add `{key}`.")))
            }
        }
    }

    /// Says which expressions could not be worked out.
    pub(super) fn report_unknown(&mut self) {
        for text in std::mem::take(&mut self.unknown) {
            let shown: String = text.chars().take(60).collect();
            let message = format!("`{shown}` cannot be evaluated offline and is kept as a string");
            self.note(&EXPRESSION_KEPT, None, message);
        }
    }

    /// Takes a Boolean.
    pub(super) fn truth(&mut self, key: &str) -> Option<bool> {
        self.value(key, &Type::Boolean)?.as_bool()
    }

    /// Takes a list of texts. A text in its place is a list with commas, as PowerShell leaves it.
    pub(super) fn list(&mut self, key: &str) -> Vec<String> {
        let mut list: Vec<String> = Vec::new();
        let own = self.own;
        for item in self.value(key, &fields::TEXTS).as_ref().and_then(Value::as_array).into_iter().flatten() {
            for part in item.as_str().unwrap_or_default().split(|c| c == ',' && !own) {
                let part = part.trim();
                if !part.is_empty() && !list.iter().any(|known| known == part) {
                    list.push(part.to_owned());
                }
            }
        }
        list
    }

    /// Takes a duration, in the short form.
    pub(super) fn duration(&mut self, key: &str) -> Option<String> {
        let spelt = self.spelt(key)?;
        if let Some(text) = of_powershell(&self.properties[&spelt]) {
            self.properties.insert(spelt, Value::String(text));
        }
        let text = self.trimmed(key)?;
        if durations::read(&text).is_none() {
            let message = format!("`{text}` is not a valid duration for `{key}`; it is kept");
            self.note(&DURATION_KEPT, Some(key), message);
        }
        Some(short_duration(&text, self.own))
    }

    /// Takes what YAML has no place for, and says so.
    pub(super) fn leave(&mut self, key: &str, why: &str) {
        if let Some(value) = self.value(key, &Type::Any) {
            let shown = match value {
                Value::String(text) => text.chars().take(60).collect(),
                Value::Array(_) | Value::Object(_) => String::new(),
                other => other.to_string(),
            };
            let of = if shown.is_empty() { String::new() } else { format!(" (`{shown}`)") };
            self.note(&KEY_LOST, Some(key), format!("`{key}`{of} is omitted: {why}"));
        }
    }

    /// Says what has not been taken.
    pub(super) fn report_unmapped(&mut self) {
        let rest: Vec<String> = self.properties.keys().cloned().collect();
        for key in rest {
            self.leave(&key, "YAML content has no such key");
        }
    }

    /// Notes something about a property, or about the whole resource.
    pub(super) fn note(&mut self, code: &'static RuleMeta, key: Option<&str>, message: impl AsRef<str>) {
        let message = format!("{}: {}", self.title, message.as_ref());
        self.notes.push(code.at(self.span(key), message));
    }

    /// The place of a property in the template.
    fn span(&self, key: Option<&str>) -> Span {
        let below = key.map(|key| Step::Key(key.to_owned()));
        self.json.span(&self.path.iter().cloned().chain(below).collect::<Vec<_>>())
    }

    fn spelt(&self, key: &str) -> Option<String> {
        if self.properties.contains_key(key) {
            return Some(key.to_owned());
        }
        self.properties.keys().find(|name| name.eq_ignore_ascii_case(key)).cloned()
    }
}
