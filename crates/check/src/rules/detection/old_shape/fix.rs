//! The edits that replace a member of the old shape by the new one, which says the same.

use std::cell::OnceCell;

use serde_json::{Map, Value};

use crate::content::Detection;
use crate::convert::detection::{Catalogs, Options, from_detection};
use crate::order::Order as _;
use crate::rules::Context;
use crate::source::Edit;
use crate::yaml::edit::remove_entry;
use crate::yaml::{Entry, Node, ScalarStyle};

/// The detection in the new shape, made when it is first asked for; nothing where it cannot be.
#[derive(Default)]
pub(super) struct Lazy(OnceCell<Option<Map<String, Value>>>);

impl Lazy {
    fn member(&self, cx: &Context<'_>, detection: &Detection<'_>, path: &str) -> Option<Value> {
        let made = self.0.get_or_init(|| {
            let catalogs = Catalogs { workspace: cx.catalog, hunting: cx.catalog };
            from_detection(cx.content, detection, &Options::default(), catalogs).ok().map(|made| made.body)
        });
        let mut steps = path.split('.');
        let first = made.as_ref()?.get(steps.next()?)?;
        steps.try_fold(first, |value, step| value.get(step)).cloned()
    }
}

/// The edits for one member; `None` where the new shape cannot say it.
pub(super) fn edits(
    cx: &Context<'_>,
    detection: &Detection<'_>,
    old: &str,
    entry: &Entry,
    made: &Lazy,
) -> Option<Vec<Edit>> {
    let (parent, name) = old.rsplit_once('.').unwrap_or(("", old));
    let parent = if parent.is_empty() { Some(detection.body) } else { detection.at(parent) };
    let map = parent.and_then(Node::as_mapping)?;
    let remove = |entry: &Entry| {
        let at = map.entries.iter().position(|other| std::ptr::eq(other, entry))?;
        remove_entry(cx.source(), map, at)
    };
    let new = match old {
        "isEnabled" => "status",
        "schedule.period" => "schedule.frequency",
        "detectionAction.alertTemplate.category" => "detectionAction.alertTemplate.tactics",
        "detectionAction.alertTemplate.impactedAssets" => "detectionAction.alertTemplate.entityMappings",
        "detectionAction.responseActions" => "detectionAction.automatedActions",
        _ => {
            // Techniques belong to the category, which is replaced with them.
            let alone = detection.alert("category").is_none();
            return alone.then(|| remove(entry).map(|edit| vec![edit])).flatten();
        }
    };
    let known = new.rsplit('.').next().unwrap_or(new);
    let is_hollow =
        entry.value.is_null() || entry.value.as_sequence().is_some_and(|list| list.items.is_empty());
    let Some(value) = made.member(cx, detection, new).filter(|_| !is_hollow) else {
        return is_hollow.then(|| remove(entry).map(|edit| vec![edit])).flatten();
    };
    let json = entry.key.scalar().is_some_and(|key| key.style == ScalarStyle::DoubleQuoted);
    let written = if json { format!("\"{known}\": {value}") } else { format!("{known}: {}", flow(&value)) };
    let mut edits = Vec::new();
    match map.entry(known) {
        // The new member counts where both are there, and holds what both say.
        Some(present) if name == "impactedAssets" || name == "responseActions" => {
            edits.push(Edit::new(present.span(), written));
            edits.push(remove(entry)?);
        }
        Some(_) => edits.push(remove(entry)?),
        None => edits.push(Edit::new(entry.span(), written)),
    }
    if name == "category"
        && let Some(techniques) = map.entry("mitreTechniques")
    {
        edits.push(remove(techniques)?);
    }
    edits.order_by_key(|edit| edit.span);
    let apart = edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
    apart.then_some(edits)
}

/// A value on one line of YAML.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => crate::yaml::edit::quote_if_needed(text),
        other => other.to_string(),
    }
}
