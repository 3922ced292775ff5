//! The contract's JSON, version 1.

use serde_json::{Value, json};

use super::{Change, Found, Report};
use crate::source::SourceFile;

pub(super) fn render(report: &Report) -> String {
    let finding = |found: &Found| {
        json!({
            "rule": found.rule,
            "severity": found.severity.as_str(),
            "path": found.path,
            "line": found.place.0,
            "column": found.place.1,
            "message": found.message,
        })
    };
    let value = json!({
        "version": 1,
        "base": report.base,
        "changes": report.changes.iter().map(change).collect::<Vec<_>>(),
        "coverage": { "gained": report.gained, "lost": report.lost },
        "findings": {
            "new": report.new_findings.iter().map(finding).collect::<Vec<_>>(),
            "gone": report.gone_findings.iter().map(finding).collect::<Vec<_>>(),
        },
    });
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

fn change(change: &Change) -> Value {
    let source = change.source.as_deref();
    let what: Vec<Value> = change
        .what
        .iter()
        .map(|what| {
            let range = source.zip(what.range).map(|(source, span)| {
                let place = |offset: u32| place(source, offset);
                json!({ "start": place(span.start), "end": place(span.end) })
            });
            json!({ "aspect": what.aspect.as_str(), "old": what.old, "new": what.new, "range": range })
        })
        .collect();
    json!({
        "path": change.path,
        "old_path": change.old_path,
        "id": change.id,
        "name": change.name,
        "kind": change.kind,
        "change": change.became.as_str(),
        "what": what,
    })
}

fn place(source: &SourceFile, offset: u32) -> Value {
    let place = source.position(offset as usize);
    json!({ "offset": offset, "line": place.line, "column": place.column })
}
