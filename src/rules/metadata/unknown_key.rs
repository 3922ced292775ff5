//! `unknown-key`

use crate::content::aliases::MERGE;
use crate::content::fields::Owner;
use crate::content::near_keys::Why;
use crate::content::schema::{Fault, Violation};
use crate::content::{NearKey, Template, is_root_key};
use crate::diagnostic::{Diagnostic, Edit, Fix, Severity};
use crate::knowledge::nearest::{is_slip, slip_of};
use crate::rules::metadata::misindented_key::misindented_key;
use crate::rules::schema_violations::owning_rule;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::{SourceFile, Span};
use crate::yaml::edit::{quote_if_needed, remove_entry, rename_key};
use crate::yaml::pointer::{join, readable};
use crate::yaml::{Entry, Mapping, Node, Sequence};

declare_rule! {
    /// A key that the format does not have.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel and upstream's checks ignore unknown keys, so a misspelled key silently has no effect.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactis: [CommandAndControl]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// tactics: [CommandAndControl]
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## Fix safety
    ///
    /// A key in the wrong case (`Query`), with a missing, wrong or transposed letter (`alertDetailOverride`, `qurey`),
    /// or with the name used in ARM templates (`displayName`, `techniques`, `subTechniques`) is read as the intended
    /// key. Its value is checked and converted, and renaming the key is safe. Renaming any other key is unsafe because
    /// the key takes effect; so is moving a key at the indentation of a list's dash into the item above it.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/huntingqueries.instructions.md>
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/detections.instructions.md>
    pub(crate) UnknownKey {
        id: "unknown-key",
        group: Metadata,
        severity: Warning,
        fix: Sometimes Safe,
        blocks: Convert,
        since: "0.1.0",
    }
}

impl Rule for UnknownKey {
    fn check_template(&self, cx: &Context<'_>, _template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let is_damaged = |key: &&NearKey| cx.content.document.is_damaged(key.span);
        out.extend(cx.content.near_keys().iter().filter(|key| !is_damaged(key)).map(|key| near_key(cx, key)));
        for violation in cx.violations {
            let Fault::Unknown { key, known } = &violation.fault else { continue };
            if owning_rule(cx, violation) != Owner::UnknownKey {
                continue;
            }
            out.push(finding(cx, violation, key, known));
        }
    }
}

/// Whether a mapping, found at a pointer, has a key that nobody knows and that is a slip of one that it lacks: it is told
/// there.
pub(in crate::rules) fn has_slip_of(cx: &Context<'_>, map: &Mapping, pointer: &str, key: &str) -> bool {
    let mut unknown = cx.violations.iter().filter_map(|violation| {
        let Fault::Unknown { key: unknown, .. } = &violation.fault else { return None };
        let parent = violation.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        (parent == pointer && map.entry(unknown).is_some()).then_some(unknown)
    });
    unknown.any(|unknown| is_slip(unknown, key))
}

/// A key that is read as another one.
fn near_key(cx: &Context<'_>, near: &NearKey) -> Diagnostic {
    let NearKey { written, meant, .. } = near;
    let place = match near.parent.as_str() {
        "" => String::new(),
        parent => format!(" in `{}`", readable(parent)),
    };
    let message = match near.why {
        Why::Case => format!("The key `{written}`{place} must be spelled `{meant}`"),
        Why::Arm => format!("`{written}`{place} is the name of `{meant}` in ARM templates"),
        Why::Slip => format!("Unknown key `{written}`{place}; it is read as `{meant}`"),
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
    finding.help(format!("Rename it to `{meant}`.")).fix(Fix::safe(format!("Rename it to `{meant}`"), edit))
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

fn finding(cx: &Context<'_>, violation: &Violation, key: &str, known: &[&'static str]) -> Diagnostic {
    let parent = violation.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    let place = if parent.is_empty() { String::new() } else { format!(" in `{}`", readable(parent)) };
    let parent_node = cx.content.root().and_then(|root| root.pointer(parent));
    let entry = parent_node.and_then(|node| node.entry(key));
    // Only a key whose right spelling is there too has stayed.
    if let Some(meant) = known.iter().find(|name| name.eq_ignore_ascii_case(key)) {
        let finding =
            UnknownKey::at(violation.span, format!("The key `{key}`{place} must be spelled `{meant}`"));
        return finding.help(format!("`{meant}` also exists: keep one of them."));
    }
    if let Some(found) = parent_node.and_then(Node::as_mapping).and_then(|map| misindented_key(cx, map, key))
    {
        let amount = if found.by == 2 { "two".to_owned() } else { found.by.to_string() };
        let message = format!(
            "`{key}` is at the indentation of the list's `-`, outside the item; indent it by {amount}"
        );
        let edits = found.edits(cx);
        let fix = edits.and_then(|edits| Fix::r#unsafe(format!("Indent `{key}` by {amount}"), edits));
        return UnknownKey::at(violation.span, message)
            .severity(Severity::Error)
            .label(found.dash, "the item starts here")
            .help("The keys of a list item must have the same indentation.")
            .fix(fix);
    }
    let place = match parent {
        "" => format!("in {}", cx.kind().noun()),
        parent => format!("in `{}` of {}", readable(parent), cx.kind().noun()),
    };
    let name = if key.is_empty() { "without a name".to_owned() } else { format!("`{key}`") };
    let finding = UnknownKey::at(violation.span, format!("Unknown key {name} {place}"));
    if key == MERGE {
        return finding.help("Write the keys explicitly: deployment tools do not support merge keys.");
    }
    if !parent.is_empty() && is_root_key(key) {
        return finding.help(format!("`{key}` is a top-level key: remove the indentation."));
    }
    let Some(near) = slip_of(key, known.iter().copied()) else {
        return finding.help("Delete it, or move its value to a supported key.");
    };
    let taken = parent_node.is_some_and(|node| node.entry(near).is_some());
    let edit = entry.filter(|_| !taken).map(|entry| rename_key(entry, near));
    let fix = Fix::r#unsafe(format!("Rename it to `{near}`"), edit);
    finding.help(format!("Did you mean `{near}`?")).fix(fix)
}
