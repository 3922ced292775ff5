//! Custom detections on their way back to analytic rules, for each target that takes them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustc_hash::FxHashMap;

use super::notes::refused_rule;
use super::{Answered, Run};
use crate::check::Job;
use crate::content::fields::Resources;
use crate::content::{Content, Kind};
use crate::convert::detection::Catalogs;
use crate::convert::detection::back::{Asked, Rule, Seen, to_rule};
use crate::convert::reverse::Yaml;
use crate::convert::{self, Refusal, Target, notes, promote};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::workspace::View;

/// The rules of a file's detections.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// The rules, in the order of the detections; the file name of each is the id of its detection.
    pub(super) items: Vec<Yaml>,
    /// What was changed, lost and refused.
    pub(super) notes: Vec<Diagnostic>,
    /// Whether a detection was refused.
    pub(super) failed: bool,
}

/// The rules that the detections of a file become; the error is why the file as a whole cannot be converted.
pub(super) fn rules(
    run: &Run<'_>,
    job: &Job,
    content: &Content,
    kind: Option<Kind>,
    promote: promote::Options,
) -> Result<Rules, Refusal> {
    if let Some(error) = content.document.errors.first() {
        let message = format!("The file cannot be read: {}", error.message);
        let refusal = notes::INVALID_YAML.at(error.span, message).help("Run `sentlint check` for details.");
        return Err(Box::new(refusal));
    }
    let workspace = Arc::clone(&run.work.config(job.location()).workspace);
    let view = View::new(vec![&workspace]);
    let catalogs = Catalogs { workspace: &view, hunting: view.hunting() };
    // A rule on its way to a template gets what the options say there; content in YAML is as its author wrote it.
    let general = match run.target {
        Target::Scheduled | Target::Nrt => run.options_for(job),
        _ => convert::Options::default(),
    };
    let asked = Asked { kind, promote: promote::Options { general, ..promote } };
    let (detections, queries) = (content.detections(), content.queries());
    // A list of many detections is looked at once.
    let by_place: FxHashMap<u32, _> =
        queries.iter().filter_map(|query| Some((query.node?.span.start, query))).collect();
    let mut found = Rules::default();
    for detection in &detections {
        let query = detection.query().and_then(|text| by_place.get(&text.node.span.start).copied());
        let seen = Seen { content, detection, query };
        let refusals = match to_rule(seen, &asked, catalogs) {
            Ok(rule) => match errors(run, job, seen, &rule) {
                None => {
                    found.notes.extend(rule.notes);
                    let place = detection.name().map_or(detection.body.span, |name| name.span());
                    let id = detection.id().map(|id| id.value.to_owned()).unwrap_or_default();
                    let file_name = if id.is_empty() { rule.id.clone() } else { file_name(&id) };
                    let (kind, id, text) = (rule.kind, rule.id, rule.text);
                    found.items.push(Yaml { kind, id, place, file_name, text });
                    continue;
                }
                Some(errors) => errors,
            },
            Err(refusals) => refusals,
        };
        found.failed = true;
        found.notes.extend(refusals);
    }
    if detections.is_empty() {
        found.failed = true;
        found.notes.push(notes::NOTHING_TO_CONVERT.at(Span::default(), "The file has no detections"));
    }
    // An automated action that no longer happens is never passed over.
    let silent = found.notes.iter().any(|note| *note.rule == notes::ACTION_LOST);
    run.attention.fetch_or(silent, Ordering::Relaxed);
    Ok(found)
}

/// An id as the name of a file.
fn file_name(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' }).collect()
}

/// What keeps the rule from being written: errors that a check of it finds, at the places that they come from.
fn errors(run: &Run<'_>, job: &Job, seen: Seen<'_>, rule: &Rule) -> Option<Vec<Diagnostic>> {
    if run.options.no_check {
        return None;
    }
    let mut over = job.clone();
    over.input.name = Path::new(&job.input.name).with_extension("yaml").to_string_lossy().into_owned();
    let over = over.with_text(rule.text.clone());
    let answered = Answered { kind: rule.kind, resources: Resources::RULE, changes: Vec::new() };
    let report = run.blocking(&over, &answered)?;
    let content = Content::read(Arc::clone(&report.source), "rule.yaml");
    let refusal = |error: &Diagnostic| {
        let help = "Change it in the detection.";
        refused_rule(rule.source(seen, &content, error), error, help)
    };
    Some(report.diagnostics.iter().map(refusal).collect())
}

/// Where each rule of a file belongs: in its place alone, or in a folder with the others.
pub(super) fn placed(path: PathBuf, items: &[Yaml]) -> Vec<PathBuf> {
    match items {
        [_] => vec![path],
        items => {
            let folder = path.with_extension("");
            items.iter().map(|item| folder.join(format!("{}.yaml", item.file_name))).collect()
        }
    }
}
