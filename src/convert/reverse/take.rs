//! Properties taken out one by one; what is left over at the end is said.

use serde_json::{Map, Value};

use crate::content::Kind;
use crate::content::duration::Duration;
use crate::convert::values::{Shape, tidy_json};

/// Properties that only the portal and the API write where there is nothing to say.
const EXPORTED: [&str; 3] = ["startTimeUtc", "templateVersion", "alertRuleTemplateName"];

/// The properties of a resource that have not been taken yet.
pub(super) struct Taker {
    properties: Map<String, Value>,
    /// Whether the template is one of our own, whose texts are as we write them.
    pub(super) own: bool,
    /// Whether it comes from the portal or the API, which write every default out.
    pub(super) exported: bool,
    /// Expressions that could not be worked out.
    unknown: Vec<String>,
    title: String,
    pub(super) remarks: Vec<Remark>,
}

/// Something to say about a property.
pub(super) struct Remark {
    pub(super) key: Option<String>,
    pub(super) message: String,
    pub(super) warning: bool,
}

/// A converted resource; `None` for one that is passed over.
pub(super) type Taken = Result<Option<(Kind, Map<String, Value>)>, Problem>;

/// Why a resource cannot be converted.
pub(super) struct Problem {
    pub(super) key: Option<String>,
    pub(super) message: String,
    pub(super) help: String,
}

impl Taker {
    pub(super) fn new(
        properties: Map<String, Value>,
        unknown: Vec<String>,
        own: bool,
        title: String,
    ) -> Self {
        let has = |key: &&str| properties.keys().any(|name| name.eq_ignore_ascii_case(key));
        // People's templates name these only where they have something to say.
        let exported = !own && EXPORTED.iter().any(has);
        Self { properties, own, exported, unknown, title, remarks: Vec::new() }
    }

    /// Takes a property, whatever the case of its name. What is null or empty is not there.
    pub(super) fn value(&mut self, key: &str, shape: &Shape) -> Option<Value> {
        let spelt = self.spelt(key)?;
        tidy_json(self.properties.shift_remove(&spelt)?, shape)
    }

    /// Takes a text, as it is; numbers and truth values are texts too.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.value(key, &Shape::Text)? {
            Value::String(text) => Some(text),
            other => {
                let kind = if other.is_array() { "a list" } else { "an object" };
                self.warn(Some(key), format!("`{key}` is {kind} where a text belongs, and is left out"));
                None
            }
        }
    }

    /// Takes a text without the blanks around it.
    pub(super) fn trimmed(&mut self, key: &str) -> Option<String> {
        self.text(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Takes a text that nothing can do without.
    pub(super) fn required(&mut self, key: &str) -> Result<String, Problem> {
        let spelt = self.spelt(key);
        match self.text(key) {
            Some(text) if self.unknown.contains(&text) => Err(Problem {
                key: spelt,
                message: format!("{}: `{key}` is `{text}`, which cannot be worked out offline", self.title),
                help: "Give the parameters in it default values, or write the text itself.".into(),
            }),
            Some(text) if !text.trim().is_empty() => Ok(text),
            _ => Err(Problem {
                key: spelt,
                message: format!("{} has no `{key}`, and cannot be converted", self.title),
                help: format!("Give it a `{key}`."),
            }),
        }
    }

    /// Says which expressions could not be worked out.
    pub(super) fn tell_unknown(&mut self) {
        for text in std::mem::take(&mut self.unknown) {
            let shown: String = text.chars().take(60).collect();
            self.warn(None, format!("`{shown}` cannot be worked out offline and is kept as a text"));
        }
    }

    /// Takes a truth value.
    pub(super) fn truth(&mut self, key: &str) -> Option<bool> {
        self.value(key, &Shape::Bool)?.as_bool()
    }

    /// Takes a list of texts. A text in its place is a list with commas, as PowerShell leaves it.
    pub(super) fn list(&mut self, key: &str) -> Vec<String> {
        let mut list: Vec<String> = Vec::new();
        let own = self.own;
        for item in self
            .value(key, &Shape::List(&Shape::Text))
            .as_ref()
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
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
        let text = self.trimmed(key)?;
        if Duration::parse(&text).is_none() {
            self.warn(
                Some(key),
                format!("`{text}` is no duration that `{key}` can have; it is kept as it is"),
            );
        }
        Some(short_duration(&text))
    }

    /// Takes what YAML has no place for, and says so.
    pub(super) fn leave(&mut self, key: &str, why: &str) {
        if let Some(value) = self.value(key, &Shape::Any) {
            let shown = match value {
                Value::String(text) => text.chars().take(60).collect(),
                Value::Array(_) | Value::Object(_) => String::new(),
                other => other.to_string(),
            };
            let of = if shown.is_empty() { String::new() } else { format!(" (`{shown}`)") };
            self.tell(Some(key), format!("`{key}`{of} is left out: {why}"));
        }
    }

    /// Says what has not been taken.
    pub(super) fn leave_the_rest(&mut self) {
        let rest: Vec<String> = self.properties.keys().cloned().collect();
        for key in rest {
            self.leave(&key, "YAML templates have no such key");
        }
    }

    /// Says something that matters only to who wants to know.
    pub(super) fn tell(&mut self, key: Option<&str>, message: impl AsRef<str>) {
        self.remark(key, message.as_ref(), false);
    }

    /// Says something that may surprise.
    pub(super) fn warn(&mut self, key: Option<&str>, message: impl AsRef<str>) {
        self.remark(key, message.as_ref(), true);
    }

    fn remark(&mut self, key: Option<&str>, message: &str, warning: bool) {
        let message = format!("{}: {message}", self.title);
        self.remarks.push(Remark { key: key.map(str::to_owned), message, warning });
    }

    fn spelt(&self, key: &str) -> Option<String> {
        if self.properties.contains_key(key) {
            return Some(key.to_owned());
        }
        self.properties.keys().find(|name| name.eq_ignore_ascii_case(key)).cloned()
    }
}

/// `PT5H` as `5h`, wherever that says the same; else the text as it is.
pub(super) fn short_duration(text: &str) -> String {
    let Some(duration) = Duration::parse(text) else { return text.to_owned() };
    let short: String = duration.iso.chars().filter(|c| !matches!(c, 'P' | 'T')).collect();
    let short = short.to_ascii_lowercase();
    match Duration::parse(&short) {
        Some(again) if again.iso == duration.iso => short,
        _ => duration.iso,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_become_short_where_they_come_back_the_same() {
        for (iso, short) in [
            ("PT5H", "5h"),
            ("P1D", "1d"),
            ("P1DT12H", "1d12h"),
            ("PT70M", "70m"),
            ("PT1H10M", "1h10m"),
            ("PT30S", "30s"),
            ("5H", "5h"),
            ("3d", "3d"),
            ("pt1h", "1h"),
            ("01:00:00", "1h"),
            ("P1M", "P1M"),
            ("soon", "soon"),
        ] {
            assert_eq!(short_duration(iso), short, "{iso}");
        }
    }
}
