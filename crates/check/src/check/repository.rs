//! What crosses files: the summaries that files leave after, and the rules that compare them.

use std::sync::Arc;

use super::{CheckedFile, set_severity};
use crate::content::model::Text;
use crate::content::{Content, Form, Query};
use crate::rules::{self, DetectionName, MadeFrom, RepositoryFile, Settings, gates};
use crate::source::Span;
use crate::yaml::Node;

/// What the rules of the repository see of a file.
pub(super) fn summarise(content: &Content, queries: &[Query<'_>]) -> RepositoryFile {
    let root = content.root().and_then(Node::as_mapping);
    let detections = content.detections().into_iter().flat_map(|detection| {
        let title = detection.text("detectionAction.alertTemplate.title");
        let names = [("display name", detection.name()), ("title", title)];
        names.into_iter().filter_map(|(what, text)| {
            let text = text.filter(|text| !text.value.trim().is_empty())?;
            Some(DetectionName { what, text: text.value.trim().to_owned(), span: text.span() })
        })
    });
    RepositoryFile {
        detections: detections.collect(),
        made_from: made_from(content),
        source: Arc::clone(&content.source),
        kind: content.kind,
        folder: content.folder,
        id: content.id().map(|id| (id.value.to_owned(), id.span())),
        query: queries.first().and_then(|query| Some((query.fingerprint()?, query.first_line()))),
        first_key: root.and_then(|map| map.entries.first()).map_or(Span::default(), |entry| entry.key.span),
    }
}

/// The same under settings, of a file that has been read with its keys as they are meant; `None` where it is not content.
pub fn summary_under(content: &Content, place: &str, settings: &Settings) -> Option<RepositoryFile> {
    let summary =
        |content: &Content| content.looks_like_content().then(|| summarise(content, &content.queries()));
    if settings.profile.runs_gates() {
        return summary(&Content::as_written(Arc::clone(&content.source), place));
    }
    summary(content)
}

/// The source that a custom detection says it was made from.
fn made_from(content: &Content) -> Option<MadeFrom> {
    let root = content.root().filter(|_| content.form() == Some(Form::Yaml))?;
    let source = root.get("contentProvenance")?.get("source")?;
    let (id, sum) = (Text::of(source.get("id")?)?, Text::of(source.get("querySha256")?)?);
    Some(MadeFrom { id: id.value.trim().to_owned(), sha256: sum.value.trim().to_owned(), span: sum.span() })
}

/// Runs the rules that compare files, with the settings of the first file that is reported.
pub(super) fn check(files: &mut [CheckedFile], summaries: &[RepositoryFile]) {
    let Some(first) = files.iter().find(|file| !file.silent).map(|file| Arc::clone(&file.settings)) else {
        return;
    };
    let mut by_rules = Vec::new();
    let has_rule = |file: &CheckedFile, entry: &rules::Entry| {
        !file.settings.profile.runs_gates() && file.settings.enabled(entry.meta)
    };
    for entry in rules::all().filter(|entry| files.iter().any(|file| has_rule(file, entry))) {
        entry.rule.check_repository(summaries, &first, &mut by_rules);
    }
    let mut by_gates = Vec::new();
    if files.iter().any(|file| file.settings.profile.runs_gates()) {
        gates::check_repository(summaries, &mut by_gates);
    }
    // The profile may differ from folder to folder: each file has the findings of its own.
    for (found, of_gates) in [(by_rules, false), (by_gates, true)] {
        for (index, mut diagnostic) in found {
            let Some(file) = files.get_mut(index) else { continue };
            let settings = &file.settings;
            if settings.profile.runs_gates() != of_gates || !settings.enabled(diagnostic.rule) {
                continue;
            }
            if !of_gates {
                set_severity(&mut diagnostic, settings);
            }
            diagnostic.span = file.report.source.clamp(diagnostic.span);
            file.report.diagnostics.push(diagnostic);
        }
    }
}
