//! Keys of a list's item that stand in the column of the list's dashes. Where the dashes stand in the column of the
//! key that holds the list, that is valid YAML, and the key belongs to another mapping than its author meant.

use crate::content::fields::Format;
use crate::rules::Context;
use crate::source::{Edit, Span};
use crate::yaml::edit::indent_entry;
use crate::yaml::{Entry, Mapping, Value};

/// A key that was meant for the item above it.
pub(in crate::rules) struct Misindented<'a> {
    /// The key and its value.
    pub(in crate::rules) entry: &'a Entry,
    /// The item that it belongs to.
    pub(in crate::rules) item: &'a Mapping,
    /// The dash of that item.
    pub(in crate::rules) dash: Span,
    /// How many columns further to the right it belongs.
    pub(in crate::rules) by: usize,
}

impl Misindented<'_> {
    /// The edits that put the key into its item.
    pub(super) fn edits(&self, cx: &Context<'_>) -> Option<Vec<Edit>> {
        indent_entry(cx.source(), self.entry, self.by)
    }
}

/// The key of a mapping that was meant for the last item of the list right above it, if it was.
pub(in crate::rules) fn misindented_key<'a>(
    cx: &Context<'_>,
    parent: &'a Mapping,
    key: &str,
) -> Option<Misindented<'a>> {
    let index = parent.position(key)?;
    let (entry, above) = (&parent.entries[index], parent.entries.get(index.checked_sub(1)?)?);
    let keys = Format::of(cx.kind())?.item_keys(above.name()?);
    let Value::Sequence(list) = &above.value.value else { return None };
    let dash = *list.dashes.last()? as usize;
    let item = list.items.last()?.as_mapping().filter(|item| !item.flow && item.entry(key).is_none())?;
    let column = |offset: usize| cx.source().position(offset).column;
    let own = column(entry.key.span.start as usize);
    let inside = column(item.entries.first()?.key.span.start as usize);
    (keys.iter().any(|field| field.key == key) && own == column(dash) && own < inside).then(|| Misindented {
        entry,
        item,
        dash: Span::new(dash, dash + 1),
        by: inside - own,
    })
}

/// Whether the mapping at a pointer lacks a key only because the key stands outside it.
pub(super) fn is_misindented(cx: &Context<'_>, pointer: &str, key: &str) -> bool {
    let find = || {
        let root = cx.content.root()?;
        let (list, _) = pointer.rsplit_once('/')?;
        let (parent, _) = list.rsplit_once('/')?;
        let found = misindented_key(cx, root.pointer(parent)?.as_mapping()?, key)?;
        Some(std::ptr::eq(found.item, root.pointer(pointer)?.as_mapping()?))
    };
    find().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::Unsafe;
    use crate::rules::Profile;
    use crate::rules::testing::{findings, fixes};

    const HEAD: &str =
        "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\r\nname: N\r\ndescription: D\r\nquery: T\r\n";

    #[test]
    fn a_key_in_the_column_of_the_dash_is_reported_and_put_into_its_item() {
        for (lines, key, after) in [
            (
                "requiredDataConnectors:\r\n- connectorId: SecurityEvents\r\ndataTypes: # why\r\n- SecurityEvent\r\n",
                "dataTypes",
                "requiredDataConnectors:\r\n- connectorId: SecurityEvents\r\n  dataTypes: # why\r\n  - SecurityEvent\r\n",
            ),
            (
                "entityMappings:\r\n- entityType: Host\r\nfieldMappings:\r\n  - identifier: HostName\r\n    columnName: C\r\n",
                "fieldMappings",
                "entityMappings:\r\n- entityType: Host\r\n  fieldMappings:\r\n    - identifier: HostName\r\n      columnName: C\r\n",
            ),
            (
                "entityMappings:\r\n- entityType: Host\r\n  fieldMappings:\r\n  -   identifier: HostName\r\n  columnName: C\r\n",
                "columnName",
                "entityMappings:\r\n- entityType: Host\r\n  fieldMappings:\r\n  -   identifier: HostName\r\n      columnName: C\r\n",
            ),
        ] {
            let (text, after) = (format!("{HEAD}{lines}tags: []\r\n"), format!("{HEAD}{after}tags: []\r\n"));
            let found = findings("unknown-key", "a.yaml", &text, Profile::Recommended);
            let [finding] = &found[..] else { panic!("{found:?}") };
            let begin =
                format!("`{key}` is at the indentation of the list's `-`, outside the item; indent it by ");
            assert!(finding.message.starts_with(&begin), "{finding:?}");
            assert_eq!(fixes("unknown-key", "a.yaml", &text), [(Unsafe, after)]);
            // That the item lacks the key follows from it.
            for rule in ["missing-data-types", "missing-key"] {
                assert_eq!(findings(rule, "a.yaml", &text, Profile::Recommended).len(), 0, "{rule}: {text}");
            }
        }
    }

    #[test]
    fn a_key_that_the_item_has_too_was_not_meant_for_it() {
        let list = "requiredDataConnectors:\r\n- {connectorId: A, dataTypes: [B]}\r\n- connectorId: A\r\n  dataTypes: [B]\r\n";
        let text = format!("{HEAD}{list}dataTypes: [C]\r\n");
        let found = findings("unknown-key", "a.yaml", &text, Profile::Recommended);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "Unknown key `dataTypes` in a hunting query");
        let slid = format!(
            "{HEAD}requiredDataConnectors:\n- connectorId: A\n  dataTypes: [B]\n  tactics: [Impact]\n"
        );
        let found = findings("unknown-key", "a.yaml", &slid, Profile::Recommended);
        assert_eq!(
            found[0].message,
            "Unknown key `tactics` in `requiredDataConnectors[0]` of a hunting query"
        );
        assert!(
            found[0].help.as_deref().is_some_and(|help| help.starts_with("`tactics` is a top-level key"))
        );
    }
}
