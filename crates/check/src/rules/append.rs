//! More items at the end of a list.

use crate::content::model::field;
use crate::source::{Edit, SourceFile, Span};
use crate::yaml::edit::insert_entry;
use crate::yaml::{Mapping, Node, Value};

/// The edit that adds items to the list under a key; where the key is missing, it is put after another one.
pub fn add_items(
    file: &SourceFile,
    root: &Mapping,
    key: &str,
    after: &str,
    items: &[String],
) -> Option<Edit> {
    if let Some(field) = field(root, key) {
        return append_items(file, field.node(), items);
    }
    let mut entry = format!("{key}:");
    for item in items {
        for (index, line) in item.lines().enumerate() {
            entry.push_str(if index == 0 { "\n  - " } else { "\n    " });
            entry.push_str(line);
        }
    }
    insert_entry(file, root, Some(after), &entry)
}

/// The edit that adds items to the list that a node is. An item has further lines where it needs them, without
/// the list's indentation. None where the list is not one that can be added to line by line.
pub fn append_items<S: AsRef<str>>(file: &SourceFile, list: &Node, items: &[S]) -> Option<Edit> {
    let Value::Sequence(sequence) = &list.value else { return None };
    let last = sequence.items.last()?;
    let items = || items.iter().map(AsRef::as_ref);
    if sequence.flow {
        let at = Span::at(last.span.end as usize);
        let added: String = items().flat_map(|item| [", ", item]).collect();
        return (!added.contains('\n')).then(|| Edit::new(at, added));
    }
    let text = file.text();
    let dash = *sequence.dashes.last()? as usize;
    let line = text[..dash].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indent = &text[line..dash];
    if !indent.bytes().all(|byte| byte == b' ') || ends_in_block(last) {
        return None;
    }
    let from = (last.span.end as usize).max(dash + 1);
    let end = text[from..].find(['\n', '\r']).map_or(text.len(), |at| from + at);
    // What follows the item on its line must be a comment or nothing.
    let tail = text[from..end].trim_start();
    if !(tail.is_empty() || tail.starts_with('#')) {
        return None;
    }
    // The edit begins at the item even where a comment follows, so that it can be seen to be about the list.
    let mut added = text[from..end].to_owned();
    let lines = items().flat_map(|item| item.lines().enumerate());
    for (index, part) in lines {
        let lead = if index == 0 { "- " } else { "  " };
        added.push_str(&format!("{}{indent}{lead}{part}", file.line_end()));
    }
    Some(Edit::new(Span::new(from, end), added))
}

fn ends_in_block(mut node: &Node) -> bool {
    loop {
        node = match &node.value {
            Value::Scalar(scalar) => return scalar.style.is_block(),
            Value::Sequence(sequence) if !sequence.flow => match sequence.items.last() {
                Some(last) => last,
                None => return false,
            },
            Value::Mapping(map) if !map.flow => match map.entries.last() {
                Some(last) => &last.value,
                None => return false,
            },
            _ => return false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appended(text: &str, item: &str) -> Option<String> {
        let file = SourceFile::new("a.yaml", text);
        let document = crate::yaml::parse(&file);
        let list = document.root.as_ref()?.get("list")?;
        Edit::apply(&[append_items(&file, list, &[item])?], text)
    }

    #[test]
    fn items_take_the_form_of_their_list() {
        assert_eq!(appended("list:\n  - a # x\nb: 1\n", "c").unwrap(), "list:\n  - a # x\n  - c\nb: 1\n");
        assert_eq!(appended("list:\r\n- a\r\nb: 1\r\n", "c").unwrap(), "list:\r\n- a\r\n- c\r\nb: 1\r\n");
        assert_eq!(appended("list: [a, b]", "c").unwrap(), "list: [a, b, c]");
        assert_eq!(
            appended("list:\n- a:\n    - b", "c: 1\nd: 2").unwrap(),
            "list:\n- a:\n    - b\n- c: 1\n  d: 2"
        );
    }

    #[test]
    fn what_cannot_be_added_to_is_left_alone() {
        assert_eq!(appended("list: []", "c"), None);
        assert_eq!(appended("list: a", "c"), None);
        assert_eq!(appended("list:\n  - |\n    a\n", "c"), None);
        assert_eq!(appended("list: [a]", "c\nd"), None);
    }
}
