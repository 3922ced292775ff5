//! What is true of any file, whatever is in it: fixes keep their promise, and conversion keeps the query. The fuzz targets ask
//! the same.

use std::sync::Arc;

use serde_json::Value;

use crate::check::{Fixes, Job, check, fix_all};
use crate::content::Content;
use crate::convert::promote::{self, promote};
use crate::convert::reverse::{NoContent, to_content};
use crate::convert::{ArmTemplate, Options, Prepared, bicep, prepare, prepared_to_resource};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::rules::{Profile, Settings};
use crate::source::{SourceFile, Span};
use crate::workspace::View;
use crate::yaml;

/// So many fixes of a file are tried alone.
const ALONE: usize = 16;

/// A text as a file to check: a query, unless it has a key that content has.
fn job(text: &str) -> Job {
    let is_content = text.lines().any(|line| line.starts_with("query:") || line.starts_with("id:"));
    Job::text(SourceFile::new(if is_content { "a.yaml" } else { "a.kql" }, text))
}

fn settings() -> Vec<Arc<Settings>> {
    vec![Arc::new(Settings { profile: Profile::Pedantic, ..Settings::default() })]
}

fn found(text: &str) -> Vec<Diagnostic> {
    let files = check(&[job(text)], &settings()).findings.files;
    files.into_iter().flat_map(|file| file.diagnostics).filter(Diagnostic::counts).collect()
}

/// How many errors there are in the YAML, in the syntax of queries, and in all.
fn errors(found: &[Diagnostic]) -> [usize; 3] {
    let count = |rule: &str| {
        let errors = found.iter().filter(|one| one.severity == Severity::Error);
        errors.filter(|one| rule.is_empty() || one.rule.id == rule).count()
    };
    [count("yaml-syntax"), count("kql-syntax"), count("")]
}

/// Panics unless there are no more errors than before. What a text hides that cannot be read is not known: repaired YAML may
/// show what is wrong with its query, and a repaired query may show what is wrong with its names.
fn read_no_worse(old: &[Diagnostic], new: &[Diagnostic], texts: (&str, &str)) {
    let (before, after) = (errors(old), errors(new));
    if after > before {
        let said: Vec<&str> = new.iter().map(|one| one.message.as_str()).collect();
        panic!("{before:?} errors, then {after:?}: {said:?}\n{}\n----\n{}", texts.0, texts.1);
    }
}

fn fixed(text: &str, least: Applicability) -> (String, Fixes) {
    let mut jobs = [job(text)];
    let (_, fixes) = fix_all(&mut jobs, &settings(), least);
    (jobs[0].text.as_ref().map(|source| source.text().to_owned()).unwrap_or_default(), fixes)
}

/// Panics unless each fix that is offered for a file removes its finding and adds no error, and all of them together leave a
/// file that reads no worse and has nothing left to fix.
pub(crate) fn fixes_hold(text: &str) {
    let before = found(text);
    let offered = |one: &Diagnostic| one.fix.as_ref().map(|fix| (fix.edits().to_vec(), one.clone()));
    for (edits, finding) in before.iter().filter_map(offered).take(ALONE) {
        let Some(after) = Edit::apply(&edits, text) else { panic!("{edits:?} overlap\n{text}") };
        let now = found(&after);
        let same = |one: &&Diagnostic| one.rule.id == finding.rule.id && one.message == finding.message;
        let (old, new) = (before.iter().filter(same).count(), now.iter().filter(same).count());
        assert!(new < old, "{} stays: {}\n{text}\n----\n{after}", finding.rule.id, finding.message);
        read_no_worse(&before, &now, (text, &after));
    }
    for least in [Applicability::Safe, Applicability::Unsafe] {
        let (after, fixes) = fixed(text, least);
        if after == text {
            continue;
        }
        read_no_worse(&before, &found(&after), (text, &after));
        if fixes.unfinished.is_empty() && fixes.stopped.is_empty() {
            assert_eq!(fixed(&after, least).0, after, "a second run fixes more of\n{text}");
        }
    }
}

/// A YAML file as content, in a folder that says nothing.
fn content(text: &str) -> Content {
    Content::read(Arc::new(SourceFile::new("a.yaml", text)), "/x/a.yaml")
}

fn query_of(content: &Content) -> Option<String> {
    content.queries().first().map(|query| query.text.to_owned())
}

/// A file that is ready to be converted, and its template, where it can be converted.
fn converted(text: &str) -> Option<(Prepared, String)> {
    let options = Options::default();
    let prepared = prepare(&content(text), &options.params, &View::new(Vec::new())).ok()?;
    let resource = prepared_to_resource(&prepared, &options).ok()?.resource;
    let resources = std::slice::from_ref(&resource);
    assert!(bicep(resources, None, false).contains("resource "), "{text}");
    Some((prepared, ArmTemplate::new(resources).to_json()))
}

/// What the resource manager makes of a string.
fn deployed(text: &str) -> &str {
    let expression = text.starts_with('[') && text.ends_with(']');
    if expression {
        text.strip_prefix("[[").map_or_else(|| panic!("{text} is evaluated"), |_| &text[1..])
    } else {
        text
    }
}

/// Panics unless a YAML file is refused, or becomes a template that parses, holds the query as it is, and makes the same
/// template again after the way back.
pub(crate) fn conversion_holds(text: &str) {
    if let Some((prepared, template)) = converted(text) {
        let parsed: Value =
            serde_json::from_str(&template).unwrap_or_else(|error| panic!("{error}\n{template}"));
        let query = parsed.pointer("/resources/0/properties/query").and_then(Value::as_str);
        assert_eq!(query.map(deployed), query_of(&prepared.content).as_deref(), "{text}");

        let back = to_content(&SourceFile::new("a.json", template.as_str())).unwrap_or_default();
        assert!(back.failures.is_empty(), "{:?}\n{template}", back.failures);
        let yaml = back.items.first().map(|item| item.text.as_str()).unwrap_or_default();
        assert_eq!(converted(yaml).map(|(_, again)| again).as_deref(), Some(template.as_str()), "{yaml}");
    }
    for nrt in [false, true] {
        let options = promote::Options {
            nrt,
            derive_entities: true,
            drop_window: nrt,
            explain: nrt,
            ..Default::default()
        };
        let hunting = content(text);
        let Ok(rule) = promote(&hunting, &options, &View::new(Vec::new())) else { continue };
        let made = content(&rule.text);
        assert!(made.document.errors.is_empty(), "{:?}\n{}", made.document.errors, rule.text);
        let errors = |content: &Content| {
            let queries = content.queries();
            queries.first().map(|query| query.parse().errors.len())
        };
        assert!(made.kind.is_rule() && errors(&made).is_some(), "{}", rule.text);
        assert!(errors(&made) <= errors(&hunting), "{text}\n{}", rule.text);
    }
}

/// Panics unless a JSON file is refused, or read as YAML that parses; either way with places that lie in the file.
pub(crate) fn way_back_holds(text: &str) {
    let file = SourceFile::new("a.json", text);
    let inside = |span: Span| assert_eq!(file.clamp(span), span, "{text}");
    match to_content(&file) {
        Ok(read) => {
            read.notes.iter().for_each(|note| inside(note.span));
            read.failures.iter().for_each(|failure| inside(failure.span));
            for item in &read.items {
                let errors = yaml::parse(&SourceFile::new("a.yaml", item.text.as_str())).errors;
                assert!(errors.is_empty(), "{errors:?}\n{}", item.text);
            }
        }
        Err(NoContent::Broken(failure) | NoContent::NoTemplate(failure) | NoContent::Empty(failure)) => {
            inside(failure.span);
        }
    }
}

#[cfg(test)]
mod round_trip;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    const FILES: [&str; 4] = [
        include_str!("../../../content/hunting/mremoteng-connection-fan-out.yaml"),
        include_str!("../../../content/hunting/remote-tool-domain-first-seen.yaml"),
        include_str!("../../../content/rules/remote-tool-mass-deployment.yaml"),
        include_str!("../../../content/rules/unattended-access-password.yaml"),
    ];

    const PIECES: &[&str] = &[
        "\t",
        "\r\n",
        "\n",
        "\n\n",
        "'",
        "\"",
        "[",
        "]",
        "{",
        "}",
        "|",
        ": ",
        " #",
        "  ",
        "&a ",
        "*a",
        "\u{feff}",
        "\u{202e}",
        "é",
        "%%X%%",
        "{{X}}",
        "P1D",
        "1h",
        "tactics:\n  - Impact\n",
        "kind: Scheduled\n",
        "query: T\n",
        "| where x == 1\n",
        "| project-away TimeGenerated\n",
        "Timestamp",
        "TimeGenerated",
        "union *\n",
        "let x = ",
        ";",
        "(",
        ")",
        ",",
        "//",
    ];

    /// A file of ours with some damage.
    fn damaged() -> impl Strategy<Value = String> {
        crate::seeded::damaged(FILES.map(str::to_owned).to_vec(), PIECES, 0..5, 60)
    }

    /// What a fuzzer has found, by target.
    #[test]
    fn what_was_found_once_stays_right() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/regressions");
        for (target, holds) in [
            ("kql", crate::kql::holds::holds as fn(&str)),
            ("check", |text| drop(found(text))),
            ("fix", fixes_hold),
            ("convert", |text| {
                if text.trim_start().starts_with('{') { way_back_holds(text) } else { conversion_holds(text) }
            }),
        ] {
            for file in std::fs::read_dir(folder.join(target)).into_iter().flatten() {
                holds(&String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()));
            }
        }
    }

    proptest! {
        #![proptest_config(crate::seeded::cases(64))]

        #[test]
        fn fixes_hold_for_any_file(text in damaged()) {
            fixes_hold(&text);
        }
    }

    proptest! {
        #![proptest_config(crate::seeded::cases(256))]

        #[test]
        fn conversion_holds_for_any_file(text in damaged()) {
            conversion_holds(&text);
        }

        #[test]
        fn the_way_back_holds_for_any_template(text in damaged(), at in any::<Index>(), piece in "[\\[\\]{}\",:a0\u{e9}]{1,3}") {
            let Some((_, mut template)) = converted(&text) else { return Ok(()) };
            let at = template.floor_char_boundary(at.index(template.len() + 1));
            template.insert_str(at, &piece);
            way_back_holds(&template);
            template.truncate(at);
            way_back_holds(&template);
        }
    }
}
