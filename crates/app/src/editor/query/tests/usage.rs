//! How often published queries use what: counted anew where that is asked for.
//!
//! `UPDATE_USAGE=1 SENTLINT_SHARED=DIR cargo test --lib usage::count` writes `xtask/facts/usage.txt`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::super::Seen;
use super::{json_lines, shared, view};
use crate::knowledge::usage::Use;
use crate::kql::bind::bind_at;
use crate::kql::model::Level;
use crate::kql::{builtins, parse, tokenize};

/// In how many queries a word has to be, and how many words a list keeps.
fn limits(kind: Use, context: &str) -> (u32, usize) {
    match kind {
        Use::Function if context.is_empty() => (2, 400),
        Use::Operator | Use::Class | Use::Function => (3, 40),
        Use::Column if context.is_empty() => (3, 600),
        Use::Column => (2, 40),
        Use::Placed => (4, 60),
        Use::Table => (2, 1_500),
        Use::Name => (5, 400),
        Use::Value => (3, 25),
        Use::Comparison => (3, 10),
        Use::Member if context.is_empty() => (4, 300),
        Use::Member => (2, 25),
        Use::Made => (3, 5),
    }
}

/// Whether a context is that of the language, and not the name of somebody's function.
fn is_place(context: &str) -> bool {
    const PLACES: [&str; 12] = [
        "",
        "by",
        "on",
        "rows",
        "let",
        "compare",
        "arithmetic",
        "in",
        "between",
        "element",
        "statement",
        "first statement",
    ];
    PLACES.contains(&context)
        || context.ends_with('=')
        || builtins::function(context).is_some()
        || builtins::aggregate(context).is_some()
        || builtins::plugin(context).is_some()
        || tokenize(context).0.first().is_some_and(|token| token.kind.is_keyword())
}

/// Whether a literal is a word or two, as the values are that a column takes again and again.
fn is_plain_value(literal: &str) -> bool {
    let inside = literal.trim_start_matches('@').trim_matches(['"', '\'']);
    inside.chars().all(|c| c.is_ascii_alphanumeric() || " _-.".contains(c)) && inside.split(' ').count() < 4
}

#[test]
fn count() {
    let Some(shared) = shared().filter(|_| std::env::var_os("UPDATE_USAGE").is_some()) else { return };
    // Queries that questions are asked of are left out, so that the answers are not among the facts.
    let asked: BTreeSet<String> = json_lines(&shared.join("editor/questions.jsonl"))
        .iter()
        .filter_map(|question| {
            Some(question["id"].as_str()?.trim_end_matches(char::is_alphabetic).to_owned())
        })
        .collect();
    let (view, mut seen, mut known) = (view(), Seen::default(), BTreeSet::new());
    for query in json_lines(&shared.join("kql/queries.jsonl")) {
        let text = query["query"].as_str().expect("a query");
        let words: String = text.split_whitespace().collect();
        if asked.contains(query["id"].as_str().expect("an id")) || !known.insert(words) || text.len() > 60_000
        {
            continue;
        }
        let parsed = parse(text);
        seen.add(text, &parsed, &bind_at(Level::Full, text, &parsed, &view, &[]));
    }
    let mut out = format!(
        "# How often published queries use which words where, see crates/content/src/knowledge/usage.rs for the kinds of lists.\n\
         # Counted by `UPDATE_USAGE=1 cargo test --lib usage::count` in {} queries.\n\
         # Source: Azure/Azure-Sentinel and repositories of its community, 2022 to 2026: names and figures\n",
        known.len()
    );
    for (kind, context, words) in seen.lists() {
        let (least, most) = limits(kind, context);
        if matches!(kind, Use::Function | Use::Class | Use::Placed) && !is_place(context) {
            continue;
        }
        let fits = |word: &str| kind != Use::Value || is_plain_value(word);
        let kept: Vec<_> =
            words.into_iter().filter(|(word, count)| *count >= least && fits(word)).take(most).collect();
        if kept.is_empty() {
            continue;
        }
        let _ = write!(out, "{}\t{context}", kind.letter());
        for (word, count) in kept {
            let _ = write!(out, "\t{word}\t{count}");
        }
        out.push('\n');
    }
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    std::fs::write(root.join("xtask/facts/usage.txt"), &out).expect("a file of facts");
}
