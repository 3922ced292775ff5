//! `missing-key`

use rustc_hash::FxHashMap;

use crate::content::fields::{Format, Owner};
use crate::content::schema::{Fault, Violation};
use crate::content::{Kind, Template};
use crate::diagnostic::Diagnostic;
use crate::rules::detection::structure;
use crate::rules::metadata::misindented_key::is_misindented;
use crate::rules::metadata::unknown_key::UnknownKeys;
use crate::rules::schema_violations::owning_rule;
use crate::rules::words::listed;
use crate::rules::{Context, Rule, declare_rule};
use crate::source::capitalized;
use crate::yaml::Node;
use crate::yaml::pointer::readable;

pub(in crate::rules) mod entity;
mod parted;

declare_rule! {
    /// A missing required key.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel and upstream's checks reject the template, or it cannot be shown or deployed. A hunting query needs
    /// `id`, `name`, `description` and `query`; an analytic rule also needs `kind` and `severity`, and a scheduled rule
    /// its schedule and trigger. Upstream's checks also require `requiredDataConnectors` in a scheduled rule, which can
    /// be deployed without it.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// tactics: [CommandAndControl]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// tactics: [CommandAndControl]
    /// ```
    ///
    /// ## Fix safety
    ///
    /// If two items of a list lack just what the other has, a surplus `-` parts them, and an unsafe fix removes it. If
    /// the identifiers of an entity mapping are keys, or `fieldMappings:` is left out, an unsafe fix writes the mapping
    /// as Sentinel expects it.
    ///
    /// ## References
    ///
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    /// - <https://github.com/Azure/Azure-Sentinel/blob/master/.github/instructions/huntingqueries.instructions.md>
    pub(crate) MissingKey {
        id: "missing-key",
        group: Metadata,
        severity: Error,
        fix: Sometimes Unsafe,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for MissingKey {
    fn check_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        for fault in structure::faults(cx) {
            match fault {
                structure::Fault::Missing { path, names, place } => {
                    out.push(structure::missing(Self::at, &path, &names, place));
                }
                structure::Fault::Empty { path, span } => {
                    let message = format!("`{path}` is empty, but needs a value");
                    out.push(Self::at(span, message).help("Add a value."));
                }
                structure::Fault::Unknown { .. } | structure::Fault::WrongType { .. } => {}
            }
        }
    }

    fn check_template(&self, cx: &Context<'_>, _: &Template<'_>, out: &mut Vec<Diagnostic>) {
        // What stands in a damaged part of the file cannot be missed.
        if !cx.content.document.errors.is_empty() {
            return;
        }
        let mut told = "";
        let unknown = UnknownKeys::of(cx);
        let mut lacking: Vec<(&Violation, Vec<&str>)> = Vec::new();
        let mut places: FxHashMap<&str, usize> = FxHashMap::default();
        for violation in
            cx.violations.iter().filter(|violation| owning_rule(cx, violation) == Owner::MissingKey)
        {
            let Fault::Missing { key } = &violation.fault else {
                // The schema may have several things against nothing.
                if told != violation.pointer {
                    out.push(empty(cx, violation));
                    told = &violation.pointer;
                }
                continue;
            };
            let owner = cx.content.root().and_then(|root| root.pointer(&violation.pointer));
            let owner = owner.and_then(Node::as_mapping);
            // A slip of the key is reported where it is.
            let is_slip = || owner.is_some_and(|map| unknown.have_slip_of(map, &violation.pointer, key));
            if is_misindented(cx, &violation.pointer, key) || is_slip() {
                continue;
            }
            let place = *places.entry(&violation.pointer).or_insert(lacking.len());
            if place == lacking.len() {
                lacking.push((violation, Vec::new()));
            }
            lacking[place].1.push(key);
        }
        out.extend(parted::taken(cx, &mut lacking));
        out.extend(entity::taken(cx, &mut lacking));
        out.extend(lacking.iter().map(|(violation, keys)| lacks(cx, violation, keys)));
    }
}

/// A mapping that lacks some keys.
fn lacks(cx: &Context<'_>, violation: &Violation, keys: &[&str]) -> Diagnostic {
    let names: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let (what, which) = match names.as_slice() {
        [name] => (format!("the key {name}"), "which is missing"),
        names => (format!("the keys {}", listed(names, "and")), "which are missing"),
    };
    let message = match violation.pointer.as_str() {
        "" => format!("{} needs {what}, {which}", cx.kind().noun()),
        pointer => format!("`{}` needs {what}, {which}", readable(pointer)),
    };
    let help: Vec<String> = keys.iter().map(|key| help(cx.kind(), &violation.pointer, key)).collect();
    let finding = MissingKey::at(violation.span, capitalized(&message)).help(help.join(" "));
    deployable_without(finding.path(violation.pointer.clone()), 0)
}

/// A key that stands there and has nothing in it.
fn empty(cx: &Context<'_>, violation: &Violation) -> Diagnostic {
    let (parent, key) = violation.pointer.rsplit_once('/').unwrap_or_default();
    let entry = cx.content.root().and_then(|root| root.pointer(parent)).and_then(|node| node.entry(key));
    // Nothing has no place of its own to point to.
    let span = entry.filter(|_| violation.span.is_empty()).map_or(violation.span, |entry| entry.key.span);
    let message = match parent {
        "" => format!("`{key}` is empty, but {} needs a value", cx.kind().noun()),
        _ => format!("`{}` is empty, but needs a value", readable(&violation.pointer)),
    };
    let help = match advice(cx.kind(), parent, key) {
        Some(advice) => advice.replacen("Add", "Write", 1),
        None => "Add a value.".to_owned(),
    };
    deployable_without(MissingKey::at(span, message).help(help).path(violation.pointer.clone()), 1)
}

/// A finding on a key of the first column keeps nothing from being converted: `convert` knows which of these keys
/// the service needs, and has values for others. `depth` is the number of steps to such a key.
fn deployable_without(finding: Diagnostic, depth: usize) -> Diagnostic {
    let steps = finding.yaml_path.as_deref().map_or(0, |path| path.matches('/').count());
    if steps <= depth { finding.harmless() } else { finding }
}

/// What to write where the mapping at a pointer lacks a key: a special help, or none that says more than the key.
fn advice(kind: Kind, parent: &str, key: &str) -> Option<&'static str> {
    Format::of(kind)?.key_at(parent, key)?.advice
}

/// The help for a key that is missing.
pub(in crate::rules) fn help(kind: Kind, parent: &str, key: &str) -> String {
    advice(kind, parent, key).map_or_else(|| format!("Add `{key}:`."), str::to_owned)
}
