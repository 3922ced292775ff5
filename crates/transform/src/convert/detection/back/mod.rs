//! The way back: a custom detection becomes an analytic rule. The detection is written as the hunting query that says the
//! same in a workspace, with everything that a rule needs beside it, and `promote` makes the rule of that.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::alert::dynamic_columns;
use super::{Made, Options, from_detection, from_template::Catalogs};
use crate::content::{Content, Detection, Kind, Query};
use crate::convert::changes::Places;
use crate::convert::layout::{self, Field};
use crate::convert::notes;
use crate::convert::promote::{self, IdSource, Promoted};
use crate::diagnostic::{Diagnostic, NoteKind, RuleMeta};
use crate::knowledge::{connectors, limits};
use crate::kql::types::Relation;
use crate::source::{SourceFile, Span};

mod entities;
mod query;
mod schedule;
#[cfg(test)]
mod tests;

/// The namespace of the ids of rules whose detection has no GUID.
const IDS: Uuid = Uuid::from_u128(0x3d0a_7f61_9b52_4c1e_8f43_51c2_a9d6_70be);

/// What a rule says instead of what a detection says.
const PLACES: [(&str, &str); 10] = [
    ("id", "id"),
    ("name", "displayName"),
    ("description", "detectionAction.alertTemplate.description"),
    ("severity", "detectionAction.alertTemplate.severity"),
    ("tactics", "detectionAction.alertTemplate.tactics"),
    ("relevantTechniques", "detectionAction.alertTemplate.tactics"),
    ("entityMappings", "detectionAction.alertTemplate.entityMappings"),
    ("customDetails", "detectionAction.alertTemplate.customDetails"),
    ("alertDetailsOverride", "detectionAction.alertTemplate.title"),
    ("query", "queryCondition.queryText"),
];

/// The members that no rule has.
const LOST: [(&str, &RuleMeta); 5] = [
    ("description", &notes::MEMBER_LOST),
    ("detectionAction.alertTemplate.recommendedActions", &notes::MEMBER_LOST),
    ("detectionAction.automatedActions", &notes::ACTION_LOST),
    ("detectionAction.organizationalScope", &notes::MEMBER_LOST),
    ("detectionAction.incidentConfiguration", &notes::MEMBER_LOST),
];

/// How a detection becomes a rule.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The kind of rule; `None` for what the frequency says.
    pub kind: Option<Kind>,
    /// How a rule is made of a hunting query.
    pub promote: promote::Options,
}

/// A rule made of a detection.
#[derive(Debug)]
pub struct Rule {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// The YAML.
    pub text: String,
    /// What was changed and lost, each at its place in the file of the detection.
    pub notes: Vec<Diagnostic>,
    origin: Origin,
    promoted: Promoted,
}

/// From the hunting query to the file of the detection.
#[derive(Debug)]
struct Origin {
    /// The hunting query on its way.
    hunting: Content,
    /// Where its query was changed, the first step first.
    places: Vec<Places>,
}

impl Rule {
    /// The place in the file of the detection of a finding in the rule, whose file `rule` is.
    pub fn source(&self, seen: Seen<'_>, rule: &Content, finding: &Diagnostic) -> Span {
        let span = self.promoted.source(&self.origin.hunting, rule, finding);
        self.origin.original(seen, span)
    }
}

/// A detection with its query, as they stand in a file.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The file.
    pub content: &'a Content,
    /// The detection.
    pub detection: &'a Detection<'a>,
    /// Its query, where it has one.
    pub query: Option<&'a Query<'a>>,
}

impl Seen<'_> {
    /// The key at a path, or the nearest before it that is there.
    fn place(self, path: &str) -> Span {
        let mut path = path;
        loop {
            if let Some(entry) = self.detection.entry(path) {
                return entry.key.span;
            }
            let Some((parent, _)) = path.rsplit_once('.') else { break };
            path = parent;
        }
        let map = self.detection.body.as_mapping();
        let first = map.and_then(|map| map.entries.first()).map(|entry| entry.key.span);
        first.unwrap_or(self.detection.body.span)
    }

    fn query_span(self, span: Span) -> Span {
        self.query.map_or_else(|| self.place("queryCondition.queryText"), |query| query.span(span))
    }
}

impl Origin {
    /// The place in the file of the detection of one in the hunting query.
    fn original(&self, seen: Seen<'_>, span: Span) -> Span {
        let inside = self.hunting.queries().first().and_then(|query| query.span_in_query(span));
        if let Some(inside) = inside {
            let was = self.places.iter().rev().fold(inside, |span, step| step.original(span));
            return seen.query_span(was);
        }
        let root = self.hunting.root().and_then(|root| root.as_mapping());
        let entries = root.map(|root| root.entries.as_slice()).unwrap_or_default();
        let entry = entries.iter().find(|entry| entry.key.span.cover(entry.value.span).contains(span));
        let key = entry.and_then(|entry| entry.name()).unwrap_or_default();
        let path = PLACES.iter().find(|(own, _)| *own == key).map_or("displayName", |(_, path)| path);
        seen.place(path)
    }
}

/// One detection on its way.
struct Work<'a> {
    seen: Seen<'a>,
    made: &'a Made,
    notes: Vec<Diagnostic>,
}

impl Work<'_> {
    fn note(&mut self, code: &'static RuleMeta, path: &str, message: impl Into<String>) {
        self.notes.push(code.at(self.seen.place(path), message));
    }

    fn text(&self, path: &[&str]) -> &str {
        self.made.at(path).and_then(Value::as_str).unwrap_or_default()
    }

    fn alert(&self, member: &str) -> Option<&Value> {
        self.made.at(&["detectionAction", "alertTemplate", member])
    }
}

/// Makes a rule of a detection; the errors are the reasons why there can be none.
pub fn to_rule(seen: Seen<'_>, asked: &Asked, catalogs: Catalogs<'_>) -> Result<Rule, Vec<Diagnostic>> {
    let options = Options { id: IdSource::Derived, ..Options::default() };
    let made = from_detection(seen.content, seen.detection, &options, catalogs)?;
    let mut work = Work { seen, made: &made, notes: Vec::new() };
    // What only concerns the new shape of detections does not concern a rule.
    let concerns =
        |note: &&Diagnostic| note.rule.note != Some(NoteKind::Changed) && *note.rule != notes::ID_CHANGED;
    work.notes.extend(made.notes.iter().filter(concerns).cloned());
    let mut options = asked.promote.clone();
    let schedule = work.schedule(asked, catalogs)?;
    let kind = schedule.kind;
    options.nrt = kind == Kind::NrtRule;
    (options.frequency, options.period) = (schedule.frequency, schedule.period);
    let (mut query, renamed) = query::in_workspace(work.text(&["queryCondition", "queryText"]), catalogs);
    let mut fields = work.fields(&mut query, &mut options);
    for (code, place, reason) in renamed {
        work.notes.push(code.at(seen.query_span(place), reason));
    }
    fields.push(Field::new("query", format!("{}\n", query.text.trim_end())));
    layout::sort(&mut fields);
    let source = SourceFile::new("detection.yaml", layout::document(&fields));
    let mut hunting = Content::read(Arc::new(source), "detection.yaml");
    hunting.kind = Kind::HuntingQuery;
    let origin = Origin { hunting, places: query.places };
    let moved = |found: Diagnostic| Diagnostic { span: origin.original(seen, found.span), ..found };
    let promoted = promote::promote(&origin.hunting, &options, catalogs.workspace)
        .map_err(|refusals| refusals.into_iter().map(moved).collect::<Vec<_>>())?;
    // How the schedule came about is told already.
    let own = promoted.notes.iter().filter(|note| *note.rule != notes::SCHEDULE_DERIVED).cloned();
    let mut told = work.notes;
    told.extend(own.map(moved));
    notes::sort(&mut told);
    told.dedup_by(|a, b| (a.span, &a.message) == (b.span, &b.message));
    let id = fields_id(&promoted.text);
    Ok(Rule { kind, id, text: promoted.text.clone(), notes: told, origin, promoted })
}

/// The id of a rule that was written.
fn fields_id(text: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix("id: "));
    line.unwrap_or_default().trim().to_owned()
}

impl Work<'_> {
    /// Everything but the query and the schedule.
    fn fields(&mut self, query: &mut query::InWorkspace, options: &mut promote::Options) -> Vec<Field> {
        let mut fields =
            vec![Field::new("id", self.id(options)), Field::new("name", self.text(&["displayName"]))];
        let description = self.alert("description").and_then(Value::as_str).unwrap_or_default().trim_end();
        if !description.is_empty() {
            fields.push(Field::new("description", format!("{description}\n")));
        }
        if let Some(severity) = self.alert("severity") {
            fields.push(Field::new("severity", severity.clone()));
        }
        fields.push(Field::new("requiredDataConnectors", self.connectors()));
        fields.push(Field::new("version", self.version()));
        if self.text(&["status"]) == "disabled" {
            fields.push(Field::new("enabled", false));
        }
        let (tactics, techniques) = attack(self.alert("tactics"));
        fields.push(Field::new("tactics", tactics));
        fields.push(Field::new("relevantTechniques", techniques));
        let formats = self.formats(query);
        if !formats.is_empty() {
            fields.push(Field::new("alertDetailsOverride", formats));
        }
        let mappings = self.entities(query);
        if !mappings.is_empty() {
            fields.push(Field::new("entityMappings", mappings));
        }
        let details = self.details(query);
        if !details.is_empty() {
            fields.push(Field::new("customDetails", details));
        }
        let single = self.alert("eventGroupingKind").and_then(Value::as_str) == Some("singleAlert");
        let grouping = if single { "SingleAlert" } else { "AlertPerResult" };
        fields.push(Field::new("eventGroupingSettings", json!({ "aggregationKind": grouping })));
        for (path, code) in LOST {
            let parts: Vec<&str> = path.split('.').collect();
            if self.made.at(&parts).is_some() {
                let name = parts.last().copied().unwrap_or_default();
                let help = if name == "recommendedActions" { "; add it to the description" } else { "" };
                self.note(code, path, format!("`{name}` has no counterpart in an analytic rule{help}"));
            }
        }
        fields
    }

    /// The GUID of `xdr-<GUID>`, or one that is made of the id.
    fn id(&self, options: &mut promote::Options) -> String {
        let id = self.made.id();
        let own = Uuid::try_parse(id.strip_prefix("xdr-").unwrap_or(id));
        let keeps = options.id == IdSource::Keep;
        if options.id == IdSource::Derived {
            options.id = IdSource::Keep;
        }
        match own {
            Ok(own) => own.hyphenated().to_string(),
            // What is asked to be kept and is not a GUID is refused with its place.
            Err(_) if keeps => id.to_owned(),
            Err(_) => Uuid::new_v5(&IDS, id.as_bytes()).hyphenated().to_string(),
        }
    }

    /// The version of the rule that the detection was made from, where that is known.
    fn version(&self) -> String {
        let kept = self.made.provenance.kept.as_ref();
        let own = kept.and_then(|kept| kept.get("source")?.get("version")?.as_str());
        own.unwrap_or("1.0.0").to_owned()
    }

    /// The data connectors: those that the detection names, or those that fill the tables which it reads.
    fn connectors(&self) -> Value {
        if let Some(connectors) = &self.made.provenance.connectors {
            return connectors.clone();
        }
        let tables = self.made.tables.iter().cloned().collect();
        let one = |(id, tables): (&'static str, Vec<String>)| json!({"connectorId": id, "dataTypes": tables});
        connectors::filling_all(&tables).into_iter().map(one).collect()
    }

    /// The formats of the alert's texts, where they are not the name and the description of the rule.
    fn formats(&mut self, query: &query::InWorkspace) -> Map<String, Value> {
        let mut out = Map::new();
        let name = self.text(&["displayName"]).to_owned();
        let texts = [
            ("title", "alertDisplayNameFormat", limits::ALERT_NAME),
            ("description", "alertDescriptionFormat", limits::ALERT_DESCRIPTION),
        ];
        for (member, key, most) in texts {
            let text = self.alert(member).and_then(Value::as_str).unwrap_or_default().trim();
            let dynamic = !dynamic_columns(text).is_empty();
            let says_more = if member == "title" { text != name.trim() } else { dynamic };
            if text.is_empty() || !says_more {
                continue;
            }
            if text.chars().count() > most {
                let message = format!(
                    "`{member}` has {} characters; in an analytic rule it can have at most {most}",
                    text.chars().count()
                );
                let path = format!("detectionAction.alertTemplate.{member}");
                self.note(&notes::OVERRIDE_LOST, &path, message);
                continue;
            }
            out.insert(key.to_owned(), json!(query.format(text)));
        }
        out
    }

    /// The custom details that a rule can have.
    fn details(&mut self, query: &query::InWorkspace) -> Map<String, Value> {
        let mut out = Map::new();
        let Some(Value::Object(details)) = self.alert("customDetails").cloned() else { return out };
        for (name, column) in &details {
            let path = format!("detectionAction.alertTemplate.customDetails.{name}");
            let short: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let valid = short.starts_with(|c: char| c.is_ascii_alphabetic())
                && short.len() <= limits::CUSTOM_DETAIL_KEY
                && !out.contains_key(&short);
            let column = column.as_str().unwrap_or_default();
            if !valid || out.len() == limits::CUSTOM_DETAILS || column.is_empty() {
                let why = "the name of a detail of a rule has at most 20 letters and digits, and there are at most 20";
                let message = format!("The custom detail `{name}` is omitted: {why}");
                self.note(&notes::DETAIL_LOST, &path, message);
                continue;
            }
            if short != *name {
                let message = format!("The custom detail `{name}` is called `{short}`");
                self.note(&notes::VALUE_RESPELT, &path, message);
            }
            out.insert(short, json!(query.column(column)));
        }
        out
    }
}

/// Tactics and techniques, sub-techniques in place of their parents.
fn attack(value: Option<&Value>) -> (Vec<&str>, Vec<&str>) {
    fn list(value: Option<&Value>) -> &[Value] {
        value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }
    let (mut tactics, mut techniques) = (Vec::new(), Vec::new());
    for item in list(value) {
        tactics.extend(item.get("tactic").and_then(Value::as_str));
        for technique in list(item.get("techniques")) {
            let subs = list(technique.get("subTechniques"));
            if subs.is_empty() {
                techniques.extend(technique.get("technique").and_then(Value::as_str));
            }
            techniques.extend(subs.iter().filter_map(Value::as_str));
        }
    }
    (tactics, techniques)
}

/// Whether rows have a column.
fn has(rows: Option<&Relation>, column: &str) -> bool {
    rows.is_some_and(|rows| rows.column(column).is_some())
}
