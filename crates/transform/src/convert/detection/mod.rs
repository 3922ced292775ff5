//! Custom detections of Defender: made from hunting queries and rules, and written in any of their forms.
//!
//! Whatever a detection is made from, it becomes a [`Made`]: the members of Graph's `detectionRule` in the new shape, and
//! what there is to tell. `write` writes these in a form.

use serde_json::{Map, Value};

use super::promote::{IdSource, TacticAnswer};
pub use crate::content::Form;
use crate::diagnostic::Diagnostic;

mod adapt;
pub mod alert;
pub mod back;
mod body;
mod carry;
mod continuous;
mod draft;
mod entities;
mod from_template;
mod names;
mod operators;
mod repair;
mod schedule;
mod summarize;
#[cfg(test)]
mod tests;
pub mod write;

pub use body::from_detection;
pub use from_template::{Catalogs, from_query, from_template, from_template_with};
pub use repair::repaired;
pub use schedule::{is_frequency, iso, next_frequency as fitting};

/// How often a detection runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Frequency {
    /// As the source says, or as its look-back asks for.
    #[default]
    Auto,
    /// Continuously.
    Continuous,
    /// Every so many minutes.
    Minutes(u64),
}

/// A version of the Graph API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// `v1.0`
    V1,
    /// `beta`, which has more members.
    Beta,
}

/// How a detection is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The form of the result.
    pub form: Form,
    /// Put before the display name.
    pub name_prefix: Option<String>,
    /// The severity, instead of the source's.
    pub severity: Option<String>,
    /// Whether it runs, instead of what follows from the source.
    pub enabled: Option<bool>,
    /// Where the id comes from.
    pub id: IdSource,
    /// How often it runs.
    pub frequency: Frequency,
    /// How far back it looks, in minutes; beta only.
    pub lookback: Option<u64>,
    /// The version of the API; `None` for what the source needs.
    pub api: Option<Api>,
    /// Keep conditions that only limit a query to the window of a hunt.
    pub keep_window: bool,
    /// Which tactic is meant.
    pub tactics: Vec<TacticAnswer>,
    /// Map well-known columns where the source maps no asset.
    pub derive_entities: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            form: Form::Graph,
            name_prefix: None,
            severity: None,
            enabled: None,
            id: IdSource::default(),
            frequency: Frequency::default(),
            lookback: None,
            api: None,
            keep_window: false,
            tactics: Vec::new(),
            derive_entities: true,
        }
    }
}

/// Where a detection comes from, as the YAML form tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    /// The members of `contentProvenance`, where the source has them.
    pub kept: Option<Value>,
    /// `version`, where the source has one of the form.
    pub version: Option<String>,
    /// `requiredDataConnectors`.
    pub connectors: Option<Value>,
    /// The platform of the source.
    pub platform: &'static str,
    /// What the source is.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its version.
    pub source_version: Option<String>,
    /// Its query, as it is written.
    pub query: String,
    /// Its frequency and period.
    pub schedule: Vec<(&'static str, String)>,
}

/// A detection that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The members, in the new shape.
    pub body: Map<String, Value>,
    /// What was changed, added and lost, each at its place in the source.
    pub notes: Vec<Diagnostic>,
    /// The tables that the query reads.
    pub tables: Vec<String>,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Made {
    /// A member by its path.
    fn at<'b>(&'b self, path: &[&str]) -> Option<&'b Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.body.get(*first)?, |value, key| value.get(*key))
    }

    /// The frequency, as it is written.
    pub fn frequency(&self) -> Option<&str> {
        self.at(&["schedule", "frequency"])?.as_str()
    }

    /// Says what the alert is about, where the source of the detection does not.
    pub fn describe(&mut self, description: &str, tactic: Option<&str>, techniques: &[&str]) {
        let action = self.body.get_mut("detectionAction");
        let Some(alert) = action.and_then(|action| action.get_mut("alertTemplate")?.as_object_mut()) else {
            return;
        };
        alert.insert("description".into(), description.into());
        if let Some(tactic) = tactic {
            let techniques: Vec<_> = techniques.iter().map(|id| ((*id).to_owned(), Vec::new())).collect();
            alert.insert("tactics".into(), alert::value(tactic, &techniques));
        }
    }

    /// The id.
    pub fn id(&self) -> &str {
        self.body.get("id").and_then(Value::as_str).unwrap_or_default()
    }
}
