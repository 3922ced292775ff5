//! The official analyzer's answers, where the shared data is at hand.

use serde_json::Value;

use super::rows;
use crate::kql::{TokenKind, parse, tokenize};

/// The official name of a kind of token.
fn official(kind: TokenKind) -> String {
    use TokenKind as T;
    match kind {
        T::ThreeDChart => "_3DChartKeyword".into(),
        T::ContainsCsUnderscore => "Contains_CsKeyword".into(),
        T::ExternalDataUnderscore => "External_DataKeyword".into(),
        T::WithSourceUnderscore => "With_SourceKeyword".into(),
        T::Pipe => "BarToken".into(),
        T::BinLegacy | T::HintDotNumPartitions => format!("{kind:?}"),
        kind if kind.is_keyword() => format!("{kind:?}Keyword"),
        kind => format!("{kind:?}Token"),
    }
}

/// From bytes to UTF-16 units, in which the official analyzer counts.
fn units(text: &str) -> impl Fn(u32) -> u64 + use<> {
    let mut table = vec![0_u64; text.len() + 1];
    let mut unit = 0;
    for (at, c) in text.char_indices() {
        table[at..at + c.len_utf8()].fill(unit);
        unit += c.len_utf16() as u64;
    }
    table[text.len()] = unit;
    move |byte| table[byte as usize]
}

#[test]
fn tokens_are_those_of_the_official_lexer() {
    let Some(rows) = rows("tokens.jsonl") else { return };
    let mut wrong = Vec::new();
    for row in &rows {
        let text = row["query"].as_str().unwrap();
        let at = units(text);
        let mut found: Vec<(String, u64, u64)> = tokenize(text)
            .0
            .iter()
            .map(|token| (official(token.kind), at(token.span.start), at(token.span.end)))
            .collect();
        let expected: Vec<(String, u64, u64)> = row["tokens"]
            .as_array()
            .unwrap()
            .iter()
            .map(|token| {
                (
                    token[0].as_str().unwrap().to_owned(),
                    token[1].as_u64().unwrap(),
                    token[2].as_u64().unwrap(),
                )
            })
            .collect();
        // The official lexer leaves the end out where nothing stands before it.
        if expected.last().is_none_or(|token| token.0 != "EndOfTextToken") {
            found.pop();
        }
        if found != expected {
            let first = found.iter().zip(&expected).find(|(a, b)| a != b);
            wrong.push(format!("{}: {first:?}", row["id"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn parsing_says_yes_and_no_as_the_official_parser_does() {
    for name in ["queries.jsonl", "mutants.jsonl", "probes.jsonl"] {
        let Some(rows) = rows(name) else { return };
        let (mut wrong, mut count) = (Vec::new(), 0);
        for row in rows.iter().filter(|row| row["params"].is_null()) {
            count += 1;
            let text = row["query"].as_str().unwrap();
            let refused = match &row["syntax"] {
                Value::Array(errors) => !errors.is_empty(),
                verdict => !verdict["ok"].as_bool().unwrap(),
            };
            let parsed = parse(text);
            if parsed.errors.is_empty() == refused {
                let first = parsed.errors.first().map(|error| (error.span, error.message.clone()));
                wrong.push(format!("{} {first:?} {}", row["id"], row["syntax"]));
            }
        }
        assert!(count > 100, "{name}: {count} queries without parameters");
        // Ninety-nine in a hundred must agree; all of the stored ones do, except for what a new version may bring.
        assert!(
            wrong.len() * 100 <= count,
            "{name}: {} of {count} differ:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }
}
