//! Two items of a list that are one: a dash before a key in its middle begins another, and each lacks what the other has.

use super::MissingKey;
use crate::content::schema::Violation;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::rules::Context;
use crate::source::Span;
use crate::yaml::Mapping;
use crate::yaml::pointer::readable;

/// Takes such items out of those that lack keys, and returns what is said of them.
pub(super) fn taken(cx: &Context<'_>, lacking: &mut Vec<(&Violation, Vec<&str>)>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut told = vec![false; lacking.len()];
    for second in 1..lacking.len() {
        if !told[second - 1]
            && let Some(finding) = parted(cx, &lacking[second - 1], &lacking[second])
        {
            told[second - 1] = true;
            told[second] = true;
            found.push(finding);
        }
    }
    let mut told = told.into_iter();
    lacking.retain(|_| told.next() == Some(false));
    found
}

type Lacking<'a> = (&'a Violation, Vec<&'a str>);

fn parted(
    cx: &Context<'_>,
    (above, above_lacks): &Lacking<'_>,
    (below, below_lacks): &Lacking<'_>,
) -> Option<Diagnostic> {
    let (parent, index) = below.pointer.rsplit_once('/')?;
    let at: usize = index.parse().ok()?;
    if above.pointer != format!("{parent}/{}", at.checked_sub(1)?) {
        return None;
    }
    let list = cx.content.root()?.pointer(parent)?.as_sequence()?;
    let (first, other) = (list.items.get(at - 1)?.as_mapping()?, list.items.get(at)?.as_mapping()?);
    let has = |map: &Mapping, key: &str| map.entry(key).is_some();
    let fits = below_lacks.iter().all(|key| has(first, key))
        && above_lacks.iter().all(|key| has(other, key))
        && other.entries.iter().all(|entry| entry.name().is_some_and(|name| !has(first, name)));
    let dash = *list.dashes.get(at).filter(|_| fits)? as usize;
    let entry = other.entries.first()?;
    let column = |offset: u32| cx.source().position(offset as usize).column;
    let aligned = column(entry.key.span.start) == column(first.entries.first()?.key.span.start);
    let name = entry.name()?;
    let message = format!("The `-` before `{name}` starts another item of `{}`", readable(parent));
    let edit = aligned.then(|| Edit::new(Span::new(dash, dash + 1), " "));
    let finding = MissingKey::at(Span::new(dash, dash + 1), message)
        .help(format!("Remove the `-`, so that `{name}` belongs to the item above."))
        .path(below.pointer.clone());
    Some(finding.fix(Fix::r#unsafe("Remove the `-`", edit)))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Applicability::Unsafe;
    use crate::rules::testing::{fixes, messages};

    #[test]
    fn a_dash_too_many_is_one_finding() {
        let text = |second: &str| {
            format!(
                "id: x\nname: n\ndescription: d\nquery: T\nentityMappings:\n  - entityType: Host\n  {second} \
                 fieldMappings:\n      - identifier: FullName\n        columnName: C\n"
            )
        };
        let told = "The `-` before `fieldMappings` starts another item of `entityMappings`";
        assert_eq!(messages("missing-key", &text("-")), [told]);
        assert_eq!(fixes("missing-key", "a.yaml", &text("-")), [(Unsafe, text(" "))]);
        let fields = text(" ").replace("  columnName", "- columnName");
        assert_eq!(fixes("missing-key", "a.yaml", &fields), [(Unsafe, text(" "))]);
        // Two items that lack the same are two.
        let both = text(" ") + "  - entityType: Host\n  - entityType: IP\n";
        assert_eq!(messages("missing-key", &both).len(), 2);
    }
}
