//! What crosses files: the summaries that files leave behind, and the rules that compare them.

use std::sync::Arc;

use super::file::{CheckedFile, as_gate};
use crate::content::{Content, Query};
use crate::rules::{self, RepositoryFile};
use crate::source::Span;
use crate::yaml::Node;

/// What the rules of the repository see of a file.
pub(super) fn summarise(content: &Content, queries: &[Query<'_>]) -> RepositoryFile {
    let root = content.root().and_then(Node::as_mapping);
    RepositoryFile {
        source: Arc::clone(&content.source),
        kind: content.kind,
        folder: content.folder,
        id: content.id().map(|id| (id.value.to_owned(), id.span())),
        query: queries.first().map(|query| (query.canonical(), query.first_line())),
        first_key: root.and_then(|map| map.entries.first()).map_or(Span::default(), |entry| entry.key.span),
    }
}

/// Runs the rules that compare files, with the settings of the first file that is reported.
pub(super) fn check(files: &mut [CheckedFile], summaries: &[RepositoryFile]) {
    let Some(first) = files.iter().find(|file| !file.silent).map(|file| Arc::clone(&file.settings)) else {
        return;
    };
    let mut found = Vec::new();
    for entry in rules::all() {
        if files.iter().any(|file| file.settings.enabled(entry.meta)) {
            entry.rule.check_repository(summaries, &first, &mut found);
        }
    }
    for (index, mut diagnostic) in found {
        let Some(file) = files.get_mut(index).filter(|file| file.settings.enabled(diagnostic.rule)) else {
            continue;
        };
        as_gate(&mut diagnostic, &file.settings);
        diagnostic.span = file.report.source.clamp(diagnostic.span);
        file.report.diagnostics.push(diagnostic);
    }
}
