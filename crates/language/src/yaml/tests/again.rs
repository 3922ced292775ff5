//! What is read again after edits is what reading the whole text gives.

use super::*;
use crate::yaml::reread;
use proptest::prelude::*;

const GOOD: &str = "# head\nid: 0f1e2d3c\nname: \"A \\\"name\\\"\"\ndescription: |\n  Looks for é things\n   at night.\n\nrequiredDataConnectors:\n  - connectorId: X\n    dataTypes:\n      - T\n  - {connectorId: Y, dataTypes: [A, 'B''s']}\ntactics: [Execution, Impact]\n# note\nquery: |+\n  T\n  | where a == 'b: c'\n\n  | project a\n\nversion: 1.0.0\nentityMappings:\n- entityType: Host\n  fieldMappings:\n  - identifier: Name # c\n    columnName: h\ntags: >-\n  a\n  b\n";

/// Edits that do not overlap, in order.
fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let bits = prop::sample::select(vec![
        "",
        "x",
        "\n",
        "\r\n",
        "\r",
        " ",
        "  ",
        "\n  ",
        "\n\n",
        "- ",
        "- x\n",
        "k: v\n",
        "  k: v\n",
        "# c\n",
        "  # c\n",
        "'",
        "\"",
        "[",
        "]",
        "{",
        "}",
        ": ",
        ":",
        "&a ",
        "*a",
        "!!str ",
        "---\n",
        "...\n",
        "%",
        "|\n",
        "? ",
        "\t",
        "a\nb: c",
        "query: x\n",
    ]);
    let place = prop_oneof![
        any::<prop::sample::Index>().prop_map(|at| at.index(GOOD.len() + 1)),
        // Where entries begin.
        prop::sample::select(GOOD.match_indices('\n').map(|(at, _)| at + 1).collect::<Vec<_>>()),
    ];
    prop::collection::vec((place, prop_oneof![Just(0), 0_usize..60], bits), 1..4).prop_map(|steps| {
        let mut edits: Vec<Edit> = steps
            .into_iter()
            .map(|(at, length, bit)| {
                let start = GOOD.floor_char_boundary(at);
                Edit::new(Span::new(start, GOOD.floor_char_boundary((start + length).min(GOOD.len()))), bit)
            })
            .collect();
        edits.sort_by_key(|edit| edit.span);
        edits.dedup_by(|later, first| later.span.start < first.span.end);
        edits
    })
}

proptest! {
    #![proptest_config(crate::seeded::cases(2048))]

    #[test]
    fn what_is_read_again_is_what_is_there(edits in edits(), crlf in any::<bool>()) {
        let (good, edits) = if crlf {
            let longer = |at: u32| at as usize + GOOD[..at as usize].matches('\n').count();
            let moved = |edit: &Edit| Edit::new(Span::new(longer(edit.span.start), longer(edit.span.end)), &*edit.text);
            (GOOD.replace('\n', "\r\n"), edits.iter().map(moved).collect())
        } else {
            (GOOD.to_owned(), edits)
        };
        let Some(text) = Edit::apply(&edits, &good) else { return Ok(()) };
        let old = parse(&file(&good));
        let whole = parse(&file(&text));
        if let Some(again) = reread(&old, &good, &text, &edits) {
            prop_assert_eq!(&again.root, &whole.root, "{:?}", text);
            prop_assert_eq!(&again.comments, &whole.comments, "{:?}", text);
            prop_assert!(whole.errors.is_empty() && whole.extra_documents.is_empty(), "{:?}", text);
        }
    }
}

#[test]
fn edits_of_one_entry_read_that_entry() {
    let old = parse(&file(GOOD));
    for (from, to) in [
        ("Execution, Impact", "Execution"),
        ("  | project a\n", ""),
        ("tactics: [Execution, Impact]\n", ""),
        ("version: 1.0.0\n", "version: 1.0.1\nkind: Scheduled\n"),
        ("id: 0f1e2d3c", "id: x"),
        ("  b\n", "  b\nmore: 1\n"),
    ] {
        let at = GOOD.find(from).unwrap();
        let edits = [Edit::new(Span::new(at, at + from.len()), to)];
        let text = Edit::apply(&edits, GOOD).unwrap();
        let again = reread(&old, GOOD, &text, &edits).unwrap_or_else(|| panic!("{from:?}"));
        assert_eq!(again.root, parse(&file(&text)).root, "{from:?}");
    }
}

#[test]
fn what_reaches_beyond_its_entry_is_read_whole() {
    let old = parse(&file(GOOD));
    for (from, to) in [
        ("name: ", "name: '"),
        ("# head", "---"),
        ("id: ", "id: &a "),
        ("version", "  version"),
        ("tactics", "# x\n...\ntactics"),
    ] {
        let at = GOOD.find(from).unwrap();
        let edits = [Edit::new(Span::new(at, at + from.len()), to)];
        let text = Edit::apply(&edits, GOOD).unwrap();
        assert!(reread(&old, GOOD, &text, &edits).is_none(), "{from:?}");
    }
}
