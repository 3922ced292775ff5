//! `unknown-key`

use rustc_hash::FxHashMap;

use crate::content::aliases::MERGE;
use crate::content::fields::Owner;
use crate::content::near_keys::Why;
use crate::content::schema::{Fault, Violation};
use crate::content::{NearKey, Template, is_root_key};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::rules::detection::structure;
use crate::rules::metadata::misindented_key::misindented_key;
use crate::rules::metadata::missing_key::entity;
use crate::rules::schema_violations::owning_rule;
use crate::rules::{Context, Rule, declare_rule};
use crate::similar::{is_slip, slip_of};
use crate::yaml::edit::{rename_key, replace_value};
use crate::yaml::pointer::readable;
use crate::yaml::{Mapping, Node};

mod near;

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
        raised: Error,
        fix: Sometimes Safe,
        blocks: Convert,
        since: "0.1.0",
    }
}

impl Rule for UnknownKey {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for fault in structure::faults(cx) {
            let structure::Fault::Unknown { path, entry, known } = fault else { continue };
            let name = entry.name().unwrap_or_default();
            let message = format!("Unknown key `{name}` in {}", structure::owner(&path));
            let finding = Self::at(entry.key.span, message);
            let same = known.iter().find(|known| known.eq_ignore_ascii_case(name)).copied();
            let meant = structure::member_meant(&path, name)
                .filter(|meant| structure::lacks(cx, &path, entry, meant));
            let near = same.or_else(|| slip_of(name, known.iter().copied())).or(meant);
            let Some(near) = near else {
                out.push(finding.help("Delete it: the service does not accept it."));
                continue;
            };
            let mut edits = vec![rename_key(entry, near)];
            // The other name has other values.
            let value = match entry.value.scalar().map(|scalar| &*scalar.text) {
                Some("true") if near == "status" => Some("enabled"),
                Some("false") if near == "status" => Some("disabled"),
                _ => None,
            };
            edits.extend(value.map(|value| replace_value(&entry.value, value)));
            let fix = Fix::r#unsafe(format!("Rename it to `{near}`"), edits);
            out.push(finding.help(format!("Did you mean `{near}`?")).fix(fix));
        }
    }

    fn check_template(&self, cx: &Context<'_>, _template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        // An invisible character in a key is reported by `misleading-character`.
        let is_told = |key: &&NearKey| key.why == Why::Hidden || cx.content.document.is_damaged(key.span);
        out.extend(
            cx.content.near_keys().iter().filter(|key| !is_told(key)).map(|key| near::near_key(cx, key)),
        );
        for violation in cx.violations {
            let Fault::Unknown { key, known } = &violation.fault else { continue };
            if owning_rule(cx, violation) != Owner::UnknownKey || entity::explains(cx, parent(violation), key)
            {
                continue;
            }
            out.push(finding(cx, violation, key, known));
        }
    }
}

/// The keys that nobody knows, by the pointers of the mappings that they are in.
pub(in crate::rules) struct UnknownKeys<'a>(FxHashMap<&'a str, Vec<&'a str>>);

impl<'a> UnknownKeys<'a> {
    /// Those of a file.
    pub(in crate::rules) fn of(cx: &Context<'a>) -> Self {
        let mut all: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
        for violation in cx.violations {
            if let Fault::Unknown { key, .. } = &violation.fault {
                all.entry(parent(violation)).or_default().push(key);
            }
        }
        Self(all)
    }

    /// Whether a mapping, found at a pointer, has one that is a slip of a key that it lacks: it is reported there.
    pub(in crate::rules) fn have_slip_of(&self, map: &Mapping, pointer: &str, key: &str) -> bool {
        let mut unknown = self.0.get(pointer).into_iter().flatten();
        unknown.any(|unknown| is_slip(unknown, key) && map.entry(unknown).is_some())
    }
}

/// The pointer of the mapping that an unknown key is in.
fn parent(violation: &Violation) -> &str {
    violation.pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn finding(cx: &Context<'_>, violation: &Violation, key: &str, known: &[&'static str]) -> Diagnostic {
    let parent = parent(violation);
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
    if let Some(other) = parent_node.and_then(|node| node.entry(near)) {
        return finding
            .label(other.key.span, format!("`{near}` is here"))
            .help(format!("Did you mean `{near}`? It also exists: keep one of them."));
    }
    let edit = entry.map(|entry| rename_key(entry, near));
    let fix = Fix::r#unsafe(format!("Rename it to `{near}`"), edit);
    finding.help(format!("Did you mean `{near}`?")).fix(fix)
}
