//! Damaged input: never a panic, and every place reported lies in the file.

use super::*;
use proptest::prelude::*;

const GOOD: &str = "id: 0f1e2d3c\nname: \"A \\\"name\\\"\"\ndescription: |\n  Looks for é things\n   at night.\nrequiredDataConnectors:\n  - connectorId: X\n    dataTypes:\n      - T\n  - {connectorId: Y, dataTypes: [A, 'B''s']}\ntactics: [Execution, Impact]\n# note\nquery: |\n  T\n  | where a == 'b: c'\n\n  | project a\nversion: 1.0.0\nentityMappings:\n- entityType: Host\n  fieldMappings:\n  - identifier: Name # c\n    columnName: h\ntags: >-\n  a\n  b\n";

const PIECES: &[&str] = &[
    "\t", "\0", "\u{feff}", "\r", "\r\n", "\n", "’", "'", "\"", "`", "[", "{", "}", "]", "|", ">", ": ", ":",
    "- ", "&a ", "*a", "!!x ", "---\n", "...\n", "%", "💩", "\\", "#", " #", " ", "  ", "? ", "\n  ", "\n\t",
    "|\n", "@",
];

fn damaged() -> impl Strategy<Value = String> {
    crate::seeded::damaged(vec![GOOD.to_owned(), GOOD.replace('\n', "\r\n")], PIECES, 1..7, 40)
}

fn check_span(file: &SourceFile, span: Span) -> Result<(), TestCaseError> {
    prop_assert!(span.start <= span.end && file.clamp(span) == span, "{span:?} in {:?}", file.text());
    Ok(())
}

/// Edits can be made, all of them at once.
fn check_edits(file: &SourceFile, edits: impl IntoIterator<Item = Edit>) -> Result<(), TestCaseError> {
    let edits: Vec<_> = edits.into_iter().collect();
    prop_assert!(Edit::apply(&edits, file.text()).is_some(), "{edits:?} of {:?}", file.text());
    Ok(())
}

fn check_node(file: &SourceFile, node: &Node) -> Result<(), TestCaseError> {
    check_span(file, node.span)?;
    node.anchor.map_or(Ok(()), |span| check_span(file, span))?;
    match &node.value {
        Value::Scalar(scalar) => {
            scalar.header.map_or(Ok(()), |span| check_span(file, span))?;
            let map = ScalarMap::new(file, node).unwrap();
            for offset in (0..=scalar.text.len()).filter(|at| scalar.text.is_char_boundary(*at)) {
                check_span(file, Span::at(map.to_file(offset) as usize))?;
                check_span(file, map.span(Span::new(offset, scalar.text.len())))?;
            }
            for offset in node.span.range() {
                if let Some(at) = map.from_file(offset as u32) {
                    prop_assert!(at <= scalar.text.len());
                }
            }
            check_edits(file, edit::replace_scalar(file, node, "other: text\nand more"))?;
        }
        Value::Sequence(sequence) => {
            for (index, item) in sequence.items.iter().enumerate() {
                check_node(file, item)?;
                check_edits(file, edit::remove_item(file, sequence, index))?;
            }
            sequence.dashes.iter().try_for_each(|dash| check_span(file, Span::at(*dash as usize)))?;
        }
        Value::Mapping(mapping) => {
            for (index, entry) in mapping.entries.iter().enumerate() {
                check_node(file, &entry.key)?;
                check_node(file, &entry.value)?;
                check_edits(file, edit::remove_entry(file, mapping, index))?;
                check_edits(file, edit::scalar_to_list(file, entry).into_iter().flatten())?;
                check_edits(file, edit::insert_entry(file, mapping, entry.name(), "new: 1"))?;
            }
        }
        Value::Alias(_) => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::seeded::cases(512))]

    #[test]
    fn damage_never_panics_and_every_span_fits(text in damaged()) {
        let file = file(&text);
        let document = parse(&file);
        prop_assert!(document.errors.len() <= MAX_ERRORS);
        if let Some(root) = &document.root {
            check_node(&file, root)?;
            let _ = to_json(root);
        }
        for comment in &document.comments {
            check_span(&file, comment.span)?;
            prop_assert!(file.slice(comment.span).starts_with('#'));
        }
        for error in &document.errors {
            check_span(&file, error.span)?;
            error.labels.iter().try_for_each(|(span, _)| check_span(&file, *span))?;
            prop_assert!(!error.message.is_empty() && !error.message.ends_with('.'));
            if let Some(fix) = &error.fix {
                let after = Edit::apply(&fix.edits, &text).unwrap();
                prop_assert!(read(&after).errors.len() < document.errors.len(), "{after:?}");
            }
        }
        for span in document.extra_documents.iter().chain(&document.damaged) {
            check_span(&file, *span)?;
        }
        prop_assert!(document.recovered || document.damaged.is_empty());
    }

    /// Where another reader accepts a text as well, both read the same from it. (It accepts some texts
    /// that YAML 1.2 forbids, and refuses some that it allows.)
    #[test]
    fn what_two_readers_accept_they_read_alike(text in damaged()) {
        let bare = text.strip_prefix('\u{feff}').unwrap_or(&text);
        // This form of the oracle refuses repeated keys, of which readers take one or the other; tags make keys differ there.
        if bare.contains("!!") || serde_yaml::from_str::<serde_yaml::Value>(bare).is_err() {
            return Ok(());
        }
        // Of numbers with leading zeros it makes texts, where the core schema knows numbers.
        let bytes = bare.as_bytes();
        let is_number = |at: usize| at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'.');
        let leading_zero = |pair: &[u8]| pair[0] == b'0' && pair[1].is_ascii_digit();
        if bytes.windows(2).enumerate().any(|(at, pair)| leading_zero(pair) && !is_number(at)) {
            return Ok(());
        }
        let Ok(oracle) = serde_yaml::from_str::<serde_json::Value>(bare) else { return Ok(()) };
        let document = read(&text);
        // Of a document that is one block, it takes lines at the margin that begin with `#` for comments.
        let block = document.root.as_ref().and_then(Node::scalar).is_some_and(|scalar| scalar.header.is_some());
        if block && bare.lines().any(|line| line.starts_with('#')) {
            return Ok(());
        }
        if document.errors.is_empty() {
            let ours = document.root.as_ref().map_or(serde_json::Value::Null, to_json);
            prop_assert_eq!(ours, oracle, "{:?}", text);
        }
    }
}

/// Other readers take this line for a comment. By YAML 1.2 it is content: a block at the root of a document has the
/// parent indentation -1 (production 207, `l-bare-document`), so that its content may stand at the margin (8.1.1.1;
/// the text of example 9.5 does), and what follows the content as a comment must be less indented than it
/// (production 169, `l-trail-comments`), which nothing can be here.
#[test]
fn a_block_at_the_margin_holds_what_looks_like_a_comment() {
    for (text, value) in
        [("|\n#", "#"), ("|\n# a\nb\n", "# a\nb\n"), (">\n#\n#\n", "# #\n"), ("--- |\n%!PS\n", "%!PS\n")]
    {
        let document = read(text);
        assert!(document.errors.is_empty(), "{text:?}: {:?}", document.errors);
        assert_eq!(to_json(document.root.as_ref().unwrap()), serde_json::json!(value), "{text:?}");
    }
    // Below a key the content is indented, and what is not, is a comment.
    let document = read("a: |\n  x\n# b\n");
    assert_eq!(to_json(document.root.as_ref().unwrap()), serde_json::json!({"a": "x\n"}));
    assert_eq!(document.comments.len(), 1);
}
