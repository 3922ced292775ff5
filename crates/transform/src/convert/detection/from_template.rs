//! A hunting query, a scheduled rule or an NRT rule becomes a custom detection.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::adapt::{self, Adapted, Ask, Remark};
use super::carry::Refused;
use super::draft::Draft;
use super::entities::{self, Mappings};
use super::{Frequency, Made, Options, Provenance, alert, continuous, schedule};
use crate::content::detection::driving::Event;
use crate::content::duration::{DAY, MINUTE};
use crate::content::model::{Common, Schedule, Text, field};
use crate::content::{Content, Kind, Query, Template};
use crate::convert::notes::{self, INVALID_YAML, NO_COUNTERPART, VALUE_MISSING, VALUE_REFUSED};
use crate::convert::promote::IdSource;
use crate::diagnostic::{Diagnostic, RuleMeta, Severity};
use crate::knowledge::defender::{self, MAX_TITLE};
use crate::knowledge::limits;
use crate::kql::bind::Catalog;
use crate::order::Order as _;
use crate::source::Span;
use crate::yaml::{Node, to_json};

mod alert_of;

/// The tables and functions that queries can name.
#[derive(Clone, Copy)]
pub struct Catalogs<'c> {
    /// Those of the workspace.
    pub workspace: &'c dyn Catalog,
    /// The same as advanced hunting shows them.
    pub hunting: &'c dyn Catalog,
}

/// One conversion on its way.
struct Work<'a> {
    common: &'a Common<'a>,
    template: &'a Template<'a>,
    query: &'a Query<'a>,
    options: &'a Options,
    catalogs: Catalogs<'a>,
    notes: Vec<Diagnostic>,
}

/// Makes a detection of a template; the errors are reasons why there can be none.
pub fn from_template(
    content: &Content,
    options: &Options,
    catalogs: Catalogs<'_>,
) -> Result<Made, Vec<Diagnostic>> {
    from_template_with(content, &content.queries(), options, catalogs)
}

/// The same for who has the queries of the template already, and may know something of them.
pub fn from_template_with(
    content: &Content,
    queries: &[Query<'_>],
    options: &Options,
    catalogs: Catalogs<'_>,
) -> Result<Made, Vec<Diagnostic>> {
    if let Some(error) = content.document.errors.first() {
        let message = format!("The file is not valid YAML: {}", error.message);
        return Err(vec![INVALID_YAML.at(error.span, message).help("Run `sentlint check` for details.")]);
    }
    crate::convert::followed(content).map_err(|refusal| vec![*refusal])?;
    let Some(template) = content.template() else {
        let message = format!("This is {}, which cannot become a custom detection", content.kind.noun());
        let help = "Hunting queries, scheduled rules, NRT rules and custom detections can be converted.";
        return Err(vec![NO_COUNTERPART.at(Span::default(), message).help(help)]);
    };
    let common = template.common();
    let Some(query) = queries.first().filter(|query| !query.text.trim().is_empty()) else {
        let place = common.root.entries.first().map(|entry| entry.key.span).unwrap_or_default();
        let message = "There is no query, but a detection needs one";
        return Err(vec![VALUE_MISSING.at(place, message).help("Add `query:`.")]);
    };
    Work { common, template: &template, query, options, catalogs, notes: Vec::new() }.made()
}

impl<'a> Work<'a> {
    fn made(mut self) -> Result<Made, Vec<Diagnostic>> {
        let (id, name) = self.identity()?;
        let (adapted, mut mappings, minutes) = self.query()?;
        let draft = &adapted.draft;
        let mut text = draft.text.trim_end().to_owned();
        if minutes > 0 {
            text = self.triggered(text)?;
        }
        let prefix = self.options.name_prefix.as_deref().unwrap_or_default();
        let name = format!("{prefix}{name}");
        let (title, description) = self.texts(draft, &name);
        for (what, text) in [("name", &name), ("title", &title)] {
            let length = text.chars().count();
            if length > MAX_TITLE {
                let message =
                    format!("The {what} has {length} characters; a detection can have at most {MAX_TITLE}");
                return Err(vec![VALUE_REFUSED.at(self.place_of("name"), message).help("Shorten it.")]);
            }
        }
        let mut alert = Map::new();
        alert.insert("title".into(), json!(title));
        alert.insert("description".into(), json!(description));
        alert.insert("severity".into(), json!(self.severity()));
        let place = self.common.tactics.field.map_or(self.first_key(), |field| field.entry.key.span);
        let tactic = alert::tactic(
            &self.common.tactics,
            &self.common.techniques,
            self.options,
            place,
            &mut self.notes,
        );
        alert.extend(tactic.map(|tactic| ("tactics".to_owned(), tactic)));
        alert.insert("entityMappings".into(), mappings.value());
        let details = self.details(draft, &mut mappings);
        if !details.is_empty() {
            alert.insert("customDetails".into(), Value::Object(details));
        }
        self.grouping(&mut alert);
        self.notes.append(&mut mappings.notes);
        let status = if self.options.enabled == Some(true) { "enabled" } else { "disabled" };
        if self.options.enabled.is_none() {
            let message =
                "The detection is disabled: its first run looks at the last 30 days; `--enabled` enables it";
            self.note(&notes::STATUS_DERIVED, self.first_key(), message);
        }
        let mut schedule = Map::new();
        schedule.insert("frequency".into(), json!(schedule::iso(minutes)));
        if let Some(back) = self.options.lookback.filter(|_| minutes > 0) {
            schedule.insert("lookback".into(), json!(schedule::iso(back)));
        }
        let mut body = Map::new();
        body.insert("id".into(), json!(id));
        body.insert("displayName".into(), json!(name));
        body.insert("status".into(), json!(status));
        body.insert("queryCondition".into(), json!({"queryText": text}));
        body.insert("schedule".into(), Value::Object(schedule));
        body.insert("detectionAction".into(), json!({"alertTemplate": alert}));
        self.other_keys();
        let mut tables: Vec<String> = draft.model.tables.iter().map(|(name, _)| name.to_string()).collect();
        tables.sort_unstable();
        let provenance = self.provenance();
        let mut notes = std::mem::take(&mut self.notes);
        let key = |note: &Diagnostic| (note.span, note.severity, note.rule.note);
        notes.order_by(|a, b| (key(a), &a.message).cmp(&(key(b), &b.message)));
        notes.dedup_by(|a, b| (key(a), &a.message) == (key(b), &b.message));
        Ok(Made { body, notes, tables, provenance })
    }

    fn note(&mut self, code: &'static RuleMeta, span: Span, message: impl Into<String>) {
        self.notes.push(code.at(span, message));
    }

    fn first_key(&self) -> Span {
        self.common.root.entries.first().map(|entry| entry.key.span).unwrap_or_default()
    }

    fn place_of(&self, key: &str) -> Span {
        self.common.root.entry(key).map_or_else(|| self.first_key(), |entry| entry.key.span)
    }

    /// The id and the name.
    fn identity(&mut self) -> Result<(String, String), Vec<Diagnostic>> {
        let Some(name) = self.common.name.filter(|name| !name.value.trim().is_empty()) else {
            let missing = VALUE_MISSING.at(self.first_key(), "There is no name, but a detection needs one");
            return Err(vec![missing.help("Add `name:`.")]);
        };
        let own = self.common.id.map(|id| (id, id.value.trim().to_owned())).filter(|(_, id)| !id.is_empty());
        let id = match (self.options.id, own) {
            (IdSource::New, _) => format!("xdr-{}", Uuid::new_v4().hyphenated()),
            (IdSource::Keep, Some((text, id))) if !defender::is_id(&id) => {
                let message = format!("The service does not accept the id `{id}`");
                let help =
                    "An id is digits alone, or begins with a letter; `--id derived` puts `xdr-` before it.";
                return Err(vec![VALUE_REFUSED.at(text.span(), message).help(help)]);
            }
            (IdSource::Keep, Some((_, id))) => id,
            (IdSource::Derived, Some((text, id))) => {
                let derived = format!("xdr-{id}");
                if !defender::is_id(&derived) {
                    let message = format!("No id of a detection can be derived from `{id}`");
                    let help = "Fix the id, or give the detection a new one with `--id new`.";
                    return Err(vec![VALUE_REFUSED.at(text.span(), message).help(help)]);
                }
                derived
            }
            (_, None) => {
                let missing =
                    VALUE_MISSING.at(self.first_key(), "There is no id to derive the detection's id from");
                return Err(vec![
                    missing.help("Add `id:`, or give the detection a new one with `--id new`."),
                ]);
            }
        };
        Ok((id, name.value.trim().to_owned()))
    }

    fn schedule_of(&self) -> Option<&'a Schedule<'a>> {
        let template: &'a Template<'a> = self.template;
        template.schedule()
    }

    fn is_hunting(&self) -> bool {
        self.common.kind == Kind::HuntingQuery
    }

    /// The query as it will be, the mappings of entities, and the frequency in minutes.
    fn query(&mut self) -> Result<(Adapted<'a>, Mappings, u64), Vec<Diagnostic>> {
        let asks_for_it = self.options.frequency == Frequency::Continuous;
        let nrt = self.common.kind == Kind::NrtRule && self.options.frequency == Frequency::Auto;
        if asks_for_it || nrt {
            match self.continuous() {
                Ok((adapted, mappings)) => return Ok((adapted, mappings, 0)),
                Err(refused) if asks_for_it => return Err(vec![self.refusal(&refused)]),
                Err(refused) => {
                    let message = format!(
                        "The detection cannot run continuously, so it runs every hour: {}",
                        refused.message
                    );
                    let place = self.query.span(refused.place);
                    self.note(&notes::SCHEDULE_WIDENED, place, message);
                }
            }
        }
        let (draft, remarks, lookback) =
            adapt::prepared(self.query, &self.ask()).map_err(|refused| vec![self.refusal(&refused)])?;
        let dropped = remarks.iter().any(|remark| *remark.code == notes::WINDOW_DROPPED);
        let has_asset = |draft: &Draft<'a>, event: &Event| self.has_asset(draft, event);
        let mut adapted = adapt::adapted(&draft, remarks, lookback, &has_asset)
            .map_err(|refused| vec![self.refusal(&refused)])?;
        let is_defender = adapted.draft.model.tables.iter().any(|(name, _)| defender::is_defender(name));
        let minutes = |span: &Option<crate::content::model::TimeSpan<'_>>| {
            span.as_ref()
                .and_then(crate::content::model::TimeSpan::seconds)
                .map(|seconds| seconds.div_ceil(MINUTE))
        };
        let schedule = self.schedule_of();
        let asked = schedule::Asked {
            frequency: schedule.and_then(|schedule| minutes(&schedule.frequency)),
            period: match schedule {
                Some(schedule) => minutes(&schedule.period),
                None => adapted.lookback.map(|seconds| seconds.div_ceil(MINUTE)),
            },
        };
        let key = if schedule.is_some() { "queryFrequency" } else { "query" };
        let mut told = Vec::new();
        let frequency = schedule::frequency(asked, self.options, is_defender, self.place_of(key), &mut told)
            .map_err(|refused| vec![*refused])?;
        self.notes.append(&mut told);
        let back = self.options.lookback.unwrap_or_else(|| defender::lookback(frequency));
        let judged = adapt::has_threshold(&adapted.draft) || self.threshold() > 0;
        match asked.period {
            Some(period) if schedule.is_some() && judged && period < back => {
                if let Some((draft, remarks)) =
                    adapt::limited(&adapted.draft, &adapted.event, period * MINUTE)
                {
                    adapted.draft = draft;
                    adapted.remarks.extend(remarks);
                }
            }
            _ if dropped && judged => {
                let message = format!(
                    "A condition judges what the query groups, which is the {} of a run now instead of the hunting window",
                    schedule::short(back)
                );
                self.note(&notes::AGGREGATE_WINDOW, self.place_of("query"), message);
            }
            _ => {}
        }
        let mappings = self.mappings(&adapted.draft, &adapted.event);
        self.tell(&adapted, &mappings);
        Ok((adapted, mappings, frequency))
    }

    fn ask(&self) -> Ask<'a> {
        let drop_window = self.is_hunting() && !self.options.keep_window;
        Ask { workspace: self.catalogs.workspace, hunting: self.catalogs.hunting, drop_window, range: DAY }
    }

    /// The query that runs continuously.
    fn continuous(&mut self) -> Result<(Adapted<'a>, Mappings), Refused> {
        let ask = Ask { drop_window: true, ..self.ask() };
        let (draft, mut remarks, lookback) = adapt::prepared(self.query, &ask)?;
        let draft = continuous::shaped(draft, &mut remarks)?;
        if self.threshold() > 0 {
            return Err(Refused {
                code: &notes::CONTINUOUS_REFUSED,
                place: Span::default(),
                message: "A detection that runs continuously sees each event alone and cannot count them"
                    .to_owned(),
                help: "Use a frequency of 1h.".to_owned(),
            });
        }
        // What is in the way from the start is told before anything else.
        let blocked = |draft: &Draft<'_>| {
            continuous::in_the_way(draft).map(|obstacle| Refused {
                code: &notes::CONTINUOUS_REFUSED,
                place: draft.original(obstacle.span),
                message: obstacle.message,
                help: format!("{} `--frequency 1h` keeps the query as it is.", obstacle.help),
            })
        };
        if let Some(refused) = blocked(&draft) {
            return Err(refused);
        }
        let has_asset = |draft: &Draft<'a>, event: &Event| self.has_asset(draft, event);
        let adapted = adapt::adapted(&draft, remarks, lookback, &has_asset)?;
        if let Some(refused) = blocked(&adapted.draft) {
            return Err(refused);
        }
        for obstacle in continuous::doubtful(&adapted.draft) {
            let place = self.query.span(adapted.draft.original(obstacle.span));
            self.note(&notes::CONTINUOUS_DOUBTFUL, place, obstacle.message);
        }
        let mappings = self.mappings(&adapted.draft, &adapted.event);
        self.tell(&adapted, &mappings);
        Ok((adapted, mappings))
    }

    fn refusal(&self, refused: &Refused) -> Diagnostic {
        refused.code.at(self.query.span(refused.place), refused.message.clone()).help(refused.help.clone())
    }

    fn tell(&mut self, adapted: &Adapted<'_>, mappings: &Mappings) {
        for Remark { code, place, message } in &adapted.remarks {
            let place = self.query.span(*place);
            self.note(code, place, message.clone());
        }
        if self.common.entity_mappings.is_empty() {
            let Remark { code, message, .. } = entities::told(mappings, Span::default());
            self.note(code, self.place_of("query"), message);
        }
    }

    fn mappings(&self, draft: &Draft<'_>, event: &Event) -> Mappings {
        let own = &self.common.entity_mappings;
        let mut found = match own.is_empty() {
            true if self.options.derive_entities => entities::derived(draft),
            true => Mappings::default(),
            false => entities::of_rule(draft, own),
        };
        let addresses = is_without_assets(event);
        if self.options.derive_entities || !own.is_empty() {
            entities::with_device(&mut found, draft, event);
        }
        if !found.has_asset(addresses) && self.options.derive_entities {
            entities::with_assets(&mut found, draft);
        }
        found
    }

    fn has_asset(&self, draft: &Draft<'_>, event: &Event) -> bool {
        self.mappings(draft, event).has_asset(is_without_assets(event))
    }

    /// How many rows the trigger asks for beyond one.
    fn threshold(&self) -> u64 {
        let schedule = self.schedule_of();
        let text =
            schedule.and_then(|schedule| schedule.threshold).map(|text| text.value.trim().parse::<u64>());
        text.and_then(Result::ok).unwrap_or_default()
    }

    /// The query with the rule's trigger as a condition of its own, where it asks for more than any row.
    fn triggered(&mut self, text: String) -> Result<String, Vec<Diagnostic>> {
        let Some(schedule) = self.schedule_of() else { return Ok(text) };
        let operator = schedule.operator.map_or("gt", |operator| operator.value.trim());
        let known = limits::TRIGGER_OPERATORS.iter().find(|(short, long)| {
            short.eq_ignore_ascii_case(operator) || long.eq_ignore_ascii_case(operator)
        });
        let operator = known.map_or("gt", |(short, _)| *short);
        let threshold = self.threshold();
        let sign = match (operator, threshold) {
            ("gt", 0) => return Ok(text),
            ("gt", _) => ">",
            ("eq", 1..) => "==",
            _ => {
                let place = schedule.operator.map_or(self.first_key(), |operator| operator.span());
                let message = format!(
                    "The rule alerts if the number of rows is `{operator}` {threshold}, but without a row a detection raises \
                     no alert"
                );
                let help = "Return a row when something is wrong, with `triggerOperator: gt` and `triggerThreshold: 0`.";
                return Err(vec![VALUE_REFUSED.at(place, message).help(help)]);
            }
        };
        let parse = crate::kql::parse(&text);
        let Some(query) = parse.last_query() else { return Ok(text) };
        let (start, end) = (query.span.start as usize, query.span.end as usize);
        let name = if text.contains("matches") { "matchingRows" } else { "matches" };
        let (before, inner) = (&text[..start], &text[start..end]);
        let changed = format!(
            "{before}let {name} = materialize(\n{inner}\n);\n{name}\n| where toscalar({name} | count) {sign} {threshold}"
        );
        let place = schedule.threshold.map_or(self.first_key(), |text| text.span());
        let message = format!("The trigger ({operator} {threshold}) becomes a condition of the query");
        self.note(&notes::TRIGGER_REWRITTEN, place, message);
        Ok(changed)
    }

    fn provenance(&self) -> Provenance {
        let text = |text: Option<Text<'_>>| text.map(|text| text.value.trim().to_owned()).unwrap_or_default();
        let connectors = field(self.common.root, "requiredDataConnectors").map(|field| to_json(field.node()));
        let schedule = self.schedule_of();
        let spans = schedule.into_iter().flat_map(Schedule::durations);
        Provenance {
            platform: "Microsoft Sentinel",
            kind: if self.is_hunting() { "HuntingQuery" } else { "AnalyticsRule" },
            id: text(self.common.id),
            source_version: self.common.version.map(|version| version.value.trim().to_owned()),
            connectors: connectors.filter(|value| value.as_array().is_some_and(|list| !list.is_empty())),
            query: self.common.query.map(|query| query.value.to_owned()).unwrap_or_default(),
            schedule: spans.map(|(key, span)| (key, span.text.value.to_owned())).collect(),
            ..Provenance::default()
        }
    }
}

/// Whether no table of an event has a column with an asset, so that an address has to do.
fn is_without_assets(event: &Event) -> bool {
    event.sources.iter().all(|source| source.assets.is_empty())
}

/// Makes a detection of a bare query with a name, which its id is made of.
pub fn from_query(
    content: &Content,
    name: &str,
    options: &Options,
    catalogs: Catalogs<'_>,
) -> Result<Made, Vec<Diagnostic>> {
    let queries = content.queries();
    let Some(query) = queries.first().filter(|query| !query.text.trim().is_empty()) else {
        let message = "There is no query, but a detection needs one";
        return Err(vec![VALUE_MISSING.at(Span::default(), message).help("Write a query.")]);
    };
    // A template around it says what the query alone does not.
    let root = around(name, query.text);
    let made = content.with_root(Some(root));
    let Some(template) = Template::read(made.document.root.as_ref().unwrap_or(&EMPTY), Kind::HuntingQuery)
    else {
        return Err(vec![NO_COUNTERPART.at(Span::default(), "The query cannot be read")]);
    };
    let common = template.common();
    let options = Options { id: IdSource::Keep, ..options.clone() };
    let work = Work { common, template: &template, query, options: &options, catalogs, notes: Vec::new() };
    let mut made = work.made()?;
    made.notes.retain(|note| note.severity > Severity::Info || !note.span.is_empty());
    Ok(made)
}

static EMPTY: Node = Node {
    span: Span { start: 0, end: 0 },
    value: crate::yaml::Value::Alias(String::new()),
    anchor: None,
    tag: None,
};

/// The tree of a hunting query with a name and a query, whose places are all the beginning.
fn around(name: &str, query: &str) -> Node {
    use crate::yaml::{Entry, Mapping, Scalar, ScalarStyle, Value};
    let text = |text: &str| Node {
        span: Span::default(),
        value: Value::Scalar(Scalar {
            text: text.to_owned(),
            style: ScalarStyle::DoubleQuoted,
            indent: None,
            header: None,
            in_flow: false,
        }),
        anchor: None,
        tag: None,
    };
    let entry = |key: &str, value: &str| Entry { key: text(key), value: text(value), duplicate_of: None };
    let id = format!("detection-{}", kebab(name));
    let entries =
        vec![entry("id", &id), entry("name", name), entry("description", name), entry("query", query)];
    Node {
        span: Span::default(),
        value: Value::Mapping(Mapping::of(false, entries)),
        anchor: None,
        tag: None,
    }
}

/// A name in kebab case, short enough for an id.
pub(super) fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(defender::MAX_ID - "detection-".len());
    out.trim_matches('-').to_owned()
}
