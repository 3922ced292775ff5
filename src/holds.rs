//! What is true of any file, whatever is in it: fixes keep their promise, and conversion keeps the query. The fuzz targets ask
//! the same.

use std::sync::Arc;

use serde_json::Value;

use crate::content::Content;
use crate::convert::promote::{self, promote};
use crate::convert::reverse::{NoContent, to_content};
use crate::convert::{ArmTemplate, Options, Prepared, bicep, prepare, prepared_to_resource};
use crate::source::{SourceFile, Span};
use crate::workspace::View;
use crate::yaml;

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
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    const FILES: [&str; 4] = [
        include_str!("../content/hunting/mremoteng-connection-fan-out.yaml"),
        include_str!("../content/hunting/remote-tool-domain-first-seen.yaml"),
        include_str!("../content/rules/remote-tool-mass-deployment.yaml"),
        include_str!("../content/rules/unattended-access-password.yaml"),
    ];

    /// A file of ours with some pieces taken out, doubled, moved or put in.
    fn damaged() -> impl Strategy<Value = String> {
        let piece = proptest::sample::select(vec![
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
        ]);
        let step = (any::<Index>(), 0_usize..60, piece, 0_u8..6);
        (proptest::sample::select(FILES.to_vec()), proptest::collection::vec(step, 0..5)).prop_map(
            |(text, steps)| {
                let mut text = text.to_owned();
                for (at, length, piece, kind) in steps {
                    let start = text.floor_char_boundary(at.index(text.len() + 1));
                    let end = text.floor_char_boundary((start + length).min(text.len()));
                    match kind {
                        0 => text.replace_range(start..end, ""),
                        1 => {
                            let copy = text[start..end].to_owned();
                            text.insert_str(start, &copy);
                        }
                        _ => text.insert_str(start, piece),
                    }
                }
                text
            },
        )
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
