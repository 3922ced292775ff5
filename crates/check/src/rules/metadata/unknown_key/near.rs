//! A key that is read as another one.

use super::UnknownKey;
use crate::content::NearKey;
use crate::content::near_keys::Why;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::rules::Context;
use crate::source::{SourceFile, Span};
use crate::yaml::edit::{quote_if_needed, remove_entry, rename_key};
use crate::yaml::pointer::{join, readable};
use crate::yaml::{Entry, Sequence};

/// A key that is read as another one.
pub(super) fn near_key(cx: &Context<'_>, near: &NearKey) -> Diagnostic {
    let NearKey { written, meant, .. } = near;
    let place = match near.parent.as_str() {
        "" => String::new(),
        parent => format!(" in `{}`", readable(parent)),
    };
    let message = match near.why {
        Why::Case => format!("The key `{written}`{place} must be spelled `{meant}`"),
        Why::Arm => format!("`{written}`{place} is the name of `{meant}` in ARM templates"),
        Why::Elsewhere => format!("`{written}`{place} is read as `{meant}`, which is the name of this key"),
        Why::Slip | Why::Hidden => format!("Unknown key `{written}`{place}; it is read as `{meant}`"),
    };
    let finding = UnknownKey::at(near.span, message).path(join(&near.parent, meant));
    if near.appended_at.is_some() {
        let title = format!("Put the items into `{meant}`");
        return finding
            .help(title.clone() + ".")
            .fix(move_items(cx, near).and_then(|edits| Fix::safe(title, edits)));
    }
    let parent = cx.content.root().and_then(|root| root.pointer(&near.parent));
    let edit = parent.and_then(|node| node.entry(meant)).map(|entry| rename_key(entry, meant));
    let title = format!("Rename it to `{meant}`");
    let fix = if near.why == Why::Elsewhere { Fix::r#unsafe(title, edit) } else { Fix::safe(title, edit) };
    finding.help(format!("Rename it to `{meant}`.")).fix(fix)
}

/// The edits that put the items of a list into the list of the same meaning above it.
fn move_items(cx: &Context<'_>, near: &NearKey) -> Option<Vec<Edit>> {
    // As they are written, the two lists are apart.
    let written = cx.content.document.root.as_ref()?;
    let parent = written.pointer(&cx.content.written_pointer(near.parent.clone()))?.as_mapping()?;
    let index = parent.entries.iter().position(|entry| entry.key.span == near.span)?;
    let own = parent.entries[index].value.as_sequence()?;
    let host_span = cx.content.root()?.pointer(&near.parent)?.entry(near.meant)?.key.span;
    let host = parent.entries.iter().position(|entry| entry.key.span == host_span)?;
    let list = parent.entries[host].value.as_sequence()?;
    if own.items.is_empty() {
        return Some(vec![remove_entry(cx.source(), parent, index)?]);
    }
    let text = cx.source().text();
    let column = |dash: &u32| cx.source().position(*dash as usize).column;
    // Right below each other, only the key between them goes.
    if let (Some(above), Some(first)) = (list.dashes.last(), own.dashes.first())
        && host + 1 == index
        && column(above) == column(first)
    {
        let line = |offset: u32| cx.source().line_span(cx.source().line_of(offset as usize));
        let key_line = line(near.span.start);
        let only_key = text[key_line.start as usize..near.span.start as usize].trim().is_empty()
            && text[near.span.end as usize..key_line.end as usize].trim_end().ends_with(':');
        if only_key {
            let next = line(*first).start;
            return Some(vec![Edit::delete(Span { start: key_line.start, end: next })])
                .filter(|_| text[key_line.end as usize..next as usize].trim().is_empty());
        }
    }
    let items: Vec<&str> = own.items.iter().map(|item| item.as_str()).collect::<Option<_>>()?;
    let mut edits = append_items(cx.source(), &parent.entries[host], list, &items)?;
    edits.push(remove_entry(cx.source(), parent, index)?);
    Some(edits)
}

/// Insertions of items at the end of a list.
fn append_items(source: &SourceFile, entry: &Entry, list: &Sequence, items: &[&str]) -> Option<Vec<Edit>> {
    let items: Vec<String> = items.iter().map(|item| quote_if_needed(item)).collect();
    let Some(last) = list.items.last() else {
        return Some(vec![Edit::new(entry.value.span, format!("[{}]", items.join(", ")))]);
    };
    let end = last.span.end as usize;
    let Some(dash) = list.dashes.last() else {
        return Some(vec![Edit::insert(end, format!(", {}", items.join(", ")))]);
    };
    // A block scalar as the last item has no place after it.
    last.scalar().filter(|scalar| scalar.header.is_none())?;
    let line = source.line_span(source.line_of(*dash as usize));
    let indent = &source.text()[line.start as usize..*dash as usize];
    let (end, indent) =
        (source.line_span(source.line_of(end)).end as usize, indent.trim_end_matches(|c| c != ' '));
    let before = format!("{}{indent}- ", source.line_end());
    Some(vec![Edit::insert(end, format!("{before}{}", items.join(&before)))])
}
