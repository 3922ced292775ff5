//! A hunting query becomes an analytic rule: what the query says is kept, what a rule needs as well is worked out
//! from it, and what cannot be worked out is asked for, each question naming the option that answers it.

use uuid::Uuid;

use super::changes::Places;
use super::layout::{self, Field};
use super::notes::{self, INVALID_YAML, NO_COUNTERPART, VALUE_MISSING};
use crate::content::{Content, Duration, Kind, Query, Template, model::Common};
use crate::diagnostic::{Diagnostic, RuleMeta};
use crate::kql::bind::Catalog;
use crate::order::Order as _;
use crate::source::Span;
use crate::yaml::{Entry, Node};

mod derive;
mod entities;
mod mapping;
mod metadata;
mod query;
mod rename;
mod requirements;
#[cfg(test)]
mod tests;
mod window;

pub use derive::known_entities;
pub use query::Known;

/// The namespaces of the ids of rules, one for each kind, so that both kinds can be made of one query.
const SCHEDULED_IDS: Uuid = Uuid::from_u128(0x8a6e_0b1c_5f0d_4d5b_9a3e_2c7f_41d8_06e3);
const NRT_IDS: Uuid = Uuid::from_u128(0xc1f4_7d29_0e83_4b6a_b5d0_93ae_6f28_11b7);

/// Where the rule's id comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdSource {
    /// Made from the id of the hunting query, the same every time.
    #[default]
    Derived,
    /// The hunting query's own.
    Keep,
    /// A fresh one.
    New,
}

impl IdSource {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Derived, Self::Keep, Self::New];

    /// The name used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Derived => "derived",
            Self::Keep => "keep",
            Self::New => "new",
        }
    }
}

/// An answer to the question which tactic is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TacticAnswer {
    /// The value that it stands for; `None` for every value that is not a tactic, and for none at all.
    pub asked: Option<String>,
    /// The tactic.
    pub tactic: &'static str,
}

/// How a hunting query becomes a rule.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Options {
    /// What holds for every conversion.
    pub general: super::Options,
    /// An NRT rule instead of a scheduled one.
    pub nrt: bool,
    /// See [`IdSource`].
    pub id: IdSource,
    /// How often the rule runs.
    pub frequency: Option<Duration>,
    /// How far back it looks.
    pub period: Option<Duration>,
    /// How far back it may look at most, where the query looks back further.
    pub max_period: Option<Duration>,
    /// What stands for values that are not tactics.
    pub tactics: Vec<TacticAnswer>,
    /// Entities may be found by the names of columns that are well known.
    pub derive_entities: bool,
    /// Conditions that only limit the query to its hunting window are taken out.
    pub drop_window: bool,
    /// The reasons of all changes are written into the rule as comments.
    pub explain: bool,
    /// What a workspace does not have is converted all the same.
    pub unchecked: bool,
    /// What was corrected in the file before; it is reported with the rest.
    pub corrections: Vec<Diagnostic>,
}

/// A rule made of a hunting query.
#[derive(Clone, Debug)]
pub struct Promoted {
    /// The YAML.
    pub text: String,
    /// What there is to tell, by place.
    pub notes: Vec<Diagnostic>,
    /// Where its query comes from.
    places: Places,
}

impl Promoted {
    /// The place in the hunting query's file of a finding in the rule, whose file `rule` is; the query's key where it
    /// has none of its own. Only true without [`Options::explain`], whose comments stand in the rule alone.
    pub fn source(&self, content: &Content, rule: &Content, finding: &Diagnostic) -> Span {
        let queries = (content.queries(), rule.queries());
        if let (Some(was), Some(is)) = (queries.0.first(), queries.1.first())
            && let Some(span) = is.span_in_query(finding.span)
        {
            return was.span(self.places.original(span));
        }
        let root = content.root();
        let path = finding.yaml_path.as_deref().unwrap_or_default();
        let node = root.and_then(|root| root.pointer(path)).filter(|_| !path.is_empty());
        let key = path.split('/').nth(1).unwrap_or("query");
        let entry = || root.and_then(|root| root.entry(key).or_else(|| root.entry("query")));
        node.map(|node| node.span).or_else(|| Some(entry()?.key.span)).unwrap_or_default()
    }
}

/// One conversion on its way.
struct Work<'a> {
    common: &'a Common<'a>,
    query: &'a Query<'a>,
    known: &'a Known,
    options: &'a Options,
    catalog: &'a dyn Catalog,
    notes: Vec<Diagnostic>,
    questions: Vec<Diagnostic>,
    places: Places,
}

/// Makes a rule of a hunting query; the errors are questions, and reasons why there can be no such rule.
pub fn promote(
    content: &Content,
    options: &Options,
    catalog: &dyn Catalog,
) -> Result<Promoted, Vec<Diagnostic>> {
    promote_with(content, &content.queries(), &Known::default(), options, catalog)
}

/// The same for who has the queries already, and may know something of them; of one file there can be several rules.
pub fn promote_with(
    content: &Content,
    queries: &[Query<'_>],
    known: &Known,
    options: &Options,
    catalog: &dyn Catalog,
) -> Result<Promoted, Vec<Diagnostic>> {
    if let Some(error) = content.document.errors.first() {
        let message = format!("The file is not valid YAML: {}", error.message);
        return Err(vec![INVALID_YAML.at(error.span, message).help("Run `sentlint check` for details.")]);
    }
    super::followed(content).map_err(|refusal| vec![*refusal])?;
    let template = content.template();
    let Some(Template::HuntingQuery(hunting)) = &template else {
        let message =
            format!("This is {}; only hunting queries can be converted to rules", content.kind.noun());
        return Err(vec![NO_COUNTERPART.at(Span::default(), message).help("Give a hunting query.")]);
    };
    let common = &hunting.common;
    let Some(query) = queries.first().filter(|query| !query.text.trim().is_empty()) else {
        let place = common.root.entries.first().map(|entry| entry.key.span).unwrap_or_default();
        let message = "There is no query, but a rule needs one";
        return Err(vec![VALUE_MISSING.at(place, message).help("Add `query:`.")]);
    };
    let (notes, questions) = (Vec::new(), Vec::new());
    let places = Places::default();
    let mut work = Work { common, query, known, options, catalog, notes, questions, places };
    let mut fields = Vec::new();
    work.metadata(&mut fields);
    work.query_and_schedule(&mut fields);
    if !work.questions.is_empty() {
        notes::sort(&mut work.questions);
        return Err(work.questions);
    }
    if options.explain {
        explain_corrections(content, options, &mut fields);
    } else {
        for field in &mut fields {
            field.comments.clear();
        }
    }
    layout::sort(&mut fields);
    keep_suppressions(content, &mut fields);
    let (mut notes, places) = (work.notes, work.places);
    let mut corrections = options.corrections.clone();
    corrections.retain(|change| !notes.iter().any(|note| note.span == change.span));
    notes.append(&mut corrections);
    let key = |note: &Diagnostic| (note.span, note.severity, note.rule.note);
    notes.order_by(|a, b| (key(a), &a.message).cmp(&(key(b), &b.message)));
    notes.dedup_by(|a, b| (key(a), &a.message) == (key(b), &b.message));
    Ok(Promoted { text: layout::document(&fields), notes, places })
}

/// Writes what was corrected as comments before the keys that it is about.
fn explain_corrections(content: &Content, options: &Options, fields: &mut [Field]) {
    let root = content.root().and_then(Node::as_mapping);
    let entries = root.map(|root| root.entries.as_slice()).unwrap_or_default();
    for change in &options.corrections {
        let within = |entry: &&Entry| entry.key.span.cover(entry.value.span).contains(change.span);
        let key = entries.iter().find(within).and_then(|entry| entry.key.as_str()).unwrap_or_default();
        if let Some(field) = fields.iter_mut().find(|field| field.key.eq_ignore_ascii_case(key)) {
            field.comments.push(format!("{}.", change.message));
        }
    }
}

/// Suppressions that stand in the file hold for the rule too; those inside the query are a part of it.
fn keep_suppressions(content: &Content, fields: &mut [Field]) {
    let Some(root) = content.root().and_then(Node::as_mapping) else { return };
    for comment in &content.document.comments {
        let text = content.source.slice(comment.span).trim_start_matches('#').trim();
        if !text.starts_with("sentlint:") {
            continue;
        }
        let at = comment.span.start;
        // A comment at the margin is about the key that follows it, any other about the key that it stands in.
        let before_key = comment.own_line && content.source.position(at as usize).column == 1;
        let entry = if before_key {
            root.entries.iter().find(|entry| entry.key.span.start > at)
        } else {
            root.entries.iter().rfind(|entry| entry.key.span.start < at)
        };
        let key = entry.and_then(|entry| entry.key.as_str()).unwrap_or_default();
        let whole = text.contains("ignore-file");
        let field = fields.iter_mut().find(|field| whole || field.key.eq_ignore_ascii_case(key));
        if let Some(field) = field {
            let end = if whole { 0 } else { field.comments.len() };
            field.comments.insert(end, text.to_owned());
        }
    }
}

impl Work<'_> {
    fn note(&mut self, code: &'static RuleMeta, span: Span, message: impl Into<String>) {
        self.notes.push(code.at(span, message));
    }

    fn ask(
        &mut self,
        code: &'static RuleMeta,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.questions.push(code.at(span, message).help(help));
    }

    /// The place of the query's key, or of its text, for what concerns it as a whole.
    fn whole_query(&self) -> Span {
        self.common.root.entry("query").map_or_else(|| self.query.span(Span::at(0)), |entry| entry.key.span)
    }

    /// What the rule is called in sentences.
    fn target(&self) -> &'static str {
        if self.options.nrt { Kind::NrtRule.noun() } else { Kind::ScheduledRule.noun() }
    }
}
