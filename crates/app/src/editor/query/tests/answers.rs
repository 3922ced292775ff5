//! What is said of names, where they stand, and what changes of a query come to. `¦` marks the cursor, and a second one
//! the end of a selection.

use super::super::*;
use super::{asked, model, view};
use crate::kql::parse;

/// Asks at the mark.
fn at<R>(marked: &str, ask: impl FnOnce(&Asked<'_>, usize) -> R) -> R {
    let offset = marked.find('¦').expect("a mark");
    let text = marked.replacen('¦', "", 1);
    over(&text, |asked| ask(asked, offset))
}

fn over<R>(text: &str, ask: impl FnOnce(&Asked<'_>) -> R) -> R {
    let view = view();
    let parsed = parse(text);
    let model = model(text, &parsed, &view);
    let around = Around::default();
    ask(&asked(text, &parsed, &model, &view, &around))
}

#[track_caller]
fn told(marked: &str, words: &[&str]) {
    let found = at(marked, hover).map(|hover| hover.markdown).unwrap_or_default();
    for word in words {
        assert!(found.contains(word), "{word} is not in {found:?}");
    }
}

#[test]
fn a_hover_tells_name_type_and_origin() {
    told("SecurityEvent | where Event¦ID == 1", &["(column) EventID: int", "table `SecurityEvent`"]);
    told("let th¦reshold = 3; print threshold", &["(let) threshold: long = 3"]);
    told("let t = 1d; SecurityEvent | where TimeGenerated > ago(¦t)", &["(let) t: timespan = 1d"]);
    told("let T = SecurityEvent | project A = Account; ¦T", &["(table) T: table(A)", "`A`: string"]);
    told("Secu¦rityEvent", &["(table) SecurityEvent: table(", "Connectors:", "columns:"]);
    told("print toup¦per('a')", &["(function) toupper(", "): string"]);
    told("SecurityEvent | summarize N = ma¦x(EventID)", &["(function) max(", "): int"]);
    told("let f = (a: string, n: long) { print a, n }; ¦f('x', 1)", &["(function) f(a: string, n: long)"]);
    told("SecurityEvent | project-rename Who = Account | where W¦ho == ''", &["Renamed from `Account`"]);
    told("SecurityEvent | whe¦re EventID == 1", &["`where` keeps the rows"]);
    told("SecurityEvent | where Account h¦as 'a'", &["`has` has the word"]);
    told("SecurityEvent | join ki¦nd=inner (SigninLogs) on TimeGenerated", &["leftanti"]);
    told("_GetWatchlist('V¦IP')", &["(watchlist) VIP"]);
    assert_eq!(at("SecurityEvent ¦  | take 1", hover), None);
    assert_eq!(at("NoSuch¦Table", hover).map(|hover| hover.span), Some(Span::new(0, 11)));
}

/// The places that are related to the mark.
fn related(marked: &str) -> Vec<(u32, bool)> {
    at(marked, references).into_iter().map(|one| (one.span.start, one.declares)).collect()
}

#[test]
fn references_are_the_places_of_the_same_meaning() {
    assert_eq!(related("let ¦a = 1; print a, b = a"), [(4, true), (17, false), (24, false)]);
    // A column of the same name that another operator makes is another one.
    assert_eq!(related("print ¦A = 1 | extend B = A | project A = B"), [(6, true), (25, false)]);
    assert_eq!(related("print tostring(1), ¦tostring(2)"), [(6, false), (19, false)]);
    assert_eq!(related("SecurityEvent | take 1; Secu¦rityEvent"), [(0, false), (24, false)]);
    assert_eq!(
        related("let f = (x: long) { x + ¦x }; print x = f(1)"),
        [(9, true), (20, false), (24, false)]
    );
    // The key of a join is a column of both sides.
    let join = "print A = 1, B = 2 | join (print A = 3) on ¦A | project A";
    assert_eq!(related(join), [(6, true), (33, true), (43, false), (55, false)]);
    assert_eq!(related("¦"), []);
}

#[test]
fn definitions_are_found_in_the_query_and_outside() {
    let here = |marked: &str| at(marked, definition);
    assert_eq!(here("let a = 1; print ¦a"), [Target::Here(Span::new(4, 5))]);
    assert_eq!(here("print A = 1 | where ¦A == 1"), [Target::Here(Span::new(6, 7))]);
    let table = Target::Outside(Named::Table("SecurityEvent".into()));
    assert_eq!(here("¦SecurityEvent | take 1"), std::slice::from_ref(&table));
    assert_eq!(here("SecurityEvent | where ¦EventID == 1"), [table]);
    assert_eq!(here("_GetWatchlist('¦VIP')"), [Target::Outside(Named::Watchlist("VIP".into()))]);
    assert_eq!(
        here("union (print A = 1), (print A = 2) | where ¦A == 1"),
        [Target::Here(Span::new(13, 14)), Target::Here(Span::new(28, 29))]
    );
    assert_eq!(here("print 1¦"), []);
}

#[test]
fn the_places_of_what_is_outside_are_found() {
    over("union SecurityEvent, (SecurityEvent | take 1), SigninLogs", |asked| {
        assert_eq!(places_of(asked, &Named::Table("SecurityEvent".into())).len(), 2);
        assert_eq!(places_of(asked, &Named::Table("Other".into())), []);
        assert_eq!(named_at(asked, 8), Some((Span::new(6, 19), Named::Table("SecurityEvent".into()))));
    });
}

#[track_caller]
fn renamed(marked: &str, name: &str, wanted: &str) {
    let text = marked.replacen('¦', "", 1);
    let edits = at(marked, |asked, offset| rename(asked, offset, name)).expect("edits");
    assert_eq!(Edit::apply(&edits, &text).as_deref(), Some(wanted));
}

#[track_caller]
fn refused(marked: &str, name: &str, wanted: &str) {
    let error = at(marked, |asked, offset| rename(asked, offset, name)).expect_err("an error").to_string();
    assert!(error.contains(wanted), "{error}");
}

#[test]
fn names_of_the_query_get_another_name() {
    renamed("let ¦a = 1; print a", "limit", "let limit = 1; print limit");
    renamed("let a = 1; print ¦a", "two words", "let ['two words'] = 1; print ['two words']");
    renamed("print A = 1 | where ¦A > 0 | project A", "B", "print B = 1 | where B > 0 | project B");
    renamed("let f = (¦x: long) { x + 1 }; print f(2)", "y", "let f = (y: long) { y + 1 }; print f(2)");
    renamed("let ¦f = () { 1 }; print f()", "g", "let g = () { 1 }; print g()");
    renamed(
        "union (print A = 1), (print A = 2) | where ¦A == 1",
        "B",
        "union (print B = 1), (print B = 2) | where B == 1",
    );
    renamed("let ¦a = 1; print a", "a", "let a = 1; print a");
    assert_eq!(at("let a = 1; print ¦a", prepare_rename), Ok(Span::new(17, 18)));
}

#[test]
fn a_rename_that_changes_the_meaning_is_refused() {
    refused("let ¦a = 1; let b = 2; print a, b", "b", "`b`");
    refused("print A = 1, B = 2 | project ¦A, B", "B", "`B`");
    refused("let ¦limit = 3; print EventID = 1 | where EventID > limit", "EventID", "`EventID`");
    refused("¦SecurityEvent | take 1", "X", "is a table");
    refused("SecurityEvent | where ¦EventID == 1", "X", "column of the table `SecurityEvent`");
    refused("print ¦tostring(1)", "X", "belongs to the query language");
    refused("let ¦a = 1; print a", "", "cannot be empty");
    refused("let ¦a = 1; print a", "between", "is a keyword");
    refused("let ¦a = 1; print a", "it's", "cannot contain quotes");
    assert_eq!(at("print 1 ¦", prepare_rename), Err(RenameError::NoName));
}

#[test]
fn signatures_follow_the_arguments() {
    let shown = |marked: &str| {
        at(marked, signatures).map(|all| {
            let one = &all.all[all.active];
            let active = one.active.map(|at| one.label[one.params[at].label.clone()].to_owned());
            (one.label.clone(), active.unwrap_or_default())
        })
    };
    let (label, active) = shown("print split('a', ¦)").expect("a signature");
    assert!(label.starts_with("split(") && active == "delimiter", "{label} {active}");
    let (_, active) = shown("print iff(true, 1, ¦").expect("a signature");
    assert_eq!(active, "else");
    let (_, active) = shown("print strcat('a', 'b', 'c', ¦'d')").expect("a signature");
    assert!(!active.is_empty());
    let (label, active) =
        shown("let f = (a: string, n: long) { print m = n }; f('x', ¦)").expect("a signature");
    assert_eq!((&*label, &*active), ("f(a: string, n: long): table(m)", "n: long"));
    let (label, _) = shown("SecurityEvent | summarize make_set(¦").expect("a signature");
    assert!(label.starts_with("make_set("), "{label}");
    // Parentheses around a value, and an array, belong to the argument.
    let (label, active) = shown("print iff((¦true), 1, 2)").expect("a signature");
    assert!(label.starts_with("iff(") && active == "if", "{label} {active}");
    assert_eq!(shown("print 1 ¦"), None);
    assert_eq!(shown("T | where (a == ¦1)"), None);
}

#[test]
fn every_word_is_colored_by_its_meaning() {
    let text = "let t = 1d; // note\nSecurityEvent | where Account has 'a\\'b' and EventID in (1) | extend N = tostring(t)";
    let found = over(text, |asked| {
        tokens(asked).into_iter().map(|one| (text[one.span.range()].to_owned(), one.kind)).collect::<Vec<_>>()
    });
    let kind = |word: &str| found.iter().find(|(text, _)| text == word).map(|(_, kind)| *kind);
    for (word, wanted) in [
        ("let", TokenType::Keyword),
        ("t", TokenType::Variable),
        ("1d", TokenType::Number),
        ("// note", TokenType::Comment),
        ("SecurityEvent", TokenType::Table),
        ("where", TokenType::Keyword),
        ("Account", TokenType::Column),
        ("has", TokenType::Operator),
        ("'a\\'b'", TokenType::String),
        ("N", TokenType::Column),
        ("tostring", TokenType::Function),
    ] {
        assert_eq!(kind(word), Some(wanted), "{word}");
    }
}

#[test]
fn the_structure_is_told() {
    let text = "// one\n// two\nlet f = (a: string) {\n  let b = 1;\n  print a, b\n};\nlet T = SecurityEvent\n| take 1;\nT";
    over(text, |asked| {
        let folds: Vec<_> = folding(asked).into_iter().map(|fold| (fold.span.start, fold.kind)).collect();
        assert_eq!(folds[0], (0, FoldKind::Comment));
        assert!(folds.len() >= 4, "{folds:?}");
        let names = symbols(asked);
        assert_eq!(
            names.iter().map(|one| (&*one.name, one.kind)).collect::<Vec<_>>(),
            [("f", SymbolKind::Function), ("T", SymbolKind::Rows)]
        );
        assert_eq!(names[0].children[0].name, "b");
        assert_eq!(names[0].detail, "(a: string)");
    });
    let ranges = at("T | where A == ¦b and c", selection_ranges);
    let text = "T | where A == b and c";
    let shown: Vec<&str> = ranges.iter().map(|range| &text[range.range()]).collect();
    assert_eq!(shown, ["b", "A == b", "A == b and c", "where A == b and c", text]);
}

#[test]
fn hints_tell_types_and_columns() {
    let text = "let t = 1d;\nprint A = 1, B = 2\n| extend C = 3\n| project-away A\n| take 1";
    let hints = over(text, |asked| inlay_hints(asked, Span::new(0, text.len())));
    let shown: Vec<_> = hints.iter().map(|hint| &*hint.text).collect();
    assert_eq!(shown, [": timespan", "2 columns; new: A, B", "3 columns; new: C", "2 columns; 1 removed"]);
    assert_eq!(hints[3].tooltip.as_deref(), Some("B: long\nC: long"));
    assert_eq!(over(text, |asked| inlay_hints(asked, Span::new(0, 8))).len(), 1);
}

/// The text after the selection between two marks became a `let`.
fn extracted(marked: &str) -> Option<String> {
    let start = marked.find('¦').expect("a mark");
    let end = marked.rfind('¦').expect("a mark") - '¦'.len_utf8();
    let text = marked.replace('¦', "");
    let found = over(&text, |asked| extract_let(asked, Span::new(start, end)))?;
    Edit::apply(&found.edits, &text)
}

#[test]
fn an_expression_becomes_a_let() {
    assert_eq!(
        extracted("SecurityEvent\n| where TimeGenerated > ago(¦7d¦)").as_deref(),
        Some("let timeframe = 7d;\nSecurityEvent\n| where TimeGenerated > ago(timeframe)")
    );
    assert_eq!(
        extracted("let threshold = 1;\nprint a = threshold | where a > ¦ 5 ¦").as_deref(),
        Some("let threshold = 1;\nlet threshold_2 = 5;\nprint a = threshold | where a >  threshold_2 ")
    );
    assert_eq!(
        extracted("union ¦(print A = 1)¦, (print A = 2)").as_deref(),
        Some("let source_rows = print A = 1;\nunion source_rows, (print A = 2)")
    );
    assert_eq!(
        extracted("let f = (a: long) {\n  print b = a + ¦10¦\n};\nf(1)").as_deref(),
        Some("let f = (a: long) {\n  let threshold = 10;\n  print b = a + threshold\n};\nf(1)")
    );
    // A column has a value in a row alone; half an expression is none.
    assert_eq!(extracted("SecurityEvent | where ¦EventID¦ == 1"), None);
    assert_eq!(extracted("print 1 + ¦2, 3¦"), None);
    assert_eq!(extracted("let a = ¦1¦; print a"), None);
}

#[track_caller]
fn inlined(marked: &str, wanted: Option<&str>) {
    let text = marked.replacen('¦', "", 1);
    let edits = at(marked, inline_let);
    assert_eq!(edits.and_then(|edits| Edit::apply(&edits, &text)).as_deref(), wanted);
}

#[test]
fn a_let_is_put_in_its_places() {
    inlined("let ¦t = 1d;\nprint ago(t), now(t)", Some("print ago(1d), now(1d)"));
    inlined("let a = 1 + 2; print x = ¦a * 3", Some(" print x = (1 + 2) * 3"));
    inlined(
        "let T = print A = 1 | take 1;\n¦T | where A == 1",
        Some("(print A = 1 | take 1) | where A == 1"),
    );
    // The name in the value would be that of the column.
    inlined("let A = 5; let ¦b = A; print A = 1 | where A == b", None);
    inlined("let ¦f = () { 1 }; print f()", None);
    inlined("print ¦A = 1", None);
}
