//! Everything but the query: id, name, severity, tactics, techniques, and what is kept as it is.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::layout::Field;
use super::super::values::technique_ids;
use super::{IdSource, NRT_IDS, SCHEDULED_IDS, Work, notes};
use crate::content::ROOT_KEYS;
use crate::content::model::{Text, field};
use crate::knowledge::{attack, limits, tactics};
use crate::source::Span;
use crate::yaml::to_json;

/// Keys that are kept as they are.
const KEPT: [&str; 11] = [
    "description-detailed",
    "tags",
    "metadata",
    "sentinelEntitiesMappings",
    "customDetails",
    "alertDetailsOverride",
    "eventGroupingSettings",
    "incidentConfiguration",
    "suppressionEnabled",
    "suppressionDuration",
    "enabled",
];

impl Work<'_> {
    pub(super) fn metadata(&mut self, fields: &mut Vec<Field>) {
        self.id(fields);
        self.names(fields);
        self.severity(fields);
        self.attack(fields);
        let connectors = field(self.common.root, "requiredDataConnectors")
            .map_or(json!([]), |field| to_json(field.node()));
        fields.push(Field::new(
            "requiredDataConnectors",
            if connectors.is_null() { json!([]) } else { connectors },
        ));
        fields.push(Field::new("status", "Available"));
        if !self.options.nrt {
            fields.push(Field::new("triggerOperator", "gt"));
            fields.push(Field::new("triggerThreshold", 0));
        }
        if let Some(enabled) = self.options.general.enabled {
            fields.push(Field::new("enabled", enabled));
        }
        fields.push(Field::new("version", self.version()));
        fields.push(Field::new("kind", if self.options.nrt { "NRT" } else { "Scheduled" }));
        for entry in &self.common.root.entries {
            let Some(key) = entry.key.as_str() else { continue };
            let one_of =
                |keys: &[&'static str]| keys.iter().find(|known| known.eq_ignore_ascii_case(key)).copied();
            if key.eq_ignore_ascii_case("enabled") && self.options.general.enabled.is_some() {
                continue;
            }
            if entry.value.is_null() || entry.duplicate_of.is_some() {
                continue;
            }
            match one_of(&KEPT) {
                Some(key) => fields.push(Field::new(key, to_json(&entry.value))),
                // The others that a template has are read, here or elsewhere.
                None if one_of(&ROOT_KEYS).is_some() => {}
                None => {
                    let message = format!("`{key}` has no counterpart in {} and is omitted", self.target());
                    self.note(&notes::KEY_LOST, entry.key.span, message);
                }
            }
        }
    }

    fn id(&mut self, fields: &mut Vec<Field>) {
        let own = self.common.id.map(|id| (id, Uuid::try_parse(id.value.trim())));
        let namespace = if self.options.nrt { NRT_IDS } else { SCHEDULED_IDS };
        let (id, comment) = match (self.options.id, own) {
            (IdSource::New, _) => (Uuid::new_v4(), "A new id.".to_owned()),
            (IdSource::Derived, Some((text, Ok(id)))) => {
                let comment = format!("Derived from the id of the hunting query, {}.", text.value.trim());
                (Uuid::new_v5(&namespace, id.hyphenated().to_string().as_bytes()), comment)
            }
            (IdSource::Derived, Some((text, Err(_)))) if !text.value.trim().is_empty() => {
                let comment = format!("Derived from the string `{}`.", text.value.trim());
                (Uuid::new_v5(&namespace, text.value.trim().as_bytes()), comment)
            }
            (IdSource::Keep, Some((_, Ok(id)))) => (id, "The id of the hunting query.".to_owned()),
            (_, own) => {
                let (span, message) = match own {
                    Some((text, _)) => (text.span(), format!("The id `{}` is not a GUID", text.value)),
                    None => (
                        self.first_key(),
                        "The hunting query has no id to derive the rule's id from".to_owned(),
                    ),
                };
                self.ask(
                    &notes::VALUE_REFUSED,
                    span,
                    message,
                    "Fix the id, or give the rule a new one with `--id new`.",
                );
                return;
            }
        };
        fields.push(Field { comments: vec![comment], ..Field::new("id", id.hyphenated().to_string()) });
    }

    fn names(&mut self, fields: &mut Vec<Field>) {
        let prefix = self.options.general.name_prefix.as_deref().unwrap_or_default();
        match self.common.name.filter(|name| !name.value.trim().is_empty()) {
            Some(name) => fields.push(Field::new("name", format!("{prefix}{}", name.value.trim()))),
            None => self.ask(
                &notes::VALUE_MISSING,
                self.first_key(),
                "The hunting query has no name, but a rule needs one",
                "Add `name:`.",
            ),
        }
        let key = "description";
        let detailed = || field(self.common.root, "description-detailed").and_then(|field| field.text());
        match self.common.description.or_else(detailed).filter(|text| !text.value.trim().is_empty()) {
            Some(text) => fields.push(Field::new(key, text.value)),
            None => {
                let message = "The hunting query has no description, so the rule has none either";
                self.note(&notes::DESCRIPTION_MISSING, self.first_key(), message);
            }
        }
    }

    fn first_key(&self) -> Span {
        self.common.root.entries.first().map(|entry| entry.key.span).unwrap_or_default()
    }

    fn severity(&mut self, fields: &mut Vec<Field>) {
        let own = self
            .common
            .severity
            .map(|text| (text, limits::ignore_case(text.value.trim(), &limits::SEVERITIES)));
        let (value, comment) = match (&self.options.general.severity, own) {
            (Some(asked), _) => (asked.as_str(), Some("Set by `--severity`.")),
            (None, Some((_, Some(known)))) => (known, None),
            (None, Some((text, None))) => {
                let message = format!("`{}` is not a valid severity; the rule gets Medium", text.value);
                self.note(&notes::SEVERITY_DERIVED, text.span(), message);
                ("Medium", Some("The severity of the hunting query is not valid."))
            }
            (None, None) => ("Medium", Some("The hunting query has no severity; Medium is the default.")),
        };
        let comments = comment.map(str::to_owned).into_iter().collect();
        fields.push(Field { comments, ..Field::new("severity", value) });
    }

    fn version(&self) -> String {
        let plain = |text: &str| {
            let parts: Vec<&str> = text.split('.').collect();
            parts.len() == 3
                && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        };
        let own = self.common.version.map(|version| version.value.trim()).filter(|version| plain(version));
        own.unwrap_or("1.0.0").to_owned()
    }

    fn attack(&mut self, fields: &mut Vec<Field>) {
        let (mut names, mut comments) = (Vec::<&'static str>::new(), Vec::new());
        let mut add = |name: &'static str| {
            if !names.contains(&name) {
                names.push(name);
            }
        };
        let mut unknown = Vec::new();
        for item in self.common.tactics.items.clone() {
            let found = read_tactics(item);
            if let Some(found) = found {
                for name in &found {
                    add(name);
                }
                if found.len() != 1 || found[0] != item.value {
                    let message = format!("`{}` is changed to `{}`", item.value, found.join("`, `"));
                    comments.push(format!("{message}."));
                    self.note(&notes::TACTIC_RESPELT, item.span(), message);
                }
                continue;
            }
            if item.value.trim().is_empty() {
                continue;
            }
            match self.answer(item.value) {
                Some(name) => {
                    add(name);
                    comments.push(format!("`{}` is not a tactic; `--tactic` sets {name}.", item.value));
                }
                None => unknown.push(item),
            }
        }
        let ids = technique_ids(&self.common.techniques);
        for item in unknown {
            let help = tactic_help(item.value, &ids);
            let message =
                format!("`{}` is not a Sentinel tactic, but {} needs valid ones", item.value, self.target());
            self.ask(&notes::TACTIC_REFUSED, item.span(), message, help);
        }
        if names.is_empty()
            && let Some(answer) = self.options.tactics.iter().find(|answer| answer.asked.is_none())
        {
            names.push(answer.tactic);
            comments.push("Set by `--tactic`.".to_owned());
        }
        if names.is_empty() && self.questions.is_empty() {
            let place = self.common.tactics.field.map_or(self.first_key(), |field| field.entry.key.span);
            let message = format!("There is no tactic. {}", tactic_help("", &ids));
            self.note(&notes::TACTIC_MISSING, place, message.trim_end_matches('.').to_owned());
        }
        if !names.is_empty() {
            fields.push(Field { comments, ..Field::new("tactics", names) });
        }
        if ids.is_empty() {
            let place = self.common.techniques.field.map_or(self.first_key(), |field| field.entry.key.span);
            let message = "There is no technique in `relevantTechniques`";
            self.note(&notes::TECHNIQUE_MISSING, place, message);
        } else {
            fields.push(Field::new("relevantTechniques", Value::from(ids)));
        }
    }

    fn answer(&self, asked: &str) -> Option<&'static str> {
        let answers = &self.options.tactics;
        let same = |answer: &&super::TacticAnswer| {
            answer.asked.as_deref().is_some_and(|text| text.trim().eq_ignore_ascii_case(asked.trim()))
        };
        let answer =
            answers.iter().find(same).or_else(|| answers.iter().find(|answer| answer.asked.is_none()));
        answer.map(|answer| answer.tactic)
    }
}

/// How to answer which tactic is meant, with those that the techniques serve.
fn tactic_help(asked: &str, ids: &[String]) -> String {
    let mut served: Vec<&str> = ids
        .iter()
        .filter_map(|id| attack::in_any_version(id))
        .flat_map(tactics::sentinel_tactics_of)
        .filter(|name| *name != "PreAttack")
        .collect();
    served.sort_unstable();
    served.dedup();
    // What is misspelled was meant.
    let near = tactics::nearest_tactic(asked).filter(|_| !asked.is_empty());
    if let Some(near) = near {
        served = vec![near.name];
    }
    let example = served.first().copied().unwrap_or("Impact");
    let option = match asked {
        "" => format!("--tactic {example}"),
        asked if asked.contains([' ', ',']) => format!("--tactic '{asked}={example}'"),
        asked => format!("--tactic {asked}={example}"),
    };
    match served.len() {
        _ if near.is_some() => format!("Did you mean {example}? Fix it, or set it with `{option}`."),
        0 => format!("Set the tactic, for example with `{option}`."),
        1 => format!("`{option}` sets the tactic of its techniques."),
        _ => format!(
            "Its techniques belong to {}; set the tactic, for example with `{option}`.",
            served.join(", ")
        ),
    }
}

/// The tactics that a text means: one, or several with commas between them.
fn read_tactics(text: Text<'_>) -> Option<Vec<&'static str>> {
    if let Some(tactic) = tactics::normalise_tactic(text.value) {
        return Some(vec![tactic.name]);
    }
    let parts = text.value.split(',').map(str::trim).filter(|part| !part.is_empty());
    let names: Option<Vec<_>> = parts.map(|part| tactics::normalise_tactic(part).map(|it| it.name)).collect();
    names.filter(|names| !names.is_empty())
}
