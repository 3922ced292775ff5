//! SARIF 2.1.0, as GitHub's code scanning reads it.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Root, Style, text};
use crate::diagnostic::{Applicability, Diagnostic, RuleMeta, Severity};
use crate::findings::{FileReport, Findings};
use crate::order::Order as _;
use crate::source::{SourceFile, Span};

/// GitHub takes no more results of one run.
const MOST_RESULTS: usize = 25_000;
/// Longer descriptions are refused.
const LONGEST_DESCRIPTION: usize = 1024;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: String,
    short_description: Message,
    full_description: Message,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<&'static str>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn message(text: &str) -> Message {
    Message { text: text.to_owned() }
}

fn cut(text: &str) -> Message {
    let end = text.floor_char_boundary(LONGEST_DESCRIPTION);
    message(&text[..end])
}

/// `some-rule` as `SomeRule`
fn pascal(id: &str) -> String {
    id.split('-')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
        })
        .collect()
}

fn rule(meta: &'static RuleMeta) -> Rule {
    let page = meta.page();
    Rule {
        id: meta.id,
        name: pascal(meta.id),
        short_description: cut(&meta.summary()),
        full_description: cut(&meta.summary()),
        help: Help { text: page.clone(), markdown: page },
        help_uri: meta.url(),
        default_configuration: Configuration { level: level(meta.severity) },
        properties: Properties {
            tags: vec!["sentinel", meta.group.as_str()],
            precision: if meta.severity == Severity::Error { "very-high" } else { "high" },
            severity: match meta.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            },
        },
    }
}

fn artifact(source: &SourceFile, root: Option<&Root>) -> Value {
    let path = text::uri(&text::from_root(source.path(), root));
    // A path that leads out of the folder is not a reference relative to it.
    if path.starts_with('/') {
        json!({ "uri": format!("file://{path}") })
    } else if path.starts_with("../") {
        json!({ "uri": path })
    } else {
        json!({ "uri": path, "uriBaseId": "%SRCROOT%" })
    }
}

fn region(source: &SourceFile, span: Span) -> Value {
    let (start, end) = text::ends(source, span);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": span.start,
        "byteLength": span.len(),
    })
}

fn location(source: &SourceFile, span: Span, root: Option<&Root>) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(source, root), "region": region(source, span) } })
}

fn result(
    file: &FileReport,
    diagnostic: &Diagnostic,
    rules: &[&RuleMeta],
    fingerprint: &str,
    root: Option<&Root>,
) -> Value {
    let source = &file.source;
    let mut place = location(source, diagnostic.span, root);
    if let Some(path) = &diagnostic.yaml_path {
        let name = path.rsplit('/').next().unwrap_or_default();
        place["logicalLocations"] = json!([{ "name": name, "fullyQualifiedName": path }]);
    }
    let mut words = text::message(diagnostic);
    if let Some(help) = &diagnostic.help {
        words = format!("{words}. {help}");
    }
    let mut result = json!({
        "ruleId": diagnostic.rule.id,
        "level": level(diagnostic.severity),
        "message": { "text": words },
        "locations": [place],
        "partialFingerprints": { "sentlint/v1": fingerprint },
    });
    if let Some(index) = rules.iter().position(|meta| *meta == diagnostic.rule) {
        result["ruleIndex"] = json!(index);
    }
    let related: Vec<Value> = diagnostic
        .labels
        .iter()
        .enumerate()
        .map(|(id, label)| {
            let mut place = location(label.file.as_ref().unwrap_or(source), label.span, root);
            place["id"] = json!(id);
            place["message"] = json!({ "text": label.message });
            place
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    // Only what would be applied without asking: others would be applied by a click.
    if let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.applicability == Applicability::Safe) {
        let replacements: Vec<Value> = fix
            .edits()
            .iter()
            .map(|edit| {
                json!({ "deletedRegion": region(source, edit.span), "insertedContent": { "text": edit.text } })
            })
            .collect();
        result["fixes"] = json!([{
            "description": { "text": fix.title },
            "artifactChanges": [{ "artifactLocation": artifact(source, root), "replacements": replacements }],
        }]);
    }
    // What is known is marked and not left out, so that alerts do not close and open again.
    if let Some(suppressed) = &diagnostic.suppressed {
        let mut one = json!({ "kind": "inSource" });
        if !suppressed.reason.is_empty() {
            one["justification"] = json!(suppressed.reason);
        }
        result["suppressions"] = json!([one]);
    } else if diagnostic.baselined {
        result["suppressions"] = json!([{ "kind": "external" }]);
    }
    result
}

fn unreadable((path, reason): &(String, String), root: Option<&Root>) -> Value {
    let place = text::uri(&text::from_root(path, root));
    json!({
        "level": "error",
        "message": { "text": format!("{path} cannot be read: {reason}") },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": place } } }],
    })
}

pub(super) fn render(findings: &Findings, style: &Style) -> String {
    let root = style.root.as_ref();
    let compared = findings.iter().any(|(_, diagnostic)| diagnostic.baselined);
    let of_file = |file: &FileReport| {
        let mut fingerprints = text::Fingerprints::of(file);
        let of_finding = |diagnostic: &Diagnostic| {
            let fingerprint = fingerprints.next(diagnostic);
            let mut result = result(file, diagnostic, &findings.rules, &fingerprint, root);
            if compared {
                result["baselineState"] = json!(if diagnostic.baselined { "unchanged" } else { "new" });
            }
            (diagnostic.severity, result)
        };
        file.diagnostics.iter().map(of_finding).collect::<Vec<_>>()
    };
    let mut results: Vec<(Severity, Value)> = findings.by_file(of_file).into_iter().flatten().collect();
    let mut notifications: Vec<Value> =
        findings.unreadable.iter().map(|file| unreadable(file, root)).collect();
    if results.len() > MOST_RESULTS {
        let left = text::count(results.len() - MOST_RESULTS, "finding");
        notifications.push(json!({
            "level": "warning",
            "message": { "text": format!("{left} omitted: code scanning accepts at most {MOST_RESULTS} results per \
             run") },
        }));
        // The sort is stable: among equals the order of the report stays.
        results.order_by_key(|(severity, _)| std::cmp::Reverse(*severity));
        results.truncate(MOST_RESULTS);
    }
    let rules: Vec<Rule> = findings.rules.iter().map(|meta| rule(meta)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": crate::diagnostic::PROGRAM,
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "automationDetails": { "id": "sentlint/" },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": if root.is_some() { "The folder in \
             GITHUB_WORKSPACE." } else { "The folder in which sentlint was run." } } } },
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications }],
            "results": results.into_iter().map(|(_, result)| result).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}
