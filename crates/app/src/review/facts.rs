//! What one file says, as facts that can be compared: each has the part of content that it belongs to, a key, and a value in
//! which the way that it is written makes no difference.

use std::sync::Arc;

use super::Aspect;
use crate::content::model::{Alerting, Common, Schedule, Text, TimeSpan};
use crate::content::{Content, Query};
use crate::kql::canonical::{Canonical, canonical};
use crate::kql::lookback::lookback;
use crate::kql::model::{SemanticModel, VariableKind};
use crate::kql::timespan::Timespan;
use crate::report::words;
use crate::source::{SourceFile, Span};
use crate::workspace::View;
use crate::yaml::{Entry, Node, Value};

/// A fact.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) aspect: Aspect,
    /// What it is of. Facts of the same key that differ are changes of each other.
    pub(super) key: String,
    /// What is compared.
    pub(super) value: String,
    /// What is shown.
    pub(super) shown: String,
    /// Where it stands in the file.
    pub(super) span: Option<Span>,
}

/// All that a file says.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) source: Arc<SourceFile>,
    /// What the file is, in the contract's words.
    pub(super) kind: &'static str,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) all: Vec<Fact>,
    pub(super) queries: Vec<QueryFacts>,
}

/// What a query means, beside its facts.
#[derive(Debug, Default)]
pub(super) struct QueryFacts {
    pub(super) canonical: Canonical,
    /// The text of each condition and step by its index, and where it stands in the file.
    pub(super) conditions: Vec<Shown>,
    pub(super) steps: Vec<Shown>,
    /// The functions of the workspace that it calls.
    pub(super) functions: Vec<String>,
}

/// A part of a query as it is shown.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) text: String,
    /// What the lets stand for that it names.
    pub(super) lets: Vec<String>,
    pub(super) span: Span,
}

impl Facts {
    pub(super) fn read(content: &Content, queries: &[Query<'_>], view: &View<'_>) -> Self {
        let mut this = Self {
            source: Arc::clone(&content.source),
            kind: content.kind.as_str(),
            id: content.id().map(|id| id.value.trim().to_owned()),
            name: content.name().map(words),
            all: Vec::new(),
            queries: Vec::new(),
        };
        this.add(Aspect::Kind, "", content.kind.as_str(), None);
        if let Some(id) = content.id() {
            let value = id.value.trim().to_ascii_lowercase();
            this.push(Aspect::Id, "", value, id.value.trim().to_owned(), Some(id.span()));
        }
        if let Some(template) = content.template() {
            this.common(template.common());
            if let Some(alerting) = template.alerting() {
                this.alerting(alerting);
            }
            if let Some(schedule) = template.schedule() {
                this.schedule(schedule);
            }
        } else if let Some(name) = content.name() {
            this.add(Aspect::Name, "", &words(name), None);
        }
        for (at, query) in queries.iter().enumerate() {
            this.query(query, view, at);
        }
        this
    }

    /// The tests of a file of tests, by their names; `None` for a file of another name.
    pub(super) fn of_tests(content: &Content) -> Option<Self> {
        let path = content.source.path();
        if !(path.ends_with(".test.yaml") || path.ends_with(".test.yml")) {
            return None;
        }
        let tests = content.root()?.get("tests")?.as_sequence()?;
        let mut this = Self {
            source: Arc::clone(&content.source),
            kind: "test",
            id: None,
            name: None,
            all: Vec::new(),
            queries: Vec::new(),
        };
        for test in &tests.items {
            let name = test.get("name").and_then(Node::as_str).map(words).unwrap_or_default();
            this.push(Aspect::Test, &name, plain(test), name.clone(), Some(test.span));
        }
        Some(this)
    }

    /// What the queries mean, in one text.
    pub(super) fn meaning(&self) -> String {
        let columns = self.all.iter().filter(|fact| fact.aspect == Aspect::ResultColumn);
        let columns: Vec<&str> = columns.map(|fact| &*fact.shown).collect();
        let wholes: Vec<&str> = self.queries.iter().map(|query| &*query.canonical.whole).collect();
        format!("{}\n{}", wholes.join("\n"), columns.join(","))
    }

    fn push(&mut self, aspect: Aspect, key: &str, value: String, shown: String, span: Option<Span>) {
        self.all.push(Fact { aspect, key: key.to_owned(), value, shown, span });
    }

    fn add(&mut self, aspect: Aspect, key: &str, value: &str, span: Option<Span>) {
        self.push(aspect, key, value.to_owned(), value.to_owned(), span);
    }

    fn text(&mut self, aspect: Aspect, key: &str, text: Option<Text<'_>>) {
        if let Some(text) = text {
            self.add(aspect, key, &words(text.value), Some(text.span()));
        }
    }

    /// A text of which case makes no difference.
    fn word(&mut self, aspect: Aspect, key: &str, label: &str, text: Option<Text<'_>>) {
        if let Some(text) = text {
            let shown = words(text.value);
            self.push(aspect, key, shown.to_ascii_lowercase(), format!("{label}{shown}"), Some(text.span()));
        }
    }

    fn duration(&mut self, aspect: Aspect, key: &str, span: Option<&TimeSpan<'_>>) {
        if let Some(span) = span {
            let written = words(span.text.value);
            let value = span.seconds().map_or_else(|| written.clone(), |seconds| seconds.to_string());
            self.push(aspect, key, value, format!("{key}: {written}"), Some(span.text.span()));
        }
    }

    fn common(&mut self, common: &Common<'_>) {
        self.text(Aspect::Name, "", common.name);
        self.text(Aspect::Description, "", common.description);
        self.text(Aspect::Description, "description-detailed", common.detailed_description);
        self.text(Aspect::Version, "", common.version);
        self.word(Aspect::Severity, "", "", common.severity);
        for connector in &common.connectors {
            let id = connector.id.map(|id| id.value.trim().to_owned()).unwrap_or_default();
            self.text(Aspect::Connector, &id, connector.id);
            for kind in &connector.data_types.items {
                let key = format!("{id}/{}", kind.value.trim());
                self.text(Aspect::DataType, &key, Some(*kind));
            }
        }
        for (aspect, list) in [(Aspect::Tactic, &common.tactics), (Aspect::Technique, &common.techniques)] {
            for item in &list.items {
                let key = item.value.trim().to_ascii_uppercase();
                self.push(aspect, &key, key.clone(), words(item.value), Some(item.span()));
            }
        }
        for mapping in &common.entity_mappings {
            let kind = mapping.entity_type.map(|text| text.value.trim()).unwrap_or_default();
            for field in &mapping.fields {
                let identifier = field.identifier.map(|text| text.value.trim()).unwrap_or_default();
                let column = field.column.map(|text| text.value.trim()).unwrap_or_default();
                let key = format!("{kind}.{identifier}");
                let shown = format!("{key}: {column}");
                self.push(Aspect::Entity, &key, column.to_owned(), shown, Some(field.node.span));
            }
        }
        for entity in &common.sentinel_entities {
            if let Some(column) = entity.column {
                self.add(
                    Aspect::Entity,
                    "sentinelEntitiesMappings",
                    column.value.trim(),
                    Some(column.span()),
                );
            }
        }
        for (name, column) in &common.custom_details {
            let column = column.map(|text| text.value.trim().to_owned()).unwrap_or_default();
            let key = name.value.trim();
            self.push(
                Aspect::CustomDetail,
                key,
                column.clone(),
                format!("{key}: {column}"),
                Some(name.span()),
            );
        }
    }

    fn schedule(&mut self, schedule: &Schedule<'_>) {
        for (key, span) in schedule.durations() {
            self.duration(Aspect::Schedule, key, Some(span));
        }
        if let Some(operator) = schedule.operator {
            let full = match &*operator.value.trim().to_ascii_lowercase() {
                "gt" => "greaterthan".to_owned(),
                "lt" => "lessthan".to_owned(),
                "eq" => "equal".to_owned(),
                "ne" => "notequal".to_owned(),
                other => other.to_owned(),
            };
            let shown = format!("triggerOperator: {}", words(operator.value));
            self.push(Aspect::Trigger, "triggerOperator", full, shown, Some(operator.span()));
        }
        self.word(Aspect::Trigger, "triggerThreshold", "triggerThreshold: ", schedule.threshold);
    }

    fn alerting(&mut self, alerting: &Alerting<'_>) {
        self.word(Aspect::Status, "", "", alerting.status);
        self.flag(Aspect::Status, "enabled", alerting.enabled);
        self.flag(Aspect::Suppression, "suppressionEnabled", alerting.suppression_enabled);
        self.duration(Aspect::Suppression, "suppressionDuration", alerting.suppression.as_ref());
        if let Some(grouping) = &alerting.event_grouping {
            self.word(Aspect::Grouping, "aggregationKind", "aggregationKind: ", grouping.kind);
        }
        if let Some(incident) = &alerting.incident {
            self.flag(Aspect::Grouping, "createIncident", incident.create);
            if let Some(grouping) = &incident.grouping {
                self.flag(Aspect::Grouping, "grouping enabled", grouping.enabled);
                self.flag(Aspect::Grouping, "reopenClosedIncident", grouping.reopen);
                self.duration(Aspect::Grouping, "lookbackDuration", grouping.lookback.as_ref());
                self.word(Aspect::Grouping, "matchingMethod", "matchingMethod: ", grouping.method);
                let lists = [
                    ("groupByEntities", &grouping.entities),
                    ("groupByAlertDetails", &grouping.alert_details),
                    ("groupByCustomDetails", &grouping.custom_details),
                ];
                for (name, list) in lists {
                    for item in &list.items {
                        let key = format!("{name}: {}", words(item.value));
                        self.add(Aspect::Grouping, &key, &key, Some(item.span()));
                    }
                }
            }
        }
        if let Some(own) = &alerting.alert_override {
            for (key, field) in own.formats() {
                let text = field.and_then(|field| field.text());
                self.labeled(Aspect::AlertOverride, key, text);
            }
            for (key, column) in own.columns() {
                self.labeled(Aspect::AlertOverride, key, column);
            }
            for property in &own.dynamic_properties {
                let name = property.property.map(|text| text.value.trim().to_owned()).unwrap_or_default();
                self.labeled(Aspect::AlertOverride, &name, property.column);
            }
        }
    }

    fn flag(&mut self, aspect: Aspect, key: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.push(aspect, key, value.to_string(), format!("{key}: {value}"), None);
        }
    }

    fn labeled(&mut self, aspect: Aspect, key: &str, text: Option<Text<'_>>) {
        if let Some(text) = text {
            let value = words(text.value);
            self.push(aspect, key, value.clone(), format!("{key}: {value}"), Some(text.span()));
        }
    }

    fn query(&mut self, query: &Query<'_>, view: &View<'_>, at: usize) {
        let model = query.meaning(view);
        // The queries of a file are told apart by their order.
        let prefix = if at == 0 { String::new() } else { format!("{at}:") };
        for (name, span) in &model.tables {
            self.add(Aspect::Table, &format!("{prefix}{name}"), name, Some(query.span(*span)));
        }
        for name in &model.functions {
            self.add(Aspect::Function, &format!("{prefix}{name}"), name, None);
        }
        let reach = lookback(query.text, query.parse(), &model, Timespan::ZERO);
        if let Some(furthest) = reach.furthest().filter(|reach| reach.back > Timespan::ZERO) {
            let span = Some(query.span(furthest.span));
            self.add(Aspect::LookBack, &prefix, &furthest.back.iso8601(), span);
        }
        if let Some(result) = &model.result {
            for column in &result.columns {
                let shown = format!("{}: {}", column.name, column.kind.name());
                let key = format!("{prefix}{}", column.name);
                self.push(Aspect::ResultColumn, &key, column.kind.name().to_owned(), shown, None);
            }
        }
        let form = canonical(query.text, query.parse(), &model);
        let show = |span: Span| Shown {
            text: words(query.text.get(span.range()).unwrap_or_default()),
            lets: lets(query, &model, span),
            span: query.span(span),
        };
        self.queries.push(QueryFacts {
            conditions: form.conditions.iter().map(|one| show(one.span)).collect(),
            steps: form.steps.iter().map(|one| show(one.span)).collect(),
            functions: model.functions.iter().map(ToString::to_string).collect(),
            canonical: form,
        });
    }
}

/// The definitions of the lets that a part of a query names, as they are written.
fn lets(query: &Query<'_>, model: &SemanticModel, span: Span) -> Vec<String> {
    let occurrences = model.occurrences();
    let first = occurrences.partition_point(|one| one.span.start < span.start);
    let named = occurrences[first..].iter().take_while(|one| one.span.end <= span.end);
    let mut found: Vec<String> = named
        .filter_map(|one| {
            let (_, variable) = model.variable_of(one.span)?;
            let place = variable
                .place
                .filter(|_| matches!(variable.kind, VariableKind::Let | VariableKind::Function))?;
            let rest = query.text.get(place.start as usize..)?;
            Some(words(&rest[..end_of_statement(rest)]))
        })
        .collect();
    found.dedup();
    found
}

/// A value as text in which the order of keys, quotes and layout make no difference.
fn plain(node: &Node) -> String {
    match &node.value {
        Value::Mapping(mapping) => {
            let pair = |entry: &Entry| format!("{}:{}", plain(&entry.key), plain(&entry.value));
            let mut pairs: Vec<String> = mapping.entries.iter().map(pair).collect();
            pairs.sort_unstable();
            format!("{{{}}}", pairs.join(","))
        }
        Value::Sequence(sequence) => {
            let items: Vec<String> = sequence.items.iter().map(plain).collect();
            format!("[{}]", items.join(","))
        }
        _ => format!("{:?}", node.as_str()),
    }
}

/// Where a statement ends: at a semicolon outside of strings, comments left aside.
fn end_of_statement(text: &str) -> usize {
    let (tokens, _) = crate::kql::tokenize(&text[..text.floor_char_boundary(4096)]);
    let end = tokens.iter().find(|token| token.kind == crate::kql::TokenKind::Semicolon);
    end.map_or(text.len().min(text.floor_char_boundary(4096)), |token| token.span.start as usize)
}
