//! Half-written queries: every function answers at every cut, and what it answers lies in the text.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::super::*;
use super::{asked, model, view};
use crate::content::Content;
use crate::kql::parse;
use crate::source::SourceFile;
use crate::workspace::View;

/// The queries of content/.
fn queries() -> &'static [String] {
    static QUERIES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut queries = Vec::new();
        for entry in
            walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../content")).sort_by_file_name()
        {
            let path = entry.unwrap().into_path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let source = SourceFile::new(path.to_string_lossy().replace('\\', "/"), text);
            let name = source.path().to_owned();
            let content = Content::read(Arc::new(source), &name);
            queries.extend(content.queries().iter().map(|query| query.text.to_owned()));
        }
        queries
    });
    &QUERIES
}

fn within(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
}

/// Asks everything at one place.
fn ask(view: &View<'_>, text: &str, offset: usize) {
    let parsed = parse(text);
    let model = model(text, &parsed, view);
    let around = Around { tables: vec![Arc::from("SecurityEvent")], seen: Arc::default() };
    let asked = asked(text, &parsed, &model, view, &around);
    let found = completions(&asked, offset);
    let mut labels = std::collections::BTreeSet::new();
    for item in &found.items {
        within(text, item.replaces);
        assert!(labels.insert(&*item.label), "{} twice in {text:?} at {offset}", item.label);
        assert!(!item.insert.is_empty() && !item.insert.contains('\n'), "{item:?}");
    }
    for item in found.items.iter().take(5) {
        documentation(item.kind, &item.label);
    }
    if let Some(hover) = hover(&asked, offset) {
        within(text, hover.span);
    }
    for signature in signatures(&asked, offset).into_iter().flat_map(|all| all.all) {
        for param in &signature.params {
            assert!(signature.label.get(param.label.clone()).is_some(), "{signature:?}");
        }
        assert!(signature.active.is_none_or(|active| active < signature.params.len()), "{signature:?}");
    }
    for target in definition(&asked, offset) {
        if let Target::Here(span) = target {
            within(text, span);
        }
    }
    let places = references(&asked, offset);
    assert!(places.is_sorted_by_key(|place| place.span), "{places:?} in {text:?}");
    for place in &places {
        within(text, place.span);
    }
    if let Ok(span) = prepare_rename(&asked, offset) {
        within(text, span);
        if let Ok(edits) = rename(&asked, offset, "NewName") {
            assert!(Edit::apply(&edits, text).is_some(), "{edits:?} of {text:?}");
        }
    }
    let ranges = selection_ranges(&asked, offset);
    assert!(ranges.windows(2).all(|pair| pair[1].contains(pair[0]) && pair[0] != pair[1]), "{ranges:?}");
    for range in &ranges {
        within(text, *range);
    }
    let extracted = ranges.first().and_then(|range| extract_let(&asked, *range));
    for edits in extracted.map(|one| one.edits).into_iter().chain(inline_let(&asked, offset)) {
        assert!(Edit::apply(&edits, text).is_some(), "{edits:?} of {text:?}");
    }
    if let Some((span, named)) = named_at(&asked, offset) {
        assert!(places_of(&asked, &named).contains(&span), "{named:?} in {text:?}");
    }
}

/// Asks what does not depend on a place.
fn ask_all(view: &View<'_>, text: &str) {
    let parsed = parse(text);
    let model = model(text, &parsed, view);
    let around = Around::default();
    let asked = asked(text, &parsed, &model, view, &around);
    let mut before = 0;
    for token in tokens(&asked) {
        within(text, token.span);
        assert!(before <= token.span.start && !token.span.is_empty(), "{token:?} in {text:?}");
        assert!(!text[token.span.range()].contains('\n'), "{token:?} in {text:?}");
        before = token.span.end;
    }
    for fold in folding(&asked) {
        within(text, fold.span);
        assert!(text[fold.span.range()].contains('\n'), "{fold:?} in {text:?}");
    }
    for hint in inlay_hints(&asked, Span::new(0, text.len())) {
        assert!(text.is_char_boundary(hint.offset), "{hint:?} in {text:?}");
    }
    for symbol in symbols(&asked) {
        assert!(symbol.span.contains(symbol.name_span), "{symbol:?} in {text:?}");
        within(text, symbol.span);
    }
    let mut seen = Seen::default();
    seen.add(text, &parsed, &model);
}

proptest! {
    #![proptest_config(crate::seeded::cases(192))]

    #[test]
    fn every_question_is_answered_at_every_cut(
        query in any::<proptest::sample::Index>(),
        cut in any::<proptest::sample::Index>(),
        resumed in any::<proptest::sample::Index>(),
        inserted in prop_oneof![".{0,3}", "[a-z| (\"',.=]{0,4}"],
    ) {
        let (view, text) = (view(), query.get(queries()));
        let place = |index: proptest::sample::Index| text.floor_char_boundary(index.index(text.len() + 1));
        let (cut, resumed) = (place(cut), place(resumed));
        let whole = format!("{}{inserted}{}", &text[..cut], &text[cut..]);
        ask(&view, &text[..cut], cut);
        ask(&view, &whole, cut + inserted.len());
        ask(&view, &format!("{}{inserted}{}", &text[..cut], &text[resumed.max(cut)..]), cut);
        // Offsets beyond the text, and inside a character, are taken back.
        ask(&view, &text[..cut], cut + 7);
        ask_all(&view, &whole);
        ask_all(&view, &text[..cut]);
    }
}

#[test]
fn questions_are_answered_in_texts_of_the_worst_kind() {
    let view = view();
    for text in [
        "",
        "\u{feff}",
        "é",
        "T | where é == 'é\u{1F600}' | extend \u{1F600}",
        "let a = ",
        "let",
        "T | join kind=",
        "'",
        "T | where x == \"a\nb",
        "let f = (a:string, ",
        "T | extend (a, ",
        "dynamic({\"a\": ",
        "// only a comment",
        "externaldata(a: string)['x'] with (",
    ] {
        for offset in 0..=text.len() {
            ask(&view, text, offset);
        }
        ask_all(&view, text);
    }
    for text in [
        "let a = 1;\n".repeat(1_500),
        "T | extend b = 1\n".repeat(1_000),
        format!("T | where a in ({})", "'x', ".repeat(10_000)),
        "union T, ".repeat(2_000),
        "| where a == 1 and b has 'x' ".repeat(1_000),
        "(".repeat(3_000),
        "a.".repeat(3_000),
        "f(x, ".repeat(2_000),
        "T | where a in (".repeat(500),
    ] {
        ask(&view, &text, text.len());
        ask_all(&view, &text);
    }
}
